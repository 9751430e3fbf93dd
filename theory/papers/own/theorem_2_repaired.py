"""Theorem 2 repaired: what its proof takes for granted about norm and signs becomes an assumption, (N).

(N): E[||~g||_1 sign(~g_i) sign(g_i) | x] >= (2 p_i - 1) ||g||_1 for every i with g_i != 0. It holds if the coordinates
of ~g are independent and p_i >= 1/2. Part 2 needs an offset k_0 in the step sizes besides: without it the first steps
are so long that the suboptimality grows.

The PL inequality is assumed. Strong convexity implies it with the same mu, as the proof of `scaled-sign/theorem-1.1`
shows, so that both readings of the paper's "Assumptions 1, 3, 4 or 2-4" are covered.
"""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Symbol, sign
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentCoordinates,
    NormSignMargin,
    SignMargin,
    Unbiased,
    l1,
)
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import ExpectedSuboptimality
from signproof.theory.methods.gradient import ScaledSignSGD
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import theorem_2
from signproof.theory.papers.scaled_sign.theorem_2 import (
    EV,
    N,
    c,
    constants,
    domain,
    dominated,
    draw,
    never_negative,
    one_step,
    part_1,
    scaled_sign,
    sign_i,
    slope_i,
    smooth,
    variance,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, alpha, i, k, mu, sigma
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.vectors import g_k, gradient, point, suboptimality, x_k

k_0 = Symbol("k_0", real=True)
"""Offset of the diminishing step sizes."""
assumptions = (smooth, dominated, Unbiased(), BoundedVariance(sigma), NormSignMargin(c))


def from_correlation() -> tuple[Step, ...]:
    """E[||~g|| <g, sign(~g)> | x] >= c ||g||^2, from (N) coordinate by coordinate."""
    margin = NormSignMargin(c)
    each = Step("(N)", margin.statement(x_k), by=Hypothesis(margin, x_k))
    short, long = c * Abs(slope_i) * N, slope_i * mean(l1(draw) * sign_i, x_k)
    summed = Step(
        "sum of (N)",
        Le(Total(short, i), Total(long, i)),
        by=Lemma("sum of inequalities", short, long, i, using=(each,)),
    )
    norm_1 = Step("||g||_1", Eq(N, Total(Abs(slope_i), i)), by=Lemma("l1 norm in coordinates", g_k))
    aligned = Step("alignment", Le(c * N**2, Total(long, i)), by=Combination({summed: 1, norm_1: c * N}))
    return each, summed, norm_1, aligned


theorem_2_1_repaired = Claim(
    id="own/theorem-2.1.repaired",
    source=Source(PAPER, "Theorem 2(1) of scaled-sign, with (N)"),
    about="Scaled SignSGD with a constant step converges linearly up to a floor, if norm and signs of the stochastic "
    "gradient are not correlated to its disadvantage. Strongly convex functions are covered: they meet the PL "
    "inequality with the same mu.",
    repairs=theorem_2.theorem_2_1,
    algorithm=ScaledSignSGD(alpha),
    assumptions=assumptions,
    domain=domain,
    measure=ExpectedSuboptimality(),
    bound=theorem_2.bound,
    proof=lambda: part_1(from_correlation()),
)

j = k + k_0
step_size = 3 / (mu * c * j)
noise = 9 * L * sigma**2 / (mu**2 * c**2)


def D(n: Expr) -> Expr:
    return (n + k_0 - 1) * (n + k_0 - 2) * (n + k_0 - 3)


diminishing_bound = D(Integer(0)) / D(k) * V0 + noise / 2 * k * (k + 2 * k_0 - 5) / D(k)


def diminishing() -> Proof:
    """The recursion E V_{k+1} <= (1 - 3/j) E V_k + noise/j^2, j = k + k_0, against the bound."""
    steps = one_step(scaled_sign(step_size), step_size, c, from_correlation(), variance(draw, BoundedVariance(sigma)))
    rate, remainder = 1 - 3 / j, noise / j**2
    large = Step("k_0 >= 6", Ge(k_0, 6), by=Decide())
    start = Step("E V_0", Eq(mean(suboptimality(0)), V0), by=Definition())
    positive = never_negative(steps[0])
    slower = Step(
        "the step sizes are short enough",
        Le(1 - 2 * mu * step_size * (c - L * step_size), rate),
        by=Decide(large),
    )
    recursion = Step(
        "recursion",
        Le(mean(suboptimality(k + 1)), rate * EV + remainder),
        by=Combination({steps[-1]: 1, slower: EV}, given=(positive[-1],)),
    )
    rate_sign = Step("1 - 3/j >= 0", Ge(rate, 0), by=Decide(large))
    base = Step("base case", Le(mean(suboptimality(0)), diminishing_bound.subs(k, 0)), by=Decide(start, large))
    gap = noise * (1 - 2 / j) / D(k + 1)
    surplus = Step("surplus", Ge(gap, 0), by=Decide(large))
    iterates = Step(
        "the bound iterates",
        Ge(diminishing_bound.subs(k, k + 1), rate * diminishing_bound + remainder),
        by=Combination({surplus: 1}, given=(large,)),
    )
    conclude = Step(
        "(20), repaired",
        Le(EV, diminishing_bound),
        by=Lemma("comparison", EV, diminishing_bound, rate, remainder, using=(recursion, rate_sign, iterates, base)),
    )
    return Proof(
        *steps, large, start, *positive, slower, recursion, rate_sign, base, surplus,
        iterates, conclude,
    )  # fmt: skip


theorem_2_2_repaired = Claim(
    id="own/theorem-2.2.repaired",
    source=Source(PAPER, "Theorem 2(2) of scaled-sign, with (N) and an offset"),
    about="Scaled SignSGD with the diminishing step 3/(mu c (k + k_0)) converges like 1/k. Strongly convex functions "
    "are covered: they meet the PL inequality with the same mu.",
    repairs=theorem_2.theorem_2_2,
    algorithm=ScaledSignSGD(step_size),
    assumptions=assumptions,
    domain=(*constants, k_0 >= 6 * L / (mu * c**2)),
    measure=ExpectedSuboptimality(),
    bound=diminishing_bound,
    proof=diminishing,
)


def independent_coordinates() -> Proof:
    """g_i E[||~g|| s_i] = g_i E[~g_i] + g_i E[s_i] E[sum of the other |~g_j|], and E |~g_j| >= |g_j|."""
    x = point(Str("x"))
    g_i, drawn = coordinate(gradient(x), i), coordinate(estimate(x), i)
    independent, unbiased, margin = IndependentCoordinates(), Unbiased(), SignMargin(c)
    product = Step("independence", independent.statement(x), by=Lemma("product of expectations", independent, x))
    own = Step("|~g_i| sign(~g_i) = ~g_i", Eq(Abs(drawn) * sign(drawn), drawn), by=Decide())
    own_mean = Step(
        "its mean",
        Eq(mean(Abs(drawn) * sign(drawn), x), mean(drawn, x)),
        by=Lemma("expectation of equals", Abs(drawn) * sign(drawn), drawn, x, using=(own,)),
    )
    mean_i = Step("E ~g_i", unbiased.statement(x), by=Hypothesis(unbiased, x))
    right = Step("signs are right", margin.statement(x), by=Hypothesis(margin, x))
    norm = Step(
        "||~g||", conclusion("l1 norm in coordinates", estimate(x)), by=Lemma("l1 norm in coordinates", estimate(x))
    )
    norm_mean = Step(
        "E ||~g||",
        Eq(mean(l1(estimate(x)), x), mean(norm.statement.rhs, x)),
        by=Lemma("expectation of equals", l1(estimate(x)), norm.statement.rhs, x, using=(norm,)),
    )
    norm_g = Step(
        "||g||", conclusion("l1 norm in coordinates", gradient(x)), by=Lemma("l1 norm in coordinates", gradient(x))
    )
    Jensen = Step("Jensen", conclusion("Jensen", drawn, x), by=Lemma("Jensen", drawn, x))
    surplus = mean(Abs(drawn), x) - Abs(g_i)
    each = Step("E |~g_i| >= |g_i|", Ge(surplus, 0), by=Decide(Jensen, mean_i))
    others = Step(
        "the other coordinates", Le(surplus, Total(surplus, i)), by=Lemma("one of a sum", surplus, i, using=(each,))
    )
    one_g = Step("|g_i| >= 0", Ge(Abs(g_i), 0), by=Decide())
    rest = Step(
        "|g_i| <= ||g||", Le(Abs(g_i), Total(Abs(g_i), i)), by=Lemma("one of a sum", Abs(g_i), i, using=(one_g,))
    )
    long, long_others = Abs(g_i), mean(l1(estimate(x)) - Abs(drawn), x)
    far = Step(
        "E of the others' size",
        Le(l1(gradient(x)) - long, long_others),
        by=Combination({others: 1, norm_mean: -1, norm_g: 1}),
    )
    positive = Step("it is not negative", Ge(long_others, 0), by=Combination({far: 1, rest: 1, norm_g: -1}))
    square = Step("c |g_i|^2 <= g_i^2", Le(c * long**2, g_i**2), by=Decide())
    conclude = Step(
        "(N)",
        NormSignMargin(c).statement(x),
        by=Combination(
            {product: -g_i, own_mean: -g_i, mean_i: -g_i, right: long_others, far: c * long, square: 1},
            given=(positive,),
        ),
    )
    return Proof(
        product, own, own_mean, mean_i, right, norm, norm_mean, norm_g, Jensen, each, others, one_g, rest, far,
        positive, square, conclude,
    )  # fmt: skip


theorem_2_1_independent = Claim(
    id="own/theorem-2.1.independent",
    source=Source(PAPER, "(N) from independent coordinates"),
    about=("A stochastic gradient with independent coordinates, each right in sign more often than not, meets (N)."),
    statement=NormSignMargin(c).statement(point(Str("x"))),
    assumptions=(Unbiased(), SignMargin(c), IndependentCoordinates()),
    domain=(c >= 0, c <= 1),
    proof=independent_coordinates,
)
