"""Figures 2 and 3: logistic regression with five methods, constant and diminishing steps, one worker and three.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 5. The paper leaves open the
size of the mini-batches, how often a run is repeated, how long it is, and SignSGDM's momentum; what is chosen here is
among the choices of the outcome. Gaps are f(x) - f* with f* enclosed, the mean over the runs.

As printed, the step is 2 (or 6n/(k + 1)) for every method. Scaled SignSGD moves every coordinate by its step times
||~g||_1, up to d times what SGD moves any; Remark 4 compares it with steps 1/d as long, so that is the second reading.
The verdict is that of the first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import expit
from sympy import Expr, Integer, Rational, Symbol

from signproof.checks.arrays import FLOATS, Floats
from signproof.checks.data import read_libsvm, synthetic
from signproof.checks.erm import LogisticRisk
from signproof.checks.experiment import Choice, Coverage, Criterion, Experiment, Outcome, Reading, Setting
from signproof.checks.floats import NUMPY
from signproof.theory.algorithms import (
    Algorithm,
    ErrorFeedbackSignGD,
    GradientDescent,
    MajorityVote,
    ScaledSignGD,
    SignGD,
    Signum,
)
from signproof.theory.arithmetic import evaluate
from signproof.theory.symbols import k

STEP, MOMENTUM = Integer(2), Rational(9, 10)
STEPS, BATCH = (2000, 20_000), 32
"""Iterations, in the quick and in the full profile, and samples in a mini-batch."""
CHECKPOINTS = 40
"""How often f is measured in a run."""
NEWTON, LARGE, POLISH = 2000, 2 * 10**8, 20
"""Features and entries up to which the minimum is polished by Newton steps, and how many."""
AS_GOOD, BETTER = 2, 3
"""Factors between final gaps: up to which one is as good as another, from which on one is better."""
ERRORS = 3
"""Standard errors of a difference of means that count as a difference."""
REJECTED = 0.01
"""p-value below which p_min >= 1/2 is rejected."""


@dataclass(frozen=True)
class Data:
    """Rows b_i a_i in 32-bit, and the minimum of f, which lies in [lower, upper]."""

    name: str
    rows: np.ndarray
    lower: float
    upper: float
    minimizer: np.ndarray


@dataclass(frozen=True)
class Race:
    """Gaps of methods, shape (checkpoints, repeats), after so many steps; where the first of them ended, (d,)."""

    iterations: np.ndarray
    gaps: dict[str, np.ndarray]
    ends: dict[str, np.ndarray]

    def final(self, name: str) -> float:
        """The mean gap at the end; infinite if a run overflowed."""
        last = self.gaps[name][-1]
        return float(last.mean()) if np.isfinite(last).all() else np.inf


def race(
    data: Data, methods: Mapping[str, Algorithm], workers: int, setting: Setting, advance, batch: int | None = None
) -> Race:
    """Run methods side by side from the same starts x_0 ~ N(0, I) on the same mini-batches.

    Every worker draws a mini-batch of its own at each step, with replacement; a method for one worker takes the mean.
    """
    d = data.rows.shape[1]
    repeats, steps = setting.choose("repeats", 10, 20), setting.choose("steps", *STEPS)
    batch = batch or setting.choose("batch", BATCH, BATCH)
    every = max(1, steps // CHECKPOINTS)
    risk, names = LogisticRisk(data.rows), list(methods)
    kept = _Kept(setting, data.name, data.rows.shape, [str(method) for method in methods.values()], workers, batch)
    with jax.enable_x64(True):
        keys = jax.random.split(jax.random.key(setting.seed))
        start = jax.random.normal(keys[0], (d, repeats))
        rules = tuple(method.at(**{name: Symbol(name) for name in method.parameters}) for method in methods.values())
        states = tuple((start, rule.init(start, FLOATS)) for rule in rules)
        marks = range(0, steps + 1, every)
        gaps, states = kept.read(states)
        rows = jnp.asarray(data.rows)
        for mark in marks[len(gaps) :]:
            if mark:
                now = range(mark - every, mark)
                numbers = tuple(_numbers(method, now) for method in methods.values())
                states = _advance(rows, states, numbers, keys[1], now.start, rules=rules, batch=batch, workers=workers)
            points = np.hstack([np.asarray(x) for x, _ in states])
            with np.errstate(all="ignore"):
                values, _ = risk.value_and_gradient(points)
            gaps.append(values.reshape(len(rules), repeats) - data.lower)
            kept.write(gaps, states)
            advance(f"{data.name}: step {mark} of {steps}")
        ends = {name: np.asarray(x) for name, (x, _) in zip(names, states, strict=True)}
    found = np.array(gaps)
    return Race(np.array(marks), {name: found[:, number] for number, name in enumerate(names)}, ends)


def _numbers(method: Algorithm, iterations: range) -> dict[str, np.ndarray]:
    """The method's parameters at each iteration."""
    at = np.array(iterations, dtype=float)
    return {
        name: np.broadcast_to(np.asarray(evaluate(formula, {k: at}, NUMPY), float), at.shape)
        for name, formula in method.parameters.items()
    }


