"""A proof as the kernel sees it: written as a document with certificates, parsed again, and checked from its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from signproof.theory.algebra import solvers
from signproof.theory.algebra.kept import certificate
from signproof.theory.claim import Claim
from signproof.theory.document.writing import document
from signproof.theory.kernel.check import Checked, Refused, check, complete
from signproof.theory.kernel.form import Document, read
from signproof.theory.proof_steps import Proof


@dataclass(frozen=True)
class Accepted:
    """A document that the kernel accepts, the lemmas it rests on, and how many of its questions rest on solvers."""

    document: Document
    lemmas: tuple[str, ...]
    solved: int


def certified(claim: Claim, proof: Proof) -> Accepted | Refused:
    """What the kernel says of a proof. Raises DocumentError for one that cannot be written as a document."""
    written = document(claim, proof)
    outcome = complete(written.form, certificate)
    return outcome if isinstance(outcome, Refused) else accepted(written.bytes, claim.id)


def accepted(data: bytes, where: str) -> Accepted | Refused:
    """What the kernel says of a document's bytes; what has no certificate, Z3 and cvc5 must both confirm.

    Raises DocumentError for bytes that are no document.
    """
    parsed = read(data, where)
    outcome = check(parsed)
    if isinstance(outcome, Refused):
        return outcome
    return solved(parsed, outcome)


def solved(parsed: Document, outcome: Checked) -> Accepted | Refused:
    """An accepted document, if the solvers confirm what has no certificate."""
    for question in outcome.open:
        if not solvers.agree(question):
            about = ", ".join(question.atoms[:5])
            return Refused(0, "arithmetic", f"a question about {about} has no certificate, and no solver says yes")
    return Accepted(parsed, outcome.lemmas, len(outcome.open))
