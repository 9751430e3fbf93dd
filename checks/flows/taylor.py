"""Flows whose velocity is smooth, followed by Taylor series in balls."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series, ctx, fmpq

from signproof.checks.flows.paths import Trajectory, hull
from signproof.checks.numbers.exact import Balls, Exact, Rationals, Undecided, each
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.theory.arithmetic import Matrix, Numbers, Vector
from signproof.theory.border.steps import flowing
from signproof.theory.methods.flows import Flow

STEPS = 5000
"""Steps after which an integration is given up."""
HALVINGS = 60
"""Halvings of a step after which it is given up."""
TURNS = 6
"""Iterations towards an enclosure after which a step is halved."""
WIDER = 1.25
"""How much wider each iteration starts: what converges is then contained in what it started from."""


class Series(Balls):
    """Power series in the time, with balls as coefficients; functions that jump or bend are Unsupported."""

    name = "series"

    def sqrt(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.sqrt(), x)

    def exp(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.exp(), x)

    def log(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.log(), x)

    def sin(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.sin(), x)

    def cos(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.cos(), x)

    def expm1(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.exp() - 1, x)

    def log1p(self, x: Numbers) -> Numbers:
        return each(lambda entry: (1 + entry).log(), x)

    def exp_remainder(self, x: Numbers) -> Numbers:
        return each(lambda entry: entry.exp() - 1 - entry, x)

    def matvec(self, matrix: Matrix, x: Vector) -> Vector:
        terms = max((entry.prec for entry in x if isinstance(entry, arb_series)), default=0)
        if not terms:
            return super().matvec(matrix, x)
        rows, columns = matrix.shape
        by_term = arb_mat(columns, terms, [_coefficient(entry, n) for entry in x for n in range(terms)])
        product = arb_mat(rows, columns, list(matrix.ravel())) * by_term
        result = np.empty(rows, dtype=object)
        result[:] = [arb_series(row, terms) for row in product.tolist()]
        return result

    def _jumps(self, *x):
        raise Unsupported("a nonsmooth velocity cannot be integrated")

    abs = sign = max = larger = normalized = _jumps


@dataclass
class _Step:
    """A step of the integration: x(begin + s) = sum of c_n s^n, for 0 <= s <= length."""

    begin: fmpq
    length: fmpq
    coefficients: np.ndarray

    def after(self, s: Any) -> np.ndarray:
        *lower, result = self.coefficients
        for coefficient in reversed(lower):
            result = result * s + coefficient
        return result


class Taylor(Trajectory):
    """Enclosures of a solution of x' = F(x) with F smooth, by Taylor series with a remainder.

    A step of length h from a box X first finds a box B with X + [0, h] F(B) inside B: by Picard and Lindelöf every
    solution from X is in B for the time h. With c_n(X) the Taylor coefficients of the solutions from points of X,
    x(s) is in sum over n < p of c_n(X) s^n + c_p(B) s^p for 0 <= s <= h, Lagrange's remainder. The coefficients come
    from n c_n = [F(x)]_{n-1}, with F evaluated on power series. Boxes grow by about exp(h Lip F) in each step, which
    the precision has to spare.
    """

    finest = 256

    def __init__(self, flow: Flow, problem: Problem, start: np.ndarray):
        self.flow, self.problem, self.start = flow, problem, start
        self._steps: dict[int, list[_Step]] = {}

    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        if isinstance(xp, Rationals):
            raise TypeError("a Taylor series is not rational: use balls")
        low, high = xp.ends(xp.number(time))
        steps = self._until(high, xp)
        first, last = (max(bisect_right(steps, end, key=lambda step: step.begin) - 1, 0) for end in (low, high))
        found = []
        for step in steps[first : last + 1]:
            begin, end = max(low, step.begin), min(high, step.begin + step.length)
            offset = xp.interval(begin - step.begin, end - step.begin)
            found.append(step.after(offset))
        return np.array([hull(entries) for entries in zip(*found, strict=True)], dtype=object)

    def _until(self, time: fmpq, xp: Balls) -> list[_Step]:
        """The steps up to a time, the first of them made before."""
        steps = self._steps.setdefault(xp.bits, [])
        while not steps or steps[-1].begin + steps[-1].length < time:
            if len(steps) == STEPS:
                raise Undecided(f"the trajectory could not be enclosed in {STEPS} steps")
            begin, x, longest = fmpq(0), xp.number(self.start), fmpq(1)
            if steps:
                last = steps[-1]
                begin, x = last.begin + last.length, last.after(xp.number(last.length))
                longest = 4 * last.length
            steps.append(self._step(begin, x, longest, xp))
        return steps

    def _step(self, begin: fmpq, x: np.ndarray, longest: fmpq, xp: Balls) -> _Step:
        length, order = longest, xp.bits // 8
        velocity = self._velocity(xp)
        for _ in range(HALVINGS):
            if _enclosure(velocity, x, length, xp) is not None:
                # a shorter step makes the remainder small
                length = _dyadic(length / 4)
                box = _enclosure(velocity, x, length, xp)
                if box is not None:
                    coefficients = self._coefficients(x, order, xp)
                    coefficients[-1] = self._coefficients(box, order, xp)[-1]
                    return _Step(begin, length, coefficients)
            length = length / 2
        raise Undecided("no step could be enclosed")

    def _velocity(self, xp: Balls) -> Callable[[Vector], Vector]:
        posed, flow, series = self.problem.over(xp), self.flow.at(speed=xp.number(self.flow.speed)), Series(xp.bits)
        return lambda x: flowing(flow, x, lambda point: posed.gradient(point, series), series)

    def _coefficients(self, x: np.ndarray, order: int, xp: Balls) -> np.ndarray:
        """c_0, ..., c_order of the solutions from x, shape (order + 1, d)."""
        velocity, found = self._velocity(xp), [x]
        for n in range(order):
            found.append(composed(velocity, found)[n] / (n + 1))
        return np.array(found, dtype=object)


def composed(function: Callable[[Vector], Vector], coefficients: Sequence[Vector]) -> np.ndarray:
    """The coefficients of function(x(s)) for the power series x(s) = sum of c_n s^n, both of shape (order + 1, d).

    Raises Undecided if they are not known.
    """
    order, before = len(coefficients), ctx.cap
    ctx.cap = order
    try:
        series = np.empty(len(coefficients[0]), dtype=object)  # NumPy would take a series for a sequence
        series[:] = [arb_series(list(row), order) for row in zip(*coefficients, strict=True)]
        found = function(series)
        return np.array([[_coefficient(entry, n) for entry in found] for n in range(order)], dtype=object)
    except ValueError as error:  # Arb divides by no series whose first coefficient may be 0
        raise Undecided(str(error)) from None
    finally:
        ctx.cap = before


def _coefficient(entry: Any, n: int) -> arb:
    if not isinstance(entry, arb_series):
        return arb(entry) if n == 0 else arb(0)
    if entry.prec <= n:  # coefficients that are not known read as 0
        raise Undecided("the velocity loses terms of its power series")
    return entry[n]


def _enclosure(velocity: Any, x: np.ndarray, length: fmpq, xp: Balls) -> np.ndarray | None:
    """A box that holds every solution from x for a time; None if none is found."""
    time, box = xp.interval(fmpq(0), length), x
    for _ in range(TURNS):
        reached = x + velocity(box) * time
        if not all(entry.is_finite() for entry in reached):
            return None
        if contains(box, reached):
            return reached
        box = widened(reached)
    return None


def contains(outer: np.ndarray, inner: np.ndarray) -> bool:
    """Whether a box holds another."""
    return all(out.contains(entry) for out, entry in zip(outer, inner, strict=True))


def widened(box: np.ndarray) -> np.ndarray:
    """A box a little wider, with the same middle."""
    return each(lambda entry: arb(entry.mid(), entry.rad() * WIDER), box)


def _dyadic(length: fmpq) -> fmpq:
    """A short rational near to a length: denominators would grow from step to step."""
    size = int(length.q).bit_length() - int(length.p).bit_length() + 4
    return fmpq(int(length * fmpq(2) ** size), 1) / fmpq(2) ** size if size > 0 else length
