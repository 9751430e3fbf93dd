# expect: proved
"""SignGD with a momentum of 0 remembers its last gradient alone, and goes from 3 alpha/2 to alpha/2 and back."""

from sympy import Symbol

from signproof import Claim, Proof, Step
from signproof.theory.algorithms import Signum
from signproof.theory.claim import Orbit
from signproof.theory.derivation.steps import Forever, Run, transition
from signproof.theory.symbols import alpha

x = Symbol("x", real=True)
orbit = Orbit((x - alpha) ** 2, (x,), ((3 * alpha / 2,), (alpha / 2,)))
parts = {"algorithm": Signum(alpha, 0), "domain": (alpha > 0,), "orbit": orbit}
_bare = Claim(id="border/bare", **parts)


def proof():
    steps = [Step(f"from point {n}", transition(_bare.algorithm, orbit, n), Run(n)) for n in range(2)]
    return Proof(*steps, Step("for ever", _bare.conclusion, Forever(*steps)))


claim = Claim(id="border/signum-orbit", proof=proof, **parts)
