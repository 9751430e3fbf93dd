"""Runs on large data: the pass against 64-bit within the derived bound, its memory, and the runs that share it."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sympy import Rational

from signproof.checks.experiments import erm
from signproof.checks.experiments.erm import SIGMOID_ULPS, Course, LogisticRisk, Run, run, task_height
from signproof.checks.experiments.erm_kernel import share
from signproof.checks.numbers.exact import Balls
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.problems.data import synthetic
from signproof.checks.problems.logistic import Digits3Against8
from signproof.checks.runs import engine
from signproof.theory.algorithms import Algorithm, GradientDescent, ScaledSignGD, ScaledSignSGD, SignGD
from signproof.theory.arithmetic import evaluate
from signproof.theory.measures import Suboptimality
from signproof.theory.methods import gradient as algorithms
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, alpha, beta, k

u = 2.0**-24


def gamma(m):
    return m * u / (1 - m * u)


def in_64_bit(rows, points):
    """f and its gradient, and the bounds of the module's docstring on how far the pass may be from them."""
    A, (n, d) = rows.astype(float), rows.shape
    t = A @ points
    s = expit(-t)
    value = (np.logaddexp(0, -t).sum(axis=0) + (points**2).sum(axis=0) / 2) / n
    slope = (points - A.T @ s) / n
    off = gamma(d + 1) * (np.abs(A) @ np.abs(points))
    total = gamma(min(n, task_height(d)))
    terms = (1 + total) * (off / 4 + 2 * SIGMOID_ULPS * u * s) + total * s
    # 64-bit here and there, and what is below the normal range of 32-bit
    small, tiny = 2 * (n + d) * 2.0**-52, n * d * 2.0**-120
    bounds = off.mean(axis=0) + small * (value + 1) + tiny, (np.abs(A).T @ terms) / n
    return value, slope, bounds[0], bounds[1] + small * (np.abs(points) + np.abs(A).sum(axis=0)[:, None]) / n + tiny


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 150),
    d=st.integers(1, 40),
    r=st.integers(1, 20),
    seed=st.integers(0, 2**32),
    size=st.sampled_from([0, 1e-6, 1, 30, 1e4]),
)
def test_the_pass_is_within_its_error_bound(n, d, r, seed, size):
    rng = np.random.default_rng(seed)
    rows = (rng.standard_normal((n, d)) * 10 ** rng.uniform(-2, 1, d)).astype(np.float32)
    points = rng.standard_normal((d, r)) * size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erm, "TASK", 4 * 55 * d)  # several tasks
        value, slope = LogisticRisk(rows).value_and_gradient(points)
        true_value, true_slope, value_off, slope_off = in_64_bit(rows, points)
    assert value.shape == (r,) and slope.shape == (d, r) and value.dtype == slope.dtype == float
    assert (np.abs(value - true_value) <= value_off).all()
    assert (np.abs(slope - true_slope) <= slope_off).all()
    if size <= 1:
        assert value_off.max() < 1e-4 * (1 + np.abs(rows).sum(axis=1).max())


def test_the_logistic_function_is_as_exact_as_trusted():
    t = np.concatenate([np.linspace(-100, 100, 1501), [-87.3, -1e-6, 0, 1e-6, 87.3]]).astype(np.float32)
    found = np.array([share(value) for value in t])
    assert (found == found.astype(np.float32)).all()
    with Balls(100):
        for at, value in zip(t.tolist(), found.tolist(), strict=True):
            true = 1 / (1 + (-arb(at)).exp())
            assert abs(value - true) <= 2 * SIGMOID_ULPS * u * true + arb(2) ** -125


@pytest.mark.parametrize("r", [1, 2, 3, 8, 9])
def test_the_result_does_not_depend_on_the_number_of_cores(r, monkeypatch):
    rows, points = synthetic(3000, 30, 0), np.random.default_rng(0).standard_normal((30, r))
    monkeypatch.setattr(erm, "TASK", 50_000)
    found = LogisticRisk(rows).value_and_gradient(points)
    monkeypatch.setattr(erm, "_cores", lambda: 1)
    again = LogisticRisk(rows).value_and_gradient(points)
    assert all((one == other).all() for one, other in zip(found, again, strict=True))


