"""The trusted table: the named facts that proofs may rest on beside exact algebra.

Each lemma takes terms and returns what it needs and what it gives: an assumption that the claim must make,
premises that must have been proved, and the conclusion. A proof's verdict lists the lemmas that it used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Rational,
    Sum,
    Symbol,
    Tuple,
    exp,
    log,
    preorder_traversal,
    sign,
)
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.composite import (
    ClosedConvex,
    Convex,
    CoordinateLipschitz,
    LipschitzGradient,
    ProximalAverage,
)
from signproof.theory.assumptions.gradients import Independence, IndependentDraws
from signproof.theory.assumptions.objective import Assumption, Smooth, StronglyConvex
from signproof.theory.norms import L2, LINF, DualPair
from signproof.theory.symbols import f_star, i, j, k, l, m, s, t
from signproof.theory.terms.cube import corner, unit
from signproof.theory.terms.expectations import INDICES, Total, coordinate, estimate, known, mean
from signproof.theory.terms.flows import (
    Accumulated,
    LeastSoFar,
    g_t,
    is_constant,
    suboptimality_at,
    suboptimality_rate,
    velocity,
)
from signproof.theory.terms.proximal import (
    COMPONENT,
    D,
    deviation,
    entry,
    exchange,
    gradient_mapping,
    mean_prox,
    prox,
    regularizer,
    sampled_mapping,
    squared,
    weight,
)
from signproof.theory.terms.vectors import (
    Least,
    Scalar,
    VectorAtom,
    dual_norm,
    gradient,
    inner,
    maximizer,
    norm,
    point,
    value,
    x_star,
)
from signproof.theory.terms.votes import (
    beta_function,
    incomplete_beta,
    is_whole,
    lean,
    majority,
    mean_vote,
    probability,
    swing,
)


class LemmaError(ValueError):
    """A lemma applied outside its hypotheses."""


@dataclass(frozen=True)
class Use:
    """One use of a lemma: what it concludes, from which proved premises, under which assumption."""

    conclusion: Boolean
    premises: tuple[Boolean, ...] = ()
    assumption: Assumption | None = None
    every_k: bool = False
    """Whether its premises must hold for every integer k >= 0."""


@dataclass(frozen=True)
class Lemma:
    """A named fact. `use` takes the lemma's terms; `text` says it in words; `source` says who proved it."""

    name: str
    text: str
    source: str
    use: Callable[..., Use]


_lemmas: list[Lemma] = []


def _lemma(name: str, text: str, source: str) -> Callable[[Callable[..., Use]], Callable[..., Use]]:
    def enter(use: Callable[..., Use]) -> Callable[..., Use]:
        _lemmas.append(Lemma(name, text, source, use))
        return use

    return enter


u, v, anywhere = point(Str("u")), point(Str("v")), point(Str("y"))
ANYWHERE = (u, v, anywhere)
"""Any points at all: what is proved of them is proved of all, so no assumption may be about one of them."""


@_lemma("non-negative norm", "||v|| >= 0 and ||v||_* >= 0.", "definition of a norm")
def norm_is_not_negative(length: Expr) -> Use:
    if type(length) not in (norm, dual_norm):
        raise LemmaError(f"{length} is not a norm")
    return Use(Ge(length, 0))


@_lemma("Hölder", "<u, v> <= ||u||_* ||v||.", "definition of the dual norm")
def inner_product_is_at_most_product_of_norms(pair: DualPair, u: Expr, v: Expr) -> Use:
    name = Str(pair.name)
    return Use(Le(inner(u, v), dual_norm(name, u) * norm(name, v)))


@_lemma("attained dual norm", "<g, v(g)> = ||g||_*.", "definition of v(g); the unit ball is compact")
def maximizer_attains_dual_norm(pair: DualPair, g: Expr) -> Use:
    name = Str(pair.name)
    return Use(Eq(inner(g, maximizer(name, g)), dual_norm(name, g)))


@_lemma("unit maximizer", "||v(g)|| <= 1.", "definition of v(g)")
def maximizer_has_norm_at_most_one(pair: DualPair, g: Expr) -> Use:
    name = Str(pair.name)
    return Use(Le(norm(name, maximizer(name, g)), 1))


@_lemma("Euclidean norm", "<v, v> = ||v||^2 in the Euclidean norm.", "definition of the Euclidean norm")
def inner_square_is_square_of_euclidean_norm(v: Expr) -> Use:
    return Use(Eq(inner(v, v), dual_norm(Str(L2.name), v) ** 2))


@_lemma("self-dual norm", "The Euclidean norm is its own dual.", "Cauchy-Schwarz inequality")
def euclidean_norm_is_its_dual(v: Expr) -> Use:
    return Use(Eq(norm(Str(L2.name), v), dual_norm(Str(L2.name), v)))


