"""Polyak, "Some methods of speeding up the convergence of iteration methods"."""

PAPER = "polyak-1964"
LINK = "https://doi.org/10.1016/0041-5553(64)90137-5"
