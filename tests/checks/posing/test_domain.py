"""Ranges and positions: every position of (0, 1) is a parameter strictly inside the claim's domain."""

import operator
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq, Ge, Gt, Le, Lt, Max, Ne, Symbol, exp, simplify

from signproof.checks.numbers.exact import RATIONALS, rational
from signproof.checks.posing import domain
from signproof.checks.posing.domain import THETAS, TURN, Unsupported
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.claim import Claim
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha, beta, eta, k, mu

GIVEN = (Smooth(L), PolyakLojasiewicz(mu))
DOMAINS = [
    (alpha > 0, alpha < 2 / L),
    (alpha * L < 2, alpha > 0),
    (alpha > 0, 1 - alpha * L / 2 > 0),
    (alpha > 0, alpha / 2 < 1 / L),
    (alpha > 0,),
    (alpha < 1,),
    (alpha >= -1, alpha <= 1),
    (alpha > 0, alpha < 1 / L, alpha < 1 / mu),
    (alpha > 0, alpha > mu, L * alpha > -1),
    (alpha > mu, alpha < mu + L),
    (alpha > 0, Ne(alpha, 1)),
    (alpha > 0, alpha < 1 / L, alpha < 1 / (k + 1)),
    (alpha > 0, alpha < 2 / L, beta > alpha, beta < 2 * alpha),
    (alpha > 0, beta > 0, alpha * beta < 1),
    (alpha > 0, beta > 0, alpha + beta < 1 / L),
    (alpha > 0, beta > alpha * L, eta > 0, eta < beta / alpha),
    (alpha > 0, 1 / alpha > L),
    (alpha > 0, alpha / (-1 - L) > -1),
    (alpha > 0, alpha < beta, beta < 1 / L),
    (beta > 0, beta < 1, alpha > beta, alpha < 2 * beta),
    (beta > 1, alpha > 0, alpha * beta < 1),
    (alpha > 0, beta > alpha, eta > beta, eta < L, beta < mu),
    (beta > alpha, eta > 2 * beta, eta < 1, alpha > -1),
]

positions = st.fractions(Fraction(1, 10**4), 1 - Fraction(1, 10**4), max_denominator=10**4)
sizes = st.fractions(Fraction(1, 10**4), 10**4, max_denominator=10**4)


class FLOATS:
    """As much of an arithmetic of floats as ranges need."""

    joins_roots = False
    rational = staticmethod(operator.truediv)
    power = staticmethod(operator.pow)
    larger = staticmethod(np.maximum)


def claim(*conditions, assumptions=GIVEN):
    return Claim(
        id="t",
        algorithm=ScaledSignGD(alpha),
        assumptions=assumptions,
        domain=conditions,
        measure=Suboptimality(),
        bound=V0,
    )


@cache
def ranges(*conditions):
    return domain.ranges(claim(*conditions))


def placed(conditions, thetas, constants, xp):
    """All parameters at the given positions; the ranges' symbols in their order take the positions in turn."""
    values = dict(constants)
    for interval, theta in zip(ranges(*conditions), thetas, strict=False):
        values[interval.symbol] = interval.at(theta, values, xp)
    return values


@pytest.mark.parametrize("conditions", DOMAINS, ids=str)
@settings(max_examples=25, deadline=None)
@given(thetas=st.tuples(positions, positions, positions), l=sizes, m=sizes)
def test_every_position_is_strictly_inside(conditions, thetas, l, m):  # noqa: E741
    exact = placed(conditions, map(rational, thetas), {L: rational(l), mu: rational(m)}, RATIONALS)
    floats = placed(conditions, map(float, thetas), {L: float(l), mu: float(m)}, FLOATS)
    for relation in conditions:
        if isinstance(relation, Gt | Ge | Lt | Le) and not relation.has(k):
            strict = relation.func(*relation.args) if isinstance(relation, Gt | Lt) else relation.lts < relation.gts
            assert domain.holds(strict, exact, RATIONALS)
            assert domain.holds(strict, floats, FLOATS)
    for symbol, number in exact.items():
        scale = max(abs(float(value)) for value in floats.values())
        assert float(floats[symbol]) == pytest.approx(float(number), rel=1e-9, abs=1e-9 * scale)


@pytest.mark.parametrize("conditions", DOMAINS, ids=str)
def test_each_parameter_has_one_range(conditions):
    symbols = [interval.symbol for interval in domain.ranges(claim(*conditions))]
    assert sorted(symbols, key=str) == sorted({s for c in conditions for s in c.free_symbols} - {L, mu, k}, key=str)


