"""Steepest descent in a norm, of which sign gradient descent is the case of the maximum norm.

Balles, Pedregosa, Le Roux, "The Geometry of Sign Gradient Descent", 2020, section on smoothness and convergence: with
the step 1/L, x+ = x - (1/L) ||g||_* v(g), where ||g||_* v(g) = ||g||_1 sign(g) in the maximum norm.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import MinDualGradientNorm, Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD, SteepestDescent
from signproof.theory.norms import ANY
from signproof.theory.papers.balles_2020 import PAPER
from signproof.theory.symbols import V0, L, k, mu

nonconvex = Claim(
    id="balles-2020/steepest-descent",
    source=Source(PAPER, "steepest descent with respect to a norm, nonconvex"),
    about="Steepest descent in any norm with the step 1/L: the least squared dual norm of the gradient. From memory, "
    "re-derived.",
    algorithm=SteepestDescent(1 / L, ANY),
    assumptions=(Smooth(L, ANY),),
    measure=MinDualGradientNorm(2, ANY),
    bound=2 * L * V0 / (k + 1),
)

linear = Claim(
    id="balles-2020/steepest-descent.pl",
    source=Source(PAPER, "steepest descent with respect to a norm, PL inequality"),
    about="Sign gradient descent, scaled by the l1 norm, with the step 1/L converges linearly under the PL inequality "
    "of the maximum norm. From memory, re-derived.",
    algorithm=ScaledSignGD(1 / L),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0,
)
