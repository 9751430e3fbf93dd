"""Remark 6 repaired: Theorem 2's rate is no worse than SGD's where signs are right often enough."""

from __future__ import annotations

from sympy import Rational

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import remark_6
from signproof.theory.papers.scaled_sign.theorem_2 import c, domain
from signproof.theory.symbols import L, alpha

remark_6_repaired = Claim(
    id="own/remark-6.repaired",
    source=Source(PAPER, "Remark 6, repaired"),
    about="Theorem 2's rate is no worse than SGD's, 1 - alpha mu, for alpha up to (c - 1/2)/L.",
    statement=remark_6.remark_6.statement,
    domain=(*domain, alpha <= (c - Rational(1, 2)) / L),
    repairs=remark_6.remark_6,
)
