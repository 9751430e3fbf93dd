"""Trajectories of flows, each against an independent route: exact, in closed form, or a discretization with a bound."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawn_problems import entries, least_squares
from flint import acb, arb, fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.constants import exact_smoothness
from signproof.checks.flows.sliding import selection, slide
from signproof.checks.flows.taylor import Taylor
from signproof.checks.flows.trajectories import ClosedForm, Exponential, trajectory
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composition import ComposedSine, ComposedSoftplus
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.theory.methods.flows import Flow, GradientFlow, SignFlow

ONE = fmpq(1)
brief = settings(max_examples=25, deadline=None, derandomize=True)
speeds = st.fractions("1/3", 3, max_denominator=3).map(rational)


@st.composite
def diagonals(draw):
    d = draw(st.integers(1, 3))
    h = draw(st.lists(st.fractions("1/4", 4, max_denominator=4), min_size=d, max_size=d))
    return DiagonalQuadratic(rationals(h)), rationals(draw(st.lists(entries, min_size=d, max_size=d)))


def matrix(problem: Problem):
    return fmpq_mat(problem.hessian().tolist())


# -------------------------------------------------------------------------------------------- sliding


@brief
@given(diagonals(), speeds, st.fractions(0, 8, max_denominator=8))
def test_sliding_is_the_closed_form_on_diagonal_quadratics(instance, speed, time):
    problem, start = instance
    closed = trajectory(SignFlow(speed), problem, start)
    assert isinstance(closed, ClosedForm)
    event = slide(matrix(problem), start, speed)
    assert (closed.at(rational(time), RATIONALS) == event.at(rational(time), RATIONALS)).all()


def test_sliding_solves_the_differential_inclusion():
    """On every piece the velocity is -speed v with v_i the sign of g_i, and in [-1, 1] where g_i stays 0."""
    seen = set()

    @settings(brief, max_examples=80)
    @given(least_squares(), speeds)
    def solves(instance, speed):
        problem, start = instance
        path = slide(matrix(problem), start, speed)
        assert path.times[0] == 0 and (path.points[0] == start).all() and list(path.times) == sorted({*path.times})
        for (begin, end), velocity in zip(pairwise([*path.times, path.times[-1] + 1]), path.velocities, strict=True):
            for theta in ("1/100", "1/2", "99/100"):
                g = problem.gradient(path.at(begin + rational(theta) * (end - begin), RATIONALS), RATIONALS)
                for slope, speed_i in zip(g, velocity, strict=True):
                    v = -speed_i / speed
                    assert abs(v) <= 1 and (slope == 0 or v == RATIONALS.sign(slope))
                    seen.add("slides" if slope == 0 and 0 < abs(v) < 1 else "rests" if slope == v == 0 else "moves")
        final = path.points[-1]
        assert not any(problem.gradient(final, RATIONALS))

    solves()
    assert seen == {"slides", "rests", "moves"}


@brief
@given(least_squares(), st.fractions(0, 2, max_denominator=4), st.fractions(0, 2, max_denominator=4))
def test_a_sliding_flow_goes_on_from_where_it_is(instance, first, second):
    """Its gradient does: where the quadratic is singular, more than one velocity may serve."""
    problem, start = instance
    first, second = rational(first), rational(second)
    path = slide(matrix(problem), start, ONE)
    middle = slide(matrix(problem), path.at(first, RATIONALS), ONE)
    again, straight = middle.at(second, RATIONALS), path.at(first + second, RATIONALS)
    assert (problem.gradient(again, RATIONALS) == problem.gradient(straight, RATIONALS)).all()


@settings(brief, max_examples=80)
@given(least_squares(5), st.lists(st.integers(-1, 1), min_size=5, max_size=5))
def test_a_selection_is_found_and_is_optimal_though_the_quadratic_is_singular(instance, signs):
    problem, _ = instance
    g = rationals(signs[: problem.dimension])
    v = selection(problem.hessian(), g)
    w = problem.hessian().dot(v)
    for slope, entry, turn in zip(g, v, w, strict=True):
        assert abs(entry) <= 1 and (slope == 0 or entry == slope)
        assert slope != 0 or turn == 0 or entry == -RATIONALS.sign(turn)


def test_small_sign_steps_follow_the_sliding_flow():
    """With e = ^x - x between x_k+ = x_k - h sign(Hx_k), joined by lines, and the flow of speed 1,

    d/dt e'He/2 = -<H(^x_k - x), v_k - v> - <H(^x - ^x_k), v_k - v> <= 0 + h ||Hv_k||_1 ||v_k - v||_inf <= 2 h L,
    so that after the time T e'He <= 4 h L T; L = max ||Hs||_1 over sign vectors s. The floats' rounding is nothing
    beside it.
    """
    rng = np.random.default_rng(0)
    slid, h, T = 0, 1e-4, 2
    for _ in range(6):
        factor = rng.integers(-3, 4, (3, 3)).astype(float) + 4 * np.eye(3)
        start = rng.integers(-8, 9, 3) / 4
        problem = LeastSquares(rationals(factor))
        path = slide(matrix(problem), rationals(start), ONE)
        slid += any(0 < abs(v) < 1 for velocity in path.velocities for v in velocity)
        H, x = factor.T @ factor, start.copy()
        for _ in range(round(T / h)):
            x = x - h * np.sign(H @ x)
        e = x - np.array([float(entry.p) / float(entry.q) for entry in path.at(fmpq(T), RATIONALS)])
        L = exact_smoothness(matrix(problem))
        assert e @ H @ e <= 4 * h * float(L.p) / float(L.q) * T
    assert slid > 2


def test_a_flow_on_what_has_no_minimum_is_refused():
    with pytest.raises(ValueError, match="negative curvature"):
        trajectory(SignFlow(ONE), DiagonalQuadratic(rationals([1, -1])), [1, 1])


# ------------------------------------------------------------------------------------- gradient flows


@brief
@given(diagonals(), speeds, st.fractions(0, 4, max_denominator=8))
def test_the_matrix_exponential_is_the_closed_form_on_diagonal_quadratics(instance, speed, time):
    problem, start = instance
    with Balls(128) as balls:
        closed = trajectory(GradientFlow(speed), problem, start).at(rational(time), balls)
        meets(closed, Exponential(matrix(problem), start, speed).at(rational(time), balls))


@settings(brief, max_examples=10)
@given(least_squares(2), st.fractions(0, 1, max_denominator=8))
def test_taylor_series_give_the_matrix_exponential(instance, time):
    problem, start = instance
    flow = GradientFlow(fmpq(1, 2))
    with Balls(128) as balls:
        exact = trajectory(flow, problem, start)
        assert isinstance(exact, Exponential)
        series = Taylor(flow, problem, start).at(rational(time), balls)
        meets(exact.at(rational(time), balls), series)
        assert all(entry.rad() < 1e-9 for entry in series)


@pytest.mark.parametrize(("start", "time"), [("-7/3", "1/3"), ("1/50", "1/7"), ("2", "2/3")])
def test_the_gradient_flow_of_a_sine_takes_the_time_that_its_integral_says(start, time):
    """t = integral of dx / (beta f'(x)) from x(t) to x(0)."""
    problem, speed = SineSum(rationals([2]), fmpq(3)), fmpq(1, 4)
    with Balls(128) as balls:
        (x,) = trajectory(GradientFlow(speed), problem, [start]).at(rational(time), balls)
        assert x.rad() < 1e-5
        taken = acb.integral(lambda z, _: 1 / (2 * z + 3 * (2 * z).sin()), x, arb(rational(start))).real / (2 * speed)
        assert taken.overlaps(arb(rational(time))) and taken.rad() < 1e-4


def test_coordinates_of_a_sum_move_on_their_own():
    """The sign flow of x^2 + 3 sin^2 x, which is not convex, goes straight to 0; the gradient flow is each term's."""
    problem, start = SineSum(rationals([2, "1/2"]), fmpq(3)), rationals(["5/2", "-1"])
    path = trajectory(SignFlow(ONE), problem, start)
    assert list(path.at(fmpq(3, 2), RATIONALS)) == [1, 0]
    with Balls(128) as balls:
        both = trajectory(GradientFlow(ONE), problem, start).at(fmpq(1, 4), balls)
        for x, w, s in zip(both, problem.weights, start, strict=True):
            meets([x], trajectory(GradientFlow(ONE), SineSum(rationals([w]), fmpq(3)), [s]).at(fmpq(1, 4), balls))


def meets(one, other):
    assert all(a.overlaps(b) and b.is_finite() for a, b in zip(one, other, strict=True))


# ---------------------------------------------------------------------------------- velocities and paths

PROBLEMS = (
    (DiagonalQuadratic(rationals([1, "7/2"])), ("2", "-1/3")),
    (LeastSquares(rationals([[1, 2], [0, "1/2"]])), ("1", "1/4")),
    (SineSum(rationals([1, "1/3"]), fmpq(3)), ("-1/2", "2")),
    (ComposedSoftplus(rationals([[1, 2], ["1/2", -1]]), fmpq(3), rationals(["1/2", "1/4"])), ("-1", "2/3")),
    (ComposedSine(rationals([[1, "1/2", -1]]), fmpq("3/2")), ("1", "1/3", "-1/4")),
)


@pytest.mark.parametrize("kind", [GradientFlow, SignFlow])
@pytest.mark.parametrize(("problem", "start"), PROBLEMS, ids=lambda part: getattr(part, "family", ""))
def test_a_trajectory_moves_as_its_velocity_says(kind, problem, start):
    """Mean values: (x(b) - x(a)) / (b - a) is in the velocities at the box around x(s), a <= s <= b; on Filippov's
    surfaces anything in [-speed, speed]. And a box holds the points of its times."""
    flow, narrow = kind(fmpq(2, 3)), 0
    path = trajectory(flow, problem, start)
    with Balls(128) as balls:
        posed, moved = problem.over(balls), flow.at(speed=arb(flow.speed))
        grid = [fmpq(j, 16) for j in range(33)]
        for a, b in pairwise(grid):
            box = path.at(balls.interval(a, b), balls)
            for theta in ("0", "1/3", "1"):
                assert all(map(arb.overlaps, box, path.at(a + rational(theta) * (b - a), balls)))
            mean = (path.at(b, balls) - path.at(a, balls)) / (b - a)
            try:
                velocity = moved.velocity(box, lambda x: posed.gradient(x, balls), balls)
                narrow += 1
            except Undecided:
                velocity = [arb(0, 1) * moved.speed] * len(box)
            assert all(map(arb.overlaps, mean, velocity))
    assert narrow > 3


class Shifted(Flow):
    """Gradient flow that first looks at the sign: neither smooth nor the sign flow."""

    def velocity(self, x, gradient, xp):
        return -self.speed * (gradient(x) + xp.sign(x))

    def on_quadratic(self, curvatures, x, time, xp):
        raise NotImplementedError


def test_what_cannot_be_followed_is_said():
    with pytest.raises(Unsupported, match="up to d = 16"):
        trajectory(GradientFlow(ONE), SineSum(rationals([1] * 17), fmpq(3)), [1] * 17)
    with Balls(128) as balls, pytest.raises(Unsupported, match="nonsmooth"):
        trajectory(Shifted(ONE), SineSum(rationals([1]), fmpq(3)), [1]).at(ONE, balls)
    with pytest.raises(TypeError, match="balls"):
        trajectory(GradientFlow(ONE), LeastSquares(rationals([[1, 2], [0, 1]])), [1, 1]).at(ONE, RATIONALS)
