"""Remark 3 of scaled-sign repaired: the bound that SignGD has on functions that are smooth in the Euclidean norm.

With the step that the remark names, min ||g_l||_1^2 <= 2 d L V_0/(K + 1), four times what is printed; before the first
step, f = L x^2/2 on the line attains it.
"""

from __future__ import annotations

from dataclasses import replace

from signproof.theory.claim import Source
from signproof.theory.norms import L2
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import remark_3
from signproof.theory.symbols import V0, K, L, d

bound = 2 * d * L * V0 / (K + 1)

remark_3_signgd_repaired = replace(
    remark_3.remark_3_signgd,
    id="own/remark-3.signgd.repaired",
    source=Source(PAPER, "Remark 3 of scaled-sign, with 2 for 1/2"),
    bound=bound,
    erratum="",
    repairs=remark_3.remark_3_signgd,
    proof=lambda: remark_3.average(remark_3.best_step(d * L), bound, L2),
)
