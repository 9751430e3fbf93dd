"""An attempt: one part of a claim's trials with one seed, in a few numbers; a campaign consists of many."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from signproof.checks.replay.witness import Witness
from signproof.checks.trials.tally import Tally, Trials


@dataclass(frozen=True)
class Attempt:
    """What one attempt showed.

    Attributes: how many instances were followed; how many comparisons of measure and bound were made, how many of them
    held, and how many are undecided; the largest measured / bound that says how tight the bound is, -inf if there is
    none, with its instance in a few words; a witness, which its exact replay confirms, if the claim was broken.
    """

    instances: int = 0
    comparisons: int = 0
    held: int = 0
    undecided: int = 0
    ratio: float = -inf
    nearest: str = ""
    witness: Witness | None = None

    @classmethod
    def of(cls, trials: Trials) -> Attempt:
        """What trials come to. Raises what a method, a measure or a family raised in them."""
        for error in trials.failures.values():
            raise error
        best, elsewhere = trials.ratio, trials.elsewhere
        ratio, nearest = max((best.value, best.instance), (elsewhere.value, elsewhere.instance))
        return cls.counted(trials.tallies, ratio, nearest, trials.witness)

    @classmethod
    def counted(cls, tallies: list[Tally], ratio: float, nearest: str, witness: Witness | None) -> Attempt:
        """What the runs of some tallies come to."""
        return cls(
            sum(tally.instances for tally in tallies),
            sum(tally.comparisons for tally in tallies),
            sum(tally.held for tally in tallies),
            sum(tally.undecided for tally in tallies),
            ratio,
            nearest,
            witness,
        )
