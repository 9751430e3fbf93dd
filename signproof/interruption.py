"""Ctrl-C and SIGTERM: both end a run early, and neither may be lost on the way or become part of a verdict."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived: the run ends as at Ctrl-C, under another exit code."""


def exit_code(interruption: BaseException) -> int:
    """128 and the number of the signal, as shells have it: 130 after Ctrl-C, 143 after SIGTERM."""
    terminated = isinstance(interruption, Terminated) or isinstance(interruption.__cause__, Terminated)
    return 128 + (signal.SIGTERM if terminated else signal.SIGINT)


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM raises Terminated inside the block. Where whoever started the process wants it ignored, it stays so."""
    if not _in_main_thread() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def heeded() -> Iterator[Callable[[], None]]:
    """What a handler raises inside the block is raised again by the function given here, if something swallowed it.

    Libraries that call back into Python from compiled code, and users' code with `except BaseException`, may turn a
    KeyboardInterrupt into an error of their own, or into nothing.
    """
    raised: list[BaseException] = []

    def noting(handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], None]:
        def note(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as interruption:
                raised.append(interruption)
                raise

        return note

    def heed():
        if raised:
            raise raised[0]

    before = {number: signal.getsignal(number) for number in SIGNALS} if _in_main_thread() else {}
    # handlers of other kinds (ignored, the system's own, of another language) raise nothing
    ours = {number: handler for number, handler in before.items() if callable(handler)}
    try:
        for number, handler in ours.items():
            signal.signal(number, noting(handler))
        yield heed
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
