"""`signproof export`: a proof as a document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signproof.terminal import notice
from signproof.theory.misuse import Misuse

EPILOG = "Example:  signproof export scaled-sign/theorem-1.2 --out proof.json"


def command(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="The claim, or a file with one claim.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the document here; by default to ID.proof.json.")
    ] = None,
) -> None:
    """Write a claim's proof to an inert JSON document: claim, traced update rule, assumptions, steps, lemmas.

    Prints the theorem in words and the document's SHA-256. The same proof always gives the same bytes.
    """
    from signproof.loading import load
    from signproof.report.ledger import write_together
    from signproof.terminal import check_outputs, console
    from signproof.theory.document.sentence import sentence
    from signproof.theory.document.writing import document
    from signproof.theory.elaboration.automatic import prove
    from signproof.theory.proof_steps import Rejection

    check_outputs(out, None, "--out")
    claims = load([target])
    if len(claims) != 1:
        found = ", ".join(claim.id for claim in claims[:3])
        raise Misuse(f"{target} names {len(claims)} claims ({found}, ...): export one at a time, by its ID")
    (claim,) = claims
    outcome = prove(claim)
    if isinstance(outcome, Rejection):
        raise Misuse(f"{claim.id} has no proof to export: {outcome}")
    written = document(claim, outcome.proof)
    place = out or Path(f"{claim.id.replace('/', '.')}.proof.json")
    try:
        write_together({place: written.bytes})
    except OSError as error:
        raise Misuse(f"cannot write {place}: {error.strerror}") from None
    console().print(sentence(written), markup=False, highlight=False, soft_wrap=True)
    console().print(f"sha256 {written.sha256}", markup=False, highlight=False)
    notice(f"written: {place}")
