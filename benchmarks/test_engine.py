"""The engine beside what one would write without it: scaled SignGD on dense quadratics f = x'Hx / 2.

Useful operations of one step: d(2d - 1) for Hx, 2d for f, d - 1 for ||g||_1, 1 for alpha ||g||_1 and d for the
subtraction, in all 2d^2 + 3d. Signs, absolute values and copies are not counted, nor is the step after the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from signproof.checks.problems.base import Problem
from signproof.checks.runs import engine
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import alpha

STEPS = 200
ROUNDS = 9
GEMM = 1024
"""Order of the matrices whose product measures the machine's dgemm rate."""
LOOP = 48
"""Instances that the loop over instances runs; its time is in proportion to their number."""
SHARED = {16: (256, 64), 32: (128, 64), 128: (16, 128)}
"""For each d how many matrices, and how many starts and step sizes share each of them."""


@dataclass(frozen=True, eq=False)
class DenseQuadratic(Problem):
    """f(x) = x'Hx / 2; `hessian` has shape (d, d, batch), or (d, d, groups, 1)."""

    hessian: Any
    family = "dense quadratics given by their matrix"

    def gradient(self, x, xp):
        return xp.matvec(self.hessian, x)

    def suboptimality(self, x, xp):
        return xp.sum(x * self.gradient(x, xp)) * xp.rational(1, 2)

    def constant(self, assumption):
        return None


def posed(d, batch, seed=0):
    """Matrices (d, d, batch), starts (d, batch) and step sizes below 1/L (batch,)."""
    rng = np.random.default_rng([seed, d])
    factor = rng.standard_normal((batch, d, d))
    hessian = np.ascontiguousarray(np.moveaxis(factor.swapaxes(1, 2) @ factor / d, 0, -1))
    return hessian, rng.standard_normal((d, batch)), rng.uniform(0.1, 1, batch) / np.abs(hessian).sum((0, 1))


def ours(hessian, start, step, steps=STEPS):
    problem = DenseQuadratic(hessian)
    [(value, _)] = engine.run(
        ScaledSignGD(alpha), problem, start, {alpha: step}, steps, (Suboptimality(),), rigorous=False
    )
    return value


def batched_numpy(hessian, start, step):
    """Batch axis first and `@`, as NumPy broadcasts matrix products. Shapes (batch, d, d), (batch, d), (batch,)."""
    x, values = start, np.empty((STEPS + 1, len(step)))
    for iteration in range(STEPS + 1):
        g = (hessian @ x[:, :, None])[:, :, 0]
        values[iteration] = 0.5 * (x * g).sum(axis=1)
        x = x - (step * np.abs(g).sum(axis=1))[:, None] * np.sign(g)
    return values


def batch_last_numpy(hessian, start, step):
    """The engine's own layout and `einsum`: the fastest that we found in NumPy."""
    x, values = start, np.empty((STEPS + 1, len(step)))
    for iteration in range(STEPS + 1):
        g = np.einsum("ijb,jb->ib", hessian, x)
        values[iteration] = 0.5 * np.einsum("ib,ib->b", x, g)
        x = x - step * np.abs(g).sum(axis=0) * np.sign(g)
    return values


@jax.jit
@jax.vmap
def vmap_of_scan(hessian, start, step):
    def advance(x, _):
        g = hessian @ x
        return x - step * jnp.abs(g).sum() * jnp.sign(g), 0.5 * x @ g

    return jax.lax.scan(advance, start, length=STEPS + 1)[1]


def numpy_loop(hessian, start, step):
    values = np.empty((len(step), STEPS + 1))
    for instance in range(len(step)):
        H, x, a = hessian[instance], start[instance], step[instance]
        for iteration in range(STEPS + 1):
            g = H @ x
            values[instance, iteration] = 0.5 * (x @ g)
            x = x - a * np.abs(g).sum() * np.sign(g)
    return values


def useful(d, instances):
    return (2 * d * d + 3 * d) * instances * STEPS


def gemm():
    a, b = np.random.default_rng(0).standard_normal((2, GEMM, GEMM))
    return lambda: a @ b


def agree(values, others):
    """But for runs in which rounding turned the sign of a coordinate that is all but 0, results are the same."""
    same = np.abs(values - others) <= 1e-9 * np.abs(others) + 1e-300
    assert same[:10].all()
    assert same.mean() > 0.99


