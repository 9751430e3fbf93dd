"""Theorem 1 where sigma = 0: normalized gradient descent.

Cutkosky, Mehta, "Momentum Improves Normalized SGD", ICML 2020. Without noise the paper's choice of parameters is no
momentum and eta = sqrt(V_0/(L T)), for which the bound below is 3/2 sqrt(V_0 L/T): less than 29 sqrt(V_0 L/T).
"""

from __future__ import annotations

from sympy import Integer, Symbol, sqrt

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.norms import L2
from signproof.theory.papers.cutkosky_2020 import PAPER
from signproof.theory.papers.shen_2025.theorem_1 import DirectionOfMomentum
from signproof.theory.symbols import V0, L, eta, k

T = Symbol("T", real=True)
bound = V0 / (eta * (k + 1)) + L * eta / 2
_best = sqrt(V0 / (L * T))

theorem_1 = Claim(
    id="cutkosky-2020/theorem-1",
    source=Source(PAPER, "Theorem 1, for sigma = 0"),
    about="Normalized gradient descent with any step: the mean gradient norm over the run. From memory, re-derived.",
    algorithm=DirectionOfMomentum(eta, Integer(0), L2),
    assumptions=(Smooth(L, L2),),
    domain=(eta > 0,),
    measure=MeanDualGradientNorm(1, L2),
    bound=bound,
)

theorem_1_step = Claim(
    id="cutkosky-2020/theorem-1.step",
    source=Source(PAPER, "Theorem 1, for sigma = 0"),
    about="At the step of the theorem the bound is below what is printed, 29 sqrt(V_0 L/T). From memory.",
    statement=bound.subs({eta: _best, k: T - 1}) <= 29 * sqrt(V0 * L / T),
    domain=(L > 0, V0 > 0, T >= 1),
)
