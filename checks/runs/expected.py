"""Exact expectations along a run with a stochastic gradient of finite support.

The law of the iterate is carried on from step to step, equal states merged, in rationals. Two points are one state if
the problem says so (`Problem.state`) and the method's steps depend on gradients alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.gradients.finite import Oracle
from signproof.checks.numbers.exact import RATIONALS, Rationals, rational
from signproof.checks.posing.displaced import translates
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.runs.instance import Instance, by_symbol
from signproof.theory.arithmetic import Gradient, Scalar, Vector, evaluate
from signproof.theory.border.steps import Guarded, begin, measured, move
from signproof.theory.declared import owner
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, k

LARGEST = 200_000
"""States at one iteration beyond which a run is given up."""


class TooMany(ArithmeticError):
    """The run has more states than can be kept."""


class Drawing(Rationals):
    """Rational arithmetic at an iteration in which the workers drew the given vectors."""

    def __init__(self, draws: list[np.ndarray]):
        self.draws = draws

    def votes(self, gradient: Gradient, x: Vector, workers: Scalar) -> tuple[Scalar, Vector]:
        """The mean of the draws' l1 norms, and the sign of the sum of their signs."""
        lengths = [self.sum(self.abs(drawn)) for drawn in self.draws]
        signs = [self.sign(drawn) for drawn in self.draws]
        return sum(lengths[1:], start=lengths[0]) / len(lengths), self.sign(sum(signs[1:], start=signs[0]))


class Chain:
    """The law of x_k, k = 0, 1, 2, ..., of a run.

    Arguments: a method without memory; one instance in rationals; the oracle; parameters by name; the start, shape
    (d,). Raises Unsupported for a method that remembers something, or evaluates gradients away from its iterate.

    Attributes: `points`, one for each state met so far; `law`, the probabilities of the states at iteration `k`, by
    their number.
    """

    def __init__(
        self,
        algorithm: Algorithm,
        problem: Problem,
        oracle: Oracle,
        parameters: Mapping[str, fmpq],
        start: tuple[fmpq, ...],
    ):
        x = np.array(start, dtype=object)
        self._problem, self._oracle = problem, oracle
        values = {**by_symbol(parameters), V0: Guarded(problem).suboptimality(x, RATIONALS)}
        merge = Guarded(problem).state if translates(algorithm) and _has_states(problem) else tuple
        self._begin(algorithm, values, merge, x)

    def _begin(
        self,
        algorithm: Algorithm,
        values: dict[Symbol, Any],
        merge: Callable[[Any], Any],
        x: np.ndarray,
        xp: Any = RATIONALS,
    ) -> None:
        first = values | {k: xp.number(rational(0))}
        numbers = {name: evaluate(formula, first, xp) for name, formula in algorithm.parameters.items()}
        memory = begin(algorithm.at(**numbers), x, xp)
        if not isinstance(memory, tuple) or memory:
            raise Unsupported(f"{algorithm} remembers more than its iterate")
        self._algorithm, self._values, self._merge, self._xp = algorithm, values, merge, xp
        self._steady = not any(formula.has(k) for formula in algorithm.parameters.values())
        self._numbers: dict[tuple, int] = {}
        self._moves: dict[int, list[tuple[fmpq, int]]] = {}
        self.points: list[np.ndarray] = []
        self.k, self.law = 0, {self._number(x): fmpq(1)}

    def advance(self) -> None:
        """Go on to the next iteration. Raises TooMany if it has more than LARGEST states."""
        if not self._steady:
            self._moves.clear()
        found: dict[int, fmpq] = {}
        for state, probability in self.law.items():
            if state not in self._moves:
                self._moves[state] = self._moves_from(self.points[state])
            for chance, after in self._moves[state]:
                share = probability * chance
                found[after] = found[after] + share if after in found else share
            if len(found) > LARGEST:
                raise TooMany(f"the run has more than {LARGEST} states")
        self.k, self.law = self.k + 1, found

    def _moves_from(self, x: np.ndarray) -> list[tuple[fmpq, int]]:
        """Where one step leads from a point, and how probably."""
        xp = self._xp
        values = self._values | {k: xp.number(rational(self.k))}
        now: Any = self._algorithm.at(
            **{name: evaluate(formula, values, xp) for name, formula in self._algorithm.parameters.items()}
        )
        moves: dict[int, fmpq] = {}
        for chance, source, numbers in self._outcomes(x, now):
            after = self._number(move(now, x, source, (), numbers)[0])
            moves[after] = moves[after] + chance if after in moves else chance
        return [(chance, after) for after, chance in moves.items()]

    def _outcomes(self, x: np.ndarray, now: Any) -> Iterator[tuple[fmpq, Any, Any]]:
        """Each outcome of the draw at a point: its probability, what `update` asks for gradients, and its arithmetic.

        Argument `now`: the method with its numbers at this iteration.
        """

        def drawn_at(point: np.ndarray, draws: list[np.ndarray]) -> np.ndarray:
            if (point != x).any():
                raise Unsupported(f"{self._algorithm} evaluates gradients away from its iterate")
            return draws[0]

        law = self._oracle.law(tuple(Guarded(self._problem).gradient(x, RATIONALS)))
        for chance, draws in law.draws(int(getattr(now, "workers", 1))):
            yield chance, partial(drawn_at, draws=draws), Drawing(draws)

    def _number(self, x: np.ndarray) -> int:
        number = self._numbers.setdefault(tuple(self._merge(x)), len(self.points))
        if number == len(self.points):
            self.points.append(x)
        return number


def chain_of(instance: Instance) -> Chain:
    """The chain of a claim's method on an instance with an oracle."""
    assert instance.oracle is not None
    return Chain(instance.method(), instance.objective, instance.oracle, instance.parameters, instance.start)


def expectations(chain: Chain, measure: Measure, problem: Problem) -> Iterator[fmpq]:
    """E[measure] at k = 0, 1, 2, ..., exactly; `measure` is one at a point."""
    heights: dict[int, fmpq] = {}
    while True:
        for state in chain.law.keys() - heights.keys():
            heights[state] = measured(measure, problem, chain.points[state], RATIONALS)
        yield sum((p * heights[state] for state, p in chain.law.items()), start=fmpq(0))
        chain.advance()


def _has_states(problem: Problem) -> bool:
    """Whether the class that says what a state is has the function, too; a subclass with its own says so itself."""
    return len({owner(type(problem), name) for name in ("state", "gradient", "suboptimality")}) == 1
