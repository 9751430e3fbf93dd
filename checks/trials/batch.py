"""A batch: one run of a claim's method on many instances at once, compared with the bound, and what looks broken.

The run is one on balls, so that each comparison `measure <= bound` is held, broken or undecided within the rounding
error of the run itself. Where a measure falls below its own rounding error the comparison stops. What looks broken is
made into an instance with simple rational numbers and replayed exactly; only that counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Expr, Symbol, nan, zoo

from signproof.checks.facts.runs import fits, met_along, met_at_start
from signproof.checks.numbers.exact import RATIONALS, Undecided, rational, rationals, to_float
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing import domain
from signproof.checks.posing.domain import Range
from signproof.checks.posing.special import assumes_convexity, of_start, size, sizes, special, start_distance
from signproof.checks.problems.base import Problem, convexity, exactly_known, is_convex, known, nearest
from signproof.checks.problems.constants import Enclosure
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.convincing import weight
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.plans import Stream, plan
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Constant, Dimension
from signproof.theory.assumptions.start import MinimizerSize
from signproof.theory.claim import Claim
from signproof.theory.measures.runs import DualGradientNorm, Measure, Suboptimality
from signproof.theory.norms import LINF
from signproof.theory.symbols import V0, k
from signproof.theory.terms.expectations import mean
from signproof.theory.terms.vectors import suboptimality, x_star

DENOMINATORS = (1, 2, 3, 4, 6, 10, 16, 100, 1024, 2**20)
"""Denominators tried when an instance is rounded to simple rationals, before its floats are taken as they are."""
RELATIVE = (1, 4, 100)
"""The same for starts some of whose coordinates are so small that they would be rounded to zero."""
CANDIDATES, ENOUGH, LATER = 12, 6, 8
"""Candidates of one batch that are replayed before the batch is given up; how many that are confirmed are enough to
choose from; how many steps after the first that breaks the bound a larger excess is looked for."""

Ends = tuple[np.ndarray, np.ndarray]
"""Floats below and above a quantity, entry by entry; NaN and infinity say that nothing is known."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Problems, starts and parameters, one of each for every instance.

    Attributes:
        problem, start: a batch of problems and points of shape (d, batch).
        thetas: positions of the free parameters in their ranges, shape (batch,).
        values: all parameters, constants of the problems included, shape (batch,).
        minimizer: where the method has the minimizers, from which all points are told, shape (d, batch); the origin if
            it is None.
        inside: whether the assumptions and the part of the domain that does not speak of k hold, as far as floats tell.
    """

    problem: Problem
    start: np.ndarray
    thetas: dict[Symbol, np.ndarray]
    values: dict[Symbol, np.ndarray]
    inside: np.ndarray
    minimizer: np.ndarray | None = None

    def describe(self, index: int) -> str:
        """A few words on one instance."""
        values = ", ".join(f"{symbol} = {array[index]:.6g}" for symbol, array in self.values.items())
        return f"{short(self.problem.pick(index))}, {values}{self._place(index)}"

    def _place(self, index: int) -> str:
        if self.minimizer is None or not self.minimizer[:, index].any():
            return ""
        return f", minimizer ({', '.join(f'{entry:.4g}' for entry in self.minimizer[:, index])})"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Measure and bound along the runs of a batch, at k = 0, ..., steps.

    Attributes:
        value, measured, limit: ends of V_k, of the claim's measure and of its bound, shape (steps + 1, batch).
        usable: the instances that meet the claim's assumptions and start above the minimum, shape (batch,).
        asked: what the claim says something about: usable instances, in the domain.
        considered: where measure and bound are compared: on usable instances, in the domain, before the floor.
        held, broken: where the comparison is decided; where neither is so, it lies within the rounding error.
        floor: the first k at which the measure's ball holds zero: its rounding error is as large as itself, and
            comparisons stop, but for those that are broken even so; steps + 1 if that does not happen.
        rest: of a bound on V_k that does not begin at V_0, what it is if V_0 is 0, in floats, shape (steps + 1, batch);
            None for others.
    """

    value: Ends
    measured: Ends
    limit: Ends
    usable: np.ndarray
    asked: np.ndarray
    considered: np.ndarray
    held: np.ndarray
    broken: np.ndarray
    floor: np.ndarray
    rest: np.ndarray | None = None

    @property
    def steps(self) -> int:
        return len(self.considered) - 1


