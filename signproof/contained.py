"""A user's file while it is read: whatever it does to the process besides is undone, and said in one line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NoReturn

SHOWN = 60
"""Characters of what a file prints that are repeated."""


@contextmanager
def contained(path: Path) -> Iterator[None]:
    """Run a user's file inside the block: what it prints goes nowhere, its folder and its streams are as they were
    after it, and it cannot end the process. What it tried is told on standard error, in one line."""
    from signproof.terminal import notice

    said, errors, folder = io.StringIO(), io.StringIO(), os.getcwd()
    kept = {number: os.dup(number) for number in (0, 1, 2) if _is_open(number)}
    leave = os._exit
    os._exit = _raised  # type: ignore[assignment] # it would end the process without a word, and with whatever exit code
    streams = sys.stdin, sys.stdout, sys.stderr
    try:
        with redirect_stdout(said), redirect_stderr(errors):
            yield
    finally:
        os._exit = leave
        sys.stdin, sys.stdout, sys.stderr = streams
        done = []
        printed = "" if said.closed else " ".join(said.getvalue().split())
        if printed:
            done.append(f"prints {printed[:SHOWN]!r}{'...' if len(printed) > SHOWN else ''}")
        closed = [number for number, copy in kept.items() if not _is_open(number)]
        if closed or said.closed or errors.closed:
            done.append("closes its streams")
        for number, copy in kept.items():
            if number in closed:
                os.dup2(copy, number)
            os.close(copy)
        if _folder() != folder:
            done.append("changes the folder")
            with suppress(OSError):
                os.chdir(folder)
        if not errors.closed and errors.getvalue():
            sys.stderr.write(errors.getvalue())  # warnings, say
        if done:
            notice(f"{path} {' and '.join(done)} while it is read; that was undone")


def _raised(code: Any = 0) -> NoReturn:
    raise SystemExit(code)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it is gone
        return ""
