"""Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)"."""

PAPER = "nesterov-1983"
