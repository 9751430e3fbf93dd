"""The smoothness constant in the maximum norm, beside the enumeration that one would write with NumPy."""

from __future__ import annotations

from timeit import repeat

import numpy as np
import pytest

from signproof.checks.constants import smoothness

BLOCKS = (2**8, 2**10, 2**12, 2**16, 2**19)
"""Sign vectors of one block in NumPy; the fastest counts."""


def semidefinite(d: int) -> np.ndarray:
    G = np.random.default_rng(0).normal(size=(d, 2 * d))
    return np.tril(G @ G.T) + np.tril(G @ G.T, -1).T


def indefinite(d: int) -> np.ndarray:
    A = np.random.default_rng(0).normal(size=(d, d))
    return A + A.T


def by_numpy(H: np.ndarray, form: bool, rows: int) -> float:
    """max_s sᵀHs, which for a semidefinite matrix is L, or max_s ‖Hs‖₁, over all sign vectors up to their sign."""
    d, largest = len(H), 0.0
    for start in range(0, 2 ** (d - 1), rows):
        signs = 1.0 - 2.0 * ((np.arange(start, start + rows)[:, None] >> np.arange(d)) & 1)
        images = signs @ H
        values = (images * signs).sum(axis=1) if form else np.abs(images).sum(axis=1)
        largest = max(largest, values.max())
    return largest


@pytest.mark.parametrize("make", [semidefinite, indefinite])
def test_smoothness_in_20_dimensions(make, benchmark, row):
    H, form = make(20), make is semidefinite
    found = benchmark(smoothness, H)
    taken = benchmark.stats.stats.min
    others = {rows: min(repeat(lambda rows=rows: by_numpy(H, form, rows), number=1, repeat=3)) for rows in BLOCKS}
    rows = min(others, key=others.get)
    assert found.lower == pytest.approx(by_numpy(H, form, rows), rel=1e-12)
    case = f"smoothness, {make.__name__}, d = 20"
    row(case, "time", taken, 0.2, "s")
    row(case, f"NumPy in blocks of {rows}, beside it", others[rows] / taken, 10.0, "x")


@pytest.mark.parametrize("make", [semidefinite, indefinite])
def test_smoothness_in_24_dimensions(make, benchmark, row):
    H = make(24)
    found = benchmark(smoothness, H)
    assert found.upper - found.lower <= np.spacing(found.lower)
    row(f"smoothness, {make.__name__}, d = 24", "time", benchmark.stats.stats.min, 4.0, "s")
