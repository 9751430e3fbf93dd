"""The engine: an algorithm on a batch of problems, starts and step sizes at once, on JAX in 64-bit.

The batch axis is last, the steps are one `lax.scan`, and only the asked-for quantities come back. One run is
compiled for each (algorithm, family, shape); the same code runs on floats and on balls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import isfunction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Expr, Symbol

from signproof.checks.arrays import BALLS, FLOATS, ball, ends
from signproof.checks.problem import Problem
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.measures import Measure
from signproof.theory.symbols import V0, k
from signproof.theory.vectors import x_k


def run(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    steps: int,
    measures: tuple[Measure, ...],
    rigorous: bool = True,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run an algorithm on a batch and measure it at every iteration.

    Arguments:
        problem: a batch of problems. start: points, shape (d, batch). parameters: for each symbol in the
            algorithm's formulas an array of shape (batch,). steps: how many. measures: what to return; ask for
            `Position` to get the iterates.
        rigorous: run on balls; otherwise on plain floats, several times faster, and both ends are the float.
    Returns for each measure floats below and above its quantity, of shape (steps + 1, batch), before any minimum
    over the run is taken; NaN or infinite ends say that nothing is known.
    """
    # only what the rule uses is handed over, so that claims with other parameters share the compiled run
    used = set().union(*(formula.free_symbols for formula in algorithm.parameters.values()))
    with jax.enable_x64(True):
        found = _run(
            problem.arrays(),
            start,
            _named({symbol: values for symbol, values in parameters.items() if symbol in used}),
            algorithm=_plain(algorithm),
            family=type(problem),
            steps=steps,
            measures=measures,
            rigorous=rigorous,
        )
        return [(np.asarray(low), np.asarray(high)) for low, high in found]


@dataclass(frozen=True)
class Position(Measure):
    """x_k itself: shape (steps + 1, d, batch)."""

    @property
    def symbol(self):
        return x_k

    def quantity(self, problem, x, xp):
        return x


def bound(
    formula: Expr, parameters: Mapping[Symbol, np.ndarray], start_value: tuple[np.ndarray, np.ndarray], steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Floats below and above a bound at k = 0, ..., steps, of shape (steps + 1, batch).

    Arguments: the formula; its parameters, shape (batch,); ends of V_0, shape (batch,).
    """
    with jax.enable_x64(True):
        low, high = _bound(_named(parameters), *start_value, formula=formula, steps=steps)
        return np.asarray(low), np.asarray(high)


@partial(jax.jit, static_argnames=("formula", "steps"))
def _bound(parameters, low, high, *, formula, steps):
    values = _symbols(parameters, ball)
    values |= {k: ball(jnp.arange(steps + 1, dtype=float)[:, None]), V0: BALLS.interval(low, high)}
    found = ends(ball(evaluate(formula, values, BALLS)))
    return tuple(jnp.broadcast_to(end, (steps + 1, low.shape[0])) for end in found)


@partial(jax.jit, static_argnames=("algorithm", "family", "steps", "measures", "rigorous"))
def _run(arrays, start, parameters, *, algorithm, family, steps, measures, rigorous):
    xp: Any = BALLS if rigorous else FLOATS
    problem = family(**arrays)
    number = ball if rigorous else partial(jnp.asarray, dtype=float)
    values = _symbols(parameters, number)

    def step(carry, iteration):
        x, memory = carry
        measured = tuple(measure.quantity(problem, x, xp) for measure in measures)
        now = {
            name: evaluate(formula, values | {k: number(iteration)}, xp)
            for name, formula in algorithm.parameters.items()
        }
        x, memory = algorithm.at(**now).update(x, lambda point: problem.gradient(point, xp), memory, xp)
        return (x, memory), measured

    x = number(start)
    if any(V0 in formula.free_symbols for formula in algorithm.parameters.values()):
        values[V0] = problem.suboptimality(x, xp)
    _, measured = jax.lax.scan(step, (x, algorithm.init(x, xp)), jnp.arange(steps + 1, dtype=float))
    return tuple(ends(quantity) if rigorous else (quantity, quantity) for quantity in measured)


def _plain(algorithm: Algorithm) -> Algorithm:
    """A method whose class only sets defaults, as an instance of the class that has the rule: compiled once."""
    base = type(algorithm).__base__
    rule = [name for name, entry in vars(type(algorithm)).items() if isfunction(entry) and not name.startswith("__")]
    if base is None or base is Algorithm or rule:
        return algorithm
    fields = {field.name: getattr(algorithm, field.name) for field in dataclasses.fields(algorithm)}
    names = {field.name for field in dataclasses.fields(base)} if dataclasses.is_dataclass(base) else set()
    return _plain(base(**fields)) if names == set(fields) else algorithm


def _named(parameters: Mapping[Symbol, np.ndarray]) -> dict[str, np.ndarray]:
    return {symbol.name: values for symbol, values in parameters.items()}


def _symbols(parameters: Mapping[str, Any], number: Callable[[Any], Any]) -> dict[Symbol, Any]:
    return {Symbol(name, real=True): number(array) for name, array in parameters.items()}
