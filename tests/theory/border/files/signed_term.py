# expect: refused
"""A number of one's own that SymPy takes for negative: its sign is nobody's assumption."""

from sympy import Lt
from sympy.core.symbol import Str

from signproof import Claim
from signproof.theory.derivation.steps import Combination, Decide
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import alpha
from signproof.theory.terms.vectors import Scalar, point


class drop(Scalar):
    """f(x+) - f(x)."""

    nargs = 1
    is_negative = True


fall = drop(point(Str("x")))
one = Step("0 < 1", Lt(0, 1, evaluate=False), by=Decide())
claim = Claim(
    id="border/signed-term",
    domain=(alpha > 0,),
    statement=Lt(fall, 0, evaluate=False),
    proof=Proof(one, Step("it falls", Lt(fall, 0, evaluate=False), by=Combination({one: -fall}))),
)