@_lemma("infimum", "f(x) >= f*.", "definition of f*")
def value_is_at_least_infimum(point: Expr) -> Use:
    return Use(Ge(value(point), f_star))


@_lemma(
    "descent lemma",
    "If f is L-smooth, f(y) <= f(x) + <grad f(x), y - x> + (L/2) ||y - x||^2.",
    "Nesterov, Introductory Lectures on Convex Optimization, Lemma 1.2.3, for any norm",
)
def smooth_function_is_below_its_quadratic(assumption: Assumption, y: Expr, x: Expr) -> Use:
    if not isinstance(assumption, Smooth | LipschitzGradient) or type(assumption) not in (Smooth, LipschitzGradient):
        raise LemmaError(f"it needs smoothness, not {assumption}")
    of = (assumption.of,) if isinstance(assumption, LipschitzGradient) else ()
    distance = norm(Str(assumption.norm.name), y - x)
    quadratic = assumption.constant * Rational(1, 2) * distance**2
    return Use(Le(value(y, *of), value(x, *of) + inner(gradient(x, *of), y - x) + quadratic), assumption=assumption)


@_lemma(
    "attained minimum",
    "A strongly convex differentiable function on R^d attains its infimum: f(x*) = f*.",
    "Nesterov, Introductory Lectures on Convex Optimization, section 2.2",
)
def strongly_convex_function_attains_infimum(assumption: Assumption) -> Use:
    if type(assumption) is not StronglyConvex:
        raise LemmaError(f"it needs strong convexity, not {assumption}")
    return Use(Eq(value(x_star), f_star), assumption=assumption)


@_lemma(
    "induction",
    "If 0 <= r and a_{k+1} <= r a_k for every k >= 0, then a_k <= r^k a_0.",
    "induction over k",
)
def contraction_is_below_power_of_rate(term: Expr, rate: Expr) -> Use:
    _needs_constant(rate)
    return Use(
        Le(term, rate**k * term.subs(k, 0)),
        premises=(Le(term.subs(k, k + 1), rate * term), Ge(rate, 0)),
        every_k=True,
    )


@_lemma(
    "telescoping sum",
    "If c a_k <= w_k - w_{k+1} for every k >= 0, then c (a_0 + ... + a_k) <= w_0 - w_{k+1}.",
    "induction over k",
)
def sum_is_at_most_fall_of_potential(factor: Expr, term: Expr, potential: Expr) -> Use:
    _needs_constant(factor)
    after = potential.subs(k, k + 1)
    return Use(
        Le(factor * Sum(_indexed(term), (l, 0, k)), potential.subs(k, 0) - after),
        premises=(Le(factor * term, potential - after),),
        every_k=True,
    )


@_lemma("least of a sum", "(k + 1) min over l <= k of a_l <= a_0 + ... + a_k.", "arithmetic")
def count_times_least_is_at_most_sum(term: Expr) -> Use:
    indexed = _indexed(term)
    return Use(Le((k + 1) * Least(indexed, (l, 0, k)), Sum(indexed, (l, 0, k))))


@_lemma(
    "least square",
    "If a_l >= 0 for every l and min over l <= k of a_l is at most b, min over l <= k of a_l^2 is at most b^2.",
    "arithmetic",
)
def least_square_is_at_most_square_of_bound(term: Expr, bound: Expr) -> Use:
    indexed = _indexed(term)
    return Use(
        Le(Least(indexed**2, (l, 0, k)), bound**2),
        premises=(Ge(term, 0), Le(Least(indexed, (l, 0, k)), bound)),
        every_k=True,
    )


@_lemma(
    "comparison",
    "If a_{k+1} <= r_k a_k + c_k with r_k >= 0, and b_{k+1} >= r_k b_k + c_k for every k >= 0, and a_0 <= b_0, "
    "then a_k <= b_k.",
    "induction over k",
)
def recursion_is_below_what_dominates_it(term: Expr, bound: Expr, rate: Expr, remainder: Expr) -> Use:
    return Use(
        Le(term, bound),
        premises=(
            Le(term.subs(k, k + 1), rate * term + remainder),
            Ge(rate, 0),
            Ge(bound.subs(k, k + 1), rate * bound + remainder),
            Le(term.subs(k, 0), bound.subs(k, 0)),
        ),
        every_k=True,
    )


@_lemma(
    "chain rule",
    "V'(t) = <grad f(x(t)), x'(t)> for almost every t, if x is absolutely continuous.",
    "Royden, Real Analysis, chapter 5; f is continuously differentiable",
)
def rate_of_value_is_gradient_along_velocity() -> Use:
    return Use(Eq(suboptimality_rate(t), inner(g_t, velocity(t))))


