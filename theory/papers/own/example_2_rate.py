"""Example 2's rate: f(x_k) goes down like k^(-1/2).

Sign AdaGrad-Norm (6) on f(x) = x^2/2 with eta = 1 from x_0 = 13/10. After n >= 1 steps the iterate x and b = b_n meet

    b |x| <= 1,    b^4 <= (12 n + 3)/5,    b^4 + b |x| >= 3 + 3 n/10,

as long as no iterate is exactly 0: they hold after one step, and each step carries them on. Hence b^4 grows like n, and
f(x_n) <= 1/(2 b^2), while of two iterates in a row one has |x| >= 1/(2 b). That no iterate from 13/10 is 0 is not
proved: once at 0, the run stays there, because sign(0) = 0.
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Ge, Le, Matrix, Max, Ne, Not, Or, Rational, Symbol, sqrt

from signproof.theory.algorithms import SignAdaGradNorm
from signproof.theory.assumptions import Dimension, Smooth, StronglyConvex
from signproof.theory.blocks import Function
from signproof.theory.claim import Claim, Source
from signproof.theory.measures import Suboptimality
from signproof.theory.papers.own import PAPER
from signproof.theory.proof import Decide, Identity, Proof, Step, Theorem
from signproof.theory.symbols import V0, k

x, b, n = Symbol("x", real=True), Symbol("b", real=True), Symbol("n", real=True)
start = Rational(13, 10)
f = Function(x**2 / 2, (x,))
method = SignAdaGradNorm(1)


def step(here, square):
    """The next iterate, and its b."""
    (after,), memory = f.step(method, Matrix([here]), square)
    return after, sqrt(memory)


def invariant(n, x, b):
    return And(b >= start, b * Abs(x) <= 1, b**4 <= (12 * n + 3) / 5, b**4 + b * Abs(x) >= 3 + 3 * n / 10)


x_1, b_1 = step(start, 0)
x_after, b_after = step(x, b**2)
u = b * Abs(x)
now, then = invariant(n, x, b), invariant(n + 1, x_after, b_after)
reached = And(n >= 1, now)
moving = And(reached, Ne(x, 0))
begins = Or(Not(And(Eq(n, 1), Eq(x, x_1), Eq(b, b_1))), now)
goes_on = Or(Not(moving), then)
above = Or(Not(reached), n * f.value(Matrix([x])) ** 2 <= Rational(5, 6))
larger = Max(f.value(Matrix([x])), f.value(Matrix([x_after])))
below = Or(Not(moving), n * larger**2 >= Rational(5, 1728))

p, q = Symbol("p", real=True), Symbol("q", real=True)
shared = Or(Not(And(p * q**2 >= Rational(1, 64), p <= 27 * n / 5)), n * q**2 >= Rational(5, 1728))
_share = Claim(id="own/example-2.rate.share", statement=shared, domain=(n >= 1,))


def growth() -> Proof:
    """b^4 + u, u = b |x|, grows by 2 u^2 - 2 u + 1 at least, up to what is small: u_+ is nearly 1 - u."""
    u, u_after = b * Abs(x), b_after * Abs(x_after)
    small = Abs(x) ** 3 / (2 * b)

    def given(goal):
        return Or(Not(moving), goal)

    base = Step("after one step", begins, by=Decide())
    length = Step("b_+ >= 13/10", given(b_after >= start), by=Decide())
    short = Step("b_+ |x_+| <= 1", given(u_after <= 1), by=Decide())
    upper = Step("b_+^4 above", given(b_after**4 <= (12 * (n + 1) + 3) / 5), by=Decide())
    root = Step("b_+ |x|", given(Le(b_after * Abs(x), u + small)), by=Decide())
    turn = Step("u_+ >= 1 - b_+ |x|", given(Ge(u_after, 1 - b_after * Abs(x))), by=Decide())
    far = Step("u_+", given(Ge(u_after, 1 - u - small)), by=Decide(root, turn))
    square = Step("b_+^4", Eq(b_after**4, b**4 + 2 * u**2 + x**4, evaluate=False), by=Identity())
    enough = Step("gain", given(Ge(2 * u**2 - 2 * u + Rational(7, 10) - small + x**4, 0)), by=Decide())
    lower = Step(
        "b_+^4 + u_+ below", given(b_after**4 + u_after >= 3 + 3 * (n + 1) / 10), by=Decide(far, square, enough)
    )
    onward = Step("the next step", goes_on, by=Decide(length, short, upper, lower))
    high = Step("f(x_n) is small", above, by=Decide())
    half = Step("b_+^2 times the larger value", given(b_after**2 * larger >= Rational(1, 8)), by=Decide(turn))
    squared = Step("its square", given(b_after**4 * larger**2 >= Rational(1, 64)), by=Decide(half))
    linear = Step("b_+^4 <= 27 n/5", given(b_after**4 <= 27 * n / 5), by=Decide(upper))
    share = Step("its share", shared.xreplace({p: b_after**4, q: larger}),
                 by=Theorem(_share, {p: b_after**4, q: larger}))  # fmt: skip
    low = Step("one of two is large", below, by=Decide(squared, linear, share))
    conclude = Step("envelope", envelope, by=Decide(base, onward, high, low))
    return Proof(
        base, length, short, upper, root, turn, far, square, enough, lower, onward, high, half, squared, linear, share,
        low, conclude,
    )  # fmt: skip


envelope = And(begins, goes_on, above, below)
example_2_envelope = Claim(
    id="own/example-2.rate.envelope",
    source=Source(PAPER, "Example 2 of scaled-sign, its rate"),
    about="From x_0 = 13/10 with eta = 1, as long as no iterate is exactly 0: n f(x_n)^2 <= 5/6 for every n >= 1, and "
    "n max(f(x_n), f(x_{n+1}))^2 >= 5/1728. The statement is an induction over n: its start, its step, its use.",
    statement=envelope,
    domain=(n >= 1, b >= start),
    proof=growth,
)

example_2_rate = Claim(
    id="own/example-2.rate",
    source=Source(PAPER, "Example 2 of scaled-sign, its rate"),
    about="From x_0 = 13/10 with eta = 1, V_k decays like k^(-1/2); stated here is the upper half. Both halves, as "
    "long as no iterate is exactly 0, are own/example-2.rate.envelope; that none is 0 is what resists.",
    algorithm=method,
    assumptions=(Smooth(1), StronglyConvex(1), Dimension(1)),
    domain=(Eq(V0, start**2 / 2),),
    measure=Suboptimality(),
    bound=sqrt(5 / (3 * (k + 1))),
)
