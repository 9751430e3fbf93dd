"""The search for a counterexample: everything that may break a claim, within a budget of seconds.

It begins with the claim alone. For a proximal method there are a grid of tiny composite objectives
(`search_proximal`) and random ones. A claim about parameters goes to Z3, one about flows or an orbit to the trials that
judge it. For a bound on a run there are, in turn: tiny instances in exact arithmetic (`search_grid`); for stochastic
gradients small laws with exact expectations, the moment search and that of product laws; ascents by gradients
(`search_ascent`); batches that Hypothesis draws, and random ones. What is proposed counts only after its exact replay,
and is then made smaller (`shrink`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count
from time import monotonic

from signproof.checks.facts.runs import fits
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Range, Unsupported, ranges
from signproof.checks.replay.witness import Witness
from signproof.checks.search import proximal as search_proximal
from signproof.checks.search.grid import grid
from signproof.checks.search.proposals import Followed, Proposal, follow, ratio
from signproof.checks.search.shrink import shrink
from signproof.checks.trials import exact_noise, moment_search, product_search
from signproof.checks.trials import proximal as proximal_trials
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.flows import race, try_flow
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts.judge import verify
from signproof.theory.bodies import Comparison, FlowBound, ProximalBound, RunBound, StochasticBound
from signproof.theory.claim import Claim

EXAMPLES = 20
"""Batches that Hypothesis draws in one round."""


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
    hunt = _Hunt(claim, monotonic() + seconds, seed, advance)
    begun = monotonic()
    try:
        hunt.go()
    except KeyboardInterrupt as interruption:
        raise Stopped(hunt.found("stopped", monotonic() - begun)) from interruption
    return hunt.found("", monotonic() - begun)


class _Over(Exception):
    """The search has its witness, or no time left."""


class _Hunt:
    """A search under way."""

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
        try:
            if isinstance(self.claim.body, RunBound):
                self._bound()
            elif isinstance(self.claim.body, FlowBound):
                for turn in count():
                    self._begin("flows on all families")
                    self._take(try_flow(self.claim, PROFILES["full"], self.seed + turn, self.advance).witness)
            elif isinstance(self.claim.body, Comparison):
                self._begin("two flows on diagonal quadratics")
                self._take(race(self.claim)[1])
            else:
                self._begin("all that `verify` does")
                witness = verify(replace(self.claim, proof=None), "full", self.seed, self.advance).witness
                self._take(None if witness is None or witness.exhibit else witness)
        except Unsupported as unsupported:
            self.stages.append(f"not searched further: {unsupported}")
        except _Over:
            pass

    def _bound(self):
        if isinstance(self.claim.body, ProximalBound):
            return self._proximal()
        posed = [(case, ranges(case)) for case in cases(self.claim)]
        self._begin("a grid of tiny instances")
        for case, free in posed:
            self._follow(grid(case, free))
        if isinstance(self.claim.body, StochasticBound):
            self._noise()
        for turn in count():
            self._ascents(posed, turn)
            self._hypothesis(turn)
            self._begin("random batches of all families")
            self._take(try_out(self.claim, PROFILES["quick"], self.seed + turn, self.advance).witness)

    def _proximal(self):
        search_proximal.check(self.claim)
        lengths = search_proximal.lengths(self.claim)
        self._begin("a grid of tiny composite objectives")
        for length in lengths:
            self.advance(f"{self.claim.id}: tiny composite objectives, {length} steps")
            self._follow(search_proximal.grid(self.claim, length))
        for turn in count(1):
            self._begin("random composite objectives")
            found = proximal_trials.try_out(self.claim, self.seed + turn, self.advance)
            self.tried += sum(tally.instances for tally in found.tallies)
            if found.violation is not None:
                problem, parameters, z, length, seen = found.violation
                assert seen.measured is not None and seen.bound is not None
                self._take(Witness(self.claim, problem, parameters, z, length, seen.measured, seen.bound, seen.level))

    def _noise(self):
        for name, attempt in (
            ("small laws of stochastic gradients", exact_noise.try_out),
            ("the moment search", moment_search.search),
            ("a search of product laws", product_search.search),
        ):
            self._begin(name)
            try:
                found = attempt(self.claim, self.advance)
            except Unsupported as unsupported:
                self.stages[-1] = f"not {name}, as {unsupported}"
                continue
            self._take(found.witness)

    def _ascents(self, posed: list[tuple[Claim, list[Range]]], turn: int):
        from signproof.checks.search.ascent import SHAPES, ascend, supports

        for shape in SHAPES:
            for case, free in posed:
                if supports(case) and fits(case, shape.dimension):
                    self._begin("ascents by gradients")
                    kind = "dense" if shape.dense else "diagonal"
                    self.advance(f"{case.id}: ascent, {kind} quadratics, d = {shape.dimension}")
                    self._follow(ascend(case, free, shape, self.seed + turn, self.deadline))

    def _hypothesis(self, turn: int):
        from signproof.checks.search.hypothesis import drawn

        self._begin("batches drawn by Hypothesis")
        self.advance(f"{self.claim.id}: Hypothesis")
        self._take(drawn(self.claim, EXAMPLES, self.seed + turn, self.deadline))

    def _begin(self, stage: str):
        if monotonic() > self.deadline:
            raise _Over
        self.stages.append(stage)

    def _follow(self, proposals: Iterable[Proposal]):
        for proposal in proposals:
            shown = follow(proposal)
            self.tried += 1
            if shown.broken:
                self._take(shown.witness)
            self._note(shown)
            if monotonic() > self.deadline:
                raise _Over

    def _note(self, shown: Followed):
        if shown.witness is not None and (self.ratio is None or shown.ratio > self.ratio):
            self.ratio, self.nearest = shown.ratio, shown.witness

    def _take(self, witness: Witness | None):
        if witness is None:
            return
        self.witness = self.nearest = witness
        self.advance(f"{self.claim.id}: broken; a smaller witness is looked for")
        self.witness = self.nearest = shrink(witness)
        self.ratio = ratio(self.witness) if witness.claim.body.of_run else None
        raise _Over
