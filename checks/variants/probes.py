"""Special instances, on purpose: where rules have caps, floors and cases, which random instances never meet.

All are diagonal quadratics, for which constants are known in any dimension: gradients with zero, equal, tiny and huge
coordinates, starts on axes, ill-conditioned ones, and f and x stretched by powers of 2, which keep every number a float
that is as exact as before. Some are followed on balls for as many steps as all others, and compared there; others are
run in floats, which cost little, far longer and in more dimensions: what looks broken in those is replayed exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from sympy import Symbol

from signproof.checks.posing.domain import Range
from signproof.checks.problems.base import BATCH
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.trials.batch import Comparison

FAR = 1000
"""Steps of the long runs in floats."""
SHAPES = ((1, 36), (2, 150), (8, BATCH))
"""Dimensions and sizes of the batches on balls: those of the family's own, so that their runs are compiled already."""
DIMENSIONS = (1, 3, 16, 128)
"""Dimensions of the long runs."""
LONG = 120
"""Instances of a batch of long runs."""
POSITIONS = (0.5, 0.75, 0.9, 0.01, 0.99, 0.05, 0.25, 0.1, 0.95)
"""Positions of the step size in its range, in turn."""
WIDE = (0, -20, 20, -40, 40, -60, 60, -110, 110, -200, 200, -400, 400)
"""Powers of 2 by which f is stretched, and x while the values of f stay far within the floats."""
NARROW = (0, -20, 20, -40, 40, -60, 60)
"""The same in dtypes with the exponents of float32."""
CURVATURES = (1.0, 10.0, 1e4, 2.0**40)
"""Conditions of the instances, in turn."""
LARGEST_VALUE = 700
"""The largest size of the power of 2 by which values and curvature of f are stretched."""
COARSE = 16
"""Units in the last place that a run in a narrow dtype may leave of its measure in any step."""
NOISE, VANISHED = 1e-6, 1e-12
"""What a comparison in floats has to exceed the bound by, relative to it and to the measure one step before."""


@dataclass(frozen=True)
class Scale:
    """f(x) becomes 2^height f(x / 2^width)."""

    height: int
    width: int

    def fits(self, most: int, values: int) -> bool:
        """Whether x and the gradient are stretched by 2^most at the most, values and curvature by 2^values."""
        curvature, slope = self.height - 2 * self.width, self.height - self.width
        return max(abs(self.height), abs(curvature)) <= values and max(abs(slope), abs(self.width)) <= most


def scales(narrow: bool) -> list[Scale]:
    """How f and x are stretched, not at all first."""
    powers = NARROW if narrow else WIDE
    most, values = max(powers), max(powers) if narrow else LARGEST_VALUE
    found = [Scale(height, width) for width in powers for height in powers]
    return [scale for scale in found if scale.fits(most, values)]


def special(
    d: int, size: int, stretched: list[Scale], rng: np.random.Generator
) -> tuple[DiagonalQuadratic, np.ndarray]:
    """A batch of special instances in d dimensions, a start for each.

    Arguments: the dimension; how many; how f and x are stretched, in turn; a generator.
    """
    index = np.arange(size)
    condition = np.array(CURVATURES)[index // 2 % len(CURVATURES)]
    ladder = np.linspace(0, 1, d)[:, None] if d > 1 else np.zeros((1, 1))
    diagonal = np.exp2(np.round(np.log2(condition) * ladder))
    order = np.where(index % 2, -1, 1)  # the flattest coordinate first, or the steepest
    diagonal = np.where(order > 0, diagonal, diagonal[::-1])
    gradients = _gradients(d, rng)
    slope = np.stack([gradients[number % len(gradients)] for number in index // 3], axis=1)
    slope = slope * rng.choice([-1.0, 1.0], (d, size))
    chosen = [stretched[number % len(stretched)] for number in range(size)]
    height, width = (np.array([getattr(scale, name) for scale in chosen]) for name in ("height", "width"))
    start = np.ldexp(slope / diagonal, width)
    return DiagonalQuadratic(np.ldexp(diagonal, height - 2 * width)), start


def _gradients(d: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Slopes without signs: one coordinate only, all alike, tight, half of them zero, tiny and huge ones, any."""
    first, last = np.zeros(d), np.zeros(d)
    first[0] = last[-1] = 1.0
    half = np.where(np.arange(d) % 2 == 0, 1.0, 0.0)
    tight = np.where(np.arange(d) == 0, 1.0, 2.0**-20)
    huge = np.where(np.arange(d) == d - 1, 2.0**30, 1.0)
    ladder = np.exp2(np.round(-np.linspace(0, 60, d)))
    return [first, np.ones(d), tight, last, half, huge, ladder, np.abs(rng.standard_normal(d)) + 2.0**-10]


def placed(ranges: list[Range], size: int, rng: np.random.Generator) -> dict[Symbol, np.ndarray]:
    """Positions of the parameters: of the first one those of POSITIONS, in turn."""
    thetas = {interval.symbol: rng.uniform(0.02, 0.98, size) for interval in ranges}
    if ranges:
        thetas[ranges[0].symbol] = np.array(POSITIONS)[np.arange(size) % len(POSITIONS)]
    return thetas


def on_balls(narrow: bool, rng: np.random.Generator) -> Iterator[tuple[DiagonalQuadratic, np.ndarray]]:
    """Batches to be followed on balls."""
    stretched = scales(narrow)
    for d, size in SHAPES:
        shifted = [stretched[number] for number in rng.permutation(len(stretched))]
        yield special(d, size, stretched[:1] + shifted, rng)


def in_floats(rng: np.random.Generator) -> Iterator[tuple[DiagonalQuadratic, np.ndarray]]:
    """Batches for long runs, not stretched: their values fall far anyway."""
    for d in DIMENSIONS:
        yield special(d, LONG, [Scale(0, 0)], rng)


def looks_broken(found: Comparison) -> np.ndarray:
    """Where floats exceed the bound by more than their own rounding explains, shape (steps + 1, batch)."""
    measured, limit = found.measured[0], found.limit[1]
    with np.errstate(all="ignore"):
        before = np.concatenate([measured[:1], measured[:-1]])
        return found.asked & (measured > limit * (1 + NOISE) + VANISHED * np.abs(before))


def falls_behind(found: Comparison, dtype: str) -> np.ndarray:
    """Where a run in a narrow dtype has not made half of the progress that is promised, shape (steps + 1, batch).

    Progress is measured by logarithms, so that twice the steps would do. What one step cannot resolve, COARSE units in
    the last place of what was measured before it, is not asked for.
    """
    measured, limit = found.measured[0], np.maximum(found.limit[1], 0.0)
    unit = 2.0 ** -(int(jnp.finfo(dtype).nmant) + 1)
    with np.errstate(all="ignore"):
        before = np.concatenate([measured[:1], measured[:-1]])
        resolved = np.maximum(limit, COARSE * unit * before)
        halfway = np.sqrt(resolved) * np.sqrt(measured[0])
        return found.asked & (measured > np.maximum(halfway, resolved))
