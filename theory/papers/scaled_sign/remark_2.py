"""Remark 2: error feedback, slightly modified, is gradient descent in disguise.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 2, eq. (13). One step of (13)
from any x and e; what was sent, C(p), cancels in x+ - e+.
"""

from __future__ import annotations

from sympy import Eq, Symbol
from sympy.core.symbol import Str

from signproof.theory.border.opaque import traced
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Identity
from signproof.theory.methods.gradient import ShiftedErrorFeedbackSignGD
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.terms.vectors import gradient, point

rate = Symbol("lambda", real=True)
x, e = point(Str("x")), point(Str("e"))
step = traced(ShiftedErrorFeedbackSignGD(rate), x, gradient, e)
z, z_after = x - e, step.after - step.memory
statement = Eq(z_after, z - rate * gradient(z), evaluate=False)

remark_2_eq_13 = Claim(
    id="scaled-sign/remark-2.eq-13",
    source=Source(PAPER, "Remark 2, eq. (13)"),
    about=(
        "EF-SignGD with the gradient taken at z = x - e is gradient descent in z: z+ = z - lambda grad f(z), "
        "where z+ = x+ - e+ results from one step of (13)."
    ),
    statement=statement,
    domain=(rate > 0,),
    proof=Proof(Step("(13) in z", statement, by=Identity())),
)
