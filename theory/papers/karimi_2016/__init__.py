"""Karimi, Nutini and Schmidt, "Linear convergence of gradient and proximal-gradient methods under the
Polyak-Lojasiewicz condition"."""

PAPER = "karimi-2016"
LINK = "https://arxiv.org/abs/1608.04636"
