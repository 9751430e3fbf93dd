"""Runs with stochastic gradients that are drawn on JAX: many runs of each instance at once, in 64-bit floats.

Runs are numbered, and BLOCK of them are advanced together, with a key made from the seed, the block's number and k. So
what a run draws depends on the seed, its number and k alone: it is the same however many runs there are besides, and
however the blocks are divided among devices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from sympy import Symbol

from signproof.checks.gradients.drawn import DrawnGradient
from signproof.checks.numbers.arrays import FLOATS, Floats
from signproof.checks.numbers.keys import make_key
from signproof.checks.problems.base import Problem
from signproof.checks.runs.plans import Stream
from signproof.checks.runs.scan import read, scanned
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import Guarded, move
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, k

BLOCK = 2048
"""Runs of a block: their points, gradients and draws stay in a core's own cache. Another number gives other draws."""


def samples(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    oracle: DrawnGradient,
    size: np.ndarray,
    steps: int,
    runs: int,
    measures: Sequence[Measure | Stream],
    seed: int,
    workers: int = 1,
    first: int = 0,
) -> list[np.ndarray]:
    """Draw runs of an algorithm and measure them at every iteration.

    Arguments:
        problem, start, parameters: a batch of problems, starts (d, batch), values of shape (batch,) of the symbols in
            the algorithm's formulas.
        oracle, size: where gradients are drawn from, and the size of the noise of each instance, shape (batch,).
        steps, runs: how many steps, and how many runs of each instance. seed: of the draws.
        measures: what to return, measures with a quantity or the streams of a `Plan`.
        workers: how many draw at every point, for algorithms that ask for their votes.
        first: number of the first block, so that later calls go on with others.

    Returns the measures, each of shape (steps + 1, batch, runs). Raises ValueError if a size is not positive.
    """
    batch = start.shape[1]
    if not (np.asarray(size) > 0).all():
        raise ValueError(f"the size of the noise must be positive, not {np.min(size)}")
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
        key, indices = make_key(seed), np.arange(first, first + count)
        draw = partial(_draws, oracle=oracle, steps=steps, d=len(start))
        found = _run(
            blocks,
            [draw(indices, jax.random.fold_in(key, worker)) for worker in range(workers)],
            shared,
            np.array([float(oracle.cut), float(oracle.top)]),
            algorithm=algorithm.at(**{name: Symbol(name) for name in numbers}),
            family=type(problem),
            streams=tuple(each if isinstance(each, Stream) else Stream(each) for each in measures),
        )

    def laid_out(read: Any) -> np.ndarray:
        values = np.moveaxis(np.asarray(read), 0, 1).reshape(steps + 1, -1)[:, : batch * runs]
        return np.moveaxis(values.reshape(steps + 1, runs, batch), 1, 2)

    return [*map(laid_out, found)]


def _numbers(
    algorithm: Algorithm, problem: Problem, start: np.ndarray, parameters: Mapping[Symbol, np.ndarray], steps: int
) -> dict[str, np.ndarray]:
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


def _divided(function: Any, divided: int) -> Any:
    """A function of blocks along axis 0, divided among the devices; the arguments after the first few are shared."""
    if jax.local_device_count() == 1:
        return function
    mesh = Mesh(np.array(jax.local_devices()), ("device",))

    def on_all(*arguments):
        specs = (PartitionSpec("device"),) * divided + (PartitionSpec(),) * (len(arguments) - divided)
        mapped = jax.shard_map(function, mesh=mesh, in_specs=specs, out_specs=PartitionSpec("device"), check_vma=False)
        return mapped(*arguments)

    return on_all


@partial(jax.jit, static_argnames=("oracle", "steps", "d"))
def _draws(indices, key, *, oracle, steps, d):
    """What one worker draws in each block at k = 0, ..., steps: a and b, (blocks, steps + 1, d, BLOCK) or less."""

    def draw(key, iteration):
        pair = oracle.draw(jax.random.fold_in(key, iteration), (d, BLOCK))
        return tuple(jnp.atleast_2d(part) for part in pair)

    def draw_all(indices, key):
        def of_block(index):
            return jax.lax.map(partial(draw, jax.random.fold_in(key, index)), jnp.arange(steps + 1))

        return jax.lax.map(of_block, indices)

    return _divided(draw_all, 1)(indices, key)


@partial(jax.jit, static_argnames=("algorithm", "family", "streams"))
def _run(blocks, draws, shared, region, *, algorithm, family, streams):
    def advance(blocks, draws, shared, region):
        def one(block):
            return _run_block(block[0], block[1], shared, region, algorithm=algorithm, family=family, streams=streams)

        return jax.lax.map(one, (blocks, draws))

    return _divided(advance, 2)(blocks, draws, shared, region)


def _run_block(
    block: Any,
    draws: Any,
    shared: Any,
    region: Any,
    *,
    algorithm: Algorithm,
    family: type[Problem],
    streams: tuple[Stream, ...],
) -> Any:
    fields = {name.removeprefix("field "): array for name, array in block.items() if name.startswith("field ")}
    numbers = {name.removeprefix("number "): array for name, array in block.items() if name.startswith("number ")}
    fixed = {name: number[0] for name, number in numbers.items() if number.shape[0] == 1}
    varying = {name: number for name, number in numbers.items() if name not in fixed}
    if "workers" in algorithm.parameters:
        fixed["workers"] = len(draws)
    problem = family(**fields, **shared)

    guarded, averages = Guarded(problem), any(stream.lag is not None for stream in streams)

    def advance(carry, now, past):
        x, memory = carry
        numbers, drawn = now
        drawing = _Drawing(problem, block["size"], region, drawn)
        quantity = tuple(read(stream, guarded, x, past, FLOATS) for stream in streams)
        x, memory = move(algorithm.at(**fixed, **numbers), x, drawing.gradient, memory, drawing)
        return (x, memory), quantity

    first = _Drawing(problem, block["size"], region, jax.tree.map(lambda drawn: drawn[0], draws)).gradient
    return scanned(
        advance, algorithm.at(**fixed), varying, block["start"], FLOATS, (varying, draws), None, averages, first
    )


class _Drawing(Floats):
    """Floats at one iteration, in which each worker drew a pair (a, b) of shape (d, runs)."""

    def __init__(self, problem, size, region, drawn):
        self.problem, self.size, self.region, self.drawn = problem, size, region, drawn

    def gradient(self, x):
        """~g at points x of shape (d, runs), as the first worker drew it."""
        return self._estimates(x, self.drawn[:1])[0]

    def votes(self, gradient, x, workers):
        """The mean of the workers' l1 norms and the sign of the sum of their signs; sign(0) = 0."""
        draws = self._estimates(x, self.drawn)
        return sum(self.sum(self.abs(drawn)) for drawn in draws) / workers, self.sign(sum(map(self.sign, draws)))

    def _estimates(self, x, drawn):
        g, s, (cut, top) = self.problem.gradient(x, FLOATS), self.size, self.region
        lengths = jnp.abs(g)
        noisy = (jnp.sum(lengths, axis=0) <= top * s) & (lengths >= cut * s)
        return [jnp.where(noisy, a * g + s * b, g) for a, b in drawn]
