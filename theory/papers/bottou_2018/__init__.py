"""Bottou, Curtis and Nocedal, "Optimization methods for large-scale machine learning"."""

PAPER = "bottou-2018"
LINK = "https://arxiv.org/abs/1606.04838"
