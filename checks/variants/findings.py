"""What the trials of one claim show of one variant, and on what it rests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from sympy import Symbol

from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing import domain
from signproof.checks.problems.base import BATCH
from signproof.checks.problems.quadratic import LeastSquares
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.trials.batch import Batch, Comparison, compare, confirm, prepare
from signproof.checks.trials.bounds import Watch, positions, try_batch, try_out
from signproof.checks.trials.tally import Profile, Tally, Trials
from signproof.checks.trials.tightness import largest, ratios
from signproof.checks.variants import probes
from signproof.checks.variants.row import Row
from signproof.checks.variants.variant import Misbehaves, Rule, shipped
from signproof.checks.variants.witness import on_variant, variant_data
from signproof.checks.verdicts.tried import tightness
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k

NAMED = 2
"""Instances of a batch on which a variant that gives no numbers is run by optax, to see whether it does."""
REPLAYED = 2
"""Instances of a batch of long runs that are replayed, those that look broken first."""
VANISHING = 2.0**-40
"""The share of the measure at the start below which a bound is not asked: there a run is mostly rounding errors."""
ENOUGH = 0.5
"""The share of what a claim says that must be decided, for it to hold: else it is undecided."""


@dataclass
class Grounds:
    """What a result rests on: counts, the longest run, the dimensions, and the range of L."""

    instances: int = 0
    asked: int = 0
    held: int = 0
    shipped: int = 0
    """Undecided comparisons that hold in the run that the dtype's own rounding makes, or within what it may cost."""
    beyond: int = 0
    """Those that do not hold in it, nor in a run of the exact rule that keeps its parameters in the dtype."""
    steps: int = 0
    dimensions: set[int] = field(default_factory=set)
    constants: list[float] = field(default_factory=list)

    def add(self, posed: Claim, batch: Batch, found: Comparison, steps: int) -> None:
        tried = found.asked.any(axis=0)
        if not tried.any():
            return
        self.instances += int(tried.sum())
        counted = relevant(found)
        self.asked += int(counted.sum())
        self.held += int((found.held & counted).sum())
        self.steps = max(self.steps, steps)
        self.dimensions.add(len(batch.start))
        for assumption in posed.assumptions:
            if isinstance(assumption, Smooth) and isinstance(assumption.constant, Symbol):
                values = batch.values[assumption.constant][tried]
                self.constants += [float(values.min()), float(values.max())]

    @property
    def share(self) -> float:
        return (self.held + self.shipped) / max(self.asked - self.beyond, 1)

    @property
    def range(self) -> str:
        """How far it goes, in words."""
        least, most = min(self.dimensions, default=0), max(self.dimensions, default=0)
        text = f"k ≤ {self.steps}, d = {least}" + (f" to {most}" if most > least else "")
        if self.constants:
            text += f", L from {min(self.constants):.3g} to {max(self.constants):.3g}"
        return text

    @property
    def text(self) -> str:
        """One line for the reader."""
        share = np.floor(1000 * self.held / max(self.asked, 1)) / 10
        text = (
            f"{self.held} of {self.asked} comparisons ({share:.1f} %) are decided, and hold, on {self.instances} "
            f"instances ({self.range})"
        )
        if self.shipped:
            text += f"; {self.shipped} more hold as shipped, up to what its rounding may cost"
        if self.beyond:
            text += f"; {self.beyond} are beyond what parameters stored in the dtype can resolve"
        return text


def relevant(found: Comparison) -> np.ndarray:
    """What is asked as long as the bound is no rounding error beside what was measured at the start."""
    with np.errstate(all="ignore"):
        return found.asked & (found.limit[1] > VANISHING * found.measured[1][0])


