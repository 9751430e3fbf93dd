"""Bounds on trajectories of flows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from signproof.checks.kind import Kind
from signproof.checks.replay.flows import at_times, replay_flow
from signproof.checks.replay.series import told_over_time
from signproof.checks.replay.stated import parts, parts_from
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.trials.flows import try_flow
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts.exhibit import simplest_example
from signproof.theory.bodies import FlowBound
from signproof.theory.claim import Claim

if TYPE_CHECKING:
    from signproof.checks.replay.replay import Replay
    from signproof.checks.search.search import Hunt
    from signproof.checks.trials.attempt import Attempt
    from signproof.checks.verdicts.inquiry import Inquiry
    from signproof.checks.verdicts.verdict import Evidence, Verdict


class Timed(Kind):
    """What is said of trajectories from a start, at a time t."""

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        return simplest_example(claim)

    def replay(self, witness: Witness) -> Replay:
        return replay_flow(witness)

    def series(self, witness: Witness) -> dict[str, Any]:
        return told_over_time(witness, at_times(witness))

    def state(self, claim: Claim) -> dict[str, Any]:
        return parts(claim)

    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        return parts_from(data, homes)


class Flow(Timed):
    """measure(t) <= bound along every trajectory."""

    body = FlowBound
    FLOWS = "flows on all families"

    def judge(self, inquiry: Inquiry) -> Verdict:
        from signproof.checks.verdicts.tried import concluded  # it loads JAX, of which replays need nothing

        return concluded(inquiry, try_flow(inquiry.claim, inquiry.profile, inquiry.seed, inquiry.advance))

    def describe(self, witness: Witness) -> str:
        assert witness.problem is not None
        return (
            f"{witness.problem.describe()}; {witness.told}; {witness.origin}: the measure is "
            f"{shown(witness.measured)}, the bound {shown(witness.bound)}"
        )

    def search(self, hunt: Hunt) -> None:
        for turn in count():
            hunt.begin(self.FLOWS)
            hunt.take(try_flow(hunt.claim, PROFILES["full"], hunt.seed + turn, hunt.advance).witness)

    def parts(self, claim: Claim) -> tuple[str, ...]:
        return (self.FLOWS,)

    def attempt(self, claim: Claim, part: str, seed: int) -> Attempt:
        from signproof.checks.trials.attempt import Attempt

        return Attempt.of(try_flow(claim, PROFILES["quick"], seed))
