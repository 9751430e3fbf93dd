"""Theorem 1: gradient descent converges linearly under the Polyak-Lojasiewicz inequality.

Karimi, Nutini, Schmidt, "Linear convergence of gradient and proximal-gradient methods under the Polyak-Lojasiewicz
condition", Theorem 1, from memory.
"""

from __future__ import annotations

from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.karimi_2016 import PAPER
from signproof.theory.symbols import V0, L, k, mu

theorem_1 = Claim(
    id="karimi-2016/theorem-1",
    source=Source(PAPER, "Theorem 1"),
    about="Gradient descent with the step 1/L under the Polyak-Lojasiewicz inequality. From memory, re-derived.",
    algorithm=GradientDescent(1 / L),
    assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0,
)
