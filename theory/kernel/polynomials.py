"""Polynomials over the rationals, and formulas made of comparisons of polynomials with zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self, TypeAlias

Monomial: TypeAlias = tuple[tuple[Any, int], ...]
"""The atoms of a product, in order, each with its power."""


LARGEST_NUMBER = 13_000
"""How many binary digits a coefficient has at most."""
_left: ContextVar[list[int] | None] = ContextVar("_left", default=None)


class Wrong(ValueError):
    """Why a document is not accepted."""


@contextmanager
def limited(work: int | None) -> Iterator[None]:
    """What is computed inside the block takes no more than an amount of work, or raises Wrong; None: as much as it
    takes."""
    token = _left.set(None if work is None else [work])
    try:
        yield
    finally:
        _left.reset(token)


def spend(work: int) -> None:
    """Counts work, in multiplications of small numbers."""
    left = _left.get()
    if left is not None:
        left[0] -= work
        if left[0] < 0:
            raise Wrong("it takes too much work to check")


@dataclass(frozen=True)
class Polynomial:
    """A polynomial with rational coefficients, none of them zero: a tuple of (monomial, coefficient) in order.

    Its atoms are numbers 0, 1, 2, ... or whatever else has an order.
    """

    terms: tuple[tuple[Monomial, Fraction], ...] = ()

    @classmethod
    def of(cls, terms: dict[Monomial, Fraction]) -> Self:
        spend(1 + len(terms))
        for number in terms.values():
            if max(digits := number.numerator.bit_length(), number.denominator.bit_length()) > LARGEST_NUMBER:
                raise Wrong("a number is too large")
            if digits > 512:
                spend(digits // 64)
        return cls(tuple(sorted((monomial, number) for monomial, number in terms.items() if number)))

    @classmethod
    def number(cls, value: int | Fraction) -> Self:
        return cls.of({(): Fraction(value)})

    @classmethod
    def sum(cls, parts: Iterable[Polynomial]) -> Self:
        result: dict[Monomial, Fraction] = {}
        for part in parts:
            for monomial, number in part.terms:
                result[monomial] = result[monomial] + number if monomial in result else number
        return cls.of(result)

    def __add__(self, other: Self) -> Self:
        return self.sum((self, other))

    def __mul__(self, other: Self) -> Self:
        spend(len(self.terms) * len(other.terms))
        result: dict[Monomial, Fraction] = {}
        for left, first in self.terms:
            for right, second in other.terms:
                powers = dict(left)
                for atom, power in right:
                    powers[atom] = powers.get(atom, 0) + power
                monomial = tuple(sorted(pair for pair in powers.items() if pair[1]))
                result[monomial] = result[monomial] + first * second if monomial in result else first * second
        return self.of(result)

    def __neg__(self) -> Self:
        return type(self)(tuple((monomial, -number) for monomial, number in self.terms))

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __pow__(self, count: int) -> Self:
        result = self.number(1)
        for _ in range(count):
            result *= self
        return result

    def valid(self, atoms: int) -> bool:
        """Whether this is the one spelling of a polynomial in atoms 0, ..., atoms - 1."""
        try:
            for monomial, number in self.terms:
                if type(number) is not Fraction or not all(
                    type(atom) is type(power) is int and 0 <= atom < atoms and power > 0 for atom, power in monomial
                ):
                    return False
            # one place for each monomial, and one for each atom in it
            return self.of(dict(self.terms)) == self and all(
                tuple(sorted(dict(monomial).items())) == monomial for monomial, _ in self.terms
            )
        except (TypeError, ValueError):
            return False


@dataclass(frozen=True)
class Fact:
    """A polynomial and how it compares with zero: "=", ">=", ">" or "!="."""

    polynomial: Polynomial
    kind: str


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Formula, ...] = ()


Formula: TypeAlias = Fact | All | Some


def negation(formula: Formula) -> Formula:
    """What holds where the formula does not."""
    if isinstance(formula, All):
        return Some(tuple(map(negation, formula.parts)))
    if isinstance(formula, Some):
        return All(tuple(map(negation, formula.parts)))
    if formula.kind in ("=", "!="):
        return Fact(formula.polynomial, "!=" if formula.kind == "=" else "=")
    return Fact(-formula.polynomial, ">" if formula.kind == ">=" else ">=")
