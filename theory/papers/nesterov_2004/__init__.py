"""Nesterov, "Introductory Lectures on Convex Optimization"."""

PAPER = "nesterov-2004"
LINK = "https://doi.org/10.1007/978-1-4419-8853-9"
