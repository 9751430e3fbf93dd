"""How a measure is read off a run: numbers at single points, the streams, and a formula over them.

A measure's term, such as Sum(E[||g_l||_1], (l, 0, k))/(k + 1) + E[V_k], is made of numbers at one iterate, which a run
gives step by step, and of what is done with them afterwards: weights, powers, minima and sums over the run, means over
the draws. `plan` takes the two apart, whatever the arithmetic; `over_arrays`, `over_run` and `over_laws` put them
together again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Add, Basic, Expr, Function, Integer, Mul, Pow, Sum, Symbol, preorder_traversal
from sympy.concrete.expr_with_limits import ExprWithLimits

from signproof.checks.facts.reading import PAIRS, Reading
from signproof.checks.posing.domain import Unsupported
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.measures.distances import Distance
from signproof.theory.measures.runs import DualGradientNorm, Measure, Objective, Suboptimality
from signproof.theory.symbols import f_star, i, k, l
from signproof.theory.terms.averages import average
from signproof.theory.terms.expectations import Total, coordinate, expectation
from signproof.theory.terms.vectors import (
    Least,
    VectorAtom,
    dual_norm,
    gradient,
    inner,
    iterate,
    maximizer,
    minimizer,
    norm,
    suboptimality,
    value,
    x_star,
)
from signproof.theory.terms.vectors import Scalar as ScalarTerm


class Read(Function):
    """The number that a stream has at an iteration. Arguments: which stream, the iteration."""

    nargs = 2
    is_real = True


class Mean(Function):
    """The mean of a formula over the draws."""

    nargs = 1
    is_real = True


@dataclass(frozen=True)
class Stream:
    """A number at one point of a run, step by step: at x_n or, with a lag of 0 or 1, at the mean of x_0, ..., x_{n -
    lag}."""

    measure: Measure
    lag: int | None = None


@dataclass(frozen=True)
class Plan:
    """The streams of a measure, and the formula that makes it of them, with `Read`, `Mean`, `Sum` and `Least`."""

    streams: tuple[Stream, ...]
    formula: Expr

    @property
    def averages(self) -> bool:
        """Whether it is about averages of the iterates."""
        return any(stream.lag is not None for stream in self.streams)

    @property
    def of_gradients(self) -> bool:
        """Whether it depends on x through f and its gradient alone."""
        return all(isinstance(s.measure, Suboptimality | DualGradientNorm) and s.lag is None for s in self.streams)

    @property
    def in_mean(self) -> bool:
        """Whether all that depends on the draws stands in means."""
        return not _outside_means(self.formula)

    @property
    def quiet(self) -> Expr:
        """The formula without noise, where a number is its own mean."""
        return self.formula.replace(Mean, lambda inside: inside)


@dataclass(frozen=True)
class AtPoint(Measure):
    """A term at one point, written with x_0 for it."""

    term: Expr

    @property
    def symbol(self):
        return self.term.xreplace({iterate(0): iterate(k), suboptimality(0): suboptimality(k)})

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        return Reading(problem, xp, {}, {}, [x]).number(self.term, 0)


@lru_cache(1024)
def plan(measure: Measure) -> Plan:
    """The plan of a measure.

    Raises Unsupported if nothing here knows what its term says, and it has no quantity either.
    """
    if measure.horizon is not None:
        raise Unsupported(
            f"{measure.symbol} is a quantity of a whole run; such claims are tested for proximal methods only"
        )
    try:
        streams: list[Stream] = []
        formula = _read(measure.symbol, streams)
        return Plan(tuple(streams), formula)
    except Unsupported:
        if type(measure).quantity is Measure.quantity:
            raise
    return _of_quantity(measure)


def _of_quantity(measure: Measure) -> Plan:
    """The plan of a measure that is told by its quantity: its symbol says whether of minima there are means, or of
    means minima."""
    at: Any = lambda index: Read(Integer(0), index)  # noqa: E731
    symbol = measure.symbol
    means = [part.args[0] for part in symbol.atoms(expectation)]
    formula = at(k)
    if measure.least_so_far:
        inside = any(part.has(Least) for part in means)
        formula = Least(at(l) if inside or not means else Mean(at(l)), (l, 0, k))
        formula = Mean(formula) if inside else formula
    elif measure.mean_so_far or measure.sum_so_far:
        last = next((part.limits[0][2] for part in symbol.atoms(Sum)), k)
        formula = Sum(Mean(at(l)) if means else at(l), (l, 0, last))
        formula = formula / (last + 1) if measure.mean_so_far else formula
    elif means:
        factor, mean_of = symbol.as_independent(expectation)
        if not (isinstance(mean_of, expectation) and not factor.has(ScalarTerm)):
            raise Unsupported(f"{symbol} is another number than the mean of a quantity")
        formula = Mean(formula)
    return Plan((Stream(measure),), formula)


def _read(part: Basic, streams: list[Stream]) -> Any:
    """A term with what is read off points in it named."""
    if part == f_star:
        return Integer(0)
    if isinstance(part, expectation):
        if part.args[1]:
            raise Unsupported(f"{part} is a mean given an iterate")
        return mean_of(_read(part.args[0], streams))
    power = isinstance(part, Pow) and isinstance(part.base, norm | dual_norm) and part.exp.is_Integer and part.exp > 0
    if isinstance(part, ScalarTerm) or power:
        return _at_point(part, streams)
    if type(part) in (Sum, Least):
        if len(part.limits) != 1 or part.limits[0][:2] != (l, 0) or part.limits[0][2] not in (k, k - 1):
            raise Unsupported(f"{part} does not end at iteration k or k - 1")
        inside = _read(part.function, streams)
        if inside.has(ExprWithLimits):
            raise Unsupported(f"{part} is over the run twice")
        return type(part)(_each_known(inside, part), *part.limits)
    if isinstance(part, VectorAtom | ExprWithLimits):
        raise Unsupported(f"{part} is no number at an iterate")
    if not part.args:
        return part
    return part.func(*(_read(each, streams) for each in part.args))


def mean_of(formula: Expr) -> Expr:
    """The mean of a formula: what is known comes out of it, and of sums it is the sum of the means."""
    if not _outside_means(formula):
        return formula
    if isinstance(formula, Add):
        return Add(*map(mean_of, formula.args))
    if isinstance(formula, Mul):
        random = [factor for factor in formula.args if _outside_means(factor)]
        outside = Mul(*(factor for factor in formula.args if not _outside_means(factor)))
        return outside * (mean_of(random[0]) if len(random) == 1 else _mean(Mul(*random)))
    if type(formula) is Sum:
        return Sum(_each_known(mean_of(formula.function), formula), *formula.limits)
    return _mean(formula)


def _mean(formula: Expr) -> Expr:
    if formula.has(Mean):
        raise Unsupported(f"a mean is of what depends on another mean: {formula}")
    return Mean(formula)


def _each_known(inside: Expr, whole: Expr) -> Expr:
    """What a sum or a minimum is over; its means are of what happens at iteration l alone."""
    if any(part.has(k) for part in inside.atoms(Mean)):
        raise Unsupported(f"a mean in {whole} is about two iterations")
    return inside


def _at_point(part: Expr, streams: list[Stream]) -> Expr:
    """A scalar term at one point, as what its stream has there."""
    numbers = {term.args[0] for term in part.atoms(iterate, suboptimality, average)}
    averaged = part.has(average)
    if len(numbers) != 1 or (averaged and part.has(iterate, suboptimality)):
        raise Unsupported(f"{part} is not about one iterate")
    (number,) = numbers
    lag = None
    if averaged:
        if number not in (k, k - 1):
            raise Unsupported(f"{part} is about another average than that of x_0, ..., x_k")
        lag, number = (0 if number == k else 1), k
    if number not in (k, l, Integer(0)):
        raise Unsupported(f"{part} is about another iterate than x_k")
    here = {term: type(term)(Integer(0)) for term in part.atoms(iterate, suboptimality)}
    here |= {term: iterate(0) for term in part.atoms(average)}
    stream = Stream(_stream(part.xreplace(here)), lag)
    if stream not in streams:
        streams.append(stream)
    return Read(Integer(streams.index(stream)), number)


def _stream(term: Expr) -> Measure:
    """The measure that is a term at the point x_0."""
    base, power = (term.base, int(term.exp)) if isinstance(term, Pow) else (term, 1)
    x = iterate(0)
    if base in (suboptimality(0), value(x)):
        return Suboptimality()
    if isinstance(base, norm | dual_norm):
        name, vector = base.args
        if name.name not in PAIRS:
            raise Unsupported(f"{base} has no value: choose a norm")
        if isinstance(base, dual_norm) and vector == gradient(x):
            return DualGradientNorm(power, PAIRS[name.name])
        if isinstance(base, norm) and vector in (x - x_star, x_star - x):
            return Distance(power, PAIRS[name.name])
    strange = [part for part in preorder_traversal(term) if not _is_readable(part)]
    if strange:
        raise Unsupported(f"{strange[0]} has no value on a problem of a family")
    return AtPoint(term)


_READABLE = (suboptimality, value, inner, norm, dual_norm, coordinate, Total, iterate, minimizer, gradient, maximizer)
"""Terms that have a value at a point of a problem."""


def _is_readable(part: Basic) -> bool:
    if isinstance(part, VectorAtom | ScalarTerm):
        function = isinstance(part, value | gradient) and len(part.args) > 1
        named = isinstance(part, norm | dual_norm | maximizer) and part.args[0].name not in PAIRS
        return isinstance(part, _READABLE) and not function and not named
    return not isinstance(part, ExprWithLimits) and (not isinstance(part, Symbol) or part == i)


def _outside_means(part: Basic) -> bool:
    if isinstance(part, Read):
        return part.args[1] != 0
    return not isinstance(part, Mean) and any(map(_outside_means, part.args))


def folds(formula: Expr) -> Iterator[ExprWithLimits]:
    """The outermost sums and minima over the run in a formula."""
    if isinstance(formula, ExprWithLimits):
        yield formula
        return
    for part in formula.args:
        yield from folds(part)