@_lemma(
    "monotonicity",
    "If V' <= 0 almost everywhere, V(t) <= V(0).",
    "fundamental theorem of calculus for absolutely continuous functions",
)
def what_never_rises_is_at_most_its_start() -> Use:
    return Use(Le(suboptimality_at(t), suboptimality_at(0)), premises=(Le(suboptimality_rate(t), 0),))


@_lemma(
    "Grönwall",
    "If V' <= -a V almost everywhere, V(t) <= V(0) exp(-a t).",
    "Grönwall, Annals of Mathematics 20 (1919); Khalil, Nonlinear Systems, Lemma A.1",
)
def linear_decay_is_below_exponential(rate: Expr) -> Use:
    _needs_same_at_all_times(rate)
    V = suboptimality_at(t)
    return Use(Le(V, suboptimality_at(0) * exp(-rate * t)), premises=(Le(suboptimality_rate(t), -rate * V),))


@_lemma(
    "comparison with a Riccati equation",
    "If V' <= -a V^2 almost everywhere, with a >= 0 and V(0) >= 0, then V(t) <= V(0) / (1 + a V(0) t).",
    "Khalil, Nonlinear Systems, Lemma 3.4 (comparison lemma)",
)
def quadratic_decay_is_below_hyperbola(rate: Expr) -> Use:
    _needs_same_at_all_times(rate)
    V, start = suboptimality_at(t), suboptimality_at(0)
    return Use(
        Le(V, start / (1 + rate * start * t)),
        premises=(Le(suboptimality_rate(t), -rate * V**2), Ge(rate, 0), Ge(start, 0)),
    )


@_lemma(
    "decrease over time",
    "If c a(t) <= -V'(t) for almost every t, and a is continuous, c times the integral of a over [0, t] is at most "
    "V(0) - V(t).",
    "fundamental theorem of calculus for absolutely continuous functions",
)
def integral_is_at_most_fall_of_value(factor: Expr, term: Expr) -> Use:
    _needs_same_at_all_times(factor)
    return Use(
        Le(factor * Accumulated(_running(term)), suboptimality_at(0) - suboptimality_at(t)),
        premises=(Le(factor * term, -suboptimality_rate(t)),),
    )


@_lemma(
    "least over time",
    "If a >= 0 is continuous, t (min over s <= t of a(s))^p is at most the integral of a^p over [0, t], p = 1, 2, ...",
    "monotonicity of the integral",
)
def time_times_least_power_is_at_most_integral(term: Expr, power: Expr) -> Use:
    if not power.is_Integer or power < 1:
        raise LemmaError(f"{power} is none of the exponents 1, 2, ...")
    running = _running(term)
    return Use(Le(t * LeastSoFar(running) ** power, Accumulated(running**power)), premises=(Ge(term, 0),))


@_lemma("inner product in coordinates", "<u, v> = sum over i of u_i v_i.", "definition")
def inner_product_is_sum_over_coordinates(u: Expr, v: Expr) -> Use:
    _needs_no_index(i, u, v)
    return Use(Eq(inner(u, v), Total(coordinate(u, i) * coordinate(v, i), i)))


@_lemma("l1 norm in coordinates", "||v||_1 = sum over i of |v_i|.", "definition")
def l1_norm_is_sum_over_coordinates(v: Expr) -> Use:
    _needs_no_index(i, v)
    return Use(Eq(dual_norm(Str(LINF.name), v), Total(Abs(coordinate(v, i)), i)))


@_lemma("coordinate of a vector", "|v_i| <= ||v||_inf.", "definition of the maximum norm")
def coordinate_is_at_most_maximum_norm(v: Expr) -> Use:
    return Use(Le(Abs(coordinate(v, i)), norm(Str(LINF.name), v)))


@_lemma("largest coordinate", "If |v_i| <= b for every i, ||v||_inf <= b.", "definition of the maximum norm")
def maximum_norm_is_at_most_bound_of_coordinates(v: Expr, bound: Expr) -> Use:
    _needs_no_index(i, v, bound)
    return Use(Le(norm(Str(LINF.name), v), bound), premises=(Le(Abs(coordinate(v, i)), bound),))


@_lemma("triangle inequality", "||u + v||_* <= ||u||_* + ||v||_*.", "definition of a norm")
def norm_of_sum_is_at_most_sum_of_norms(pair: DualPair, u: Expr, v: Expr) -> Use:
    name = Str(pair.name)
    return Use(Le(dual_norm(name, u + v), dual_norm(name, u) + dual_norm(name, v)))


@_lemma("sum of inequalities", "If a_i <= b_i for every i, the sums of both over i are so ordered.", "arithmetic")
def sums_are_ordered_as_terms(one: Expr, other: Expr, index: Symbol) -> Use:
    return Use(Le(Total(one, index), Total(other, index)), premises=(Le(one, other),))


