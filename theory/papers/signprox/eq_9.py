"""Equations (8)-(10): a convex combination of proximal operators is a proximal operator.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", eqs. (8), (9). Equation
(10) is the case of equal weights. The regularizer r depends on gamma and is determined up to a constant; it is not the
mean of the r_j. `Regularizer` has the steps about r that both theorems need: that it is convex, and that it inherits
the Lipschitz constant of the gradients of the r_j, which the paper uses without a word.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Eq, Expr, Ge, Gt, Le, Rational, Symbol, Tuple, expand
from sympy.core.symbol import Str

from signproof.theory.assumptions.composite import ClosedConvex
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion, u, v
from signproof.theory.norms import L2
from signproof.theory.papers.signprox import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import j
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.proximal import COMPONENT, mean_prox, prox, regularizer, squared, weight
from signproof.theory.terms.vectors import inner, point

gamma = Symbol("gamma", real=True)
"""Step size."""
EUCLIDEAN = Str(L2.name)
COORDINATES = Str("L")
"""The letter of the vector (L_1, ..., L_n)."""
theta = weight(j)
s, t = point(Str("s")), point(Str("t"))


def lemma(step: str, name: str, *arguments: Expr | Assumption, using: Iterable[Step] = ()) -> Step:
    """A step that is a lemma as it stands; `arguments` are what the lemma takes, terms or assumptions."""
    return Step(step, conclusion(name, *arguments), by=Lemma(name, *arguments, using=using))


def hypothesis(step: str, assumption: Assumption, *points: Expr) -> Step:
    """A step that is an assumption as it stands."""
    return Step(step, assumption.statement(*points), by=Hypothesis(assumption, *points))


def not_negative(w: Expr, name: str) -> tuple[Step, ...]:
    """<w, w> >= 0."""
    length = lemma(f"{name} in norms", "Euclidean norm", w)
    return length, Step(name, Ge(squared(w), 0), by=Decide(length))


def summed(step: Step, name: str) -> Step:
    """The sum over j of theta_j times an inequality 0 <= a_j."""
    return Step(name, Le(Total(step.statement.lhs, j), Total(step.statement.rhs, j)),
                by=Lemma("sum of inequalities", step.statement.lhs, step.statement.rhs, j, using=(step,)))  # fmt: skip


positive = Step("gamma > 0", Gt(gamma, 0), by=Decide())
weights = lemma("theta_j >= 0", "weights are not negative")
ones = lemma("sum of theta_j", "weights sum to one")


def equation_9() -> Proof:
    """Each prox has a potential phi_j with phi_j(v) >= phi_j(u) + <p_j(u), v - u> + |p_j(v) - p_j(u)|^2/2; so has the
    mean, and that is what makes it a proximal operator."""
    family = Tuple(Str("phi"), gamma, COMPONENT)
    phi = Tuple(Str("mean"), family)
    each = lemma("potential of r_j", "Moreau's potential", COMPONENT, gamma, v, u, using=(positive,))
    at_u, at_v = lemma("phi(u)", "mean of functions", family, u), lemma("phi(v)", "mean of functions", family, v)
    a_j = prox(v, gamma, COMPONENT) - prox(u, gamma, COMPONENT)
    a = mean_prox(v, gamma) - mean_prox(u, gamma)
    gap = each.statement.lhs - each.statement.rhs
    weighted = Step("weighted potentials", Le(0, theta * gap), by=Combination({each: theta}, given=(weights,)))
    potentials = summed(weighted, "sum of the potentials")
    scatter = not_negative(a_j - a, "scatter of the proximal points")
    weighted_scatter = Step(
        "weighted scatter", Le(0, theta * squared(a_j - a)), by=Combination({scatter[-1]: theta}, given=(weights,))
    )
    scatters = summed(weighted_scatter, "sum of the scatters")
    means = {(z, w): lemma(f"mean at {z}, {name}", "mean of proximal points", gamma, z, w)
             for z in (u, v) for w, name in ((a, "along a"), (v - u, "along v - u"))}  # fmt: skip
    half = expand(inner(mean_prox(u, gamma), v - u))
    convex = Step(
        "potential of the mean",
        Ge(
            at_v.statement.lhs,
            at_u.statement.lhs + half + squared(a) / 2,
        ),
        by=Combination(
            {
                potentials: 1,
                scatters: Rational(1, 2),
                at_v: -1,
                at_u: 1,
                ones: squared(a) / 2,
                means[u, v - u]: 1,
                means[v, a]: 1,
                means[u, a]: -1,
            }
        ),
    )
    conclude = lemma("(9)", "Moreau's characterization", phi, gamma, s, using=(positive, convex))
    return Proof(
        positive, weights, ones, each, at_u, at_v, weighted, potentials, *scatter, weighted_scatter, scatters,
        *means.values(), convex, conclude,
    )  # fmt: skip


eq_9 = Claim(
    id="signprox/eq-9",
    source=Source(PAPER, "eqs. (8)-(10)"),
    about="A convex combination of the proximal operators of closed, proper and convex functions is the proximal "
    "operator of such a function r.",
    statement=Eq(mean_prox(s, gamma), prox(s, gamma, regularizer(gamma))),
    assumptions=(ClosedConvex(COMPONENT),),
    domain=(gamma > 0,),
    proof=equation_9,
)
