"""What is known of the exponential, of logarithms and of powers, as relations that real arithmetic can use.

With e^c between two rationals for each c of `TOUCHING`:
- e^u >= e^c (1 + u - c), the tangent at c; and e^u (1 - u + c) <= e^c, which is the tangent of e^-u at -c times e^u;
- log w <= c - 1 + w e^-c and log w >= c + 1 - e^c / w, the same for u = log w;
- both increase.
Of log u this is said for w = u and, since log u = r log u^(1/r), for the powers of u that occur beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from sympy import And, Basic, Expr, Ge, Gt, Le, Lt, Not, Or, Pow, Rational, ceiling, exp, floor, log
from sympy.logic.boolalg import Boolean, BooleanTrue

TOUCHING = tuple(
    Rational(p, q) for p, q in ((-4, 1), (-2, 1), (-1, 1), (-1, 2), (0, 1), (1, 2), (1, 1), (2, 1), (4, 1))
)
"""Where tangents touch the exponential."""
DIGITS = 10**6
"""Denominator of the rationals around e^c."""
TERMS = 30
"""Terms of the series of e^c."""


def bounds(statements: Iterable[Basic]) -> tuple[Boolean, ...]:
    """True relations about the exponentials, logarithms and powers that occur in the statements.

    They hold wherever the statements have values.
    """
    statements = tuple(statements)
    exponentials = _occurring(exp, statements)
    logarithms = _occurring(log, statements)
    powers = [power for power in _occurring(Pow, statements) if not isinstance(power, exp)]
    found: list[Boolean] = []
    for term in exponentials:
        found += _of_exponential(term)
    for term in logarithms:
        (inside,) = term.args
        roots = [power.exp for power in powers if power.base == inside and isinstance(power.exp, Rational)]
        for exponent in dict.fromkeys((Rational(1), *map(abs, roots))):
            found += _of_logarithm(term, exponent)
    for one, other in (*combinations(exponentials, 2), *combinations(logarithms, 2)):
        u, v = one.args[0], other.args[0]
        found += [Or(Lt(u, v), Ge(one, other)), Or(Gt(u, v), Le(one, other))]
        if isinstance(one, exp) and u + v == 0:
            found.append(Ge(one + other, 2))  # as their product is 1
    for power in powers:
        if not isinstance(power.exp, Rational):
            found += _of_power(power)
    return tuple(relation for relation in found if not isinstance(relation, BooleanTrue))


def enclosed(c: Rational) -> tuple[Rational, Rational]:
    """Rationals below and above e^c, by its series: as |c| < TERMS / 2, what is left is less than the last term."""
    if c < 0:
        low, high = enclosed(-c)
        return 1 / high, 1 / low
    total = term = Rational(1)
    for n in range(1, TERMS):
        term = term * c / n
        total += term
    return floor(DIGITS * total) / Rational(DIGITS), ceiling(DIGITS * (total + term)) / Rational(DIGITS)


def _of_exponential(term: Expr) -> list[Boolean]:
    (u,) = term.args
    found = []
    for c in TOUCHING:
        low, high = enclosed(c)
        # where 1 + u - c < 0 the tangent says nothing, so that the lower end of e^c is safe in both cases
        found += [Ge(term, low * (1 + u - c)), Le(term * (1 - u + c), high)]
        # e^u = (e^(u/2))^2: beyond the zero of the tangent, a parabola
        half = 1 + u / 2 - c
        found.append(Or(Lt(half, 0), Ge(term, low**2 * half**2)))
    return found


def _of_logarithm(term: Expr, exponent: Rational) -> list[Boolean]:
    (inside,) = term.args
    w = Pow(inside, exponent)
    found = []
    for c in TOUCHING:
        low, high = enclosed(c)
        found += [Le(exponent * term, c - 1 + w / low), Ge(w * (exponent * term - c - 1), -high)]
    return found


def _of_power(term: Expr) -> list[Boolean]:
    """Its sign, on which side of 1 it lies, and Bernoulli's inequality, for a positive base."""
    base, exponent = term.base, term.exp
    tangent = 1 + exponent * (base - 1)
    between = And(Ge(exponent, 0), Le(exponent, 1))
    known = (
        Gt(term, 0),
        Or(Lt(base, 1), Lt(exponent, 0), Ge(term, 1)),
        Or(Gt(base, 1), Lt(exponent, 0), Le(term, 1)),
        Or(between, Ge(term, tangent)),
        Or(Not(between), Le(term, tangent)),
    )
    return [Or(Le(base, 0), part) for part in known]


def _occurring(kind: type, statements: tuple[Basic, ...]) -> list[Expr]:
    return sorted(set().union(*(statement.atoms(kind) for statement in statements)), key=str)
