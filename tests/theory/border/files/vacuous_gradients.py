# expect: vacuous
"""Bounded gradients everywhere of a strongly convex function: there is none."""

from dataclasses import dataclass

from sympy import Le, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.theory.assumptions import Constant, StronglyConvex
from signproof.theory.derivation.steps import Hypothesis
from signproof.theory.norms import LINF
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import mu
from signproof.theory.terms.vectors import dual_norm, gradient, point

G, x = Symbol("G", real=True), point(Str("x"))


@dataclass(frozen=True)
class BoundedGradients(Constant):
    """||grad f(x)||_1 <= G for all x."""

    largest = False
    points = 1
    words = "of bounded gradients"

    def statement(self, x):
        return Le(dual_norm(Str(self.norm.name), gradient(x)), self.constant)


bounded = BoundedGradients(G, LINF)
claim = Claim(
    id="border/vacuous-gradients",
    assumptions=(StronglyConvex(mu), bounded),
    statement=bounded.statement(x),
    proof=Proof(Step("assumed", bounded.statement(x), by=Hypothesis(bounded, x))),
)
