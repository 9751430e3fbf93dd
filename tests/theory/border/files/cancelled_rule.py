# expect: not proved
"""Gradient descent written with a length that cancels: 0/0 wherever the gradient is 0, as after an exact step."""

from dataclasses import dataclass
from typing import Any

from signproof import Claim
from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu


@dataclass(frozen=True)
class Normalized(Algorithm):
    """x+ = x - alpha ||g|| (g / ||g||)."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        length = L2.norm(g, xp)
        return x - self.step_size * length * (g / length), memory


claim = Claim(
    id="border/cancelled-rule",
    algorithm=Normalized(alpha),
    assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=(1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
