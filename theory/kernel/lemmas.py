"""The trusted table: the named facts that proofs may rest on beside exact algebra.

Each lemma takes terms and returns what it needs and what it gives: an assumption that the claim must make, premises
that must have been proved, and the conclusion. It is written once, over a vocabulary T of terms: the kernel's forms,
by which documents are checked, or SymPy's terms, in which proofs are written. A verdict lists the lemmas it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

Vocabulary: TypeAlias = Any
"""Names of terms and statements; that of the kernel is `vocabulary.TERMS`, that of SymPy is in `theory/derivation`."""
Form: TypeAlias = Any
"""A term, statement, name or assumption of the vocabulary: its own classes, whichever they are."""


class LemmaError(ValueError):
    """A lemma applied outside its hypotheses."""


@dataclass(frozen=True)
class Use:
    """One use of a lemma: what it concludes, from which proved premises, under which assumption."""

    conclusion: Any
    premises: tuple[Any, ...] = ()
    assumption: Any = None
    every_k: bool = False
    """Whether its premises must hold for every integer k >= 0."""


@dataclass(frozen=True)
class Lemma:
    """A named fact. `of` takes a vocabulary and the lemma's terms; `text` says it in words; `source`, who proved it."""

    name: str
    text: str
    source: str
    of: Callable[..., Use]


_lemmas: list[Lemma] = []


def lemma(name: str, text: str, source: str) -> Callable[[Callable[..., Use]], Callable[..., Use]]:
    """Enters a lemma into the table."""

    def enter(of: Callable[..., Use]) -> Callable[..., Use]:
        _lemmas.append(Lemma(name, text, source, of))
        return of

    return enter


@lemma("non-negative norm", "||v|| >= 0 and ||v||_* >= 0.", "definition of a norm")
def norm_is_not_negative(T: Vocabulary, length: Form) -> Use:
    if not T.is_norm(length):
        raise LemmaError(f"{length} is not a norm")
    return Use(T.Ge(length, 0))


@lemma("Hölder", "<u, v> <= ||u||_* ||v||.", "definition of the dual norm")
def inner_product_is_at_most_product_of_norms(T: Vocabulary, pair: Form, u: Form, v: Form) -> Use:
    name = T.pair(pair)
    return Use(T.Le(T.inner(u, v), T.dual_norm(name, u) * T.norm(name, v)))


@lemma("attained dual norm", "<g, v(g)> = ||g||_*.", "definition of v(g); the unit ball is compact")
def maximizer_attains_dual_norm(T: Vocabulary, pair: Form, g: Form) -> Use:
    name = T.pair(pair)
    return Use(T.Eq(T.inner(g, T.maximizer(name, g)), T.dual_norm(name, g)))


@lemma("unit maximizer", "||v(g)|| <= 1.", "definition of v(g)")
def maximizer_has_norm_at_most_one(T: Vocabulary, pair: Form, g: Form) -> Use:
    name = T.pair(pair)
    return Use(T.Le(T.norm(name, T.maximizer(name, g)), 1))


@lemma("Euclidean norm", "<v, v> = ||v||^2 in the Euclidean norm.", "definition of the Euclidean norm")
def inner_square_is_square_of_euclidean_norm(T: Vocabulary, v: Form) -> Use:
    return Use(T.Eq(T.inner(v, v), T.dual_norm(T.pair("2"), v) ** 2))


@lemma("self-dual norm", "The Euclidean norm is its own dual.", "Cauchy-Schwarz inequality")
def euclidean_norm_is_its_dual(T: Vocabulary, v: Form) -> Use:
    return Use(T.Eq(T.norm(T.pair("2"), v), T.dual_norm(T.pair("2"), v)))


@lemma("infimum", "f(x) >= f*.", "definition of f*")
def value_is_at_least_infimum(T: Vocabulary, point: Form) -> Use:
    return Use(T.Ge(T.value(point), T.f_star))


@lemma(
    "descent lemma",
    "If f is L-smooth, f(y) <= f(x) + <grad f(x), y - x> + (L/2) ||y - x||^2.",
    "Nesterov, Introductory Lectures on Convex Optimization, Lemma 1.2.3, for any norm",
)
def smooth_function_is_below_its_quadratic(T: Vocabulary, assumption: Form, y: Form, x: Form) -> Use:
    name = T.needs(assumption, "Smooth", "LipschitzGradient")
    of = (assumption.of,) if name == "LipschitzGradient" else ()
    distance = T.norm(T.pair(assumption.norm), y - x)
    quadratic = assumption.constant * T.Rational(1, 2) * distance**2
    return Use(
        T.Le(T.value(y, *of), T.value(x, *of) + T.inner(T.gradient(x, *of), y - x) + quadratic), assumption=assumption
    )


@lemma(
    "attained minimum",
    "A strongly convex differentiable function on R^d attains its infimum: f(x*) = f*.",
    "Nesterov, Introductory Lectures on Convex Optimization, section 2.2",
)
def strongly_convex_function_attains_infimum(T: Vocabulary, assumption: Form) -> Use:
    T.needs(assumption, "StronglyConvex")
    return Use(T.Eq(T.value(T.x_star), T.f_star), assumption=assumption)


