"""Shen, Huang, Huang, Shen and Zhang, "On the Convergence Analysis of Muon"."""

PAPER = "shen-2025"
LINK = "https://arxiv.org/abs/2505.23737"
