"""`signproof list`: list claims."""

from __future__ import annotations

from signproof.commands.targets import Targets
from signproof.terminal import console, escape, table

EPILOG = "Example:  signproof list 'scaled-sign/*'"


def command(targets: Targets = None) -> None:
    """List claims: ID, place in the paper, what it says."""
    from signproof.loading import load
    from signproof.theory.terms.formula import text

    rows = table("claim", "where", "says")
    for claim in load(targets or []):
        where = f"{claim.source.paper}, {claim.source.where}" if claim.source else ""
        rows.add_row(escape(claim.id), escape(where), escape(claim.about or text(claim.conclusion)))
    console().print(rows)
