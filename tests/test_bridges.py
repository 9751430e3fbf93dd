"""What the kernel derives with symbols, compared with runs in exact arithmetic.

A false lemma, a wrong definition or a wrong normal form shows here as a statement that fails on some run.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from interpretation import Interpretation
from sympy import Eq, Integer, Rational
from sympy.core.symbol import Str

from signproof.checks.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.quadratic import DiagonalQuadratic, LeastSquares
from signproof.theory.algorithms import GradientDescent, ScaledSignGD, SignGD, SteepestDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.claim import Claim
from signproof.theory.lemmas import TABLE
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2, LINF
from signproof.theory.opaque import Opaque
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_2, theorem_1_3
from signproof.theory.proof import Certificate, check
from signproof.theory.symbols import V0, L, alpha, k, mu
from signproof.theory.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    norm,
    suboptimality,
    x_k,
    x_next,
    x_star,
)

STEPS = 3
settings.register_profile("bridges", max_examples=25, deadline=None, derandomize=True)
exact = settings.get_profile("bridges")

numbers = st.fractions(-4, 4, max_denominator=8).map(rational)
positive = st.fractions(Fraction(1, 8), 4, max_denominator=8).map(rational)
shares = st.fractions(Fraction(1, 16), Fraction(15, 16), max_denominator=16).map(rational)
slacks = st.sampled_from([fmpq(1), fmpq(9, 8), fmpq(3)])
"""How far an assumed constant is from the best one."""


def vectors(dimension: int, entries=numbers):
    return st.lists(entries, min_size=dimension, max_size=dimension).map(rationals)


@st.composite
def quadratics(draw):
    """A diagonal or a dense strongly convex quadratic of dimension 1, 2 or 3, and a start above its minimum."""
    dimension = draw(st.integers(1, 3))
    if draw(st.booleans()):
        problem = DiagonalQuadratic(draw(vectors(dimension, positive)))
    else:
        # a factor with a dominant diagonal is regular
        rows = [
            draw(vectors(dimension, st.fractions(-1, 1, max_denominator=4).map(rational))) for _ in range(dimension)
        ]
        for number, row in enumerate(rows):
            row[number] = dimension + draw(positive)
        problem = LeastSquares(rationals(rows))
    start = draw(vectors(dimension))
    return problem, start if any(start) else start + fmpq(1)


@st.composite
def runs(draw, claim: Claim, xp=RATIONALS, pair=LINF):
    """A run of the claim's algorithm inside its domain, its constants valid for the problem."""
    problem, start = draw(quadratics())
    parameters = {}
    for assumption in claim.assumptions:
        best, slack = problem.exact_constant(assumption), draw(slacks)
        parameters[str(assumption.constant)] = best / slack if assumption.largest else best * slack
    parameters["alpha"] = draw(shares) * 2 / parameters.get("L", fmpq(1))
    return Interpretation(claim, problem, parameters, start, STEPS + 1, xp)


@pytest.mark.parametrize("claim", [theorem_1_1, theorem_1_2, theorem_1_3], ids=str)
def test_every_step_of_an_accepted_proof_holds_on_every_run(claim):
    assert isinstance(check(claim), Certificate)

    @exact
    @given(runs(claim))
    def holds(run):
        for step in claim.proof.steps:
            for iteration in range(STEPS):
                assert run.holds(step.statement, iteration), step

    holds()


@pytest.mark.parametrize("claim", [theorem_1_1, theorem_1_3], ids=str)
def test_the_runs_are_sharp_enough_to_refute_a_false_step(claim):
    """The comparison can fail: without the factor 1/2 in (31), some run is against it."""
    descent = next(step for step in claim.proof.steps if step.name == "(31)").statement
    false = descent.func(descent.lhs, descent.rhs.subs(L, L / 2))
    found = []

    @exact
    @given(runs(claim))
    def collect(run):
        found.append(not run.holds(false, 0))

    collect()
    assert any(found)


def smooth_and_convex(algorithm=None, pair=LINF) -> Claim:
    """A claim that is run, not proved."""
    return Claim(
        id="run",
        algorithm=algorithm or ScaledSignGD(alpha),
        assumptions=(Smooth(L, pair), StronglyConvex(mu, pair)),
        domain=(alpha > 0,),
        measure=Suboptimality(),
        bound=V0,
    )


POINTS = (x_k, x_next, x_star, 2 * x_k - 3 * g_k, x_k - x_k)
DIRECTIONS = (g_k, gradient(x_next), x_next - x_k, g_k - 2 * x_k, g_k - g_k)
SMOOTH, CONVEX = Smooth(L), StronglyConvex(mu)
Linf = Str(LINF.name)
PLAIN = {
    "non-negative norm": [(function(Linf, g_k - x_k),) for function in (norm, dual_norm)],
    "Hölder": [(LINF, u, v) for u in DIRECTIONS for v in DIRECTIONS],
    "attained dual norm": [(LINF, g) for g in DIRECTIONS],
    "unit maximizer": [(LINF, g) for g in DIRECTIONS],
    "infimum": [(point,) for point in POINTS],
    "descent lemma": [(SMOOTH, y, x) for y in POINTS for x in POINTS],
    "attained minimum": [(CONVEX,)],
    "least of a sum": [(term,) for term in (dual_norm(Linf, g_k) ** 2, suboptimality(k + 1), (k - 2) ** 2)],
}
"""Lemmas without premises, and terms to apply them to."""
EUCLIDEAN = {
    "Euclidean norm": [(v,) for v in DIRECTIONS],
    "self-dual norm": [(v,) for v in DIRECTIONS],
    "Hölder": [(L2, u, v) for u in DIRECTIONS for v in DIRECTIONS],
    "attained dual norm": [(L2, g) for g in DIRECTIONS],
    "unit maximizer": [(L2, g) for g in DIRECTIONS],
}
"""Lemmas about the Euclidean norm, whose values are irrational."""


