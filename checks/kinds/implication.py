"""Claims about vectors at all points: nothing but a proof decides them."""

from __future__ import annotations

from signproof.checks.kinds.statement import Statement
from signproof.checks.replay.replay import NO_WITNESS
from signproof.checks.verdicts.exhibit import simplest_example
from signproof.checks.verdicts.verdict import Status
from signproof.theory.bodies import Implication as Body


class Implication(Statement):
    """What the assumptions imply."""

    body = Body
    unsearched = "says that one assumption implies another"

    def judge(self, inquiry):
        if inquiry.certificate is None and inquiry.claim.proof is None:
            inquiry.add("note", "exact", "undecided: it carries no proof")
        return inquiry.verdict(Status.OPEN)

    def exhibit(self, claim, seed):
        return simplest_example(claim, begins=False)

    def replay(self, witness):
        return NO_WITNESS
