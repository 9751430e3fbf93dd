"""What runs on one family showed, and how much is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Any

import numpy as np
from sympy import Symbol

from signproof.checks.posing.domain import THETAS
from signproof.checks.replay.witness import Witness
from signproof.checks.trials.ascent import ascend
from signproof.checks.trials.batch import Comparison
from signproof.checks.trials.spread import Spread
from signproof.checks.trials.tightness import NOWHERE, Best, Reached, Score


@dataclass(frozen=True)
class Profile:
    """How much is tried: random batches of each shape, steps of each run, whether costly families are tried and
    whether tightness is mapped over L/mu and step size.
    """

    name: str
    batches: int
    steps: int
    costly: bool = True
    mapped: bool = True


PROFILES = {"quick": Profile("quick", 1, 32, costly=False, mapped=False), "full": Profile("full", 6, 64)}


_TOLD_IF_KNOWN = ("worst", "undecided_because", "exactly")


@dataclass
class Tally:
    """What the runs on one family showed."""

    family: str
    steps: int
    instances: int = 0
    comparisons: int = 0
    held: int = 0
    undecided: int = 0
    exactly: int = 0
    """Instances that were followed in rationals, too, because balls decided little."""
    broken: int = 0
    largest_ratio: float | None = None
    floors: list[int] = field(default_factory=list)
    """Where comparisons stop before the last step, because the measure is below its rounding error: one k each."""
    worst: str = ""
    """The instance with the largest ratio, in a few words."""
    undecided_because: str = ""
    """Why the last of the undecided comparisons is, if not by the rounding error of a run."""
    spread: Spread = field(default_factory=Spread)

    @property
    def facts(self) -> dict[str, Any]:
        """The tally as plain data; of the floors, how many there are, the least and the (lower) median."""
        floors = {"stopped": len(self.floors)}
        if self.floors:
            floors |= {"stopped_from": min(self.floors), "stopped_median": median_low(self.floors)}
        told = {name: value for name, value in vars(self).items() if name not in ("floors", *_TOLD_IF_KNOWN, "spread")}
        known = {name: getattr(self, name) for name in _TOLD_IF_KNOWN if getattr(self, name)}
        return told | floors | known | self.spread.facts

    @property
    def text(self) -> str:
        """One line for the reader."""
        text = f"{self.family}: {self.instances} instances, {self.held} of {self.comparisons} comparisons held"
        if self.undecided:
            text += f", {self.undecided} " + (
                f"undecided ({self.undecided_because})"
                if self.undecided_because
                else "within the rounding error of the run"
            )
        if self.exactly:
            text += f"; {self.exactly} of the instances were followed in exact arithmetic"
        if self.broken:
            text += f", {self.broken} broken"
        if self.floors:
            text += f"; on {len(self.floors)} instances they stop where the measure falls below its rounding error, "
            text += f"at k = {median_low(self.floors)} in the median and {min(self.floors)} at the earliest"
        return text

    def count(self, found: Comparison) -> None:
        """Add what one batch showed; an instance of which nothing is compared counts for nothing."""
        decided = found.held | found.broken
        tried = found.considered.any(axis=0)
        self.instances += int(tried.sum())
        self.comparisons += int(found.considered.sum())
        self.held += int(found.held.sum())
        self.broken += int(found.broken.sum())
        self.undecided += int((found.considered & ~decided).sum())
        self.floors += [int(floor) for floor in found.floor[tried] if floor <= found.steps]


@dataclass
class Trials:
    """The outcome of all trials of a claim."""

    tallies: list[Tally] = field(default_factory=list)
    witness: Witness | None = None
    ratio: Best = field(default_factory=Best)
    shares: dict[str, Best] = field(default_factory=lambda: {theta: Best() for theta in THETAS})
    series: list[dict[str, Any]] = field(default_factory=list)
    dismissed: int = 0
    """Candidates of a violation that the exact replay did not confirm."""
    reason: str = ""
    """Why nothing was tried, if nothing was."""
    failures: dict[str, Exception] = field(default_factory=dict)
    """What a user's method, measure or family raised, by where it was."""

    elsewhere: Reached = NOWHERE
    """The largest seen outside of batches."""
    what: str = "largest measured / bound over k >= 1"
    """What it is the largest of."""

    def climb(
        self, best: Best, score: Score, steps: int, rng: np.random.Generator, held: Sequence[Symbol] = ()
    ) -> None:
        """An ascent, unless there is a witness; it may find one."""
        if self.witness is None:
            self.witness, dismissed = ascend(best, score, steps, rng, held)
            self.dismissed += dismissed
