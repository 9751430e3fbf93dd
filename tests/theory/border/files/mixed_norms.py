# expect: supported or proved
"""Smooth in the Euclidean norm, steps in the operator norm, measured in the maximum norm: true, with room."""

from signproof import Claim
from signproof.theory.algorithms import SteepestDescent
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import MinDualGradientNorm
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, k

claim = Claim(
    id="border/mixed-norms",
    algorithm=SteepestDescent(1 / (2 * L), OPERATOR),
    assumptions=(Smooth(L, L2),),
    measure=MinDualGradientNorm(2, LINF),
    bound=1000 * L * V0 / (k + 1),
)
