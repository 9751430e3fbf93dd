"""The fast arithmetics, on JAX arrays in 64-bit: plain floats, and balls that carry their rounding error.

A `Ball` is a midpoint and a radius. Running an algorithm on balls gives, beside every number that the floating
run computes, a bound on its distance from the exact value: the forward rounding error of the run, derived
operation by operation and not chosen. A comparison that lies within it is undecided, not a tolerance.

With u = 2^-53 and fl(.) the rounded result, |fl(a o b) - a o b| <= u |fl(a o b)| + tiny for o in {+, -, *, /} and
for the square root (tiny: results below the normal range may be flushed to zero). A sum of n terms, in whatever
order, is off by at most gamma(n) = n u / (1 - n u) times the sum of their absolute values [Higham, Accuracy and
Stability of Numerical Algorithms, section 4.2]. Elementary functions are trusted to ELEMENTARY_ULPS units in the
last place; a test measures them against Arb. The radii are floating-point numbers too: each operation that adds
up a radius multiplies it by GROW, which covers the handful of roundings in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

u = 2.0**-53
"""Unit roundoff of 64-bit floats."""
TINY = 2.0**-1021
"""Covers results that are flushed to zero below the normal range, 2^-1022."""
GROW = 1 + 16 * u
"""Covers the roundings in the computation of one radius from at most eight terms."""
ELEMENTARY_ULPS = 4
"""Trusted error of sin, cos, exp, expm1, log, log1p in units in the last place, so relative error 2 u times this."""
_SERIES_TERMS = 18
"""Terms of exp(t) - 1 - t = t^2/2 + t^3/6 + ... for |t| <= 1/2: the first one left out is below u times the sum."""


def gamma(n: int) -> float:
    """Relative error of a sum of n products in any order: n u / (1 - n u), rounded up."""
    return n * u / (1 - n * u) * (1 + 4 * u)


class Floats:
    """Plain 64-bit floats on JAX arrays, coordinates along axis 0, batch axes last."""

    name = "float"

    def rational(self, numerator, denominator):
        return numerator / denominator

    def interval(self, lower, upper):
        return lower + 0.5 * (upper - lower)

    def power(self, base, exponent):
        return base**exponent

    def abs(self, x):
        return jnp.abs(x)

    def sign(self, x):
        return jnp.sign(x)

    def sum(self, x):
        return jnp.sum(x, axis=0)

    def max(self, x):
        return jnp.max(x, axis=0)

    def larger(self, x, y):
        return jnp.maximum(x, y)

    def matvec(self, matrix, x):
        return _matvec(matrix, x)

    def sqrt(self, x):
        return jnp.sqrt(x)

    def exp(self, x):
        return jnp.exp(x)

    def log(self, x):
        return jnp.log(x)

    def sin(self, x):
        return jnp.sin(x)

    def cos(self, x):
        return jnp.cos(x)

    def expm1(self, x):
        return jnp.expm1(x)

    def log1p(self, x):
        return jnp.log1p(x)

    def exp_remainder(self, x):
        return _exp_remainder(x)

    def normalized(self, g):
        length = jnp.sqrt(jnp.sum(g * g, axis=0))
        return jnp.where(length > 0, g / jnp.where(length > 0, length, 1.0), 0.0)


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
        return jnp.abs(self.middle) + self.radius

    def __getitem__(self, index):
        return Ball(self.middle[index], self.radius[index])

    def __neg__(self):
        return Ball(-self.middle, self.radius)

    def __add__(self, other):
        other = ball(other)
        return _rounded(self.middle + other.middle, self.radius + other.radius)

    def __sub__(self, other):
        return self + (-ball(other))

    def __mul__(self, other):
        other = ball(other)
        spread = self.size * other.radius + jnp.abs(other.middle) * self.radius
        return _rounded(self.middle * other.middle, spread)

    def __truediv__(self, other):
        other = ball(other)
        away = jnp.abs(other.middle) * (1 - 4 * u) - other.radius
        quotient = self.middle / other.middle
        # u |q| |b| covers that q itself is rounded
        spread = (self.radius + jnp.abs(quotient) * (other.radius + 2 * u * jnp.abs(other.middle))) / away
        return _rounded(quotient, jnp.where(away > 0, spread, jnp.inf))

    def __pow__(self, exponent):
        return BALLS.power(self, exponent)

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return ball(other) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return ball(other) / self


class Balls:
    """Floats with a rigorous bound of the rounding error, on JAX arrays."""

    name = "ball"

    def rational(self, numerator, denominator):
        if denominator == 1 and abs(numerator) < 2**53:
            return Ball(jnp.asarray(float(numerator)), jnp.asarray(0.0))
        return _rounded(jnp.asarray(numerator / denominator), jnp.asarray(0.0))

    def interval(self, lower, upper):
        middle = lower + 0.5 * (upper - lower)
        return _rounded(middle, jnp.maximum(upper - middle, middle - lower))

    def power(self, base, exponent):
        """Integer powers, by an integer or by an array of integers >= 0; 0^0 is 1."""
        if isinstance(exponent, int) and exponent < 0:
            return 1.0 / self.power(base, -exponent)
        if isinstance(exponent, int) and exponent <= 4:
            result = ball(jnp.ones_like(base.middle))
            for _ in range(exponent):
                result = result * base
            return result
        power = jnp.asarray(exponent, dtype=float) if not isinstance(exponent, Ball) else exponent.middle
        middle = base.middle**power
        # mean value theorem, and the error of the power function: a product's error grows with the exponent
        slope = power * base.size ** jnp.maximum(power - 1, 0)
        spread = slope * base.radius * (1 + 16 * u * power) + 2 * ELEMENTARY_ULPS * u * (1 + power) * jnp.abs(middle)
        return _rounded(middle, spread)

    def abs(self, x):
        return Ball(jnp.abs(x.middle), x.radius)

    def sign(self, x):
        sign = jnp.sign(x.middle)
        known = (jnp.abs(x.middle) > x.radius) | ((x.middle == 0) & (x.radius == 0))
        # the float's sign stays the midpoint, so that midpoints run as floats do; -1 and 1 are 2 apart
        return Ball(sign, jnp.where(known, 0.0, 2.0))

    def sum(self, x):
        n = x.middle.shape[0]
        spread = jnp.sum(x.radius, axis=0) * (1 + gamma(n)) + gamma(n) * (1 + gamma(n)) * _total(x.middle)
        return _rounded(jnp.sum(x.middle, axis=0), spread)

    def max(self, x):
        return Ball(jnp.max(x.middle, axis=0), jnp.max(x.radius, axis=0))

    def larger(self, x, y):
        x, y = ball(x), ball(y)
        return Ball(jnp.maximum(x.middle, y.middle), jnp.maximum(x.radius, y.radius))

    def matvec(self, matrix, x):
        matrix = ball(matrix)
        n = matrix.middle.shape[1]
        absolute = jnp.abs(matrix.middle)
        spread = _matvec(absolute, x.radius) + _matvec(matrix.radius, x.size)
        spread = spread * (1 + gamma(n)) + gamma(n + 1) * (1 + gamma(n)) * _matvec(absolute, jnp.abs(x.middle))
        return _rounded(_matvec(matrix.middle, x.middle), spread)

    def sqrt(self, x):
        middle = jnp.sqrt(x.middle)
        low = jnp.sqrt(jnp.maximum(x.middle - x.radius, 0)) * (1 - 4 * u)
        # |sqrt(x) - sqrt(m)| = |x - m| / (sqrt(x) + sqrt(m))
        spread = jnp.where(x.radius == 0, 0.0, x.radius / (low + middle * (1 - 4 * u)))
        return _rounded(middle, jnp.where(x.middle >= x.radius, spread, jnp.inf))

    def exp(self, x):
        middle = jnp.exp(x.middle)
        return _elementary(middle, middle * (1 + 8 * ELEMENTARY_ULPS * u) * _expm1_above(x.radius))

    def expm1(self, x):
        growth = jnp.exp(x.middle) * (1 + 8 * ELEMENTARY_ULPS * u)
        return _elementary(jnp.expm1(x.middle), growth * _expm1_above(x.radius))

    def log(self, x):
        low = x.middle * (1 - 4 * u) - x.radius
        return _elementary(jnp.log(x.middle), jnp.where(low > 0, x.radius / low, jnp.inf))

    def log1p(self, x):
        low = (1 + x.middle) * (1 - 4 * u) - x.radius
        return _elementary(jnp.log1p(x.middle), jnp.where(low > 0, x.radius / low, jnp.inf))

    def sin(self, x):
        return _elementary(jnp.sin(x.middle), x.radius)

    def cos(self, x):
        return _elementary(jnp.cos(x.middle), x.radius)

    def exp_remainder(self, x):
        # the derivative is exp(t) - 1, largest in size at an end of the ball
        slope = jnp.maximum(jnp.abs(jnp.expm1(x.size)), jnp.abs(jnp.expm1(-x.size))) * (1 + 8 * ELEMENTARY_ULPS * u)
        middle = _exp_remainder(x.middle)
        # expm1(t) - t for |t| > 1/2 cancels to no less than a quarter of |t|; the series adds up few terms
        rounding = 2 * (8 * ELEMENTARY_ULPS + 2 * _SERIES_TERMS) * u * jnp.abs(middle)
        return _rounded(middle, slope * x.radius + rounding)

    def normalized(self, g):
        return g / self.sqrt(self.sum(g * g))


FLOATS = Floats()
BALLS = Balls()


def ball(x: Any) -> Ball:
    """A number or an array as balls of radius zero; balls as they are."""
    if isinstance(x, Ball):
        return x
    x = jnp.asarray(x, dtype=float)
    return Ball(x, jnp.zeros_like(x))


def ends(x: Ball) -> tuple[Any, Any]:
    """Floats below and above everything in the ball (NaN and infinity mean that nothing is known)."""
    width = x.radius + 2 * u * jnp.abs(x.middle) + TINY
    return x.middle - width * GROW, x.middle + width * GROW


def _rounded(middle, spread) -> Ball:
    """A ball around a result of one correctly rounded operation, given the radius that its arguments cause."""
    middle, spread = jnp.asarray(middle), jnp.asarray(spread)
    return Ball(middle, (spread + u * jnp.abs(middle)) * GROW + TINY)


def _elementary(middle, spread) -> Ball:
    return Ball(middle, (spread + 2 * ELEMENTARY_ULPS * u * jnp.abs(middle)) * GROW + TINY)


def _expm1_above(radius):
    return jnp.expm1(radius) * (1 + 8 * ELEMENTARY_ULPS * u)


def _total(x):
    return jnp.sum(jnp.abs(x), axis=0)


def _matvec(matrix, x):
    return jnp.einsum("ij...,j...->i...", matrix, x)


def _exp_remainder(t):
    """exp(t) - 1 - t without cancellation."""
    small = jnp.where(jnp.abs(t) <= 0.5, t, 0.0)
    series = jnp.ones_like(small)
    for n in range(_SERIES_TERMS, 2, -1):
        series = 1 + small / n * series
    return jnp.where(jnp.abs(t) <= 0.5, 0.5 * small * small * series, jnp.expm1(t) - t)
