"""Khirirat, Feyzmahdavian and Johansson, "Distributed learning with compressed gradients"."""

PAPER = "khirirat-2018"
LINK = "https://arxiv.org/abs/1806.06573"
