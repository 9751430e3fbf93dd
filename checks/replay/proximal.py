"""Replays of proximal methods: exact expectations against the bound."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import islice
from math import isqrt
from operator import add
from typing import Any

from flint import fmpq
from sympy import Eq, Rational, Symbol, sympify

from signproof.checks.numbers.exact import RATIONALS, Balls, Exact, Undecided, rational
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import CompositeProblem, refusal
from signproof.checks.replay.replay import PRECISIONS, Replay, ends_of, outside_domain
from signproof.checks.runs.expected import Chain, TooMany
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.proximal import LongChance, LongPoint, ProximalChain
from signproof.theory.arithmetic import Arithmetic, Scalar, evaluate
from signproof.theory.assumptions.composite import (
    CoordinateLipschitz,
    CoordinateVariance,
    Entries,
    LargestEntry,
    LipschitzGradient,
    ProximalVariance,
)
from signproof.theory.border.steps import measured
from signproof.theory.claim import Claim
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.proximal import SPGM
from signproof.theory.symbols import V0

ROOT = 2**10
"""Standard deviations are rounded up to fractions with this denominator."""


def fitting(claim: Claim, problem: CompositeProblem, length: int, slack: int = 1) -> dict[str, fmpq] | None:
    """The best constants of a problem, or so many times as much, and the parameters that the domain ties to them, for
    so many steps.

    None if they are not rational, or not in the domain. Raises Unsupported for a parameter that nothing fixes.
    """
    assert isinstance(claim.measure, MeanGradientMapping)
    values: dict[Symbol, fmpq] = {claim.measure.steps: fmpq(length)}
    values |= {symbol: slack * number for symbol, number in least(claim, problem, None).items()}
    for relation in claim.domain:
        if isinstance(relation, Eq) and isinstance(relation.lhs, Symbol) and relation.lhs not in values:
            number = relation.rhs.subs({s: Rational(str(n)) for s, n in values.items()})
            if not number.is_Rational:
                return None
            values[relation.lhs] = rational(str(number))
    gamma = sympify(claim.algorithm.step_size)
    if gamma.free_symbols - values.keys():
        raise Unsupported(f"the step size {gamma} has no value")
    deviations = least(claim, problem, evaluate(gamma, values, RATIONALS))
    values |= {symbol: slack * number for symbol, number in deviations.items()}
    free = claim.parameters - values.keys() - {V0}
    if free:
        raise Unsupported(f"{', '.join(sorted(map(str, free)))} has no value")
    if outside_domain(claim, _exact(values)):
        return None
    return {str(symbol): number for symbol, number in values.items()}


def replay_proximal(instance: Instance, length: int) -> Replay:
    """Compare the mean over l < T of E||G(x_l)||_*^power with the bound, in rationals, all that is assumed included.

    Arguments: an instance of a claim about a proximal method, T among its parameters; T.
    """
    claim, problem = instance.claim, instance.problem
    assert isinstance(problem, CompositeProblem)
    about_mapping = isinstance(claim.measure, MeanGradientMapping) and isinstance(claim.algorithm, SPGM)
    if not about_mapping or claim.bound is None:
        return Replay(False, "exact", "composite objectives are for claims about the gradient mapping")
    values = instance.values()
    try:
        problem.check()
    except ValueError as error:
        return Replay(False, "exact", str(error))
    why = refusal(problem, claim) or _outside(claim, problem, values, instance.start, length)
    if why:
        return Replay(False, "exact", why)
    try:
        return _compare(instance, length)
    except (Unsupported, TooMany) as refused:
        return Replay(False, "exact", str(refused))


def _compare(instance: Instance, length: int) -> Replay:
    """In rationals, else in balls of growing precision: the probabilities or, if need be, the points as well.

    Raises Unsupported, TooMany.
    """
    try:
        return _told(instance, length, RATIONALS, RATIONALS)
    except (LongPoint, LongChance) as long:
        points_too = isinstance(long, LongPoint)
    for bits in PRECISIONS:
        with Balls(bits) as balls:
            try:
                return _told(instance, length, balls if points_too else RATIONALS, balls)
            except LongPoint:
                points_too = True
            except Undecided:
                continue
    return Replay(False, Balls.level, f"measure and bound cannot be separated at {PRECISIONS[-1]} bits")


def _told(instance: Instance, length: int, xp: Exact, odds: Any) -> Replay:
    """Measure and bound compared, the points in one arithmetic, the probabilities in another.

    Raises Undecided if balls overlap, LongPoint and LongChance.
    """
    measure, bound, problem = instance.claim.measure, instance.claim.bound, instance.problem
    assert isinstance(measure, MeanGradientMapping) and isinstance(problem, CompositeProblem) and bound is not None
    values = instance.values(xp)
    gamma = evaluate(sympify(measure.step_size), values, xp)
    chain = ProximalChain(instance, xp, odds)
    expected = _expected(chain, dataclasses.replace(measure, step_size=gamma), problem.over(xp), xp)
    measured = sum(islice(expected, length), start=fmpq(0)) / length
    try:
        limit = evaluate(bound.subs({measure.steps: length}), values | {V0: chain.height}, xp)
    except TypeError:
        return Replay(False, xp.level, f"the bound is not rational at {measure.steps} = {length}")
    ends = [ends_of(number) if isinstance(number, fmpq) else odds.ends(number) for number in (measured, limit)]
    broken = measured > limit
    if not broken and not measured <= limit:
        raise Undecided("the balls of measure and bound overlap")
    if broken and not chain.height > 0:
        return Replay(False, odds.level, "the start is not above the minimum")
    why = f"the expected measure is {'above' if broken else 'within'} the bound"
    return Replay(broken, odds.level, why, *ends)


def _expected(chain: Chain, measure: MeanGradientMapping, problem: CompositeProblem, xp: Exact) -> Iterator[Any]:
    """E||G(x_l)||_*^power at l = 0, 1, 2, ..."""
    lengths: dict[int, Any] = {}
    while True:
        for state in chain.law.keys() - lengths.keys():
            lengths[state] = measured(measure, problem, chain.points[state], xp)
        yield sum((p * lengths[state] for state, p in chain.law.items()), start=fmpq(0))
        chain.advance()


def least(
    claim: Claim, problem: CompositeProblem, gamma: Scalar | None, xp: Arithmetic = RATIONALS
) -> dict[Symbol, Scalar]:
    """The least constants with which the assumptions hold; those that depend on gamma if it is given, else the others.

    Vectors of constants are the least ones, and standard deviations are rounded up in rationals. In floats the fields
    of the problem may have batch axes.
    """
    if gamma is None:
        entries = list(problem.smoothness(xp))
        kinds: tuple[type, ...] = (CoordinateLipschitz,)
    else:
        squares = list(problem.variance(gamma, xp))
        entries, kinds = [_root(square, xp) for square in squares], (CoordinateVariance,)
    letters = {getattr(a, "constants", None) for a in claim.assumptions if isinstance(a, kinds)}
    found: dict[Symbol, Any] = {}
    for a in claim.assumptions:
        needed = None
        if isinstance(a, LipschitzGradient) and gamma is None:
            formula, needed = a.constant, reduce(xp.larger, entries)
        elif isinstance(a, ProximalVariance) and gamma is not None:
            formula, needed = a.constant, _root(reduce(add, squares), xp)
        elif isinstance(a, Entries) and a.constants in letters:
            formula, needed = a.total, reduce(add, entries)
        elif isinstance(a, LargestEntry) and a.constants in letters:
            formula, needed = a.largest, reduce(xp.larger, entries)
        if needed is not None and isinstance(formula, Symbol):
            found[formula] = xp.larger(found.get(formula, needed), needed)
    return found


def _outside(claim: Claim, problem: CompositeProblem, values: dict[Symbol, fmpq], z: tuple, length: int) -> str:
    """Why the parameters are not valid for the problem, or not in the domain; empty if they are."""
    assert isinstance(claim.measure, MeanGradientMapping)
    if len(z) != problem.dimension:
        return f"the start has {len(z)} coordinates, not {problem.dimension}"
    if values.get(claim.measure.steps) != length or length < 1:
        return f"the claim is about {claim.measure.steps} steps, k = {length}"
    gamma = evaluate(sympify(claim.algorithm.step_size), values, RATIONALS)
    if not gamma > 0:
        return f"the step size {gamma} is not positive"
    for symbol, needed in (least(claim, problem, None) | least(claim, problem, gamma)).items():
        if values[symbol] < needed:
            return f"the problem does not meet the assumptions with {symbol} = {values[symbol]}; {needed} would suffice"
    return outside_domain(claim, _exact(values))


def _exact(values: Mapping[Symbol, fmpq]) -> dict[Symbol, Rational]:
    return {symbol: Rational(int(number.p), int(number.q)) for symbol, number in values.items()}


def _root(square: Any, xp: Arithmetic = RATIONALS) -> Any:
    """The square root; in rationals it is rounded up to a multiple of 1/ROOT."""
    if xp is not RATIONALS:
        return xp.sqrt(square)
    scaled = square * ROOT * ROOT
    whole = isqrt(int(scaled.p // scaled.q))
    return fmpq(whole if whole * whole == scaled else whole + 1, ROOT)
