"""JSON that anybody may have sent: read whole or refused, with what is wrong and where.

What is refused besides what is no JSON: files and nesting beyond any of ours, keys that occur twice, numbers that are
not finite, text that commands a terminal or cannot be written again.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

Plain: TypeAlias = Any
"""Data as JSON has it: lists, dictionaries, text and numbers."""

LARGEST = 2**29
"""Bytes of the largest file."""
DEEPEST = 100
"""Objects and lists within each other."""
_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
_STRING = re.compile(rb'"[^"]*"?')
_STEPS = {ord(mark): 1 if mark in "[{" else -1 for mark in "[]{}"}
_SUSPECTS = [
    re.compile(pattern)
    for pattern in (r"\\u(?:00[0189]|007[fF]|[dD][89a-fA-F])", "[\x7f-\x9f]", r"[0-9][eE]\+?[0-9]{3}", "[0-9]{300}")
]
"""What a text without control characters, surrogates and numbers beyond all floats has nowhere."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_json(path: Path, largest: int = LARGEST) -> Plain:
    """What is in a file. Raises OSError, and ValueError in one line for what is refused."""
    with open(path, "rb") as opened:
        data = opened.read(largest + 1)
    if len(data) > largest:
        raise ValueError(f"it is larger than {largest // 2**20} MiB")
    return parsed(data)


def parsed(data: bytes | str) -> Plain:
    """What a JSON text says. Raises ValueError, in one line, for what is refused."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data  # a UnicodeDecodeError is a ValueError
    depth = _depth(text.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    if depth > DEEPEST:
        raise ValueError(f"it is nested {depth} deep, more than {DEEPEST}")
    found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    if any(suspect.search(text) for suspect in _SUSPECTS):
        _look_through(found)
    return found


def _depth(data: bytes) -> int:
    """How deep a JSON text is nested."""
    marks = data.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _OTHERS)
    return max(accumulate(map(_STEPS.__getitem__, _STRING.sub(b"", marks))), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {ascii(twice)[:60]} occurs twice in one object")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON: numbers are finite, and the file is damaged")


def _look_through(found: Any) -> None:
    """Raises ValueError for a number that is not finite, and for text that cannot be shown."""
    waiting = [found]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.keys()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, float) and not isfinite(part):
            raise ValueError("a number in it is beyond all floats")
        elif isinstance(part, str) and (wrong := _UNPRINTABLE.search(part)):
            raise ValueError(f"the text {ascii(part)[:60]} has the character {wrong[0]!a}, which cannot be shown")
