"""Taylor, Hendrickx and Glineur, "Exact worst-case convergence rates of the proximal gradient method for composite
convex minimization"."""

PAPER = "taylor-2018"
LINK = "https://arxiv.org/abs/1705.04398"
