# expect: not proved
"""Rounding without bias, a vector of one's own: that it is right on average does not make it right."""

from dataclasses import dataclass

from sympy import Eq, Le
from sympy.core.symbol import Str

from signproof import Claim
from signproof.theory.assumptions import Assumption
from signproof.theory.derivation.steps import Decide, Hypothesis, Identity
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import alpha, i
from signproof.theory.terms.expectations import coordinate, mean
from signproof.theory.terms.vectors import VectorAtom, point


class quantized(VectorAtom):
    """Q(v), each coordinate rounded up or down at random."""

    nargs = 1


@dataclass(frozen=True)
class UnbiasedQuantization(Assumption):
    """E[Q(x) | x] = x."""

    points = 1
    words = "quantized without bias"

    def statement(self, x):
        return Eq(mean(coordinate(quantized(x), i), x), coordinate(x, i))


x = point(Str("x"))
assumed = Step("unbiased", UnbiasedQuantization().statement(x), by=Hypothesis(UnbiasedQuantization(), x))
error = coordinate(quantized(x), i) - coordinate(x, i)
goal = Le(mean(error**2, x), 0)
right = Step("no error", Eq(mean(error**2, x), 0), by=Identity(assumed))
claim = Claim(
    id="border/exact-compressor",
    assumptions=(UnbiasedQuantization(),),
    domain=(alpha > 0,),
    statement=goal,
    proof=Proof(assumed, right, Step("goal", goal, by=Decide(right))),
)
