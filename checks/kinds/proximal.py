"""Bounds on the gradient mapping over runs of proximal methods, on composite objectives.  [signprox]"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from signproof.checks.kinds.run import Run
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.replay.proximal import replay_proximal
from signproof.checks.replay.series import told
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.search import proximal as proximal_search
from signproof.checks.trials.proximal import try_out as try_proximal
from signproof.checks.trials.tally import Trials
from signproof.checks.trials.tightness import Reached
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.theory.bodies import ProximalBound
from signproof.theory.claim import Claim

if TYPE_CHECKING:
    from signproof.checks.replay.replay import Replay
    from signproof.checks.search.search import Hunt
    from signproof.checks.trials.attempt import Attempt


class Proximal(Run):
    """The mean of E||G||^p over a run is at most the bound."""

    body = ProximalBound
    RANDOM = "random composite objectives"

    def further(self, inquiry: Inquiry, trials: Trials) -> dict[str, Any]:
        try:
            found = try_proximal(inquiry.claim, inquiry.seed, inquiry.advance)
        except Unsupported as unsupported:
            inquiry.add("note", "sampled", f"no proximal runs: {unsupported}")
            return {}
        trials.reason = ""
        trials.tallies += found.tallies
        trials.series += found.series
        trials.elsewhere = max(trials.elsewhere, Reached(found.largest, found.instance, f"k = {found.length}"))
        trials.witness = trials.witness or found.witness
        return {}

    def replay(self, witness: Witness) -> Replay:
        if not isinstance(witness.problem, CompositeProblem):
            return super().replay(witness)
        return replay_proximal(witness, witness.k)

    def series(self, witness: Witness) -> dict[str, Any]:
        if not isinstance(witness.problem, CompositeProblem):
            return super().series(witness)
        return told(witness, [None] * witness.k + [self.replay(witness)])  # a mean over the run: there is only its end

    def describe(self, witness: Witness) -> str:
        assert witness.problem is not None
        z = witness.origin.removeprefix("from ")
        return (
            f"{witness.problem.describe()}; {witness.told}; from prox(z), z = {z}: over {witness.k} steps the expected "
            f"measure is {shown(witness.measured)}, the bound {shown(witness.bound)}"
        )

    def search(self, hunt: Hunt) -> None:
        claim = hunt.claim
        proximal_search.check(claim)
        lengths = proximal_search.lengths(claim)
        hunt.begin("a grid of tiny composite objectives")
        for length in lengths:
            hunt.advance(f"{claim.id}: tiny composite objectives, {length} steps")
            hunt.follow(proximal_search.grid(claim, length))
        for turn in count(1):
            hunt.begin(self.RANDOM)
            found = try_proximal(claim, hunt.seed + turn, hunt.advance)
            hunt.tried += sum(tally.instances for tally in found.tallies)
            hunt.take(found.witness)

    def parts(self, claim: Claim) -> tuple[str, ...]:
        return (self.RANDOM,)

    def attempt(self, claim: Claim, part: str, seed: int) -> Attempt:
        from signproof.checks.trials.attempt import Attempt

        found = try_proximal(claim, seed)
        return Attempt.counted(found.tallies, found.largest, found.instance, found.witness)
