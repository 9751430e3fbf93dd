# expect: refused
"""SignSGD that does not say that it draws, with assumptions on its draws: it would be proved for exact gradients."""

from dataclasses import dataclass
from typing import Any

from sympy import Symbol

from signproof import Claim
from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import Smooth
from signproof.theory.assumptions.gradients import SignMargin, Unbiased
from signproof.theory.measures import MinDualGradientNorm
from signproof.theory.symbols import V0, L, alpha, k

c = Symbol("c", real=True)


@dataclass(frozen=True)
class ScaledSign(Algorithm):
    """x+ = x - alpha ||~g||_1 sign(~g)."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        draw = gradient(x)
        return x - self.step_size * xp.dual_norm("inf", draw) * xp.sign(draw), memory


claim = Claim(
    id="border/unmarked-noise",
    algorithm=ScaledSign(alpha),
    assumptions=(Smooth(L), Unbiased(), SignMargin(c)),
    domain=(0 < alpha, alpha < 2 / L, c > 0),
    measure=MinDualGradientNorm(2),
    bound=V0 / (alpha * (1 - L * alpha / 2) * (k + 1)),
)
