"""Counterexamples 1-3: signSGD need not converge, even on convex functions of one or two coordinates.

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019,
section 3. With gamma the step size, x+ = x - gamma sign(~g).
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Ge, Ne, Rational, Symbol, sign

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.karimireddy_2019 import PAPER

gamma, eps = Symbol("gamma", real=True), Symbol("epsilon", real=True)
x, x_1, x_2 = (Symbol(name, real=True) for name in ("x", "x_1", "x_2"))


g_1, g_2 = Symbol("g_1", real=True), Symbol("g_2", real=True)


def _linear(x: Expr) -> Expr:
    return x / 4


_mean = _linear(x - gamma * sign(g_1)) / 4 + _linear(x - gamma * sign(g_2)) * Rational(3, 4)

counterexample_1 = Claim(
    id="karimireddy-2019/counterexample-1",
    source=Source(PAPER, "Counterexample 1"),
    about="f(x) = x/4 on [-1, 1], and ~g = 4 with probability 1/4, -1 with probability 3/4, unbiased: the mean of f "
    "rises by gamma/8 in each step inside. From memory.",
    statement=And(Eq(g_1 / 4 + g_2 * Rational(3, 4), Rational(1, 4)), Eq(_mean - _linear(x), gamma / 8)),
    domain=(Eq(g_1, 4), Eq(g_2, -1), gamma >= 0, x - gamma >= -1, x + gamma <= 1),
)

kinks = eps * Abs(x_1 + x_2) + Abs(x_1 - x_2)
slope_1 = eps * sign(x_1 + x_2) + sign(x_1 - x_2)
slope_2 = eps * sign(x_1 + x_2) - sign(x_1 - x_2)
_after = {x_1: x_1 - gamma * sign(slope_1), x_2: x_2 - gamma * sign(slope_2)}

counterexample_2 = Claim(
    id="karimireddy-2019/counterexample-2",
    source=Source(PAPER, "Counterexample 2"),
    about="f(x) = eps |x_1 + x_2| + |x_1 - x_2|, 0 < eps < 1: a step along the sign of a subgradient leaves x_1 + x_2 "
    "as it is, so that f never falls below eps |x_1 + x_2|, whatever gamma is. From memory.",
    statement=And(
        Eq((x_1 + x_2).xreplace(_after), x_1 + x_2),
        Ge(kinks.xreplace(_after), eps * Abs(x_1 + x_2)),
    ),
    domain=(eps > 0, eps < 1, Ne(x_1, x_2)),
)


def _least_squares(tilt: int) -> Eq:
    """A step along the sign of the gradient of <a, x>^2, a = +-(1, -1) + eps (1, 1), leaves x_1 + x_2 as it is."""
    a = (tilt + eps, -tilt + eps)
    product = a[0] * x_1 + a[1] * x_2
    moved = [coordinate - gamma * sign(2 * product * entry) for coordinate, entry in zip((x_1, x_2), a, strict=True)]
    return Eq(moved[0] + moved[1], x_1 + x_2)


counterexample_3 = Claim(
    id="karimireddy-2019/counterexample-3",
    source=Source(PAPER, "Counterexample 3"),
    about="f(x) = <a, x>^2 + <b, x>^2, a = (1, -1) + eps (1, 1), b = -(1, -1) + eps (1, 1), of which one part is "
    "drawn in each step: signSGD leaves x_1 + x_2 as it is, and the minimizer is 0. From memory.",
    statement=And(_least_squares(1), _least_squares(-1)),
    domain=(eps > 0, eps < 1),
)
