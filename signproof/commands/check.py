"""`signproof check`: a proof that somebody else wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signproof.terminal import CHANGED, console
from signproof.theory.misuse import Misuse

EPILOG = "Example:  signproof export scaled-sign/theorem-1.1 --out proof.json; signproof check proof.json"


def command(
    files: Annotated[list[Path], typer.Argument(metavar="PROOF.json...", help="Written by `signproof export`.")],
) -> None:
    """Check proofs in documents, with the kernel alone: nothing of who wrote them is believed.

    Prints the theorem, what it rests on, and the document's SHA-256. Exit 1 if the kernel does not accept one.
    """
    refused = [file for file in files if not _accepted(file)]
    if refused:
        raise typer.Exit(CHANGED)


def _accepted(file: Path) -> bool:
    from signproof.theory.document.certified import accepted
    from signproof.theory.document.sentence import sentence
    from signproof.theory.kernel.check import Refused
    from signproof.theory.kernel.form import BYTES

    def tell(line: str) -> None:
        console().print(line, markup=False, highlight=False, soft_wrap=True)

    try:
        with file.open("rb") as opened:
            data = opened.read(BYTES + 1)
    except OSError as error:
        raise Misuse(f"cannot read {file}: {error.strerror}") from None
    outcome = accepted(data, str(file))
    if isinstance(outcome, Refused):
        tell(f"{file}: not proved: {outcome}")
        return False
    tell(sentence(outcome.document))
    count = len(outcome.document.form.steps)
    rests = ", ".join(outcome.lemmas) if outcome.lemmas else "arithmetic alone"
    tell(f"{file}: proved in {count} steps; it rests on {rests}")
    if outcome.solved:
        tell(f"{outcome.solved} questions have no certificate and rest on Z3 and cvc5, which agree")
    tell(f"sha256 {outcome.document.sha256}")
    return True
