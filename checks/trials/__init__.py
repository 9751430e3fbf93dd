"""Trials: a claim on every family that meets its assumptions, with and without noise."""
