# expect: not proved
"""A relation whose class says that it is equal to any other."""

from sympy import Eq, Symbol

from signproof import Claim
from signproof.theory.derivation.steps import Identity
from signproof.theory.proof_steps import Proof, Step

y = Symbol("y", real=True)


class Same(Eq):
    """Equal to what it stands for."""

    __hash__ = Eq.__hash__

    def __eq__(self, other):
        return True


claim = Claim(
    id="border/relation-of-ones-own",
    domain=(y > 0,),
    statement=Eq(y, 2 * y, evaluate=False),
    proof=Proof(Step("as one sees", Same(y, y, evaluate=False), by=Identity())),
)
