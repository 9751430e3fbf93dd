"""Remark 1: what converges linearly and what does not.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 1.

That the sign counterparts do not is shown by scaled-sign/example-1 (SignGD) and scaled-sign/example-3 (a run that
follows the subgradient method). That gradient descent does is proved here. For AdaGrad-Norm the paper cites Xie, Wu,
Ward, "Linear Convergence of Adaptive Stochastic Gradient Descent"; no rate is stated that a formula could hold.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import domain, zeta
from signproof.theory.symbols import V0, L, alpha, k, mu

remark_1 = Claim(
    id="scaled-sign/remark-1",
    source=Source(PAPER, "Remark 1"),
    about="Gradient descent is covered by scaled-sign/remark-1.gradient-descent, SignGD by scaled-sign/example-1. "
    "AdaGrad-Norm converges linearly from b_0 >= eta L (own/remark-1.adagrad-norm), but from b_0 = 0, as in (5), it "
    "need not: own/remark-1.slow.step and own/remark-1.slow.curvature describe a run on which V_n >= 1/(8 (n + 1)^2).",
    words="On strongly convex smooth functions gradient descent and AdaGrad-Norm converge linearly, "
    "their sign counterparts in general do not.",
    awaits="a linear rate of AdaGrad-Norm, with its constants, as a claim of its own",
)

remark_1_gradient_descent = Claim(
    id="scaled-sign/remark-1.gradient-descent",
    source=Source(PAPER, "Remark 1"),
    about="Gradient descent converges linearly on strongly convex smooth functions, in the Euclidean geometry.",
    algorithm=GradientDescent(alpha),
    assumptions=(Smooth(L, L2), StronglyConvex(mu, L2)),
    domain=domain,
    measure=Suboptimality(),
    bound=zeta**k * V0,
)
