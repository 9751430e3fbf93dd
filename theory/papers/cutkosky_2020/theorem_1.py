"""Normalized gradient descent with momentum.

Cutkosky, Mehta, "Momentum Improves Normalized SGD", ICML 2020: Theorem 1 where sigma = 0, so that the momentum
parameter is 0 and the step eta = sqrt(V_0/(L T)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Rational, sqrt

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2, DualPair
from signproof.theory.papers.cutkosky_2020 import PAPER
from signproof.theory.symbols import V0, K, L, k


@dataclass(frozen=True)
class Normalized(Algorithm):
    """`x+ = x - alpha v(g)`, v(g) the maximizer of `<g, .>` over the unit ball of a norm: steps of one length."""

    step_size: Any
    norm: DualPair = L2
    translates = True

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        return x - self.step_size * self.norm.maximizer(gradient(x), xp), memory


def theorem(id: str, factor: Rational, about: str) -> Claim:
    return Claim(
        id=id,
        source=Source(PAPER, "Theorem 1, for sigma = 0"),
        about=about,
        algorithm=Normalized(sqrt(V0 / (L * K))),
        assumptions=(Smooth(L, L2),),
        domain=(K >= 1,),
        horizon=K,
        measure=MeanDualGradientNorm(1, L2, k - 1),
        bound=factor * sqrt(V0 * L / K),
    )


theorem_1 = theorem(
    "cutkosky-2020/theorem-1",
    Rational(29),
    "Normalized gradient descent for K steps: the mean gradient norm, with the constant of the paper. From memory.",
)
theorem_1_sharper = theorem(
    "cutkosky-2020/theorem-1.sharper", Rational(3, 2), "The same with the constant that exact gradients allow."
)
