# expect: vacuous or refused
"""A dimension between 2 and 3."""

from signproof import Claim
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import Dimension, PolyakLojasiewicz, Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha, d, k, mu

claim = Claim(
    id="border/vacuous-dimension",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu), Dimension(d)),
    domain=(0 < alpha, alpha < 2 / L, 2 < d, d < 3),
    measure=Suboptimality(),
    bound=(1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
