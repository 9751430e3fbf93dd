"""Two optimizers side by side: are they the same, or at which step of which run do they differ?

Both run from the same starts with the same step sizes on the same problems. On balls, each of which holds the point of
exact arithmetic, points that are surely apart tell them apart; the run is then made exact, with simple numbers where
those differ, too. Where balls overlap, a few runs are made in rationals or, if a rule leaves them, in balls of many
bits. What two constants that mean the same are apart, such as 0.1 and 1 - 0.9, is no difference. Long runs in floats
only say where else to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from flint import fmpq
from sympy import Integer

from signproof.checks.numbers.exact import RATIONALS, Balls, Exact, Undecided, rational, rationals, to_float
from signproof.checks.problems.base import Problem, Slope, known, nearest
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.runs import engine
from signproof.checks.runs.engine import Position
from signproof.checks.trials.batch import DENOMINATORS
from signproof.checks.variants import probes
from signproof.checks.variants.traced import Unfollowed
from signproof.checks.variants.variant import Factory, Misbehaves, Rule, Variant
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.misuse import named
from signproof.theory.symbols import alpha

Verdict = Literal["the same", "different", "undecided", "failed"]
STEPS, EXACT_STEPS = 32, 5
"""Steps of the runs on balls, and of those in exact arithmetic."""
SIMPLE = 16
"""Denominator of the numbers of runs in exact arithmetic."""
BITS = 256
"""Bits of balls where a rule leaves the rationals."""
ROUNDED = 2.0**-44
"""Differences up to this share of the start are no difference: 0.1 and 1 - 0.9 are two floats."""
EXACT = 12
"""Instances that are followed in exact arithmetic."""
CLOSE = 2.0**-20
"""The width up to which a ball says that points are as good as equal, relative to them, or to this share of the
start."""
ENOUGH, FEW = 0.25, 6
"""The share of points that must be that close, and how many instances must be equal in exact arithmetic."""
REPLAYED = 200
"""Steps up to which what looks different in floats is followed in balls of many bits."""


@dataclass(frozen=True)
class Likeness:
    """Whether two optimizers are the same: at which step they differ first, on which instance, in numbers; on what it
    rests; whether that is exact, enclosed or sampled."""

    status: Verdict
    step: int | None = None
    instance: str = ""
    reason: str = ""
    level: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Posed:
    """A batch: problems, starts, step sizes."""

    problem: Problem
    start: np.ndarray
    sizes: np.ndarray

    def runs(self, rule: Rule, shift: int, steps: int, rigorous: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the iterates, shape (steps + 1, d, batch)."""
        method, values = Variant(alpha, Integer(shift), rule), {alpha: self.sizes}
        [found] = engine.run(method, self.problem, self.start, values, steps, (Position(),), rigorous)
        return found

    def one(self, index: int, denominator: int | None) -> tuple[Problem, np.ndarray, fmpq]:
        """One instance in rationals, simple ones if a denominator is given. Raises ValueError if it has none."""
        problem, x, size = self.problem.one(index), self.start[:, index], self.sizes[index]
        if denominator is None:
            return problem, rationals(x), rational(float(size))
        return problem.rounded(denominator), nearest(x, denominator), nearest(np.array([size]), 2 * denominator)[0]


def against(one: Factory, other: Factory, *, dtype: str = "float64", seed: int = 0) -> Likeness:
    """Whether two optimizers make the same steps.

    Arguments: functions that map a step size to an `optax.GradientTransformation`; "float64", where the rules
    themselves are compared, or a narrower dtype, where roundings count as no difference; the seed of the starts.
    """
    rules = Rule(one, dtype), Rule(other, dtype)
    try:
        shifts = (0, 1) if any(rule.trace(2).looks_at_parameters for rule in rules) else (0,)
        return _compared(rules, shifts, np.random.default_rng(seed))
    except (Misbehaves, Unfollowed) as error:
        return Likeness("failed", getattr(error, "step", None), reason=str(error))
    except Exception as error:  # whatever else they meet in JAX
        return Likeness("failed", reason=f"they could not be compared: {named(error)}"[:400])


