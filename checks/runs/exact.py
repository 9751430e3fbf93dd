"""Runs of a claim's method in exact arithmetic, on a problem or on the function of an orbit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import RATIONALS, Exact, rationals
from signproof.checks.problems.base import Slope
from signproof.checks.runs.instance import Instance
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import Guarded, states
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0

OF_A_STEP, WORK = 1000, 1_000_000_000
"""What a coordinate of a step costs beside its bits, and what a run may cost: half a minute."""
LARGEST = 10_000_000
"""Bits of all coordinates of a point together."""


class TooLong(ValueError):
    """A run takes more work than is spent on one."""


def iterates(instance: Instance, xp: Exact) -> Iterator[Any]:
    """The iterates x_0, x_1, ... of a claim's method in the exact arithmetic `xp`."""
    return (x for x, _ in states_of(instance, xp))


def states_of(instance: Instance, xp: Exact) -> Iterator[tuple[Any, Any]]:
    """The same, each with what the method remembers there."""
    posed, x = Guarded(instance.objective.over(xp)), xp.number(rationals(list(instance.start)))
    values = {**instance.values(xp), V0: posed.suboptimality(x, xp)}
    return _bounded(states(instance.method(xp), x, Slope(posed, xp), values, xp), xp)


def _bounded(found: Iterator[tuple[Any, Any]], xp: Exact) -> Iterator[tuple[Any, Any]]:
    """The same, as long as that takes no more than some work. Raises TooLong, with the figures, beyond it."""
    spent = 0
    for step, (x, memory) in enumerate(found):
        size = sum(map(_bits, x)) if xp is RATIONALS else len(x) * getattr(xp, "bits", 64)
        spent += OF_A_STEP * (10 + len(x)) + 8 * size
        if spent > WORK or size > LARGEST:
            why = f"they may have {LARGEST}" if size > LARGEST else "that is all that is spent on a run"
            raise TooLong(f"the run is too long to follow: at k = {step} its numbers have {size} bits, and {why}")
        yield x, memory


def _bits(number: fmpq) -> int:
    return int(number.height_bits())


def along_orbit(claim: Claim, values: Mapping[Symbol, Any], xp: Exact) -> Iterator[Any]:
    """The points of the run from the start of a claim's orbit."""
    orbit = claim.orbit
    assert orbit is not None and claim.algorithm is not None
    start = xp.number(np.array([evaluate(entry, values, xp) for entry in orbit.points[0]], dtype=object))

    def slope(x):
        here = {**values, **dict(zip(orbit.coordinates, x, strict=True))}
        return np.array([evaluate(part, here, xp) for part in orbit.gradient], dtype=object)

    return (x for x, _ in _bounded(states(claim.algorithm, start, slope, values, xp), xp))


def frozen(part: object) -> tuple:
    """What a method is in, exactly, so that it can be compared. Raises TypeError for what may hold something else."""
    if isinstance(part, tuple | list | np.ndarray):
        return (type(part).__name__, *map(frozen, part))
    if isinstance(part, dict):
        return tuple((name, frozen(entry)) for name, entry in sorted(part.items()))
    if part is None or type(part) in (bool, int, str, fmpq):
        return type(part).__name__, str(part)
    raise TypeError(f"a state that holds {type(part).__name__}")
