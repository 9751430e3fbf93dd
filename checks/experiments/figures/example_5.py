"""Figures 2 and 3: logistic regression with five methods, constant and diminishing steps, one worker and three.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 5. The paper leaves open the
size of the mini-batches, how often a run is repeated, how long it is, and SignSGDM's momentum; what is chosen here is
among the choices of the outcome. Gaps are f(x) - f* with f* enclosed, the mean over the runs.

As printed, the step is 2 (or 6n/(k + 1)) for every method. Scaled SignSGD moves every coordinate by its step times
||~g||_1, up to d times what SGD moves any; Remark 4 compares it with steps 1/d as long, so that is the second reading.
The verdict is that of the first. The other methods have the step as printed in both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from scipy.special import expit
from sympy import Expr, Integer, Rational

from signproof.checks.experiments.experiment import Choice, Coverage, Criterion, Experiment, Outcome, Reading, Setting
from signproof.checks.experiments.logistic_data import Data, Look, blocks, look, prepared, solved
from signproof.checks.experiments.race import BATCH, Race, duration, race
from signproof.checks.problems.data import read_libsvm, synthetic
from signproof.theory.methods.gradient import (
    Algorithm,
    ErrorFeedbackSignGD,
    GradientDescent,
    MajorityVote,
    ScaledSignGD,
    SignGD,
    Signum,
)
from signproof.theory.symbols import k

STEP, MOMENTUM = Integer(2), Rational(9, 10)
AS_GOOD, BETTER = 2, 3
"""Factors between final gaps: up to which one is as good as another, from which on one is better."""
ERRORS = 3
"""Standard errors of a difference of means that count as a difference."""
LOOKS, DRAWS, REJECTED = 5, 400, 0.01
"""Points of a run at which the assumptions are looked at; mini-batches that choose a coordinate, and that test it; the
level of all those tests together."""


def data_sets(setting: Setting) -> list[Callable[[], Data]]:
    """The set that decides first, the file that was given or one in the shape of epsilon; in the full profile real,
    smaller ones, too."""
    from sklearn.datasets import load_breast_cancer, load_digits

    n, d = setting.choose("samples", 4000, 40_000), setting.choose("features", 200, 500)

    def made():
        return solved(f"synthetic, {n} x {d}", synthetic(n, d, setting.seed))

    def cancer():
        features, labels = load_breast_cancer(return_X_y=True)
        return solved("breast cancer", prepared(features, labels == 1))

    def digits():
        features, labels = load_digits(return_X_y=True)
        return solved("digits, even against odd", prepared(features, labels % 2 == 0))

    if (file := setting.data) is not None:
        return [lambda: solved(str(file), read_libsvm(file))]
    return [made, cancer, digits] if setting.profile == "full" else [made]


# The three figures


PRINTED, OVER_D = "step as printed", "step over d"


def readings(step: Expr, d: int) -> dict[str, Expr]:
    """Scaled SignSGD's step in each reading."""
    return {PRINTED: step, OVER_D: step / d}


def scaled(step: Expr, d: int) -> dict[str, Algorithm]:
    """Scaled SignSGD in each reading of its step."""
    return {f"scaled SignSGD, {reading}": ScaledSignGD(size) for reading, size in readings(step, d).items()}


def others(step: Expr) -> dict[str, Algorithm]:
    """The methods that it is compared with."""
    return {
        "SGD": GradientDescent(step),
        "EF-SignSGD": ErrorFeedbackSignGD(step),
        "SignSGD": SignGD(step),
        "SignSGDM": Signum(step, MOMENTUM),
    }


@dataclass(frozen=True)
class Shown:
    """What a figure shows on one set of data: the criteria of each reading, series, and what else there is to tell."""

    criteria: dict[str, list[Criterion]]
    series: list[dict]
    notes: list[str]


@cache
def _solved_sets(setting: Setting) -> tuple[Data, ...]:
    return tuple(make() for make in data_sets(setting))


