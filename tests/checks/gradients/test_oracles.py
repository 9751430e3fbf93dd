"""Stochastic gradients of finite support: their laws, what they meet, exact expectations, and the moment search."""

from __future__ import annotations

import dataclasses
import json
from itertools import product

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol

from signproof.checks.gradients.finite import TableOracle
from signproof.checks.gradients.laws import ANYWHERE, Law, LawReader
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.displaced import translates
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.witness import from_json
from signproof.checks.runs.expected import Chain, expectations
from signproof.checks.trials import lattice
from signproof.checks.trials.exact_noise import Noise
from signproof.checks.trials.moment_search import search
from signproof.checks.trials.tally import Trials
from signproof.checks.verdicts import judge
from signproof.theory.algorithms import MajorityVote, ScaledSignSGD
from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentCoordinates,
    IndependentDraws,
    IndependentNormAndSigns,
    NormSignMargin,
    SignMargin,
    Unbiased,
    VoteMargin,
)
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import alpha, sigma

c, M = Symbol("c", real=True), Symbol("M", real=True)
numbers = st.fractions(-3, 3, max_denominator=4).map(rational)


@st.composite
def laws(draw, dimension: int = 2):
    size = draw(st.integers(1, 4))
    shares = [fmpq(share) for share in draw(st.lists(st.integers(1, 5), min_size=size, max_size=size))]
    values = [draw(st.lists(numbers, min_size=dimension, max_size=dimension)) for _ in shares]
    return Law(tuple(share / sum(shares, start=fmpq(0)) for share in shares), rationals(values))


gradients = st.tuples(numbers, numbers)


def mean(law: Law, of):
    return sum((p * of(value) for p, value in zip(law.probabilities, law.values, strict=True)), start=fmpq(0))


def sign(x):
    return (x > 0) - (x < 0)


def l1(vector):
    return sum(map(abs, vector), start=fmpq(0))


@settings(max_examples=60, deadline=None)
@given(laws(), gradients, st.sampled_from([fmpq(0), fmpq(1, 4), fmpq(1, 2), fmpq(1)]))
def test_what_a_law_meets_is_what_the_formulas_say(law, g, constant):
    centred = Law(law.probabilities, law.values - np.array([mean(law, lambda v, n=n: v[n]) - g[n] for n in (0, 1)]))
    for tried in (law, centred):
        reader = LawReader(g, tried, {c: constant, sigma: 4 * constant})
        said = {
            Unbiased(): all(mean(tried, lambda v, n=n: v[n]) == g[n] for n in (0, 1)),
            BoundedVariance(sigma): mean(tried, lambda v: l1(v - np.array(g)) ** 2) <= 16 * constant**2,
            SignMargin(c): all(g[n] * mean(tried, lambda v, n=n: sign(v[n])) >= constant * abs(g[n]) for n in (0, 1)),
            NormSignMargin(c): all(
                g[n] * mean(tried, lambda v, n=n: l1(v) * sign(v[n])) >= constant * abs(g[n]) * l1(g) for n in (0, 1)
            ),
            IndependentNormAndSigns(): all(
                mean(tried, lambda v, n=n: l1(v) * sign(v[n]))
                == mean(tried, l1) * mean(tried, lambda v, n=n: sign(v[n]))
                for n in (0, 1)
            ),
        }
        for assumption, holds in said.items():
            assert reader.holds(assumption.statement(ANYWHERE)) is holds, assumption


@given(laws(), gradients, st.integers(1, 3), st.sampled_from([fmpq(1, 2), fmpq(3, 4), fmpq(1)]))
@settings(max_examples=30, deadline=None)
def test_the_vote_of_several_workers_is_that_of_all_their_draws(law, g, workers, share):
    outcomes = [*zip(law.probabilities, law.values, strict=True)]
    for n in (0, 1):
        votes = fmpq(0)
        for drawn in product(outcomes, repeat=workers):
            chance = fmpq(1)
            for p, _ in drawn:
                chance *= p
            votes += chance * sign(sum(sign(value[n]) for _, value in drawn))
        if not g[n] * votes >= (2 * share - 1) * abs(g[n]):
            holds = False
            break
    else:
        holds = True
    statement = VoteMargin(c, workers=True).statement(ANYWHERE)
    assert LawReader(g, law, {c: share}, workers).holds(statement) is holds


