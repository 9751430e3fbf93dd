"""Assumptions that a start and a few iterates do not show to be met: of a run and all points at once, of later
iterates; and what assumptions ask of their own parameters."""

import dataclasses
import json

import numpy as np
import pytest
from flint import fmpq
from sympy import And, Eq, Ge, Gt, Le, Or, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.numbers.exact import rationals
from signproof.checks.posing.cases import noiseless
from signproof.checks.posing.domain import Unsupported, asked, ranges
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.replay import outside_domain, symbols
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import compare, prepare
from signproof.checks.trials.bounds import positions, try_out
from signproof.checks.trials.drawn_noise import try_out as try_draws
from signproof.checks.trials.exact_noise import try_out as try_noise
from signproof.checks.trials.spread import Spread
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts.exhibit import exhibit
from signproof.checks.verdicts.judge import verify
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.report.ledger import entry, ledger, validate, write
from signproof.theory.algorithms import GradientDescent, ScaledSignGD, ScaledSignSGD, SignGD
from signproof.theory.assumptions import Assumption, Constant, Smooth
from signproof.theory.assumptions.gradients import BoundedVariance, NormSignMargin, Unbiased
from signproof.theory.border.runs import about_later, about_run, about_run_and_points, every_k, reach
from signproof.theory.catalog import catalog
from signproof.theory.measures import ExpectedSuboptimality, Suboptimality
from signproof.theory.symbols import V0, L, alpha, f_star, k, mu, sigma
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import dual_norm, gradient, iterate, norm, suboptimality, value, x_star

R = Symbol("R", real=True)
MAX = Str("inf")


def assumed(said, *formulas, points=0, conditions=(), kind=Assumption):
    """An assumption that says so."""
    parts = {
        "statement": lambda self, *x: said(*x),
        "points": points,
        "words": "as assumed",
        "formulas": property(lambda self: formulas),
        "conditions": property(lambda self: conditions),
    }
    return type("Own", (kind,), parts)()


def claim(*assumptions, method=None, bound=V0, **more) -> Claim:
    method = ScaledSignGD(1 / L) if method is None else method
    return Claim(id="own", algorithm=method, assumptions=(Smooth(L), *assumptions), measure=Suboptimality(),
                 bound=bound, **more)  # fmt: skip


def line(posed: Claim, x: int, steps: int, **parameters: int):
    """A replay on f = x^2 / 2."""
    numbers = {"L": fmpq(1)} | {name: fmpq(number) for name, number in parameters.items()}
    return replay(Instance(posed, DiagonalQuadratic(rationals([1])), numbers, (fmpq(x),)), steps)


# --------------------------------------------------------------------------------- the run and all points at once

BOTH = {
    "near the start": lambda x: Le(norm(MAX, x - iterate(0)), R),
    "where values are small": lambda x: Or(Gt(value(x) - f_star, 2 * V0), Ge(dual_norm(MAX, gradient(x)), R * V0)),
    "values": lambda x: Le(value(x) - f_star, R * V0),
    "near a later iterate": lambda x: Le(norm(MAX, x - iterate(k)), R),
}


@pytest.mark.parametrize("said", BOTH.values(), ids=BOTH)
def test_what_relates_a_run_and_all_points_is_no_fact_of_the_start(said):
    own = assumed(said, R, points=1)
    assert about_run_and_points(own) and not about_run(own)
    posed = claim(own, bound=V0 / 9, domain=(R > 0,))
    assert not line(posed, 1, 0, R=100).confirmed
    assert "no family" in try_out(posed, PROFILES["quick"]).reason


def test_only_what_is_decided_for_all_points_exhibits_it():
    shown = exhibit(claim(assumed(BOTH["where values are small"], R, points=1), bound=V0 / 9, domain=(R > 0,)))
    assert shown is None or shown.text.startswith("f = ")


def test_a_constant_that_a_family_declares_for_it_is_not_believed_in_a_replay(monkeypatch):
    class Near(Constant):
        largest, points, words = False, 1, "near"

        def statement(self, x):
            return Le(norm(MAX, x - iterate(0)), self.constant)

    monkeypatch.setattr("signproof.checks.replay.bounds.exactly_known", lambda problem, assumption: fmpq(1))
    found = line(claim(Near(R), bound=V0 / 9), 1, 0, R=2)
    assert not found.confirmed and "at all points" in found.why


# --------------------------------------------------------------------------------- later iterates

