"""Assumptions on the objective: inequalities with named constants.

The kernel takes an instance of `statement` as a hypothesis; a problem family answers `Problem.constant` with an
enclosure of the best constant. Both read the same object. Assumptions on stochastic gradients are in `gradients`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Abs, And, Basic, Eq, Expr, Ge, Gt, Integer, Le, Rational, Symbol, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.misuse import Misuse
from signproof.theory.norms import LINF, DualPair
from signproof.theory.symbols import f_star, i
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, point, value

L_i = coordinate(point(Str("L")), i)
"""The constant of coordinate i, for separable smoothness."""


@dataclass(frozen=True)
class Assumption(ABC):
    """Base class of assumptions: a statement that holds at all points."""

    points: ClassVar[int]
    """How many points the statement is about."""
    words: ClassVar[str]

    @property
    def formulas(self) -> tuple[Expr, ...]:
        """Its formulas, such as its constant."""
        return ()

    @property
    def symbols(self) -> set[Symbol]:
        return {symbol for formula in self.formulas for symbol in formula.free_symbols}

    @property
    def conditions(self) -> tuple[Basic, ...]:
        """Conditions on its formulas, such as that a constant is positive."""
        return ()

    @abstractmethod
    def statement(self, *points: Expr) -> Boolean:
        """The statement at the given points (vectors of `signproof.theory.terms.vectors`)."""

    def __str__(self):
        return f"{type(self).__name__}()"


class OfConstant:
    """What an assumption with one constant says of it. Raises Misuse unless it is a SymPy expression or a number."""

    constant: Any

    def __post_init__(self):
        object.__setattr__(self, "constant", sympify(self.constant))
        if not isinstance(self.constant, Expr):
            raise Misuse(f"{type(self).__name__}: its constant must be a SymPy expression, not {self.constant!r}")

    @property
    def formulas(self):
        return (self.constant,)


@dataclass(frozen=True)
class Constant(OfConstant, Assumption):
    """An inequality with a constant.

    Arguments: the constant (a symbol or a number), the geometry (l-infinity by default).
    """

    constant: Any
    norm: DualPair = LINF

    largest: ClassVar[bool]
    """Whether larger constants are stronger (mu) or weaker (L)."""

    @property
    def conditions(self):
        return (Gt(self.constant, 0),)

    def __str__(self):
        geometry = "" if self.norm is LINF else f", norm={self.norm.name}"
        return f"{type(self).__name__}({self.constant}{geometry})"


class Smooth(Constant):
    """`||grad f(x) - grad f(y)||_* <= L ||x - y||` for all x, y.  [scaled-sign, Assumption 3, for l-infinity]"""

    largest = False
    points = 2
    words = "smooth"

    def statement(self, x: Expr, y: Expr) -> Boolean:
        pair = Str(self.norm.name)
        return Le(dual_norm(pair, gradient(x) - gradient(y)), self.constant * norm(pair, x - y))


class StronglyConvex(Constant):
    """`f(x) - f(y) >= <grad f(y), x - y> + (mu/2) ||x - y||^2` for all x, y.  [scaled-sign, Assumption 1]"""

    largest = True
    points = 2
    words = "strongly convex"

    def statement(self, x: Expr, y: Expr) -> Boolean:
        distance = norm(Str(self.norm.name), x - y)
        growth = self.constant * Rational(1, 2) * distance**2
        return Ge(value(x) - value(y), inner(gradient(y), x - y) + growth)


class PolyakLojasiewicz(Constant):
    """`||grad f(x)||_*^2 >= 2 mu (f(x) - f*)` for all x.  [scaled-sign, Assumption 2]"""

    largest = True
    points = 1
    words = "Polyak-Lojasiewicz"

    def statement(self, x: Expr) -> Boolean:
        return Ge(dual_norm(Str(self.norm.name), gradient(x)) ** 2, 2 * self.constant * (value(x) - f_star))


class SeparablySmooth(Constant):
    """`|f(y) - f(x) - <grad f(x), y - x>| <= (1/2) sum of L_i (y_i - x_i)^2` for all x, y, with L_i >= 0 of sum L.

    [signSGD, Assumption 2, L = ||L||_1]
    """

    largest = False
    points = 2
    words = "separably smooth"

    def statement(self, y: Expr, x: Expr) -> Boolean:
        return And(self.within(y, x), *self.constants())

    def within(self, y: Expr, x: Expr) -> Boolean:
        """What it says of the two points."""
        return Le(Abs(value(y) - value(x) - inner(gradient(x), y - x)), weighted(y - x) / 2)

    def constants(self) -> tuple[Boolean, Boolean]:
        """What it says of the L_i."""
        return Ge(L_i, 0), Eq(Total(L_i, i), self.constant)


def weighted(v: Expr) -> Expr:
    """The sum over i of L_i v_i^2."""
    return Total(L_i * coordinate(v, i) ** 2, i)


class BoundedGradient(Constant):
    """`||grad f(x)||_* <= G` for all x: f is Lipschitz with constant G in the norm."""

    largest = False
    points = 1
    words = "of bounded gradient"

    def statement(self, x: Expr) -> Boolean:
        return Le(dual_norm(Str(self.norm.name), gradient(x)), self.constant)


class Dimension(Constant):
    """The space is R^d: the sum of 1 over all coordinates is d."""

    largest = False
    points = 0
    words = "of that dimension"

    def statement(self) -> Boolean:
        return Eq(Total(Integer(1), i), self.constant)
