"""A formula along many runs at once, on arrays: measures read off streams, and bounds with sums over the iterations.

The iterations go along axis 0; within a sum the index l does, and k comes after it. On JAX the sums are compiled loops,
of balls where the numbers are balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import jax
import numpy as np
from sympy import Expr, Product, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from signproof.checks.numbers.arrays import BALLS, Ball, ball
from signproof.checks.numbers.either import either, is_jax
from signproof.checks.posing.domain import Unsupported
from signproof.checks.runs.over_run import skeleton_of
from signproof.checks.runs.plans import Read
from signproof.checks.runs.scan import looped
from signproof.theory.arithmetic import evaluate
from signproof.theory.symbols import k, l
from signproof.theory.terms.vectors import Least

Arrays: TypeAlias = Any
"""Arrays of JAX in floats or in balls, or their arithmetic."""


def along(
    formula: Expr, values: Mapping[Symbol, Any], steps: int, axes: int, xp: Arrays, streams: Sequence[Any] = ()
) -> Arrays:
    """A formula at k = 0, ..., steps: what broadcasts to shape (steps + 1, batch).

    Arguments: the formula, without means; values of its symbols besides k and l, with the axes of the batch; the last
    iteration; how many axes the batch has; the arithmetic: balls or floats on JAX, or NumPy's floats; for a measure,
    what its streams are, shape (steps + 1, batch). Where it has no value, the entries are NaN or infinite. Raises
    Unsupported for a sum whose last index depends on a parameter.
    """
    return _Along(values, steps, axes, xp, streams).number(formula, None)


class _Along:
    def __init__(self, values: Mapping[Symbol, Any], steps: int, axes: int, xp: Any, streams: Sequence[Any]):
        self.values, self.steps, self.axes, self.xp, self.streams = values, steps, axes, xp, streams

    def _whole(self, count: int) -> Any:
        """0, 1, 2, ... along axis 0."""
        numbers = np.arange(float(count)).reshape(-1, *(1,) * self.axes)
        return ball(numbers) if self.xp is BALLS else numbers

    def number(self, formula: Expr, index: Any) -> Any:
        """A formula at every k or, within a sum, for every l and k; the index is then l along axis 0."""
        skeleton, parts = skeleton_of(formula)
        iterations = self._whole(self.steps + 1)
        here = {**self.values, k: iterations} if index is None else {**self.values, k: iterations[None], l: index}
        for symbol, part in parts.items():
            here[symbol] = self._read(part, index) if isinstance(part, Read) else self._fold(part)
        return evaluate(skeleton, here, self.xp)

    def _read(self, part: Read, index: Any) -> Any:
        stream = self.streams[int(part.args[0])]
        stream = stream[:1] if part.args[1] == 0 else stream
        if index is None:
            return stream
        return stream[: _shape(index)[0], None] if part.args[1] == l else stream[None]

    def _fold(self, part: ExprWithLimits) -> Any:
        """A sum, a product or a minimum over l = 0, ..., last, at every k."""
        last = part.limits[0][2]
        if not last.free_symbols <= {k}:
            raise Unsupported(f"the last index of {part} depends on a parameter")
        until = [int(last.subs(k, step)) for step in range(self.steps + 1)]
        count = max(1, *(end + 1 for end in until))
        if part.has(Read) and count > self.steps + 1:
            raise Unsupported(f"{part} goes beyond the last iteration")
        each = self.number(part.function, self._whole(count)[:, None])
        rank = self.axes + 2
        each = _map(lambda array: _ranked(array, rank), each)
        inside = np.arange(count)[:, None] <= np.asarray(until)[None]
        inside = inside.reshape(*inside.shape, *(1,) * self.axes)
        shape = np.broadcast_shapes(_shape(each)[1:], inside.shape[1:])
        each = _map(lambda array: either.broadcast_to(array, (count, *shape)), each)

        def join(total: Any, given: tuple[Any, Any]) -> Any:
            entry, counts = given
            if isinstance(part, Least):
                joined = -self.xp.larger(-total, -entry)
                joined = self._choose(self._nothing(total), entry, joined)
            else:
                joined = total * entry if isinstance(part, Product) else total + entry
            return self._choose(counts, joined, total)

        first = {Least: np.nan, Product: 1.0}.get(type(part), 0.0)
        start = _map(lambda array: either.full(array.shape[1:], first), each)
        if isinstance(start, Ball):
            start = Ball(start.middle, either.zeros(start.middle.shape))
        return self._joined(join, start, each, inside)

    def _choose(self, condition: Any, one: Any, other: Any) -> Any:
        return jax.tree.map(lambda a, b: either.where(condition, a, b), one, other)

    def _nothing(self, total: Any) -> Any:
        return either.isnan(getattr(total, "middle", total))

    def _joined(self, join: Callable[[Any, tuple[Any, Any]], Any], start: Any, each: Any, inside: np.ndarray) -> Any:
        loop = jax.lax.scan if is_jax(*jax.tree.leaves((start, each))) else looped
        return loop(lambda total, given: (join(total, given), None), start, (each, inside))[0]


def _map(function: Callable[[Any], Any], numbers: Any) -> Any:
    return jax.tree.map(function, numbers)


def _shape(numbers: Any) -> tuple[int, ...]:
    return np.shape(getattr(numbers, "middle", numbers))


def _ranked(array: Any, rank: int) -> Any:
    """An array with axes of length 1 before its own, so that it has so many."""
    return (
        array.reshape((1,) * (rank - array.ndim) + array.shape)
        if hasattr(array, "reshape")
        else np.full((1,) * rank, array)
    )
