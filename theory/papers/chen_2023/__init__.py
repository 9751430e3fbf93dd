"""Chen, Liu, Liang and Liu, "Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts"."""

PAPER = "chen-2023"
LINK = "https://arxiv.org/abs/2310.05898"
