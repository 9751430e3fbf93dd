"""The verdict on a bound, from what trials showed."""

from __future__ import annotations

from math import inf
from typing import Any

from signproof.checks.problems.base import Problem
from signproof.checks.replay.series import witness_series
from signproof.checks.trials.batch import floor_of
from signproof.checks.trials.bounds import loosest, worst_run
from signproof.checks.trials.tally import Trials
from signproof.checks.trials.tightness import Reached
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence, Status, Tightness, Verdict
from signproof.theory.claim import Claim
from signproof.theory.misuse import named


def concluded(
    inquiry: Inquiry,
    trials: Trials,
    statistics: Evidence | None = None,
    untried: str = "",
    **found: Any,  # what else a verdict holds
) -> Verdict:
    """What the trials of a bound come to.

    Arguments: the claim; what its trials showed; confidence bounds that break it, if there are some; what was not
    tried, without which it cannot be supported; what else the verdict holds.
    """
    for tally in trials.tallies:
        inquiry.add("run", "sampled", tally.text, tally.facts)
    for where, error in trials.failures.items():
        inquiry.add("note", "sampled", f"testing stopped on {where}: {named(error)}")
    if trials.dismissed:
        text = f"{trials.dismissed} apparent violations were not confirmed by exact replay and are ignored"
        inquiry.add("replay", "exact", text)
    found["tightness"] = tightness(trials, inquiry.claim)
    series = tuple(trials.series)
    if trials.witness is not None:
        if isinstance(trials.witness.problem, Problem):
            series = (witness_series(trials.witness), *series)
        return inquiry.broken(trials.witness, series, **found)
    series = (*worst_run(trials, inquiry.profile.steps), *series)
    if statistics is not None:
        inquiry.evidence.append(statistics)
        return inquiry.broken(None, series, **found)
    return inquiry.verdict(_status(inquiry, trials, untried), series=series, **found)


def _status(inquiry: Inquiry, trials: Trials, untried: str) -> Status:
    """The status of a claim that nothing breaks, if it is not proved; the evidence says why where that is open."""
    if inquiry.certificate is not None:
        if trials.reason:
            inquiry.add("note", "sampled", f"proved, but not tested: {trials.reason}")
        return Status.PROVED
    if untried:
        inquiry.add("note", "sampled", untried)
        return Status.OPEN
    if any(tally.broken for tally in trials.tallies):
        broken, of = (sum(getattr(tally, name) for tally in trials.tallies) for name in ("broken", "comparisons"))
        text = f"undecided: {broken} of {of} comparisons exceed the bound, but no exact replay confirms that their "
        inquiry.add("note", "sampled", f"{text}instances meet all assumptions")
        return Status.OPEN
    if any(tally.held for tally in trials.tallies):
        return Status.SUPPORTED
    reason = trials.reason or "every comparison lies within the rounding error of the run"
    reason = "; ".join([reason, *(piece.text for piece in inquiry.evidence if "family" in piece.facts)])
    inquiry.add("note", "sampled", f"nothing decided: {reason}")
    return Status.OPEN


def tightness(trials: Trials, claim: Claim | None = None) -> Tightness | None:
    """How tight the bound is, as far as trials tell; of a bound with a floor the claim is named, too."""
    shares = {theta: best for theta, best in trials.shares.items() if best.instance}
    if shares:
        theta = loosest(trials)
        by_step_size = tuple((theta, best.value) for theta, best in shares.items())
        what = "promised first-step decrease divided by the actual one"
        return Tightness(shares[theta].value, shares[theta].instance, what, by_step_size, "k = 1")
    best = max(Reached(trials.ratio.value, trials.ratio.instance, f"k = {trials.ratio.step}"), trials.elsewhere)
    if not best.instance or best.value == -inf:
        return None
    floor = (
        ", from V_0 at most the floor, when half of V_0 is no longer allowed for"
        if claim is not None and floor_of(claim) is not None
        else ""
    )
    return Tightness(best.value, best.instance, trials.what + floor, at=best.at)
