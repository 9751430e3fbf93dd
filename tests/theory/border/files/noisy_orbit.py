# expect: refused
"""An orbit of majority votes: with stochastic gradients the run need not stay on it."""

from sympy import Symbol

from signproof import Claim
from signproof.theory.algorithms import MajorityVote
from signproof.theory.claim import Orbit
from signproof.theory.symbols import alpha

x = Symbol("x", real=True)
claim = Claim(
    id="border/noisy-orbit",
    algorithm=MajorityVote(2, 3),
    domain=(alpha > 0,),
    orbit=Orbit(x**2 / 2, (x,), ((alpha,), (-alpha,))),
)
