"""Balles, Pedregosa and Le Roux, "The Geometry of Sign Gradient Descent"."""

PAPER = "balles-2020"
