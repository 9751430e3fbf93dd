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
from sympy import Expr, Integer, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from signproof.checks.gradients.finite import Oracle
from signproof.checks.numbers.exact import RATIONALS, Exact, Rationals, rational
from signproof.checks.posing.displaced import translates
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.runs.exact import frozen
from signproof.checks.runs.instance import Instance, by_symbol
from signproof.checks.runs.over_run import Readings, number
from signproof.checks.runs.plans import Mean, Plan, Read, mean_of, plan
from signproof.theory.arithmetic import Gradient, Scalar, Vector, evaluate
from signproof.theory.border.steps import Guarded, begin, begins_with_gradient, move
from signproof.theory.declared import owner
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, k, l

LARGEST = 200_000
"""States at one iteration beyond which a run is given up."""


FIRST = object()
"""What a method remembers that begins with its first draw, before it."""


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

    Arguments: a method; one instance in rationals; the oracle; parameters by name; the start, shape (d,); whether
    states differ by the way to them; whether nothing but f and its gradient is asked of points, so that two are one
    state if the problem says so. Raises Unsupported for a method that evaluates gradients away from its iterate, or
    remembers what cannot be compared.

    Attributes: `points`, one for each state met so far; `paths`, the states before it if they are told apart; `law`,
    the probabilities of the states at iteration `k`, by their number.
    """

    def __init__(
        self,
        algorithm: Algorithm,
        problem: Problem,
        oracle: Oracle,
        parameters: Mapping[str, fmpq],
        start: tuple[fmpq, ...],
        along_paths: bool = False,
        of_gradients: bool = True,
    ):
        x = np.array(start, dtype=object)
        self._problem, self._oracle = problem, oracle
        values = {**by_symbol(parameters), V0: Guarded(problem).suboptimality(x, RATIONALS)}
        merges = of_gradients and translates(algorithm) and _has_states(problem)
        self._begin(algorithm, values, Guarded(problem).state if merges else tuple, x, along_paths=along_paths)

    def _begin(
        self,
        algorithm: Algorithm,
        values: dict[Symbol, Any],
        merge: Callable[[Any], Any],
        x: np.ndarray,
        xp: Any = RATIONALS,
        along_paths: bool = False,
    ) -> None:
        first = values | {k: xp.number(rational(0))}
        numbers = {name: evaluate(formula, first, xp) for name, formula in algorithm.parameters.items()}
        begins = begins_with_gradient(type(algorithm))  # then what is remembered comes with the first draw
        memory = FIRST if begins else begin(algorithm.at(**numbers), x, xp)
        if not isinstance(memory, tuple) or memory:
            merge = tuple
        self._algorithm, self._values, self._merge, self._xp = algorithm, values, merge, xp
        self._along_paths = along_paths
        self._steady = not any(formula.has(k) for formula in algorithm.parameters.values())
        self._numbers: dict[tuple, int] = {}
        self._moves: dict[int, list[tuple[fmpq, int]]] = {}
        self.points: list[np.ndarray] = []
        self.paths: list[tuple[int, ...]] = []
        self._memories: list[Any] = []
        self.k, self.law = 0, {self._number(x, memory): fmpq(1)}

    def advance(self) -> None:
        """Go on to the next iteration. Raises TooMany if it has more than LARGEST states."""
        if not self._steady:
            self._moves.clear()
        found: dict[int, fmpq] = {}
        for state, probability in self.law.items():
            if state not in self._moves:
                self._moves[state] = self._moves_from(state)
            for chance, after in self._moves[state]:
                share = probability * chance
                found[after] = found[after] + share if after in found else share
            if len(found) > LARGEST:
                raise TooMany(f"the run has more than {LARGEST} states")
        self.k, self.law = self.k + 1, found

    def _moves_from(self, state: int) -> list[tuple[fmpq, int]]:
        """Where one step leads from a state, and how probably."""
        xp, x, memory = self._xp, self.points[state], self._memories[state]
        before = (*self.paths[state], state) if self._along_paths else ()
        values = self._values | {k: xp.number(rational(self.k))}
        now: Any = self._algorithm.at(
            **{name: evaluate(formula, values, xp) for name, formula in self._algorithm.parameters.items()}
        )
        moves: dict[int, fmpq] = {}
        for chance, source, numbers in self._outcomes(x, now):
            begun = begin(now, x, numbers, source) if memory is FIRST else memory
            after = self._number(*move(now, x, source, begun, numbers), before)
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

    def _number(self, x: np.ndarray, memory: Any = (), before: tuple[int, ...] = ()) -> int:
        try:
            known = () if memory is FIRST else (frozen(memory),)
        except TypeError as error:
            raise Unsupported(f"{self._algorithm} remembers more than numbers: {error}") from None
        number = self._numbers.setdefault((tuple(self._merge(x)), known, before), len(self.points))
        if number == len(self.points):
            self.points.append(x)
            self.paths.append(before)
            self._memories.append(memory)
        return number


def chain_of(instance: Instance, measure: Measure | None = None) -> Chain:
    """The chain of a claim's method on an instance with an oracle; states are told apart as the measure needs it."""
    assert instance.oracle is not None
    parts = instance.method(), instance.objective, instance.oracle, instance.parameters, instance.start
    if measure is None:
        return Chain(*parts)
    of = plan(measure)
    return Chain(*parts, along_paths=_is_of_paths(of), of_gradients=of.of_gradients)


