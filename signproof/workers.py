"""A few processes that work through tasks, one task each at a time, with one pipe each.

Unlike the pools of the standard library this one knows which process is at which task: if one dies, of whatever cause,
the work ends at once and the message names its task, or the task is told as lost and another process takes its place.
No process outlives the one that started it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any

from signproof.interruption import exit_code

PATIENCE = 0.2
"""Seconds between two looks for Ctrl-C, which some systems hand to another thread than the one that waits."""
SETTLE = 2.0
"""Seconds that a process whose pipe is closed may take until its exit code is known."""
FAILED = 1

Work = Callable[[Any], Any]
Task = tuple[str, Any]
"""Its name, for messages, and what the work is called with."""


class Lost(Exception):
    """A process died. The message is one line; `name` is that of its task, empty if it had none; `code` is what the
    run is to exit with: 128 and the number of the signal, or 1; `late` says that it was ended, for its task took too
    long."""

    def __init__(self, message: str, name: str, code: int, late: bool = False):
        super().__init__(message)
        self.name, self.code, self.late = name, code, late


def each(
    jobs: int,
    tasks: Iterable[Task],
    prepare: Callable[..., Work],
    arguments: tuple[Any, ...] = (),
    ended: threading.Event | None = None,
    replaced: bool = False,
    seconds: float | None = None,
) -> Iterator[tuple[int, Any]]:
    """The results of tasks, each with the number of its task, in the order in which they come.

    Arguments: the number of processes; the tasks, which are asked for one at a time; `prepare(*arguments)` makes, in
    each process, the function that is called with each task; all of it must be picklable, and so must the results. If
    `ended` is set, no more come. If lost processes are to be `replaced`, the result of what they were at is a Lost; so
    is that of a task that takes longer than `seconds`.
    Raises Lost if a process dies otherwise, KeyboardInterrupt if one is interrupted. However it ends, no process is
    left.
    """
    waiting = enumerate(tasks)
    crew: list[_Worker] = []
    try:
        # no more processes than there are tasks
        crew += (_Worker(prepare, arguments, first) for first in islice(waiting, jobs))
        while crew and not (ended is not None and ended.is_set()):
            ready = wait([channel for worker in crew for channel in worker.channels], PATIENCE)
            for worker in list(crew):
                done: list[tuple[int, Any]] = []
                try:
                    if not any(channel in ready for channel in worker.channels):
                        worker.hurry(seconds)
                        continue
                    done = worker.heard()
                    busy = worker.begin(worker.upcoming or next(waiting, None))
                except Lost as lost:
                    if not replaced or worker.number is None:
                        raise
                    done.append((worker.number, lost))
                    busy = False
                    upcoming = next(waiting, None)
                    if upcoming is not None:
                        crew.append(_Worker(prepare, arguments, upcoming))
                if not busy:
                    crew.remove(worker)
                    worker.end()
                yield from done
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """A process, the task that it is at, and the one that it begins with."""

    def __init__(self, prepare: Callable[..., Work], arguments: tuple[Any, ...], upcoming: tuple[int, Task]):
        context = multiprocessing.get_context("spawn")
        self.pipe, far = context.Pipe()
        self.upcoming: tuple[int, Task] | None = upcoming
        self.number: int | None = None
        self.task, self.begun = "", 0.0
        self.process = context.Process(target=_serve, args=(far, prepare, arguments), daemon=True)
        with _sigint_held():
            self.process.start()
        far.close()

    @property
    def channels(self) -> tuple[Any, ...]:
        return self.pipe, self.process.sentinel

    def heard(self) -> list[tuple[int, Any]]:
        """What it has finished, by number, and the result; nothing if it has only become ready. Raises Lost."""
        try:
            # what it said before it died counts
            result = self.pipe.recv() if self.pipe.poll() else self._died()
        except (EOFError, OSError):
            self._died()
        done = [] if self.number is None else [(self.number, result)]
        self.number, self.task = None, ""
        return done

    def begin(self, upcoming: tuple[int, Task] | None) -> bool:
        """Give it a task, by number; whether there is one. Raises Lost."""
        self.upcoming, self.begun = None, monotonic()
        if upcoming is None:
            return False
        self.number, (self.task, given) = upcoming
        try:
            self.pipe.send(given)
        except OSError:
            self._died()
        return True

    def hurry(self, seconds: float | None) -> None:
        """Raises Lost if it is at its task for longer than that."""
        if seconds is not None and self.number is not None and monotonic() - self.begun > seconds:
            raise Lost(f"{self.task} took more than {seconds:g} s", self.task, FAILED, late=True)

    def _died(self):
        self.process.join(SETTLE)
        code = self.process.exitcode
        if code == exit_code(KeyboardInterrupt()):
            raise KeyboardInterrupt
        who = f"the process that judged {self.task}" if self.task else "a process that was about to judge"
        how = "closed its pipe" if code is None else f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was killed by {_signal_name(-code)}"
        raise Lost(f"{who} {how}", self.task, 128 - code if code is not None and code < 0 else FAILED)

    def end(self):
        self.process.kill()
        self.process.join()
        self.pipe.close()


@contextmanager
def _sigint_held() -> Iterator[None]:
    """Ctrl-C waits until the block ends; a process that is started in it never hears it, not even while it begins."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:  # this system has none
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _serve(pipe: Connection, prepare: Callable[..., Work], arguments: tuple[Any, ...]) -> None:
    """What a process does: say that it is ready, then one task after another, as long as the parent lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, and so is what a run keeps
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work = prepare(*arguments)
        pipe.send(None)
        while True:
            pipe.send(work(pipe.recv()))
    except KeyboardInterrupt as interruption:  # a user's own
        os._exit(exit_code(interruption))
    except (EOFError, BrokenPipeError):  # the parent has gone
        os._exit(FAILED)


def _end_with_parent():
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(FAILED)
