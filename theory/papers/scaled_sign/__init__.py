"""Li, Lin, Li, Hong and Chen, "On Faster Convergence of Scaled Sign Gradient Descent"."""

PAPER = "scaled-sign"
