"""Comparisons of two flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signproof.checks.kinds.flow import Timed
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.trials.flows import race
from signproof.checks.verdicts.verdict import Status, Verdict
from signproof.theory.bodies import Comparison as Body

if TYPE_CHECKING:
    from signproof.checks.search.search import Hunt
    from signproof.checks.verdicts.inquiry import Inquiry


class Comparison(Timed):
    """V(t) along a flow is at most that along a rival."""

    body = Body
    mark = "rival"
    numbers = True

    def judge(self, inquiry: Inquiry) -> Verdict:
        inquiry.begin("trajectories")
        try:
            tally, witness = race(inquiry.claim)
        except Unsupported as unsupported:
            inquiry.add("note", "exact", f"not tested: {unsupported}")
            return inquiry.verdict(Status.OPEN)
        text = f"{tally.family}: {tally.held} of {tally.comparisons} comparisons held, {tally.broken} broken"
        inquiry.add("run", "enclosed", text, tally.facts)
        if witness is not None:
            return inquiry.broken(witness)
        return inquiry.verdict(Status.SUPPORTED if tally.held else Status.OPEN)

    def describe(self, witness: Witness) -> str:
        assert witness.problem is not None
        return (
            f"{witness.problem.describe()}; {witness.told}; {witness.origin}: V(t) is {shown(witness.measured)}, "
            f"that of {witness.claim.rival} {shown(witness.bound)}"
        )

    def search(self, hunt: Hunt) -> None:
        hunt.begin("two flows on diagonal quadratics")
        hunt.take(race(hunt.claim)[1])
