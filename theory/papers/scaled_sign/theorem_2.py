"""Theorem 2: scaled SignSGD, sign descent with stochastic gradients.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2, eqs. (19), (20), proof in
Appendix E, eqs. (33)-(39). It assumes "Assumptions 1, 3, 4 or 2-4": every part is stated with the PL inequality and,
under an ID that ends in `strongly-convex`, with strong convexity.

The proof takes the norm ||~g||_1 and the signs sign(~g_i) for independent. No assumption says so; with it, or with
(N) in its place, part 1 holds (`own/theorem-2.1.repaired`).
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Rational, Symbol, sign
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import BoundedVariance, IndependentNormAndSigns, SignMargin, Unbiased, l1
from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import ExpectedSuboptimality
from signproof.theory.methods.gradient import ScaledSignSGD
from signproof.theory.norms import LINF
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import Domination, polyak_lojasiewicz, strongly_convex
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, alpha, f_star, i, k, mu, sigma
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.vectors import g_k, inner, maximizer, norm, suboptimality, value, x_k, x_next

c = Symbol("c", real=True)
"""2 p_min - 1, where p_min is the least probability that a coordinate's sign is right."""
zeta_1 = 1 - 2 * mu * alpha * (c - L * alpha)
floor = L * sigma**2 * alpha / (2 * mu * (c - L * alpha))
constants = (0 < mu, mu <= L, 0 < c, c <= 1)
domain = (*constants, 0 < alpha, alpha < c / L)

INF = Str(LINF.name)
smooth, dominated, convex = Smooth(L), PolyakLojasiewicz(mu), StronglyConvex(mu)
V, V_next = suboptimality(k), suboptimality(k + 1)
EV, EV_next = mean(V), mean(V_next)
N, draw = l1(g_k), estimate(x_k)
slope_i, sign_i = coordinate(g_k, i), sign(coordinate(draw, i))


class NoisyDescent:
    """The steps up to (33) for x+ = x - alpha A v, where the length A and the direction v, ||v|| <= 1, are random.

    Arguments: the step size, A, v, steps whose last one says ||v|| <= 1, and <g, v> in coordinates.
    """

    def __init__(self, step_size: Expr, length: Expr, v: Expr, unit: tuple[Step, ...], aligned: Expr):
        distance = norm(INF, x_next - x_k)
        self.value = Step("(30)", Eq(V, value(x_k) - f_star), by=Definition())
        next_value = Step("(30) at k + 1", Eq(V_next, value(x_next) - f_star), by=Definition())
        self.positive = Step("g has a norm", Ge(N, 0), by=Lemma("non-negative norm", N))
        rule = Step("update rule", Eq(x_next, x_k - step_size * length * v), by=Definition())
        expansion = Step(
            "Assumption 3, integrated",
            conclusion("descent lemma", smooth, x_next, x_k),
            by=Lemma("descent lemma", smooth, x_next, x_k),
        )
        self.coordinates = Step(
            "<g, v> in coordinates", Eq(inner(g_k, v), aligned), by=Lemma("inner product in coordinates", g_k, v)
        )
        slope = Step(
            "slope", Eq(inner(g_k, x_next - x_k), -step_size * length * aligned), by=Identity(rule, self.coordinates)
        )
        v_positive = Step("v has a norm", Ge(norm(INF, v), 0), by=Lemma("non-negative norm", norm(INF, v)))
        stretched = Step("length", Eq(distance, Abs(step_size * length) * norm(INF, v)), by=Identity(rule))
        short = Step(
            "squared length",
            Le(distance**2, step_size**2 * length**2),
            by=Decide(stretched, unit[-1], v_positive),
        )
        decrease = -step_size * length * aligned + L / 2 * step_size**2 * length**2
        one_step = Step(
            "before (33)",
            Le(V_next - V, decrease),
            by=Combination({next_value: 1, self.value: -1, expansion: 1, slope: 1, short: L / 2}),
        )
        self.descent = Step(
            "(33)",
            Le(mean(V_next - V, x_k), mean(decrease, x_k)),
            by=Lemma("monotone expectation", V_next - V, decrease, x_k, using=(one_step,)),
        )
        self.unit = unit[-1]
        self.steps = (
            self.value, next_value, self.positive, rule, expansion, self.coordinates, slope, v_positive, *unit,
            stretched, short, one_step, self.descent,
        )  # fmt: skip


