"""The search for a counterexample: everything that may break a claim, within a budget of seconds.

It begins with the claim alone, and the parts that it has are up to the claim's kind. For a bound on a run there are, in
turn: tiny instances in exact arithmetic (`grid`); for stochastic gradients small laws with exact expectations, the
moment search and that of product laws; ascents by gradients (`ascent`); batches that Hypothesis draws, and random ones.
For a proximal method there are a grid of tiny composite objectives (`proximal`) and random ones. A claim about
parameters or an orbit goes to all that judges it. What is proposed counts only after its exact replay, and is then made
smaller (`shrink`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import monotonic

from signproof.checks.kind import kind_of
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.witness import Witness
from signproof.checks.search.proposals import Followed, Proposal, follow, ratio
from signproof.checks.search.shrink import shrink
from signproof.checks.verdicts.judge import verify
from signproof.theory.claim import Claim


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes: the witness, or None; of all instances that were followed exactly the one nearest to a violation, and
    its measured / bound; how many instances were tried one by one; in words, where it was found or what was tried;
    how many seconds it took.
    """

    witness: Witness | None
    nearest: Witness | None
    ratio: float | None
    tried: int
    words: str
    seconds: float


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a search; `found` is what there was until then."""

    def __init__(self, found: Found):
        super().__init__()
        self.found = found


def search(
    claim: Claim, seconds: float = 60.0, seed: int = 0, advance: Callable[[str], None] = lambda text: None
) -> Found:
    """Look for an instance that breaks a claim; stop at the first, or when the time is over.

    Arguments: the claim; seconds after which nothing new is begun (what is under way ends); the seed of all randomness;
    `advance` is told what is under way.
    Raises Stopped at Ctrl-C.
    """
    hunt = Hunt(claim, monotonic() + seconds, seed, advance)
    begun = monotonic()
    try:
        hunt.go()
    except KeyboardInterrupt as interruption:
        raise Stopped(hunt.found("stopped", monotonic() - begun)) from interruption
    return hunt.found("", monotonic() - begun)


class _Over(Exception):
    """The search has its witness, or no time left."""


class Hunt:
    """A search under way: what is looked for, until when, and what was found. A kind of claims goes through its parts.

    Whatever ends the search raises.
    """

    def __init__(self, claim: Claim, deadline: float, seed: int, advance: Callable[[str], None]):
        self.claim, self.deadline, self.seed, self.advance = claim, deadline, seed, advance
        self.witness: Witness | None = None
        self.nearest: Witness | None = None
        self.ratio: float | None = None
        self.tried = 0
        self.stages: list[str] = []

    def found(self, stopped: str, seconds: float) -> Found:
        words = "; ".join([*dict.fromkeys(self.stages), *([stopped] if stopped else [])])
        return Found(self.witness, self.nearest, self.ratio, self.tried, words, seconds)

    def go(self):
        self.through(kind_of(self.claim).search)

    def through(self, part: Callable[[Hunt], None]) -> None:
        """Go through all of the search, or a part of it, until it is over."""
        try:
            part(self)
        except Unsupported as unsupported:
            self.stages.append(f"not searched further: {unsupported}")
        except _Over:
            pass

    def judge(self):
        """Do all that judges the claim, but for its proof."""
        self.begin("all that `verify` does")
        witness = verify(replace(self.claim, proof=None), "full", self.seed, self.advance).witness
        self.take(None if witness is None or witness.exhibit else witness)

    def begin(self, stage: str) -> None:
        """Say that a part of the search begins; the last one, if the time is over."""
        if monotonic() > self.deadline:
            raise _Over
        self.stages.append(stage)

    def follow(self, proposals: Iterable[Proposal]) -> None:
        """Follow proposals exactly, as long as there is time and none of them breaks the claim."""
        for proposal in proposals:
            shown = follow(proposal)
            self.tried += 1
            if shown.broken:
                self.take(shown.witness)
            self._note(shown)
            if monotonic() > self.deadline:
                raise _Over

    def _note(self, shown: Followed) -> None:
        if shown.witness is not None and (self.ratio is None or shown.ratio > self.ratio):
            self.ratio, self.nearest = shown.ratio, shown.witness

    def take(self, witness: Witness | None) -> None:
        """End the search if there is a witness, with a smaller one if there is one."""
        if witness is None:
            return
        self.witness = self.nearest = witness
        self.advance(f"{self.claim.id}: broken; looking for a smaller witness")
        self.witness = self.nearest = shrink(witness)
        self.ratio = ratio(self.witness) if witness.claim.body.of_run else None
        raise _Over
