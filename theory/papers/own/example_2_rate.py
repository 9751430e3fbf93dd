"""Example 2's rate: f(x_k) goes down like k^(-1/2).

Sign AdaGrad-Norm (6) on f(x) = x^2/2 with eta = 1 from x_0 = 13/10. After n >= 1 steps the iterate x and b = b_n meet

    b |x| <= 1,    b^4 <= (12 n + 3)/5,    b^4 + b |x| >= 3 + 3 n/10,

as long as no iterate is exactly 0: they hold after one step, and each step carries them on. Hence b^4 grows like n, and
f(x_n) <= 1/(2 b^2), while of two iterates in a row one has |x| >= 1/(2 b). That no iterate from 13/10 is 0 is not
proved: once at 0, the run stays there, because sign(0) = 0.
"""

from __future__ import annotations

from sympy import Abs, And, Eq, Expr, Ge, Integer, Le, Matrix, Max, Ne, Rational, Symbol, sqrt
from sympy.core.relational import Relational

from signproof.theory.assumptions.objective import Dimension, Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Identity, Theorem
from signproof.theory.elaboration.blocks import Function
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import SignAdaGradNorm
from signproof.theory.papers.own import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, k

x, b, n, q = (Symbol(name, real=True) for name in "xbnq")
first = Rational(13, 10)
f = Function(x**2 / 2, (x,))
method = SignAdaGradNorm(1)


def step(here: Expr, square: Expr) -> tuple[Expr, Expr]:
    """The next iterate, and its b."""
    (after,), memory = f.step(method, Matrix([here]), square)
    return after, sqrt(memory)


def invariant(n: Expr, x: Expr, b: Expr) -> tuple[Relational, ...]:
    """What is carried on from step to step."""
    u = b * Abs(x)
    return Ge(b, first), Le(u, 1), Le(b**4, (12 * n + 3) / 5), Ge(b**4 + u, 3 + 3 * n / 10)


SOURCE = Source(PAPER, "Example 2 of scaled-sign, its rate")
x_after, b_after = step(x, b**2)
u, u_after = b * Abs(x), b_after * Abs(x_after)
value, larger = f.value(Matrix([x])), Max(f.value(Matrix([x])), f.value(Matrix([x_after])))
carried = And(*invariant(n + 1, x_after, b_after))
envelope = And(carried, n * value**2 <= Rational(5, 6), n * larger**2 >= Rational(5, 1728))

x_1, b_1 = step(first, Integer(0))
example_2_start = Claim(
    id="own/example-2.rate.start",
    source=SOURCE,
    about="The first step of (6) from x_0 = 13/10 with eta = 1 is the base case of the induction.",
    statement=And(*invariant(n, x, b)),
    domain=(Eq(n, 1), Eq(x, x_1), Eq(b, b_1)),
)

_squared = Claim(id="own/example-2.rate.squared", statement=q**2 >= Rational(1, 64), domain=(q >= Rational(1, 8),))
_share = Claim(
    id="own/example-2.rate.share",
    statement=n * q**2 >= Rational(5, 1728),
    domain=(n >= 1, 27 * n / 5 * q**2 >= Rational(1, 64)),
)


def growth() -> Proof:
    """b^4 + u, u = b |x|, grows by 2 u^2 - 2 u + 1 at least, up to what is small: u_+ is nearly 1 - u."""
    small = Abs(x) ** 3 / (2 * b)
    now = Step("so far", invariant(n, x, b)[-1], by=Decide())
    length = Step("b_+ >= 13/10", b_after >= first, by=Decide())
    short = Step("b_+ |x_+| <= 1", u_after <= 1, by=Decide())
    upper = Step("b_+^4 above", b_after**4 <= (12 * (n + 1) + 3) / 5, by=Decide())
    root = Step("b_+ |x|", Le(b_after * Abs(x), u + small), by=Decide())
    turn = Step("u_+ >= 1 - b_+ |x|", Ge(u_after, 1 - b_after * Abs(x)), by=Decide())
    square = Step("b_+^4", Eq(b_after**4, b**4 + 2 * u**2 + x**4, evaluate=False), by=Identity())
    enough = Step("gain", Ge(2 * u**2 - 2 * u + Rational(7, 10) - small + x**4, 0), by=Decide())
    lower = Step(
        "b_+^4 + u_+ below",
        b_after**4 + u_after >= 3 + 3 * (n + 1) / 10,
        by=Combination({now: 1, square: -1, turn: 1, root: 1, enough: 1}),
    )
    onward = Step("the next step", carried, by=Decide(length, short, upper, lower))
    high = Step("f(x_n) is small", n * value**2 <= Rational(5, 6), by=Decide())
    half = Step("b_+^2 times the larger value", b_after**2 * larger >= Rational(1, 8), by=Decide(turn))
    product = b_after**2 * larger
    squared = Step("its square", product**2 >= Rational(1, 64), by=Theorem(_squared, {q: product}, using=(half,)))
    linear = Step("b_+^4 <= 27 n/5", b_after**4 <= 27 * n / 5, by=Decide(upper))
    part = Step(
        "what the larger value has of it",
        27 * n / 5 * larger**2 >= Rational(1, 64),
        by=Combination({squared: 1, linear: larger**2}),
    )
    low = Step(
        "one of two is large", n * larger**2 >= Rational(5, 1728), by=Theorem(_share, {q: larger}, using=(part,))
    )
    conclude = Step("envelope", envelope, by=Decide(onward, high, low))
    return Proof(
        now, length, short, upper, root, turn, square, enough, lower, onward, high, half, squared, linear, part, low,
        conclude,
    )  # fmt: skip


example_2_envelope = Claim(
    id="own/example-2.rate.envelope",
    source=SOURCE,
    about=(
        "From x_0 = 13/10 with eta = 1, as long as no iterate is exactly 0, n f(x_n)^2 <= 5/6 for every n >= "
        "1, and n max(f(x_n), f(x_{n+1}))^2 >= 5/1728: the inductive step over n and its consequence; "
        "own/example-2.rate.start is the base case."
    ),
    statement=envelope,
    domain=(n >= 1, Ne(x, 0), *invariant(n, x, b)),
    proof=growth,
)

example_2_rate = Claim(
    id="own/example-2.rate",
    source=SOURCE,
    about=(
        "From x_0 = 13/10 with eta = 1, V_k decays like k^(-1/2); this claim is the upper bound. "
        "own/example-2.rate.envelope has both bounds provided no iterate is exactly 0; that none is 0 remains"
        " open."
    ),
    algorithm=method,
    assumptions=(Smooth(1), StronglyConvex(1), Dimension(1)),
    domain=(Eq(V0, first**2 / 2),),
    measure=Suboptimality(),
    bound=sqrt(5 / (3 * (k + 1))),
)
