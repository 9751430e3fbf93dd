"""Proximal methods: the kernel accepts the proofs of the signprox paper, nothing false, and exact runs agree."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from sympy import Eq, Ge, Integer, Le, Rational, sqrt

from signproof.theory.assumptions.composite import ClosedConvex, Convex
from signproof.theory.assumptions.gradients import IndependentDraws
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import Decide, Hypothesis, Instance, Lemma, check
from signproof.theory.derivation.table import TABLE, LemmaError, conclusion, u, v
from signproof.theory.measures import ExpectedSuboptimality
from signproof.theory.papers.signprox.eq_9 import eq_9, gamma, positive, s, t
from signproof.theory.papers.signprox.regularizer import eq_9_smooth, eq_9_smooth_coordinates
from signproof.theory.papers.signprox.theorem_1 import T, theorem_1
from signproof.theory.papers.signprox.theorem_2 import theorem_2
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, L, i, k, m, sigma
from signproof.theory.terms.expectations import coordinate, estimate, mean
from signproof.theory.terms.proximal import COMPONENT, exchange, mean_prox, prox, sampled_mapping
from signproof.theory.terms.vectors import gradient

PAPER = [claim for id, claim in catalog().items() if id.startswith("signprox/") and claim.proof is not None]
THEOREMS = (theorem_1, theorem_2)


def rejected(claim: Claim) -> str:
    outcome = check(claim)
    assert isinstance(outcome, Rejection), f"{claim} was accepted"
    return outcome.reason


@pytest.mark.parametrize("claim", PAPER, ids=str)
def test_a_proof_is_accepted_with_the_lemmas_it_names(claim):
    certificate = check(claim)
    assert isinstance(certificate, Certificate), certificate
    assert set(certificate.lemmas) == {step.by.name for step in claim.proof.steps if isinstance(step.by, Lemma)}


@pytest.mark.parametrize("claim", PAPER, ids=str)
def test_a_proof_without_one_of_its_assumptions_is_rejected(claim):
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        bound = tuple(symbol > 0 for symbol in sorted(assumption.symbols, key=str))
        assert str(assumption) in rejected(dataclasses.replace(claim, assumptions=left, domain=(*claim.domain, *bound)))


@pytest.mark.parametrize(
    ("claim", "old", "new"),
    [
        (theorem_1, 3 * sigma**2, 2 * sigma**2),
        (theorem_1, 2 * L * V0, L * V0),
        (theorem_2, 4 * L * V0, 3 * L * V0),
        (theorem_2, 4 * sigma, 3 * sigma),
    ],
    ids=str,
)
def test_a_smaller_constant_is_rejected(claim, old, new):
    smaller = claim.bound - (old - new) / sqrt(T)
    last = claim.proof.steps[-1]
    steps = (*claim.proof.steps[:-1], Step(last.name, Le(claim.measure.symbol, smaller), by=last.by))
    assert rejected(dataclasses.replace(claim, bound=smaller))
    assert "does not follow" in rejected(dataclasses.replace(claim, bound=smaller, proof=Proof(*steps)))


def test_the_one_of_the_second_bound_has_room_for_5_8():
    """3/8 is enough, and no less by this proof."""
    for constant, outcome in ((Rational(3, 8), Certificate), (Rational(1, 3), Rejection)):
        bound = 4 * (L * V0 + sigma + constant) / sqrt(T)
        last = theorem_2.proof.steps[-1]
        steps = (*theorem_2.proof.steps[:-1], Step(last.name, Le(theorem_2.measure.symbol, bound), by=last.by))
        assert isinstance(check(dataclasses.replace(theorem_2, bound=bound, proof=Proof(*steps))), outcome)


@pytest.mark.parametrize("claim", THEOREMS, ids=str)
def test_another_step_size_or_batch_is_rejected(claim):
    longer = tuple(relation for relation in claim.domain if not isinstance(relation, Eq))
    assert rejected(dataclasses.replace(claim, domain=(*longer, Eq(gamma, 2 / (L * sqrt(T))))))
    assert rejected(dataclasses.replace(claim, algorithm=dataclasses.replace(claim.algorithm, batch=T + 1)))


def test_single_draws_do_not_prove_theorem_2():
    assert "not the definition" in rejected(dataclasses.replace(theorem_2, algorithm=theorem_2.algorithm.at(batch=1)))


@pytest.mark.parametrize("claim", THEOREMS, ids=str)
def test_a_run_without_a_step_has_no_last_one(claim):
    domain = tuple(relation for relation in claim.domain if relation != (T >= 1))
    assert rejected(dataclasses.replace(claim, domain=(*domain, T > 0)))


# ---------------------------------------------------------------------------------------------- attacks


def implication(statement, *steps, assumptions=()) -> Claim:
    return Claim(id="false", statement=statement, assumptions=assumptions, domain=(gamma > 0,), proof=Proof(*steps))


def test_a_last_iteration_is_that_of_a_measure_with_a_horizon():
    known = Step("k >= 0", Ge(k, 0), by=Decide())
    for at in (T - 2, T, T - Rational(1, 2), T + k - 1):
        wrong = Step("instance", Ge(at, 0), by=Instance(known, at))
        assert "is not a later iteration" in rejected(dataclasses.replace(theorem_1, proof=Proof(known, wrong)))
    right = Step("instance", Ge(T - 1, 0), by=Instance(known, T - 1))
    assert "not the claim" in rejected(dataclasses.replace(theorem_1, proof=Proof(known, right)))
    everywhere = dataclasses.replace(theorem_1, measure=ExpectedSuboptimality(), proof=Proof(known, right))
    assert "is not a later iteration" in rejected(everywhere)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("inner product in coordinates", (gradient(s), exchange(s, t, i))),
        ("l1 norm in coordinates", (exchange(s, t, i),)),
        ("mean of proximal points", (gamma, s, prox(s, gamma, COMPONENT))),
        ("mean of proximal points", (gamma, prox(s, gamma, COMPONENT), s)),
        ("mean of proximal points in coordinates", (gamma, prox(s, gamma, COMPONENT))),
        ("mean of functions", (COMPONENT, prox(s, gamma, COMPONENT))),
        ("vote of the others", (IndependentDraws(), estimate(s, m))),
    ],
    ids=str,
)
def test_a_sum_does_not_capture_the_index_of_a_term(name, arguments):
    """<g, z> is no sum of g_i x_i where z is y with coordinate i of x."""
    with pytest.raises(LemmaError, match="over which the lemma runs"):
        TABLE[name].use(*arguments)


def test_the_regularizer_inherits_no_smaller_constant():
    for claim in (eq_9_smooth, eq_9_smooth_coordinates):
        statement = claim.statement
        half = Le(statement.lhs, statement.rhs / 2)
        last = claim.proof.steps[-1]
        steps = (*claim.proof.steps[:-1], Step(last.name, half, by=last.by))
        assert rejected(dataclasses.replace(claim, statement=half, proof=Proof(*steps)))


def test_a_mean_of_proximal_operators_is_that_of_no_component():
    p = Eq(mean_prox(s, gamma), prox(s, gamma, COMPONENT))
    last = eq_9.proof.steps[-1]
    steps = (*eq_9.proof.steps[:-1], Step(last.name, p, by=last.by))
    assert "gives" in rejected(dataclasses.replace(eq_9, statement=p, proof=Proof(*steps)))


def test_optimality_needs_a_convex_function():
    optimal = conclusion("proximal optimality", COMPONENT, gamma, s)
    bare = Step("optimal", optimal, by=Lemma("proximal optimality", COMPONENT, gamma, s, using=(positive,)))
    assert "not among its premises" in rejected(implication(optimal, positive, bare))
    once = Convex(COMPONENT)
    at_points = Step("convex at s, t", once.statement(s, t), by=Hypothesis(once, s, t))
    some = Step("optimal", optimal, by=Lemma("proximal optimality", COMPONENT, gamma, s, using=(positive, at_points)))
    assert "not among its premises" in rejected(implication(optimal, positive, at_points, some, assumptions=(once,)))


def test_a_function_that_may_be_infinite_has_no_hypothesis():
    infinite = ClosedConvex(COMPONENT)
    claimed = Convex(COMPONENT).statement(v, u)
    step = Step("convex", claimed, by=Hypothesis(infinite))
    assert "not numbers" in rejected(implication(claimed, step, assumptions=(infinite,)))


def test_a_draw_is_not_known():
    drawn = coordinate(sampled_mapping(s, gamma, Integer(1)), i)
    assert mean(drawn, s) != drawn
    assert mean(drawn * coordinate(s, i), s) == coordinate(s, i) * mean(drawn, s)


# ---------------------------------------------------------------------------------------------- exact runs

SLOPES, LEAST, WEIGHTS = (Fraction(1), Fraction(1, 3)), (Fraction(2), Fraction(-1)), (Fraction(1, 4), Fraction(3, 4))
"""r_m(x) = (h_m/2) (x - a_m)^2 on the line, with d(x) = (c/2) x^2."""
CURVATURE = Fraction(-1, 10)


class Line:
    """Two quadratic components on the line, in rationals, and the regularizer that they make together."""

    def __init__(self, step_size: Fraction):
        self.step_size = step_size
        # prox is z -> p z + q
        self.parts = [(1 / (1 + step_size * h), step_size * h * a / (1 + step_size * h))
                      for h, a in zip(SLOPES, LEAST, strict=True)]  # fmt: skip
        p = sum(w * part[0] for w, part in zip(WEIGHTS, self.parts, strict=True))
        q = sum(w * part[1] for w, part in zip(WEIGHTS, self.parts, strict=True))
        self.slope, self.mean = (1 / p - 1) / step_size, (p, q)
        self.least = q / (1 - p)

    def drawn(self, x: Fraction, which: int | None = None) -> Fraction:
        """P_m(x), or P(x)."""
        p, q = self.mean if which is None else self.parts[which]
        return p * (x - self.step_size * CURVATURE * x) + q

    def mapping(self, x: Fraction) -> Fraction:
        return (x - self.drawn(x)) / self.step_size

    def value(self, x: Fraction) -> Fraction:
        return CURVATURE / 2 * x**2 + self.slope / 2 * (x - self.least) ** 2

    @property
    def minimum(self) -> Fraction:
        return self.value(self.slope * self.least / (self.slope + CURVATURE))


def test_the_regularizer_of_two_quadratics_is_as_the_lemmas_say():
    for step_size in (Fraction(1, 7), Fraction(1), Fraction(5)):
        line = Line(step_size)
        assert min(SLOPES) <= line.slope <= max(SLOPES)
        for x in (Fraction(-3), Fraction(1, 2)):
            z = x + step_size * line.slope * (x - line.least)
            assert line.mean[0] * z + line.mean[1] == x
            tilde = line.drawn(x)
            assert line.mapping(x) == CURVATURE * x + line.slope * (tilde - line.least)


@pytest.mark.parametrize("root", [1, 2, 3])
@pytest.mark.parametrize("start", [Fraction(0), Fraction(3), Fraction(-50)])
def test_theorem_1_holds_on_an_exact_run(root, start):
    steps, smoothness = root**2, max(SLOPES)
    line = Line(1 / (smoothness * root))
    # P_1 - P_2 is affine in x: sigma^2 is bounded on the points that a run can reach
    reached = {start}
    total, law = Fraction(0), {start: Fraction(1)}
    for _ in range(steps):
        total += sum(w * line.mapping(x) ** 2 for x, w in law.items())
        after: dict[Fraction, Fraction] = {}
        for (x, w), which in product(law.items(), (0, 1)):
            there = line.drawn(x, which)
            after[there] = after.get(there, Fraction(0)) + w * WEIGHTS[which]
        law = after
        reached |= set(law)
    sigma_2 = max(_scatter(line, x) for x in reached) / line.step_size**2
    assert total / steps <= (2 * smoothness * (line.value(start) - line.minimum) + 3 * sigma_2) / root


@pytest.mark.parametrize("root", [1, 2])
@pytest.mark.parametrize("start", [Fraction(0), Fraction(3), Fraction(-50)])
def test_theorem_2_holds_on_an_exact_run(root, start):
    steps, smoothness = root**2, max(SLOPES)
    line = Line(1 / (2 * smoothness * root))
    reached = {start}
    total, law = Fraction(0), {start: Fraction(1)}
    for _ in range(steps):
        total += sum(w * abs(line.mapping(x)) for x, w in law.items())
        after: dict[Fraction, Fraction] = {}
        for (x, w), first in product(law.items(), range(steps + 1)):
            share = Fraction(first, steps)
            difference = x - share * line.drawn(x, 0) - (1 - share) * line.drawn(x, 1)
            there = x - line.step_size * ((difference > 0) - (difference < 0))
            chance = comb(steps, first) * WEIGHTS[0] ** first * WEIGHTS[1] ** (steps - first)
            after[there] = after.get(there, Fraction(0)) + w * chance
        law = after
        reached |= set(law)
    # sigma from above, so that its square root needs no rounding
    sigma_ = max(1 + _scatter(line, x) / line.step_size**2 for x in reached)
    assert total / steps <= 4 * (smoothness * (line.value(start) - line.minimum) + sigma_ + 1) / root


def _scatter(line: Line, x: Fraction) -> Fraction:
    return sum(w * (line.drawn(x, which) - line.drawn(x)) ** 2 for which, w in enumerate(WEIGHTS))
