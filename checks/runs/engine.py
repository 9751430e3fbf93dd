"""The engine: an algorithm on a batch of problems, starts and step sizes at once, in 64-bit.

The batch axis is last, the steps are one `lax.scan` on JAX, and only the asked-for quantities come back. A batch is run
in blocks that fit the caches of a core, and the blocks are divided among the devices that JAX has; how many that
are is for the program to say before JAX starts (`jax_num_cpu_devices`), never for the engine. Step sizes are
computed beforehand and handed over as numbers, so that one run is compiled for each (algorithm, family, shape)
whatever the formulas; the same code runs on floats and on balls, and it runs on NumPy's arrays, step by step, where
that takes less than to compile it (`_is_brief`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from sympy import Expr, Symbol

from signproof.checks.numbers.arrays import BALLS, FLOATS, Ball, ball, ends
from signproof.checks.numbers.either import either
from signproof.checks.posing.displaced import displaced
from signproof.checks.problems.base import Problem, Slope
from signproof.checks.runs.over_arrays import along
from signproof.checks.runs.plans import Read, Stream, plan
from signproof.checks.runs.scan import read, scanned
from signproof.theory.arithmetic import Arithmetic, Vector, evaluate
from signproof.theory.border.steps import move
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, k, l
from signproof.theory.terms.vectors import Least, x_k

BLOCK = 3 * 2**15
"""Bytes of the data and the points of one block: with what a step leaves behind it stays in a core's own cache."""
LANES = 8
"""A block's instances are a multiple of this many 64-bit numbers, the width of the widest vector registers."""
TOGETHER = 256
"""Formulas are evaluated for a multiple of this many instances: batches of all usual sizes share what is compiled."""
LEAST = Least(Read(0, l), (l, 0, k))
"""The minimum over the run, of which both ends are taken as they are."""
BRIEF = 2**21
"""Numbers, of data and of points, that the steps of a run touch at most if it is not worth compiling: about 0.1 s."""
STEPS = 128
"""Steps of such a run, at most."""
OPTIONS = {"xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"}
"""XLA hands sums to a library that is slow at short sums over long batches (docs/performance.md): products only."""


