"""Theorem 2.1: the randomized stochastic gradient method with a constant step.

Ghadimi, Lan, "Stochastic first- and zeroth-order methods for nonconvex stochastic programming", Theorem 2.1, from
memory. The method returns x_R with R drawn at random; with a constant step R is uniform, so that the mean over R is the
mean over the run. D_f^2 = 2 V_0/L, and D_X is R here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Ge, Le
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import OracleAssumption, Unbiased
from signproof.theory.assumptions.objective import OfConstant, Smooth
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.combined import Expected, MeanOverRun
from signproof.theory.measures.runs import MeanDualGradientNorm, Suboptimality
from signproof.theory.methods.gradient import SGD
from signproof.theory.norms import L2
from signproof.theory.papers.ghadimi_lan_2013 import PAPER
from signproof.theory.symbols import V0, L, R, alpha, k, sigma
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import dual_norm, gradient


@dataclass(frozen=True)
class EuclideanVariance(OfConstant, OracleAssumption):
    """`E[||~g - grad f(x)||_2^2 | x] <= sigma^2`.  [ghadimi-lan-2013, A1]"""

    constant: Any
    words = "of bounded variance"
    noiseless = ()

    @property
    def conditions(self):
        return (Ge(self.constant, 0),)

    def statement(self, x: Expr) -> Boolean:
        return Le(mean(dual_norm(Str("2"), estimate(x) - gradient(x)) ** 2, x), self.constant**2)

    def __str__(self):
        return f"EuclideanVariance({self.constant})"


noise = Unbiased(), EuclideanVariance(sigma)
domain = (alpha > 0, alpha < 2 / L)
gain = 2 * alpha - L * alpha**2

nonconvex = Claim(
    id="ghadimi-lan-2013/theorem-2.1a",
    source=Source(PAPER, "Theorem 2.1(a), with a constant step"),
    about="Stochastic gradient descent on a smooth function: the squared gradient, averaged over the run. From memory, "
    "re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), *noise),
    domain=domain,
    measure=Expected(MeanDualGradientNorm(2, L2)),
    bound=(2 * V0 / (k + 1) + L * sigma**2 * alpha**2) / gain,
)

convex = Claim(
    id="ghadimi-lan-2013/theorem-2.1b",
    source=Source(PAPER, "Theorem 2.1(b), with a constant step"),
    about="Stochastic gradient descent on a smooth convex function: the value, averaged over the run. From memory, "
    "re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), Convex(), StartDistance(R, L2), *noise),
    domain=domain,
    measure=Expected(MeanOverRun(Suboptimality())),
    bound=(R**2 / (k + 1) + sigma**2 * alpha**2) / gain,
)
