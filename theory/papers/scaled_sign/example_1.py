"""Example 1: SignGD with a constant step oscillates for ever.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 1, eq. (4).
"""

from __future__ import annotations

from sympy import Symbol, Tuple

from signproof.theory.claim import Claim, Orbit, Source
from signproof.theory.derivation.steps import Forever, Run, transition
from signproof.theory.methods.gradient import SignGD
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import alpha
from signproof.theory.terms.vectors import Repeats

x_1, x_2 = Symbol("x_1", real=True), Symbol("x_2", real=True)
even, odd = (alpha / 2, alpha / 2), (-alpha / 2, -alpha / 2)
orbit = Orbit(x_1**2 + x_2**2, (x_1, x_2), (even, odd))

method, domain = SignGD(alpha), (alpha > 0,)

_there = Step("(4), from even to odd", transition(method, orbit, 0), by=Run(0))
_back = Step("(4), from odd to even", transition(method, orbit, 1), by=Run(1))
_forever = Step("(4)", Repeats(Tuple(*even), Tuple(*odd)), by=Forever(_there, _back))

example_1 = Claim(
    id="scaled-sign/example-1",
    source=Source(PAPER, "Example 1, eq. (4)"),
    about="From (alpha/2, alpha/2), SignGD on x_1^2 + x_2^2 alternates between two points and never converges.",
    algorithm=method,
    domain=domain,
    orbit=orbit,
    proof=Proof(_there, _back, _forever),
)
