"""Statements at rational points are decided as SymPy decides them."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, And, Eq, Ge, Gt, Le, Lt, Max, Min, Ne, Not, Or, Pow, Rational, sqrt, symbols
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from signproof.theory.algebra.decide import conditions, truth
from signproof.theory.algebra.points import at_rationals

X = symbols("x y k", real=True)
rationals = st.fractions(-3, 3, max_denominator=4).map(lambda q: Rational(q.numerator, q.denominator))
terms = st.recursive(
    st.sampled_from(X) | rationals,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, st.integers(-2, 3) | st.sampled_from(X)).map(lambda pair: Pow(*pair, evaluate=False)),
        st.tuples(inner, inner).map(lambda pair: Pow(pair[1], -1, evaluate=False) * pair[0]),
        st.tuples(inner, inner).map(lambda pair: Max(*pair) if all(p.is_real for p in pair) else pair[0]),
        st.tuples(inner, inner).map(lambda pair: Min(*pair) if all(p.is_real for p in pair) else pair[0]),
        inner.map(Abs),
        inner.map(sqrt),
    ),
    max_leaves=5,
)
relations = st.tuples(st.sampled_from([Le, Lt, Ge, Gt, Eq, Ne]), terms, terms)


def relation(drawn):
    kind, left, right = drawn
    return kind(left, right, evaluate=False)


statements = relations.map(relation) | st.tuples(
    st.sampled_from([And, Or]), relations.map(relation), relations.map(relation).map(Not)
).map(lambda drawn: drawn[0](*drawn[1:], evaluate=False))


@settings(max_examples=150, deadline=None)
@given(statements, st.tuples(rationals, rationals, rationals))
def test_what_is_told_is_what_sympy_says(statement, numbers):
    values = dict(zip(X, numbers, strict=True))
    try:
        needed = conditions(statement)
    except TypeError:
        return
    found = at_rationals(statement, values)
    if found is None:
        return
    assert all(part.subs(values) == BooleanTrue() for part in needed)
    try:
        outcome = statement.subs(values, simultaneous=True)
    except TypeError:
        raise AssertionError(f"{statement} has no value at {values}") from None
    if outcome in (BooleanTrue(), BooleanFalse()):
        assert found == bool(outcome)


def test_what_has_no_value_or_no_rational_one_is_left_to_sympy():
    x, y, k = X
    for statement in (1 / x > 0, sqrt(y) > 0, Eq(y**k, 0), Or(1 / x > 0, y > 0)):
        assert at_rationals(statement, {x: Rational(0), y: Rational(2), k: Rational(1, 2)}) is None
    assert truth(1 / x > 0, {x: Rational(0)}) is False
    assert at_rationals(x > 0, {}) is None and at_rationals(x > 0, {x: y}) is None


def test_long_numbers_are_left_to_sympy_at_once():
    x = X[0]
    tower = x
    for _ in range(8):
        tower = Pow(tower, 60, evaluate=False)
    begun = time.monotonic()
    assert at_rationals(tower > 0, {x: Rational(3, 2)}) is None and time.monotonic() - begun < 1
