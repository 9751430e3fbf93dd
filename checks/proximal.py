"""Exact expectations of proximal methods on composite objectives: mini-batches are finitely many, and all is rational.

A run is about a number of steps T fixed beforehand. Where T is a square the step sizes of signprox are rational, and so
are the law of every iterate and the mean of E||G(x_l)||_*^power over l < T.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement, islice
from math import factorial, isqrt, prod
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Eq, Rational, Symbol, sympify

from signproof.checks.composite import CompositeProblem, refusal
from signproof.checks.domain import Unsupported
from signproof.checks.exact import RATIONALS, rational
from signproof.checks.expected import Chain, TooMany
from signproof.checks.minibatch import shares
from signproof.checks.replay import Replay, ends_of, outside_domain
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim
from signproof.theory.prox import (
    SPGM,
    CoordinateLipschitz,
    CoordinateVariance,
    Entries,
    LargestEntry,
    LipschitzGradient,
    MeanGradientMapping,
    ProximalOracle,
    ProximalVariance,
)
from signproof.theory.symbols import V0

ROOT = 2**10
"""Standard deviations are rounded up to fractions with this denominator."""


class ProximalChain(Chain):
    """The law of x_k of a proximal method, from x_0 = prox_{gamma r}(z).

    Arguments: the method; one composite objective in rationals; parameters by name; z, shape (d,). Its step size must
    not depend on k.
    """

    def __init__(self, algorithm: SPGM, problem: CompositeProblem, parameters: Mapping[str, fmpq], z: tuple[fmpq, ...]):
        values = {Symbol(name, real=True): number for name, number in parameters.items()}
        gamma = evaluate(algorithm.step_size, values, RATIONALS)
        point = np.array(z, dtype=object)
        self._composite = problem
        values[V0] = problem.suboptimality(point, gamma, RATIONALS)
        self.height = values[V0]
        self._begin(algorithm, values, tuple, problem.prox(point, gamma, RATIONALS))

    def _outcomes(self, x: np.ndarray, now: Any) -> Iterator[tuple[fmpq, Any, Any]]:
        weights = list(self._composite.weights)
        for batch in combinations_with_replacement(range(len(weights)), int(now.batch)):
            orders = factorial(len(batch)) // prod(factorial(batch.count(m)) for m in set(batch))
            chance = prod((weights[m] for m in batch), start=fmpq(orders))
            if chance:
                drawn = shares(list(batch), len(weights), RATIONALS)
                yield chance, ProximalOracle(self._composite, drawn), RATIONALS


def fitting(claim: Claim, problem: CompositeProblem, length: int) -> dict[str, fmpq] | None:
    """The best constants of a problem and the parameters that the domain ties to them, for so many steps.

    None if they are not rational, or not in the domain. Raises Unsupported for a parameter that nothing fixes.
    """
    assert isinstance(claim.measure, MeanGradientMapping)
    values: dict[Symbol, fmpq] = {claim.measure.steps: fmpq(length)}
    values |= _least(claim, problem, None)
    for relation in claim.domain:
        if isinstance(relation, Eq) and isinstance(relation.lhs, Symbol) and relation.lhs not in values:
            number = relation.rhs.subs({s: Rational(str(n)) for s, n in values.items()})
            if not number.is_Rational:
                return None
            values[relation.lhs] = rational(str(number))
    gamma = sympify(claim.algorithm.step_size)
    if gamma.free_symbols - values.keys():
        raise Unsupported(f"nothing says what the step size {gamma} is")
    values |= _least(claim, problem, evaluate(gamma, values, RATIONALS))
    free = claim.parameters - values.keys() - {V0}
    if free:
        raise Unsupported(f"nothing says what {', '.join(sorted(map(str, free)))} is")
    if outside_domain(claim, _exact(values)):
        return None
    return {str(symbol): number for symbol, number in values.items()}


def replay_proximal(
    claim: Claim, problem: CompositeProblem, parameters: Mapping[str, fmpq], z: tuple[fmpq, ...], length: int
) -> Replay:
    """Compare the mean over l < T of E||G(x_l)||_*^power with the bound, in rationals, all that is assumed included.

    Arguments: a claim about a proximal method; one instance in rationals; parameters by name, T among them; z of the
    start prox_{gamma r}(z); T.
    """
    measure, algorithm = claim.measure, claim.algorithm
    if not isinstance(measure, MeanGradientMapping) or not isinstance(algorithm, SPGM) or claim.bound is None:
        return Replay(False, "exact", "composite objectives go with claims about the gradient mapping")
    values = {Symbol(name, real=True): number for name, number in parameters.items()}
    try:
        problem.check()
    except ValueError as error:
        return Replay(False, "exact", str(error))
    why = refusal(problem, claim) or _outside(claim, problem, values, z, length)
    if why:
        return Replay(False, "exact", why)
    gamma = evaluate(sympify(measure.step_size), values, RATIONALS)
    measure = dataclasses.replace(measure, step_size=gamma)
    try:
        chain = ProximalChain(algorithm.at(batch=_whole(algorithm.batch, values)), problem, parameters, z)
        total = sum(islice(_expected(chain, measure, problem), length), start=fmpq(0))
    except (Unsupported, TooMany) as refused:
        return Replay(False, "exact", str(refused))
    formula = claim.bound.subs({measure.steps: length})
    try:
        limit = evaluate(formula, values | {V0: chain.height}, RATIONALS)
    except TypeError:
        return Replay(False, "exact", f"the bound is not rational at {measure.steps} = {length}")
    measured = total / length
    broken = measured > limit
    why = f"the expected measure is {'above' if broken else 'within'} the bound"
    if broken and not chain.height > 0:
        return Replay(False, "exact", "the start is not above the minimum")
    return Replay(broken, "exact", why, ends_of(measured), ends_of(limit))


def _expected(chain: Chain, measure: MeanGradientMapping, problem: CompositeProblem) -> Iterator[fmpq]:
    """E||G(x_l)||_*^power at l = 0, 1, 2, ..."""
    lengths: dict[int, fmpq] = {}
    while True:
        for state in chain.law.keys() - lengths.keys():
            lengths[state] = measure.quantity(problem, chain.points[state], RATIONALS)
        yield sum((p * lengths[state] for state, p in chain.law.items()), start=fmpq(0))
        chain.advance()


def _least(claim: Claim, problem: CompositeProblem, gamma: fmpq | None) -> dict[Symbol, fmpq]:
    """The least constants with which the assumptions hold; those that depend on gamma if it is given, else the others.

    Vectors of constants are the least ones, and standard deviations are rounded up.
    """
    if gamma is None:
        entries = list(problem.smoothness(RATIONALS))
        kinds: tuple[type, ...] = (CoordinateLipschitz,)
    else:
        squares = list(problem.variance(gamma, RATIONALS))
        entries, kinds = [_root(square) for square in squares], (CoordinateVariance,)
    letters = {getattr(a, "constants", None) for a in claim.assumptions if isinstance(a, kinds)}
    found: dict[Symbol, fmpq] = {}
    for a in claim.assumptions:
        needed = None
        if isinstance(a, LipschitzGradient) and gamma is None:
            formula, needed = a.constant, max(entries)
        elif isinstance(a, ProximalVariance) and gamma is not None:
            formula, needed = a.constant, _root(sum(squares, start=fmpq(0)))
        elif isinstance(a, Entries) and a.constants in letters:
            formula, needed = a.total, sum(entries, start=fmpq(0))
        elif isinstance(a, LargestEntry) and a.constants in letters:
            formula, needed = a.largest, max(entries)
        if needed is not None and isinstance(formula, Symbol):
            found[formula] = max(found.get(formula, needed), needed)
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
    for symbol, needed in (_least(claim, problem, None) | _least(claim, problem, gamma)).items():
        if values[symbol] < needed:
            return f"the problem does not meet what is assumed with {symbol} = {values[symbol]}; {needed} would do"
    return outside_domain(claim, _exact(values))


def _exact(values: Mapping[Symbol, fmpq]) -> dict[Symbol, Rational]:
    return {symbol: Rational(int(number.p), int(number.q)) for symbol, number in values.items()}


def _whole(count: Any, values: Mapping[Symbol, fmpq]) -> int:
    number = evaluate(sympify(count), values, RATIONALS)
    if number.q != 1 or number < 1:
        raise Unsupported(f"there are no mini-batches of {number}")
    return int(number.p)


def _root(square: fmpq) -> fmpq:
    """The square root, rounded up to a multiple of 1/ROOT."""
    scaled = square * ROOT * ROOT
    whole = isqrt(int(scaled.p // scaled.q))
    return fmpq(whole if whole * whole == scaled else whole + 1, ROOT)
