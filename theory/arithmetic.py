"""What an arithmetic must offer, and how a formula is read in one.

Update rules, norms, objectives and bounds are written once, over an arithmetic `xp`: floats or rigorous balls
on JAX arrays (fast), exact rationals or arbitrary-precision balls (trustworthy), SymPy (symbolic). Vectors have
their coordinates along axis 0; further axes, if any, are batch axes. An arithmetic implements the operations
that its numbers allow; asking a rational for a sine is a TypeError, not a rounded answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sympy import Abs, Add, Expr, Max, Min, Mul, Pow, Rational, Symbol, cos, exp, log, sign, sin
from sympy.concrete.expr_with_limits import ExprWithLimits


class Arithmetic(Protocol):
    """Operations on the numbers and arrays of one arithmetic; `+ - * /` are the numbers' own."""

    def rational(self, numerator: int, denominator: int) -> Any: ...
    def interval(self, lower: Any, upper: Any) -> Any: ...
    def power(self, base: Any, exponent: Any) -> Any: ...
    def abs(self, x: Any) -> Any: ...
    def sign(self, x: Any) -> Any: ...
    def sum(self, x: Any) -> Any: ...
    def max(self, x: Any) -> Any: ...
    def larger(self, x: Any, y: Any) -> Any: ...
    def matvec(self, matrix: Any, x: Any) -> Any: ...
    def sqrt(self, x: Any) -> Any: ...
    def exp(self, x: Any) -> Any: ...
    def log(self, x: Any) -> Any: ...
    def sin(self, x: Any) -> Any: ...
    def cos(self, x: Any) -> Any: ...
    def expm1(self, x: Any) -> Any: ...
    def log1p(self, x: Any) -> Any: ...
    def exp_remainder(self, x: Any) -> Any: ...


def evaluate(expression: Expr, values: Mapping[Symbol, Any], xp: Arithmetic) -> Any:
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
