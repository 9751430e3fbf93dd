"""Algorithm 3 in processes on this machine: started, compared before they begin, supervised, checked, reported."""

from __future__ import annotations

import dataclasses
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import signproof
from signproof.checks.distributed import algorithm as distributed
from signproof.checks.distributed.algorithm import Program
from signproof.checks.distributed.processes import Crew
from signproof.checks.distributed.worker import HOST, free_port
from signproof.theory.misuse import Misuse

WORKER = (sys.executable, "-m", "signproof.checks.distributed.worker")
"""What a worker is started with."""


@dataclass
class Record:
    """What has become known of a run so far.

    `values`: f(x_k) for k = 0, 1, ...; `digests`: the name of the bits of x_k, for each worker; `agrees`: whether all
    of them are those of the reference, None if that has not been looked at; `traffic`: bytes per worker and step, once
    the run is through; `because`: why it is partial.
    """

    program: Program
    steps: int
    shape: tuple[int, int] | None = None
    values: list[float] = field(default_factory=list)
    digests: list[list[str]] = field(default_factory=list)
    traffic: dict[str, Any] = field(default_factory=dict)
    agrees: bool | None = None
    differs_at: int | None = None
    because: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON; a number that is not finite is null."""
        return {
            "schema": "signproof-distributed/1",
            "version": distributed.version(),
            "program": dataclasses.asdict(self.program),
            "steps": self.steps,
            "rows": None if self.shape is None else self.shape[0],
            "features": None if self.shape is None else self.shape[1],
            "values": [value if math.isfinite(value) else None for value in self.values],
            "digests": [same[0] if len(set(same)) == 1 else same for same in self.digests],
            "reference": {"agrees": self.agrees, "differs_at": self.differs_at},
            "bytes": self.traffic,
            "partial": bool(self.because),
            "because": self.because or None,
        }


def conduct(
    record: Record,
    port: int | None,
    patience: float,
    advance: Callable[[], None],
) -> None:
    """Run the record's program in processes, and fill the record in as they report.

    Arguments:
        port: of the coordinator, which is worker 0; None for one that is free. patience: seconds within which every
            worker must say its next word. advance: called after each step.

    Raises Misuse if the port is in use, if the data is not usable, or if the workers' versions or data do not match;
    Lost if a worker dies, never joins, or falls silent. No process is left behind, whatever happens.
    """
    program = record.program
    if port is not None:
        free_port(port)
    task = {"program": dataclasses.asdict(program), "steps": record.steps, "patience": patience}
    with Crew([WORKER] * program.workers, _environment()) as crew:
        for worker in range(program.workers):
            crew.tell(task | {"worker": worker}, worker)
        record.shape = _common(crew.round(patience))
        crew.tell({"port": free_port(port)})
        crew.round(patience)
        for _ in range(record.steps + 1):
            reports = crew.round(patience)
            record.values.append(sum(report["value"] for report in reports) / program.workers)
            record.digests.append([report["digest"] for report in reports])
            advance()
        record.traffic = _traffic(program, record.shape[1], crew.round(patience))


def compare(record: Record) -> None:
    """Compute the steps that were made again, in this process alone, and note whether every bit is the same."""
    program = record.program
    rows = np.stack([program.rows(worker) for worker in range(program.workers)])
    made = distributed.reference(program, rows, program.start(rows.shape[2]), len(record.digests) - 1)
    for k, (x, found) in enumerate(zip(made, record.digests, strict=False)):
        if set(found) != {distributed.digest(x)}:
            record.agrees, record.differs_at = False, k
            return
    record.agrees = True if record.digests else None


def _common(greetings: list[dict[str, Any]]) -> tuple[int, int]:
    """The shape of every worker's rows. Raises Misuse if a worker differs from this process or from worker 0."""
    own, first = distributed.version(), greetings[0]
    for worker, greeting in enumerate(greetings):
        if greeting.get("version") != own:
            raise Misuse(
                f"worker {worker} runs another version of the code ({greeting.get('version')}; here {own}): "
                "install the same one everywhere"
            )
        if (greeting["shape"], greeting["dtype"]) != (first["shape"], first["dtype"]):
            words = ["{} x {} numbers of {}".format(*said["shape"], said["dtype"]) for said in (greeting, first)]
            raise Misuse(
                f"worker {worker} holds {words[0]}, worker 0 {words[1]}: give all workers the same shape and type"
            )
    return tuple(first["shape"])


def _traffic(program: Program, features: int, reports: list[dict[str, Any]]) -> dict[str, Any]:
    handed = reports[0]["handed_over"]
    norm = program.dtype.itemsize
    measured = [(report["sent"], report["gradients_sent"]) for report in reports]
    known = all(None not in pair for pair in measured)
    return {
        "signs": handed["all_to_all"],
        "norm": norm,
        "votes": handed["all_gather"] - norm,
        "gradient": features * norm,
        "on_sockets": max(pair[0] for pair in measured) if known else None,
        "gradient_on_sockets": max(pair[1] for pair in measured) if known else None,
    }


def _environment() -> dict[str, str]:
    """The workers import what this process has imported, and look for the coordinator on this machine."""
    root = str(Path(signproof.__file__).parents[1])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path, "no_grpc_proxy": HOST}
