"""After Theorem 1: "This establishes that SPGM converges to the critical point of the objective f."

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", after Theorem 1. The
theorem bounds a mean over T steps for a step size, and so an objective, that depend on T; it says nothing of the limit
of one run. If the iterates converge to x*, so do P_j(x_k) along the steps that draw j, and each j is drawn for ever: by
continuity P_j(x*) = x* for every j of positive weight. Stated here is that consequence for two components of equal
weight, d = 0 and r_j(x) = (L/2)(x - a_j)^2 on the line, which meet Assumption 1 with sigma = L |a_1 - a_2|/2. It fails:
where f is least, each of the two steps leads away.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import gamma
from signproof.theory.papers.signprox.theorem_1 import T
from signproof.theory.symbols import L

a_1, a_2 = Symbol("a_1", real=True), Symbol("a_2", real=True)
"""Where the components are least."""
x = Symbol("x", real=True)
P_1, P_2 = Symbol("P_1", real=True), Symbol("P_2", real=True)
"""The proximal points of x."""


def proximal(after: Expr, least: Expr) -> Eq:
    """after = prox_{gamma r_j}(x): the derivative of (after - x)^2/2 + gamma (L/2)(after - least)^2 is zero."""
    return Eq(after - x + gamma * L * (after - least), 0)


critical = Eq((P_1 + P_2) / 2, x)
"""G(x) = 0."""

theorem_1_critical_point = Claim(
    id="signprox/theorem-1.critical-point",
    source=Source(PAPER, "after Theorem 1"),
    about=(
        "SPGM converges to a critical point of f; then both possible steps from that point must stay there "
        "(stated for two quadratic components on the line)."
    ),
    erratum=(
        "Theorem 1 bounds a mean over T steps with a step size that depends on T; with any fixed step size "
        "the noise remains. At a critical point of f the two possible steps lead away from it, one to each "
        "side."
    ),
    statement=And(Eq(P_1, x), Eq(P_2, x)),
    domain=(L > 0, T >= 1, gamma > 0, Eq(gamma**2 * L**2 * T, 1), proximal(P_1, a_1), proximal(P_2, a_2), critical),
)
