"""Runs with stochastic gradients that are drawn on JAX: many runs of each instance at once, in 64-bit floats.

Runs are numbered, and BLOCK of them are advanced together, with a key made from the seed, the number of the block and k.
So what a run draws depends on the seed, its number and k alone: it is the same however many runs there are besides, and
however the blocks are divided among devices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from sympy import Symbol

from signproof.checks.arrays import FLOATS, Floats
from signproof.checks.noisy import DrawnGradient
from signproof.checks.problem import Problem
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.measures import Measure
from signproof.theory.symbols import V0, k

BLOCK = 2048
"""Runs of a block: their points, gradients and draws stay in a core's own cache. Another number gives other draws."""


def sample(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    oracle: DrawnGradient,
    size: np.ndarray,
    steps: int,
    runs: int,
    measure: Measure,
    seed: int,
    workers: int = 1,
    first: int = 0,
) -> np.ndarray:
    """Draw runs of an algorithm and measure them at every iteration.

    Arguments:
        problem, start, parameters: a batch of problems, starts (d, batch), values of shape (batch,) of the symbols in
            the algorithm's formulas.
        oracle, size: where gradients are drawn from, and the size of the noise of each instance, shape (batch,).
        steps, runs: how many steps, and how many runs of each instance. measure: one at a point. seed: of the draws.
        workers: how many draw at every point, for algorithms that ask for their votes.
        first: number of the first block, so that later calls go on with others.

    Returns the measure, shape (steps + 1, batch, runs).
    """
    batch = start.shape[1]
    with jax.enable_x64(True):
        fields = problem.arrays()
        shared = {name: fields.pop(name) for name in problem.shared}
        numbers = _numbers(algorithm, problem, start, parameters, steps)
        devices = jax.local_device_count()
        count = math.ceil(batch * runs / BLOCK / devices) * devices
        # run r of instance b has the number b + batch r, so that more runs leave those before them as they are
        laid = {f"field {name}": np.tile(np.asarray(field), runs) for name, field in fields.items()}
        laid |= {f"number {name}": np.tile(number, runs) for name, number in numbers.items()}
        laid |= {"start": np.tile(start, runs), "size": np.tile(np.asarray(size, float), runs)}
        blocks = {name: _in_blocks(array, count) for name, array in laid.items()}
        blocks["block"] = np.arange(first, first + count)
        found = _run(
            blocks,
            shared,
            jax.random.key(seed),
            algorithm=algorithm.at(**{name: Symbol(name) for name in numbers}),
            family=type(problem),
            oracle=oracle,
            steps=steps,
            measure=measure,
            workers=workers,
        )
    values = np.moveaxis(np.asarray(found), 0, 1).reshape(steps + 1, -1)[:, : batch * runs]
    return np.moveaxis(values.reshape(steps + 1, runs, batch), 1, 2)


def _numbers(algorithm, problem, start, parameters, steps) -> dict[str, np.ndarray]:
    """What the formulas of the algorithm are at k = 0, ..., steps: shape (steps + 1, batch), or (1, batch)."""
    values: dict[Symbol, Any] = {symbol: np.asarray(array, float) for symbol, array in parameters.items()}
    values[k] = np.arange(steps + 1.0)[:, None]
    values[V0] = np.asarray(problem.suboptimality(start, FLOATS))
    found = {}
    for name, formula in algorithm.parameters.items():
        if name == "workers":
            continue
        length = steps + 1 if formula.has(k) else 1
        found[name] = np.array(np.broadcast_to(evaluate(formula, values, FLOATS), (length, start.shape[1])), float)
    return found


def _in_blocks(array: np.ndarray, count: int) -> np.ndarray:
    """The last axis laid out as (count, ..., BLOCK), filled up with copies of the last entry."""
    missing = count * BLOCK - array.shape[-1]
    filled = np.concatenate([array, np.repeat(array[..., -1:], missing, axis=-1)], axis=-1)
    return np.moveaxis(filled.reshape(*array.shape[:-1], count, BLOCK), -2, 0)


@partial(jax.jit, static_argnames=("algorithm", "family", "oracle", "steps", "measure", "workers"))
def _run(blocks, shared, key, **static):
    def advance(blocks, shared, key):
        return jax.lax.map(lambda block: _run_block(block, shared, key, **static), blocks)

    if jax.local_device_count() > 1:
        mesh = Mesh(np.array(jax.local_devices()), ("device",))
        divided = PartitionSpec("device")
        whole = PartitionSpec()
        advance = jax.shard_map(
            advance, mesh=mesh, in_specs=(divided, whole, whole), out_specs=divided, check_vma=False
        )
    return advance(blocks, shared, key)


def _run_block(block, shared, key, *, algorithm, family, oracle, steps, measure, workers):
    fields = {name.removeprefix("field "): array for name, array in block.items() if name.startswith("field ")}
    numbers = {name.removeprefix("number "): array for name, array in block.items() if name.startswith("number ")}
    fixed = {name: number[0] for name, number in numbers.items() if number.shape[0] == 1}
    varying = {name: number for name, number in numbers.items() if name not in fixed}
    problem = family(**fields, **shared)
    key = jax.random.fold_in(key, block["block"])
    voters = {"workers": workers} if "workers" in algorithm.parameters else {}

    def step(carry, now):
        x, memory = carry
        iteration, numbers = now
        drawing = _Drawing(problem, oracle, block["size"], jax.random.fold_in(key, iteration))
        measured = measure.quantity(problem, x, FLOATS)
        x, memory = algorithm.at(**fixed, **numbers, **voters).update(x, drawing.gradient, memory, drawing)
        return (x, memory), measured

    memory = algorithm.init(block["start"], FLOATS)
    iterations = jnp.arange(steps + 1)
    _, measured = jax.lax.scan(step, (block["start"], memory), (iterations, varying), length=steps + 1)
    return measured


class _Drawing(Floats):
    """Floats at one iteration, with a key of its own, in which gradients and votes are drawn."""

    def __init__(self, problem, oracle, size, key):
        self.problem, self.oracle, self.size, self.key = problem, oracle, size, key
        self.calls = 0

    def gradient(self, x):
        """~g at points x of shape (d, runs), independent of what was drawn before."""
        key = jax.random.fold_in(self.key, self.calls) if self.calls else self.key
        self.calls += 1
        return self.oracle.draw(key, self.problem.gradient(x, FLOATS), self.size)

    def votes(self, gradient, x, workers):
        """The mean of the workers' l1 norms and the sign of the sum of their signs; sign(0) = 0."""
        draws = [gradient(x) for _ in range(workers)]
        return sum(self.sum(self.abs(drawn)) for drawn in draws) / workers, self.sign(sum(map(self.sign, draws)))
