"""Optax gradient transformations as algorithms of this package: traced once, and followed in every arithmetic.

In float64 what is followed is the rule itself, as on paper, its literals the rationals that they are. In float32 or
bfloat16 parameters, gradients and state are of that dtype, as they are shipped, and the balls hold every run in it
beside the exact one, if it starts at a point of that dtype (`Rule.start`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from signproof.checks.numbers.arrays import BALLS, FLOATS
from signproof.checks.problems.base import Problem
from signproof.checks.variants.layout import Laying, Layout
from signproof.checks.variants.objective import SLOPE, Objective, asks, in_floats, objective
from signproof.checks.variants.traced import Unfollowed, cast, evaluate, follow, widened
from signproof.checks.variants.wrapped import Made, wrapped
from signproof.theory.arithmetic import Arithmetic, Memory, Vector
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.misuse import named

Given: TypeAlias = Any
"""What an optimizer is given and gives: arrays, numbers, its transformation."""

DTYPES = ("float64", "float32", "bfloat16")
TRACES = 33
"""How often an update is traced, to see whether Python remembers the times before: once more than a quick run steps."""
GRID = 2.0**-40
"""Starts of runs whose minimizer is not the origin are multiples of it: then moving them there is exact."""

Factory = Callable[[Any], Any]
"""From a step size to an `optax.GradientTransformation`."""


class Misbehaves(Exception):
    """What a variant does that no gradient transformation may; `step` says when, 0 in `init`."""

    def __init__(self, step: int, what: str, instance: str = ""):
        super().__init__(what)
        self.step, self.instance = step, instance


@dataclass(frozen=True, eq=False)
class Trace:
    """A variant in d dimensions as JAX traced it."""

    init: ClosedJaxpr
    """(step size, parameters) to the leaves of the state."""
    update: ClosedJaxpr
    """(step size, gradient, parameters, f - f*, *leaves of the state) to the updates and the leaves of the next state.
    """
    judged: ClosedJaxpr | None = None
    """(parameters, *leaves of the state) to the parameters at which it is judged, if gradients are taken elsewhere."""

    @cached_property
    def looks_at_parameters(self) -> bool:
        """Whether the update depends on the parameters beside their gradient, or the first state does."""
        return any(part.jaxpr.invars[at] in _needed(part.jaxpr) for part, at in ((self.update, 2), (self.init, 1)))

    @cached_property
    def asks_for_value(self) -> bool:
        """Whether the update depends on the value of f."""
        return self.update.jaxpr.invars[3] in _needed(self.update.jaxpr)

    @cached_property
    def asks_for_function(self) -> bool:
        """Whether it asks for f or its gradient at points of its own."""
        return asks(self.update.jaxpr)

    @cached_property
    def waits(self) -> bool:
        """Whether the state begins with numbers in it that are known only at the first step."""
        return bool({*self.init.jaxpr.invars} & _needed(self.init.jaxpr))


class Rule:
    """A factory, the dtype that it is run in, and how its parameters are laid out.

    A factory may say the latter itself, as a function `parameters` of a vector that is an attribute of it.
    """

    def __init__(self, factory: Factory, dtype: str = "float64", laying: Laying | None = None):
        self.factory, self.dtype = factory, dtype
        self.laying = getattr(factory, "parameters", None) or laying
        self._traces: dict[int, Trace] = {}

    def start(self, start: np.ndarray, shift: float = 0.0) -> np.ndarray:
        """The nearest points at which a run in this dtype can start, the origin being the minimizer."""
        if self.dtype == "float64":
            return start
        place = np.asarray(np.asarray(start + shift).astype(jnp.dtype(self.dtype)), float)
        return place if not shift else np.round(place / GRID) * GRID - shift

    def trace(self, d: int) -> Trace:
        """The variant in d dimensions. Raises Misbehaves, or Unfollowed for an operation that cannot be followed."""
        if d not in self._traces:
            with jax.enable_x64(self.dtype == "float64"):
                self._traces[d] = self._traced(d)
        return self._traces[d]

    def layout(self, d: int) -> Layout:
        """How d coordinates are laid out. Raises Misbehaves if that is not said rightly."""
        try:
            return Layout(d, self.laying)
        except Exception as error:  # whatever a user's function raises
            raise Misbehaves(0, f"its parameters cannot be laid out: {named(error)}"[:300]) from error

    def _traced(self, d: int) -> Trace:
        scalar, vector = (jax.ShapeDtypeStruct(shape, self.dtype) for shape in ((), (d,)))
        structures: list[Any] = []
        layout = self.layout(d)

        def init(step_size, parameters):
            made = made_by(self.factory, step_size)
            leaves, structure = jax.tree.flatten(made.init(layout.tree(parameters)))
            structures.append(structure)
            return [jnp.asarray(leaf) for leaf in leaves]

        def update(step_size, gradient, parameters, value, *leaves):
            state = jax.tree.unflatten(structures[0], leaves)
            made = made_by(self.factory, step_size)
            updates, state = stepped(made, layout, gradient, state, parameters, value, TRACED)
            after, structure = jax.tree.flatten(state)
            if updates.shape != gradient.shape or not jnp.issubdtype(updates.dtype, jnp.floating):
                raise Misbehaves(1, f"it turns gradients {_typed(gradient)} into updates {_typed(updates)}")
            if structure != structures[0]:
                raise Misbehaves(1, "its state changes structure")
            after = [jnp.asarray(leaf) for leaf in after]
            for before, now in zip(leaves, after, strict=True):
                if (before.shape, before.dtype) != (now.shape, now.dtype):
                    raise Misbehaves(1, f"its state changes from {_typed(before)} to {_typed(now)}")
            return [updates, *after]

        def judged(parameters, *leaves):
            state, where = jax.tree.unflatten(structures[0], leaves), made_by(self.factory, 0.125).judged
            assert where is not None
            return [layout.flat(where(state, layout.tree(parameters)))]

        begun = _tracing(0, init, scalar, vector)
        state = [jax.ShapeDtypeStruct(entry.shape, entry.dtype) for entry in begun.out_avals]
        updated = _tracing(1, update, scalar, vector, vector, scalar, *state)
        if not self._traces:  # Python remembers, or not, in every dimension alike
            self._check_memory(vector, structures[0], state, layout)
        elsewhere = made_by(self.factory, 0.125).judged and _tracing(1, judged, vector, *state)
        for part in (begun, updated, *([elsewhere] if elsewhere else [])):
            follow(part)
        return Trace(begun, updated, elsewhere)

    def _check_memory(self, vector, structure, state, layout):
        """Raises Misbehaves if a transformation is another when traced again: its state is not all that it keeps."""
        made: list[Any] = []

        def update(gradient, parameters, *leaves):
            if not made:
                made.append(made_by(self.factory, 0.125))
            state, value = jax.tree.unflatten(structure, leaves), jnp.sum(gradient)
            return stepped(made[0], layout, gradient, state, parameters, value, TRACED)

        texts: list[str] = []
        for number in range(1, TRACES + 1):
            # a function of its own each time: JAX keeps what it traced before
            traced = _tracing(number, lambda *given: update(*given), vector, vector, *state)
            constants = [x if isinstance(x, jax.core.Tracer) else np.asarray(x).tolist() for x in traced.consts]
            texts.append(re.sub("0x[0-9a-f]+", "", f"{traced} {constants}"))
            if texts[-1] != texts[0]:
                raise Misbehaves(number, "it keeps Python state: equal calls give different results")


TRACED = Objective(objective, SLOPE.bind)
"""The objective of whatever problem."""


def stepped(
    made: Made,
    layout: Layout,
    gradient: Given,
    state: Given,
    parameters: Given,
    value: Given,
    f: Objective,
) -> tuple[Given, Given]:
    """The updates, a vector, and the next state of an optimizer that is handed what it takes.

    Arguments: the optimizer; how its parameters are laid out; the gradient, a vector; the state; the parameters, a
    vector; f - f* there; the functions at other points.
    """
    slope = layout.tree(gradient)

    def value_fn(parameters):
        return f.value(layout.flat(parameters))

    def grad_fn(parameters, *more):
        return layout.tree(f.slope(layout.flat(parameters)))

    given = {"value": value, "grad": slope, "value_fn": value_fn, "grad_fn": grad_fn}
    updates, state = made.update(slope, state, layout.tree(parameters), **given)
    return layout.flat(updates), state


def made_by(factory: Factory, step_size: Given) -> Made:
    """The optimizer that a factory makes. Raises Misbehaves if it makes none."""
    made = factory(step_size)
    found = wrapped(made)
    if found is None:
        raise Misbehaves(0, f"the factory returns {made!r:.60}, not an optax.GradientTransformation")
    return found


def _tracing(step: int, function: Callable, *shapes: Any) -> ClosedJaxpr:
    try:
        return jax.make_jaxpr(function)(*shapes)
    except Misbehaves:
        raise
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        line = str(error).split("\n")[0][:120]
        hint = (
            "; let a schedule return factors between 0 and 1, and multiply by the step size afterwards"
            if step == 0
            else ""
        )
        what = f"it is not jittable: Python or NumPy needs a value known only at run time{hint} ({line})"
        raise Misbehaves(step, what) from error
    except jax.errors.UnexpectedTracerError as error:
        raise Misbehaves(step, "it keeps Python state: values of one call are used in another") from error
    except (Exception, SystemExit) as error:
        raise Misbehaves(step, f"it raises {named(error)}"[:300]) from error


def _typed(x: Any) -> str:
    return f"of shape {x.shape} and dtype {x.dtype}"


def _needed(jaxpr: Any) -> set[Any]:
    """The variables that the results of a trace depend on; a call depends on all that it is given."""
    needed = {variable for variable in jaxpr.outvars if not isinstance(variable, Literal)}
    for equation in reversed(jaxpr.eqns):
        if needed & {*equation.outvars}:
            needed |= {variable for variable in equation.invars if not isinstance(variable, Literal)}
    return needed


@dataclass(frozen=True)
class Variant(Algorithm):
    """A gradient transformation as a method: x+ = x + update(grad f(x)).

    Arguments: the step size, a formula; in what place of its parameters the minimizer of f is, the same in each
    coordinate; the transformation; the dtype of whose precision, if any, parameters and gradients are stored in floats.
    """

    step_size: Any
    shift: Any
    rule: Rule
    stored: str = ""

    def __str__(self):
        return f"{getattr(self.rule.factory, '__name__', 'variant')}({self.step_size})"

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        """Whether a step was made, None if that does not matter; where gradients are taken, told from the minimizer,
        None if at x; and the leaves of the state."""
        trace, one_by_one = self.rule.trace(len(x)), xp in (BALLS, FLOATS)
        place = None if trace.judged is None else x
        if trace.waits and not one_by_one:
            return False, place, None
        nothing = cast(jnp.zeros(x.shape[1:]), self.rule.dtype, xp) if one_by_one else xp.rational(0, 1)
        state = _followed(trace.init, (nothing, cast(x, self.rule.dtype, xp)), x, xp)
        return (jnp.zeros(x.shape[1:], bool) if trace.waits else None), place, state

    def update(self, x: Vector, gradient: Given, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        trace, dtype = self.rule.trace(len(x)), self.rule.dtype
        begun, elsewhere, state = memory
        x = x if elsewhere is None else elsewhere
        place = x + self.shift
        step_size, g, parameters = (cast(entry, dtype, xp) for entry in (self.step_size, gradient(x), place))
        if xp is FLOATS and self.stored:
            g, parameters = _stored(g, self.stored), _stored(parameters, self.stored)
        if begun is not None and begun is not True:
            first = _followed(trace.init, (step_size, parameters), x, xp)
            state = first if begun is False else jax.tree.map(lambda a, b: jnp.where(begun, a, b), state, first)
            begun = True if begun is False else jnp.ones_like(begun)
        value = cast(gradient.value(x) if trace.asks_for_value else x[0] * 0, dtype, xp)
        given = (step_size, g, parameters, value, *state)
        posed = (gradient, self.shift, dtype) if trace.asks_for_function else None
        change, *state = _followed(trace.update, given, x, xp, posed)
        if xp is FLOATS:
            parameters = (parameters + change).astype(dtype)  # as optax.apply_updates does
            parameters = _stored(parameters, self.stored) if self.stored else parameters
            after = parameters.astype(x.dtype) - self.shift
        else:
            wide = trace.update.out_avals[0].dtype != jnp.dtype(dtype)  # then it is rounded there, and back
            after = widened(x + change, place + change, dtype, xp, 2 if wide else 1)
        if trace.judged is None:
            return after, (begun, None, state)
        [judged] = _followed(trace.judged, (cast(after + self.shift, dtype, xp), *state), x, xp)
        judged = judged.astype(x.dtype) if xp is FLOATS else judged
        return judged - self.shift, (begun, after, state)


def _stored(x: Any, dtype: str) -> Any:
    """Numbers with as many significant bits as that dtype has, but with the exponents of float64."""
    return jax.lax.reduce_precision(x, exponent_bits=11, mantissa_bits=int(jnp.finfo(dtype).nmant))


def _followed(traced: ClosedJaxpr, arguments: Sequence[Any], x: Any, xp: Any, posed: Any = None) -> list[Any]:
    """What a trace gives for one instance, or for each of a batch: its axes come last, as those of x do.

    Arguments: the trace; what it is given; the point; the arithmetic; if the trace asks for the objective, its
    gradient, where the minimizer is, and the dtype.
    """
    if xp not in (BALLS, FLOATS):
        return evaluate(traced, arguments, xp, None if posed is None else _exact_objective(*posed))
    if posed is None:
        function = in_floats(traced, None) if xp is FLOATS else lambda *given: evaluate(traced, given, xp)
    else:
        gradient, shift, dtype = posed
        problem, place = gradient.posed()
        if len(x.shape) > 2:
            raise Unfollowed("value_fn on many starts of one problem at once")
        place = x * 0 + (place + shift)
        arguments = (place, problem.batched(), *arguments)

        def function(place, fields, *given):
            return _asking(traced, problem.holding(fields), place, dtype, xp)(*given)

    for _ in x.shape[1:]:
        function = jax.vmap(function, in_axes=-1, out_axes=-1)
    return list(function(*arguments))


def _exact_objective(gradient: Given, shift: Given, dtype: str) -> Objective:
    return Objective(lambda y: gradient.value(y - shift), lambda y: gradient(y - shift))


def _asking(traced: ClosedJaxpr, problem: Any, place: Given, dtype: str, xp: Any) -> Callable[..., list[Any]]:
    """A trace as a function, for one instance whose minimizer is at that place of the optimizer's parameters."""

    def at(function):
        def here(y):
            wide = y.astype(place.dtype) if xp is FLOATS else y
            return cast(function(wide - place, xp), dtype, xp)

        return here

    f = Objective(at(problem.suboptimality), at(problem.gradient))
    return in_floats(traced, f) if xp is FLOATS else lambda *given: evaluate(traced, given, xp, f)


