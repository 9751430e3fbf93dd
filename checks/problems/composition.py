"""Sums of functions of the entries of z = Ax: what is neither quadratic nor a sum over the coordinates.

Where A is of full rank, f(x) = h(Ax) has the PL inequality with h and A's constants multiplied, since ||A'g||_*^2 is
at least mu_A ||g||_2^2 and ||h'(z)||_2^2 at least 2 mu_h h(z). If h is strongly convex, so is f for square A; with
fewer rows than columns f is not. The sum of z_j^2 + a sin^2 z_j is strongly convex for a < 1 only.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import rationals
from signproof.checks.problems import softplus
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.constants import Enclosure
from signproof.checks.problems.quadratic import LeastSquares
from signproof.checks.problems.sine import AMPLITUDES, draw_amplitudes, pl_constant, pl_constants
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth

CONVEX = 0.5
"""An amplitude with which the sum is strongly convex, drawn beside the others."""


@dataclass(frozen=True, eq=False)
class Composed(Problem):
    """f(x) = h(Ax); `factor` is A, of shape (m, d, batch) and rank m."""

    factor: Any

    rational = False
    costly = True

    @abstractmethod
    def outer_gradient(self, z: Vector, xp: Arithmetic) -> Vector:
        """The gradient of h, of the same shape as z."""

    @abstractmethod
    def outer_suboptimality(self, z: Vector, xp: Arithmetic) -> Scalar:
        """h(z) - h(0), of the shape of the batch."""

    @property
    def dimension(self):
        return self.factor.shape[1]

    def state(self, x: Vector) -> Vector:
        return self.factor.dot(x)

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return xp.matvec(self.factor.swapaxes(0, 1), self.outer_gradient(xp.matvec(self.factor, x), xp))

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        return self.outer_suboptimality(xp.matvec(self.factor, x), xp)


@dataclass(frozen=True, eq=False)
class ComposedSine(Composed):
    """h(z) = sum of z_j^2 + a sin^2 z_j; `amplitude`, a > 0, is of shape (batch,)."""

    amplitude: Any

    family = "sums of x^2 + a sin^2 x of linear maps"
    shapes = ((2, 4),)

    def outer_gradient(self, z: Vector, xp: Arithmetic) -> Vector:
        return z * 2.0 + xp.sin(z * 2.0) * self.amplitude

    def outer_suboptimality(self, z: Vector, xp: Arithmetic) -> Scalar:
        s = xp.sin(z)
        return xp.sum(z * z + s * s * self.amplitude)

    def constant(self, assumption: Constant) -> Enclosure | None:
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

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        a = rationals(self.amplitude).item()
        if type(assumption) not in (Smooth, PolyakLojasiewicz):
            return None
        linear = LeastSquares(self.factor).exact_constant(assumption)
        if linear is None:
            return None
        return linear * (2 + 2 * a if type(assumption) is Smooth else pl_constant(a)[0])

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        # entries of z of moderate size, where the sines matter
        linear, start = LeastSquares.batch(shape, rng, spread / 4)
        amplitude = draw_amplitudes((CONVEX, *AMPLITUDES), rng, spread)
        return cls(linear.factor, amplitude), start * 10 ** (spread * rng.uniform(-1, 0.5, BATCH))


@dataclass(frozen=True, eq=False)
class ComposedSoftplus(Composed):
    """h(z) = sum of z_j^2 / 2 + a phi_j(z_j), with the softplus phi of `SoftplusSum`.

    `height`, a >= 0, is of shape (batch,), the `shares` s in (0, 1) of shape (m, batch).
    """

    height: Any
    shares: Any

    family = "softplus and log-cosh sums of linear maps"
    shapes = ((3, 3),)
    convex = True

    def outer_gradient(self, z: Vector, xp: Arithmetic) -> Vector:
        return z + self.height * softplus.slope(z, self.shares, xp)

    def outer_suboptimality(self, z: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(z * z * 0.5 + self.height * softplus.height(z, self.shares, xp))

    def constant(self, assumption: Constant) -> Enclosure | None:
        linear = LeastSquares(self.factor).constant(assumption)
        if linear is None or not isinstance(assumption, Smooth):
            return linear  # approached far out, where the curvature of phi is gone
        steepest, rounding = 1 + self.height * 0.25, 1 + 8 * 2.0**-53
        return Enclosure(linear.lower * steepest / rounding, linear.upper * steepest * rounding)

    def check(self):
        m, a = len(self.factor), rationals(self.height)
        if self.factor.ndim != 2 or not self.factor.size or a.size != 1 or self.shares.shape != (m,):
            raise ValueError("a softplus sum of a linear map needs its rows, a height and as many shares as rows")
        if a.item() < 0 or not all(0 < share < 1 for share in self.shares):
            raise ValueError("a softplus sum of a linear map needs a height that is not negative and shares in (0, 1)")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        linear = LeastSquares(self.factor).exact_constant(assumption)
        if linear is None or not isinstance(assumption, Smooth):
            return linear
        return linear * (1 + rationals(self.height).item() * softplus.STEEPEST)

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        linear, start = LeastSquares.batch(shape, rng, spread / 8)
        height = 10 ** (spread * rng.uniform(-1, 2, BATCH))
        shares = softplus.draw_shares((shape[0], BATCH), rng, spread)
        return cls(linear.factor, height, shares), start * 10 ** (spread * rng.uniform(-1, 1, BATCH))
