"""Sums of functions of one coordinate whose slope is piecewise linear: quadratic between knots, and exact throughout.

They hold the worst cases of first-order methods: Huber's function that of gradient descent on smooth convex functions
[Drori and Teboulle 2014], slopes of the slope L, mu, L the cycles of Polyak's heavy ball [Lessard, Recht and Packard
2016], L, -L, L what gradient descent can do at most on functions that are not convex [Abbaszadehpeivasti, de Klerk and
Zamani 2022].

On each side of its minimizer 0 a function of one coordinate has the knots 0 = t_0 < t_1 < ... < t_P and the curvatures
c_0, ..., c_P: f'' is c_p between t_p and t_(p+1), and c_P beyond t_P. So with u = |x|, and l_p the length of the part
of [0, u] that lies in piece p,

    |f'(x)| = sum of c_p l_p,    f(x) = sum of l_p (s_p + (s_p + c_p l_p)) / 2,    s_p = |f'| at t_p.

No term is negative if the s_p are not. Constants need no arithmetic but for the PL constant: f'^2 / 2f is monotone in
each piece, as the derivative of 2 c_p f - f'^2 vanishes there. So its infimum is c_0, attained near 0, or c_P, or the
ratio at a knot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import to_float
from signproof.checks.posing.domain import TURN
from signproof.checks.problems.base import BATCH, Problem, in_numbers_of
from signproof.checks.problems.constants import Enclosure
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import L2, LINF

SIDES = np.array([1, -1])
"""The right and the left."""
KNOTS = 3
"""Knots on either side in the batches."""
LEVELS = 2**4
"""Curvatures of the batches are multiples of L / LEVELS, or mu."""
GRID = 2**4
"""Their knots and starts are multiples of 1/GRID."""


class Side(NamedTuple):
    """One side of a minimizer: the curvatures, and the knots between them, from the minimizer outwards."""

    curvatures: tuple[float, ...]
    knots: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class PiecewiseQuadratic(Problem):
    """`curvatures` and `knots`, each of shape (P + 1, 2, d, batch): to the right of 0 and to the left, t_0 = 0.

    0 is the only stationary point, except that the slope may be constant, and so not 0, far out.
    """

    curvatures: Any
    knots: Any

    family = "functions with piecewise linear slope"
    shapes = ((1,),)
    separable = True

    @property
    def dimension(self):
        return self.knots.shape[2]

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        c, (reach, within) = self.curvatures, self._lengths(x, xp)
        slopes = xp.sum(c[:-1] * within) + c[-1] * reach[-1]
        return slopes[0] - slopes[1]

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        c, (reach, within) = self.curvatures, self._lengths(x, xp)
        last = reach[-1]
        twice = xp.sum(c[:-1] * within * (reach[:-1] + (reach[:-1] - within))) + c[-1] * last * last
        return xp.sum(twice[0] + twice[1]) * xp.rational(1, 2)

    def _lengths(self, x: Vector, xp: Arithmetic) -> tuple[Any, Any]:
        """How far |x| lies beyond each knot, on both sides, and how much of that is in each piece but the last."""
        beyond = xp.larger(x[None] * SIDES.reshape(2, *(1 for _ in x.shape)), x[None] * 0)[None]
        reach = xp.larger(beyond - self.knots, beyond * 0)
        return reach, -xp.larger(-reach[:-1], in_numbers_of(xp, self.knots[:-1]) - self.knots[1:])

    def constant(self, assumption: Constant) -> Enclosure | None:
        if assumption.norm not in (LINF, L2):
            return None
        c = self.curvatures
        if type(assumption) is Smooth:
            steepest = np.abs(c).max(axis=(0, 1))
            if assumption.norm is L2:
                return Enclosure(steepest.max(axis=0), steepest.max(axis=0))
            total, off = steepest.sum(axis=0), 2 * (len(steepest) - 1) * 2.0**-53
            return Enclosure(total * (1 - off), total * (1 + off))
        if type(assumption) is StronglyConvex:
            # attained by two points that differ in one coordinate, within a piece
            return Enclosure(c.min(axis=(0, 1, 2)), c.min(axis=(0, 1, 2)))
        if type(assumption) is PolyakLojasiewicz:
            # the sum's constant is the least of the terms', attained where the other coordinates are 0
            least = [to_float(self.one(index).pl_constant()) for index in range(c.shape[-1])]
            return Enclosure(np.nextafter(least, 0.0), np.nextafter(least, np.inf))
        return None

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        if assumption.norm not in (LINF, L2):
            return None
        c = self.curvatures
        if type(assumption) is Smooth:
            steepest = [max(map(abs, c[:, :, i].ravel())) for i in range(c.shape[2])]
            return max(steepest) if assumption.norm is L2 else sum(steepest[1:], start=steepest[0])
        if type(assumption) is StronglyConvex:
            return min(c.ravel())
        return self.pl_constant() if type(assumption) is PolyakLojasiewicz else None

    def pl_constant(self) -> fmpq:
        """For one instance: the largest PL constant; 0 if there is none that is positive."""
        return min(
            _pl_constant(list(self.curvatures[:, side, i]), list(self.knots[:, side, i]))
            for side in (0, 1)
            for i in range(self.dimension)
        )

    def check(self):
        shape = self.knots.shape
        if len(shape) != 3 or shape[1] != 2 or not shape[0] or not shape[2] or self.curvatures.shape != shape:
            raise ValueError("a piecewise linear slope needs curvatures and knots for both sides of each coordinate")
        if any(self.knots[0].ravel()) or not (self.knots[1:] > self.knots[:-1]).all():
            raise ValueError("the knots of a piecewise linear slope must increase from 0")
        slope, rises = self.curvatures[0] * 0, [self.curvatures[-1] >= 0]
        for curvature, step in zip(self.curvatures[:-1], self.knots[1:] - self.knots[:-1], strict=True):
            slope = slope + curvature * step
            rises.append(slope > 0)
        if not np.all(rises) or not (self.curvatures[0] > 0).all():
            raise ValueError("a piecewise linear slope must rise from 0 and keep its sign on either side")

    def is_convex(self):
        return (self.curvatures >= 0).all(axis=(0, 1, 2))

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    def scaled(self, height: np.ndarray, width: np.ndarray) -> Self:
        return type(self)(self.curvatures * height, self.knots * width)

    def without(self, coordinate: int) -> Self:
        kept = [i for i in range(self.dimension) if i != coordinate]
        return type(self)(self.curvatures[:, :, kept], self.knots[:, :, kept])

    def describe(self) -> str:
        """Each coordinate in words; what the two sides share is told once."""
        told = [_told([self._side(side, i) for side in (0, 1)]) for i in range(self.dimension)]
        return f"{self.family}: " + "; ".join(
            f"f'' of x_{i + 1} is {each}" if len(told) > 1 else f"f'' is {each}" for i, each in enumerate(told)
        )

    def _side(self, side: int, i: int) -> tuple[tuple[fmpq, ...], tuple[fmpq, ...]]:
        """Curvatures and knots of one side of a coordinate, without knots where nothing changes."""
        c, t = list(self.curvatures[:, side, i]), list(self.knots[:, side, i])
        kept = [p for p in range(len(c)) if p == 0 or c[p] != c[p - 1]]
        return tuple(c[p] for p in kept), tuple(t[p] for p in kept[1:])

    @classmethod
    def of(cls, *coordinates: tuple[Side, Side]) -> tuple[np.ndarray, np.ndarray]:
        """The fields of one instance in floats: for each coordinate its right side and its left one."""
        size = (KNOTS + 1, 2, len(coordinates))
        curvatures, knots = np.empty(size), np.empty(size)
        for i, sides in enumerate(coordinates):
            for side, (c, t) in enumerate(sides):
                missing = KNOTS + 1 - len(c)
                ends = [*t, *((t[-1] if t else 0.0) + 1 + n for n in range(missing))]
                curvatures[:, side, i] = [*c, *[c[-1]] * missing]
                knots[:, side, i] = [0.0, *ends]
        return curvatures, knots

    @classmethod
    def samples(cls, rng: np.random.Generator, batches: int) -> Iterator[tuple[Self, np.ndarray]]:
        yield cls._listed([*_cycles(), *_bends()])
        yield cls._listed([*_humps()])
        yield from super().samples(rng, batches)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        """A third of the instances strongly convex, a third convex, the others neither."""
        size = (KNOTS + 1, 2, *shape, BATCH)
        least, kind = 2.0 ** -np.rint(spread * rng.uniform(0, 8, BATCH)), rng.integers(0, 3, BATCH)
        levels = np.stack([np.ones(size), np.broadcast_to(least, size), np.rint(rng.uniform(1, LEVELS, size)) / LEVELS])
        curvatures = np.maximum(levels[rng.choice(3, size, p=(0.4, 0.4, 0.2)), *np.indices(size)], least)
        bent = rng.random(size) < 0.5
        curvatures = np.where(bent & (kind == 1), 0.0, np.where(bent & (kind == 2), -curvatures, curvatures))
        curvatures[0] = np.abs(curvatures[0]) + least * (curvatures[0] == 0)
        curvatures[-1] = np.maximum(curvatures[-1], 0)
        steps = np.rint(GRID * 2.0 ** rng.uniform(-2, 1.5, size)) / GRID
        steps[0] = 0
        slope = np.zeros(size[1:])
        for piece, step in enumerate(steps[1:]):  # where the slope would change its sign it rises
            here = curvatures[piece]
            curvatures[piece] = np.where(slope + here * step > 0, here, np.abs(here))
            slope = slope + curvatures[piece] * step
        knots = np.cumsum(steps, axis=0)
        sign = rng.choice([-1.0, 1.0], size[2:])
        ends = np.where(sign > 0, knots[:, 0], knots[:, 1])
        start = np.rint(GRID * ends[-1] * rng.uniform(0.1, 1.5, size[2:])) / GRID
        start = np.where(rng.random(size[2:]) < 0.25, ends[-1 - rng.integers(0, KNOTS)], start)
        scale = 2.0 ** np.rint(spread * rng.uniform(-3, 3, BATCH))
        return cls(curvatures * scale, knots), sign * np.maximum(start, 1 / GRID)

    @classmethod
    def _listed(cls, instances: Sequence[tuple[tuple[Side, Side], float]]) -> tuple[Self, np.ndarray]:
        """A batch of these functions and starts on the line, each at all step sizes that are tried."""
        repeated = [each for each in instances for _ in range(TURN)]
        fields = [cls.of(sides) for sides, _ in repeated]
        curvatures, knots = (np.stack(parts, axis=-1) for parts in zip(*fields, strict=True))
        return cls(curvatures, knots), np.array([[start for _, start in repeated]])


def _pl_constant(c: list[fmpq], t: list[fmpq]) -> fmpq:
    """The infimum of f'^2 / 2f on one side."""
    found, slope, height = [c[0], c[-1]], fmpq(0), fmpq(0)
    for piece in range(len(c) - 1):
        length = t[piece + 1] - t[piece]
        after = slope + c[piece] * length
        height += length * (slope + after) / 2
        slope = after
        found.append(slope * slope / (2 * height))
    return max(min(found), fmpq(0))


