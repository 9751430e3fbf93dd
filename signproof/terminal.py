"""What the commands share: exit codes, tables, notices, checks of what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from signproof.theory.misuse import Misuse

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


def notice(text: str) -> None:
    Console(stderr=True, soft_wrap=True).print(escape(text), highlight=False)


def held(path: Path, schema: str, name: str) -> int:
    """How many entries a file of a schema has under a name; 0 if there is no such file."""
    from json import loads

    try:
        data = loads(path.read_text(encoding="utf-8"))
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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
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
    """A run of minutes should not end with an output that cannot be written."""
    if json is not None and json.is_dir():
        raise Misuse(f"{option} {json} is a folder; name a file")
    if html is not None and html.exists() and not html.is_dir():
        raise Misuse(f"{folder} {html} is a file; name a folder")
    for place in (json, html):
        if place is not None:
            parent = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.exists())
            if not parent.is_dir() and parent != place.absolute():
                raise Misuse(f"{place} cannot be created: {parent} is a file")
