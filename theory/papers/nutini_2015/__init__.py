"""Nutini, Schmidt, Laradji, Friedlander and Koepke, "Coordinate descent converges faster with the Gauss-Southwell rule than random selection"."""  # noqa: E501

PAPER = "nutini-2015"