def prepare(
    claim: Claim,
    ranges: list[Range],
    problem: Problem,
    start: np.ndarray,
    thetas: Mapping[Symbol, np.ndarray],
    given: Mapping[Symbol, np.ndarray] | None = None,
    minimizer: np.ndarray | None = None,
) -> Batch | None:
    """Constants and parameters for a batch; None if the family does not meet the assumptions, or if a norm of the claim
    has no meaning in its dimension.

    Arguments: a bound claim about constants of the objective, as `trials.cases` gives it; the ranges of its free
    parameters (`domain.ranges`), and positions in (0, 1) there, shape (batch,); values of
    parameters that are known otherwise; where the method has the minimizers.
    """
    size = start.shape[1]
    values: dict[Symbol, np.ndarray] = dict(given or {})
    inside = np.ones(size, dtype=bool)
    if not fits(claim, len(start)) or (_measures_distance(claim) and problem.off_centre()):
        return None
    if any(start_distance(assumption) for assumption in claim.assumptions):
        start = problem.from_nearest(start)
    for assumption in claim.assumptions:
        if isinstance(special(assumption), Convex):
            inside = inside & convexity(problem)
        if isinstance(special(assumption), MinimizerSize) and problem.off_centre():
            return None  # elsewhere the minimizer is the origin
        if not isinstance(assumption, Constant) or isinstance(special(assumption), Convex):
            continue  # it is about the start alone, or has no constant
        begun = of_start(assumption)
        far = None if begun is None else sizes(begun, start, problem.off_centre())
        ends = known(problem, assumption) if far is None else Enclosure(far, far)
        if ends is None:
            return None
        # an upper end for L, a lower end for mu: the assumption holds with them
        valid = np.broadcast_to(ends.lower if assumption.largest else ends.upper, (size,))
        inside = inside & (valid > 0)
        symbol = assumption.constant
        if not isinstance(symbol, Symbol):
            number = float(symbol)
            most = number if far is None else number * (1 + 2.0**-40)  # a distance is rounded up; a replay is exact
            met = (valid >= number) if assumption.largest else (valid <= most)
            inside = inside & (valid == number if type(assumption) is Dimension else met)
        elif symbol in values:
            combine = np.minimum if assumption.largest else np.maximum
            values[symbol] = combine(values[symbol], valid)
        else:
            values[symbol] = valid
    numbers = NUMPY
    with np.errstate(all="ignore"):
        for interval in ranges:
            values[interval.symbol] = np.broadcast_to(interval.at(thetas[interval.symbol], values, numbers), (size,))
        at_start = {k: np.zeros(size), V0: np.ones(size)}
        conditions = [relation for relation in domain.asked(claim) if not relation.has(k)]
        for relation in conditions:
            inside = inside & domain.holds(relation, values | at_start, numbers)
    inside = inside & met_at_start(claim, problem, start, values)
    return Batch(problem, start, dict(thetas), values, inside, minimizer)


def _measures_distance(claim: Claim) -> bool:
    """Whether the measure speaks of a minimizer, which is known of some families only nearly."""
    return claim.measure is not None and claim.measure.symbol.has(x_star)


def compare(claim: Claim, batch: Batch, steps: int, rigorous: bool = True) -> Comparison:
    """Run a batch and compare measure and bound at every iteration.

    Arguments: the claim, the batch, how many steps; whether to run on balls: floats alone decide nothing, and what they
    show as held or broken is a proposal.
    """
    from signproof.checks.runs import engine

    assert claim.measure is not None and claim.bound is not None and claim.algorithm is not None
    # claims about values and claims about gradients share one compiled run: it measures both
    pair = next((part.norm for part in claim.assumptions if isinstance(part, Constant)), LINF)
    value_of, others = Stream(Suboptimality()), plan(claim.measure).streams
    asked_for = dict.fromkeys((value_of, *(others if {*others} - {value_of} else (Stream(DualGradientNorm(2, pair)),))))
    found = engine.run(
        claim.algorithm,
        batch.problem,
        batch.start,
        batch.values,
        steps,
        (*asked_for,),
        rigorous,
        minimizer=batch.minimizer,
    )
    read = dict(zip(asked_for, found, strict=True))
    value = read[value_of]
    height = value[0][0], value[1][0]
    measured = engine.measured(claim.measure, [read[stream] for stream in others], batch.values, height, steps)
    limit = engine.bound(claim.bound, batch.values, height, steps)
    with np.errstate(all="ignore"):
        usable = batch.inside & (value[0][0] > 0) & np.isfinite(value[1][0])
        usable = usable & met_along(claim, batch.problem, batch.start, batch.values, steps, batch.minimizer)
        covered = _steps_in_domain(claim, batch, steps)
        asked = np.broadcast_to(usable, measured[0].shape) & covered
        if promises_decrease(claim):
            asked[0] = False  # V_0 <= V_0 says nothing
        # NaN ends tell the measure from zero no more than ends of both signs do, but where it has no value as yet
        pending = np.isnan(measured[0]) & ~np.broadcast_to(covered, measured[0].shape)
        above = np.logical_and.accumulate((measured[0] > 0) | (measured[1] < 0) | pending, axis=0)
        broken = asked & (measured[0] > limit[1])
        held = asked & above & (measured[1] <= limit[0])
    considered, rest = asked & above | broken, rest_of(claim, batch, steps)
    return Comparison(value, measured, limit, usable, asked, considered, held, broken, above.sum(axis=0), rest)


