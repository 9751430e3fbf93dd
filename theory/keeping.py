"""Writes the certificates that come with the package: `python -m signproof.theory.keeping`, or `make certificates`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from signproof.theory.algebra import kept
from signproof.theory.catalog import catalog
from signproof.theory.document.writing import document
from signproof.theory.elaboration.automatic import proposals
from signproof.theory.elaboration.facts import NoProof
from signproof.theory.files import write_atomically
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.check import Refused, complete
from signproof.theory.kernel.form import DocumentError


def needed() -> dict[str, Any]:
    """The certificates of all questions of the catalogue's proofs, written or assembled, that the kernel accepts."""
    known: dict[str, Any] = {}
    used: set[str] = set()

    def search(question: Question) -> Any:
        named = kept.name(question)
        asked.add(named)
        if named not in known:
            known[named] = kept.certificate(question)
        return known[named]

    for claim in catalog().values():
        if claim.body.in_words:
            continue
        try:
            for proof in proposals(claim) if claim.proof is None else [claim.proof]:
                asked: set[str] = set()
                if not isinstance(complete(document(claim, proof).form, search), Refused):
                    used |= asked
                    break
        except (NoProof, DocumentError):  # of what no document can say, solvers decide
            continue
    return {named: known[named] for named in sorted(used) if known[named] is not None}


def text(certificates: dict[str, Any]) -> str:
    """A line for each certificate."""
    lines = (
        f"{json.dumps(named)}: {json.dumps(entry, separators=(',', ':'))}" for named, entry in certificates.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    write_atomically(Path(__file__).with_name("papers").joinpath("certificates.json"), text(needed()))
