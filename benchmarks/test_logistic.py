"""Logistic regression in the shape of LIBSVM's epsilon data: one pass over 400000 x 2000 numbers in 32-bit.

SIGNPROOF_BENCH_ROWS asks for fewer rows; by default there are no more than fill a third of the free memory. What is
compared takes turns, so that whatever else the machine does meets all of it alike; of each the best time counts.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rest import rest
from scipy.special import expit
from sympy import Rational

from signproof.checks.experiments.erm import LogisticRisk, Run, run
from signproof.checks.problems.data import synthetic
from signproof.theory.algorithms import (
    AdaGradNorm,
    ErrorFeedbackSignGD,
    GradientDescent,
    ScaledSignGD,
    ShiftedErrorFeedbackSignGD,
    SignGD,
    Signum,
)
from signproof.theory.symbols import alpha

ROWS, FEATURES = 400_000, 2000
ROUNDS = 7
CHUNK = 2**13
"""Rows that a thread reads at a time where the bandwidth is measured."""


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    asked = int(os.environ.get("SIGNPROOF_BENCH_ROWS", min(ROWS, free // 3 // (4 * FEATURES))))
    return synthetic(asked, FEATURES, 0)


def name(rows: np.ndarray, r: int) -> str:
    return f"logistic regression, {len(rows)} x {rows.shape[1]} in 32-bit, {r} vector{'s' if r > 1 else ''}"


def in_turn(benchmark, ours: Callable, *others: Callable) -> tuple[float, ...]:
    """The best seconds of each function; `ours` is the one that pytest-benchmark reports."""
    seconds: list[list[float]] = [[] for _ in others]

    def setup():
        for function, times in zip(others, seconds, strict=True):
            rest()
            begin = time.perf_counter()
            function()
            times.append(time.perf_counter() - begin)
        rest()

    benchmark.pedantic(ours, setup=setup, rounds=ROUNDS, warmup_rounds=1)
    return benchmark.stats.stats.min, *map(min, seconds)


def readers(rows: np.ndarray) -> list[Callable]:
    """Ways to read all rows on all cores and do next to nothing with them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    chunks = [rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK)]
    weights = np.ones(rows.shape[1], dtype=np.float32)

    def reader(look: Callable) -> Callable:
        def read():
            with ThreadPoolExecutor(cores) as pool:
                list(pool.map(look, chunks))

        return read

    return [reader(np.max), reader(np.sum), reader(lambda chunk: np.vecdot(chunk, weights))]


def two_products(rows: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and gradient as they are written down, with NumPy's BLAS on all cores: two passes."""
    n, weights = len(rows), points.astype(np.float32)
    t = rows @ weights
    return (np.logaddexp(0, -t).sum(axis=0) + (points**2).sum(axis=0) / 2) / n, (points - rows.T @ expit(-t)) / n


@pytest.mark.parametrize("r", [1, 2, 4, 8, 16])
def test_a_pass_against_the_bandwidth_and_against_numpy(rows, r, benchmark, row):
    risk, points = LogisticRisk(rows), np.random.default_rng(1).standard_normal((FEATURES, r))
    found, expected = risk.value_and_gradient(points), two_products(rows, points)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-4)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-3 * np.abs(expected[1]).max())
    ours, numpy, *reads = in_turn(
        benchmark, lambda: risk.value_and_gradient(points), lambda: two_products(rows, points), *readers(rows)
    )
    bandwidth = rows.nbytes / min(reads)
    if r == 1:
        row(name(rows, r), "read bandwidth", bandwidth / 1e9, None, "GB/s")
    row(name(rows, r), "pass", rows.nbytes / ours / 1e9, None, "GB/s")
    row(name(rows, r), "share of the read bandwidth", rows.nbytes / ours / bandwidth, 0.8 if r == 1 else None, "")
    row(name(rows, r), "vectors times that share", r * rows.nbytes / ours / bandwidth, None, "")
    row(name(rows, r), "against NumPy", numpy / ours, 1, "x")


@pytest.mark.parametrize("r", [1, 8])
def test_a_pass_against_xla(rows, r, benchmark, row):
    part = rows[: len(rows) // 8]
    risk, points = LogisticRisk(part), np.random.default_rng(1).standard_normal((FEATURES, r))

    @jax.jit
    def both(rows, weights):
        t = rows @ weights
        s = jax.nn.sigmoid(-t)
        return jax.nn.softplus(-t).sum(axis=0), rows.T @ s

    given, weights = jnp.asarray(part), jnp.asarray(points, dtype=jnp.float32)
    ours, xla = in_turn(
        benchmark, lambda: risk.value_and_gradient(points), lambda: jax.block_until_ready(both(given, weights))
    )
    row(name(part, r), "against XLA", xla / ours, 1, "x")


@pytest.mark.parametrize("features", [30, 300])
@pytest.mark.parametrize("r", [1, 8])
def test_other_shapes_against_numpy(rows, features, r, benchmark, row):
    part = rows[: len(rows) // 8].reshape(-1)
    part = part[: len(part) // features * features].reshape(-1, features)
    risk, points = LogisticRisk(part), np.random.default_rng(1).standard_normal((features, r))
    ours, numpy = in_turn(benchmark, lambda: risk.value_and_gradient(points), lambda: two_products(part, points))
    row(name(part, r), "against NumPy", numpy / ours, 1, "x")


def test_the_memory_of_a_pass(rows, row):
    risk, points = LogisticRisk(rows), np.zeros((FEATURES, 16))
    tracemalloc.start()
    risk.value_and_gradient(points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    row(name(rows, 16), "memory, data included", 1 + peak / rows.nbytes, 1.2, "x data", at_most=True)
    assert peak <= 0.2 * rows.nbytes


def test_seven_algorithms_side_by_side(rows, benchmark, row):
    part, steps = rows[: len(rows) // 4], 3
    risk, start = LogisticRisk(part), np.random.default_rng(1).standard_normal((FEATURES, 1))
    methods = [kind(alpha) for kind in (GradientDescent, SignGD, ScaledSignGD, AdaGradNorm, ErrorFeedbackSignGD)]
    methods += [Signum(alpha, Rational(9, 10)), ShiftedErrorFeedbackSignGD(alpha)]
    runs = [Run(method, start, {alpha: 0.01}) for method in methods]
    together, alone = in_turn(
        benchmark, lambda: run(risk, runs, steps), lambda: [run(risk, [one], steps) for one in runs]
    )
    row(name(part, len(runs)), "seven algorithms together against in turn", alone / together, 1, "x")