def _told(sides: list[tuple[tuple[fmpq, ...], tuple[fmpq, ...]]]) -> str:
    def words(c: tuple[fmpq, ...], t: tuple[fmpq, ...], sign: str) -> str:
        ends = [f"{a} up to {sign}{end}" for a, end in zip(c, t, strict=False)]
        return ", ".join([*ends, f"{c[-1]} {'beyond' if t else 'everywhere'}"])

    (right, knots), (left, others) = sides
    if (right, knots) == (left, others):
        return words(right, knots, "|x| = " if knots else "")
    beside = f"{left[0]}" if not others else words(left, others, "-")
    return f"{right[0] if not knots else words(right, knots, '')} for x > 0 and {beside} for x < 0"


def _cycles() -> Iterator[tuple[tuple[Side, Side], float]]:
    """Slopes of the slope L, mu, L, with knots at 1 and 2, on which the heavy ball cycles."""
    for condition, starts in ((25, (3.25, 3, 3.5, 2.75)), (36, (3, 3.25, 2.75)), (100, (0.75, 3, 3.25)), (16, (3.5,))):
        for start in starts:
            yield (Side((condition, 1, condition), (1, 2)), Side((condition,))), start


def _bends() -> Iterator[tuple[tuple[Side, Side], float]]:
    """Huber's functions, from where their knot is 1/(2k + 1) of the way; functions with one knot; with a flat side."""
    start: float
    for start in (2, 3, 5, 7, 9, 11, 13, 17):
        yield (Side((1, 0), (1,)), Side((1, 0), (1,))), start
    for outer, condition in ((1, 4), (1, 100), (4, 1), (100, 1)):
        for start in (1.5, 3, -2):
            yield (Side((condition, outer), (1,)), Side((outer,))), start
    for start in (4, -4, -1):
        yield (Side((1,)), Side((1, 0), (0.5,))), start
    for start in (2.5, 1.75, 6):
        yield (Side((1, 0, 1), (1, 2)), Side((1,))), start
        yield (Side((1, 0.5, 0), (1, 2)), Side((2, 1), (1,))), start


def _humps() -> Iterator[tuple[tuple[Side, Side], float]]:
    """Slopes of the slope L and -L, so that gradient descent meets slopes nearly as large as they can be."""
    for least in (0.5, 0.25, 0.125, 2.0**-6):
        side = Side((1, -1, 1, 0), (1, 2 - least, 3 - 2 * least))
        for start in (3 - 2 * least, 1, 2 - least, 4):
            yield (side, Side((1,))), start
        yield (side, side), least - 3
    for condition in (2, 8):
        for start in (1, 2, 3, 5):
            yield (Side((1, -1 / condition, 1), (1, 2)), Side((1,))), start
        yield (Side((1, -1 / condition, 0), (1, 2)), Side((condition, -1, 1), (1, 1.5))), -2
    for start in (1, 2, 3, 4, -2):
        yield (Side((1, 0, -1, 1), (1, 3, 3.5)), Side((1, -1, 0), (1, 1.75))), start
        yield (Side((1, -1, 0), (1, 1.875)), Side((1, 0, -1, 0), (1, 2, 2.75))), start
