"""Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization"."""

PAPER = "signprox"
