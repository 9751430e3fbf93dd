"""Example 4's PL constant, enclosed: the largest mu for f = x^2 + 3 sin^2 x is 0.175530986 up to 5e-10.

f >= 0 = f(0), so mu is a PL constant of f if f'(x)^2 >= 2 mu f(x) for all x. The lower end is one; at `nearly_worst`
nothing from the upper end on is. The usual figure, 1/32, is valid and loose.
"""

from __future__ import annotations

from sympy import And, Ge, Lt, Rational, Symbol, diff, sin

from signproof.theory.claim import Claim, Source
from signproof.theory.papers.own import PAPER

x = Symbol("x", real=True)
f = x**2 + 3 * sin(x) ** 2
slope = diff(f, x)

lower, upper = Rational(1755309855, 10**10), Rational(1755309865, 10**10)
nearly_worst = {x: Rational(22017, 10**4)}

example_4_mu = Claim(
    id="own/example-4.mu",
    source=Source(PAPER, "Example 4 of scaled-sign"),
    about="The largest PL constant of x^2 + 3 sin^2 x lies in [0.1755309855, 0.1755309865].",
    statement=And(
        Ge(slope**2, 2 * lower * f),
        Lt(slope.subs(nearly_worst) ** 2, 2 * upper * f.subs(nearly_worst), evaluate=False),
    ),
)
