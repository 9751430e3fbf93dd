"""Claims about flows are tried: true ones hold on every trajectory, false ones are refuted by one."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction

import numpy as np
import pytest
from drawn_problems import least_squares
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, exp, sqrt

from signproof import Claim, verify
from signproof.checks.flows import filippov
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.problems.base import is_convex
from signproof.checks.problems.composition import ComposedSoftplus
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.replay.flows import best_constant, replay_flow
from signproof.checks.replay.witness import from_json
from signproof.checks.runs.instance import Instance
from signproof.checks.trials import flows
from signproof.checks.trials.tally import PROFILES, Profile
from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth
from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.methods.flows import GradientFlow, SignFlow
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.scaled_sign.proposition_1 import D1, proposition_1_1, proposition_1_2
from signproof.theory.papers.scaled_sign.proposition_2 import D2, proposition_2_1, proposition_2_2
from signproof.theory.symbols import V0, L, beta, mu, t

PROPOSITIONS = (proposition_1_1, proposition_1_2, proposition_2_1, proposition_2_2)
FULL = Profile("costly families", 1, 1)
FALSE = {
    proposition_1_1: D1**2 * V0 / (D1**2 + 5 * V0 * beta * t),
    proposition_1_2: sqrt(V0 / (3 * beta * t)),
    proposition_2_1: V0 * exp(-3 * beta * t / D2),
    proposition_2_2: V0 / (3 * beta * t),
}
"""Bounds that are false already on f = x^2/2."""


def unproved(claim: Claim, **changes) -> Claim:
    return dataclasses.replace(claim, id="mine", source=None, proof=None, **changes)


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_a_proposition_holds_on_every_trajectory(claim):
    verdict = verify(claim)
    assert verdict.status == "proved"
    tallies = {piece.facts["family"]: piece.facts for piece in verdict.evidence if piece.kind == "run"}
    convex = any(isinstance(assumption, Convex) for assumption in claim.assumptions)
    assert (SineSum.family in tallies) == (not convex)
    assert {DiagonalQuadratic.family, LeastSquares.family} <= tallies.keys()
    for tally in tallies.values():
        assert tally["broken"] == 0 and tally["held"] > 0.8 * tally["comparisons"] > 20
    assert 0.2 < verdict.tightness < 1 and verdict.tightness.at.startswith("t = ")
    values = claim in (proposition_1_1, proposition_2_1)
    assert verdict.tightness.what.startswith("promised decrease" if values else "largest measured / bound over t > 0")
    assert all(len(run["t"]) == len(run["measured"]) == len(run["bound"]) > 3 for run in verdict.series)


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_a_false_bound_is_refuted_by_a_witness_that_is_plain_data(claim):
    verdict = verify(unproved(claim, bound=FALSE[claim]))
    assert verdict.status == "refuted" and verdict.witness.replay().confirmed
    data = verdict.witness.to_json()
    assert json.loads(json.dumps(data)) == data and "t" in data["parameters"]
    again = from_json(data, {})
    assert again.claim.kind == "flow" and again.replay().confirmed and again.to_json() == data


def test_the_sign_flow_is_tried_on_what_is_neither_quadratic_nor_separable(monkeypatch):
    """True bounds hold there at every time that is looked at, and false ones are refuted by enclosures."""
    monkeypatch.setattr(flows, "believed", lambda claim: [ComposedSoftplus])
    monkeypatch.setattr(flows, "PER_BATCH", 2)
    for claim in (proposition_2_1, proposition_2_2):
        (tally,) = flows.try_flow(claim, FULL).tallies
        assert tally.instances == 2 and tally.held == tally.comparisons > 20 and 0.4 < tally.largest_ratio < 1
        witness = flows.try_flow(unproved(claim, bound=FALSE[claim]), FULL).witness
        assert isinstance(witness.problem, ComposedSoftplus) and witness.level == "enclosed"
        again = from_json(witness.to_json(), {})
        assert again.replay().confirmed and again.to_json() == witness.to_json()
        true = dataclasses.replace(witness, claim=unproved(claim))
        assert not true.replay().confirmed


def test_a_trajectory_that_ends_early_says_why_and_counts_until_then(monkeypatch):
    monkeypatch.setattr(flows, "believed", lambda claim: [ComposedSoftplus])
    monkeypatch.setattr(flows, "PER_BATCH", 1)
    monkeypatch.setattr(filippov, "STEPS", 5)
    (tally,) = flows.try_flow(proposition_2_1, FULL).tallies
    assert tally.held > 0 and tally.undecided == tally.comparisons - tally.held > 0
    assert "in 5 steps" in tally.text and "in 5 steps" in tally.facts["undecided_because"]


def test_the_witness_of_the_sign_flow_is_what_pencil_and_paper_say():
    """On f = h x^2/2 the gradient is h (|x| - beta t), which is exact; so is a third of V_0 / (beta t)."""
    witness = verify(unproved(proposition_2_2, bound=FALSE[proposition_2_2])).witness
    (h,), (x,) = witness.problem.diagonal, witness.start
    moved = witness.parameters["beta"] * witness.parameters["t"]
    assert witness.level == "exact"
    assert witness.measured == (h * (abs(x) - moved),) * 2 and witness.bound == (h * x * x / 2 / (3 * moved),) * 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"parameters": {"beta": "1", "t": "4", "D_2": "1"}}, "within"),
        ({"parameters": {"beta": "1", "t": "1/64", "D_2": "1/2"}}, "does not meet SublevelRadius"),
        ({"parameters": {"beta": "-1", "t": "1/64", "D_2": "1"}}, "is not positive"),
        ({"parameters": {"beta": "1", "t": "-1", "D_2": "1"}}, "outside the domain"),
        ({"start": ["0"]}, "minimizer"),
        ({"start": ["2", "2"]}, "has dimension"),
        ({"problem": {"family": "SineSum", "weights": ["1"], "amplitude": "3"}}, "not convex"),
        ({"measured": "1/3"}, "numbers differ"),
    ],
    ids=str,
)
def test_an_edited_witness_is_not_confirmed(changes, why):
    witness = verify(unproved(proposition_2_1, bound=FALSE[proposition_2_1])).witness
    edited = from_json(witness.to_json() | changes, {})
    try:
        outcome = edited.replay()
    except ValueError as error:
        assert why in str(error)
    else:
        assert not outcome.confirmed and why in outcome.why


def test_a_minimum_over_time_is_refuted_where_the_norm_may_grow(monkeypatch):
    """On sums of x^2 + 3 sin^2 x, which are not convex: by boxes around all of the trajectory, not points of it."""
    monkeypatch.setattr(flows, "believed", lambda claim: [SineSum])
    false = unproved(proposition_1_2, bound=sqrt(V0 / (4 * beta * t)))
    witness = verify(false).witness
    assert isinstance(witness.problem, SineSum) and witness.replay().confirmed


def test_a_norm_that_is_not_the_flow_s_own_is_enclosed():
    """||g||_1 along the gradient flow, and ||g||_2 along the sign flow, on a dense quadratic."""
    problem, start = LeastSquares(rationals([[1, 3], [0, 1]])), tuple(rationals(["2", "-1"]))
    for flow, pair in ((GradientFlow(beta), LINF), (SignFlow(beta), L2)):
        claim = Claim(id="mine", algorithm=flow, domain=(beta > 0, t > 0), bound=V0 * Rational(1, 10**6),
                      measure=MinDualGradientNormOverTime(1, pair))  # fmt: skip
        found = replay_flow(Instance(claim, problem, {"beta": fmpq(1), "t": fmpq(1, 8)}, start))
        assert found.confirmed and found.measured[0] < found.measured[1]
        with Balls(128) as balls:
            path = flows.trajectory(flow.at(speed=fmpq(1)), problem, start)
            grid = [path.at(fmpq(j, 800), balls) for j in range(101)]
            least = min(float(pair.dual(problem.over(balls).gradient(x, balls), balls).mid()) for x in grid)
        low, high = (float(end.p) / float(end.q) for end in found.measured)
        assert low <= least <= high * (1 + 1e-9) and high - low < 0.6 * high


def test_the_rate_under_the_PL_inequality(monkeypatch):
    """V(t) <= V_0 exp(-2 beta mu t), also where f is not convex; with 3 in place of 2 it is false."""
    monkeypatch.setattr(flows, "believed", lambda claim: [DiagonalQuadratic, SineSum])
    parts = {"algorithm": GradientFlow(beta), "domain": (beta > 0, t > 0), "measure": SuboptimalityOverTime(),
             "assumptions": (PolyakLojasiewicz(mu, L2),)}  # fmt: skip
    verdict = verify(Claim(id="mine", bound=V0 * exp(-2 * beta * mu * t), **parts))
    assert verdict.status == "supported"
    assert SineSum.family in {piece.facts.get("family") for piece in verdict.evidence}
    assert verify(Claim(id="mine", bound=V0 * exp(-3 * beta * mu * t), **parts)).status == "refuted"


def test_constants_of_a_flow_s_problem_are_checked():
    """A slow upper bound with L in place of mu is false; a replay with a smaller L than the problem's is none."""
    claim = Claim(id="mine", algorithm=GradientFlow(beta), domain=(beta > 0, t > 0), measure=SuboptimalityOverTime(),
                  assumptions=(Smooth(L, L2),), bound=V0 * exp(-2 * beta * L * t))  # fmt: skip
    witness = verify(claim).witness
    assert witness.replay().confirmed
    smaller = dataclasses.replace(witness, parameters=witness.parameters | {"L": witness.parameters["L"] / 2})
    assert "does not meet Smooth" in smaller.replay().why


