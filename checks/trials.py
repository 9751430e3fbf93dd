"""Trials: a bound claim on every family that meets its assumptions, many instances at once.

Whether a claim holds on a batch, and what becomes of what looks broken, is in `batch`; here it is done for all
families, and what it showed is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from statistics import median_low
from typing import Any

import numpy as np
from sympy import Eq, Expr, Symbol, false, true
from sympy.logic.boolalg import Boolean

from signproof.checks import domain
from signproof.checks.ascent import ascend
from signproof.checks.batch import Batch, Comparison, Ends, compare, confirm, prepare, promises_decrease
from signproof.checks.domain import THETAS, TURN, Range, Unsupported
from signproof.checks.family_facts import believed
from signproof.checks.problem import Problem
from signproof.checks.purity import examine_family
from signproof.checks.spread import Spread
from signproof.checks.tightness import Best, Score, first_shares, largest_ratios
from signproof.checks.witness import Witness
from signproof.theory.assumptions import Assumption, Constant
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.consistency import draws
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.oracles import OracleAssumption
from signproof.theory.runs import about_run
from signproof.theory.symbols import k

HORIZONS = (0, 1, 8)
"""Numbers of steps fixed before the run that are tried; each is compiled anew."""
WORKERS = (1, 2, 3, 5, 8, 25, 100, 1000)
"""Numbers of workers, of which the first are tried that the domain allows."""
WORKERS_TRIED = 3


@dataclass(frozen=True)
class Profile:
    """How much is tried: random batches of each shape, steps of each run, whether costly families are tried and
    whether tightness is mapped over L/mu and step size.
    """

    name: str
    batches: int
    steps: int
    costly: bool = True
    mapped: bool = True


PROFILES = {"quick": Profile("quick", 1, 32, costly=False, mapped=False), "full": Profile("full", 6, 64)}


_TOLD_IF_KNOWN = ("worst", "undecided_because")


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
    floors: list[int] = field(default_factory=list)
    """Where comparisons stop before the last step, because the measure is below its rounding error: one k each."""
    worst: str = ""
    """The instance with the largest ratio, in a few words."""
    undecided_because: str = ""
    """Why the last of the undecided comparisons is, if not by the rounding error of a run."""
    spread: Spread = field(default_factory=Spread)

    @property
    def facts(self) -> dict[str, Any]:
        """The tally as plain data; of the floors, how many there are, the least and the (lower) median."""
        floors = {"stopped": len(self.floors)}
        if self.floors:
            floors |= {"stopped_from": min(self.floors), "stopped_median": median_low(self.floors)}
        told = {name: value for name, value in vars(self).items() if name not in ("floors", *_TOLD_IF_KNOWN, "spread")}
        known = {name: getattr(self, name) for name in _TOLD_IF_KNOWN if getattr(self, name)}
        return told | floors | known | self.spread.facts

    @property
    def text(self) -> str:
        """One line for the reader."""
        text = f"{self.family}: {self.instances} instances, {self.held} of {self.comparisons} comparisons held"
        if self.undecided:
            text += f", {self.undecided} " + (
                f"undecided ({self.undecided_because})"
                if self.undecided_because
                else "within the rounding error of the run"
            )
        if self.broken:
            text += f", {self.broken} broken"
        if self.floors:
            text += f"; on {len(self.floors)} instances the measure falls below its rounding error, at k = "
            text += f"{median_low(self.floors)} in the median and {min(self.floors)} at the earliest: there they stop"
        return text

    def count(self, found: Comparison):
        """Add what one batch showed; an instance of which nothing is compared counts for nothing."""
        decided = found.held | found.broken
        tried = found.considered.any(axis=0)
        self.instances += int(tried.sum())
        self.comparisons += int(found.considered.sum())
        self.held += int(found.held.sum())
        self.broken += int(found.broken.sum())
        self.undecided += int((found.considered & ~decided).sum())
        self.floors += [int(floor) for floor in found.floor[tried] if floor <= found.steps]
        self.spread.add(found)


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
    failures: dict[str, Exception] = field(default_factory=dict)
    """What a user's method, measure or family raised, by where it was."""

    elsewhere: tuple[float, str] = (-np.inf, "")
    """The largest measured / bound seen outside of batches, and its instance in a few words."""

    def climb(self, best: Best, score: Score, steps: int, rng: np.random.Generator, held: Sequence[Symbol] = ()):
        """An ascent, unless there is a witness; it may find one."""
        if self.witness is None:
            self.witness, dismissed = ascend(best, score, steps, rng, held)
            self.dismissed += dismissed


@dataclass(frozen=True)
class Watch:
    """What else is to be done in trials: where a run really begins, and a look at what each batch showed."""

    start: Callable[[np.ndarray], np.ndarray] = lambda start: start
    look: Callable[[Batch, Comparison], None] = lambda batch, found: None
    more: Callable[[Claim, Trials], None] = lambda claim, trials: None
    """Further trials, of each case of the claim, if the families have not broken it."""
    ascent: bool = True
    """Whether an ascent follows, from the tightest instances to tighter ones."""
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
        trials.reason = f"no instance of a family, with its best constants, meets {needs} and the domain"
    return trials


