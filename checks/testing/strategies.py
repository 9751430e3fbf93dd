"""Hypothesis strategies for tests of optimizers: problems, starts, step sizes and stochastic gradients.

One example is a batch. A strategy draws the few parameters of a batch (its family, shape, seed and spread), the
batch is drawn from them, and the engine runs all its instances at once; so shrinking acts on those few parameters,
towards the first family, its first shape, seed 0 and well-conditioned problems. A violation is turned into an instance
with simple rational numbers and replayed exactly before it counts, and the failure prints that witness ready to
paste. To test your own method:

    from dataclasses import dataclass
    from typing import Any

    from hypothesis import given
    from signproof import Claim
    from signproof.checks.testing.strategies import holds, problems, step_sizes
    from signproof.theory.algorithms import Algorithm
    from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
    from signproof.theory.measures import Suboptimality
    from signproof.theory.symbols import V0, L, alpha, k, mu

    @dataclass(frozen=True)
    class Mine(Algorithm):
        step_size: Any

        def update(self, x, gradient, memory, xp):
            g = gradient(x)
            return x - self.step_size * xp.sum(xp.abs(g)) * xp.sign(g), memory

    claim = Claim(
        id="mine/rate",
        algorithm=Mine(alpha),
        assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
        domain=(0 < alpha, alpha < 2 / L),
        measure=Suboptimality(),
        bound=(1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
    )

    @given(problems(claim), step_sizes(claim))
    def test_rate(sample, thetas):
        holds(claim, sample, thetas)

The first run of each shape is compiled, which takes longer than the 200 ms that Hypothesis usually allows an example:
importing this file sets no deadline instead, unless another one than the usual has been set (`no_deadline`).

A method that is not an update rule, such as one from another library, is tested on the arrays of a sample:
`sample.start`, `sample.gradient(x)`, `sample.suboptimality(x)` and the constants that
`sample.problem.constant(Smooth(1))` encloses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, cast

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from sympy import Symbol

from signproof.checks.facts.families import believed
from signproof.checks.gradients.densities import Gaussian, Laplace, SparseGaussian, StudentT, Uniform
from signproof.checks.gradients.drawn import AdditiveNoise, DrawnGradient, MultiplicativeNoise
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.gradients.finite_drawn import FiniteNoise
from signproof.checks.kind import kind_of
from signproof.checks.posing import domain
from signproof.checks.posing.cases import cases
from signproof.checks.posing.domain import Unsupported
from signproof.checks.posing.special import special
from signproof.checks.problems.base import Problem, convexity, known
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.replay.witness import Witness
from signproof.checks.trials.batch import Comparison, compare, confirm, prepare
from signproof.checks.trials.tally import PROFILES
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz
from signproof.theory.assumptions.start import MinimizerSize, StartDistance, StartSize
from signproof.theory.claim import Claim

SEEDS = 2**16
"""How many batches there are of each shape and spread."""
SPREADS = 16
"""How many spreads there are besides 0."""
STEPS = PROFILES["quick"].steps
"""Default length of a run, the same as in `verify`, so that the two share compiled code."""
USUAL_DEADLINE = timedelta(milliseconds=200)
"""Hypothesis's own."""
Thetas = Mapping[Symbol, Fraction]
"""The position of each free parameter of a claim in its range, between 0 and 1."""


def no_deadline() -> None:
    """Replace Hypothesis's usual deadline of 200 ms by none; one that somebody has chosen stays."""
    if settings.default is not None and settings.default.deadline == USUAL_DEADLINE:
        settings.register_profile("signproof", settings.default, deadline=None)
        settings.load_profile("signproof")


no_deadline()


class Violation(AssertionError):
    """A claim is broken; `witness` is the instance, and the message contains it ready to paste."""

    def __init__(self, witness: Witness):
        self.witness = witness
        data = json.dumps(witness.to_json(), ensure_ascii=False)
        super().__init__(
            f"{witness.claim.id} is broken: {witness.describe()}\n"
            f"the witness, replayed {'exactly' if witness.level == 'exact' else 'in balls'}:\n{data}\n"
            f"to replay it:\n"
            f"from signproof.checks.replay.witness import from_json\n"
            f"print(from_json({data}, {{}}).replay())"
        )