LATER = {
    "the first": (lambda: Le(norm(MAX, iterate(1) - x_star), R), False, 1),
    "the third value": (lambda: Le(suboptimality(3), R), False, 3),
    "every one": (lambda: Le(norm(MAX, iterate(k)), R), True, 0),
    "the next": (lambda: Le(suboptimality(k + 1), suboptimality(k)), True, 1),
    "twice as many": (lambda: Le(suboptimality(2 * k), R), True, None),
    "k itself": (lambda: Le(norm(MAX, iterate(k + 1) - iterate(k)) * k, R), True, None),
}


@pytest.mark.parametrize("name", LATER)
def test_how_far_an_assumption_reaches(name):
    said, always, furthest = LATER[name]
    own = assumed(said, R)
    assert about_later(own) and every_k(own) is always and reach(own) == furthest


def test_the_run_goes_on_as_far_as_the_assumption_speaks():
    fast = GradientDescent(3 / L)  # x_{k+1} = -2 x_k
    for said, least in ((lambda: Le(norm(MAX, iterate(1)), R), 2), (lambda: Le(suboptimality(3), R), 32)):
        posed = claim(assumed(said, R), method=fast, bound=V0 / 9)
        assert not line(posed, 1, 0, R=least - 1).confirmed
        assert line(posed, 1, 0, R=least).confirmed


def test_what_is_said_of_every_iterate_is_met_by_a_run_that_repeats_itself():
    posed = claim(assumed(lambda: Ge(suboptimality(k), R), R), bound=V0 / 9)
    assert not line(posed, 2, 0, R=1).confirmed  # it is at the minimizer after a step
    turning = claim(assumed(lambda: Ge(norm(MAX, iterate(k)), R), R), method=GradientDescent(2 / L), bound=V0 / 9)
    assert line(turning, 1, 0, R=1).confirmed and line(turning, 1, 5, R=1).confirmed
    assert not line(turning, 1, 0, R=2).confirmed
    slow = claim(assumed(lambda: Ge(norm(MAX, iterate(k)), R), R), method=GradientDescent(1 / (2 * L)), bound=V0 / 9)
    assert not line(slow, 1000, 0, R=1).confirmed  # as later it is below


@pytest.mark.parametrize("said", [
    lambda: Le(norm(MAX, iterate(1) - x_star), R), lambda: Ge(suboptimality(k), R), lambda: Eq(iterate(1), iterate(0)),
    lambda: Ge(suboptimality(k + 1), suboptimality(k)),
], ids=["first", "floor", "stays", "rises"])  # fmt: skip
def test_no_instance_is_exhibited_on_the_strength_of_a_start(said):
    assert exhibit(claim(assumed(said, R), domain=(R > 0,))) is None


@pytest.mark.parametrize("said", [Le(R, 10 - k), Le(k, R), Ge(R * (k + 1), k**2)], ids=str)
def test_constants_for_one_step_do_not_exhibit_what_is_said_of_every_step(said):
    assert exhibit(claim(assumed(lambda: said, R, conditions=(R > 0,)))) is None


def test_a_true_claim_about_a_near_first_iterate_is_not_refuted(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [DiagonalQuadratic])
    near = assumed(lambda: Le(norm(MAX, iterate(1) - x_star), R), R)
    posed = claim(near, method=SignGD(1 / L), bound=L / 2 * (R + (k + 1) / L) ** 2, domain=(R > 0,))
    assert try_out(posed, PROFILES["quick"]).witness is None


def test_runs_that_leave_what_is_assumed_are_no_instances_of_a_batch():
    posed = claim(assumed(lambda: Le(norm(MAX, iterate(k + 1)), R), R), method=GradientDescent(3 / L), bound=L * R**2,
                  domain=(R > 3, R < 5))  # fmt: skip
    free = ranges(posed)
    x = np.array([[0.0625, 1.0, 2.0]])
    batch = prepare(posed, free, DiagonalQuadratic(np.ones((1, 3))), x, {R: np.full(3, 0.5)})
    assert compare(posed, batch, 1).usable.tolist() == [True, True, False]
    assert compare(posed, batch, 4).usable.tolist() == [True, False, False]


def test_what_is_tried_does_not_show_what_is_said_of_every_k():
    posed = claim(assumed(lambda: Ge(suboptimality(k), R), R, conditions=(R > 0,)), bound=2 * V0)
    run = Evidence("run", "sampled", "a run", {"held": 6})
    assert Verdict(posed, Status.SUPPORTED, (run,)).unexhibited
    assert not Verdict(claim(), Status.SUPPORTED, (run,)).unexhibited


