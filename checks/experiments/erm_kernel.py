"""The inner loops of `checks/experiments/erm.py`, compiled by Numba: rows are read from memory once, for all points.

Four rows at a time, which then are in the first-level cache, and two points at a time: an entry that is loaded serves
two products, an entry of a point four. No library's matrix products do both on one reading.
"""

from __future__ import annotations

import numba
import numpy as np

FREE = {"reassoc", "contract", "nsz"}
"""Sums may be added up in any order and products fused with sums, which the error bound allows; no more than that."""


@numba.njit(nogil=True, cache=True, inline="always")
def share(t: np.float32) -> np.float32:
    """1 / (1 + exp(-t)) in 32-bit."""
    one = np.float32(1)
    return one / (one + np.exp(-t))


@numba.njit(fastmath=FREE, nogil=True, cache=True)
def margins_and_slopes(rows: np.ndarray, weights: np.ndarray, margins: np.ndarray, slopes: np.ndarray) -> None:
    """Write rows @ weights', shape (r, n), to `margins` and add share(margins) @ rows, shape (r, d), to `slopes`."""
    n, d = rows.shape
    r = len(weights)
    for i in range(0, n - 3, 4):
        a, b, c, e = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        for q in range(0, r - 1, 2):
            x, y, first, second = weights[q], weights[q + 1], slopes[q], slopes[q + 1]
            ax = bx = cx = ex = ay = by = cy = ey = np.float32(0)
            for j in range(d):
                u, v = x[j], y[j]
                ax += a[j] * u
                bx += b[j] * u
                cx += c[j] * u
                ex += e[j] * u
                ay += a[j] * v
                by += b[j] * v
                cy += c[j] * v
                ey += e[j] * v
            margins[q, i], margins[q, i + 1], margins[q, i + 2], margins[q, i + 3] = ax, bx, cx, ex
            margins[q + 1, i], margins[q + 1, i + 1], margins[q + 1, i + 2], margins[q + 1, i + 3] = ay, by, cy, ey
            ax, bx, cx, ex = share(ax), share(bx), share(cx), share(ex)
            ay, by, cy, ey = share(ay), share(by), share(cy), share(ey)
            for j in range(d):
                aj, bj, cj, ej = a[j], b[j], c[j], e[j]
                first[j] += ax * aj + bx * bj + cx * cj + ex * ej
                second[j] += ay * aj + by * bj + cy * cj + ey * ej
        if r % 2:
            x, first = weights[r - 1], slopes[r - 1]
            ax = bx = cx = ex = np.float32(0)
            for j in range(d):
                u = x[j]
                ax += a[j] * u
                bx += b[j] * u
                cx += c[j] * u
                ex += e[j] * u
            margins[r - 1, i], margins[r - 1, i + 1], margins[r - 1, i + 2], margins[r - 1, i + 3] = ax, bx, cx, ex
            ax, bx, cx, ex = share(ax), share(bx), share(cx), share(ex)
            for j in range(d):
                first[j] += ax * a[j] + bx * b[j] + cx * c[j] + ex * e[j]
    for i in range(n - n % 4, n):
        a = rows[i]
        for q in range(r):
            x, first = weights[q], slopes[q]
            ax = np.float32(0)
            for j in range(d):
                ax += a[j] * x[j]
            margins[q, i] = ax
            ax = share(ax)
            for j in range(d):
                first[j] += ax * a[j]
