"""Muon with exact gradients, for functions that are smooth in the operator norm.

Shen, Huang, Huang, Shen, Zhang, "On the Convergence Analysis of Muon", 2025, the nonconvex theorem with sigma = 0.
`M_0 = G_0`, `M = b M + (1 - b) G`, `X+ = X - alpha U V'` where `U S V'` is the singular value decomposition of M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import OPERATOR, DualPair
from signproof.theory.papers.shen_2025 import PAPER
from signproof.theory.symbols import V0, L, alpha, k

b = Symbol("b", real=True)


@dataclass(frozen=True)
class DirectionOfMomentum(Algorithm):
    """`m+ = b m + (1 - b) g`, `x+ = x - alpha v(m+)`, `m_0 = g_0`, where v(m) maximizes `<m, .>` over the unit ball of
    a norm: Muon in the operator norm, Signum in the maximum norm, normalized momentum in the Euclidean norm."""

    step_size: Any
    momentum: Any
    norm: DualPair
    translates = True

    def init(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Memory:  # type: ignore[override]
        return gradient(x)

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        mean = self.momentum * memory + (xp.rational(1, 1) - self.momentum) * gradient(x)
        return x - self.step_size * self.norm.maximizer(mean, xp), mean


theorem_1 = Claim(
    id="shen-2025/muon",
    source=Source(PAPER, "the nonconvex theorem, without noise"),
    about="Muon with exact gradients and polar factors: the mean nuclear norm of the gradient over the run. From "
    "memory, re-derived.",
    algorithm=DirectionOfMomentum(alpha, b, OPERATOR),
    assumptions=(Smooth(L, OPERATOR),),
    domain=(alpha > 0, b >= 0, b < 1),
    measure=MeanDualGradientNorm(1, OPERATOR),
    bound=V0 / (alpha * (k + 1)) + L * alpha / 2 + 2 * b * L * alpha / (1 - b),
)