class Findings:
    """What the trials of one claim showed of one variant."""

    def __init__(self, rule: Rule, profile: Profile, seed: int):
        self.rule, self.profile, self.seed = rule, profile, seed
        self.trials: list[Trials] = []
        self.ratio, self.instance = -np.inf, ""
        self.broken: tuple[Witness, float] | None = None
        self.grounds, self.far = Grounds(), Grounds()
        self.ships: Row | None = None
        """How the run that ships breaks the claim, if it does."""
        self.doubt = ""
        """What looks broken in floats, and could not be replayed."""

    def ask(self, case: Claim, shift: int, advance: Callable[[str], None]) -> None:
        """One case of the claim, the minimizer in one place."""
        posed = on_variant(case, self.rule, shift)
        watch = Watch(
            start=lambda start: self.rule.start(start, shift),
            look=lambda batch, found: self._look(posed, shift, batch, found),
            more=lambda claim, trials: self._try_more(claim, shift, trials, watch, advance),
            raises=True,
            ascent=self.rule.dtype == "float64" and shift == 0,  # copies start at points of no narrower dtype
        )
        trials = try_out(posed, self.profile, self.seed, advance, watch)
        self.trials.append(trials)
        if trials.witness is not None:
            self.broken = trials.witness, shift

    @cached_property
    def exact(self) -> Rule:
        """The same factory in float64: the rule as it stands on paper."""
        return Rule(self.rule.factory, laying=self.rule.laying)

    def _try_more(self, posed: Claim, shift: int, trials: Trials, watch: Watch, advance: Callable[[str], None]) -> None:
        rng = np.random.default_rng(self.seed)
        _try_aligned(posed, self.profile.steps, rng, trials, watch)
        if shift:  # floats do not tell points near another minimizer from it
            return
        if trials.witness is None:
            advance(f"{posed.id}: special points")
            self._try_special(posed, rng, trials, watch)
        if trials.witness is None and self.rule.dtype == "float64":
            advance(f"{posed.id}: {probes.FAR} steps")
            self._try_far(posed, rng, trials, watch)

    def _try_special(self, posed: Claim, rng: np.random.Generator, trials: Trials, watch: Watch) -> None:
        ranges, tally = domain.ranges(posed), Tally("special diagonal quadratics", self.profile.steps)
        for problem, drawn in probes.on_balls(self.rule.dtype != "float64", rng):
            start = watch.start(drawn)
            batch = prepare(posed, ranges, problem, start, probes.placed(ranges, start.shape[1], rng))
            if batch is not None and batch.inside.any() and trials.witness is None:
                try_batch(posed, ranges, batch, tally, trials, watch)
        if tally.instances:
            trials.tallies.append(tally)

    def _try_far(self, posed: Claim, rng: np.random.Generator, trials: Trials, watch: Watch) -> None:
        """Long runs in floats; what looks broken there is replayed, and counts only if that confirms it."""
        ranges = domain.ranges(posed)
        for problem, drawn in probes.in_floats(rng):
            start = watch.start(drawn)
            batch = prepare(posed, ranges, problem, start, probes.placed(ranges, start.shape[1], rng))
            if batch is None or not batch.inside.any():
                continue
            found = compare(posed, batch, probes.FAR, rigorous=False)
            self.far.add(posed, batch, found, probes.FAR)
            broken = probes.looks_broken(found)
            if not broken.any():
                continue
            first = np.where(broken.any(axis=0), broken.argmax(axis=0), probes.FAR + 1)
            soonest = np.argsort(first, kind="stable")[:REPLAYED]
            chosen = np.isin(np.arange(broken.shape[1]), soonest) & broken
            trials.witness, _ = confirm(posed, ranges, batch, replace(found, broken=chosen))
            if trials.witness is not None:
                return
            self.doubt = self.doubt or f"at k = {first[soonest[0]]} on {batch.describe(int(soonest[0]))}"

    def _look(self, posed: Claim, shift: float, batch: Batch, found: Comparison) -> None:
        """Keep the largest ratio after the start, and stop where the variant itself gives no numbers."""
        self.grounds.add(posed, batch, found, found.steps)
        if self.rule.dtype != "float64" and self.ships is None and not found.broken.any():
            self._ship(posed, shift, batch, found)
        value = found.value[1]
        with np.errstate(all="ignore"):
            lost = np.isnan(found.value[0][1:]) & np.isfinite(value[:-1]) & found.usable
            lost &= ~np.logical_or.accumulate(found.broken)[:-1]  # a run that leaves the bound may well overflow then
            for index in np.flatnonzero(lost.any(axis=0))[:NAMED]:
                self._check(posed, shift, batch, int(index), int(lost[:, index].argmax()) + 1, value[0, index])
        top = largest(ratios(replace(found, rest=None)))  # whatever the start
        if np.isfinite(top).any() and np.nanmax(top) > self.ratio:
            index = int(np.nanargmax(top))
            self.ratio, self.instance = float(top[index]), batch.describe(index) + _moved(shift)

    def _ship(self, posed: Claim, shift: float, batch: Batch, found: Comparison) -> None:
        """Run a batch as it ships, in the dtype: what is undecided may hold or be broken in that run."""
        run = compare(posed, batch, found.steps, rigorous=False)
        lost = probes.falls_behind(run, self.rule.dtype)
        self.grounds.shipped += int((relevant(found) & ~found.held & ~lost & np.isfinite(run.measured[0])).sum())
        if not lost.any():
            return
        exact = on_variant(posed, self.exact, int(shift), self.rule.dtype)
        stored = probes.falls_behind(compare(exact, batch, found.steps, rigorous=False), self.rule.dtype)
        stored = np.logical_or.accumulate(stored)  # so does every rule that keeps its parameters in the dtype
        self.grounds.beyond += int((relevant(found) & ~found.held & lost & stored).sum())
        lost &= ~stored
        if shift or not batch.problem.separable:
            return  # one rounding of a point may change its gradient altogether: no run stands for the others
        with np.errstate(all="ignore"):
            behind = np.where(lost, run.measured[0] / run.limit[1], 0.0).max(axis=0)
        for index in np.argsort(-behind, kind="stable")[: min(NAMED, int(lost.any(axis=0).sum()))]:
            step = int(lost[:, index].argmax())
            where = batch.describe(int(index)) + _moved(shift)
            problem, start = batch.problem.pick(index), batch.start[:, index]
            if not _within_range(problem, start, self.rule.dtype):
                continue  # what the dtype cannot hold is not the rule's fault
            sizes = _sizes(posed, batch, int(index), step, float(found.value[1][0, index]))
            assert posed.measure is not None
            points = shipped(self.rule, problem, start, sizes, shift)
            seen = [float(posed.measure.quantity(problem, point, NUMPY)) for point in points]
            measured = min(seen) if posed.measure.least_so_far else seen[-1]
            if measured > np.sqrt(
                run.limit[1][step, index] * run.measured[0][0, index]
            ):  # optax's own run does so, too
                text = f"the measure is {measured:.6g}, the bound {run.limit[1][step, index]:.6g}"
                reason = (
                    f"{text} in the run that optax makes in {self.rule.dtype}; the exact rule was not seen to break it"
                )
                self.ships = Row(posed.id, "broken as shipped", step=step, instance=where, reason=reason)
                return

    def _check(self, posed: Claim, shift: float, batch: Batch, index: int, steps: int, height: float) -> None:
        """Raises Misbehaves if the variant, run by optax, leaves the numbers on an instance where its balls do."""
        problem, start = batch.problem.pick(index), batch.start[:, index]
        lost = np.isnan(shipped(self.rule, problem, start, _sizes(posed, batch, index, steps, height), shift))
        if lost.any():
            step = int(lost.any(axis=1).argmax())
            raise Misbehaves(step, "it returns NaN", batch.describe(index) + _moved(shift))

    def row(self, claim: Claim) -> Row:
        """The result."""
        ratio = self.ratio if np.isfinite(self.ratio) else None
        if self.broken is not None:
            witness, shift = self.broken
            text = f"the measure is {shown(witness.measured)}, the bound {shown(witness.bound)}"
            false = "; the claim has an erratum: its own method breaks it, too" if claim.erratum else ""
            return Row(
                claim.id,
                "broken",
                ratio,
                step=witness.k,
                instance=_instance(witness) + _moved(shift),
                reason=f"{text}; replayed in {'exact' if witness.level == 'exact' else 'ball'} arithmetic{false}",
                level=witness.level,
                witness=variant_data(witness, claim),
            )
        if not self.grounds.asked:
            reason = next((trials.reason for trials in self.trials if trials.reason), "no instance meets its domain")
            return Row(claim.id, "not applicable", reason=reason)
        tallies = [tally for trials in self.trials for tally in trials.tallies]
        dismissed = sum(trials.dismissed for trials in self.trials)
        rests = self.grounds.text
        if self.far.instances:
            rests += f"; in floats on {self.far.instances} more ({self.far.range})"
        if self.ships is not None:
            return replace(self.ships, claim=claim.id, ratio=ratio, level="as shipped")
        why = ""
        if any(tally.broken for tally in tallies):
            why = f"it looks broken, but no exact replay confirmed any of {dismissed} candidates"
        elif self.doubt:
            why = f"it looks broken in floats, but no exact replay confirmed it: {self.doubt}"
        elif self.grounds.share < ENOUGH:
            why = f"most comparisons lie within the rounding error of {self.rule.dtype}"
        if why:
            return Row(claim.id, "undecided", ratio, instance=self.instance, reason=f"{why}; {rests}", level="sampled")
        if dismissed:
            rests += f"; {dismissed} apparent violations were not confirmed by exact replay and are ignored"
        found = tightness(self.trials[0])
        return Row(
            claim.id,
            "holds",
            ratio,
            found.ratio if found is not None and found.by_step_size else None,
            instance=self.instance,
            reason=rests,
            level="sampled",
        )