@lemma(
    "interpolation",
    "If f is convex and L-smooth in the Euclidean norm, L (f(x) - f(y) - <grad f(y), x - y>) >= ||u||^2/2 with "
    "u = grad f(x) - grad f(y); if f is mu-strongly convex, (L - mu) (f(x) - f(y) - <grad f(y), x - y>) >= ||u||^2/2 "
    "+ L mu ||x - y||^2/2 - mu <u, x - y>.",
    "Taylor, Hendrickx, Glineur, Mathematical Programming 161 (2017), Theorem 4; Nesterov, Theorem 2.1.5",
)
def smooth_convex_function_interpolates(T: Vocabulary, smooth: Form, convex: Form, x: Form, y: Form) -> Use:
    T.needs(smooth, "Smooth")
    strongly = T.needs(convex, "StronglyConvex", "Convex") == "StronglyConvex"
    if any(T.pair(each.norm) != T.pair("2") for each in ([smooth, convex] if strongly else [smooth])):
        raise LemmaError("it is about the Euclidean norm")
    L, mu, half = smooth.constant, convex.constant if strongly else T.Integer(0), T.Rational(1, 2)
    u, v = T.gradient(x) - T.gradient(y), x - y
    above = T.value(x) - T.value(y) - T.inner(T.gradient(y), v)
    quadratic = half * T.inner(u, u) + half * L * mu * T.inner(v, v) - mu * T.inner(u, v)
    return Use(T.Ge((L - mu) * above, quadratic), assumption=smooth)


@lemma("minimizer", "x*, of which an assumption speaks, is a minimizer: f(x*) = f*.", "definition")
def infimum_is_attained_at_minimizer(T: Vocabulary, assumption: Form) -> Use:
    if not T.speaks_of_minimizer(assumption):
        raise LemmaError("the assumption does not speak of a minimizer")
    return Use(T.Eq(T.value(T.x_star), T.f_star), assumption=assumption)


@lemma("stationary minimizer", "If f(x*) = f*, grad f(x*) = 0.", "Fermat's theorem")
def gradient_at_minimizer_vanishes(T: Vocabulary) -> Use:
    return Use(T.Eq(T.gradient(T.x_star), T.x_star - T.x_star), premises=(T.Eq(T.value(T.x_star), T.f_star),))


@lemma(
    "induction",
    "If 0 <= r and a_{k+1} <= r a_k for every k >= 0, then a_k <= r^k a_0.",
    "induction over k",
)
def contraction_is_below_power_of_rate(T: Vocabulary, term: Form, rate: Form) -> Use:
    _needs_constant(T, rate)
    return Use(
        T.Le(term, rate**T.k * T.at(term, k=0)),
        premises=(T.Le(T.at(term, k=T.k + 1), rate * term), T.Ge(rate, 0)),
        every_k=True,
    )


@lemma("power of a product", "(a b)^k = a^k b^k for k = 0, 1, ...", "induction over k")
def power_of_product_is_product_of_powers(T: Vocabulary, a: Form, b: Form) -> Use:
    return Use(T.Eq((a * b) ** T.k, a**T.k * b**T.k))


@lemma(
    "telescoping sum",
    "If c a_k <= w_k - w_{k+1} for every k >= 0, then c (a_0 + ... + a_k) <= w_0 - w_{k+1}.",
    "induction over k",
)
def sum_is_at_most_fall_of_potential(T: Vocabulary, factor: Form, term: Form, potential: Form) -> Use:
    _needs_constant(T, factor)
    after = T.at(potential, k=T.k + 1)
    return Use(
        T.Le(factor * T.Sum(_indexed(T, term), (T.l, 0, T.k)), T.at(potential, k=0) - after),
        premises=(T.Le(factor * term, potential - after),),
        every_k=True,
    )


@lemma(
    "telescoping sum before k",
    "If c a_k <= w_k - w_{k+1} for every k >= 0, then c (a_0 + ... + a_{k-1}) <= w_0 - w_k.",
    "induction over k",
)
def sum_before_is_at_most_fall_of_potential(T: Vocabulary, factor: Form, term: Form, potential: Form) -> Use:
    _needs_constant(T, factor)
    return Use(
        T.Le(factor * T.Sum(_indexed(T, term), (T.l, 0, T.k - 1)), T.at(potential, k=0) - potential),
        premises=(T.Le(factor * term, potential - T.at(potential, k=T.k + 1)),),
        every_k=True,
    )


@lemma("least of a sum", "(k + 1) min over l <= k of a_l <= a_0 + ... + a_k.", "arithmetic")
def count_times_least_is_at_most_sum(T: Vocabulary, term: Form) -> Use:
    indexed = _indexed(T, term)
    return Use(T.Le((T.k + 1) * T.Least(indexed, (T.l, 0, T.k)), T.Sum(indexed, (T.l, 0, T.k))))


@lemma(
    "least square",
    "If a_l >= 0 for every l and min over l <= k of a_l is at most b, min over l <= k of a_l^2 is at most b^2.",
    "arithmetic",
)
def least_square_is_at_most_square_of_bound(T: Vocabulary, term: Form, bound: Form) -> Use:
    indexed = _indexed(T, term)
    return Use(
        T.Le(T.Least(indexed**2, (T.l, 0, T.k)), bound**2),
        premises=(T.Ge(term, 0), T.Le(T.Least(indexed, (T.l, 0, T.k)), bound)),
        every_k=True,
    )


@lemma(
    "comparison",
    "If a_{k+1} <= r_k a_k + c_k with r_k >= 0, and b_{k+1} >= r_k b_k + c_k for every k >= 0, and a_0 <= b_0, "
    "then a_k <= b_k.",
    "induction over k",
)
def recursion_is_below_what_dominates_it(T: Vocabulary, term: Form, bound: Form, rate: Form, remainder: Form) -> Use:
    return Use(
        T.Le(term, bound),
        premises=(
            T.Le(T.at(term, k=T.k + 1), rate * term + remainder),
            T.Ge(rate, 0),
            T.Ge(T.at(bound, k=T.k + 1), rate * bound + remainder),
            T.Le(T.at(term, k=0), T.at(bound, k=0)),
        ),
        every_k=True,
    )