def cases(claim: Claim) -> list[Claim]:
    """The claim itself or what of it can be computed with: at some numbers of steps and of workers, without noise, in
    numbers.

    Raises Unsupported if it assumes something that is not about constants of the objective, or if its domain has none
    of the numbers of workers that are tried.
    """
    if claim.measure is not None and claim.measure.horizon is not None:
        raise Unsupported(f"a number of a whole run, {claim.measure.symbol}, is tried of proximal methods alone")
    return [posed for fixed in at_horizons(claim) for voted in at_workers(fixed) for posed in in_numbers(voted)]


def at_horizons(claim: Claim, numbers: Sequence[int] = HORIZONS) -> list[Claim]:
    """The claim itself or, if it is about a number of steps fixed before the run, its case for each of some numbers.

    Raises Unsupported if the domain has none of the numbers.
    """
    if claim.horizon is None:
        return [claim]
    fixed = _fixed(claim, claim.horizon, numbers, (*claim.domain, Eq(k, claim.horizon)))
    if not fixed:
        raise Unsupported(f"of the numbers of steps {', '.join(map(str, numbers))} none is in the domain")
    return fixed


def at_workers(claim: Claim) -> list[Claim]:
    """The claim itself or, if the number of its workers is a parameter, its case for each of some whole numbers; for
    one if it does not depend on the number.

    Without noise the number is no part of the algorithm, and would be drawn as any real number in its range.
    Raises Unsupported if the domain has none of the numbers.
    """
    workers = getattr(claim.algorithm, "workers", None)
    if not isinstance(workers, Symbol):
        return [claim]
    assert claim.bound is not None
    assumed = any(workers in assumption.symbols for assumption in claim.assumptions)
    matters = assumed or claim.bound.has(workers) or any({workers} < relation.free_symbols for relation in claim.domain)
    fixed = _fixed(claim, workers, WORKERS, claim.domain)
    if not fixed:
        raise Unsupported(f"of the numbers of workers {', '.join(map(str, WORKERS))} none is in the domain")
    return fixed[:WORKERS_TRIED] if matters else [replace(fixed[0], id=claim.id)]


def _fixed(claim: Claim, symbol: Symbol, numbers: Sequence[int], relations: Sequence[Boolean]) -> list[Claim]:
    """The claim on a domain with each number that this allows in place of a symbol."""
    assert claim.algorithm is not None and claim.bound is not None
    fixed = []
    for number in numbers:
        at = {symbol: number}
        domain = [relation.subs(at) for relation in relations]
        if false not in domain:
            fixed.append(
                replace(
                    claim,
                    id=f"{claim.id} ({symbol} = {number})",
                    algorithm=claim.algorithm.at(**{n: e.subs(at) for n, e in claim.algorithm.parameters.items()}),
                    assumptions=tuple(_assumed(assumption, at) for assumption in claim.assumptions),
                    domain=tuple(relation for relation in domain if relation != true),
                    bound=claim.bound.subs(at),
                    horizon=None if symbol == claim.horizon else claim.horizon,
                    proof=None,
                )
            )
    return fixed


def _assumed(assumption: Assumption, at: dict[Symbol, int]) -> Assumption:
    """An assumption with a number in place of a symbol. Raises Unsupported if its fields do not tell where."""
    if not assumption.symbols & at.keys():
        return assumption
    entries = {field.name: getattr(assumption, field.name) for field in fields(assumption)}
    fixed = replace(assumption, **{name: entry.subs(at) for name, entry in entries.items() if isinstance(entry, Expr)})
    if fixed.symbols & at.keys():
        raise Unsupported(f"{', '.join(map(str, at))} in {assumption} cannot be replaced by a number")
    return fixed


def in_numbers(claim: Claim) -> list[Claim]:
    """The claim itself or what of it can be computed with: with exact gradients in place of stochastic ones, and if it
    is about every norm, in each that has numbers.

    Raises Unsupported if it assumes something that is not about constants of the objective.
    """
    claim = noiseless(claim)
    for assumption in claim.assumptions:
        if not isinstance(assumption, Constant) and not about_run(assumption):
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


def noiseless(claim: Claim) -> Claim:
    """A claim about stochastic gradients in the case that they are exact, as its assumptions allow.

    Raises Unsupported if one of them does not say whether it does.
    """
    assert claim.algorithm is not None and claim.measure is not None
    if not claim.algorithm.stochastic:
        return claim
    for assumption in claim.assumptions:
        told = isinstance(assumption, OracleAssumption) and assumption.fits_exact_gradients
        if not told and (isinstance(assumption, OracleAssumption) or draws(assumption)):
            raise Unsupported(f"{type(assumption).__name__} is not known to be met by exact gradients")
    oracle = [assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption)]
    conditions = [condition for assumption in oracle for condition in (*assumption.conditions, *assumption.noiseless)]
    if false in conditions:
        raise Unsupported("exact gradients do not meet all that is assumed of stochastic ones")
    try:
        return replace(
            claim,
            id=f"{claim.id} (exact gradients)",
            algorithm=claim.algorithm.noiseless,
            measure=claim.measure.noiseless,
            assumptions=tuple(assumption for assumption in claim.assumptions if assumption not in oracle),
            domain=(*claim.domain, *(condition for condition in conditions if condition != true)),
            proof=None,
        )
    except ClaimError as error:
        raise Unsupported(f"there is no such claim about exact gradients: {error}") from None