def scaled_sign(step_size: Expr) -> NoisyDescent:
    """The descent of scaled SignSGD: A = ||~g||_1, v = sign(~g)."""
    v = maximizer(INF, draw)
    unit = Step("||sign(~g)|| <= 1", Le(norm(INF, v), 1), by=Lemma("unit maximizer", LINF, draw))
    return NoisyDescent(step_size, l1(draw), v, (unit,), Total(slope_i * sign_i, i))


def long_on_average(draw: Expr, unbiased: Unbiased) -> tuple[Step, ...]:
    """||g|| <= E[||~g|| | x], by Jensen's inequality coordinate by coordinate."""
    mean_norm = mean(l1(draw), x_k)
    norm_1 = Step("||g||_1", Eq(N, Total(Abs(slope_i), i)), by=Lemma("l1 norm in coordinates", g_k))
    norm_2 = Step(
        "||~g||_1", Eq(l1(draw), Total(Abs(coordinate(draw, i)), i)), by=Lemma("l1 norm in coordinates", draw)
    )
    norm_mean = Step(
        "E ||~g||_1",
        Eq(mean_norm, mean(norm_2.statement.rhs, x_k)),
        by=Lemma("expectation of equals", l1(draw), norm_2.statement.rhs, x_k, using=(norm_2,)),
    )
    mean_i = Step("E ~g_i", unbiased.statement(x_k), by=Hypothesis(unbiased, x_k))
    Jensen_i = Step(
        "Jensen, each coordinate",
        conclusion("Jensen", coordinate(draw, i), x_k),
        by=Lemma("Jensen", coordinate(draw, i), x_k),
    )
    longer_i = Step(
        "|g_i| <= E |~g_i|", Le(Abs(slope_i), mean(Abs(coordinate(draw, i)), x_k)), by=Decide(Jensen_i, mean_i)
    )
    longer = Step(
        "sum of |g_i| <= E |~g_i|",
        Le(Total(longer_i.statement.lhs, i), Total(longer_i.statement.rhs, i)),
        by=Lemma("sum of inequalities", longer_i.statement.lhs, longer_i.statement.rhs, i, using=(longer_i,)),
    )
    Jensen = Step("Jensen", Le(N, mean_norm), by=Combination({longer: 1, norm_1: 1, norm_mean: -1}))
    return norm_1, norm_2, norm_mean, mean_i, Jensen_i, longer_i, longer, Jensen


def from_independence(
    length: Expr, sign_i: Expr, margin: Expr, right: Step, product: tuple[Step, ...], long: tuple[Step, ...]
) -> tuple[Step, ...]:
    """E[A <g, v> | x] >= margin ||g||^2, as the paper has it: the length A is taken for independent of v.

    Arguments: A; v_i; the margin; the step g_i E[v_i | x] >= margin |g_i|; steps to E[A v_i | x] = E[A | x] E[v_i | x];
    steps that begin with ||g|| = sum of |g_i| and end with ||g|| <= E[A | x].
    """
    mean_length, norm_1, Jensen = mean(length, x_k), long[0], long[-1]
    positive = Step("||g|| >= 0", Ge(N, 0), by=Lemma("non-negative norm", N))
    positive_mean = Step("E A >= 0", Ge(mean_length, 0), by=Combination({Jensen: 1, positive: 1}))
    each = Step(
        "coordinate of (34)",
        Le(margin * Abs(slope_i) * mean_length, slope_i * mean(length * sign_i, x_k)),
        by=Combination({right: mean_length, product[-1]: -slope_i}, given=(positive_mean,)),
    )
    summed = Step(
        "sum of (34)",
        Le(Total(each.statement.lhs, i), Total(each.statement.rhs, i)),
        by=Lemma("sum of inequalities", each.statement.lhs, each.statement.rhs, i, using=(each,)),
    )
    aligned = Step(
        "alignment",
        Le(margin * N**2, summed.statement.rhs),
        by=Combination({summed: 1, norm_1: margin * mean_length, Jensen: margin * N}, given=(positive,)),
    )
    return *long, *product, right, positive, positive_mean, each, summed, aligned


