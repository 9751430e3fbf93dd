"""Where a bound is tight, where it is loose and where nothing meets its assumptions: over dimension, L/mu, step size.

The instances are quadratics with exactly the given dimension and L/mu in the maximum norm: 1/2 sum of h_i x_i^2 with
whole numbers h_i that sum to L, of which mu is the least. There are none of these for L < d mu. Where only the PL
inequality is assumed, some of the h_i are 0 there: f does not depend on those coordinates, and with m others L >= m mu
will do. Their square roots are rounded, so that L/mu is met within rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from signproof.checks.kind import kind_of
from signproof.checks.posing import domain
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import THETAS, Range, Unsupported
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.trials.ascent import ascend
from signproof.checks.trials.batch import compare, prepare, promises_decrease
from signproof.checks.trials.tightness import Best, first_shares, ratios
from signproof.theory.assumptions.objective import Constant, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.elaboration.automatic import prove
from signproof.theory.misuse import Misuse
from signproof.theory.norms import LINF
from signproof.theory.proof_steps import Certificate

STEPS = 32
"""Steps of a run, where not the first one alone is compared."""
LARGEST = 1000
"""Values up to which decimals are shown."""
NONE = "none found among quadratics"
DIMENSION_THEOREM = "own/theorem-1.dimension"
"""Proves that smoothness and strong convexity in the maximum norm force L >= d mu."""


class NoMap(Misuse):
    """What was asked for has no map of tightness; the message is one line that says why."""


@dataclass(frozen=True)
class Cell:
    """One place of the map.

    Attributes: the dimension; L/mu; the position of the step size, or of whatever parameter comes first, in its range;
    the largest value found there, a lower end, or None; the instance that has it; if there is none, why, and whether
    it is proved that there can be none.
    """

    dimension: int
    ratio: Fraction
    theta: str
    value: float | None
    instance: str = ""
    reason: str = ""
    excluded: bool = False

    @property
    def text(self) -> str:
        """The value; "none" where it is proved that there is no instance, "?" where none is known."""
        if self.value is None:
            return "none" if self.excluded else "?"
        return f"{self.value:.4f}" if self.value < LARGEST else f"{self.value:.0e}"

    def data(self) -> dict[str, Any]:
        """As JSON, rationals as strings."""
        return vars(self) | {"ratio": str(self.ratio), "text": self.text}


def tightness_map(
    claim: Claim,
    dimensions: Sequence[int],
    ratios: Sequence[Fraction | int],
    thetas: Sequence[str] = THETAS,
    seed: int = 0,
) -> list[Cell]:
    """The tightness of a bound for each dimension, each L/mu and each position of the step size in its range.

    Arguments: a bound claim on smooth functions in the maximum norm, or in every norm; dimensions; values of L/mu;
    positions in (0, 1) as rationals "p/q"; the seed of all randomness.
    Returns cells in the order of the arguments, the positions last. Their values are what `Tightness` is: the promised
    first-step decrease divided by the actual one or, for bounds that do not start at V_0, the largest measured / bound.
    Raises NoMap for other claims and for dimensions, ratios or positions that are out of range.
    """
    return [*tightness_cells(claim, dimensions, ratios, thetas, seed)]


def tightness_cells(
    claim: Claim,
    dimensions: Sequence[int],
    ratios: Sequence[Fraction | int],
    thetas: Sequence[str] = THETAS,
    seed: int = 0,
) -> Iterator[Cell]:
    """The cells of `tightness_map`, each row of positions when it is there; what is out of range is said at once."""
    if not kind_of(claim).bounds_runs:
        raise NoMap(f"{claim.id} is not a bound on a run; a map of tightness needs one")
    _check(dimensions, ratios, thetas)
    try:
        posed = [case for case in cases(claim) if Smooth in map(type, _assumed(case))]
        ranges = domain.ranges(posed[-1]) if posed else []
    except Unsupported as unsupported:
        raise NoMap(f"{claim.id} cannot be tested: {unsupported}") from None
    if not posed:
        raise NoMap(f"{claim.id} does not assume smoothness in the maximum norm")
    rng = np.random.default_rng(seed)
    return (
        cell
        for d in dimensions
        for ratio in map(Fraction, ratios)
        for cell in _cells(posed[-1], ranges, d, ratio, thetas, rng)
    )


def _check(dimensions: Sequence[int], ratios: Sequence[Fraction | int], thetas: Sequence[str]) -> None:
    for d in dimensions:
        if d < 1:
            raise NoMap(f"{d} is not a dimension; use 1 or more")
    for ratio in map(Fraction, ratios):
        if not (ratio > 0 and ratio.numerator < 2**53):
            raise NoMap(f"L/mu = {ratio} is out of range; use a positive rational with a numerator below 2^53")
    for theta in thetas:
        if not 0 < Fraction(theta) < 1:
            raise NoMap(f"the position {theta} is not in (0, 1)")


def _cells(
    claim: Claim, ranges: list[Range], d: int, ratio: Fraction, thetas: Sequence[str], rng: np.random.Generator
) -> list[Cell]:
    """The cells of one dimension and one L/mu."""
    excluded = _excluded(claim, d, ratio)
    posed = None if excluded else _problems(claim, d, ratio, BATCH, rng)
    if posed is None:
        return [Cell(d, ratio, theta, None, reason=excluded or NONE, excluded=bool(excluded)) for theta in thetas]
    problem, h = posed
    size: int = h.shape[1]
    positions = {interval.symbol: rng.uniform(0.02, 0.98, size) for interval in ranges}
    turn = np.arange(size) % len(thetas)
    if ranges:
        positions[ranges[0].symbol] = np.array([float(Fraction(theta)) for theta in thetas])[turn]
    batch = prepare(claim, ranges, problem, _starts(h, d, rng), positions)
    if batch is None:  # its constants are not known
        return [Cell(d, ratio, theta, None, reason=NONE) for theta in thetas]
    score, steps = (first_shares, 1) if promises_decrease(claim) else (ratios, STEPS)
    values = score(compare(claim, batch, steps))
    cells = []
    for number, theta in enumerate(thetas):
        best = Best()
        best.offer(np.where(turn == number, values, np.nan), claim, ranges, batch)
        ascend(best, score, steps, rng, held=[ranges[0].symbol] if ranges else (), pinned=True)
        found = best.candidate is not None
        cells.append(Cell(d, ratio, theta, best.value if found else None, best.instance, "" if found else NONE))
    return cells


def _excluded(claim: Claim, d: int, ratio: Fraction) -> str:
    """Why nothing meets the assumptions there, if the kernel accepts the proof of it; else empty."""
    if ratio >= d or not {Smooth, StronglyConvex} <= set(map(type, _assumed(claim))):
        return ""
    return f"no instance: L >= d mu ({DIMENSION_THEOREM}, proved)" if _dimension_theorem_is_proved() else ""


@cache
def _dimension_theorem_is_proved() -> bool:
    return isinstance(prove(catalog()[DIMENSION_THEOREM]), Certificate)


def _assumed(claim: Claim) -> list[Constant]:
    """What is assumed of the objective in the maximum norm."""
    return [part for part in claim.assumptions if isinstance(part, Constant) and part.norm is LINF]


def _problems(
    claim: Claim, d: int, ratio: Fraction, size: int, rng: np.random.Generator
) -> tuple[Problem, np.ndarray] | None:
    """A batch with that dimension and L/mu, and its positive h_i, shape (m, size); None if none is known."""
    mu, L = ratio.denominator, ratio.numerator
    m = min(d, L // mu)
    if m < 1 or (m == 1 and L > mu):
        return None
    h = _splits(mu, L, m, size, rng)
    if m == d:
        return DiagonalQuadratic(h), h
    if StronglyConvex in map(type, _assumed(claim)):
        return None
    factor = np.zeros((m, d, size))
    factor[np.arange(m), np.arange(m)] = np.sqrt(h)
    return LeastSquares(factor), h


def _splits(mu: int, L: int, m: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers of which mu is the first and the least and L the sum, shape (m, size): even at first, then any."""
    if m == 1:
        return np.full((1, size), float(mu))
    rest = L - m * mu
    weights = rng.dirichlet(np.full(m - 1, 0.5), size).T
    weights[:, : size // 2] = 1 / (m - 1)
    shares = np.floor(weights * rest)
    shares[0] += rest - shares.sum(axis=0)
    return np.vstack([np.full((1, size), float(mu)), mu + shares])


def _starts(h: np.ndarray, d: int, rng: np.random.Generator) -> np.ndarray:
    """Starts in R^d: a third with a gradient of nearly one coordinate, a third corners of a cube, a third at random."""
    m, size = h.shape
    gradient = rng.standard_normal((m, size))
    tight = rng.choice([-1, 1], (m, size)) * 10 ** rng.uniform(-14, -10, size)
    tight[0] = 1.0
    kind = rng.integers(0, 3, size)
    x = np.zeros((d, size))
    x[:m] = np.choose(kind, [tight / h, np.sign(gradient), gradient / h])
    return x
