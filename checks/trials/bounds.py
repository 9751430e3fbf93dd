"""Trials: a bound claim on every family that meets its assumptions, many instances at once.

Whether a claim holds on a batch, and what becomes of what looks broken, is in `batch`; here it is done for all
families, and what it showed is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Symbol

from signproof.checks.facts.families import believed
from signproof.checks.facts.purity import examine_family
from signproof.checks.posing import domain
from signproof.checks.posing.cases import cases
from signproof.checks.posing.displaced import depends_on_origin
from signproof.checks.posing.domain import THETAS, TURN, Range, Unsupported
from signproof.checks.problems.base import Instances, Problem
from signproof.checks.trials.batch import Batch, Comparison, compare, confirm, prepare, promises_decrease, said_of
from signproof.checks.trials.exactly import follow
from signproof.checks.trials.tally import Profile, Tally, Trials
from signproof.checks.trials.tightness import first_shares, largest, ratios
from signproof.theory.claim import Claim

SCALES = (-60, -20, -8, 0, 8, 20, 60)
"""Powers of two by which f and x are multiplied."""


@dataclass(frozen=True)
class Watch:
    """What else is to be done in trials: where a run really begins, and a look at what each batch showed."""

    start: Callable[[np.ndarray], np.ndarray] = lambda start: start
    look: Callable[[Batch, Comparison], None] = lambda batch, found: None
    more: Callable[[Claim, Trials], None] = lambda claim, trials: None
    """Further trials, of each case of the claim, if the families have not broken it."""
    ascent: bool = True
    """Whether an ascent follows, from the tightest instances to tighter ones."""
    only: str = ""
    """The one family that is tried, by name; all if it is empty."""
    raises: bool = False
    """Whether the caller wants what the method raises, instead of trials on the families that are left."""


def try_out(
    claim: Claim,
    profile: Profile,
    seed: int = 0,
    advance: Callable[[str], None] = lambda text: None,
    watch: Watch = Watch(),
) -> Trials:
    """Try a bound claim on all families; stop at the first confirmed violation.

    Arguments: the claim; how much to try; the seed of all randomness; `advance` is told what is under way; what else
    is to be done. A family on which something raises is given up; raises that itself if no other was tried.
    """
    trials = Trials()
    try:
        tried = believed(claim)
        for posed in cases(claim):
            _try_out(posed, tried, posed.id.removeprefix(claim.id), profile, seed, advance, trials, watch)
            if trials.witness is None:
                watch.more(posed, trials)
            if trials.witness is not None:
                break
    except Unsupported as unsupported:
        trials.reason = str(unsupported)
        return trials
    if trials.witness is None and watch.ascent:
        advance(f"{claim.id}: tightness")
        with _given_up(trials, "the ascent to tighter instances", watch):
            _ascend(trials, profile.steps, np.random.default_rng([seed, len(tried)]))
    if not trials.tallies and trials.failures:
        raise next(iter(trials.failures.values()))
    if not trials.tallies:
        needs = " and ".join(str(assumption) for assumption in claim.assumptions) or "the domain"
        trials.reason = f"none of the instances drawn is guaranteed to meet {needs} and the domain"
    return trials


def _try_out(
    claim: Claim,
    tried: list[type[Problem]],
    label: str,
    profile: Profile,
    seed: int,
    advance: Callable[[str], None],
    trials: Trials,
    watch: Watch,
) -> None:
    ranges = domain.ranges(claim)
    domain.constants(claim)
    for number, family in enumerate(tried):
        if (family.costly and not profile.costly) or watch.only not in ("", family.family):
            continue
        tally = Tally(family.family + label, profile.steps)
        rng = np.random.default_rng([seed, number])
        with _given_up(trials, family.family, watch):
            for problem, drawn in _also_scaled(family.drawn(rng, profile.batches), [seed, number]):
                start = watch.start(drawn)
                thetas = positions(ranges, start.shape[1], rng)
                place = _minimizers(start, rng) if depends_on_origin(claim) else None
                batch = prepare(claim, ranges, problem, start, thetas, minimizer=place)
                if batch is None or not batch.inside.any():
                    continue
                if not tally.instances:
                    examine_family(problem, start)
                advance(f"{claim.id}: {family.family}, d = {len(start)}")
                try_batch(claim, ranges, batch, tally, trials, watch)
                if trials.witness is not None:
                    break
        if tally.instances:
            trials.tallies.append(tally)
        if trials.witness is not None:
            break


def _also_scaled(
    batches: Iterator[tuple[Problem, np.ndarray]], seed: list[int]
) -> Iterator[tuple[Problem, np.ndarray]]:
    """Batches, and the last of them again with tiny and huge values, starts and step sizes."""
    problem, start = None, np.empty((0, 0))
    for problem, start in batches:
        yield problem, start
    if problem is not None and (problem.scalable or type(problem).scaled is not Instances.scaled):
        rng = np.random.default_rng([*seed, SCALES[-1]])
        height, width = (2.0 ** rng.choice(SCALES, start.shape[1]) for _ in range(2))
        yield problem.scaled(height, width), start * width


def _minimizers(start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where the method has the minimizers of a batch, told which its starts are: at the origin for every second one;
    where the start is the origin for every fourth; else off every axis, about as far as the start or farther."""
    turn = np.arange(start.shape[1]) // TURN % 4
    far = 2.0 ** np.ceil(np.log2(np.maximum(np.abs(start).max(axis=0), 2.0**-20)))
    off = far * 2.0 ** rng.integers(-3, 4, start.shape) * rng.choice([-1, 1], start.shape)
    return np.where(turn == 1, -start, np.where(turn == 3, off, 0.0))


