"""Remark 4: Theorem 1 beside the rate that the theory of compressors gives.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 4. With alpha/d in place of
alpha, Theorem 1's rate is 1 - (2 mu alpha/d)(1 - L alpha/(2d)); the remark prints (1 - L alpha/2), and with that the
range claimed for alpha is too long. own/remark-4.rate.repaired has the right term.
"""

from __future__ import annotations

from sympy import Symbol

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.symbols import L, alpha, mu

d = Symbol("d", real=True)
gain = 2 * mu * alpha / d * (1 - L * alpha / 2)

remark_4_rate = Claim(
    id="scaled-sign/remark-4.rate",
    source=Source(PAPER, "Remark 4"),
    about="With step alpha/d the rate is in [0, 1) for every alpha below 2d/L.",
    erratum="With alpha/d in place of alpha, the last factor of Theorem 1's rate becomes 1 - L alpha/(2d), not "
    "1 - L alpha/2. As printed the rate reaches 1 at alpha = 2/L already.",
    statement=(1 - gain >= 0) & (1 - gain < 1),
    domain=(d >= 1, 0 < mu, mu <= L, 0 < alpha, alpha < 2 * d / L),
)

remark_4_comparison = Claim(
    id="scaled-sign/remark-4.comparison",
    source=Source(PAPER, "Remark 4"),
    about="For alpha up to 1/L the decrease is at least that of the compressor's rate, alpha mu/d.",
    statement=alpha * mu / d <= gain,
    domain=(d >= 1, 0 < mu, 0 < L, 0 <= alpha, alpha <= 1 / L),
)
