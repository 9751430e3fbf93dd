"""How tight a bound is on the instances of a batch: lower ends, so that no rounding makes a bound look tighter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from signproof.checks.posing.domain import Range
from signproof.checks.trials.batch import Batch, Comparison, at_floor
from signproof.theory.claim import Claim

Score = Callable[[Comparison], np.ndarray]
"""A number for each step and instance of a batch, of shape (steps + 1, batch), NaN where there is none."""


def ratios(found: Comparison) -> np.ndarray:
    """measured / bound where it says how tight a bound is: lower ends, so that what is undecided counts, too.

    At k >= 1 alone, as V_0 is what it is; and if the bound on V_k has a part that V_0 does not scale, a floor, only
    where `at_floor` holds, as elsewhere a slow method keeps any bound.
    """
    with np.errstate(all="ignore"):
        compared = found.considered & (found.limit[1] > 0)
        if found.rest is not None:
            compared &= at_floor(found.value[1][0], found.limit[1], found.rest)
        along = np.where(compared, found.measured[0] / found.limit[1], np.nan)
    along[0] = np.nan
    return np.where(np.isfinite(along), along, np.nan)


def first_shares(found: Comparison) -> np.ndarray:
    """Promised first-step decrease divided by the actual one: (V_0 - bound_1) / (V_0 - V_1), at k = 1."""
    value, limit = found.value, found.limit
    along = np.full(found.considered.shape, np.nan)
    with np.errstate(all="ignore"):
        promised, happened = value[0][0] - limit[1][1], value[1][0] - value[0][1]
        along[1] = np.where(found.usable & (promised > 0) & (happened > 0), promised / happened, np.nan)
    return along


def largest(along: np.ndarray) -> np.ndarray:
    """The largest number of each instance, shape (batch,); NaN if it has none."""
    top = np.where(np.isnan(along), -np.inf, along).max(axis=0)
    return np.where(np.isfinite(top), top, np.nan)


@dataclass(frozen=True, eq=False)
class Candidate:
    """One instance of a batch, and the claim that it was tried on."""

    claim: Claim
    ranges: list[Range]
    batch: Batch
    index: int


class Reached(NamedTuple):
    """A ratio outside of batches, the instance in a few words, and at which k or t."""

    value: float
    instance: str
    at: str


NOWHERE = Reached(-np.inf, "", "")


@dataclass
class Best:
    """The largest value seen of something, and the instance that has it."""

    value: float = -np.inf
    candidate: Candidate | None = None
    step: int = 0
    """The k at which it has it."""

    def offer(self, along: np.ndarray, claim: Claim, ranges: list[Range], batch: Batch) -> None:
        """Take the largest of the numbers of a batch, over k and instances, if it is larger. NaN is none."""
        along = np.where(np.isnan(along), -np.inf, along)
        step, index = (int(place) for place in np.unravel_index(np.argmax(along), along.shape))
        if along[step, index] > self.value:
            self.value, self.step = float(along[step, index]), step
            self.candidate = Candidate(claim, ranges, batch, index)

    @property
    def instance(self) -> str:
        """A few words on the instance; empty if there is none."""
        return "" if self.candidate is None else self.candidate.batch.describe(self.candidate.index)