@pytest.mark.parametrize(
    ("probabilities", "values", "said"),
    [
        (["1/2", "1/3"], [[1], [2]], "add up to 5/6"),
        (["3/2", "-1/2"], [[1], [2]], "-1/2 is negative"),
        (["1"], [[1], [2]], "1 probabilities for 2 values"),
    ],
)
def test_what_is_no_law_is_refused(probabilities, values, said):
    with pytest.raises(ValueError, match=said):
        Law(tuple(rationals(probabilities)), rationals(values))


def by_paths(algorithm, problem, oracle, start, steps):
    """E V_k by going through all paths, each by itself."""
    if steps == 0:
        return problem.suboptimality(start, RATIONALS)
    law, total = oracle.law(tuple(problem.gradient(start, RATIONALS))), fmpq(0)
    for drawn in product([*zip(law.probabilities, law.values, strict=True)], repeat=algorithm.workers):
        chance, vectors = fmpq(1), [value for _, value in drawn]
        for p, _ in drawn:
            chance *= p
        vote = RATIONALS.sign(sum(map(RATIONALS.sign, vectors)))
        length = sum(map(l1, vectors), start=fmpq(0)) / len(vectors)
        total += chance * by_paths(algorithm, problem, oracle, start - algorithm.step_size * length * vote, steps - 1)
    return total


@settings(max_examples=25, deadline=None)
@given(st.lists(laws(), min_size=2, max_size=2), st.integers(1, 2), st.sampled_from(["diagonal", "flat"]))
def test_expectations_are_those_over_all_paths(given_laws, workers, kind):
    problem = DiagonalQuadratic(rationals([1, 2])) if kind == "diagonal" else LeastSquares(rationals([[1, 0]]))
    start = rationals([1, "1/2"])
    after = problem.gradient(rationals(["1/2", "1/2"]), RATIONALS)
    oracle = TableOracle(dict(zip((tuple(problem.gradient(start, RATIONALS)), tuple(after)), given_laws, strict=True)))
    algorithm = MajorityVote(fmpq(1, 2), workers)
    chain = Chain(MajorityVote(Rational(1, 2), Rational(workers)), problem, oracle, {}, tuple(start))
    run = expectations(chain, Suboptimality(), problem)
    for steps in range(3):
        assert next(run) == by_paths(algorithm, problem, oracle, start, steps)


def test_a_rule_that_depends_on_the_point_itself_merges_only_equal_points():
    class Decaying(ScaledSignSGD):
        def update(self, x, gradient, memory, xp):
            moved, memory = super().update(x, gradient, memory, xp)
            return moved - xp.abs(x) * xp.rational(1, 2), memory

    flat = LeastSquares(rationals([[1, 0]]))
    law = Law((fmpq(1, 2), fmpq(1, 2)), rationals([[1, 1], [1, -1]]))
    oracle = TableOracle({(fmpq(1), fmpq(0)): law})
    assert translates(ScaledSignSGD(alpha)) and not translates(Decaying(alpha))
    for method, states in ((ScaledSignSGD, 1), (Decaying, 2)):
        chain = Chain(method(Rational(1, 4)), flat, oracle, {}, (fmpq(1), fmpq(0)))
        chain.advance()
        assert len(chain.law) == states


# ---------------------------------------------------------------------------------------------- the search


@pytest.fixture(scope="module")
def found():
    return search(catalog()["scaled-sign/theorem-2.1"])


def test_the_search_breaks_theorem_2_1(found):
    assert found.witness is not None
    assert found.witness.level == "exact"
    assert found.witness.measured[0] > found.witness.bound[1]


def test_its_signs_are_right_as_often_as_the_paper_asks(found):
    p_min = (1 + found.witness.parameters["c"]) / 2
    for g, law in found.witness.oracle.table.items():
        assert g[1] == 0
        assert g[0] == 0 or mean(law, lambda v, g=g: fmpq(sign(v[0]) == sign(g[0]))) >= p_min


