"""Convexity, near and small starts: known by what they say, answered by every family, and checked in replays."""

from dataclasses import replace

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from signproof.theory.vectors import gradient, inner, iterate, norm, value, x_star
from sympy import Ge, Le, Rational
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing.special import distance, distances, of_start, special, start_distance
from signproof.checks.problems.base import known
from signproof.checks.problems.logistic import LogisticRegression
from signproof.checks.problems.piecewise import PiecewiseQuadratic, Side
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.problems.softplus import LogisticSum
from signproof.checks.replay.bounds import replay
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import (
    Constant,
    Convex,
    MinimizerSize,
    SeparablySmooth,
    Smooth,
    StartDistance,
    StartSize,
)
from signproof.theory.elaboration.vacuity import contradiction
from signproof.theory.measures import Formula, Suboptimality
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, R, k


class Within(Constant):
    """As readers write it."""

    largest, points, words = False, 0, "near"

    def statement(self):
        return Ge(self.constant, norm(Str("2"), x_star - iterate(0)))


class Beyond(Constant):
    """||x_0|| <= R says nothing of the minimizer."""

    largest, points, words = False, 0, "near the origin"

    def statement(self):
        return Le(norm(Str("2"), iterate(0)), self.constant)


class Bowl(Constant):
    """Convexity with a constant that says nothing."""

    largest, points, words = False, 2, "convex"

    def statement(self, x, y):
        return Le(inner(gradient(y), x - y), value(x) - value(y))


def claim(bound, *assumptions, domain=(k >= 1,)):
    return Claim(
        id="convex",
        algorithm=GradientDescent(1 / L),
        assumptions=(Smooth(L, L2), *(assumptions or (Convex(), StartDistance(R, L2)))),
        domain=domain,
        measure=Suboptimality(),
        bound=bound,
    )


def test_an_assumption_is_known_by_what_it_says():
    assert start_distance(Within(R, LINF)) is L2 and start_distance(StartDistance(R)) is LINF
    assert start_distance(Beyond(R, L2)) is None and special(Smooth(L)) is None
    assert of_start(Beyond(R)) == StartSize(R, L2) and of_start(Within(R)) == StartDistance(R, L2)
    assert isinstance(special(Bowl(1)), Convex) and isinstance(special(Convex()), Convex)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-9), min_size=4, max_size=4))
def test_distances_are_no_less_than_the_norm(x):
    for pair in (LINF, L2, OPERATOR):
        exact, found = distance(pair, rationals(x), 0.0), distances(pair, np.array([x]).T, 0.0).item()
        if pair is L2:
            square = RATIONALS.sum(rationals(x) * rationals(x))
            assert square <= exact**2 <= square * (1 + fmpq(1, 2**36)) or not any(x)
            assert fmpq(*found.as_integer_ratio()) ** 2 >= square
        assert abs(float(exact.p) / float(exact.q) - found) <= 1e-12 * found + 1e-300
    assert distances(L2, np.array([x]), 0.0).tolist() == np.abs(x).tolist()


def huber():
    return PiecewiseQuadratic(*map(rationals, PiecewiseQuadratic.of((Side((1, 0), (1,)), Side((1, 0), (1,))))))


def hump():
    side = Side((1, -1, 1), (1, 1.5))
    return PiecewiseQuadratic(*map(rationals, PiecewiseQuadratic.of((side, side))))


@pytest.mark.parametrize(
    ("problem", "far", "why"),
    [
        (huber(), fmpq(3), ""),
        (huber(), fmpq(2), "does not meet StartDistance"),
        (hump(), fmpq(3), "not known to be convex"),
    ],
)
def test_a_replay_asks_for_both(problem, far, why):
    too_small = claim(L * R**2 / (100 * k))
    found = replay(Instance(too_small, problem, {"L": fmpq(1), "R": far}, (fmpq(3),)), 1)
    assert found.confirmed == (not why) and why in found.why


