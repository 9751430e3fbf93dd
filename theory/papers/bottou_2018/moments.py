"""Assumption 4.3 and (4.9): the first and the second moment of a stochastic gradient.

Bottou, Curtis, Nocedal, "Optimization methods for large-scale machine learning", section 4.1, from memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Ge, Gt, Le, Symbol, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import OfConstant
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import dual_norm, gradient, inner

nu, M, M_G = (Symbol(name, real=True) for name in ("nu", "M", "M_G"))


@dataclass(frozen=True)
class FirstMoment(OfConstant, OracleAssumption):
    """`<grad f(x), E[~g | x]> >= nu ||grad f(x)||_2^2`, nu > 0.  [bottou-2018 (4.7a)]"""

    constant: Any
    words = "in the mean along the gradient"

    @property
    def conditions(self):
        return (Gt(self.constant, 0),)

    @property
    def noiseless(self):
        return (Le(self.constant, 1),)

    def statement(self, x: Expr) -> Boolean:
        return Ge(mean(inner(gradient(x), estimate(x)), x), self.constant * dual_norm(Str("2"), gradient(x)) ** 2)

    def __str__(self):
        return f"FirstMoment({self.constant})"


@dataclass(frozen=True)
class SecondMoment(OracleAssumption):
    """`E[||~g||_2^2 | x] <= M + M_G ||grad f(x)||_2^2`.  [bottou-2018 (4.9)]"""

    noise: Any
    growth: Any
    words = "of bounded second moment"

    def __post_init__(self):
        for name in ("noise", "growth"):
            object.__setattr__(self, name, sympify(getattr(self, name)))

    @property
    def formulas(self):
        return self.noise, self.growth

    @property
    def conditions(self):
        return Ge(self.noise, 0), Gt(self.growth, 0)

    @property
    def noiseless(self):
        return (Ge(self.growth, 1),)

    def statement(self, x: Expr) -> Boolean:
        square, slope = dual_norm(Str("2"), estimate(x)) ** 2, dual_norm(Str("2"), gradient(x))
        return Le(mean(square, x), self.noise + self.growth * slope**2)

    def __str__(self):
        return f"SecondMoment({self.noise}, {self.growth})"
