"""Measures: what a bound is about, a number read off a run at iteration k."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from sympy import Expr, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.declared import said_of
from signproof.theory.misuse import Misuse
from signproof.theory.norms import LINF, DualPair
from signproof.theory.symbols import k, l
from signproof.theory.terms.expectations import expectation, mean
from signproof.theory.terms.vectors import Least, dual_norm, gradient, iterate, suboptimality
from signproof.theory.terms.vectors import Scalar as ScalarTerm

Objective: TypeAlias = Any
"""A problem of `checks.problems`, which theory does not import: with `gradient(x, xp)` and `suboptimality(x, xp)`, or a
composite one with `gradient_mapping(x, gamma, xp)`."""


@dataclass(frozen=True)
class Measure(ABC):
    """A number at iteration k: `quantity` at the iterate, or its minimum so far."""

    least_so_far: ClassVar[bool] = False
    """Whether the measure is the minimum of `quantity` over the iterations 0, ..., k."""

    @property
    def horizon(self) -> Symbol | None:
        """For a measure of a whole run, the symbol of its number of steps, an integer."""
        return None

    @property
    def noiseless(self) -> Measure:
        """The measure without randomness."""
        return self

    @property
    @abstractmethod
    def symbol(self) -> Expr:
        """The measure at iteration k as a term of the kernel."""

    @abstractmethod
    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        """The number at the point x, of shape (d, ...), on a problem."""


@dataclass(frozen=True)
class Suboptimality(Measure):
    """V_k = f(x_k) - f*.  [scaled-sign (30)]"""

    @property
    def symbol(self):
        return suboptimality(k)

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        return problem.suboptimality(x, xp)


@dataclass(frozen=True)
class ExpectedSuboptimality(Suboptimality):
    """E V_k, over the draws of the stochastic gradients and of the start.  [scaled-sign (19)]"""

    @property
    def symbol(self):
        return mean(suboptimality(k))

    @property
    def noiseless(self):
        return Suboptimality() if said_of(type(self), "noiseless", "symbol", "quantity") else self


def is_mean(measure: Measure | None) -> bool:
    """Whether a measure is the mean of its quantity at x_k, or a multiple of it: not, say, the square of a mean, nor
    the mean of a minimum or of an average over the run."""
    if not isinstance(measure, ExpectedSuboptimality) or measure.least_so_far or measure.horizon is not None:
        return False
    factor, mean_of = measure.symbol.as_independent(expectation)
    over_run = measure.symbol.has(ExprWithLimits)
    return isinstance(mean_of, expectation) and not factor.has(ScalarTerm) and not over_run


@dataclass(frozen=True)
class MinDualGradientNorm(Measure):
    """min over l <= k of `||grad f(x_l)||_*^power`.  [scaled-sign (17) has power 2, the propositions power 1]

    Raises Misuse unless the power is 1, 2, ...
    """

    power: int
    norm: DualPair = LINF
    least_so_far = True

    def __post_init__(self):
        if not isinstance(self.power, int) or self.power < 1:
            raise Misuse(f"{type(self).__name__}: the power of the norm must be 1, 2, ..., not {self.power!r}")

    @property
    def symbol(self):
        return Least(dual_norm(Str(self.norm.name), gradient(iterate(l))) ** self.power, (l, 0, k))

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        return xp.power(self.norm.dual(problem.gradient(x, xp), xp), self.power)
