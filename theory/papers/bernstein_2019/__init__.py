"""Bernstein, Zhao, Azizzadenesheli and Anandkumar, "signSGD with Majority Vote is Communication Efficient and \
Fault Tolerant"."""

PAPER = "bernstein-2019"
LINK = "https://arxiv.org/abs/1810.05291"
