"""Theorem 3 repaired: the coordinates of each worker's stochastic gradient are independent.

As a function of the sign s of worker m, the vote in coordinate i is a + b s with b >= 0, where a and b belong to the
other workers. So |~g^m_i| vote_i = |~g^m_i| a + ~g^m_i b, and no more than E |~g^m_i| >= |g_i|, E ~g^m_i = g_i and
g_i E[a] >= 0 is needed to see that the vote loses nothing where ~g^m_i is long. The other coordinates of ~g^m are
independent of the vote in coordinate i.
"""

from __future__ import annotations

from sympy import Abs, Ge, Integer, Le, sign

from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentDraws,
    SignMargin,
    Unbiased,
    VoteMargin,
    l1,
)
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import ExpectedSuboptimality
from signproof.theory.methods.gradient import MajorityVote
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign import theorem_3
from signproof.theory.papers.scaled_sign.theorem_2 import (
    N,
    dominated,
    long_on_average,
    slope_i,
    smooth,
)
from signproof.theory.papers.scaled_sign.theorem_3 import (
    I_p,
    M,
    bound,
    domain,
    each_draw,
    length,
    vote_i,
    with_votes,
    workers,
)
from signproof.theory.proof_steps import Step
from signproof.theory.symbols import alpha, i, m, sigma
from signproof.theory.terms.expectations import coordinate, mean
from signproof.theory.terms.vectors import x_k
from signproof.theory.terms.votes import lean, swing

drawn = coordinate(each_draw, i)
lean_i, swing_i = coordinate(lean(x_k, m), i), coordinate(swing(x_k, m), i)
margin, fair, independent = VoteMargin(I_p), SignMargin(Integer(0), workers=True), IndependentDraws()


def own_coordinate() -> tuple[Step, ...]:
    """g_i E[|~g^m_i| vote_i | x] >= |g_i| g_i E[vote_i | x]."""
    products = Step("independence", independent.statement(x_k), by=Lemma("product of expectations", independent, x_k))
    parts = conclusion("one vote of many", x_k)
    split = Step("|~g_i| vote_i", parts, by=Lemma("one vote of many", x_k))
    split_mean = Step(
        "its mean",
        conclusion("expectation of equals", parts.lhs, parts.rhs, x_k),
        by=Lemma("expectation of equals", parts.lhs, parts.rhs, x_k, using=(split,)),
    )
    no_tie = Step(
        "E vote_i",
        conclusion("vote without ties", independent, x_k),
        by=Lemma("vote without ties", independent, x_k),
    )
    right = Step("no sign is more often wrong", fair.statement(x_k), by=Hypothesis(fair, x_k))
    right_sign = Step("g_i E sign >= 0", Ge(right.statement.lhs, 0), by=Decide(right))
    others = Step(
        "the others' signs",
        conclusion("vote of the others", independent, x_k),
        by=Lemma("vote of the others", independent, x_k, using=(right_sign,)),
    )
    swings = Step("b >= 0", conclusion("swing vote", x_k), by=Lemma("swing vote", x_k))
    swings_mean = Step(
        "E b >= 0",
        Ge(mean(swing_i, x_k), 0),
        by=Lemma("monotone expectation", Integer(0), swing_i, x_k, using=(swings,)),
    )
    below = Step("sign <= 1", Le(sign(drawn), 1), by=Decide())
    above = Step("sign >= -1", Le(-1, sign(drawn)), by=Decide())
    below_mean = Step(
        "E sign <= 1",
        Le(mean(sign(drawn), x_k), 1),
        by=Lemma("monotone expectation", sign(drawn), Integer(1), x_k, using=(below,)),
    )
    above_mean = Step(
        "E sign >= -1",
        Le(-1, mean(sign(drawn), x_k)),
        by=Lemma("monotone expectation", Integer(-1), sign(drawn), x_k, using=(above,)),
    )
    return (
        products, split, split_mean, no_tie, right, right_sign, others, swings, swings_mean, below, above, below_mean,
        above_mean,
    )  # fmt: skip


