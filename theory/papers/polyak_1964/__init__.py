"""Polyak, "Some methods of speeding up the convergence of iteration methods"."""

PAPER = "polyak-1964"
