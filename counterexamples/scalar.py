"""Runs on functions of one variable, in balls of sufficient precision or in rationals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from flint import arb, fmpq

from signproof.checks.numbers.exact import Balls, Exact, Undecided, rational
from signproof.theory.arithmetic import Scalar
from signproof.theory.border.steps import begin, move
from signproof.theory.methods.gradient import Algorithm

Slope = Callable[[Scalar, Exact], Scalar]
"""The slope at a point, in an arithmetic."""
BITS = (512, 1024, 2048)
"""Tried in turn until no sign along a run is in doubt."""


def values(algorithm: Algorithm, slope: Slope, start: Scalar, xp: Exact) -> Iterator[Scalar]:
    """The iterates x_0, x_1, ... of a method with numbers for step sizes, on a function of one variable.

    Arguments: the method; the slope at a point, as a function of the point and the arithmetic; the start; the
    arithmetic. Raises Undecided if balls do not tell a sign.
    """
    x = xp.number(np.array([rational(start)], dtype=object))
    memory = begin(algorithm, x, xp)
    while True:
        yield x[0]
        x, memory = move(algorithm, x, lambda at: slope(at, xp), memory, xp)


def enclosed(algorithm: Algorithm, slope: Slope, start: Scalar, steps: int) -> list[arb]:
    """The iterates x_0, ..., x_steps as balls, none of whose signs was in doubt.

    The method's step sizes are rationals. Raises Undecided if no precision suffices.
    """
    for bits in BITS:
        with Balls(bits) as balls:
            now = algorithm.at(**{name: balls.number(rational(str(n))) for name, n in algorithm.parameters.items()})
            run = values(now, slope, start, balls)
            try:
                return [next(run) for _ in range(steps + 1)]
            except Undecided:
                continue
    raise Undecided(f"a sign of the run is not known at {BITS[-1]} bits")


def low(ball: arb) -> fmpq:
    return ball.lower().fmpq()


def high(ball: arb) -> fmpq:
    return ball.upper().fmpq()