def expectations(
    chain: Chain,
    measure: Measure,
    problem: Problem,
    values: Mapping[Symbol, Any] | None = None,
    xp: Exact = RATIONALS,
) -> Iterator[Any]:
    """A measure at k = 0, 1, 2, ..., of what is random in it the mean, exactly or in balls; None where it has no value.

    Arguments: the chain, as `chain_of` makes it for the measure; the measure; the problem; values of the parameters in
    the measure, V_0 included; the arithmetic of the numbers that are read.
    """
    of = plan(measure)
    formula = mean_of(of.formula)
    means: list[Expr] = []
    for part in formula.atoms(Mean):
        inside = part.args[0].xreplace({l: k}) if not part.args[0].has(ExprWithLimits) else part.args[0]
        if inside not in means:
            means.append(inside)
    names = {
        part: Read(Integer(means.index(part.args[0] if part.args[0] in means else part.args[0].xreplace({l: k}))), at)
        for part in formula.atoms(Mean)
        for at in [l if part.args[0].has(l) and not part.args[0].has(ExprWithLimits) else k]
    }
    outer, read = formula.xreplace(names), _Reader(chain, of, problem, values or {}, xp)
    path: list[tuple[Any, ...]] = []
    folded: dict[Expr, tuple[int, Any]] = {}
    while True:
        path.append(tuple(read.mean(inside) for inside in means))
        try:
            yield number(outer, path, values or {}, xp, folded)
        except ZeroDivisionError:
            yield None
        chain.advance()


def _is_of_paths(of: Plan) -> bool:
    """Whether what the plan takes the mean of depends on more than the last iterate."""
    return of.averages or any(part.has(ExprWithLimits) for part in mean_of(of.formula).atoms(Mean))


class _Reader:
    """Means over the states of a chain, as it advances."""

    def __init__(self, chain: Chain, of: Plan, problem: Problem, values: Mapping[Symbol, Any], xp: Exact):
        self._chain, self._plan, self._problem, self._values, self._xp = chain, of, problem.over(xp), values, xp
        self._known: dict[int, tuple[Any, ...]] = {}

    def mean(self, inside: Expr) -> Any:
        """The mean of a formula at the chain's iteration; None where it has none."""
        total = self._xp.rational(0, 1)
        for state, chance in self._chain.law.items():
            try:
                found = number(inside, self._path(state), self._values, self._xp)
            except ZeroDivisionError:
                return None
            total = total + self._xp.number(chance) * found
        return total

    def _path(self, state: int) -> list[tuple[Any, ...]]:
        """What the streams are on the way to a state; at the ends alone if the way does not matter."""
        before = self._chain.paths[state]
        if self._chain.k and not before:
            return [self._at(0), *[()] * (self._chain.k - 1), self._at(state)]
        if not self._plan.averages:
            return [self._at(each) for each in (*before, state)]
        read = Readings(self._plan, self._problem, self._xp)
        return [read(self._xp.number(self._chain.points[each])) for each in (*before, state)]

    def _at(self, state: int) -> tuple[Any, ...]:
        if state not in self._known:
            point = self._xp.number(self._chain.points[state])
            self._known[state] = Readings(self._plan, self._problem, self._xp)(point)
        return self._known[state]


def _has_states(problem: Problem) -> bool:
    """Whether the class that says what a state is has the function, too; a subclass with its own says so itself."""
    return len({owner(type(problem), name) for name in ("state", "gradient", "suboptimality")}) == 1
