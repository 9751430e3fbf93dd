"""The fast arithmetics, on arrays of JAX or NumPy in 64-bit: plain floats, and balls that carry their rounding error.

A `Ball` is a midpoint m and a radius r: all x with |x - m| <= r. Running an algorithm on balls gives, beside every
number that the floating run computes, a bound on its distance from the exact value: the forward rounding error of the
run, derived operation by operation and not chosen. A comparison that lies within it is undecided, not a tolerance.

**Claim.** Let a run be computed on balls, its problem, start and parameters floats that are read as the rationals they
are. Then each ball contains the number that exact arithmetic gives in its place; `ends` are floats below and above it.

*Proof.* By induction over the operations of the run: the ball of a result contains the exact result for all arguments
in the argument balls. Its radius is a sum of three parts.

1. What the arguments' radii cause. For arguments within r of m and within s of n:

       m + n, m - n     r + s
       m n              |xy - mn| = |x (y - n) + n (x - m)|         <= (|m| + r) s + |n| r
       m / n            |x/y - m/n| = |(x - m) - (m/n)(y - n)| / |y|  <= (r + |m/n| s) / (|n| - s)
       sqrt m           |x - m| / (sqrt x + sqrt m)                 <= r / (sqrt(m - r) + sqrt m)
       exp, expm1       e^m (e^|x - m| - 1)                         <= e^m (e^r - 1)
       log, log1p       |x - m| / min(x, m)                         <= r / (m - r); with 1 + m in place of m
       sin, cos, abs    r, as their slopes are at most 1
       max, larger      the largest radius: the largest of numbers moves by no more than the one that moves most; of two
                        balls that lie apart, the radius of the upper one
       sum, matvec      the sum of the radii; of the products' parts, as above
       sign             0 if 0 is not in the ball or it is {0}, else 2, as -1 and 1 are 2 apart
       power            `Balls.power`; exp(t) - 1 - t: `Balls.exp_remainder`; g / ||g||: from sum, root and quotient

   If a divisor, a logarithm's or a root's argument may lie where the function is undefined, the radius is infinite.
   An infinite or NaN radius says nothing, and no operation turns it into one that does, but for those whose result
   does not depend on the argument: the 0th power and the sign.

2. The rounding of the operation itself. With u = 2^-53 and fl(.) the rounded result, |fl(a o b) - a o b| <=
   u |fl(a o b)| for o in {+, -, *, /} and for the square root. A sum of n terms or n products, in whatever order, with
   or without fused multiplications, is off by at most gamma(n) = n u / (1 - n u) times the sum of their absolute values
   [Higham, Accuracy and Stability of Numerical Algorithms, sections 3.1 and 4.2]. Elementary functions are trusted to
   ELEMENTARY_ULPS units in the last place, powers to 1 + |exponent| times that; tests measure both against Arb. A
   result is exact, and adds nothing, if a summand is zero, if two numbers cancel, or if a factor is exactly zero: so
   coordinates that start at their minimum keep a known sign.

3. Underflow. Results below the normal range may be flushed to zero, and so may arguments and the terms of a radius:
   that is less than 2^-1022 each, at most eight times in one operation, and TINY covers it. A number below the normal
   range that is read from outside gets that radius at once (`ball`).

The radii are floating-point numbers themselves: each of them is multiplied by GROW, and quotients have their divisors
made smaller, which covers the handful of roundings in it.

*The run.* A `lax.scan` repeats one step, and carries x and what the method remembers as balls; so the induction goes
through its steps one by one. These are bounds for the operations as written, so a barrier follows each of them: else
XLA would turn (x + 1) + c into x + (1 + c), a / b / c into a / (b c), and division by a constant into multiplication by
its reciprocal. It may still fuse a product and the sum that follows: then the product is not rounded, which the radius
allows for but does not need. On NumPy's arrays the steps are made one by one, and nothing is merged.

*The bound.* `evaluate` reads a formula as the same operations on balls: its rationals are rounded as in 2, k is an
integer below 2^53, V_0 is the ball that `Balls.interval` puts around its ends, and a power whose exponent is a formula
is `Balls.power`. So the ends of measure and bound hold for one and the same exact instance. Whether its parameters lie
in the domain is decided in floats here, and exactly only by the replay.

What balls cannot see is that two of them err in the same way: their radii grow by up to 1 + alpha L in a step that
shrinks the exact error. `tests/test_soundness.py` measures how wide they are, and compares them with exact runs.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import jax
import numpy as np
from jax.typing import ArrayLike

from signproof.checks.numbers.either import either, is_jax
from signproof.checks.numbers.floats import SERIES_TERMS
from signproof.checks.numbers.minors import minors
from signproof.theory.arithmetic import Arithmetic

Real: TypeAlias = jax.Array | np.ndarray | float
"""Floats, one or an array of any shape."""
u = 2.0**-53
"""Unit roundoff of 64-bit floats."""
TINY = 2.0**-1019
"""Covers the numbers of one operation that are taken for zero below the normal range, 2^-1022: at most eight."""
GROW = 1 + 16 * u
"""Covers the roundings in the computation of one radius from at most eight terms."""
ELEMENTARY_ULPS = 4
"""Trusted error of sin, cos, exp, expm1, log, log1p in units in the last place, so relative error 2 u times this."""

quiet = np.errstate(all="ignore")
"""NumPy need not warn of what is NaN or infinite: the radius says so."""


def gamma(n: int) -> float:
    """Relative error of a sum of n products in any order: n u / (1 - n u), rounded up."""
    return n * u / (1 - n * u) * (1 + 4 * u)


class Floats(Arithmetic):
    """Plain 64-bit floats on arrays of JAX or NumPy, coordinates along axis 0, batch axes last."""

    name = "float"
    words = "floats"
    minors = staticmethod(minors)

    def rational(self, numerator: int, denominator: int) -> float:
        return numerator / denominator

    def interval(self, lower: Real, upper: Real) -> Real:
        return lower + 0.5 * (upper - lower)

    def power(self, base: Real, exponent: Real) -> Real:
        return base**exponent

    def abs(self, x: ArrayLike) -> jax.Array:
        return either.abs(x)

    def sign(self, x: ArrayLike) -> jax.Array:
        return either.sign(x)

    def sum(self, x: ArrayLike) -> jax.Array:
        return either.sum(x, axis=0)

    def max(self, x: ArrayLike) -> jax.Array:
        return either.max(x, axis=0)

    def larger(self, x: ArrayLike, y: ArrayLike) -> jax.Array:
        return either.maximum(x, y)

    def matvec(self, matrix: ArrayLike, x: ArrayLike) -> jax.Array:
        return _matvec(matrix, x)

    def sqrt(self, x: ArrayLike) -> jax.Array:
        return either.sqrt(x)

    def exp(self, x: ArrayLike) -> jax.Array:
        return either.exp(x)

    def log(self, x: ArrayLike) -> jax.Array:
        return either.log(x)

    def sin(self, x: ArrayLike) -> jax.Array:
        return either.sin(x)

    def cos(self, x: ArrayLike) -> jax.Array:
        return either.cos(x)

    def expm1(self, x: ArrayLike) -> jax.Array:
        return either.expm1(x)

    def log1p(self, x: ArrayLike) -> jax.Array:
        return _log1p(x)

    def exp_remainder(self, x: ArrayLike) -> jax.Array:
        return _exp_remainder(x)

    def normalized(self, g: ArrayLike) -> jax.Array:
        length = either.sqrt(either.sum(g * g, axis=0))
        return either.where(length > 0, g / either.where(length > 0, length, 1.0), 0.0)


BallLike: TypeAlias = "Ball | ArrayLike"
"""What `ball` takes: balls, or numbers that become balls of radius zero."""


@jax.tree_util.register_dataclass
@dataclass
class Ball:
    """All numbers within `radius` of `middle`, entry by entry; a radius of infinity or NaN says nothing."""

    middle: Any
    radius: Any

    __array_ufunc__ = None  # so that NumPy leaves mixed operations to the ball

    @property
    def shape(self):
        return self.middle.shape

    @property
    def size(self):
        """An upper bound of the absolute value."""
        return either.abs(self.middle) + self.radius

    @property
    def is_zero(self):
        """Whether it is exactly zero."""
        return (self.middle == 0) & (self.radius == 0)

    def __len__(self):
        return len(self.middle)

    def __iter__(self):
        return (self[place] for place in range(len(self)))

    def __array__(self, *how: object) -> None:
        # without it NumPy would ask for entry after entry, minutes long
        raise TypeError("a ball is not a NumPy array: in a rule, use xp's functions instead of np's")

    def __copy__(self):
        return self  # nothing changes a ball

    def __getitem__(self, index: Any) -> Ball:  # any index of an array
        return Ball(self.middle[index], self.radius[index])

    def swapaxes(self, first: int, second: int) -> Ball:
        return Ball(self.middle.swapaxes(first, second), self.radius.swapaxes(first, second))

    def __neg__(self):
        return Ball(-self.middle, self.radius)

    @quiet
    def __add__(self, other: BallLike) -> Ball:
        other = ball(other)
        exact = (self.middle == 0) | (other.middle == 0) | (self.middle == -other.middle)
        return _rounded(self.middle + other.middle, self.radius + other.radius, exact)

    def __sub__(self, other: BallLike) -> Ball:
        return self + (-ball(other))

    @quiet
    def __mul__(self, other: BallLike) -> Ball:
        other = ball(other)
        spread = self.size * other.radius + either.abs(other.middle) * self.radius
        return _rounded(self.middle * other.middle, spread, self.is_zero | other.is_zero)

    @quiet
    def __truediv__(self, other: BallLike) -> Ball:
        other = ball(other)
        middle, divisor = either.broadcast_arrays(self.middle, other.middle)
        divisor = _as_written(divisor)
        away = either.abs(divisor) * (1 - 4 * u) - other.radius
        quotient = middle / divisor
        # |a/b - m/n| <= (|a - m| + |m/n| |b - n|) / |b|
        spread = self.radius / away + (either.abs(quotient) + TINY) * (other.radius / away)
        return _rounded(quotient, either.where(away > 0, spread, np.inf))

    def __pow__(self, exponent: BallLike) -> Ball:
        return BALLS.power(self, exponent)

    def __radd__(self, other: BallLike) -> Ball:
        return self + other

    def __rsub__(self, other: BallLike) -> Ball:
        return ball(other) - self

    def __rmul__(self, other: BallLike) -> Ball:
        return self * other

    def __rtruediv__(self, other: BallLike) -> Ball:
        return ball(other) / self


class Balls(Arithmetic):
    """Floats with a rigorous bound of the rounding error, on arrays of JAX or NumPy."""

    name = "ball"
    words = "balls"
    minors = staticmethod(minors)

    def rational(self, numerator: int, denominator: int) -> Ball:
        middle = numerator / denominator
        exact = Fraction(middle) == Fraction(numerator, denominator)
        return _rounded(either.asarray(middle), either.asarray(0.0), exact)

    def interval(self, lower: Ball, upper: Ball) -> Ball:
        lower, upper = ball(lower), ball(upper)
        middle = lower.middle + 0.5 * (upper.middle - lower.middle)
        spread = either.maximum(upper.middle - middle, middle - lower.middle)
        return _rounded(middle, spread + either.maximum(lower.radius, upper.radius))

    @quiet
    def power(self, base: Ball, exponent: BallLike) -> Ball:
        """Powers; 0^0 is 1. Where the base may be negative, the exponent stands for an integer: no other is defined."""
        if isinstance(exponent, int) and exponent < 0:
            return 1.0 / self.power(base, -exponent)
        if isinstance(exponent, int) and exponent <= 3:
            factors = [base] * exponent or [ball(either.ones_like(base.middle))]
            return reduce(operator.mul, factors)
        given = ball(exponent)
        p, off = given.middle, given.radius
        middle = base.middle ** (exponent if isinstance(exponent, int) else p)
        size, low = base.size, either.abs(base.middle) * (1 - 4 * u) - base.radius
        # away from zero: x^e / m^p = exp(p log(x / m) + (e - p) log x)
        change = either.abs(p) * (base.radius / low) + off * either.maximum(either.log(size * GROW), -either.log(low))
        away = (either.abs(middle) + TINY) * _above(either.expm1(change * GROW))
        # else: mean value theorem, first in the base, then in the exponent, with |log x| |x|^(1/2) < 1 for |x| < 1
        growth = 1 + size ** (1 + off) * either.log(either.maximum(size, 1)) * GROW
        near = size ** either.maximum(p - 1, 0) * (p * base.radius + off * growth) * (1 + 16 * u * p)
        known = (p == 0) & (off == 0) | (p >= 1) & (p < 2**50) & (off <= 0.5)
        spread = either.where(low > 0, away, either.where(known, near, np.inf))
        return _rounded(middle, spread + 2 * ELEMENTARY_ULPS * u * (1 + either.abs(p)) * either.abs(middle))

    def abs(self, x: Ball) -> Ball:
        return Ball(either.abs(x.middle), x.radius)

    def sign(self, x: Ball) -> Ball:
        sign = either.sign(x.middle)
        known = (either.abs(x.middle) > x.radius) | x.is_zero
        # the float's sign stays the midpoint, so that midpoints run as floats do; -1 and 1 are 2 apart
        return Ball(sign, either.where(known, 0.0, 2.0))

    @quiet
    def sum(self, x: Ball) -> Ball:
        n = x.middle.shape[0]
        spread = either.sum(x.radius, axis=0) * (1 + gamma(n)) + gamma(n) * (1 + gamma(n)) * _total(x.middle)
        return _rounded(either.sum(x.middle, axis=0), spread + n * TINY)

    def max(self, x: Ball) -> Ball:
        return Ball(either.max(x.middle, axis=0), either.max(x.radius, axis=0))

    def larger(self, x: Ball, y: Ball) -> Ball:
        x, y = ball(x), ball(y)
        apart, room = x.middle - y.middle, (x.radius + y.radius + TINY) * (1 + 16 * u)
        known = either.where(apart > room, x.radius, either.where(apart < -room, y.radius, np.inf))
        return Ball(either.maximum(x.middle, y.middle), either.minimum(known, either.maximum(x.radius, y.radius)))

    @quiet
    def matvec(self, matrix: BallLike, x: Ball) -> Ball:
        matrix = ball(matrix)
        n = matrix.middle.shape[1]
        absolute = either.abs(matrix.middle)
        spread = _matvec(absolute, x.radius) + _matvec(matrix.radius, x.size)
        spread = spread * (1 + gamma(n)) + gamma(n + 1) * (1 + gamma(n)) * _matvec(absolute, either.abs(x.middle))
        return _rounded(_matvec(matrix.middle, x.middle), spread + n * TINY)

    @quiet
    def sqrt(self, x: Ball) -> Ball:
        x = ball(x)  # a count of steps is none
        middle = either.sqrt(x.middle)
        low = either.sqrt(either.maximum(x.middle - x.radius, 0)) * (1 - 4 * u)
        # |sqrt(x) - sqrt(m)| = |x - m| / (sqrt(x) + sqrt(m))
        spread = either.where(x.radius == 0, 0.0, x.radius / (low + middle * (1 - 4 * u)))
        return _rounded(middle, either.where(x.middle >= x.radius, spread, np.inf))

    @quiet
    def exp(self, x: Ball) -> Ball:
        middle = either.exp(x.middle)
        return _elementary(middle, _above(middle) * _above(either.expm1(x.radius)))

    @quiet
    def expm1(self, x: Ball) -> Ball:
        growth = _above(either.exp(x.middle))
        return _elementary(either.expm1(x.middle), growth * _above(either.expm1(x.radius)))

    @quiet
    def log(self, x: Ball) -> Ball:
        low = x.middle * (1 - 4 * u) - x.radius
        return _elementary(either.log(x.middle), either.where(low > 0, x.radius / low, np.inf))

    @quiet
    def log1p(self, x: Ball) -> Ball:
        low = (1 + x.middle) * (1 - 4 * u) - x.radius
        return _elementary(_log1p(x.middle), either.where(low > 0, x.radius / low, np.inf))

    def sin(self, x: Ball) -> Ball:
        return _elementary(either.sin(x.middle), x.radius)

    def cos(self, x: Ball) -> Ball:
        return _elementary(either.cos(x.middle), x.radius)

    def exp_remainder(self, x: Ball) -> Ball:
        # the derivative is exp(t) - 1, largest in size at an end of the ball
        low, high = ends(x)
        slope = _above(either.maximum(either.expm1(high), -either.expm1(low)))
        middle = _exp_remainder(x.middle)
        # expm1(t) - t for |t| > 1/2 cancels to no less than a fifth of |expm1(t)|; the series adds up few terms
        rounding = 2 * (8 * ELEMENTARY_ULPS + 2 * SERIES_TERMS) * u * either.abs(middle)
        return _rounded(middle, slope * x.radius + rounding)

    def normalized(self, g: Ball) -> Ball:
        length = self.sqrt(self.sum(g * g))
        unit = g / length
        nothing = either.all(g.is_zero, axis=0)
        return Ball(either.where(length.middle > 0, unit.middle, 0.0), either.where(nothing, 0.0, unit.radius))


FLOATS = Floats()
BALLS = Balls()


def ball(x: BallLike) -> Ball:
    """A number or an array as balls of radius zero; balls as they are.

    Numbers below the normal range get a radius, because the hardware may take them for zero.
    """
    if isinstance(x, Ball):
        return x
    middle = either.asarray(x, dtype=float)
    if middle.dtype != np.float64:
        raise TypeError("balls need 64-bit floats: use them inside jax.enable_x64(True)")
    bits = middle.view("uint64") << 1  # without the sign; a comparison of floats would take them for zero, too
    return Ball(middle, either.where((0 < bits) & (bits < 2**53), TINY, 0.0))


def ends(x: Ball) -> tuple[Any, Any]:
    """Floats below and above everything in the ball (NaN and infinity mean that nothing is known)."""
    width = x.radius + 2 * u * either.abs(x.middle) + TINY
    return x.middle - width * GROW, x.middle + width * GROW


def _rounded(middle: ArrayLike, spread: ArrayLike, exact: ArrayLike = False) -> Ball:
    """A ball around a result of one correctly rounded operation, given the radius that its arguments cause."""
    middle = _as_written(middle)
    return Ball(middle, (spread + either.where(exact, 0.0, u * either.abs(middle) + TINY)) * GROW)


def _elementary(middle: ArrayLike, spread: ArrayLike) -> Ball:
    middle = _as_written(middle)
    return Ball(middle, (spread + 2 * ELEMENTARY_ULPS * u * either.abs(middle)) * GROW + TINY)


def _as_written(x):
    """The same number, which the compiler may not merge into the operations that use it."""
    return jax.lax.optimization_barrier(x) if is_jax(x) else np.asarray(x)


def _above(value):
    """An upper bound of what an elementary function, not negative, was computed to be."""
    return value * (1 + 8 * ELEMENTARY_ULPS * u) + TINY


def _total(x):
    return either.sum(either.abs(x), axis=0)


def _matvec(matrix, x):
    """Products with a matrix (m, n, batch), or with one that has no batch axis or one of length 1."""
    if matrix.ndim > 2 and x.shape[1:] != matrix.shape[2:] == (1,) * (matrix.ndim - 2):
        matrix = matrix.reshape(matrix.shape[:2])
    if matrix.ndim == 2:
        return either.tensordot(matrix, x, axes=1)
    # a product and a sum along a short axis, which the batch fills with vectors; a batched dot would transpose
    return either.sum(matrix * x[None], axis=1)


def _exp_remainder(t):
    """exp(t) - 1 - t without cancellation."""
    small = either.where(either.abs(t) <= 0.5, t, 0.0)
    series = either.ones_like(small)
    for n in range(SERIES_TERMS, 2, -1):
        series = 1 + small / n * series
    return either.where(either.abs(t) <= 0.5, 0.5 * small * small * series, either.expm1(t) - t)


def _log1p(t):
    """log(1 + t); XLA's own is off by a hundred units in the last place near t = -0.4, where 1 + t loses nothing."""
    return either.where(t < -0.25, either.log(1 + t), either.log1p(t))
