"""Why an inequality follows from others: as products of them that sum to a contradiction with its negation.

What Z3 decides somehow, Coq is told: of the given inequalities and the negated goal, products are taken, and multiples
of the equations, until some with positive factors have the sum 0. The factors are found by `combining`; Coq's own
linear arithmetic then finds them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import prod

from sympy import QQ, Expr
from sympy.polys.rings import PolyElement, PolyRing, ring

from signproof.theory.algebra.combining import ONE, Column, Multiple, product_of, single, solve

MOST = 2_000
"""Of products, at most."""


@dataclass(frozen=True)
class Fact:
    """A number that is not negative (">="; "^2" if it is a square), positive (">") or 0 ("="), by its name."""

    name: str
    number: Expr
    sign: str


@dataclass(frozen=True)
class Contradiction:
    """Products of facts by their names, and equations with what they are multiplied by."""

    products: tuple[tuple[str, ...], ...]
    multiples: tuple[tuple[str, Expr], ...]


def contradiction(facts: list[Fact], deepest: int = 4) -> Contradiction | None:
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
            found = _contradiction(circle, deepest)
            if found is not None:
                return found
    return None


def _contradiction(facts: list[Fact], deepest: int) -> Contradiction | None:
    import z3

    symbols = sorted(set().union(*(fact.number.free_symbols for fact in facts)), key=str)
    if not symbols:
        return None
    polynomials, context = ring(symbols, QQ)[0], z3.Context()
    columns: list[Column] = [
        (polynomials.from_expr(fact.number), fact.sign == ">", single(number)) for number, fact in enumerate(facts)
    ]
    plain = [column for column, fact in zip(columns, facts, strict=True) if fact.sign in (">", ">=")]
    squares = [column for column, fact in zip(columns, facts, strict=True) if fact.sign == "^2"]
    equations = [number for number, fact in enumerate(facts) if fact.sign == "="]
    products: list[Column] = [(polynomials(1), True, ONE)]
    last = products
    lengths = [1]
    for depth in range(1, deepest + 1):
        last = [product_of((earlier, each)) for earlier in last for each in plain if _in_order(earlier, each)]
        products = [*products, *last]
        if len(products) > MOST:
            return None
        shorter = max([length for length in lengths if length * len(squares) <= MOST], default=0)
        lengths.append(len(products))
        with_squares = [product_of((product, square)) for square in squares for product in products[:shorter]]
        multiples: list[Multiple] = [
            (columns[number][0] * monomial, number, monomial)
            for number in equations
            for degree in range(depth + 1)
            for monomial in _monomials(polynomials, degree)
        ]
        if len(products) + len(multiples) > 2 * MOST:
            return None
        for tried in ([products, [*products, *with_squares]]) if with_squares else [products]:
            found = solve(tried, multiples, context)
            if found is not None:
                used = [tuple(facts[number].name for number in product.facts) for product in found[0]]
                multiplied = tuple((facts[number].name, factor.monic().as_expr()) for number, factor in found[1])
                return Contradiction(tuple(names for names in used if names), multiplied)
    return None


def _in_order(earlier: Column, each: Column) -> bool:
    """Whether a fact may be multiplied with a product, so that each product is made once."""
    return not earlier[2].facts or earlier[2].facts[-1] <= each[2].facts[0]


def _monomials(polynomials: PolyRing, degree: int) -> Iterator[PolyElement]:
    for chosen in combinations_with_replacement(polynomials.gens, degree):
        yield prod(chosen, start=polynomials(1))
