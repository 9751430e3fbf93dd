"""Equation (12): on linearized functions the stochastic proximal-gradient method is SGD, and signProx is signSGD.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", eqs. (11), (12) and the
display after it. Here d = 0; xi runs over the draws of the mini-batch, so that ^P(x) is the mean over xi of
prox_{gamma r_xi}(x), where r_xi is the component that draw xi picks.
"""

from __future__ import annotations

from sympy import And, Eq, sign

from signproof.theory.assumptions.composite import BatchSize, Convex, Linearized, LinearizedSlope
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Identity
from signproof.theory.derivation.table import u, v
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.assumption_2 import B
from signproof.theory.papers.signprox.eq_9 import gamma, hypothesis, lemma, positive, s
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import i, xi
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.proximal import OBJECTIVE, linearization, prox
from signproof.theory.terms.vectors import gradient, inner

r_xi = linearization(s)
after = Total(coordinate(prox(s, gamma, r_xi), i), xi) / B
"""^P(x)_i."""
slope = Total(coordinate(gradient(s, OBJECTIVE), i), xi) / B
"""The stochastic gradient in coordinate i."""
x_i = coordinate(s, i)
SGD = Eq(after, x_i - gamma * slope)
signSGD = Eq(x_i - gamma * sign(x_i - after), x_i - gamma * sign(slope))
linear, linear_slope, batch = Linearized(), LinearizedSlope(), BatchSize(B)


def proof() -> Proof:
    """A linear function is convex, and its prox is a step along the gradient that it has everywhere."""
    at_v, at_u = hypothesis("(11) at v", linear, v, s), hypothesis("(11) at u", linear, u, s)
    slope_u = hypothesis("slope at u", linear_slope, u, s)
    tilts = Eq(inner(gradient(u, r_xi), v - u), inner(gradient(s, OBJECTIVE), v - u))
    tilt = Step("the same slope", tilts, by=Identity(slope_u))
    convex = Step("r_xi is convex", Convex(r_xi).statement(v, u), by=Combination({at_v: -1, at_u: 1, tilt: 1}))
    p = prox(s, gamma, r_xi)
    slope_p = hypothesis("slope at the proximal point", linear_slope, p, s)
    optimal = lemma("proximal point", "proximal optimality", r_xi, gamma, s, using=(positive, convex))
    one, other = coordinate(gradient(p, r_xi), i), coordinate(gradient(s, OBJECTIVE), i)
    moved = Step("by optimality", Eq(Total(one, xi), Total((x_i - coordinate(p, i)) / gamma, xi)), by=Identity(optimal))
    slopes = Step("by (11)", Eq(Total(one, xi), Total(other, xi)), by=Identity(slope_p))
    size = hypothesis("B draws", batch)
    mean = Step("(12)", SGD, by=Combination({moved: gamma / B, slopes: -gamma / B, size: x_i / B}))
    signs = Step("after (12)", signSGD, by=Decide(mean, positive))
    conclude = Step("both", And(SGD, signSGD), by=Decide(mean, signs))
    return Proof(
        positive, at_v, at_u, slope_u, tilt, convex, slope_p, optimal, moved, slopes, size, mean, signs, conclude
    )


eq_12 = Claim(
    id="signprox/eq-12",
    source=Source(PAPER, "eqs. (11), (12)"),
    about="With d = 0 and r_j the linearization of f_j at the iterate, SPGM is mini-batch SGD and signProx is signSGD.",
    statement=And(SGD, signSGD),
    assumptions=(linear, linear_slope, batch),
    domain=(gamma > 0, B >= 1),
    proof=proof,
)
