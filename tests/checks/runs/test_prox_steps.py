"""The steps of SPGM and signProx in numbers, on composites whose proximal operators are known in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.numbers.arrays import BALLS, FLOATS, Ball, ball, ends
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.runs.minibatch import shares
from signproof.theory.methods.proximal import SPGM, ProximalOracle, SignProx

brief = settings(max_examples=25, deadline=None, derandomize=True)
numbers = st.fractions(-3, 3, max_denominator=4)
GAMMA = fmpq(1, 3)


@dataclass(frozen=True)
class Parabolas:
    """d(x) = ||x||^2 / 2 and r_m(x) = a ||x||^2 / 2 + <b_m, x>: linear where the curvature a is 0.

    `slopes` are the b_m, shape (M, d, ...), the curvature one number; d may be left out.
    """

    weights: Any
    slopes: Any
    curvature: Any
    with_d: bool = True

    def smooth_gradient(self, x, xp):
        return x * 1 if self.with_d else x * 0

    def proxes(self, z, gamma, xp):
        return (z[None] - gamma * self.slopes) / (1 + gamma * self.curvature)


@st.composite
def composites(draw, with_d: bool = True):
    M, d = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    parts = draw(st.lists(st.integers(1, 4), min_size=M, max_size=M))
    slopes = draw(st.lists(st.lists(numbers, min_size=d, max_size=d), min_size=M, max_size=M))
    curvature = rational(draw(st.fractions(0, 2, max_denominator=2)))
    weights = rationals(parts) / fmpq(sum(parts))
    x = rationals(draw(st.lists(numbers, min_size=d, max_size=d)))
    return Parabolas(weights, rationals(slopes), curvature, with_d), x


def step(algorithm, problem, x, xp=RATIONALS, drawn=None):
    after, memory = algorithm.update(x, ProximalOracle(problem, drawn), (), xp)
    assert memory == ()
    return after


@brief
@given(composites())
def test_a_full_step_is_the_proximal_gradient_step_of_the_mean(instance):
    """Here r has the slope of all r_m at once: x+ + gamma grad r(x+) = x - gamma grad d(x)."""
    problem, x = instance
    after = step(SPGM(GAMMA), problem, x)
    slope = problem.weights.dot(problem.slopes)
    assert (after + GAMMA * (problem.curvature * after + slope) == x - GAMMA * x).all()
    minimizer = -slope / (1 + problem.curvature)
    assert (step(SPGM(GAMMA), problem, minimizer) == minimizer).all()
    assert (step(SignProx(GAMMA), problem, minimizer) == minimizer).all()


@brief
@given(composites())
def test_signProx_goes_a_step_towards_the_proximal_point_in_each_coordinate(instance):
    problem, x = instance
    towards, after = step(SPGM(GAMMA), problem, x) - x, step(SignProx(GAMMA), problem, x)
    assert list(after - x) == [GAMMA * ((u > 0) - (u < 0)) for u in towards]


@brief
@given(composites(), st.data())
def test_the_mean_over_all_draws_is_the_full_step(instance, data):
    """E ^P = P for one draw, and a mini-batch is the mean of its draws."""
    problem, x = instance
    M = len(problem.weights)
    single = [step(SPGM(GAMMA), problem, x, drawn=shares([m], M, RATIONALS)) for m in range(M)]
    assert (sum(w * p for w, p in zip(problem.weights, single, strict=True)) == step(SPGM(GAMMA), problem, x)).all()
    drawn = data.draw(st.lists(st.integers(0, M - 1), min_size=1, max_size=4))
    mean = sum(single[m] for m in drawn) / fmpq(len(drawn))
    assert (step(SPGM(GAMMA), problem, x, drawn=shares(drawn, M, RATIONALS)) == mean).all()


@brief
@given(composites(with_d=False), st.data())
def test_with_linear_components_they_are_sgd_and_sign_sgd(instance, data):
    """[signprox (12)]"""
    problem, x = instance
    problem = Parabolas(problem.weights, problem.slopes, fmpq(0), with_d=False)
    M = len(problem.weights)
    drawn = data.draw(st.lists(st.integers(0, M - 1), min_size=1, max_size=4))
    estimate = sum(problem.slopes[m] for m in drawn) / fmpq(len(drawn))
    weights = shares(drawn, M, RATIONALS)
    assert (step(SPGM(GAMMA), problem, x, drawn=weights) == x - GAMMA * estimate).all()
    assert (step(SignProx(GAMMA), problem, x, drawn=weights) == x - GAMMA * RATIONALS.sign(estimate)).all()


@pytest.mark.parametrize("algorithm", [SPGM, SignProx])
def test_a_batch_on_floats_and_balls_runs_as_its_instances_do_exactly(algorithm):
    rng = np.random.default_rng(0)
    M, d, batch, steps = 3, 2, 20, 3
    weights = np.ones((M, batch)) * np.array([0.5, 0.25, 0.25])[:, None]
    slopes, start = rng.integers(-8, 9, (M, d, batch)) / 7, rng.integers(-8, 9, (d, batch)) / 7
    gamma, draws = 0.3, rng.integers(0, M, (steps, 3, batch))
    unlike = 0
    with jax.enable_x64(True):
        problem = Parabolas(weights, slopes, 0.5)
        x, balls = start, ball(start)
        for drawn in draws:
            x = step(algorithm(gamma), problem, x, FLOATS, shares(drawn, M, FLOATS))
            balls = step(algorithm(ball(gamma)), problem, balls, BALLS, shares(drawn, M, BALLS))
        assert isinstance(balls, Ball)
        low, high = map(np.asarray, ends(balls))
    for n in range(batch):
        one = Parabolas(rationals(weights[:, n]), rationals(slopes[..., n]), fmpq(1, 2))
        y = rationals(start[:, n])
        with Balls(128) as arbs:
            z = arbs.number(y)
            enclosed = Parabolas(arbs.number(one.weights), arbs.number(one.slopes), arbs.number(one.curvature))
            for drawn in draws[..., n]:
                y = step(algorithm(rational(gamma)), one, y, RATIONALS, shares(drawn, M, RATIONALS))
                z = step(algorithm(arbs.number(gamma)), enclosed, z, arbs, shares(drawn, M, arbs))
            assert all(entry.contains(number) for entry, number in zip(z, y, strict=True))
        for i in range(d):
            assert rational(float(low[i, n])) <= y[i] <= rational(float(high[i, n]))
            assert high[i, n] - low[i, n] < 1e-13 and abs(float(x[i, n]) - float(y[i].p) / float(y[i].q)) < 1e-13
        unlike += float(y[0].p) / float(y[0].q) != float(start[0, n])
    assert unlike > batch // 2


def test_what_cannot_be_drawn_or_stepped_is_named():
    for wrong in ([], [3], [-1], [0.5]):
        with pytest.raises(ValueError, match=r"each in 0, \.\.\., 2"):
            shares(wrong, 3, RATIONALS)
    with pytest.raises(TypeError, match="give it a ProximalOracle"):
        SPGM(GAMMA).update(rationals([1]), lambda x: x, (), RATIONALS)
