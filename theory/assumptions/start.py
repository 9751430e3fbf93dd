"""Assumptions on where a run starts, and on where a minimizer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Ge, Le
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Assumption, Constant, OfConstant
from signproof.theory.norms import LINF, DualPair
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


@dataclass(frozen=True)
class MinimizerSize(OfConstant, Assumption):
    """`||x*|| <= R`, x* a minimizer of f, told from the origin of the coordinates: it lies in a ball, or in a cube.

    On problems whose minimizer is the origin it is met whatever R is.
    """

    constant: Any
    norm: DualPair = LINF
    points = 0
    words = "with a minimizer in that ball"

    @property
    def conditions(self):
        return (Ge(self.constant, 0),)

    def statement(self) -> Boolean:
        return Le(norm(Str(self.norm.name), x_star), self.constant)