@_lemma("one of a sum", "If a_i >= 0 for every i, no a_i is larger than the sum over i.", "arithmetic")
def term_is_at_most_sum(term: Expr, index: Symbol) -> Use:
    return Use(Le(term, Total(term, index)), premises=(Ge(term, 0),))


@_lemma("monotone expectation", "If a <= b always, E[a | x] <= E[b | x].", "definition of the expectation")
def expectations_are_ordered_as_terms(one: Expr, other: Expr, *given: Expr) -> Use:
    return Use(Le(mean(one, *given), mean(other, *given)), premises=(Le(one, other),))


@_lemma("expectation of equals", "If a = b always, E[a | x] = E[b | x].", "definition of the expectation")
def expectations_of_equals_are_equal(one: Expr, other: Expr, *given: Expr) -> Use:
    return Use(Eq(mean(one, *given), mean(other, *given)), premises=(Eq(one, other),))


@_lemma("tower property", "E[E[a | x]] = E[a].", "Williams, Probability with Martingales, section 9.7")
def mean_of_conditional_mean_is_mean(term: Expr, *given: Expr) -> Use:
    return Use(Eq(mean(mean(term, *given)), mean(term)))


@_lemma("Jensen", "|E[a | x]| <= E[|a| | x].", "Jensen's inequality for the absolute value")
def size_of_mean_is_at_most_mean_of_size(term: Expr, *given: Expr) -> Use:
    return Use(Le(Abs(mean(term, *given)), mean(Abs(term), *given)))


@_lemma("product of expectations", "If a and b are independent given x, E[a b | x] = E[a | x] E[b | x].", "definition")
def mean_of_independent_product_is_product_of_means(independence: Assumption, *given: Expr) -> Use:
    if not isinstance(independence, Independence):
        raise LemmaError(f"it needs an independence, not {independence}")
    if len(given) != independence.points:
        raise LemmaError(f"{independence} is about {independence.points} points, not {len(given)}")
    for index in (*INDICES, l, s):
        _needs_no_index(index, *given)
    return Use(independence.statement(*given), assumption=independence)


@_lemma("unit vector", "||e_i||_inf = 1.", "definition of the maximum norm")
def unit_vector_has_norm_one() -> Use:
    return Use(Eq(norm(Str(LINF.name), unit(i)), 1))


@_lemma("corner of a cube", "||s||_inf <= 1 for every vector s of signs.", "definition of the maximum norm")
def corner_has_norm_at_most_one(x: Expr, u: Expr) -> Use:
    return Use(Le(norm(Str(LINF.name), corner(x, u) - x), 1))


@_lemma(
    "induction over coordinates",
    "If f(y + e_i) + f(y - e_i) >= 2 f(y) + 2 c for every y and every coordinate i, then for all x and u some vector s "
    "of signs has f(x + s) - f(x) >= <u, s> + c d in R^d.",
    "induction over i: of z + e_i and z - e_i, one raises f(z) - <u, z> by at least c",
)
def some_corner_gains_dimension_times(x: Expr, u: Expr, gain: Expr) -> Use:
    _needs_constant(gain)
    _needs_no_index(i, gain)
    y, z = anywhere, corner(x, u)
    return Use(
        Ge(value(z) - value(x), inner(u, z - x) + gain * Total(Integer(1), i)),
        premises=(Ge(value(y + unit(i)) + value(y - unit(i)), 2 * value(y) + 2 * gain),),
    )


@_lemma("logarithm", "1 - 1/u <= log u <= u - 1 for u > 0.", "concavity of the logarithm")
def logarithm_is_between_its_tangents(u: Expr) -> Use:
    return Use(And(Ge(log(u), 1 - 1 / u), Le(log(u), u - 1)), premises=(Gt(u, 0),))


# ---------------------------------------------------------------------------------------------- proximal operators


@_lemma(
    "descent lemma in coordinates",
    "If |grad g(x)_i - grad g(y)_i| <= L_i |x_i - y_i|, g(y) <= g(x) + <grad g(x), y - x> + sum L_i/2 (y_i - x_i)^2.",
    "Nesterov, Introductory Lectures on Convex Optimization, Lemma 1.2.3, coordinate by coordinate under the integral",
)
def coordinate_smooth_function_is_below_its_quadratic(assumption: Assumption, y: Expr, x: Expr) -> Use:
    if type(assumption) is not CoordinateLipschitz:
        raise LemmaError(f"it needs smoothness in each coordinate, not {assumption}")
    g, step = assumption.of, coordinate(y - x, i)
    _needs_no_index(i, y, x, g)
    quadratic = Total(entry(assumption.constants, i) * step**2, i) / 2
    return Use(Le(value(y, g), value(x, g) + inner(gradient(x, g), y - x) + quadratic), assumption=assumption)


