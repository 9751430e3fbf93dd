"""Hypothesis as a search: batches of all families that meet a claim's assumptions, the tame ones among the first."""

from __future__ import annotations

from time import monotonic

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from signproof.checks.replay.witness import Witness
from signproof.checks.testing.strategies import Violation, holds, problems, starts, step_sizes
from signproof.theory.claim import Claim


def drawn(claim: Claim, examples: int, seed: int, deadline: float) -> Witness | None:
    """A witness in the first of so many batches that has one, or None.

    Arguments: a claim about a run; how many batches; the seed; when to run no further batch, as `time.monotonic` tells
    it. Nothing is shrunk here, for every batch of another shape is compiled anew; `shrink` does it exactly.
    """
    try:
        samples, positions = problems(claim), step_sizes(claim)
    except ValueError:  # no family meets the assumptions
        return None
    found: list[Witness] = []

    @seeded(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(samples, positions, st.none() | starts())
    def tried(sample, thetas, start):
        if found or monotonic() > deadline:
            return
        try:
            holds(claim, sample, thetas, start)
        except Violation as violation:
            found.append(violation.witness)

    tried()
    return found[0] if found else None
