"""Appendix A: the sign flow is faster than the gradient flow.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Appendix A, after Proposition 2: "(23)
with sign gradients converges apparently faster than GD (22) in the continuous-time domain ... For instance, in the
scenario with convex objectives, GD (22) is sublinearly convergent while SIGNGD (23) is linearly convergent."

Propositions 1 and 2 are bounds from above, and two of those compare nothing. Read as it stands, for every convex
objective, every start and every time, the sentence is false: far from the minimizer of f = x^2/2 the gradient flow
moves at the speed beta |x|, the sign flow at the speed beta. That the sign flow is ahead in the end, say on strongly
convex functions, where it arrives after a finite time, is another statement.
"""

from __future__ import annotations

from signproof.theory.assumptions.flows import Convex
from signproof.theory.claim import Claim, Source
from signproof.theory.measures.flows import SuboptimalityOverTime
from signproof.theory.methods.flows import GradientFlow, SignFlow
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.proposition_1 import domain
from signproof.theory.symbols import beta

comparison = Claim(
    id="scaled-sign/appendix.comparison",
    source=Source(PAPER, "Appendix A, after Proposition 2"),
    about="On convex functions the sign flow is never behind the gradient flow from the same start.",
    erratum=(
        "Comparing two upper bounds proves nothing. Far from the minimizer the gradient flow is faster, since"
        " its speed is proportional to the gradient."
    ),
    algorithm=SignFlow(beta),
    rival=GradientFlow(beta),
    assumptions=(Convex(),),
    domain=domain,
    measure=SuboptimalityOverTime(),
)