@dataclasses.dataclass(frozen=True)
class Odd(Assumption):
    points = 1
    words = "odd"

    def statement(self, x):
        raise NotImplementedError


def test_what_is_not_tried_says_why():
    trials = flows.try_flow(unproved(proposition_2_2, assumptions=(Odd(),)), PROFILES["quick"])
    assert not trials.tallies and "Odd" in trials.reason
    trials = flows.try_flow(unproved(proposition_2_2, assumptions=(PolyakLojasiewicz(10**9),)), PROFILES["quick"])
    assert not trials.tallies and "no family" in trials.reason


# ---------------------------------------------------------------------------------------- the assumptions


@settings(max_examples=40, deadline=None, derandomize=True)
@given(least_squares(), st.lists(st.fractions(-4, 4, max_denominator=4), min_size=3, max_size=3))
def test_no_point_of_the_sublevel_set_is_farther_from_the_minimizers_than_its_radius(instance, other):
    """In the Euclidean norm the distance is that of the projection onto the kernel's complement; in the maximum norm
    it is at most that, and where the minimizer is unique it is the point's norm."""
    problem, start = instance
    other = rationals(other[: problem.dimension])
    height = problem.suboptimality(start, RATIONALS)
    there = problem.suboptimality(other, RATIONALS)
    if not 0 < there <= height:
        return
    try:
        D = {pair: best_constant(problem, SublevelRadius(1, pair), start) for pair in (L2, LINF)}
    except ValueError:
        return  # rows that depend on each other, of which the constants are not known
    A = problem.factor.astype(object)
    floats = np.array([[float(Fraction(str(entry))) for entry in row] for row in A])
    x = np.array([float(Fraction(str(entry))) for entry in other])
    nearest = np.linalg.pinv(floats) @ (floats @ x)
    assert np.linalg.norm(nearest) <= float(Fraction(str(D[L2]))) * (1 + 1e-9)
    if problem.factor.shape[0] == problem.dimension:
        assert max(map(abs, other)) <= D[LINF]


