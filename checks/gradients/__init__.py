"""Stochastic gradients: laws of finitely many outcomes, and continuous ones that are drawn."""
