"""Assumptions without a constant of the objective that are answered all the same: convexity, near and small starts.

Whoever wrote them: an assumption is known by what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals, root_above
from signproof.checks.numbers.floats import NUMPY
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import (
    Assumption,
    Constant,
    Dimension,
    PolyakLojasiewicz,
    Smooth,
    StronglyConvex,
)
from signproof.theory.assumptions.start import MinimizerSize, StartDistance, StartSize
from signproof.theory.elaboration.recognized import recognized
from signproof.theory.norms import L2, LINF, DualPair

BITS = 128


@lru_cache(1024)
def special(assumption: Assumption) -> Convex | StartDistance | StartSize | MinimizerSize | None:
    """Convexity, a near or small start, or where the minimizer is, if that is what an assumption says; else None."""
    if type(assumption) is MinimizerSize:
        return assumption
    if type(assumption) in (Smooth, StronglyConvex, PolyakLojasiewicz, Dimension):
        return None
    found = recognized(assumption, ())
    return found if isinstance(found, Convex | StartDistance | StartSize) else None


def assumes_convexity(assumptions: Iterable[Assumption]) -> bool:
    return any(isinstance(special(assumption), Convex) for assumption in assumptions)


def start_distance(assumption: Assumption) -> DualPair | None:
    """The norm in which an assumption bounds the distance of the start from the minimizer by its constant; or None."""
    found = of_start(assumption)
    return found.norm if isinstance(found, StartDistance) else None


def of_start(assumption: Assumption) -> StartDistance | StartSize | None:
    """What an assumption bounds of the start by its constant: its distance from the minimizer or its size; or None."""
    found = special(assumption) if isinstance(assumption, Constant) else None
    return found if isinstance(found, StartDistance | StartSize) else None


def sizes(said: StartDistance | StartSize, start: np.ndarray, off: float) -> np.ndarray:
    """What is bounded of each start of a batch, as floats no less than it.

    Arguments: what `of_start` found; starts of shape (d, batch); how far the origin may be from the minimizer.
    """
    return distances(said.norm, start, off if isinstance(said, StartDistance) else 0.0)


def size(said: StartDistance | StartSize, start: Sequence[fmpq], off: float) -> fmpq:
    """The same of one start, exact, or a rational just above it."""
    return distance(said.norm, start, off if isinstance(said, StartDistance) else 0.0)


def distances(pair: DualPair, start: np.ndarray, off: float) -> np.ndarray:
    """Floats no less than the norms of starts, told from what is so far off the minimizer, shape (d, batch); exact
    where nothing is rounded: in the maximum norm, and on the line."""
    if pair is LINF or len(start) == 1:
        found = np.abs(start).max(axis=0)
    else:
        found = np.asarray(pair.norm(np.asarray(start, dtype=float), NUMPY), dtype=float)
        found = found * (1 + 64 * (len(start) + 8) * 2.0**-53) + 2.0**-1000
    return (found + off) * (1 + 2.0**-50) if off else found


def distance(pair: DualPair, start: Sequence[fmpq], off: float) -> fmpq:
    """The same of one start, exact, or a rational just above it."""
    x = rationals(list(start))
    if pair is L2:
        return root_above(RATIONALS.sum(x * x)) + rational(off)
    try:
        return pair.norm(x, RATIONALS) + rational(off)
    except TypeError:  # it is irrational
        with Balls(BITS) as balls:
            return balls.ends(pair.norm(balls.number(x), balls))[1] + rational(off)
