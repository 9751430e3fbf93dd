"""Section 3: exact rates of gradient descent on strongly convex functions, in distance and in value.

Taylor, Hendrickx, Glineur, "Exact worst-case convergence rates of the proximal gradient method for composite convex
minimization", section 3, from memory, without a second function: the rate is the larger of 1 - alpha mu and
alpha L - 1, in value its square.
"""

from __future__ import annotations

from dataclasses import replace

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.distances import Distance
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.taylor_2018 import PAPER
from signproof.theory.symbols import V0, L, R, alpha, k, mu

objective = Smooth(L, L2), StronglyConvex(mu, L2)
short = (mu < L, alpha > 0, alpha <= 2 / (L + mu))
long = (mu < L, alpha >= 2 / (L + mu), alpha < 2 / L)

distance = Claim(
    id="taylor-2018/distance",
    source=Source(PAPER, "in distance, alpha <= 2/(L + mu)"),
    about="Gradient descent in distance. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=(*objective, StartDistance(R, L2)),
    domain=short,
    measure=Distance(1, L2),
    bound=(1 - alpha * mu) ** k * R,
)


value = Claim(
    id="taylor-2018/value",
    source=Source(PAPER, "in value, alpha <= 2/(L + mu)"),
    about="Gradient descent in value, with short steps. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=objective,
    domain=short,
    measure=Suboptimality(),
    bound=(1 - alpha * mu) ** (2 * k) * V0,
)
value_long = replace(
    value,
    id="taylor-2018/value.long-steps",
    source=Source(PAPER, "in value, alpha >= 2/(L + mu)"),
    about="Gradient descent in value, with long steps. From memory, re-derived.",
    domain=long,
    bound=(alpha * L - 1) ** (2 * k) * V0,
)
