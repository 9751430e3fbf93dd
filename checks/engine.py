"""The engine: an algorithm on a batch of problems, starts and step sizes at once, on JAX in 64-bit.

The batch axis is last, the steps are one `lax.scan`, and only the asked-for quantities come back. One run is
compiled for each (algorithm, family, shape); the same code runs on floats and on balls.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
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

ARITHMETICS: dict[str, Any] = {"float": FLOATS, "ball": BALLS}


def run(
    algorithm: Algorithm,
    problem: Problem,
    start: np.ndarray,
    parameters: Mapping[Symbol, np.ndarray],
    steps: int,
    measures: tuple[Measure, ...],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run the algorithm on balls and measure it at every iteration.

    Arguments:
        problem: a batch of problems. start: points, shape (d, batch). parameters: for each symbol in the
            algorithm's formulas an array of shape (batch,). steps: how many.
    Returns for each measure floats below and above its quantity, of shape (steps + 1, batch); NaN or infinite
    ends say that nothing is known.
    """
    with jax.enable_x64(True):
        found = _run(
            problem.arrays(),
            start,
            {symbol.name: values for symbol, values in parameters.items()},
            algorithm=algorithm,
            family=type(problem),
            steps=steps,
            measures=measures,
            arithmetic="ball",
        )
        pairs = (ends(quantity) for quantity in found)
        return [(np.asarray(low), np.asarray(high)) for low, high in pairs]


def bound(
    formula: Expr, parameters: Mapping[Symbol, np.ndarray], start_value: tuple[np.ndarray, np.ndarray], steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Floats below and above a bound at k = 0, ..., steps, of shape (steps + 1, batch).

    Arguments: the formula; its parameters, shape (batch,); ends of V_0, shape (batch,).
    """
    with jax.enable_x64(True):
        iteration = jnp.arange(steps + 1, dtype=float)[:, None]
        values: dict[Symbol, Any] = {symbol: ball(array) for symbol, array in parameters.items()}
        values |= {k: ball(iteration), V0: BALLS.interval(*start_value)}
        value = evaluate(formula, values, BALLS)
        low, high = (np.asarray(end) for end in ends(ball(value)))
        shape = (steps + 1, len(start_value[0]))
        return np.broadcast_to(low, shape), np.broadcast_to(high, shape)


@partial(jax.jit, static_argnames=("algorithm", "family", "steps", "measures", "arithmetic"))
def _run(arrays, start, parameters, *, algorithm, family, steps, measures, arithmetic):
    xp = ARITHMETICS[arithmetic]
    problem = family(**arrays)
    number = ball if arithmetic == "ball" else jnp.asarray
    values = {Symbol(name, real=True): number(array) for name, array in parameters.items()}

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
    _, measured = jax.lax.scan(step, (x, algorithm.init(x, xp)), jnp.arange(steps + 1, dtype=float))
    return measured
