"""The verdict on a claim: its status, the evidence for it, how tight the bound is, a witness if it fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, nextafter
from typing import TYPE_CHECKING, Any, Self

from flint import fmpq

from signproof.checks.numbers.exact import to_float
from signproof.theory.border.runs import about_run_and_points, every_k
from signproof.theory.claim import Claim
from signproof.theory.proof_steps import Certificate

if TYPE_CHECKING:  # families of problems and what they need take a second to import, and ledgers are read without
    from signproof.checks.replay.witness import Witness


class Status(StrEnum):
    """The status of a claim, always computed."""

    PROVED = "proved"
    """The kernel accepted a proof; the verdict lists the lemmas it rests on."""
    SUPPORTED = "supported"
    """Tested on many instances; none broke it."""
    REFUTED = "refuted"
    """A witness breaks it, confirmed in exact or ball arithmetic, or statistics at a stated error probability."""
    VACUOUS = "vacuous"
    """Proved to have no instance that meets the assumptions and starts above the minimum."""
    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    OPEN = "open"
    """Neither proved, supported nor refuted; the evidence says why."""
    INCONSISTENT = "inconsistent"
    """Proved, yet broken by an exact witness or by statistics: a bug in signproof."""


INSTANCES = ("exhibited", "tried", "none known", "none needed", "none")
"""What is known about instances that meet all of a claim's assumptions: one is shown; runs were compared on some;
none is known; none is needed, as nothing is assumed or the claim is in words; there is none."""
UNKNOWN = "no instance is known to meet all assumptions"
"""Added to a verdict that may be vacuous."""
JUDGED = "not by signproof but by"
"""Added to a verdict on a claim of a user's own kind."""
LEVELS = ("exact", "enclosed", "statistical", "sampled")
"""Levels of evidence, strongest first."""


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: its kind, its level and a sentence for the reader.

    Kinds: proof (the kernel's answer), run (a tally of comparisons), orbit (exact runs), search (stochastic gradients
    that were proposed), experiment (a criterion and the measured value), coverage (whether a theorem covers the
    experiment), choice (a setting that the paper leaves open), reading (criteria of another reading), draws and
    statistics (confidence bounds that do not break the claim, and one that does), refused (stochastic gradients that
    the claim does not cover, and users' families with a wrong declared fact), witness (the instance that decides),
    replay (candidates that the exact replay rejected), instance (something that meets all assumptions), vacuity (why
    nothing does), note (why nothing was done).

    Levels: exact, enclosed (balls), statistical (with its error probability), sampled. `facts` are numbers and lists
    for the ledger.
    """

    kind: str
    level: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


class Tightness(float):
    """How tight a bound is: a number up to 1 (attained), with the instance where it is reached, and when.

    For a bound that starts at V_0 it is the promised first-step decrease divided by the actual one,
    (V_0 - bound_1) / (V_0 - V_1): the largest over instances at each of several step sizes, and the least of these; for
    one on V(t) along a flow the largest (V_0 - bound(t)) / (V_0 - V(t)) while bound(t) >= V_0 / 2. For other bounds it
    is the largest measured / bound over k >= 1 or t > 0; if a bound on V_k has a part that V_0 does not scale, a
    floor, over starts with V_0 up to that part alone, and those k at which V_0's own part is at most V_0 / 2: from far
    above it, or before that, measured / bound is near 1, or 1/2, whatever the floor is. Each is a lower bound, improved
    by a short ascent from the best instance of the batches. `at` says where.
    """

    instance: str
    what: str
    by_step_size: tuple[tuple[str, float], ...]
    at: str

    def __new__(
        cls,
        ratio: float,
        instance: str,
        what: str,
        by_step_size: tuple[tuple[str, float], ...] = (),
        at: str = "",
    ) -> Self:
        tightness = super().__new__(cls, ratio)
        tightness.instance, tightness.what, tightness.by_step_size, tightness.at = instance, what, by_step_size, at
        return tightness

    @property
    def ratio(self) -> float:
        return float(self)


def exceeded(measured: fmpq, bound: fmpq, instance: str, at: str = "") -> Tightness:
    """By how much a bound is exceeded on the instance that refutes it.

    Arguments: a lower end of what was measured there and an upper end of the bound, below it; the instance in words;
    where in its run.
    """
    # above 1 as surely as the instance is confirmed, if by less than a float can say
    ratio = max(to_float(measured / bound), nextafter(1.0, 2.0)) if bound > 0 else inf
    return Tightness(ratio, instance, "measured / bound on the refuting instance", at=at)


def exceeded_by(witness: Witness) -> Tightness | None:
    """The same of a confirmed witness; None if the claim compares no measure with a bound."""
    if not witness.claim.body.of_run:
        return None
    time = witness.parameters.get("t") if witness.claim.timed else None
    at = f"k = {witness.k}" if time is None else f"t = {to_float(time):.4g}"
    return exceeded(witness.measured[0], witness.bound[1], witness.describe(), at)


@dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict on a claim."""

    claim: Claim
    status: Status
    evidence: tuple[Evidence, ...] = ()
    certificate: Certificate | None = None
    """The proof that the kernel accepted, the claim's own or one found automatically."""
    tightness: Tightness | None = None
    witness: Witness | None = None
    series: tuple[dict[str, Any], ...] = ()
    """Runs for the report: measured and bound over k."""
    cells: tuple[dict[str, Any], ...] = ()
    """The map of tightness over dimension, L/mu and step size, as `Cell.data` gives it; empty where it was not made."""
    pictures: tuple[dict[str, Any], ...] = ()
    """Images of an experiment, as `Picture.data` gives them."""
    raised: BaseException | None = None
    """What a user's code raised while the claim was judged; the verdict is then open."""

    @property
    def lemmas(self) -> tuple[str, ...]:
        """The lemmas that the proof rests on."""
        return () if self.certificate is None else self.certificate.lemmas

    @property
    def instance(self) -> str:
        """What is known about instances that meet all assumptions; see `INSTANCES`."""
        if self.status == Status.VACUOUS:
            return "none"
        if self.witness is not None or any(piece.kind == "instance" for piece in self.evidence):
            return "exhibited"
        if self.claim.body.in_words or not (self.claim.premises or self.claim.assumptions):
            return "none needed"
        tried = any(piece.kind == "run" and piece.facts.get("held") for piece in self.evidence)
        if any(every_k(assumption) or about_run_and_points(assumption) for assumption in self.claim.assumptions):
            tried = False  # so many steps of a run do not show that it is met
        return "tried" if tried else "none known"

    @property
    def unexhibited(self) -> bool:
        """Whether it says that a claim holds, but no instance of it is known to exist."""
        return self.status in (Status.PROVED, Status.SUPPORTED) and self.instance == "none known"

    @property
    def judge(self) -> str:
        """The class that judged it, unless it is one of signproof's; else empty."""
        return next((piece.facts["judge"] for piece in self.evidence if "judge" in piece.facts), "")

    def __str__(self):
        reason = f": {self.evidence[-1].text}" if self.evidence else ""
        judge = f" ({JUDGED} {self.judge})" if self.judge else ""
        return f"{self.claim.id}: {self.status}{judge}{reason}{f'; {UNKNOWN}' if self.unexhibited else ''}"
