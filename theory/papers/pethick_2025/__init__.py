"""Pethick, Xie, Antonakopoulos, Zhu, Silveti-Falls and Cevher, "Training Deep Learning Models with \
Norm-Constrained LMOs"."""

PAPER = "pethick-2025"
LINK = "https://arxiv.org/abs/2502.07529"
