"""`signproof export`: a proof as a document, or as a theorem of Coq."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signproof.terminal import CHANGED, notice
from signproof.theory.misuse import Misuse

if TYPE_CHECKING:
    from signproof.theory.kernel.form import Document

EPILOG = "Example:  signproof export scaled-sign/theorem-1.2 --out proof.json"


class Language(StrEnum):
    """What a proof is written in."""

    json = "json"
    coq = "coq"


def command(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="The claim, or a file with one claim.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Write here: a file, by default ID.proof.json; with --to coq a folder, by default ID."
        ),
    ] = None,
    to: Annotated[Language, typer.Option(help="A JSON document, or a theorem of Coq with a proof.")] = Language.json,
) -> None:
    """Write a claim's proof to an inert JSON document: claim, traced update rule, assumptions, steps, lemmas.

    Prints the theorem in words and the document's SHA-256. The same proof always gives the same bytes. With --to coq,
    writes a theorem of Coq with a proof that follows the document's steps, the library it rests on beside it, and has
    coqc check it, if there is one.
    """
    from signproof.loading import load
    from signproof.terminal import check_outputs, console
    from signproof.theory.document.sentence import sentence
    from signproof.theory.elaboration.proven import proven
    from signproof.theory.files import write_together
    from signproof.theory.proof_steps import Rejection

    if to is Language.coq:
        check_outputs(None, out, folder="--out")
    else:
        check_outputs(out, None, "--out")
    claims = load([target])
    if len(claims) != 1:
        found = ", ".join(claim.id for claim in claims[:3])
        raise Misuse(f"{target} names {len(claims)} claims ({found}, ...): export one at a time, by its ID")
    (claim,) = claims
    outcome = proven(claim)
    if isinstance(outcome, Rejection):
        raise Misuse(f"{claim.id} has no proof to export: {outcome}")
    if outcome.accepted is None:
        raise Misuse(f"{claim.id} has a proof, but no document: {outcome.why}")
    written = outcome.accepted.document
    console().print(sentence(written), markup=False, highlight=False, soft_wrap=True)
    console().print(f"sha256 {written.sha256}", markup=False, highlight=False)
    named = claim.id.replace("/", ".")
    if to is Language.coq:
        _to_coq(written, out or Path(named))
        return
    place = out or Path(f"{named}.proof.json")
    write_together({place: written.bytes})
    notice(f"written: {place}")


def _to_coq(document: Document, folder: Path) -> None:
    """Write a theorem of Coq and its library to a folder, and have it checked."""
    from signproof.terminal import console
    from signproof.theory.export import coqc
    from signproof.theory.files import write_together

    files = coqc.files(document)
    write_together({folder / name: text for name, text in files.items()})
    notice(f"written: {folder}")
    notice(f"check it there: {coqc.command([*files])}")
    if not coqc.found():
        notice("there is no coqc here, so Coq has not checked it")
        return
    checked = coqc.checked(folder, [*files])
    if not checked.accepted:
        console().print(f"Coq does not accept it: {checked.error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(CHANGED)
    console().print(
        f"Coq accepts it; axioms: {', '.join(checked.axioms)}", markup=False, highlight=False, soft_wrap=True
    )
