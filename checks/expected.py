"""Exact expectations along a run with a stochastic gradient of finite support.

The law of the iterate is carried on from step to step, equal states merged, in rationals. Two points are one state if
the problem says so (`Problem.state`) and the method's steps depend on gradients alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Symbol

from signproof.checks.exact import RATIONALS, Rationals, rational
from signproof.checks.oracles import Oracle
from signproof.checks.problem import Problem
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.measures import Measure
from signproof.theory.symbols import V0, k

LARGEST = 200_000
"""States at one iteration beyond which a run is given up."""
State = tuple[fmpq, np.ndarray]
"""A point and its probability."""


class TooMany(ArithmeticError):
    """The run has more states than can be kept."""


class Drawing(Rationals):
    """Rational arithmetic at an iteration in which the workers drew the given vectors."""

    def __init__(self, draws: list[np.ndarray]):
        self.draws = draws

    def votes(self, gradient: Any, x: Any, workers: Any) -> tuple[Any, Any]:
        """The mean of the draws' l1 norms, and the sign of the sum of their signs."""
        lengths = [self.sum(self.abs(drawn)) for drawn in self.draws]
        signs = [self.sign(drawn) for drawn in self.draws]
        return sum(lengths[1:], start=lengths[0]) / len(lengths), self.sign(sum(signs[1:], start=signs[0]))


def expectations(
    algorithm: Algorithm,
    problem: Problem,
    oracle: Oracle,
    measure: Measure,
    parameters: Mapping[str, fmpq],
    start: tuple[fmpq, ...],
) -> Iterator[fmpq]:
    """E[measure] at k = 0, 1, 2, ..., exactly. `measure` is one at a point; for the other arguments see `laws`."""
    for states in laws(algorithm, problem, oracle, parameters, start):
        yield sum((p * measure.quantity(problem, x, RATIONALS) for p, x in states), start=fmpq(0))


def laws(
    algorithm: Algorithm, problem: Problem, oracle: Oracle, parameters: Mapping[str, fmpq], start: tuple[fmpq, ...]
) -> Iterator[list[State]]:
    """The law of x_k, k = 0, 1, 2, ...: probabilities and points.

    Arguments: a method without memory; one instance in rationals; the oracle; parameters by name; the start, shape
    (d,). Raises TooMany if there are more than LARGEST states, ValueError for a method that remembers something.
    """
    values = {Symbol(name, real=True): number for name, number in parameters.items()}
    x = np.array(start, dtype=object)
    if algorithm.init(x, RATIONALS) != ():
        raise ValueError(f"{algorithm} remembers more than its iterate")
    values[V0] = problem.suboptimality(x, RATIONALS)
    merges = problem.state if _translates(algorithm) else tuple
    states = [(fmpq(1), x)]
    for iteration in count():
        yield states
        values[k] = rational(iteration)
        now = algorithm.at(
            **{name: evaluate(formula, values, RATIONALS) for name, formula in algorithm.parameters.items()}
        )
        states = _next(now, problem, oracle, states, merges)


def _next(algorithm: Any, problem: Problem, oracle: Oracle, states: list[State], merges: Any) -> list[State]:
    workers = int(getattr(algorithm, "workers", 1))
    found: dict[tuple, State] = {}
    for probability, x in states:
        law = oracle.law(tuple(problem.gradient(x, RATIONALS)))
        for chance, draws in law.draws(workers):
            after, _ = algorithm.update(x, lambda _, drawn=draws[0]: drawn, (), Drawing(draws))
            state = tuple(merges(after))
            so_far, representative = found.get(state, (fmpq(0), after))
            found[state] = so_far + probability * chance, representative
        if len(found) > LARGEST:
            raise TooMany(f"the run has more than {LARGEST} states")
    return [*found.values()]


def _translates(algorithm: Algorithm) -> bool:
    """What the class says that has the update rule; a subclass with a rule of its own has to say so itself."""
    owner = next(kind for kind in type(algorithm).__mro__ if "update" in vars(kind))
    return bool(vars(owner).get("translates", False))
