"""A measure along one run in exact arithmetic, iterate by iterate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sympy import Dummy, Expr, Pow, Symbol, log, nan, oo, zoo
from sympy.concrete.expr_with_limits import ExprWithLimits

from signproof.checks.numbers.exact import Exact
from signproof.checks.runs.plans import Plan, Read, Stream, plan
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import Guarded, measured
from signproof.theory.measures.runs import Measure
from signproof.theory.symbols import k, l
from signproof.theory.terms.vectors import Least

Numbers: TypeAlias = Any
"""A number or a point in whatever arithmetic is at work, or a problem over it."""


class Meter:
    """A measure at k = 0, 1, 2, ... of a run without noise; a number is its own mean.

    Arguments: the measure; the problem, over the arithmetic; the arithmetic; values of the parameters, V_0 included.
    """

    def __init__(self, measure: Measure, problem: Numbers, xp: Exact, values: Mapping[Symbol, Any]):
        self.plan = plan(measure)
        self._formula = self.plan.quiet
        self._read, self._xp, self._values = Readings(self.plan, problem, xp), xp, dict(values)
        self._path: list[tuple[Any, ...]] = []
        self._folded: dict[Expr, tuple[int, Any]] = {}

    def at(self, x: Numbers) -> Numbers:
        """The measure at the next iterate, x. Raises ZeroDivisionError if it has no value there."""
        self._path.append(self._read(x))
        return number(self._formula, self._path, self._values, self._xp, self._folded)


class Readings:
    """What the streams of a plan are at the iterates of a run, one after another."""

    def __init__(self, of: Plan, problem: Numbers, xp: Exact):
        self._plan, self._problem, self._xp = of, Guarded(problem), xp
        self._count, self._total = 0, None

    def __call__(self, x: Numbers) -> tuple[Any, ...]:
        before = self._total, self._count
        if self._plan.averages:
            self._total = x if self._total is None else self._total + x
        self._count += 1
        return tuple(self._at(stream, x, before) for stream in self._plan.streams)

    def _at(self, stream: Stream, x: Any, before: tuple[Any, int]) -> Any:
        if stream.lag is not None:
            total, count = (self._total, self._count) if stream.lag == 0 else before
            if not count:
                return None  # of no iterates there is no average
            x = total / self._xp.rational(count, 1)
        return measured(stream.measure, self._problem, x, self._xp)


def number(
    formula: Expr,
    path: Sequence[tuple[Any, ...]],
    values: Mapping[Symbol, Any],
    xp: Exact,
    folded: dict[Expr, tuple[int, Any]] | None = None,
    index: int | None = None,
) -> Numbers:
    """A formula at the end of a path of readings, its means numbers.

    Arguments: the formula; what the streams were at each iteration; values of the parameters; the arithmetic; sums and
    minima up to some iteration, which are carried on; within a sum, the iteration l that it is at.
    Raises ZeroDivisionError where the formula has no value.
    """
    if type(formula) is Read and formula.args[1] == k:
        return _known(path[-1][int(formula.args[0])])
    at = len(path) - 1
    skeleton, parts = skeleton_of(formula)
    here = {**values, k: xp.rational(at, 1)}
    if index is not None:
        here[l] = xp.rational(index, 1)
    for symbol, part in parts.items():
        if isinstance(part, Read):
            place = {k: at, l: index or 0}.get(part.args[1], 0)
            here[symbol] = _known(path[place][int(part.args[0])])
        else:
            here[symbol] = _fold(part, path, values, xp, {} if folded is None else folded)
    if _counts(skeleton):  # a power with a whole exponent is one once k is known, and a quotient has a value or none
        skeleton = skeleton.subs({k: at} | ({} if index is None else {l: index}))
        if skeleton.has(nan, zoo, oo):
            raise ZeroDivisionError(f"{formula} at k = {at}")
    return evaluate(skeleton, here, xp)


def _fold(
    part: ExprWithLimits,
    path: Sequence[tuple[Any, ...]],
    values: Mapping[Symbol, Any],
    xp: Exact,
    folded: dict[Expr, tuple[int, Any]],
) -> Any:
    """A sum or a minimum over the run."""
    last = int(part.limits[0][2].subs(k, len(path) - 1))
    if last >= len(path):
        raise ZeroDivisionError(f"{part} goes beyond iteration {len(path) - 1}")
    count, total = folded.get(part, (0, None)) if not part.function.has(k) else (0, None)
    for index in range(count, last + 1):
        each = number(part.function, path, values, xp, None, index)
        if total is not None:
            each = -xp.larger(-total, -each) if isinstance(part, Least) else total + each
        total = each
    folded[part] = max(count, last + 1), total
    if total is None:
        if isinstance(part, Least):
            raise ZeroDivisionError("a minimum over no iterates")
        return xp.rational(0, 1)
    return total


def _known(reading: Any) -> Any:
    if reading is None:
        raise ZeroDivisionError("an average of no iterates")
    return reading


@lru_cache(4096)
def skeleton_of(formula: Expr) -> tuple[Expr, dict[Symbol, Expr]]:
    """A formula with symbols for readings, sums and minima, and what these stand for."""
    parts: dict[Expr, Symbol] = {}

    def bare(part: Any) -> Any:
        if isinstance(part, Read | ExprWithLimits):
            return parts.setdefault(part, Dummy(real=True))
        return part.func(*map(bare, part.args)) if part.args else part

    skeleton = bare(formula)
    return skeleton, {symbol: part for part, symbol in parts.items()}


@lru_cache(4096)
def _counts(skeleton: Expr) -> bool:
    """Whether a power or a logarithm depends on an iteration."""
    return any(part.has(k, l) for part in skeleton.atoms(Pow, log))