def _judge(
    setting: Setting,
    advance: Callable[[str], None],
    compare: Callable[..., Shown],
    cover: Callable[..., tuple[Coverage, ...]],
) -> Outcome:
    """Criteria of both readings on all sets; those of the printed reading on the first set decide."""
    advance("the data and their minima")
    sets = _solved_sets(setting)
    shown = [compare(data, setting, advance) for data in sets]
    readings = [
        Reading(f"{data.name}, {reading}", tuple(found))
        for data, one in zip(sets, shown, strict=True)
        for reading, found in one.criteria.items()
        if data is not sets[0] or reading != PRINTED
    ]
    first, d = sets[0], sets[0].rows.shape[1]
    choices = (
        Choice("data", f"{first.name}; f* is off by at most {first.upper - first.lower:.1g}"),
        Choice("mini-batches", f"{setting.choose('batch', BATCH, BATCH)} samples, drawn with replacement"),
        Choice("runs", str(setting.choose("repeats", 10, 20))),
        Choice("steps", f"{duration(setting, d)} for {d} features"),
        Choice("momentum of SignSGDM", str(MOMENTUM)),
        Choice("arithmetic", f"float64, seed {setting.seed}"),
    )
    advance("the assumptions of the theorem")
    return Outcome(
        tuple(shown[0].criteria[PRINTED]),
        tuple(note for one in shown for note in one.notes),
        tuple(shown[0].series),
        choices,
        tuple(readings),
        cover(coverage(setting)),
    )


def _series(found: Race, names: Iterable[str], label: str = "") -> list[dict]:
    return [
        {
            "instance": name + label,
            "k": found.iterations.tolist(),
            "measured": [float(gap) if np.isfinite(gap) else None for gap in _mean(found.gaps[name])],
            "bound": [None] * len(found.iterations),
        }
        for name in names
    ]


