"""Variants: optax gradient transformations, tested against bounds that are claimed of other methods.

A variant is a function `factory(step_size)` that returns an `optax.GradientTransformation`. It is followed as an
algorithm of this package (`transformed`): the trials of a claim run it on balls, on every family that meets the
assumptions, and what looks broken is replayed exactly. A claim applies to it if it is a bound on a run whose measure
and assumptions concern only the objective, and whose method has no parameter but a step size; a claim about stochastic
gradients is tested with exact ones, which it allows (sigma = 0).

In float64 the rule itself is judged, as it stands on paper. In a narrower dtype the balls also hold every run in that
dtype, so that "holds" is said of the runs that are shipped, too; what their rounding could turn is undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from signproof.checks.kind import kind_of
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing import domain
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import BATCH
from signproof.checks.problems.quadratic import LeastSquares
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.trials.batch import Batch, Comparison, prepare
from signproof.checks.trials.bounds import Watch, positions, try_batch, try_out
from signproof.checks.trials.tally import PROFILES, Profile, Tally, Trials
from signproof.checks.trials.tightness import largest_ratios
from signproof.checks.variants.row import NO_RUN, Row
from signproof.checks.variants.traced import Unfollowed
from signproof.checks.variants.variant import DTYPES, Factory, Misbehaves, Rule, shipped
from signproof.checks.variants.witness import on_variant, variant_data
from signproof.checks.verdicts.tried import tightness
from signproof.theory.arithmetic import evaluate
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.measures.runs import MinDualGradientNorm, Suboptimality
from signproof.theory.misuse import Misuse, named
from signproof.theory.norms import ANY
from signproof.theory.symbols import V0, k

VERSION = "variant/1"
"""Of the check: ratios of different versions do not compare."""
SHIFTS = (0, 1, -3)
"""Each coordinate of the minimizer; others than 0 are tried on variants that look at their parameters. Weight decay
draws towards the origin, which is no good sign if the minimizer happens to be there."""
PROBE = 2
"""Coordinates of the points with which a variant is looked at before the trials."""


def conforms(
    factory: Factory,
    claims: str | Claim | Iterable[Claim] = "*",
    *,
    dtype: str = "float64",
    seed: int = 0,
    profile: str = "quick",
    advance: Callable[[str], None] | None = None,
    name: str = "",
) -> list[Row]:
    """Test whether an optimizer obeys claims; one row per claim.

    Arguments:
        factory: a function that maps a step size to an `optax.GradientTransformation`.
        claims: a pattern of IDs such as "scaled-sign/theorem-1.*", or claims.
        dtype: "float64", "float32" or "bfloat16", for parameters, gradients and state.
        seed: the random seed. profile: "quick" or "full". advance: called with progress messages.
        name: the variant's name; by default, the factory's name.

    The rows report whatever the variant does wrong. Raises Misuse if there is no such claim, dtype or profile.
    """
    return list(rows(factory, claims, dtype=dtype, seed=seed, profile=profile, advance=advance, name=name))


def rows(
    factory: Factory,
    claims: str | Claim | Iterable[Claim] = "*",
    *,
    dtype: str = "float64",
    seed: int = 0,
    profile: str = "quick",
    advance: Callable[[str], None] | None = None,
    name: str = "",
) -> Iterator[Row]:
    """The rows of `conforms`, each when it is there."""
    if not callable(factory):
        raise Misuse(
            f"{factory!r:.60} is not a factory: write a function that maps a step size to a GradientTransformation"
        )
    if dtype not in DTYPES:
        raise Misuse(f"there is no dtype {dtype!r}; choose {', '.join(DTYPES)}")
    if profile not in PROFILES:
        raise Misuse(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    rule, asked = Rule(factory, dtype), chosen(claims)  # both are looked at before the first row
    name = name or getattr(factory, "__name__", type(factory).__name__)
    check = f"{VERSION} {dtype} {profile} seed {seed}"
    return (
        replace(ask(claim, rule, PROFILES[profile], seed, advance or (lambda text: None)), check=check, variant=name)
        for claim in asked
    )


def chosen(claims: str | Claim | Iterable[Claim]) -> list[Claim]:
    """The claims that a pattern of IDs names, or those given. Raises Misuse if there are none."""
    if isinstance(claims, str):
        found = [claim for id, claim in catalog().items() if fnmatchcase(id, claims)]
        if not found:
            raise Misuse(f'no claim "{claims}". `signproof list` shows all claims.')
        return found
    return [claims] if isinstance(claims, Claim) else list(claims)


def unasked(claim: Claim) -> str:
    """Why a claim cannot be asked of a variant; empty if it can."""
    if not kind_of(claim).bounds_runs:
        return NO_RUN
    if not isinstance(claim.measure, Suboptimality | MinDualGradientNorm):
        return f"its measure, {type(claim.measure).__name__}, depends on the method"
    if any(getattr(part, "norm", None) is ANY for part in (claim.algorithm, claim.measure, *claim.assumptions)):
        return "it is about one method per norm, but a variant is a single method: use the claim about its norm"
    assert claim.algorithm is not None
    if getattr(claim.algorithm, "step_size", None) is None:
        return f"{claim.algorithm} has no step size"
    others = [name for name in claim.algorithm.noiseless.parameters if name != "step_size"]
    if others:
        return f"{claim.algorithm} has a parameter {others[0]} besides its step size"
    try:
        for case in cases(claim):
            domain.ranges(case)
    except Unsupported as unsupported:
        return str(unsupported)
    return ""


def ask(claim: Claim, rule: Rule, profile: Profile, seed: int, advance: Callable[[str], None]) -> Row:
    """One claim, asked of one variant."""
    why = unasked(claim)
    if why:
        return Row(claim.id, "not applicable", reason=why)
    found = _Found(rule)
    try:
        # a narrow dtype rounds least near 0: there, too, a minimizer at the origin is no fair trial
        everywhere = rule.trace(PROBE).looks_at_parameters
        shifts = SHIFTS if everywhere else SHIFTS[: 1 if rule.dtype == "float64" else 2]
        for case in cases(claim):
            for shift in shifts:
                found.ask(case, shift, profile, seed, advance)
                if found.broken is not None:
                    return found.row(claim)
    except Misbehaves as error:
        return Row(claim.id, "failed", step=error.step, instance=error.instance, reason=str(error))
    except Unfollowed as error:
        reason = f"{error} has no counterpart in the exact arithmetics, so the run cannot be enclosed"
        return Row(claim.id, "failed", reason=reason)
    except Exception as error:  # whatever else a variant meets in JAX: the others are asked nevertheless
        reason = f"it could not be judged: {named(error)}"[:400]
        return Row(claim.id, "failed", reason=reason)
    return found.row(claim)


class _Found:
    """What the trials of one claim showed of one variant."""

    def __init__(self, rule: Rule):
        self.rule = rule
        self.trials: list[Trials] = []
        self.ratio, self.instance = -np.inf, ""
        self.broken: tuple[Witness, float] | None = None

    def ask(self, case: Claim, shift: int, profile: Profile, seed: int, advance: Callable[[str], None]) -> None:
        posed = on_variant(case, self.rule, shift)
        watch = Watch(
            start=lambda start: self.rule.start(start, shift),
            look=lambda batch, found: self._look(posed, shift, batch, found),
            more=lambda claim, trials: _try_aligned(claim, profile, seed, trials, watch),
            raises=True,
            ascent=self.rule.dtype == "float64" and shift == 0,  # copies start at points of no narrower dtype
        )
        trials = try_out(posed, profile, seed, advance, watch)
        self.trials.append(trials)
        if trials.witness is not None:
            self.broken = trials.witness, shift

    def _look(self, posed: Claim, shift: float, batch: Batch, found: Comparison) -> None:
        """Keep the largest ratio after the start, and stop where the variant itself gives no numbers."""
        value = found.value[1]
        with np.errstate(all="ignore"):
            lost = np.isnan(found.value[0][1:]) & np.isfinite(value[:-1]) & found.usable
            lost &= ~np.logical_or.accumulate(found.broken)[:-1]  # a run that leaves the bound may well overflow then
            for index in np.flatnonzero(lost.any(axis=0))[:PROBE]:
                self._check(posed, shift, batch, int(index), int(lost[:, index].argmax()) + 1, value[0, index])
        after = found.considered.copy()
        after[0] = False
        ratios = largest_ratios(replace(found, considered=after))
        if np.isfinite(ratios).any() and np.nanmax(ratios) > self.ratio:
            index = int(np.nanargmax(ratios))
            self.ratio, self.instance = float(ratios[index]), batch.describe(index) + _moved(shift)

    def _check(self, posed: Claim, shift: float, batch: Batch, index: int, steps: int, height: float) -> None:
        """Raises Misbehaves if the variant, run by optax, leaves the numbers on an instance where its balls do."""
        problem, start = batch.problem.pick(index), batch.start[:, index]
        values: dict[Any, Any] = {symbol: array[index] for symbol, array in batch.values.items()} | {V0: height}
        assert posed.algorithm is not None
        formula = posed.algorithm.parameters["step_size"]
        sizes = [float(evaluate(formula, values | {k: float(step)}, NUMPY)) for step in range(steps)]
        lost = np.isnan(shipped(self.rule, problem, start, sizes, shift)).any(axis=1)
        if lost.any():
            raise Misbehaves(int(lost.argmax()), "it returns NaN", batch.describe(index) + _moved(shift))

    def row(self, claim: Claim) -> Row:
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
        tallies = [tally for trials in self.trials for tally in trials.tallies]
        dismissed = sum(trials.dismissed for trials in self.trials)
        if any(tally.broken for tally in tallies):
            reason = f"it looks broken, but no exact replay confirmed any of {dismissed} candidates"
            return Row(claim.id, "failed", ratio, instance=self.instance, reason=reason)
        held, asked = sum(tally.held for tally in tallies), sum(tally.comparisons for tally in tallies)
        if not held:
            rounding = f"every comparison lies within the rounding error of {self.rule.dtype}"
            reason = next((trials.reason for trials in self.trials if trials.reason), rounding)
            return Row(claim.id, "not applicable", reason=reason)
        undecided = f", {asked - held} within the rounding error of {self.rule.dtype}" if asked > held else ""
        if dismissed:
            undecided += f"; {dismissed} apparent violations were not confirmed by exact replay and are ignored"
        instances = sum(tally.instances for tally in tallies)
        found = tightness(self.trials[0])
        return Row(
            claim.id,
            "holds",
            ratio,
            found.ratio if found is not None and found.by_step_size else None,
            instance=self.instance,
            reason=f"{held} of {asked} comparisons held on {instances} instances{undecided}",
            level="sampled",
        )


def _try_aligned(posed: Claim, profile: Profile, seed: int, trials: Trials, watch: Watch) -> None:
    """Try quadratics on which theorem 1 is tight though all entries of the gradient are alike.

    Random instances and those of an ascent are tight where one entry outweighs the others, and there all norms agree: a
    step scaled by the wrong one is told apart here. H has the eigenvalue 1 along signs s and `stiff` across, and g = s:
    then ||g||_1^2 = d^2 and 2 mu V_0 tends to it as `stiff` grows.
    """
    ranges, rng = domain.ranges(posed), np.random.default_rng(seed)
    tally = Tally(f"aligned {LeastSquares.family}", profile.steps)
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


def _moved(shift: float) -> str:
    return f", minimizer moved to {shift} in each coordinate" if shift else ""


def _instance(witness: Witness) -> str:
    assert witness.problem is not None
    return f"{witness.problem.describe()}; {witness.told}; {witness.origin}"
