"""The engine's ends against exact runs: whatever it says of a run, the exact run obeys."""

import subprocess
import sys
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flint import arb, fmpq
from sympy import Max, Rational, exp, sqrt

from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composition import ComposedSine
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.problems.softplus import SoftplusSum
from signproof.checks.runs import engine
from signproof.checks.runs.engine import Position
from signproof.theory.algorithms import (
    AdaGradNorm,
    GradientDescent,
    ScaledSignGD,
    SignAdaGradNorm,
    SignAdaGradSignNorm,
    SignGD,
    SteepestDescent,
)
from signproof.theory.arithmetic import evaluate
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu

BATCH, STEPS, BITS = 160, 6, 400
MEASURES = (Suboptimality(), MinDualGradientNorm(2))


@pytest.fixture(autouse=True, params=["compiled", "on NumPy"])
def way(request, monkeypatch):
    """Runs that are brief are made on NumPy's arrays; where none is, all are compiled."""
    if request.param == "compiled":
        monkeypatch.setattr(engine, "BRIEF", 0)


only_compiled = pytest.mark.parametrize("way", ["compiled"], indirect=True)


def diagonal(rng, d):
    return DiagonalQuadratic(sizes(rng, (d, BATCH)))


def dense(rng, d):
    return LeastSquares(sizes(rng, (d, d, BATCH)) * rng.choice([-1.0, 1.0], (d, d, BATCH)))


def wide(rng, d):
    return LeastSquares(rng.standard_normal((d, d + 1, BATCH)))


def sine(rng, d):
    return SineSum(sizes(rng, (d, BATCH)), rng.integers(1, 5, BATCH).astype(float))


def softplus(rng, d):
    return SoftplusSum(sizes(rng, (d, BATCH)), sizes(rng, (d, BATCH)), rng.uniform(0, 1, (d, BATCH)))


def composed(rng, d):
    return ComposedSine(rng.standard_normal((d, d + 1, BATCH)), rng.integers(1, 5, BATCH).astype(float))


PROBLEMS = (diagonal, dense, sine, wide, softplus, composed)
METHODS = (ScaledSignGD(alpha), SignGD(alpha), GradientDescent(alpha))
RUNS = [
    pytest.param(kind, d, method, marks=pytest.mark.slow if slow else ())
    for kind in PROBLEMS[:3]
    for d in (1, 2, 3)
    for method in METHODS
    for slow in [method is not METHODS[d - 1] and d < 3]
]
RUNS += [(kind, 2, ScaledSignGD(alpha)) for kind in PROBLEMS[3:]]
RUNS += [(diagonal, 2, SignGD(alpha / (k + 1))), (dense, 2, SteepestDescent(alpha, L2))]


def sizes(rng, shape):
    """Half of them small integers, so that runs end at the minimum or turn exactly there."""
    return np.where(rng.random(shape) < 0.5, rng.integers(1, 4, shape), 10 ** rng.uniform(-3, 3, shape))


@cache
def posed(kind, d) -> tuple[Problem, np.ndarray, np.ndarray]:
    """Problems, starts (some coordinates are zero) and step sizes around the usual ones."""
    rng = np.random.default_rng([PROBLEMS.index(kind), d])
    problem = kind(rng, d)
    start = rng.choice([-1.0, 1.0], (problem.dimension, BATCH)) * sizes(rng, (problem.dimension, BATCH))
    start *= 0.01 if kind is softplus else 1.0  # exp(x) is a float up to x = 709
    start *= rng.random((problem.dimension, BATCH)) < 0.9
    scale = (next(iter(problem.arrays().values())) ** 2).sum(axis=(0, 1) if "factor" in problem.arrays() else 0)
    step = np.where(rng.random(BATCH) < 0.5, 1 / scale, 10 ** rng.uniform(-3, 1, BATCH) / scale)
    return problem, start, step