@lemma(
    "chain rule",
    "V'(t) = <grad f(x(t)), x'(t)> for almost every t, if x is absolutely continuous.",
    "Royden, Real Analysis, chapter 5; f is continuously differentiable",
)
def rate_of_value_is_gradient_along_velocity(T: Vocabulary) -> Use:
    return Use(T.Eq(T.suboptimality_rate(T.t), T.inner(T.g_t, T.velocity(T.t))))


@lemma(
    "monotonicity",
    "If V' <= 0 almost everywhere, V(t) <= V(0).",
    "fundamental theorem of calculus for absolutely continuous functions",
)
def what_never_rises_is_at_most_its_start(T: Vocabulary) -> Use:
    return Use(T.Le(T.suboptimality_at(T.t), T.suboptimality_at(0)), premises=(T.Le(T.suboptimality_rate(T.t), 0),))


@lemma(
    "Grönwall",
    "If V' <= -a V almost everywhere, V(t) <= V(0) exp(-a t).",
    "Grönwall, Annals of Mathematics 20 (1919); Khalil, Nonlinear Systems, Lemma A.1",
)
def linear_decay_is_below_exponential(T: Vocabulary, rate: Form) -> Use:
    _needs_same_at_all_times(T, rate)
    V = T.suboptimality_at(T.t)
    return Use(
        T.Le(V, T.suboptimality_at(0) * T.exp(-rate * T.t)), premises=(T.Le(T.suboptimality_rate(T.t), -rate * V),)
    )


@lemma(
    "comparison with a Riccati equation",
    "If V' <= -a V^2 almost everywhere, with a >= 0 and V(0) >= 0, then V(t) <= V(0) / (1 + a V(0) t).",
    "Khalil, Nonlinear Systems, Lemma 3.4 (comparison lemma)",
)
def quadratic_decay_is_below_hyperbola(T: Vocabulary, rate: Form) -> Use:
    _needs_same_at_all_times(T, rate)
    V, start = T.suboptimality_at(T.t), T.suboptimality_at(0)
    return Use(
        T.Le(V, start / (1 + rate * start * T.t)),
        premises=(T.Le(T.suboptimality_rate(T.t), -rate * V**2), T.Ge(rate, 0), T.Ge(start, 0)),
    )


@lemma(
    "decrease over time",
    "If c a(t) <= -V'(t) for almost every t, and a is continuous, c times the integral of a over [0, t] is at most "
    "V(0) - V(t).",
    "fundamental theorem of calculus for absolutely continuous functions",
)
def integral_is_at_most_fall_of_value(T: Vocabulary, factor: Form, term: Form) -> Use:
    _needs_same_at_all_times(T, factor)
    return Use(
        T.Le(factor * T.Accumulated(_running(T, term)), T.suboptimality_at(0) - T.suboptimality_at(T.t)),
        premises=(T.Le(factor * term, -T.suboptimality_rate(T.t)),),
    )


@lemma(
    "least over time",
    "If a >= 0 is continuous, t (min over s <= t of a(s))^p is at most the integral of a^p over [0, t], p = 1, 2, ...",
    "monotonicity of the integral",
)
def time_times_least_power_is_at_most_integral(T: Vocabulary, term: Form, power: Form) -> Use:
    if not T.is_count(power):
        raise LemmaError(f"{power} is none of the exponents 1, 2, ...")
    running = _running(T, term)
    return Use(T.Le(T.t * T.LeastSoFar(running) ** power, T.Accumulated(running**power)), premises=(T.Ge(term, 0),))


@lemma("inner product in coordinates", "<u, v> = sum over i of u_i v_i.", "definition")
def inner_product_is_sum_over_coordinates(T: Vocabulary, u: Form, v: Form) -> Use:
    _needs_no_index(T, T.i, u, v)
    return Use(T.Eq(T.inner(u, v), T.Total(T.coordinate(u, T.i) * T.coordinate(v, T.i), T.i)))


@lemma("l1 norm in coordinates", "||v||_1 = sum over i of |v_i|.", "definition")
def l1_norm_is_sum_over_coordinates(T: Vocabulary, v: Form) -> Use:
    _needs_no_index(T, T.i, v)
    return Use(T.Eq(T.dual_norm(T.pair("inf"), v), T.Total(T.Abs(T.coordinate(v, T.i)), T.i)))


@lemma("coordinate of a vector", "|v_i| <= ||v||_inf.", "definition of the maximum norm")
def coordinate_is_at_most_maximum_norm(T: Vocabulary, v: Form) -> Use:
    return Use(T.Le(T.Abs(T.coordinate(v, T.i)), T.norm(T.pair("inf"), v)))


@lemma("largest coordinate", "If |v_i| <= b for every i, ||v||_inf <= b.", "definition of the maximum norm")
def maximum_norm_is_at_most_bound_of_coordinates(T: Vocabulary, v: Form, bound: Form) -> Use:
    _needs_no_index(T, T.i, v, bound)
    return Use(T.Le(T.norm(T.pair("inf"), v), bound), premises=(T.Le(T.Abs(T.coordinate(v, T.i)), bound),))


@lemma("triangle inequality", "||u + v||_* <= ||u||_* + ||v||_*.", "definition of a norm")
def norm_of_sum_is_at_most_sum_of_norms(T: Vocabulary, pair: Form, u: Form, v: Form) -> Use:
    name = T.pair(pair)
    return Use(T.Le(T.dual_norm(name, u + v), T.dual_norm(name, u) + T.dual_norm(name, v)))


@lemma("sum of inequalities", "If a_i <= b_i for every i, the sums of both over i are so ordered.", "arithmetic")
def sums_are_ordered_as_terms(T: Vocabulary, one: Form, other: Form, index: Form) -> Use:
    return Use(T.Le(T.Total(one, index), T.Total(other, index)), premises=(T.Le(one, other),))


