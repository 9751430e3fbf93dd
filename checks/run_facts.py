"""Whether a run meets what a claim assumes of it: a start that is near, iterates that stay bounded, a dimension in
which its norms have a meaning. An instance that does not is none of the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Basic, Symbol

from signproof.checks.domain import Unsupported
from signproof.checks.exact import Balls, rational, rationals
from signproof.checks.problem import Problem
from signproof.checks.reading import PAIRS, ROOTS, Reading, Unvalued
from signproof.theory.assumptions import Assumption
from signproof.theory.claim import Claim
from signproof.theory.flows import SublevelRadius
from signproof.theory.norms import DualPair
from signproof.theory.oracles import OracleAssumption
from signproof.theory.runs import NAMES, about_run, stated
from signproof.theory.symbols import k
from signproof.theory.vectors import dual_norm, maximizer, norm

PRECISIONS = (128, 512)
"""Bits in which a statement about the start is read that is not rational."""


def fits(claim: Claim, dimension: int) -> bool:
    """Whether all norms that a claim speaks of have a meaning in that dimension."""
    return all(pair.fits(dimension) for pair in _norms(claim))


def met_at_start(claim: Claim, problem: Problem, start: np.ndarray, values: Mapping[Symbol, Any]) -> Any:
    """Which instances of a batch begin where the claim assumes it, as far as floats tell; shape (batch,) or True.

    Raises Unsupported for an assumption that says what no start can be asked.
    """
    assumed = _of_run(claim)
    if not assumed:
        return True
    import jax

    from signproof.checks.arrays import FLOATS

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
    """Why one instance does not begin where the claim assumes it, or is not known to; empty if it does."""
    return outside_run(claim, problem, [rationals(list(start))], values)


def outside_run(claim: Claim, problem: Problem, points: Sequence[Any], values: Mapping[Symbol, Any]) -> str:
    """Why the iterates x_0, x_1, ... of a run, as far as they are given, do not meet what the claim assumes of them, or
    are not known to; empty if they do.

    Arguments: one instance in rationals; the iterates, rationals or balls; the parameters, rational.
    """
    assumed = _of_run(claim)
    numbers = {symbol: rational(str(number)) for symbol, number in values.items()}
    for assumption in assumed:
        for iteration in range(len(points)):
            try:
                found = _read(assumption, problem, points, numbers, iteration)
            except Unvalued:
                if iteration == 0 and len(points) > 1:
                    return f"whether the run meets {assumption} is not known"
                break  # it is about iterates after the last
            except Unsupported as unsupported:
                return f"whether the run meets {assumption} is not known: {unsupported}"
            if found != "met":
                where = "start" if iteration == 0 else f"iterate number {iteration}"
                return f"the {where} {'does not meet' if found == 'unmet' else 'is not known to meet'} {assumption}"
            if not stated(assumption).has(k):
                break
    return ""


def _read(assumption: Assumption, problem: Problem, points: Sequence[Any], numbers: dict, iteration: int) -> str:
    """ "met", "unmet" or "unknown", in the first arithmetic that tells."""
    exact = all(isinstance(entry, fmpq) for x in points for entry in x)
    for xp in ([ROOTS] if problem.rational and exact else []) + [Balls(bits) for bits in PRECISIONS]:
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
    """What is assumed of the run; of the radius of a sublevel set `replay_flows` knows more."""
    assumed = (assumption for assumption in claim.assumptions if not isinstance(assumption, SublevelRadius))
    return tuple(assumption for assumption in assumed if about_run(assumption))


@lru_cache(1024)
def _norms(claim: Claim) -> tuple[DualPair, ...]:
    """The norms in the fields of its parts, and in what its assumptions say."""
    parts = [part for part in (claim.algorithm, claim.rival, claim.measure, *claim.assumptions) if part is not None]
    entries = [getattr(part, field.name) for part in parts for field in fields(part)]
    found = [entry for entry in entries if isinstance(entry, DualPair)]
    for assumption in claim.assumptions:
        if not isinstance(assumption, OracleAssumption):
            names = {term.args[0].name for term in stated(assumption).atoms(norm, dual_norm, maximizer)}
            found += [pair for name, pair in PAIRS.items() if name in names]
    return tuple(dict.fromkeys(found))
