"""Li, Lin, Li, Hong and Chen, "On Faster Convergence of Scaled Sign Gradient Descent"."""

PAPER = "scaled-sign"
LINK = "https://arxiv.org/abs/2109.01806"
