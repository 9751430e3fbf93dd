"""Exact combinations: which positive multiples of products of facts, and which multiples of equations, add up to zero.

Products have values, polynomials of SymPy's sparse rings. The weights are found by Z3's linear arithmetic, which is
over the rational numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from sympy import QQ
from sympy.polys.rings import PolyElement, ring

from signproof.theory.kernel.certificate import Product

if TYPE_CHECKING:
    import z3

Column: TypeAlias = tuple[PolyElement, bool, Product]
"""A product's value, whether it is positive, and the product."""
Multiple: TypeAlias = tuple[PolyElement, int, PolyElement]
"""A multiple of an equation: its value, the equation's number, and the multiplier."""
WORK = 8_000_000
"""Z3's own count of work for one combination, some two seconds; unlike seconds, it is repeatable."""


def times(*products: Product) -> Product:
    factor = Fraction(1)
    for product in products:
        factor *= product.factor
    return Product(
        factor,
        tuple(fact for product in products for fact in product.facts),
        tuple(root for product in products for root in product.squares),
    )


def single(number: int) -> Product:
    return Product(Fraction(1), (number,))


ONE = Product(Fraction(1))


def solve(
    columns: list[Column],
    multiples: list[Multiple],
    context: z3.Context,
    target: PolyElement | None = None,
) -> tuple[list[Product], list[tuple[int, PolyElement]], bool] | None:
    """Positive multiples of the columns, and multiples of equations, with sum zero and one positive, or the target.

    The sum is exact: Z3's linear arithmetic is over the rational numbers.
    """
    import z3

    columns = _useful(columns, multiples, target)
    if not any(strict for _, strict, _ in columns) and (target is None or not columns):
        return None
    rows: dict[tuple, list[str]] = {}
    for letter, parts in (("c", columns), ("e", multiples)):
        for number, part in enumerate(parts):
            for powers, factor in part[0].iterterms():
                rows.setdefault(powers, []).append(f"(* {_text(factor)} {letter}{number})")
    goal = dict(target.iterterms()) if target else {}
    if not goal.keys() <= rows.keys():
        return None
    lines = [f"(declare-const c{number} Real)(assert (>= c{number} 0))" for number in range(len(columns))]
    lines += [f"(declare-const e{number} Real)" for number in range(len(multiples))]
    lines += [f"(assert (= (+ 0 {' '.join(row)}) {_text(goal.get(powers, 0))}))" for powers, row in rows.items()]
    solver = z3.SolverFor("QF_LRA", ctx=context)
    solver.set("ctrl_c", False)
    solver.set("rlimit", WORK)
    solver.from_string("\n".join(lines))
    weights = [z3.Real(f"c{number}", context) for number in range(len(columns))]
    free = [z3.Real(f"e{number}", context) for number in range(len(multiples))]
    positive = [weight for weight, (_, strict, _) in zip(weights, columns, strict=True) if strict]
    strict = False
    if positive:
        solver.push()
        solver.add(z3.Sum(positive) > 0 if target else z3.Sum(positive) == 1)
        strict = solver.check() == z3.sat
    if not strict:
        if target is None:
            return None
        if positive:
            solver.pop()
        if solver.check() != z3.sat:
            return None
    model = solver.model()

    def value(variable: Any) -> Fraction:
        return model.eval(variable, model_completion=True).as_fraction()

    products = [
        times(product, Product(value(weight)))
        for weight, (_, _, product) in zip(weights, columns, strict=True)
        if value(weight)
    ]
    equations = [
        (number, multiplier * QQ(value(variable).numerator, value(variable).denominator))
        for variable, (_, number, multiplier) in zip(free, multiples, strict=True)
        if value(variable)
    ]
    return products, equations, strict


def _useful(columns: list[Column], multiples: list[Multiple], target: PolyElement | None) -> list[Column]:
    """Columns without a term that nothing can cancel."""
    fixed = {powers for p, _, _ in multiples for powers in p.itermonoms()}
    if target is not None:
        fixed |= set(target.itermonoms())
    while True:
        signs: dict[tuple, int] = {}
        for p, _, _ in columns:
            for powers, number in p.iterterms():
                signs[powers] = signs.get(powers, 0) | (1 if number > 0 else 2)
        kept = [
            column
            for column in columns
            if all(powers in fixed or signs[powers] == 3 for powers in column[0].itermonoms())
        ]
        if len(kept) == len(columns):
            return kept
        columns = kept


def product_of(parts: Iterable[Column]) -> Column:
    p, strict, product = None, True, ONE
    for q, positive, factor in parts:
        p = q if p is None else p * q
        strict, product = strict and positive, times(product, factor)
    assert p is not None
    return p, strict, product


def variables_of(p: PolyElement) -> set[int]:
    return {index for powers in p.itermonoms() for index, power in enumerate(powers) if power}


def coefficient(p: PolyElement, index: int, power: int) -> PolyElement:
    """The coefficient of a power of a variable."""
    terms = {
        (*powers[:index], 0, *powers[index + 1 :]): number for powers, number in p.iterterms() if powers[index] == power
    }
    return p.ring.from_dict(terms)


def factors_of(p: PolyElement) -> tuple[Any, list[tuple[PolyElement, int]]]:
    """SymPy's factors, found in the ring of the variables that occur: others cost time."""
    used = sorted(variables_of(p))
    small = ring([f"t{index}" for index in used], QQ)[0]
    constant, factors = small.from_dict(
        {tuple(powers[index] for index in used): number for powers, number in p.iterterms()}
    ).factor_list()

    def large(f: PolyElement) -> PolyElement:
        terms = {}
        for powers, number in f.iterterms():
            exponents = [0] * p.ring.ngens
            for index, power in zip(used, powers, strict=True):
                exponents[index] = power
            terms[tuple(exponents)] = number
        return p.ring.from_dict(terms)

    return constant, [(large(f), power) for f, power in factors]


def _text(number: Any) -> str:
    """A rational number in SMT-LIB."""
    value = fraction(QQ(number))
    text = f"(/ {abs(value.numerator)}.0 {value.denominator}.0)"
    return f"(- {text})" if value < 0 else text


def fraction(number: Any) -> Fraction:  # a rational number of whatever library
    return Fraction(int(number.numerator), int(number.denominator))
