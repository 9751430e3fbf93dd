"""Trials: a bound claim on every family that meets its assumptions, many instances at once.

The engine runs on balls, so that each comparison `measure <= bound` is held, broken or undecided within the
rounding error of the run itself. What looks broken is made into an instance with simple rational numbers and
replayed exactly; only that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, cast

import numpy as np
from flint import fmpq
from sympy import Eq, Symbol, true

from signproof.checks import domain
from signproof.checks.domain import THETAS, TURN, Range, Unsupported
from signproof.checks.exact import RATIONALS, Undecided, rational
from signproof.checks.problem import Problem, exactly_known, families, known, nearest
from signproof.checks.replay import Replay, replay
from signproof.checks.witness import Witness
from signproof.theory.assumptions import Constant
from signproof.theory.claim import Claim
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.oracles import OracleAssumption
from signproof.theory.symbols import V0, k

DENOMINATORS = (1, 2, 3, 4, 6, 10, 16, 100, 1024, 2**20)
"""Denominators tried when an instance is rounded to simple rationals, before its floats are taken as they are."""
HORIZONS = (0, 1, 8)
"""Numbers of steps fixed before the run that are tried; each is compiled anew."""
CANDIDATES = 12
"""Candidates of one batch that are replayed before the batch is given up."""


@dataclass(frozen=True)
class Profile:
    """How much is tried: random batches of each shape, and steps of each run."""

    name: str
    batches: int
    steps: int


PROFILES = {"quick": Profile("quick", 1, 32), "full": Profile("full", 6, 64)}


@dataclass
class Tally:
    """What the runs on one family showed."""

    family: str
    steps: int
    instances: int = 0
    comparisons: int = 0
    held: int = 0
    undecided: int = 0
    broken: int = 0
    largest_ratio: float | None = None


@dataclass
class Best:
    """The largest value seen of something, and the instance that has it."""

    value: float = -np.inf
    instance: str = ""

    def offer(self, values: np.ndarray, describe: Callable[[int], str]):
        values = np.where(np.isnan(values), -np.inf, values)
        index = int(np.argmax(values))
        if values[index] > self.value:
            self.value, self.instance = float(values[index]), describe(index)


@dataclass
class Trials:
    """The outcome of all trials of a claim."""

    tallies: list[Tally] = field(default_factory=list)
    witness: Witness | None = None
    ratio: Best = field(default_factory=Best)
    shares: dict[str, Best] = field(default_factory=lambda: {theta: Best() for theta in THETAS})
    series: list[dict[str, Any]] = field(default_factory=list)
    dismissed: int = 0
    """Candidates of a violation that the exact replay did not confirm."""
    reason: str = ""
    """Why nothing was tried, if nothing was."""


@dataclass(frozen=True, eq=False)
class _Batch:
    """Problems, starts and parameters, one of each for every instance."""

    problem: Problem
    start: np.ndarray
    thetas: dict[Symbol, np.ndarray]
    values: dict[Symbol, np.ndarray]
    inside: np.ndarray

    def describe(self, index: int) -> str:
        values = ", ".join(f"{symbol} = {array[index]:.6g}" for symbol, array in self.values.items())
        return f"{short(self.problem.one(index))}, {values}"


def try_out(
    claim: Claim, profile: Profile, seed: int = 0, advance: Callable[[str], None] = lambda text: None
) -> Trials:
    """Try a bound claim on all families; stop at the first confirmed violation.

    Arguments: the claim; how much to try; the seed of all randomness; `advance` is told what is under way.
    """
    trials = Trials()
    try:
        for posed in (posed for fixed in at_horizons(claim) for posed in in_numbers(fixed)):
            _try_out(posed, posed.id.removeprefix(claim.id), profile, seed, advance, trials)
            if trials.witness is not None:
                break
    except Unsupported as unsupported:
        trials.reason = str(unsupported)
        return trials
    if not trials.tallies:
        needs = " and ".join(str(assumption) for assumption in claim.assumptions) or "the domain"
        trials.reason = f"no family of problems meets {needs} with parameters in the domain"
    return trials


def at_horizons(claim: Claim) -> list[Claim]:
    """The claim itself or, if it is about a number of steps fixed before the run, its case for each of some numbers."""
    if claim.horizon is None:
        return [claim]
    assert claim.algorithm is not None and claim.bound is not None
    fixed = []
    for steps in HORIZONS:
        at = {claim.horizon: steps}
        domain = (relation.subs(at) for relation in claim.domain)
        fixed.append(
            replace(
                claim,
                id=f"{claim.id} ({claim.horizon} = {steps})",
                algorithm=claim.algorithm.at(**{n: e.subs(at) for n, e in claim.algorithm.parameters.items()}),
                domain=(*(relation for relation in domain if relation != true), Eq(k, steps)),
                bound=claim.bound.subs(at),
                horizon=None,
                proof=None,
            )
        )
    return fixed


def in_numbers(claim: Claim) -> list[Claim]:
    """The claim itself or what of it can be computed with: with exact gradients in place of stochastic ones, and if it
    is about every norm, in each that has numbers.

    Raises Unsupported if it assumes something that is not about constants of the objective.
    """
    claim = _noiseless(claim)
    for assumption in claim.assumptions:
        if not isinstance(assumption, Constant):
            raise Unsupported(f"no family of problems can tell whether it meets {assumption}")
    parts = (claim.algorithm, claim.measure, *claim.assumptions)
    if all(getattr(part, "norm", None) is not ANY for part in parts):
        return [claim]

    def pose(part: Any, pair: DualPair) -> Any:
        return replace(part, norm=pair) if getattr(part, "norm", None) is ANY else part

    return [
        replace(
            claim,
            id=f"{claim.id} (norm {pair.name})",
            algorithm=pose(claim.algorithm, pair),
            measure=pose(claim.measure, pair),
            assumptions=tuple(pose(assumption, pair) for assumption in claim.assumptions),
            proof=None,
        )
        for pair in (LINF, L2, OPERATOR)
    ]


def _noiseless(claim: Claim) -> Claim:
    """A claim about stochastic gradients in the case that they are exact, as its assumptions allow."""
    assert claim.algorithm is not None and claim.measure is not None
    if not claim.algorithm.stochastic:
        return claim
    oracle = [assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption)]
    conditions = [condition for assumption in oracle for condition in (*assumption.conditions, *assumption.noiseless)]
    return replace(
        claim,
        id=f"{claim.id} (exact gradients)",
        algorithm=claim.algorithm.noiseless,
        measure=claim.measure.noiseless,
        assumptions=tuple(assumption for assumption in claim.assumptions if assumption not in oracle),
        domain=(*claim.domain, *(condition for condition in conditions if condition != true)),
        proof=None,
    )


def _try_out(claim: Claim, label: str, profile: Profile, seed: int, advance: Callable[[str], None], trials: Trials):
    ranges = domain.ranges(claim)
    domain.constants(claim)
    for number, family in enumerate(families()):
        tally = Tally(family.family + label, profile.steps)
        rng = np.random.default_rng([seed, number])
        for problem, start in family.samples(rng, profile.batches):
            batch = _prepare(claim, ranges, problem, start, rng)
            if batch is None or not batch.inside.any():
                continue
            advance(f"{claim.id}: {family.family}, d = {len(start)}")
            _run(claim, ranges, batch, tally, trials)
            if trials.witness is not None:
                break
        if tally.instances:
            trials.tallies.append(tally)
        if trials.witness is not None:
            break


def _prepare(claim: Claim, ranges: list[Range], problem: Problem, start: np.ndarray, rng) -> _Batch | None:
    """Constants and parameters for a batch; None if the family does not meet the assumptions."""
    size = start.shape[1]
    values: dict[Symbol, np.ndarray] = {}
    inside = np.ones(size, dtype=bool)
    for assumption in cast(tuple[Constant, ...], claim.assumptions):
        ends = known(problem, assumption)
        if ends is None:
            return None
        # an upper end for L, a lower end for mu: the assumption holds with them
        valid = np.broadcast_to(ends.lower if assumption.largest else ends.upper, (size,))
        inside = inside & (valid > 0)
        symbol = assumption.constant
        if not isinstance(symbol, Symbol):
            given = float(symbol)
            inside = inside & ((valid >= given) if assumption.largest else (valid <= given))
        elif symbol in values:
            combine = np.minimum if assumption.largest else np.maximum
            values[symbol] = combine(values[symbol], valid)
        else:
            values[symbol] = valid
    numbers: Any = _NumPy()
    thetas: dict[Symbol, np.ndarray] = {}
    cycle = np.array([float(Fraction(theta)) for theta in THETAS] + [np.nan])
    for position, interval in enumerate(ranges):
        theta = rng.uniform(0.02, 0.98, size)
        if position == 0:
            grid = cycle[np.arange(size) % TURN]
            theta = np.where(np.isnan(grid), theta, grid)
        with np.errstate(all="ignore"):
            thetas[interval.symbol] = theta
            values[interval.symbol] = np.broadcast_to(interval.at(theta, values, numbers), (size,))
    with np.errstate(all="ignore"):
        at_start = {k: np.zeros(size), V0: np.ones(size)}
        conditions = [relation for relation in claim.domain if not relation.has(k)]
        for relation in conditions:
            inside = inside & domain.holds(relation, values | at_start, numbers)
    return _Batch(problem, start, thetas, values, inside)


def _run(claim: Claim, ranges: list[Range], batch: _Batch, tally: Tally, trials: Trials):
    from signproof.checks import engine

    assert claim.measure is not None and claim.bound is not None and claim.algorithm is not None
    promise = isinstance(claim.measure, Suboptimality)
    # claims about values and claims about gradients share one compiled run: it measures both
    pair = cast(Constant, claim.assumptions[0]).norm if claim.assumptions else LINF
    other = MinDualGradientNorm(2, pair) if promise else claim.measure
    value, measured = engine.run(
        claim.algorithm, batch.problem, batch.start, batch.values, tally.steps, (Suboptimality(), other)
    )
    if promise:
        measured = value
    elif claim.measure.least_so_far:
        measured = (np.minimum.accumulate(measured[0], axis=0), np.minimum.accumulate(measured[1], axis=0))
    limit = engine.bound(claim.bound, batch.values, (value[0][0], value[1][0]), tally.steps)
    with np.errstate(all="ignore"):
        usable = batch.inside & (value[0][0] > 0) & np.isfinite(value[1][0])
        considered = np.broadcast_to(usable, measured[0].shape).copy()
        considered &= _steps_in_domain(claim, batch, tally.steps)
        promise = promise and claim.bound.subs(k, 0) == V0
        if promise:
            considered[0] = False  # V_0 <= V_0 says nothing
        held = considered & (measured[1] <= limit[0])
        broken = considered & (measured[0] > limit[1])
        ratio = np.where((held | broken) & (limit[1] > 0), measured[0] / limit[1], np.nan)
        best = np.where(np.isnan(ratio), -np.inf, ratio).max(axis=0)
        tally.instances += int(usable.sum())
        tally.comparisons += int(considered.sum())
        tally.held += int(held.sum())
        tally.broken += int(broken.sum())
        tally.undecided += int((considered & ~held & ~broken).sum())
        if np.isfinite(best).any():
            tally.largest_ratio = max(tally.largest_ratio or 0.0, float(best[np.isfinite(best)].max()))
        trials.ratio.offer(best, batch.describe)
        shown = best
        if promise and tally.steps:
            promised, happened = value[0][0] - limit[1][1], value[1][0] - value[0][1]
            share = np.where(usable & (promised > 0) & (happened > 0), promised / happened, np.nan)
            shown = share
            first = next(iter(batch.thetas.values()), None)
            for theta, entry in trials.shares.items():
                number = float(Fraction(theta))
                here = share if first is None else np.where(first == number, share, np.nan)
                entry.offer(here, batch.describe)
    _keep_series(batch, measured, limit, shown, usable, trials)
    if broken.any():
        trials.witness = _confirm(claim, ranges, batch, broken, trials)


def _steps_in_domain(claim: Claim, batch: _Batch, steps: int) -> Any:
    """Whether each iteration is in the domain, if the domain speaks of k; shape (steps + 1, batch) or True."""
    iterations = {k: np.arange(steps + 1.0)[:, None]}
    met: Any = True
    with np.errstate(all="ignore"):
        for relation in claim.domain:
            if relation.has(k):
                met = met & domain.holds(relation, batch.values | iterations, cast(Any, _NumPy()))
    return met


def _confirm(claim: Claim, ranges: list[Range], batch: _Batch, broken: np.ndarray, trials: Trials) -> Witness | None:
    """Make candidates exact, those that break first before the others, and replay them."""
    first = np.where(broken.any(axis=0), broken.argmax(axis=0), np.iinfo(int).max)
    for index in np.argsort(first, kind="stable")[:CANDIDATES]:
        if not broken[:, index].any():
            break
        problem = batch.problem.one(int(index))
        thetas = {symbol: rational(float(theta[index])) for symbol, theta in batch.thetas.items()}
        for witness in _rounded(claim, ranges, problem, batch.start[:, index], thetas, int(first[index])):
            return witness
        trials.dismissed += 1
    return None


def _rounded(claim, ranges, problem: Problem, start: np.ndarray, thetas: dict, steps: int) -> Iterator[Witness]:
    """Confirmed witnesses near a candidate, the ones with the simplest numbers first."""
    for denominator in (*DENOMINATORS, None):
        try:
            posed, x, positions = problem, nearest(start, 2**60), thetas
            if denominator is not None:
                posed, x = problem.rounded(denominator), nearest(start, denominator)
                positions = dict(zip(thetas, nearest(np.array(list(thetas.values())), 2 * denominator), strict=True))
            if any(not 0 < theta < 1 for theta in positions.values()):
                continue
            parameters = exact_parameters(claim, ranges, posed, positions)
            found = replay(claim, posed, parameters, tuple(x), steps)
        except (ValueError, TypeError, Undecided, ZeroDivisionError):
            continue  # not an instance of the family, or not decided: try finer numbers
        if found.confirmed and found.measured is not None and found.bound is not None:
            yield Witness(claim, posed, parameters, tuple(x), steps, found.measured, found.bound, found.level)


def exact_parameters(
    claim: Claim, ranges: list[Range], problem: Problem, thetas: dict[Symbol, fmpq]
) -> dict[str, fmpq]:
    """Rational constants valid for one instance, and the parameters at the given positions of their ranges.

    Raises ValueError if the instance does not meet an assumption.
    """
    values: dict[Symbol, fmpq] = {}
    for symbol, assumptions in domain.constants(claim).items():
        answers = [exactly_known(problem, assumption) for assumption in assumptions]
        found = [constant for constant in answers if constant is not None]
        if len(found) < len(answers):
            raise ValueError("the instance does not meet the assumptions")
        values[symbol] = min(found) if assumptions[0].largest else max(found)
    for interval in ranges:
        values[interval.symbol] = interval.at(thetas[interval.symbol], values, RATIONALS)
    return {str(symbol): number for symbol, number in values.items()}


def witness_series(witness: Witness) -> dict[str, Any]:
    """Measure and bound along a witness's run, for a chart."""
    claim, problem = witness.claim, witness.problem
    assert problem is not None
    found: list[Replay | None] = []
    for step in range(witness.k + 1):
        try:
            found.append(replay(claim, problem, witness.parameters, witness.start, step))
        except Undecided:  # equal within every precision, as at k = 0
            found.append(None)
    return {
        "instance": f"witness: {witness.describe()}",
        "k": list(range(len(found))),
        "measured": [None if step is None else _float(step.measured) for step in found],
        "bound": [None if step is None else _float(step.bound) for step in found],
    }


