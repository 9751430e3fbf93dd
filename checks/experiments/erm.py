"""Empirical risk minimization on data that only just fits into the memory: many runs on one pass over it.

The objective is that of `checks/problems/logistic.py`, f(x) = (1/n) sum log(1 + exp(-b_i a_i'x)) + (1/2n) ||x||^2, on
rows b_i a_i in 32-bit (`read_libsvm`, `synthetic`). What a step costs is reading the rows from memory, so value and
gradient at all points that all runs ask for come from one reading (`erm_kernel.py`): the margins of some rows
and then, while these are still in the cache, their share of the gradients. No other array is as large as the data.

How exact. With u = 2^-24, gamma(m) = m u / (1 - m u) and a row's size |a_i|'|x|, every margin is off by at most
gamma(d + 1) |a_i|'|x| (a sum of d products in whatever order, and x rounded to 32-bit). The loss has slope at most 1,
so the value is off by at most the mean of that. Its derivative s_i = 1 / (1 + exp(t)) has slope at most 1/4 and is
trusted to SIGMOID_ULPS units in the last place, and a sum of T products, over the rows of one task, is off by gamma(T)
times its terms' sizes, so coordinate j of the gradient is off by at most

    (1/n) sum over i of |a_ij| ((1 + gamma(T)) (gamma(d + 1) |a_i|'|x| / 4 + 2 SIGMOID_ULPS u s_i) + gamma(T) s_i).

Tasks are added up in 64-bit, where the value and the ridge are computed, too; that adds no more than (n + d) 2^-52
times the sizes of the terms, and numbers below the normal range of 32-bit, 2^-126, may be taken for zero.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol

from signproof.checks.experiments.erm_kernel import margins_and_slopes
from signproof.checks.numbers.floats import NUMPY
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import begin, move
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, k

SIGMOID_ULPS = 4
"""Trusted error of the logistic function in 32-bit, in units in the last place: relative error 2 u times this."""
TASK, TALL = 2**23, 2**13
"""Bytes of the rows that a thread takes at a time, and how many rows: whatever is kept for each stays in the cache."""


class LogisticRisk:
    """Value and gradient of f at several points in one pass over the rows b_i a_i, an array (n, d) of float32.

    Raises ValueError if the rows are anything else, or if there are none.
    """

    def __init__(self, rows: np.ndarray):
        if rows.dtype != np.float32 or rows.ndim != 2 or not rows.size or not rows.flags.c_contiguous:
            raise ValueError("the rows must be a nonempty C-ordered float32 array of shape (n, d)")
        self.rows = rows

    def value_and_gradient(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """f, shape (r,), and its gradient, shape (d, r), at the columns of `points`, shape (d, r); all in 64-bit.

        On all cores; the result does not depend on how many there are.
        """
        n, d = self.rows.shape
        weights = np.ascontiguousarray(-points.T, dtype=np.float32)
        height = task_height(d)
        tasks = [self.rows[first : first + height] for first in range(0, n, height)]
        losses, slopes = np.zeros(len(weights)), np.zeros(weights.shape)
        with ThreadPoolExecutor(_cores()) as pool:
            for loss, slope in pool.map(lambda rows: _share(rows, weights), tasks):
                losses += loss
                slopes += slope
        return (losses + 0.5 * (points * points).sum(axis=0)) / n, (points - slopes.T) / n


def _share(rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums over some rows of the losses, shape (r,), and of s_i a_i, shape (r, d), given -x in 32-bit."""
    margins, slopes = np.empty((len(weights), len(rows)), dtype=np.float32), np.zeros_like(weights)  # -a_i'x
    margins_and_slopes(rows, weights, margins, slopes)
    large = margins.astype(float)
    return (np.log1p(np.exp(-np.abs(large))) + np.maximum(large, 0)).sum(axis=1), slopes


