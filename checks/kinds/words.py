"""Claims in words: an experiment decides them, if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from signproof.checks.experiments.experiment import Criterion, Setting
from signproof.checks.experiments.experiment import known as experiments
from signproof.checks.kind import Kind
from signproof.checks.replay.replay import NO_WITNESS, Replay
from signproof.checks.verdicts.verdict import LEVELS, Evidence, Status, Verdict
from signproof.theory.bodies import Words as Body
from signproof.theory.claim import Claim

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness
    from signproof.checks.verdicts.inquiry import Inquiry


class Words(Kind):
    """What no formula says."""

    body = Body
    mark = "words"
    unsearched = "is stated in words"

    def judge(self, inquiry: Inquiry) -> Verdict:
        claim = inquiry.claim
        experiment = experiments().get(claim.id)
        if experiment is not None and (inquiry.profile.costly or not experiment.costly):
            return conduct(claim, Setting(inquiry.profile.name, inquiry.seed), inquiry.advance)
        why = f"it awaits {claim.awaits}" + (f", signproof experiment {claim.id}" if experiment else "")
        inquiry.add("note", "exact", f"not decided: {why}")
        return inquiry.verdict(Status.OPEN)

    def replay(self, witness: Witness) -> Replay:
        return NO_WITNESS

    def state(self, claim: Claim) -> dict[str, Any]:
        return {"words": claim.words, "awaits": claim.awaits}

    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        return {"words": str(data["words"]), "awaits": str(data["awaits"])}


def conduct(claim: Claim, setting: Setting, advance: Callable[[str], None] = lambda text: None) -> Verdict:
    """Run the experiment of a claim in words: `reproduced` if every criterion holds.

    Raises ValueError if the claim has no experiment, or the setting cannot be used.
    """
    experiment = experiments().get(claim.id)
    if experiment is None:
        raise ValueError(f"no experiment decides {claim.id}; there is one for {', '.join(sorted(experiments()))}")
    outcome = experiment.run(setting, advance)
    evidence = [
        Evidence("experiment", criterion.level, str(criterion), criterion.facts) for criterion in outcome.criteria
    ]
    for covered in outcome.coverage:
        conditions = [condition.facts for condition in covered.conditions]
        facts: dict[str, Any] = {"theorem": covered.theorem, "holds": covered.holds, "conditions": conditions}
        evidence.append(Evidence("coverage", _weakest(covered.conditions), str(covered), facts))
    for choice in outcome.choices:
        evidence.append(Evidence("choice", "exact", str(choice), {"what": choice.what, "chosen": choice.chosen}))
    for reading in outcome.readings:
        criteria = [criterion.facts for criterion in reading.criteria]
        facts = {"reading": reading.name, "holds": reading.holds, "criteria": criteria}
        evidence.append(Evidence("reading", _weakest(reading.criteria), str(reading), facts))
    evidence += [Evidence("note", "sampled", note) for note in outcome.notes]
    status = Status.REPRODUCED if outcome.reproduced else Status.NOT_REPRODUCED
    pictures = tuple(picture.data for picture in outcome.pictures)
    return Verdict(claim, status, tuple(evidence), series=outcome.series, pictures=pictures)


def _weakest(criteria: Sequence[Criterion]) -> str:
    """The level of what rests on all of several criteria."""
    return max((criterion.level for criterion in criteria), key=LEVELS.index, default="sampled")
