"""The subgradient method, on differentiable functions with bounded gradients.

Duchi, "Introductory lectures on stochastic optimization", section 3.2, from memory: the bound of the fixed step size,
and the best fixed step size for a number of steps. Here f is differentiable, so that a subgradient is the gradient.
"""

from __future__ import annotations

from sympy import Symbol, sqrt

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import BoundedGradient
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.combined import BestSuboptimality, MeanOverRun
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.duchi_2018 import PAPER
from signproof.theory.symbols import K, R, alpha, k

M = Symbol("M", real=True)
"""The largest length of a gradient."""


objective = Convex(), BoundedGradient(M, L2), StartDistance(R, L2)

fixed_step = Claim(
    id="duchi-2018/subgradient.fixed-step",
    source=Source(PAPER, "section 3.2, fixed step size"),
    about="The subgradient method with a fixed step, at its best iterate. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=objective,
    domain=(alpha > 0,),
    measure=BestSuboptimality(),
    bound=R**2 / (2 * alpha * (k + 1)) + alpha * M**2 / 2,
)

best_step = Claim(
    id="duchi-2018/subgradient.best-step",
    source=Source(PAPER, "section 3.2, best fixed step size"),
    about="The step that is best for a run of K steps: the mean over x_0, ..., x_K, which bounds f at their average by "
    "convexity. From memory, re-derived.",
    algorithm=GradientDescent(R / (M * sqrt(K + 1))),
    assumptions=objective,
    measure=MeanOverRun(Suboptimality()),
    bound=R * M / sqrt(K + 1),
    horizon=K,
)