@contextmanager
def _given_up(trials: Trials, where: str, watch: Watch) -> Iterator[None]:
    """Whatever a method, a measure or a family raises ends what is tried there, and is kept."""
    try:
        yield
    except Unsupported:
        raise
    except Exception as error:
        if watch.raises:
            raise
        trials.failures.setdefault(where, error)


def positions(ranges: list[Range], size: int, rng: np.random.Generator) -> dict[Symbol, np.ndarray]:
    """Positions at random; of the first parameter those at which tightness is reported and one at random, in turn."""
    cycle = np.array([float(Fraction(theta)) for theta in THETAS] + [np.nan])
    thetas: dict[Symbol, np.ndarray] = {}
    for number, interval in enumerate(ranges):
        theta = rng.uniform(0.02, 0.98, size)
        if number == 0:
            grid = cycle[np.arange(size) % TURN]
            theta = np.where(np.isnan(grid), theta, grid)
        thetas[interval.symbol] = theta
    return thetas


def try_batch(claim: Claim, ranges: list[Range], batch: Batch, tally: Tally, trials: Trials, watch: Watch) -> None:
    """Run one batch, count what it shows, and replay what looks broken."""
    found = compare(claim, batch, tally.steps)
    tally.count(found)
    watch.look(batch, found)
    along = shown = ratios(found)
    top = largest(along)
    if np.isfinite(top).any():
        worst = int(np.nanargmax(top))
        if tally.largest_ratio is None or top[worst] > tally.largest_ratio:
            step = int(np.nanargmax(along[:, worst]))
            tally.largest_ratio, tally.worst = float(top[worst]), f"{batch.describe(worst)}, at k = {step}"
    trials.ratio.offer(along, claim, ranges, batch)
    if promises_decrease(claim) and tally.steps:
        shown = first_shares(found)
        first = next(iter(batch.thetas.values()), None)
        for theta, entry in trials.shares.items():
            here = shown if first is None else np.where(first == float(Fraction(theta)), shown, np.nan)
            entry.offer(here, claim, ranges, batch)
    tally.spread.add(found, largest(shown))
    _keep_series(batch, found, largest(shown), said_of(claim, batch, tally.steps), trials)
    if found.broken.any():
        trials.witness, dismissed = confirm(claim, ranges, batch, found)
        trials.dismissed += dismissed
    trials.witness = trials.witness or follow(claim, ranges, batch, found, tally)


def _ascend(trials: Trials, steps: int, rng: np.random.Generator) -> None:
    """A short ascent from the tightest instances, at each step size apart if their shares are what is reported."""
    for best in trials.shares.values():
        if best.candidate is not None:
            trials.climb(best, first_shares, steps, rng, held=list(best.candidate.batch.thetas)[:1])
    if not any(best.candidate for best in trials.shares.values()):
        trials.climb(trials.ratio, ratios, steps, rng)


def loosest(trials: Trials) -> str:
    """The position of the step size, of those with a share, at which the bound is least tight; empty if none has."""
    shares = {theta: best.value for theta, best in trials.shares.items() if best.instance}
    return min(shares, key=lambda theta: shares[theta]) if shares else ""


def worst_run(trials: Trials, steps: int) -> list[dict[str, Any]]:
    """The run of the instance that the tightness of the bound is read off, for a chart; none if it is of no batch."""
    theta = loosest(trials)
    best = trials.shares[theta] if theta else trials.ratio
    if best.candidate is None or (not theta and best.value < trials.elsewhere.value):
        return []
    batch, index = best.candidate.batch, best.candidate.index
    found = compare(best.candidate.claim, batch, steps)
    return [_series(f"tightest: {batch.describe(index)}", found, index, said_of(best.candidate.claim, batch, steps))]


def _keep_series(batch: Batch, found: Comparison, values: np.ndarray, said: np.ndarray, trials: Trials) -> None:
    """Keep the tightest instance of each batch, and one in the middle, for the chart."""
    values = np.where(found.usable & np.isfinite(values), values, -np.inf)
    ranked = [int(index) for index in np.argsort(-values) if np.isfinite(values[index])]
    for index in ranked[:1] + ranked[len(ranked) // 2 : len(ranked) // 2 + 1]:
        trials.series.append(_series(batch.describe(index), found, index, said))


def _series(instance: str, found: Comparison, index: int, said: np.ndarray) -> dict[str, Any]:
    """Measured and bound of one instance of a batch over the k that the claim speaks of: what is known to a tenth, else
    None. Of a claim about a number of steps fixed before the run that is this k alone, and its name says so."""
    low, high = found.measured[0][:, index], found.measured[1][:, index]
    with np.errstate(all="ignore"):
        known = np.isfinite(high - low) & (high - low <= 0.1 * np.abs(high))
        middle, bound = (low + high) / 2, (found.limit[0][:, index] + found.limit[1][:, index]) / 2
    steps = [int(step) for step in np.flatnonzero(said[:, index])]
    return {
        "instance": f"{instance}, K = {steps[0]}" if len(steps) == 1 and len(said) > 1 else instance,
        "k": steps,
        "measured": [float(middle[step]) if known[step] else None for step in steps],
        "bound": [float(bound[step]) if np.isfinite(bound[step]) else None for step in steps],
    }
