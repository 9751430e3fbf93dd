"""The trust-region method with momentum in any norm, without noise.

Kovalev, "Understanding Gradient Orthogonalization for Deep Learning via Non-Euclidean Trust-Region Optimization", 2025,
the nonconvex theorem with sigma = 0: m_0 = g_0, m+ = b m + (1 - b) g, where the paper writes alpha for 1 - b, and x+
minimizes `<m+, .>` over `||x+ - x|| <= eta`.
"""

from __future__ import annotations

from sympy import Symbol

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.norms import ANY
from signproof.theory.papers.kovalev_2025 import PAPER
from signproof.theory.papers.shen_2025.theorem_1 import DirectionOfMomentum
from signproof.theory.symbols import V0, L, eta, k

b = Symbol("b", real=True)

theorem_1 = Claim(
    id="kovalev-2025/theorem-1",
    source=Source(PAPER, "the nonconvex theorem, without noise"),
    about="Trust-region steps along a momentum, in any norm: the mean dual norm of the gradient. From memory.",
    algorithm=DirectionOfMomentum(eta, b, ANY),
    assumptions=(Smooth(L, ANY),),
    domain=(eta > 0, b >= 0, b < 1),
    measure=MeanDualGradientNorm(1, ANY),
    bound=V0 / (eta * (k + 1)) + 7 * L * eta / (2 - 2 * b),
)
