"""Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization"."""

PAPER = "signprox"
LINK = "https://arxiv.org/abs/1807.08023"
