"""Two flows from the same start, on functions where both trajectories are known in closed form: diagonal quadratics."""

from __future__ import annotations

import itertools
from dataclasses import replace

from flint import fmpq
from sympy import Symbol

from signproof.checks.domain import Unsupported, ranges
from signproof.checks.exact import RATIONALS, Undecided, rational, rationals
from signproof.checks.quadratic import DiagonalQuadratic
from signproof.checks.replay import replay_comparison
from signproof.checks.trials import Tally
from signproof.checks.witness import Witness
from signproof.theory.claim import Claim

CURVATURES, STARTS = ("1", "1/2", "4"), ("1", "2", "1/3", "-5")
"""Entries of the diagonals and of the starting points that are tried."""
DIMENSIONS = (1, 2)
POSITIONS = ("1/2", "1/3", "9/10")
"""Positions of the parameters in their ranges; 1/2 of an open range is 1."""


def race(claim: Claim) -> tuple[Tally, Witness | None]:
    """Try a comparison on diagonal quadratics, the simplest first. Returns a tally, and a witness if it is broken.

    Raises Unsupported if nothing can be compared, say because other assumptions are made than convexity.
    """
    tally, why = Tally(DiagonalQuadratic.family, 0), ""
    free = ranges(replace(claim, assumptions=()))
    for d in DIMENSIONS:
        for h, start, positions in itertools.product(
            itertools.product(CURVATURES, repeat=d),
            itertools.product(STARTS, repeat=d),
            itertools.product(POSITIONS, repeat=len(free)),
        ):
            values: dict[Symbol, fmpq] = {}
            for interval, position in zip(free, positions, strict=True):
                values[interval.symbol] = interval.at(rational(position), values, RATIONALS)
            parameters = {str(symbol): number for symbol, number in values.items()}
            problem, x = DiagonalQuadratic(rationals(list(h))), tuple(map(rational, start))
            try:
                found = replay_comparison(claim, problem, parameters, x)
            except Undecided:
                tally.undecided += 1
                continue
            if found.measured is None or found.bound is None:
                why = found.why
                continue
            tally.instances += 1
            tally.comparisons += 1
            if found.confirmed:
                tally.broken += 1
                return tally, Witness(claim, problem, parameters, x, 0, found.measured, found.bound, found.level)
            tally.held += 1
    if not tally.comparisons:
        raise Unsupported(why or "no precision tells the two flows apart")
    return tally, None