def _try_out(
    claim: Claim,
    tried: list[type[Problem]],
    label: str,
    profile: Profile,
    seed: int,
    advance: Callable[[str], None],
    trials: Trials,
    watch: Watch,
):
    ranges = domain.ranges(claim)
    domain.constants(claim)
    for number, family in enumerate(tried):
        if family.costly and not profile.costly:
            continue
        tally = Tally(family.family + label, profile.steps)
        rng = np.random.default_rng([seed, number])
        with _given_up(trials, family.family, watch):
            for problem, drawn in family.samples(rng, profile.batches):
                start = watch.start(drawn)
                batch = prepare(claim, ranges, problem, start, positions(ranges, start.shape[1], rng))
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


def try_batch(claim: Claim, ranges: list[Range], batch: Batch, tally: Tally, trials: Trials, watch: Watch):
    """Run one batch, count what it shows, and replay what looks broken."""
    found = compare(claim, batch, tally.steps)
    tally.count(found)
    watch.look(batch, found)
    ratios = shown = largest_ratios(found)
    if np.isfinite(ratios).any():
        worst = int(np.nanargmax(ratios))
        if tally.largest_ratio is None or ratios[worst] > tally.largest_ratio:
            tally.largest_ratio, tally.worst = float(ratios[worst]), batch.describe(worst)
    trials.ratio.offer(ratios, claim, ranges, batch)
    if promises_decrease(claim) and tally.steps:
        shown = first_shares(found)
        first = next(iter(batch.thetas.values()), None)
        for theta, entry in trials.shares.items():
            here = shown if first is None else np.where(first == float(Fraction(theta)), shown, np.nan)
            entry.offer(here, claim, ranges, batch)
    _keep_series(batch, found.measured, found.limit, shown, found.usable, trials)
    if found.broken.any():
        trials.witness, dismissed = confirm(claim, ranges, batch, found.broken)
        trials.dismissed += dismissed


def _ascend(trials: Trials, steps: int, rng: np.random.Generator):
    """A short ascent from the tightest instances, at each step size apart if their shares are what is reported."""
    for best in trials.shares.values():
        if best.candidate is not None:
            trials.climb(best, first_shares, steps, rng, held=list(best.candidate.batch.thetas)[:1])
    if not any(best.candidate for best in trials.shares.values()):
        trials.climb(trials.ratio, largest_ratios, steps, rng)


def loosest(trials: Trials) -> str:
    """The position of the step size, of those with a share, at which the bound is least tight; empty if none has."""
    shares = {theta: best.value for theta, best in trials.shares.items() if best.instance}
    return min(shares, key=lambda theta: shares[theta]) if shares else ""


def worst_run(trials: Trials, steps: int) -> list[dict[str, Any]]:
    """The run of the instance that the tightness of the bound is read off, for a chart; none if it is of no batch."""
    theta = loosest(trials)
    best = trials.shares[theta] if theta else trials.ratio
    if best.candidate is None or (not theta and best.value < trials.elsewhere[0]):
        return []
    batch, index = best.candidate.batch, best.candidate.index
    found = compare(best.candidate.claim, batch, steps)
    return [_series(f"tightest: {batch.describe(index)}", found.measured, found.limit, index)]


def _keep_series(batch, measured, limit, values, usable, trials: Trials):
    """Keep the tightest instance of each batch, and one in the middle, for the chart."""
    values = np.where(usable & np.isfinite(values), values, -np.inf)
    ranked = [int(index) for index in np.argsort(-values) if np.isfinite(values[index])]
    for index in ranked[:1] + ranked[len(ranked) // 2 : len(ranked) // 2 + 1]:
        trials.series.append(_series(batch.describe(index), measured, limit, index))


def _series(instance: str, measured: Ends, limit: Ends, index: int) -> dict[str, Any]:
    """Measured and bound of one instance of a batch over k: what is known to a tenth, else None."""
    low, high = measured[0][:, index], measured[1][:, index]
    with np.errstate(all="ignore"):
        known = np.isfinite(high - low) & (high - low <= 0.1 * np.abs(high))
        middle, bound = (low + high) / 2, (limit[0][:, index] + limit[1][:, index]) / 2
    return {
        "instance": instance,
        "k": list(range(len(low))),
        "measured": [float(m) if ok else None for m, ok in zip(middle, known, strict=True)],
        "bound": [float(b) if np.isfinite(b) else None for b in bound],
    }
