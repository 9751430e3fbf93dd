"""Jaggi, "Revisiting Frank-Wolfe: Projection-Free Sparse Convex Optimization"."""

PAPER = "jaggi-2013"
