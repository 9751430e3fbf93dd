"""Composite objectives that are sums over the coordinates and meet Assumption 2 of signprox, all in rational numbers.

The smooth part is d(x) = sum of (h_i / 2) x_i^2 / (1 + x_i^2), bounded and not convex: its second derivative
h_i (1 - 3 x^2) / (1 + x^2)^3 is at most h_i in size, and h_i at 0. The components of the regularizer come in mirrored
pairs, r_m(x) = q(x - a_m) and q(x + a_m) with equal weights, so that f is even in each coordinate and least at 0.

The deviation of P_m(x) from its mean P(x) has to be bounded for all x. Quadratic components allow that only if they
share one curvature; Huber's functions, whose slopes are bounded, may differ in everything.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sympy import Symbol

from signproof.checks.problems.base import BATCH, in_numbers_of, nearest
from signproof.checks.problems.composite import CompositeProblem
from signproof.theory.arithmetic import Arithmetic, Matrix, Scalar, Vector
from signproof.theory.assumptions import composite
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.norms import L2
from signproof.theory.terms.proximal import D

MET = (
    composite.Composite,
    composite.ProximalAverage,
    composite.ClosedConvex,
    composite.Convex,
    composite.LipschitzGradient,
    composite.CoordinateLipschitz,
    composite.Entries,
    composite.LargestEntry,
    composite.ProximalVariance,
    composite.CoordinateVariance,
)
"""With L_i and sigma_i from `smoothness` and `variance`, at every step size."""
PARTS = 64
"""The weights of the batches are multiples of 1/PARTS, so that they sum to one exactly."""


@dataclass(frozen=True, eq=False)
class Separable(CompositeProblem):
    """`heights` h >= 0, shape (d, batch), and `centres` a_m, shape (M, d, batch): component M - 1 - m mirrors m."""

    heights: Any
    centres: Any

    shapes = ((4, 2),)
    """(M, d)."""

    @property
    def dimension(self):
        return self.heights.shape[0]

    @abstractmethod
    def slopes(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Matrix:
        """grad r_m at prox_{gamma r_m}(z) for every m, shape (M, d, batch)."""

    def smooth_gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        below = x * x + 1
        return self.heights * x / (below * below)

    def smooth_suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        square = x * x
        return xp.sum(self.heights * square / (square + 1)) * xp.rational(1, 2)

    def proxes(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Matrix:
        return z[None] - gamma * self.slopes(z, gamma, xp)

    def unmet(self, assumption: Assumption) -> str:
        if type(assumption) not in MET:
            return f"{self.family} are not known to meet it"
        if isinstance(assumption, composite.Convex | composite.ClosedConvex) and assumption.of == D:
            return f"the smooth part of {self.family} is not convex"
        if isinstance(assumption, composite.LipschitzGradient) and assumption.norm != L2:
            return "the constant of the gradient is known only in the Euclidean norm"
        for name in ("constant", "total", "largest"):
            if not isinstance(getattr(assumption, name, None), Symbol | None):
                return f"its constant {getattr(assumption, name)} is not a symbol to which the least value can be given"
        return ""

    def check(self) -> None:
        """For one instance: raises ValueError if it is none of the family."""
        theta = list(self.weights)
        if sum(theta[1:], start=theta[0]) != 1 or min(theta) < 0 or (self.heights < 0).any():
            raise ValueError("weights and heights must be nonnegative, and the weights must sum to 1")
        alike = [getattr(self, name) for name in self.arrays() if name not in ("heights", "centres", "curvature")]
        if (self.centres != -self.centres[::-1]).any() or any((field != field[::-1]).any() for field in alike):
            raise ValueError("component M - 1 - m must be the mirror image of component m, with the same weight")

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        found = super().from_data(data)
        found.check()
        return found

    def rounded(self, denominator: int) -> Self:
        fields = {name: nearest(field, denominator) for name, field in self.arrays().items()}
        return type(self)(**fields | {"weights": self.weights})

    @classmethod
    def _draw(
        cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Weights and heights, and where the starts are proximal points of."""
        m, d = shape
        cuts = np.sort(rng.integers(0, PARTS // 2 + 1, (m // 2 - 1, BATCH)), axis=0)
        ends = np.concatenate([np.zeros((1, BATCH)), cuts, np.full((1, BATCH), PARTS // 2)])
        weights = np.diff(ends, axis=0) / PARTS
        heights = 10 ** (spread * rng.uniform(-1, 2, (d, BATCH)))
        z = 10 ** (spread * rng.uniform(-1, 1, (d, BATCH))) * rng.choice([-1, 1], (d, BATCH))
        return {"weights": mirrored(weights), "heights": heights}, z


def mirrored(field: np.ndarray, sign: int = 1) -> np.ndarray:
    """The components along axis 0, then their mirror images."""
    return np.concatenate([field, sign * field[::-1]])


@dataclass(frozen=True, eq=False)
class QuadraticComposite(Separable):
    """r_m(x) = sum of (c_i / 2) (x_i - a_{m,i})^2; `curvature` c > 0 has shape (d, batch).

    Here r is (c / 2) x^2 up to a constant, at every step size: sum of theta_m prox_{gamma r_m}(z) = z / (1 + gamma c).
    """

    curvature: Any

    family = "separable composites with quadratic components"

    def slopes(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Matrix:
        c = in_numbers_of(xp, self.curvature)
        return c * (z[None] - self.centres) / (1 + gamma * c)

    def regularizer(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Scalar:
        p = z / (1 + gamma * in_numbers_of(xp, self.curvature))
        return xp.sum(self.curvature * p * p) * xp.rational(1, 2)

    def smoothness(self, xp: Arithmetic) -> Vector:
        return xp.larger(in_numbers_of(xp, self.curvature), in_numbers_of(xp, self.heights))

    def variance(self, gamma: Scalar, xp: Arithmetic) -> Vector:
        slopes = self.slopes(in_numbers_of(xp, self.heights * 0), gamma, xp)  # the deviation is the same everywhere
        return xp.sum(self.weights[:, None] * (slopes * slopes))

    def check(self):
        super().check()
        if not (self.curvature > 0).all():
            raise ValueError("the curvature must be positive")

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        fields, z = cls._draw(shape, rng, spread)
        curvature = 10 ** (spread * rng.uniform(-1, 1, z.shape))
        centres = mirrored(rng.standard_normal((shape[0] // 2, *z.shape)), -1)
        return cls(**fields, centres=centres, curvature=curvature), z


@dataclass(frozen=True, eq=False)
class HuberComposite(Separable):
    """r_m(x) = sum of c H(x_i - a_{m,i}), H(t) = t^2 / 2 for |t| <= delta and delta |t| - delta^2 / 2 beyond.

    `curvatures` c > 0 and `radii` delta > 0 have shape (M, d, batch), like the centres; |a| <= delta, so that 0 is
    where all components are quadratic. The envelope of a component is such a function again, with c / (1 + gamma c)
    and delta (1 + gamma c).
    """

    curvatures: Any
    radii: Any

    family = "separable composites with Huber components"

    def slopes(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Matrix:
        c, delta = in_numbers_of(xp, self.curvatures), in_numbers_of(xp, self.radii)
        steepest = c * delta
        return -xp.larger(-xp.larger(c * (z[None] - self.centres) / (1 + gamma * c), -steepest), -steepest)

    def regularizer(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Scalar:
        c, delta = in_numbers_of(xp, self.curvatures), in_numbers_of(xp, self.radii)
        far, centre = delta * (1 + gamma * c), xp.abs(in_numbers_of(xp, self.centres))
        # a pair's envelopes rise by (H(z) with radius far - a) + (H(z) with radius far + a) together: no cancellation
        size = xp.abs(z)[None]
        rise = (_huber(size, far - centre, xp) + _huber(size, far + centre, xp)) * c / (1 + gamma * c)
        mean = xp.sum(self.weights[:, None] * self.slopes(z, gamma, xp))
        return xp.sum(xp.sum(self.weights[:, None] * rise) - gamma * (mean * mean)) * xp.rational(1, 2)

    def smoothness(self, xp: Arithmetic) -> Vector:
        largest = in_numbers_of(xp, self.heights)
        for curvature in self.curvatures:
            largest = xp.larger(largest, in_numbers_of(xp, curvature))
        return largest

    def variance(self, gamma: Scalar, xp: Arithmetic) -> Vector:
        # between the points where a slope bends, the variance is a convex quadratic, and constant beyond the last ones;
        # it is even, so that of each component the bend on one side is enough
        c, delta = in_numbers_of(xp, self.curvatures), in_numbers_of(xp, self.radii)
        bends, largest = self.centres + delta * (1 + gamma * c), in_numbers_of(xp, self.heights * 0)
        for m in range(len(self.weights)):
            slopes = self.slopes(bends[m], gamma, xp)
            apart = slopes - xp.sum(self.weights[:, None] * slopes)[None]
            largest = xp.larger(largest, xp.sum(self.weights[:, None] * (apart * apart)))
        return largest

    def check(self):
        super().check()
        if not ((self.curvatures > 0).all() and (self.radii > 0).all() and (abs(self.centres) <= self.radii).all()):
            raise ValueError("curvatures and radii must be positive, and no centre may exceed its radius")

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        fields, z = cls._draw(shape, rng, spread)
        half = (shape[0] // 2, *z.shape)
        curvatures, radii = (mirrored(10 ** (spread * rng.uniform(-1, 1, half))) for _ in range(2))
        centres = mirrored(rng.uniform(-1, 1, half), -1) * radii
        return cls(**fields, centres=centres, curvatures=curvatures, radii=radii), z


def _huber(size, radius, xp):
    """H of a number, given its size."""
    near = -xp.larger(-size, -radius)
    return near * (size - near * xp.rational(1, 2))
