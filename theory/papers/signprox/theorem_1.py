"""Theorem 1: the stochastic proximal-gradient method with a step size that depends on the number of steps.

Xu and Kamilov, "signProx: One-bit proximal algorithm for nonconvex stochastic optimization", Theorem 1, proof in
Section 5.1. T is the number of steps; the mean is over the iterates 0, ..., T - 1. The objective is f = d + r with the
r of equation (9), which depends on gamma and so on T: for another T, f is another function.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Integer, Le, Sum, Symbol, sqrt

from signproof.theory.assumptions.composite import Composite, LipschitzGradient, ProximalVariance
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Identity, Instance, Lemma
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.proximal import SPGM
from signproof.theory.norms import L2
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import EUCLIDEAN, gamma, hypothesis, lemma, positive
from signproof.theory.papers.signprox.regularizer import (
    R,
    average,
    basics,
    convex_components,
    convexity,
    lipschitz,
    slope,
    smooth_components,
    whole,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, f_star, k, l, sigma
from signproof.theory.terms.expectations import mean
from signproof.theory.terms.proximal import D, gradient_mapping, prox, sampled_mapping, squared
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, suboptimality, value, x_k, x_next

T = Symbol("T", real=True)
"""Number of steps, a whole number."""
domain = (T >= 1, Eq(gamma, 1 / (L * sqrt(T))))
composite, smooth, variance = Composite(gamma), LipschitzGradient(D, L, L2), ProximalVariance(gamma, sigma)

V, V_next = suboptimality(k), suboptimality(k + 1)
G = gradient_mapping(x_k, gamma)
x_tilde = x_k - gamma * G


def sampled(batch: Expr) -> Expr:
    """^G(x_k)."""
    return sampled_mapping(x_k, gamma, batch)


def objective() -> tuple[Step, ...]:
    """V = d + r - f*, at x_k and at x_{k+1}."""
    parts = hypothesis("(1)", composite, x_k), hypothesis("(1) at k + 1", composite, x_next)
    values = (
        Step("V_k", Eq(V, value(x_k) - f_star), by=Definition()),
        Step("V_{k+1}", Eq(V_next, value(x_next) - f_star), by=Definition()),
    )
    return *parts, *values


def optimality(x: Expr = x_k) -> tuple[Step, ...]:
    """grad r(x~) = G(x) - grad d(x), which says that x~ = x - gamma G(x) is P(x)."""
    G = gradient_mapping(x, gamma)
    x_tilde, z = x - gamma * G, x - gamma * gradient(x, D)
    p = prox(z, gamma, R)
    mapping = lemma("Definition 1", "gradient mapping", gamma, x, using=(positive,))
    averaged = hypothesis("(9) at x", average, z)
    tilde = Step("x~ = P(x)", Eq(x_tilde, p), by=Identity(mapping, averaged))
    back = Step("P(x) = x~", Eq(p, x_tilde), by=Identity(mapping, averaged))
    optimal = lemma("optimality of P(x)", "proximal optimality", R, gamma, z, using=(positive, whole))
    conclude = Step(
        "grad d(x) + grad r(x~) = G(x)",
        Eq(slope(x_tilde), G - gradient(x, D)),
        by=Identity(tilde, optimal, back),
    )
    return mapping, averaged, tilde, back, optimal, conclude


def mean_objective() -> tuple[Step, ...]:
    """E V_0 = V_0 and E V_{k+1} >= 0."""
    start = Step("E V_0", Eq(mean(suboptimality(0)), V0), by=Definition())
    infimum = lemma("f* at k + 1", "infimum", x_next)
    definition = Step("V at k + 1", Eq(V_next, value(x_next) - f_star), by=Definition())
    after = Step("V_{k+1} >= 0", Ge(V_next, 0), by=Combination({definition: -1, infimum: 1}))
    mean_after = Step("E V_{k+1} >= 0", Ge(mean(V_next), 0),
                      by=Lemma("monotone expectation", Integer(0), V_next, using=(after,)))  # fmt: skip
    return start, infimum, definition, after, mean_after


def sum_up(measure: MeanGradientMapping, one_step: Step, length: Expr, factor: Expr, noise: Expr, name: str,
           bound: Expr) -> tuple[Step, ...]:  # fmt: skip
    """From E[V_{k+1} - V_k | x_k] <= -factor length + noise to the mean over T steps."""
    means = Step(
        "mean of one step",
        Le(mean(mean(V_next - V, x_k)), mean(noise - factor * length)),
        by=Lemma("monotone expectation", mean(V_next - V, x_k), noise - factor * length, using=(one_step,)),
    )
    tower = lemma("tower property", "tower property", V_next, x_k)
    potential = mean(V) - k * noise
    rearranged = Step(
        "one step, rearranged",
        Le(factor * mean(length), potential - potential.subs(k, k + 1)),
        by=Combination({means: 1, tower: -1}),
    )
    telescoped = Step(
        "sum over the iterations",
        Le(factor * Sum(mean(length).subs(k, l), (l, 0, k)), mean(suboptimality(0)) - potential.subs(k, k + 1)),
        by=Lemma("telescoping sum", factor, mean(length), potential, using=(rearranged,)),
    )
    ends = mean_objective()
    start, after = ends[0], ends[-1]
    summed = Step(
        "sum below V_0",
        Le(factor * Sum(mean(length).subs(k, l), (l, 0, k)), V0 + (k + 1) * noise),
        by=Combination({telescoped: 1, after: 1, start: 1}),
    )
    horizon = Step("T steps", summed.statement.subs(k, T - 1), by=Instance(summed, T - 1))
    conclude = Step(name, Le(measure.symbol, bound), by=Decide(horizon))
    return means, tower, rearranged, telescoped, *ends, summed, horizon, conclude


measure = MeanGradientMapping(gamma, T, 2, L2)
bound = (2 * L * V0 + 3 * sigma**2) / sqrt(T)


def proof() -> Proof:
    """Section 5.1."""
    drawn = sampled(Integer(1))
    parts, parts_next, now, then = objective()
    rule = Step("x+ = x - gamma ^G(x)", Eq(x_next, x_k - gamma * drawn), by=Definition())
    descent = lemma("Lipschitz continuity of grad d", "descent lemma", smooth, x_next, x_k)
    at_next, at_x = convexity("convexity of r at x+", x_tilde, x_next), convexity("convexity of r at x~", x_k, x_tilde)
    length = norm(EUCLIDEAN, x_next - x_k)
    h, deviation = slope(x_next) - slope(x_tilde), x_next - x_tilde
    slopes = inner(gradient(x_k, D) + slope(x_tilde), x_next - x_k)
    first = Step(
        "the first bound",
        Le(V_next - V, slopes + L / 2 * length**2 + inner(h, deviation)),
        by=Combination({parts: -1, parts_next: 1, now: -1, then: 1, descent: 1, at_next: 1, at_x: 1}),
    )
    proximal = optimality()
    aligned = Step("its first term", Eq(slopes, -gamma * inner(G, drawn)), by=Identity(proximal[-1], rule))
    squares = []
    for name, move in (("second", x_next - x_k), ("third", deviation)):
        dual = lemma(f"its {name} length", "self-dual norm", move)
        euclid = lemma(f"its {name} square", "Euclidean norm", move)
        both = Step(f"its {name} term", Eq(norm(EUCLIDEAN, move) ** 2, squared(move)), by=Decide(dual, euclid))
        squares.append((dual, euclid, both))
    inherited = lipschitz(x_next, x_tilde)
    Cauchy = lemma("Cauchy-Schwarz", "Hölder", L2, h, deviation)
    distance = norm(EUCLIDEAN, deviation)
    distance_sign = lemma("|x+ - x~| >= 0", "non-negative norm", distance)
    third = Step(
        "Lipschitz continuity of grad r",
        Le(inner(h, deviation), L * distance**2),
        by=Combination({Cauchy: 1, inherited[-1]: distance}, given=(distance_sign,)),
    )
    full = Step("|x+ - x|^2", Eq(squared(x_next - x_k), gamma**2 * squared(drawn)), by=Identity(rule))
    noise = Step("|x+ - x~|^2", Eq(squared(deviation), gamma**2 * squared(drawn - G)), by=Identity(rule))
    second_bound = -gamma * inner(G, drawn) + gamma**2 * L / 2 * squared(drawn) + gamma**2 * L * squared(drawn - G)
    second = Step(
        "the second bound",
        Le(V_next - V, second_bound),
        by=Combination(
            {first: 1, aligned: 1, squares[0][-1]: L / 2, third: 1, squares[1][-1]: L, full: L / 2, noise: L}
        ),
    )
    expected = Step(
        "its conditional expectation",
        Le(mean(V_next - V, x_k), mean(second_bound, x_k)),
        by=Lemma("monotone expectation", V_next - V, second_bound, x_k, using=(second,)),
    )
    unbiased = lemma("E ^G(x) = G(x)", "mean of draws", gamma, Integer(1), x_k, using=(positive,))
    mixed = lemma("<G, ^G> in coordinates", "inner product in coordinates", G, drawn)
    mixed_mean = Step(
        "its mean",
        Eq(mean(inner(G, drawn), x_k), mean(mixed.statement.rhs, x_k)),
        by=Lemma("expectation of equals", inner(G, drawn), mixed.statement.rhs, x_k, using=(mixed,)),
    )
    plain = Step("with E ^G = G", Eq(mixed_mean.statement.rhs, mixed.statement.rhs.xreplace({drawn: G})),
                 by=Identity(unbiased))  # fmt: skip
    square = lemma("<G, G> in coordinates", "inner product in coordinates", G, G)
    projected = Step(
        "E<G, ^G> = <G, G>",
        Eq(mean(inner(G, drawn), x_k), inner(G, G)),
        by=Combination({mixed_mean: 1, plain: 1, square: -1}),
    )
    assumed = hypothesis("Assumption 1(d)", variance, x_k)
    scatter = Step(
        "E|^G - G|^2 <= sigma^2",
        Le(mean(squared(drawn - G), x_k), sigma**2),
        by=Combination({assumed: 1 / gamma**2}),
    )
    size = dual_norm(EUCLIDEAN, G) ** 2
    Euclid = lemma("|G|^2", "Euclidean norm", G)
    coarse = -gamma * size + gamma**2 * L / 2 * (size + sigma**2) + gamma**2 * L * sigma**2
    fourth = Step(
        "in expectation",
        Le(mean(V_next - V, x_k), coarse),
        by=Combination(
            {expected: 1, scatter: 3 * gamma**2 * L / 2, projected: gamma**2 * L - gamma,
             Euclid: gamma**2 * L / 2 - gamma},
        ),
    )  # fmt: skip
    size_sign = lemma("|G| >= 0", "non-negative norm", dual_norm(EUCLIDEAN, G))
    factor, floor = 1 / (2 * L * sqrt(T)), 3 * sigma**2 / (2 * L * T)
    root = Step("1/T <= 1/sqrt(T)", Le(1 / T, 1 / sqrt(T)), by=Decide())
    chosen = Step(
        "with the step size",
        Eq(coarse, -size / (L * sqrt(T)) + size / (2 * L * T) + floor),
        by=Decide(),
    )
    one_step = Step(
        "one step",
        Le(mean(V_next - V, x_k), floor - factor * size),
        by=Combination({fourth: 1, chosen: 1, root: size / (2 * L)}),
    )
    return Proof(
        *basics, parts, parts_next, now, then, rule, descent, at_next, at_x, first, *proximal, aligned,
        *squares[0], *squares[1], *inherited, Cauchy, distance_sign, third, full, noise, second, expected, unbiased,
        mixed, mixed_mean, plain, square, projected, assumed, scatter, Euclid, fourth, size_sign, root, chosen,
        one_step, *sum_up(measure, one_step, size, factor, floor, "Theorem 1", bound),
    )  # fmt: skip


theorem_1 = Claim(
    id="signprox/theorem-1",
    source=Source(PAPER, "Theorem 1"),
    about=(
        "The stochastic proximal-gradient method with gamma = 1/(L sqrt(T)) and single draws: the squared "
        "gradient mapping averages O(1/sqrt(T)) over T steps."
    ),
    algorithm=SPGM(gamma),
    assumptions=(composite, average, convex_components, smooth, smooth_components, variance),
    domain=domain,
    measure=measure,
    bound=bound,
    proof=proof,
)
