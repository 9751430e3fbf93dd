"""The regularizer r of equation (9), at any points: it is convex, and its gradient is as Lipschitz as those of the r_j.

Both proofs of the paper use the second without a word. Every point s is the mean of p_j = prox_{gamma r_j}(z),
z = s + gamma grad r(s), with z - p_j = gamma grad r_j(p_j), so that grad r(s) is the mean of the grad r_j(p_j).
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Le, expand
from sympy.core.symbol import Str

from signproof.theory.assumptions.composite import (
    Convex,
    CoordinateLipschitz,
    Entries,
    LipschitzGradient,
    ProximalAverage,
)
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Identity
from signproof.theory.derivation.table import u, v
from signproof.theory.norms import L2
from signproof.theory.papers.signprox import PAPER
from signproof.theory.papers.signprox.eq_9 import (
    COORDINATES,
    EUCLIDEAN,
    gamma,
    hypothesis,
    lemma,
    not_negative,
    ones,
    positive,
    summed,
    theta,
    weights,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, i, j
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.proximal import COMPONENT, entry, exchange, mean_prox, prox, regularizer, squared
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, point, value

R = regularizer(gamma)
average, convex_components = ProximalAverage(gamma), Convex(COMPONENT)
smooth_components = LipschitzGradient(COMPONENT, L, L2)
smooth_coordinates = CoordinateLipschitz(COMPONENT, COORDINATES)
L_i = entry(COORDINATES, i)
components = hypothesis("the r_j are convex", convex_components, v, u)
whole = lemma("r is convex", "averaged regularizer", average, v, u, using=(positive, components))
basics = (positive, weights, ones, components, whole)


def convexity(name: str, y: Expr, x: Expr) -> Step:
    """r(y) >= r(x) + <grad r(x), y - x>."""
    return lemma(name, "averaged regularizer", average, y, x, using=(positive, components))


def slope(x: Expr) -> Expr:
    return gradient(x, R)


class Parts:
    """A point s as the mean of the p_j, and grad r(s) as the mean of the grad r_j(p_j)."""

    def __init__(self, s: Expr, name: str):
        self.s, self.name = s, name
        self.z = s + gamma * slope(s)
        self.p = prox(self.z, gamma, COMPONENT)
        self.g = gradient(self.p, COMPONENT)
        back = lemma(f"{name} is proximal", "proximal point", R, gamma, s, using=(positive, whole))
        averaged = hypothesis(f"(9) for {name}", average, self.z)
        self.is_mean = Step(f"{name} is a mean", Eq(mean_prox(self.z, gamma), s), by=Identity(averaged, back))
        self.optimal = lemma(
            f"parts of {name}", "proximal optimality", COMPONENT, gamma, self.z, using=(positive, components)
        )
        self.steps = (back, averaged, self.is_mean, self.optimal)

    def along(self, w: Expr, name: str) -> tuple[Step, ...]:
        """sum over j of theta_j <grad r_j(p_j), w> = <grad r(s), w>."""
        name = f"{self.name}, along {name}"
        total = Total(theta * inner(self.g, w), j)
        means = lemma(f"mean of {name}", "mean of proximal points", gamma, self.z, w)
        at_s = Step(f"at {name}", Eq(means.statement.lhs, inner(self.s, w)), by=Identity(self.is_mean))
        parts = Total(theta * (inner(self.z, w) - inner(self.p, w)) / gamma, j)
        split = Step(f"slopes of {name}", Eq(total, parts), by=Identity(self.optimal))
        gradients = Step(
            f"mean slope of {name}",
            Eq(total, inner(slope(self.s), w)),
            by=Combination({split: 1, ones: inner(self.z, w) / gamma, means: 1 / gamma, at_s: -1 / gamma}),
        )
        return means, at_s, split, gradients

    def coordinates(self) -> tuple[Step, ...]:
        """sum over j of theta_j grad r_j(p_j)_i = grad r(s)_i."""
        total = Total(theta * coordinate(self.g, i), j)
        means = lemma(f"coordinates of {self.name}", "mean of proximal points in coordinates", gamma, self.z)
        at_s = Step(
            f"coordinates at {self.name}", Eq(means.statement.lhs, coordinate(self.s, i)), by=Identity(self.is_mean)
        )
        z_i, p_i = coordinate(self.z, i), coordinate(self.p, i)
        split = Step(
            f"slopes of the parts of {self.name}", Eq(total, Total(theta * (z_i - p_i) / gamma, j)),
            by=Identity(self.optimal),
        )  # fmt: skip
        gradients = Step(
            f"mean slope at {self.name}",
            Eq(total, coordinate(slope(self.s), i)),
            by=Combination({split: 1, ones: z_i / gamma, means: 1 / gamma, at_s: -1 / gamma}),
        )
        return means, at_s, split, gradients


def lipschitz(s: Expr, t: Expr) -> tuple[Step, ...]:
    """||grad r(s) - grad r(t)||_2 <= L ||s - t||_2, if every r_j has this property."""
    one, other = Parts(s, "s"), Parts(t, "t")
    h_m, h, w = one.g - other.g, slope(s) - slope(t), one.z - other.z
    parts = inner(h_m, one.p - other.p)
    cocoercive = _cocoercivity(one, other)
    split = Step(
        "parts by slopes", Eq(parts, inner(h_m, w) - gamma * squared(h_m)), by=Identity(one.optimal, other.optimal)
    )
    gap = inner(h_m, w) - (gamma + 1 / L) * squared(h_m)
    weighted = Step(
        "weighted parts", Le(0, theta * gap), by=Combination({cocoercive[-1]: theta, split: theta}, given=(weights,))
    )
    each = summed(weighted, "sum of the parts")
    scatter = not_negative(h_m - h, "scatter of the slopes")
    weighted_scatter = Step(
        "weighted scatter", Le(0, theta * squared(h_m - h)), by=Combination({scatter[-1]: theta}, given=(weights,))
    )
    scatters = summed(weighted_scatter, "sum of the scatters")
    along = {(point, name): point.along(direction, name)
             for point in (one, other) for direction, name in ((h, "h"), (w, "w"))}  # fmt: skip
    factor = gamma + 1 / L
    mean_cocoercive = Step(
        "r is cocoercive",
        Le(squared(h) / L, inner(h, s - t)),
        by=Combination(
            {
                each: 1,
                scatters: factor,
                ones: factor * squared(h),
                along[one, "w"][-1]: 1,
                along[other, "w"][-1]: -1,
                along[one, "h"][-1]: -2 * factor,
                along[other, "h"][-1]: 2 * factor,
            }
        ),
    )
    Cauchy = lemma("Cauchy-Schwarz for r", "Hölder", L2, h, s - t)
    length = lemma("|h|^2", "Euclidean norm", h)
    h_sign = lemma("|h| >= 0", "non-negative norm", dual_norm(EUCLIDEAN, h))
    (distance,) = norm(EUCLIDEAN, s - t).atoms(norm)  # less a factor, if s - t is a multiple of one vector
    d_sign = lemma("|s - t| >= 0", "non-negative norm", distance)
    shorter = Step(
        "|h|^2 <= L |h| |s - t|",
        Le(dual_norm(EUCLIDEAN, h) ** 2, L * dual_norm(EUCLIDEAN, h) * norm(EUCLIDEAN, s - t)),
        by=Combination({mean_cocoercive: L, Cauchy: L, length: -1}),
    )
    conclude = Step("r is smooth", LipschitzGradient(R, L, L2).statement(s, t), by=Decide(shorter, h_sign, d_sign))
    return (
        *one.steps, *other.steps, *cocoercive, split, weighted, each, *scatter, weighted_scatter, scatters,
        *(step for steps in along.values() for step in steps), mean_cocoercive, Cauchy, length, h_sign, d_sign,
        shorter, conclude,
    )  # fmt: skip


def _cocoercivity(one: Parts, other: Parts) -> tuple[Step, ...]:
    """<grad r_j(p) - grad r_j(q), p - q> >= |grad r_j(p) - grad r_j(q)|^2 / L: the theorem of Baillon and Haddad."""
    steps, bounds = [], []
    for p, q in ((one, other), (other, one)):
        short = (p.g - q.g) / L
        lower = expand(q.p + short)
        names = f"{p.name}, {q.name}"
        below = hypothesis(f"convex: {names}", convex_components, lower, p.p)
        above = lemma(f"descent: {names}", "descent lemma", smooth_components, lower, q.p)
        dual = lemma(f"step: {names}", "self-dual norm", short)
        length = lemma(f"its length: {names}", "Euclidean norm", short)
        squares = Step(f"its square: {names}", Eq(norm(EUCLIDEAN, short) ** 2, squared(short)), by=Decide(dual, length))
        bound = Step(
            f"Nesterov (2.1.7): {names}",
            Le(inner(p.g, q.p - p.p) + squared(p.g - q.g) / (2 * L), value(q.p, COMPONENT) - value(p.p, COMPONENT)),
            by=Combination({below: 1, above: 1, squares: L / 2}),
        )
        steps += [below, above, dual, length, squares, bound]
        bounds.append(bound)
    conclude = Step(
        "Baillon-Haddad",
        Ge(inner(one.g - other.g, one.p - other.p), squared(one.g - other.g) / L),
        by=Combination(dict.fromkeys(bounds, 1)),
    )
    return *steps, conclude


def _coordinate_cocoercivity(one: Parts, other: Parts) -> tuple[Step, ...]:
    """L_i (grad r_j(p) - grad r_j(q))_i (p - q)_i >= (grad r_j(p) - grad r_j(q))_i^2.

    The slope in coordinate i at p is that at the point z with coordinate i of p and the others of q, and from q to z it
    does not fall, as r_j is convex.
    """
    z = exchange(one.p, other.p, i)
    at_z = gradient(z, COMPONENT)
    up = hypothesis("convex: from q to z", convex_components, z, other.p)
    down = hypothesis("convex: from z to q", convex_components, other.p, z)
    monotone = Step("monotone", Ge(inner(at_z - other.g, z - other.p), 0), by=Combination({up: 1, down: 1}))
    alone_z = lemma("one coordinate, at z", "one coordinate", at_z, one.p, other.p)
    alone_q = lemma("one coordinate, at q", "one coordinate", other.g, one.p, other.p)
    exchanged = lemma("z_i = p_i", "exchanged coordinate", one.p, other.p)
    same = hypothesis("same slope", smooth_coordinates, z, one.p)
    near = hypothesis("(c) at p, q", smooth_coordinates, one.p, other.p)
    slopes, move = coordinate(one.g - other.g, i), coordinate(one.p - other.p, i)
    equal = Step("slope at z", Eq(coordinate(at_z, i), coordinate(one.g, i)), by=Decide(same, exchanged))
    rising = Step(
        "the slope does not fall", Ge(slopes * move, 0), by=Decide(monotone, alone_z, alone_q, exchanged, equal)
    )
    conclude = Step("cocoercive coordinate", Ge(L_i * slopes * move, slopes**2), by=Decide(rising, near))
    return up, down, monotone, alone_z, alone_q, exchanged, same, near, equal, rising, conclude


def lipschitz_coordinates(s: Expr, t: Expr) -> tuple[Step, ...]:
    """|grad r(s)_i - grad r(t)_i| <= L_i |s_i - t_i|, if every r_j has this property."""
    one, other = Parts(s, f"s = {s}"), Parts(t, f"t = {t}")
    h_m, h, w = (coordinate(v, i) for v in (one.g - other.g, slope(s) - slope(t), one.z - other.z))
    cocoercive = _coordinate_cocoercivity(one, other)
    parts = coordinate(one.p - other.p, i)
    split = Step("parts by slopes", Eq(parts, w - gamma * h_m), by=Identity(one.optimal, other.optimal))
    factor = 1 + gamma * L_i
    weighted = Step(
        "weighted parts",
        Le(0, theta * (L_i * h_m * w - factor * h_m**2)),
        by=Combination({cocoercive[-1]: theta, split: theta * L_i * h_m}, given=(weights,)),
    )
    each = summed(weighted, "sum of the parts")
    scatter = Step("scatter of the slopes", Le(0, theta * (h_m - h) ** 2), by=Decide(weights))
    scatters = summed(scatter, "sum of the scatters")
    constants = L_i_sign
    means = one.coordinates(), other.coordinates()
    mean_cocoercive = Step(
        "r is cocoercive in each coordinate",
        Le(h**2, L_i * h * coordinate(s - t, i)),
        by=Combination(
            {
                each: 1,
                scatters: factor,
                ones: factor * h**2,
                means[0][-1]: L_i * w - 2 * factor * h,
                means[1][-1]: -L_i * w + 2 * factor * h,
            },
            given=(constants, positive),
        ),
    )
    conclude = Step(
        "r is smooth in each coordinate",
        CoordinateLipschitz(R, COORDINATES).statement(s, t),
        by=Decide(mean_cocoercive, constants),
    )
    return (
        *one.steps, *other.steps, *cocoercive, split, weighted, each, scatter, scatters, *means[0], *means[1],
        mean_cocoercive, conclude,
    )  # fmt: skip


constants = Entries(COORDINATES, L)
L_i_sum = hypothesis("L_1, ..., L_n", constants)
L_i_sign = Step("L_i >= 0", Ge(L_i, 0), by=Decide(L_i_sum))
s, t = point(Str("s")), point(Str("t"))

eq_9_smooth = Claim(
    id="signprox/eq-9.smooth",
    source=Source(PAPER, "used in Section 5.1, not stated"),
    about="The regularizer r of equation (9) inherits a Lipschitz constant that the gradients of all r_j share.",
    statement=LipschitzGradient(R, L, L2).statement(s, t),
    assumptions=(average, convex_components, smooth_components),
    domain=(gamma > 0,),
    proof=lambda: Proof(*basics, *lipschitz(s, t)),
)
eq_9_smooth_coordinates = Claim(
    id="signprox/eq-9.smooth-coordinates",
    source=Source(PAPER, "used in Section 5.2, not stated"),
    about="The regularizer r of equation (9) inherits the Lipschitz constants L_i that the gradients of all r_j share.",
    statement=CoordinateLipschitz(R, COORDINATES).statement(s, t),
    assumptions=(average, convex_components, smooth_coordinates, constants),
    domain=(gamma > 0,),
    proof=lambda: Proof(*basics, L_i_sum, L_i_sign, *lipschitz_coordinates(s, t)),
)
