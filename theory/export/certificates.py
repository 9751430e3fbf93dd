"""Why an inequality follows from others: as products of them that sum to a contradiction with its negation.

What Z3 decides somehow, Coq is told: of the given inequalities and the negated goal, products are taken, and multiples
of the equations, until some with positive factors have the sum 0. Z3 finds the factors, by linear arithmetic; Coq's own
linear arithmetic then finds them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from sympy import Expr, Poly

RESOURCES = 30_000_000
"""Z3's count of work after which no certificate is looked for any more."""
MOST = 1_500
"""Of products, at most."""


@dataclass(frozen=True)
class Fact:
    """A number that is not negative, or positive, or 0 (an equation). Its name, and the number."""

    name: str
    number: Expr
    sign: str


@dataclass(frozen=True)
class Certificate:
    """Products of facts by their names, and equations with what they are multiplied by."""

    products: tuple[tuple[str, ...], ...]
    multiples: tuple[tuple[str, Expr], ...]


def certificate(facts: list[Fact], deepest: int = 4) -> Certificate | None:
    """Why facts, the last of which is new, contradict each other; None if that is not found.

    Facts about the symbols of the last one alone are tried first, then those that share a symbol with it, then all.
    """
    about = facts[-1].number.free_symbols
    circles = [
        [fact for fact in facts if fact.number.free_symbols <= about],
        [fact for fact in facts if fact.number.free_symbols & about],
        facts,
    ]
    for place, circle in enumerate(circles):
        if circle not in circles[:place]:
            found = _certificate(circle, deepest)
            if found is not None:
                return found
    return None


def _certificate(facts: list[Fact], deepest: int) -> Certificate | None:
    symbols = sorted(set().union(*(fact.number.free_symbols for fact in facts)), key=str)
    if not symbols:
        return None
    ring = [Poly(fact.number, *symbols) for fact in facts]
    signs = [(fact, poly) for fact, poly in zip(facts, ring, strict=True) if fact.sign != "="]
    equations = [(fact, poly) for fact, poly in zip(facts, ring, strict=True) if fact.sign == "="]
    one = Poly(1, *symbols)
    for depth in range(1, deepest + 1):
        products: list[tuple[tuple[str, ...], bool, Poly]] = [((), True, one)]
        last = products
        for _ in range(depth):
            last = [entry for earlier in last for entry in _longer(earlier, signs)]
            products = [*products, *last]
        if len(products) > MOST:
            return None
        multiples = [
            (fact.name, monomial, poly * monomial)
            for fact, poly in equations
            for degree in range(depth + 1)
            for monomial in _monomials(symbols, degree)
        ]
        if len(multiples) > 2 * MOST:
            return None
        found = _solved(products, multiples)
        if found is not None:
            return found
    return None


def _longer(earlier: tuple[tuple[str, ...], bool, Poly], signs: list[tuple[Fact, Poly]]) -> Iterator[Any]:
    names, strict, poly = earlier
    places = {fact.name: place for place, (fact, _) in enumerate(signs)}
    first = places[names[-1]] if names else 0
    for fact, other in signs[first:]:
        yield (*names, fact.name), strict and fact.sign == ">", poly * other


def _monomials(symbols: list, degree: int) -> Iterator[Poly]:
    for chosen in combinations_with_replacement(symbols, degree):
        poly = Poly(1, *symbols)
        for symbol in chosen:
            poly = poly * Poly(symbol, *symbols)
        yield poly


def _solved(products: list[tuple[tuple[str, ...], bool, Poly]], multiples: list[tuple[str, Poly, Poly]]) -> Any:
    import z3

    context = z3.Context()
    solver = z3.SolverFor("QF_LRA", ctx=context)
    solver.set("rlimit", RESOURCES)
    weights = [z3.Real(f"w{place}", context) for place in range(len(products))]
    factors = [z3.Real(f"e{place}", context) for place in range(len(multiples))]
    solver.add(*(weight >= 0 for weight in weights))
    sums: dict[tuple[int, ...], list[Any]] = {}
    for weight, (_, _, poly) in zip(weights, products, strict=True):
        _enter(sums, weight, poly, context)
    for factor, (_, _, poly) in zip(factors, multiples, strict=True):
        _enter(sums, factor, poly, context)
    solver.add(*(z3.Sum(terms) == 0 for terms in sums.values()))
    solver.add(z3.Sum([weight for weight, (_, strict, _) in zip(weights, products, strict=True) if strict]) == 1)
    if str(solver.check()) != "sat":
        return None
    model = solver.model()

    def used(variable: Any) -> bool:
        return _fraction(model.eval(variable, model_completion=True)) != 0

    return Certificate(
        tuple(names for weight, (names, _, _) in zip(weights, products, strict=True) if names and used(weight)),
        tuple(
            (name, monomial.as_expr())
            for factor, (name, monomial, _) in zip(factors, multiples, strict=True)
            if used(factor)
        ),
    )


def _enter(sums: dict[tuple[int, ...], list[Any]], variable: Any, poly: Poly, context: Any) -> None:
    import z3

    for monomial, coefficient in poly.terms():
        sums.setdefault(monomial, []).append(z3.RealVal(str(coefficient), context) * variable)


def _fraction(number: Any) -> Fraction:
    return Fraction(number.numerator_as_long(), number.denominator_as_long())