def _mean(gaps: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return gaps.mean(axis=1)


def _constant(data: Data, setting: Setting, advance: Callable[[str], None]) -> Shown:
    methods = scaled(STEP, data.rows.shape[1]) | others(STEP)
    found = race(data, methods, 1, setting, advance)
    sgd, feedback = found.final("SGD"), found.final("EF-SignSGD")
    signs = min(found.final(name) for name in ("SignSGD", "SignSGDM"))
    criteria = {}
    for reading in (PRINTED, OVER_D):
        ours = found.final(f"scaled SignSGD, {reading}")
        criteria[reading] = [
            Criterion(
                f"the final gap of scaled SignSGD is at most {AS_GOOD} times SGD's and EF-SignSGD's",
                f"{ours:.3g} against {sgd:.3g} and {feedback:.3g}",
                ours <= AS_GOOD * min(sgd, feedback),
            ),
            Criterion(
                f"those of SignSGD and SignSGDM are at least {BETTER} times it",
                f"{found.final('SignSGD'):.3g} and {found.final('SignSGDM'):.3g}",
                bool(np.isfinite(ours)) and signs >= BETTER * ours,
            ),
        ]
    last = f"scaled SignSGD, {OVER_D}"
    arrivals = {name: found.arrives(name, AS_GOOD * sgd) for name in (last, "SGD", "EF-SignSGD")}
    pace = ", ".join(f"{name} {f'{at:.0f}' if np.isfinite(at) else 'never'}" for name, at in arrivals.items())
    notes = [f"{data.name}: steps to {AS_GOOD} times the gap at which SGD ends: {pace}", *_overflows(data, found)]
    return Shown(criteria, _series(found, methods), notes)


def _overflows(data: Data, found: Race) -> list[str]:
    told = found.overflows()
    return [f"{data.name}: {'; '.join(told)}"] if told else []


def _diminishing(data: Data, setting: Setting, advance: Callable[[str], None]) -> Shown:
    n, d = data.rows.shape
    falling = 6 * n / (k + 1)
    rules = {
        f"{name}, {kind}": method
        for kind, step in (("constant", STEP), ("diminishing", falling))
        for name, method in (scaled(step, d) | others(step)).items()
    }
    found = race(data, rules, 1, setting, advance)
    criteria = {}
    for reading in (PRINTED, OVER_D):
        ours = f"scaled SignSGD, {reading}"
        start, constant = found.gaps[f"{ours}, constant"][0].mean(), found.final(f"{ours}, constant")
        diminishing = found.final(f"{ours}, diminishing")
        peak = np.nan_to_num(found.gaps[f"{ours}, diminishing"], nan=np.inf).max()
        criteria[reading] = [
            Criterion(
                "with the constant step the gap falls", f"from {start:.3g} to {constant:.3g}", bool(constant < start)
            ),
            Criterion(
                "with the diminishing step 6n/(k + 1) the final gap is larger",
                f"{diminishing:.3g} after a peak of {peak:.3g}, against {constant:.3g}",
                bool(diminishing > constant),
            ),
        ]
    ends = "; ".join(
        f"{name} {found.final(f'{name}, diminishing'):.3g} against {found.final(f'{name}, constant'):.3g}"
        for name in others(STEP)
    )
    notes = [
        f"{data.name}: 6n/(k + 1) is more than the constant step up to k = {3 * n - 2}, and runs have "
        f"{found.iterations[-1]} steps; final gaps of the other methods with it against the constant step: {ends}",
        *_overflows(data, found),
    ]
    drawn = [name for name in rules if "diminishing" in name or "scaled" in name]
    return Shown(criteria, _series(found, drawn), notes)


def _workers(data: Data, setting: Setting, advance: Callable[[str], None]) -> Shown:
    criteria: dict[str, list[Criterion]] = {}
    series, notes = [], []
    for batch, label in ((setting.choose("batch", BATCH, BATCH), ""), (1, ", mini-batches of 1")):
        raced = {}
        for workers in (1, 3):
            methods = {
                f"Algorithm 3, {reading}": MajorityVote(step, workers)
                for reading, step in readings(STEP, data.rows.shape[1]).items()
            }
            raced[workers] = race(data, methods, workers, setting, advance, batch)
            series += _series(raced[workers], methods, f", M = {workers}, batch {batch}")
            told = raced[workers].overflows()
            notes += [f"{data.name}, M = {workers}, mini-batches of {batch}: {overflow}" for overflow in told]
        for reading in (PRINTED, OVER_D):
            gaps = (raced[workers].gaps[f"Algorithm 3, {reading}"] for workers in (1, 3))
            criteria[reading + label] = _fewer(*gaps)
    return Shown(criteria, series, notes)


def _fewer(one: np.ndarray, three: np.ndarray) -> list[Criterion]:
    """Whether 3 workers converge, and do better than 1."""
    start = float(three[0].mean())
    with np.errstate(all="ignore"):
        saved = one[-1] - three[-1]
        mean, error = saved.mean(), saved.std(ddof=1) / np.sqrt(len(saved))
        ends = three[-1].mean(), one[-1].mean()
    return [
        Criterion("with 3 workers the gap falls", f"from {start:.3g} to {ends[0]:.3g}", bool(ends[0] < start)),
        Criterion(
            f"with 3 workers the final gap is below that with 1 by {ERRORS} standard errors",
            f"{ends[0]:.3g} against {ends[1]:.3g}, {ERRORS} standard errors are {ERRORS * error:.2g}",
            bool(np.isfinite(saved).all() and mean > ERRORS * error),
        ),
    ]


# What the theorems say of it


@dataclass(frozen=True)
class Measured:
    """What the theorems' assumptions are in numbers: ends of L; for mini-batches of 1, of which all are enumerated,
    p_min and criteria; for those of the runs a bound above p_min, of confidence 99 %, and criteria."""

    lower: float
    upper: float
    batch: int
    least: float
    most: float
    single: tuple[Criterion, ...]
    batched: tuple[Criterion, ...]


@cache
def coverage(setting: Setting) -> Measured:
    """The assumptions of Theorem 2 in numbers: L, and along a run of scaled SignSGD with its step over d, p_min and
    what the proof needs of norm and signs."""
    data = _solved_sets(setting)[0]
    rows, (n, d) = data.rows, data.rows.shape
    # ||A^T D A||_(inf -> 1) / n with D <= 1/4, and its diagonal at x = 0 from below
    lengths, gram = 0.0, np.zeros((d, d))
    for block in blocks(rows):
        lengths += (np.abs(block).sum(axis=1) ** 2).sum()
        gram += block.T @ block
    upper = min(lengths / n / 4, d / 4 * np.linalg.eigvalsh(gram / n)[-1]) + d / n
    lower = np.trace(gram) / (4 * n) + d / n
    alone = dataclasses.replace(setting, repeats=1)
    found = race(data, {"scaled SignSGD": ScaledSignGD(STEP / d)}, 1, alone, lambda text: None)
    chosen = np.linspace(0, len(found.iterations) - 1, LOOKS).astype(int)
    seen = [look(rows, found.path["scaled SignSGD"][number]) for number in chosen]
    steps = ", ".join(map(str, found.iterations[chosen]))
    where = f"at steps {steps} of scaled SignSGD with step {STEP}/d"
    least = min(one.p_min for one in seen)
    signs = Criterion(
        f"p_min > 1/2 {where}", f"{_row(one.p_min for one in seen)}, all {n} samples enumerated", bool(least > 0.5)
    )
    aligned = Criterion(
        f"condition (N) {where}, without which the theorem is refuted",
        f"it holds in {', '.join(f'{one.met:.0%}' for one in seen)} of the coordinates; the |g|-weighted mean of the "
        f"left side over ||g||_1 is {_row(one.aggregate for one in seen)}, that of the right side 2 p_min - 1 = "
        f"{_row(2 * one.p_min - 1 for one in seen)} or more",
        all(one.met == 1 for one in seen),
    )
    batched, most = _with_batches(rows, seen, where, setting)
    batch = setting.choose("batch", BATCH, BATCH)
    return Measured(float(lower), float(upper), batch, float(least), most, (signs, aligned), (batched,))


def _row(numbers: Iterable[Any]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)


def _with_batches(rows: np.ndarray, seen: Sequence[Look], where: str, setting: Setting) -> tuple[Criterion, float]:
    """Whether p_min > 1/2 for mini-batches, and a bound above it, of confidence 99 %: a minimum over estimates is too
    low, so the coordinate is chosen on one half of the draws and tested on the other."""
    from scipy.stats import binomtest

    batch, tests = setting.choose("batch", BATCH, BATCH), []
    for one in seen:
        rng, sign = np.random.default_rng([setting.seed, batch]), np.sign(one.gradient)
        right = np.zeros((2, len(sign)))
        for draw in range(2 * DRAWS):
            drawn = rows[rng.integers(0, len(rows), batch)].astype(float)
            mean = one.x / len(rows) - expit(-(drawn @ one.x)) @ drawn / batch
            right[draw % 2] += np.sign(mean) == sign
        chosen = int(np.argmin(np.where(sign != 0, right[0], np.inf)))
        tests.append(binomtest(int(right[1, chosen]), DRAWS, 0.5, alternative="less"))
    most = [float(test.proportion_ci(1 - 0.01 / len(tests)).high) for test in tests]
    tested = Criterion(
        f"p_min > 1/2 {where}, not rejected at level {REJECTED:g} over {len(tests)} tests",
        f"the coordinate that looks worst has the right sign in {', '.join(str(test.k) for test in tests)} of {DRAWS} "
        f"fresh draws: p_min < {_row(most)} with confidence 99 % together, p-values of p_min >= 1/2 "
        f"{_row(test.pvalue for test in tests)}",
        bool(min(test.pvalue for test in tests) * len(tests) > REJECTED),
        "statistical",
    )
    return tested, min(most)


def _constant_step(theorem: str, found: Measured) -> tuple[Coverage, ...]:
    """A constant step is to be below c/L, and c is at most 2 p_min - 1, for three workers as for one."""

    def below(p: float, level: str) -> Criterion:
        c = max(3 * p**2 - 2 * p**3 if theorem == "Theorem 3" else p, p) * 2 - 1  # I_p(2, 2) for three workers
        return Criterion(
            f"alpha < c/L for alpha = {STEP}",
            f"c is at most {c:.3g} and L in [{found.lower:.3g}, {found.upper:.3g}], so c/L is at most "
            f"{c / found.lower:.3g}",
            bool(float(STEP) < c / found.lower),
            level,
        )

    return (
        Coverage(f"{theorem}, for mini-batches of {found.batch},", (below(found.most, "statistical"), *found.batched)),
        Coverage(f"{theorem}, for mini-batches of 1,", (below(found.least, "sampled"), *found.single)),
    )


def _diminishing_step(found: Measured) -> tuple[Coverage, ...]:
    """alpha_k = 6n/(k + 1) is 3/(mu c (k + 1)) with mu = 1/n, the ridge's, and c = 1/2: p_min >= 3/4."""
    asked = "p_min >= 3/4, for 6n/(k + 1) is 3/(mu c (k + 1)) with mu = 1/n and c = 1/2"
    batched = Criterion(asked, f"p_min < {found.most:.3g} with confidence 99 %", found.most >= 0.75, "statistical")
    single = Criterion(asked, f"p_min is at most {found.least:.4g}", found.least >= 0.75)
    return (
        Coverage(f"Theorem 2(2), for mini-batches of {found.batch},", (batched, *found.batched)),
        Coverage("Theorem 2(2), for mini-batches of 1,", (single, *found.single)),
    )


def _experiment(claim: str, compare: Callable[..., Shown], cover: Callable[..., tuple[Coverage, ...]]) -> Experiment:
    return Experiment(claim, lambda setting, advance: _judge(setting, advance, compare, cover), costly=True)


constant = _experiment("scaled-sign/example-5.constant", _constant, partial(_constant_step, "Theorem 2(1)"))
diminishing = _experiment("scaled-sign/example-5.diminishing", _diminishing, _diminishing_step)
workers = _experiment("scaled-sign/example-5.workers", _workers, partial(_constant_step, "Theorem 3"))