def in_turn(algorithm, problem, start, step, xp, steps=STEPS):
    """The measures along one run in an exact arithmetic, until a sign is undecided."""
    x, numbers, found = xp.number(start), {alpha: xp.number(step)}, []
    problem, memory = problem.over(xp), algorithm.init(x, xp)
    for iteration in range(steps + 1):
        found.append([measure.quantity(problem, x, xp) for measure in MEASURES])
        now = {
            name: evaluate(formula, numbers | {k: xp.rational(iteration, 1)}, xp)
            for name, formula in algorithm.parameters.items()
        }
        try:
            x, memory = algorithm.at(**now).update(x, lambda point: problem.gradient(point, xp), memory, xp)
        except Undecided:
            break
    return found


def within(low, value, high):
    """Whether a number, or all of a ball, is between two floats; where they are NaN or infinite they say nothing."""
    if not np.isfinite(low) or not np.isfinite(high):
        return True
    if isinstance(value, arb):
        return arb(float(low)) <= value <= arb(float(high))
    return rational(float(low)) <= value <= rational(float(high))


@pytest.mark.parametrize("kind, d, algorithm", RUNS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_exact_runs_lie_between_the_ends(kind, d, algorithm):
    problem, start, step = posed(kind, d)
    irrational = not problem.rational or getattr(algorithm, "norm", None) is L2
    with Balls(BITS) as balls:
        ends = engine.run(algorithm, problem, start, {alpha: step}, STEPS, MEASURES)
        for i in range(BATCH):
            run = in_turn(algorithm, problem.one(i), start[:, i], float(step[i]), balls if irrational else RATIONALS)
            for iteration, values in enumerate(run):
                for (low, high), value in zip(ends, values, strict=True):
                    assert within(low[iteration, i], value, high[iteration, i]), (i, iteration)
    low, high = ends[0]
    narrow = high - low < 1e-6 * np.abs(high) + 1e-200
    assert narrow[0].all()
    assert narrow.mean() > 0.5


def test_a_hand_written_run():
    """Scaled sign descent on h_1 x_1^2 / 2 + h_2 x_2^2 / 2, in fractions and nothing else."""
    h, x, a = [fmpq(3), fmpq(1, 2)], [fmpq(1), fmpq(-5, 4)], fmpq(1, 16)
    problem, start = DiagonalQuadratic(np.array([[3.0], [0.5]])), np.array([[1.0], [-1.25]])
    [(low, high)] = engine.run(ScaledSignGD(alpha), problem, start, {alpha: np.array([0.0625])}, 20, MEASURES[:1])
    for iteration in range(21):
        assert within(low[iteration, 0], (h[0] * x[0] ** 2 + h[1] * x[1] ** 2) / 2, high[iteration, 0])
        assert high[iteration, 0] - low[iteration, 0] < 1e-12
        g = [h[0] * x[0], h[1] * x[1]]
        length = abs(g[0]) + abs(g[1])
        x = [t - a * length * ((s > 0) - (s < 0)) for t, s in zip(x, g, strict=True)]


def test_a_coordinate_at_its_minimum_stays_there():
    problem, start = DiagonalQuadratic(np.array([[1.0], [3.0]])), np.array([[1.0], [0.0]])
    [(low, high)] = engine.run(ScaledSignGD(alpha), problem, start, {alpha: np.array([0.1])}, 30, (Position(),))
    assert (np.abs(low[:, 1]) < 1e-300).all() and (np.abs(high[:, 1]) < 1e-300).all()


def test_positions_are_the_iterates():
    problem, start, step = posed(diagonal, 2)
    [(low, high)] = engine.run(GradientDescent(alpha), problem, start, {alpha: step}, STEPS, (Position(),))
    assert low.shape == (STEPS + 1, 2, BATCH)
    h, x = problem.one(3).diagonal, rationals(start[:, 3])
    for iteration in range(STEPS + 1):
        assert all(within(low[iteration, j, 3], x[j], high[iteration, j, 3]) for j in range(2))
        x = x - rational(step[3]) * h * x


@pytest.mark.parametrize("kind", PROBLEMS)
def test_plain_floats_run_within_the_ends(kind):
    problem, start, step = posed(kind, 2)
    arguments = (ScaledSignGD(alpha), problem, start, {alpha: step}, STEPS, MEASURES)
    for (low, high), (plain, same) in zip(engine.run(*arguments), engine.run(*arguments, rigorous=False), strict=True):
        assert np.array_equal(plain, same, equal_nan=True)
        known = np.isfinite(high - low)
        slack = 2 * (high - low)  # the floats may round in other ways when they are compiled alone
        assert ((low - slack <= plain) & (plain <= high + slack))[known].all()


BOUNDS = [
    V0 * (1 - mu / L) ** k,
    V0 * (1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k,
    V0 * (1 - mu / L) ** (2 * k + 1),
    V0 / (k + 1),
    2 * L * V0 / sqrt(k + 3),
    V0 * exp(-k * mu / L),
    Max(1 - mu / L, Rational(1, 2)) ** k * V0 + alpha,
    V0 * (1 - 3 * mu / L) ** k,
    V0 * (1 + mu / L) ** (-k),
    V0**2 / (1 + k * V0) ** 3,
    V0 ** Rational(3, 2) / (k + 2) ** Rational(1, 3),
]


@pytest.mark.parametrize("formula", BOUNDS, ids=str)
def test_the_ends_of_a_bound_hold_it(formula):
    rng, steps = np.random.default_rng(0), 40
    given = {alpha: 10 ** rng.uniform(-3, 0, BATCH), mu: 10 ** rng.uniform(-6, 0, BATCH), L: rng.uniform(1, 9, BATCH)}
    given[mu][:20] = given[L][:20] = np.arange(1, 21)
    value = 10 ** rng.uniform(-9, 9, BATCH)
    low, high = engine.bound(formula, given, (np.nextafter(value, 0), np.nextafter(value, np.inf)), steps)
    assert low.shape == high.shape == (steps + 1, BATCH)
    with Balls(BITS) as xp:
        for i in range(0, BATCH, 3):
            numbers = {symbol: xp.number(float(array[i])) for symbol, array in given.items()}
            numbers[V0] = xp.number(float(value[i]))
            for iteration in range(0, steps + 1, 5):
                exact = evaluate(formula.subs(k, iteration), numbers, xp)
                assert within(low[iteration, i], exact, high[iteration, i])
    assert (high - low < 1e-11 * np.abs(high) + 1e-300)[:, 20:].all()


def test_an_instance_does_not_depend_on_its_batch():
    problem, start, step = posed(dense, 3)
    alone = LeastSquares(problem.factor[..., 7:8])
    whole = engine.run(ScaledSignGD(alpha), problem, start, {alpha: step}, STEPS, MEASURES)
    single = engine.run(ScaledSignGD(alpha), alone, start[:, 7:8], {alpha: step[7:8]}, STEPS, MEASURES)
    run = in_turn(ScaledSignGD(alpha), problem.one(7), start[:, 7], float(step[7]), RATIONALS)
    for number in range(len(MEASURES)):
        for iteration, values in enumerate(run):
            widths = []
            for low, high in (
                (whole[number][0][iteration, 7], whole[number][1][iteration, 7]),
                (
                    single[number][0][iteration, 0],
                    single[number][1][iteration, 0],
                ),
            ):
                assert within(low, values[number], high)
                widths.append(high - low)
            assert widths[0] == pytest.approx(widths[1], rel=0.1)


def test_the_order_of_a_batch_does_not_matter():
    problem, start, step = posed(diagonal, 3)
    turned = DiagonalQuadratic(problem.diagonal[:, ::-1].copy())
    forth = engine.run(SignGD(alpha), problem, start, {alpha: step}, STEPS, MEASURES)
    back = engine.run(SignGD(alpha), turned, start[:, ::-1].copy(), {alpha: step[::-1].copy()}, STEPS, MEASURES)
    for pair, turned_pair in zip(forth, back, strict=True):
        for end, turned_end in zip(pair, turned_pair, strict=True):
            np.testing.assert_array_equal(end, turned_end[:, ::-1])


def test_the_engine_leaves_jax_as_it_was():
    problem, start, step = posed(diagonal, 1)
    [(low, _)] = engine.run(SignGD(alpha), problem, start, {alpha: step}, 1, MEASURES[:1])
    engine.bound(V0 + alpha, {alpha: step}, (step, step), 1)
    assert low.dtype == np.float64
    assert jnp.zeros(()).dtype == jnp.float32
    assert not jax.config.jax_enable_x64


@only_compiled
def test_a_shape_is_compiled_once():
    problem, start, step = posed(diagonal, 2)

    def compiled(steps, factor=1.0, method=GradientDescent):
        before = engine._run._cache_size()
        moved = DiagonalQuadratic(problem.diagonal * factor)
        engine.run(method(alpha / 3), moved, start * factor, {alpha: step * factor}, steps, MEASURES[:1])
        return engine._run._cache_size() - before

    assert compiled(3) == 1
    assert compiled(3) == 0
    assert compiled(3, factor=2.0) == 0
    assert compiled(4) == 1
    assert compiled(3, method=SignGD) == 1


@only_compiled
def test_step_sizes_of_any_form_share_one_compiled_run():
    problem, start, step = posed(diagonal, 2)
    before = engine._run._cache_size()
    for size in (alpha, alpha / (k + 1), alpha / sqrt(k + 4), alpha * V0 / (1 + V0), Rational(1, 50)):
        engine.run(SignGD(size), problem, start, {alpha: step, mu: step}, 7, MEASURES)
    assert engine._run._cache_size() == before + 1


def test_a_step_size_may_depend_on_the_start_value():
    problem, start, step = posed(diagonal, 2)
    method = GradientDescent(alpha * V0 / (1 + V0) / (k + 1))
    [(low, high)] = engine.run(method, problem, start, {alpha: step}, 3, (Position(),))
    for i in range(0, BATCH, 8):
        x, h, a = rationals(start[:, i]), problem.one(i).diagonal, rational(step[i])
        value = sum(h * x * x) / 2
        for iteration in range(4):
            assert all(within(low[iteration, j, i], x[j], high[iteration, j, i]) for j in range(2))
            x = x - a * value / (1 + value) / (iteration + 1) * h * x


@pytest.mark.parametrize("one, other", [(AdaGradNorm, SignAdaGradNorm), (SignAdaGradNorm, SignAdaGradSignNorm)])
def test_a_rule_that_overrides_a_part_of_another_is_its_own(one, other):
    problem, start, step = posed(dense, 2)
    ends = [engine.run(method(alpha), problem, start, {alpha: step}, 1, (Position(),))[0] for method in (one, other)]
    (low, _), (_, high) = ends
    assert (low[1] > high[1]).any()


def test_a_matrix_is_shared_by_the_starts_of_its_group():
    rng, groups, starts = np.random.default_rng(1), 5, 7
    factor, start = rng.standard_normal((3, 3, groups, 1)), rng.standard_normal((3, groups, starts))
    step = rng.uniform(0.01, 0.1, (groups, starts))
    measures = (*MEASURES, Position())
    method = ScaledSignGD(alpha / (k + 1))
    shared = engine.run(method, LeastSquares(factor), start, {alpha: step}, STEPS, measures)
    alone = engine.run(
        method,
        LeastSquares(np.repeat(factor[..., 0], starts, axis=-1)),
        start.reshape(3, -1),
        {alpha: step.ravel()},
        STEPS,
        measures,
    )
    for (low, high), (low_alone, high_alone) in zip(shared, alone, strict=True):
        assert low.shape[-2:] == (groups, starts)
        assert (low.reshape(low_alone.shape) <= high_alone).all() and (low_alone <= high.reshape(low_alone.shape)).all()
        assert (high - low < 1e-11).all()


def test_a_batch_has_one_axis_or_two():
    problem = DiagonalQuadratic(np.ones((2, 1, 1, 1)))
    with pytest.raises(ValueError, match=r"use \(d, batch\) or \(d, groups, starts\)"):
        engine.run(SignGD(alpha), problem, np.ones((2, 1, 1, 1)), {alpha: np.ones(1)}, 1, MEASURES)


@pytest.mark.parametrize("rigorous", [True, False])
def test_batches_of_any_size_are_filled_up_and_cut_again(monkeypatch, rigorous):
    problem, start, step = posed(dense, 2)
    whole = engine.run(SignGD(alpha), problem, start, {alpha: step}, 2, (Position(),), rigorous)
    monkeypatch.setattr(engine, "BLOCK", 1)  # blocks of 8 instances
    for size in (1, 11):
        part = LeastSquares(problem.factor[..., :size])
        found = engine.run(SignGD(alpha), part, start[:, :size], {alpha: step[:size]}, 2, (Position(),), rigorous)
        for end, expected in zip(found[0], whole[0], strict=True):
            np.testing.assert_allclose(end, expected[..., :size], rtol=1e-9, atol=1e-12)


DEVICES = """
import sys
import jax
jax.config.update("jax_num_cpu_devices", int(sys.argv[1]))
import numpy as np
from signproof.checks.runs import engine
from signproof.checks.problems.quadratic import LeastSquares
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import alpha, k

rng = np.random.default_rng(0)
measures = Suboptimality(), engine.Position()
for batch, matrices, rigorous in (((50,), (50,), True), ((5, 4), (5, 1), False)):
    problem = LeastSquares(rng.standard_normal((2, 2, *matrices)))
    start, step = rng.standard_normal((2, *batch)), rng.uniform(0, 0.1, batch)
    for ends in engine.run(ScaledSignGD(alpha / (k + 1)), problem, start, {alpha: step}, 4, measures, rigorous):
        print(ends[0].shape, [end.tobytes().hex() for end in ends])
assert len(jax.devices()) == int(sys.argv[1])
"""


def test_the_devices_share_the_work_and_change_nothing():
    one, three = (
        subprocess.run([sys.executable, "-c", DEVICES, number], check=True, capture_output=True, text=True).stdout
        for number in ("1", "3")
    )
    assert one.count("\n") == 4
    assert one == three


@only_compiled
def test_a_bound_is_compiled_once_for_batches_of_usual_sizes():
    engine.bound(V0 / (k + 7), {}, (np.ones(5), np.ones(5)), 9)
    before = engine._compiled_formulas._cache_size()
    low, _ = engine.bound(V0 / (k + 7), {}, (np.ones(240), np.ones(240)), 9)
    assert engine._compiled_formulas._cache_size() == before
    assert low.shape == (10, 240)


def test_a_run_that_overflows_says_nothing_in_the_end():
    problem, start = DiagonalQuadratic(np.array([[1e10]])), np.array([[1e100]])
    [(low, high)] = engine.run(GradientDescent(alpha), problem, start, {alpha: np.array([1e30])}, 9, MEASURES[:1])
    assert np.isfinite(high[0]).all() and not np.isfinite(high[-1] - low[-1]).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nothing_is_known_of_what_is_no_number(bad):
    problem = DiagonalQuadratic(np.array([[1.0, bad]]))
    [(low, high)] = engine.run(ScaledSignGD(alpha), problem, np.ones((1, 2)), {alpha: np.full(2, 0.5)}, 2, MEASURES[:1])
    assert np.isfinite(high[:, 0] - low[:, 0]).all() and not np.isfinite(high[:, 1] - low[:, 1]).any()


def test_an_xla_without_the_options_runs_all_the_same(monkeypatch):
    batch = DiagonalQuadratic(np.array([[1.0, 2.0], [3.0, 4.0]]))
    arguments = (ScaledSignGD(alpha), batch, np.ones((2, 2)), {alpha: np.array([0.1, 0.2])}, 3, (Suboptimality(),))
    expected = engine.run(*arguments)
    monkeypatch.setattr(engine, "OPTIONS", {"xla_cpu_no_such_option": "1"})
    engine._options_known.cache_clear()
    try:
        assert not engine._options_known()
        for pair, other in zip(expected, engine.run(*arguments), strict=True):
            assert all((one == two).all() for one, two in zip(pair, other, strict=True))
    finally:
        engine._options_known.cache_clear()
