"""Remark 7: a diminishing step for the majority vote.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 7: "the exact convergence can
be similarly established as (20) in Theorem 2". Stated for one worker, M = 1: then 2 I_p(kappa, kappa) - 1 = 2 p - 1,
the vote is the sign of the one estimate, and (20) is what one gets.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Integer

from signproof.theory.assumptions.gradients import BoundedVariance, SignMargin, Unbiased
from signproof.theory.claim import Source
from signproof.theory.methods.gradient import MajorityVote
from signproof.theory.papers.scaled_sign import PAPER, theorem_2
from signproof.theory.symbols import sigma

remark_7 = replace(
    theorem_2.theorem_2_2,
    id="scaled-sign/remark-7",
    source=Source(PAPER, "Remark 7"),
    about="Majority vote with the diminishing step 3/(mu c (k + 1)) converges like 1/k, here with one worker.",
    erratum=(
        "It fails as Theorem 2(2) does: the first steps may be far above c/L. An offset in the step sizes "
        "helps. The witness's function is also strongly convex, so it breaks the remark under either "
        "assumption."
    ),
    algorithm=MajorityVote(theorem_2.diminishing, Integer(1)),
    assumptions=(
        theorem_2.smooth,
        theorem_2.dominated,
        Unbiased(workers=True),
        BoundedVariance(sigma, workers=True),
        SignMargin(theorem_2.c, workers=True),
    ),
    proof=None,
)
