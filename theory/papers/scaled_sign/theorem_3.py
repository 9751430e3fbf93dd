"""Theorem 3: distributed scaled SignSGD by majority vote, the range of its rate.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 3. With
c = 2 I_p - 1 the rate is Theorem 2's.
"""

from __future__ import annotations

from sympy import Rational, Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_2 import c, theorem_2_zeta1
from signproof.theory.proof import Proof, Step, Theorem
from signproof.theory.symbols import L, alpha, mu

I_p = Symbol("I_p", real=True)
"""I_{p_min}(kappa, kappa), the regularized incomplete beta function: a number in (1/2, 1] for p_min > 1/2."""
zeta_2 = 1 - 2 * mu * alpha * (2 * I_p - 1 - L * alpha)

_range = Step(
    "Theorem 2's range",
    (zeta_2 >= Rational(1, 2)) & (zeta_2 < 1),
    by=Theorem(theorem_2_zeta1, {c: 2 * I_p - 1}),
)

theorem_3_zeta2 = Claim(
    id="scaled-sign/theorem-3.zeta2",
    source=Source(PAPER, "Theorem 3"),
    about="The rate of Theorem 3 is in [1/2, 1).",
    statement=_range.statement,
    domain=(0 < mu, mu <= L, Rational(1, 2) < I_p, I_p <= 1, 0 < alpha, alpha < (2 * I_p - 1) / L),
    proof=Proof(_range),
)
