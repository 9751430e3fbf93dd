"""`signproof recheck`: a ledger, checked again from what it carries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signproof.terminal import CHANGED, escape, notice, progress, put, table

EPILOG = "Example:  signproof verify --json ledger.json; signproof recheck ledger.json"
MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "dim")}


def command(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER.json", help="A ledger written by `signproof verify`.")],
    with_: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="FILE.py", help="File that defines classes that witnesses of your claims use."),
    ] = None,
) -> None:
    """Check every `proved` and `refuted` of a ledger again, from the documents and the witnesses that it carries.

    Nothing else that the ledger says is believed. Exit 1 if anything does not hold.
    """
    from signproof.loading import read_file
    from signproof.report.ledger import read
    from signproof.report.recheck import recheck
    from signproof.theory.catalog import catalog

    entries, known = read(ledger)["claims"], dict(catalog())
    for file in with_ or []:
        known |= {claim.id: claim for claim in read_file(file)}
    outcomes = []
    with progress(len(entries)) as bar:
        for entry in entries:
            bar.say(entry["id"])
            outcomes.append(recheck(entry, known))
            bar.advance()
    grid = table("claim", "verdict", "", "checked again")
    for entry, outcome in zip(entries, outcomes, strict=True):
        mark, style = MARKS[outcome.holds]
        grid.add_row(escape(entry["id"]), entry["verdict"], f"[{style}]{mark}[/]", escape(outcome.why))
    put(grid)
    held, failed = (sum(outcome.holds is sort for outcome in outcomes) for sort in (True, False))
    notice(f"{held} verdicts hold, {failed} do not, {len(outcomes) - held - failed} have nothing to be checked by")
    if failed:
        raise typer.Exit(CHANGED)
