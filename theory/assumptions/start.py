"""Assumptions on where a run starts."""

from __future__ import annotations

from sympy import Le
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Constant
from signproof.theory.terms.vectors import iterate, norm, x_star


class StartDistance(Constant):
    """`||x_0 - x*|| <= R`, x* a minimizer of f.

    On problems R is the distance itself, rounded up where it is irrational.
    """

    largest = False
    points = 0
    words = "begun within that distance of a minimizer"

    def statement(self) -> Boolean:
        return Le(norm(Str(self.norm.name), iterate(0) - x_star), self.constant)
