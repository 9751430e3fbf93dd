"""What changed between two ledgers, claim by claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RANK = {
    "inconsistent": 0,
    "refuted": 1,
    "not reproduced": 1,
    "vacuous": 2,
    "open": 3,
    "supported": 4,
    "reproduced": 5,
    "proved": 5,
}
"""How good it is for a claim to have a verdict."""
WORSE = ("worse", "gone")
"""Marks of what a project should not let pass."""
TOLERANCE = 0.01
"""A tightness that moves by less, in relation to the larger one, is the same: it is what a search found."""


@dataclass(frozen=True)
class Change:
    """One claim in two ledgers.

    Attributes: its ID; its entries, None where it is not there; the mark: "better" or "worse" (of a verdict, or of the
    tightness under the same verdict: a bound found tighter is better), "verdict changed" (between verdicts of the same
    rank), "new", "gone", or empty; whether the verdicts differ or one is gone.
    """

    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    mark: str
    verdict: bool


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """What changed from an old ledger to a new one: its claims in order, then those that are new."""
    before = {entry["id"]: entry for entry in old["claims"]}
    after = {entry["id"]: entry for entry in new["claims"]}
    return [_change(id, before.get(id), after.get(id)) for id in {**before, **after}]


def _change(id: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    if before is None or after is None:
        return Change(id, before, after, "new" if before is None else "gone", verdict=after is None)
    if before["verdict"] != after["verdict"]:
        step = RANK[after["verdict"]] - RANK[before["verdict"]]
        return Change(id, before, after, "better" if step > 0 else "worse" if step < 0 else "verdict changed", True)
    ratios = [entry["tightness"] and entry["tightness"]["ratio"] for entry in (before, after)]
    if None in ratios or before["verdict"] == "refuted":  # how far a false bound is exceeded is neither
        return Change(id, before, after, "", False)
    moved = ratios[1] - ratios[0]
    same = abs(moved) <= TOLERANCE * max(map(abs, ratios))
    return Change(id, before, after, "" if same else "better" if moved > 0 else "worse", False)
