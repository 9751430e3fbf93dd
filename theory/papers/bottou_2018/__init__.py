"""Bottou, Curtis and Nocedal, "Optimization methods for large-scale machine learning"."""

PAPER = "bottou-2018"