def test_every_lemma_is_tried():
    assert set(TABLE) == {*PLAIN, *EUCLIDEAN, "induction", "telescoping sum"}


@pytest.mark.parametrize("name", PLAIN)
def test_a_lemma_holds_on_every_run(name):
    @exact
    @given(runs(smooth_and_convex()))
    def holds(run):
        for terms in PLAIN[name]:
            conclusion = TABLE[name].use(*terms).conclusion
            assert all(run.holds(conclusion, iteration) for iteration in range(STEPS)), conclusion

    holds()


@pytest.mark.parametrize("name", EUCLIDEAN)
def test_a_lemma_about_the_Euclidean_norm_holds_in_balls(name):
    with Balls(128) as balls:

        @exact
        @given(runs(smooth_and_convex(SignGD(alpha)), xp=balls))
        def holds(run):
            for terms in EUCLIDEAN[name]:
                assert run.holds(TABLE[name].use(*terms).conclusion), terms

        holds()


TERMS = (suboptimality(k), dual_norm(Linf, g_k), inner(g_k, x_k), dual_norm(Linf, g_k) - norm(Linf, x_k))


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_induction_carries_the_least_rate_of_a_run_to_its_end(term):
    @exact
    @given(runs(smooth_and_convex()), numbers.map(abs))
    def holds(run, rate):
        values = [run.number(term, {k: Integer(iteration)}) for iteration in range(STEPS + 2)]
        if min(values) > 0:
            rate = max(later / earlier for earlier, later in pairwise(values))
        use = TABLE["induction"].use(term, Rational(int(rate.p), int(rate.q)))
        assert use.every_k
        if all(run.holds(premise, iteration) for premise in use.premises for iteration in range(STEPS + 1)):
            assert all(run.holds(use.conclusion, iteration) for iteration in range(STEPS + 1))

    holds()


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_a_sum_telescopes_with_the_largest_factor_of_a_run(term):
    @exact
    @given(runs(smooth_and_convex()), numbers)
    def holds(run, factor):
        V = [run.number(suboptimality(k), {k: Integer(iteration)}) for iteration in range(STEPS + 2)]
        values = [run.number(term, {k: Integer(iteration)}) for iteration in range(STEPS + 1)]
        if min(values) > 0:
            factor = min((V[j] - V[j + 1]) / values[j] for j in range(STEPS + 1))
        use = TABLE["telescoping sum"].use(Rational(int(factor.p), int(factor.q)), term, suboptimality(k))
        assert use.every_k
        if all(run.holds(premise, iteration) for premise in use.premises for iteration in range(STEPS + 1)):
            assert all(run.holds(use.conclusion, iteration) for iteration in range(STEPS + 1))

    holds()


@st.composite
def two_vectors(draw):
    dimension = draw(st.integers(1, 4))
    return draw(vectors(dimension)), draw(vectors(dimension))


@pytest.mark.parametrize(("pair", "arithmetic"), [(LINF, RATIONALS), (L2, Balls(128))], ids=["inf", "2"])
def test_the_three_facts_of_a_dual_pair(pair, arithmetic):
    @exact
    @given(two_vectors())
    def facts(vectors):
        xp = arithmetic
        g, v = map(xp.number, vectors)
        unit, size = pair.maximizer(g, xp), pair.dual(g, xp)
        assert not abs(xp.sum(g * unit) - size) > 0
        assert not pair.norm(unit, xp) > 1
        assert not xp.sum(g * v) > size * pair.norm(v, xp)
        assert not pair.norm(v, xp) < 0

    if pair is L2:
        with arithmetic:
            facts()
    else:
        facts()


ALGORITHMS = (GradientDescent(alpha), SignGD(alpha / (k + 1)), ScaledSignGD(alpha), SteepestDescent(alpha, LINF))


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_the_update_rule_on_opaque_vectors_is_the_rule_on_rationals(algorithm):
    after, memory = algorithm.update(x_k, gradient, (), Opaque())
    assert memory == ()

    @exact
    @given(runs(smooth_and_convex(algorithm)))
    def agree(run):
        assert all(run.holds(Eq(x_next, after), iteration) for iteration in range(STEPS))

    agree()


def test_the_update_rule_on_opaque_vectors_is_the_rule_on_balls():
    algorithm = SteepestDescent(alpha, L2)
    after, _ = algorithm.update(x_k, gradient, (), Opaque())
    with Balls(128) as balls:

        @exact
        @given(runs(smooth_and_convex(algorithm), xp=balls))
        def agree(run):
            assert run.holds(Eq(x_next, after))
            assert not run.holds(Eq(x_next, after - alpha * g_k / 10))

        agree()


@pytest.mark.parametrize("assumption", [Smooth(L), StronglyConvex(mu), PolyakLojasiewicz(mu)], ids=str)
def test_an_assumption_holds_with_the_exact_constant(assumption):
    claim = Claim(
        id="run",
        algorithm=ScaledSignGD(alpha),
        assumptions=(assumption,),
        domain=(alpha > 0,),
        measure=Suboptimality(),
        bound=V0,
    )
    points = [(x,) for x in POINTS] if assumption.points == 1 else [(x, y) for x in POINTS for y in POINTS]

    @exact
    @given(runs(claim))
    def holds(run):
        assert all(run.holds(assumption.statement(*point)) for point in points)

    holds()
