"""The slack of a comparison: balls of whole runs contain the exact runs, and they are not wider than they must be.

Every method that needs no noise, on every family: the engine's ends of each measure at each k against the same run
in rational numbers, or in Arb's balls at high precision where a number is irrational.
"""

from __future__ import annotations

import dataclasses
import inspect
from types import SimpleNamespace

import numpy as np
import pytest
from flint import arb
from sympy import Rational, Symbol

from signproof import Claim, Status, verify
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational
from signproof.checks.posing import domain
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import trajectory
from signproof.checks.runs import engine
from signproof.checks.runs.engine import Position
from signproof.checks.runs.instance import Instance
from signproof.checks.testing.strategies import Sample
from signproof.checks.trials.batch import compare, prepare
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import PROFILES, Tally
from signproof.theory.algorithms import Algorithm, GradientDescent, ScaledSignGD, SignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.methods import gradient as algorithms
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, alpha, k, mu

STEPS, BITS = 8, 600
MEASURES = (Suboptimality(), MinDualGradientNorm(1), MinDualGradientNorm(2, L2), Position())


def noiseless_methods() -> list[Algorithm]:
    """One of each class, its formulas symbols of their own; steepest descent in both norms."""
    found = []
    for kind in vars(algorithms).values():
        if not (inspect.isclass(kind) and issubclass(kind, Algorithm) and not inspect.isabstract(kind)):
            continue
        if kind.stochastic:
            continue
        names = [field.name for field in dataclasses.fields(kind)]
        symbols = {name: alpha if name == "step_size" else Symbol(name, real=True) for name in names if name != "norm"}
        norm = {"norm": LINF if kind is ScaledSignGD else L2} if "norm" in names else {}
        found.append(kind(**symbols, **norm))
    return found


METHODS = noiseless_methods()
FAMILIES = [family for family in families() if family.__module__.startswith("signproof.")]
BUCKETS = [(family, shape) for family in sorted(FAMILIES, key=lambda each: each.costly) for shape in family.shapes]
"""Families and shapes, the costly ones last: they are left to the slow run."""
ON_DIAGONAL = (ScaledSignGD, SignGD, GradientDescent)
"""Methods whose default test is on diagonal quadratics, so that the adversarial one shares what is compiled."""


def pairs():
    """By default each method on one family, and each family that is not costly under one method; else all pairs."""
    chosen = [(method, BUCKETS[0]) for method in METHODS if isinstance(method, ON_DIAGONAL)]
    others = [method for method in METHODS if not isinstance(method, ON_DIAGONAL)]
    buckets = [bucket for bucket in BUCKETS[1:] if not bucket[0].costly]
    for i in range(max(len(others), len(buckets))):
        chosen.append((others[i % len(others)], buckets[i % len(buckets)]))
    for method in METHODS:
        for bucket in BUCKETS:
            default = (method, bucket) in chosen
            name = f"{method}-{bucket[0].__name__}{bucket[1]}"
            yield pytest.param(method, bucket, id=name, marks=() if default else pytest.mark.slow)


def stepped(method, sample, rng):
    """Parameters for each instance: steps about as long as the method needs, all others between 0 and 1."""
    size = sample.start.shape[1]
    answers = (sample.problem.constant(Smooth(1, norm)) for norm in (LINF, L2, OPERATOR))
    smoothness = next(answer for answer in answers if answer is not None)
    upper = np.broadcast_to(smoothness.upper, (size,))
    values = {
        symbol: rng.uniform(0.1, 0.9, size) for formula in method.parameters.values() for symbol in formula.free_symbols
    }
    values[alpha] = 10 ** rng.uniform(-2, 0.3, size) / upper
    return values


def exactly(method, problem, values, start):
    """Exact iterates of one instance, as balls that hold them, as far as all signs are decided."""
    claim, parameters = SimpleNamespace(algorithm=method), {str(symbol): value for symbol, value in values.items()}
    if problem.rational:
        try:
            return trajectory(Instance(claim, problem, parameters, start), STEPS, RATIONALS)
        except TypeError:
            pass
    with Balls(BITS) as balls:
        for steps in range(STEPS, -1, -1):
            try:
                return trajectory(Instance(claim, problem, parameters, start), steps, balls)
            except Undecided:
                continue
    raise AssertionError("no step is decided")


def compared(method, problem, start, values, instances):
    """For each of some instances, measure and k: the engine's ends (floats) and the exact value (a ball)."""
    ends = engine.run(method, problem, start, values, STEPS, MEASURES)
    for i in instances:
        one = problem.one(int(i))
        exact = {symbol: rational(float(array[i])) for symbol, array in values.items()}
        points = exactly(method, one, exact, [rational(float(entry)) for entry in start[:, i]])
        with Balls(BITS) as balls:
            posed = one.over(balls)
            for step, point in enumerate(points):
                x = balls.number(point)
                for measure, (low, high) in zip(MEASURES, ends, strict=True):
                    found = np.ravel(measure.quantity(posed, x, balls))
                    for value, *of in zip(
                        found, np.ravel(low[step, ..., i]), np.ravel(high[step, ..., i]), strict=True
                    ):
                        yield (int(i), step, measure), *of, value


