"""Shrinking: a witness made smaller, as long as its exact replay confirms it.

Fewer steps first, then fewer coordinates, then simpler numbers, in turn until nothing changes. The constants that the
claim assumes are computed anew for every smaller problem; the other parameters stay, or become simpler themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import numpy as np
from flint import fmpq

from signproof.checks.kind import kind_of
from signproof.checks.numbers.exact import Undecided
from signproof.checks.posing import domain
from signproof.checks.posing.cases import noiseless
from signproof.checks.problems.base import Problem, nearest
from signproof.checks.replay.convincing import digits
from signproof.checks.replay.witness import Witness
from signproof.checks.search.proposals import Proposal, follow
from signproof.checks.trials.batch import exact_parameters
from signproof.theory.claim import Claim

DENOMINATORS = (1, 2, 3, 4, 8, 10, 16, 100, 1024)
"""Largest denominators of the simpler numbers, the simplest first."""
SECONDS = 5.0
"""After which a witness is taken as it is."""


def shrink(witness: Witness, seconds: float = SECONDS) -> Witness:
    """A witness of the same claim, no larger, that the exact replay confirms.

    Returns the witness itself if it has no problem or a composite one, if its gradients are stochastic, or if nothing
    smaller is found.
    """
    if not kind_of(witness.claim).bounds_runs or not isinstance(witness.problem, Problem) or witness.oracle is not None:
        return witness
    end, again = monotonic() + seconds, True
    while again:
        again = False
        for smaller in _smaller(witness):
            if monotonic() > end:
                return witness
            found = _broken(smaller)
            if found is not None and size(found) < size(witness):
                witness, again = found, True
                break
    return witness


def size(witness: Witness) -> tuple[int, int, int]:
    """How large a witness is: coordinates, steps, and the digits of all its numbers."""
    return len(witness.start), witness.k, digits(witness)


def _broken(proposal: Proposal) -> Witness | None:
    found = follow(proposal)
    return found.witness if found.broken else None


def _smaller(witness: Witness) -> Iterator[Proposal]:
    """Changes of a witness that might leave one, the largest changes first."""
    problem, start, others, place = witness.problem, witness.start, _free(witness), witness.minimizer
    if not isinstance(problem, Problem):
        return
    for gone, (fewer, rest) in _without_one(problem, start):
        kept = None if place is None else (*place[:gone], *place[gone + 1 :])
        yield from _posed(witness, fewer, rest, others, kept)
    if place is not None:
        for other in (None, tuple(-x for x in start), *(_near(place, denominator) for denominator in DENOMINATORS)):
            yield from _posed(witness, problem, start, others, other)
    for denominator in DENOMINATORS:
        simple_start = _near(start, denominator)
        simple_others = dict(zip(others, nearest(_array(others.values()), denominator), strict=True))
        simple_problem = problem.rounded(denominator)
        for changed, x, rest_of in (
            (simple_problem, simple_start, simple_others),
            (problem, simple_start, others),
            (problem, start, simple_others),
            (simple_problem, start, others),
        ):
            yield from _posed(witness, changed, x, rest_of, place)
            if place is not None:
                yield from _posed(witness, changed, x, rest_of, tuple(-entry for entry in x))
    for number, entry in enumerate(start):
        for simple in _simpler(entry):
            yield from _posed(witness, problem, (*start[:number], simple, *start[number + 1 :]), others, place)
    for name, entry in others.items():
        for simple in (fmpq(0), *_simpler(entry)):
            yield from _posed(witness, problem, start, others | {name: simple}, place)


def _near(numbers: tuple[fmpq, ...], denominator: int) -> tuple[fmpq, ...]:
    return tuple(nearest(_array(numbers), denominator))


def _posed(
    witness: Witness,
    problem: Problem,
    start: tuple[fmpq, ...],
    others: dict[str, fmpq],
    minimizer: tuple[fmpq, ...] | None,
) -> Iterator[Proposal]:
    constants = _constants(witness.claim, problem, start)
    if constants is not None:
        yield Proposal(witness.claim, problem, constants | others, start, witness.k, minimizer=minimizer)


def _simpler(number: fmpq) -> Iterator[fmpq]:
    for simple in (fmpq(1), fmpq(2), fmpq(1, 2), fmpq(10), fmpq(1, 10)):
        if len(str(simple)) < len(str(abs(number))) or (simple == 1 and abs(number) != 1):
            yield simple if number > 0 else -simple


def _without_one(problem: Problem, start: tuple[fmpq, ...]) -> Iterator[tuple[int, tuple[Problem, tuple[fmpq, ...]]]]:
    """The number of a coordinate, and the problem and the start without it."""
    for gone in range(len(start)):
        kept = [i for i in range(len(start)) if i != gone]
        rest = tuple(start[i] for i in kept)
        fewer = problem.without(gone) if kept else None
        if fewer is not None:
            yield gone, (fewer, rest)


def _free(witness: Witness) -> dict[str, fmpq]:
    """The parameters that are no constants of the problem."""
    known = {str(symbol) for symbol in domain.constants(noiseless(witness.claim))}
    return {name: number for name, number in witness.parameters.items() if name not in known}


def _constants(claim: Claim, problem: Problem, start: tuple[fmpq, ...]) -> dict[str, fmpq] | None:
    """The best constants of a problem; None if it does not meet the assumptions."""
    try:
        return exact_parameters(noiseless(claim), [], problem, {}, start)
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        return None


def _array(numbers: Any) -> np.ndarray:
    found = np.empty(len(numbers), dtype=object)
    found[:] = list(numbers)
    return found
