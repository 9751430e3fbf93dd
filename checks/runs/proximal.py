"""Exact expectations of proximal methods on composite objectives: mini-batches are finitely many, and all is rational.

A run is about a number of steps T fixed beforehand. Where T is a square the step sizes of signprox are rational, and so
are the law of every iterate and the mean of E||G(x_l)||_*^power over l < T. In a longer run fractions may grow longer
with every step; then what grows, the probabilities or the points as well, is followed in balls.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import Any

import numpy as np
from flint import fmpq
from sympy import sympify

from signproof.checks.numbers.exact import RATIONALS, Exact
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.runs.expected import Chain
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.minibatch import shares
from signproof.theory.arithmetic import evaluate
from signproof.theory.methods.proximal import SPGM, ProximalOracle
from signproof.theory.symbols import V0

LONGEST = 2**14
"""Bits of numerator or denominator beyond which a run is no longer followed in rationals."""


class LongPoint(ArithmeticError):
    """An iterate has more than LONGEST bits."""


class LongChance(ArithmeticError):
    """A probability has more than LONGEST bits."""


class ProximalChain(Chain):
    """The law of x_k of a proximal method, from x_0 = prox_{gamma r}(z).

    Arguments: an instance with a composite objective; the arithmetics of the points and of the probabilities. Its step
    size must not depend on k. In balls, two points in one ball are one
    state: what is computed from the ball holds both. Raises LongPoint or LongChance, at any step, where rationals grow
    too long.
    """

    def __init__(self, instance: Instance, xp: Exact = RATIONALS, odds: Exact = RATIONALS):
        problem, algorithm, values = instance.problem, instance.claim.algorithm, instance.values(xp)
        assert isinstance(problem, CompositeProblem) and isinstance(algorithm, SPGM)
        algorithm = algorithm.at(batch=_whole(algorithm.batch, instance))
        gamma = evaluate(algorithm.step_size, values, xp)
        point = xp.number(np.array(instance.start, dtype=object))
        self._composite, self._odds = problem.over(xp), odds
        self._weights = list(problem.weights)
        values[V0] = self._composite.suboptimality(point, gamma, xp)
        self.height = values[V0]
        merge = tuple if xp is RATIONALS else lambda x: tuple(map(xp.ends, x))
        self._begin(algorithm, values, merge, self._composite.prox(point, gamma, xp), xp)

    def advance(self) -> None:
        super().advance()
        if self._odds is RATIONALS and max(p.height_bits() for p in self.law.values()) > LONGEST:
            raise LongChance

    def _outcomes(self, x: np.ndarray, now: Any) -> Iterator[tuple[Any, Any, Any]]:
        seen = _Remembering(self._composite)
        size = int(now.batch)
        for batch in combinations_with_replacement(range(len(self._weights)), size):
            counts = [batch.count(m) for m in range(len(self._weights))]
            orders = factorial(size) // prod(map(factorial, counts))
            chance = prod((w**n for w, n in zip(self._weights, counts, strict=True)), start=fmpq(orders))
            if chance:
                drawn = shares(list(batch), len(self._weights), self._xp)
                yield self._odds.number(chance), ProximalOracle(seen, drawn), self._xp

    def _number(self, x: np.ndarray, memory: Any = (), before: tuple[int, ...] = ()) -> int:
        if self._xp is RATIONALS and max(entry.height_bits() for entry in x) > LONGEST:
            raise LongPoint
        return super()._number(x, memory, before)


def _whole(count: Any, instance: Instance) -> int:
    number = evaluate(sympify(count), instance.values(), RATIONALS)
    if number.q != 1 or number < 1:
        raise Unsupported(f"there are no mini-batches of {number}")
    return int(number.p)


class _Remembering:
    """A composite objective whose proximal operators at a point are computed once, for all mini-batches."""

    def __init__(self, problem: CompositeProblem):
        self.weights, self.smooth_gradient, self._problem = problem.weights, problem.smooth_gradient, problem
        self._known: dict[tuple, Any] = {}

    def proxes(self, z: Any, gamma: Any, xp: Exact) -> Any:
        key = (*map(xp.ends, z), xp.ends(gamma))
        if key not in self._known:
            self._known[key] = self._problem.proxes(z, gamma, xp)
        return self._known[key]
