"""A claim that is being judged: what was asked for, and what is known until now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from signproof.checks.numbers.confidence import ERROR
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.series import witness_series
from signproof.checks.replay.witness import Witness
from signproof.checks.trials.tally import PROFILES, Profile
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.claim import Claim
from signproof.theory.proof_steps import Certificate


@dataclass
class Inquiry:
    """What a kind is given to judge a claim, and where it keeps what it finds out.

    Attributes: the claim; how much is tried; the seed of all randomness; the probability that statistics may refute a
    claim that is true; `advance` is told what is under way; the proof that the kernel accepted, if there is one; the
    evidence.
    """

    claim: Claim
    profile: Profile = PROFILES["quick"]
    seed: int = 0
    error: float = ERROR
    advance: Callable[[str], None] = lambda text: None
    certificate: Certificate | None = None
    evidence: list[Evidence] = field(default_factory=list)

    def begin(self, part: str) -> None:
        """Say that a part of the work begins."""
        self.advance(f"{self.claim.id}: {part}")

    def add(self, kind: str, level: str, text: str, facts: dict[str, Any] | None = None) -> None:
        """Keep a piece of evidence."""
        self.evidence.append(Evidence(kind, level, text, facts or {}))

    def verdict(self, status: Status, **found: Any) -> Verdict:  # what else a verdict holds
        """The verdict if nothing breaks the claim: proved if the kernel accepted a proof, else as is said here."""
        status = status if self.certificate is None else Status.PROVED
        return Verdict(self.claim, status, tuple(self.evidence), self.certificate, **found)

    def broken(
        self,
        witness: Witness | None,
        series: Sequence[dict[str, Any]] | None = None,
        why: str = "",
        **found: Any,  # what else a verdict holds
    ) -> Verdict:
        """The verdict if something does: a confirmed witness, which is kept as evidence, or statistics among it.

        Arguments: the witness; series for charts, without which its run is drawn; what its replay says, if that is to
        be told; what else the verdict holds.
        """
        if witness is not None:
            self.add("witness", witness.level, witness.describe() + (f": {why}" if why else ""))
        if witness is not None and series is None:
            try:
                series = (witness_series(witness),)
            except Unsupported:  # it has none
                series = ()
        status = Status.REFUTED if self.certificate is None else Status.INCONSISTENT
        found |= {"witness": witness, "series": tuple(series or ())}
        return Verdict(self.claim, status, tuple(self.evidence), self.certificate, **found)
