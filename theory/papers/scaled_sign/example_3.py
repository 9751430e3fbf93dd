"""Example 3: AdaGrad-Norm with signs in its memory, too, on f(x) = x^2.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 3, eqs. (9)-(11).

The run follows (10) as long as the partial sums of (10) change sign in each step; they tend to about -0.105 eta.
Where the gradient is not 0, (9) adds 1 to b^2 in each step, so that b_{k+1}^2 = k + 1; at 0 it stays. Below n is k.
"""

from __future__ import annotations

from sympy import Abs, Eq, Ne, Rational, Sum, Symbol, sqrt

from signproof.theory.claim import Claim, Orbit, Source
from signproof.theory.methods.coordinates import COORDINATES, Column
from signproof.theory.methods.gradient import SignAdaGradSignNorm
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.symbols import eta, k, l

x, n = Symbol("x", real=True), Symbol("n", real=True)
method = SignAdaGradSignNorm(eta)
(x_after,), b_squared = method.update(Column([x]), lambda x: 2 * x, n, COORDINATES)
subgradient = x / Abs(x)
"""Of |x|, where x is not 0."""
step_size = eta / sqrt(n + 1)

example_3_eq_10 = Claim(
    id="scaled-sign/example-3.eq-10",
    source=Source(PAPER, "Example 3, eq. (10)"),
    about="From x_0 = eta/2, the run of (9) on x^2 in closed form; the index of the sum is l + 1.",
    erratum=(
        "The formula holds as long as the iterates change sign in every step. The alternating sums tend to "
        "about -0.105 eta, not to 0, so from some step on they no longer change sign, and the run departs "
        "from the formula."
    ),
    algorithm=method,
    domain=(eta > 0,),
    orbit=Orbit(
        function=x**2,
        coordinates=(x,),
        points=((eta / 2,),),
        formula=(eta * (Rational(1, 2) + Sum((-1) ** (l + 1) / sqrt(l + 1), (l, 0, k - 1))),),
    ),
)

example_3 = Claim(
    id="scaled-sign/example-3",
    source=Source(PAPER, "Example 3, eq. (11)"),
    about=(
        "(9) is subgradient descent on |x| with step eta/sqrt(k + 1), and |x_k| <= eta/sqrt(k) follows by "
        "induction over k from x_0 = eta/2."
    ),
    statement=Eq(x_after, x - step_size * subgradient) & Eq(b_squared, n + 1) & (Abs(x_after) <= step_size),
    domain=(eta > 0, n >= 0, Ne(x, 0), Abs(x) <= eta, n * x**2 <= eta**2),
)
