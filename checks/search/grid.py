"""The grid of a search: tiny instances with simple numbers, in exact arithmetic. What is false is mostly false here.

Special values are on purpose: mu = L (d = 1), weak constants, ends of the domain, a gradient with an entry that is
exactly 0, starts from which a step ends at the minimizer or on its other side, starts whose V_0 is about what the rest
of the bound is, starts at which Theorem 1 is nearly tight for one step (d = 2) and for many (d = 3,
`own/theorem-1.multi-step`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import isqrt
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from sympy import Expr, Symbol

from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.displaced import depends_on_origin
from signproof.checks.posing.domain import Range
from signproof.checks.posing.special import of_start
from signproof.checks.problems.base import Problem
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.runs.instance import by_symbol
from signproof.checks.search.proposals import Proposal, pose
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.objective import Constant, Smooth
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k

STEPS = 8
"""How long a run is followed."""
POSITIONS = ("1/2", "9/10", "1/10", "99/100", "1/100", "1", "0")
"""Positions of the parameters in their ranges; 1/2 of an open range is 1, 0 and 1 are the ends where they belong."""
COMBINATIONS = 12
"""Positions of several parameters together that are tried."""
SLACK = ((1, 1), (2, "1/2"))
"""Factors of the constants that are upper bounds, such as L, and of those that are lower ones, such as mu."""
FAR = 2**20
"""How much larger than the others one entry of a gradient is, so that the bound of Theorem 1 is nearly attained."""
ROOT = 2**4
"""Square roots are rounded to fractions with this denominator."""
SMALL = fmpq(1, 1000)
"""The e of such a start in three dimensions."""
DIAGONALS = (("1",), ("2",), ("1", "1"), ("1", "2"), ("1", "3"), ("1", "20"), ("2", "5"))
GRADIENTS = {1: ((1,), (-3,)), 2: ((1, 1), (1, 2), (3, -1), (1, 0), (FAR, 1), (FAR, -1))}
"""Of the start, by dimension; where a gradient does not determine a point, the start itself."""
FACTORS = ((("1", "1"), ("0", "1")), (("2", "1"), ("0", "1")), (("1", "-2"), ("0", "3")), (("1", "1"),), (("1", "0"),))
"""Factors A of dense quadratics 1/2 ||Ax||^2, the last ones with fewer rows than columns."""
SPREADS = (10, 100)
"""The m of the factor (m^2 u, m w, v) in three dimensions, u = (1, 0, -1), w = (1, -2, 1), v = (1, 1, 1)."""


def grid(claim: Claim, ranges: list[Range]) -> Iterator[Proposal]:
    """The instances for a bound claim about constants of the objective, as `trials.cases` gives it, the simplest first.

    Arguments: the claim; the ranges of its free parameters (`domain.ranges`).
    """
    assert claim.bound is not None
    rest, moved = claim.bound.subs({k: 1, V0: 0}), depends_on_origin(claim)
    for positions in _positions(len(ranges)):
        thetas = {interval.symbol: theta for interval, theta in zip(ranges, positions, strict=True)}
        for slack, problem in product(SLACK, _problems()):
            slacks = _slack(claim, slack)
            if any(map(of_start, claim.assumptions)):  # parameters depend on the start
                for start in _starts(problem, None):
                    posed = pose(claim, ranges, problem, thetas, slacks, start)
                    if posed is not None:
                        yield Proposal(claim, problem, posed, start, STEPS)
                continue
            parameters = pose(claim, ranges, problem, thetas, slacks)
            if parameters is None:
                continue
            starts = [*_starts(problem, _step_size(claim, parameters))]
            for start in (*starts, *_balanced(rest, problem, parameters, starts[:1])):
                yield Proposal(claim, problem, parameters, start, STEPS)
                if moved:  # a start at the origin, and a minimizer off every axis
                    for minimizer in (tuple(-entry for entry in start), (fmpq(3),) * len(start)):
                        yield Proposal(claim, problem, parameters, start, STEPS, minimizer=minimizer)


def _positions(count: int) -> list[tuple[fmpq, ...]]:
    """The first positions for all parameters alike, then others, those near the beginning of the list first."""
    numbers = range(len(POSITIONS))
    chosen = sorted(product(numbers, repeat=count), key=lambda places: (len({*places}) > 1, sum(places), places))
    return [tuple(rational(POSITIONS[place]) for place in places) for places in chosen[:COMBINATIONS]]


def _slack(claim: Claim, factors: tuple) -> dict[Symbol, fmpq]:
    large, small = map(rational, map(str, factors))
    return {a.constant: small if a.largest else large for a in claim.assumptions if isinstance(a, Constant)}


def _problems() -> Iterator[Problem]:
    for diagonal in DIAGONALS:
        yield DiagonalQuadratic(rationals(list(diagonal)))
    for factor in FACTORS:
        yield LeastSquares(rationals([list(row) for row in factor]))
    for m in SPREADS:
        yield LeastSquares(rationals([[m * m, 0, -m * m], [m, -2 * m, m], [1, 1, 1]]))
    yield SineSum(rationals([1]), fmpq(3))


def _starts(problem: Problem, step_size: fmpq | None) -> Iterator[tuple[fmpq, ...]]:
    d, hessian = problem.dimension, problem.hessian()
    if d == 3 and hessian is not None:
        yield from _turning(problem, hessian, step_size)
        return
    for gradient in GRADIENTS[d]:
        given = rationals(list(gradient))
        solved = None if hessian is None else _solve(hessian, given)
        yield tuple(given if solved is None else solved)
    if step_size is not None:
        yield (step_size / 2,) * d  # a step of this length in each coordinate ends on the other side
        yield (step_size,) * d


def _turning(problem: Problem, hessian: np.ndarray, step_size: fmpq | None) -> Iterator[tuple[fmpq, ...]]:
    """A start whose gradient (p, 1 - aL/2, -e) has -e as its first entry after a step of scaled SignGD of size a."""
    L = problem.exact_constant(Smooth(1))
    if step_size is None or L is None:
        return
    turned = hessian.dot(rationals([1, 1, -1]))[0] * step_size
    rest = 1 - step_size * L / 2
    if turned == 1 or rest < 0:
        return
    p = (turned * (rest + SMALL) - SMALL) / (1 - turned)
    solved = _solve(hessian, rationals([p, rest, -SMALL]))
    if solved is not None:
        yield tuple(solved)


def _balanced(
    rest: Expr, problem: Problem, parameters: dict[str, fmpq], starts: list[tuple[fmpq, ...]]
) -> Iterator[tuple[fmpq, ...]]:
    """Starts stretched until V_0 is about as large as the part of the bound that does not depend on it."""
    values = by_symbol(parameters)
    for start in starts:
        try:
            ratio = evaluate(rest, values, RATIONALS) / problem.suboptimality(rationals(list(start)), RATIONALS)
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return
        if ratio > 0:
            stretch = fmpq(isqrt(int(ratio * ROOT * ROOT)) + 1, ROOT)
            yield tuple(entry * stretch for entry in start)


def _solve(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray | None:
    """The point where the gradient is the given one; None if the Hessian is singular."""
    d = len(gradient)
    try:
        solved = fmpq_mat(hessian.tolist()).solve(fmpq_mat(d, 1, list(gradient)))
    except ZeroDivisionError:
        return None
    return np.array([row[0] for row in solved.tolist()], dtype=object)


def _step_size(claim: Claim, parameters: dict[str, Any]) -> fmpq | None:
    """The step size, if it is known before the run."""
    assert claim.algorithm is not None
    formula = claim.algorithm.parameters.get("step_size")
    values = by_symbol(parameters)
    try:
        return None if formula is None else evaluate(formula, values, RATIONALS)
    except (KeyError, TypeError, ZeroDivisionError):
        return None
