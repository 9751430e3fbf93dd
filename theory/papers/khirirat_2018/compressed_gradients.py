"""Gradient descent with an unbiased random compressor of the gradient.

Khirirat, Feyzmahdavian, Johansson, "Distributed learning with compressed gradients", on one node, from memory:
E[Q(g)] = g and E||Q(g)||^2 <= q ||g||^2, as of a sparsifier or of QSGD. The compressed gradient is the
stochastic gradient.
"""

from __future__ import annotations

from sympy import Integer, Symbol

from signproof.theory.assumptions.gradients import Unbiased
from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.combined import Expected
from signproof.theory.measures.distances import Distance
from signproof.theory.measures.runs import ExpectedSuboptimality, MeanDualGradientNorm
from signproof.theory.methods.gradient import SGD
from signproof.theory.norms import L2
from signproof.theory.papers.bottou_2018.moments import SecondMoment
from signproof.theory.papers.khirirat_2018 import PAPER
from signproof.theory.symbols import V0, L, R, alpha, k, mu

q = Symbol("q", real=True)
"""How much longer a compressed gradient is than the gradient, in the mean of the squares."""
compressor = Unbiased(), SecondMoment(Integer(0), q)

dominated = Claim(
    id="khirirat-2018/unbiased.pl",
    source=Source(PAPER, "unbiased random compressors"),
    about="Compressed gradient descent under the Polyak-Lojasiewicz inequality. From memory, re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2), *compressor),
    domain=(q >= 1, alpha > 0, alpha <= 1 / (q * L)),
    measure=ExpectedSuboptimality(),
    bound=(1 - alpha * mu) ** k * V0,
)

strongly_convex = Claim(
    id="khirirat-2018/unbiased.strongly-convex",
    source=Source(PAPER, "unbiased random compressors, strongly convex"),
    about="Compressed gradient descent on a strongly convex function, in squared distance. From memory, re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), StronglyConvex(mu, L2), StartDistance(R, L2), *compressor),
    domain=(q >= 1, alpha > 0, alpha <= 2 / (q * (mu + L))),
    measure=Expected(Distance(2, L2)),
    bound=(1 - 2 * alpha * mu * L / (mu + L)) ** k * R**2,
)

nonconvex = Claim(
    id="khirirat-2018/unbiased.nonconvex",
    source=Source(PAPER, "unbiased random compressors, not convex"),
    about="Compressed gradient descent on a smooth function: the squared gradient, averaged over the run. From memory, "
    "re-derived.",
    algorithm=SGD(alpha),
    assumptions=(Smooth(L, L2), *compressor),
    domain=(q >= 1, alpha > 0, alpha <= 1 / (q * L)),
    measure=Expected(MeanDualGradientNorm(2, L2)),
    bound=2 * V0 / (alpha * (k + 1)),
)
