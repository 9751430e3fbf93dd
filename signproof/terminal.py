"""What the commands share: exit codes, tables, notices, checks of what was typed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape as unmarked

from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from rich.table import Table

OK, CHANGED, MISUSE, INCONSISTENT = 0, 1, 2, 3
"""Exit codes; those of interruptions are in `interruption`."""
PIPE_WIDTH = 120
"""Columns of a table that goes to a file or a pipe."""
STYLES = {
    "proved": "green",
    "supported": "cyan",
    "refuted": "red",
    "vacuous": "magenta",
    "reproduced": "green",
    "not reproduced": "red",
    "open": "yellow",
    "inconsistent": "bold red",
}


def escape(text: str) -> str:
    """Text for a table or a notice: it commands neither Rich nor the terminal, whatever file it came from."""
    return unmarked(visible(text))


def visible(text: str) -> str:
    """Text with the control characters, and whatever else has no look of its own, written as escapes."""
    return "".join(each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text)


def table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        found.add_column(column, overflow="fold", no_wrap=column in ("claim", "verdict", "tightness"))
    return found


def console() -> Console:
    found = Console()
    return found if found.is_terminal else Console(width=PIPE_WIDTH)


def put(rows: Table, shown: Console | None = None) -> None:
    """Print a table: drawn on a terminal; in a pipe or a file a line for each row, for grep, however long it is."""
    shown = shown or console()
    if shown.is_terminal:
        shown.print(rows)
        return
    from rich.text import Text

    columns = [
        [" ".join(str(cell if isinstance(cell, Text) else Text.from_markup(str(cell))).split()) for cell in cells]
        for cells in ([column.header, *column.cells] for column in rows.columns)
    ]
    widths = [max(map(len, column)) for column in columns[:-1]]
    for *cells, last in zip(*columns, strict=True):
        padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        line(shown, "  ".join([*padded, last]).rstrip())


def told_to(*outputs: Path | None) -> Console:
    """Where a run prints its table: to standard output, unless one of its outputs goes there; then beside it."""
    from signproof.theory.files import is_standard_output

    taken = any(place is not None and is_standard_output(place) for place in outputs)
    return Console(stderr=True) if taken else console()


def line(shown: Console, text: str) -> None:
    """Print one line at once, however long it is. Raises OSError if it cannot be printed."""
    shown.print(text, markup=False, highlight=False, soft_wrap=True)
    shown.file.flush()


def notice(text: str) -> None:
    Console(stderr=True, soft_wrap=True).print(escape(text), highlight=False)


def held(path: Path, schema: str, name: str) -> int:
    """How many entries a file of a schema has under a name; 0 if there is no such file."""
    from signproof.theory.reading import read_json

    try:
        data = read_json(path)
        return len(data[name]) if data["schema"] == schema else 0
    except (OSError, ValueError, TypeError, KeyError):
        return 0


def told(place: Path, meant: Path) -> None:
    """Say where something was written; if not where it was meant to be, why not."""
    why = "" if place == meant else f"{meant} holds more than this run and was left unchanged; "
    notice(f"{why}written: {place}")


@contextmanager
def progress(total: float | None = None) -> Iterator[Bar]:
    """A progress bar on standard error while the block runs; nothing if that is no terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, speed_estimate_period=600, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task("", total=total)
        yield Bar(lambda text: shown.update(task, description=escape(text)), lambda steps=1: shown.advance(task, steps))


@contextmanager
def patient() -> Iterator[Callable[[], None]]:
    """Ctrl-C waits until the function given here is called, which raises KeyboardInterrupt then; a second does not.

    So does SIGTERM. An interrupt in the midst of a compilation can bring XLA down, and the process with it.
    """
    import signal
    import threading

    from signproof.interruption import SIGNALS, Terminated

    kinds = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
    asked: list[signal.Signals] = []

    def wait(number, frame):
        asked.append(signal.Signals(number))
        if len(asked) > 1:
            look()
        notice("stopping after the current piece of work; Ctrl-C again stops at once")

    def look():
        if asked:
            raise kinds[asked[0]]

    if threading.current_thread() is not threading.main_thread():
        yield look
        return
    # what whoever started the process wants ignored stays so
    before = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    try:
        for number in before:
            signal.signal(number, wait)
        yield look
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class Bar:
    """What a progress bar can be told: what is being done, and that some of it is done."""

    say: Callable[[str], None]
    advance: Callable[..., None]


def numbers(text: str, kind: Callable[[str], Any], option: str) -> list[Any]:
    """The numbers of a list with commas."""
    try:
        return [kind(part.strip()) for part in text.split(",")]
    except (ValueError, ZeroDivisionError):
        raise Misuse(f"{option} {text} is not a list of numbers; separate them by commas, as in 1,2,8") from None


def check_outputs(json: Path | None, html: Path | None, option: str = "--json", folder: str = "--html") -> None:
    """A run of minutes should not end with an output that cannot be written: both are tried. Raises Misuse."""
    from signproof.theory.files import folder_writable, writable

    if json is not None and html is not None and os.path.realpath(json) == os.path.realpath(html):
        raise Misuse(f"{option} and {folder} are the same, {json}; name a file and a folder")
    if json is not None and os.path.isdir(json):
        raise Misuse(f"{option} {json} is a folder; name a file")
    if html is not None and os.path.exists(html) and not os.path.isdir(html):
        raise Misuse(f"{folder} {html} is a file; name a folder")
    for place, tried in ((json, writable), (html, folder_writable)):
        if place is None:
            continue
        try:
            tried(place)
        except NotADirectoryError:
            above = next(each for each in place.absolute().parents if os.path.exists(each))
            raise Misuse(f"{place} cannot be created: {above} is a file") from None
        except OSError as error:
            raise Misuse(f"cannot write {place}: {error.strerror}") from None


def write_all(outputs: Iterable[Callable[[], None]]) -> None:
    """Write every output that can be written; whatever becomes of one, the others are tried.

    Raises Misuse, in one line, if any cannot be written.
    """
    failed = []
    for output in outputs:
        try:
            output()
        except OSError as error:
            what = "write the output" if error.filename is None else f"use {error.filename}"
            failed.append(f"cannot {what}: {error.strerror or named(error)}")
        except Misuse as error:
            failed.append(str(error))
    if failed:
        raise Misuse("; ".join(failed))
