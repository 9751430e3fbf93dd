# expect: vacuous
"""A flow on functions that are more convex than smooth."""

from sympy import exp

from signproof import Claim
from signproof.theory.assumptions import Smooth, StronglyConvex
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.methods.flows import GradientFlow
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, beta, mu, t

claim = Claim(
    id="border/vacuous-flow",
    algorithm=GradientFlow(beta),
    assumptions=(StronglyConvex(mu, L2), Smooth(L, L2)),
    domain=(beta > 0, t > 0, mu > L),
    measure=SuboptimalityOverTime(),
    bound=V0 * exp(-2 * beta * mu * t),
)