def norm_and_signs() -> tuple[Step, ...]:
    """E[||~g|| <g, sign(~g)> | x] >= c ||g||^2, if norm and signs are independent."""
    independent, margin = IndependentNormAndSigns(), SignMargin(c)
    product = Step(
        "the display after (33)", independent.statement(x_k), by=Lemma("product of expectations", independent, x_k)
    )
    right = Step("signs are right", margin.statement(x_k), by=Hypothesis(margin, x_k))
    return from_independence(l1(draw), sign_i, c, right, (product,), long_on_average(draw, Unbiased()))


def variance(draw: Expr, bounded: BoundedVariance) -> tuple[Step, ...]:
    """E[||~g||^2 | x] <= 2 ||g||^2 + 2 sigma^2."""
    noise = l1(draw - g_k)
    triangle = Step(
        "triangle inequality",
        conclusion("triangle inequality", LINF, draw - g_k, g_k),
        by=Lemma("triangle inequality", LINF, draw - g_k, g_k),
    )
    drawn = Step("||~g|| >= 0", Ge(l1(draw), 0), by=Lemma("non-negative norm", l1(draw)))
    split = 2 * noise**2 + 2 * N**2
    square = Step("||a + b||^2 <= 2 ||a||^2 + 2 ||b||^2", Le(l1(draw) ** 2, split), by=Decide(triangle, drawn))
    squares = Step(
        "its mean",
        Le(mean(l1(draw) ** 2, x_k), mean(split, x_k)),
        by=Lemma("monotone expectation", l1(draw) ** 2, split, x_k, using=(square,)),
    )
    assumed = Step("Assumption 4", bounded.statement(x_k), by=Hypothesis(bounded, x_k))
    total = Step(
        "second moment",
        Le(mean(l1(draw) ** 2, x_k), 2 * N**2 + 2 * sigma**2),
        by=Combination({squares: 1, assumed: 2}),
    )
    return triangle, drawn, square, squares, assumed, total


def one_step(
    descent: NoisyDescent,
    step_size: Expr,
    margin: Expr,
    aligned: tuple[Step, ...],
    second_moment: tuple[Step, ...],
    dominates: Domination = polyak_lojasiewicz,
) -> tuple[Step, ...]:
    """From (33), E[A <g, v> | x] >= margin ||g||^2 and E[A^2 | x] <= 2 ||g||^2 + 2 sigma^2 to (36).

    Argument `dominates`: what gives ||g||^2 >= 2 mu V.
    """
    gain, noise = step_size * (margin - L * step_size), L * sigma**2 * step_size**2
    decrease = Step(
        "(35) given x",
        Le(mean(V_next, x_k) - V, -gain * N**2 + noise),
        by=Combination({descent.descent: 1, aligned[-1]: step_size, second_moment[-1]: L / 2 * step_size**2}),
    )
    return *descent.steps, *aligned, *second_moment, *averaged(descent, decrease, gain, noise, dominates)


def averaged(
    descent: NoisyDescent, decrease: Step, gain: Expr, noise: Expr, dominates: Domination = polyak_lojasiewicz
) -> tuple[Step, ...]:
    """From E[V_{k+1} | x] - V_k <= -gain ||g||^2 + noise, which is the step `decrease`, to (36)."""
    domination = dominates(descent.value, LINF)
    after = (1 - 2 * mu * gain) * V + noise
    contraction = Step(
        "(36) given x", Le(mean(V_next, x_k), after), by=Combination({decrease: 1, domination[-1]: gain})
    )
    means = Step(
        "mean of (36)",
        Le(mean(mean(V_next, x_k)), mean(after)),
        by=Lemma("monotone expectation", mean(V_next, x_k), after, using=(contraction,)),
    )
    tower = Step("tower property", conclusion("tower property", V_next, x_k), by=Lemma("tower property", V_next, x_k))
    recursion = Step("(36)", Le(EV_next, (1 - 2 * mu * gain) * EV + noise), by=Combination({means: 1, tower: -1}))
    return decrease, *domination, contraction, means, tower, recursion