def rest_of(claim: Claim, batch: Batch, steps: int) -> np.ndarray | None:
    """What a bound on V_k is for V_0 = 0, in floats; None if it is nothing or unknown, and for what begins at V_0."""
    left = floor_of(claim)
    if left is None:
        return None
    iterations = {k: np.arange(steps + 1.0)[:, None]}
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(evaluate(left, batch.values | iterations, NUMPY), float)
    except (TypeError, ZeroDivisionError):
        return None
    return np.broadcast_to(found, (steps + 1, batch.start.shape[1]))


@lru_cache(maxsize=64)
def floor_of(claim: Claim) -> Expr | None:
    """The part of a bound on V_k that V_0 does not scale; None if there is none."""
    if claim.bound is None or not is_value(claim.measure) or promises_decrease(claim):
        return None
    left = claim.bound.subs(V0, 0)
    return None if left == 0 or left == claim.bound or left.has(zoo, nan) else left


def near_floor(instance: Instance, step: int) -> bool:
    """Whether a bound on E V_k says how tight it is there: it has no floor, or `at_floor` holds; see `tightness`."""
    claim, left = instance.claim, floor_of(instance.claim)
    if left is None or claim.bound is None:
        return True
    start = instance.objective.suboptimality(rationals(list(instance.start)), RATIONALS)
    values = {**instance.values(RATIONALS), k: fmpq(step), V0: start}
    try:
        return bool(at_floor(start, evaluate(claim.bound, values, RATIONALS), evaluate(left, values, RATIONALS)))
    except (TypeError, ZeroDivisionError):
        return False


def at_floor(start: Any, bound: Any, rest: Any) -> Any:  # numbers of one arithmetic, or arrays; a truth of each
    """Where a bound on V_k with a floor says more than that V_k is near V_0, of numbers or arrays: the start is no
    higher than the floor, and the bound has let go of at least half of V_0, so that a method too slow to have moved
    would break it.

    Arguments: V_0; the bound at k; what it is at k if V_0 is 0.
    """
    return (start <= rest) & (2 * (bound - rest) <= start)


def promises_decrease(claim: Claim) -> bool:
    """Whether the bound on V_k begins at V_0, so that it says by how much the value must decrease."""
    return is_value(claim.measure) and claim.bound is not None and claim.bound.subs(k, 0) == V0


def is_value(measure: Measure | None) -> bool:
    """Whether a measure is f(x_k) - f* or its mean; one derived from it may be another number."""
    if isinstance(measure, Suboptimality) and type(measure).quantity is not Suboptimality.quantity:
        return False
    return measure is not None and measure.symbol in (suboptimality(k), mean(suboptimality(k)))


def confirm(claim: Claim, ranges: list[Range], batch: Batch, found: Comparison) -> tuple[Witness | None, int]:
    """A witness that the exact replay confirms, and how many candidates it did not confirm before.

    Arguments: the claim, the ranges of its parameters, a batch, and its comparison, which is broken somewhere. Those
    instances that break first are made exact and replayed before the others, where they break first and a little
    later, where the excess is larger; of a few that are confirmed the most convincing counts.
    """
    broken = found.broken
    first = np.where(broken.any(axis=0), broken.argmax(axis=0), np.iinfo(int).max)
    with np.errstate(all="ignore"):
        excess = np.where(broken, found.measured[0] / np.maximum(found.limit[1], 0), -np.inf)
    dismissed = 0
    confirmed: list[Witness] = []
    for index in np.argsort(first, kind="stable")[:CANDIDATES]:
        if not broken[:, index].any() or len(confirmed) >= ENOUGH:
            break
        problem = batch.problem.one(int(index))
        thetas = {symbol: rational(float(theta[index])) for symbol, theta in batch.thetas.items()}
        place = None if batch.minimizer is None else batch.minimizer[:, index]
        begin = int(first[index])
        later = begin + int(np.argmax(excess[begin : begin + LATER + 1, index]))
        told = [
            next(_rounded(claim, ranges, problem, batch.start[:, index], thetas, place, step), None)
            for step in dict.fromkeys((begin, later))
        ]
        confirmed += [witness for witness in told if witness is not None]
        dismissed += not confirmed
    return min(confirmed, key=weight, default=None), dismissed