@lemma("one of a sum", "If a_i >= 0 for every i, no a_i is larger than the sum over i.", "arithmetic")
def term_is_at_most_sum(T: Vocabulary, term: Form, index: Form) -> Use:
    return Use(T.Le(term, T.Total(term, index)), premises=(T.Ge(term, 0),))


@lemma("monotone expectation", "If a <= b always, E[a | x] <= E[b | x].", "definition of the expectation")
def expectations_are_ordered_as_terms(T: Vocabulary, one: Form, other: Form, *given: Form) -> Use:
    return Use(T.Le(T.mean(one, *given), T.mean(other, *given)), premises=(T.Le(one, other),))


@lemma("expectation of equals", "If a = b always, E[a | x] = E[b | x].", "definition of the expectation")
def expectations_of_equals_are_equal(T: Vocabulary, one: Form, other: Form, *given: Form) -> Use:
    return Use(T.Eq(T.mean(one, *given), T.mean(other, *given)), premises=(T.Eq(one, other),))


@lemma("tower property", "E[E[a | x]] = E[a].", "Williams, Probability with Martingales, section 9.7")
def mean_of_conditional_mean_is_mean(T: Vocabulary, term: Form, *given: Form) -> Use:
    return Use(T.Eq(T.mean(T.mean(term, *given)), T.mean(term)))


@lemma("Jensen", "|E[a | x]| <= E[|a| | x].", "Jensen's inequality for the absolute value")
def size_of_mean_is_at_most_mean_of_size(T: Vocabulary, term: Form, *given: Form) -> Use:
    return Use(T.Le(T.Abs(T.mean(term, *given)), T.mean(T.Abs(term), *given)))


@lemma("product of expectations", "If a and b are independent given x, E[a b | x] = E[a | x] E[b | x].", "definition")
def mean_of_independent_product_is_product_of_means(T: Vocabulary, independence: Form, *given: Form) -> Use:
    T.needs_independence(independence)
    if len(given) != independence.points:
        raise LemmaError(f"{independence} is about {independence.points} points, not {len(given)}")
    for index in (*T.INDICES, T.l, T.s):
        _needs_no_index(T, index, *given)
    return Use(independence.statement(*given), assumption=independence)


@lemma("unit vector", "||e_i||_inf = 1.", "definition of the maximum norm")
def unit_vector_has_norm_one(T: Vocabulary) -> Use:
    return Use(T.Eq(T.norm(T.pair("inf"), T.unit(T.i)), 1))


@lemma("corner of a cube", "||s||_inf <= 1 for every vector s of signs.", "definition of the maximum norm")
def corner_has_norm_at_most_one(T: Vocabulary, x: Form, u: Form) -> Use:
    return Use(T.Le(T.norm(T.pair("inf"), T.corner(x, u) - x), 1))


@lemma(
    "induction over coordinates",
    "If f(y + e_i) + f(y - e_i) >= 2 f(y) + 2 c for every y and every coordinate i, then for all x and u some vector s "
    "of signs has f(x + s) - f(x) >= <u, s> + c d in R^d.",
    "induction over i: of z + e_i and z - e_i, one raises f(z) - <u, z> by at least c",
)
def some_corner_gains_dimension_times(T: Vocabulary, x: Form, u: Form, gain: Form) -> Use:
    _needs_constant(T, gain)
    _needs_no_index(T, T.i, gain)
    y, z = T.anywhere, T.corner(x, u)
    return Use(
        T.Ge(T.value(z) - T.value(x), T.inner(u, z - x) + gain * T.Total(T.Integer(1), T.i)),
        premises=(T.Ge(T.value(y + T.unit(T.i)) + T.value(y - T.unit(T.i)), 2 * T.value(y) + 2 * gain),),
    )


@lemma("logarithm", "1 - 1/u <= log u <= u - 1 for u > 0.", "concavity of the logarithm")
def logarithm_is_between_its_tangents(T: Vocabulary, u: Form) -> Use:
    return Use(T.And(T.Ge(T.log(u), 1 - 1 / u), T.Le(T.log(u), u - 1)), premises=(T.Gt(u, 0),))


# ---------------------------------------------------------------------------------------------- proximal operators


@lemma(
    "descent lemma in coordinates",
    "If |grad g(x)_i - grad g(y)_i| <= L_i |x_i - y_i|, g(y) <= g(x) + <grad g(x), y - x> + sum L_i/2 (y_i - x_i)^2.",
    "Nesterov, Introductory Lectures on Convex Optimization, Lemma 1.2.3, coordinate by coordinate under the integral",
)
def coordinate_smooth_function_is_below_its_quadratic(T: Vocabulary, assumption: Form, y: Form, x: Form) -> Use:
    T.needs(assumption, "CoordinateLipschitz")
    g, step = assumption.of, T.coordinate(y - x, T.i)
    _needs_no_index(T, T.i, y, x, g)
    quadratic = T.Total(T.entry(assumption.constants, T.i) * step**2, T.i) / 2
    return Use(T.Le(T.value(y, g), T.value(x, g) + T.inner(T.gradient(x, g), y - x) + quadratic), assumption=assumption)


@lemma(
    "proximal optimality",
    "If g is convex and differentiable and p = prox_{gamma g}(z), gamma > 0, then grad g(p) = (z - p) / gamma.",
    "Beck, First-Order Methods in Optimization, Theorem 6.39",
)
def gradient_at_proximal_point_is_scaled_residual(T: Vocabulary, g: Form, step_size: Form, z: Form) -> Use:
    _needs_one_function(T, g)
    p = T.prox(z, step_size, g)
    return Use(T.Eq(T.gradient(p, g), (z - p) / step_size), premises=(T.Gt(step_size, 0), _convex(T, g, T.v, T.u)))


