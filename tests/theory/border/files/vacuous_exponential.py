# expect: vacuous or refused
"""exp(y) < 2 y nowhere."""

from sympy import Symbol, exp

from signproof import Claim
from signproof.theory.derivation.steps import Decide
from signproof.theory.proof_steps import Proof, Step

y = Symbol("y", real=True)
claim = Claim(
    id="border/vacuous-exponential",
    domain=(exp(y) < 2 * y,),
    statement=y > 0,
    proof=Proof(Step("y > 0", y > 0, by=Decide())),
)
