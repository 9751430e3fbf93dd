"""Assumptions on where a run starts."""

from __future__ import annotations

from sympy import Le
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Constant
from signproof.theory.terms.vectors import iterate, norm, x_star


class StartSize(Constant):
    """`||x_0|| <= R`, told from the origin of the coordinates: the start lies in a ball, a cube for the maximum norm.

    On problems R is the size of the start itself, rounded up where it is irrational.
    """

    largest = False
    points = 0
    words = "begun in that ball"

    def statement(self) -> Boolean:
        return Le(norm(Str(self.norm.name), iterate(0)), self.constant)


class StartDistance(Constant):
    """`||x_0 - x*|| <= R`, x* a minimizer of f.

    On problems R is the distance itself, rounded up where it is irrational.
    """

    largest = False
    points = 0
    words = "begun within that distance of a minimizer"

    def statement(self) -> Boolean:
        return Le(norm(Str(self.norm.name), iterate(0) - x_star), self.constant)
