"""Karimireddy, Rebjock, Stich and Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes"."""

PAPER = "karimireddy-2019"
LINK = "https://arxiv.org/abs/1901.09847"