@pytest.mark.parametrize("assumptions", [(), (Bowl(1), Within(R, L2))], ids=["ours", "readers"])
def test_hubers_functions_attain_the_bound_of_gradient_descent(assumptions, monkeypatch):
    tried = [PiecewiseQuadratic, LogisticSum]
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: tried)
    few = Profile("few", 1, 8, costly=False, mapped=False)
    true = try_out(claim(L * R**2 / (4 * k + 2), *assumptions), few)
    assert true.witness is None and true.dismissed == 0 and 0.999 < true.ratio.value <= 1
    assert {tally.family for tally in true.tallies} == {family.family for family in tried}
    false = try_out(claim(L * R**2 / (4 * k + 3), *assumptions), few)
    assert false.witness is not None and false.witness.replay().confirmed


def test_the_minimizer_is_the_nearest_one():
    A = np.array([[[1.0], [1.0]]])
    start = LeastSquares(A).from_nearest(np.array([[3.0], [1.0]]))
    assert np.allclose(start, 2)
    square = DiagonalQuadratic(np.ones((2, 1)))
    assert (square.from_nearest(start) == start).all()


@pytest.mark.slow
def test_what_stands_for_a_minimizer_is_no_minimizer():
    batch, _ = LogisticRegression.batch((30,), np.random.default_rng(0))
    off = batch.off_centre()
    assert 0 < off < 1e-6
    assert distances(LINF, np.zeros((30, 1)), off).item() >= off


def test_a_convex_instance_is_exhibited():
    found = exhibit(claim(L * R**2 / (4 * k + 2)))
    assert found is not None and {"L", "R"} <= found.facts["parameters"].keys()


def test_near_starts_are_low():
    assert contradiction(claim(V0, domain=(V0 > L * R**2,)))
    assert not contradiction(claim(V0, domain=(2 * V0 >= L * R**2,)))


def quiet(monkeypatch, *families):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: families)
    return Profile("few", 1, 4, costly=False, mapped=False)


@pytest.mark.parametrize(("share", "broken"), [(1, False), (Rational(9, 10), True)])
def test_the_size_of_the_start_is_read_off_it(share, broken, monkeypatch):
    """x+ = x - x/L stays in the cube in which it began, and attains its size at k = 0."""
    kept = replace(claim(share * R, Smooth(L), StartSize(R), domain=()), measure=Formula(norm(Str("inf"), iterate(k))))
    found = try_out(kept, quiet(monkeypatch, DiagonalQuadratic))
    assert sum(tally.instances for tally in found.tallies) > 20
    assert (found.witness is not None and found.witness.replay().confirmed) == broken
    beyond = Instance(kept, huber(), {"L": fmpq(1), "R": fmpq(2)}, (fmpq(3),))
    assert "does not meet StartSize" in replay(beyond, 0).why


@pytest.mark.parametrize("family", [DiagonalQuadratic, SineSum, LogisticSum, PiecewiseQuadratic])
def test_separable_smoothness_is_answered_by_sums_over_the_coordinates(family):
    problem, start = next(family.drawn(np.random.default_rng(0), 1))
    ends = known(problem, SeparablySmooth(L))
    rng = np.random.default_rng(1)
    shape = np.asarray(start).shape
    x, y = (rng.standard_normal(shape) * np.abs(start) for _ in range(2))
    with np.errstate(all="ignore"):
        gap = problem.suboptimality(y, NUMPY) - problem.suboptimality(x, NUMPY)
        gap = gap - (problem.gradient(x, NUMPY) * (y - x)).sum(axis=0)
    most = ends.upper / 2 * ((y - x) ** 2).max(axis=0)
    assert (np.abs(gap) <= most * (1 + 1e-9) + 1e-12).all()
    assert known(next(LeastSquares.drawn(np.random.default_rng(0), 1))[0], SeparablySmooth(L)) is None


def test_a_minimizer_in_the_cube_is_the_origin_of_every_family_that_knows_it(monkeypatch):
    """Of the others nothing is said: they are left out, and replays refuse them."""
    kept = claim(V0 / 100, StartSize(R), MinimizerSize(R))
    found = try_out(kept, quiet(monkeypatch, PiecewiseQuadratic))
    assert found.witness is not None and found.witness.replay().confirmed
    batch, _ = LogisticSum.batch(LogisticSum.shapes[0], np.random.default_rng(0))
    monkeypatch.setattr(LogisticSum, "off_centre", lambda self: 1.0)
    one = Instance(kept, batch.one(0), {"L": fmpq(10**9), "R": fmpq(9)}, (fmpq(1),) * batch.dimension)
    assert "the minimizer is not known exactly" in replay(one, 1).why