@pytest.mark.parametrize(
    "conditions, theta, value",
    [
        ((alpha > 0, alpha < 2 / L), "1/2", fmpq(1, 4)),
        ((alpha * L < 2, alpha > 0), "9/10", fmpq(9, 20)),
        ((alpha >= -1, alpha <= 1), "1/2", 0),
        ((alpha > 0,), "1/2", 1),
        ((alpha > 3,), "3/4", 6),
        ((alpha < 1,), "1/2", 0),
        ((alpha < 1,), "1/4", -2),
        ((Ne(alpha, 0),), "1/2", 0),
        ((Ne(alpha, 0),), "9/10", fmpq(40, 9)),
        ((alpha > 0, alpha < 1 / L, alpha < 1), "1/2", fmpq(1, 8)),
        ((alpha > 0, alpha > L, alpha < 6), "1/2", 5),
    ],
    ids=str,
)
def test_where_a_position_lies(conditions, theta, value):
    assert placed(conditions, [rational(theta)], {L: fmpq(4), mu: fmpq(1)}, RATIONALS)[alpha] == value


@pytest.mark.parametrize("conditions", DOMAINS, ids=str)
def test_larger_positions_are_larger_parameters(conditions):
    first = domain.ranges(claim(*conditions))[0]
    found = [first.at(rational(theta), {L: fmpq(2), mu: fmpq(1)}, RATIONALS) for theta in THETAS]
    assert found == sorted(found) and len(set(found)) == len(found)


def test_positions_of_a_batch():
    [interval] = domain.ranges(claim(alpha > 0, alpha < 2 / L))
    found = interval.at(np.array([0.25, 0.5]), {L: np.array([1.0, 4.0])}, FLOATS)
    assert found.tolist() == [0.5, 0.25]
    assert TURN == len(THETAS) + 1


def test_a_parameter_leaves_room_for_those_that_come_after_it():
    first, second = domain.ranges(claim(beta > 0, beta < 1, alpha > beta, alpha < 2 * beta))
    assert (first.symbol, {*first.lower}, first.upper) == (alpha, {0}, [2])
    assert (second.symbol, {*second.lower}, {*second.upper}) == (beta, {0, alpha / 2}, {1, alpha})


def test_the_parameter_that_can_be_solved_for_comes_last():
    found = domain.ranges(claim(beta > 0, beta < 1, alpha > 0, alpha < beta**2))
    assert [interval.symbol for interval in found] == [beta, alpha]


@pytest.mark.parametrize(
    "conditions, message",
    [
        ((Eq(alpha, 1 / L),), r"fixes alpha by an equation, .*: substitute the formula"),
        ((alpha > 0, alpha**2 < 1), r"alpha\*\*2 < 1 is not linear in alpha"),
        ((alpha > 0, alpha + 1 / alpha < L), r"not linear in alpha"),
        ((alpha > 0, exp(alpha) < L), r"not linear in alpha"),
        ((alpha > 0, Max(alpha, L) < 1), r"not linear in alpha"),
        ((alpha * (L - 2 * mu) < 1,), r"the factor of alpha has no fixed sign"),
        ((alpha > 0, alpha < V0), r"V_0"),
    ],
    ids=str,
)
def test_a_condition_that_is_not_solved_is_named(conditions, message):
    with pytest.raises(Unsupported, match=message):
        domain.ranges(claim(*conditions))


def test_the_sign_of_a_factor_follows_from_the_premises():
    [interval] = domain.ranges(claim(alpha * (L - 2 * mu) < 1, alpha > 0, L > 3 * mu))
    assert interval.lower == [0]
    assert [simplify(end - 1 / (L - 2 * mu)) for end in interval.upper] == [0]


def test_constants_are_the_assumptions_symbols():
    found = domain.constants(claim(alpha > 0, assumptions=(Smooth(L), PolyakLojasiewicz(mu), StronglyConvex(mu))))
    assert {symbol: len(assumptions) for symbol, assumptions in found.items()} == {L: 1, mu: 2}
    assert domain.constants(claim(alpha > 0, assumptions=(Smooth(3),))) == {}


@pytest.mark.parametrize(
    "assumptions, message",
    [
        ((Smooth(2 * L),), r"the constant 2\*L of Smooth\(2\*L\) is neither a symbol nor a number"),
        ((Smooth(L), PolyakLojasiewicz(L)), "L stands for both a lower and an upper constant"),
    ],
    ids=str,
)
def test_constants_that_no_problem_supplies(assumptions, message):
    with pytest.raises(Unsupported, match=message):
        domain.constants(claim(alpha > 0, assumptions=assumptions))


@pytest.mark.parametrize("relation, truth", [(Lt, "<"), (Le, "< =="), (Gt, ">"), (Ge, "> =="), (Eq, "=="), (Ne, "< >")])
def test_conditions_hold_as_they_say(relation, truth):
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    for left, right, order in ((1, 2, "<"), (2, 2, "=="), (3, 2, ">")):
        condition = relation(a, b)
        for xp, number in ((RATIONALS, rational), (FLOATS, np.array)):
            assert bool(domain.holds(condition, {a: number(left), b: number(right)}, xp)) == (order in truth.split())
