"""Worker processes of one parent: they talk in lines of JSON, and none of them outlives the parent's interest.

Each worker reads its orders from its standard input and ends when that is closed, which happens by itself when the
parent dies of whatever cause (`checks/distributed/worker.py`); the parent kills what is left when it leaves. A worker
that dies or says nothing for too long ends the work, with one line that says which one and why.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import IO, Any

from signproof.theory.misuse import Misuse

SETTLE = 5.0
"""Seconds that a worker's death may take to be seen after its peers complain that it is gone."""
LONGEST = 300
"""Characters of a worker's last words that a message repeats."""


class Lost(Exception):
    """A worker died or fell silent; the message is one line."""


class Crew:
    """Processes started by the given commands; a context manager, which leaves none of them behind."""

    def __init__(self, commands: Sequence[Sequence[str]], environment: dict[str, str]):
        self.commands, self.environment = commands, environment

    def __enter__(self) -> Crew:
        self.processes: list[subprocess.Popen] = []
        self.errors: list[IO[bytes]] = []
        self.lines: list[deque[bytes]] = [deque() for _ in self.commands]
        self.pieces = [b""] * len(self.commands)
        self.gone: set[int] = set()
        with ExitStack() as stack:
            self.selector = stack.enter_context(selectors.DefaultSelector())
            stack.callback(self._end)
            for number, command in enumerate(self.commands):
                self.errors.append(stack.enter_context(tempfile.TemporaryFile()))
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self.errors[-1],
                    env=self.environment,
                    start_new_session=True,  # Ctrl-C is the parent's business
                )
                self.processes.append(process)
                self.selector.register(process.stdout, selectors.EVENT_READ, number)  # type: ignore[arg-type]
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def _end(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(BrokenPipeError):
                    pipe.close()

    def tell(self, message: Mapping[str, object], worker: int | None = None) -> None:
        """Send a message to one worker, or to all of them; one that is gone is found in the next round."""
        for process in self.processes if worker is None else [self.processes[worker]]:
            assert process.stdin is not None
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(message).encode() + b"\n")
                process.stdin.flush()

    def round(self, patience: float) -> list[dict[str, Any]]:
        """The next message of every worker, in their order.

        Raises Lost if a worker is dead, if not all have spoken after `patience` seconds, or if one says, in a message
        `{"lost": why}`, that it cannot reach the others; Misuse if one says `{"misuse": what}`.
        """
        deadline, complaint = time.monotonic() + patience, ""
        while any(not lines for lines in self.lines):
            for number in self.gone:
                if not self.lines[number]:
                    raise Lost(self._death(number))
            left = deadline - time.monotonic()
            if left <= 0:
                raise Lost(self._death(min(self.gone)) if self.gone else complaint or self._silence(patience))
            for key, _ in self.selector.select(left):
                chunk = os.read(key.fd, 2**16)
                if not chunk:
                    # what it said before counts, and so does what the others are about to say of the same step
                    self.selector.unregister(key.fileobj)
                    self.gone.add(key.data)
                    deadline = min(deadline, time.monotonic() + SETTLE)
                *whole, self.pieces[key.data] = (self.pieces[key.data] + chunk).split(b"\n")
                self.lines[key.data] += whole
            for number, lines in enumerate(self.lines):
                message = self._read(number, lines[0]) if lines else {}
                if "misuse" in message:
                    raise Misuse(f"worker {number}: {message['misuse']}")
                if "lost" in message and not complaint:
                    # its peer's death is about to be seen, and says more
                    complaint = f"worker {number} lost the others: {message['lost']}"
                    deadline = min(deadline, time.monotonic() + SETTLE)
        if complaint:
            raise Lost(complaint)
        return [self._read(number, lines.popleft()) for number, lines in enumerate(self.lines)]

    def _read(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise Misuse(f"worker {number} sent a line that this version cannot read: {_short(line)}")
        return message

    def _silence(self, patience: float) -> str:
        silent = [str(number) for number, lines in enumerate(self.lines) if not lines]
        who = "worker" if len(silent) == 1 else "workers"
        has = "has" if len(silent) == 1 else "have"
        return f"{who} {', '.join(silent)} {has} been silent for {patience:g} s"

    def _death(self, number: int) -> str:
        """Which worker died first and how, as far as can be told: the runtime aborts those whose peer is gone."""
        with suppress(subprocess.TimeoutExpired):
            self.processes[number].wait(SETTLE)
        codes = {other: code for other, process in enumerate(self.processes) if (code := process.poll()) is not None}
        if not codes:
            return f"worker {number} has closed its output"
        first = min(codes, key=lambda other: (codes[other] == -signal.SIGABRT, codes[other] >= 0, other != number))
        if codes[first] < 0:
            return f"worker {first} was killed by {signal.Signals(-codes[first]).name}{self._words(first)}"
        return f"worker {first} ended with exit code {codes[first]}{self._words(first)}"

    def _words(self, number: int) -> str:
        """The last line of a worker's standard error."""
        file = self.errors[number]
        file.seek(0)
        said = [line for line in file.read().splitlines() if line.strip()]
        return f": {_short(said[-1])}" if said and self.processes[number].returncode != -signal.SIGKILL else ""


def _short(line: bytes) -> str:
    text = " ".join(line.decode(errors="replace").split())
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."
