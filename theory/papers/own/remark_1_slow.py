"""Remark 1 of scaled-sign, AdaGrad-Norm from b_0 = 0: not linear on every strongly convex smooth function.

With eta = 1 let a_n = 1/(n + 1) - 1/(n + 2) + 1/(n + 3) - ..., so that a_n + a_{n+1} = 1/(n + 1) and a_n - a_{n+2} =
1/((n + 1)(n + 2)). There is a function on the line whose slope is g_n = sqrt(2/((n + 1)(n + 2))) at a_n for even n,
-g_n at -a_n for odd n, and linear between: its second derivative is between 1 and 3 there
(`own/remark-1.slow.curvature`), and may be 1 beyond. AdaGrad-Norm from x_0 = a_0 = log 2 is at (-1)^n a_n after n steps
(`own/remark-1.slow.step`, of which n = 0 is the first), and V_n >= a_n^2/2 >= 1/(8 (n + 1)^2): slower than every
geometric rate. The kernel proves the step and the curvature; that they make a function and its run is argued here.
"""

from __future__ import annotations

from sympy import And, Eq, Ge, Gt, Integer, Le, Matrix, Rational, Symbol, sqrt

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide
from signproof.theory.elaboration.blocks import Function
from signproof.theory.methods.gradient import AdaGradNorm
from signproof.theory.papers.own import PAPER
from signproof.theory.proof_steps import Proof, Step

SOURCE = Source(PAPER, "Remark 1 of scaled-sign, AdaGrad-Norm from b_0 = 0")
n, x, g, B = (Symbol(name, real=True) for name in ("n", "x", "g", "B"))
(after,), memory = Function(g * x, (x,)).step(AdaGradNorm(Integer(1)), Matrix([x]), B)
b = sqrt(memory)


def lengths() -> Proof:
    square = Step("b_{n+1}^2", Eq(memory, 2 * (n + 1) / (n + 2)), by=Decide())
    same = Step("(n + 1)^2 g^2", Eq((n + 1) ** 2 * g**2, 2 * (n + 1) / (n + 2)), by=Decide())
    length, target = Step("b_{n+1} > 0", Gt(b, 0), by=Decide(square)), (n + 1) * g
    positive = Step("b_{n+1} + (n + 1) g > 0", Gt(b + target, 0), by=Decide(length))
    equal = Step("squares", Eq((b - target) * (b + target), 0), by=Combination({square: 1, same: -1}))
    root = Step("b_{n+1}", Eq(b - target, 0), by=Combination({equal: 1 / (b + target)}, given=(positive,)))
    moved = Step("x+", Eq(after, x - 1 / (n + 1)), by=Combination({root: 1 / (b * (n + 1))}, given=(length,)))
    conclude = Step("step", step.statement, by=Decide(square, moved))
    return Proof(square, same, length, positive, equal, root, moved, conclude)


step = Claim(
    id="own/remark-1.slow.step",
    source=SOURCE,
    about="Where b_n^2 = 2n/(n + 1) and the slope is g_n = sqrt(2/((n + 1)(n + 2))), AdaGrad-Norm with eta = 1 moves "
    "by 1/(n + 1), and b_{n+1}^2 is the same with n + 1 in place of n.",
    statement=And(Eq(memory, 2 * (n + 1) / (n + 2)), Eq(after, x - 1 / (n + 1))),
    domain=(n >= 0, Eq(B, 2 * n / (n + 1)), g > 0, Eq(g**2, 2 / ((n + 1) * (n + 2)))),
    proof=lengths,
)

p, q = sqrt((n + 1) * (n + 2)), sqrt((n + 3) * (n + 4))
rise = sqrt(2) * p * (q - p)


def between() -> Proof:
    above = Step("p + q above", Le(p + q, 2 * n + 5), by=Decide())
    below = Step("p + q below", Ge(p + q, 2 * n + Rational(24, 5)), by=Decide())
    apart = Step("q - p >= 2", Ge(q - p, 2), by=Decide(above))
    near = Step("q - p <= 21/10", Le(q - p, Rational(21, 10)), by=Decide(below))
    ratio = Step("q <= 5p/2", Le(q, 5 * p / 2), by=Decide())
    low = Step("at least 1", Le(q, rise), by=Decide(apart, ratio))
    high = Step("at most 3", Le(rise, 3 * q), by=Decide(apart, near))
    return Proof(above, below, apart, near, ratio, low, high, Step("both", curvature.statement, by=Decide(low, high)))


curvature = Claim(
    id="own/remark-1.slow.curvature",
    source=SOURCE,
    about="With p = sqrt((n + 1)(n + 2)) and q = sqrt((n + 3)(n + 4)), f'' is sqrt(2) p (q - p)/q between a_{n+2} "
    "and a_n: between 1 and 3.",
    statement=And(q <= rise, rise <= 3 * q),
    domain=(n >= 0,),
    proof=between,
)
