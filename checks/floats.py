"""Plain floats on NumPy arrays: parameters of a batch, and runs on data too large to be enclosed."""

from __future__ import annotations

from typing import Any

import numpy as np


class NumPy:
    """Floats on NumPy arrays, coordinates along axis 0, batch axes last."""

    name = "numpy"

    def rational(self, numerator, denominator):
        return numerator / denominator

    def power(self, base, exponent):
        return np.asarray(base, dtype=float) ** exponent

    def abs(self, x):
        return np.abs(x)

    def sign(self, x):
        return np.sign(x)

    def sum(self, x):
        return np.sum(x, axis=0)

    def max(self, x):
        return np.max(x, axis=0)

    def larger(self, x, y):
        return np.maximum(x, y)

    def sqrt(self, x):
        return np.sqrt(x)

    def exp(self, x):
        return np.exp(x)

    def log(self, x):
        return np.log(x)

    def sin(self, x):
        return np.sin(x)

    def cos(self, x):
        return np.cos(x)

    def normalized(self, g):
        length = np.sqrt(np.sum(g * g, axis=0))
        return np.where(length > 0, g / np.where(length > 0, length, 1.0), 0.0)


NUMPY: Any = NumPy()
