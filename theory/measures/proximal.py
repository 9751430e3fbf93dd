"""What bounds on proximal methods are about.  [signprox]"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Sum, Symbol
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.measures.runs import Measure, Objective
from signproof.theory.norms import DualPair
from signproof.theory.symbols import l
from signproof.theory.terms.expectations import mean
from signproof.theory.terms.proximal import gradient_mapping
from signproof.theory.terms.vectors import dual_norm, iterate


@dataclass(frozen=True)
class MeanGradientMapping(Measure):
    """The mean over l < T of E ||G(x_l)||_*^power, for a run of T steps whose step size may depend on T.

    Arguments: the step size of G, T, the power, the geometry.
    """

    step_size: Any
    steps: Symbol
    power: int
    norm: DualPair

    @property
    def horizon(self):
        return self.steps

    @property
    def symbol(self):
        length = dual_norm(Str(self.norm.name), gradient_mapping(iterate(l), self.step_size))
        return Sum(mean(length**self.power), (l, 0, self.steps - 1)) / self.steps

    def quantity(self, problem: Objective, x: Vector, xp: Arithmetic) -> Scalar:
        """||G(x)||_*^power on a composite problem, where the step size is a number; `mean over l < T` is the run's.

        Raises TypeError for a problem without proximal operators.
        """
        if not hasattr(problem, "gradient_mapping"):
            raise TypeError(f"{type(problem).__name__} has no proximal operators, so no gradient mapping")
        G = problem.gradient_mapping(x, self.step_size, xp)
        return self.norm.dual_squared(G, xp) if self.power == 2 else xp.power(self.norm.dual(G, xp), self.power)
