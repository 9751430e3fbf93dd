"""Ridge logistic regression on real data: f(x) = (1/n) sum log(1 + exp(-b_i a_i'x)) + (1/2n) ||x||^2.

[scaled-sign, Example 5] The data is scikit-learn's breast-cancer set (569 samples, 30 features; shipped with it),
each feature divided by a power of two so that it is at most 1: the scaling is exact.

The minimizer is not known in closed form. Points are measured from an approximate one, and its gradient and its
distance from the minimum are enclosed, so that every value is an enclosure of the true one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_mat

from signproof.checks.constants import Enclosure, smoothness
from signproof.checks.exact import Balls, Undecided, rational, rationals
from signproof.checks.problem import Problem
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import L2, LINF

STARTS = 48
"""Instances in one batch: starting points on the same data."""
NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class LogisticRegression(Problem):
    """The rows of `matrix` are b_i a_i. The other fields enclose what is needed at the approximate minimizer c:

    the weights s_i = 1 / (1 + exp(b_i a_i'c)), the gradient there, and f(c) - f*, which is at most
    (n/2) ||grad f(c)||_2^2 because f is 1/n-strongly convex. Points are x - c.
    """

    matrix: Any
    centre: Any
    weight_lower: Any
    weight_upper: Any
    slope_lower: Any
    slope_upper: Any
    gap: Any

    family = "logistic regression, breast-cancer data"
    shapes = ((30,),)
    rational = False
    shared = ("matrix", "centre", "weight_lower", "weight_upper", "slope_lower", "slope_upper", "gap")

    @property
    def dimension(self):
        return self.matrix.shape[1]

    def gradient(self, x, xp):
        n = self.matrix.shape[0]
        s = _column(xp.interval(self.weight_lower, self.weight_upper), x)
        slope = _column(xp.interval(self.slope_lower, self.slope_upper), x)
        e = xp.expm1(-xp.matvec(self.matrix, x))
        # 1 / (1 + exp(m + t)) - s = s (1 - s) e / (1 + s e) with e = exp(-t) - 1
        change = s * (1.0 - s) * e / (1.0 + s * e)
        return slope + (x - xp.matvec(self.matrix.swapaxes(0, 1), change)) / float(n)

    def suboptimality(self, x, xp):
        n = self.matrix.shape[0]
        s = _column(xp.interval(self.weight_lower, self.weight_upper), x)
        slope = _column(xp.interval(self.slope_lower, self.slope_upper), x)
        t = xp.matvec(self.matrix, x)
        # log((1 + exp(-m - t)) / (1 + exp(-m))) + s t, as the logarithm of 1 + two terms that are not negative
        terms = (1.0 - s) * xp.exp_remainder(s * t) + s * xp.exp_remainder(-((1.0 - s) * t))
        gap = xp.interval(self.gap * 0, self.gap)[0]
        return (xp.sum(xp.log1p(terms)) + xp.sum(x * x) * 0.5) / float(n) + xp.sum(slope * x) + gap

    def constant(self, assumption):
        if assumption.norm not in (LINF, L2):
            return None
        ends = _smoothness_ends(assumption.norm.name)
        if isinstance(assumption, Smooth):
            return ends
        n = self.matrix.shape[0]
        if isinstance(assumption, StronglyConvex | PolyakLojasiewicz):
            return Enclosure(np.nextafter([1 / n], 0), np.asarray(ends.upper))
        return None

    def exact_constant(self, assumption):
        if isinstance(assumption, StronglyConvex | PolyakLojasiewicz) and assumption.norm in (LINF, L2):
            return fmpq(1, self.matrix.shape[0])
        ends = self.constant(assumption)
        return None if ends is None else rational(float(np.asarray(ends.upper)[0]))

    def data(self):
        return {"family": type(self).__name__, "dataset": "breast-cancer", "centre": [str(c) for c in self.centre]}

    @classmethod
    def from_data(cls, data):
        if data.get("dataset") != "breast-cancer" or "centre" not in data:
            raise ValueError("the problem needs the dataset 'breast-cancer' and the field 'centre'")
        given = rationals(data["centre"])
        try:
            centre = np.array([int(entry.p) / int(entry.q) for entry in given])
            if (rationals(centre) != given).any():
                raise ValueError("the numbers of the field 'centre' are no floats")
            return _around(centre).one(0)
        except (OverflowError, Undecided):
            raise ValueError("the field 'centre' is too far out to be measured from") from None

    def describe(self):
        return f"{self.family} (n = {self.matrix.shape[0]}, d = {self.matrix.shape[1]})"

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        scale = 10 ** (spread * rng.uniform(-3, 1, STARTS))
        return _around(_minimizer()), scale * rng.standard_normal((*shape, STARTS))


def _column(vector, x):
    """A vector without batch axis beside points that have one."""
    return vector if len(x.shape) == 1 else vector[:, None]


@cache
def breast_cancer() -> np.ndarray:
    """The rows b_i a_i, shape (569, 30); features divided by powers of two, labels -1 and 1."""
    from sklearn.datasets import load_breast_cancer

    features, labels = load_breast_cancer(return_X_y=True)
    scaled = features / 2.0 ** np.ceil(np.log2(np.abs(features).max(axis=0)))
    return scaled * np.where(labels == 1, 1.0, -1.0)[:, None]


@cache
def _minimizer() -> np.ndarray:
    """The minimizer to about the precision of floats, by Newton's method."""
    M = breast_cancer()
    n, d = M.shape
    x = np.zeros(d)
    for _ in range(NEWTON_STEPS):
        s = 1 / (1 + np.exp(M @ x))
        gradient = (x - M.T @ s) / n
        x = x - np.linalg.solve((M.T * (s * (1 - s))) @ M / n + np.eye(d) / n, gradient)
    return x


def _around(centre: np.ndarray) -> LogisticRegression:
    """The problem with points measured from the given centre: everything about it enclosed by balls."""
    M = breast_cancer()
    n = len(M)
    with Balls(128) as xp:
        rows, c = xp.number(M), xp.number(centre)
        s = np.array([1 / (1 + m.exp()) for m in rows.dot(c)], dtype=object)
        slope = (c - rows.T.dot(s)) / arb(n)
        gap = sum((entry * entry for entry in slope), start=arb(0)) * n / 2
        s_low, s_high = _float_ends(s, xp)
        slope_low, slope_high = _float_ends(slope, xp)
        _, gap_high = _float_ends(np.array([gap], dtype=object), xp)
    return LogisticRegression(M, centre, s_low, s_high, slope_low, slope_high, gap_high)


def _float_ends(balls: np.ndarray, xp: Balls) -> tuple[np.ndarray, np.ndarray]:
    ends = [xp.ends(entry) for entry in balls]
    low, high = ([int(end.p) / int(end.q) for end in side] for side in zip(*ends, strict=True))
    return np.nextafter(low, -np.inf), np.nextafter(high, np.inf)


@cache
def _smoothness_ends(norm: str) -> Enclosure:
    """Ends around L: below the Hessian at the centre, above 1/4 of the Gram matrix (sigma' <= 1/4).

    In the maximum norm L <= min{(1/4n) sum ||a_i||_1^2, (d/4) lambda_max(A'A/n)} + d/n.
    """
    M = breast_cancer()
    n, d = M.shape
    exact = fmpq_mat(n, d, [rational(entry) for entry in M.ravel()])
    gram = exact.transpose() * exact
    largest = smoothness(rationals(np.array(gram.tolist(), dtype=object)) / fmpq(4 * n), "2").upper
    s = 1 / (1 + np.exp(M @ _minimizer()))
    hessian = (M.T * (s * (1 - s))) @ M / n
    rounding = 1 + 4 * (n + d) * 2.0**-53
    if norm == "2":
        return Enclosure(np.array([hessian.trace() / d / rounding]), np.array([(largest + 1 / n) * rounding]))
    rows = ((np.abs(M).sum(axis=1)) ** 2).sum() / (4 * n)
    upper = (min(rows, d * largest) + d / n) * rounding
    # the mean of s'Hs over all sign vectors s is the trace, so the largest is no less
    return Enclosure(np.array([(hessian.trace() + d / n) / rounding]), np.array([upper]))
