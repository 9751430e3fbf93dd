"""Section 1.2.3: the gradient method on functions that need not be convex.

Nesterov, "Introductory Lectures on Convex Optimization", 2004, eqs. (1.2.13) to (1.2.15), from memory.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MinDualGradientNorm
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov_2004 import PAPER
from signproof.theory.symbols import V0, L, k

nonconvex = Claim(
    id="nesterov-2004/eq-1.2.15",
    source=Source(PAPER, "(1.2.15), squared"),
    about="Gradient descent with the step 1/L finds a small gradient of a smooth function. From memory, re-derived.",
    algorithm=GradientDescent(1 / L),
    assumptions=(Smooth(L, L2),),
    measure=MinDualGradientNorm(2, L2),
    bound=2 * L * V0 / (k + 1),
)
