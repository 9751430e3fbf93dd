"""Khirirat, Feyzmahdavian and Johansson, "Distributed learning with compressed gradients"."""

PAPER = "khirirat-2018"
