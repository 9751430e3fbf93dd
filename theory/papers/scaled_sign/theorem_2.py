"""Theorem 2: scaled SignSGD, the range of its rate.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2(1).
"""

from __future__ import annotations

from sympy import Rational, Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.symbols import L, alpha, mu

c = Symbol("c", real=True)
"""2 p_min - 1, where p_min is the least probability that a coordinate's sign is right."""
zeta_1 = 1 - 2 * mu * alpha * (c - L * alpha)
domain = (0 < mu, mu <= L, 0 < c, c <= 1, 0 < alpha, alpha < c / L)

theorem_2_zeta1 = Claim(
    id="scaled-sign/theorem-2.zeta1",
    source=Source(PAPER, "Theorem 2(1)"),
    about="The rate of Theorem 2 is in [1/2, 1).",
    statement=(zeta_1 >= Rational(1, 2)) & (zeta_1 < 1),
    domain=domain,
)