def test_random_runs_are_not_asked_for_what_is_assumed_later():
    within = assumed(lambda: Le(norm(MAX, iterate(k)), R), R, conditions=(R > 0,))
    posed = Claim(id="own", algorithm=ScaledSignSGD(alpha), assumptions=(Smooth(L), Unbiased(), BoundedVariance(sigma),
                  within), domain=(alpha > 0,), measure=ExpectedSuboptimality(), bound=L * R**2 / 2)  # fmt: skip
    for search in (lambda: try_noise(posed), lambda: try_draws(posed, PROFILES["quick"], 0, 1e-6)):
        with pytest.raises(Unsupported, match="random runs"):
            search()


# --------------------------------------------------------------------------------- conditions of assumptions

BEYOND = {"R > 0": R > 0, "reversed": 0 < R, "two": And(R > 0, R < 9)}


@pytest.mark.parametrize("condition", BEYOND.values(), ids=BEYOND)
def test_parameters_meet_what_a_plain_assumption_asks_of_them(condition):
    beyond = assumed(lambda: Ge(norm(MAX, iterate(0) - x_star), R), R, conditions=(condition,))
    posed = claim(beyond, bound=V0 * (1 + R))
    assert (R > 0) in asked(posed)
    free = ranges(posed)
    assert [interval.lower for interval in free] == [[0]]
    assert "requires" in outside_domain(posed, symbols({"L": fmpq(1), "R": fmpq(-1)}))
    assert outside_domain(posed, symbols({"L": fmpq(1), "R": fmpq(1)})) == ""
    assert not line(posed, 1, 0, R=-2).confirmed
    thetas = positions(free, 3, np.random.default_rng(0))
    batch = prepare(posed, free, DiagonalQuadratic(np.ones((1, 3))), np.full((1, 3), 1e3), thetas)
    assert (batch.values[R] > 0).all()


def test_a_condition_that_is_no_relation_is_refused():
    own = assumed(lambda: Ge(norm(MAX, iterate(0)), R), R, conditions=(Or(R > 1, R < -1),))
    with pytest.raises(Unsupported, match="not a relation"):
        asked(claim(own))


# --------------------------------------------------------------------------------- no exact gradients; no numbers

THEOREM = "own/theorem-2.1.repaired"


def test_draws_in_a_plain_assumption_do_not_lose_the_proof():
    theorem = catalog()[THEOREM]
    twice = assumed(lambda x: Le(mean(dual_norm(MAX, estimate(x)), x), 2 * dual_norm(MAX, gradient(x))), points=1)
    posed = dataclasses.replace(theorem, id="own", assumptions=(*theorem.assumptions, twice))
    with pytest.raises(Unsupported, match="not known to be met"):
        noiseless(posed)
    assert verify(posed).status == "proved"


def test_a_domain_without_exact_gradients_is_not_tried_with_them():
    theorem = catalog()[THEOREM]
    c = next(a for a in theorem.assumptions if isinstance(a, NormSignMargin)).constant
    posed = dataclasses.replace(theorem, id="own", domain=(mu > 0, mu <= L, c > 1, c <= 2, alpha > 0, alpha < c / L))
    with pytest.raises(Unsupported, match="no such claim can be made about exact gradients"):
        noiseless(posed)
    assert exhibit(posed) is None


@pytest.mark.parametrize("large", [1e300, 1.7976e308, np.inf])
def test_ratios_beyond_floats_are_written_as_unknown(large, tmp_path):
    spread = Spread()
    spread.follow({0: 1.0, 1: large, 2: 1.0})
    spread.follow({0: 1.0, 1: 1.7976931348623157e308, 2: 1.0})
    facts = spread.facts
    assert facts["spread"]["largest"] == [1.0, None, 1.0]
    evidence = Evidence("run", "sampled", "a run", {"family": "f", "steps": 2, "instances": 2, "comparisons": 6,
                        "held": 6, "undecided": 0, "broken": 0,
                       "stopped": 0, "largest_ratio": large} | facts)  # fmt: skip
    written = ledger([entry(Verdict(claim(), Status.SUPPORTED, (evidence,)))], "quick", 0)
    validate(written)
    write(written, tmp_path / "ledger.json")
    assert json.loads((tmp_path / "ledger.json").read_text())["claims"][0]["evidence"][0]["spread"] == facts["spread"]
