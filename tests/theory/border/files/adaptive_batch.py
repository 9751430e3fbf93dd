# expect: refused
"""A mini-batch whose size depends on what is drawn: the mean of the draws is then not the mapping."""

from sympy import Eq, Gt
from sympy.core.symbol import Str

from signproof import Claim
from signproof.theory.derivation.steps import Decide, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import alpha, i
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.proximal import ONE, gradient_mapping, sampled_mapping
from signproof.theory.terms.vectors import norm, point

x = point(Str("x"))
size = 1 + norm(Str("2"), sampled_mapping(x, alpha, ONE))
positive = Step("alpha > 0", Gt(alpha, 0), by=Decide())
drawn = ("mean of draws", alpha, size, x)
mean = Step("mean", conclusion(*drawn), by=Lemma(*drawn, using=(positive,)))
claim = Claim(
    id="border/adaptive-batch",
    domain=(alpha > 0,),
    statement=Eq(mean.statement.lhs, coordinate(gradient_mapping(x, alpha), i)),
    proof=Proof(positive, mean),
)
