"""Proximal methods with every expectation exact: by enumeration of all draws, and what claims about them come to."""

from __future__ import annotations

import dataclasses
import json
from itertools import product

import numpy as np
import pytest
from flint import fmpq
from sympy import Integer, sqrt

from signproof import Claim, verify
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import refusal
from signproof.checks.problems.separable import HuberComposite, QuadraticComposite
from signproof.checks.replay.proximal import _root, fitting, replay_proximal
from signproof.checks.replay.witness import from_json
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.proximal import try_out
from signproof.theory.assumptions.composite import Composite, Convex, LipschitzGradient, ProximalVariance
from signproof.theory.catalog import catalog
from signproof.theory.methods.proximal import SignProx
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.signprox.eq_9 import gamma
from signproof.theory.symbols import L, sigma
from signproof.theory.terms.proximal import D

IDS = ["signprox/theorem-1", "signprox/theorem-2"]
QUADRATIC = QuadraticComposite(
    weights=rationals(["1/2", "1/2"]),
    heights=rationals([2, 1]),
    centres=rationals([["1/2", 0], ["-1/2", 0]]),
    curvature=rationals([1, "1/2"]),
)
HUBER = HuberComposite(
    weights=rationals(["1/2", "1/2"]),
    heights=rationals([1]),
    centres=rationals([["1/4"], ["-1/4"]]),
    curvatures=rationals([[1], [1]]),
    radii=rationals([["1/2"], ["1/2"]]),
)


def enumerated(claim, problem, parameters, z, steps) -> fmpq:
    """The mean over l < T of E||G(x_l)||^p: every sequence of components drawn one by one, on its own."""
    gamma = parameters["gamma"]
    signs = isinstance(claim.algorithm, SignProx)
    size = steps if signs else 1

    def length(x):
        G = (x - problem.prox(x - gamma * problem.smooth_gradient(x, RATIONALS), gamma, RATIONALS)) / gamma
        return sum(abs(G)) if signs else sum(G * G)

    def after(x, batch):
        z = x - gamma * problem.smooth_gradient(x, RATIONALS)
        mean = sum(problem.proxes(z, gamma, RATIONALS)[m] for m in batch) / len(batch)
        return x - gamma * RATIONALS.sign(x - mean) if signs else mean

    total, law = fmpq(0), [(fmpq(1), problem.prox(np.array(z, dtype=object), gamma, RATIONALS))]
    for _ in range(steps):
        total += sum(p * length(x) for p, x in law)
        batches = [*product(range(len(problem.weights)), repeat=size)]
        law = [(p * np.prod([problem.weights[m] for m in batch]), after(x, batch)) for p, x in law for batch in batches]
    return total / steps


@pytest.mark.parametrize(("problem", "z"), [(QUADRATIC, ("3/2", "-1")), (HUBER, ("2",))], ids=["quadratic", "Huber"])
@pytest.mark.parametrize(
    ("id", "steps"), [(IDS[0], 1), (IDS[0], 4), (IDS[1], 1), pytest.param(IDS[1], 4, marks=pytest.mark.slow)]
)
def test_expectations_are_those_of_an_enumeration(id, problem, z, steps):
    claim, start = catalog()[id], tuple(rationals(list(z)))
    parameters = fitting(claim, problem, steps)
    found = replay_proximal(Instance(claim, problem, parameters, start), steps)
    exact = enumerated(claim, problem, parameters, start, steps)
    assert found.measured[0] <= exact <= found.measured[1] and not found.confirmed
    assert found.measured[1] - found.measured[0] <= exact / 2**60


def test_constants_are_the_least_ones():
    one, two = (fitting(catalog()[id], QUADRATIC, 4) for id in IDS)
    assert one["L"] == 2 and one["gamma"] == fmpq(1, 4)
    assert two["L"] == 3 and two["gamma"] == fmpq(1, 12)
    # the components pull by c a / (1 + gamma c): sigma is that, rounded up to 1/1024
    for parameters in (one, two):
        pull = fmpq(1, 2) / (1 + parameters["gamma"])
        assert 0 <= parameters["sigma"] - pull < fmpq(1, 1024)
    assert fitting(catalog()[IDS[0]], QUADRATIC, 2) is None  # sqrt(2) is not rational
    assert (_root(fmpq(9, 4)), _root(fmpq(0))) == (fmpq(3, 2), fmpq(0))


