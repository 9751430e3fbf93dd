"""Theorem 1: conditional gradients (Frank-Wolfe) on a convex set, here the cube.

Jaggi, "Revisiting Frank-Wolfe: Projection-Free Sparse Convex Optimization", ICML 2013, Theorem 1, with exact oracles:
f(x_k) - min over D of f is at most 2 C/(k + 2), C the curvature constant, at most L diam(D)^2. Here D is the cube
`||x||_inf <= rho`, of diameter 2 rho, so that x+ = (1 - gamma) x - gamma rho sign(g) with gamma = 2/(k + 2), and the
minimum over the cube is that over R^d: a minimizer of f is assumed to lie in the cube, which the paper does not need.
"""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Integer, Le, sign
from sympy.core.symbol import Str

from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.assumptions.start import MinimizerSize, StartSize
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next, Values
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.norms import LINF
from signproof.theory.papers.jaggi_2013 import PAPER
from signproof.theory.papers.pethick_2025.constrained import DecayedSignGD, gap, rho
from signproof.theory.papers.scaled_sign.norms_compared import maximum
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, f_star, i, k
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.vectors import (
    g_k,
    gradient,
    inner,
    iterate,
    maximizer,
    suboptimality,
    value,
    x_k,
    x_next,
    x_star,
)

smooth, convex, begun, within = Smooth(L), Convex(), StartSize(rho), MinimizerSize(rho)
gamma = 2 / (k + 2)
X = maximum(x_k)
C = 4 * L * rho**2
"""L times the squared diameter of the cube."""


def beyond(excess: Expr) -> Expr:
    """max(excess, 0)."""
    return (Abs(excess) + excess) / 2


def never_positive(facts: Facts, name: str, excess: Expr, *why: Step, start: Step) -> Step:
    """excess <= 0 in every step: what is above 0 never grows, and is 0 at the start."""
    prove, above = facts.prove, beyond(excess)
    falls = prove(f"{name}, no more", Le(above.subs(k, k + 1), above), Decide(*why))
    one = prove(f"{name}, 1 >= 0", Ge(Integer(1), 0, evaluate=False), Decide())
    never = prove(
        f"{name}, never", Le(above, above.subs(k, 0)), Lemma("induction", above, Integer(1), using=(falls, one))
    )
    return prove(name, Le(excess, 0), Decide(never, start))


def stays(facts: Facts, rule: Step, start: Step) -> Step:
    """||x_k||_inf <= rho."""
    prove = facts.prove
    entry = prove("|x_i|", conclusion("coordinate of a vector", x_k), Lemma("coordinate of a vector", x_k))
    moved = coordinate(x_k, i) - gamma * (coordinate(x_k, i) + rho * sign(coordinate(g_k, i)))
    after = prove("(x+)_i", Eq(coordinate(x_next, i), moved), Identity(rule))
    most = (1 - gamma) * X + gamma * rho
    each = prove("|(x+)_i|", Le(Abs(coordinate(x_next, i)), most), Decide(entry, after))
    norm = prove("||x+||_inf", Le(maximum(x_next), most), Lemma("largest coordinate", x_next, most, using=(each,)))
    return never_positive(facts, "in the cube", X - rho, norm, start=start)


def first_value(facts: Facts, values: Values, minimum: Step, *near: Step) -> Step:
    """V_0 <= C/2: the gradient vanishes at x*."""
    prove, x_0 = facts.prove, iterate(0)
    off = x_0 - x_star
    entries = [
        prove(f"|({x})_i|", conclusion("coordinate of a vector", x), Lemma("coordinate of a vector", x))
        for x in (x_0, x_star)
    ]
    each = prove("|(x_0 - x*)_i|", Le(Abs(coordinate(off, i)), 2 * rho), Decide(*entries, *near))
    far = prove("||x_0 - x*||", Le(maximum(off), 2 * rho), Lemma("largest coordinate", off, 2 * rho, using=(each,)))
    positive = prove("||x_0 - x*|| >= 0", Ge(maximum(off), 0), Lemma("non-negative norm", maximum(off)))
    square = prove("||x_0 - x*||^2", Le(maximum(off) ** 2, 4 * rho**2), Decide(far, positive))
    still = prove("gradient at x*", Eq(gradient(x_star), 0), Lemma("stationary minimizer", using=(minimum,)))
    level = prove("slope at x*", Eq(inner(gradient(x_star), off), 0), Identity(still))
    by = Lemma("descent lemma", smooth, x_0, x_star)
    upper = prove("smoothness from x*", conclusion("descent lemma", smooth, x_0, x_star), by)
    here = prove("V at x_0", Eq(suboptimality(0), value(x_0) - f_star), Definition())
    multipliers = {here: 1, upper: 1, level: 1, minimum: 1, square: L / 2}
    return prove("V_0 <= C/2", Le(suboptimality(0), C / 2), Combination(multipliers))