@lemma(
    "proximal point",
    "If g is convex and differentiable and gamma > 0, then prox_{gamma g}(s + gamma grad g(s)) = s.",
    "Beck, First-Order Methods in Optimization, Theorem 6.39",
)
def proximal_operator_undoes_gradient_step(T: Vocabulary, g: Form, step_size: Form, s: Form) -> Use:
    _needs_one_function(T, g)
    z = s + step_size * T.gradient(s, g)
    return Use(T.Eq(T.prox(z, step_size, g), s), premises=(T.Gt(step_size, 0), _convex(T, g, T.v, T.u)))


@lemma(
    "Moreau's potential",
    "If g is closed, proper and convex and gamma > 0, then p = prox_{gamma g} is the gradient of a convex function "
    "phi and nonexpansive: phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2.",
    "Moreau, Proximité et dualité dans un espace hilbertien, 1965, section 10; Nesterov, Theorem 2.1.5",
)
def proximal_operator_is_nonexpansive_gradient(T: Vocabulary, g: Form, step_size: Form, y: Form, x: Form) -> Use:
    at_x, at_y = T.prox(x, step_size, g), T.prox(y, step_size, g)
    return Use(
        _potential(T, T.Tuple(T.Str("phi"), step_size, g), at_y, at_x, y, x),
        premises=(T.Gt(step_size, 0),),
        assumption=T.closed_convex(g),
    )


@lemma(
    "Moreau's characterization",
    "If p(z), the mean of the prox_{gamma r_j}(z), is the gradient of a convex function phi and nonexpansive, "
    "phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2, and gamma > 0, then p = prox_{gamma r} for a "
    "closed, proper and convex function r.",
    "Moreau, Proximité et dualité dans un espace hilbertien, 1965, section 10; Nesterov, Theorem 2.1.5",
)
def nonexpansive_gradient_is_proximal_operator(T: Vocabulary, potential: Form, step_size: Form, z: Form) -> Use:
    _needs_one_function(T, potential, step_size)
    at_u, at_v = T.mean_prox(T.u, step_size), T.mean_prox(T.v, step_size)
    return Use(
        T.Eq(T.mean_prox(z, step_size), T.prox(z, step_size, T.regularizer(step_size))),
        premises=(T.Gt(step_size, 0), _potential(T, potential, at_v, at_u, T.v, T.u)),
    )


@lemma("mean of functions", "phi(x) = sum over j of theta_j phi_j(x).", "definition of phi")
def mean_function_is_weighted_sum(T: Vocabulary, family: Form, x: Form) -> Use:
    _needs_no_index(T, T.j, x)
    return Use(T.Eq(T.value(x, T.Tuple(T.Str("mean"), family)), T.Total(T.weight(T.j) * T.value(x, family), T.j)))


@lemma(
    "averaged regularizer",
    "If the r_j are convex and differentiable everywhere, so is r with sum theta_j prox_{gamma r_j} = prox_{gamma r}: "
    "r(y) >= r(x) + <grad r(x), y - x>.",
    "Bauschke, Goebel, Lucet, Wang, The proximal average: basic theory, SIAM J. Optim. 19, 2008",
)
def averaged_regularizer_is_above_its_tangent(T: Vocabulary, assumption: Form, y: Form, x: Form) -> Use:
    T.needs(assumption, "ProximalAverage")
    gamma = assumption.step_size
    premises = (T.Gt(gamma, 0), _convex(T, T.COMPONENT, T.v, T.u))
    return Use(_convex(T, T.regularizer(gamma), y, x), premises=premises, assumption=assumption)


@lemma("weights are not negative", "theta_j >= 0.", "definition of a convex combination")
def weight_is_not_negative(T: Vocabulary) -> Use:
    return Use(T.Ge(T.weight(T.j), 0))


@lemma("weights sum to one", "sum over j of theta_j = 1.", "definition of a convex combination")
def weights_sum_to_one(T: Vocabulary) -> Use:
    return Use(T.Eq(T.Total(T.weight(T.j), T.j), 1))


@lemma(
    "mean of proximal points",
    "<p(z), v> = sum over j of theta_j <prox_{gamma r_j}(z), v>, p(z) the mean of the prox_{gamma r_j}(z).",
    "definition of p",
)
def mean_proximal_point_is_weighted_sum(T: Vocabulary, step_size: Form, z: Form, direction: Form) -> Use:
    _needs_no_index(T, T.j, step_size, z, direction)
    each = T.inner(T.prox(z, step_size, T.COMPONENT), direction)
    return Use(T.Eq(T.inner(T.mean_prox(z, step_size), direction), T.Total(T.weight(T.j) * each, T.j)))


@lemma(
    "mean of proximal points in coordinates",
    "p(z)_i = sum over j of theta_j prox_{gamma r_j}(z)_i, p(z) the mean of the prox_{gamma r_j}(z).",
    "definition of p",
)
def coordinate_of_mean_proximal_point_is_weighted_sum(T: Vocabulary, step_size: Form, z: Form) -> Use:
    _needs_no_index(T, T.j, step_size, z)
    each = T.coordinate(T.prox(z, step_size, T.COMPONENT), T.i)
    return Use(T.Eq(T.coordinate(T.mean_prox(z, step_size), T.i), T.Total(T.weight(T.j) * each, T.j)))


