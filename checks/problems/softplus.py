"""Sums of w_i (x_i^2 / 2 + a_i phi_i(x_i)), phi a softplus without its linear part: strongly convex and smooth.

phi(x) = log(1 - s + s e^x) - s x with 0 < s < 1 is the softplus log(1 + e^(b + x)), s = 1 / (1 + e^-b), less its value
and its slope at 0: convex, with phi(0) = phi'(0) = 0. At s = 1/2 it is log cosh(x / 2); else the two sides differ.
Its curvature p (1 - p), p = 1 / (1 + e^-(b + x)), is 1/4 at x = -b and tends to 0 far out, so that of f varies along
a run: no run has the curvature of both constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from flint import fmpq

from signproof.checks.problems.base import BATCH, Problem, in_numbers_of
from signproof.checks.problems.constants import Enclosure
from signproof.theory.arithmetic import Arithmetic, Numbers, Scalar, Vector
from signproof.theory.assumptions.objective import BoundedGradient, Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import L2, LINF

STEEPEST = fmpq(1, 4)
"""The largest curvature of a softplus."""


def height(x: Numbers, shares: Numbers, xp: Arithmetic) -> Numbers:
    """phi(x), entry by entry."""
    s = in_numbers_of(xp, shares)
    # (1 - s) e^(-s x) + s e^((1 - s) x), as 1 + two terms that are not negative
    return xp.log1p((1.0 - s) * xp.exp_remainder(-(s * x)) + s * xp.exp_remainder((1.0 - s) * x))


def slope(x: Numbers, shares: Numbers, xp: Arithmetic) -> Numbers:
    """phi'(x), entry by entry."""
    s, e = in_numbers_of(xp, shares), xp.expm1(x)
    # p - s, p = s e^x / (1 - s + s e^x), without the cancellation near 0
    return s * (1.0 - s) * e / (1.0 + s * e)


@dataclass(frozen=True, eq=False)
class SoftplusSum(Problem):
    """`weights` w > 0, `heights` a >= 0 and `shares` s in (0, 1), each of shape (d, batch)."""

    weights: Any
    heights: Any
    shares: Any

    family = "softplus and log-cosh sums"
    convex = separable = True
    shapes = ((2,),)
    rational = False

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return self.weights * (x + self.heights * slope(x, self.shares, xp))

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(self.weights * (x * x * 0.5 + self.heights * height(x, self.shares, xp)))

    def constant(self, assumption: Constant) -> Enclosure | None:
        if assumption.norm not in (LINF, L2):
            return None
        w = self.weights
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            # approached far out, where the curvature of phi is gone and f'(x)^2 / 2 f(x) -> w
            return Enclosure(w.min(axis=0), w.min(axis=0))
        if type(assumption) is Smooth:
            each = w * (1 + self.heights * 0.25)
            value = each.sum(axis=0) if assumption.norm is LINF else each.max(axis=0)
            rounding = 1 + 2 * (len(w) + 4) * 2.0**-53
            return Enclosure(value / rounding, value * rounding)
        return None

    def check(self):
        w, a, s = self.weights, self.heights, self.shares
        if not len(w) or {w.shape, a.shape, s.shape} != {(len(w),)}:
            raise ValueError("a softplus sum needs as many weights as heights and shares")
        if min(w) <= 0 or min(a) < 0 or not all(0 < share < 1 for share in s):
            raise ValueError("a softplus sum needs positive weights, heights that are not negative, shares in (0, 1)")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        w, a = list(self.weights), list(self.heights)
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return min(w)
        if type(assumption) is Smooth:
            each = [weight * (1 + height * STEEPEST) for weight, height in zip(w, a, strict=True)]
            return max(each) if assumption.norm is L2 else sum(each[1:], start=each[0])
        return None

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        size = (*shape, BATCH)
        weights = 10 ** (spread * rng.uniform(-1, 1, size))
        heights = 10 ** (spread * rng.uniform(-1, 4, size))
        shares = draw_shares(size, rng, spread)
        starts = 10 ** (spread * rng.uniform(-2, 1.5, size)) * rng.choice([-1, 1], size)
        return cls(weights, heights, shares), starts


@dataclass(frozen=True, eq=False)
class LogisticSum(Problem):
    """f(x) = sum of w_i phi_i(x_i): convex, not strongly, and without the PL inequality, as its slopes are bounded.

    `weights` w > 0 and `shares` s in (0, 1), each of shape (d, batch).
    """

    weights: Any
    shares: Any

    family = "sums of logistic losses"
    scalable = ("weights",)
    convex = separable = True
    shapes = ((1,), (2,))
    rational = False

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return self.weights * slope(x, self.shares, xp)

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(self.weights * height(x, self.shares, xp))

    def constant(self, assumption: Constant) -> Enclosure | None:
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) is BoundedGradient:  # the slopes of phi are between -s and 1 - s
            w = self.weights * np.maximum(self.shares, 1 - self.shares)
            value = w.sum(axis=0) if assumption.norm is LINF else np.sqrt((w * w).sum(axis=0))
            rounding = 1 + 4 * (len(w) + 2) * 2.0**-53
        elif type(assumption) is Smooth:
            w = self.weights * 0.25
            value, rounding = (
                (w.sum(axis=0), 1 + 2 * len(w) * 2.0**-53) if assumption.norm is LINF else (w.max(axis=0), 1)
            )
        else:
            return None
        return Enclosure(value / rounding, value * rounding)

    def check(self):
        w, s = self.weights, self.shares
        if not len(w) or {w.shape, s.shape} != {(len(w),)}:
            raise ValueError("a sum of logistic losses needs as many weights as shares")
        if min(w) <= 0 or not all(0 < share < 1 for share in s):
            raise ValueError("a sum of logistic losses needs positive weights, and shares in (0, 1)")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        if type(assumption) not in (Smooth, BoundedGradient) or assumption.norm not in (LINF, L2):
            return None
        if type(assumption) is BoundedGradient:
            w = [weight * max(share, 1 - share) for weight, share in zip(self.weights, self.shares, strict=True)]
            if assumption.norm is L2 and len(w) > 1:
                return None  # a root
        else:
            w = [weight * STEEPEST for weight in self.weights]
        return max(w) if assumption.norm is L2 else sum(w[1:], start=w[0])

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    def without(self, coordinate: int) -> Self:
        return type(self)(*(np.delete(field, coordinate, axis=0) for field in (self.weights, self.shares)))

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        size = (*shape, BATCH)
        weights = 10 ** (spread * rng.uniform(-1, 1, size))
        starts = 10 ** (spread * rng.uniform(-1, 1.5, size)) * rng.choice([-1, 1], size)
        return cls(weights, draw_shares(size, rng, spread)), starts


def draw_shares(size: tuple[int, ...], rng: np.random.Generator, spread: float) -> np.ndarray:
    """Shares of a batch; every second instance is symmetric, a sum of log cosh."""
    return 1 / (1 + np.exp(spread * rng.uniform(-3, 3, size) * (np.arange(BATCH) % 2)))