def test_its_witness_survives_json_and_not_a_change(found):
    data = json.loads(json.dumps(found.witness.to_json()))
    assert from_json(data, {}).replay().confirmed
    row = data["oracle"][3]
    row["values"][0][0] = str(rational(row["values"][0][0]) + 1)
    replayed = from_json(data, {}).replay()
    assert not replayed.confirmed and "does not meet Unbiased()" in replayed.why
    row["probabilities"][0] = "2"
    with pytest.raises(ValueError, match="add up to"):
        from_json(data, {})
    del row["values"]
    with pytest.raises(ValueError, match=r"missing required field `values` - at `\$.oracle\[\d+\]`"):
        from_json(data, {})


@pytest.mark.parametrize(
    ("symbol", "value", "unmet"), [("sigma", "1", "BoundedVariance"), ("c", "99/100", "SignMargin")]
)
def test_its_constants_are_needed(found, symbol, value, unmet):
    changed = dataclasses.replace(found.witness, parameters={**found.witness.parameters, symbol: rational(value)})
    replayed = changed.replay()
    assert not replayed.confirmed and f"does not meet {unmet}" in replayed.why


def test_with_norms_and_signs_in_step_nothing_is_found(monkeypatch):
    monkeypatch.setattr(lattice, "STEP_SIZES", ("1/25",))
    quiet = search(catalog()["own/theorem-2.1.repaired"])
    assert quiet.witness is None and quiet.tried >= 3
    assert 0.01 < quiet.largest <= 1


def test_what_is_not_linear_in_the_law_is_not_searched():
    with pytest.raises(Unsupported, match=r"IndependentDraws\(\) is not linear"):
        search(catalog()["own/theorem-3.repaired"])
    with pytest.raises(Unsupported, match="step size varies"):
        search(catalog()["scaled-sign/theorem-2.2"])


def test_the_verdict_rests_on_the_witness_and_says_what_was_searched(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.try_out", lambda *arguments: Trials())
    monkeypatch.setattr("signproof.checks.kinds.stochastic.try_noise", lambda *arguments: Noise())
    verdict = judge.verify(catalog()["scaled-sign/theorem-3"])
    assert verdict.status == "refuted"
    assert verdict.witness.parameters["M"] == 1
    (piece,) = (piece for piece in verdict.evidence if piece.kind == "search")
    assert piece.level == "sampled" and piece.facts["tried"] >= 1
    (witness,) = (piece for piece in verdict.evidence if piece.kind == "witness")
    assert witness.level == "exact" and "expected measure" in witness.text
    measured = verdict.series[0]["measured"]
    assert measured[-1] > verdict.series[0]["bound"][-1] and measured[0] <= verdict.series[0]["bound"][0]
    assert len(measured) == verdict.witness.k + 1


@pytest.mark.parametrize(
    ("assumption", "values", "workers"),
    [
        (IndependentCoordinates(), [["3/2", "3/2"], ["1/2", "1/2"]], 1),  # one factor for both, no sign changes
        (IndependentDraws(), [["3/2", "3/2"], ["1/2", "1/2"]], 2),
        (IndependentDraws(), [[2, 1], [0, 1]], 2),  # 0 where the gradient is not
        (IndependentNormAndSigns(), [[1, 1], [3, 3], [-2, 2], [-2, 2]], 1),  # 4 on average
    ],
    ids=["coordinates", "draws", "zero", "norm"],
)
def test_a_law_that_is_only_uncorrelated_is_not_independent(assumption, values, workers):
    law = Law((fmpq(1, len(values)),) * len(values), rationals(values))
    g = tuple(rationals([1, 1]))
    assert LawReader(g, law, {}, workers).holds(assumption.statement(ANYWHERE))
    assert "does not meet" in TableOracle({g: law}).unmet(assumption, {}, workers)


def test_independent_coordinates_are_so_to_the_oracle():
    rows = [*product(rationals(["1/2", "3/2"]), repeat=2)]
    law = Law((fmpq(1, 4),) * 4, rationals([list(row) for row in rows]))
    for assumption in (IndependentCoordinates(), IndependentDraws()):
        assert not TableOracle({tuple(rationals([1, 1])): law}).unmet(assumption, {}, 2)
