"""The sign flow from event to event on what is no quadratic: against exact trajectories, implicit steps and itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawn_problems import entries, least_squares
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.datasets import dump_svmlight_file
from test_trajectories import ONE, brief, matrix, speeds

from signproof.checks.flows import filippov
from signproof.checks.flows.filippov import Filippov
from signproof.checks.flows.sliding import slide
from signproof.checks.flows.trajectories import trajectory
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.problems.composition import ComposedSine, ComposedSoftplus
from signproof.checks.problems.logistic import logistic_regression
from signproof.checks.problems.quadratic import LeastSquares
from signproof.theory.methods.flows import SignFlow

LAST = fmpq(10**6)


@st.composite
def composites(draw, d: int = 2):
    """A strongly convex sum of softplus of a linear map, and a start."""
    rows = draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=d, max_size=d))
    factor = rationals(rows) + rationals(np.eye(d)) * 4
    shares = draw(st.lists(st.fractions("1/8", "7/8", max_denominator=8), min_size=d, max_size=d))
    height = rationals(draw(st.sampled_from([0, 1, 8])))
    start = rationals(draw(st.lists(st.fractions(-3, 3, max_denominator=64), min_size=d, max_size=d)))
    return ComposedSoftplus(factor, height, rationals(shares)), start


def modes(path: Filippov) -> list:
    (run,) = path._runs.values()
    return [step.mode for step in run.steps]


def followed(path: Filippov, time, xp):
    """Where the path is; None if the trajectory ends before, which is said and not guessed."""
    try:
        return path.at(rational(time), xp)
    except Undecided as undecided:
        assert "cannot be separated" in str(undecided) or "coupled" in str(undecided)
        return None


# ------------------------------------------------------------------------------------------ quadratics


def test_quadratics_are_followed_as_they_are_exactly():
    """Without their Hessian, on times before and after every event; where they end, events coincide."""
    counts = {True: 0, False: 0}

    @settings(brief, max_examples=60)
    @given(least_squares(), speeds, st.fractions(0, 4, max_denominator=7))
    def same(instance, speed, time):
        problem, start = instance
        exact = slide(matrix(problem), start, speed)
        with Balls(128) as balls:
            try:
                path = Filippov(problem, start, speed)
                found = followed(path, time, balls)
            except Undecided:  # a sign at the start
                found = None
            counts[found is not None] += 1
            if found is None:
                return
            there = exact.at(rational(time), RATIONALS)
            expected = problem.gradient(there, RATIONALS)
            slopes = problem.over(balls).gradient(found, balls)
            assert all(map(arb.overlaps, slopes, map(arb, expected))) and all(slope.rad() < 1e-15 for slope in slopes)
            if problem.factor.shape[0] == problem.dimension and matrix(problem).det():
                assert all(entry.overlaps(arb(x)) for entry, x in zip(found, there, strict=True))

    same()
    assert counts[True] > 2 * counts[False]


def test_of_quadratics_in_general_position_no_event_is_missed():
    """At the times of the events, too, which coincide for none of these."""
    rng, left = np.random.default_rng(7), 0
    for d in (2, 3, 4, 5) * 6:
        rows = int(rng.integers(1, d + 1)) if rng.random() < 0.3 else d
        problem = LeastSquares(rationals(rng.integers(-3000, 3001, (rows, d))) / fmpq(997))
        start = rationals(rng.integers(-300, 301, d)) / fmpq(97)
        exact, path = slide(matrix(problem), start, ONE), Filippov(problem, start, ONE)
        sliding = [{i for i in range(d) if abs(v[i]) < 1} for v in exact.velocities]
        left += any(before - after for before, after in pairwise(sliding))
        with Balls(128) as balls:
            for time in [*exact.times, *(exact.times[-1] * int(j) / 64 for j in rng.integers(0, 80, 4))]:
                slopes = problem.over(balls).gradient(path.at(time, balls), balls)
                expected = problem.gradient(exact.at(time, RATIONALS), RATIONALS)
                assert all(map(arb.overlaps, slopes, map(arb, expected))) and all(
                    slope.rad() < 1e-15 for slope in slopes
                )
    assert left > 2


# ----------------------------------------------------------------------------------------- other objectives


def test_implicit_steps_lead_to_where_it_is():
    """x+ = x - h v with v a subgradient of ||.||_1 at grad f(x+) is the least of f on the cube of radius h around x.

    Such steps move as the flow does, but for one step around each event; a coordinate that starts to move at an event
    keeps that error of at most 2h, and those that slide one in proportion.
    """
    rng, kinds, h = np.random.default_rng(1), set(), 1 / 128
    for _ in range(3):
        factor = np.round(rng.standard_normal((3, 3)) * 4) / 4 + 2 * np.eye(3)
        shares, start = rng.integers(1, 8, 3) / 8, rng.integers(-64, 65, 3) / 32
        problem = ComposedSoftplus(rationals(factor), rationals(6), rationals(shares))

        def value_and_gradient(x, A=factor, s=shares):
            z = A @ x
            p = s * np.exp(z) / (1 - s + s * np.exp(z))
            return np.sum(z**2 / 2 + 6 * (np.log(1 - s + s * np.exp(z)) - s * z)), A.T @ (z + 6 * (p - s))

        path, x = Filippov(problem, rationals(start), ONE), start
        for step in range(1, 161):
            cube = [(entry - h, entry + h) for entry in x]
            x = minimize(value_and_gradient, x, method="L-BFGS-B", jac=True, bounds=cube, options={"ftol": 0}).x
            if step % 20 == 0:
                with Balls(128) as balls:
                    there = path.at(fmpq(step, 128), balls)
                assert np.abs(x - [float(entry.mid()) for entry in there]).max() < 8 * h
                assert all(entry.rad() < 1e-20 for entry in there)
        kinds |= changes(path)
    assert {"slides", "crosses"} <= kinds


def changes(path: Filippov) -> set[str]:
    """What happens at the events of a path."""
    seen = set()
    for before, after in pairwise(modes(path)):
        if set(after.sliding) > set(before.sliding):
            seen.add("slides")
        if set(before.sliding) - set(after.sliding):
            seen.add("leaves")
        if any(a * b < 0 for a, b in zip(before.signs, after.signs, strict=True)):
            seen.add("crosses")
    return seen


def solves(problem, path: Filippov, last: fmpq, pieces: int = 24) -> int:
    """That a path moves as the differential inclusion says, from mean values; how often that says more than a bound."""
    narrow = 0
    with Balls(128) as balls:
        posed, grid = problem.over(balls), [last * j / pieces for j in range(pieces + 1)]
        for a, b in pairwise(grid):
            box = path.at(balls.interval(a, b), balls)
            ends = [path.at(time, balls) for time in (a, b)]
            assert all(map(arb.overlaps, box, ends[0])) and all(map(arb.overlaps, box, ends[1]))
            v = (ends[1] - ends[0]) / (arb(a - b) * path.speed)
            for entry, slope in zip(v, posed.gradient(box, balls), strict=True):
                assert entry.overlaps(arb(0, 1))
                if slope > 0 or slope < 0:
                    assert entry.overlaps(balls.sign(slope)) and entry.rad() < 1e-20
                    narrow += 1
    return narrow


def test_it_solves_the_differential_inclusion_and_comes_to_rest():
    kinds, narrow, ended = set(), [], []

    @settings(brief, max_examples=30)
    @given(st.one_of(composites(2), composites(3)), speeds)
    def inclusion(instance, speed):
        problem, start = instance
        path = Filippov(problem, start, speed)
        with Balls(128) as balls:
            try:
                final = followed(path, LAST, balls)
            except Undecided:
                final = None
            ended.append(final is None)
            if final is None:
                return
            assert all(entry.contains(0) and entry.rad() < 1e-25 for entry in final)
            (run,) = path._runs.values()
            narrow.append(solves(problem, path, run.time * fmpq(9, 8)))
        kinds.update(changes(path))

    inclusion()
    assert {"slides", "crosses", "leaves"} <= kinds and sum(narrow) > 20 * len(narrow) and sum(ended) < 0.3 * len(ended)


def test_objectives_that_are_not_convex_have_a_solution_too():
    problem = ComposedSine(rationals([[1, "1/2", -1, 2], ["1/3", 1, 1, 0]]), rationals(3))
    path = Filippov(problem, rationals(["3/2", "-1", "1/7", "2"]), ONE)
    assert solves(problem, path, fmpq(3)) > 20
    with Balls(128) as balls:
        final = problem.over(balls).gradient(path.at(LAST, balls), balls)
        assert all(slope.contains(0) and slope.rad() < 1e-20 for slope in final)


def test_logistic_regression_on_a_file(tmp_path):
    """Of its gradient enclosures are known, to the precision of floats: no further is any event."""
    rng = np.random.default_rng(0)
    rows = rng.integers(-4, 5, (12, 3)) / 2
    labels = np.sign(rows @ [1, -1, 0.5] + rng.standard_normal(12))
    dump_svmlight_file(rows, labels, str(tmp_path / "small.txt"), zero_based=False)
    family = logistic_regression(tmp_path / "small.txt")
    batch, _ = family.batch((3,), rng)
    problem, start = batch.one(0), rationals(["3/2", "-1", "1/2"])
    path = trajectory(SignFlow(ONE), problem, start)
    assert isinstance(path, Filippov) and solves(problem, path, fmpq(2)) > 20
    with Balls(128) as balls:
        assert all(abs(entry) < 1e-10 for entry in path.at(fmpq(8), balls))


# -------------------------------------------------------------------------------------------------- limits


def test_events_that_are_not_told_apart_end_the_trajectory_with_a_reason():
    """Two coordinates that move alike arrive at the same time, 1, which no precision tells; before it all is well."""
    problem = ComposedSoftplus(rationals([[2, 1], [1, 2]]), rationals(1), rationals(["1/2", "1/2"]))
    path = Filippov(problem, rationals([1, 1]), ONE)
    for bits in (128, 256):
        with Balls(bits) as balls:
            before = path.at(fmpq(15, 16), balls)
            assert all(entry.overlaps(arb(fmpq(1, 16))) for entry in before)
            with pytest.raises(Undecided, match="cannot be separated"):
                path.at(fmpq(17, 16), balls)
            assert all(map(arb.overlaps, before, path.at(fmpq(15, 16), balls)))


def test_too_many_steps_end_the_trajectory_with_a_reason(monkeypatch):
    monkeypatch.setattr(filippov, "STEPS", 3)
    problem = ComposedSoftplus(rationals([[2, 1], [1, 3]]), rationals(4), rationals(["1/2", "1/3"]))
    path = Filippov(problem, rationals([1, -1]), ONE)
    for bits in (128, 256):
        with Balls(bits) as balls, pytest.raises(Undecided, match="in 3 steps"):
            path.at(LAST, balls)
    assert list(path._runs) == [128]


def test_times_of_events_are_not_rational():
    problem = ComposedSoftplus(rationals([[2]]), rationals(4), rationals(["1/2"]))
    with pytest.raises(TypeError, match="balls"):
        Filippov(problem, rationals([1]), ONE).at(ONE, RATIONALS)


def test_a_start_on_a_surface_goes_on_from_there():
    """f = h(x_1) + h(x_2) with x_2 = 0 at its minimum: x_2 slides from the start."""
    problem = ComposedSoftplus(rationals([[1, 0], [0, 1]]), rationals(2), rationals(["1/2", "1/3"]))
    with Balls(128) as balls:
        path = Filippov(problem, rationals([3, 0]), ONE)
        x = path.at(ONE, balls)
        assert x[0].contains(2) and x[1].contains(0) and x[1].rad() < 1e-30 and modes(path)[0].sliding == [1]
