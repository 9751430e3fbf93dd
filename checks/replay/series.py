"""A witness step by step: measured and bound along its run, replayed once, for a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from flint import fmpq
from sympy import Rational

from signproof.checks.kind import kind_of
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, to_float
from signproof.checks.replay.bounds import at_start, expected_run, run
from signproof.checks.replay.replay import PRECISIONS, Replay, outside_domain
from signproof.checks.replay.witness import Witness
from signproof.theory.symbols import k, t

TIMES = 40
"""Times at which a flow is looked at."""


def witness_series(witness: Witness) -> dict[str, Any]:
    """Measured and bound along a witness's run: over k or, of flows, over t, up to where the claim fails.

    Of an orbit, its first coordinate and where its formula has it, or the value of f at every point. What is not known
    is None. Raises Unsupported for a claim about parameters alone, which has no run.
    """
    return kind_of(witness.claim).series(witness)


def expected_series(witness: Witness) -> tuple[dict[str, Any], bool]:
    """The same of a witness with an oracle, and whether its bound is broken in the end, all at the price of one run."""
    found = along_run(witness)
    last = found[-1]
    return told(witness, found), last is not None and last.confirmed


def told(witness: Witness, found: Sequence[Replay | None]) -> dict[str, Any]:
    """A series over k, from what a replay found at k = 0, 1, ..."""
    return _series(witness, "k", list(range(len(found))), found)


def told_over_time(witness: Witness, at: Callable[[fmpq], Replay]) -> dict[str, Any]:
    """A series over t, from what a replay finds at a time."""
    end = witness.parameters[str(t)]
    times = [end * step / TIMES for step in range(1, TIMES + 1)]
    return _series(witness, "t", [to_float(time) for time in times], [_known(at, time) for time in times])


def along_run(witness: Witness) -> list[Replay | None]:
    """Measured and bound at k = 0, ..., in one run, or in one for each precision until all of it is known; None where
    no precision tells them apart, as at k = 0, or where the claim says nothing."""
    if witness.oracle is not None:
        return [*expected_run(witness, witness.k)]
    values = at_start(witness)
    if isinstance(values, str):
        return [None] * (witness.k + 1)
    within = [not outside_domain(witness.claim, values | {k: Rational(step)}) for step in range(witness.k + 1)]
    found: list[Replay | None] = [None] * (witness.k + 1)
    if witness.objective.rational:
        with suppress(TypeError):  # the method or the bound leaves the rationals
            _fill(found, range(witness.k + 1), run(witness, RATIONALS))
    for bits in PRECISIONS:
        unknown = [step for step, here in enumerate(found) if within[step] and here is None]
        with Balls(bits) as balls, suppress(Undecided):  # from there on a sign is not known
            _fill(found, unknown, run(witness, balls))
    return [here if claimed else None for here, claimed in zip(found, within, strict=True)]


def _fill(found: list[Replay | None], unknown: Sequence[int], steps: Iterator[Replay]) -> None:
    """Fill in what a run finds at steps that are not known yet, as far as it tells measure and bound apart."""
    for step, here in enumerate(islice(steps, max(unknown, default=-1) + 1)):
        if found[step] is None and here.bound is not None:
            found[step] = here


def _known(at: Callable[[fmpq], Replay], time: fmpq) -> Replay | None:
    try:
        return at(time)
    except Undecided:
        return None


def _series(witness: Witness, over: str, places: list, found: Sequence[Replay | None]) -> dict[str, Any]:
    return {
        "instance": f"witness: {witness.describe()}",
        over: places,
        "measured": [None if step is None else _float(step.measured) for step in found],
        "bound": [None if step is None else _float(step.bound) for step in found],
    }


def _float(ends: tuple[fmpq, fmpq] | None) -> float | None:
    """The lower end as a float; None if there is none, or if it is beyond all floats."""
    if ends is None or abs(ends[0]) > fmpq(10) ** 300:
        return None
    return to_float(ends[0])
