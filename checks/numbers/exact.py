"""Exact rationals and arbitrary-precision balls: the arithmetics in which a violation is replayed.

Vectors are NumPy object arrays of python-flint numbers. A rational has no sine; a ball has no sign when it
contains zero: both say so instead of guessing.
"""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from flint import arb, ctx, fmpq

from signproof.checks.numbers.minors import minors
from signproof.checks.numbers.rebound import Rebound, rebound
from signproof.theory.arithmetic import Arithmetic, Numbers, Scalar


class Undecided(ArithmeticError):
    """A ball is too wide to tell: raise the precision."""


class Irrational(TypeError):
    """A result is no rational number: follow it in balls."""


LONGEST = 1_000_000
"""Characters of the longest number that is read."""
Number = str | int | float
"""A rational in JSON: a string such as "p/q", or a number."""


def rational(number: Any) -> fmpq:  # whatever it is: if it is no number, that is said
    """The exact rational value of an integer, a float, a Fraction, a fmpq or a string such as "p/q" or "2.5e-3".

    Raises ValueError for anything that is not a finite rational number.
    """
    if isinstance(number, fmpq):
        return number
    if isinstance(number, str) and len(number) > LONGEST:
        raise ValueError(f"{number[:20]}... has {len(number)} characters, more than {LONGEST}")
    try:
        if isinstance(number, str):
            return _read(number)
        value = Fraction(number)
        return fmpq(int(value.numerator), int(value.denominator))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise ValueError(f"{repr(number)[:80]} is not a finite rational number") from None


def _read(text: str) -> fmpq:
    text = text.strip()
    if re.fullmatch(r"[+-]?[0-9]+(/0*[1-9][0-9]*)?", text, re.ASCII):
        return fmpq(text.removeprefix("+"))  # of any length, while Python's integers stop at some thousand digits
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,4})?", text, re.ASCII | re.IGNORECASE):
        raise ValueError("it is written in another way, or has a power of ten too large for memory")
    value = Fraction(text)
    return fmpq(value.numerator, value.denominator)


def rationals(numbers: Numbers) -> np.ndarray:
    """An object array of exact rationals, of the same shape as the given numbers."""
    return each(rational, np.asarray(numbers, dtype=object))