def _compared(rules: tuple[Rule, Rule], shifts: tuple[int, ...], rng: np.random.Generator) -> Likeness:
    instances = points = close = 0
    dimensions: set[int] = set()
    batches = list(_batches(rules[0].dtype != "float64", rng))
    for posed in batches:
        posed = Posed(posed.problem, rules[0].start(posed.start), posed.sizes)
        for shift in shifts:
            (low, high), (least, most) = (posed.runs(rule, shift, STEPS) for rule in rules)
            with np.errstate(all="ignore"):
                gap = np.maximum(low - most, least - high).max(axis=1)
                apart = gap > ROUNDED * (np.abs(low[0]).max(axis=0) + abs(shift))
                wide = np.maximum(high, most) - np.minimum(low, least)
                size = np.abs(low) + CLOSE * np.abs(low[:1]) + abs(shift)
                close += int((wide <= CLOSE * size).all(axis=1).sum())
            if apart.any():
                return _first(rules, posed, shift, apart)
            instances, points = instances + apart.shape[1], points + apart.size
            dimensions.add(len(posed.start))
    followed, done = _exactly_equal(rules, shifts, batches)
    if isinstance(followed, Likeness):
        return followed
    doubt, far = _far(rules, rng)
    rests = (
        f"equal in {followed}; on {instances} instances (k ≤ {STEPS}, d = {min(dimensions)} to {max(dimensions)}) "
        f"balls of the two overlap, {100 * close / points:.1f} % of the points within 1e-6; in floats on {far} more "
        f"(k ≤ {probes.FAR}, d to {max(probes.DIMENSIONS)})"
    )
    if doubt:
        return Likeness("undecided", reason=f"they look different in floats: {doubt}; {rests}", level="sampled")
    if close < ENOUGH * points or done < FEW:
        return Likeness("undecided", reason=f"most balls are too wide to tell; {rests}", level="sampled")
    return Likeness("the same", reason=rests, level="exact" if "rational" in followed else "enclosed")


def _batches(narrow: bool, rng: np.random.Generator) -> Iterator[Posed]:
    """Special quadratics, and dense ones."""
    for problem, start in probes.on_balls(narrow, rng):
        yield _sized(problem, start, rng)
    for dense, start in islice(LeastSquares.drawn(rng, 1), 1):
        yield _sized(dense, start, rng)


def _sized(problem: Problem, start: np.ndarray, rng: np.random.Generator) -> Posed:
    """Step sizes at positions in (0, 2 / L)."""
    smooth = known(problem, Smooth(1))
    assert smooth is not None
    size = start.shape[1]
    position = np.array(probes.POSITIONS)[np.arange(size) % len(probes.POSITIONS)]
    return Posed(problem, start, position * 2 / np.broadcast_to(smooth.upper, size))


def _first(rules: tuple[Rule, Rule], posed: Posed, shift: int, apart: np.ndarray) -> Likeness:
    """The first step that differs, of an instance of few coordinates and simple numbers, made exact."""
    first = np.where(apart.any(axis=0), apart.argmax(axis=0), apart.shape[0])
    for index in np.argsort(first, kind="stable")[:3]:
        for denominator in (*DENOMINATORS, None):
            try:
                told = _differ(rules, posed.one(int(index), denominator), shift, int(first[index]))
            except (ValueError, TypeError, Undecided, ZeroDivisionError):
                continue
            if told is not None:
                return told
    index = int(first.argmin())
    return Likeness(
        "different", int(first[index]), posed.problem.pick(index).describe() + _moved(shift),
        "their balls are apart", "enclosed",
    )  # fmt: skip


def _differ(
    rules: tuple[Rule, Rule], instance: tuple[Problem, np.ndarray, fmpq], shift: int, steps: int
) -> Likeness | None:
    """How two rules differ on an instance in exact arithmetic; None if they do not.

    Raises TypeError if they leave the rationals.
    """
    _, start, size = instance
    if size <= 0 or not any(start):
        return None
    try:
        return _told(rules, instance, shift, steps, RATIONALS)
    except TypeError:
        with Balls(BITS) as balls:
            return _told(rules, instance, shift, steps, balls)


def _told(
    rules: tuple[Rule, Rule], instance: tuple[Problem, np.ndarray, fmpq], shift: int, steps: int, xp: Exact
) -> Likeness | None:
    problem, start, size = instance
    most = (max(abs(entry) for entry in start) + abs(shift)) * rational(ROUNDED)
    pairs = zip(*(_run(rule, instance, shift, steps, xp) for rule in rules), strict=True)
    for step, (one, other) in enumerate(pairs):
        if any(_apart(a, b, most) for a, b in zip(one, other, strict=True)):
            where = f"{problem.describe()}; step size {size}; from ({', '.join(map(str, start))}){_moved(shift)}"
            gap = max(abs(_decimal(a - b)) for a, b in zip(one, other, strict=True))
            reason = f"one is at {_shown(one)}, the other at {_shown(other)}, {gap:.3g} apart"
            return Likeness("different", step, where, reason, "exact" if xp is RATIONALS else "enclosed")
    return None


