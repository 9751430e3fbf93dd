"""Hypothesis as a search: batches of all families that meet a claim's assumptions, shrunk to tame ones if they break it."""

from __future__ import annotations

from hypothesis import HealthCheck, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from signproof.checks.strategies import Violation, holds, problems, starts, step_sizes
from signproof.checks.witness import Witness
from signproof.theory.claim import Claim


def drawn(claim: Claim, examples: int, seed: int) -> Witness | None:
    """A witness in one of so many batches, or None.

    Arguments: a claim about a run; how many batches; the seed.
    """
    try:
        samples, positions = problems(claim), step_sizes(claim)
    except ValueError:  # no family meets the assumptions
        return None

    @seeded(seed)
    @settings(
        max_examples=examples, deadline=None, database=None, verbosity=Verbosity.quiet, print_blob=False,
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(samples, positions, st.none() | starts())
    def tried(sample, thetas, start):
        holds(claim, sample, thetas, start)

    try:
        tried()
    except Violation as violation:
        return violation.witness
    return None
