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

RESOURCES = 20_000_000
"""Z3's count of work after which no certificate is looked for any more."""
MOST = 2_000
"""Of products, at most."""


@dataclass(frozen=True)
class Fact:
    """A number that is not negative (">="; "^2" if it is a square), positive (">") or 0 ("="), by its name."""

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

    Facts about the symbols of the last one alone, and those that equations lead to from there, are tried before all.
    """
    about = set(facts[-1].number.free_symbols)
    circles = [[fact for fact in facts if fact.number.free_symbols <= about]]
    for _ in facts:
        linked = (fact.number.free_symbols for fact in facts if fact.sign == "=")
        about |= set().union(*(symbols for symbols in linked if symbols & about))
    circles += [[fact for fact in facts if fact.number.free_symbols <= about], facts]
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
    ring = {fact.name: Poly(fact.number, *symbols) for fact in facts}
    plain = [fact for fact in facts if fact.sign in (">", ">=")]
    squares = [fact for fact in facts if fact.sign == "^2"]
    equations = [fact for fact in facts if fact.sign == "="]
    for depth in range(1, deepest + 1):
        products: list[_Product] = [_Product((), True, Poly(1, *symbols))]
        last = products
        lengths = [1]
        for _ in range(depth):
            last = [longer for earlier in last for longer in _longer(earlier, plain, ring)]
            products = [*products, *last]
            lengths.append(len(products))
            if len(products) > MOST:
                return None
        shorter = max([length for length in lengths[:depth] if length * len(squares) <= MOST], default=0)
        with_squares = [
            _Product((*product.names, square.name), False, product.poly * ring[square.name])
            for square in squares
            for product in products[:shorter]
        ]
        multiples = [
            (fact.name, monomial, ring[fact.name] * monomial)
            for fact in equations
            for degree in range(depth + 1)
            for monomial in _monomials(symbols, degree)
        ]
        if len(products) + len(multiples) > 2 * MOST:
            return None
        for tried in ([*products], [*products, *with_squares]) if with_squares else ([*products],):
            found = _solved(tried, multiples)
            if found is not None:
                return found
    return None


@dataclass(frozen=True)
class _Product:
    names: tuple[str, ...]
    strict: bool
    poly: Poly


def _longer(earlier: _Product, plain: list[Fact], ring: dict[str, Poly]) -> Iterator[_Product]:
    names = [fact.name for fact in plain]
    first = names.index(earlier.names[-1]) if earlier.names else 0
    for fact in plain[first:]:
        strict = earlier.strict and fact.sign == ">"
        yield _Product((*earlier.names, fact.name), strict, earlier.poly * ring[fact.name])


def _monomials(symbols: list, degree: int) -> Iterator[Poly]:
    for chosen in combinations_with_replacement(symbols, degree):
        poly = Poly(1, *symbols)
        for symbol in chosen:
            poly = poly * Poly(symbol, *symbols)
        yield poly


def _solved(products: list[_Product], multiples: list[tuple[str, Poly, Poly]]) -> Any:
    import z3

    context = z3.Context()
    solver = z3.SolverFor("QF_LRA", ctx=context)
    solver.set("rlimit", RESOURCES)
    weights = [z3.Real(f"w{place}", context) for place in range(len(products))]
    factors = [z3.Real(f"e{place}", context) for place in range(len(multiples))]
    solver.add(*(weight >= 0 for weight in weights))
    sums: dict[tuple[int, ...], list[Any]] = {}
    for weight, product in zip(weights, products, strict=True):
        _enter(sums, weight, product.poly, context)
    for factor, (_, _, poly) in zip(factors, multiples, strict=True):
        _enter(sums, factor, poly, context)
    solver.add(*(z3.Sum(terms) == 0 for terms in sums.values()))
    solver.add(z3.Sum([weight for weight, product in zip(weights, products, strict=True) if product.strict]) == 1)
    if str(solver.check()) != "sat":
        return None
    model = solver.model()

    def used(variable: Any) -> bool:
        return _fraction(model.eval(variable, model_completion=True)) != 0

    return Certificate(
        tuple(each.names for weight, each in zip(weights, products, strict=True) if each.names and used(weight)),
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