def _run(
    rule: Rule, instance: tuple[Problem, np.ndarray, fmpq], shift: int, steps: int, xp: Exact
) -> Iterator[np.ndarray]:
    """The iterates x_0, ..., x_steps of a rule in exact arithmetic."""
    problem, start, size = instance
    posed, x = problem.over(xp), xp.number(start)
    method = Variant(alpha, Integer(shift), rule).at(step_size=xp.number(size), shift=xp.number(fmpq(shift)))
    memory = method.init(x, xp)
    yield x
    for _ in range(steps):
        x, memory = method.update(x, Slope(posed, xp), memory, xp)
        yield x


def _exactly_equal(
    rules: tuple[Rule, Rule], shifts: tuple[int, ...], batches: list[Posed]
) -> tuple[str | Likeness, int]:
    """In which arithmetic a few instances of simple numbers are alike for both, in words, or how they differ; and how
    many they are."""
    done = 0
    for posed in batches:
        if not posed.problem.rational:
            continue
        for index in np.linspace(0, posed.start.shape[1] - 1, EXACT // len(batches), dtype=int):
            for shift in shifts:
                try:
                    told = _differ(rules, posed.one(int(index), SIMPLE), shift, EXACT_STEPS)
                except (ValueError, Undecided, ZeroDivisionError):
                    continue
                if told is not None:
                    return told, done
                done += 1
    how = "rational arithmetic" if _stays_rational(rules) else f"balls of {BITS} bits"
    return f"{how} on {done} instances (k ≤ {EXACT_STEPS})", done


def _stays_rational(rules: tuple[Rule, Rule]) -> bool:
    """Whether both can be followed in rationals from a start of which no norm is rational."""
    instance = DiagonalQuadratic(rationals([1, 2, 3])), rationals([1, 1, 2]), fmpq(1, 7)
    try:
        return not _told(rules, instance, 0, 2, RATIONALS)
    except TypeError:
        return False


def _far(rules: tuple[Rule, Rule], rng: np.random.Generator) -> tuple[str, int]:
    """Where long runs in floats look different though balls of many bits do not say that it is rounding; and how many
    there were."""
    if rules[0].dtype != "float64":
        return "", 0
    count = 0
    for problem, start in probes.in_floats(rng):
        posed = _sized(problem, start, rng)
        (one, _), (other, _) = (posed.runs(rule, 0, probes.FAR, rigorous=False) for rule in rules)
        count += one.shape[-1]
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(one).max(axis=1), np.abs(other).max(axis=1))
            before = np.concatenate([size[:1], size[:-1]])
            off = np.abs(one - other).max(axis=1) > probes.NOISE * np.maximum(size, before)
        if not off.any():
            continue
        first = np.where(off.any(axis=0), off.argmax(axis=0), probes.FAR + 1)
        index = int(first.argmin())
        if first[index] <= REPLAYED and _is_rounding(rules, posed, index, int(first[index])):
            continue
        return f"at k = {first[index]} on {problem.pick(index).describe():.80}", count
    return "", count


def _is_rounding(rules: tuple[Rule, Rule], posed: Posed, index: int, steps: int) -> bool:
    """Whether the two are alike in balls of many bits where they look different in floats."""
    try:
        return not _differ_in_balls(rules, posed.one(index, None), steps)
    except (Undecided, ZeroDivisionError, TypeError, ValueError):
        return False


def _differ_in_balls(rules: tuple[Rule, Rule], instance: tuple[Problem, np.ndarray, fmpq], steps: int) -> bool:
    with Balls(BITS) as balls:
        return _told(rules, instance, 0, steps, balls) is not None


def _apart(one: Any, other: Any, most: fmpq) -> bool:
    """Whether two numbers surely differ by more than that."""
    return bool(one - other > most or other - one > most)


def _shown(x: np.ndarray) -> str:
    return f"({', '.join(f'{_decimal(entry):.9g}' for entry in x)})"


def _decimal(entry: Any) -> float:
    return to_float(entry) if isinstance(entry, fmpq) else float(entry.mid())


def _moved(shift: int) -> str:
    return f", minimizer moved to {shift} in each coordinate" if shift else ""
