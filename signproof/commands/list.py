"""`signproof list`: list claims."""

from __future__ import annotations

from typing import Annotated

import typer

from signproof.commands.targets import Targets
from signproof.terminal import escape, put, table

EPILOG = "Examples:  signproof list 'scaled-sign/*'  |  signproof list | grep momentum  |  signproof list --json"


def command(
    targets: Targets = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON instead.")] = False,
) -> None:
    """List claims: ID, place in the paper, what it says. In a pipe, each is one line."""
    from signproof.loading import load
    from signproof.theory.terms.formula import text

    claims = load(targets or [])
    if as_json:
        import json

        told = [
            {
                "id": claim.id,
                "kind": claim.kind,
                "source": None if claim.source is None else {"paper": claim.source.paper, "where": claim.source.where},
                "about": claim.about,
                "statement": text(claim.conclusion),
                "algorithm": None if claim.algorithm is None else str(claim.algorithm),
            }
            for claim in claims
        ]
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    rows = table("claim", "where", "says")
    for claim in claims:
        where = f"{claim.source.paper}, {claim.source.where}" if claim.source else ""
        rows.add_row(escape(claim.id), escape(where), escape(claim.about or text(claim.conclusion)))
    put(rows)
