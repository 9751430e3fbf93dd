# expect: refused
"""The norm at the last iterate, with the symbol of the least one: the theorem about the least would be proved."""

from dataclasses import dataclass

from signproof import Claim
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import MinDualGradientNorm
from signproof.theory.symbols import V0, L, alpha, k


@dataclass(frozen=True)
class LastNorm(MinDualGradientNorm):
    """||grad f(x_k)||_1^power."""

    least_so_far = False

    def quantity(self, problem, x, xp):
        return xp.power(xp.sum(xp.abs(problem.gradient(x, xp))), self.power)


claim = Claim(
    id="border/last-norm",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L),),
    domain=(0 < alpha, alpha < 2 / L),
    measure=LastNorm(2),
    bound=V0 / (alpha * (1 - L * alpha / 2) * (k + 1)),
)
