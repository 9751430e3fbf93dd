"""Whether a claim is proved: a proof that holds as it is written, and that the kernel accepts as a document."""

from __future__ import annotations

from dataclasses import dataclass, replace

from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import check
from signproof.theory.document.certified import Accepted, certified
from signproof.theory.elaboration.automatic import assemble, proposals, prove
from signproof.theory.elaboration.facts import NoProof
from signproof.theory.elaboration.recognized import in_own_words
from signproof.theory.kernel.check import Refused
from signproof.theory.kernel.form import Unwritable
from signproof.theory.misuse import named
from signproof.theory.proof_steps import Proof, Rejection


@dataclass(frozen=True)
class Proven:
    """A proof with the document of it that the kernel accepts; without one, why there can be none."""

    proof: Proof
    accepted: Accepted | None
    lemmas: tuple[str, ...]
    why: str = ""


def proven(claim: Claim) -> Proven | Rejection:
    """The claim's own proof or, if it carries none, one that is assembled, once the kernel accepts its document.

    What the kernel refuses is checked once more as it is written, by SymPy and Z3, which may know values at which a
    step fails. Of what no document can say, they decide, and are named.
    """
    if claim.proof is None and not claim.body.of_parameters:
        return _assembled(in_own_words(claim))
    try:
        outcome = _accepted(claim, claim.proof if claim.proof is not None else assemble(claim))
    except Unwritable as reason:
        found = prove(claim)
        return found if isinstance(found, Rejection) else Proven(found.proof, None, found.lemmas, str(reason))
    if isinstance(outcome, Proven):
        return outcome
    found = prove(claim)
    return found if isinstance(found, Rejection) else outcome


def _assembled(claim: Claim) -> Proven | Rejection:
    """The first of the proposed proofs that the kernel accepts."""
    refused: list[tuple[Proof, Rejection]] = []
    try:
        for proof in proposals(claim):
            outcome = _accepted(claim, proof)
            if isinstance(outcome, Proven):
                return outcome
            refused.append((proof, outcome))
    except NoProof as reason:
        return Rejection(0, "assembly", str(reason))
    proof, rejection = refused[0]
    seen = check(replace(claim, proof=proof))  # Z3 may know values at which a step fails
    return replace(rejection, hint=seen.hint) if isinstance(seen, Rejection) else rejection


def _accepted(claim: Claim, proof: Proof) -> Proven | Rejection:
    """What the kernel says of the document of a proof. Raises Unwritable if there can be none."""
    try:
        outcome = certified(claim, proof)
    except Unwritable:
        raise
    except Exception as error:  # whatever SymPy stumbles over, it is not proved
        return Rejection(0, "document", named(error))
    if isinstance(outcome, Refused):
        return Rejection(outcome.number, outcome.step, f"the kernel refuses it: {outcome.reason}")
    return Proven(proof, outcome, outcome.lemmas)
