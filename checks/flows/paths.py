"""What a trajectory answers: where it is at a time, never without its error bound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import inf
from typing import ClassVar

import numpy as np
from flint import arb, fmpq

from signproof.checks.numbers.exact import Exact, rational


class Trajectory(ABC):
    """The solution of a flow from a start."""

    finest: ClassVar[float] = inf
    """The most bits for which it is worth to ask."""

    @abstractmethod
    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        """The point at a time >= 0, shape (d,), in the exact arithmetic `xp`; of a ball of times, a box.

        Raises TypeError if `xp` cannot hold the point, Undecided if the precision does not suffice.
        """


def hull(entries: Iterable[fmpq | arb]) -> arb:
    """A ball that holds all of some rationals and balls."""
    first, *others = (entry if isinstance(entry, arb) else arb(rational(entry)) for entry in entries)
    for other in others:
        first = first.union(other)
    return first
