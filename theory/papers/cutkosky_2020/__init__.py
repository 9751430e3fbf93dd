"""Cutkosky and Mehta, "Momentum Improves Normalized SGD"."""

PAPER = "cutkosky-2020"
LINK = "https://arxiv.org/abs/2002.03305"
