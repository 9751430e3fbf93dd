"""Theorem 1's rate is not free of the dimension: Assumptions 1 and 3 on R^d force L >= d mu, so zeta >= 1 - 1/d.

From x, go one unit along each coordinate in turn, up or down. By strong convexity one of the two ways raises
f(z) - <grad f(x), z> by mu/2 at least, and after d steps the corner z of the cube around x has
f(z) - f(x) - <grad f(x), z - x> >= d mu/2. By smoothness it is at most L/2.
"""

from __future__ import annotations

from sympy import And, Eq, Ge, Integer, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import domain, zeta
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, i, mu
from signproof.theory.terms.cube import corner, unit
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.vectors import gradient, norm, point, value

d = Total(Integer(1), i)
"""The dimension: the sum of 1 over all coordinates."""


def raise_coordinates() -> Proof:
    smooth, convex = Smooth(L), StronglyConvex(mu)
    x, y = point(Str("x")), point(Str("y"))
    e, g = unit(i), gradient(x)
    z = corner(x, g)
    length = norm(Str("inf"), z - x)
    up = Step("Assumption 1, up", convex.statement(y + e, y), by=Hypothesis(convex, y + e, y))
    down = Step("Assumption 1, down", convex.statement(y - e, y), by=Hypothesis(convex, y - e, y))
    one = Step("||e_i|| = 1", Eq(norm(Str("inf"), e), 1), by=Lemma("unit vector"))
    both = Step("up or down", Ge(value(y + e) + value(y - e), 2 * value(y) + mu), by=Decide(up, down, one))
    raised = Step(
        "all coordinates",
        conclusion("induction over coordinates", x, g, mu / 2),
        by=Lemma("induction over coordinates", x, g, mu / 2, using=(both,)),
    )
    near = Step("||z - x|| <= 1", Le(length, 1), by=Lemma("corner of a cube", x, g))
    positive = Step("z - x has a norm", Ge(length, 0), by=Lemma("non-negative norm", length))
    square = Step("squared", Le(length**2, 1), by=Decide(near, positive))
    descent = Step(
        "Assumption 3, integrated", conclusion("descent lemma", smooth, z, x), by=Lemma("descent lemma", smooth, z, x)
    )
    constants = Step("L >= d mu", Ge(L, mu * d), by=Combination({raised: 2, descent: 2, square: L}))
    least = Step("0 <= 1", Ge(Integer(1), 0), by=Decide())
    dimension = Step("d >= 1", Le(1, d), by=Lemma("one of a sum", Integer(1), i, using=(least,)))
    best = Step("best step size", Ge(zeta, 1 - mu / L), by=Decide())
    rate = Step("zeta >= 1 - 1/d", Le(d * (1 - zeta), 1), by=Decide(best, constants, dimension))
    conclude = Step("both", And(constants.statement, rate.statement), by=Decide(constants, rate))
    return Proof(
        up, down, one, both, raised, near, positive, square, descent, constants, least, dimension, best, rate, conclude
    )


theorem_1_dimension = Claim(
    id="own/theorem-1.dimension",
    source=Source(PAPER, "Theorem 1 of scaled-sign, its constants"),
    about=(
        "On R^d, strong convexity and smoothness in the maximum norm force L >= d mu, so Theorem 1 guarantees"
        " no rate below 1 - 1/d."
    ),
    assumptions=(Smooth(L), StronglyConvex(mu)),
    statement=And(Ge(L, mu * d), Le(d * (1 - zeta), 1)),
    domain=domain,
    proof=raise_coordinates,
)
