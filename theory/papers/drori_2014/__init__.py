"""Drori and Teboulle, "Performance of first-order methods for smooth convex minimization: a novel approach"."""

PAPER = "drori-2014"
LINK = "https://arxiv.org/abs/1206.3209"
