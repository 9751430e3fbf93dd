"""Statements at rational points, by Python's fractions: what SymPy's `subs` does, a hundred times faster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from math import isqrt

from sympy import Abs, Add, And, Basic, Eq, Ge, Gt, Le, Lt, Max, Min, Mul, Ne, Not, Or, Pow, Rational, Symbol
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

LARGEST_POWER = 64
"""Exponents that are computed here."""
LARGEST_BITS = 20_000
"""Bits of numbers that are."""
MOST = 500
"""Values that are tried, one after the other, until a point is given up."""


class _Elsewhere(Exception):
    """It is no rational function at this point, or has no value there, or a long one."""


def at_rationals(statement: Basic, values: Mapping[Symbol, Rational]) -> bool | None:
    """Whether a statement is true where each of its symbols has a rational value; None if that is not told here.

    It is told of comparisons of rational functions, and of what is built of them, where everything in it has a value.
    """
    try:
        return _truth(statement, values)
    except (_Elsewhere, ZeroDivisionError, RecursionError):
        return None


def meeting(
    premises: Sequence[Boolean], values: Sequence[Rational], whole: Set[Symbol] = frozenset()
) -> dict[Symbol, Rational] | None:
    """A point at which all premises are true: each symbol in turn has the first of some values with which the others
    can still be found among them. None if there is none, if a premise is not of those that are told here, or if that
    takes long.
    """
    symbols = sorted(set().union(*(premise.free_symbols for premise in premises)), key=str)
    place = {symbol: number for number, symbol in enumerate(symbols)}
    # each premise is looked at as soon as its last symbol has a value
    due: list[list[Boolean]] = [[] for _ in symbols]
    for premise in premises:
        if premise.free_symbols:
            due[max(place[symbol] for symbol in premise.free_symbols)].append(premise)
        elif at_rationals(premise, {}) is not True:
            return None
    point: dict[Symbol, Rational] = {}
    left = MOST

    def found(number: int) -> bool:
        nonlocal left
        if number == len(symbols):
            return True
        for value in values:
            left -= 1
            if left < 0:
                return False
            if symbols[number] in whole and value.q != 1:
                continue
            point[symbols[number]] = value
            if all(at_rationals(premise, point) is True for premise in due[number]) and found(number + 1):
                return True
        return False

    return point if found(0) else None


def _truth(statement: Basic, values: Mapping[Symbol, Rational]) -> bool:
    kind = statement.func
    if kind in (BooleanTrue, BooleanFalse):
        return kind is BooleanTrue
    if kind in (And, Or):
        parts = [_truth(part, values) for part in statement.args]  # all of them: each has to have a value
        return all(parts) if kind is And else any(parts)
    if kind is Not:
        return not _truth(statement.args[0], values)
    if kind not in (Le, Lt, Ge, Gt, Eq, Ne):
        raise _Elsewhere
    left, right = (_number(side, values) for side in statement.args)
    if kind in (Eq, Ne):
        return (left == right) is (kind is Eq)
    if kind in (Ge, Gt):
        left, right = right, left
    return left <= right if kind in (Le, Ge) else left < right


def _number(term: Basic, values: Mapping[Symbol, Rational]) -> Fraction:
    if isinstance(term, Rational):
        return Fraction(int(term.p), int(term.q))
    if isinstance(term, Symbol):
        value = values.get(term)
        if not isinstance(value, Rational):
            raise _Elsewhere
        return Fraction(int(value.p), int(value.q))
    kind = term.func
    if kind not in (Add, Mul, Pow, Abs, Max, Min):
        raise _Elsewhere
    parts = [_number(part, values) for part in term.args]
    if kind is Add:
        found = sum(parts, start=Fraction(0))
    elif kind is Mul:
        found = Fraction(1)
        for part in parts:
            found *= part
    elif kind is Pow:
        base, exponent = parts
        if exponent.denominator == 2:
            base, exponent = _root(base), 2 * exponent
        if exponent.denominator != 1 or abs(exponent) > LARGEST_POWER:
            raise _Elsewhere
        if not base > 0 and not isinstance(term.args[1], Rational):
            raise _Elsewhere  # whether it has a value depends on what the exponent stands for
        found = base ** int(exponent)
    else:
        found = abs(parts[0]) if kind is Abs else max(parts) if kind is Max else min(parts)
    if found.numerator.bit_length() + found.denominator.bit_length() > LARGEST_BITS:
        raise _Elsewhere
    return found


def _root(number: Fraction) -> Fraction:
    """The square root of a square; no other is rational."""
    root = Fraction(isqrt(max(number.numerator, 0)), isqrt(number.denominator))
    if root * root != number:
        raise _Elsewhere
    return root