@lemma(
    "gradient mapping",
    "G(x) = (x - P(x)) / gamma, where P(x) is the mean of the prox_{gamma r_j}(x - gamma grad d(x)), gamma > 0.",
    "definition of G",
)
def gradient_mapping_is_scaled_residual(T: Vocabulary, step_size: Form, x: Form) -> Use:
    after = T.mean_prox(x - step_size * T.gradient(x, T.D), step_size)
    return Use(T.Eq(T.gradient_mapping(x, step_size), (x - after) / step_size), premises=(T.Gt(step_size, 0),))


@lemma(
    "mean of draws",
    "If every component is drawn with the probability theta_j, E[^G(x)_i | x] = G(x)_i for every mini-batch size.",
    "linearity of the expectation",
)
def mean_of_sampled_mapping_is_mapping(T: Vocabulary, step_size: Form, batch: Form, x: Form) -> Use:
    _needs_known(T, x, step_size, batch)
    drawn = T.mean(T.coordinate(T.sampled_mapping(x, step_size, batch), T.i), x)
    return Use(
        T.Eq(drawn, T.coordinate(T.gradient_mapping(x, step_size), T.i)),
        premises=(T.Gt(step_size, 0), *_whole(T, batch)),
    )


@lemma(
    "Bienaymé",
    "The variance of the mean of B independent draws is that of one draw divided by B.",
    "Bienaymé 1853: variances of independent draws add up",
)
def variance_of_mean_is_variance_over_batch(T: Vocabulary, step_size: Form, batch: Form, x: Form) -> Use:
    _needs_known(T, x, step_size, batch)
    one, many = (T.mean(T.coordinate(T.deviation(x, step_size, size), T.i) ** 2, x) for size in (1, batch))
    return Use(T.Eq(many, one / batch), premises=_whole(T, batch))


@lemma("exchanged coordinate", "z with z_i = x_i and z_j = y_j else has z_i = x_i.", "definition of z")
def exchanged_vector_has_first_coordinate(T: Vocabulary, x: Form, y: Form) -> Use:
    return Use(T.Eq(T.coordinate(T.exchange(x, y, T.i), T.i), T.coordinate(x, T.i)))


@lemma("one coordinate", "If z differs from y in coordinate i alone, <g, z - y> = g_i (z_i - y_i).", "inner product")
def inner_product_of_one_coordinate(T: Vocabulary, g: Form, x: Form, y: Form) -> Use:
    difference = T.exchange(x, y, T.i) - y
    return Use(T.Eq(T.inner(g, difference), T.coordinate(g, T.i) * T.coordinate(difference, T.i)))


# ---------------------------------------------------------------------------------------------- votes


@lemma("mean of squares", "(sum of a_m)^2 <= (number of workers) (sum of a_m^2).", "Cauchy-Schwarz inequality")
def square_of_sum_is_at_most_count_times_squares(T: Vocabulary, term: Form) -> Use:
    return Use(T.Le(T.Total(term, T.m) ** 2, T.Total(T.Integer(1), T.m) * T.Total(term**2, T.m)))


@lemma("unit vote", "||vote||_inf <= 1.", "definition of the maximum norm")
def vote_has_norm_at_most_one(T: Vocabulary, x: Form) -> Use:
    return Use(T.Le(T.norm(T.pair("inf"), T.majority(x)), 1))


@lemma(
    "one vote of many",
    "|~g^m_i| vote_i = |~g^m_i| a + ~g^m_i b, if the vote is a + b s as a function of the sign s of ~g^m_i.",
    "definition of the vote, for s = 1 and s = -1; if ~g^m_i = 0, both sides are 0",
)
def vote_is_split_by_one_worker(T: Vocabulary, x: Form) -> Use:
    drawn = T.coordinate(T.estimate(x, T.m), T.i)
    vote, leaning, swinging = (T.coordinate(ballot, T.i) for ballot in (T.majority(x), T.lean(x, T.m), T.swing(x, T.m)))
    return Use(T.Eq(T.Abs(drawn) * vote, T.Abs(drawn) * leaning + drawn * swinging))


@lemma("swing vote", "A vote with one more yes is no smaller.", "the sign is monotone")
def vote_does_not_fall_with_one_more_yes(T: Vocabulary, x: Form) -> Use:
    return Use(T.Ge(T.coordinate(T.swing(x, T.m), T.i), 0))


@lemma(
    "vote without ties",
    "g_i E[vote_i | x] = g_i (E[a | x] + E[b | x] E[s | x]), if the vote is a + b s as a function of the sign s of "
    "~g^m_i, which is independent of the others and not 0 where g_i is not.",
    "definition of the vote; the other workers are independent of this one",
)
def mean_vote_is_split_by_one_worker(T: Vocabulary, assumption: Form, x: Form) -> Use:
    T.needs(assumption, "IndependentDraws")
    slope = T.coordinate(T.gradient(x), T.i)
    vote, leaning, swinging = (
        T.mean(T.coordinate(part, T.i), x) for part in (T.majority(x), T.lean(x, T.m), T.swing(x, T.m))
    )
    one = T.mean(T.sign(T.coordinate(T.estimate(x, T.m), T.i)), x)
    return Use(T.Eq(slope * vote, slope * (leaning + swinging * one)), assumption=assumption)


@lemma(
    "vote of the others",
    "If each worker's sign is right at least as often as wrong, g_i E[sign(~g^m_i) | x] >= 0, so is what the others' "
    "signs come to: g_i E[a | x] >= 0.",
    "a is an increasing and odd function of the others' independent signs, no less often right than fair ones",
)
def others_vote_rightly_in_the_mean(T: Vocabulary, assumption: Form, x: Form) -> Use:
    T.needs(assumption, "IndependentDraws")
    _needs_no_index(T, T.m, x)  # the premise is about all workers at the same point
    slope = T.coordinate(T.gradient(x), T.i)
    one = T.mean(T.sign(T.coordinate(T.estimate(x, T.m), T.i)), x)
    return Use(
        T.Ge(slope * T.mean(T.coordinate(T.lean(x, T.m), T.i), x), 0),
        premises=(T.Ge(slope * one, 0),),
        assumption=assumption,
    )


