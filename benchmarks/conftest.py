"""What the benchmarks share: the table of results, and timing in turns.

`make bench` prints the table and writes out/benchmarks.json and out/benchmarks.md; with PYTEST_ARGS=--docs the table
in docs/performance.md is replaced as well.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cpuinfo
import jax
import numpy as np
import pytest
from rest import rest
from rich.console import Console
from rich.table import Table

# the number of devices is fixed when JAX starts, so it is said here, before anything computes
jax.config.update("jax_num_cpu_devices", os.cpu_count())

OUT = Path(__file__).parents[1] / "out"
DOCS = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- make bench: begin -->\n", "<!-- make bench: end -->"
"""Where in the documentation the table stands."""
COSTS = {"s", "ms", "µs", "ns"}
"""Units of which less is better; of all others more is."""
ROWS = pytest.StashKey[list[dict[str, Any]]]()
COLUMNS = ("case", "quantity", "measured", "target", "met")


def pytest_addoption(parser):
    parser.addoption("--docs", action="store_true", help="replace the table in docs/performance.md")


@pytest.fixture(scope="session")
def row(request) -> Callable[..., None]:
    """Adds a line to the table: row(case, quantity, value, target, unit).

    `target` is None where there is none; where the unit is one of time, or with `at_most`, it is an upper limit.
    """
    rows = request.config.stash.setdefault(ROWS, [])

    def add(
        case: str, quantity: str, value: float, target: float | None, unit: str = "", at_most: bool | None = None
    ) -> None:
        less = unit in COSTS if at_most is None else at_most
        met = None if target is None else bool(value <= target if less else value >= target)
        rows.append(
            {"case": case, "quantity": quantity, "value": float(value), "unit": unit}
            | {"target": target, "at_most": less, "met": met}
        )

    return add


@pytest.fixture(scope="session")
def in_turn() -> Callable[..., dict[str, float]]:
    """Median seconds of several functions, run one after the other in each round: noise meets them alike.

    in_turn(rounds, name=function, ...) runs each once beforehand, so that nothing is compiled while it is timed.
    """

    def timed(rounds: int, **functions: Callable[[], Any]) -> dict[str, float]:
        for function in functions.values():
            function()
        seconds: dict[str, list[float]] = {name: [] for name in functions}
        for _ in range(rounds):
            for name, function in functions.items():
                rest()
                before = time.perf_counter()
                function()
                seconds[name].append(time.perf_counter() - before)
        return {name: float(np.median(found)) for name, found in seconds.items()}

    return timed


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    table = Table(*COLUMNS)
    for entry in rows:
        table.add_row(*_cells(entry))
    text = io.StringIO()
    Console(file=text, width=120).print(table)
    terminalreporter.section("results")
    terminalreporter.write(text.getvalue())
    OUT.mkdir(exist_ok=True)
    environment = _environment()
    (OUT / "benchmarks.json").write_text(json.dumps({"environment": environment, "rows": rows}, indent=1) + "\n")
    markdown = _markdown(environment, rows)
    (OUT / "benchmarks.md").write_text(markdown)
    if config.getoption("--docs"):
        before, rest = DOCS.read_text().split(BEGIN)
        DOCS.write_text(before + BEGIN + markdown + END + rest.split(END)[1])
    terminalreporter.write_line(f"written: {OUT / 'benchmarks.json'}, {OUT / 'benchmarks.md'}")


def _environment() -> dict[str, Any]:
    from signproof.report.ledger import environment

    return environment() | {
        "cpu": cpuinfo.get_cpu_info().get("brand_raw", "unknown"),
        "devices": [str(device) for device in jax.devices()],
    }


def _cells(entry: dict[str, Any]) -> tuple[str, ...]:
    unit = entry["unit"] and f" {entry['unit']}"
    target = "" if entry["target"] is None else f"{'≤' if entry['at_most'] else '≥'} {entry['target']:g}{unit}"
    met = {None: "", True: "yes", False: "no"}[entry["met"]]
    return entry["case"], entry["quantity"], f"{entry['value']:.4g}{unit}", target, met


def _markdown(environment: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (COLUMNS, ("---",) * len(COLUMNS), *map(_cells, rows))]
    machine = ", ".join(f"{name} {value}" for name, value in environment.items() if name != "devices")
    return "\n".join([*lines, "", f"Measured with {machine}; {len(environment['devices'])} JAX devices.", ""])
