"""Verdicts of kinds that came with a claim: whoever reads them learns whose they are, and what they cannot say."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from signproof.checks.kind import Kind, is_own
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.misuse import Misuse

OURS = ("run", "experiment", "coverage", "choice", "reading", "proof", "draws", "statistics")
"""Kinds of evidence that have facts of a certain form, such as a tally or what the kernel said."""


def marked(verdict: Verdict, kind: Kind, inquiry: Inquiry) -> Verdict:
    """A kind's verdict, as it is if the kind is signproof's own.

    Of another it begins with whose it is and what its body assumes besides. Nothing but a proof that the kernel accepts
    makes it `proved`. Raises Misuse if it is no verdict on the claim.
    """
    if is_own(kind):
        return verdict
    who = f"{type(kind).__name__} of {_file(kind)}"
    if not isinstance(verdict, Verdict) or verdict.claim is not inquiry.claim:
        raise Misuse(f"{who}: it must return a verdict on {inquiry.claim.id}, such as inquiry.verdict(Status.OPEN)")
    besides = ", ".join(map(str, inquiry.claim.body.premises))
    text = f"judged by {who}, a kind of claims that came with the claim"
    text += f"; it takes for granted {besides}" if besides else ""
    evidence = [_plain(piece, inquiry) for piece in verdict.evidence if "judge" not in piece.facts]
    status = verdict.status
    if status == Status.PROVED and inquiry.certificate is None:
        status = Status.SUPPORTED
        said = "its kind says that it is proved, but the kernel accepted no proof"
        evidence.append(Evidence("note", "sampled", said))
    if status == Status.INCONSISTENT:
        status = Status.OPEN
        evidence.append(Evidence("note", "sampled", "its kind says that it fails, but the kernel accepted its proof"))
    first = Evidence("note", "exact", text, {"judge": who})
    return replace(verdict, status=status, evidence=(first, *evidence), certificate=inquiry.certificate)


def _plain(piece: Evidence, inquiry: Inquiry) -> Evidence:
    """A piece of evidence; a note, if it is of a kind that is signproof's to give and did not come from there."""
    tallied = piece.kind == "run" and {"family", "instances", "comparisons", "held", "broken"} <= piece.facts.keys()
    ours = tallied or any(piece is one for one in inquiry.evidence if piece.kind == "proof")
    return piece if ours or piece.kind not in OURS else Evidence("note", piece.level, piece.text)


def _file(kind: Kind) -> str:
    module = type(kind).__module__
    return Path(getattr(sys.modules.get(module), "__file__", None) or module).name