def task_height(d: int) -> int:
    """How many rows a thread takes at a time."""
    return max(1, min(TALL, TASK // (4 * d)))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class Run:
    """An algorithm from some starts, shape (d, repeats), with numbers, or arrays (repeats,), for its symbols.

    Raises ValueError if a formula of the algorithm has a symbol without a number, or if it draws gradients at random.
    """

    algorithm: Algorithm
    start: np.ndarray
    parameters: Mapping[Symbol, Any]

    def __post_init__(self):
        if self.algorithm.stochastic:
            raise ValueError(f"{self.algorithm} draws gradients at random: run its noiseless form")
        symbols = set().union(*(formula.free_symbols for formula in self.algorithm.parameters.values()))
        lacking = sorted(map(str, symbols - {k} - set(self.parameters)))
        if lacking:
            why = " (V_0 needs the minimum, which is not known)" if str(V0) in lacking else ""
            raise ValueError(f"{self.algorithm} needs a number for {', '.join(lacking)}{why}")


@dataclass(frozen=True, eq=False)
class Course:
    """What a run did: f(x_k) for k = 0, ..., steps, shape (steps + 1, repeats), and where it ended, shape (d, repeats).

    At the end f - f* is at most (n/2) ||gradient||_2^2, for f is 1/n-strongly convex.
    """

    values: np.ndarray
    point: np.ndarray
    gradient: np.ndarray


def run(risk: LogisticRisk, runs: Sequence[Run], steps: int) -> list[Course]:
    """Several algorithms with their repeats side by side: a step of all of them is one pass over the data.

    An algorithm that asks for gradients at several points in turn has further passes, shared in the same way.
    """
    moving = [_Moving(one) for one in runs]
    for iteration in range(steps + 1):
        going = moving if iteration < steps else []
        for one in going:
            one.attempt(iteration)  # to see where else than at x_k it asks for gradients
        while asked := [(one, point) for one in moving for point in one.asked]:
            values, slopes = risk.value_and_gradient(np.hstack([point for _, point in asked]))
            ends = np.cumsum([point.shape[1] for _, point in asked])[:-1]
            for (one, point), *found in zip(asked, np.split(values, ends), np.split(slopes, ends, axis=1), strict=True):
                one.answer(point, *found)
            for one in going:
                one.attempt(iteration)
        for one in going:
            one.move()
    return [Course(np.array(one.values), one.x, one.known[0][1]) for one in moving]


class _Unknown(Exception):
    """A step needs a gradient that is not known yet."""


class _Moving:
    """A run under way. A step is attempted anew until it asks for nothing that is not known."""

    def __init__(self, given: Run):
        self.given = given
        self.values: list[np.ndarray] = []
        start = np.array(given.start, dtype=float)
        self.arrive(start, begin(given.algorithm, start, NUMPY))

    def arrive(self, x: np.ndarray, memory: Any) -> None:
        self.x, self.memory = x, memory
        self.next: tuple[np.ndarray, Any] | None = None
        self.known: list[tuple[np.ndarray, np.ndarray]] = []
        self.asked: list[np.ndarray] = [x]

    def attempt(self, iteration: int) -> None:
        """Compute the next iterate, or ask for the gradient that is missing."""
        if self.next is None:
            algorithm, numbers = self.given.algorithm, {**self.given.parameters, k: iteration}
            now = {name: evaluate(formula, numbers, NUMPY) for name, formula in algorithm.parameters.items()}
            with suppress(_Unknown):
                self.next = move(algorithm.at(**now), self.x, self.gradient, self.memory, NUMPY)

    def gradient(self, point: np.ndarray) -> np.ndarray:
        for there, slope in self.known:
            if np.array_equal(there, point, equal_nan=True):
                return slope
        if not any(np.array_equal(there, point, equal_nan=True) for there in self.asked):
            self.asked.append(point)
        raise _Unknown

    def answer(self, point: np.ndarray, value: np.ndarray, slope: np.ndarray) -> None:
        if not self.known:
            self.values.append(value)  # f(x_k) is asked for first
        self.known.append((point, slope))
        self.asked = [other for other in self.asked if other is not point]

    def move(self):
        assert self.next is not None
        self.arrive(*self.next)
