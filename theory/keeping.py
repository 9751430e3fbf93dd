"""Writes the certificates that come with the package: `python -m signproof.theory.keeping`, or `make certificates`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from signproof.theory.algebra import kept
from signproof.theory.catalog import catalog
from signproof.theory.document.writing import document
from signproof.theory.elaboration.automatic import prove
from signproof.theory.files import write_atomically
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.check import complete
from signproof.theory.proof_steps import Certificate


def needed() -> dict[str, Any]:
    """The certificates of all questions of the catalogue's proofs."""
    found: dict[str, Any] = {}

    def search(question: Question) -> Any:
        named = kept.name(question)
        if named not in found:
            found[named] = kept.certificate(question)
        return found[named]

    for claim in catalog().values():
        if claim.body.in_words:
            continue
        outcome = prove(claim)
        if isinstance(outcome, Certificate):
            complete(document(claim, outcome.proof).form, search)
    return {named: entry for named, entry in sorted(found.items()) if entry is not None}


def text(certificates: dict[str, Any]) -> str:
    """A line for each certificate."""
    lines = (
        f"{json.dumps(named)}: {json.dumps(entry, separators=(',', ':'))}" for named, entry in certificates.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    write_atomically(Path(__file__).with_name("papers").joinpath("certificates.json"), text(needed()))