@dataclass(frozen=True)
class Sample:
    """A batch, given by the few parameters it is drawn from: equal parameters give equal batches.

    Arguments: a family; one of its shapes; a seed; the spread, from 0 (well conditioned) to 1 (as extreme as the
    family allows).
    """

    family: type[Problem]
    shape: tuple[int, ...]
    seed: int = 0
    spread: float = 0.0

    @cached_property
    def _batch(self) -> tuple[Problem, np.ndarray]:
        return self.family.batch(self.shape, np.random.default_rng(self.seed), self.spread)

    @property
    def problem(self) -> Problem:
        """The objectives, one for each entry of the last axis."""
        return self._batch[0]

    @property
    def start(self) -> np.ndarray:
        """A start for each instance, shape (d, batch); the minimizer is the origin."""
        return self._batch[1]

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """The gradients at points of shape (d, batch), in 64-bit floats."""
        return _in_floats(self.problem.gradient, x)

    def suboptimality(self, x: np.ndarray) -> np.ndarray:
        """`f(x) - f*` at points of shape (d, batch), as an array of shape (batch,), in 64-bit floats."""
        return _in_floats(self.problem.suboptimality, x)

    def __repr__(self):
        return f"Sample({self.family.__name__}, {self.shape}, seed={self.seed}, spread={self.spread})"


@dataclass(frozen=True)
class Start:
    """Starting points, given by a seed and a size: normal numbers times `scale`, some of them exactly zero.

    The zeros are deliberate: random points never show what goes wrong where a gradient entry vanishes.
    """

    seed: int = 0
    scale: float = 1.0
    zeros: float = 0.0

    def at(self, shape: tuple[int, int]) -> np.ndarray:
        """The points, shape (d, batch); none has all its coordinates zero."""
        rng = np.random.default_rng(self.seed)
        d, batch = shape
        points = self.scale * rng.standard_normal(shape)
        gone = rng.random(shape) < self.zeros
        gone[rng.integers(0, d, batch), np.arange(batch)] = False
        return np.where(gone, 0.0, points)


def quadratics() -> st.SearchStrategy[Sample]:
    """Samples of convex quadratics: diagonal, dense and rank-deficient."""
    return samples((DiagonalQuadratic, LeastSquares))


def pl_problems() -> st.SearchStrategy[Sample]:
    """Samples of all families with a known Polyak-Lojasiewicz constant (in the maximum norm)."""
    return _meeting(families(), [(PolyakLojasiewicz(1),)], "a Polyak-Lojasiewicz constant")


def problems(claim: Claim) -> st.SearchStrategy[Sample]:
    """Samples of all families that can supply the constants of all of a claim's assumptions, in one of its cases.

    Raises ValueError if there is none, or if the claim is not about a run on an objective with constants.
    """
    cases = [cast(tuple[Constant, ...], posed.assumptions) for posed in _posed(claim)]
    return _meeting(believed(claim), cases, f"what {claim.id} assumes")


def samples(of: Iterable[type[Problem]], spread: float = 1.0) -> st.SearchStrategy[Sample]:
    """Samples of the given families, with spreads up to the given one."""
    return _drawn([(family, shape) for family in of for shape in family.shapes], spread)


def step_sizes(claim: Claim) -> st.SearchStrategy[dict[Symbol, Fraction]]:
    """Positions of a claim's free parameters (say, of alpha) in their ranges, one for the whole batch.

    The ranges depend on each problem's constants; the positions do not. Shrinks towards 1/2.
    Raises ValueError if the claim's domain cannot be solved for its parameters.
    """
    symbols = dict.fromkeys(interval.symbol for posed in _posed(claim) for interval in _ranges(posed))
    hundredths = [Fraction(n, 100) for n in range(1, 100)]
    position = st.sampled_from(sorted(hundredths, key=lambda theta: abs(theta - Fraction(1, 2))))
    return st.fixed_dictionaries(dict.fromkeys(symbols, position))


def starts() -> st.SearchStrategy[Start]:
    """Starting points that `holds` takes in place of a sample's own."""
    exponents = st.integers(-8, 3)
    return st.builds(
        Start, st.integers(0, SEEDS - 1), exponents.map(lambda n: 10.0**n), st.sampled_from((0.0, 0.25, 0.75))
    )


@st.composite
def oracles(draw: st.DrawFn, d: int, outcomes: int = 4) -> FiniteOracle:
    """Unbiased stochastic gradients in R^d with a few outcomes and rational probabilities.

    They are plain data with an exact sigma^2 and p_min at every point, for testing claims about stochastic methods and
    lemmas about expectations without sampling error. Shrinks towards the gradient itself.
    """
    n = draw(st.integers(1, outcomes))
    if n == 1:
        return FiniteOracle.exact(d)
    weights = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    number = st.fractions(-10, 10, max_denominator=4)

    def rows(usual: int) -> Any:
        row = st.lists(st.just(Fraction(usual)) | number, min_size=d, max_size=d)
        return draw(st.lists(row, min_size=n - 1, max_size=n - 1))

    probabilities = [Fraction(weight, sum(weights)) for weight in weights]
    return FiniteOracle.unbiased(probabilities, rows(1), rows(0))