@_lemma(
    "proximal optimality",
    "If g is convex and differentiable and p = prox_{gamma g}(z), gamma > 0, then grad g(p) = (z - p) / gamma.",
    "Beck, First-Order Methods in Optimization, Theorem 6.39",
)
def gradient_at_proximal_point_is_scaled_residual(g: Expr, step_size: Expr, z: Expr) -> Use:
    _needs_one_function(g)
    p = prox(z, step_size, g)
    return Use(Eq(gradient(p, g), (z - p) / step_size), premises=(step_size > 0, Convex(g).statement(v, u)))


@_lemma(
    "proximal point",
    "If g is convex and differentiable and gamma > 0, then prox_{gamma g}(s + gamma grad g(s)) = s.",
    "Beck, First-Order Methods in Optimization, Theorem 6.39",
)
def proximal_operator_undoes_gradient_step(g: Expr, step_size: Expr, s: Expr) -> Use:
    _needs_one_function(g)
    z = s + step_size * gradient(s, g)
    return Use(Eq(prox(z, step_size, g), s), premises=(step_size > 0, Convex(g).statement(v, u)))


@_lemma(
    "Moreau's potential",
    "If g is closed, proper and convex and gamma > 0, then p = prox_{gamma g} is the gradient of a convex function "
    "phi and nonexpansive: phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2.",
    "Moreau, Proximité et dualité dans un espace hilbertien, 1965, section 10; Nesterov, Theorem 2.1.5",
)
def proximal_operator_is_nonexpansive_gradient(g: Expr, step_size: Expr, y: Expr, x: Expr) -> Use:
    at_x, at_y = prox(x, step_size, g), prox(y, step_size, g)
    return Use(
        _potential(Tuple(Str("phi"), step_size, g), at_y, at_x, y, x),
        premises=(step_size > 0,),
        assumption=ClosedConvex(g),
    )


@_lemma(
    "Moreau's characterization",
    "If p(z), the mean of the prox_{gamma r_j}(z), is the gradient of a convex function phi and nonexpansive, "
    "phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2, and gamma > 0, then p = prox_{gamma r} for a "
    "closed, proper and convex function r.",
    "Moreau, Proximité et dualité dans un espace hilbertien, 1965, section 10; Nesterov, Theorem 2.1.5",
)
def nonexpansive_gradient_is_proximal_operator(potential: Expr, step_size: Expr, z: Expr) -> Use:
    _needs_one_function(potential, step_size)
    at_u, at_v = mean_prox(u, step_size), mean_prox(v, step_size)
    return Use(
        Eq(mean_prox(z, step_size), prox(z, step_size, regularizer(step_size))),
        premises=(step_size > 0, _potential(potential, at_v, at_u, v, u)),
    )


@_lemma("mean of functions", "phi(x) = sum over j of theta_j phi_j(x).", "definition of phi")
def mean_function_is_weighted_sum(family: Expr, x: Expr) -> Use:
    _needs_no_index(j, x)
    return Use(Eq(value(x, Tuple(Str("mean"), family)), Total(weight(j) * value(x, family), j)))


@_lemma(
    "averaged regularizer",
    "If the r_j are convex and differentiable everywhere, so is r with sum theta_j prox_{gamma r_j} = prox_{gamma r}: "
    "r(y) >= r(x) + <grad r(x), y - x>.",
    "Bauschke, Goebel, Lucet, Wang, The proximal average: basic theory, SIAM J. Optim. 19, 2008",
)
def averaged_regularizer_is_above_its_tangent(assumption: Assumption, y: Expr, x: Expr) -> Use:
    if type(assumption) is not ProximalAverage:
        raise LemmaError(f"it needs an averaged regularizer, not {assumption}")
    average = Convex(regularizer(assumption.step_size))
    premises = (assumption.step_size > 0, Convex(COMPONENT).statement(v, u))
    return Use(average.statement(y, x), premises=premises, assumption=assumption)


@_lemma("weights are not negative", "theta_j >= 0.", "definition of a convex combination")
def weight_is_not_negative() -> Use:
    return Use(Ge(weight(j), 0))


@_lemma("weights sum to one", "sum over j of theta_j = 1.", "definition of a convex combination")
def weights_sum_to_one() -> Use:
    return Use(Eq(Total(weight(j), j), 1))


@_lemma(
    "mean of proximal points",
    "<p(z), v> = sum over j of theta_j <prox_{gamma r_j}(z), v>, p(z) the mean of the prox_{gamma r_j}(z).",
    "definition of p",
)
def mean_proximal_point_is_weighted_sum(step_size: Expr, z: Expr, direction: Expr) -> Use:
    _needs_no_index(j, step_size, z, direction)
    each = inner(prox(z, step_size, COMPONENT), direction)
    return Use(Eq(inner(mean_prox(z, step_size), direction), Total(weight(j) * each, j)))


