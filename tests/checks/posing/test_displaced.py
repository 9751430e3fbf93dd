"""Minimizers away from the origin: which claims are tried there, and that runs are those of f moved."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from signproof.theory.vectors import gradient, inner, iterate, norm, x_star
from sympy import Le, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.posing.displaced import depends_on_origin
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.witness import Witness, from_json
from signproof.checks.runs.exact import iterates
from signproof.checks.runs.instance import Instance
from signproof.checks.search.shrink import shrink
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import Assumption, Constant, Smooth, StronglyConvex
from signproof.theory.measures import Measure, MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu

decay = Symbol("lambda", real=True)


@dataclass(frozen=True)
class Decayed(Algorithm):
    """x+ = (1 - alpha lambda) x - alpha g, its memory the iterate before."""

    step_size: Any
    decay: Any

    def init(self, x, xp):
        return x

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * (gradient(x) + self.decay * x), x


@dataclass(frozen=True)
class Distance(Measure):
    """||x_k - x*||."""

    @property
    def symbol(self):
        return norm(Str("2"), iterate(k) - x_star)

    def quantity(self, problem, x, xp):
        return L2.norm(x, xp)


@dataclass(frozen=True)
class Size(Distance):
    """||x_k||."""

    @property
    def symbol(self):
        return norm(Str("2"), iterate(k))

    def quantity(self, problem, x, xp):
        return L2.norm(x, xp)


class Near(Constant):
    """||x_0 - x*|| <= R."""

    largest, points, words = False, 0, "near"

    def statement(self):
        return Le(norm(Str("2"), iterate(0) - x_star), self.constant)


class Small(Near):
    """||x_0|| <= R."""

    def statement(self):
        return Le(norm(Str("2"), iterate(0)), self.constant)


class Pulled(Constant):
    """<grad f(x), x - x*> <= c ||x - x*||^2, or without x*."""

    largest, points, words = False, 1, "pulled"

    def statement(self, x):
        return Le(inner(gradient(x), x - x_star), self.constant * norm(Str("2"), x - x_star) ** 2)


class PulledToOrigin(Pulled):
    def statement(self, x):
        return Le(inner(gradient(x), x), self.constant * norm(Str("2"), x) ** 2)


DECAYED, VALUE = Decayed(alpha, decay), Suboptimality()


def claim(method=DECAYED, measure=VALUE, *further: Assumption):
    domain = (alpha > 0, alpha <= 1 / (2 * L), *((decay > 0, decay <= mu / 10) if method == DECAYED else ()))
    assumptions = (Smooth(L, L2), StronglyConvex(mu, L2), *further)
    bound = (1 - alpha * mu) ** k * V0
    return Claim(id="c", algorithm=method, assumptions=assumptions, domain=domain, measure=measure, bound=bound)


def test_a_claim_is_moved_if_its_method_alone_knows_the_origin():
    for measure in (Suboptimality(), MinDualGradientNorm(2, L2), Distance()):
        assert depends_on_origin(claim(DECAYED, measure))
        assert not depends_on_origin(claim(GradientDescent(alpha), measure))
    assert not depends_on_origin(claim(DECAYED, Size()))
    assert depends_on_origin(claim(DECAYED, Suboptimality(), Near(1, L2), Pulled(1, L2)))
    assert not depends_on_origin(claim(DECAYED, Suboptimality(), Small(1, L2)))
    assert not depends_on_origin(claim(DECAYED, Suboptimality(), PulledToOrigin(1, L2)))


numbers = st.fractions(-5, 5, max_denominator=8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), numbers, numbers), min_size=1, max_size=3))
def test_the_run_is_that_of_the_function_moved(entries):
    h, start, place = (rationals([entry[n] for entry in entries]) for n in range(3))
    parameters = {"alpha": fmpq(1, 20), "lambda": fmpq(1, 10)}
    instance = Instance(claim(), DiagonalQuadratic(h), parameters, tuple(start), minimizer=tuple(place))
    x = start + place
    for _, found in zip(range(5), iterates(instance, RATIONALS), strict=False):
        assert (found + place == x).all()
        x = x - fmpq(1, 20) * (h * (x - place) + fmpq(1, 10) * x)


def broken():
    parameters = {"L": fmpq(1), "mu": fmpq(1), "alpha": fmpq(1, 2), "lambda": fmpq(1, 10)}
    instance = Instance(claim(), DiagonalQuadratic(rationals([1])), parameters, (fmpq(-1),), minimizer=(fmpq(1),))
    return Witness.of(instance, 9, replay(instance, 9))


def test_weight_decay_stops_short_of_the_minimizer():
    witness = broken()
    assert witness.replay().confirmed
    assert not replay(Instance(claim(), witness.problem, witness.parameters, (fmpq(1),)), 9).confirmed
    assert "minimizer (1), from (0)" in witness.describe()
    smaller = shrink(witness)
    assert smaller.replay().confirmed and smaller.minimizer is not None


def test_the_minimizer_is_part_of_the_witness():
    data = broken().to_json()
    assert data["minimizer"] == ["1"] and data["start"] == ["-1"]
    assert from_json(data, {"c": claim()}).replay().confirmed
    for other in (None, ["1", "1"], ["2"]):
        assert not from_json({**data, "minimizer": other}, {"c": claim()}).replay().confirmed


def test_a_minimizer_is_refused_where_the_claim_does_not_depend_on_it():
    free = claim(GradientDescent(alpha))
    parameters = {"L": fmpq(1), "mu": fmpq(1), "alpha": fmpq(1, 2)}
    found = replay(Instance(free, DiagonalQuadratic(rationals([1])), parameters, (fmpq(-1),), minimizer=(fmpq(1),)), 3)
    assert not found.confirmed and "minimizer" in found.why


def test_trials_move_the_minimizer(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [DiagonalQuadratic])
    trials = try_out(claim(), Profile("few", 1, 12, costly=False, mapped=False))
    assert trials.witness is not None and np.any(trials.witness.minimizer)
    assert trials.witness.replay().confirmed