def constant_step(steps: tuple[Step, ...], rate: Expr, remainder: Expr, bound: Expr, name: str) -> Proof:
    """From E V_{k+1} <= rate E V_k + remainder to E V_k <= bound, rate^k V_0 + remainder/(1 - rate)."""
    start = Step("E V_0", Eq(mean(suboptimality(0)), V0), by=Definition())
    nonnegative = Step("the rate is not negative", Ge(rate, 0), by=Decide())
    base = Step("base case", Le(mean(suboptimality(0)), bound.subs(k, 0)), by=Decide(start))
    equal = Step("the bound iterates", Eq(bound.subs(k, k + 1), rate * bound + remainder), by=Identity())
    iterates = Step("at least", Ge(bound.subs(k, k + 1), rate * bound + remainder), by=Combination({equal: 1}))
    conclude = Step(
        name,
        Le(EV, bound),
        by=Lemma("comparison", EV, bound, rate, remainder, using=(steps[-1], nonnegative, iterates, base)),
    )
    return Proof(*steps, start, nonnegative, base, equal, iterates, conclude)


def never_negative(value_k: Step) -> tuple[Step, ...]:
    """E V_k >= 0, from V_k = f(x_k) - f*."""
    infimum = Step("f* at k", conclusion("infimum", x_k), by=Lemma("infimum", x_k))
    gap = Step("V_k >= 0", Ge(V, 0), by=Combination({value_k: -1, infimum: 1}))
    average = Step("E V_k >= 0", Ge(EV, 0), by=Lemma("monotone expectation", Integer(0), V, using=(gap,)))
    return infimum, gap, average


bound = zeta_1**k * V0 + floor


def part_1(aligned: tuple[Step, ...], dominates: Domination = polyak_lojasiewicz) -> Proof:
    """The proof of (19) from E[||~g|| <g, sign(~g)> | x] >= c ||g||^2, the last of the steps `aligned`."""
    steps = one_step(scaled_sign(alpha), alpha, c, aligned, variance(draw, BoundedVariance(sigma)), dominates)
    return constant_step(steps, zeta_1, L * sigma**2 * alpha**2, bound, "(19)")


theorem_2_1 = Claim(
    id="scaled-sign/theorem-2.1",
    source=Source(PAPER, "Theorem 2(1), eq. (19)"),
    about="Scaled SignSGD with a constant step converges linearly up to a floor, under the PL inequality.",
    erratum=(
        "The proof treats the norm of the stochastic gradient as independent of its signs, which no "
        "assumption guarantees."
    ),
    algorithm=ScaledSignSGD(alpha),
    assumptions=(smooth, dominated, Unbiased(), BoundedVariance(sigma), SignMargin(c)),
    domain=domain,
    measure=ExpectedSuboptimality(),
    bound=bound,
    proof=lambda: part_1(norm_and_signs()),
)
theorem_2_1_strongly_convex = replace(
    theorem_2_1,
    id="scaled-sign/theorem-2.1.strongly-convex",
    about=(
        "Scaled SignSGD with a constant step converges linearly up to a floor, under strong convexity: the "
        'first reading of "Assumptions 1, 3, 4 or 2-4".'
    ),
    erratum=(
        "The proof treats the norm of the stochastic gradient as independent of its signs, as under the PL "
        "inequality. own/theorem-2.1.repaired also holds for strongly convex functions, since they meet that "
        "inequality with the same mu."
    ),
    assumptions=(smooth, convex, *theorem_2_1.assumptions[2:]),
    proof=lambda: part_1(norm_and_signs(), strongly_convex),
)

