"""Chen, Liu, Liang and Liu, "Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts"."""

PAPER = "chen-2023"
