"""Theorem 2.1.15: the gradient method on strongly convex functions, in distance and in value.

Nesterov, "Introductory Lectures on Convex Optimization", 2004, Theorem 2.1.15, from memory. At the best step,
2/(mu + L), the factor 1 - 2 alpha mu L/(mu + L) is the square of (L - mu)/(L + mu).
"""

from __future__ import annotations

from sympy import Eq, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Definition, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.automatic import assemble
from signproof.theory.measures.distances import Distance
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov_2004 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, R, alpha, f_star, k, mu
from signproof.theory.terms.vectors import gradient, inner, norm, suboptimality, value, x_k, x_star

smooth, convex = Smooth(L, L2), StronglyConvex(mu, L2)
objective = smooth, convex, StartDistance(R, L2)
ratio, best = (L - mu) / (L + mu), 2 / (mu + L)

distance = Claim(
    id="nesterov-2004/theorem-2.1.15",
    source=Source(PAPER, "Theorem 2.1.15"),
    about="Gradient descent on a smooth strongly convex function, in squared distance. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=objective,
    domain=(alpha > 0, alpha <= best),
    measure=Distance(2, L2),
    bound=(1 - 2 * alpha * mu * L / (mu + L)) ** k * R**2,
)

best_step = Claim(
    id="nesterov-2004/theorem-2.1.15.best-step",
    source=Source(PAPER, "Theorem 2.1.15, at 2/(mu + L)"),
    about="Gradient descent with the best step, in distance. From memory, re-derived.",
    algorithm=GradientDescent(best),
    assumptions=objective,
    measure=Distance(1, L2),
    bound=ratio**k * R,
)

_squared = Claim(
    id="nesterov-2004/theorem-2.1.15.best-step.squared",
    algorithm=GradientDescent(best),
    assumptions=objective,
    measure=Distance(2, L2),
    bound=(ratio**2) ** k * R**2,
)


def in_value() -> Proof:
    """V <= L ||x - x*||^2/2, and the bound on the distance."""
    steps = assemble(_squared).steps
    attained = Step("f(x*) = f*", Eq(value(x_star), f_star), by=Lemma("attained minimum", convex))
    still = Step("gradient at x*", Eq(gradient(x_star), 0), by=Lemma("stationary minimizer", using=(attained,)))
    upper = Step(
        "smoothness from x*",
        conclusion("descent lemma", smooth, x_k, x_star),
        by=Lemma("descent lemma", smooth, x_k, x_star),
    )
    level = Step("slope at x*", Eq(inner(gradient(x_star), x_k - x_star), 0), by=Identity(still))
    here = Step("V_k", Eq(suboptimality(k), value(x_k) - f_star), by=Definition())
    below = Step(
        "V <= L/2 ||x - x*||^2",
        Le(suboptimality(k), L / 2 * norm(Str("2"), x_k - x_star) ** 2),
        by=Combination({upper: 1, level: 1, attained: 1, here: 1}),
    )
    bound = Step("bound", Le(suboptimality(k), value_bound), by=Combination({below: 1, steps[-1]: L / 2}))
    return Proof(*steps, attained, still, upper, level, here, below, bound)


value_bound = L / 2 * (ratio**2) ** k * R**2
best_step_value = Claim(
    id="nesterov-2004/theorem-2.1.15.best-step.value",
    source=Source(PAPER, "Theorem 2.1.15, at 2/(mu + L)"),
    about="Gradient descent with the best step, in value. From memory, re-derived.",
    algorithm=GradientDescent(best),
    assumptions=objective,
    measure=Suboptimality(),
    bound=value_bound,
    proof=in_value,
)
