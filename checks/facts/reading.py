"""What statements say of one objective, in numbers: the kernel's terms, read at given points.

The minimizer is the origin of the coordinates, as it is of every family, and f is measured from its infimum: f* = 0.
Of a run, as many iterates are known as are given. A statement is surely true, surely false or, in balls and floats,
neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from operator import and_, or_
from typing import Any

from flint import fmpq
from sympy import And, Basic, Dummy, Eq, Expr, Ge, Gt, Integer, Lt, Ne, Not, Or, Rational, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue, to_nnf

from signproof.checks.numbers.exact import to_float
from signproof.checks.posing.domain import Unsupported
from signproof.theory.arithmetic import Arithmetic, Numbers, Vector, evaluate
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, f_star, i
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    dual_norm,
    gradient,
    inner,
    is_vector,
    iterate,
    maximizer,
    minimizer,
    norm,
    point,
    suboptimality,
    terms,
    value,
)

PAIRS = {pair.name: pair for pair in (LINF, L2, OPERATOR)}
ROUNDING = 2.0**-40
"""Sides that differ by less than so much of their size are not told apart in floats."""
Truth = tuple[Any, Any]
"""Whether something is surely true, and whether it is surely false; of a batch, arrays."""


class Reading:
    """An objective, points of it and numbers for the symbols.

    Arguments: a problem over the arithmetic `xp`; the arithmetic; values by symbol; vectors by name; the first
    iterates of a run. Vectors have shape (d,), or (d, batch) for a batch in floats. What problem and points give is
    kept: they must not change.
    """

    def __init__(
        self,
        problem: Any,  # of whatever family, or the numbers of one
        xp: Arithmetic,
        values: Mapping[Symbol, Any],
        points: Mapping[str, Any] | None = None,
        run: Sequence[Any] = (),
    ) -> None:
        self.problem, self.xp, self.values = problem, xp, dict(values)
        self.points, self.run = dict(points or {}), run
        self._kept: dict[tuple[str, int], tuple[Any, Any]] = {}
        self._origin = (next(iter(self.points.values())) if self.points else run[0]) * 0

    def at(self, values: Mapping[Symbol, Any], points: Mapping[str, Any]) -> Reading:
        """The same objective and run with other numbers and points."""
        other = Reading(self.problem, self.xp, self.values | dict(values), self.points | dict(points), self.run)
        other._kept, other._origin = self._kept, self._origin
        return other

    def truth(self, statement: Boolean) -> Truth:
        """Whether a statement holds, for all coordinates where it is about one.

        Raises Unsupported for terms that have no value here, TypeError if the arithmetic has no such number.
        """
        indices = range(len(self._origin)) if _is_of_coordinates(statement) else range(1)
        return _all([self._truth(statement, index) for index in indices])

    def sides(self, statement: Boolean) -> str:
        """The sides of a relation between numbers, for the reader; empty for what is none."""
        if len(getattr(statement, "args", ())) != 2 or isinstance(statement, And | Or) or statement.has(i):
            return ""
        if any(map(is_vector, statement.args)):
            return ""
        left, right = (self.number(side, 0) for side in (statement.lhs, statement.rhs))
        return f"{told(left)} {statement.rel_op} {told(right)}"

    def _truth(self, statement: Any, index: int) -> Truth:
        if isinstance(statement, BooleanTrue | BooleanFalse | bool):
            return bool(statement), not statement
        if isinstance(statement, Not):
            true, false = self._truth(statement.args[0], index)
            return false, true
        if isinstance(statement, And):
            return _all([self._truth(part, index) for part in statement.args])
        if isinstance(statement, Or):
            parts = [self._truth(part, index) for part in statement.args]
            return reduce(or_, (true for true, _ in parts)), reduce(and_, (false for _, false in parts))
        if not isinstance(statement, Relational):  # Implies and the like, written with the others
            return self._truth(to_nnf(statement, simplify=False), index)
        if isinstance(statement, Eq | Ne) and any(map(is_vector, statement.args)):
            sides = [self.vector(side, index) for side in (statement.lhs, statement.rhs)]
            equal = _all([self._compare(Eq, a, b) for a, b in zip(*sides, strict=True)])
            return equal if isinstance(statement, Eq) else equal[::-1]
        return self._compare(type(statement), self.number(statement.lhs, index), self.number(statement.rhs, index))

    def _compare(self, kind: type, left: Any, right: Any) -> Truth:
        if kind in (Gt, Ge):
            left, right = right, left
        room = ROUNDING * (abs(left) + abs(right)) if _is_float(left, right) else 0
        below, above = left + room < right, left > right + room
        if kind in (Eq, Ne):
            # in floats nothing is surely equal, but what is not told apart is not surely unequal
            equal = below & False if _is_float(left, right) else left == right
            return (equal, below | above)[:: 1 if kind is Eq else -1]
        strict = kind in (Lt, Gt)
        if _is_float(left, right):
            return below, above
        return (left < right, left >= right) if strict else (left <= right, left > right)

    def number(self, term: Expr, index: int) -> Numbers:
        """The value of a scalar term; `index` is the number of the coordinate that it is about."""
        skeleton, parts = _skeleton(term)
        values = {symbol: self._scalar(part, index) for symbol, part in parts.items()}
        try:
            return evaluate(skeleton, self.values | values, self.xp)
        except KeyError as missing:
            raise Unvalued(f"{missing.args[0]} has no value") from None

    def _scalar(self, term: Any, index: int) -> Any:
        if term == V0:
            return self._value(self._iterate(0))
        if term == f_star:
            return self.xp.rational(0, 1)
        if isinstance(term, value) and len(term.args) == 1:
            return self._value(self.vector(term.args[0], index))
        if isinstance(term, suboptimality):
            return self._value(self._iterate(term.args[0]))
        if isinstance(term, inner):
            u, v = (self.vector(argument, index) for argument in term.args)
            return self.xp.sum(u * v)
        if isinstance(term, norm | dual_norm) and term.args[0].name in PAIRS:
            pair, v = PAIRS[term.args[0].name], self.vector(term.args[1], index)
            return pair.norm(v, self.xp) if isinstance(term, norm) else pair.dual(v, self.xp)
        if isinstance(term, coordinate):
            return self.vector(term.args[0], index)[index]
        if isinstance(term, Total) and term.index == i:
            parts = [self.number(term.function, each) for each in range(len(self._origin))]
            return reduce(lambda a, b: a + b, parts)
        raise Unsupported(f"{type(term).__name__} has no value on a problem of a family")

    def vector(self, term: Expr, index: int) -> Vector:
        """The value of a vector term."""
        parts = _parts(term)
        if len(parts) == 1 and next(iter(parts.values())) == 1:
            return self._atom(next(iter(parts)), index)  # the very array, of which more may be kept
        total = self._origin
        for atom, factor in parts.items():
            total = total + self._atom(atom, index) * self.number(factor, index)
        return total

    def _atom(self, atom: Any, index: int) -> Any:
        if isinstance(atom, point) and atom.args[0].name in self.points:
            return self.points[atom.args[0].name]
        if isinstance(atom, minimizer):
            return self._origin
        if isinstance(atom, iterate):
            return self._iterate(atom.args[0])
        if isinstance(atom, trajectory) and atom.args[0] == 0:
            return self._iterate(0)
        if isinstance(atom, gradient) and len(atom.args) == 1:
            return self._keep("gradient", self.vector(atom.args[0], index))
        if isinstance(atom, maximizer) and atom.args[0].name in PAIRS:
            return PAIRS[atom.args[0].name].maximizer(self.vector(atom.args[1], index), self.xp)
        raise Unsupported(f"{type(atom).__name__} has no value on a problem of a family")

    def _iterate(self, number: Any) -> Any:
        place = Integer(number) if isinstance(number, int) else number
        if not (place.is_Integer and 0 <= place < len(self.run)):
            raise Unvalued(f"iterate {number} is not known")
        return self.run[int(place)]

    def _value(self, x: Any) -> Any:
        return self._keep("suboptimality", x)

    def _keep(self, name: str, x: Any) -> Any:
        """Value or gradient at a point, computed once for the same array."""
        if (name, id(x)) not in self._kept:
            self._kept[name, id(x)] = x, getattr(self.problem, name)(x, self.xp)  # with x, so that its id stays its own
        return self._kept[name, id(x)][1]


class Unvalued(Unsupported):
    """A symbol or an iterate without a value here; elsewhere it may have one."""


def told(number: Numbers) -> str:
    """A number for the reader, as short as it can be."""
    if isinstance(number, fmpq) and len(str(number)) <= 24:
        return str(number)
    if isinstance(number, fmpq):
        return f"{to_float(number):.12g}" if abs(number) < 10**300 else str(number)[:24]
    return number.str(12, radius=False) if hasattr(number, "str") else f"{number:.12g}"


def told_vector(vector: Vector) -> str:
    return f"({', '.join(map(told, vector))})"


@cache
def _is_of_coordinates(statement: Any) -> bool:
    return isinstance(statement, Basic) and statement.has(i)


@cache
def _skeleton(term: Expr) -> tuple[Expr, dict[Symbol, Expr]]:
    """A formula with symbols for what is read off an objective, and what these stand for."""
    parts: dict[Expr, Symbol] = {}

    def bare(part: Any) -> Any:
        if isinstance(part, Scalar | ExprWithLimits) or part in (V0, f_star):
            return parts.setdefault(part, Dummy(real=True))
        if isinstance(part, VectorAtom):
            raise Unsupported(f"{part} is not a number")
        return part.func(*map(bare, part.args)) if part.args and not isinstance(part, Rational) else part

    skeleton = bare(term)
    return skeleton, {symbol: part for part, symbol in parts.items()}


def _all(parts: list[Truth]) -> Truth:
    return reduce(and_, (true for true, _ in parts)), reduce(or_, (false for _, false in parts))


def _is_float(*numbers: Any) -> bool:
    return any(isinstance(number, float) or hasattr(number, "dtype") for number in numbers)


_parts = cache(terms)