def frank_wolfe() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    s, step = maximizer(Str("inf"), g_k), x_next - x_k
    rule = prove("update rule", Eq(x_next, x_k - gamma * (x_k + rho * s)), Definition())
    start = prove("start", begun.statement(), Hypothesis(begun))
    inside = stays(facts, rule, start)
    upper = prove(
        "smoothness", conclusion("descent lemma", smooth, x_next, x_k), Lemma("descent lemma", smooth, x_next, x_k)
    )
    attained = prove(
        "<g, sign(g)>", conclusion("attained dual norm", LINF, g_k), Lemma("attained dual norm", LINF, g_k)
    )
    slope = prove("slope", Eq(inner(g_k, step), -gamma * gap(x_k)), Identity(rule, attained))
    entry = prove("|x_i|, again", conclusion("coordinate of a vector", x_k), Lemma("coordinate of a vector", x_k))
    moved = -gamma * (coordinate(x_k, i) + rho * sign(coordinate(g_k, i)))
    entries = prove("entries of the step", Eq(coordinate(step, i), moved), Identity(rule))
    each = prove("each entry", Le(Abs(coordinate(step, i)), 2 * gamma * rho), Decide(entries, entry, inside))
    most = 2 * gamma * rho
    length = prove("length", Le(maximum(step), most), Lemma("largest coordinate", step, most, using=(each,)))
    positive = prove("length >= 0", Ge(maximum(step), 0), Lemma("non-negative norm", maximum(step)))
    square = prove("squared length", Le(maximum(step) ** 2, most**2), Decide(length, positive))
    minimum = prove("f(x*) = f*", Eq(value(x_star), f_star), Lemma("minimizer", within))
    below = prove("convexity", convex.statement(x_star, x_k), Hypothesis(convex, x_star, x_k))
    product = prove("Hölder", conclusion("Hölder", LINF, g_k, -x_star), Lemma("Hölder", LINF, g_k, -x_star))
    small = prove("x* in the cube", within.statement(), Hypothesis(within))
    N = prove("||g||_1 >= 0", Ge(l1(g_k), 0), Lemma("non-negative norm", l1(g_k)))
    least = prove(
        "the gap is no less than V",
        Le(V, gap(x_k)),
        Combination({values.value: 1, minimum: 1, below: 1, product: 1, small: l1(g_k)}, given=(N,)),
    )
    falls = {values.next_value: 1, values.value: -1, upper: 1, slope: 1, square: L / 2, least: gamma}
    decrease = prove("one step", Le(V_next, (1 - gamma) * V + C * gamma**2 / 2), Combination(falls))
    bound = theorem_1.bound
    assert bound is not None
    room = prove("the bound iterates", Ge(bound.subs(k, k + 1), (1 - gamma) * bound + C * gamma**2 / 2), Decide())
    first = first_value(facts, values, minimum, start, small)
    most = never_positive(facts, "V_k - bound", V - bound, decrease, room, start=first)
    prove("bound", theorem_1.conclusion, Combination({most: 1}))
    return Proof(*facts.steps)


theorem_1 = Claim(
    id="jaggi-2013/theorem-1",
    source=Source(PAPER, "Theorem 1, with exact oracles"),
    about="Frank-Wolfe with the step 2/(k + 2) on the cube, where a minimizer of f lies in the cube. From memory, "
    "re-derived.",
    algorithm=DecayedSignGD(gamma, rho),
    assumptions=(smooth, convex, begun, within),
    measure=Suboptimality(),
    bound=2 * C / (k + 2),
    proof=frank_wolfe,
)
