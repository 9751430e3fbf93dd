"""Theorem 2: signProx, one bit per coordinate, with mini-batches as large as the number of steps.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", Theorem 2, proof in
Section 5.2. L is ||L||_1, which the step size needs to be positive, and sigma is ||sigma||_1. Two displays of the proof
hold as inequalities only: sgn(^G_i) may be 0, so that (x+_i - x_i)^2 <= gamma^2, and the sign decomposition (13) has
<= where the paper writes =. Its Markov inequality divides by |G_i|; here both sides are multiplied by it.
"""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Le, Rational, sign, sqrt
from sympy.core.symbol import Str

from signproof.theory.assumptions.composite import CoordinateLipschitz, CoordinateVariance, Entries
from signproof.theory.assumptions.gradients import l1
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Identity, Lemma
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.proximal import SignProx
from signproof.theory.norms import LINF
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import COORDINATES, gamma, hypothesis, lemma, positive
from signproof.theory.papers.signprox.regularizer import (
    L_i,
    L_i_sign,
    L_i_sum,
    average,
    basics,
    constants,
    convex_components,
    convexity,
    lipschitz_coordinates,
    slope,
    smooth_coordinates,
)
from signproof.theory.papers.signprox.theorem_1 import (
    G,
    T,
    V,
    V_next,
    composite,
    objective,
    optimality,
    sampled,
    sum_up,
    x_tilde,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, i, sigma
from signproof.theory.terms.expectations import Total, coordinate, mean
from signproof.theory.terms.proximal import D, entry
from signproof.theory.terms.vectors import gradient, inner, maximizer, x_k, x_next

SIGMA = Str("sigma")
sigma_i = entry(SIGMA, i)
smooth, variance = CoordinateLipschitz(D, COORDINATES), CoordinateVariance(gamma, SIGMA)
deviations = Entries(SIGMA, sigma)
domain = (L > 0, T >= 1, Eq(gamma, 1 / (2 * L * sqrt(T))))
drawn = sampled(T)
G_i, drawn_i = coordinate(G, i), coordinate(drawn, i)
move_i = coordinate(x_next - x_k, i)
size = l1(G)


def differ(a: Expr, b: Expr) -> Expr:
    """1 if the signs of two numbers differ, else 0."""
    return sign(Abs(sign(a) - sign(b)))


def at_least(a: Expr, b: Expr) -> Expr:
    """1 if a >= b, else 0."""
    order = sign(b - a)
    return 1 - (order**2 + order) / 2


def sums(step: Step, name: str) -> Step:
    """The sum of an inequality over the coordinates."""
    small, large = step.statement.lhs, step.statement.rhs
    return Step(name, Le(Total(small, i), Total(large, i)),
                by=Lemma("sum of inequalities", small, large, i, using=(step,)))  # fmt: skip


def coordinates(name: str, a: Expr, b: Expr) -> Step:
    return lemma(name, "inner product in coordinates", a, b)


def first_bound() -> tuple[Step, ...]:
    """f(x+) <= f(x) + <grad d(x) + grad r(x~), x+ - x> + sum of L_i/2 (x+_i - x_i)^2
    + <grad r(x+) - grad r(x~), x+ - x>."""
    parts, parts_next, now, then = objective()
    descent = lemma("Assumption 2(b)", "descent lemma in coordinates", smooth, x_next, x_k)
    convex = convexity("convexity of r at x+", x_k, x_next)
    move = x_next - x_k
    conclude = Step(
        "the first bound",
        Le(
            V_next - V,
            inner(gradient(x_k, D) + slope(x_tilde), move)
            + Total(L_i / 2 * move_i**2, i)
            + inner(slope(x_next) - slope(x_tilde), move),
        ),
        by=Combination({parts: -1, parts_next: 1, now: -1, then: 1, descent: 1, convex: 1}),
    )
    return parts, parts_next, now, then, descent, convex, conclude


def last_term(bit: Step) -> tuple[Step, ...]:
    """<grad r(x+) - grad r(x~), x+ - x> <= gamma^2 ||L||_1 + gamma^2 ||L||_1 ||G||_1, line by line."""
    move = x_next - x_k
    near, far = slope(x_next) - slope(x_k), slope(x_k) - slope(x_tilde)
    in_coordinates = coordinates("grad r(x+) - grad r(x)", near, move), coordinates("grad r(x) - grad r(x~)", far, move)
    near_i, far_i = coordinate(near, i), coordinate(far, i)
    absolute = Step(
        "absolute values",
        Le((near_i + far_i) * move_i, Abs(near_i) * Abs(move_i) + Abs(far_i) * Abs(move_i)),
        by=Decide(),
    )
    second = sums(absolute, "its second line")
    smooth_near, smooth_far = lipschitz_coordinates(x_next, x_k), lipschitz_coordinates(x_k, x_tilde)
    apart = coordinate(x_k - x_tilde, i)
    each = Step(
        "smoothness of r",
        Le(absolute.statement.rhs, L_i * move_i**2 + L_i * Abs(apart) * Abs(move_i)),
        by=Decide(smooth_near[-1], smooth_far[-1], L_i_sign),
    )
    third = sums(each, "its third line")
    short = Step(
        "steps of length gamma",
        Le(each.statement.rhs, gamma**2 * L_i + gamma * L_i * Abs(apart)),
        by=Decide(bit, L_i_sign, positive),
    )
    fourth = sums(short, "its fourth line")
    largest = lemma("L_i <= ||L||_1", "one of a sum", L_i, i, using=(L_i_sign,))
    mapped = Step(
        "x - x~ = gamma G",
        Le(gamma * L_i * Abs(apart), gamma**2 * L * Abs(G_i)),
        by=Decide(largest, positive, L_i_sum),
    )
    fifth = sums(mapped, "its fifth line")
    norm = lemma("||G||_1", "l1 norm in coordinates", G)
    conclude = Step(
        "the last term",
        Le(inner(slope(x_next) - slope(x_tilde), move), gamma**2 * L + gamma**2 * L * size),
        by=Combination(
            {**dict.fromkeys((*in_coordinates, second, third, fourth, fifth), 1), norm: -L * gamma**2,
             L_total: gamma**2}
        ),
    )  # fmt: skip
    return (
        *in_coordinates, absolute, second, *smooth_near, *smooth_far, each, third, short, fourth, largest,
        mapped, fifth, norm, conclude,
    )  # fmt: skip


def sign_errors() -> tuple[Step, ...]:
    """|G_i| P[sgn(^G_i) != sgn(G_i)] <= sigma_i / sqrt(T)."""
    noise = drawn_i - G_i
    wrong, large = differ(G_i, drawn_i), at_least(Abs(noise), Abs(G_i))
    relaxed = Step("probability relaxation", Le(Abs(G_i) * wrong, Abs(G_i) * large), by=Decide())
    relaxed_mean = Step(
        "its mean",
        Le(mean(Abs(G_i) * wrong, x_k), mean(Abs(G_i) * large, x_k)),
        by=Lemma("monotone expectation", Abs(G_i) * wrong, Abs(G_i) * large, x_k, using=(relaxed,)),
    )
    long = Step("what is counted is large", Le(Abs(G_i) * large, Abs(noise)), by=Decide())
    Markov = Step(
        "Markov",
        Le(mean(Abs(G_i) * large, x_k), mean(Abs(noise), x_k)),
        by=Lemma("monotone expectation", Abs(G_i) * large, Abs(noise), x_k, using=(long,)),
    )
    middle = mean(Abs(noise), x_k)
    square = Step("square", Ge((Abs(noise) - middle) ** 2, 0), by=Decide())
    spread = Step(
        "its mean is not negative",
        Le(0, mean((Abs(noise) - middle) ** 2, x_k)),
        by=Lemma("monotone expectation", Rational(0), (Abs(noise) - middle) ** 2, x_k, using=(square,)),
    )
    Jensen = Step("Jensen", Le(middle**2, mean(noise**2, x_k)), by=Combination({spread: 1}))
    assumed = hypothesis("Assumption 2(d)", variance, x_k)
    draws = lemma("mini-batch", "Bienaymé", gamma, T, x_k, using=(enough,))
    batch = Step(
        "variance of the mini-batch",
        Le(mean(noise**2, x_k), sigma_i**2 / T),
        by=Combination({assumed: 1 / (gamma**2 * T), draws: 1 / gamma**2}),
    )
    scale = hypothesis("sigma_1, ..., sigma_n", deviations)
    deviation_i = Step("E|^G_i - G_i|", Le(middle, sigma_i / sqrt(T)), by=Decide(Jensen, batch, scale))
    each = Step("P[wrong sign]", Le(mean(Abs(G_i) * wrong, x_k), sigma_i / sqrt(T)),
                by=Combination({relaxed_mean: 1, Markov: 1, deviation_i: 1}))  # fmt: skip
    return (
        relaxed, relaxed_mean, long, Markov, square, spread, Jensen, assumed, draws, batch, scale, deviation_i, each,
        sums(each, "sum of P[wrong sign]"),
    )  # fmt: skip


L_total = Step("sum of the L_i", Eq(Total(L_i, i), L), by=Decide(L_i_sum))
enough = Step("B >= 1", Ge(T, 1), by=Decide())
measure = MeanGradientMapping(gamma, T, 1, LINF)
bound = 4 * (L * V0 + sigma + 1) / sqrt(T)


def proof() -> Proof:
    """Section 5.2."""
    signs = maximizer(Str(LINF.name), gamma * drawn)
    rule = Step("x+ = x - gamma sgn(x - ^P(x))", Eq(x_next, x_k - gamma * signs), by=Definition())
    moved = Step("x+ - x in coordinates", Eq(move_i, -gamma * coordinate(signs, i)), by=Identity(rule))
    one_bit = Step("x+ - x = -gamma sgn(^G)", Eq(move_i, -gamma * sign(drawn_i)), by=Decide(moved, positive))
    bit = Step("|x+_i - x_i| <= gamma", Le(Abs(move_i), gamma), by=Decide(one_bit, positive))
    first = first_bound()
    last = last_term(bit)
    quadratic_i = Step("its square", Le(L_i / 2 * move_i**2, gamma**2 / 2 * L_i), by=Decide(bit, positive, L_i_sign))
    quadratic = sums(quadratic_i, "the quadratic term")
    proximal = optimality()
    slopes = inner(gradient(x_k, D) + slope(x_tilde), x_next - x_k)
    aligned = Step("the linear term", Eq(slopes, inner(G, x_next - x_k)), by=Identity(proximal[-1]))
    linear = coordinates("the linear term in coordinates", G, x_next - x_k)
    decomposed_i = Step(
        "sign decomposition",
        Le(G_i * move_i, -gamma * Abs(G_i) + 2 * gamma * Abs(G_i) * differ(G_i, drawn_i)),
        by=Decide(one_bit, positive),
    )
    decomposed = sums(decomposed_i, "its sum")
    errors = Total(Abs(G_i) * differ(G_i, drawn_i), i)
    coarse = -gamma * size + 3 * gamma**2 / 2 * L + gamma**2 * L * size
    norm = lemma("||G||_1 in coordinates", "l1 norm in coordinates", G)
    thirteen = Step(
        "(13)",
        Le(V_next - V, coarse + 2 * gamma * errors),
        by=Combination(
            {first[-1]: 1, last[-1]: 1, quadratic: 1, aligned: 1, linear: 1, decomposed: 1, norm: gamma,
             L_total: gamma**2 / 2}
        ),
    )  # fmt: skip
    expected = Step(
        "its conditional expectation",
        Le(mean(V_next - V, x_k), mean(coarse + 2 * gamma * errors, x_k)),
        by=Lemma("monotone expectation", V_next - V, coarse + 2 * gamma * errors, x_k, using=(thirteen,)),
    )
    wrong = sign_errors()
    scale = hypothesis("||sigma||_1", deviations)
    total_sigma = Step("sum of the sigma_i", Eq(Total(sigma_i, i), sigma), by=Decide(scale))
    plugged = Step(
        "in expectation",
        Le(mean(V_next - V, x_k), coarse + 2 * gamma / sqrt(T) * sigma),
        by=Combination({expected: 1, wrong[-1]: 2 * gamma, total_sigma: 2 * gamma / sqrt(T)}, given=(positive,)),
    )
    size_sign = lemma("||G||_1 >= 0", "non-negative norm", size)
    factor, noise = 1 / (4 * L * sqrt(T)), Rational(3, 8) / (L * T) + sigma / (L * T)
    root = Step("1/T <= 1/sqrt(T)", Le(1 / T, 1 / sqrt(T)), by=Decide())
    chosen = Step(
        "with the step size",
        Eq(coarse + 2 * gamma / sqrt(T) * sigma, -size / (2 * L * sqrt(T)) + size / (4 * L * T) + noise),
        by=Decide(),
    )
    one_step = Step(
        "one step",
        Le(mean(V_next - V, x_k), noise - factor * size),
        by=Combination({plugged: 1, chosen: 1, root: size / (4 * L)}, given=(size_sign,)),
    )
    return Proof(
        *basics, L_i_sum, L_i_sign, L_total, enough, rule, moved, one_bit, bit, *first, *last, quadratic_i, quadratic,
        *proximal, aligned, linear, decomposed_i, decomposed, norm, thirteen, expected, *wrong, scale,
        total_sigma, plugged, size_sign, root, chosen, one_step,
        *sum_up(measure, one_step, size, factor, noise, "Theorem 2", bound),
    )  # fmt: skip


theorem_2 = Claim(
    id="signprox/theorem-2",
    source=Source(PAPER, "Theorem 2"),
    about=(
        "signProx with gamma = 1/(2 ||L||_1 sqrt(T)) and mini-batches of T draws: the l1 norm of the gradient"
        " mapping averages O(1/sqrt(T)) over T steps."
    ),
    algorithm=SignProx(gamma, T),
    assumptions=(
        composite, average, convex_components, smooth, smooth_coordinates, constants, variance, deviations,
    ),
    domain=domain,
    measure=measure,
    bound=bound,
    proof=proof,
)  # fmt: skip
