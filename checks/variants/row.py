"""What is found out about a variant: one row for each claim that it is asked of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["holds", "broken", "not applicable", "failed"]

NO_RUN = "it is not a bound on a run"
"""Why most claims that do not apply do not."""


@dataclass(frozen=True)
class Row:
    """One claim, asked of one variant.

    Attributes:
        claim: its ID.
        status: "holds" (tried and not broken), "broken" (with an instance that confirms it), "not applicable" (the
            claim cannot be asked of it) or "failed" (the variant itself misbehaves; `reason` says how).
        ratio: the largest measured / bound seen at k >= 1; None if there is none.
        tightness: of a bound that begins at V_0, the share of the decrease promised for the first step that is all
            that happens, at the step size where it is least; None elsewhere.
        step: the first k at which it is broken, or at which the variant fails.
        instance, reason: in words.
        level: what it rests on: "exact", "enclosed" (balls), or "sampled"; "" if nothing was tried.
        check: which check found this out; ratios of different checks do not compare.
        variant: what the variant is called.
        witness: of a broken claim, the instance as plain data, rationals as "p/q".
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