@_lemma(
    "mean of proximal points in coordinates",
    "p(z)_i = sum over j of theta_j prox_{gamma r_j}(z)_i, p(z) the mean of the prox_{gamma r_j}(z).",
    "definition of p",
)
def coordinate_of_mean_proximal_point_is_weighted_sum(step_size: Expr, z: Expr) -> Use:
    _needs_no_index(j, step_size, z)
    each = coordinate(prox(z, step_size, COMPONENT), i)
    return Use(Eq(coordinate(mean_prox(z, step_size), i), Total(weight(j) * each, j)))


@_lemma(
    "gradient mapping",
    "G(x) = (x - P(x)) / gamma, where P(x) is the mean of the prox_{gamma r_j}(x - gamma grad d(x)), gamma > 0.",
    "definition of G",
)
def gradient_mapping_is_scaled_residual(step_size: Expr, x: Expr) -> Use:
    after = mean_prox(x - step_size * gradient(x, D), step_size)
    return Use(Eq(gradient_mapping(x, step_size), (x - after) / step_size), premises=(step_size > 0,))


@_lemma(
    "mean of draws",
    "If every component is drawn with the probability theta_j, E[^G(x)_i | x] = G(x)_i for every mini-batch size.",
    "linearity of the expectation",
)
def mean_of_sampled_mapping_is_mapping(step_size: Expr, batch: Expr, x: Expr) -> Use:
    _needs_known(x, step_size, batch)
    drawn = mean(coordinate(sampled_mapping(x, step_size, batch), i), x)
    return Use(Eq(drawn, coordinate(gradient_mapping(x, step_size), i)), premises=(step_size > 0, *_whole(batch)))


@_lemma(
    "Bienaymé",
    "The variance of the mean of B independent draws is that of one draw divided by B.",
    "Bienaymé 1853: variances of independent draws add up",
)
def variance_of_mean_is_variance_over_batch(step_size: Expr, batch: Expr, x: Expr) -> Use:
    _needs_known(x, step_size, batch)
    one, many = (mean(coordinate(deviation(x, step_size, size), i) ** 2, x) for size in (1, batch))
    return Use(Eq(many, one / batch), premises=_whole(batch))


@_lemma("exchanged coordinate", "z with z_i = x_i and z_j = y_j else has z_i = x_i.", "definition of z")
def exchanged_vector_has_first_coordinate(x: Expr, y: Expr) -> Use:
    return Use(Eq(coordinate(exchange(x, y, i), i), coordinate(x, i)))


@_lemma("one coordinate", "If z differs from y in coordinate i alone, <g, z - y> = g_i (z_i - y_i).", "inner product")
def inner_product_of_one_coordinate(g: Expr, x: Expr, y: Expr) -> Use:
    difference = exchange(x, y, i) - y
    return Use(Eq(inner(g, difference), coordinate(g, i) * coordinate(difference, i)))


# ---------------------------------------------------------------------------------------------- votes


@_lemma("mean of squares", "(sum of a_m)^2 <= (number of workers) (sum of a_m^2).", "Cauchy-Schwarz inequality")
def square_of_sum_is_at_most_count_times_squares(term: Expr) -> Use:
    return Use(Le(Total(term, m) ** 2, Total(Integer(1), m) * Total(term**2, m)))


@_lemma("unit vote", "||vote||_inf <= 1.", "definition of the maximum norm")
def vote_has_norm_at_most_one(x: Expr) -> Use:
    return Use(Le(norm(Str(LINF.name), majority(x)), 1))


@_lemma(
    "one vote of many",
    "|~g^m_i| vote_i = |~g^m_i| a + ~g^m_i b, if the vote is a + b s as a function of the sign s of ~g^m_i.",
    "definition of the vote, for s = 1 and s = -1; if ~g^m_i = 0, both sides are 0",
)
def vote_is_split_by_one_worker(x: Expr) -> Use:
    drawn = coordinate(estimate(x, m), i)
    vote, leaning, swinging = (coordinate(ballot, i) for ballot in (majority(x), lean(x, m), swing(x, m)))
    return Use(Eq(Abs(drawn) * vote, Abs(drawn) * leaning + drawn * swinging))


@_lemma("swing vote", "A vote with one more yes is no smaller.", "the sign is monotone")
def vote_does_not_fall_with_one_more_yes(x: Expr) -> Use:
    return Use(Ge(coordinate(swing(x, m), i), 0))


