"""Theorem 4.8: stochastic gradient descent with a fixed step on a function that need not be convex.

Bottou, Curtis, Nocedal, "Optimization methods for large-scale machine learning", Theorem 4.8, from memory. The paper
counts iterations from 1, and its mu is nu here.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.combined import Expected
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.methods.gradient import SGD
from signproof.theory.norms import L2
from signproof.theory.papers.bottou_2018 import PAPER
from signproof.theory.papers.bottou_2018.moments import M_G, FirstMoment, M, SecondMoment, nu
from signproof.theory.papers.bottou_2018.theorem_4_6 import domain
from signproof.theory.symbols import V0, L, alpha, k

theorem_4_8 = Claim(
    id="bottou-2018/theorem-4.8",
    source=Source(PAPER, "Theorem 4.8, (4.28b)"),
    about="Stochastic gradient descent with a fixed step: the squared gradient, averaged over the run. From memory, "
    "re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), FirstMoment(nu), SecondMoment(M, M_G)),
    domain=domain,
    measure=Expected(MeanDualGradientNorm(2, L2)),
    bound=alpha * L * M / nu + 2 * V0 / ((k + 1) * nu * alpha),
)
