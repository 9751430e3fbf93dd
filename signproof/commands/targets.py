"""Claims as named on the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


def completed(incomplete: str) -> list[str]:
    """IDs that begin with what was typed, for the shell; from the baseline, as to load claims takes seconds."""
    from signproof.report import baseline

    known = sorted({id for verdicts in baseline.read().values() for id in verdicts})
    return [id for id in known if id.startswith(incomplete)]


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE.py | ID-GLOB]...",
        help="Python files, claim IDs or ID patterns; all claims if omitted.",
        autocompletion=completed,
    ),
]


class ProfileName(StrEnum):
    quick = "quick"
    full = "full"