@_lemma(
    "vote without ties",
    "g_i E[vote_i | x] = g_i (E[a | x] + E[b | x] E[s | x]), if the vote is a + b s as a function of the sign s of "
    "~g^m_i, which is independent of the others and not 0 where g_i is not.",
    "definition of the vote; the other workers are independent of this one",
)
def mean_vote_is_split_by_one_worker(assumption: Assumption, x: Expr) -> Use:
    _needs_type(assumption, IndependentDraws)
    slope = coordinate(gradient(x), i)
    vote, leaning, swinging = (mean(coordinate(part, i), x) for part in (majority(x), lean(x, m), swing(x, m)))
    one = mean(sign(coordinate(estimate(x, m), i)), x)
    return Use(Eq(slope * vote, slope * (leaning + swinging * one)), assumption=assumption)


@_lemma(
    "vote of the others",
    "If each worker's sign is right at least as often as wrong, g_i E[sign(~g^m_i) | x] >= 0, so is what the others' "
    "signs come to: g_i E[a | x] >= 0.",
    "a is an increasing and odd function of the others' independent signs, no less often right than fair ones",
)
def others_vote_rightly_in_the_mean(assumption: Assumption, x: Expr) -> Use:
    _needs_type(assumption, IndependentDraws)
    _needs_no_index(m, x)  # the premise is about all workers at the same point
    slope = coordinate(gradient(x), i)
    one = mean(sign(coordinate(estimate(x, m), i)), x)
    return Use(Ge(slope * mean(coordinate(lean(x, m), i), x), 0), premises=(Ge(slope * one, 0),), assumption=assumption)


@_lemma("one voter", "E sign(s_1) = 2 p - 1.", "definition")
def mean_vote_of_one_is_margin(p: Expr) -> Use:
    return Use(Eq(mean_vote(1, p), 2 * p - 1), premises=_chance(p))


@_lemma(
    "one more voter",
    "E sign(S_{n+1}) = E sign(S_n) + (2 p - 1) P(S_n = 0) - (1 - p) P(S_n = 1) + p P(S_n = -1), S_n = s_1 + ... + s_n.",
    "s_{n+1} is independent of S_n and changes its sign only where |S_n| <= 1",
)
def mean_vote_with_one_more(n: Expr, p: Expr) -> Use:
    _needs_whole(n, 0)
    change = (2 * p - 1) * probability(0, n, p) - (1 - p) * probability(1, n, p) + p * probability(-1, n, p)
    return Use(Eq(mean_vote(n + 1, p), mean_vote(n, p) + change), premises=_chance(p))


@_lemma("parity", "P(s_1 + ... + s_n = j) = 0 if n - j is odd.", "each sign is odd")
def odd_difference_has_probability_zero(j: Expr, n: Expr, p: Expr) -> Use:
    _needs_whole(n, 0)
    if not is_whole(j) or not is_whole((n - j - 1) / 2):
        raise LemmaError(f"{n} - ({j}) is not odd whatever k")
    return Use(Eq(probability(j, n, p), 0), premises=_chance(p))


@_lemma(
    "mirrored signs",
    "(1 - p) P(s_1 + ... + s_n = 1) = p P(s_1 + ... + s_n = -1).",
    "every outcome with one more yes than no has its mirror image; their probabilities are as p to 1 - p",
)
def majority_by_one_is_mirrored(n: Expr, p: Expr) -> Use:
    _needs_whole(n, 0)
    return Use(Eq((1 - p) * probability(1, n, p), p * probability(-1, n, p)), premises=_chance(p))


@_lemma(
    "central binomial probability",
    "P(s_1 + ... + s_{2n} = 0) = 2 (p (1 - p))^n / (n B(n, n)) for n = 1, 2, ...",
    "binomial law; the central binomial coefficient is (2 n)!/(n!)^2, and B(n, n) = ((n - 1)!)^2/(2 n - 1)!",
)
def probability_of_tie(n: Expr, p: Expr) -> Use:
    _needs_whole(n, 1)
    return Use(
        Eq(probability(0, 2 * n, p), 2 * p**n * (1 - p) ** n / (n * beta_function(n, n))),
        premises=(*_chance(p), Gt(beta_function(n, n), 0)),
    )


@_lemma("positive beta function", "B(a, b) > 0 for a, b = 1, 2, ...", "definition")
def beta_function_is_positive(a: Expr, b: Expr) -> Use:
    _needs_whole(a, 1)
    _needs_whole(b, 1)
    return Use(Gt(beta_function(a, b), 0))


@_lemma("beta function", "B(a, b + 1) = B(a, b) b / (a + b) for a, b = 1, 2, ...", "DLMF 5.12.1, 5.5.1")
def beta_function_steps_up(a: Expr, b: Expr) -> Use:
    _needs_whole(a, 1)
    _needs_whole(b, 1)
    return Use(Eq(beta_function(a, b + 1), beta_function(a, b) * b / (a + b)))


