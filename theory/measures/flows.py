"""Measures of flows: numbers read off a trajectory at time t."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr
from sympy.core.symbol import Str

from signproof.theory.measures.runs import Measure, MinDualGradientNorm, Suboptimality
from signproof.theory.methods.flows import Flow
from signproof.theory.symbols import s, t
from signproof.theory.terms.flows import LeastSoFar, suboptimality_at, trajectory
from signproof.theory.terms.vectors import dual_norm, gradient


class OverTimeMeasure(Measure):
    """A measure read off a flow at time t."""


@dataclass(frozen=True)
class SuboptimalityOverTime(OverTimeMeasure, Suboptimality):
    """V(t) = f(x(t)) - f*.  [scaled-sign (24)]"""

    @property
    def symbol(self):
        return suboptimality_at(t)

    def along(self, rival: Flow) -> Expr:
        """The measure at time t along another flow from the same start."""
        return suboptimality_at(t, Str(str(rival)))


@dataclass(frozen=True)
class MinDualGradientNormOverTime(OverTimeMeasure, MinDualGradientNorm):
    """min over 0 <= s <= t of `||grad f(x(s))||_*^power`.  [scaled-sign, Propositions 1 and 2, have power 1]"""

    @property
    def symbol(self):
        return LeastSoFar(dual_norm(Str(self.norm.name), gradient(trajectory(s))) ** self.power)
