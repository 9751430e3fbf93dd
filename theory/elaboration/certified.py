"""How much of a proof needs no trust in Z3: its questions that have certificates."""

from __future__ import annotations

from signproof.theory.algebra.certifying import find
from signproof.theory.algebra.decide import Question, recording
from signproof.theory.claim import Claim
from signproof.theory.elaboration.automatic import prove


def asked(claim: Claim) -> list[Question]:
    """What a claim's proof leaves to Z3 and Z3 answers by "it follows", each question once."""
    with recording() as questions:
        prove(claim)
    once = {(q.goal, tuple(q.premises)): q for q in questions if q.outcome == "unsat"}
    return list(once.values())


def certified(claim: Claim, seconds: float = 10) -> tuple[int, int]:
    """How many questions of a claim's proof have a certificate, found in so many seconds each, and how many it asks."""
    questions = asked(claim)
    return sum(find(q.goal, q.premises, seconds) is not None for q in questions), len(questions)
