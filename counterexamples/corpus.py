"""The corpus: witnesses as JSON in `corpus/<claim-id>/`, kept for ever and replayed by every test run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from signproof.checks.kind import kind_of
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.stated import stated
from signproof.checks.replay.witness import Witness, load, read
from signproof.theory.claim import Claim
from signproof.theory.reading import read_json

FOLDER = Path(__file__).parent / "corpus"


def paths(id: str = "") -> list[Path]:
    """The witness files of a claim, or all of them."""
    folder = FOLDER / id  # of an ID that begins with a slash, a folder anywhere
    inside = FOLDER in (folder, *folder.parents) and ".." not in folder.parts
    return sorted(folder.rglob("*.json")) if inside and folder.is_dir() else []


def witnesses(id: str, claims: Mapping[str, Claim]) -> list[Witness]:
    """The witnesses of a claim; `claims` are those known by ID."""
    return [read(path, claims) for path in paths(id)]


def against(claim: Claim) -> list[Witness]:
    """The violations in the corpus of just this claim, or of a case of it: ID and statement are the same."""
    found = []
    for path in paths(claim.id):
        data = read_json(path)
        witness = witness_against(claim, data, str(path)) if data["kind"] == "violation" else None
        found += [] if witness is None else [witness]
    return found


def witness_against(claim: Claim, data: Mapping[str, Any], where: str) -> Witness | None:
    """The witness in plain data, if it is about a claim or a case of it; else None. Raises WitnessError, in one line
    that begins with `where`, if the data is no witness."""
    meant = of(claim, data)
    return None if meant is None else load(data, {meant.id: meant}, where)


def of(claim: Claim, data: Mapping[str, Any]) -> Claim | None:
    """What of a claim a witness is about, the claim itself or a case of it; None if it states something else."""
    same = [claim]
    if kind_of(claim).bounds_runs and data["claim"] != claim.id:
        try:
            same = cases(claim)
        except Unsupported:
            return None
    return next((case for case in same if case.id == data["claim"] and stated(case) == data["statement"]), None)
