"""Theorem 4: the heavy ball converges linearly on every smooth strongly convex function.

Ghadimi, Feyzmahdavian, Johansson, "Global convergence of the heavy-ball method for convex optimization", Theorem 4,
from memory.
"""

from __future__ import annotations

from sympy import sqrt

from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.papers.ghadimi_2015 import PAPER
from signproof.theory.papers.polyak_1964.theorem_9 import HeavyBall, as_quoted, objective
from signproof.theory.symbols import V0, L, alpha, k, mu

theorem_4 = Claim(
    id="ghadimi-2015/theorem-4",
    source=Source(PAPER, "Theorem 4"),
    about="The heavy ball on every smooth strongly convex function, with the momentum that goes with its step size. "
    "From memory, re-derived.",
    repairs=as_quoted,
    algorithm=HeavyBall(alpha, sqrt((1 - alpha * mu) * (1 - alpha * L))),
    assumptions=objective,
    domain=(alpha > 0, alpha <= 1 / L),
    measure=Suboptimality(),
    bound=(1 - alpha * mu) ** k * V0,
)
