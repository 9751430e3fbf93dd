"""Theorem 3.1: the exact worst case of gradient descent on smooth convex functions.

Drori, Teboulle, "Performance of first-order methods for smooth convex minimization: a novel approach", Theorem 3.1,
from memory. The paper's proof weighs the inequalities of the whole run by numbers that depend on the number of steps;
no potential that falls from step to step is known to give it, and so the prover does not find it.
"""

from __future__ import annotations

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.drori_2014 import PAPER
from signproof.theory.symbols import L, R, alpha, k

theorem_3_1 = Claim(
    id="drori-2014/theorem-3.1",
    source=Source(PAPER, "Theorem 3.1"),
    about="Gradient descent with the step alpha/L on a smooth convex function; the bound is attained. From memory.",
    algorithm=GradientDescent(alpha / L),
    assumptions=(Smooth(L, L2), Convex(), StartDistance(R, L2)),
    domain=(alpha > 0, alpha <= 1),
    measure=Suboptimality(),
    bound=L * R**2 / (4 * k * alpha + 2),
)
