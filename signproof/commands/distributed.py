"""`signproof distributed`: Algorithm 3 in processes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signproof.interruption import exit_code
from signproof.terminal import CHANGED, check_outputs, console, notice, progress, table

if TYPE_CHECKING:
    from signproof.distributing import Record

EPILOG = (
    "Examples:  signproof distributed --processes 3  |  signproof distributed --data breast-cancer --ties zero  |  "
    "signproof distributed --data 'part-{}.txt' --json run.json.  Exit code 1: a worker was lost (what it "
    "reported is kept), or the iterates differ from the reference."
)
LONGEST = 86_400
"""Seconds in a day: systems cannot wait for as long as one likes."""
ROWS = 10
"""Iterations that the table shows, about."""


def command(
    processes: Annotated[int, typer.Option(min=1, help="Number of workers; each is a process with its own data.")] = 3,
    steps: Annotated[int, typer.Option(min=1, max=2**31 - 1, help="Number of steps.")] = 50,
    ties: Annotated[
        str, typer.Option(metavar="coin|plus|zero", help="How to count an estimate of 0 and a tied vote.")
    ] = "coin",
    data: Annotated[
        str,
        typer.Option(
            metavar="synthetic|breast-cancer|FILE", help="Data to split; {} in a file name: one file per worker."
        ),
    ] = "synthetic",
    samples: Annotated[int, typer.Option(min=1, help="Rows of synthetic data per worker.")] = 256,
    features: Annotated[int, typer.Option(min=1, help="Features of synthetic data.")] = 2**14,
    loss: Annotated[str, typer.Option(metavar="logistic|squares", help="The loss, plus a ridge penalty.")] = "logistic",
    batch: Annotated[int, typer.Option(min=1, help="Rows per mini-batch.")] = 64,
    step_size: Annotated[float, typer.Option(help="The step size.")] = 0.01,
    bits: Annotated[int, typer.Option(metavar="64|32", help="Floating-point precision in bits.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the coordinator; a free one by default.")
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=1, max=LONGEST, metavar="SECONDS", help="End the run once a worker has been silent this long."
        ),
    ] = 120.0,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the run to this file.")] = None,
) -> None:
    """Run scaled SignSGD by majority vote (Algorithm 3) on several processes and check it bit for bit against one."""
    from json import dumps

    from signproof.checks.distributed.algorithm import Program
    from signproof.checks.distributed.processes import Lost
    from signproof.distributing import Record, compare, conduct
    from signproof.theory.files import write_atomically

    check_outputs(json, None)
    program = Program(processes, data, samples, features, loss, batch, step_size, ties, bits, seed)
    record = Record(program, steps)
    code = 0
    try:
        try:
            with progress(steps + 1) as bar:
                bar.say("steps")
                conduct(record, port, timeout, bar.advance)
        except Lost as error:
            record.because, code = str(error), CHANGED
        compare(record)
    except KeyboardInterrupt as interruption:
        record.because, code = "interrupted", exit_code(interruption)
    _print(record)
    if json is not None:
        write_atomically(json, dumps(record.data(), indent=1, allow_nan=False) + "\n")
        notice(f"written: {json}")
    if record.because:
        kept = f"results up to k = {len(record.values) - 1} were kept, marked partial"
        notice(f"{record.because}; {kept if record.values else 'no step was reported'}")
    raise typer.Exit(CHANGED if record.agrees is False else code)


def _print(record: Record) -> None:
    if not record.values:
        return
    program, last = record.program, len(record.values) - 1
    rows = table("k", "f")
    for k in sorted({*range(0, last, max(1, last // ROWS)), last}):
        rows.add_row(str(k), f"{record.values[k]:.6g}")
    out = console()
    out.print(rows)
    lines = []
    if record.agrees:
        lines.append(
            f"x_0, ..., x_{last} on all {program.workers} processes match the single-process reference bit for bit"
        )
    if record.agrees is False:
        lines.append(f"x_{record.differs_at} does not match the single-process reference on every process")
    if record.traffic:
        bytes_ = record.traffic
        up = bytes_["signs"] + bytes_["norm"]
        lines.append(
            f"per step a worker hands over {bytes_['signs']} bytes of signs and {bytes_['norm']} of its norm, "
            f"1/{bytes_['gradient'] / up:.1f} of a gradient ({bytes_['gradient']}), and {bytes_['votes']} of votes"
        )
        if bytes_["on_sockets"]:
            lines.append(
                f"measured on its sockets, headers included: {bytes_['on_sockets']:.0f} bytes, "
                f"1/{bytes_['gradient_on_sockets'] / bytes_['on_sockets']:.1f} of what summing full gradients takes "
                f"({bytes_['gradient_on_sockets']:.0f})"
            )
    for line in lines:
        out.print(line, soft_wrap=True, highlight=False, markup=False)
