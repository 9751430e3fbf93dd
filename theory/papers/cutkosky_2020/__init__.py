"""Cutkosky and Mehta, "Momentum Improves Normalized SGD"."""

PAPER = "cutkosky-2020"
