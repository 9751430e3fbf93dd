"""Remark 6: the rate of Theorem 2 beside that of SGD.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 6.
"""

from __future__ import annotations

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_2 import domain, zeta_1
from signproof.theory.symbols import L, alpha, mu

remark_6 = Claim(
    id="scaled-sign/remark-6",
    source=Source(PAPER, "Remark 6"),
    about="Theorem 2's rate is no worse than SGD's, 1 - alpha mu, for alpha below 1/(2L).",
    erratum=(
        "The comparison needs 2 (c - L alpha) >= 1, that is, alpha <= (c - 1/2)/L with c = 2 p_min - 1, so "
        "signs must be right with probability above 3/4. For p_min up to 3/4 it fails for every step size."
    ),
    statement=zeta_1 <= 1 - alpha * mu,
    domain=(*domain, alpha < 1 / (2 * L)),
)
