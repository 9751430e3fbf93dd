"""A witness step by step: measured and bound along its run, for a chart."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from signproof.checks.numbers.exact import Undecided, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.replay.bounds import expected_run, replay
from signproof.checks.replay.flows import replay_comparison, replay_flow
from signproof.checks.replay.orbits import replay_course, replay_orbit
from signproof.checks.replay.proximal import replay_proximal
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.witness import Witness
from signproof.theory.bodies import FlowBound, OrbitBody
from signproof.theory.symbols import t

TIMES = 40
"""Times at which a flow is looked at."""


def witness_series(witness: Witness) -> dict[str, Any]:
    """Measured and bound along a witness's run: over k or, of flows, over t, up to where the claim fails.

    Of an orbit, its first coordinate and where its formula has it, or the value of f at every point. What is not known
    is None. Raises Unsupported for a claim about parameters alone, which has no run.
    """
    found: list[Replay | None]
    over = "k"
    places: list[float] = []
    if witness.claim.body.timed:
        over, end = "t", witness.parameters[str(t)]
        times = [end * step / TIMES for step in range(1, TIMES + 1)]
        places, found = [to_float(time) for time in times], [_at_time(witness, time) for time in times]
    elif isinstance(witness.claim.body, OrbitBody):
        found = [_on_orbit(witness, step) for step in range(witness.k + 1)]
    elif witness.problem is None:
        raise Unsupported(f"{witness.claim.id} is about parameters alone: there is no run to draw")
    else:
        found = _along(witness)
    return _told(witness, over, places or list(range(len(found))), found)


def expected_series(witness: Witness) -> tuple[dict[str, Any], bool]:
    """The same of a witness with an oracle, and whether its bound is broken in the end, all at the price of one run."""
    found = _along(witness)
    last = found[-1]
    return _told(witness, "k", list(range(len(found))), found), last is not None and last.confirmed


def _told(witness: Witness, over: str, places: list, found: list[Replay | None]) -> dict[str, Any]:
    return {
        "instance": f"witness: {witness.describe()}",
        over: places,
        "measured": [None if step is None else _float(step.measured) for step in found],
        "bound": [None if step is None else _float(step.bound) for step in found],
    }


def _along(witness: Witness) -> list[Replay | None]:
    claim, problem = witness.claim, witness.problem
    if isinstance(problem, CompositeProblem):  # a mean over the whole run: there is only its end
        return [None] * witness.k + [replay_proximal(claim, problem, witness.parameters, witness.start, witness.k)]
    assert isinstance(problem, Problem)
    found: list[Replay | None] = []
    if witness.oracle is not None:
        found = [*expected_run(claim, problem, witness.oracle, witness.parameters, witness.start, witness.k)]
    for step in range(len(found), witness.k + 1):
        try:
            found.append(replay(claim, problem, witness.parameters, witness.start, step))
        except Undecided:  # equal within every precision, as at k = 0
            found.append(None)
    return found


def _at_time(witness: Witness, time: fmpq) -> Replay | None:
    assert isinstance(witness.problem, Problem)
    replayed = replay_flow if isinstance(witness.claim.body, FlowBound) else replay_comparison
    try:
        return replayed(witness.claim, witness.problem, witness.parameters | {str(t): time}, witness.start)
    except Undecided:
        return None


def _on_orbit(witness: Witness, step: int) -> Replay | None:
    replayed = replay_course if witness.claim.orbit is not None and witness.claim.orbit.formula else replay_orbit
    try:
        return replayed(witness.claim, witness.parameters, step)
    except Undecided:
        return None


def _float(ends: tuple[fmpq, fmpq] | None) -> float | None:
    """The lower end as a float; None if there is none, or if it is beyond all floats."""
    if ends is None or abs(ends[0]) > fmpq(10) ** 300:
        return None
    return to_float(ends[0])
