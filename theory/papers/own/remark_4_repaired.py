"""Remark 4 repaired: with alpha/d in place of alpha, Theorem 1's rate is 1 - (2 mu alpha/d)(1 - L alpha/(2d))."""

from __future__ import annotations

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Theorem
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import remark_4, theorem_1
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import alpha

rate = theorem_1.zeta.subs(alpha, alpha / remark_4.d)
_range = Step(
    "Theorem 1's range",
    (rate >= 0) & (rate < 1),
    by=Theorem(theorem_1.theorem_1_zeta, {alpha: alpha / remark_4.d}),
)

remark_4_rate_repaired = Claim(
    id="own/remark-4.rate.repaired",
    source=Source(PAPER, "Remark 4, repaired"),
    about="With step alpha/d the rate of Theorem 1 is in [0, 1) for every alpha below 2d/L.",
    statement=_range.statement,
    domain=remark_4.remark_4_rate.domain,
    proof=Proof(_range),
    repairs=remark_4.remark_4_rate,
)
