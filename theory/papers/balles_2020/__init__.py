"""Balles, Pedregosa and Le Roux, "The Geometry of Sign Gradient Descent"."""

PAPER = "balles-2020"
LINK = "https://arxiv.org/abs/2002.08056"
