"""`signproof experiment`: the papers' figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signproof.commands.targets import ProfileName, Targets
from signproof.interruption import exit_code
from signproof.terminal import STYLES, check_outputs, console, escape, notice, progress, table, told
from signproof.theory.misuse import Misuse

EPILOG = (
    "Examples:  signproof experiment scaled-sign/example-4  |  signproof experiment 'scaled-sign/example-5.*' "
    "--samples 400000 --features 2000 --folder state  |  signproof experiment scaled-sign/example-5.workers "
    "--data epsilon_normalized.bz2"
)


def command(
    targets: Targets = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Data in LIBSVM format; .gz and .bz2 also work.")
    ] = None,
    samples: Annotated[int | None, typer.Option(min=2, help="Samples of synthetic data.")] = None,
    features: Annotated[int | None, typer.Option(min=1, help="Features of synthetic data.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Samples per mini-batch.")] = None,
    repeats: Annotated[int | None, typer.Option(min=2, help="Number of independent runs.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Iterations per run.")] = None,
    profile: Annotated[ProfileName, typer.Option(help="Effort where no number is given.")] = ProfileName.quick,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the state of long runs here; the same command resumes them."),
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a ledger to this file.")] = None,
) -> None:
    """Rerun the papers' figures as experiments: each criterion, the measured value, and whether it is met."""
    from signproof.checks.experiments.experiment import Setting, known
    from signproof.checks.kinds.words import conduct
    from signproof.loading import load
    from signproof.report.ledger import entry, keep, ledger

    check_outputs(json, folder)
    if data is not None and not data.is_file():
        raise Misuse(f"no file {data}")
    claims = [claim for claim in load(targets or sorted(known())) if claim.id in known()]
    if not claims:
        raise Misuse(f"no experiment decides {', '.join(targets or ())}; there is one for {', '.join(sorted(known()))}")
    setting = Setting(str(profile), seed, data, samples, features, batch, repeats, steps, folder)
    entries, interrupted = [], 0
    with progress(len(claims)) as bar:
        try:
            for claim in claims:
                try:
                    verdict = conduct(claim, setting, bar.say)
                except ValueError as error:
                    raise Misuse(f"{claim.id}: {error}") from None
                bar.advance()
                entries.append(entry(verdict))
        except KeyboardInterrupt as interruption:
            interrupted = exit_code(interruption)
    for found in entries:
        _print(found)
    if json is not None and entries:
        told(keep(ledger(entries, str(profile), seed, partial=bool(interrupted)), json), json)
    if interrupted:
        kept = f"; their state is kept in {folder}" if folder else "; --folder would have kept their state"
        notice(f"interrupted after {len(entries)} of {len(claims)} experiments{kept}")
        raise typer.Exit(interrupted)


def _print(found: dict) -> None:
    out, verdict = console(), found["verdict"]
    out.print(f"[bold]{escape(found['id'])}[/]: [{STYLES[verdict]}]{verdict}[/]")
    out.print(f"  {escape(found['statement']['text'])}")
    rows = table("", "criterion: measured")
    for piece in found["evidence"]:
        if piece["kind"] == "experiment":
            rows.add_row("[green]yes[/]" if piece["holds"] else "[red]no[/]", escape(piece["text"]))
    out.print(rows)
    headings = {"choice": "chosen here: ", "reading": "alternative reading: "}
    for piece in found["evidence"]:
        if piece["kind"] != "experiment":
            out.print(f"  {headings.get(piece['kind'], '')}{escape(piece['text'])}")
    out.print()
