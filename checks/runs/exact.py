"""Runs of a claim's method in exact arithmetic, on a problem or on the function of an orbit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import Exact, rationals
from signproof.checks.runs.instance import Instance
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import Guarded, states
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0


def iterates(instance: Instance, xp: Exact) -> Iterator[Any]:
    """The iterates x_0, x_1, ... of a claim's method in the exact arithmetic `xp`."""
    return (x for x, _ in states_of(instance, xp))


def states_of(instance: Instance, xp: Exact) -> Iterator[tuple[Any, Any]]:
    """The same, each with what the method remembers there."""
    posed, x = Guarded(instance.objective.over(xp)), xp.number(rationals(list(instance.start)))
    values = {**instance.values(xp), V0: posed.suboptimality(x, xp)}
    return states(instance.method(xp), x, lambda point: posed.gradient(point, xp), values, xp)


def along_orbit(claim: Claim, values: Mapping[Symbol, Any], xp: Exact) -> Iterator[Any]:
    """The points of the run from the start of a claim's orbit."""
    orbit = claim.orbit
    assert orbit is not None and claim.algorithm is not None
    start = xp.number(np.array([evaluate(entry, values, xp) for entry in orbit.points[0]], dtype=object))

    def slope(x):
        here = {**values, **dict(zip(orbit.coordinates, x, strict=True))}
        return np.array([evaluate(part, here, xp) for part in orbit.gradient], dtype=object)

    return (x for x, _ in states(claim.algorithm, start, slope, values, xp))


def frozen(part: object) -> tuple:
    """What a method is in, exactly, so that it can be compared. Raises TypeError for what may hold something else."""
    if isinstance(part, tuple | list | np.ndarray):
        return (type(part).__name__, *map(frozen, part))
    if isinstance(part, dict):
        return tuple((name, frozen(entry)) for name, entry in sorted(part.items()))
    if part is None or type(part) in (bool, int, str, fmpq):
        return type(part).__name__, str(part)
    raise TypeError(f"a state that holds {type(part).__name__}")
