"""`signproof tightness`: where a bound is tight."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from signproof.terminal import check_outputs, console, notice, numbers, table
from signproof.theory.misuse import Misuse

EPILOG = "Example:  signproof tightness scaled-sign/theorem-1.1 --dimensions 2,8 --ratios 1,2,8,80 --svg map.svg"


def command(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="One claim with a bound on a run.")],
    dimensions: Annotated[str, typer.Option(metavar="D,D,...", help="Dimensions.")] = "1,2,3,8",
    ratios: Annotated[str, typer.Option(metavar="R,R,...", help="Values of L/mu, rationals.")] = "1,2,3,8,80,8000",
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map here.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the map into this file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 0,
):
    """Show where a bound is tight (1), where it is loose, and where nothing meets its assumptions."""
    from json import dumps

    from signproof.checks.domain import THETAS
    from signproof.checks.tightness_map import tightness_map
    from signproof.loading import load
    from signproof.report.ledger import write_atomically

    check_outputs(json, None)
    check_outputs(svg, None, "--svg")
    claims = load([target])
    if len(claims) != 1:
        raise Misuse(f'"{target}" names {len(claims)} claims; name one')
    cells = tightness_map(
        claims[0], numbers(dimensions, int, "--dimensions"), numbers(ratios, Fraction, "--ratios"), THETAS, seed
    )
    rows = table("d", "L/mu", *(f"at {theta}" for theta in THETAS), "instance, or why there is none")
    for row in range(0, len(cells), len(THETAS)):
        part = cells[row : row + len(THETAS)]
        loosest = min(part, key=lambda cell: -1 if cell.value is None else cell.value)
        rows.add_row(
            str(loosest.dimension),
            str(loosest.ratio),
            *(cell.text for cell in part),
            escape(loosest.reason or loosest.instance),
        )
    console().print(rows)
    if json is not None:
        found = {
            "schema": "signproof-tightness/1", "claim": claims[0].id, "seed": seed, "cells": [c.data() for c in cells]
        }  # fmt: skip
        write_atomically(json, dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        notice(f"written: {json}")
    if svg is not None:
        from signproof.report.charts import svg as drawn
        from signproof.report.charts import tightness_chart

        write_atomically(svg, drawn(tightness_chart([cell.data() for cell in cells], claims[0].id)))
        notice(f"written: {svg}")
