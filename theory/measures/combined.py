"""Measures made of others: expected, the least, mean or sum over the run, weighted sums, and any formula of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Expr, Mul, Sum, sympify
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str

from signproof.theory.measures.runs import Measure, Suboptimality, check_last
from signproof.theory.misuse import Misuse
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.symbols import k, l
from signproof.theory.terms.expectations import expectation, known, mean
from signproof.theory.terms.vectors import Least, check_term, dual_norm, maximizer, norm


@dataclass(frozen=True)
class Expected(Measure):
    """E of a measure, over the draws of the stochastic gradients: `Expected(DualGradientNorm(1))`, and so on.

    The mean of a sum over the run is written as the sum of the means.
    """

    measure: Measure

    def __post_init__(self):
        _check_measure(self, self.measure)

    @property
    def symbol(self):
        return _expected(self.measure.symbol)

    @property
    def noiseless(self):
        return self.measure.noiseless


@dataclass(frozen=True)
class _OverRun(Measure):
    """A measure at one iteration, taken together over the iterations."""

    measure: Measure

    def __post_init__(self):
        _check_measure(self, self.measure)
        if self.measure.symbol.has(ExprWithLimits):
            raise Misuse(f"{type(self).__name__}: {self.measure} is about the whole run; take one at iteration k")

    @property
    def noiseless(self):
        return _again(self, self.measure.noiseless)

    @property
    def each(self) -> Expr:
        """The measure at iteration l."""
        return self.measure.symbol.xreplace({k: l})


@dataclass(frozen=True)
class MinOverRun(_OverRun):
    """The least of a measure over the iterations 0, ..., k; `MinOverRun(Expected(m))` is the least of the means."""

    @property
    def symbol(self):
        return Least(self.each, (l, 0, k))


@dataclass(frozen=True)
class _Summed(_OverRun):
    last: Expr = k

    def __post_init__(self):
        super().__post_init__()
        check_last(type(self).__name__, self.last)


@dataclass(frozen=True)
class SumOverRun(_Summed):
    """The sum of a measure over the iterations 0, ..., last, which is k or k - 1."""

    @property
    def symbol(self):
        return Sum(self.each, (l, 0, self.last))


@dataclass(frozen=True)
class MeanOverRun(_Summed):
    """The mean of a measure over the iterations 0, ..., last, which is k or k - 1."""

    @property
    def symbol(self):
        return Sum(self.each, (l, 0, self.last)) / (self.last + 1)


@dataclass(frozen=True)
class BestSuboptimality(Measure):
    """f at the best iterate so far, above its infimum: min over l <= k of V_l."""

    @property
    def symbol(self):
        return MinOverRun(Suboptimality()).symbol


@dataclass(frozen=True)
class Potential(Measure):
    """A weighted sum of measures; weights may depend on k and on parameters.

    Argument: pairs of a weight and a measure. It is what `k * Suboptimality() + L / 2 * Distance(2, L2)` makes.
    """

    parts: tuple[tuple[Expr, Measure], ...]

    def __post_init__(self):
        if not isinstance(self.parts, tuple | list) or not self.parts:
            raise Misuse(f"Potential takes pairs of a weight and a measure, not {self.parts!r}")
        pairs = []
        for pair in self.parts:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise Misuse(f"Potential takes pairs of a weight and a measure, not {pair!r}")
            _check_measure(self, pair[1])
            pairs.append((sympify(pair[0]), pair[1]))
        object.__setattr__(self, "parts", tuple(pairs))

    @property
    def symbol(self):
        return Add(*(weight * measure.symbol for weight, measure in self.parts))

    @property
    def noiseless(self):
        return Potential(tuple((weight, measure.noiseless) for weight, measure in self.parts))


@dataclass(frozen=True)
class Formula(Measure):
    """Any formula of the run: made of terms such as `suboptimality(k)`, `norm(Str("2"), iterate(k) - x_star)` and
    parameters, of means `mean(...)`, and of `Sum(..., (l, 0, k))` and `Least(..., (l, 0, k))` over the run.

    Raises Misuse for what is no such term.
    """

    term: Expr

    def __post_init__(self):
        try:
            check_term(self.term)
        except TypeError as error:
            raise Misuse(f"Formula: {error}") from None

    @property
    def symbol(self):
        return self.term

    @property
    def noiseless(self):
        return Formula(without_means(self.term))

    @property
    def norms(self):
        names = {part.args[0].name for part in self.term.atoms(norm, dual_norm, maximizer)}
        return tuple(pair for pair in (LINF, L2, OPERATOR, ANY) if pair.name in names)

    def in_norm(self, pair: DualPair) -> Formula:
        return Formula(self.term.xreplace({Str("any"): Str(pair.name)}))


def without_means(term: Expr) -> Expr:
    """A term with what expectations are of in their place."""
    return term.replace(expectation, lambda inside, given: inside)


def sum_of(one: Measure, other: Measure) -> Potential:
    """The sum of two measures."""
    return Potential((*_parts(one), *_parts(other)))


def times(weight: Expr, measure: Measure) -> Potential:
    """A multiple of a measure."""
    return Potential(tuple((weight * factor, part) for factor, part in _parts(measure)))


def _parts(measure: Measure) -> tuple[tuple[Expr, Measure], ...]:
    return measure.parts if type(measure) is Potential else ((sympify(1), measure),)


def _expected(term: Expr) -> Expr:
    """E of a term, in which what is known already stands outside, and of sums the sums of the means."""
    if not term.has(Sum):
        return mean(term)
    if isinstance(term, Add):
        return Add(*map(_expected, term.args))
    if isinstance(term, Mul):
        outside = [factor for factor in term.args if known(factor, ())]
        rest = [factor for factor in term.args if factor not in outside]
        return Mul(*outside, _expected(rest[0]) if len(rest) == 1 else mean(Mul(*rest)))
    return Sum(_expected(term.function), *term.limits) if type(term) is Sum else mean(term)


def _check_measure(whole: Measure, part: Any) -> None:
    if not isinstance(part, Measure):
        raise Misuse(f"{type(whole).__name__} takes a measure, such as Suboptimality(), not {part!r}")


def _again(measure: Any, inner: Measure) -> Any:
    return measure if inner is measure.measure else replace(measure, measure=inner)
