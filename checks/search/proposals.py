"""Proposals of a search: exact instances of a claim about a run, followed step by step and compared with the bound.

Whoever proposes an instance need not be careful: constants are computed exactly for the problem, parameters are tested
against the domain, and what breaks the bound is replayed as a witness, assumptions included, before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from flint import fmpq
from sympy import Symbol

from signproof.checks.facts.runs import fits, outside_start
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, to_float
from signproof.checks.posing import domain
from signproof.checks.posing.domain import Range
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.replay.bounds import run
from signproof.checks.replay.proximal import replay_proximal
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import exact_parameters, promises_decrease
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k

BITS = 256
"""Precision at which a proposal is followed that is not rational."""


@dataclass(frozen=True, eq=False)
class Proposal(Instance):
    """An instance, and how many steps to follow it."""

    steps: int


@dataclass(frozen=True)
class Followed:
    """What a proposal showed: the largest measured / bound and a witness of it, which breaks the claim or not."""

    ratio: float
    witness: Witness | None
    broken: bool = False


def pose(
    claim: Claim,
    ranges: list[Range],
    problem: Problem,
    thetas: Mapping[Symbol, fmpq],
    slack: Mapping[Symbol, fmpq],
    start: tuple[fmpq, ...] | None = None,
) -> dict[str, fmpq] | None:
    """Parameters at positions of their ranges, for constants that are the best ones times a slack; None if the problem
    does not meet the assumptions.
    """
    try:
        best = exact_parameters(claim, [], problem, {}, start)
        values = {symbol: best[str(symbol)] * slack.get(symbol, fmpq(1)) for symbol in domain.constants(claim)}
        for interval in ranges:
            values[interval.symbol] = interval.at(thetas[interval.symbol], values, RATIONALS)
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        return None
    return {str(symbol): number for symbol, number in values.items()}


def follow(proposal: Proposal) -> Followed:
    """Run a proposal and compare measure and bound at every step that the domain allows; stop at a violation.

    A claim about composite objectives speaks of the whole run: it is compared at the end alone.
    """
    if isinstance(proposal.problem, CompositeProblem):
        return _follow_to_the_end(proposal)
    claim, problem, values = proposal.claim, proposal.objective, proposal.values()
    best, shown = -1.0, None
    try:
        if not fits(claim, problem.dimension) or outside_start(claim, problem, proposal.start, values):
            return Followed(best, None)
        if not all(domain.holds(r, values, RATIONALS) for r in claim.domain if not r.has(k, V0)):
            return Followed(best, None)
        for step, found in enumerate(_run(proposal)):
            if found.measured is None or found.bound is None or not _in_domain(claim, values, step):
                continue
            if step == 0 and promises_decrease(claim):
                continue
            witness = Witness.of(proposal, step, found)
            if found.confirmed and witness.replay().confirmed:
                return Followed(ratio(found), witness, broken=True)
            if not found.confirmed and ratio(found) > best:
                best, shown = ratio(found), witness
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        pass  # no instance of the family, or its numbers are not known well enough
    return Followed(best, shown)


def _follow_to_the_end(proposal: Proposal) -> Followed:
    found = replay_proximal(proposal, proposal.steps)
    if found.measured is None or found.bound is None:
        return Followed(-1.0, None)
    return Followed(ratio(found), Witness.of(proposal, proposal.steps, found), broken=found.confirmed)


def ratio(found: Replay | Witness) -> float:
    """A lower end of measured / bound, infinite if the bound is not positive and the measure is."""
    assert found.measured is not None and found.bound is not None
    if found.bound[1] > 0:
        return to_float(found.measured[0] / found.bound[1])
    return float("inf") if found.measured[0] > 0 else 0.0


def _run(proposal: Proposal) -> Iterator[Replay]:
    if proposal.objective.rational:
        followed = 0
        try:
            for found in islice(run(proposal, RATIONALS), proposal.steps + 1):
                yield found
                followed += 1
            return
        except TypeError:  # the method or the bound leaves the rationals
            if followed:
                raise
    with Balls(BITS) as balls:
        yield from islice(run(proposal, balls), proposal.steps + 1)


def _in_domain(claim: Claim, values: dict[Symbol, fmpq], step: int) -> bool:
    here = values | {k: fmpq(step)}
    return all(domain.holds(relation, here, RATIONALS) for relation in claim.domain if relation.has(k))
