"""Plain floats on NumPy arrays: parameters of a batch, and runs on data too large to be enclosed."""

from __future__ import annotations

from typing import Any

import numpy as np

from signproof.checks.numbers.minors import minors
from signproof.checks.numbers.rebound import rebound
from signproof.theory.arithmetic import Arithmetic

SERIES_TERMS = 18
"""Terms of exp(t) - 1 - t = t^2/2 + t^3/6 + ... for |t| <= 1/2: the first one left out is below 2^-53 times the sum."""


class NumPy(Arithmetic):
    """Floats on NumPy arrays, coordinates along axis 0, batch axes last."""

    name = "numpy"
    words = "floats"
    minors = staticmethod(minors)
    copy = staticmethod(rebound)

    def rational(self, numerator: int, denominator: int) -> np.ndarray | float:
        return numerator / denominator

    def interval(self, lower: np.ndarray | float, upper: np.ndarray | float) -> np.ndarray | float:
        return lower + 0.5 * (upper - lower)

    def power(self, base: np.ndarray | float, exponent: np.ndarray | float) -> np.ndarray | float:
        return np.asarray(base, dtype=float) ** exponent

    def abs(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.abs(x)

    def sign(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.sign(x)

    def sum(self, x: np.ndarray) -> np.ndarray | float:
        return np.sum(x, axis=0)

    def max(self, x: np.ndarray) -> np.ndarray | float:
        return np.max(x, axis=0)

    def larger(self, x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray | float:
        return np.maximum(x, y)

    def matvec(self, matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Products with a matrix (m, n) or, one for each instance, (m, n, batch)."""
        matrix = np.asarray(matrix)
        if matrix.ndim == 2:
            return np.tensordot(matrix, x, axes=1)
        return np.sum(matrix * x[None], axis=1)

    def sqrt(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.sqrt(x)

    def exp(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.exp(x)

    def log(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.log(x)

    def sin(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.sin(x)

    def cos(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.cos(x)

    def expm1(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.expm1(x)

    def log1p(self, x: np.ndarray | float) -> np.ndarray | float:
        return np.log1p(x)

    def exp_remainder(self, x: np.ndarray | float) -> np.ndarray | float:
        """By the series where the difference would cancel."""
        x = np.asarray(x, dtype=float)
        small = np.where(np.abs(x) <= 0.5, x, 0.0)
        series = np.ones_like(small)
        for n in range(SERIES_TERMS, 2, -1):
            series = 1 + small / n * series
        return np.where(np.abs(x) <= 0.5, 0.5 * small * small * series, np.expm1(x) - x)

    def normalized(self, g: np.ndarray) -> np.ndarray:
        length = np.sqrt(np.sum(g * g, axis=0))
        return np.where(length > 0, g / np.where(length > 0, length, 1.0), 0.0)


NUMPY: Any = NumPy()