def drawn_gradients(d: int) -> st.SearchStrategy[DrawnGradient]:
    """Sampled unbiased stochastic gradients in R^d: Gaussian, uniform, Laplace, Student-t and sparse noise,
    added or multiplied, and finite noise. Their sigma^2 (unless a Student-t has none) and p_min are enclosed on their
    region.

    Shrinks towards additive Gaussian noise.
    """
    cuts = st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1)])
    laws = st.one_of(
        st.sampled_from([Gaussian(), Uniform(), Laplace()]),
        st.builds(SparseGaussian, st.fractions(Fraction(1, 8), 1, max_denominator=8)),
        st.builds(StudentT, st.fractions(Fraction(3, 2), 8, max_denominator=2)),
    )
    factors = st.fractions(Fraction(1, 4), 3, max_denominator=4)
    return st.one_of(
        st.builds(AdditiveNoise, laws, cuts, st.booleans()),
        st.builds(MultiplicativeNoise, laws, factors, st.booleans()),
        st.builds(FiniteNoise, oracles(d), cuts),
    )


def holds(
    claim: Claim, sample: Sample, thetas: Thetas, start: Start | None = None, steps: int = STEPS
) -> list[Comparison]:
    """Run a claim's method on a batch; fail if the bound is broken on an instance.

    Arguments: the claim, a sample and positions of its parameters, as `problems(claim)` and `step_sizes(claim)` draw
    them; starts other than the sample's; how long to run.
    Returns measure and bound along the runs for each of the claim's cases (`trials.cases`) that the sample meets.
    Raises Violation, with the witness, if a violation was confirmed by exact replay; unconfirmed ones are ignored.
    Raises ValueError if the sample meets no case.
    """
    points = sample.start if start is None else start.at(sample.start.shape)
    found = []
    for posed in _posed(claim):
        ranges = _ranges(posed)
        positions = {interval.symbol: np.full(points.shape[1], float(thetas[interval.symbol])) for interval in ranges}
        batch = prepare(posed, ranges, sample.problem, points, positions)
        if batch is None:
            continue
        comparison = compare(posed, batch, steps)
        if comparison.broken.any():
            witness, _ = confirm(posed, ranges, batch, comparison)
            if witness is not None:
                raise Violation(witness)
        found.append(comparison)
    if not found:
        raise ValueError(f"{sample} does not meet what {claim.id} assumes; draw it from problems(claim)")
    return found


@cache
def _posed(claim: Claim) -> list[Claim]:
    try:
        if not kind_of(claim).bounds_runs:
            raise Unsupported(f"a claim of kind {claim.kind!r} has no runs")
        return cases(claim)
    except Unsupported as unsupported:
        raise ValueError(f"no samples for {claim.id}: {unsupported}") from None


@cache
def _ranges(claim: Claim) -> list[domain.Range]:
    try:
        return domain.ranges(claim)
    except Unsupported as unsupported:
        raise ValueError(f"no step sizes for {claim.id}: {unsupported}") from None


def _meeting(tried: list[type[Problem]], cases: list[tuple[Constant, ...]], what: str) -> st.SearchStrategy[Sample]:
    buckets = [(family, shape) for family in tried for shape in family.shapes]
    found = [bucket for bucket in buckets if any(_meets(*bucket, assumptions) for assumptions in cases)]
    if not found:
        raise ValueError(f"no family of problems meets {what}")
    return _drawn(found, 1.0)


@cache
def _meets(family: type[Problem], shape: tuple[int, ...], assumptions: tuple[Constant, ...]) -> bool:
    problem = Sample(family, shape).problem

    def met(assumption: Constant) -> bool:
        said = special(assumption)
        if isinstance(said, Convex):
            return bool(np.all(convexity(problem)))
        read_off = isinstance(said, StartDistance | StartSize | MinimizerSize)  # R is that of start or minimizer
        return read_off or known(problem, assumption) is not None

    return all(map(met, assumptions))


def _drawn(buckets: list[tuple[type[Problem], tuple[int, ...]]], spread: float) -> st.SearchStrategy[Sample]:
    return st.builds(
        lambda bucket, seed, spread: Sample(bucket[0], bucket[1], seed, spread),
        st.sampled_from(buckets),
        st.integers(0, SEEDS - 1),
        st.integers(0, SPREADS).map(lambda n: spread * n / SPREADS),
    )


def _in_floats(function: Any, x: np.ndarray) -> np.ndarray:
    import jax

    from signproof.checks.numbers.arrays import FLOATS

    with jax.enable_x64(True):
        return np.asarray(function(np.asarray(x, dtype=float), FLOATS))
