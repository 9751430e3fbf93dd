"""Trials of claims about means, such as E V_k, with gradients drawn from continuous laws: statistics, within a budget
of error.

Where the mean of many runs lies within the bound, that supports the claim and is no more than a sample. Where a lower
confidence bound on it lies above it, the claim is refuted at a stated error probability. Each comparison gets the same
share of what the run as a whole may spend, fixed before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from sympy import Add, Expr, Ge, Max, Min, Mul, Pow, Sum, Symbol

from signproof.checks.facts.runs import refuse_later
from signproof.checks.gradients.densities import Gaussian, Laplace, SparseGaussian, StudentT, Uniform
from signproof.checks.gradients.drawn import AdditiveNoise, DrawnGradient, MultiplicativeNoise
from signproof.checks.gradients.finite_drawn import FiniteNoise, mini_batches
from signproof.checks.numbers.confidence import lower_bound
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing import domain
from signproof.checks.posing.cases import at_horizons, noiseless
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.constants import Enclosure
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.problems.sine import SineSum
from signproof.checks.runs.over_arrays import along
from signproof.checks.runs.plans import Mean, Read, plan
from signproof.checks.trials.batch import Batch, at_floor, is_value, prepare, rest_of
from signproof.checks.trials.tally import Profile, Tally
from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.border.steps import Guarded
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k, l
from signproof.theory.terms.formula import text
from signproof.theory.terms.vectors import Least

STEPS = (1, 2, 4, 8, 16, 32)
"""Where E V_k is compared with the bound."""
INSTANCES = 6
"""Instances of a family that are tried with each law."""
RUNS, PILOT = {"quick": 2048, "full": 16384}, 512
"""Runs of each instance, and those before them that serve to choose where to truncate."""
SLACK = 1e-6
"""What a lower bound must exceed the bound by, relatively. Runs are in floats: each of some 32 d operations that matter
is off by 2^-53, draws are those of the generator, and both together stay far below it."""
CANCELLED = 1e-10
"""How far off a point may be in relation to the largest on the way to it, where steps cancel what was there: less than
2^-53 for each of 32 d operations in each of the steps. The root of V is a norm on quadratics, so it is as far off in
relation to its own largest value."""
POWERS = 16
"""The largest power, and product of powers, of norms that a measure is taken to have."""
HORIZONS = (2, 8, 32)
"""Numbers of steps fixed before the run that are tried."""
WORKERS = 3
"""How many workers vote."""
F = Fraction
LAWS: tuple[tuple[DrawnGradient, float], ...] = (
    (AdditiveNoise(Gaussian(), F(1, 2)), 0.25),
    (AdditiveNoise(Gaussian()), 0.25),
    (AdditiveNoise(Laplace(), F(1, 4)), 0.25),
    (AdditiveNoise(StudentT(F(5)), F(1, 2)), 0.25),
    (AdditiveNoise(StudentT(F(2)), F(1, 2)), 0.25),
    (AdditiveNoise(SparseGaussian(F(1, 4))), 0.5),
    (MultiplicativeNoise(Gaussian(), F(1)), 2.0),
    (MultiplicativeNoise(Uniform(), F(2)), 2.0),
    (MultiplicativeNoise(Uniform(), F(3, 2), shared=True), 2.0),
    (
        FiniteNoise(
            mini_batches(
                [(F(1), F(2)), (F(2), F(1)), (F(3), F(3)), (F(2), F(2))],
                [(F(1, 4), F(1, 8)), (F(-1, 8), F(-1, 4)), (F(0), F(0)), (F(0), F(0))],
                2,
            ),
            F(1, 8),
            "mini-batches of 2 of 4 quadratics",
        ),
        2.0,
    ),
)
"""What is tried: a law, and the size s of its noise over ||grad f(x_0)||_1."""
FAMILIES: tuple[type[Problem], ...] = (DiagonalQuadratic, SineSum)
"""Families that laws are tried on; in the quick profile only the first law on those after the first."""


@dataclass
class Sampled:
    """What the draws showed: tallies, laws about which the claim says nothing and why, a violation if there is one."""

    tallies: list[Tally] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    series: list[dict[str, Any]] = field(default_factory=list)
    """Of each tally the instance whose mean comes nearest to the bound, for a chart."""
    violation: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    """Seed, runs, and the error probability that all comparisons together have spent."""


def try_out(
    claim: Claim, profile: Profile, seed: int, error: float, advance: Callable[[str], None] = lambda text: None
) -> Sampled:
    """Compare a mean with the bound for every law that meets the claim's assumptions; stop at the first violation.

    Arguments: the claim, how much to try, the seed of all draws, the probability of a false violation.
    Raises Unsupported, with the reason, for a claim that is not about the mean of what grows with f, gradients and
    distances.
    """
    mean_of(claim)
    for assumption in claim.assumptions:
        if V0 in assumption.symbols:
            raise Unsupported(f"{assumption} depends on V_0, which is not known before a start is chosen")
    refuse_later(claim)
    fixed = at_horizons(claim, HORIZONS)
    share = error / (len(LAWS) * len(FAMILIES) * INSTANCES * len(STEPS) * len(fixed))
    found = Sampled(facts={"seed": seed, "runs": RUNS[profile.name], "error": error, "error_of_each": share})
    for case in fixed:
        posed = noiseless(case)
        for number, (law, size) in enumerate(LAWS):
            for family in FAMILIES if profile.costly or not number else FAMILIES[:1]:
                advance(f"{case.id}: {law.words}, {family.family}")
                try:
                    _try(case, posed, family, law, size, [seed, number], found)
                except Unsupported as unsupported:
                    found.refused[law.words] = str(unsupported)
                    break
                if found.violation:
                    return found
    return found


def mean_of(claim: Claim) -> Expr:
    """What the claim's measure is the mean of: a formula over the streams of its plan, for each run.

    Raises Unsupported if it is no mean, or not one of something that is surely not negative.
    """
    measure = claim.measure
    of = None if measure is None else plan(measure)
    if measure is None or of is None or not of.in_mean:
        raise Unsupported("gradients are drawn only for claims about means, such as E[V_k]")
    if not _is_linear(of.formula):
        raise Unsupported(f"gradients are drawn only for claims about means: {text(measure.symbol)} is another")
    premises = [premise for premise in claim.premises if not premise.has(V0)]
    if not _grows(of.quiet, premises):
        raise Unsupported(f"{text(measure.symbol)} is not known to be the mean of what is never negative")
    return of.quiet


def _is_linear(formula: Expr) -> bool:
    """Whether a formula is linear in means, so that it is the mean of what stands in them."""
    if isinstance(formula, Mean) or not formula.has(Mean):
        return True
    if isinstance(formula, Mul) and sum(factor.has(Mean) for factor in formula.args) > 1:
        return False
    return isinstance(formula, Add | Mul | Sum) and all(
        map(_is_linear, formula.args[:1] if isinstance(formula, Sum) else formula.args)
    )


def _grows(formula: Expr, premises: list) -> bool:
    """Whether a formula is never negative, and grows with each of its readings."""
    if isinstance(formula, Read):
        return True
    if not formula.has(Read):
        index = [l >= 0] if formula.has(l) else []
        return formula.is_nonnegative is True or bool(follows(Ge(formula, 0), [*premises, *index]).holds)
    if isinstance(formula, Sum | Least):
        return _grows(formula.function, premises)
    if isinstance(formula, Pow):
        return _grows(formula.base, premises) and formula.exp.is_number and bool(formula.exp > 0)
    return isinstance(formula, Add | Mul | Max | Min) and all(_grows(part, premises) for part in formula.args)


def _try(
    claim: Claim,
    posed: Claim,
    family: type[Problem],
    law: DrawnGradient,
    size: float,
    seed: list[int],
    found: Sampled,
) -> None:
    from signproof.checks.runs import drawn as sampling
    from signproof.checks.runs import engine

    assert claim.algorithm is not None and claim.bound is not None and claim.measure is not None
    runs, share = found.facts["runs"], found.facts["error_of_each"]
    problem, start = _instances(family, seed)
    workers, counts = _workers(claim)
    given = {symbol: np.full(start.shape[1], number) for symbol, number in counts.items()}
    scale = size * np.abs(Guarded(problem).gradient(start, NUMPY)).sum(axis=0)
    for symbol, (number, is_size) in margins(claim, law, len(start), workers).items():
        given[symbol] = number * scale if is_size else np.full(start.shape[1], number)
    batch = _batch(posed, problem, start, given)
    if batch is None:
        return
    if not batch.inside.any():
        raise Unsupported(_empty(claim, law, batch))
    of = plan(claim.measure)
    streams = sampling.samples(
        claim.algorithm,
        problem,
        start,
        batch.values,
        law,
        scale,
        max(STEPS),
        runs + PILOT,
        of.streams,
        sum(seed),
        workers,
    )
    height = np.asarray(Guarded(problem).suboptimality(start, NUMPY))
    values, largest = _measured(claim, streams, batch.values | {V0: height})
    low, high = engine.bound(claim.bound, batch.values, (height, height), max(STEPS))
    rest = rest_of(claim, batch, max(STEPS))
    tally = Tally(f"{family.family}{claim.id[len(_base(claim)) :]}, {law.words} drawn", max(STEPS))
    tally.instances = int(batch.inside.sum())
    found.tallies.append(tally)
    shown: dict[str, Any] | None = None
    for index in np.flatnonzero(batch.inside):
        at = {symbol: array[index] for symbol, array in batch.values.items()}
        run: dict[str, Any] = {"k": [], "measured": [], "bound": []}
        ratios: dict[int, float] = {}
        for step in STEPS:
            if not all(domain.holds(r, at | {k: float(step)}, NUMPY) for r in claim.domain if r.has(k)):
                continue
            pilot, drawn = values[step, index, :PILOT], values[step, index, PILOT:]
            tally.comparisons += 1
            if not (np.isfinite(values[step, index]).all() and np.isfinite(high[step, index])):
                tally.undecided += 1  # beyond what floats can say
                continue
            bound, mean = high[step, index], drawn.mean()
            below = lower_bound(drawn, pilot, share)
            for column, number in (("k", step), ("measured", float(mean)), ("bound", float(bound))):
                run[column].append(number)
            if bound > 0:
                ratios[step] = float(mean / bound)
            room = (slack if is_value(claim.measure) else rounding)(float(bound), float(largest[step, index]))
            if below > bound + room:
                tally.broken += 1
                found.facts |= {"measured_at_least": below, "bound": float(bound)}
                found.violation = (
                    f"{law.words}, s = {scale[index]:.6g}; {batch.describe(int(index))}; from "
                    f"({', '.join(f'{entry:.6g}' for entry in start[:, index])}): at k = {step} "
                    f"{text(claim.measure.symbol)} is above {below:.6g} with error probability {share:.2g}; the bound "
                    f"is {bound:.6g}"
                )
                return
            tally.held += bool(mean <= low[step, index])
            tally.undecided += not mean <= low[step, index]
        if not ratios:
            continue
        telling = {
            step: ratio
            for step, ratio in ratios.items()
            if rest is None or at_floor(height[index], high[step, index], rest[step, index])
        }
        best, step = max(((ratio, step) for step, ratio in telling.items()), default=(np.nan, 0))
        tally.spread.follow(ratios, best)
        if shown is None or (telling and (tally.largest_ratio is None or best > tally.largest_ratio)):
            words = batch.describe(int(index))
            if telling:
                tally.largest_ratio, tally.worst = best, f"{words}, at k = {step}"
            shown = {"instance": f"{tally.family}, {words}"} | run
    found.series += [] if shown is None else [shown]


def _measured(
    claim: Claim, streams: list[np.ndarray], values: Mapping[Symbol, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """What the measure is the mean of, shape (steps + 1, batch, runs), and how large it is with the largest numbers
    that any run has had, shape (steps + 1, batch)."""
    formula = mean_of(claim)
    if formula == Read(0, k):
        return streams[0], np.maximum.accumulate(streams[0].max(axis=2), axis=0)
    numbers = {symbol: np.asarray(array, float)[:, None] for symbol, array in values.items()}
    last = formula.replace(Least, lambda function, *limits: function.xreplace({l: k}))
    tops = [np.maximum.accumulate(stream.max(axis=2), axis=0)[:, :, None] for stream in streams]
    with np.errstate(all="ignore"):
        found = along(formula, numbers, max(STEPS), 2, NUMPY, streams)
        top = along(last, numbers, max(STEPS), 2, NUMPY, tops)
    return np.broadcast_to(found, streams[0].shape), np.broadcast_to(top, tops[0].shape)[:, :, 0]


def _base(claim: Claim) -> str:
    """The ID without what a case adds to it."""
    return claim.id.split(" (")[0]


def rounding(bound: float, largest: float) -> float:
    """What a lower confidence bound on a mean must exceed the bound by, when no run had larger numbers before: norms
    are off by as much as points are, in relation to the largest, and powers of them by a multiple of that."""
    return SLACK * abs(bound) + POWERS * CANCELLED * largest


def slack(bound: float, largest: float) -> float:
    """What a lower confidence bound on E V_k must exceed the bound by, when no run had a larger V_j before."""
    if bound < 0:
        return SLACK * abs(bound)  # V_k is not negative, in floats either
    off = CANCELLED * sqrt(largest)
    return SLACK * bound + off * (2 * sqrt(bound) + off)


def margins(claim: Claim, law: DrawnGradient, d: int, workers: int) -> dict[Symbol, tuple[float, bool]]:
    """Valid constants of all that a claim assumes of stochastic gradients, and whether they are in units of s.

    Raises Unsupported, in one line with the number that is off, if the law does not meet an assumption.
    """
    found: dict[Symbol, tuple[float, bool]] = {}
    oracle = [assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption)]
    for assumption in oracle:
        why = law.unmet(assumption, d)
        if why:
            raise Unsupported(f"{assumption} does not hold: {why}")
        ends: Enclosure[float] | None = law.constant(assumption, d, workers)
        if ends is None:
            continue
        largest = assumption.noiseless != ()  # a margin is valid from its lower end down, sigma from its upper end up
        number = ends.lower if largest else ends.upper
        symbol = assumption.formulas[0]
        if isinstance(symbol, Symbol):
            combine = min if largest else max
            known, is_size = found.get(symbol, (number, not largest))
            if is_size is largest or any(symbol in other.symbols for other in claim.assumptions if other not in oracle):
                raise Unsupported(f"{symbol} stands for different kinds of constants")
            found[symbol] = (combine(known, number), not largest)
        elif not (largest and symbol.is_number):
            raise Unsupported(f"{assumption}: its constant is not a symbol to which a law's constant can be given")
        elif not number >= float(symbol):
            raise Unsupported(f"{assumption} does not hold: its best constant is {number:.6g}")
    return found


def _empty(claim: Claim, law: DrawnGradient, batch: Batch) -> str:
    """Why no parameters are in the domain: the first condition that fails for all instances."""
    for relation in domain.asked(claim):
        if relation.has(k):
            continue
        with np.errstate(all="ignore"):
            if not np.any(domain.holds(relation, batch.values, NUMPY)):
                values = ", ".join(f"{s} = {batch.values[s][0]:.6g}" for s in sorted(relation.free_symbols, key=str))
                return (
                    f"with p_min = {float(law.p_min()):.6g} no step size is in the domain: {relation} fails at {values}"
                )
    return "no instance is in the domain"


def _workers(claim: Claim) -> tuple[int, dict[Symbol, float]]:
    count = getattr(claim.algorithm, "workers", 1)
    return (WORKERS, {count: float(WORKERS)}) if isinstance(count, Symbol) else (int(count), {})


def _instances(family: type[Problem], seed: list[int]) -> tuple[Problem, np.ndarray]:
    """A few instances of the family in two dimensions, and their starts."""
    problem, start = family.batch((2,), np.random.default_rng(seed), 0.25)
    chosen = np.linspace(0, start.shape[1] - 1, INSTANCES).astype(int)
    return problem.pick(chosen), start[:, chosen]  # type: ignore[arg-type]


def _batch(posed: Claim, problem: Problem, start: np.ndarray, given: dict[Symbol, np.ndarray]) -> Batch | None:
    ranges = _ranges(posed, frozenset(given))
    thetas = {interval.symbol: np.resize([0.5, 0.9, 0.1], start.shape[1]) for interval in ranges}
    return prepare(posed, ranges, problem, start, thetas, given)


@cache
def _ranges(posed: Claim, given: frozenset[Symbol]) -> list[domain.Range]:
    return domain.ranges(posed, given)
