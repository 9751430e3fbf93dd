"""Stochastic gradients that are drawn rather than enumerated, with what claims assume of them known at all points.

With g = grad f(x), and s > 0 the size of an instance's noise,

    ~g_i = a_i g_i + s b_i   where ||g||_1 <= top s and |g_i| >= cut s,   else g_i,

with (a, b) drawn from a law that depends on nothing. So noise is confined to a stated region of gradients, and the
variance and the least probability p_min that a sign is right are those on the region, wherever a run goes. With an
unlimited region p_min may be 1/2, and a claim that needs more says nothing of such noise.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from flint import arb

from signproof.checks.gradients.densities import StandardLaw
from signproof.checks.numbers.exact import Balls, rational
from signproof.checks.problems.constants import Enclosure, outward
from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentCoordinates,
    IndependentDraws,
    IndependentNormAndSigns,
    IndependentNormsAndVotes,
    NormSignMargin,
    OracleAssumption,
    SignMargin,
    Unbiased,
    VoteMargin,
)

if TYPE_CHECKING:
    import jax

KNOWN = (
    Unbiased,
    BoundedVariance,
    SignMargin,
    VoteMargin,
    NormSignMargin,
    IndependentNormAndSigns,
    IndependentNormsAndVotes,
    IndependentCoordinates,
    IndependentDraws,
)
"""What laws answer for; a class derived from one of them may say something else."""
BITS = 128
"""Precision of the constants before they are rounded outward to floats."""


class DrawnGradient(ABC):
    """A stochastic gradient ~g in R^d, drawn at random given g and s.

    `cut` and `top` are the ends of its region.
    """

    cut: Fraction = Fraction(0)
    top: float = math.inf

    @abstractmethod
    def draw(self, key: jax.Array, shape: tuple[int, int]) -> tuple[jax.Array | float, jax.Array | float]:
        """a and b on JAX, of a shape that goes with (d, runs), independently for each run."""

    @abstractmethod
    def variance(self, d: int) -> tuple[arb, arb]:
        """Balls below and above the least sigma^2 / s^2 with E||~g - g||_1^2 <= sigma^2 for all g.

        [scaled-sign, Assumption 4]
        """

    @abstractmethod
    def coordinate_variance(self) -> tuple[arb, arb]:
        """The same for E(~g_i - g_i)^2, the largest over i.  [signSGD; signprox, Assumption 2(d)]"""

    @abstractmethod
    def p_min(self) -> arb:
        """The infimum over all g, and all i with g_i != 0, of P(sign ~g_i = sign g_i).  [scaled-sign, Theorem 2]"""

    @property
    @abstractmethod
    def words(self) -> str:
        """What it is called."""

    def bias(self) -> str:
        """Why E ~g = g fails; empty if it holds, exactly."""
        return ""

    def spread(self) -> str:
        """Why E||~g - g||_1^2 is not bounded; empty if it is."""
        return ""

    def dependence(self) -> str:
        """Why the coordinates of ~g are not independent in two dimensions or more; empty if they are."""
        return ""

    def unmet(self, assumption: OracleAssumption, d: int) -> str:
        """Why an assumption does not hold whatever its constant, or is not known to; empty if it holds with some."""
        if type(assumption) not in KNOWN:
            return f"{type(assumption).__name__} is not known to hold"
        if isinstance(assumption, Unbiased):
            return self.bias()
        if isinstance(assumption, BoundedVariance):
            return self.spread()
        if isinstance(assumption, NormSignMargin | IndependentCoordinates | IndependentDraws) and d > 1:
            return self.dependence()
        if isinstance(assumption, IndependentNormAndSigns | IndependentNormsAndVotes):
            return "norm and signs are dependent"
        return ""

    def constant(self, assumption: OracleAssumption, d: int, workers: int = 1) -> Enclosure[float] | None:
        """Ends around the best constant: of sigma / s, of c = 2 p_min - 1 or of I_p at p_min; None if it has none.

        The lower end of a margin and the upper end of sigma are valid. (N) has the margin of the signs, as independent
        coordinates imply it (`own/theorem-2.1.independent`), and one coordinate does: g E[|~g| sign(~g)] = g^2.
        """
        with Balls(BITS) as balls:
            if isinstance(assumption, BoundedVariance):
                low, high = self.variance(d)
                return outward(balls.ends(low.sqrt())[0], balls.ends(high.sqrt())[1])
            if isinstance(assumption, SignMargin | NormSignMargin):
                return outward(*balls.ends(2 * self.p_min() - 1))
            if isinstance(assumption, VoteMargin):
                return outward(*balls.ends(vote_probability(self.p_min(), workers)))
        return None


def vote_probability(p: arb, workers: int) -> arb:
    """I_p(kappa, kappa) with kappa = floor((M + 1)/2), M the number of workers.  [scaled-sign, (41)]"""
    kappa = arb((workers + 1) // 2)
    return arb(1) if p == 1 else p.beta_lower(kappa, kappa, regularized=True)


@dataclass(frozen=True)
class AdditiveNoise(DrawnGradient):
    """~g_i = g_i + s xi_i where |g_i| >= cut s, else g_i. The xi_i are independent or, if `shared`, one and the same.

    Without a cut p_min is that near g_i = 0: 1/2, or more if xi has an atom at 0. Raises ValueError if the cut is
    negative.
    """

    law: StandardLaw
    cut: Fraction = Fraction(0)
    shared: bool = False

    def __post_init__(self):
        if self.cut < 0:
            raise ValueError(f"the cut below which there is no noise must be nonnegative, not {self.cut}")

    @property
    def words(self):
        where = f" where |g_i| >= {self.cut} s" if self.cut else ""
        return f"additive {self.law} noise{', one for all coordinates,' if self.shared else ''}{where}"

    def bias(self):
        return "" if self.law.has_mean else f"{self.law} noise has no mean"

    def spread(self):
        return "" if self.law.has_variance else f"{self.law} noise has no finite variance"

    def dependence(self):
        return "one noise for all coordinates makes them dependent" if self.shared else ""

    def variance(self, d: int) -> tuple[arb, arb]:
        square = self.law.square()
        total = d * d * square if self.shared else d * square + d * (d - 1) * self.law.size() ** 2
        return total, total

    def coordinate_variance(self):
        return self.law.square(), self.law.square()

    def p_min(self):
        return self.law.at_most(arb(rational(self.cut))) if self.cut else self.law.near_zero()

    def draw(self, key: jax.Array, shape: tuple[int, int]) -> tuple[jax.Array | float, jax.Array | float]:
        return 1.0, self.law.draw(key, (1, *shape[1:]) if self.shared else shape)


@dataclass(frozen=True)
class MultiplicativeNoise(DrawnGradient):
    """~g_i = g_i (1 + factor xi_i) where ||g||_1 <= s, else g_i. The xi_i are independent or, if `shared`, one.

    The sign is right as often everywhere in the region: P(xi < 1 / factor). The variance is largest at its border, and
    there at the vertices: E(sum of |g_i xi_i|)^2 is a convex function of the |g_i|. Raises ValueError if the factor is
    not positive.
    """

    law: StandardLaw
    factor: Fraction
    shared: bool = False
    top: ClassVar[float] = 1.0  # type: ignore[misc]

    def __post_init__(self):
        if not self.factor > 0:
            raise ValueError(f"the factor of the noise must be positive, not {self.factor}")

    @property
    def words(self):
        how = ", one for all coordinates," if self.shared else ""
        return f"multiplicative {self.law} noise of factor {self.factor}{how} where ||g||_1 <= s"

    bias, spread, dependence = AdditiveNoise.bias, AdditiveNoise.spread, AdditiveNoise.dependence

    def variance(self, d: int) -> tuple[arb, arb]:
        return self.coordinate_variance()

    def coordinate_variance(self):
        square = arb(rational(self.factor)) ** 2 * self.law.square()
        return square, square

    def p_min(self):
        return self.law.at_most(arb(rational(1 / self.factor)))

    def draw(self, key: jax.Array, shape: tuple[int, int]) -> tuple[jax.Array | float, jax.Array | float]:
        return 1 + float(self.factor) * self.law.draw(key, (1, *shape[1:]) if self.shared else shape), 0.0
