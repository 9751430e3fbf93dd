"""Kovalev, "Understanding Gradient Orthogonalization for Deep Learning via Non-Euclidean Trust-Region Optimization"."""

PAPER = "kovalev-2025"
LINK = "https://arxiv.org/abs/2503.12645"
