"""Theorem 1: signSGD with momentum, without noise.

Sun, Wang, Li, Wang, "Momentum Ensures Convergence of SIGNSGD under Weaker Assumptions", ICML 2023, Theorem 1. Here
gradients are exact and smoothness is that of the maximum norm, which the sign's step has length alpha in; the momentum
begins with 0, and ||g_0||_1, which the bound of the paper has, is at most sqrt(2 L V_0).
"""

from __future__ import annotations

from sympy import Symbol, sqrt

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.methods.gradient import Signum
from signproof.theory.papers.sun_2023 import PAPER
from signproof.theory.symbols import V0, L, alpha, k

b = Symbol("b", real=True)

theorem_1 = Claim(
    id="sun-2023/theorem-1",
    source=Source(PAPER, "Theorem 1, without noise"),
    about="Signum with a constant step and exact gradients: the mean gradient norm over the run. From memory, "
    "constants re-derived.",
    algorithm=Signum(alpha, b),
    assumptions=(Smooth(L),),
    domain=(alpha > 0, b >= 0, b < 1),
    measure=MeanDualGradientNorm(1),
    bound=(V0 / alpha + 2 * b * sqrt(2 * L * V0) / (1 - b)) / (k + 1) + 2 * b * L * alpha / (1 - b) + L * alpha / 2,
)