@lemma("one voter", "E sign(s_1) = 2 p - 1.", "definition")
def mean_vote_of_one_is_margin(T: Vocabulary, p: Form) -> Use:
    return Use(T.Eq(T.mean_vote(1, p), 2 * p - 1), premises=_chance(T, p))


@lemma(
    "one more voter",
    "E sign(S_{n+1}) = E sign(S_n) + (2 p - 1) P(S_n = 0) - (1 - p) P(S_n = 1) + p P(S_n = -1), S_n = s_1 + ... + s_n.",
    "s_{n+1} is independent of S_n and changes its sign only where |S_n| <= 1",
)
def mean_vote_with_one_more(T: Vocabulary, n: Form, p: Form) -> Use:
    _needs_whole(T, n, 0)
    change = (2 * p - 1) * T.probability(0, n, p) - (1 - p) * T.probability(1, n, p) + p * T.probability(-1, n, p)
    return Use(T.Eq(T.mean_vote(n + 1, p), T.mean_vote(n, p) + change), premises=_chance(T, p))


@lemma("parity", "P(s_1 + ... + s_n = j) = 0 if n - j is odd.", "each sign is odd")
def odd_difference_has_probability_zero(T: Vocabulary, j: Form, n: Form, p: Form) -> Use:
    _needs_whole(T, n, 0)
    if not T.is_whole(j) or not T.is_whole((n - j - 1) / 2):
        raise LemmaError(f"{n} - ({j}) is not odd whatever k")
    return Use(T.Eq(T.probability(j, n, p), 0), premises=_chance(T, p))


@lemma(
    "mirrored signs",
    "(1 - p) P(s_1 + ... + s_n = 1) = p P(s_1 + ... + s_n = -1).",
    "every outcome with one more yes than no has its mirror image; their probabilities are as p to 1 - p",
)
def majority_by_one_is_mirrored(T: Vocabulary, n: Form, p: Form) -> Use:
    _needs_whole(T, n, 0)
    return Use(T.Eq((1 - p) * T.probability(1, n, p), p * T.probability(-1, n, p)), premises=_chance(T, p))


@lemma(
    "central binomial probability",
    "P(s_1 + ... + s_{2n} = 0) = 2 (p (1 - p))^n / (n B(n, n)) for n = 1, 2, ...",
    "binomial law; the central binomial coefficient is (2 n)!/(n!)^2, and B(n, n) = ((n - 1)!)^2/(2 n - 1)!",
)
def probability_of_tie(T: Vocabulary, n: Form, p: Form) -> Use:
    _needs_whole(T, n, 1)
    return Use(
        T.Eq(T.probability(0, 2 * n, p), 2 * p**n * (1 - p) ** n / (n * T.beta_function(n, n))),
        premises=(*_chance(T, p), T.Gt(T.beta_function(n, n), 0)),
    )


@lemma("positive beta function", "B(a, b) > 0 for a, b = 1, 2, ...", "definition")
def beta_function_is_positive(T: Vocabulary, a: Form, b: Form) -> Use:
    _needs_whole(T, a, 1)
    _needs_whole(T, b, 1)
    return Use(T.Gt(T.beta_function(a, b), 0))


@lemma("beta function", "B(a, b + 1) = B(a, b) b / (a + b) for a, b = 1, 2, ...", "DLMF 5.12.1, 5.5.1")
def beta_function_steps_up(T: Vocabulary, a: Form, b: Form) -> Use:
    _needs_whole(T, a, 1)
    _needs_whole(T, b, 1)
    return Use(T.Eq(T.beta_function(a, b + 1), T.beta_function(a, b) * b / (a + b)))


@lemma("incomplete beta function at 1", "I_p(1, 1) = p.", "definition")
def incomplete_beta_at_one_is_probability(T: Vocabulary, p: Form) -> Use:
    return Use(T.Eq(T.incomplete_beta(p, 1, 1), p), premises=_chance(T, p))


@lemma("incomplete beta function, first", "I_p(a + 1, b) = I_p(a, b) - p^a (1 - p)^b / (a B(a, b)).", "DLMF 8.17.20")
def incomplete_beta_steps_in_first(T: Vocabulary, p: Form, a: Form, b: Form) -> Use:
    return _incomplete_beta(T, p, a, b, a + 1, b, -a)


@lemma("incomplete beta function, second", "I_p(a, b + 1) = I_p(a, b) + p^a (1 - p)^b / (b B(a, b)).", "DLMF 8.17.21")
def incomplete_beta_steps_in_second(T: Vocabulary, p: Form, a: Form, b: Form) -> Use:
    return _incomplete_beta(T, p, a, b, a, b + 1, b)


def _incomplete_beta(T: Vocabulary, p: Form, a: Form, b: Form, next_a: Form, next_b: Form, factor: Form) -> Use:
    _needs_whole(T, a, 1)
    _needs_whole(T, b, 1)
    change = p**a * (1 - p) ** b / (factor * T.beta_function(a, b))
    return Use(
        T.Eq(T.incomplete_beta(p, next_a, next_b), T.incomplete_beta(p, a, b) + change),
        premises=(*_chance(T, p), T.Gt(T.beta_function(a, b), 0)),
    )


def _chance(T: Vocabulary, p: Form) -> tuple[Form, ...]:
    """What must be proved of a probability."""
    return T.Ge(p, 0), T.Le(p, 1)