def from_independent_draws() -> tuple[Step, ...]:
    """E[M_k <g, vote> | x] >= (2 I_p - 1) ||g||^2, worker by worker and coordinate by coordinate."""
    long = long_on_average(each_draw, Unbiased(workers=True))
    norm_1, _, norm_mean, mean_i, _, longer_i, *_ = long
    own = own_coordinate()
    products, _, split_mean, no_tie, _, _, others, _, swings_mean, _, _, below_mean, above_mean = own
    vote_mean = slope_i * mean(vote_i, x_k)
    kept = Step(
        "the vote where ~g_i is long",
        Ge(slope_i * mean(Abs(drawn) * vote_i, x_k), Abs(slope_i) * vote_mean),
        by=Decide(products, split_mean, no_tie, others, swings_mean, below_mean, above_mean, mean_i, longer_i),
    )
    surplus = mean(Abs(drawn), x_k) - Abs(slope_i)
    each_surplus = Step("E |~g_i| - |g_i| >= 0", Ge(surplus, 0), by=Combination({longer_i: 1}))
    rest = Step(
        "the other coordinates",
        conclusion("one of a sum", surplus, i),
        by=Lemma("one of a sum", surplus, i, using=(each_surplus,)),
    )
    right = Step("(41)", margin.statement(x_k), by=Hypothesis(margin, x_k))
    positive = Step("||g|| >= 0", Ge(N, 0), by=Lemma("non-negative norm", N))
    each = Step(
        "one worker, one coordinate",
        Le((2 * I_p - 1) * Abs(slope_i) * N, slope_i * mean(l1(each_draw) * vote_i, x_k)),
        by=Decide(products, kept, rest, right, norm_1, norm_mean, positive),
    )
    return *long, *own, kept, each_surplus, rest, right, positive, each


def alignment() -> tuple[Step, ...]:
    """The sum over workers and coordinates."""
    steps = from_independent_draws()
    norm_1, each = steps[0], steps[-1]
    by_worker = Step(
        "sum over workers",
        conclusion("sum of inequalities", each.statement.lhs, each.statement.rhs, m),
        by=Lemma("sum of inequalities", each.statement.lhs, each.statement.rhs, m, using=(each,)),
    )
    short, long = (2 * I_p - 1) * Abs(slope_i) * N, slope_i * mean(length * vote_i, x_k)
    together = Step("M_k and vote", Le(short, long), by=Combination({by_worker: 1 / M, workers: -short / M}))
    summed = Step(
        "sum over coordinates",
        conclusion("sum of inequalities", short, long, i),
        by=Lemma("sum of inequalities", short, long, i, using=(together,)),
    )
    aligned = Step(
        "alignment",
        Le((2 * I_p - 1) * N**2, summed.statement.rhs),
        by=Combination({summed: 1, norm_1: (2 * I_p - 1) * N}),
    )
    return *steps, workers, by_worker, together, summed, aligned


theorem_3_repaired = Claim(
    id="own/theorem-3.repaired",
    source=Source(PAPER, "Theorem 3 of scaled-sign, with independent coordinates"),
    about=(
        "Scaled SignSGD with M workers and majority vote converges linearly up to a floor, if the coordinates"
        " of every worker's stochastic gradient are independent, never 0, and right in sign at least as often"
        " as wrong. I_p is an assumption on the vote: that of scaled-sign/theorem-3.vote at p_min, since "
        "larger p_i only improve the vote. Strongly convex functions are covered: they meet the PL inequality"
        " with the same mu."
    ),
    repairs=theorem_3.theorem_3,
    algorithm=MajorityVote(alpha, M),
    assumptions=(
        smooth,
        dominated,
        Unbiased(workers=True),
        BoundedVariance(sigma, workers=True),
        fair,
        margin,
        independent,
    ),
    domain=(*domain, M >= 1),
    measure=ExpectedSuboptimality(),
    bound=bound,
    proof=lambda: with_votes(alignment()),
)