def _sizes(posed: Claim, batch: Batch, index: int, steps: int, height: float) -> list[float]:
    """The step size of each step on one instance, with V_0 = height."""
    values: dict[Any, Any] = {symbol: array[index] for symbol, array in batch.values.items()} | {V0: height}
    assert posed.algorithm is not None
    formula = posed.algorithm.parameters["step_size"]
    return [float(evaluate(formula, values | {k: float(step)}, NUMPY)) for step in range(steps)]


def _try_aligned(posed: Claim, steps: int, rng: np.random.Generator, trials: Trials, watch: Watch) -> None:
    """Try quadratics on which theorem 1 is tight though all entries of the gradient are alike.

    Random instances and those of an ascent are tight where one entry outweighs the others, and there all norms agree: a
    step scaled by the wrong one is told apart here. H has the eigenvalue 1 along signs s and `stiff` across, and g = s:
    then ||g||_1^2 = d^2 and 2 mu V_0 tends to it as `stiff` grows.
    """
    ranges, tally = domain.ranges(posed), Tally(f"aligned {LeastSquares.family}", steps)
    for shape in LeastSquares.shapes:
        d = shape[1]
        if shape[0] != d:
            continue
        stiff, signs = 10 ** rng.uniform(0, 3, BATCH), rng.choice([-1.0, 1.0], (d, BATCH))
        along = signs[:, None] * signs[None] / d
        factor = np.sqrt(stiff) * (np.eye(d)[:, :, None] - along) + along
        start = watch.start(signs * rng.uniform(0.9, 1.1, (d, BATCH)) ** rng.integers(0, 2, BATCH))
        batch = prepare(posed, ranges, LeastSquares(factor), start, positions(ranges, BATCH, rng))
        if batch is not None and batch.inside.any() and trials.witness is None:
            try_batch(posed, ranges, batch, tally, trials, watch)
    if tally.instances:
        trials.tallies.append(tally)


def _within_range(problem: Any, start: np.ndarray, dtype: str) -> bool:
    """Whether a start and the sum of the sizes of its slopes are far from the largest number of a dtype."""
    largest = max(np.abs(start).max(), float(np.abs(problem.gradient(start, NUMPY)).sum()))
    return bool(largest < float(jnp.finfo(dtype).max) * 2.0**-8)


def _moved(shift: float) -> str:
    return f", minimizer moved to {shift} in each coordinate" if shift else ""


def _instance(witness: Witness) -> str:
    assert witness.problem is not None
    return f"{witness.problem.describe()}; {witness.told}; {witness.origin}"
