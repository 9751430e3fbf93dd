"""A few instances of a batch in rationals, where its run on balls decides little.

A rule that asks which entry is the largest, or whether one is 0, is not continuous: on balls an entry and the largest
overlap, though they are one number, and from there on nothing is known. In rationals they are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from signproof.checks.numbers.exact import RATIONALS, Undecided, to_float
from signproof.checks.posing.domain import Range
from signproof.checks.problems.base import nearest
from signproof.checks.replay.bounds import outside, replay, run
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import Batch, Comparison, exact_parameters, near_floor, promises_decrease
from signproof.checks.trials.tally import Tally
from signproof.theory.claim import Claim
from signproof.theory.symbols import k

DECIDED = 0.5
"""Share of a batch's comparisons that are to be decided for its run on balls to be enough."""
INSTANCES, STEPS, DENOMINATOR = 8, 12, 8
"""How many instances are followed, for how many steps, and of what denominator their numbers are."""


def follow(claim: Claim, ranges: list[Range], batch: Batch, found: Comparison, tally: Tally) -> Witness | None:
    """Follow a few instances exactly if few comparisons of their batch are decided; count what that shows.

    A violation that its replay confirms is returned as a witness.
    """
    compared, decided = found.considered[1:].sum(), (found.held | found.broken)[1:].sum()
    if not compared or decided > DECIDED * compared or not batch.problem.rational:
        return None
    usable = np.flatnonzero(found.usable)
    for index in usable[np.linspace(0, len(usable) - 1, min(INSTANCES, len(usable))).astype(int)]:
        instance = _instance(claim, ranges, batch, int(index))
        if instance is None:
            continue
        try:
            witness = _compare(instance, tally, min(STEPS, found.steps))
        except (TypeError, ValueError, ZeroDivisionError, Undecided):  # it leaves the rationals
            return None
        if witness is not None:
            return witness
    return None


def _instance(claim: Claim, ranges: list[Range], batch: Batch, index: int) -> Instance | None:
    """One instance with simple numbers; None if it is no longer one that the claim is about."""
    problem = batch.problem.one(index).rounded(DENOMINATOR)
    start = tuple(nearest(batch.start[:, index], DENOMINATOR))
    place = None if batch.minimizer is None else tuple(nearest(batch.minimizer[:, index], DENOMINATOR))
    near = nearest(np.array([theta[index] for theta in batch.thetas.values()]), 2 * DENOMINATOR)
    try:
        parameters = exact_parameters(claim, ranges, problem, dict(zip(batch.thetas, near, strict=True)), start)
    except (ValueError, TypeError, ZeroDivisionError, Undecided):
        return None
    return Instance(claim, problem, parameters, start, minimizer=place if place and any(place) else None)


def _compare(instance: Instance, tally: Tally, steps: int) -> Witness | None:
    varying = any(relation.has(k) for relation in instance.claim.domain)
    if not varying and outside(instance, steps):
        return None
    told = 0
    for step, found in _steps(instance, steps):
        if found.measured is None or found.bound is None or (varying and outside(instance, step)):
            continue
        told += 1
        tally.comparisons += 1
        if found.confirmed and replay(instance, step).confirmed:
            tally.broken += 1
            return Witness.of(instance, step, found)
        tally.held += not found.confirmed
        if step and found.bound[0] > 0 and near_floor(instance, step):
            ratio = to_float(found.measured[1] / found.bound[0])
            if tally.largest_ratio is None or ratio > tally.largest_ratio:
                tally.largest_ratio, tally.worst = ratio, f"{instance.objective.describe()}, at k = {step}"
    tally.instances += bool(told)
    tally.exactly += bool(told)
    return None


def _steps(instance: Instance, steps: int) -> Iterator[tuple[int, Replay]]:
    first = 1 if promises_decrease(instance.claim) else 0
    return islice(enumerate(run(instance, RATIONALS)), first, steps + 1)
