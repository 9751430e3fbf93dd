"""`signproof variant`: ask an optimizer of one's own whether it obeys the claims."""

from __future__ import annotations

from functools import partial
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signproof.commands.verify import ProfileName
from signproof.interruption import exit_code
from signproof.terminal import CHANGED, check_outputs, escape, held, notice, progress, put, table, told
from signproof.theory.files import write_atomically
from signproof.theory.misuse import Misuse

if TYPE_CHECKING:
    from signproof.checks.variants.row import Row

EPILOG = (
    "Exit codes: 0 every claim that applies holds or matches the baseline, 1 broken, undecided, failed or worse than "
    "the baseline, 2 misuse, 130 interrupted.  Example:  signproof variant mine.py:my_sign --claims "
    "'scaled-sign/theorem-1.*' --dtype bfloat16"
)
STYLES = {
    "holds": "green",
    "broken": "red",
    "broken as shipped": "red",
    "undecided": "yellow",
    "failed": "bold red",
    "not applicable": "dim",
    "the same": "green",
    "different": "red",
}
LARGEST_RATIO = 1000
"""Ratios up to which a table shows decimals."""
SCHEMA, AGAINST = "signproof-variant/1", "signproof-against/1"


def command(
    target: Annotated[
        str,
        typer.Argument(metavar="FILE.py:FACTORY", help="A function that maps a step size to an optax transformation."),
    ],
    claims: Annotated[
        str,
        typer.Option(metavar="GLOB|FILE.py[:GLOB]", help="Claims to test: IDs by pattern, or those of a file."),
    ] = "*",
    against: Annotated[
        str | None,
        typer.Option(metavar="FILE.py:FACTORY", help="Ask whether it is the same as this optimizer, and no claims."),
    ] = None,
    numpy: Annotated[
        bool, typer.Option("--numpy", help="FACTORY is step(x, gradient, state, step_size) on NumPy's arrays.")
    ] = False,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all rows to this file.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with this baseline; fail on changed statuses and larger ratios."),
    ] = None,
    dtype: Annotated[
        str, typer.Option(help="Dtype of parameters and state: float64, float32 or bfloat16.")
    ] = "float64",
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    profile: Annotated[
        ProfileName, typer.Option(help="Effort per claim: quick (seconds) or full (minutes).")
    ] = ProfileName.quick,
) -> None:
    """Test whether an optimizer obeys the bounds: each holds, or is broken at a given step on a given instance."""
    from signproof.checks.variants.row import FAULTS
    from signproof.loading import factory_in
    from signproof.report import variant_baseline
    from signproof.report.ledger import spared

    check_outputs(json, None)
    factory, name = factory_in(target, numpy)
    if numpy and dtype != "float64":
        raise Misuse(f"--numpy follows a step in float64, not in {dtype}")
    if against is not None:
        if claims != "*" or baseline is not None:
            raise Misuse("--against asks no claims: leave out --claims and --baseline")
        _compare(factory, name, against, numpy, dtype, seed, json)
        return
    known = None
    if baseline is not None:
        if not baseline.exists():
            raise Misuse(f"no baseline {baseline}; pytest writes one with --signproof-update")
        known = variant_baseline.read(baseline)
    called = variant_baseline.named(name, dtype)
    found, interrupted = _ask(factory, called, claims, dtype, seed, str(profile))
    _print(found)
    if not interrupted and all(row.status == "not applicable" for row in found):
        notice(f"none of the claims {claims!r} applies to {name}: {found[0].reason}")
    if json is not None:
        place = spared(json, len(found), partial(held, schema=SCHEMA, name="rows")) if interrupted else json
        _write(place, name, dtype, seed, str(profile), found, bool(interrupted))
        told(place, json)
    if interrupted:
        count = f"{len(found)} claim{'' if len(found) == 1 else 's'}"
        notice(f"interrupted after {count}; results so far were kept, marked partial")
        raise typer.Exit(interrupted)
    if known is None:
        wrong = any(row.status in FAULTS for row in found)
    else:
        compared = variant_baseline.compare(found, known, complete=claims == "*")
        for difference in compared.differences:
            notice(f"changed: {difference}")
        for line in compared.stale:
            notice(f"stale: {line}")
        wrong = bool(compared.differences) or any(row.status in FAULTS for row in compared.new)
    if wrong:
        raise typer.Exit(CHANGED)


def _compare(factory: Any, name: str, against: str, numpy: bool, dtype: str, seed: int, json: Path | None) -> None:
    """Whether two optimizers are the same; ends with an exit code."""
    from signproof.checks.variants.against import against as compared
    from signproof.checks.variants.variant import DTYPES
    from signproof.loading import factory_in

    if dtype not in DTYPES:
        raise Misuse(f"there is no dtype {dtype!r}; choose {', '.join(DTYPES)}")
    other, other_name = factory_in(against, numpy)
    found = compared(factory, other, dtype=dtype, seed=seed)
    because = "; ".join(part for part in (found.instance, found.reason) if part)
    rows = table("optimizer", "against", "verdict", "k", "because")
    step = "" if found.step is None else str(found.step)
    rows.add_row(escape(name), escape(other_name), f"[{STYLES[found.status]}]{found.status}[/]", step, escape(because))
    put(rows)
    if json is not None:
        data = {"schema": AGAINST, "variant": name, "against": other_name, "dtype": dtype, **found.data()}
        write_atomically(json, dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    if found.status != "the same":
        raise typer.Exit(CHANGED)


def _ask(factory: Any, name: str, claims: str, dtype: str, seed: int, profile: str) -> tuple[list[Row], int]:
    """The rows that were found and, if the run was interrupted, its exit code; a progress bar while it works."""
    from signproof.checks.variants.ask import rows
    from signproof.loading import asked

    chosen, found = asked(claims), []
    with progress(len(chosen)) as bar:
        try:
            for row in rows(factory, chosen, dtype=dtype, seed=seed, profile=profile, advance=bar.say, name=name):
                found.append(row)
                bar.advance()
        except KeyboardInterrupt as interruption:
            return found, exit_code(interruption)
    return found, 0


def _print(found: list[Row]) -> None:
    from signproof.checks.variants.row import NO_RUN, readable

    rows = table("claim", "verdict", "k", "largest ratio", "tightness", "because")
    other = 0
    for row in found:
        if row.status == "not applicable" and row.reason == NO_RUN:
            other += 1
            continue
        because = "; ".join(part for part in (row.instance if row.status != "holds" else "", row.reason) if part)
        style = STYLES[row.status]
        rows.add_row(
            escape(row.claim),
            f"[{style}]{row.status}[/]",
            "" if row.step is None else str(row.step),
            _short(row.ratio),
            _short(row.tightness),
            escape(readable(because)),
        )
    put(rows)
    if other:
        skipped = "s are not bounds on a run and were" if other > 1 else " is not a bound on a run and was"
        notice(f"{other} claim{skipped} skipped")


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.4f}" if abs(number) < LARGEST_RATIO else f"{number:.0e}"


def _write(path: Path, name: str, dtype: str, seed: int, profile: str, found: list[Row], cut: bool) -> None:
    from importlib.metadata import version

    from signproof.report.ledger import environment

    data = {
        "schema": SCHEMA,
        "variant": name,
        "dtype": dtype,
        "profile": profile,
        "seed": seed,
        "partial": cut,
        "environment": environment() | {"optax": version("optax")},
        "rows": [row.data() for row in found],
    }
    write_atomically(path, dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
