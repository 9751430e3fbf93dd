"""How tactics are laid out."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH = 100
"""Of a line that several tactics share."""


def block(tactics: Iterable[str]) -> list[str]:
    """Tactics in braces: in one line if that is short."""
    lines = [*tactics]
    short = " ".join(lines)
    if len(short) < WIDTH:
        return [f"{{ {short} }}"]
    first, *rest = lines
    return [f"{{ {first}", *(f"  {line}" for line in rest[:-1]), *([f"  {rest[-1]} }}"] if rest else ["}"])]