@pytest.mark.parametrize("id", IDS)
def test_the_theorems_hold_and_an_eighth_of_their_bounds_does_not(id):
    claim = catalog()[id]
    found = try_out(claim)
    assert found.witness is None and 0.2 < found.largest < 1 and len(found.tallies) == 2
    assert all(tally.held == tally.comparisons >= 16 for tally in found.tallies)
    verdict = verify(dataclasses.replace(claim, bound=claim.bound / 8, proof=None))
    assert verdict.status == "refuted" and verdict.witness.replay().confirmed
    data = json.loads(json.dumps(verdict.witness.to_json()))
    known = {claim.id: verdict.claim}
    again = from_json(data, known)
    assert again.replay().confirmed and "over 4 steps the expected measure" in again.describe()
    for field, value, why in (
        ("sigma", "0", "does not meet the assumptions with sigma = 0"),
        ("gamma", "1", "outside the domain"),
        ("T", "1", "the claim is about T steps"),
    ):
        changed = from_json(data | {"parameters": data["parameters"] | {field: value}}, known).replay()
        assert not changed.confirmed and why in changed.why
    changed = from_json(data | {"measured": "1/7"}, known).replay()
    assert not changed.confirmed and "numbers differ" in changed.why
    data["problem"]["weights"][0] = "1"
    with pytest.raises(ValueError, match="weights must sum to 1"):
        from_json(data, known)


def test_the_verdict_has_tightness():
    verdict = verify(catalog()[IDS[1]])
    assert verdict.status == "proved" and 0.2 < verdict.tightness < 1
    assert verdict.tightness.instance.startswith("separable composites")


def test_what_cannot_be_fitted_is_refused():
    theorem = catalog()[IDS[0]]
    with pytest.raises(Unsupported, match="the step size gamma has no value"):
        fitting(dataclasses.replace(theorem, domain=theorem.domain[:1], proof=None), QUADRATIC, 4)
    with pytest.raises(Unsupported, match="proximal runs are for claims"):
        try_out(catalog()["scaled-sign/theorem-1.1"])


def test_a_claim_of_ones_own_without_a_proof_is_supported():
    theorem = catalog()[IDS[0]]
    mine = Claim(
        id="mine/spgm",
        algorithm=theorem.algorithm,
        assumptions=theorem.assumptions,
        domain=theorem.domain,
        measure=theorem.measure,
        bound=theorem.bound + L / sqrt(theorem.measure.steps),
    )
    assert verify(mine).status == "supported"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (LipschitzGradient(D, L, L2), LipschitzGradient(D, Integer(1), L2), "its constant 1 is not a symbol"),
        (LipschitzGradient(D, L, L2), LipschitzGradient(D, 2 * L, L2), "is not a symbol"),
        (LipschitzGradient(D, L, L2), LipschitzGradient(D, L, LINF), "only in the Euclidean norm"),
        (Composite(gamma), Convex(D), "is not convex"),
        (ProximalVariance(gamma, sigma), ProximalVariance(gamma, Integer(1)), "its constant 1 is not a symbol"),
        (ProximalVariance(gamma, sigma), ProximalVariance(2 * gamma, sigma), "is not the method's"),
    ],
)
def test_what_is_not_known_of_an_objective_is_not_taken_for_granted(old, new, why):
    theorem = catalog()[IDS[0]]
    assert old in theorem.assumptions
    assumed = tuple(new if assumption == old else assumption for assumption in theorem.assumptions)
    mine = dataclasses.replace(theorem, assumptions=assumed, bound=theorem.bound.subs(sigma, 1), proof=None)
    assert why in refusal(QUADRATIC, mine) and why in refusal(HUBER, mine)
    with pytest.raises(Unsupported, match=why):
        try_out(mine)


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("bits", [64, 1])
def test_where_fractions_grow_long_balls_hold_the_exact_numbers(id, bits, monkeypatch):
    claim, start = catalog()[id], tuple(rationals(["3/2", "-1"]))
    parameters = fitting(claim, QUADRATIC, 4)
    exact = replay_proximal(Instance(claim, QUADRATIC, parameters, start), 4)
    monkeypatch.setattr("signproof.checks.runs.proximal.LONGEST", bits)
    found = replay_proximal(Instance(claim, QUADRATIC, parameters, start), 4)
    assert (exact.level, found.level) == ("exact", "enclosed" if bits == 1 else found.level)
    for inside, around in ((exact.measured, found.measured), (exact.bound, found.bound)):
        assert around[0] <= inside[1] and inside[0] <= around[1] and around[1] - around[0] < fmpq(1, 2**64)
