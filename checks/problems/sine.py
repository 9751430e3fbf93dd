"""Sums of w_i (x_i^2 + a sin^2 x_i): smooth, with the PL inequality, not convex for a > 1.  [scaled-sign, Example 4]

Example 4 has a = 3. Such sums of the entries of Ax, with fewer rows than columns, are in `ComposedSine`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from flint import fmpq
from sympy import Rational, Symbol, diff, sin

from signproof.checks.numbers.cover import within
from signproof.checks.numbers.exact import Balls, rational, rationals, to_float
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.constants import Enclosure
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector, evaluate
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth
from signproof.theory.norms import L2, LINF

AMPLITUDES = (1.5, 3.0, 4.0, 4.5)
"""Those of the batches: from a little nonconvex to little short of other stationary points, at about 4.6."""
WIDTH = fmpq(1, 10**9)
"""Width to which the PL constant is enclosed, relative to its upper end."""
AMPLITUDE = fmpq(3)
"""That of Example 4."""
FAR = 4
"""Beyond |x| = FAR the PL ratio is bounded below by hand."""


@dataclass(frozen=True, eq=False)
class SineSum(Problem):
    """f(x) = sum of w_i (x_i^2 + a sin^2 x_i), w_i > 0, a > 0; `weights` has shape (d, batch), `amplitude` (batch,)."""

    weights: Any
    amplitude: Any

    family = "sums of x^2 + a sin^2 x"
    scalable = ("weights",)
    shapes = ((1,), (8,))
    rational = False
    separable = True

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return self.weights * (x * 2.0 + xp.sin(x * 2.0) * self.amplitude)

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        s = xp.sin(x)
        return xp.sum(self.weights * (x * x + s * s * self.amplitude))

    def constant(self, assumption: Constant) -> Enclosure | None:
        w = self.weights
        rounding = 1 + 2 * (len(w) + 8) * 2.0**-53
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) is Smooth:
            # the second derivative of x^2 + a sin^2 x is 2 + 2a cos 2x, at most 2 + 2a in size, and 2 + 2a at 0
            value = (2 + 2 * self.amplitude) * (w.sum(axis=0) if assumption.norm is LINF else w.max(axis=0))
            return Enclosure(value / rounding, value * rounding)
        if type(assumption) is PolyakLojasiewicz:
            # the sum's constant is the least of the terms', attained where the other coordinates are 0
            ends, least = pl_constants(self.amplitude), w.min(axis=0)
            return Enclosure(least * ends.lower / rounding, least * ends.upper * rounding)
        return None

    def check(self):
        w, a = self.weights, rationals(self.amplitude)
        if w.ndim != 1 or not len(w) or a.size != 1 or min(w) <= 0 or a.item() <= 0:
            raise ValueError("a sum of x^2 + a sin^2 x needs positive weights and a positive amplitude")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        w, a = list(self.weights), rationals(self.amplitude).item()
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) is Smooth:
            return (2 + 2 * a) * (sum(w[1:], start=w[0]) if assumption.norm is LINF else max(w))
        return min(w) * pl_constant(a)[0] if type(assumption) is PolyakLojasiewicz else None

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        size = (*shape, BATCH)
        weights = np.ones(size) if shape == (1,) else 10 ** (spread * rng.uniform(-1, 1, size))
        sizes = 10 ** (spread * rng.uniform(-2, 0.5, size))
        return cls(weights, draw_amplitudes(AMPLITUDES, rng, spread)), sizes * rng.choice([-1, 1], size)


def draw_amplitudes(amplitudes: tuple[float, ...], rng: np.random.Generator, spread: float) -> np.ndarray:
    """One for each instance of a batch, at spread 0 the first and at spread 1 any."""
    return np.array(amplitudes)[rng.integers(0, 1 + round(spread * (len(amplitudes) - 1)), BATCH)]


def pl_constants(amplitudes: np.ndarray) -> Enclosure:
    """Ends around the largest PL constant of x^2 + a sin^2 x for each amplitude, floats rounded outward.

    Raises ValueError as `pl_constant` does.
    """
    different, where = np.unique(amplitudes, return_inverse=True)
    ends = [[to_float(end) for end in pl_constant(rational(float(a)))] for a in different]
    low, high = np.array(ends).T
    return Enclosure(*(np.nextafter(end, to)[where].reshape(amplitudes.shape) for end, to in ((low, 0), (high, 4))))


@cache
def pl_constant(amplitude: fmpq = AMPLITUDE) -> tuple[fmpq, fmpq]:
    """Rationals around the largest PL constant of f(x) = x^2 + a sin^2 x, no more than WIDTH apart relatively.

    It is the least value of f'(x)^2 / (2 f(x)), an even function. The upper end is its value at a point that floats
    propose, enclosed by a ball; that f'(x)^2 >= 2 mu f(x) holds with the lower end on [-FAR, FAR] is proved by a cover
    with balls. For x >= FAR > a/2, |f'(x)| >= 2x - a and f(x) <= x^2 + a, and (2x - a)^2 / (2x^2 + 2a) increases; its
    value at FAR must not be below the lower end.

    Raises ValueError if that fails, as for amplitudes above about 4.6, where there is a point with f'(x) = 0 and
    f(x) > 0, and so no constant; and for amplitudes that are not positive.
    """
    if amplitude <= 0:
        raise ValueError(f"the amplitude {amplitude} is not positive")
    a, x = Rational(int(amplitude.p), int(amplitude.q)), Symbol("x", real=True)
    f = x**2 + a * sin(x) ** 2
    slope = diff(f, x)
    lowest, spacing = FAR / 2, FAR / 2
    for _ in range(3):  # ever finer grids, each around the lowest point of the one before
        points = lowest + spacing * np.linspace(-1, 1, 1001)[1:]
        sines = np.sin(points)
        ratios = (points + float(a) * sines * np.cos(points)) ** 2 / (points**2 + float(a) * sines**2)
        lowest, spacing = points[np.argmin(ratios)], spacing / 500
    with Balls(128) as balls:
        there = {x: balls.number(lowest)}
        upper = balls.ends(evaluate(slope, there, balls) ** 2 / (2 * evaluate(f, there, balls)))[1]
    lower = upper * (1 - WIDTH)
    proved = within(slope**2 - 2 * Rational(int(lower.p), int(lower.q)) * f, x, FAR)
    if not proved.holds or 2 * FAR <= amplitude or (2 * FAR - amplitude) ** 2 / (2 * FAR**2 + 2 * amplitude) < lower:
        raise ValueError(f"no PL constant of x^2 + {a} sin^2 x is found near {to_float(upper):.3g}")
    return lower, upper
