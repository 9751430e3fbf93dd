"""Sums of z_j^2 + a sin^2 z_j at z = Ax, with fewer rows than columns: the PL inequality without strong convexity.

Where A is of full rank, f(x) = h(Ax) has the PL inequality with h and A's constants multiplied, since ||A'g||_*^2 is
at least mu_A ||g||_2^2 and ||h'(z)||_2^2 at least 2 mu_h h(z). For a < 1 the sum h is strongly convex, and f convex;
for a > 1 f is not even that. No coordinate of x is on its own, and no quadratic has these gradients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from signproof.checks.constants import Enclosure
from signproof.checks.exact import rationals
from signproof.checks.problem import BATCH, Problem, nearest
from signproof.checks.quadratic import LeastSquares
from signproof.checks.sine import AMPLITUDES, draw_amplitudes, pl_constant, pl_constants
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth

CONVEX = 0.5
"""An amplitude with which the sum is strongly convex, drawn beside the others."""


@dataclass(frozen=True, eq=False)
class ComposedSine(Problem):
    """`factor` is A, of shape (m, d, batch) and rank m; `amplitude`, a > 0, is, of shape (batch,)."""

    factor: Any
    amplitude: Any

    family = "sums of x^2 + a sin^2 x of linear maps"
    shapes = ((2, 4),)
    costly = True
    rational = False

    @property
    def dimension(self):
        return self.factor.shape[1]

    def gradient(self, x, xp):
        z = xp.matvec(self.factor, x)
        return xp.matvec(self.factor.swapaxes(0, 1), z * 2.0 + xp.sin(z * 2.0) * self.amplitude)

    def suboptimality(self, x, xp):
        z = xp.matvec(self.factor, x)
        s = xp.sin(z)
        return xp.sum(z * z + s * s * self.amplitude)

    def constant(self, assumption):
        if type(assumption) not in (Smooth, PolyakLojasiewicz):
            return None
        linear = LeastSquares(self.factor).constant(assumption)
        if linear is None:
            return None
        a, rounding = self.amplitude, 1 + 8 * 2.0**-53
        if type(assumption) is Smooth:
            # the Hessian is largest at 0, where it is (2 + 2a) A'A
            return Enclosure(linear.lower * (2 + 2 * a) / rounding, linear.upper * (2 + 2 * a) * rounding)
        # far out along any z, f is ||z||^2 up to a bounded term, and the ratio twice that of ||Ax||^2 / 2
        return Enclosure(linear.lower * pl_constants(a).lower / rounding, linear.upper * 2.0)

    def check(self):
        a = rationals(self.amplitude)
        if self.factor.ndim != 2 or not self.factor.size or a.size != 1 or a.item() <= 0:
            raise ValueError("a sum of x^2 + a sin^2 x of a linear map needs its rows and a positive amplitude")

    def exact_constant(self, assumption):
        self.check()
        a = rationals(self.amplitude).item()
        if type(assumption) not in (Smooth, PolyakLojasiewicz):
            return None
        linear = LeastSquares(self.factor).exact_constant(assumption)
        if linear is None:
            return None
        return linear * (2 + 2 * a if type(assumption) is Smooth else pl_constant(a)[0])

    def rounded(self, denominator):
        return ComposedSine(nearest(self.factor, denominator), nearest(np.asarray(self.amplitude), denominator))

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        # entries of z of moderate size, where the sines matter
        linear, start = LeastSquares.batch(shape, rng, spread / 4)
        amplitude = draw_amplitudes((CONVEX, *AMPLITUDES), rng, spread)
        return cls(linear.factor, amplitude), start * 10 ** (spread * rng.uniform(-1, 0.5, BATCH))
