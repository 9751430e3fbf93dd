"""The arithmetic of the kernel: vectors stay atoms, so that what is derived holds in every dimension."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Abs, Expr, Integer, Max, Rational, cos, exp, log, sin, sqrt, sympify
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic
from signproof.theory.expectations import Total
from signproof.theory.prox import sampled_mapping
from signproof.theory.symbols import i, m
from signproof.theory.vectors import dual_norm, is_vector, maximizer, norm
from signproof.theory.votes import majority


class Opaque(Arithmetic):
    """Update rules run on it: what they return are terms of `vectors` and `expectations`.

    Functions of numbers are for its scalars; a vector has none, as its coordinates are not known.
    """

    opaque = True
    words = "vectors of the kernel"

    def rational(self, numerator: int, denominator: int) -> Expr:
        return Rational(numerator, denominator)

    def power(self, base: Expr, exponent: Expr) -> Expr:
        return self._scalar("power", base) ** exponent

    def abs(self, x: Expr) -> Expr:
        return Abs(self._scalar("abs", x))

    def larger(self, x: Expr, y: Expr) -> Expr:
        return Max(self._scalar("larger", x), self._scalar("larger", y))

    def sqrt(self, x: Expr) -> Expr:
        return sqrt(self._scalar("sqrt", x))

    def exp(self, x: Expr) -> Expr:
        return exp(self._scalar("exp", x))

    def log(self, x: Expr) -> Expr:
        return log(self._scalar("log", x))

    def sin(self, x: Expr) -> Expr:
        return sin(self._scalar("sin", x))

    def cos(self, x: Expr) -> Expr:
        return cos(self._scalar("cos", x))

    def expm1(self, x: Expr) -> Expr:
        return exp(self._scalar("expm1", x)) - 1

    def log1p(self, x: Expr) -> Expr:
        return log(1 + self._scalar("log1p", x))

    def exp_remainder(self, x: Expr) -> Expr:
        return exp(self._scalar("exp_remainder", x)) - 1 - x

    def normalized(self, g: Expr) -> Expr:
        return self.maximizer("2", g)

    def norm(self, name: str, x: Expr) -> Expr:
        return norm(Str(name), x)

    def dual_norm(self, name: str, g: Expr) -> Expr:
        return dual_norm(Str(name), g)

    def maximizer(self, name: str, g: Expr) -> Expr:
        return maximizer(Str(name), g)

    def sign(self, g: Expr) -> Expr:
        return maximizer(Str("inf"), g)

    def proximal_step(self, x: Expr, step_size: Expr, batch: Expr) -> Expr:
        return x - step_size * sampled_mapping(x, step_size, batch)

    def votes(self, gradient: Callable[..., Expr], x: Expr, workers: Expr) -> tuple[Expr, Expr]:
        return Total(self.dual_norm("inf", gradient(x, m)), m) / workers, majority(x)

    def dimension(self, x: Expr) -> Expr:
        return Total(Integer(1), i)

    def _scalar(self, operation: str, x: Expr) -> Expr:
        """A number. Raises TypeError for a vector."""
        number = sympify(x)
        if is_vector(number):
            raise self._without(operation)
        return number
