"""`signproof errata`: the errors found in the papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = "Example:  signproof errata out/ledger.json > docs/errata.md"


def command(
    ledger: Annotated[
        Path, typer.Argument(metavar="LEDGER.json", help="A ledger written by `signproof verify --json`.")
    ],
) -> None:
    """Print the list of errata: the papers' claims that a run refuted, as Markdown, with witnesses and repairs."""
    from signproof.report.errata import errata as listed
    from signproof.report.ledger import read

    print(listed(read(ledger)), end="")
