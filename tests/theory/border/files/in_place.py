# expect: supported or proved
"""Scaled SignSGD written in place: a true theorem, by whatever way its rule is written."""

import dataclasses
from dataclasses import dataclass

from signproof.theory.algorithms import ScaledSignSGD
from signproof.theory.catalog import catalog


@dataclass(frozen=True)
class InPlace(ScaledSignSGD):
    """x -= alpha ||~g||_1 sign(~g), with ~g overwritten by the step."""

    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        length = self.norm.dual(g, xp)
        direction = self.norm.maximizer(g, xp)
        g -= g
        g += self.step_size * length * direction
        x -= g
        return x, memory


base = catalog()["own/theorem-2.1.repaired"]
claim = dataclasses.replace(base, id="border/in-place", algorithm=InPlace(base.algorithm.step_size), proof=None)
