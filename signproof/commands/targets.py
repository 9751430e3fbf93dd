"""Claims as named on the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE.py | ID-GLOB]...", help="Python files, claim IDs or ID patterns; all claims if omitted."
    ),
]


class ProfileName(StrEnum):
    quick = "quick"
    full = "full"
