"""Theorem 1: signSGD with large batches.

Bernstein, Wang, Azizzadenesheli, Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018,
Theorem 1: K steps of length delta = 1/sqrt(||L||_1 K), every one with a mini-batch of n = K draws. Here n is any number
of draws; L stands for ||L||_1 and sigma for ||sigma||_1. For n = K the bound is the square root of what is printed,
(1/sqrt(N)) (sqrt(L) (V_0 + 1/2) + 2 sigma)^2 with N = K^2 draws in all.
"""

from __future__ import annotations

from sympy import Abs, Eq, Le, Rational, Symbol, sign, sqrt
from sympy.core.symbol import Str

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next
from signproof.theory.measures.combined import Expected
from signproof.theory.measures.runs import MeanDualGradientNorm
from signproof.theory.norms import LINF
from signproof.theory.papers.bernstein_2018 import PAPER
from signproof.theory.papers.bernstein_2018.steps import (
    N,
    SignSGD,
    Values,
    VarianceInCoordinates,
    descent,
    mean_over_run,
    noise_level,
    sigma_i,
    sign_error,
    smooth,
)
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import V0, K, L, i, k, sigma
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.vectors import g_k, gradient, point, x_k

n = Symbol("n", real=True)
variance = VarianceInCoordinates(n)
step_size = 1 / sqrt(L * K)


def large_batches() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    falls, signs = descent(facts, values, step_size), sign_error(facts, variance, x_k)
    lost, level = signs.statement.lhs, signs.statement.rhs
    errors = prove(
        "all signs",
        Le(Total(lost, i), Total(level, i)),
        Lemma("sum of inequalities", lost, level, i, using=(signs,)),
    )
    norm = prove("||g||_1", conclusion("l1 norm in coordinates", g_k), Lemma("l1 norm in coordinates", g_k))
    both = prove("sigma", noise_level.statement(), Hypothesis(noise_level))
    total = prove("sum of sigma_i", Eq(Total(sigma_i, i), sigma), Decide(both))
    loss = 2 * step_size * sigma / sqrt(n) + L * step_size**2 / 2
    decrease = prove(
        "one step",
        Le(mean(V_next, x_k), V - step_size * N + loss),
        Combination({falls: 1, errors: step_size, norm: step_size, total: 2 * step_size / sqrt(n)}),
    )
    return mean_over_run(facts, values, decrease, step_size, N, loss, theorem_1)


theorem_1 = Claim(
    id="bernstein-2018/theorem-1",
    source=Source(PAPER, "Theorem 1"),
    about="signSGD with a constant step and large batches, after K steps: the mean gradient norm. From memory.",
    algorithm=SignSGD(step_size),
    assumptions=(*smooth, variance, noise_level),
    domain=(K >= 1,),
    horizon=K,
    measure=Expected(MeanDualGradientNorm(1, LINF, k - 1)),
    bound=sqrt(L / K) * (V0 + Rational(1, 2)) + 2 * sigma / sqrt(n),
    proof=large_batches,
)

x = point(Str("x"))
_lost = Abs(coordinate(gradient(x), i)) - coordinate(gradient(x), i) * sign(coordinate(estimate(x), i))


def _signs() -> Proof:
    facts = Facts()
    sign_error(facts, variance, x)
    return Proof(*facts.steps)


signs = Claim(
    id="bernstein-2018/theorem-1.signs",
    source=Source(PAPER, "Theorem 1, in the proof"),
    about="A coordinate of the stochastic gradient has the wrong sign with chance sigma_i/(sqrt(n) |g_i|) at most: "
    "here |g_i| times twice that probability. From memory.",
    statement=Le(mean(_lost, x), 2 * sigma_i / sqrt(n)),
    assumptions=(variance, noise_level),
    proof=_signs,
)
