"""Theorem 2.2.3: the accelerated gradient method on strongly convex functions, with constant coefficients.

Nesterov, "Introductory Lectures on Convex Optimization", 2004, Theorem 2.2.3 where gamma_0 = mu, so that all
coefficients stay what they are, from memory: with q = sqrt(mu/L), p = (x + q z)/(1 + q) and g the gradient at p, x+ = p
- g/L and z+ = (1 - q) z + q p - (q/mu) g, z_0 = x_0. V_k + mu/2 ||z_k - x*||_2^2 shrinks by the factor 1 - q.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Integer, Le, sqrt

from signproof.theory.assumptions.objective import StronglyConvex
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.elaboration.assumed import squared_start
from signproof.theory.elaboration.facts import Facts, V, Values
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov_1983.accelerated import (
    TwoSequences,
    descent,
    not_negative,
    smooth,
    square,
    squared_norm,
    z,
    z_next,
)
from signproof.theory.papers.nesterov_2004 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, R, f_star, k, mu
from signproof.theory.terms.vectors import gradient, inner, iterate, memory, value, x_k, x_next, x_star

convex, near = StronglyConvex(mu, L2), StartDistance(R, L2)
q = sqrt(mu / L)
rate = 1 - q


def tangent(facts: Facts, p: Expr) -> Step:
    """f(x_k) >= f(p) + <g, x_k - p>: what is left of strong convexity without its square."""
    prove, off = facts.prove, x_k - p
    raw = prove("strong convexity at x_k", convex.statement(x_k, p), Hypothesis(convex, x_k, p))
    said = Le(inner(gradient(p), off), value(x_k) - value(p))
    return prove("convexity at x_k", said, Decide(raw))


def contraction() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    p = x_k + q / (1 + q) * (z - x_k)
    g, Z, P = gradient(p), z - x_star, p - x_star
    least = prove("q >= 0", Ge(q, 0), Decide())
    most = prove("q <= 1", Le(q, 1), Decide())
    sign = prove("rate >= 0", Ge(rate, 0), Combination({most: 1}))
    rule = prove("update rule", Eq(x_next, p - g / L), Definition())
    later = prove("z_{k+1}", Eq(z_next, z + q * (p - z) - q / mu * g), Definition())
    attained = prove("minimizer", Eq(value(x_star), f_star), Lemma("attained minimum", convex))
    falls, here = descent(facts, p, rule), tangent(facts, p)
    raw = prove("strong convexity at x*", convex.statement(x_star, p), Hypothesis(convex, x_star, p))
    off = squared_norm(facts, x_star - p)
    turned = prove("|p - x*|^2", Eq(square(x_star - p), square(P)), Identity())
    growth = Le(inner(g, x_star - p) + mu / 2 * square(P), value(x_star) - value(p))
    there = prove("growth at x*", growth, Combination({raw: 1, off: -mu / 2, turned: -mu / 2}))
    W = rate * Z + q * P
    pulled = square(W) - 2 * q / mu * inner(g, W) + q**2 / mu**2 * square(g)
    moved = prove("|z_{k+1} - x*|^2", Eq(square(z_next - x_star), pulled), Identity(later))
    product = prove("q (1 - q) >= 0", Ge(q * rate, 0), Decide(least, most))
    by = Combination({not_negative(facts, Z - P): q * rate}, given=(product,))
    mixed = prove("convex square", Le(square(W), rate * square(Z) + q * square(P)), by)
    potential = V + mu / 2 * square(Z)
    multipliers = {
        values.next_value: 1,
        values.value: -rate,
        falls: 1,
        here: rate,
        there: q,
        attained: q,
        moved: mu / 2,
        mixed: mu / 2,
    }
    contracts = prove(
        "contraction", Le(potential.subs(k, k + 1), rate * potential), Combination(multipliers, given=(sign, least))
    )
    iteration = prove(
        "iteration",
        Le(potential, rate**k * potential.subs(k, 0)),
        Lemma("induction", potential, rate, using=(contracts, sign)),
    )
    X_0, Z_0 = iterate(0) - x_star, memory(Integer(0), Integer(0)) - x_star
    begun = prove("z_0", Eq(memory(Integer(0), Integer(0)), iterate(0)), Definition())
    same = prove("|z_0 - x*|^2", Eq(square(Z_0), square(X_0)), Identity(begun))
    squared, _ = squared_start(accelerated, facts)
    first = {squared: mu / 2, squared_norm(facts, X_0): -mu / 2, same: mu / 2, values.start: 1}
    start = prove("potential at the start", Le(potential.subs(k, 0), V0 + mu * R**2 / 2), Combination(first))
    by_lemma = Lemma("comparison", Integer(0), rate**k, rate, Integer(0), using=(sign,))
    power = prove("rate^k >= 0", Ge(rate**k, 0), by_lemma)
    last = {iteration: 1, start: rate**k, not_negative(facts, Z): mu / 2}
    prove("bound", accelerated.conclusion, Combination(last, given=(power,)))
    return Proof(*facts.steps)


accelerated = Claim(
    id="nesterov-2004/theorem-2.2.3",
    source=Source(PAPER, "Theorem 2.2.3, gamma_0 = mu"),
    about="The accelerated gradient method with constant coefficients on a smooth, strongly convex function. From "
    "memory, re-derived.",
    algorithm=TwoSequences(1 / L, q / (1 + q), q, q / mu),
    assumptions=(smooth, convex, near),
    domain=(mu <= L,),
    measure=Suboptimality(),
    bound=rate**k * (V0 + mu * R**2 / 2),
    proof=contraction,
)
