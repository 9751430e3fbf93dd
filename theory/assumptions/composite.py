"""Assumptions on composite objectives and their proximal operators.  [signprox]"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, And, Eq, Expr, Ge, Integer, Le, Tuple, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.norms import DualPair
from signproof.theory.symbols import i, xi
from signproof.theory.terms.expectations import Total, coordinate, mean
from signproof.theory.terms.proximal import (
    OBJECTIVE,
    D,
    _name,
    deviation,
    entry,
    linearization,
    mean_prox,
    prox,
    regularizer,
    squared,
)
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, value


@dataclass(frozen=True)
class _WithFormulas(Assumption):
    def __post_init__(self):
        for name, field in vars(self).items():
            if isinstance(field, int | Expr):
                object.__setattr__(self, name, sympify(field))

    @property
    def formulas(self):
        return tuple(field for field in vars(self).values() if isinstance(field, Expr))

    def __str__(self):
        return f"{type(self).__name__}({', '.join(map(_name, vars(self).values()))})"


@dataclass(frozen=True)
class Composite(_WithFormulas):
    """f = d + r, where r is the regularizer of `ProximalAverage`.  [signprox (1)]"""

    step_size: Any
    points = 1
    words = "composite"

    def statement(self, x: Expr) -> Boolean:
        return Eq(value(x), value(x, D) + value(x, regularizer(self.step_size)))


@dataclass(frozen=True)
class ProximalAverage(_WithFormulas):
    """r is closed, proper and convex, with sum over j of theta_j prox_{gamma r_j} = prox_{gamma r}.  [signprox (9)]"""

    step_size: Any
    points = 1
    words = "with an averaged regularizer"

    def statement(self, z: Expr) -> Boolean:
        return Eq(mean_prox(z, self.step_size), prox(z, self.step_size, regularizer(self.step_size)))


@dataclass(frozen=True)
class Convex(_WithFormulas):
    """A function g that is closed, proper, convex and differentiable: g(y) >= g(x) + <grad g(x), y - x>.

    [signprox, Assumption 1(c)]
    """

    of: Str | Tuple
    points = 2
    words = "convex"

    def statement(self, y: Expr, x: Expr) -> Boolean:
        return Ge(value(y, self.of), value(x, self.of) + inner(gradient(x, self.of), y - x))


@dataclass(frozen=True)
class ClosedConvex(_WithFormulas):
    """A function that is closed, proper and convex; it may be infinite somewhere.  [signprox, after (7)]"""

    of: Str | Tuple
    points = 0
    words = "closed, proper and convex"

    def statement(self) -> Boolean:
        raise TypeError("values that may be infinite are not numbers")


@dataclass(frozen=True)
class LipschitzGradient(_WithFormulas):
    """||grad g(x) - grad g(y)||_* <= L ||x - y|| for all x, y.  [signprox, Assumption 1(b, c)]

    Arguments: the function g, L, the geometry.
    """

    of: Str | Tuple
    constant: Any
    norm: DualPair
    points = 2
    words = "smooth in its parts"

    @property
    def conditions(self):
        return (self.constant > 0,)

    def statement(self, x: Expr, y: Expr) -> Boolean:
        pair = Str(self.norm.name)
        return Le(dual_norm(pair, gradient(x, self.of) - gradient(y, self.of)), self.constant * norm(pair, x - y))


@dataclass(frozen=True)
class CoordinateLipschitz(_WithFormulas):
    """|grad g(x)_i - grad g(y)_i| <= L_i |x_i - y_i| for all x, y, i.  [signprox, Assumption 2(b, c)]

    Arguments: the function g, the letter of the vector (L_1, ..., L_n).
    """

    of: Str | Tuple
    constants: Str
    points = 2
    words = "smooth in each coordinate"

    def statement(self, x: Expr, y: Expr) -> Boolean:
        slopes = coordinate(gradient(x, self.of) - gradient(y, self.of), i)
        return Le(Abs(slopes), entry(self.constants, i) * Abs(coordinate(x - y, i)))


@dataclass(frozen=True)
class Entries(_WithFormulas):
    """L_i >= 0 for every i, and L_1 + ... + L_n is the given number.  Arguments: the letter, the sum."""

    constants: Str
    total: Any
    points = 0
    words = "with a constant for each coordinate"

    def statement(self) -> Boolean:
        each = entry(self.constants, i)
        return And(Ge(each, 0), Eq(Total(each, i), self.total))


@dataclass(frozen=True)
class LargestEntry(_WithFormulas):
    """0 <= L_i <= the given number, for every i.  Arguments: the letter, the number."""

    constants: Str
    largest: Any
    points = 0
    words = "with a constant for each coordinate"

    def statement(self) -> Boolean:
        each = entry(self.constants, i)
        return And(Ge(each, 0), Le(each, self.largest))


@dataclass(frozen=True)
class ProximalVariance(_WithFormulas):
    """E[||P_k(x) - P(x)||_2^2] <= gamma^2 sigma^2 for every x.  [signprox, Assumption 1(d)]"""

    step_size: Any
    constant: Any
    points = 1
    words = "of bounded variance"

    def statement(self, x: Expr) -> Boolean:
        return Le(mean(squared(deviation(x, self.step_size)), x), self.step_size**2 * self.constant**2)


@dataclass(frozen=True)
class CoordinateVariance(_WithFormulas):
    """E[(P_k(x)_i - P(x)_i)^2] <= gamma^2 sigma_i^2 for every x and i.  [signprox, Assumption 2(d)]"""

    step_size: Any
    constants: Str
    points = 1
    words = "of bounded variance in each coordinate"

    def statement(self, x: Expr) -> Boolean:
        noise = coordinate(deviation(x, self.step_size), i)
        return Le(mean(noise**2, x), self.step_size**2 * entry(self.constants, i) ** 2)


@dataclass(frozen=True)
class Linearized(_WithFormulas):
    """r_xi(y) = f_xi(x) + <grad f_xi(x), y - x>, of every draw xi.  [signprox (11)]"""

    points = 2
    words = "linearized"

    def statement(self, y: Expr, x: Expr) -> Boolean:
        return Eq(value(y, linearization(x)), value(x, OBJECTIVE) + inner(gradient(x, OBJECTIVE), y - x))


@dataclass(frozen=True)
class LinearizedSlope(_WithFormulas):
    """grad r_xi(y) = grad f_xi(x): the gradient of the linearization.  [signprox (11)]"""

    points = 2
    words = "of the slope of its linearization"

    def statement(self, y: Expr, x: Expr) -> Boolean:
        return Eq(gradient(y, linearization(x)), gradient(x, OBJECTIVE))


@dataclass(frozen=True)
class BatchSize(_WithFormulas):
    """There are B draws in a mini-batch."""

    size: Any
    points = 0
    words = "with mini-batches"

    def statement(self) -> Boolean:
        return Eq(Total(Integer(1), xi), self.size)
