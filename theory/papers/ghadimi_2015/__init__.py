"""Ghadimi, Feyzmahdavian and Johansson, "Global convergence of the heavy-ball method for convex optimization"."""

PAPER = "ghadimi-2015"
LINK = "https://arxiv.org/abs/1412.7457"