def to_float(number: fmpq) -> float:
    """The nearest float, infinite beyond all floats: Python divides integers with correct rounding."""
    try:
        return int(number.p) / int(number.q)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def root_above(square: fmpq, bits: int = 40) -> fmpq:
    """The square root of a number that is not negative, or a rational above it, by 2^-bits of it or so."""
    p, q = int(square.p), int(square.q)
    if math.isqrt(p) ** 2 == p and math.isqrt(q) ** 2 == q:
        return fmpq(math.isqrt(p), math.isqrt(q))
    shift = max(0, bits - (p.bit_length() - q.bit_length()) // 2)
    return fmpq(math.isqrt((p << 2 * shift) // q) + 1, 1 << shift)


def each(function: Callable[[Scalar], Any], x: Numbers) -> Numbers:
    """A function of one number, applied to a number or to each entry of an array."""
    if not isinstance(x, np.ndarray):
        return function(x)
    return np.asarray(np.frompyfunc(function, 1, 1)(x), dtype=object).view(Rebound)


class _Objects(Arithmetic):
    """What rationals and balls share: NumPy's loops over Python numbers."""

    minors = staticmethod(minors)
    copy = staticmethod(rebound)

    def abs(self, x):
        return each(abs, x)

    def sign(self, x):
        return each(self._sign, x)

    def sum(self, x):
        return sum(x[1:], start=x[0])

    def max(self, x):
        result = x[0]
        for entry in x[1:]:
            result = self.larger(result, entry)
        return result

    def matvec(self, matrix, x):
        return matrix.dot(x)

    def power(self, base, exponent):
        return each(lambda entry: entry**exponent, base)

    def normalized(self, g):
        length = self.sqrt(self.sum(g * g))
        return g * 0 if length == 0 else g / length

    @abstractmethod
    def _sign(self, x): ...

    def larger(self, x, y):
        return np.frompyfunc(self._larger, 2, 1)(x, y)

    @abstractmethod
    def _larger(self, x, y): ...


class Rationals(_Objects):
    """Exact rational arithmetic. What leaves the rationals raises Irrational; roots that are rational do not."""

    name = "rational"
    words = "rationals"
    level = "exact"
    joins_roots = True

    def number(self, x: Numbers) -> Numbers:
        return each(rational, x)

    def rational(self, numerator: int, denominator: int) -> Scalar:
        return fmpq(numerator, denominator)

    def interval(self, lower: Numbers, upper: Numbers) -> Numbers:
        if lower is upper or np.all(lower == upper):
            return self.number(lower)
        raise TypeError("an interval is not a rational number")

    def _larger(self, x, y):
        return x if x >= y else y

    def _sign(self, x):
        return fmpq((x > 0) - (x < 0))

    def power(self, base: Numbers, exponent: Scalar) -> Numbers:
        """A power with a whole exponent, or with a rational one where that is rational."""
        given = rational(exponent)
        p, q = int(given.p), int(given.q)
        return super().power(base if q == 1 else each(lambda entry: _root(entry, q), base), p)

    def sqrt(self, x: Numbers) -> Numbers:
        return each(lambda entry: _root(fmpq(entry), 2), x)  # a count of steps is a whole number of Python's

    def _irrational(self, x):
        raise Irrational("the result is not rational in general: replay in balls")

    exp = log = sin = cos = expm1 = log1p = exp_remainder = _irrational

    def ends(self, x: Scalar) -> tuple[Scalar, Scalar]:
        """The number as a lower and an upper bound of itself."""
        return x, x


def _root(number: fmpq, degree: int) -> fmpq:
    """The root of a number that is a power. Raises Irrational for any other."""
    if not number >= 0:
        raise TypeError("the root of a negative number")
    root = fmpq(number.p.root(degree), number.q.root(degree))
    if root**degree != number:
        raise Irrational(f"the root of {number} is not rational: replay in balls")
    return root


class Balls(_Objects):
    """Rigorous ball arithmetic (Arb) with a given precision in bits."""

    name = "ball"
    words = "balls"
    level = "enclosed"

    def __init__(self, bits: int = 256):
        self.bits = bits

    def __enter__(self):
        self._before, ctx.prec = ctx.prec, self.bits
        return self

    def __exit__(self, *error: object) -> None:
        ctx.prec = self._before

    def number(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry if isinstance(entry, arb) else arb(rational(entry)), x)

    def rational(self, numerator: int, denominator: int) -> Scalar:
        return arb(fmpq(numerator, denominator))

    def interval(self, lower: Numbers, upper: Numbers) -> Numbers:
        if not isinstance(lower, np.ndarray):
            return self.number(lower).union(self.number(upper))
        result = np.empty(lower.shape, dtype=object)
        for index, entry in np.ndenumerate(lower):
            result[index] = self.interval(entry, upper[index])
        return result

    def _larger(self, x, y):
        return x.max(y)

    def power(self, base: Numbers, exponent: Scalar) -> Numbers:
        if not (isinstance(exponent, int) and exponent in (1, 2)):
            return super().power(base, exponent)
        # Arb's power of a ball around 0 is not a number
        return each(lambda entry: entry * entry, base) if exponent == 2 else base

    def sqrt(self, x: Numbers) -> Numbers:
        return each(arb.sqrt, self.number(x))

    def exp(self, x: Numbers) -> Numbers:
        return each(arb.exp, x)

    def log(self, x: Numbers) -> Numbers:
        return each(arb.log, x)

    def sin(self, x: Numbers) -> Numbers:
        return each(arb.sin, x)

    def cos(self, x: Numbers) -> Numbers:
        return each(arb.cos, x)

    def expm1(self, x: Numbers) -> Numbers:
        return each(arb.expm1, x)

    def log1p(self, x: Numbers) -> Numbers:
        return each(arb.log1p, x)

    def exp_remainder(self, x: Numbers) -> Numbers:
        # the direct formula loses about twice the bits of x's size, which the precision has to spare
        return each(lambda t: t.expm1() - t, x)

    def _sign(self, x):
        if x > 0:
            return arb(1)
        if x < 0:
            return arb(-1)
        if x == 0:
            return arb(0)
        raise Undecided(f"the sign of {x} is not known at {self.bits} bits")

    def ends(self, x: arb) -> tuple[fmpq, fmpq]:
        """Rationals below and above everything in the ball."""
        if not x.is_finite():
            raise Undecided("a ball is not finite")
        return x.lower().fmpq(), x.upper().fmpq()


RATIONALS = Rationals()
Exact: TypeAlias = Rationals | Balls
"""An arithmetic that a replay may use."""