def _needs_whole(T: Vocabulary, number: Form, least: Form) -> None:
    if not T.is_whole(number, least):
        raise LemmaError(f"{number} is not one of {least}, {least + 1}, ... whatever k")


def _convex(T: Vocabulary, g: Form, y: Form, x: Form) -> Form:
    """g(y) >= g(x) + <grad g(x), y - x>."""
    return T.Ge(T.value(y, g), T.value(x, g) + T.inner(T.gradient(x, g), y - x))


def _potential(T: Vocabulary, phi: Form, at_y: Form, at_x: Form, y: Form, x: Form) -> Form:
    """phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2."""
    return T.Ge(T.value(y, phi), T.value(x, phi) + T.inner(at_x, y - x) + T.squared(at_y - at_x) / 2)


def _indexed(T: Vocabulary, term: Form) -> Form:
    if T.has(term, T.l):
        raise LemmaError(f"{term} already runs over l")
    return T.at(term, k=T.l)


def _running(T: Vocabulary, term: Form) -> Form:
    if T.has(term, T.s):
        raise LemmaError(f"{term} already runs over s")
    return T.at(term, t=T.s)


def _needs_same_at_all_times(T: Vocabulary, factor: Form) -> None:
    if not T.is_constant(factor):
        raise LemmaError(f"{factor} changes with time; it must be the same at all times")


def _whole(T: Vocabulary, batch: Form) -> tuple[Form, ...]:
    """What must be proved of the size of a mini-batch, a whole number: that it is at least one."""
    if T.is_fraction(batch):
        raise LemmaError(f"{batch} is no size of a mini-batch")
    return (T.Ge(batch, 1),)


def _needs_known(T: Vocabulary, x: Form, *terms: Form) -> None:
    """What a lemma says of the draw at x needs the numbers that the draw is made with before it is made."""
    for term in terms:
        if not T.known(term, (x,)):
            raise LemmaError(f"{term} is not known given {x}: it may depend on what is drawn there")


def _needs_no_index(T: Vocabulary, index: Form, *terms: Form) -> None:
    """What a lemma says of all coordinates or workers at once, it says of terms that are the same for all of them."""
    for term in terms:
        if T.has(term, index):
            raise LemmaError(f"{term} depends on {index}, over which the lemma runs")


def _needs_one_function(T: Vocabulary, *terms: Form) -> None:
    """A premise about all points of a function is about one function: its name must not depend on these points."""
    for term in terms:
        if T.is_about(term, *T.ANYWHERE):
            raise LemmaError(f"{term} depends on a point that stands for all points")


def _needs_constant(T: Vocabulary, factor: Form) -> None:
    if not T.is_plain(factor) or T.has(factor, T.k, T.l):
        raise LemmaError(f"{factor} changes from one iteration to the next; it must be the same for all")


TABLE: Mapping[str, Lemma] = MappingProxyType({each.name: each for each in _lemmas})
"""All lemmas by name; it is complete and stays as it is."""


# ---------------------------------------------------------------------------------------------- assumptions


def _smooth(T: Vocabulary, a: Form, x: Form, y: Form) -> Form:
    return T.Le(T.dual_norm(T.pair(a.norm), T.gradient(x) - T.gradient(y)), a.constant * T.norm(T.pair(a.norm), x - y))


def _smooth_part(T: Vocabulary, a: Form, x: Form, y: Form) -> Form:
    slopes = T.gradient(x, a.of) - T.gradient(y, a.of)
    return T.Le(T.dual_norm(T.pair(a.norm), slopes), a.constant * T.norm(T.pair(a.norm), x - y))


def _strongly_convex(T: Vocabulary, a: Form, x: Form, y: Form) -> Form:
    growth = a.constant * T.Rational(1, 2) * T.norm(T.pair(a.norm), x - y) ** 2
    return T.Ge(T.value(x) - T.value(y), T.inner(T.gradient(y), x - y) + growth)


def _above_tangents(T: Vocabulary, a: Form, x: Form, y: Form) -> Form:
    return T.Ge(T.value(x) - T.value(y), T.inner(T.gradient(y), x - y))


def _smooth_in_coordinates(T: Vocabulary, a: Form, x: Form, y: Form) -> Form:
    slopes = T.coordinate(T.gradient(x, a.of) - T.gradient(y, a.of), T.i)
    return T.Le(T.Abs(slopes), T.entry(a.constants, T.i) * T.Abs(T.coordinate(x - y, T.i)))


def _averaged(T: Vocabulary, a: Form, z: Form) -> Form:
    return T.Eq(T.mean_prox(z, a.step_size), T.prox(z, a.step_size, T.regularizer(a.step_size)))


def _independent_draws(T: Vocabulary, a: Form, x: Form) -> Form:
    draw = T.estimate(x, T.m)
    drawn, length = T.coordinate(draw, T.i), T.dual_norm(T.pair("inf"), draw)
    pairs = (
        (length - T.Abs(drawn), T.coordinate(T.majority(x), T.i)),
        (T.Abs(drawn), T.coordinate(T.lean(x, T.m), T.i)),
        (drawn, T.coordinate(T.swing(x, T.m), T.i)),
    )
    return T.And(*(T.Eq(T.mean(one * other, x), T.mean(one, x) * T.mean(other, x)) for one, other in pairs))


MEANINGS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "Smooth": _smooth,
        "LipschitzGradient": _smooth_part,
        "StronglyConvex": _strongly_convex,
        "Convex": _above_tangents,
        "CoordinateLipschitz": _smooth_in_coordinates,
        "ProximalAverage": _averaged,
        "IndependentDraws": _independent_draws,
    }
)
"""What those assumptions must say that lemmas know by name. IndependentDraws says also that no draw is zero where the
gradient is not, and ClosedConvex, which is known by name too, nothing about numbers."""
