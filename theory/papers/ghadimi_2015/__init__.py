"""Ghadimi, Feyzmahdavian and Johansson, "Global convergence of the heavy-ball method for convex optimization"."""

PAPER = "ghadimi-2015"
