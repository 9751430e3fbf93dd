"""One run in exact arithmetic, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.base import Problem
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import Guarded, begin, move
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k


def iterates(
    claim: Claim, problem: Problem, parameters: Mapping[str, fmpq], start: tuple[fmpq, ...], xp: Any
) -> Iterator[Any]:
    """The iterates x_0, x_1, ... in the exact arithmetic `xp`."""
    return (x for x, _ in _states(claim, problem, parameters, start, xp))


def _states(
    claim: Claim, problem: Problem, parameters: Mapping[str, fmpq], start: tuple[fmpq, ...], xp: Any
) -> Iterator[tuple[Any, Any]]:
    """The iterates, each with what the method remembers there."""
    posed, x = Guarded(problem.over(xp)), xp.number(rationals(list(start)))
    values = {Symbol(name, real=True): xp.number(number) for name, number in parameters.items()}
    algorithm = claim.algorithm
    assert algorithm is not None
    values[V0] = posed.suboptimality(x, xp)
    memory = begin(algorithm, x, xp)
    for iteration in count():
        yield x, memory
        values[k] = xp.rational(iteration, 1)
        now = {name: evaluate(formula, values, xp) for name, formula in algorithm.parameters.items()}
        x, memory = move(algorithm.at(**now), x, lambda point: posed.gradient(point, xp), memory, xp)


def _frozen(part: Any) -> Any:
    """What a method is in, exactly, so that it can be compared. Raises TypeError for what may hold something else."""
    if isinstance(part, tuple | list | np.ndarray):
        return (type(part).__name__, *map(_frozen, part))
    if isinstance(part, dict):
        return tuple((name, _frozen(entry)) for name, entry in sorted(part.items()))
    if part is None or type(part) in (bool, int, str, fmpq):
        return type(part).__name__, str(part)
    raise TypeError(f"a state that holds {type(part).__name__}")


def _run_on(claim: Claim, values: dict[Symbol, Any], steps: int, xp: Any) -> Any:
    """The point that the run from the orbit's start has reached after some steps."""
    orbit, algorithm = claim.orbit, claim.algorithm
    assert orbit is not None and algorithm is not None
    x = xp.number(np.array([evaluate(entry, values, xp) for entry in orbit.points[0]], dtype=object))

    def slope(x):
        here = values | dict(zip(orbit.coordinates, x, strict=True))
        return np.array([evaluate(part, here, xp) for part in orbit.gradient], dtype=object)

    memory = begin(algorithm, x, xp)
    for iteration in range(steps):
        at = values | {k: xp.rational(iteration, 1)}
        now = {name: evaluate(formula, at, xp) for name, formula in algorithm.parameters.items()}
        x, memory = move(algorithm.at(**now), x, slope, memory, xp)
    return x
