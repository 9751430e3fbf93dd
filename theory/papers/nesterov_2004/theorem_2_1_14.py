"""Theorem 2.1.14 and Corollary 2.1.2: the gradient method on convex functions.

Nesterov, "Introductory Lectures on Convex Optimization", 2004, Theorem 2.1.14 and Corollary 2.1.2, from memory. The
proof is the book's: the distance to a minimizer does not grow, so that V <= R ||g||, and each step gains omega ||g||^2,
omega = alpha (1 - L alpha/2). Its division by V_k V_{k+1} is written as a comparison here: V - omega V^2/R^2 is below
its tangent at the bound b_k, and b_{k+1} is above b_k - omega b_k^2/R^2.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Integer, Le
from sympy.core.symbol import Str

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov_2004 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, R, alpha, f_star, k
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    norm,
    suboptimality,
    value,
    x_k,
    x_next,
    x_star,
)

TWO = Str("2")
smooth, convex, start_within = Smooth(L, L2), Convex(), StartDistance(R, L2)
V, V_next = suboptimality(k), suboptimality(k + 1)
N, X = dual_norm(TWO, g_k), x_k - x_star
DOMAIN = (alpha > 0, alpha < 2 / L)
bound = 2 * V0 * R**2 / (2 * R**2 + k * alpha * (2 - L * alpha) * V0)


def lemma(name: str, title: str, *terms: object, using: tuple[Step, ...] = ()) -> Step:
    return Step(title, conclusion(name, *terms), by=Lemma(name, *terms, using=using))


def square(u: Expr) -> tuple[Step, ...]:
    """||u||^2 = <u, u>."""
    own, euclid = lemma("self-dual norm", f"norm of {u}", u), lemma("Euclidean norm", f"square of {u}", u)
    length = norm(TWO, u)
    by = Combination({own: length + dual_norm(TWO, u), euclid: -1})
    return own, euclid, Step(f"|{u}|^2", Eq(length**2, inner(u, u)), by=by)


def minimum() -> tuple[Step, ...]:
    """f(x*) = f*, and the gradient vanishes there."""
    attained = lemma("minimizer", "f(x*) = f*", start_within)
    return attained, lemma("stationary minimizer", "gradient at x*", using=(attained,))


def near(step_size: Expr, attained: Step, still: Step) -> tuple[Step, ...]:
    """||x_k - x*|| <= R: the distance does not grow."""
    rule = Step("x+ = x - alpha g", Eq(x_next, x_k - step_size * g_k), by=Definition())
    both = [
        lemma("interpolation", f"interpolation from {other}", smooth, convex, one, other)
        for one, other in ((x_star, x_k), (x_k, x_star))
    ]
    total = sum((gap.statement.lhs - gap.statement.rhs for gap in both), Integer(0))
    flat = total.expand().xreplace({gradient(x_star): Integer(0)})
    level = Step("gradient at x* in it", Eq(total, flat), by=Identity(still))
    steep = Step("|g|^2 <= L <g, x - x*>", Le(inner(g_k, g_k), L * inner(g_k, X)),
                 by=Combination({**dict.fromkeys(both, 1), level: 1}))  # fmt: skip
    moved = Step(
        "|x+ - x*|^2",
        Eq(inner(x_next - x_star, x_next - x_star), inner(X - step_size * g_k, X - step_size * g_k)),
        by=Identity(rule),
    )
    g_square = lemma("Euclidean norm", "|g|^2", g_k)
    g_positive = Step("|g|^2 >= 0", Ge(inner(g_k, g_k), 0), by=Decide(g_square))
    falls = Step(
        "the distance does not grow",
        Le(inner(x_next - x_star, x_next - x_star), inner(X, X)),
        by=Combination({moved: 1, steep: 2 * step_size / L, g_positive: 2 * step_size / L - step_size**2}),
    )
    unit = Step("1 >= 0", Ge(Integer(1), 0, evaluate=False), by=Decide())
    kept = Step(
        "never",
        Le(inner(X, X), inner(X, X).subs(k, 0)),
        by=Lemma("induction", inner(X, X), Integer(1), using=(falls, unit)),
    )
    x_0 = iterate(0) - x_star
    begun = Step("start", start_within.statement(), by=Hypothesis(start_within))
    squares, squares_0 = square(X), square(x_0)
    positive = lemma("non-negative norm", "distance >= 0", norm(TWO, X))
    positive_0 = lemma("non-negative norm", "first distance >= 0", norm(TWO, x_0))
    first = Step("first distance, squared", Le(norm(TWO, x_0) ** 2, R**2), by=Decide(begun, positive_0))
    by = {kept: 1, squares[-1]: 1, squares_0[-1]: -1, first: 1}
    squared = Step("distance, squared", Le(norm(TWO, X) ** 2, R**2), by=Combination(by))
    return (
        rule, *both, level, steep, moved, g_square, g_positive, falls, unit, kept, begun, *squares, *squares_0,
        positive, positive_0, first, squared,
        Step("||x - x*|| <= R", Le(norm(TWO, X), R), by=Decide(squared, positive)),
    )  # fmt: skip


def first_value(attained: Step, still: Step, first: Step) -> tuple[Step, ...]:
    """V_0 <= L R^2/2."""
    x_0 = iterate(0)
    upper = lemma("descent lemma", "smoothness from x*", smooth, x_0, x_star)
    level = Step("slope at x*", Eq(inner(gradient(x_star), x_0 - x_star), 0), by=Identity(still))
    here = Step("V at x_0", Eq(suboptimality(0), value(x_0) - f_star), by=Definition())
    start = Step("V_0", Eq(suboptimality(0), V0), by=Definition())
    by = {upper: 1, level: 1, attained: 1, here: 1, start: -1, first: L / 2}
    return upper, level, here, start, Step("V_0 <= L R^2/2", Le(V0, L * R**2 / 2), by=Combination(by))


def decrease(step_size: Expr, rule: Step, omega: Expr) -> tuple[Step, ...]:
    """V_{k+1} <= V_k - omega ||g||^2."""
    here = Step("V_k", Eq(V, value(x_k) - f_star), by=Definition())
    there = Step("V_{k+1}", Eq(V_next, value(x_next) - f_star), by=Definition())
    upper = lemma("descent lemma", "smoothness", smooth, x_next, x_k)
    slope = Step("slope", Eq(inner(g_k, x_next - x_k), -step_size * inner(g_k, g_k)), by=Identity(rule))
    moved = Step("step", Eq(inner(x_next - x_k, x_next - x_k), step_size**2 * inner(g_k, g_k)), by=Identity(rule))
    size, euclid = square(x_next - x_k), lemma("Euclidean norm", "||g||^2", g_k)
    half = L / 2
    by = {there: 1, here: -1, upper: 1, slope: 1, size[-1]: half, moved: half, euclid: -omega}
    fall = Step("each step gains omega |g|^2", Le(V_next, V - omega * N**2), by=Combination(by))
    return here, there, upper, slope, moved, *size, euclid, fall


def proof(step_size: Expr, claimed: Expr) -> Proof:
    """The proof of the theorem for a step size, and of what is claimed as soon as V_0 <= L R^2/2."""
    omega = step_size * (2 - L * step_size) / 2
    b = bound.subs(alpha, step_size)
    attained, still = minimum()
    distance = near(step_size, attained, still)
    values = first_value(attained, still, next(step for step in distance if step.name == "first distance, squared"))
    falling = decrease(step_size, distance[0], omega)
    below = Step("convexity", convex.statement(x_star, x_k), by=Hypothesis(convex, x_star, x_k))
    Hoelder = lemma("Hölder", "Hölder", L2, g_k, X)
    N_sign = lemma("non-negative norm", "||g|| >= 0", N)
    infimum = lemma("infimum", "f* at x_k", x_k)
    V_sign = Step("V_k >= 0", Ge(V, 0), by=Combination({falling[0]: -1, infimum: 1}))
    by = Combination({below: 1, attained: 1, falling[0]: 1, Hoelder: 1, distance[-1]: N}, given=(N_sign,))
    short = Step("V <= R ||g||", Le(V, N * R), by=by)
    squared = Step("squared", Le(V**2, N**2 * R**2), by=Decide(short, V_sign, N_sign))
    quadratic = Step(
        "V+ <= V - omega V^2/R^2",
        Le(V_next, V - omega * V**2 / R**2),
        by=Combination({falling[-1]: 1, squared: omega / R**2}),
    )
    tangent = Step("tangent", Ge((V - b) ** 2, 0), by=Decide())
    rate, remainder = 1 - 2 * omega * b / R**2, omega * b**2 / R**2
    recursion = Step(
        "recursion", Le(V_next, rate * V + remainder), by=Combination({quadratic: 1, tangent: omega / R**2})
    )
    small = Step("4 omega V_0 <= R^2", Le(4 * omega * V0, R**2), by=Decide(values[-1]))
    positive = Step("rate >= 0", Ge(rate, 0), by=Decide(small))
    iterates = Step("the bound iterates", Ge(b.subs(k, k + 1), rate * b + remainder), by=Decide())
    base = Step("base case", Le(suboptimality(0), b.subs(k, 0)), by=Decide(values[-2]))
    last = Lemma("comparison", V, b, rate, remainder, using=(recursion, positive, iterates, base))
    steps = (
        attained, still, *distance, *values, *falling, below, Hoelder, N_sign, infimum, V_sign, short, squared,
        quadratic, tangent, recursion, small, positive, iterates, base,
        Step("bound", Le(V, b), by=last),
    )  # fmt: skip
    if claimed == b:
        return Proof(*steps)
    larger = Step("it grows with V_0", Le(b, claimed), by=Decide(values[-1]))
    return Proof(*steps, larger, Step("corollary", Le(V, claimed), by=Combination({steps[-1]: 1, larger: 1})))


theorem_2_1_14 = Claim(
    id="nesterov-2004/theorem-2.1.14",
    source=Source(PAPER, "Theorem 2.1.14"),
    about="Gradient descent on a smooth convex function, for every step below 2/L. From memory, re-derived.",
    algorithm=GradientDescent(alpha),
    assumptions=(smooth, convex, start_within),
    domain=DOMAIN,
    measure=Suboptimality(),
    bound=bound,
    proof=lambda: proof(alpha, bound),
)

best_bound = 2 * L * R**2 / (k + 4)
corollary_2_1_2 = Claim(
    id="nesterov-2004/corollary-2.1.2",
    source=Source(PAPER, "Corollary 2.1.2"),
    about="Gradient descent on a smooth convex function with the step 1/L. From memory, re-derived.",
    algorithm=GradientDescent(1 / L),
    assumptions=(smooth, convex, start_within),
    measure=Suboptimality(),
    bound=best_bound,
    proof=lambda: proof(1 / L, best_bound),
)

textbook = Claim(
    id="nesterov-2004/gradient-descent.textbook",
    source=Source(PAPER, "section 2.1.5, as textbooks have it"),
    about="R^2/(2 alpha k) for every step up to 1/L: the form in which most textbooks give the theorem.",
    algorithm=GradientDescent(alpha),
    assumptions=(smooth, convex, start_within),
    domain=(alpha > 0, alpha <= 1 / L, k >= 1),
    measure=Suboptimality(),
    bound=R**2 / (2 * alpha * k),
)
