"""Claims about vectors at all points: nothing but a proof decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signproof.checks.kinds.statement import Statement
from signproof.checks.replay.replay import NO_WITNESS, Replay
from signproof.checks.verdicts.exhibit import simplest_example
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.bodies import Implication as Body
from signproof.theory.claim import Claim

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness
    from signproof.checks.verdicts.inquiry import Inquiry


class Implication(Statement):
    """What the assumptions imply."""

    body = Body
    unsearched = "says that one assumption implies another"

    def judge(self, inquiry: Inquiry) -> Verdict:
        if inquiry.certificate is None and inquiry.claim.proof is None:
            inquiry.add("note", "exact", "undecided: it carries no proof")
        return inquiry.verdict(Status.OPEN)

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        return simplest_example(claim, begins=False)

    def replay(self, witness: Witness) -> Replay:
        return NO_WITNESS
