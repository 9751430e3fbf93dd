"""Nesterov, "Introductory Lectures on Convex Optimization"."""

PAPER = "nesterov-2004"