@pytest.mark.parametrize("r", [1, 4, 16])
def test_a_pass_needs_little_memory_beside_the_data(r, monkeypatch):
    rows = synthetic(30_000, 200, 0)
    monkeypatch.setattr(erm, "TASK", 2**20)  # in proportion to the data, which is smaller than it would be
    risk, points = LogisticRisk(rows), np.zeros((200, r))
    risk.value_and_gradient(points)
    tracemalloc.start()
    risk.value_and_gradient(points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= 0.2 * rows.nbytes


@pytest.mark.parametrize(
    "rows", [np.zeros((2, 2)), np.zeros(4, np.float32), np.zeros((0, 3), np.float32), np.zeros((9, 8), np.float32).T]
)
def test_other_rows_are_refused(rows):
    with pytest.raises(ValueError, match="C-ordered float32"):
        LogisticRisk(rows)


# Runs


class Parabola:
    """f(x) = ||h x||^2 / 2 for each column, which counts how often it is asked."""

    h = np.array([1.0, 0.25, 4.0])[:, None]

    def __init__(self):
        self.passes, self.columns = 0, []

    def value_and_gradient(self, points):
        self.passes += 1
        self.columns.append(points.shape[1])
        return ((self.h * points) ** 2).sum(axis=0) / 2, self.h**2 * points


@dataclass(frozen=True)
class ExtraGradient(Algorithm):
    """x+ = x - alpha grad f(x - alpha grad f(x))."""

    step_size: object

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * gradient(x - self.step_size * gradient(x)), memory


METHODS = [
    GradientDescent(alpha),
    GradientDescent(alpha / (k + 1)),
    SignGD(alpha),
    ScaledSignGD(alpha),
    algorithms.SteepestDescent(alpha, L2),
    algorithms.AdaGradNorm(alpha),
    algorithms.SignAdaGradNorm(alpha),
    algorithms.SignAdaGradSignNorm(alpha),
    algorithms.ErrorFeedbackSignGD(alpha),
    algorithms.ShiftedErrorFeedbackSignGD(alpha),
    algorithms.Signum(alpha, Rational(9, 10)),
    algorithms.Signum(alpha, beta),
]
START = np.array([[1.0, -2.0, 0.0], [3.0, 0.5, -1.0], [-0.125, 1.0, 2.0]])
NUMBERS = {alpha: np.array([0.01, 0.02, 0.03]), beta: 0.5}


def alone(algorithm, steps) -> Course:
    """The same run by itself."""
    risk, x = Parabola(), START
    memory, values = algorithm.init(x, NUMPY), []
    for iteration in range(steps + 1):
        value, slope = risk.value_and_gradient(x)
        values.append(value)
        if iteration == steps:
            return Course(np.array(values), x, slope)
        now = {
            name: evaluate(formula, NUMBERS | {k: iteration}, NUMPY) for name, formula in algorithm.parameters.items()
        }
        x, memory = algorithm.at(**now).update(x, lambda point: risk.value_and_gradient(point)[1], memory, NUMPY)
    raise AssertionError


def test_all_runs_advance_on_one_pass_and_each_as_if_alone():
    risk, steps = Parabola(), 7
    found = run(risk, [Run(algorithm, START, NUMBERS) for algorithm in METHODS], steps)
    for algorithm, course in zip(METHODS, found, strict=True):
        expected = alone(algorithm, steps)
        assert course.values.shape == (steps + 1, 3)
        assert (course.values == expected.values).all() and (course.point == expected.point).all()
        assert (course.gradient == expected.gradient).all()
    assert risk.passes == steps + 1
    # the one that looks at another point than x_k has more columns there, but no pass of its own
    assert risk.columns == [3 * len(METHODS)] + [3 * (len(METHODS) + 1)] * (steps - 1) + [3 * len(METHODS)]


def test_an_algorithm_that_asks_twice_in_turn_has_two_passes():
    risk = Parabola()
    found, other = run(risk, [Run(ExtraGradient(alpha), START, NUMBERS), Run(METHODS[0], START, NUMBERS)], 3)
    assert (found.values == alone(ExtraGradient(alpha), 3).values).all()
    assert (other.values == alone(METHODS[0], 3).values).all()
    assert risk.columns == [6, 3] * 3 + [6]


def test_a_run_may_leave_the_floats():
    with np.errstate(all="ignore"):
        (course,) = run(Parabola(), [Run(GradientDescent(alpha), START, {alpha: 1e200})], 6)
    assert np.isnan(course.values[-1]).any() and course.values.shape == (7, 3)


def test_the_engine_says_the_same():
    """The digits are 32-bit numbers exactly: f(x_k) - f(x_0) lies between the engine's ends, but for the rounding."""
    problem, start = next(Digits3Against8.samples(np.random.default_rng(0), 1))
    start, steps = start[:, :8], 10
    step = np.full(8, 0.005)
    ((low, high),) = engine.run(ScaledSignGD(alpha), problem, start, {alpha: step}, steps, (Suboptimality(),))
    risk = LogisticRisk(problem.matrix.astype(np.float32))
    (course,) = run(risk, [Run(ScaledSignGD(alpha), problem.centre[:, None] + start, {alpha: step})], steps)
    change = course.values - course.values[0]
    size = 1e-4 * course.values.max(axis=0)
    assert (low - high[0] - size <= change).all() and (change <= high - low[0] + size).all()
    assert (np.abs(change[-1]) > 100 * size)[np.abs(start).max(axis=0) > 1].all()


@pytest.mark.parametrize(
    "algorithm, message",
    [
        (ScaledSignSGD(alpha), "at random"),
        (algorithms.Signum(alpha, Rational(1, 2) * V0), r"needs a number for V_0 \(V_0 needs the minimum"),
        (GradientDescent(alpha / beta), "needs a number for alpha, beta"),
    ],
)
def test_runs_that_cannot_be_are_refused(algorithm, message):
    with pytest.raises(ValueError, match=message):
        Run(algorithm, START, {} if "beta" in message else {alpha: 1})
