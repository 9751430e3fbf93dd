"""Pethick, Xie, Antonakopoulos, Zhu, Silveti-Falls and Cevher, "Training Deep Learning Models with \
Norm-Constrained LMOs"."""

PAPER = "pethick-2025"
