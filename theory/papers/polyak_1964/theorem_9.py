"""Theorem 9: the heavy ball with the step size and momentum that are best for quadratics.

Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, from memory. The theorem is about
quadratics, and about the neighbourhood of a minimizer; it is often quoted without that. What is quoted is stated here:
with rho = (sqrt L - sqrt mu)/(sqrt L + sqrt mu), the step 4/(sqrt L + sqrt mu)^2 and the momentum rho^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import sqrt

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2
from signproof.theory.papers.polyak_1964 import PAPER
from signproof.theory.symbols import V0, L, k, mu


@dataclass(frozen=True)
class HeavyBall(Algorithm):
    """`m+ = beta m - alpha grad f(x)`, `x+ = x + m+`, m_0 = 0: the last move is the momentum."""

    step_size: Any
    momentum: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x - x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        move = self.momentum * memory - self.step_size * gradient(x)
        return x + move, move


rho = (sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu))
objective = Smooth(L, L2), StronglyConvex(mu, L2)

as_quoted = Claim(
    id="polyak-1964/theorem-9.as-quoted",
    source=Source(PAPER, "Theorem 9, as quoted for all smooth strongly convex functions"),
    about="The heavy ball with the momentum that is best for quadratics, on every smooth strongly convex function. "
    "From memory.",
    erratum=(
        "The paper's theorem is about quadratics and the neighbourhood of a minimizer. On other smooth strongly convex "
        "functions this tuning may run in a circle for ever [Lessard, Recht, Packard 2016]. With the step size and "
        "momentum of ghadimi-2015/theorem-4 the heavy ball converges linearly on all of them."
    ),
    algorithm=HeavyBall(4 / (sqrt(L) + sqrt(mu)) ** 2, rho**2),
    assumptions=objective,
    domain=(mu < L,),
    measure=Suboptimality(),
    bound=(1 + 2 * k) ** 2 * rho ** (2 * k - 2) * V0,
)
