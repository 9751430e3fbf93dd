"""Bernstein, Wang, Azizzadenesheli and Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems"."""

PAPER = "bernstein-2018"
LINK = "https://arxiv.org/abs/1802.04434"
