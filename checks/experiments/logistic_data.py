"""Data for a race of methods: the minimum of its logistic risk, enclosed, and what single samples say of the gradient.

f(x) = (1/n) sum log(1 + exp(-b_i a_i'x)) + (1/2n) ||x||^2, in 64-bit, some rows b_i a_i at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

POLISH = 50
"""Newton steps at most."""
BLOCK = 2**22
"""Entries of the data that are worked on at a time in 64-bit."""


@dataclass(frozen=True)
class Data:
    """Rows b_i a_i in 32-bit, and the minimum of f, which lies in [lower, upper]."""

    name: str
    rows: np.ndarray
    lower: float
    upper: float
    minimizer: np.ndarray


def prepared(features: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Rows as those of epsilon are made: features standardised, samples scaled to unit length, times the label."""
    spread = features.std(axis=0)
    standard = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    length = np.sqrt((standard**2).sum(axis=1, keepdims=True))
    signed = standard / np.where(length > 0, length, 1) * np.where(positive, 1.0, -1.0)[:, None]
    return signed.astype(np.float32)


def solved(name: str, rows: np.ndarray) -> Data:
    """The data with its minimum: scikit-learn's, polished by Newton steps.

    f is 1/n-strongly convex, so f(x) - f* <= (n/2) ||grad f(x)||_2^2, which encloses f*. The steps use the second
    derivatives at scikit-learn's point, of products in 32-bit; they end where the gradient gets no smaller.
    """
    from sklearn.linear_model import LogisticRegression

    n, d = rows.shape
    fitted = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-7, max_iter=10_000)
    signs = np.where(np.arange(n) % 2, -1.0, 1.0)  # b_i a_i has the same loss whatever b_i; two classes are needed
    x = fitted.fit(rows * signs[:, None], signs).coef_[0].astype(float)
    bend = np.eye(d)
    for block in blocks(rows):
        slope = expit(-(block @ x))
        weighted = (block * np.sqrt(slope * (1 - slope))[:, None]).astype(np.float32)
        bend += weighted.T @ weighted
    upper, gradient = risk_and_gradient(rows, x)
    for _ in range(POLISH):
        further = x - np.linalg.solve(bend / n, gradient)
        value, slope = risk_and_gradient(rows, further)
        if not slope @ slope < gradient @ gradient:
            break
        x, upper, gradient = further, value, slope
    return Data(name, rows, upper - n / 2 * float(gradient @ gradient), upper, x)


def blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    """The rows in 64-bit, some at a time."""
    height = max(1, BLOCK // rows.shape[1])
    for first in range(0, len(rows), height):
        yield rows[first : first + height].astype(float)


def risk_and_gradient(rows: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray]:
    """f and its gradient at x in 64-bit."""
    value, slope = x @ x / 2, x.copy()
    for block in blocks(rows):
        margins = block @ x
        value += np.logaddexp(0, -margins).sum()
        slope -= expit(-margins) @ block
    return float(value) / len(rows), slope / len(rows)


@dataclass(frozen=True)
class Look:
    """All n stochastic gradients of batch size 1 at a point x, over the coordinates where the gradient is not 0.

    p_min; the share of coordinates that meet condition (N), E[||~g||_1 sign(~g_i) sign(g_i)] >= (2 p_i - 1) ||g||_1;
    and the mean of its left sides over ||g||_1, weighted by |g_i|, which Theorem 2 needs to be at least 2 p_min - 1.
    """

    p_min: float
    met: float
    aggregate: float
    x: np.ndarray
    gradient: np.ndarray


def look(rows: np.ndarray, x: np.ndarray) -> Look:
    """Enumerate the stochastic gradients at x."""
    n = len(rows)
    _, g = risk_and_gradient(rows, x)
    right, aligned = np.zeros(len(x)), np.zeros(len(x))
    for block in blocks(rows):
        drawn = x / n - expit(-(block @ x))[:, None] * block
        signs = np.sign(drawn)
        right += (signs == np.sign(g)).sum(axis=0)
        aligned += np.abs(drawn).sum(axis=1) @ signs
    asked, norm = g != 0, np.abs(g).sum()
    right, aligned = right[asked] / n, (aligned * np.sign(g))[asked] / n
    needed = aligned >= (2 * right - 1) * norm
    return Look(right.min(), needed.mean(), (np.abs(g[asked]) * aligned).sum() / norm**2, x, g)
