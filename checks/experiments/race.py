"""Stochastic methods side by side on a logistic risk: the same starts, the same mini-batches.

f(x) = (1/n) sum log(1 + exp(-b_i a_i'x)) + (1/2n) ||x||^2, as in `checks/experiments/erm.py`; the starts are N(0, I).

How long runs are matters. With rows of unit length the curvature of the loss along most axes is near 1/(4d) at most, so
that SGD with step 2 needs 2d steps or more to shrink an error e-fold, and scaled SignSGD with step 2/d, whose signs
follow the gradient at 2/pi of that pace where the noise is Gaussian and large, pi/2 times as many. Until both have come
to where the noise holds them the slower one falls behind by a factor that grows, so runs last a multiple of d steps.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Symbol

from signproof.checks.experiments.erm import LogisticRisk
from signproof.checks.experiments.experiment import Setting
from signproof.checks.experiments.logistic_data import Data
from signproof.checks.numbers.arrays import FLOATS, Floats
from signproof.checks.numbers.floats import NUMPY
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import begin, move
from signproof.theory.files import write_atomically
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import k

TURNS, LEAST, BATCH = (20, 40), (200, 500), 32
"""Iterations over the number of features, in the quick and in the full profile, and the features that count at least;
samples in a mini-batch."""
CHECKPOINTS = 40
"""How often f is measured in a run."""


@dataclass(frozen=True)
class Race:
    """What methods did: their gaps after so many steps, shape (checkpoints, repeats), where their runs ended, shape
    (d, repeats), and where the first run was on the way, shape (checkpoints, d)."""

    iterations: np.ndarray
    gaps: dict[str, np.ndarray]
    ends: dict[str, np.ndarray]
    path: dict[str, np.ndarray]

    def final(self, name: str) -> float:
        """The mean gap at the end; infinite if a run overflowed."""
        last = self.gaps[name][-1]
        return float(last.mean()) if np.isfinite(last).all() else np.inf

    def arrives(self, name: str, gap: float) -> float:
        """After how many steps the mean gap is at most that, for the first time at a checkpoint; infinite if never."""
        with np.errstate(all="ignore"):
            below = np.flatnonzero(self.gaps[name].mean(axis=1) <= gap)
        return float(self.iterations[below[0]]) if len(below) else np.inf

    def overflows(self) -> list[str]:
        """Which methods overflow, f in the 32-bit floats that it is measured in and x in 64-bit, a few words each."""
        found = []
        for name, gaps in self.gaps.items():
            lost, gone = ~np.isfinite(gaps), ~np.isfinite(self.ends[name]).all(axis=0)
            if lost.any():
                first = self.iterations[lost.any(axis=1).argmax()]
                found.append(
                    f"{name}: by step {first} f(x) overflows (32-bit), in {lost.any(axis=0).sum()} of {len(gone)} runs "
                    f"at last, x itself (64-bit) in {gone.sum()}"
                )
        return found


def duration(setting: Setting, d: int) -> int:
    """Steps of a run on data with d features."""
    return setting.choose("steps", *(turns * max(d, least) for turns, least in zip(TURNS, LEAST, strict=True)))


def race(
    data: Data,
    methods: Mapping[str, Algorithm],
    workers: int,
    setting: Setting,
    advance: Callable[[str], None],
    batch: int | None = None,
) -> Race:
    """Run methods side by side from the same starts x_0 ~ N(0, I) on the same mini-batches.

    Every worker draws a mini-batch of its own at each step, with replacement; a method for one worker takes the mean.
    """
    d = data.rows.shape[1]
    repeats, steps = setting.choose("repeats", 10, 20), duration(setting, d)
    batch = batch or setting.choose("batch", BATCH, BATCH)
    every = max(1, steps // CHECKPOINTS)
    risk, names = LogisticRisk(data.rows), list(methods)
    told = [str(method) for method in methods.values()]
    kept = _Kept(setting, data.name, data.rows.shape, told, steps, workers, batch)
    with jax.enable_x64(True):
        keys = jax.random.split(jax.random.key(setting.seed))
        start = jax.random.normal(keys[0], (d, repeats))
        rules = tuple(method.at(**{name: Symbol(name) for name in method.parameters}) for method in methods.values())
        states = tuple((start, begin(rule, start, FLOATS)) for rule in rules)
        marks = range(0, steps + 1, every)
        gaps, path, states = kept.read(states)
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
            path.append(points[:, ::repeats].T)
            kept.write(gaps, path, states)
            advance(f"{data.name}: step {mark} of {steps}")
        ends = {name: np.asarray(x) for name, (x, _) in zip(names, states, strict=True)}
    numbered = list(enumerate(names))
    found, places = np.array(gaps), np.array(path)
    return Race(
        np.array(marks),
        {name: found[:, at] for at, name in numbered},
        ends,
        {name: places[:, at] for at, name in numbered},
    )


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
        """The gaps, the path and the states that were reached; none, and the states given, if there is nothing."""
        if self.path is None or not self.path.exists():
            return [], [], states
        try:
            with np.load(self.path, allow_pickle=False) as found:
                leaves = [found[f"state_{number}"] for number in range(len(jax.tree.leaves(states)))]
                reached = jax.tree.unflatten(jax.tree.structure(states), map(jnp.asarray, leaves))
                return list(found["gaps"]), list(found["path"]), reached
        except (ValueError, KeyError, EOFError, BadZipFile, zlib.error):
            raise ValueError(
                f"the state kept in {self.path} is damaged: remove the file, or name another folder"
            ) from None

    def write(self, gaps, path, states):
        if self.path is not None:
            kept = {f"state_{number}": np.asarray(leaf) for number, leaf in enumerate(jax.tree.leaves(states))}
            content = BytesIO()
            np.savez(content, allow_pickle=False, **kept, gaps=np.array(gaps), path=np.array(path))
            write_atomically(self.path, content.getvalue())


@partial(jax.jit, static_argnames=("rules", "batch", "workers"))
def _advance(rows, states, numbers, key, first, *, rules, batch, workers):
    n = len(rows)
    repeats = states[0][0].shape[1]

    def advance(states, now):
        iteration, numbers = now
        drawn = jax.random.randint(jax.random.fold_in(key, iteration), (workers, batch, repeats), 0, n)
        seen = rows[drawn].astype(float)  # (workers, batch, repeats, d)

        def of_workers(x):
            slope = jax.nn.sigmoid(-jnp.einsum("wbrd,dr->wbr", seen, x))
            return x[None] / n - jnp.einsum("wbrd,wbr->wdr", seen, slope) / batch

        found = []
        xp = _Votes(of_workers)
        for rule, (x, memory), values in zip(rules, states, numbers, strict=True):
            found.append(move(rule.at(**values), x, lambda at: of_workers(at).mean(axis=0), memory, xp))
        return tuple(found), None

    iterations = first + jnp.arange(len(jax.tree.leaves(numbers)[0]))
    return jax.lax.scan(advance, states, (iterations, numbers))[0]


class _Votes(Floats):
    """Floats that know what each worker drew in this step."""

    def __init__(self, of_workers: Callable[[Any], Any]):
        self.of_workers = of_workers

    def votes(self, gradient, x, workers):
        drawn = self.of_workers(x)
        return jnp.abs(drawn).sum(axis=1).mean(axis=0), jnp.sign(jnp.sign(drawn).sum(axis=0))