def shipped(rule: Rule, problem: Problem, start: np.ndarray, step_sizes: Sequence[float], shift: float) -> np.ndarray:
    """The run of the transformation itself, by optax and without any trace.

    Arguments: one instance, its numbers floats; a point, shape (d,); the step size of each step; the minimizer's place
    in each coordinate. Returns the iterates, shape (steps + 1, d), their origin the minimizer.
    """
    import optax

    layout = rule.layout(len(start))
    with jax.enable_x64(True):

        def in_dtype(part):
            return lambda y: jnp.asarray(part(y.astype(float) - shift, FLOATS)).astype(rule.dtype)

        f = Objective(in_dtype(problem.suboptimality), in_dtype(problem.gradient))
        parameters = jnp.asarray(start + shift, rule.dtype)
        points, state = [parameters], None
        if len(step_sizes):
            state = made_by(rule.factory, step_sizes[0]).init(layout.tree(parameters))
        for step_size in step_sizes:
            made = made_by(rule.factory, step_size)
            slope, value = f.slope(parameters), f.value(parameters)
            updates, state = stepped(made, layout, slope, state, parameters, value, f)
            parameters = optax.apply_updates(parameters, updates)
            told = parameters if made.judged is None else layout.flat(made.judged(state, layout.tree(parameters)))
            points.append(told)
        return np.array([np.asarray(point.astype(float)) - shift for point in points])
