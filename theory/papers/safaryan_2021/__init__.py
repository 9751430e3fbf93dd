"""Safaryan and Richtárik, "Stochastic Sign Descent Methods: New Algorithms and Better Theory"."""

PAPER = "safaryan-2021"
LINK = "https://arxiv.org/abs/1905.12938"
