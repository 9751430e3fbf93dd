"""The symbolic arithmetic of one function of few coordinates: columns of SymPy expressions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

from sympy import Abs, Add, Expr, Matrix, Max, Rational, cos, exp, log, sign, sin, sqrt, sympify
from sympy.core.decorators import call_highest_priority

from signproof.theory.arithmetic import Arithmetic


class Column(Matrix):
    """A vector of R^d: as those of the other arithmetics, it is multiplied and divided entry by entry."""

    _op_priority = 20
    """Above that of expressions, so that these leave their products with a column to the column."""

    def __getitem__(self, key: int | slice | tuple[int | slice, ...] | Matrix) -> Expr | Matrix:
        if isinstance(key, slice):
            return Column(list(self)[key])
        if isinstance(key, Matrix):  # a table of places gives the table of what stands there
            return key.applyfunc(lambda place: self[int(place)])
        return super().__getitem__(key)

    def __setitem__(self, key: int | slice | tuple[int | slice, ...], entry: Matrix | Expr | int) -> None:
        if not isinstance(key, slice):
            return super().__setitem__(key, entry)
        places = range(len(self))[key]
        entries = list(entry) if isinstance(entry, Matrix) else [entry] * len(places)
        for place, each in zip(places, entries, strict=True):
            super().__setitem__(place, each)

    @call_highest_priority("__rmul__")
    def __mul__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: one * another)

    def __rmul__(self, other: Matrix | Expr | int) -> Column:
        return self * other

    @call_highest_priority("__rtruediv__")
    def __truediv__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: one / another)

    def __rtruediv__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: another / one)

    def __pow__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: one**another)

    def __add__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: one + another)

    def __radd__(self, other: Matrix | Expr | int) -> Column:
        return self + other

    def __sub__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: one - another)

    def __rsub__(self, other: Matrix | Expr | int) -> Column:
        return self._each(other, lambda one, another: another - one)

    def __neg__(self):
        return self.applyfunc(lambda entry: -entry)

    def __abs__(self):
        return self.applyfunc(abs)

    def _each(self, other: Matrix | Expr | int, operation: Callable[[Expr, Expr], Expr]) -> Column:
        others = list(other) if isinstance(other, Matrix) else [sympify(other)] * len(self)
        return Column([operation(*pair) for pair in zip(self, others, strict=True)])


class _Table(Matrix):
    """A matrix that is multiplied entry by entry."""

    _op_priority = 20

    def __mul__(self, other):
        return Matrix(self.multiply_elementwise(other))


class Coordinates(Arithmetic):
    """The arithmetic. Its vectors are columns, its numbers SymPy expressions; matrices are SymPy's."""

    words = "formulas"

    def rational(self, numerator: int, denominator: int) -> Expr:
        return Rational(numerator, denominator)

    def interval(self, lower: Column | Expr, upper: Column | Expr) -> Column | Expr:
        if lower == upper:
            return sympify(lower)
        raise TypeError("an interval is not a formula")

    def abs(self, x: Column | Expr) -> Column | Expr:
        return _each(Abs, x)

    def sign(self, x: Column | Expr) -> Column | Expr:
        return _each(sign, x)

    def sum(self, x: Column) -> Expr:
        return Add(*x)

    def max(self, x: Column) -> Expr:
        return Max(*x)

    def larger(self, x: Column | Expr, y: Column | Expr) -> Column | Expr:
        if not isinstance(x, Matrix):
            x, y = (y, x) if isinstance(y, Matrix) else (x, y)
        if not isinstance(x, Matrix):
            return Max(x, y)
        others = list(y) if isinstance(y, Matrix) else [y] * len(x)
        return Column([Max(*pair) for pair in zip(x, others, strict=True)])

    def power(self, base: Column | Expr, exponent: Expr) -> Column | Expr:
        return _each(lambda entry: entry**exponent, base)

    def matvec(self, matrix: Matrix, x: Column) -> Column:
        return Column(list(Matrix(matrix).multiply(Matrix(list(x)))))

    def sqrt(self, x: Column | Expr) -> Column | Expr:
        return _each(sqrt, x)

    def exp(self, x: Column | Expr) -> Column | Expr:
        return _each(exp, x)

    def log(self, x: Column | Expr) -> Column | Expr:
        return _each(log, x)

    def sin(self, x: Column | Expr) -> Column | Expr:
        return _each(sin, x)

    def cos(self, x: Column | Expr) -> Column | Expr:
        return _each(cos, x)

    def expm1(self, x: Column | Expr) -> Column | Expr:
        return _each(lambda entry: exp(entry) - 1, x)

    def log1p(self, x: Column | Expr) -> Column | Expr:
        return _each(lambda entry: log(1 + entry), x)

    def exp_remainder(self, x: Column | Expr) -> Column | Expr:
        return _each(lambda entry: exp(entry) - 1 - entry, x)

    def normalized(self, g: Column) -> Column:
        length = sqrt(Add(*(entry**2 for entry in g)))
        return g if length == 0 else _each(lambda entry: entry / length, g)

    def minors(self, a: Column, b: Column) -> tuple[Column, Matrix, Matrix]:
        n = len(a)
        pairs = list(combinations(range(n), 2))
        place = {pair: number for number, pair in enumerate(pairs)}

        def sign_at(row: int, column: int) -> int:
            (above, i), (left, j) = divmod(row, n), divmod(column, n)
            return 0 if above == left or i == j else (1 if i < j else -1) * (1 if left else -1)

        def place_at(row: int, column: int) -> int:
            return place.get((min(row % n, column % n), max(row % n, column % n)), 0)

        entries = [a[i] * b[j] - a[j] * b[i] for i, j in pairs]
        return Column(entries), Matrix(2 * n, 2 * n, place_at), _Table(2 * n, 2 * n, sign_at)


COORDINATES = Coordinates()


def _each(function: Callable[[Any], Any], x: Any) -> Any:
    return x.applyfunc(function) if isinstance(x, Matrix) else function(sympify(x))
