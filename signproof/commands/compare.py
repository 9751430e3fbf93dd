"""`signproof compare`: what changed between two ledgers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from signproof.terminal import CHANGED, escape, notice, put, table, visible

EPILOG = "Example:  signproof compare old.json new.json --only-changed --fail-on worse"
COLOURS = {"better": "green", "worse": "red", "gone": "red", "verdict changed": "yellow", "new": "cyan"}


class FailOn(StrEnum):
    worse = "worse"
    verdict = "verdict"


MANY = 2000
"""Rows from which a table is plain lines, which take a second, not a minute."""


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="The earlier ledger.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="The later ledger.")],
    only_changed: Annotated[bool, typer.Option("--only-changed", help="Hide claims that did not change.")] = False,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            help="worse: exit 1 if a claim got worse or is gone; verdict: if a verdict changed or a claim is gone."
        ),
    ] = None,
) -> None:
    """Compare two ledgers claim by claim: better, worse, new, gone, verdict changed.

    Better and worse refer to the verdict or, if the verdict is unchanged, to a tightness that moved by more than 1%.
    """
    from signproof.report.compare import TOLERANCE, WORSE, compare
    from signproof.report.ledger import read

    changes = compare(read(old), read(new))
    shown = [change for change in changes if change.mark or not only_changed]
    if len(shown) > MANY:
        for change in shown:
            sides = _verdict_and_ratio(change.before), _verdict_and_ratio(change.after)
            print("  ".join(visible(part) for part in (change.id, *sides, change.mark)).rstrip())
    elif shown:
        rows = table("claim", "before", "after", "")
        for change in shown:
            mark = change.mark if not change.verdict or change.mark in ("gone", "verdict changed") else (
                f"{change.mark}: verdict changed"
            )  # fmt: skip
            style = COLOURS.get(change.mark)
            rows.add_row(
                escape(change.id),
                _verdict_and_ratio(change.before),
                _verdict_and_ratio(change.after),
                f"[{style}]{mark}[/]" if style else mark,
            )
        put(rows)
    marked = [change for change in changes if change.mark]
    notice(
        f"{len(marked)} of {len(changes)} claims changed"
        if marked
        else f"nothing changed (tightness is compared to within {TOLERANCE:.0%})"
    )
    if fail_on == FailOn.worse and any(change.mark in WORSE for change in changes):
        raise typer.Exit(CHANGED)
    if fail_on == FailOn.verdict and any(change.verdict for change in changes):
        raise typer.Exit(CHANGED)


def _verdict_and_ratio(entry: dict[str, Any] | None) -> str:
    from signproof.report.ledger import ratio_text

    return "" if entry is None else " ".join(part for part in (entry["verdict"], ratio_text(entry)) if part)