@_lemma("incomplete beta function at 1", "I_p(1, 1) = p.", "definition")
def incomplete_beta_at_one_is_probability(p: Expr) -> Use:
    return Use(Eq(incomplete_beta(p, 1, 1), p), premises=_chance(p))


@_lemma("incomplete beta function, first", "I_p(a + 1, b) = I_p(a, b) - p^a (1 - p)^b / (a B(a, b)).", "DLMF 8.17.20")
def incomplete_beta_steps_in_first(p: Expr, a: Expr, b: Expr) -> Use:
    return _incomplete_beta(p, a, b, a + 1, b, -a)


@_lemma("incomplete beta function, second", "I_p(a, b + 1) = I_p(a, b) + p^a (1 - p)^b / (b B(a, b)).", "DLMF 8.17.21")
def incomplete_beta_steps_in_second(p: Expr, a: Expr, b: Expr) -> Use:
    return _incomplete_beta(p, a, b, a, b + 1, b)


def _incomplete_beta(p: Expr, a: Expr, b: Expr, next_a: Expr, next_b: Expr, factor: Expr) -> Use:
    _needs_whole(a, 1)
    _needs_whole(b, 1)
    change = p**a * (1 - p) ** b / (factor * beta_function(a, b))
    return Use(
        Eq(incomplete_beta(p, next_a, next_b), incomplete_beta(p, a, b) + change),
        premises=(*_chance(p), Gt(beta_function(a, b), 0)),
    )


def _chance(p: Expr) -> tuple[Boolean, ...]:
    """What must be proved of a probability."""
    return Ge(p, 0), Le(p, 1)


def _needs_whole(number: Expr, least: int) -> None:
    if not is_whole(number, least):
        raise LemmaError(f"{number} is not one of {least}, {least + 1}, ... whatever k")


def _needs_type(assumption: Assumption, kind: type[Assumption]) -> None:
    if type(assumption) is not kind:
        raise LemmaError(f"it needs the assumption {kind.__name__}, not {assumption}")


def _potential(phi: Expr, at_y: Expr, at_x: Expr, y: Expr, x: Expr) -> Boolean:
    """phi(y) >= phi(x) + <p(x), y - x> + (1/2) ||p(y) - p(x)||_2^2."""
    return Ge(value(y, phi), value(x, phi) + inner(at_x, y - x) + squared(at_y - at_x) / 2)


def _indexed(term: Expr) -> Expr:
    if term.has(l):
        raise LemmaError(f"{term} already runs over l")
    return term.subs(k, l)


def _running(term: Expr) -> Expr:
    if term.has(s):
        raise LemmaError(f"{term} already runs over s")
    return term.subs(t, s)


def _needs_same_at_all_times(factor: Expr) -> None:
    if not is_constant(factor):
        raise LemmaError(f"{factor} changes with time; it must be the same at all times")


def _whole(batch: Expr) -> tuple[Boolean, ...]:
    """What must be proved of the size of a mini-batch, a whole number: that it is at least one."""
    if batch.is_number and not batch.is_Integer:
        raise LemmaError(f"{batch} is no size of a mini-batch")
    return (Ge(batch, 1),)


def _needs_known(x: Expr, *terms: Expr) -> None:
    """What a lemma says of the draw at x needs the numbers that the draw is made with before it is made."""
    for term in terms:
        if not known(term, (x,)):
            raise LemmaError(f"{term} is not known given {x}: it may depend on what is drawn there")


def _needs_no_index(index: Symbol, *terms: Expr) -> None:
    """What a lemma says of all coordinates or workers at once, it says of terms that are the same for all of them."""
    for term in terms:
        if term.has(index):
            raise LemmaError(f"{term} depends on {index}, over which the lemma runs")


def _needs_one_function(*terms: Expr) -> None:
    """A premise about all points of a function is about one function: its name must not depend on these points."""
    for term in terms:
        if any(part in ANYWHERE for part in preorder_traversal(term)):
            raise LemmaError(f"{term} depends on a point that stands for all points")


def _needs_constant(factor: Expr) -> None:
    if factor.has(k, l) or factor.atoms(Scalar, VectorAtom):
        raise LemmaError(f"{factor} changes from one iteration to the next; it must be the same for all")


def conclusion(name: str, *arguments: object) -> Boolean:
    """What a lemma concludes for the given terms: to write a step without repeating the formula."""
    return TABLE[name].use(*arguments).conclusion


TABLE: Mapping[str, Lemma] = MappingProxyType({lemma.name: lemma for lemma in _lemmas})
"""All lemmas by name; it is complete and stays as it is."""
