"""Theorem 2.1.15: the gradient method on strongly convex functions, in distance and in value.

Nesterov, "Introductory Lectures on Convex Optimization", 2004, Theorem 2.1.15, from memory. At the best step,
2/(mu + L), the factor 1 - 2 alpha mu L/(mu + L) is the square of (L - mu)/(L + mu).
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, Ge, Le, sqrt
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.border.opaque import recursion
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.stochastic import in_the_mean
from signproof.theory.measures.distances import Distance
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, R, alpha, f_star, k, mu
from signproof.theory.terms.vectors import gradient, inner, norm, suboptimality, value, x_k, x_star

objective = Smooth(L, L2), StronglyConvex(mu, L2), StartDistance(R, L2)
domain = (alpha > 0, alpha <= 2 / (mu + L))
ratio = (L - mu) / (L + mu)
best = 2 / (mu + L)

distance = Claim(
    id="nesterov-2004/theorem-2.1.15",
    source=Source(PAPER, "Theorem 2.1.15"),
    about="Gradient descent on a smooth strongly convex function, in squared distance. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=objective,
    domain=domain,
    measure=Distance(2, L2),
    bound=(1 - 2 * alpha * mu * L / (mu + L)) ** k * R**2,
)
