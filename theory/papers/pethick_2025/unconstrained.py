"""Unconstrained conditional gradients: x+ = x + gamma lmo(d) over a ball of radius rho, without noise.

Pethick, Xie, Antonakopoulos, Zhu, Silveti-Falls, Cevher, "Training Deep Learning Models with Norm-Constrained LMOs",
ICML 2025: uSCG with exact gradients, d = g. The linear minimization oracle over `||x|| <= rho` gives `-rho v(d)`.
"""

from __future__ import annotations

from sympy import Integer, Symbol

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.norms import ANY
from signproof.theory.papers.pethick_2025 import PAPER
from signproof.theory.papers.shen_2025.theorem_1 import DirectionOfMomentum
from signproof.theory.symbols import V0, L, k

gamma, rho = Symbol("gamma", real=True), Symbol("rho", real=True)

unconstrained = Claim(
    id="pethick-2025/unconstrained",
    source=Source(PAPER, "uSCG with a constant step, without noise"),
    about="Unconstrained conditional gradients in any norm: the mean dual norm of the gradient. From memory, "
    "re-derived.",
    algorithm=DirectionOfMomentum(gamma * rho, Integer(0), ANY),
    assumptions=(Smooth(L, ANY),),
    domain=(gamma > 0, rho > 0),
    measure=MeanDualGradientNorm(1, ANY),
    bound=V0 / (rho * gamma * (k + 1)) + L * rho * gamma / 2,
)
