"""Functions with piecewise linear slope: exact values and constants, and the worst cases that they hold."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import jax
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import sqrt

from signproof import Claim
from signproof.checks.numbers.arrays import BALLS, Ball
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.problems.base import is_convex
from signproof.checks.problems.piecewise import PiecewiseQuadratic, Side
from signproof.checks.replay.bounds import replay
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, L, k, mu

few = settings(max_examples=40, deadline=None)
curvatures = st.fractions(-4, 4, max_denominator=4)
steps = st.fractions(Fraction(1, 4), 3, max_denominator=4)
places = st.fractions(-12, 12, max_denominator=8)


@st.composite
def functions(draw, coordinates=2):
    """Some convex, some not; a curvature with which the slope would change its sign is made positive."""
    fields = np.empty((2, 4, 2, coordinates), dtype=object)
    for side in range(2):
        for i in range(coordinates):
            knots, slope, chosen = [Fraction(0)], Fraction(0), []
            for piece, step in enumerate(draw(st.lists(steps, min_size=3, max_size=3))):
                c = draw(curvatures)
                c = abs(c) if (piece and slope + c * step > 0) or slope + c * step <= 0 else c
                c = c if piece or c > 0 else Fraction(1)
                slope += c * step
                knots.append(knots[-1] + step)
                chosen.append(c)
            fields[:, :, side, i] = [*chosen, abs(draw(curvatures))], knots
    return PiecewiseQuadratic(rationals(fields[0]), rationals(fields[1]))


def integral(problem, x):
    """f along each coordinate by the trapezoidal rule between all knots, which is exact for piecewise linear slopes."""
    total = fmpq(0)
    for i, end in enumerate(x):
        knots = [*problem.knots[:, 0, i], *(-problem.knots[:, 1, i])]
        inside = sorted({fmpq(0), end, *(t for t in knots if min(end, 0) < t < max(end, 0))})

        def slope(t, i=i):
            point = x * 0
            point[i] = t
            return problem.gradient(point, RATIONALS)[i]

        parts = [(b - a) * (slope(a) + slope(b)) / 2 for a, b in pairwise(inside)]
        total += sum(parts, start=fmpq(0)) * (1 if end >= 0 else -1)
    return total


@few
@given(functions(), st.lists(places, min_size=2, max_size=2))
def test_the_value_is_the_integral_of_the_slope(problem, x):
    problem.check()
    assert problem.suboptimality(rationals(x), RATIONALS) == integral(problem, rationals(x)) >= 0


@pytest.mark.parametrize("norm", [LINF, L2], ids=str)
@few
@given(functions(), st.lists(places, min_size=2, max_size=2), st.lists(places, min_size=2, max_size=2))
def test_the_constants_hold_and_are_the_best(norm, problem, x, y):
    x, y = rationals(x), rationals(y)
    g, h = problem.gradient(x, RATIONALS), problem.gradient(y, RATIONALS)
    steepest, flattest, pl = (
        problem.exact_constant(assumption(1, norm)) for assumption in (Smooth, StronglyConvex, PolyakLojasiewicz)
    )
    squares = {LINF: (sum(abs(g)) ** 2, sum(abs(g - h)) ** 2, max(abs(x - y)) ** 2)}
    squares[L2] = (sum(g * g), sum((g - h) ** 2), sum((x - y) ** 2))
    slope, change, distance = squares[norm]
    assert change <= steepest**2 * distance
    rise = problem.suboptimality(x, RATIONALS) - problem.suboptimality(y, RATIONALS) - sum(h * (x - y))
    assert 2 * rise >= flattest * (distance if flattest > 0 else sum((x - y) ** 2))
    assert slope >= 2 * pl * problem.suboptimality(x, RATIONALS)
    assert is_convex(problem) == (min(problem.curvatures.ravel()) >= 0)
    assert is_convex(problem) or flattest < 0


@few
@given(functions(coordinates=1))
def test_the_pl_constant_is_attained_at_a_knot_or_far_out(problem):
    pl = problem.exact_constant(PolyakLojasiewicz(1, L2))
    knots = [*problem.knots[1:, 0, 0], *(-problem.knots[1:, 1, 0])]
    points = [fmpq(1, 10**6), fmpq(-1, 10**6), *knots, fmpq(10**9), fmpq(-(10**9))]

    def ratio(t):
        x = rationals([t])
        return problem.gradient(x, RATIONALS)[0] ** 2 / (2 * problem.suboptimality(x, RATIONALS))

    assert pl <= min(map(ratio, points)) <= pl + fmpq(1, 10**3) * (1 + pl)


def test_balls_keep_to_the_piece_that_they_lie_in():
    fields = (field[..., None].astype(float) for field in lessard().arrays().values())

    @jax.jit
    def width(x):
        slope = PiecewiseQuadratic(*fields).gradient(Ball(x, x * 0 + 2.0**-20), BALLS)
        return slope.radius

    with jax.enable_x64(True):
        found = np.asarray(width(np.array([[1.5]]))).item()
    assert 2.0**-20 <= found < 1.01 * 2.0**-20  # what is whole of the pieces before adds no width


def test_instances_of_the_batches_belong_to_the_family():
    for batch, starts in PiecewiseQuadratic.samples(np.random.default_rng(1), 1):
        for index in range(0, starts.shape[1], 7):
            batch.one(index).check()
        assert (np.abs(starts) > 0).all()


@pytest.mark.parametrize(
    ("curvatures", "knots", "why"),
    [
        ([[[1], [1]], [[1], [1]]], [[[0], [0]], [[0], [1]]], "must increase from 0"),
        ([[[1], [1]], [[1], [1]]], [[[1], [0]], [[2], [1]]], "must increase from 0"),
        ([[[1], [1]], [[-1], [1]]], [[[0], [0]], [[1], [1]]], "keep its sign"),
        ([[[0], [1]], [[1], [1]]], [[[0], [0]], [[1], [1]]], "rise from 0"),
        ([[[1], [1]]], [[[0], [0]], [[1], [1]]], "for both sides"),
    ],
)
def test_what_is_none_of_the_family_is_a_value_error(curvatures, knots, why):
    with pytest.raises(ValueError, match=why):
        PiecewiseQuadratic(rationals(curvatures), rationals(knots)).exact_constant(Smooth(1, L2))


def test_it_is_described_without_knots_where_nothing_changes():
    assert lessard().describe().endswith("f'' is 25 up to 1, 1 up to 2, 25 beyond for x > 0 and 25 for x < 0")


# ------------------------------------------------------------------------------------------------- worst cases


def lessard():
    fields = PiecewiseQuadratic.of((Side((25, 1, 25), (1, 2)), Side((25,))))
    return PiecewiseQuadratic(*map(rationals, fields))


@dataclass(frozen=True)
class HeavyBall(Algorithm):
    """x+ = x - alpha g + beta (x - x_before), the first step without momentum."""

    step_size: Any
    momentum: Any
    translates = True

    def init(self, x, xp):
        return x - x

    def update(self, x, gradient, memory, xp):
        move = self.momentum * memory - self.step_size * gradient(x)
        return x + move, move


def polyak():
    rho = (sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu))
    return Claim(
        id="polyak",
        algorithm=HeavyBall(4 / (sqrt(L) + sqrt(mu)) ** 2, rho**2),
        assumptions=(Smooth(L, L2), StronglyConvex(mu, L2)),
        domain=(mu < L,),
        measure=Suboptimality(),
        bound=(1 + 2 * k) ** 2 * rho ** (2 * k - 2) * V0,
    )


def nonconvex(bound):
    assumptions, measure = (Smooth(L, L2),), MinDualGradientNorm(2, L2)
    return Claim(id="gd", algorithm=GradientDescent(1 / L), assumptions=assumptions, measure=measure, bound=bound)


def test_the_heavy_ball_cycles():
    claim = polyak()
    instance = Instance(claim, lessard(), {"L": fmpq(25), "mu": fmpq(1)}, (fmpq(3),))
    assert not replay(instance, 4).confirmed
    found = replay(instance, 32)
    assert found.confirmed and found.level == "exact" and found.measured[0] > 1000 * found.bound[1]


@pytest.mark.parametrize("claim", [polyak(), nonconvex(2 * L * V0 / (2 * k + 1))], ids=lambda claim: claim.id)
def test_trials_find_the_worst_cases(claim, monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [PiecewiseQuadratic])
    trials = try_out(claim, Profile("few", 1, 12, costly=False, mapped=False))
    assert trials.witness is not None and isinstance(trials.witness.problem, PiecewiseQuadratic)
    assert trials.witness.level == "exact" and trials.witness.replay().confirmed
