"""Sums of w_i (x_i^2 + 3 sin^2 x_i): smooth, not convex, with the PL inequality.  [scaled-sign, Example 4]"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from signproof.checks.constants import Enclosure
from signproof.checks.exact import Balls
from signproof.checks.problem import BATCH, Problem, nearest
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.norms import L2, LINF

SMOOTHNESS = 8
"""The second derivative of x^2 + 3 sin^2 x is 2 + 6 cos 2x, at most 8 in absolute value, and 8 at 0."""
WIDTH = Fraction(1, 10**6)
"""Width to which the PL constant is enclosed."""
FAR = 4
"""Beyond |x| = FAR the PL ratio is bounded below by hand."""


@dataclass(frozen=True, eq=False)
class SineSum(Problem):
    """f(x) = sum of w_i (x_i^2 + 3 sin^2 x_i) with w_i > 0; `weights` has shape (d, batch)."""

    weights: Any

    family = "sums of x^2 + 3 sin^2 x"
    shapes = ((1,), (8,))
    rational = False
    separable = True

    def gradient(self, x, xp):
        return self.weights * (x * 2.0 + xp.sin(x * 2.0) * 3.0)

    def suboptimality(self, x, xp):
        s = xp.sin(x)
        return xp.sum(self.weights * (x * x + s * s * 3.0))

    def constant(self, assumption):
        w = self.weights
        rounding = 1 + 2 * (len(w) + 4) * 2.0**-53
        if assumption.norm not in (LINF, L2):
            return None
        if isinstance(assumption, Smooth):
            value = SMOOTHNESS * (w.sum(axis=0) if assumption.norm is LINF else w.max(axis=0))
            return Enclosure(value / rounding, value * rounding)
        if isinstance(assumption, PolyakLojasiewicz):
            # the sum's constant is the least of the terms', attained where the other coordinates are 0
            low, high = (float(end.p) / float(end.q) for end in pl_constant())
            least = w.min(axis=0)
            return Enclosure(least * low / rounding, least * high * rounding)
        return None

    def exact_constant(self, assumption):
        w = list(self.weights)
        if min(w) <= 0:
            raise ValueError("a weighted sum needs positive weights")
        if assumption.norm not in (LINF, L2):
            return None
        if isinstance(assumption, Smooth):
            return SMOOTHNESS * (sum(w[1:], start=w[0]) if assumption.norm is LINF else max(w))
        return min(w) * pl_constant()[0] if isinstance(assumption, PolyakLojasiewicz) else None

    def rounded(self, denominator):
        return SineSum(nearest(self.weights, denominator))

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        weights = np.ones((*shape, BATCH)) if shape == (1,) else 10 ** (spread * rng.uniform(-1, 1, (*shape, BATCH)))
        sizes = 10 ** (spread * rng.uniform(-2, 0.5, (*shape, BATCH)))
        return cls(weights), sizes * rng.choice([-1, 1], (*shape, BATCH))


@cache
def pl_constant() -> tuple[fmpq, fmpq]:
    """Rationals around the largest PL constant of x^2 + 3 sin^2 x, at most WIDTH apart.

    It is the least value over x of the ratio f'(x)^2 / (2 f(x)), an even function, which with sinc x = sin x / x is
    (2 + 6 sinc 2x)^2 / (2 + 6 sinc^2 x). On [0, FAR] it is enclosed by balls, the pieces with the lowest lower ends
    halved until the ends meet. For x >= FAR, |f'(x)| >= 2x - 3 and f(x) <= x^2 + 3, and (2x - 3)^2 / (2x^2 + 6)
    increases for x > 3/2; its value at FAR must not be below the upper end found, or an ArithmeticError is raised.
    """

    def ratio(a: fmpq, b: fmpq) -> tuple[fmpq, fmpq]:
        x = arb((a + b) / 2, (b - a) / 2)
        return xp.ends((2 + 6 * (2 * x).sinc()) ** 2 / (2 + 6 * x.sinc() ** 2))

    with Balls(64) as xp:
        highest = ratio(fmpq(0), fmpq(0))[1]
        pieces = [(ratio(fmpq(i, 8), fmpq(i + 1, 8))[0], fmpq(i, 8), fmpq(i + 1, 8)) for i in range(8 * FAR)]
        heapq.heapify(pieces)
        width = fmpq(WIDTH.numerator, WIDTH.denominator)
        while highest - pieces[0][0] > width:
            _, a, b = heapq.heappop(pieces)
            middle = (a + b) / 2
            highest = min(highest, ratio(middle, middle)[1])
            for left, right in ((a, middle), (middle, b)):
                heapq.heappush(pieces, (ratio(left, right)[0], left, right))
        if fmpq((2 * FAR - 3) ** 2, 2 * FAR**2 + 6) < highest:
            raise ArithmeticError("the tail of the PL ratio falls below its least value near the origin")
    return pieces[0][0], highest
