"""Whether a run meets what a claim assumes of it: a start that is near, iterates that stay bounded, a dimension in
which its norms have a meaning. An instance that does not is none of the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields
from functools import lru_cache, reduce
from itertools import islice, permutations
from operator import or_
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Basic, Symbol

from signproof.checks.facts.reading import PAIRS, Reading, Unvalued
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing.displaced import displaced
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem, Slope
from signproof.theory.assumptions.flows import SublevelRadius
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border.runs import NAMES, about_later, about_run, every_k, reach, stated
from signproof.theory.border.steps import Guarded, states
from signproof.theory.claim import Claim
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import DualPair
from signproof.theory.symbols import V0, k
from signproof.theory.terms.vectors import dual_norm, maximizer, norm

PRECISIONS = (128, 512)
"""Bits in which a statement about the start is read that is not rational."""


def fits(claim: Claim, dimension: int) -> bool:
    """Whether all norms that a claim speaks of have a meaning in that dimension."""
    return all(pair.fits(dimension) for pair in _norms(claim))


def refuse_later(claim: Claim) -> None:
    """Raises Unsupported if something is assumed of iterates after the start, which are drawn at random."""
    for assumption in claim.assumptions:
        if about_later(assumption):
            raise Unsupported(f"it is not known whether random runs meet {assumption} after the start")


def met_along(
    claim: Claim,
    problem: Problem,
    start: np.ndarray,
    values: Mapping[Symbol, Any],
    steps: int,
    minimizer: np.ndarray | None = None,
) -> np.ndarray | bool:
    """Which runs of a batch do not surely leave, within so many steps, what the claim assumes of iterates after the
    start, as far as floats tell; shape (batch,) or True.
    """
    assumed = [assumption for assumption in _of_run(claim) if about_later(assumption)]
    if not assumed:
        return True
    import jax

    from signproof.checks.numbers.arrays import FLOATS

    met: Any = True
    furthest = steps
    for assumption in assumed:
        further = reach(assumption)
        if further is None:
            raise Unsupported(f"it is not known which iterates {assumption} is about")
        furthest = max(furthest, steps + further)
    with jax.enable_x64(True), np.errstate(all="ignore"):
        points = _float_run(displaced(claim.algorithm, minimizer), problem, start, values, furthest)
        reading = Reading(problem, FLOATS, values, {}, points)
        for assumption in assumed:
            for iteration in range(furthest + 1 if every_k(assumption) else 1):
                try:
                    said = [(here, words) for here, words in _at_start(reading, assumption, iteration)]
                    met = met & ~reduce(or_, (np.asarray(here.truth(words)[1]) for here, words in said))
                except Unvalued:  # it is about iterates after the last
                    break
    return met


def _float_run(
    algorithm: Algorithm, problem: Problem, start: np.ndarray, values: Mapping[Symbol, Any], steps: int
) -> list[np.ndarray]:
    """The iterates x_0, ..., x_steps of a batch in floats."""
    posed, x = Guarded(problem), np.asarray(start, dtype=float)
    here = {**values, V0: posed.suboptimality(x, NUMPY)}
    run = states(algorithm, x, Slope(posed, NUMPY), here, NUMPY)
    return [np.asarray(x) for x, _ in islice(run, steps + 1)]


def met_at_start(claim: Claim, problem: Problem, start: np.ndarray, values: Mapping[Symbol, Any]) -> bool | np.ndarray:
    """Which instances of a batch begin where the claim assumes it, as far as floats tell; shape (batch,) or True.

    Raises Unsupported for an assumption that says what no start can be asked.
    """
    assumed = _of_run(claim)
    if not assumed:
        return True
    import jax

    from signproof.checks.numbers.arrays import FLOATS

    met: Any = True
    with jax.enable_x64(True), np.errstate(all="ignore"):
        reading = Reading(problem, FLOATS, values, {}, [np.asarray(start, dtype=float)])
        for assumption in assumed:
            for here, said in _at_start(reading, assumption):
                try:
                    met = met & ~np.asarray(here.truth(said)[1])
                except Unvalued:  # it is about later iterates: the replay knows them
                    continue
    return met


def outside_start(claim: Claim, problem: Problem, start: Sequence[fmpq], values: Mapping[Symbol, Any]) -> str:
    """Why one instance does not begin where the claim assumes it, or is not known to; empty if it does.

    What is assumed of later iterates is asked of the run, by `outside_run`.
    """
    numbers = {symbol: rational(str(number)) for symbol, number in values.items()}
    for assumption in _of_run(claim):
        try:
            found = _read(assumption, problem, [rationals(list(start))], numbers, 0)
        except Unsupported as unsupported:
            if isinstance(unsupported, Unvalued) and about_later(assumption):
                continue
            return f"it is not known whether the run meets {assumption}: {unsupported}"
        if found != "met":
            return _unmet(assumption, found, 0)
    return ""


def outside_run(
    claim: Claim, problem: Problem, points: Sequence[Any], values: Mapping[Symbol, Any], turn: int | None
) -> str:
    """Why a run does not meet what the claim assumes of iterates after the start, or is not known to; empty if it does.

    Arguments: one instance in rationals; the iterates x_0, x_1, ... as far as they are known, rationals or balls; the
    parameters, rational; a number of steps after which the method surely is in a state in which it was before, so that
    what holds for every k below holds for every k; None if none is known.
    """
    numbers = {symbol: rational(str(number)) for symbol, number in values.items()}
    for assumption in _of_run(claim):
        if not about_later(assumption):
            continue
        always = every_k(assumption)
        told = 0
        for iteration in range(len(points) if always else 1):
            try:
                found = _read(assumption, problem, points, numbers, iteration)
            except Unvalued:
                break  # it is about iterates after the last
            except Unsupported as unsupported:
                return f"it is not known whether the run meets {assumption}: {unsupported}"
            if found != "met":
                return _unmet(assumption, found, iteration)
            told += 1
        if not told or reach(assumption) is None or (always and (turn is None or told < turn)):
            return f"it is not known whether the run meets {assumption}"
    return ""


def _unmet(assumption: Assumption, found: str, iteration: int) -> str:
    where = "start" if iteration == 0 else f"iterate {iteration}"
    return f"the {where} {'does not meet' if found == 'unmet' else 'is not known to meet'} {assumption}"


def _read(assumption: Assumption, problem: Problem, points: Sequence[Any], numbers: dict, iteration: int) -> str:
    """ "met", "unmet" or "unknown", in the first arithmetic that tells."""
    exact = all(isinstance(entry, fmpq) for x in points for entry in x)
    for xp in ([RATIONALS] if problem.rational and exact else []) + [Balls(bits) for bits in PRECISIONS]:
        with xp if isinstance(xp, Balls) else nullcontext():
            values = {symbol: xp.number(number) for symbol, number in numbers.items()}
            run = [xp.number(x) for x in points] if exact else list(points)
            reading = Reading(problem.over(xp), xp, values, {}, run)
            try:
                truths = [here.truth(said) for here, said in _at_start(reading, assumption, iteration)]
            except TypeError:  # it leaves the rationals
                continue
        if any(false for _, false in truths):
            return "unmet"
        if all(true for true, _ in truths):
            return "met"
    return "unknown"


def _at_start(reading: Reading, assumption: Assumption, iteration: int = 0) -> Iterator[tuple[Reading, Basic]]:
    """An assumption at an iteration, at the start and at the minimizer where it is about any points."""
    said = stated(assumption).subs(k, iteration)
    start = reading.run[0]
    chosen = (start, start * 0, *(start * n for n in range(2, assumption.points)))
    for points in [*permutations(chosen, assumption.points)]:
        yield reading.at({}, dict(zip(NAMES, points, strict=False))), said


@lru_cache(1024)
def _of_run(claim: Claim) -> tuple[Assumption, ...]:
    """What is assumed of the run; of the radius of a sublevel set `replay/flows.py` knows more."""
    assumed = (assumption for assumption in claim.assumptions if not isinstance(assumption, SublevelRadius))
    return tuple(assumption for assumption in assumed if about_run(assumption))


@lru_cache(1024)
def _norms(claim: Claim) -> tuple[DualPair, ...]:
    """The norms in the fields of its parts, and in what its assumptions say."""
    parts = [part for part in (claim.algorithm, claim.rival, *claim.assumptions) if part is not None]
    entries = [getattr(part, field.name) for part in parts for field in fields(part)]
    entries += [] if claim.measure is None else claim.measure.norms
    found = [entry for entry in entries if isinstance(entry, DualPair)]
    for assumption in claim.assumptions:
        if not isinstance(assumption, OracleAssumption):
            names = {term.args[0].name for term in stated(assumption).atoms(norm, dual_norm, maximizer)}
            found += [pair for name, pair in PAIRS.items() if name in names]
    return tuple(dict.fromkeys(found))
