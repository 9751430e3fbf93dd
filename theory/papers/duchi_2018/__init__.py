"""Duchi, "Introductory lectures on stochastic optimization"."""

PAPER = "duchi-2018"