def test_dense_quadratics(row, in_turn):
    d, batch = 8, 4096
    H, x, a = posed(d, batch)
    first, points = np.ascontiguousarray(np.moveaxis(H, -1, 0)), np.ascontiguousarray(x.T)
    values = ours(H, x, a)
    agree(values, batched_numpy(first, points, a))
    agree(values, batch_last_numpy(H, x, a))
    agree(values[:, :LOOP], numpy_loop(first[:LOOP], points[:LOOP], a[:LOOP]).T)
    with jax.enable_x64(True):
        on_device = [jnp.asarray(array) for array in (first, points, a)]
        agree(values, np.asarray(vmap_of_scan(*on_device)).T)
        seconds = in_turn(
            ROUNDS,
            ours=lambda: ours(H, x, a),
            numpy=lambda: batched_numpy(first, points, a),
            last=lambda: batch_last_numpy(H, x, a),
            vmap=lambda: np.asarray(vmap_of_scan(*on_device)),
            loop=lambda: numpy_loop(first[:LOOP], points[:LOOP], a[:LOOP]),
            gemm=gemm(),
        )
    case = f"{batch} dense quadratics, d = {d}, {STEPS} steps"
    rate, peak = useful(d, batch) / seconds["ours"], 2 * GEMM**3 / seconds["gemm"]
    row(case, "the engine", batch * STEPS / seconds["ours"] / 1e6, None, "million steps/s")
    row(case, "beside batched NumPy, batch first", seconds["numpy"] / seconds["ours"], 20, "×")
    row(case, "beside batched NumPy, batch last", seconds["last"] / seconds["ours"], None, "×")
    row(case, "beside vmap of scan", seconds["vmap"] / seconds["ours"], 12, "×")
    row(case, "beside a NumPy loop over instances", seconds["loop"] * batch / LOOP / seconds["ours"], 500, "×")
    row(case, f"share of dgemm ({peak / 1e9:.0f} Gflop/s)", 100 * rate / peak, 25, "%")


@pytest.mark.parametrize("d, target", [(16, None), (32, 40), (128, 60)])
def test_shared_matrices(d, target, row, in_turn):
    groups, starts = SHARED[d]
    rng = np.random.default_rng(d)
    H, _, a = posed(d, groups)
    H, x = H[..., None], rng.standard_normal((d, groups, starts))
    a = a[:, None] * np.linspace(0.1, 1, starts)
    values = ours(H, x, a)
    flat = batch_last_numpy(np.repeat(H[:, :, 0, :], starts, axis=-1), x[:, 0], a[0])
    agree(values[:, 0], flat)
    seconds = in_turn(ROUNDS, ours=lambda: ours(H, x, a), gemm=gemm())
    case = f"{groups} matrices, {starts} starts each, d = {d}, {STEPS} steps"
    rate, peak = useful(d, groups * starts) / seconds["ours"], 2 * GEMM**3 / seconds["gemm"]
    row(case, "the engine", groups * starts * STEPS / seconds["ours"] / 1e6, None, "million steps/s")
    row(case, f"share of dgemm ({peak / 1e9:.0f} Gflop/s)", 100 * rate / peak, target, "%")


@pytest.mark.parametrize("d", [2, 4, 8, 16, 32])
def test_cost_against_dimension(d, row, benchmark):
    batch = 4096 * 8 // d
    data = posed(d, batch)
    benchmark.pedantic(ours, data, rounds=ROUNDS, warmup_rounds=2)
    cost = benchmark.stats.stats.median / (batch * STEPS)
    row(f"{batch} dense quadratics, {STEPS} steps", f"one step, d = {d}", cost * 1e9, None, "ns")


def test_cost_is_linear_in_batch_and_steps(row, in_turn):
    d, batches, lengths = 8, [1024, 2048, 4096, 8192], [100, 200, 400, 800]
    H, x, a = posed(d, batches[-1])

    def part(batch, steps):
        H_part, x_part, a_part = (np.ascontiguousarray(array[..., :batch]) for array in (H, x, a))
        return lambda: ours(H_part, x_part, a_part, steps)

    of_batch = in_turn(ROUNDS, **{str(batch): part(batch, STEPS) for batch in batches})
    of_steps = in_turn(ROUNDS, **{str(steps): part(2048, steps) for steps in lengths})
    for name, found in (("batch", of_batch), ("steps", of_steps)):
        sizes, seconds = np.array([float(size) for size in found]), np.array(list(found.values()))
        slope, _ = np.polyfit(sizes, seconds, 1)
        share = np.corrcoef(sizes, seconds)[0, 1] ** 2
        others = STEPS if name == "batch" else 2048
        case = f"d = {d}, {name} from {sizes[0]:.0f} to {sizes[-1]:.0f}"
        row(case, "variance that a straight line explains", 100 * share, 99, "%")
        row(case, "one step, by the slope", slope / others * 1e9, None, "ns")
