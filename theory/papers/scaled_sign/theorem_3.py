"""Theorem 3: distributed scaled SignSGD by majority vote.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 3, eq. (21), proof in
Appendix F, eqs. (40)-(42). With c = 2 I_p - 1 the rate is Theorem 2's, and as there "Assumptions 1, 3, 4 or 2-4" have
two readings, of which the one with strong convexity has an ID of its own.

The proof takes the mean norm M_k of the workers' stochastic gradients and their vote for independent, as that of
Theorem 2 does with norm and signs. No assumption says so (`own/theorem-3.repaired`).
"""

from __future__ import annotations

from dataclasses import replace

from sympy import And, Eq, Expr, Ge, Integer, Le, Rational, Symbol

from signproof.theory.assumptions.gradients import BoundedVariance, IndependentNormsAndVotes, Unbiased, VoteMargin, l1
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Lemma, Theorem
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import ExpectedSuboptimality
from signproof.theory.methods.gradient import MajorityVote
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import Domination, polyak_lojasiewicz, strongly_convex
from signproof.theory.papers.scaled_sign.theorem_2 import (
    INF,
    N,
    NoisyDescent,
    c,
    constant_step,
    convex,
    dominated,
    from_independence,
    long_on_average,
    one_step,
    slope_i,
    smooth,
    theorem_2_zeta1,
    variance,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, alpha, i, k, m, mu, sigma
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.vectors import norm, x_k
from signproof.theory.terms.votes import beta_function, incomplete_beta, majority, mean_vote

I_p = Symbol("I_p", real=True)
"""I_{p_min}(kappa, kappa), the regularized incomplete beta function: a number in (1/2, 1] for p_min > 1/2."""
M = Symbol("M", real=True)
"""Number of workers."""
zeta_2 = 1 - 2 * mu * alpha * (2 * I_p - 1 - L * alpha)
domain = (0 < mu, mu <= L, Rational(1, 2) < I_p, I_p <= 1, 0 < alpha, alpha < (2 * I_p - 1) / L)

_range = Step(
    "Theorem 2's range",
    (zeta_2 >= Rational(1, 2)) & (zeta_2 < 1),
    by=Theorem(theorem_2_zeta1, {c: 2 * I_p - 1}),
)

theorem_3_zeta2 = Claim(
    id="scaled-sign/theorem-3.zeta2",
    source=Source(PAPER, "Theorem 3"),
    about="The rate of Theorem 3 is in [1/2, 1).",
    statement=_range.statement,
    domain=domain,
    proof=Proof(_range),
)

# ---------------------------------------------------------------------------------------------- the vote

p = Symbol("p", real=True)
"""Probability that the sign of one worker is right."""
odd, even, kappa = 2 * k + 1, 2 * k + 2, k + 1


def vote() -> Proof:
    """A second voter more changes nothing if their number becomes even; if it becomes odd, as much as I_p(kappa, kappa)
    changes."""
    chance = (Step("p >= 0", Ge(p, 0), by=Decide()), Step("p <= 1", Le(p, 1), by=Decide()))

    def lemma(name: str, title: str, *arguments: Expr | int, using: tuple[Step, ...] = chance) -> Step:
        terms = tuple(map(Integer, arguments)) if all(isinstance(a, int) for a in arguments) else arguments
        return Step(title, conclusion(name, *terms), by=Lemma(name, *terms, using=using))

    to_even = lemma("one more voter", "from 2k + 1 to 2k + 2 voters", odd, p)
    no_tie = lemma("parity", "no tie of 2k + 1", Integer(0), odd, p)
    mirrored = lemma("mirrored signs", "mirrored outcomes", odd, p)
    equal = Step(
        "an even number votes like one less",
        Eq(mean_vote(even, p), mean_vote(odd, p)),
        by=Combination({to_even: 1, no_tie: 2 * p - 1, mirrored: -1}),
    )
    to_odd = lemma("one more voter", "from 2k + 2 to 2k + 3 voters", even, p)
    not_one = lemma("parity", "2k + 2 signs do not add up to 1", Integer(1), even, p)
    not_minus_one = lemma("parity", "nor to -1", Integer(-1), even, p)
    positive = lemma("positive beta function", "B > 0", kappa, kappa, using=())
    positive_next = lemma("positive beta function", "B > 0, again", kappa, kappa + 1, using=())
    tie = lemma("central binomial probability", "tie of 2k + 2", kappa, p, using=(*chance, positive))
    change = (2 * p - 1) * p**kappa * (1 - p) ** kappa / (kappa * beta_function(kappa, kappa))
    gain = Step(
        "two voters more",
        Eq(mean_vote(odd + 2, p), mean_vote(odd, p) + 2 * change),
        by=Combination({to_odd: 1, equal: 1, tie: 2 * p - 1, not_one: p - 1, not_minus_one: p}, given=(positive,)),
    )
    wider = lemma(
        "incomplete beta function, second", "I_p(kappa, kappa + 1)", p, kappa, kappa, using=(*chance, positive)
    )
    higher = lemma(
        "incomplete beta function, first",
        "I_p(kappa + 1, kappa + 1)",
        p,
        kappa,
        kappa + 1,
        using=(*chance, positive_next),
    )
    halved = lemma("beta function", "B(kappa, kappa + 1)", kappa, kappa, using=())
    both = beta_function(kappa, kappa) * beta_function(kappa, kappa + 1)
    beta_next = Step(
        "change of I_p",
        Eq(incomplete_beta(p, kappa + 1, kappa + 1), incomplete_beta(p, kappa, kappa) + change),
        by=Combination(
            {wider: 1, higher: 1, halved: 2 * p**kappa * (1 - p) ** (kappa + 1) / (kappa * both)},
            given=(positive, positive_next),
        ),
    )
    one = lemma("one voter", "one voter", p)
    at_one = lemma("incomplete beta function at 1", "I_p(1, 1)", p)
    votes: Expr = mean_vote(odd, p)
    margin: Expr = 2 * incomplete_beta(p, kappa, kappa) - 1
    beta_twice = Step(
        "change of 2 I_p - 1", Eq(margin.subs(k, k + 1), margin + 2 * change), by=Combination({beta_next: 2})
    )
    steps = [
        *chance, to_even, no_tie, mirrored, equal, positive, positive_next, to_odd, not_one, not_minus_one, tie, gain,
        wider, higher, halved, beta_next, beta_twice, one, at_one,
    ]  # fmt: skip
    bounds = []
    one_side, other_side = (votes, gain), (margin, beta_twice)
    for title, (less, rise), (more, other_rise) in (
        ("at most", one_side, other_side),
        ("at least", other_side, one_side),
    ):
        grows = Step(
            f"{title}: one side",
            Le(less.subs(k, k + 1), less + 2 * change),
            by=Combination({rise: 1}, given=(positive,)),
        )
        keeps_up = Step(
            f"{title}: the other",
            Ge(more.subs(k, k + 1), more + 2 * change),
            by=Combination({other_rise: -1}, given=(positive,)),
        )
        base = Step(f"{title}: base case", Le(less.subs(k, 0), more.subs(k, 0)), by=Decide(one, at_one))
        bound = Step(
            f"{title} 2 I_p - 1",
            Le(less, more),
            by=Lemma("comparison", less, more, Integer(1), 2 * change, using=(grows, keeps_up, base, positive)),
        )
        steps += [grows, keeps_up, base, bound]
        bounds.append(bound)
    return Proof(*steps, Step("(41)", vote_margin, by=Decide(*bounds, equal)))


vote_margin = And(
    Eq(mean_vote(odd, p), 2 * incomplete_beta(p, kappa, kappa) - 1),
    Eq(mean_vote(even, p), 2 * incomplete_beta(p, kappa, kappa) - 1),
)
theorem_3_vote = Claim(
    id="scaled-sign/theorem-3.vote",
    source=Source(PAPER, "Appendix F, eq. (41)"),
    about=(
        "The mean of the vote of M workers times sign(g_i) is 2 I_p(kappa, kappa) - 1, kappa = floor((M + "
        "1)/2): here for M = 2k + 1 and M = 2k + 2, k = 0, 1, ..., so for every M. The s_m are the signs of "
        "the workers' ~g^m_i times that of g_i: independent, and 1 with probability p."
    ),
    statement=vote_margin,
    domain=(0 <= p, p <= 1),
    proof=vote,
)

# ---------------------------------------------------------------------------------------------- the bound

each_draw, vote_i = estimate(x_k, m), coordinate(majority(x_k), i)
length = Total(l1(each_draw), m) / M
workers = Step("M workers", Eq(Total(Integer(1), m), M), by=Definition())


def voting() -> NoisyDescent:
    """The descent of Algorithm 3: A = M_k, v = the vote."""
    v = majority(x_k)
    unit = Step("||vote|| <= 1", Le(norm(INF, v), 1), by=Lemma("unit vote", x_k))
    return NoisyDescent(alpha, length, v, (unit,), Total(slope_i * vote_i, i))


def long_together() -> tuple[Step, ...]:
    """||g|| <= E[M_k | x], as each worker's norm is as long on average."""
    each = long_on_average(each_draw, Unbiased(workers=True))
    summed = Step(
        "sum over workers",
        Le(Total(N, m), Total(mean(l1(each_draw), x_k), m)),
        by=Lemma("sum of inequalities", N, mean(l1(each_draw), x_k), m, using=(each[-1],)),
    )
    together = Step("E M_k >= ||g||", Le(N, mean(length, x_k)), by=Combination({summed: 1 / M, workers: -N / M}))
    return *each, workers, summed, together


def mean_of_squares() -> tuple[Step, ...]:
    """E[M_k^2 | x] <= 2 ||g||^2 + 2 sigma^2, as it holds for each worker."""
    each = variance(each_draw, BoundedVariance(sigma, workers=True))
    square = l1(each_draw) ** 2
    Cauchy = Step(
        "Cauchy-Schwarz", conclusion("mean of squares", l1(each_draw)), by=Lemma("mean of squares", l1(each_draw))
    )
    below = Step(
        "M_k^2",
        Le(length**2, Total(square, m) / M),
        by=Combination({Cauchy: 1 / M**2, workers: Total(square, m) / M**2}),
    )
    means = Step(
        "E M_k^2",
        Le(mean(length**2, x_k), mean(Total(square, m) / M, x_k)),
        by=Lemma("monotone expectation", length**2, Total(square, m) / M, x_k, using=(below,)),
    )
    moment = each[-1].statement.rhs
    summed = Step(
        "sum of second moments",
        Le(Total(mean(square, x_k), m), Total(moment, m)),
        by=Lemma("sum of inequalities", mean(square, x_k), moment, m, using=(each[-1],)),
    )
    total = Step(
        "the display after (42)",
        Le(mean(length**2, x_k), moment),
        by=Combination({means: 1, summed: 1 / M, workers: moment / M}),
    )
    return *each, Cauchy, below, means, summed, total


def norms_and_votes() -> tuple[Step, ...]:
    """E[M_k <g, vote> | x] >= (2 I_p - 1) ||g||^2, if norms and votes are independent."""
    independent, margin = IndependentNormsAndVotes(), VoteMargin(I_p)
    product = Step("norms and votes", independent.statement(x_k), by=Lemma("product of expectations", independent, x_k))
    mean_product = Step(
        "M_k and vote",
        Eq(mean(length * vote_i, x_k), mean(length, x_k) * mean(vote_i, x_k)),
        by=Combination({product: 1 / M}),
    )
    right = Step("(41)", margin.statement(x_k), by=Hypothesis(margin, x_k))
    return from_independence(length, vote_i, 2 * I_p - 1, right, (product, mean_product), long_together())


bound = zeta_2**k * V0 + L * sigma**2 * alpha**2 / (1 - zeta_2)


def with_votes(aligned: tuple[Step, ...], dominates: Domination = polyak_lojasiewicz) -> Proof:
    """The proof of (21) from E[M_k <g, vote> | x] >= (2 I_p - 1) ||g||^2, the last of the steps `aligned`."""
    steps = one_step(voting(), alpha, 2 * I_p - 1, aligned, mean_of_squares(), dominates)
    return constant_step(steps, zeta_2, L * sigma**2 * alpha**2, bound, "(21)")


theorem_3 = Claim(
    id="scaled-sign/theorem-3",
    source=Source(PAPER, "Theorem 3, eq. (21)"),
    about=(
        "Scaled SignSGD with M workers and majority vote converges linearly up to a floor, under the PL "
        "inequality. I_p stands for I_{p_min}(kappa, kappa), kappa = floor((M + 1)/2); "
        "`scaled-sign/theorem-3.vote` shows that the vote is right that often."
    ),
    erratum=(
        "The proof treats the mean norm M_k of the stochastic gradients as independent of their vote, which "
        "no assumption guarantees. With one worker this is Theorem 2."
    ),
    algorithm=MajorityVote(alpha, M),
    assumptions=(
        smooth,
        dominated,
        Unbiased(workers=True),
        BoundedVariance(sigma, workers=True),
        VoteMargin(I_p),
    ),
    domain=(*domain, M >= 1),
    measure=ExpectedSuboptimality(),
    bound=bound,
    proof=lambda: with_votes(norms_and_votes()),
)
theorem_3_strongly_convex = replace(
    theorem_3,
    id="scaled-sign/theorem-3.strongly-convex",
    about=(
        "Scaled SignSGD with M workers and majority vote converges linearly up to a floor, under strong "
        'convexity: the first reading of "Assumptions 1, 3, 4 or 2-4". I_p is that of scaled-sign/theorem-3.'
    ),
    erratum=(
        "The proof treats the mean norm M_k of the stochastic gradients as independent of their vote, as "
        "under the PL inequality. own/theorem-3.repaired also holds for strongly convex functions, since they"
        " meet that inequality with the same mu."
    ),
    assumptions=(smooth, convex, *theorem_3.assumptions[2:]),
    proof=lambda: with_votes(norms_and_votes(), strongly_convex),
)
