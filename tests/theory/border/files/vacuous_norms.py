# expect: vacuous
"""Strong convexity in the Euclidean norm beyond the smoothness constant of the maximum norm."""

from sympy import Symbol

from signproof import Claim
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu

nu = Symbol("nu", real=True)
claim = Claim(
    id="border/vacuous-norms",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu), StronglyConvex(nu, L2)),
    domain=(0 < alpha, alpha < 2 / L, nu > L),
    measure=Suboptimality(),
    bound=(1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
