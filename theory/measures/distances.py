"""Measures of where the iterates are: the distance to the minimizer, and the average of the iterates."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.measures.runs import Measure, Objective, check_last, check_power
from signproof.theory.norms import L2, DualPair
from signproof.theory.symbols import f_star, k
from signproof.theory.terms.averages import average
from signproof.theory.terms.vectors import iterate, norm, value, x_star


@dataclass(frozen=True)
class Distance(Measure):
    """`||x_k - x*||^power`, the distance to the minimizer, in a norm.

    Raises Misuse unless the power is 1, 2, ...
    """

    power: int = 1
    norm: DualPair = L2

    def __post_init__(self):
        check_power(type(self).__name__, self.power)

    @property
    def symbol(self):
        return norm(Str(self.norm.name), iterate(k) - x_star) ** self.power

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        """The minimizer is the origin of a family's coordinates."""
        return self.norm.norm_power(x, self.power, xp)


@dataclass(frozen=True)
class SuboptimalityAtAverage(Measure):
    """f at the mean of the iterates x_0, ..., x_last, above its infimum; the last is k or k - 1.

    Raises Misuse unless it is.
    """

    last: Expr = k

    def __post_init__(self):
        check_last(type(self).__name__, self.last)

    @property
    def symbol(self):
        return value(average(self.last)) - f_star
