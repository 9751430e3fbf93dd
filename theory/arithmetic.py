"""What an arithmetic must offer, and how a formula is read in one.

Update rules, norms, objectives and bounds are written once, over an arithmetic `xp`: floats or rigorous balls
on JAX arrays (fast), exact rationals or arbitrary-precision balls (trustworthy), SymPy (symbolic). Vectors have
their coordinates along axis 0; further axes, if any, are batch axes. An arithmetic implements the operations
that its numbers allow; asking a rational for a sine is a TypeError, not a rounded answer, and never an AttributeError.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from sympy import Abs, Add, Expr, Max, Min, Mul, Pow, Rational, Symbol, cos, exp, log, sign, sin
from sympy.concrete.expr_with_limits import ExprWithLimits

Scalar: TypeAlias = Any
"""One number, or one for each instance of a batch: shape (...), the batch axes.

This and the others are `Any`, because the same rule runs on floats, JAX arrays and balls, on rationals and Arb's balls
in arrays of NumPy, and on terms of SymPy and of the kernel, which have no type in common.
"""
Vector: TypeAlias = Any
"""Coordinates along axis 0, batch axes after it: shape (d, ...)."""
Matrix: TypeAlias = Any
"""Rows along axis 0, columns along axis 1, batch axes, if any, after them: shape (m, d, ...)."""
Numbers: TypeAlias = Any
"""A scalar, a vector or a matrix, of any shape: what is done with each entry by itself."""
Memory: TypeAlias = Any
"""What a method remembers besides x: a scalar, a vector or a tuple of such, of the same form at every step."""
Gradient: TypeAlias = Callable[[Vector], Vector]
"""From points to gradients of the same shape."""


class Arithmetic:
    """Operations on the numbers and arrays of one arithmetic; `+ - * /` are the numbers' own.

    An arithmetic overrides those that its numbers allow. The others raise TypeError and say so.
    """

    words: ClassVar[str] = "numbers of this arithmetic"
    """What its numbers are called, in the plural."""
    joins_roots: ClassVar[bool] = False
    """Whether a product of square roots is the root of a product: rational where its factors are not."""

    def rational(self, numerator: int, denominator: int) -> Scalar:
        raise self._without("rationals")

    def interval(self, lower: Numbers, upper: Numbers) -> Numbers:
        """A number of which no more is known than two ends, which are data."""
        raise self._without("interval")

    def power(self, base: Numbers, exponent: Scalar) -> Numbers:
        raise self._without("power")

    def abs(self, x: Numbers) -> Numbers:
        raise self._without("abs")

    def sign(self, x: Numbers) -> Numbers:
        raise self._without("sign")

    def sum(self, x: Vector) -> Scalar:
        """The sum along axis 0."""
        raise self._without("sum")

    def max(self, x: Vector) -> Scalar:
        """The largest along axis 0."""
        raise self._without("max")

    def larger(self, x: Numbers, y: Numbers) -> Numbers:
        raise self._without("larger")

    def matvec(self, matrix: Matrix, x: Vector) -> Vector:
        raise self._without("matvec")

    def sqrt(self, x: Numbers) -> Numbers:
        raise self._without("sqrt")

    def exp(self, x: Numbers) -> Numbers:
        raise self._without("exp")

    def log(self, x: Numbers) -> Numbers:
        raise self._without("log")

    def sin(self, x: Numbers) -> Numbers:
        raise self._without("sin")

    def cos(self, x: Numbers) -> Numbers:
        raise self._without("cos")

    def expm1(self, x: Numbers) -> Numbers:
        """exp(x) - 1, without cancellation where numbers are rounded."""
        raise self._without("expm1")

    def log1p(self, x: Numbers) -> Numbers:
        """log(1 + x), without cancellation where numbers are rounded."""
        raise self._without("log1p")

    def exp_remainder(self, x: Numbers) -> Numbers:
        """exp(x) - 1 - x, without cancellation where numbers are rounded."""
        raise self._without("exp_remainder")

    def normalized(self, g: Vector) -> Vector:
        """g / ||g||_2; 0 where g is 0."""
        raise self._without("normalized")

    def minors(self, a: Vector, b: Vector) -> tuple[Vector, Matrix, Matrix]:
        """The 2 x 2 minors of the matrix with rows a and b, and where they stand in a matrix: see `checks.minors`."""
        raise self._without("minors")

    def copy(self, array: Numbers) -> Numbers:
        """An array of its own, for a rule that may write into it; augmented assignment (`x -= step`) does not."""
        return copy.copy(array)

    def votes(self, gradient: Gradient, x: Vector, workers: Scalar) -> tuple[Scalar, Vector]:
        """The mean of the workers' l1 norms and the sign of the sum of their signs, each worker with a draw of its own.

        Where nothing is drawn at random every worker has the gradient itself.
        """
        g = gradient(x)
        return self.sum(self.abs(g)), self.sign(g)

    def dimension(self, x: Vector) -> Scalar:
        """How many coordinates a vector has, as a number of the arithmetic."""
        return self.rational(len(x), 1)

    def _without(self, operation: str) -> TypeError:
        return TypeError(f"{self.words} have no operation {operation!r}")


def evaluate(expression: Expr, values: Mapping[Symbol, Numbers], xp: Arithmetic) -> Numbers:
    """The value of a scalar formula when its symbols have the given values, in the arithmetic `xp`.

    Arguments: a SymPy expression; a value for each of its free symbols (numbers or arrays of `xp`).
    Raises TypeError for a function that no arithmetic knows, KeyError for a symbol without a value.
    """
    if isinstance(expression, Symbol):
        return values[expression]
    if isinstance(expression, Rational):
        return xp.rational(int(expression.p), int(expression.q))
    if isinstance(expression, Pow) and expression.exp == Rational(1, 2):
        return xp.sqrt(evaluate(expression.base, values, xp))
    if isinstance(expression, ExprWithLimits):
        raise TypeError(f"no arithmetic knows the function {type(expression).__name__} in {expression}")
    if xp.joins_roots and isinstance(expression, Mul):
        expression, root = _joined(expression, values, xp)
        if root is not None:
            return root if expression == 1 else root * evaluate(expression, values, xp)
    parts = [evaluate(argument, values, xp) for argument in expression.args]
    if isinstance(expression, Add | Mul | Max | Min):
        result = parts[0]
        for part in parts[1:]:
            if isinstance(expression, Add):
                result = result + part
            elif isinstance(expression, Mul):
                result = result * part
            elif isinstance(expression, Max):
                result = xp.larger(result, part)
            else:
                result = -xp.larger(-result, -part)
        return result
    if isinstance(expression, Pow):
        if isinstance(expression.exp, Rational) and expression.exp.is_integer:
            return xp.power(parts[0], int(expression.exp))
        return xp.power(*parts)
    for function, name in (
        (Abs, "abs"),
        (sign, "sign"),
        (exp, "exp"),
        (log, "log"),
        (sin, "sin"),
        (cos, "cos"),
    ):
        if isinstance(expression, function):
            return getattr(xp, name)(parts[0])
    raise TypeError(f"no arithmetic knows the function {type(expression).__name__} in {expression}")


def _joined(product: Mul, values: Mapping[Symbol, Numbers], xp: Arithmetic) -> tuple[Expr, Numbers | None]:
    """A product without its square roots, and their product as one root; None if there are not two, all of numbers that
    are not negative."""
    roots = [factor for factor in product.args if _is_root(factor)]
    if len(roots) < 2:
        return product, None
    under = xp.rational(1, 1)
    for factor in roots:
        base = evaluate(factor.base, values, xp)
        if getattr(base, "shape", ()) != () or not (base > 0 or (base == 0 and factor.exp > 0)):
            return product, None
        under = under * xp.power(base, int(2 * factor.exp))
    return Mul(*(factor for factor in product.args if factor not in roots)), xp.sqrt(under)


def _is_root(factor: Expr) -> bool:
    return isinstance(factor, Pow) and isinstance(factor.exp, Rational) and factor.exp.q == 2
