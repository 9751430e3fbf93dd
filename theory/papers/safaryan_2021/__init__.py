"""Safaryan and Richtárik, "Stochastic Sign Descent Methods: New Algorithms and Better Theory"."""

PAPER = "safaryan-2021"
