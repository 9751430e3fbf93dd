"""One step of a method along an orbit, in formulas: where it leads, what it leaves in memory, what it needs for that.

The rule runs on columns of numbers that note every division, root and logarithm, so that a rule with g g / g in it is
not taken for one with g.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, overload

from sympy import Dummy, Eq, Expr, Symbol
from sympy.logic.boolalg import And, Boolean

from signproof.theory.algebra.decide import conditions
from signproof.theory.border.opaque import Number, Scalars, with_terms
from signproof.theory.border.steps import begin, move
from signproof.theory.claim import Orbit
from signproof.theory.methods.gradient import Algorithm


class Remembers(ValueError):
    """The method remembers more than an orbit tells."""


@dataclass(frozen=True)
class Turn:
    """The statement that a method goes from one point of an orbit to the next, and what must hold for it to have a
    value there."""

    statement: Boolean
    needs: tuple[Boolean, ...]


def turn(algorithm: Algorithm, orbit: Orbit, start: int) -> Turn:
    """The step from point number `start`.

    What the method remembers there is what the step before left or, at the first point, also what it begins with.
    Raises Remembers if what a step leaves depends on more than the point that it was made from.
    """
    xp = Formulas()
    formulas, algorithm = algorithm.parameters, with_terms(algorithm, xp)
    there = orbit.points[(start + 1) % len(orbit.points)]
    begun = begin(algorithm, xp.column(orbit.points[0]), xp)
    none = isinstance(begun, tuple) and not begun
    left = begun if none else _left_behind(algorithm, orbit, start - 1, begun, xp)
    found = []
    for memory in (begun, left) if start == 0 and not none else (left,):
        after, later = _step(algorithm, orbit, start, memory, xp)
        if none and not (isinstance(later, tuple) and not later):
            raise Remembers(f"{algorithm} remembers more than its iterate")
        found += [Eq(a.term, b, evaluate=False) for a, b in zip(after, there, strict=True)]
    needs = (condition for formula in formulas.values() for condition in conditions(formula))
    return Turn(And(*found), tuple(dict.fromkeys((*needs, *xp.needs))))


def _step(algorithm: Algorithm, orbit: Orbit, start: int, memory: Any, xp: Formulas) -> tuple[Any, Any]:
    """One step from point number `start`: the next point, and the next memory."""

    def slope(x: Column) -> Column:
        at = {name: entry.term for name, entry in zip(orbit.coordinates, x, strict=True)}
        xp.needs += [condition.xreplace(at) for part in orbit.gradient for condition in conditions(part)]
        return xp.column(part.xreplace(at) for part in orbit.gradient)

    return move(algorithm, xp.column(orbit.points[start % len(orbit.points)]), slope, memory, xp)


def _left_behind(algorithm: Algorithm, orbit: Orbit, start: int, like: Any, xp: Formulas) -> Any:
    """What the step from a point of the orbit leaves in memory, whatever was there before."""
    unknown: set[Symbol] = set()

    def anything(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(anything, part))
        if isinstance(part, Column):
            return Column(map(anything, part))
        if not isinstance(part, Number):
            raise Remembers(
                f"{type(algorithm).__name__} has a {type(part).__name__} in its memory: in a proof, memory must be "
                "numbers, vectors and tuples of them, () if there is nothing to remember"
            )
        unknown.add(Dummy("memory", real=True))
        return xp.number(max(unknown, key=lambda symbol: symbol.dummy_index))

    before = anything(like)
    noted = list(xp.needs)
    _, memory = _step(algorithm, orbit, start, before, xp)
    if _symbols_in(memory) & unknown or any(need.free_symbols & unknown for need in xp.needs):
        raise Remembers(f"{algorithm} remembers more than the point its last step started from")
    xp.needs[:] = noted  # that step is looked at in its own turn
    return memory


def _symbols_in(memory: Any) -> set[Symbol]:
    if isinstance(memory, tuple | Column):
        return set().union(*map(_symbols_in, memory))
    return memory.term.free_symbols if isinstance(memory, Number) else getattr(memory, "free_symbols", set())


class Column:
    """A vector of few coordinates, each a `Number`; it is added, multiplied and divided entry by entry."""

    __array_ufunc__ = None

    def __array__(self, *how: Any) -> None:  # whatever NumPy asks
        raise self[0].refused("formulas are not an array: write the rule with the arithmetic it is given")

    def __bool__(self):
        raise self[0].refused("a proof does not know whether a vector is zero: write the rule without branches")

    def _compared(self, other):
        raise self[0].refused("a proof cannot compare vectors: write the rule without branches")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compared
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, entries: Iterable[Any]):
        self.entries = list(entries)

    def __len__(self):
        return len(self.entries)

    def __iter__(self):
        return iter(self.entries)

    @overload
    def __getitem__(self, key: int) -> Number: ...

    @overload
    def __getitem__(self, key: slice) -> Column: ...

    def __getitem__(self, key: int | slice) -> Column | Number:
        return Column(self.entries[key]) if isinstance(key, slice) else self.entries[key]

    def __setitem__(self, key: int | slice, entry: Column | Number | Expr | int) -> None:
        places = range(len(self))[key] if isinstance(key, slice) else (key,)
        for number, place in enumerate(places):
            self.entries[place] = entry[number] if isinstance(entry, Column) else entry

    def __copy__(self):
        return Column(self.entries)

    def each(self, operation: Callable[..., Any], other: Any = None) -> Column:  # a column or a number
        """An operation on every entry, or with every entry of another column, or with one number."""
        if other is None:
            return Column(map(operation, self))
        others = other if isinstance(other, Column) else [other] * len(self)
        return Column(operation(*pair) for pair in zip(self, others, strict=True))

    def __add__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(operator.add, other)

    def __sub__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(operator.sub, other)

    def __mul__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(operator.mul, other)

    def __truediv__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(operator.truediv, other)

    def __pow__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(operator.pow, other)

    def __rsub__(self, other: Column | Number | Expr | int) -> Column:
        return -self + other

    def __rtruediv__(self, other: Column | Number | Expr | int) -> Column:
        return self.each(lambda entry: other / entry)

    def __neg__(self):
        return self.each(operator.neg)

    def __abs__(self):
        return self.each(abs)

    __radd__, __rmul__ = __add__, __mul__


def _on_columns(name: str) -> Callable[..., Any]:
    """An operation on numbers, done on every entry of a column."""
    operation = getattr(Scalars, name)

    def apply(self: Scalars, x: Any, *more: Any) -> Any:
        if not isinstance(x, Column) and more and isinstance(more[0], Column):
            x, more = more[0], (x,)  # the larger of two, in any order
        if isinstance(x, Column):
            return x.each(lambda *pair: operation(self, *pair), *more)
        return operation(self, x, *more)

    return apply


class Formulas(Scalars):
    """The arithmetic of formulas in few coordinates: its vectors are columns."""

    words = "formulas"

    def column(self, entries: Iterable[Expr]) -> Column:
        return Column(map(self.number, entries))

    def sum(self, x: Column) -> Number:
        return sum(x.entries[1:], start=x.entries[0])

    def max(self, x: Column) -> Number:
        largest = x[0]
        for entry in x.entries[1:]:
            largest = self.larger(largest, entry)
        return largest

    def normalized(self, g: Column) -> Column:
        return g / self.sqrt(self.sum(g * g))

    abs, sign, power, sqrt, exp, log, sin, cos, expm1, log1p, exp_remainder, larger = map(
        _on_columns,
        ("abs", "sign", "power", "sqrt", "exp", "log", "sin", "cos", "expm1", "log1p", "exp_remainder", "larger"),
    )