def _float(ends: tuple[fmpq, fmpq] | None) -> float | None:
    """The lower end as a float; None if there is none, or if it is beyond all floats."""
    if ends is None or abs(ends[0]) > fmpq(10) ** 300:
        return None
    return float(ends[0].p) / float(ends[0].q)


def _keep_series(batch, measured, limit, values, usable, trials: Trials):
    """Keep the tightest instance of each batch, and one in the middle, for the chart."""
    values = np.where(usable & np.isfinite(values), values, -np.inf)
    ranked = [int(index) for index in np.argsort(-values) if np.isfinite(values[index])]
    for index in ranked[:1] + ranked[len(ranked) // 2 : len(ranked) // 2 + 1]:
        low, high = measured[0][:, index], measured[1][:, index]
        with np.errstate(all="ignore"):
            known = np.isfinite(high - low) & (high - low <= 0.1 * np.abs(high))
            middle, bound = (low + high) / 2, (limit[0][:, index] + limit[1][:, index]) / 2
        trials.series.append(
            {
                "instance": batch.describe(index),
                "k": list(range(len(low))),
                "measured": [float(m) if ok else None for m, ok in zip(middle, known, strict=True)],
                "bound": [float(b) if np.isfinite(b) else None for b in bound],
            }
        )


def short(one: Problem) -> str:
    """An instance in a few words, its family's name first."""
    data = {name: np.asarray(field) for name, field in one.arrays().items() if name not in one.shared}
    sizes = ", ".join(
        f"{name} ({', '.join(f'{float(n.p) / float(n.q):.4g}' for n in field.ravel()[:4])}"
        f"{', ...' if field.size > 4 else ''})"
        for name, field in data.items()
    )
    return one.family + (f", {sizes}" if sizes else "")


class _NumPy:
    """The little arithmetic in which ranges of parameters are computed for a batch."""

    def rational(self, numerator, denominator):
        return numerator / denominator

    def power(self, base, exponent):
        return np.asarray(base, dtype=float) ** exponent

    def abs(self, x):
        return np.abs(x)

    def sign(self, x):
        return np.sign(x)

    def larger(self, x, y):
        return np.maximum(x, y)

    def sqrt(self, x):
        return np.sqrt(x)

    def exp(self, x):
        return np.exp(x)

    def log(self, x):
        return np.log(x)

    def sin(self, x):
        return np.sin(x)

    def cos(self, x):
        return np.cos(x)
