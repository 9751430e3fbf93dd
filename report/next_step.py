"""What to do about a claim that is open, or proved with a reservation, in one sentence; told by its evidence alone."""

from __future__ import annotations

import re
from typing import Any

STEPS = (
    (r"signproof experiment (\S+)", r"run it, which takes minutes: signproof experiment \1"),
    (r"it awaits", "state what it awaits as a claim of its own"),
    (r"exceed the bound, but no exact replay", "search for longer: signproof search ID --seconds 300"),
    (
        r"carries no proof|proof rejected",
        "give it a proof that the kernel accepts; signproof show ID names the step that fails",
    ),
    (r"domain depends on V_0", "say the start by an assumption instead, such as StartDistance(R), or give it a proof"),
    (r"is guaranteed to meet|no family of problems", "add a family that meets the assumptions, or give it a proof"),
    (r"about exact gradients|no noise|none of the laws", "give it a proof, or assume what can be read off a law"),
    (r"rounding error", "try more: --profile full; else give it a proof"),
    (r"could not be judged|testing stopped", "mend what the code raised"),
    (r"not judged|void because", "write the rule as a function of its arguments, its state in `memory`"),
    (r"undecided", "give it a proof, or narrow its domain"),
)
"""Patterns of what evidence says, and what helps; the first that fits counts."""
ELSE = "give it a proof, or state its assumptions in a form that families answer (docs/stating.md)"


def next_step(entry: dict[str, Any]) -> str:
    """What to do next about an open claim, as an imperative; empty for all other verdicts.

    Argument: the claim's entry in the ledger.
    """
    if entry["verdict"] != "open":
        return ""
    said = [piece["text"] for piece in entry["evidence"] if piece["kind"] in ("note", "proof", "refused")]
    for text in reversed(said):
        for pattern, step in STEPS:
            found = re.search(pattern, text)
            if found:
                return found.expand(step).replace("ID", entry["id"])
    return ELSE


def reservations(entry: dict[str, Any]) -> list[str]:
    """What limits a verdict, each in a few words: no known instance, rests on Z3."""
    found = []
    if entry["verdict"] in ("proved", "supported") and entry.get("instance") == "none known":
        found.append("no instance is known to meet all assumptions: it may be about nothing")
    for piece in entry["evidence"]:
        solved = piece.get("solved", 0)
        if piece["kind"] == "proof" and piece.get("accepted") and solved:
            found.append(f"{solved} question{'s' if solved > 1 else ''} of real arithmetic rest on Z3 and cvc5")
        elif piece["kind"] == "proof" and piece.get("accepted") and "kernel" not in piece.get("checkers", ["kernel"]):
            found.append("accepted by SymPy and Z3, not by the kernel")
    return list(dict.fromkeys(found))
