# expect: supported or proved
"""A start within R in the maximum norm, squared: from beyond R the theorem says nothing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Le, Symbol
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.problems.base import BATCH, Problem
from signproof.theory.algorithms import SignGD
from signproof.theory.assumptions import Constant, Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import L, k
from signproof.theory.terms.vectors import iterate, norm, x_star

R = Symbol("R", real=True)


class StartsWithin(Constant):
    """||x_0 - x*||_inf^2 <= R^2."""

    largest = False
    points = 0
    words = "of a start within that distance"

    def statement(self):
        return Le(norm(Str("inf"), iterate(0) - x_star) ** 2, self.constant**2)


@dataclass(frozen=True, eq=False)
class Bowl(Problem):
    """f = x^2 / 2; its starts lie within `reach`."""

    reach: Any
    family = "bowls with starts at a known distance"
    shapes = ((1,),)
    scalable = ("reach",)

    def gradient(self, x, xp):
        return x

    def suboptimality(self, x, xp):
        return xp.sum(x * x) * xp.rational(1, 2)

    def constant(self, assumption):
        ones = np.ones(self.reach.shape[1:])
        end = {Smooth: ones, StartsWithin: self.reach[0]}.get(type(assumption))
        return None if end is None else Enclosure(end, end)

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        reach = np.round(rng.uniform(1, 20, (1, BATCH)))
        return cls(reach), reach * rng.uniform(-1, 1, (1, BATCH))


claim = Claim(
    id="border/start-beyond",
    algorithm=SignGD(1 / L),
    assumptions=(Smooth(L), StartsWithin(R)),
    measure=Suboptimality(),
    bound=L * R**2 / 2 + 1 / (2 * L) + 0 * k,
)
