"""Measures of whole runs, in every arithmetic, against what they say written out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as F
from itertools import islice, product
from math import sqrt
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from signproof.theory.oracles import Unbiased
from sympy import Rational, Sum, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.gradients.finite_drawn import FiniteNoise
from signproof.checks.numbers.exact import RATIONALS, Balls, rationals, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import run
from signproof.checks.runs import engine
from signproof.checks.runs.drawn import samples
from signproof.checks.runs.expected import Chain, chain_of, expectations
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.plans import plan
from signproof.checks.trials.drawn_noise import _measured, mean_of
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import (
    BestSuboptimality,
    Distance,
    DualGradientNorm,
    Expected,
    Formula,
    MeanDualGradientNorm,
    MeanOverRun,
    Measure,
    MinDualGradientNorm,
    MinOverRun,
    Suboptimality,
    SuboptimalityAtAverage,
    SumOverRun,
)
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, L, alpha, k, l
from signproof.theory.terms.vectors import dual_norm, gradient, inner, iterate, norm, suboptimality, x_star

H, START, STEP, STEPS = (F(1), F(3)), (F(2), F(-1)), F(1, 4), 4
weight = Symbol("w", real=True)


def value(x):
    return sum(h * e * e for h, e in zip(H, x, strict=True)) / 2


def slope(x):
    return [h * e for h, e in zip(H, x, strict=True)]


def l1(x):
    return sum(map(abs, slope(x)))


def square(x):
    return sum(e * e for e in x)


def average(points):
    return [sum(column) / len(points) for column in zip(*points, strict=True)]


class Spread(Measure):
    """max of |x_i|, which needs no symbol to be read."""

    mean_so_far = True

    @property
    def symbol(self):
        return Sum(norm(Str("inf"), iterate(l) - x_star), (l, 0, k)) / (k + 1)

    def quantity(self, problem, x, xp):
        return xp.max(xp.abs(x))


OF_RUN = {
    "value": (Suboptimality(), lambda p: value(p[-1])),
    "gradient": (DualGradientNorm(2), lambda p: l1(p[-1]) ** 2),
    "least": (MinDualGradientNorm(2, L2), lambda p: min(square(slope(x)) for x in p)),
    "mean": (MeanDualGradientNorm(1), lambda p: sum(map(l1, p)) / len(p)),
    "mean before": (
        MeanDualGradientNorm(1, LINF, k - 1),
        lambda p: sum(map(l1, p[:-1])) / len(p[:-1]) if p[1:] else None,
    ),
    "distance": (Distance(2), lambda p: square(p[-1])),
    "distance in l_inf": (Distance(1, LINF), lambda p: max(map(abs, p[-1]))),
    "at the average": (SuboptimalityAtAverage(), lambda p: value(average(p))),
    "at the average before": (SuboptimalityAtAverage(k - 1), lambda p: value(average(p[:-1])) if p[1:] else None),
    "best": (BestSuboptimality(), lambda p: min(map(value, p))),
    "potential": (
        (k + 1) * Suboptimality() + L / 2 * Distance(2),
        lambda p: len(p) * value(p[-1]) + F(3, 2) * square(p[-1]),
    ),
    "sum of distances": (SumOverRun(Distance(2)), lambda p: sum(map(square, p))),
    "mean of a potential": (
        MeanOverRun(Suboptimality() / 2 + Distance(2)),
        lambda p: sum(value(x) / 2 + square(x) for x in p) / len(p),
    ),
    "weighted": (
        Formula(Sum(Rational(1, 2) ** (k - l) * suboptimality(l), (l, 0, k))),
        lambda p: sum(value(x) / 2 ** (len(p) - 1 - n) for n, x in enumerate(p)),
    ),
    "inner product": (
        Formula(inner(gradient(iterate(k)), iterate(k) - x_star) + suboptimality(0)),
        lambda p: sum(a * b for a, b in zip(slope(p[-1]), p[-1], strict=True)) + value(p[0]),
    ),
    "of one's own": (Spread(), lambda p: sum(max(map(abs, x)) for x in p) / len(p)),
}


def claimed(measure, algorithm=None):
    return Claim(
        id="own",
        algorithm=algorithm or GradientDescent(alpha),
        assumptions=(Smooth(L, L2),),
        domain=(alpha > 0, k >= 1),
        measure=measure,
        bound=V0 / k,
    )


def path():
    points = [list(START)]
    for _ in range(STEPS):
        points.append([x - STEP * g for x, g in zip(points[-1], slope(points[-1]), strict=True)])
    return points


def instance(measure, **parts):
    parameters = {"alpha": fmpq(1, 4), "L": fmpq(3)}
    return Instance(
        claimed(measure, **parts), DiagonalQuadratic(rationals(["1", "3"])), parameters, (fmpq(2), fmpq(-1))
    )


@pytest.mark.parametrize("name", OF_RUN)
@pytest.mark.parametrize("exact", [True, False], ids=["rationals", "balls"])
def test_a_measure_of_a_run_is_what_it_says(name, exact):
    measure, expected = OF_RUN[name]
    points = path()
    with Balls(128) as balls:
        found = [*islice(run(instance(measure), RATIONALS if exact else balls), STEPS + 1)]
    for step, here in enumerate(found):
        number = expected(points[: step + 1])
        if number is None:
            assert here.measured is None and "no value" in here.why
            continue
        low, high = here.measured
        assert low <= fmpq(number.numerator, number.denominator) <= high and high - low < fmpq(1, 10**20)


def test_balls_of_batches_hold_the_exact_measures():
    """All measures at once, so that their streams are compiled once."""
    measures = [measure for measure, _ in OF_RUN.values()]
    streams = [*dict.fromkeys(stream for measure in measures for stream in plan(measure).streams)]
    problem = DiagonalQuadratic(np.array([[1.0, 1.0], [3.0, 3.0]]))
    start = np.array([[2.0, 2.0], [-1.0, -1.0]])
    values = {alpha: np.full(2, 0.25), L: np.full(2, 3.0)}
    found = dict(zip(streams, engine.run(GradientDescent(alpha), problem, start, values, STEPS, streams), strict=True))
    points = path()
    for measure, expected in OF_RUN.values():
        height = found[plan(Suboptimality()).streams[0]]
        ends = [found[stream] for stream in plan(measure).streams]
        low, high = engine.measured(measure, ends, values, (height[0][0], height[1][0]), STEPS)
        for step in range(STEPS + 1):
            number = expected(points[: step + 1])
            if number is not None:
                assert low[step, 1] <= number <= high[step, 1] and high[step, 1] - low[step, 1] < 1e-12


# ------------------------------------------------------------------------------------------------ expectations

ORACLE = FiniteOracle((F(3, 4), F(1, 4)), ((F(3, 2),) * 2, (F(-1, 2),) * 2), ((F(0),) * 2,) * 2)


@dataclass(frozen=True)
class SGD(GradientDescent):
    stochastic = True

    @property
    def noiseless(self):
        return GradientDescent(self.step_size)


def paths(steps):
    """All runs with their probabilities, by brute force."""
    for draws in product(range(2), repeat=steps):
        points, chance = [list(START)], F(1)
        for draw in draws:
            factor = ORACLE.factors[draw][0]
            points.append([x - STEP * factor * g for x, g in zip(points[-1], slope(points[-1]), strict=True)])
            chance *= ORACLE.probabilities[draw]
        yield chance, points


def mean(function):
    return lambda steps: sum(chance * function(points) for chance, points in paths(steps))


IN_MEAN = {
    "norm": (Expected(DualGradientNorm(1)), mean(lambda p: l1(p[-1]))),
    "mean of the least": (Expected(MinDualGradientNorm(1)), mean(lambda p: min(map(l1, p)))),
    "least of the means": (
        MinOverRun(Expected(DualGradientNorm(2, L2))),
        lambda steps: min(mean(lambda p: square(slope(p[-1])))(n) for n in range(steps + 1)),
    ),
    "mean over the run": (
        Expected(MeanDualGradientNorm(2, L2)),
        mean(lambda p: sum(square(slope(x)) for x in p) / len(p)),
    ),
    "distance": (Expected(Distance(2)), mean(lambda p: square(p[-1]))),
    "at the average": (Expected(SuboptimalityAtAverage()), mean(lambda p: value(average(p)))),
    "best": (Expected(BestSuboptimality()), mean(lambda p: min(map(value, p)))),
    "potential": (
        Expected(k * Suboptimality() + L * Distance(2)),
        mean(lambda p: (len(p) - 1) * value(p[-1]) + 3 * square(p[-1])),
    ),
    "square of a mean": (
        Formula(Expected(DualGradientNorm(1)).symbol ** 2),
        lambda n: mean(lambda p: l1(p[-1]))(n) ** 2,
    ),
}


def noisy(measure):
    parameters, start = {"alpha": fmpq(1, 4), "L": fmpq(3)}, (fmpq(2), fmpq(-1))
    claim = Claim(id="own", algorithm=SGD(alpha), assumptions=(Smooth(L, L2), Unbiased()), domain=(alpha > 0,),
                  measure=measure, bound=100 * V0 * (L + k))  # fmt: skip
    problem = DiagonalQuadratic(rationals(["1", "3"]))
    return Instance(claim, problem, parameters, start, oracle=ORACLE)


@pytest.mark.parametrize("name", IN_MEAN)
def test_means_are_those_over_all_runs(name):
    measure, expected = IN_MEAN[name]
    here = noisy(measure)
    values = here.values() | {V0: fmpq(7, 2)}
    found = [*islice(expectations(chain_of(here, measure), measure, here.problem, values), 4)]
    assert found == [fmpq(expected(n).numerator, expected(n).denominator) for n in range(4)]


def test_means_of_euclidean_norms_are_enclosed():
    here = noisy(Expected(MinDualGradientNorm(1, L2)))
    with Balls(128) as balls:
        values = here.values(balls)
        run = expectations(chain_of(here, here.claim.measure), here.claim.measure, here.problem, values, balls)
        found = [balls.ends(number) for number in islice(run, 3)]
    exact = sum(float(chance) * min(sqrt(square(slope(x))) for x in points) for chance, points in paths(2))
    assert to_float(found[2][0]) == pytest.approx(exact, rel=1e-12) and found[2][1] - found[2][0] < fmpq(1, 10**20)


@pytest.mark.parametrize("name", ["mean of the least", "mean over the run", "at the average", "potential"])
def test_drawn_runs_have_the_same_means(name):
    measure, expected = IN_MEAN[name]
    problem, start = DiagonalQuadratic(np.array([[1.0], [3.0]])), np.array([[2.0], [-1.0]])
    values = {alpha: np.array([0.25]), L: np.array([3.0])}
    streams = samples(SGD(alpha), problem, start, values, FiniteNoise(ORACLE), np.array([1e6]), 32, 4096,
                      plan(measure).streams, 5)  # fmt: skip
    drawn, largest = _measured(noisy(measure).claim, streams, values | {V0: np.array([3.5])})
    for step in (1, 3):
        found = drawn[step, 0]
        assert abs(found.mean() - float(expected(step))) <= 6 * found.std() / sqrt(found.size) + 1e-12
        assert found.max() <= largest[step, 0] * (1 + 1e-12)


def test_what_may_be_negative_or_is_no_mean_is_not_compared_by_draws():
    for measure in (IN_MEAN["square of a mean"][0], Expected(Suboptimality() - Distance(2)), Suboptimality()):
        with pytest.raises(Unsupported):
            mean_of(noisy(measure).claim)


@pytest.mark.parametrize(
    "term",
    [
        norm(Str("2"), iterate(k) - iterate(0)),
        Sum(suboptimality(l) * suboptimality(k), (l, 0, k + 1)),
        dual_norm(Str("any"), gradient(iterate(k))),
        suboptimality(k + 1),
    ],
    ids=str,
)
def test_a_term_that_nothing_here_can_read_is_said_to_be_so(term):
    with pytest.raises(Unsupported):
        plan(Formula(term))


# --------------------------------------------------------------------------------- memories that begin with a gradient


@dataclass(frozen=True)
class Begun(Algorithm):
    """m_0 = g_0, m+ = (m + g) / 2, x+ = x - alpha m+."""

    step_size: Any

    def init(self, x, gradient, xp):
        return gradient(x)

    def update(self, x, gradient, memory, xp):
        mean = (memory + gradient(x)) / 2
        return x - self.step_size * mean, mean


@dataclass(frozen=True)
class Drawn(Begun):
    stochastic = True


def momentum(draws=()):
    x, m, points = list(START), None, [list(START)]
    for draw in draws or [None] * STEPS:
        g = slope(x) if draw is None else [ORACLE.factors[draw][0] * e for e in slope(x)]
        m = g if m is None else m
        m = [(a + b) / 2 for a, b in zip(m, g, strict=True)]
        x = [a - STEP * b for a, b in zip(x, m, strict=True)]
        points.append(x)
    return points


def test_a_memory_may_begin_with_the_first_gradient():
    points = momentum()
    found = [
        here.measured[0] for here in islice(run(instance(Distance(2), algorithm=Begun(alpha)), RATIONALS), STEPS + 1)
    ]
    assert found == [fmpq(square(x).numerator, square(x).denominator) for x in points]
    problem, start = DiagonalQuadratic(np.array([[1.0], [3.0]])), np.array([[2.0], [-1.0]])
    [(low, high)] = engine.run(Begun(alpha), problem, start, {alpha: np.array([0.25])}, STEPS, (Distance(2),))
    assert all(low[n, 0] <= square(x) <= high[n, 0] for n, x in enumerate(points))


def test_a_memory_that_begins_with_a_draw_has_the_draw_of_the_first_step():
    chain = Chain(Drawn(alpha), DiagonalQuadratic(rationals(["1", "3"])), ORACLE, {"alpha": fmpq(1, 4)},
                  (fmpq(2), fmpq(-1)))  # fmt: skip
    found = [*islice(expectations(chain, Distance(2), DiagonalQuadratic(rationals(["1", "3"]))), 4)]
    for steps, number in enumerate(found):
        exact = F(0)
        for draws in product(range(2), repeat=steps):
            chance = F(1)
            for draw in draws:
                chance *= ORACLE.probabilities[draw]
            exact += chance * square(momentum(draws)[-1] if draws else START)
        assert number == fmpq(exact.numerator, exact.denominator)
    problem, start = DiagonalQuadratic(np.array([[1.0], [3.0]])), np.array([[2.0], [-1.0]])
    [drawn] = samples(Drawn(alpha), problem, start, {alpha: np.array([0.25])}, FiniteNoise(ORACLE), np.array([1e6]), 3,
                      4096, (Distance(2),), 5)  # fmt: skip
    assert set(np.round(drawn[1, 0], 9)) == {round(float(square(momentum((n,))[-1])), 9) for n in range(2)}
    assert abs(drawn[3, 0].mean() - to_float(found[3])) <= 6 * drawn[3, 0].std() / sqrt(4096)