class _Kept:
    """The state of a long run in a file, so that one that was interrupted goes on where it was."""

    def __init__(self, setting: Setting, *what: Any):
        told = repr((dataclasses.replace(setting, folder=None), what))
        name = sha256(told.encode()).hexdigest()[:16]
        self.path = setting.folder and Path(setting.folder) / f"example-5-{name}.npz"

    def read(self, states):
        """The gaps and the states that were reached; none, and the states given, if there is nothing."""
        if self.path is None or not self.path.exists():
            return [], states
        with np.load(self.path) as found:
            leaves = [found[f"state_{number}"] for number in range(len(jax.tree.leaves(states)))]
            return list(found["gaps"]), jax.tree.unflatten(jax.tree.structure(states), map(jnp.asarray, leaves))

    def write(self, gaps, states):
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            kept = {f"state_{number}": np.asarray(leaf) for number, leaf in enumerate(jax.tree.leaves(states))}
            unfinished = self.path.with_suffix(".part.npz")
            np.savez(unfinished, allow_pickle=False, **kept, gaps=np.array(gaps))
            unfinished.replace(self.path)


@partial(jax.jit, static_argnames=("rules", "batch", "workers"))
def _advance(rows, states, numbers, key, first, *, rules, batch, workers):
    n = len(rows)
    repeats = states[0][0].shape[1]

    def step(states, now):
        iteration, numbers = now
        drawn = jax.random.randint(jax.random.fold_in(key, iteration), (workers, batch, repeats), 0, n)
        seen = rows[drawn].astype(float)  # (workers, batch, repeats, d)

        def of_workers(x):
            slope = jax.nn.sigmoid(-jnp.einsum("wbrd,dr->wbr", seen, x))
            return x[None] / n - jnp.einsum("wbrd,wbr->wdr", seen, slope) / batch

        found = []
        xp = _Votes(of_workers)
        for rule, (x, memory), values in zip(rules, states, numbers, strict=True):
            found.append(rule.at(**values).update(x, lambda at: of_workers(at).mean(axis=0), memory, xp))
        return tuple(found), None

    iterations = first + jnp.arange(len(jax.tree.leaves(numbers)[0]))
    return jax.lax.scan(step, states, (iterations, numbers))[0]


class _Votes(Floats):
    """Floats that know what each worker drew in this step."""

    def __init__(self, of_workers: Callable[[Any], Any]):
        self.of_workers = of_workers

    def votes(self, gradient, x, workers):
        drawn = self.of_workers(x)
        return jnp.abs(drawn).sum(axis=1).mean(axis=0), jnp.sign(jnp.sign(drawn).sum(axis=0))


# Data


