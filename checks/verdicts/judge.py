"""How a claim is judged: the kernel on its proof, what is known of it, then all that its kind does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from flint import fmpq

from signproof.checks.facts.families import refusals
from signproof.checks.facts.purity import examine, reachable
from signproof.checks.kind import Kind, kind_of
from signproof.checks.numbers.confidence import ERROR
from signproof.checks.replay.witness import Witness
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts.exhibit import exhibit
from signproof.checks.verdicts.foreign import marked
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict, exceeded, exceeded_by
from signproof.theory.border.purity import Impure
from signproof.theory.border.state import change
from signproof.theory.border.steps import Unruly
from signproof.theory.claim import Claim
from signproof.theory.elaboration.proven import Proven, proven
from signproof.theory.elaboration.vacuity import contradiction, unmeetable
from signproof.theory.proof_steps import Certificate


def verify(
    claim: Claim,
    profile: str = "quick",
    seed: int = 0,
    advance: Callable[[str], None] = lambda text: None,
    known: Sequence[Witness] = (),
    error: float = ERROR,
) -> Verdict:
    """Judge a claim; `signproof.verify` is the door to it, which knows the corpus and the budget of error.

    Arguments:
        claim: what to judge.
        profile: "quick" (seconds) or "full" (more instances, longer runs).
        seed: the random seed; the same seed gives the same verdict.
        advance: called with a few words whenever a part of the work begins.
        known: violations of this claim, or of a case of it, found earlier: they are replayed first, and a confirmed
            one decides.
        error: the probability that statistics may refute a claim that is true.
    Returns the verdict: status, evidence, lemmas, tightness and, if the claim fails, a witness.
    Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    before = reachable(claim)
    try:
        examine(claim)
        verdict = _judge(Inquiry(claim, PROFILES[profile], seed, error, advance), known)
    except (Impure, Unruly) as why:
        return Verdict(claim, Status.OPEN, (Evidence("note", "exact", f"not judged: {why}"),))
    changed = change(before, reachable(claim))
    if changed:
        text = f"the verdict is void because {changed} changed meanwhile: keep a method's state in `memory`"
        return Verdict(claim, Status.OPEN, (Evidence("note", "exact", text),))
    return verdict


def _judge(inquiry: Inquiry, known: Sequence[Witness]) -> Verdict:
    """The verdict on a claim whose rules are functions of what they are given."""
    kind = kind_of(inquiry.claim)
    return marked(_with_excess(_found(inquiry, kind, known)), kind, inquiry)


def _found(inquiry: Inquiry, kind: Kind, known: Sequence[Witness]) -> Verdict:
    claim = inquiry.claim
    inquiry.certificate = _check_proof(inquiry)
    nothing = contradiction(claim) or unmeetable(claim)
    if nothing:
        inquiry.add("vacuity", "exact", nothing)
        return Verdict(claim, Status.VACUOUS, tuple(inquiry.evidence), inquiry.certificate)
    if claim.body.of_run:
        for refused, why in refusals(claim).items():
            text = f"a family was left out because a declared fact is wrong: {why}"
            inquiry.add("refused", "enclosed", text, {"family": refused.__name__})
    exhibited = exhibit(claim, inquiry.seed)
    if exhibited is not None:
        inquiry.evidence.append(exhibited)
    for witness in known:
        if witness.replay().confirmed:
            return inquiry.broken(witness)
    return kind.judge(inquiry)


def _with_excess(verdict: Verdict) -> Verdict:
    """The verdict; where it is that the claim fails, its tightness says by how much, not what trials came to before."""
    if not isinstance(verdict, Verdict) or verdict.status not in (Status.REFUTED, Status.INCONSISTENT):
        return verdict
    found = None if verdict.witness is None else exceeded_by(verdict.witness)
    for piece in verdict.evidence:
        if piece.kind == "statistics":
            low, bound = (fmpq(*piece.facts[name].as_integer_ratio()) for name in ("measured_at_least", "bound"))
            found = exceeded(low, bound, piece.text)
    return dataclasses.replace(verdict, tightness=found)


def _check_proof(inquiry: Inquiry) -> Certificate | None:
    claim = inquiry.claim
    if claim.proof is None and not claim.body.bounds_runs and not claim.body.of_parameters:
        return None
    inquiry.begin("proof")
    outcome = proven(claim)
    if isinstance(outcome, Proven):
        return _accepted(inquiry, outcome)
    if claim.proof is not None:
        facts = {"accepted": False, "failed": outcome.number}
        inquiry.add("proof", "exact", f"proof rejected at {outcome}", facts)
    elif not claim.body.of_parameters:
        hint = {str(symbol): str(value) for symbol, value in outcome.hint.items()}
        inquiry.add("note", "exact", f"no proof was found automatically: {outcome}", {"hint": hint})
    return None


def _accepted(inquiry: Inquiry, found: Proven) -> Certificate:
    """Notes who accepted a proof, with its document."""
    count = len(found.proof.steps)
    how = "" if inquiry.claim.proof is not None else " of an automatic proof"
    if found.accepted is None:
        text = f"all {count} steps accepted by SymPy and Z3, not by the kernel: {found.why}"
        inquiry.add("proof", "exact", text, {"accepted": True, "checkers": ["SymPy", "Z3"]})
        return Certificate(found.proof, found.lemmas)
    document, solved = found.accepted.document, found.accepted.solved
    rests = f"; {solved} questions rest on Z3 and cvc5" if solved else ""
    text = f"{f'all {count} steps' if count > 1 else 'the one step'}{how} accepted by the kernel{rests}"
    facts = {
        "accepted": True,
        "document": document.sha256,
        "packed": document.packed,
        "checkers": ["kernel"],
        "solved": solved,
    }
    inquiry.add("proof", "exact", text, facts)
    return Certificate(found.proof, found.lemmas)
