"""The corpus: witnesses as JSON in `corpus/<claim-id>/`, kept for ever and replayed by every test run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from signproof.checks.witness import Witness, read
from signproof.theory.claim import Claim

FOLDER = Path(__file__).parent / "corpus"


def paths(id: str = "") -> list[Path]:
    """The witness files of a claim, or all of them."""
    folder = FOLDER / id
    return sorted(folder.rglob("*.json")) if folder.is_dir() and ".." not in folder.parts else []


def witnesses(id: str, claims: Mapping[str, Claim]) -> list[Witness]:
    """The witnesses of a claim; `claims` are those known by ID."""
    return [read(path, claims) for path in paths(id)]
