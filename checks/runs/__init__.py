"""Runs: fast in balls on JAX, exact in rationals, drawn, and in expectation."""
