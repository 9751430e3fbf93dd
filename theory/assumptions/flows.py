"""Assumptions of claims about flows."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import And, Eq, Expr, Gt, Le, Or
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Assumption, Constant
from signproof.theory.symbols import f_star
from signproof.theory.terms.flows import nearest_minimizer, trajectory
from signproof.theory.terms.vectors import gradient, inner, norm, value


@dataclass(frozen=True)
class Convex(Assumption):
    """`f(x) - f(y) >= <grad f(y), x - y>` for all x, y."""

    points = 2
    words = "convex"

    def statement(self, x: Expr, y: Expr) -> Boolean:
        return Le(inner(gradient(y), x - y), value(x) - value(y))


@dataclass(frozen=True)
class SublevelRadius(Constant):
    """f attains its infimum, and every x with `f(x) <= f(x(0))` has a minimizer `x*` with `||x - x*|| <= D`; the least
    such D is the max over `f(x) <= f(x(0))` of the min over `x*` of `||x - x*||`.  [scaled-sign, Propositions 1, 2]"""

    largest = False
    points = 1
    words = "of bounded sublevel sets"

    def statement(self, x: Expr) -> Boolean:
        name = Str(self.norm.name)
        nearest = nearest_minimizer(name, x)
        return And(
            Eq(value(nearest), f_star),
            Or(Gt(value(x), value(trajectory(0))), Le(norm(name, x - nearest), self.constant)),
        )
