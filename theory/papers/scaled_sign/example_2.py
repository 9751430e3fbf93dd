"""Example 2: sign AdaGrad-Norm on f(x) = x^2/2.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 2, eqs. (6)-(8). Here x is
x_k and b is b_{k+1}, so that x_{k+1} = x - (eta/b) sign(x) and, with b_0 = 0, b^2 = x_0^2 + ... + x_k^2 >= x^2. The
run may reach 0, from x_0 = eta = 1 in its first step, and there sign(0) = 0: it stays at the minimizer, and that is
linear convergence with any rate.
"""

from __future__ import annotations

from sympy import Abs, Eq, Ne, Symbol, sign, sqrt

from signproof.theory.claim import Claim, Source
from signproof.theory.methods.coordinates import COORDINATES, Column
from signproof.theory.methods.gradient import SignAdaGradNorm
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.symbols import eta

x, b, B = Symbol("x", real=True), Symbol("b", real=True), Symbol("B", real=True)
x_after = x - eta / b * sign(x)

example_2_eq_7 = Claim(
    id="scaled-sign/example-2.eq-7",
    source=Source(PAPER, "Example 2, eq. (7)"),
    about="The square of the next iterate, for every iterate.",
    erratum=(
        "At x_k = 0 the step is zero, since sign(0) = 0, and |x_{k+1}|^2 is 0: the term eta^2/b^2 in the "
        "expansion of the square appears only for x_k != 0. The run can reach 0, for example in one step from"
        " x_0 = eta = 1."
    ),
    statement=Eq(x_after**2, x**2 - eta / b**2 * (2 * b * Abs(x) - eta)),
    domain=(eta > 0, b > 0, b**2 >= x**2),
)

example_2_eq_8 = Claim(
    id="scaled-sign/example-2.eq-8",
    source=Source(PAPER, "Example 2, eq. (8)"),
    about="If the squares of all iterates sum to at most B, the next square is bounded below.",
    erratum="It rests on eq. (7) and fails where that does, at x_k = 0.",
    statement=x_after**2 >= x**2 - eta / b**2 * (2 * sqrt(B) * Abs(x) - eta),
    domain=(eta > 0, b > 0, b**2 >= x**2, B >= b**2),
)

x_0 = Symbol("x_0", real=True)
_start, _method = Column([x_0]), SignAdaGradNorm(eta)
(x_1,), _ = _method.update(_start, lambda x: x, _method.init(_start, COORDINATES), COORDINATES)

example_2 = Claim(
    id="scaled-sign/example-2",
    source=Source(PAPER, "Example 2"),
    about="(6) does not converge linearly from any x_0 != 0 with any eta: in particular its first step does not end at "
    "the minimizer 0, where it would stay.",
    erratum=(
        "From x_0 = 1 with eta = 1 the first step ends at the minimizer, and the run stays there. The "
        "argument rests on eqs. (7) and (8), which fail if an iterate is 0."
    ),
    statement=Ne(x_1, 0),
    domain=(eta > 0, Ne(x_0, 0)),
)