def run(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    steps: int,
    measures: Sequence[Measure | Stream],
    rigorous: bool = True,
    minimizer: np.ndarray | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run an algorithm on a batch and measure it at every iteration.

    Arguments:
        problem: a batch of problems. start: points, shape (d, batch). parameters: for each symbol in the
            algorithm's formulas an array of shape (batch,). steps: how many. measures: what to return, measures with a
            quantity or the streams of a `Plan`; ask for `Position` to get the iterates.
        rigorous: run on balls; otherwise on plain floats, several times faster, and both ends are the float.
        minimizer: where the method has the minimizers, from which all points are told, shape (d, batch); the origin
            if it is None.

    The batch may have two axes, (groups, starts): a field of shape (..., groups, 1) is then shared by the starts of
    its group, and products with a shared matrix become products of matrices. A group runs as one block.

    Returns for each measure floats below and above its quantity, of shape (steps + 1, batch), before any minimum
    over the run is taken; NaN or infinite ends say that nothing is known. Raises ValueError if the batch has
    neither one axis nor two.
    """
    batch = start.shape[1:]
    if len(batch) not in (1, 2):
        raise ValueError(f"start has shape {start.shape}: use (d, batch) or (d, groups, starts)")
    streams = tuple(each if isinstance(each, Stream) else Stream(each) for each in measures)
    brief = _is_brief(algorithm, problem, start, steps, streams)
    with jax.enable_x64(True), np.errstate(all="ignore"):
        fields = problem.arrays()
        numbers = _numbers(algorithm, problem, start, parameters, steps, rigorous, brief)
        if brief:
            rule, kind = _rule(algorithm), type(problem)
            known = {"algorithm": rule, "family": kind, "steps": steps, "measures": streams, "rigorous": rigorous}
            found = _run_block(fields, {}, (start, minimizer), numbers, **known)
            return [(pair[0], pair[-1]) for pair in found]
        shared = {name: fields.pop(name) for name in problem.shared}
        shape = _blocks(batch, fields, start)
        lay_out = partial(_in_blocks, batch=batch, shape=shape)
        compiled = _run if _options_known() else _run_plainly
        found = compiled(
            jax.tree.map(lay_out, fields),
            shared,
            (lay_out(start), None if minimizer is None else lay_out(minimizer)),
            jax.tree.map(lay_out, numbers),
            algorithm=_rule(algorithm),
            family=type(problem),
            steps=steps,
            measures=streams,
            rigorous=rigorous,
        )
        measured = [[_in_batch(end, batch) for end in pair] for pair in found]
    return [(pair[0], pair[-1]) for pair in measured]


@dataclass(frozen=True)
class Position(Measure):
    """x_k itself: shape (steps + 1, d, batch)."""

    @property
    def symbol(self):
        return x_k

    def quantity(self, problem: Problem, x: Vector, xp: Arithmetic) -> Vector:
        return x


def bound(
    formula: Expr, parameters: Mapping[Symbol, np.ndarray], start_value: tuple[np.ndarray, np.ndarray], steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Floats below and above a bound at k = 0, ..., steps, of shape (steps + 1, batch).

    Arguments: the formula; its parameters, shape (batch,); ends of V_0, shape (batch,).
    """
    with jax.enable_x64(True), np.errstate(all="ignore"):
        [found] = _evaluated((formula,), parameters, start_value, start_value[0].shape, steps)
        low, high = ends(found)
        return np.asarray(low), np.asarray(high)


def measured(
    measure: Measure,
    streams: Sequence[tuple[np.ndarray, np.ndarray]],
    parameters: Mapping[Symbol, np.ndarray],
    start_value: tuple[np.ndarray, np.ndarray],
    steps: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Floats below and above a measure at k = 0, ..., steps, of shape (steps + 1, batch).

    Arguments: the measure; what `run` gave for the streams of its plan; its parameters, shape (batch,); ends of V_0.
    """
    formula, first = plan(measure).quiet, streams[0]
    if formula == Read(0, k):
        return first
    if formula == LEAST:
        return np.minimum.accumulate(first[0], axis=0), np.minimum.accumulate(first[1], axis=0)
    used = {symbol: values for symbol, values in parameters.items() if symbol in formula.free_symbols}
    with jax.enable_x64(True), np.errstate(all="ignore"):
        [found] = _evaluated((formula,), used, start_value, start_value[0].shape, steps, streams)
        low, high = ends(found)
        return np.asarray(low), np.asarray(high)


def _numbers(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    steps: int,
    rigorous: bool,
    brief: bool,
) -> dict[str, Any]:
    """What the algorithm's formulas are at each iteration: arrays of shape (steps + 1, batch).

    Of floats that do not depend on k the first axis has length 1.
    """
    formulas, batch = algorithm.parameters, start.shape[1:]
    used = set().union(*(formula.free_symbols for formula in formulas.values()))
    parameters = {symbol: np.asarray(values, float) for symbol, values in parameters.items() if symbol in used}
    starts = _start_value if brief else _compiled_start_value
    value = starts(problem.arrays(), start, family=type(problem), rigorous=rigorous) if V0 in used else None
    if rigorous:
        found = _evaluated(tuple(formulas.values()), parameters, value, batch, steps)
        return dict(zip(formulas, found, strict=True))
    values: dict[Symbol, Any] = parameters | {k: np.arange(steps + 1.0).reshape(-1, *(1 for _ in batch))}
    if value is not None:
        values[V0] = np.asarray(value[0])
    numbers = {}
    for name, formula in formulas.items():
        length = steps + 1 if formula.has(k) else 1
        numbers[name] = np.broadcast_to(np.asarray(evaluate(formula, values, FLOATS), float), (length, *batch))
    return numbers


def _evaluated(
    formulas: tuple[Expr, ...],
    parameters: Mapping[Symbol, np.ndarray],
    start_value: Any,
    batch: tuple[int, ...],
    steps: int,
    streams: Sequence[tuple[np.ndarray, np.ndarray]] = (),
) -> list[Ball]:
    """Balls around formulas at k = 0, ..., steps, of shape (steps + 1, batch); of those of a plan, with its streams."""
    size = math.prod(batch)
    brief = steps <= STEPS and steps * size <= BRIEF
    pad = partial(np.pad, pad_width=(0, 0 if brief else -size % TOGETHER), mode="edge")

    def flat(values):
        return pad(np.broadcast_to(np.asarray(values, float), batch).reshape(size))

    named = {symbol.name: flat(values) for symbol, values in parameters.items()}
    value = None if start_value is None else tuple(map(flat, start_value))
    wide = [tuple(np.stack([flat(row) for row in end]) for end in stream) for stream in streams]
    evaluated = _formulas if brief else _compiled_formulas
    found = evaluated(named, value, wide, formulas=formulas, steps=steps, size=len(pad(np.zeros(size))))
    return jax.tree.map(lambda array: np.asarray(array)[:, :size].reshape(-1, *batch), found)


def _formulas(parameters, start_value, streams, *, formulas, steps, size):
    values: dict[Symbol, Any] = {Symbol(name, real=True): ball(array) for name, array in parameters.items()}
    if start_value is not None:
        values[V0] = BALLS.interval(*start_value)
    streams = [BALLS.interval(*stream) for stream in streams]
    found = [ball(along(formula, values, steps, 1, BALLS, streams)) for formula in formulas]
    return jax.tree.map(lambda array: either.broadcast_to(array, (steps + 1, size)), found)


def _start_value(arrays, start, *, family, rigorous):
    value = family(**arrays).suboptimality(ball(start) if rigorous else start, BALLS if rigorous else FLOATS)
    return ends(value) if rigorous else (value, value)


_compiled_formulas = jax.jit(_formulas, static_argnames=("formulas", "steps", "size"))
_compiled_start_value = jax.jit(_start_value, static_argnames=("family", "rigorous"))


def _is_brief(
    algorithm: Algorithm, problem: Problem, start: np.ndarray, steps: int, measures: Sequence[Stream]
) -> bool:
    """Whether a run is over on NumPy's arrays before it could be compiled. What users write is always compiled: it is
    traced once, whatever it does, and what JAX's arrays do not allow is said."""
    parts = [getattr(algorithm, field.name) for field in dataclasses.fields(algorithm)]
    ours = all(map(_is_ours, (algorithm, *parts, problem, *(stream.measure for stream in measures))))
    numbers = start.size + sum(field.size for field in problem.arrays().values())
    # data that all instances share meet each of them: no small run
    return ours and not problem.shared and start.ndim == 2 and steps <= STEPS and (steps + 1) * numbers <= BRIEF


def _is_ours(part: object) -> bool:
    """Whether it is of this package, or plain."""
    module = type(part).__module__
    return module.startswith(("signproof.theory.", "signproof.checks.problems.", "sympy.")) or module == "builtins"


def _all_blocks(fields, shared, start, numbers, *, algorithm, family, steps, measures, rigorous):
    """All blocks, on all devices; the batch axes of what is given are (blocks, instances of a block)."""
    run_block = jax.jit(  # traced once, though asked for its shapes first
        partial(_run_block, algorithm=algorithm, family=family, steps=steps, measures=measures, rigorous=rigorous),
        inline=True,
    )

    def block(index, fields, shared, start, numbers):
        at = partial(jax.lax.dynamic_index_in_dim, index=index, axis=-2, keepdims=False)
        return run_block(jax.tree.map(at, fields), shared, jax.tree.map(at, start), jax.tree.map(at, numbers))

    shapes = jax.eval_shape(block, 0, fields, shared, start, numbers)

    def run_blocks(*arguments):
        def write(index, found):
            put = partial(jax.lax.dynamic_update_index_in_dim, index=index, axis=-2)
            return jax.tree.map(put, found, block(index, *arguments))

        count = arguments[2][0].shape[-2]
        empty = jax.tree.map(lambda part: jnp.zeros((*part.shape[:-1], count, part.shape[-1])), shapes)
        return jax.lax.fori_loop(0, count, write, empty)

    def divided(tree, axis=-2):
        return jax.tree.map(lambda array: PartitionSpec(*[None] * (array.ndim + axis), "device"), tree)

    if jax.local_device_count() > 1:
        run_blocks = jax.shard_map(
            run_blocks,
            mesh=Mesh(np.array(jax.local_devices()), ("device",)),
            in_specs=(divided(fields), PartitionSpec(), divided(start), divided(numbers)),
            out_specs=divided(shapes, axis=-1),
            check_vma=False,
        )
    return run_blocks(fields, shared, start, numbers)


_STATIC = ("algorithm", "family", "steps", "measures", "rigorous")
_run = jax.jit(_all_blocks, static_argnames=_STATIC, compiler_options=OPTIONS)
_run_plainly = jax.jit(_all_blocks, static_argnames=_STATIC)


@cache
def _options_known() -> bool:
    """Whether the installed XLA has OPTIONS, which are experimental: without them it is slower, not wrong."""
    try:
        jax.jit(jnp.negative, compiler_options=OPTIONS).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True


def _run_block(fields, shared, start, numbers, *, algorithm, family, steps, measures, rigorous):
    xp: Any = BALLS if rigorous else FLOATS
    problem = _Remembering(family(**fields, **shared))
    fixed = {name: number[0] for name, number in numbers.items() if number.shape[0] == 1}
    varying = {name: number for name, number in numbers.items() if name not in fixed}

    start, place = start

    def at(**numbers):
        return displaced(algorithm.at(**numbers), place)

    def advance(carry, now, past):
        x, memory = carry
        measured = tuple(read(stream, problem, x, past, xp) for stream in measures)
        x, memory = move(at(**fixed, **now), x, Slope(problem, xp), memory, xp)
        return (x, memory), measured

    x = ball(start) if rigorous else start
    averages = any(stream.lag is not None for stream in measures)
    first = partial(problem.gradient, xp=xp)
    measured = scanned(advance, at(**fixed), varying, x, xp, varying, steps + 1, averages, first)
    return tuple(ends(quantity) if rigorous else (quantity,) for quantity in measured)


class _Remembering:
    """A problem that remembers its last gradient: measures and step ask for it at the same point."""

    def __init__(self, problem: Problem):
        self._problem, self._point, self._gradient = problem, None, None

    def gradient(self, x, xp):
        if x is not self._point:
            self._point, self._gradient = x, self._problem.gradient(x, xp)
        return self._gradient

    def __getattr__(self, name):
        return getattr(self._problem, name)


def _blocks(batch: tuple[int, ...], fields: Mapping[str, np.ndarray], start: np.ndarray) -> tuple[int, int]:
    """How many blocks, a multiple of the number of devices, and how many instances in each."""
    devices = jax.local_device_count()
    if len(batch) == 2:
        return _multiple(batch[0], devices), batch[1]
    numbers = sum(math.prod(field.shape[:-1]) for field in fields.values()) + len(start)
    fit = max(LANES, BLOCK // (8 * numbers) // LANES * LANES)
    count = _multiple(math.ceil(batch[0] / fit), devices)
    return count, _multiple(math.ceil(batch[0] / count), LANES)


def _multiple(number: int, unit: int) -> int:
    """The next multiple of a unit."""
    return -(-number // unit) * unit


def _in_blocks(array: Any, batch: tuple[int, ...], shape: tuple[int, int]) -> np.ndarray:
    """The batch axes laid out as (blocks, instances of a block), filled up with copies of the last ones."""
    array = np.asarray(array)
    own = array.shape[: -len(batch)]
    if len(batch) == 1:
        return _filled(array, -1, math.prod(shape)).reshape(*own, *shape)
    return _filled(array, -2, shape[0])


def _filled(array: np.ndarray, axis: int, length: int) -> np.ndarray:
    missing = length - array.shape[axis]
    if not missing:
        return array
    return np.concatenate([array, np.repeat(np.take(array, [-1], axis), missing, axis)], axis)


def _in_batch(array: jax.Array, batch: tuple[int, ...]) -> np.ndarray:
    """The batch axes as they were given."""
    found = np.asarray(array)
    if len(batch) == 1:
        return found.reshape(*found.shape[:-2], -1)[..., : batch[0]]
    return found[..., : batch[0], :]


def _rule(algorithm: Algorithm) -> Algorithm:
    """A method without its formulas, and without a class that only sets defaults: compiled once for all of them."""
    own, base = type(algorithm), type(algorithm).__base__
    if base is not None and issubclass(base, Algorithm) and base is not Algorithm:
        fields = {field.name: getattr(algorithm, field.name) for field in dataclasses.fields(algorithm)}
        own_parts = {name for name in vars(own) if not name.startswith("__")} - {"_abc_impl", *fields}
        if not own_parts and {field.name for field in dataclasses.fields(base)} == set(fields):
            return _rule(base(**fields))
    return algorithm.at(**{name: Symbol(name) for name in algorithm.parameters})
