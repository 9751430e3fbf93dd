"""Remark 3: SignGD beside Theorem 1(3).

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 3.
"""

from __future__ import annotations

from sympy import Eq, Limit, Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import gamma
from signproof.theory.symbols import V0, L, alpha

n = Symbol("n", real=True)
"""The number of steps, k in the paper."""

remark_3_limit = Claim(
    id="scaled-sign/remark-3.limit",
    source=Source(PAPER, "Remark 3"),
    about="The right side of (17) tends to L V_0/(2 (k + 1)) as alpha tends to 2/L; here n is k.",
    statement=Eq(Limit(V0 / (gamma * (n + 1)), alpha, 2 / L, "-"), L * V0 / (2 * (n + 1))),
    domain=(L > 0, V0 > 0, n >= 0),
)