def _rounded(
    claim: Claim,
    ranges: list[Range],
    problem: Problem,
    start: np.ndarray,
    thetas: dict,
    minimizer: np.ndarray | None,
    steps: int,
) -> Iterator[Witness]:
    """Confirmed witnesses near a candidate, the ones with the simplest numbers first.

    Raises what the replays raise if none of them comes to an end: the method or the measure lacks an operation there.
    """
    failures: list[Exception] = []
    ended = False
    for denominator, near in (
        *((n, nearest) for n in DENOMINATORS),
        *((n, _relatively) for n in RELATIVE),
        (None, nearest),
    ):
        try:
            posed, x, positions = problem, near(start, 2**60), thetas
            place = None if minimizer is None or not minimizer.any() else tuple(near(minimizer, denominator or 2**60))
            if denominator is not None:
                posed, x = problem.rounded(denominator), near(start, denominator)
                positions = dict(zip(thetas, nearest(np.array(list(thetas.values())), 2 * denominator), strict=True))
            if any(not 0 < theta < 1 for theta in positions.values()):
                continue
            parameters = exact_parameters(claim, ranges, posed, positions, tuple(x))
        except (ValueError, TypeError, Undecided, ZeroDivisionError):
            continue  # not an instance of the family: try finer numbers
        try:
            instance = Instance(claim, posed, parameters, tuple(x), minimizer=place)
            found = replay(instance, steps)
            ended = True
        except (Undecided, ZeroDivisionError):
            ended = True
            continue  # not decided: try finer numbers
        except (ValueError, TypeError) as failure:
            failures.append(failure)
            continue
        if found.confirmed:
            yield Witness.of(instance, steps, found)
    if failures and not ended:
        raise failures[-1]


def _relatively(numbers: np.ndarray, denominator: int) -> np.ndarray:
    """Simple rationals near the given ones, where they are small near in relation to their size."""
    small = (np.abs(numbers) < 1) & (numbers != 0)
    whole = nearest(np.where(small, 1 / np.where(small, numbers, 1.0), numbers), denominator)
    return np.where(small, 1 / whole, whole)


def exact_parameters(
    claim: Claim,
    ranges: list[Range],
    problem: Problem,
    thetas: dict[Symbol, fmpq],
    start: Sequence[fmpq] | None = None,
) -> dict[str, fmpq]:
    """Rational constants valid for one instance, and the parameters at the given positions of their ranges.

    The start need not be given if nothing is assumed of its distance from the minimizer or its size.

    Raises ValueError if the instance does not meet an assumption.
    """
    values: dict[Symbol, fmpq] = {}
    if assumes_convexity(claim.assumptions) and not is_convex(problem):
        raise ValueError("the instance is not known to be convex")
    for symbol, assumptions in domain.constants(claim).items():
        answers = [constant_with(problem, assumption, start) for assumption in assumptions]
        found = [constant for constant in answers if constant is not None]
        if len(found) < len(answers):
            raise ValueError("the instance does not meet the assumptions")
        values[symbol] = min(found) if assumptions[0].largest else max(found)
    for interval in ranges:
        values[interval.symbol] = interval.at(thetas[interval.symbol], values, RATIONALS)
    return {str(symbol): number for symbol, number in values.items()}


def constant_with(problem: Problem, assumption: Constant, start: Sequence[fmpq] | None) -> fmpq | None:
    """For one instance and a start: a rational constant with which the assumption surely holds; None if none is known,
    or if that takes a start."""
    begun = of_start(assumption)
    if begun is None:
        return exactly_known(problem, assumption)
    return None if start is None else size(begun, start, problem.off_centre())


def _steps_in_domain(claim: Claim, batch: Batch, steps: int) -> Any:
    """Whether each iteration is in the domain, if the domain speaks of k; shape (steps + 1, batch) or True."""
    iterations = {k: np.arange(steps + 1.0)[:, None]}
    met: Any = True
    with np.errstate(all="ignore"):
        for relation in claim.domain:
            if relation.has(k):
                met = met & domain.holds(relation, batch.values | iterations, NUMPY)
    return met


def said_of(claim: Claim, batch: Batch, steps: int) -> np.ndarray:
    """Whether the claim speaks of each iteration of each instance, shape (steps + 1, batch)."""
    return np.broadcast_to(_steps_in_domain(claim, batch, steps), (steps + 1, batch.start.shape[1]))


def short(one: Problem) -> str:
    """One instance, of floats or rationals, in a few words: its family's name and its first numbers."""
    data = {name: np.asarray(field) for name, field in one.arrays().items() if name not in one.shared}
    sizes = ", ".join(
        f"{name} ({', '.join(f'{_float(n):.4g}' for n in field.ravel()[:4])}{', ...' if field.size > 4 else ''})"
        for name, field in data.items()
    )
    return one.family + (f", {sizes}" if sizes else "")


def _float(number: Any) -> float:
    return to_float(number) if isinstance(number, fmpq) else float(number)
