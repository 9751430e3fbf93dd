"""A short ascent from the best instance of a batch: copies of it, moved at random, of which the best is kept.

Each move multiplies entries of the problem and of the start, and the odds of the parameters' positions, by random
factors, large for some copies and tiny for others, so that no step size has to be tuned. Nothing can leave the claim's
assumptions: the constants of each copy are enclosed anew, and the parameters drawn from their ranges for them. The
copies fill a batch of the same shape, for which the run is compiled already.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np
from sympy import Symbol

from signproof.checks.replay.witness import Witness
from signproof.checks.trials.batch import Batch, compare, confirm, prepare
from signproof.checks.trials.tightness import Best, Candidate, Score

ROUNDS = 12
"""Batches of copies after which an ascent ends."""
ENOUGH = 0.9999
"""A bound is tight from here on: there is no need to go higher."""
SIZES = (-6.0, 0.5)
"""Powers of ten between which a copy's moves are, relative to what is moved."""
MOVED = 0.5
"""The chance of an entry to be moved at all."""


def ascend(
    best: Best,
    score: Score,
    steps: int,
    rng: np.random.Generator,
    held: Collection[Symbol] = (),
    pinned: bool = False,
) -> tuple[Witness | None, int]:
    """Raise the value of `best`, in place, from the instance that it has.

    Arguments: the best so far; what to raise, from balls; steps of each run; a generator; parameters whose positions
    stay as they are; whether the problem does. Stops at ENOUGH, after ROUNDS, and at a copy that breaks the claim.
    Returns a witness, if a copy breaks the claim and the exact replay confirms it, and how many it did not confirm.
    """
    dismissed = 0
    for _ in range(ROUNDS):
        if best.candidate is None or best.value >= ENOUGH:
            break
        claim, ranges = best.candidate.claim, best.candidate.ranges
        try:
            batch = copies(best.candidate, rng, held, pinned)
        except ValueError:  # the constants of one of the copies cannot be enclosed
            continue
        if batch is None:
            break
        found = compare(claim, batch, steps)
        best.offer(score(found), claim, ranges, batch)
        if found.broken.any():
            witness, thrown_out = confirm(claim, ranges, batch, found)
            dismissed += thrown_out
            if witness is not None:
                return witness, dismissed
    return None, dismissed


def copies(
    candidate: Candidate, rng: np.random.Generator, held: Collection[Symbol] = (), pinned: bool = False
) -> Batch | None:
    """A batch of copies of one instance, the others moved away from the first."""
    batch, index = candidate.batch, candidate.index
    size = batch.start.shape[1]
    sizes = np.power(10.0, rng.uniform(*SIZES, size))
    sizes[0] = 0

    def moved(numbers: np.ndarray) -> np.ndarray:
        shape = (*numbers.shape, size)
        return numbers[..., None] * np.exp(sizes * rng.standard_normal(shape) * (rng.random(shape) < MOVED))

    def kept(numbers: np.ndarray) -> np.ndarray:
        return np.repeat(numbers[..., None], size, axis=-1)

    problem = batch.problem
    fields = {
        name: (moved if name in problem.scalable and not pinned else kept)(field[..., index])
        for name, field in problem.arrays().items()
        if name not in problem.shared
    }
    thetas: dict[Symbol, np.ndarray] = {}
    for symbol, theta in batch.thetas.items():
        odds = theta[index] / (1 - theta[index])
        thetas[symbol] = kept(theta[index]) if symbol in held else 1 / (1 + 1 / moved(odds))
    start = moved(batch.start[:, index])
    place = None if batch.minimizer is None else kept(batch.minimizer[:, index])
    problem = dataclasses.replace(problem, **fields)
    return prepare(candidate.claim, candidate.ranges, problem, start, thetas, minimizer=place)
