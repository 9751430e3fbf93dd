"""Results for a variant: one row per claim tested on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Status = Literal["holds", "broken", "broken as shipped", "undecided", "not applicable", "failed"]

FAULTS = ("broken", "broken as shipped", "undecided", "failed")
"""What is no claim that holds, and none that does not apply."""
NO_RUN = "it is not a bound on a run"
"""The usual reason why a claim does not apply."""

LONG = 9
"""Characters of a fraction from which it is also told as a decimal."""


def readable(text: str) -> str:
    """A text with a decimal beside every long fraction in it."""

    def told(found: re.Match[str]) -> str:
        number = Fraction(found[0])
        try:
            return f"{found[0]} (≈ {float(number):.6g})" if len(found[0]) >= LONG else found[0]
        except OverflowError:
            return found[0]

    return re.sub(r"(?<![\w./])-?\d+/[1-9]\d*(?![\w./])", told, text)


@dataclass(frozen=True)
class Row:
    """One claim, tested on one variant.

    Attributes:
        claim: its ID.
        status: "holds" (tested and not broken), "broken" (confirmed by an instance), "broken as shipped" (a run in the
            dtype breaks it though the exact rule was not seen to), "undecided" (not broken, but too little is decided),
            "not applicable" (the claim does not apply to it) or "failed" (the variant itself misbehaves, or uses what
            cannot be followed; `reason` says how).
        ratio: the largest measured / bound seen at k >= 1; None if there is none.
        tightness: for a bound that starts at V_0, the promised first-step decrease divided by the actual one, at the
            step size where this is least; None otherwise.
        step: the first k at which the claim is broken or the variant fails.
        instance, reason: in words.
        level: the evidence: "exact", "enclosed" (balls), or "sampled"; "" if nothing was tested.
        check: which check found this; ratios of different checks are not comparable.
        variant: the variant's name.
        witness: for a broken claim, the instance as plain data, rationals as "p/q".
    """

    claim: str
    status: Status
    ratio: float | None = None
    tightness: float | None = None
    step: int | None = None
    instance: str = ""
    reason: str = ""
    level: str = ""
    check: str = ""
    variant: str = ""
    witness: dict[str, Any] | None = field(default=None, compare=False)

    def data(self) -> dict[str, Any]:
        """The row as JSON."""
        return dict(vars(self))
