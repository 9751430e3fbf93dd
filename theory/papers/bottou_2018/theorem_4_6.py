"""Theorem 4.6: stochastic gradient descent with a fixed step on a strongly convex function.

Bottou, Curtis, Nocedal, "Optimization methods for large-scale machine learning", Theorem 4.6, from memory. The paper
counts iterations from 1, its mu is nu here, and its c is mu.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import ExpectedSuboptimality
from signproof.theory.methods.gradient import SGD
from signproof.theory.norms import L2
from signproof.theory.papers.bottou_2018 import PAPER
from signproof.theory.papers.bottou_2018.moments import M_G, FirstMoment, M, SecondMoment, nu
from signproof.theory.symbols import V0, L, alpha, k, mu

floor = alpha * L * M / (2 * mu * nu)
domain = (alpha > 0, alpha <= nu / (L * M_G), M_G >= nu**2)

without_first_moment = Claim(
    id="bottou-2018/theorem-4.6.without-first-moment",
    source=Source(PAPER, "Theorem 4.6, without Assumption 4.3(b)"),
    about="Theorem 4.6 with only the second moment bounded: what is drawn may have nothing to do with the gradient.",
    erratum=(
        "The paper does not say so: this drops its Assumption 4.3(b), to see that it is needed. A draw that always "
        "points against the gradient has the same second moment, and then f grows."
    ),
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), StronglyConvex(mu, L2), SecondMoment(M, M_G)),
    domain=(alpha > 0, alpha <= 1 / (L * M_G), M_G >= 1),
    measure=ExpectedSuboptimality(),
    bound=floor.subs(nu, 1) + (1 - alpha * mu) ** k * (V0 - floor.subs(nu, 1)),
)

theorem_4_6 = Claim(
    id="bottou-2018/theorem-4.6",
    source=Source(PAPER, "Theorem 4.6"),
    about="Stochastic gradient descent with a fixed step on a strongly convex function. From memory, re-derived.",
    repairs=without_first_moment,
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), StronglyConvex(mu, L2), FirstMoment(nu), SecondMoment(M, M_G)),
    domain=domain,
    measure=ExpectedSuboptimality(),
    bound=floor + (1 - alpha * mu * nu) ** k * (V0 - floor),
)
