"""The package's own results: on exact runs, and with a constant changed or a hypothesis dropped."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from flint import fmpq
from sympy import Rational, Symbol

from signproof import Claim, verify
from signproof.checks.constants import exact_smoothness, exact_strong_convexity
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.catalog import catalog
from signproof.theory.derivation.steps import check
from signproof.theory.derivation.table import TABLE, LemmaError
from signproof.theory.papers.own import theorem_1_multi_step as multi
from signproof.theory.papers.own import theorem_1_tight as tight
from signproof.theory.papers.own import theorem_2_sharp
from signproof.theory.papers.own.theorem_1_dimension import theorem_1_dimension
from signproof.theory.papers.scaled_sign import theorem_2
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import L, alpha, d, i, k, mu

PROVED = [
    "own/theorem-1.dimension",
    "own/theorem-1.tight",
    "own/theorem-1.tight.constants",
    "own/theorem-1.multi-step",
    "own/theorem-1.multi-step.constants",
]


@pytest.mark.parametrize("id", PROVED)
def test_the_proof_is_accepted_and_not_without_its_parts(id):
    claim = catalog()[id]
    assert isinstance(check(claim), Certificate)
    for assumption in claim.assumptions:
        kept = tuple(a for a in claim.assumptions if a is not assumption)
        assert isinstance(check(replace(claim, assumptions=kept)), Rejection)


@pytest.mark.parametrize("domain", [tight.theorem_1_tight.domain[1:], tight.theorem_1_tight.domain[:2]], ids=str)
def test_tightness_needs_its_domain(domain):
    extra = tuple(symbol**2 + symbol > -1 for symbol in (d, mu, L, alpha, tight.delta))
    assert isinstance(check(replace(tight.theorem_1_tight, domain=(*domain, *extra))), Rejection)


def test_multi_step_needs_a_small_t():
    claim = multi.theorem_1_multi_step
    wide = tuple(multi.t <= 2 * multi.delta if r == (multi.t <= multi.delta / 12) else r for r in claim.domain)
    assert wide != claim.domain
    assert isinstance(check(replace(claim, domain=wide)), Rejection)


def test_the_sharp_floor_is_proved_and_not_without_its_parts():
    claim = catalog()["own/theorem-2.1.sharp"]
    assert isinstance(check(claim), Certificate)
    smooth, dominated, _, margin = claim.assumptions
    for assumption in (smooth, dominated, margin):
        kept = tuple(a for a in claim.assumptions if a is not assumption)
        assert isinstance(check(replace(claim, assumptions=kept)), Rejection)
    longer = replace(claim, domain=tuple(r for r in claim.domain if r != (alpha < 1 / L)))
    assert isinstance(check(longer), Rejection)


def test_the_sharp_floor_is_at_most_half_the_repaired_one():
    """So half the floor of own/theorem-2.1.repaired is no wrong constant."""
    floor, zeta_1 = theorem_2.floor, theorem_2.zeta_1
    half = Claim(
        id="test/half-the-floor",
        statement=(2 * theorem_2_sharp.floor <= floor) & (theorem_2_sharp.rate <= zeta_1) & (zeta_1 >= 0),
        domain=theorem_2.domain,
    )
    assert verify(half).status == "proved"
    less = replace(half, statement=Rational(21, 10) * theorem_2_sharp.floor <= floor)
    assert verify(less).status == "refuted"


def run(H, x, step, steps):
    """Points of scaled SignGD on 1/2 x'Hx, in rationals."""
    method, points = ScaledSignGD(step), [x]
    for _ in range(steps):
        points.append(method.update(points[-1], lambda y: H.dot(y), (), RATIONALS)[0])
    return points


def value(H, x):
    return sum(x * H.dot(x)) / 2


def number(expression, values):
    exact = Rational(expression.subs(values))
    return fmpq(int(exact.p), int(exact.q))


def test_one_step_is_that_of_the_full_vector():
    values = {d: 5, mu: Rational(1, 2), L: 4, alpha: Rational(2, 5), tight.delta: Rational(1, 10)}
    factors = [values[mu]] + [tight.h.subs(values)] * 4
    H = rationals([[str(factors[row]) if row == column else 0 for column in range(5)] for row in range(5)])
    entries = [tight.start[0].subs(values)] + [tight.start[1].subs(values)] * 4
    points = run(H, rationals([str(entry) for entry in entries]), fmpq(2, 5), 1)
    assert value(H, points[0]) == number(tight.V_0, values)
    assert value(H, points[1]) == number(tight.V_1, values)


def test_ten_steps_turn_and_shrink_and_the_constants_are_the_best():
    values = {multi.t: Rational(1, 100), alpha: Rational(1, 3)}
    rows = [[number(multi.f.formula.diff(a, b), values) for a in multi.x] for b in multi.x]
    H = rationals(rows)
    points = run(H, rationals([number(entry, values) for entry in multi.start]), fmpq(1, 3), 10)
    for before, after in pairwise(points):
        assert list(after) == [fmpq(99, 100) * entry for entry in (before[1], before[2], before[0])]
    assert value(H, points[10]) == fmpq(99, 100) ** 20 * value(H, points[0])
    fractions = [[Rational(str(entry)) for entry in row] for row in H]
    assert exact_smoothness(fractions) == number(multi.largest, values)
    assert exact_strong_convexity(fractions) == number(multi.smallest, values)


def test_the_gain_of_a_coordinate_is_the_same_for_all():
    x, g = theorem_1_dimension.proof.steps[4].by.arguments[:2]
    for gain in (i * mu, k * mu, Symbol("i", real=True)):
        with pytest.raises(LemmaError):
            TABLE["induction over coordinates"].use(x, g, gain)
