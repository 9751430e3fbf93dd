"""Measures: what a bound is about, a number read off a run at iteration k."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from sympy import Expr, Integer, Sum, Symbol, sympify
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.declared import optional, said_of
from signproof.theory.misuse import Misuse
from signproof.theory.norms import ANY, LINF, DualPair
from signproof.theory.symbols import k, l
from signproof.theory.terms.expectations import expectation, mean
from signproof.theory.terms.vectors import Least, dual_norm, gradient, iterate, suboptimality

if TYPE_CHECKING:
    from signproof.theory.measures.combined import Potential

Objective: TypeAlias = Any
"""A problem of `checks.problems`, which theory does not import: with `gradient(x, xp)` and `suboptimality(x, xp)`, or a
composite one with `gradient_mapping(x, gamma, xp)`."""


@dataclass(frozen=True)
class Measure(ABC):
    """A number at iteration k, written as a term: `symbol`.

    Trials read the term along the run. If it speaks of something that no family knows, such as a vector of your own,
    give a `quantity`, too: the number at one iterate, and say which of them is meant: the last, or one of the three
    below. Measures are added, and multiplied by formulas: `Suboptimality() + L / 2 * Distance(2, L2)`.
    """

    least_so_far: ClassVar[bool] = False
    """Whether the measure is the minimum of `quantity` over the iterations 0, ..., k."""
    mean_so_far: ClassVar[bool] = False
    """Whether it is the mean over the iterations 0, ..., k."""
    sum_so_far: ClassVar[bool] = False
    """Whether it is the sum over the iterations 0, ..., k."""

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

    @optional
    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        """The number at the point x, of shape (d, ...), on a problem."""
        raise TypeError(f"{type(self).__name__} has no quantity at one point: it is read off its symbol")

    def in_norm(self, pair: DualPair) -> Self:
        """The measure with a norm in place of ANY."""
        return _each_field(self, lambda entry: pair if entry is ANY else entry)

    @property
    def norms(self) -> tuple[DualPair, ...]:
        """The norms that it speaks of."""
        return tuple(dict.fromkeys(entry for entry in _entries(self) if isinstance(entry, DualPair)))

    def __add__(self, other: Measure) -> Potential:
        from signproof.theory.measures.combined import sum_of

        return sum_of(self, other) if isinstance(other, Measure) else NotImplemented

    def __mul__(self, weight: Expr | int) -> Potential:
        from signproof.theory.measures.combined import times

        weight = sympify(weight)
        return times(weight, self) if isinstance(weight, Expr) else NotImplemented

    __rmul__ = __mul__

    def __sub__(self, other: Measure) -> Potential:
        return self + other * Integer(-1) if isinstance(other, Measure) else NotImplemented

    def __truediv__(self, divisor: Expr | int) -> Potential:
        return self * (Integer(1) / sympify(divisor))


def _each_field(measure: Any, change: Callable[[Any], Any]) -> Any:  # the same class of measures
    """A measure with changed entries, those of measures in it included."""

    def entry(given: Any) -> Any:
        if isinstance(given, Measure):
            return _each_field(given, change)
        return tuple(map(entry, given)) if isinstance(given, tuple) else change(given)

    return replace(measure, **{field.name: entry(getattr(measure, field.name)) for field in fields(measure)})


def _entries(given: Any) -> Iterator[Any]:
    """What stands in the fields of a measure and of those in it."""
    if isinstance(given, Measure):
        given = tuple(getattr(given, field.name) for field in fields(given))
    if isinstance(given, tuple):
        for entry in given:
            yield from _entries(entry)
    else:
        yield given


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
    """Whether a measure is E V_k, or a multiple of it: not, say, the square of a mean, nor the mean of a minimum or of
    an average over the run."""
    if measure is None:
        return False
    factor, mean_of = measure.symbol.as_independent(expectation)
    return mean_of == mean(suboptimality(k)) and factor.is_number


def check_power(kind: str, power: object) -> None:
    """Raises Misuse unless the power of a norm is 1, 2, ..."""
    if not isinstance(power, int) or power < 1:
        raise Misuse(f"{kind}: the power of the norm must be 1, 2, ..., not {power!r}")


def check_last(kind: str, last: object) -> None:
    """Raises Misuse unless a sum over the run ends at iteration k or, without it, at k - 1."""
    if last not in (k, k - 1):
        raise Misuse(f"{kind}: a mean over the run is one over 0, ..., k or 0, ..., k - 1, not up to {last!r}")


@dataclass(frozen=True)
class DualGradientNorm(Measure):
    """`||grad f(x_k)||_*^power`.

    Raises Misuse unless the power is 1, 2, ...
    """

    power: int
    norm: DualPair = LINF

    def __post_init__(self):
        check_power(type(self).__name__, self.power)

    @property
    def symbol(self):
        return dual_norm(Str(self.norm.name), gradient(iterate(k))) ** self.power

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        return self.norm.dual_power(problem.gradient(x, xp), self.power, xp)


@dataclass(frozen=True)
class MinDualGradientNorm(Measure):
    """min over l <= k of `||grad f(x_l)||_*^power`.  [scaled-sign (17) has power 2, the propositions power 1]

    Raises Misuse unless the power is 1, 2, ...
    """

    power: int
    norm: DualPair = LINF
    least_so_far = True

    def __post_init__(self):
        check_power(type(self).__name__, self.power)

    @property
    def symbol(self):
        return Least(dual_norm(Str(self.norm.name), gradient(iterate(l))) ** self.power, (l, 0, k))

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        return self.norm.dual_power(problem.gradient(x, xp), self.power, xp)


@dataclass(frozen=True)
class MeanDualGradientNorm(Measure):
    """The mean over l <= last of `||grad f(x_l)||_*^power`, where the last is k or, for K steps that leave x_K out,
    k - 1: then the domain must exclude k = 0.  [signSGD, ICML 2018, Theorem 1]

    Raises Misuse unless the power is 1, 2, ..., and the last k or k - 1.
    """

    power: int
    norm: DualPair = LINF
    last: Expr = k

    def __post_init__(self):
        check_power(type(self).__name__, self.power)
        check_last(type(self).__name__, self.last)

    @property
    def symbol(self):
        each = dual_norm(Str(self.norm.name), gradient(iterate(l))) ** self.power
        return Sum(each, (l, 0, self.last)) / (self.last + 1)
