"""Drori and Teboulle, "Performance of first-order methods for smooth convex minimization: a novel approach"."""

PAPER = "drori-2014"
