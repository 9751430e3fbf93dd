"""File names for claims."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 100
"""Characters of a name; file systems take about 255."""


def file_names(ids: Iterable[str], ending: str = ".html") -> dict[str, str]:
    """A file name for each claim, the same in every report on the same claims; no two differ in their case only."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        stem = re.sub(r"[^A-Za-z0-9_.]+", "-", id).strip("-.")[:LONGEST] or "claim"
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}--{number}"
        taken.add(name.casefold())
        names[id] = name + ending
    return names