def says_something(low, high):
    return np.isfinite(low) and np.isfinite(high)


def meets(low, high, value):
    """Whether a ball meets what two floats enclose. What is not finite says nothing.

    The ball has some 600 bits, so that it is in there but for its last bits. Only on logistic regression, whose
    minimum is itself known as an interval of floats, it is about as wide as what the floats enclose.
    """
    return not says_something(low, high) or not (value < arb(float(low)) or value > arb(float(high)))


@pytest.mark.parametrize(("method", "bucket"), list(pairs()))
def test_the_balls_of_a_run_contain_the_exact_run(method, bucket, request):
    family, shape = bucket
    slow = request.node.get_closest_marker("slow") is not None
    rng = np.random.default_rng(0)
    counts = (1, 6) if family.shared else (12, 30)  # data that all instances share is large
    known = []
    for seed, spread in ((0, 0.0), (1, 1.0)):
        sample = Sample(family, shape, seed, spread)
        instances = rng.choice(sample.start.shape[1], counts[slow], replace=False)
        values = stepped(method, sample, rng)
        with Balls(BITS):
            for where, low, high, value in compared(method, sample.problem, sample.start, values, instances):
                assert meets(low, high, value), (where, low, high, value)
                known.append(says_something(low, high))
    assert np.mean(known) > 0.9


def hostile(rng):
    """Diagonal quadratics, starts and steps at the edges of what floats hold; (8, 240) like the family's batches."""
    shape = (8, 240)
    ordinary = np.where(rng.random(shape) < 0.5, rng.integers(1, 5, shape), 10 ** rng.uniform(-2, 2, shape))
    kind = np.arange(shape[1]) % 6
    h = np.select(
        [kind == 1, kind == 2, kind == 3],
        [10 ** rng.uniform(-300, 0, shape), 10 ** rng.uniform(0, 150, shape), 10 ** rng.uniform(-8, 8, shape)],
        ordinary,
    )
    x = rng.choice([-1.0, 1.0], shape) * np.where(rng.random(shape) < 0.5, rng.integers(1, 5, shape), ordinary)
    x = np.select(
        [kind == 1, kind == 2, kind == 4],
        [x * 10 ** rng.uniform(-20, 0, shape), x * 10 ** rng.uniform(0, 150, shape), x * 2.0**-1040],
        x,
    )
    x = np.where(rng.random(shape) < 0.2, 0.0, x)  # signs that are exactly zero
    # with h alpha = 1 gradient descent lands on zero, and with whole numbers the sign methods turn there
    step = np.select([kind == 1, kind == 2, kind == 5], [1e-3, 10 ** rng.uniform(-150, 0, 240), 1.0], 1 / h[0])
    return DiagonalQuadratic(h), x, step


@pytest.mark.parametrize(
    "method",
    [pytest.param(m, marks=() if isinstance(m, ON_DIAGONAL) else pytest.mark.slow) for m in METHODS],
    ids=str,
)
def test_zeros_subnormals_overflow_and_bad_conditions_are_contained(method, request):
    rng = np.random.default_rng(0)
    problem, start, step = hostile(rng)
    values = {symbol: np.full(240, 0.5) for formula in method.parameters.values() for symbol in formula.free_symbols}
    values[alpha] = step
    slow = request.node.get_closest_marker("slow") is not None
    zeros, known, unknown = 0, 0, 0
    with Balls(BITS):
        for where, low, high, value in compared(method, problem, start, values, range(240 if slow else 60)):
            assert meets(low, high, value), (where, low, high, value)
            zeros += value == 0
            known += says_something(low, high)
            unknown += not says_something(low, high)
    assert zeros > 100 and known > 1000 and unknown > 0


MEDIAN, FIRST = 20, 40
"""How many times u |V| for each step the ball of V may be wide in a tame run: in the median, and at most for k <= 1.

V is a sum of eight squares, so that its own rounding takes about 14 u. Afterwards balls lose what runs do not: they
forget that x and the gradient have the same error, and grow by up to (1 + alpha L)^k.
"""


@pytest.mark.parametrize("method", [m for m in METHODS if isinstance(m, ON_DIAGONAL)], ids=str)
def test_the_balls_of_tame_runs_are_as_narrow_as_the_rounding_error(method):
    sample, rng = Sample(DiagonalQuadratic, (8,), 0, 0.0), np.random.default_rng(0)
    values = stepped(method, sample, rng)
    [(low, high), *_] = engine.run(method, sample.problem, sample.start, values, STEPS, MEASURES)
    error = 2.0**-53 * (high + low) / 2  # of one rounding
    steps = np.arange(1, STEPS + 2)[:, None]
    width = (high - low) / 2 / (error * steps)
    assert (np.median(width, axis=1) <= MEDIAN).all()
    assert (width[:2] <= FIRST).all()
    assert (width * steps >= 1).all()  # no narrower than a rounding: the test of containment is not idle


