"""Richtárik, Sokolov and Fatkhullin, "EF21: A New, Simpler, Theoretically Better, and Practically Faster Error \
Feedback"."""

PAPER = "richtarik-2021"
LINK = "https://arxiv.org/abs/2106.05203"
