# expect: open or supported or proved
"""A family whose PL constant is that of another norm: what it makes of a true theorem says nothing of the theorem."""

from dataclasses import dataclass
from typing import Any

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.problems.base import BATCH, Problem, nearest
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu


@dataclass(frozen=True, eq=False)
class Valley(Problem):
    """f(x) = 1/2 sum of h_i x_i^2."""

    heights: Any

    family = "valleys"
    shapes = ((2,),)
    convex = True

    def gradient(self, x, xp):
        return self.heights * x

    def suboptimality(self, x, xp):
        return xp.sum(self.heights * x * x) * xp.rational(1, 2)

    def constant(self, assumption):
        h = self.heights
        end = {Smooth: h.max(axis=0), PolyakLojasiewicz: h.sum(axis=0)}.get(type(assumption))
        return None if end is None else Enclosure(end, end)

    def exact_constant(self, assumption):
        return {Smooth: max, PolyakLojasiewicz: sum}.get(type(assumption), lambda h: None)(self.heights)

    def rounded(self, denominator):
        return Valley(nearest(self.heights, denominator))

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        return cls(10 ** rng.uniform(-1, 1, (*shape, BATCH))), rng.standard_normal((*shape, BATCH))


claim = Claim(
    id="border/wrong-constant",
    algorithm=GradientDescent(alpha),
    assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
    domain=(0 < alpha, alpha <= 1 / L),
    measure=Suboptimality(),
    bound=V0 * (1 - mu * alpha) ** k * (2 * k + 1) / (k + 1),
)