def prepared(features: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Rows as those of epsilon are made: features standardised, samples scaled to unit length, times the label."""
    spread = features.std(axis=0)
    standard = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    length = np.sqrt((standard**2).sum(axis=1, keepdims=True))
    signed = standard / np.where(length > 0, length, 1) * np.where(positive, 1.0, -1.0)[:, None]
    return signed.astype(np.float32)


def data_sets(setting: Setting) -> list[Callable[[], Data]]:
    """The set that decides first, the file that was given or one in the shape of epsilon; in the full profile real,
    smaller ones, too."""
    from sklearn.datasets import load_breast_cancer, load_digits

    def cancer():
        features, labels = load_breast_cancer(return_X_y=True)
        return solved("breast cancer", prepared(features, labels == 1))

    def digits():
        features, labels = load_digits(return_X_y=True)
        return solved("digits, even against odd", prepared(features, labels % 2 == 0))

    if setting.data is not None:
        return [lambda: solved(str(setting.data), read_libsvm(setting.data))]
    n, d = setting.choose("samples", 4000, 40_000), setting.choose("features", 200, 500)
    main = lambda: solved(f"synthetic, {n} x {d}", synthetic(n, d, setting.seed))  # noqa: E731
    return [main, cancer, digits] if setting.profile == "full" else [main]


def solved(name: str, rows: np.ndarray) -> Data:
    """The data with its minimum: scikit-learn's, polished by Newton steps where d allows.

    f is 1/n-strongly convex, so f(x) - f* <= (n/2) ||grad f(x)||_2^2, which encloses f*.
    """
    from sklearn.linear_model import LogisticRegression

    n, d = rows.shape
    fitted = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=10_000)
    signs = np.where(np.arange(n) % 2, -1.0, 1.0)  # b_i a_i has the same loss whatever b_i; two classes are needed
    x = fitted.fit(rows * signs[:, None], signs).coef_[0].astype(float)
    if d > NEWTON or rows.size > LARGE:
        value, slope = LogisticRisk(rows).value_and_gradient(x[:, None])
        upper, gradient = float(value[0]), slope[:, 0]
    else:
        wide = rows.astype(float)
        for _ in range(POLISH):
            slope = expit(-(wide @ x))
            gradient = (x - wide.T @ slope) / n
            x = x - np.linalg.solve((np.eye(d) + (wide.T * (slope * (1 - slope))) @ wide) / n, gradient)
        margins = wide @ x
        gradient = (x - wide.T @ expit(-margins)) / n
        upper = float((np.logaddexp(0, -margins).sum() + x @ x / 2) / n)
    return Data(name, rows, upper - n / 2 * float(gradient @ gradient), upper, x)


# The three figures


def methods(scaled: Expr, other: Expr) -> dict[str, Algorithm]:
    """The five methods, by their step sizes."""
    return {
        "scaled SignSGD": ScaledSignGD(scaled),
        "SGD": GradientDescent(other),
        "EF-SignSGD": ErrorFeedbackSignGD(other),
        "SignSGD": SignGD(other),
        "SignSGDM": Signum(other, MOMENTUM),
    }


def readings(d: int) -> dict[str, Rational]:
    """What scaled SignSGD's step is multiplied with in each reading, the printed one first."""
    return {"step as printed": Rational(1), "scaled SignSGD's step over d": Rational(1, d)}


@cache
def _solved_sets(setting: Setting) -> tuple[Data, ...]:
    return tuple(make() for make in data_sets(setting))


def _judge(setting: Setting, advance, compare, cover) -> Outcome:
    """Criteria of both readings on all sets; those of the printed reading on the first set decide."""
    criteria, others, series = (), [], ()
    for number, data in enumerate(_solved_sets(setting)):
        for reading, factor in readings(data.rows.shape[1]).items():
            found, shown, *more = compare(data, factor, setting, partial(_told, advance, reading))
            if number == 0 and factor == 1:
                criteria, series = tuple(found), tuple(shown)
            else:
                others.append(Reading(f"{data.name}, {reading}", tuple(found)))
            others += [Reading(f"{data.name}, {reading}, {what}", (criterion,)) for what, criterion in more]
    batch, repeats = setting.choose("batch", BATCH, BATCH), setting.choose("repeats", 10, 20)
    choices = (
        Choice("data", _solved_sets(setting)[0].name),
        Choice("mini-batches", f"{batch} samples, drawn with replacement"),
        Choice("runs", str(repeats)),
        Choice("steps", str(setting.choose("steps", *STEPS))),
        Choice("momentum of SignSGDM", str(MOMENTUM)),
        Choice("arithmetic", f"float64, seed {setting.seed}"),
    )
    advance("the assumptions of the theorem")
    return Outcome(
        criteria, series=series, choices=choices, readings=tuple(others),
        coverage=cover(coverage(_solved_sets(setting)[0], setting)),
    )  # fmt: skip


def _told(advance, reading, text):
    advance(f"{reading}, {text}")


def _series(label: str, found: Race) -> list[dict]:
    return [
        {
            "instance": f"{name}{label}",
            "k": found.iterations.tolist(),
            "measured": [float(gap) if np.isfinite(gap) else None for gap in gaps.mean(axis=1)],
            "bound": [None] * len(gaps),
        }
        for name, gaps in found.gaps.items()
    ]


def _constant(data, factor, setting, advance):
    found = race(data, methods(STEP * factor, STEP), 1, setting, advance)
    ours, sgd, feedback = (found.final(name) for name in ("scaled SignSGD", "SGD", "EF-SignSGD"))
    signs = min(found.final(name) for name in ("SignSGD", "SignSGDM"))
    return [
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
    ], _series("", found)


def _diminishing(data, factor, setting, advance):
    n = len(data.rows)
    both = {
        "constant": ScaledSignGD(STEP * factor),
        "diminishing": ScaledSignGD(6 * n * factor / (k + 1)),
    }
    found = race(data, both, 1, setting, advance)
    constant, diminishing, start = found.final("constant"), found.final("diminishing"), found.gaps["constant"][0].mean()
    peak = np.nan_to_num(found.gaps["diminishing"], nan=np.inf).max()
    return [
        Criterion(
            "with the constant step the gap falls", f"from {start:.3g} to {constant:.3g}", bool(constant < start)
        ),
        Criterion(
            "with the diminishing step 6n/(k + 1) the final gap is larger",
            f"{diminishing:.3g} after a peak of {peak:.3g}, against {constant:.3g}",
            bool(diminishing > constant),
        ),
    ], _series(" step", found)


def _workers(data, factor, setting, advance):
    found, shown = [], []
    for batch in (setting.choose("batch", BATCH, BATCH), 1):
        gaps = {}
        for workers in (1, 3):
            raced = race(data, {"Algorithm 3": MajorityVote(STEP * factor, workers)}, workers, setting, advance, batch)
            gaps[workers] = raced.gaps["Algorithm 3"][-1]
            shown += _series(f", M = {workers}, batch {batch}", raced)
            start = float(raced.gaps["Algorithm 3"][0].mean())
        with np.errstate(all="ignore"):
            saved = gaps[1] - gaps[3]
            error = saved.std(ddof=1) / np.sqrt(len(saved))
        found.append(
            Criterion(
                f"mini-batches of {batch}: with 3 workers the gap falls, and ends below that with 1 by {ERRORS} "
                "standard errors",
                f"from {start:.3g} to {gaps[3].mean():.3g} with 3 and {gaps[1].mean():.3g} with 1, {ERRORS} standard "
                f"errors are {ERRORS * error:.2g}",
                bool(np.isfinite(saved).all() and gaps[3].mean() < start and saved.mean() > ERRORS * error),
            )
        )
    return found[:1], shown, ("mini-batches of 1", found[1])


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


def coverage(data: Data, setting: Setting) -> Measured:
    """The assumptions of Theorem 2 in numbers: L, p_min, and what the proof needs of norm and signs, along a run."""
    rows, (n, d) = data.rows.astype(float), data.rows.shape
    # ||A^T D A||_(inf -> 1) / n with D <= 1/4, and its diagonal at x = 0 from below
    lengths = np.abs(rows).sum(axis=1)
    upper = min((lengths**2).mean() / 4, d / 4 * np.linalg.eigvalsh(rows.T @ rows / n)[-1]) + d / n
    lower = (rows**2).sum() / (4 * n) + d / n
    single, batched, aligned, least, highest = [], [], [], 1.0, 1.0
    for where, x in _points(data, setting).items():
        drawn = x / n - expit(-(rows @ x))[:, None] * rows  # the stochastic gradients of batch size 1, all of them
        g = drawn.mean(axis=0)
        asked = np.flatnonzero(g)
        right = (np.sign(drawn) == np.sign(g)).mean(axis=0)[asked]
        weighed = (np.abs(drawn).sum(axis=1)[:, None] * np.sign(drawn)).mean(axis=0)[asked] * np.sign(g[asked])
        norm = np.abs(g).sum()
        needed = weighed >= (2 * right - 1) * norm
        share = (np.abs(g[asked]) * weighed).sum() / norm**2
        single.append(
            Criterion(f"p_min > 1/2 at {where}", f"{right.min():.4g}, all {n} enumerated", bool(right.min() > 0.5))
        )
        tested, most = _with_batches(drawn, g, setting, where)
        batched.append(tested)
        least, highest = min(least, float(right.min())), min(highest, most)
        aligned.append(
            Criterion(
                f"condition (N) at {where}, without which the theorem is refuted",
                f"it holds in {needed.mean():.0%} of the coordinates; the |g|-weighted mean of the left side over "
                f"||g||_1 is {share:.3g}, that of the right side 2 p_min - 1 = {2 * right.min() - 1:.3g} or more",
                bool(needed.all()),
            )
        )
    batch = setting.choose("batch", BATCH, BATCH)
    return Measured(float(lower), float(upper), batch, least, highest, (*single, *aligned), tuple(batched))


def _points(data: Data, setting: Setting) -> dict[str, np.ndarray]:
    """Points along a run of SGD, shape (d,), by what they are called."""
    steps = setting.choose("steps", *STEPS)
    start = jax.random.normal(jax.random.split(jax.random.key(setting.seed))[0], (data.rows.shape[1], 1))
    points = {"x_0": np.asarray(start, float)[:, 0]}
    for length in (max(1, steps // 10), steps):
        shorter = dataclasses.replace(setting, steps=length)
        found = race(data, {"SGD": GradientDescent(STEP)}, 1, shorter, lambda text: None)
        points[f"step {length} of SGD"] = found.ends["SGD"][:, 0]
    return points


def _with_batches(drawn: np.ndarray, g: np.ndarray, setting: Setting, where: str) -> tuple[Criterion, float]:
    """Whether p_min > 1/2 for mini-batches, and a bound above it: a minimum over estimates is too low, so the
    coordinate is chosen on one half of the draws and tested on the other."""
    from scipy.stats import binomtest

    batch, draws = setting.choose("batch", BATCH, BATCH), 400
    rng = np.random.default_rng([setting.seed, batch])
    means = np.stack([drawn[rng.integers(0, len(drawn), batch)].mean(axis=0) for _ in range(2 * draws)])
    right = (np.sign(means) == np.sign(g)) & (g != 0)
    chosen = int(np.argmin(np.where(g != 0, right[:draws].mean(axis=0), 2)))
    count = int(right[draws:, chosen].sum())
    test = binomtest(count, draws, 0.5, alternative="less")
    most = binomtest(count, draws, alternative="less").proportion_ci(0.99).high
    return Criterion(
        f"p_min > 1/2 at {where}, not rejected at level {REJECTED:g}",
        f"the coordinate that looks worst has the right sign in {count} of {draws} fresh draws: p_min < {most:.3g} "
        f"with confidence 99 %, p-value of p_min >= 1/2 {test.pvalue:.2g}",
        bool(test.pvalue > REJECTED),
        "statistical",
    ), float(most)


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


def _experiment(claim: str, compare, cover) -> Experiment:
    return Experiment(claim, lambda setting, advance: _judge(setting, advance, compare, cover), costly=True)


constant = _experiment("scaled-sign/example-5.constant", _constant, partial(_constant_step, "Theorem 2(1)"))
diminishing = _experiment("scaled-sign/example-5.diminishing", _diminishing, _diminishing_step)
workers = _experiment("scaled-sign/example-5.workers", _workers, partial(_constant_step, "Theorem 3"))