# What is done with the ends

FEW = dataclasses.replace(PROFILES["quick"], batches=0)
"""Only the instances that each family tries first."""


def rate(factor, step=2):
    """Theorem 1's claim with a factor in its rate; with 2 it is true, and tight."""
    return Claim(
        id="mine/rate",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
        domain=(alpha > 0, alpha < step / L),
        measure=Suboptimality(),
        bound=(1 - factor * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
    )


def defect(wrong):
    """An engine whose ends are wrong."""

    def run(*arguments, **named):
        return [wrong(low, high) for low, high in sound(*arguments, **named)]

    sound = engine.run
    return run


DEFECTS = {
    "no radius, and off from k = 1 on": lambda low, high: (
        ((low + high) / 2 * np.where(np.arange(len(low)) > 0, 1 + 1e-9, 1.0)[:, None],) * 2
    ),
    "twice as large from k = 1 on": lambda low, high: (
        np.concatenate([low[:1], 2 * low[1:]]),
        np.concatenate([high[:1], 2 * high[1:]]),
    ),
}


@pytest.mark.parametrize("wrong", DEFECTS)
def test_what_a_defect_of_the_engine_breaks_is_not_refuted(wrong, monkeypatch):
    claim = rate(2)
    monkeypatch.setattr(engine, "run", defect(DEFECTS[wrong]))
    monkeypatch.setitem(PROFILES, "quick", FEW)
    trials = try_out(claim, FEW)
    assert trials.witness is None
    assert sum(tally.broken for tally in trials.tallies) >= trials.dismissed > 0
    assert verify(claim).status == Status.PROVED


def test_without_the_defect_the_same_trials_find_what_is_broken():
    assert try_out(rate(2), FEW).dismissed == 0
    assert try_out(rate(Rational(21, 10)), FEW).witness.replay().confirmed


def on_the_line(claim, curvature, start, theta, steps):
    """One claim on one quadratic h x^2/2."""
    ranges = domain.ranges(claim)
    (interval,) = ranges
    problem = DiagonalQuadratic(np.array([[float(curvature)]]))
    batch = prepare(claim, ranges, problem, np.array([[float(start)]]), {interval.symbol: np.array([theta])})
    return compare(claim, batch, steps)


def test_comparisons_stop_where_the_measure_is_below_its_rounding_error():
    """With alpha = 3/(2L), x turns its sign and halves, while the radius of x grows by 5/2 at each step."""
    found = on_the_line(rate(2), 1, 1, 0.75, 60)
    (floor,) = found.floor
    # 2^-k of x against 14 u of radius, (5/2)^k as wide: 5^k = 2^49 or so
    assert 15 < floor < 30
    low, _ = found.measured
    assert (low[:floor] > 0).all() and not low[floor] > 0
    assert found.considered[1:floor].all() and not found.considered[floor:].any()
    assert not (found.held | found.broken)[floor:].any()
    tally = Tally("lines", 60)
    tally.count(found)
    tally.count(on_the_line(rate(2), 1, 1, 0.01, 60))
    assert (tally.instances, tally.comparisons) == (2, floor - 1 + 60)
    assert tally.facts["stopped"] == 1
    assert tally.facts["stopped_from"] == tally.facts["stopped_median"] == floor
    where = f"at k = {floor} in the median and {floor} at the earliest"
    assert tally.text.endswith(f"on 1 instances they stop where the measure falls below its rounding error, {where}")


def test_the_evidence_says_where_comparisons_stop(monkeypatch):
    monkeypatch.setitem(PROFILES, "quick", FEW)
    runs = [piece for piece in verify(rate(2)).evidence if piece.kind == "run"]
    assert all(piece.facts["comparisons"] <= piece.facts["instances"] * piece.facts["steps"] for piece in runs)
    stopped = [piece for piece in runs if piece.facts["stopped"]]
    assert stopped and all("falls below its rounding error" in piece.text for piece in stopped)
    assert all(0 < piece.facts["stopped_from"] <= piece.facts["stopped_median"] <= 32 for piece in stopped)


def test_a_bound_below_zero_is_broken_even_where_the_measure_is_zero():
    """alpha = 1/L lands on the minimum of x^2/2 at once, and the bound is -V_0."""
    found = on_the_line(rate(4), 1, 1, 0.5, 3)
    assert found.floor.tolist() == [1]
    assert found.broken[:, 0].tolist() == [False, True, False, True]
    verdict = verify(rate(4))
    assert verdict.status == Status.REFUTED and verdict.witness.replay().confirmed


def test_a_run_that_overflows_is_not_compared_any_more():
    claim = dataclasses.replace(rate(2, step=2000), bound=V0 * 10**9 ** (k + 1))
    found = on_the_line(claim, 1, 1e100, 0.9, 60)
    assert 0 < found.floor[0] < 60
    assert not found.considered[found.floor[0] :].any()
