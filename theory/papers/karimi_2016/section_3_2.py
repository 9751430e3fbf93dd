"""Section 3: sign-based gradient methods and greedy coordinate descent, under the PL inequality in other norms.

Karimi, Nutini, Schmidt, "Linear convergence of gradient and proximal-gradient methods under the Polyak-Lojasiewicz
condition", sections 3.1 and 3.2, from memory: for all constants L_i equal. Greedy coordinate descent is steepest
descent in the l1 norm, whose dual is the maximum norm; it is stated for every norm.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD, SteepestDescent
from signproof.theory.norms import ANY
from signproof.theory.papers.karimi_2016 import PAPER
from signproof.theory.symbols import V0, L, k, mu

sign_based = Claim(
    id="karimi-2016/section-3.sign-based",
    source=Source(PAPER, "section 3, sign-based gradient methods"),
    about="x+ = x - (1/L) ||g||_1 sign(g) under the Polyak-Lojasiewicz inequality in the maximum norm. From memory, "
    "re-derived.",
    algorithm=ScaledSignGD(1 / L),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0,
)

greedy = Claim(
    id="karimi-2016/section-3.greedy",
    source=Source(PAPER, "section 3, greedy coordinate descent"),
    about="Steepest descent in any norm under the Polyak-Lojasiewicz inequality in that norm; greedy coordinate "
    "descent is its case of the l1 norm. From memory, re-derived.",
    algorithm=SteepestDescent(1 / L, ANY),
    assumptions=(Smooth(L, ANY), PolyakLojasiewicz(mu, ANY)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0,
)
