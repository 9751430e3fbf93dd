"""Nutini, Schmidt, Laradji, Friedlander and Koepke, "Coordinate descent converges faster with the Gauss-Southwell rule
than random selection"."""

PAPER = "nutini-2015"
LINK = "https://arxiv.org/abs/1506.00552"
