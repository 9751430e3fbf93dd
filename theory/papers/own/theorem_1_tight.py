"""Theorem 1 is tight: on some quadratics V_1/V_0 comes as close to zeta as one likes.

For d >= 2 and L >= d mu let f = 1/2 (mu x_1^2 + h x_2^2 + ... + h x_d^2), h = (L - mu)/(d - 1) >= mu. In the maximum
norm it is L-smooth and mu-strongly convex with its best constants: they are the sum and the least of the factors.
From the point whose gradient is (1, epsilon, ..., epsilon) one step decreases V by gamma N^2 with
N = 1 + (d - 1) epsilon, all that Theorem 1 promises, while N^2 is at most (1 + (d - 1) epsilon)^2 2 mu V_0.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, And, Eq, Expr, Ge, Gt, Le, Matrix, Symbol, sign, sqrt
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Assumption, Constant, Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.blocks import Function
from signproof.theory.methods.gradient import ScaledSignGD
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.scaled_sign.theorem_1 import domain, gamma, zeta
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, alpha, d, i, mu
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import gradient, inner, norm, point, value

delta = Symbol("delta", real=True)
"""How close to zeta."""
x_1, x_2 = Symbol("x_1", real=True), Symbol("x_2", real=True)
h = (L - mu) / (d - 1)
f = Function((mu * x_1**2 + (d - 1) * h * x_2**2) / 2, (x_1, x_2), 1, d - 1)

epsilon = delta / (4 * d)
start = Matrix([1 / mu, epsilon / h])
after, _ = f.step(ScaledSignGD(alpha), start)
V_0, V_1 = f.value(start), f.value(after)
tight = And(Ge(h, mu), Gt(V_0, 0), Ge(V_1, (zeta - delta) * V_0), Le(V_1, zeta * V_0))


def one_step() -> Proof:
    """V_1 = V_0 - gamma N^2, where N^2 <= 1 + delta and 2 mu V_0 >= 1."""
    N = 1 + (d - 1) * epsilon
    factor = Step("h >= mu", Ge(h, mu), by=Decide())
    # the entries of the first gradient are 1 and epsilon; SymPy writes |epsilon| and sign(epsilon) without the 4
    length = Step("|delta/d|", Eq(Abs(delta / d), delta / d), by=Decide())
    direction = Step("sign(delta/d)", Eq(sign(delta / d), 1), by=Decide())
    exact = Step("descent", Eq(V_1, V_0 - gamma * N**2, evaluate=False), by=Identity(length, direction))
    size = Step("N <= 1 + delta/4", Le(N, 1 + delta / 4), by=Decide())
    above = Step("N >= 1", Ge(N, 1), by=Decide())
    square = Step("N^2 <= 1 + delta", Le(N**2, 1 + delta), by=Decide(size, above))
    height = Step("2 mu V_0 >= 1", Ge(2 * mu * V_0, 1), by=Decide())
    positive = Step("V_0 > 0", Gt(V_0, 0), by=Decide(height))
    share = Step("2 mu gamma <= 1", Le(2 * mu * gamma, 1), by=Decide())
    lower = Step(
        "close to zeta",
        Ge(V_1, (zeta - delta) * V_0),
        by=Combination({exact: -1, square: gamma, height: gamma * (1 + delta), share: delta * V_0}, given=(positive,)),
    )
    ratio = Step("mu/h <= 1", Le(mu / h, 1), by=Decide())
    more = Step("what N^2 has more", Ge(2 * (d - 1) * epsilon + (d - 1) * (d - 2) * epsilon**2, 0), by=Decide())
    depth = Step("2 mu V_0 <= N^2", Le(2 * mu * V_0, N**2), by=Combination({ratio: (d - 1) * epsilon**2, more: 1}))
    upper = Step("Theorem 1", Le(V_1, zeta * V_0), by=Combination({exact: 1, depth: gamma}))
    conclude = Step("tight", tight, by=Decide(factor, positive, lower, upper))
    return Proof(
        factor,
        length,
        direction,
        exact,
        size,
        above,
        square,
        height,
        positive,
        share,
        lower,
        ratio,
        more,
        depth,
        upper,
        conclude,
    )


theorem_1_tight = Claim(
    id="own/theorem-1.tight",
    source=Source(PAPER, "Theorem 1 of scaled-sign, tight"),
    about="For d >= 2 and L >= d mu, the first step of scaled SignGD on a diagonal quadratic with constants L and mu "
    "leaves V_1 >= (zeta - delta) V_0, however small delta > 0.",
    statement=tight,
    domain=(d >= 2, mu > 0, L >= d * mu, *domain, delta > 0, delta < 1),
    proof=one_step,
)


h_i = coordinate(point(Str("h")), i)


@dataclass(frozen=True)
class DiagonalQuadratic(Assumption):
    """f(x) = 1/2 sum over i of h_i x_i^2, so that (grad f(x))_i = h_i x_i."""

    points = 1
    words = "a diagonal quadratic"

    def statement(self, x: Expr) -> Boolean:
        return And(self.value(x), self.slope(x))

    def value(self, x: Expr) -> Boolean:
        return Eq(value(x), Total(h_i * coordinate(x, i) ** 2, i) / 2)

    def slope(self, x: Expr) -> Boolean:
        return Eq(coordinate(gradient(x), i), h_i * coordinate(x, i))


class FactorsAbove(Constant):
    """h_i >= mu > 0 for every i."""

    largest = True
    points = 0
    words = "with factors above"

    def statement(self) -> Boolean:
        return Ge(h_i, self.constant)


class SumOfFactors(Constant):
    """The h_i sum to L > 0."""

    largest = False
    points = 0
    words = "with factors of that sum"

    def statement(self) -> Boolean:
        return Eq(Total(h_i, i), self.constant)


quadratic, factors, total = DiagonalQuadratic(), FactorsAbove(mu), SumOfFactors(L)
x, y = point(Str("x")), point(Str("y"))
smooth, convex = Smooth(L).statement(x, y), StronglyConvex(mu).statement(x, y)


def constants() -> Proof:
    """Both constants, coordinate by coordinate."""
    v_i, r = coordinate(x - y, i), norm(Str("inf"), x - y)
    at = {z: Step(f"f at {z}", quadratic.statement(z), by=Hypothesis(quadratic, z)) for z in (x, y)}
    values = {z: Step(f"f({z})", quadratic.value(z), by=Decide(at[z])) for z in (x, y)}
    slopes = {z: Step(f"grad f({z})", quadratic.slope(z), by=Decide(at[z])) for z in (x, y)}
    least = Step("h_i >= mu", factors.statement(), by=Hypothesis(factors))
    summed = Step("sum of h_i", total.statement(), by=Hypothesis(total))

    change = gradient(x) - gradient(y)
    entry = Step("|x_i - y_i|", conclusion("coordinate of a vector", x - y), by=Lemma("coordinate of a vector", x - y))
    steeper = Abs(coordinate(change, i))
    each = Step("each slope", Le(steeper, h_i * r), by=Decide(slopes[x], slopes[y], least, entry))
    slopes_summed = Step(
        "all slopes",
        Le(Total(steeper, i), Total(h_i * r, i)),
        by=Lemma("sum of inequalities", steeper, h_i * r, i, using=(each,)),
    )
    length = Step(
        "||grad f(x) - grad f(y)||_1",
        conclusion("l1 norm in coordinates", change),
        by=Lemma("l1 norm in coordinates", change),
    )
    smoothness = Step("Assumption 3", smooth, by=Combination({length: 1, slopes_summed: 1, summed: r}))

    gap = value(x) - value(y) - inner(gradient(y), x - y)
    term = h_i * v_i**2
    products = {
        z: Step(
            f"<grad f(y), {z}>",
            conclusion("inner product in coordinates", gradient(y), z),
            by=Lemma("inner product in coordinates", gradient(y), z),
        )
        for z in (x, y)
    }
    form = Step(
        "the gap",
        Eq(gap, Total(term, i) / 2),
        by=Identity(values[x], values[y], *products.values(), slopes[y]),
    )
    nonnegative = Step("h_i (x_i - y_i)^2 >= 0", Ge(term, 0), by=Decide(least))
    one = Step("one term", Le(term, Total(term, i)), by=Lemma("one of a sum", term, i, using=(nonnegative,)))
    below = Step("mu (x_i - y_i)^2", Le(mu * v_i**2, 2 * gap), by=Decide(one, least, form))
    gap_sign = Step("the gap is not negative", Ge(gap, 0), by=Decide(below))
    root = sqrt(2 * Abs(gap) / mu)
    short = Step("each |x_i - y_i|", Le(Abs(v_i), root), by=Decide(below, gap_sign))
    largest = Step("the largest", Le(r, root), by=Lemma("largest coordinate", x - y, root, using=(short,)))
    r_positive = Step("||x - y|| >= 0", Ge(r, 0), by=Lemma("non-negative norm", r))
    convexity = Step("Assumption 1", convex, by=Decide(largest, r_positive, gap_sign))
    conclude = Step("both", And(smooth, convex), by=Decide(smoothness, convexity))
    return Proof(
        *at.values(), *values.values(), *slopes.values(), least, summed, entry, each, slopes_summed, length, smoothness,
        *products.values(), form, nonnegative, one, below, gap_sign, short, largest, r_positive, convexity, conclude,
    )  # fmt: skip


theorem_1_tight_constants = Claim(
    id="own/theorem-1.tight.constants",
    source=Source(PAPER, "Theorem 1 of scaled-sign, tight: the quadratics' constants"),
    about="A diagonal quadratic whose factors are at least mu and sum to L meets Assumptions 1 and 3 with mu and L.",
    statement=And(smooth, convex),
    assumptions=(quadratic, factors, total),
    proof=constants,
)
