"""The verdict on a claim by its kind: one function that each kind has a form of."""

from __future__ import annotations

from functools import singledispatch

from signproof.checks.trials.tally import Profile
from signproof.checks.verdicts.verdict import Status, Verdict
from signproof.theory.bodies import Body
from signproof.theory.claim import Claim


@singledispatch
def judge_body(body: Body, claim: Claim, certificate, evidence, profile: Profile, seed, error, advance) -> Verdict:
    """The verdict on a claim whose body is of some kind, if no known witness breaks it; a kind registers its own.

    Without a judge of its own a kind is decided by its proof alone.
    """
    status = Status.OPEN if certificate is None else Status.PROVED
    return Verdict(claim, status, tuple(evidence), certificate)
