"""How tight a bound is on the instances of a batch: lower ends, so that no rounding makes a bound look tighter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from signproof.checks.posing.domain import Range
from signproof.checks.trials.batch import Batch, Comparison
from signproof.theory.claim import Claim

Score = Callable[[Comparison], np.ndarray]
"""A number for each instance of a batch, NaN where it has none."""


def largest_ratios(found: Comparison) -> np.ndarray:
    """The largest measured / bound of each run: lower ends, so that a comparison need not be decided to count."""
    with np.errstate(all="ignore"):
        compared = found.considered & (found.limit[1] > 0)
        ratios = np.where(compared, found.measured[0] / found.limit[1], -np.inf).max(axis=0)
    return np.where(np.isfinite(ratios), ratios, np.nan)


def first_shares(found: Comparison) -> np.ndarray:
    """Promised first-step decrease divided by the actual one: (V_0 - bound_1) / (V_0 - V_1)."""
    value, limit = found.value, found.limit
    with np.errstate(all="ignore"):
        promised, happened = value[0][0] - limit[1][1], value[1][0] - value[0][1]
        return np.where(found.usable & (promised > 0) & (happened > 0), promised / happened, np.nan)


@dataclass(frozen=True, eq=False)
class Candidate:
    """One instance of a batch, and the claim that it was tried on."""

    claim: Claim
    ranges: list[Range]
    batch: Batch
    index: int


@dataclass
class Best:
    """The largest value seen of something, and the instance that has it."""

    value: float = -np.inf
    candidate: Candidate | None = None

    def offer(self, values: np.ndarray, claim: Claim, ranges: list[Range], batch: Batch) -> None:
        """Take the largest of the values of a batch if it is larger. NaN is none."""
        values = np.where(np.isnan(values), -np.inf, values)
        index = int(np.argmax(values))
        if values[index] > self.value:
            self.value, self.candidate = float(values[index]), Candidate(claim, ranges, batch, index)

    @property
    def instance(self) -> str:
        """A few words on the instance; empty if there is none."""
        return "" if self.candidate is None else self.candidate.batch.describe(self.candidate.index)
