"""||v||_inf <= ||v||_2 <= ||v||_1: steps that several proofs share."""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import l1
from signproof.theory.derivation.steps import Combination, Decide, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.proof_steps import Step
from signproof.theory.symbols import i
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import dual_norm, inner, norm


def l2(vector: Expr) -> Expr:
    """||v||_2."""
    return dual_norm(Str("2"), vector)


def maximum(vector: Expr) -> Expr:
    """||v||_inf."""
    return norm(Str("inf"), vector)


def squared_length(v: Expr) -> tuple[Step, ...]:
    """||v||_2^2 = sum over i of v_i^2."""
    length = Step(f"||{v}||_2", Eq(inner(v, v), l2(v) ** 2), by=Lemma("Euclidean norm", v))
    product = Step(
        f"<{v}, {v}> in coordinates",
        conclusion("inner product in coordinates", v, v),
        by=Lemma("inner product in coordinates", v, v),
    )
    total = Total(coordinate(v, i) ** 2, i)
    return length, product, Step(f"||{v}||_2^2", Eq(l2(v) ** 2, total), by=Combination({product: 1, length: -1}))


def euclidean_below_sum(v: Expr) -> tuple[Step, ...]:
    """||v||_2^2 <= ||v||_1^2, since v_i^2 <= |v_i| ||v||_1."""
    entry = Abs(coordinate(v, i))
    length = squared_length(v)
    l1_norm = Step(f"||{v}||_1", conclusion("l1 norm in coordinates", v), by=Lemma("l1 norm in coordinates", v))
    positive = Step(f"|({v})_i| >= 0", Ge(entry, 0), by=Decide())
    one = Step(
        f"|({v})_i| <= ||{v}||_1", Le(entry, Total(entry, i)), by=Lemma("one of a sum", entry, i, using=(positive,))
    )
    square, product = coordinate(v, i) ** 2, entry * l1(v)
    each = Step(f"({v})_i^2", Le(square, product), by=Decide(one, l1_norm))
    summed = Step(
        f"sum of ({v})_i^2",
        Le(Total(square, i), Total(product, i)),
        by=Lemma("sum of inequalities", square, product, i, using=(each,)),
    )
    conclude = Step(
        f"||{v}||_2 <= ||{v}||_1",
        Le(l2(v) ** 2, l1(v) ** 2),
        by=Combination({length[-1]: 1, summed: 1, l1_norm: -l1(v)}),
    )
    return *length, l1_norm, positive, one, each, summed, conclude


def maximum_below_euclidean(v: Expr) -> tuple[Step, ...]:
    """||v||_inf^2 <= ||v||_2^2, since |v_i| <= ||v||_2."""
    square = coordinate(v, i) ** 2
    length = squared_length(v)
    positive = Step(f"||{v}||_2 >= 0", Ge(l2(v), 0), by=Lemma("non-negative norm", l2(v)))
    each = Step(f"({v})_i^2 >= 0", Ge(square, 0), by=Decide())
    one = Step(
        f"({v})_i^2 <= ||{v}||_2^2", Le(square, Total(square, i)), by=Lemma("one of a sum", square, i, using=(each,))
    )
    entry = Step(f"|({v})_i| <= ||{v}||_2", Le(Abs(coordinate(v, i)), l2(v)), by=Decide(one, length[-1], positive))
    largest = Step(
        f"||{v}||_inf <= ||{v}||_2",
        Le(maximum(v), l2(v)),
        by=Lemma("largest coordinate", v, l2(v), using=(entry,)),
    )
    nonnegative = Step(f"||{v}||_inf >= 0", Ge(maximum(v), 0), by=Lemma("non-negative norm", maximum(v)))
    squared = Step(
        f"||{v}||_inf^2 <= ||{v}||_2^2", Le(maximum(v) ** 2, l2(v) ** 2), by=Decide(largest, nonnegative, positive)
    )
    return *length, positive, each, one, entry, largest, nonnegative, squared
