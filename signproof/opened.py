"""Which files code reads while it runs: what a verdict depends on besides the code."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

NO_INPUT = ("/proc", "/sys", "/dev", "/etc", "/usr/share/zoneinfo")
OF_INSTALLERS = re.compile(r"\.(egg|dist)-info/|/__editable__[^/]*$")
"""What installers wrote about packages."""
_watching: list[set[str]] = []


@contextmanager
def watched() -> Iterator[set[str]]:
    """The files that are opened for reading inside the block, those of Python and of what is installed left out."""
    found: set[str] = set()
    _install()
    _watching.append(found)
    try:
        yield found
    finally:
        _watching.remove(found)


@cache
def _install() -> None:
    sys.addaudithook(_hear)  # for good: Python takes none back


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not _watching:
        return
    path, mode, flags = arguments
    writes = set(mode or "") & set("wax") or (isinstance(flags, int) and flags & os.O_ACCMODE == os.O_WRONLY)
    if writes or not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.path.realpath(os.fsdecode(path))
    if not name.startswith(_known()) and not OF_INSTALLERS.search(name):
        for found in _watching:
            found.add(name)


@cache
def _known() -> tuple[str, ...]:
    """Where code lies that a version or a hash stands for, and what is no file."""
    package = Path(__file__).parent
    rooms = [package, *(each.resolve() for each in package.iterdir() if each.is_dir())]
    places = [*map(str, rooms), *sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, *NO_INPUT]
    places += filter(None, [os.environ.get("JAX_COMPILATION_CACHE_DIR")])  # what depends on nothing else
    return tuple(os.path.join(os.path.realpath(place), "") for place in places)
