"""The loop over the steps of a run: trials, draws and ascents are scanned by it, compiled where they are on JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from signproof.checks.numbers.arrays import Ball, ball
from signproof.checks.numbers.either import either, is_jax
from signproof.checks.runs.plans import Stream
from signproof.theory.arithmetic import Arithmetic, Gradient, Vector
from signproof.theory.border.steps import begin
from signproof.theory.methods.gradient import Algorithm

Numbers: TypeAlias = Any
"""A number or a point in whatever arithmetic is at work, a problem over it, or a tree of numbers."""


def scanned(
    advance: Callable[[Any, Any, Any], Any],
    algorithm: Algorithm,
    varying: dict[str, Any],
    x: Vector,
    xp: Arithmetic,
    each: Any,  # a tree of arrays, as JAX has it
    steps: int | None = None,
    averages: bool = False,
    gradient: Gradient | None = None,
) -> Any:  # a tree of arrays
    """What `advance` measures at every step.

    Arguments: from (iterate, memory), what belongs to a step and the `Past` to the next (iterate, memory) and a
    quantity; the method, all numbers in it but those of `varying`, which go along axis 0 with the steps; the start; the
    arithmetic; what belongs to the steps, along axis 0; how many there are, if that is not told by it; whether the past
    is kept, for averages; the gradient of the first step.
    """
    past = (jax.tree.map(either.zeros_like, x), xp.rational(0, 1)) if averages else ()
    memory = begin(algorithm.at(**{name: number[0] for name, number in varying.items()}), x, xp, gradient)
    parts, form = jax.tree.flatten(memory, is_leaf=_is_ball)
    on_jax = is_jax(*jax.tree.leaves((x, each)))
    if on_jax and any(map(_is_one_number, parts)):
        first = jax.tree.map(lambda entry: entry[0], each)
        (_, after), _ = jax.eval_shape(advance, (x, memory), first, past)
        later, like = jax.tree.flatten(after, is_leaf=_is_ball)
        if str(form) == str(like):  # else the scan says that memory is to keep its form
            memory = jax.tree.unflatten(form, map(_for_each, parts, later))

    def step(carry: Any, now: Any) -> Any:
        (x, memory), past = carry
        after, found = advance((x, memory), now, past)
        return (after, (past[0] + x, past[1] + xp.rational(1, 1)) if averages else ()), found

    loop = jax.lax.scan if on_jax else looped
    return loop(step, ((x, memory), past), each, length=steps)[1]


def looped(step: Callable[[Any, Any], Any], carry: Numbers, each: Numbers, length: int | None = None) -> Numbers:
    """`jax.lax.scan` on NumPy's arrays, step by step; `carry` and `each` are trees of arrays, as there."""
    found = []
    for place in range(len(jax.tree.leaves(each)[0]) if length is None else length):
        carry, shown = step(carry, jax.tree.map(lambda array, place=place: array[place], each))
        found.append(shown)
    return carry, jax.tree.map(lambda *parts: np.stack(np.broadcast_arrays(*parts)), *found)


def read(stream: Stream, problem: Numbers, x: Vector, past: Numbers, xp: Arithmetic) -> Numbers:
    """What a stream is at x, when the sum of the iterates before and their number are `past`."""
    if stream.lag is not None:
        total, count = past
        x = total / count if stream.lag else (total + x) / (count + xp.rational(1, 1))
    return stream.measure.quantity(problem, x, xp)


def _is_ball(part: Any) -> bool:
    return isinstance(part, Ball)


def _is_one_number(part: Any) -> bool:
    """Whether it is one number for all instances; flags are none."""
    return isinstance(part, int | float | Ball) and not isinstance(part, bool) and getattr(part, "shape", ()) == ()


def _for_each(part: Any, later: Any) -> Any:
    """What a method remembers at first; where that is one number and a step makes one for each instance, as many."""
    if not _is_one_number(part) or not hasattr(later, "shape"):
        return part
    if isinstance(later, Ball) and later.shape != ():
        one = ball(part)
        return Ball(*(jnp.broadcast_to(entry, later.shape) for entry in (one.middle, one.radius)))
    if not isinstance(part, Ball) and jnp.issubdtype(getattr(later, "dtype", int), jnp.floating):
        return jnp.full(later.shape, float(part))
    return part