diminishing = 3 / (mu * c * (k + 1))
largest_noise = 9 * L * sigma**2 / (mu**2 * c**2)
diminishing_bound = largest_noise * (32 / k + 1 / k**2) + V0 / (k + 1) ** 3


def diminishing_steps(dominates: Domination = polyak_lojasiewicz) -> Proof:
    """The proof of (20) as printed, up to the induction from k = 1 on. Its products and sums, (38) and (39), are what
    the recursion (37) makes of them from one k to the next; the sum is at most 4/k, where (20) has 32/k.
    """
    second_moment = variance(draw, BoundedVariance(sigma))
    steps = one_step(scaled_sign(diminishing), diminishing, c, norm_and_signs(), second_moment, dominates)
    positive = never_negative(steps[0])
    rate, noise = 1 - mu * c * diminishing, L * sigma**2 * diminishing**2
    short = Step("2 (c - L alpha_k) >= c", Ge(2 * (c - L * diminishing), c), by=Decide())
    recursion = Step(
        "(37)",
        Le(EV_next, rate * EV + noise),
        by=Combination({steps[-1]: 1, short: mu * diminishing * EV}, given=(positive[-1],)),
    )
    product = Step("(38)", Ge(V0 / (k + 2) ** 3, rate * V0 / (k + 1) ** 3), by=Decide())
    total = 4 / k + 1 / k**2
    summed = Step("(39)", Ge(total.subs(k, k + 1), rate * total + 1 / (k + 1) ** 2), by=Decide())
    contracts = Step("c_k >= 0", Ge(rate, 0), by=Decide())
    sharper = largest_noise * total + V0 / (k + 1) ** 3
    iterates = Step(
        "the bound iterates",
        Ge(sharper.subs(k, k + 1), rate * sharper + noise),
        by=Combination({product: 1, summed: largest_noise}),
    )
    return Proof(*steps, *positive, short, recursion, product, summed, contracts, iterates)


theorem_2_2 = Claim(
    id="scaled-sign/theorem-2.2",
    source=Source(PAPER, "Theorem 2(2), eq. (20)"),
    about="Scaled SignSGD with the diminishing step 3/(mu c (k + 1)) converges like 1/k, under the PL inequality.",
    erratum=(
        "The first steps, 3/(mu c) and half of it, may be far above c/L, and then the suboptimality grows: "
        "even exact gradients break the bound. An offset k_0 in the step sizes helps. Besides, the proof "
        "treats norm and signs of the stochastic gradient as independent, which no assumption guarantees. "
        "Also, (20) has 32/k where (39) needs only 4/k."
    ),
    algorithm=ScaledSignSGD(diminishing),
    assumptions=(smooth, dominated, Unbiased(), BoundedVariance(sigma), SignMargin(c)),
    domain=(*constants, k >= 1),
    measure=ExpectedSuboptimality(),
    bound=diminishing_bound,
    proof=diminishing_steps,
)
theorem_2_2_strongly_convex = replace(
    theorem_2_2,
    id="scaled-sign/theorem-2.2.strongly-convex",
    about="Scaled SignSGD with the diminishing step 3/(mu c (k + 1)) converges like 1/k, under strong convexity.",
    erratum=(
        "It fails as under the PL inequality: the first steps may be far above c/L. own/theorem-2.2.repaired "
        "also holds for strongly convex functions, since they meet that inequality with the same mu."
    ),
    assumptions=(smooth, convex, *theorem_2_2.assumptions[2:]),
    proof=lambda: diminishing_steps(strongly_convex),
)

theorem_2_zeta1 = Claim(
    id="scaled-sign/theorem-2.zeta1",
    source=Source(PAPER, "Theorem 2(1)"),
    about="The rate of Theorem 2 is in [1/2, 1).",
    statement=(zeta_1 >= Rational(1, 2)) & (zeta_1 < 1),
    domain=domain,
)
