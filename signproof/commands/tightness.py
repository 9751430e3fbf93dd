"""`signproof tightness`: where a bound is tight."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import prod
from pathlib import Path
from typing import Annotated, Any

import typer

from signproof.interruption import exit_code
from signproof.terminal import check_outputs, escape, held, notice, numbers, put, table, told
from signproof.theory.misuse import Misuse

SCHEMA = "signproof-tightness/1"
EPILOG = "Example:  signproof tightness scaled-sign/theorem-1.1 --dimensions 2,8 --ratios 1,2,8,80 --svg map.svg"


def command(
    target: Annotated[str, typer.Argument(metavar="ID | FILE.py", help="One claim with a bound on a run.")],
    dimensions: Annotated[str, typer.Option(metavar="D,D,...", help="Dimensions.")] = "1,2,3,8",
    ratios: Annotated[str, typer.Option(metavar="R,R,...", help="Values of L/mu, as rationals.")] = "1,2,3,8,80,8000",
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map to this file.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the map to this file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
) -> None:
    """Show where a bound is tight (1), where it is loose, and where nothing meets its assumptions."""
    from signproof.checks.posing.domain import THETAS
    from signproof.checks.trials.tightness_map import Cell, tightness_cells
    from signproof.loading import load

    check_outputs(json, None)
    check_outputs(svg, None, "--svg")
    claims = load([target])
    if len(claims) != 1:
        raise Misuse(f'"{target}" names {len(claims)} claims; name one')
    asked = numbers(dimensions, int, "--dimensions"), numbers(ratios, Fraction, "--ratios"), THETAS
    cells: list[Cell] = []
    interrupted = 0
    try:
        for cell in tightness_cells(claims[0], *asked, seed):
            cells.append(cell)
    except KeyboardInterrupt as interruption:
        interrupted = exit_code(interruption)
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
    put(rows)
    _write(claims[0].id, seed, [cell.data() for cell in cells], json, svg, cut=bool(interrupted))
    if interrupted:
        notice(f"interrupted after {len(cells)} of {prod(map(len, asked))} cells; finished cells were kept")
        raise typer.Exit(interrupted)


def _write(id: str, seed: int, cells: list[dict[str, Any]], json: Path | None, svg: Path | None, cut: bool) -> None:
    from json import dumps

    from signproof.report.ledger import spared
    from signproof.theory.files import write_atomically

    if json is not None:
        found = {"schema": SCHEMA, "claim": id, "seed": seed, "partial": cut, "cells": cells}
        place = spared(json, len(cells), partial(held, schema=SCHEMA, name="cells")) if cut else json
        write_atomically(place, dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        told(place, json)
    if svg is not None and cells and not (cut and svg.exists()):
        from signproof.report.charts import svg as drawn
        from signproof.report.charts import tightness_chart

        write_atomically(svg, drawn(tightness_chart(cells, id)))
        notice(f"written: {svg}")
