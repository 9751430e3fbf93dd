"""Stochastic gradients with finitely many outcomes, drawn on a region of gradients where their constants are exact.

Mini-batches of a finite sum are of this kind: f = (1/n) sum of f_j with f_j(x) = sum over i of (h_ji / 2)
(x_i - a_ji)^2, so that grad f_j(x)_i = (h_ji / h_i) g_i - h_ji a_ji with h the mean of the h_j.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, pairwise, product
from math import comb, factorial, prod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from flint import arb

from signproof.checks.gradients.drawn import DrawnGradient
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.numbers.exact import rational

if TYPE_CHECKING:
    import jax


@dataclass(frozen=True)
class FiniteNoise(DrawnGradient):
    """~g_i = a_i g_i + s b_i where ||g||_1 <= s and |g_i| >= cut s, else g_i; (a, b) an outcome of the oracle.

    Arguments: the oracle, whose dimension is that of g; the cut, from 0 to 1. Raises ValueError if it lies elsewhere.
    """

    oracle: FiniteOracle
    cut: Fraction = Fraction(0)
    name: str = "finite noise"
    top: ClassVar[float] = 1.0  # type: ignore[misc]

    @property
    def words(self):
        where = f" and |g_i| >= {self.cut} s" if self.cut else ""
        return f"{self.name}, {len(self.oracle.probabilities)} outcomes, where ||g||_1 <= s{where}"

    def __post_init__(self):
        if not 0 <= self.cut <= 1:
            raise ValueError(f"the cut must lie between 0 (no cut) and 1 (the whole region), not {self.cut}")

    def dependence(self):
        rows = [*zip(self.oracle.probabilities, self.oracle.factors, self.oracle.offsets, strict=True)]
        joint: defaultdict[tuple, Fraction] = defaultdict(Fraction)
        single: list[defaultdict[tuple, Fraction]] = [defaultdict(Fraction) for _ in range(self.oracle.dimension)]
        for p, factors, offsets in rows:
            drawn = (*zip(factors, offsets, strict=True),)
            joint[drawn] += p
            for chances, one in zip(single, drawn, strict=True):
                chances[one] += p
        independent = all(
            joint[drawn] == prod(chances[one] for chances, one in zip(single, drawn, strict=True))
            for drawn in product(*single)
        )
        return "" if independent else "the coordinates are dependent"

    def variance(self, d: int) -> tuple[arb, arb]:
        # convex in g, so largest at a vertex +-s e_i of the region; there the noise of the others may be cut off
        vertices = [self._at(i, sign) for i in range(self.oracle.dimension) for sign in (1, -1)]
        high = max(self.oracle.variance(g) for g in vertices)
        return (self.coordinate_variance()[0] if self.cut else _ball(high)), _ball(high)

    def coordinate_variance(self):
        found = Fraction(0)  # convex in g_i, so largest where |g_i| = s
        for i, sign in product(range(self.oracle.dimension), (1, -1)):
            draws = self.oracle.outcomes(self._at(i, sign))
            found = max(found, sum((p * (draw[i] - sign) ** 2 for p, draw in draws), start=Fraction(0)))
        return _ball(found), _ball(found)

    def p_min(self):
        # between the g_i at which some outcome is 0 no sign changes; at such a g_i that outcome is not right
        least = Fraction(1)
        for i, sign in product(range(self.oracle.dimension), (1, -1)):
            rows = [(f[i], sign * b[i]) for f, b in zip(self.oracle.factors, self.oracle.offsets, strict=True)]
            bends = sorted({self.cut, Fraction(1), *(-b / f for f, b in rows if f and self.cut < -b / f < 1)})
            tried = [*bends, *((a + b) / 2 for a, b in pairwise(bends))]
            for size in tried:
                if size > 0:
                    right = (p for p, (f, b) in zip(self.oracle.probabilities, rows, strict=True) if f * size + b > 0)
                    least = min(least, sum(right, start=Fraction(0)))
        return _ball(least)

    def draw(self, key: jax.Array, shape: tuple[int, int]) -> tuple[jax.Array | float, jax.Array | float]:
        import jax
        import jax.numpy as jnp

        heights = np.cumsum([float(p) for p in self.oracle.probabilities])[:-1, None]
        outcome = jnp.sum(jax.random.uniform(key, shape[1:]) >= heights, axis=0)
        factors, offsets = (jnp.array(rows, float).T[:, outcome] for rows in (self.oracle.factors, self.oracle.offsets))
        return factors, offsets

    def _at(self, i: int, sign: int) -> list[Fraction]:
        return [Fraction(sign if n == i else 0) for n in range(self.oracle.dimension)]


def mini_batches(
    curvatures: Sequence[Sequence[Fraction]],
    centres: Sequence[Sequence[Fraction]],
    size: int,
    replace: bool = True,
) -> FiniteOracle:
    """The mean of `size` of the n gradients of a finite sum of quadratics, as a law given g = grad f(x).

    Arguments: h and a, n rows of d rationals each, h > 0; how many components are drawn, with the same probability
    each, with replacement or without. Every multiset of components is one outcome.
    Raises ValueError if the shapes differ, if the minimizer of f is not the origin (the mean of the h_ji a_ji is not
    0), or if there are no such mini-batches.
    """
    n = len(curvatures)
    if not n or len(centres) != n or len({len(row) for row in (*curvatures, *centres)}) != 1:
        raise ValueError("every component needs a curvature and a centre for each coordinate")
    if size < 1 or (not replace and size > n):
        raise ValueError(f"a mini-batch of {size} of {n} components{'' if replace else ' without replacement'}")
    mean = [sum(column, start=Fraction(0)) / n for column in zip(*curvatures, strict=True)]
    if min(min(row) for row in curvatures) <= 0:
        raise ValueError("the curvatures must be positive")
    factors = [[h / m for h, m in zip(row, mean, strict=True)] for row in curvatures]
    pulls = [[-h * a for h, a in zip(row, at, strict=True)] for row, at in zip(curvatures, centres, strict=True)]
    batches = combinations_with_replacement(range(n), size) if replace else combinations(range(n), size)
    probabilities, rows = [], []
    for batch in batches:
        orders = Fraction(factorial(size), prod(factorial(times) for times in Counter(batch).values()))
        probabilities.append(orders / n**size if replace else Fraction(1, comb(n, size)))
        rows.append([_mean(parts, batch) for parts in (factors, pulls)])
    return FiniteOracle(tuple(probabilities), tuple(row[0] for row in rows), tuple(row[1] for row in rows))


def _mean(rows: Sequence[Sequence[Fraction]], batch: tuple[int, ...]) -> tuple[Fraction, ...]:
    return tuple(sum(column, start=Fraction(0)) / len(batch) for column in zip(*(rows[j] for j in batch), strict=True))


def _ball(number: Fraction) -> arb:
    return arb(rational(number))
