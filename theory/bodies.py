"""What a claim says, in one body for each kind: its parts, what may be assumed besides, what is to be proved.

`Claim(...)` is the written form of all kinds; its body is made once, by `body_of`. What depends on the kind of a claim
is a question to its body.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Gt, Le, Symbol, Tuple, preorder_traversal, sympify
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.flows import Flow
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.orbit import Orbit
from signproof.theory.symbols import V0, f_star, i, j, k, l, m, s, t, xi
from signproof.theory.terms.expectations import INDICES
from signproof.theory.terms.flows import OfTime, check_flow
from signproof.theory.terms.vectors import Follows, InWords, Repeats, Scalar, VectorAtom, iterate, suboptimality

RESERVED = frozenset({i, j, k, l, m, xi, f_star})
"""Letters that name no parameter: the iteration, the indices of sums, the infimum."""
Formula = tuple[str, Any, Set[Symbol]]
"""Something written in symbols: its name, the formula, and the symbols that have a meaning in it."""


class Body(ABC):
    """What a claim says besides its domain and its assumptions."""

    word: ClassVar[str]
    """The kind, in ledgers and witnesses."""
    of_run: ClassVar[bool] = False
    """Whether it is about runs, or trajectories, of a problem from a start with V_0 > 0."""
    timed: ClassVar[bool] = False
    """Whether it is about flows, at times t."""
    bounds_runs: ClassVar[bool] = False
    """Whether it bounds a measure at step k of every run of a method."""
    of_parameters: ClassVar[bool] = False
    """Whether it is about numbers alone."""
    in_words: ClassVar[bool] = False
    """Whether it is in words, of which nothing follows and nothing is asked."""

    @property
    @abstractmethod
    def conclusion(self) -> Boolean:
        """What is to be proved."""

    @property
    def premises(self) -> tuple[Boolean, ...]:
        """What may be assumed besides domain and assumptions."""
        return ()

    @property
    def here(self) -> Set[Symbol]:
        """Symbols besides parameters that domain and formulas of a method may use."""
        return frozenset()

    @property
    def reserved(self) -> frozenset[Symbol]:
        """Letters that name no parameter."""
        return RESERVED

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        """What is written in symbols. Argument: those that domain and assumptions bind."""
        return iter(())

    def unreadable(self, statement: Boolean, parameters: Set[Symbol]) -> str:
        """Why a statement has no place in a proof of it; empty if it has. Raises TypeError as the terms do."""
        if any(isinstance(part, OfTime) for part in preorder_traversal(statement)):
            return f"{statement} is about a flow, but the claim does not bound one"
        return self._strange(statement, parameters)

    def _strange(self, statement: Boolean, parameters: Set[Symbol]) -> str:
        """The same of a statement that is about no flow."""
        if self.of_run:
            return _unbound(statement, parameters | {k, V0, f_star, *INDICES})
        if statement.has(k, l, VectorAtom, Scalar, ExprWithLimits):
            return f"{statement} is about a run, but the claim is not"
        return ""


@dataclass(frozen=True)
class RunBound(Body):
    """measure(k) <= bound along every run of a method on exact gradients."""

    algorithm: Algorithm
    measure: Measure
    bound: Expr
    horizon: Symbol | None = None
    word, of_run, bounds_runs = "bound", True, True

    @property
    def conclusion(self):
        measured = self.measure.symbol
        return Le(measured if self.horizon is None else measured.subs(k, self.horizon), self.bound)

    @property
    def premises(self):
        return (k >= 0, Gt(V0, 0))

    @property
    def here(self):
        return frozenset({k, V0})

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield from _of_method(self.algorithm, bound | {k, V0})
        yield "bound", self.bound, bound | {k, V0}


@dataclass(frozen=True)
class StochasticBound(RunBound):
    """The same in expectation, along runs of a method that draws its gradients."""


@dataclass(frozen=True)
class ProximalBound(RunBound):
    """The mean of E||G||^p over a run of a proximal method is at most the bound.  [signprox]"""


class _Timed(Body):
    """What is said of trajectories, at times t."""

    of_run, timed = True, True

    @property
    def here(self):
        return frozenset({t})

    @property
    def reserved(self):
        return RESERVED | {t, s}


@dataclass(frozen=True)
class FlowBound(_Timed):
    """measure(t) <= bound along every trajectory of a flow."""

    algorithm: Flow
    measure: Measure
    bound: Expr
    word = "flow"

    @property
    def conclusion(self):
        return Le(self.measure.symbol, self.bound)

    @property
    def premises(self):
        return (Gt(V0, 0),)

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield from _of_method(self.algorithm, bound)
        yield "bound", self.bound, bound | {t, V0}

    def unreadable(self, statement: Boolean, parameters: Set[Symbol]) -> str:
        check_flow(statement)
        return _unbound(statement, parameters | {t, V0, f_star})


@dataclass(frozen=True)
class Comparison(_Timed):
    """f(x(t)) - f* along a flow is at most that along a rival."""

    algorithm: Flow
    measure: SuboptimalityOverTime
    rival: Flow
    word = "comparison"

    @property
    def conclusion(self):
        return Le(self.measure.symbol, self.measure.along(self.rival))

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield from _of_method(self.algorithm, bound)
        for name, formula, known in _of_method(self.rival, bound):
            yield f"{name} of the rival", formula, known


@dataclass(frozen=True)
class Statement(Body):
    """A relation between parameters."""

    statement: Boolean
    word, of_parameters = "algebraic", True

    @property
    def conclusion(self):
        return self.statement

    @property
    def premises(self):
        known = ((k, k >= 0), (V0, Gt(V0, 0)))
        return tuple(relation for symbol, relation in known if self.statement.has(symbol))

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield "statement", self.statement, self.statement.free_symbols - RESERVED


@dataclass(frozen=True)
class Implication(Statement):
    """What the assumptions imply for vectors, at all points."""

    word, of_parameters = "implication", False

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield "statement", self.statement, self.statement.free_symbols - RESERVED | {i, j, k, m, xi, f_star}

    def _strange(self, statement, parameters):
        if statement.has(l, iterate, suboptimality) or (statement.has(k) and not self.statement.has(k)):
            return f"{statement} is about a run, but the claim is not"
        return ""


@dataclass(frozen=True)
class OrbitBody(Body):
    """Where a run on one function is at every iteration."""

    algorithm: Algorithm
    orbit: Orbit
    word = "orbit"

    @property
    def conclusion(self):
        if self.orbit.formula:
            return Follows(Tuple(*self.orbit.formula))
        return Repeats(*(Tuple(*point) for point in self.orbit.points))

    def formulas(self, bound: Set[Symbol]) -> Iterator[Formula]:
        yield from _of_method(self.algorithm, bound)
        yield "function of the orbit", self.orbit.function, bound | set(self.orbit.coordinates)
        for number, point in enumerate(self.orbit.points):
            yield f"point {number} of the orbit", Tuple(*point), bound
        yield "formula of the orbit", Tuple(*self.orbit.formula), bound | {k}


@dataclass(frozen=True)
class Words(Body):
    """A claim in words, and what would decide it."""

    words: str
    awaits: str
    word, in_words = "words", True

    @property
    def conclusion(self):
        return InWords(Str(self.words))


def body_of(claim: Any) -> Body:  # a Claim, which is made of a body
    """The body of a claim, from the parts that are written; which there are is checked before."""
    if claim.words:
        return Words(claim.words, claim.awaits)
    if claim.statement is not None:
        about_vectors = claim.statement.has(VectorAtom, Scalar)
        return (Implication if about_vectors else Statement)(claim.statement)
    if claim.rival is not None:
        return Comparison(claim.algorithm, claim.measure, claim.rival)
    if isinstance(claim.algorithm, Flow):
        return FlowBound(claim.algorithm, claim.measure, claim.bound)
    if claim.orbit is not None:
        return OrbitBody(claim.algorithm, claim.orbit)
    kind = RunBound
    if isinstance(claim.measure, MeanGradientMapping):
        kind = ProximalBound
    elif claim.algorithm.stochastic:
        kind = StochasticBound
    return kind(claim.algorithm, claim.measure, claim.bound, claim.horizon)


def _of_method(method: Any, bound: Set[Symbol]) -> Iterator[Formula]:
    for field in dataclasses.fields(method):
        entry = getattr(method, field.name)
        if isinstance(entry, Expr | float):
            yield field.name.replace("_", " "), sympify(entry), bound


def _unbound(statement: Boolean, known: Set[Symbol]) -> str:
    unbound = statement.free_symbols - known
    return f"the symbol {min(map(str, unbound))} is unbound" if unbound else ""
