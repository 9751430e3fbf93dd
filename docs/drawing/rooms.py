"""Draw the rooms of the package, and the imports between them, from the code: `make rooms`.

A row is a layer: every arrow points down. Rooms of a row do not see each other. An arrow that follows from others is
left out. The picture is docs/rooms.svg; the numbers in it are lines of code.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "rooms.svg"
FACE, LOOSE = "signproof", {"theory", "checks"}
ROW, BOX, GAP = 62, 34, 14
COLOURS = {
    "face": "#6b7280",
    "report": "#0f766e",
    "counterexamples": "#b45309",
    "checks": "#1d4ed8",
    "theory": "#7c3aed",
}


def rooms() -> tuple[dict[str, int], set[tuple[str, str]]]:
    """The rooms with their lines of code, and which of them import which."""
    graph = grimp.build_graph("signproof", exclude_type_checking_imports=True)
    lines: dict[str, int] = {}
    arrows: set[tuple[str, str]] = set()
    for module in graph.modules:
        room = room_of(module)
        lines[room] = lines.get(room, 0) + _lines(module)
        arrows |= {(room, room_of(other)) for other in graph.find_modules_directly_imported_by(module)}
    # the loose files are what rooms are about (symbols, norms, the claim) and tables over them: no layer of their own
    lines = {room: number for room, number in lines.items() if room not in LOOSE}
    return lines, {(one, other) for one, other in arrows if one != other and not {one, other} & LOOSE}


def room_of(module: str) -> str:
    """`checks.trials` for signproof.checks.trials.batch; files of the face are one room, loose files of theory, too."""
    _, *parts = module.split(".")
    if not parts or parts[0] not in ("theory", "checks", "report", "counterexamples"):
        return FACE
    divided = parts[0] in ("theory", "checks") and (ROOT / "/".join(parts[:2])).is_dir()
    return ".".join(parts[:2]) if divided else parts[0]


def layers(lines: dict[str, int], arrows: set[tuple[str, str]]) -> list[list[str]]:
    """The rooms by how far down they can stand, the top row first. Raises ValueError if imports go in a circle."""
    below = {room: {other for one, other in arrows if one == room} for room in lines}
    height: dict[str, int] = {}
    while len(height) < len(lines):
        ready = [room for room in lines if room not in height and below[room] <= height.keys()]
        if not ready:
            raise ValueError(f"imports go in a circle among {', '.join(sorted(lines.keys() - height.keys()))}")
        height |= {room: 1 + max((height[other] for other in below[room]), default=-1) for room in ready}
    rows: dict[int, list[str]] = {}
    for room in sorted(height):
        rows.setdefault(height[room], []).append(room)
    return [rows[level] for level in sorted(rows, reverse=True)]


def drawing(lines: dict[str, int], arrows: set[tuple[str, str]]) -> str:
    """The picture as SVG."""
    rows = layers(lines, arrows)
    widths = {room: 8.2 * len(f"{room} {lines[room]}") + 26 for room in lines}
    broad = [sum(widths[room] for room in row) + GAP * (len(row) - 1) for row in rows]
    places: dict[str, tuple[float, float, float]] = {}
    for number, (row, breadth) in enumerate(zip(rows, broad, strict=True)):
        left = 10 + (max(broad) - breadth) / 2
        for room in row:
            width = widths[room]
            places[room] = (left, 10 + number * ROW, width)
            left += width + GAP
    size = f"0 0 {20 + max(broad):.0f} {20 + ROW * len(rows)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" '
        'font-family="ui-monospace, monospace" font-size="13"><title>The rooms of signproof and their imports</title>'
    ]
    for one, other in sorted(_direct(arrows)):
        (x, y, width), (u, v, breadth) = places[one], places[other]
        x, u = x + width / 2, u + breadth / 2
        middle = (y + BOX + v) / 2
        parts.append(
            f'<path d="M{x:.0f} {y + BOX:.0f} C{x:.0f} {middle:.0f} {u:.0f} {middle:.0f} {u:.0f} {v:.0f}" '
            f'fill="none" stroke="{_colour(one)}" stroke-opacity="0.45"/>'
        )
    for room, (x, y, width) in places.items():
        words = f'{escape(room)} <tspan fill-opacity="0.75">{lines[room]}</tspan>'
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" rx="6" fill="{_colour(room)}"/>'
            f'<text x="{x + width / 2:.0f}" y="{y + 22:.0f}" text-anchor="middle" fill="white">{words}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _direct(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows that no other way stands for."""

    def reached(room: str) -> set[str]:
        below = {other for one, other in arrows if one == room}
        return below.union(*map(reached, below))

    ways = {room: {other for one, other in arrows if one == room} for room, _ in arrows}
    return {(one, other) for one, other in arrows if not any(other in reached(way) for way in ways[one] - {other})}


def _colour(room: str) -> str:
    return COLOURS.get(room.split(".")[0], COLOURS["face"])


def _lines(module: str) -> int:
    path = ROOT / "/".join(module.split(".")[1:])
    files = [path.with_suffix(".py"), path / "__init__.py"]
    if module == FACE or room_of(module) == FACE:
        inside = ROOT / "signproof" / "/".join(module.split(".")[1:])
        files = [inside.with_suffix(".py"), inside / "__init__.py"]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files if file.is_file())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PICTURE.write_text(drawing(*rooms()), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