def test_the_radius_of_a_quadratic_is_the_least():
    """H^-1 = [[2, -1], [-1, 1]]: from V_0 = 1 the point (2, -1) has V = 1 and is at the distance 2 = sqrt(2 V_0 2)."""
    problem = LeastSquares(rationals([[1, 1], [0, 1]]))
    assert problem.suboptimality(rationals([2, -1]), RATIONALS) == fmpq(1, 2) * (1 + 1)
    start = rationals([0, 1])
    assert problem.suboptimality(start, RATIONALS) == 1
    assert best_constant(problem, SublevelRadius(1, LINF), start) == 2
    euclidean = best_constant(DiagonalQuadratic(rationals([2, 3])), SublevelRadius(1, L2), rationals([0, 1]))
    assert 0 < euclidean**2 - fmpq(3, 2) < fmpq(1, 10**5)


def test_which_families_are_convex():
    found = {}
    for family in families()[:3]:
        batch, _ = next(family.samples(np.random.default_rng(0), 1))
        found[family] = is_convex(batch.one(0))
    assert found == {DiagonalQuadratic: True, LeastSquares: True, SineSum: False}


def test_a_comparison_that_no_precision_decides_says_so():
    """V(t) = V_0 exp(-2 beta t) on f = x^2/2: the balls of the two never part."""
    claim = Claim(id="mine", algorithm=GradientFlow(beta), domain=(beta > 0, t > 0), measure=SuboptimalityOverTime(),
                  bound=V0 * exp(-2 * beta * t))  # fmt: skip
    problem, parameters = DiagonalQuadratic(rationals([1])), {"beta": fmpq(1), "t": rational("1/4")}
    with pytest.raises(Undecided):
        replay_flow(Instance(claim, problem, parameters, (fmpq(1),)))


def test_a_chart_shows_a_bound_as_a_curve_between_what_was_measured():
    posed = Instance(proposition_1_1, DiagonalQuadratic(rationals([1])), {"beta": fmpq(1), "D_1": fmpq(1)}, (fmpq(1),))
    run = {"instance": "", "t": [1.0, 4.0], "measured": [0.1, 0.01], "bound": [1 / 3, 1 / 6]}
    found = flows._densely(posed, (fmpq(1, 2), fmpq(1, 2)), run)
    assert len(found["t"]) == 2 + flows.BETWEEN and found["t"] == sorted(found["t"])
    assert [value for value in found["measured"] if value is not None] == run["measured"]
    assert found["bound"] == pytest.approx([1 / (2 + time) for time in found["t"]])
