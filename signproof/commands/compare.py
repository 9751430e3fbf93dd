"""`signproof compare`: what changed between two ledgers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from signproof.terminal import CHANGED, console, ratio_of, table

EPILOG = "Example:  signproof compare old.json new.json --fail-on-change"


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="The earlier ledger.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="The later ledger.")],
    fail_on_change: Annotated[bool, typer.Option(help="Exit 1 if a verdict differs or a claim is gone.")] = False,
):
    """Compare two ledgers: verdicts and tightness, claim by claim."""
    from signproof.report.ledger import read

    before = {entry["id"]: entry for entry in read(old)["claims"]}
    after = {entry["id"]: entry for entry in read(new)["claims"]}
    rows = table("claim", "before", "after", "")
    differ = False
    for id in [*before, *(id for id in after if id not in before)]:
        sides = [side.get(id) for side in (before, after)]
        verdicts = [entry and entry["verdict"] for entry in sides]
        mark = "gone" if sides[1] is None else "new" if sides[0] is None else ""
        if not mark and verdicts[0] != verdicts[1]:
            mark = "verdict changed"
        differ = differ or mark in ("gone", "verdict changed")
        rows.add_row(escape(id), *(_verdict_and_ratio(entry) for entry in sides), mark)
    console().print(rows)
    if differ and fail_on_change:
        raise typer.Exit(CHANGED)


def _verdict_and_ratio(entry: dict[str, Any] | None) -> str:
    return "" if entry is None else " ".join(part for part in (entry["verdict"], ratio_of(entry)) if part)
