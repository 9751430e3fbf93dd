"""Ghadimi and Lan, "Stochastic first- and zeroth-order methods for nonconvex stochastic programming"."""

PAPER = "ghadimi-lan-2013"
LINK = "https://arxiv.org/abs/1309.5549"
