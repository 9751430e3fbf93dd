"""Continuous and mini-batch noise: each constant by an independent route, and what a law does not meet."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import jax
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import betainc
from sympy import Symbol

from signproof.checks.gradients.densities import Gaussian, Laplace, SparseGaussian, StudentT, Uniform
from signproof.checks.gradients.drawn import AdditiveNoise, MultiplicativeNoise, vote_probability
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.gradients.finite_drawn import FiniteNoise, mini_batches
from signproof.checks.posing.domain import Unsupported
from signproof.checks.testing.strategies import drawn_gradients
from signproof.checks.trials.drawn_noise import margins
from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentCoordinates,
    IndependentDraws,
    IndependentNormAndSigns,
    NormSignMargin,
    SignMargin,
    Unbiased,
    VoteMargin,
)
from signproof.theory.catalog import catalog
from signproof.theory.symbols import sigma

c, I_p = Symbol("c", real=True), Symbol("I_p", real=True)
CONTINUOUS = {
    Gaussian(): stats.norm(),
    Uniform(): stats.uniform(-1, 2),
    Laplace(): stats.laplace(),
    StudentT(F(5)): stats.t(5),
    StudentT(F(5, 2)): stats.t(2.5),
}
LAWS = [*CONTINUOUS, SparseGaussian(F(1, 4))]


def holds(ball: arb, value: float, relative: float = 1e-9):
    assert abs(float(ball.mid()) - value) <= relative * abs(value) + float(ball.rad())


@pytest.mark.parametrize("law", CONTINUOUS, ids=str)
def test_distribution_function_and_moments_are_scipys(law):
    reference = CONTINUOUS[law]
    for t in (1e-3, 0.25, 0.9, 1.0, 2.5):
        holds(law.at_most(arb(t)), reference.cdf(t))
    assert law.near_zero() == F(1, 2).numerator / 2
    upper = reference.support()[1]
    holds(law.size(), 2 * integrate.quad(lambda t: t * reference.pdf(t), 0, upper)[0], 1e-6)
    holds(law.square(), reference.var(), 1e-9)


def test_sparse_noise_is_a_mixture():
    law, share = SparseGaussian(F(1, 4)), 0.25
    holds(law.at_most(arb(1)), share * stats.norm.cdf(1) + 1 - share)
    holds(law.near_zero(), share / 2 + 1 - share)
    holds(law.size(), share * np.sqrt(2 / np.pi))
    holds(law.square(), share)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_draws_have_the_law_that_the_constants_are_of(law):
    """The distribution function at five points, at 6 standard errors, and signs as often up as down."""
    with jax.enable_x64(True):
        drawn = np.asarray(law.draw(jax.random.key(1), (2, 20_000))).ravel()
    for t in (0.1, 0.5, 0.9, 1.5, 3.0):
        p = float(law.at_most(arb(t)).mid())
        assert abs((drawn <= t).mean() - p) <= 6 * np.sqrt(p * (1 - p) / drawn.size)
        assert abs((drawn >= -t).mean() - p) <= 6 * np.sqrt(p * (1 - p) / drawn.size)
    assert abs(np.sign(drawn).sum()) <= 6 * np.sqrt(drawn.size)


def of_run(oracle, g, s, seed=0, runs=200_000):
    """~g at one g, drawn many times, shape (d, runs)."""
    from signproof.checks.runs.drawn import _Drawing

    g = np.broadcast_to(np.asarray(g, float)[:, None], (len(g), runs))
    with jax.enable_x64(True):
        pair = oracle.draw(jax.random.key(seed), g.shape)
        region = (float(oracle.cut), float(oracle.top))

        class Here:
            def gradient(self, x, xp):
                return x

        return np.asarray(_Drawing(Here(), s, region, [pair]).gradient(g))


DRAWN = [
    (AdditiveNoise(Gaussian(), F(1, 2)), (0.5, -0.25)),
    (AdditiveNoise(Laplace(), F(1, 4), shared=True), (0.25, -0.125)),
    (AdditiveNoise(SparseGaussian(F(1, 4))), (0.01, -2.0)),
    (MultiplicativeNoise(Gaussian(), F(1)), (0.5, 0.0)),
    (MultiplicativeNoise(Uniform(), F(2), shared=True), (0.0, -0.5)),
]


@pytest.mark.parametrize(("oracle", "g"), DRAWN, ids=str)
def test_what_is_drawn_meets_the_constants_and_attains_them(oracle, g):
    """At a g of the region where they are attained: sigma^2 at a vertex, p_min at the cut."""
    s = 0.5
    drawn, g = of_run(oracle, g, s), np.array(g)[:, None]
    error = drawn - g
    noise = error.std(axis=1) / np.sqrt(drawn.shape[1])
    assert (np.abs(error.mean(axis=1)) <= 6 * noise + 1e-15).all()  # unbiased
    squares = np.abs(error).sum(axis=0) ** 2
    low, high = (float(end.mid()) for end in oracle.variance(2))
    spread = 6 * squares.std() / np.sqrt(len(squares))
    assert squares.mean() <= high * s**2 + spread
    right = [(np.sign(drawn[i]) == np.sign(g[i])).mean() for i in range(2) if g[i] != 0]
    p = float(oracle.p_min().mid())
    assert min(right) >= p - 6 * np.sqrt(p * (1 - p) / drawn.shape[1])
    if not (isinstance(oracle, AdditiveNoise) and oracle.cut == F(1, 2)):  # there the second coordinate is exact
        assert squares.mean() >= low * s**2 * 0.9 - spread


def test_beyond_its_region_a_stochastic_gradient_is_the_gradient():
    for oracle in (AdditiveNoise(Gaussian(), F(1, 2)), MultiplicativeNoise(Gaussian(), F(1))):
        g = (0.24, -0.2) if oracle.cut else (0.3, -0.3)
        assert (of_run(oracle, g, 0.5, runs=4) == np.array(g)[:, None]).all()


BATCHES = (
    [(F(1), F(2)), (F(2), F(1)), (F(3), F(3))],
    [(F(1, 2), F(1, 4)), (F(1, 2), F(-1, 2)), (F(-1, 2), F(0))],
)


@pytest.mark.parametrize("replace", [True, False])
def test_mini_batches_are_means_of_component_gradients(replace):
    """Every sequence of draws on its own, with the gradients of the components at a point."""
    curvatures, centres = BATCHES
    oracle = mini_batches(curvatures, centres, 2, replace)
    mean = [sum(column) / 3 for column in zip(*curvatures, strict=True)]
    x = (F(3), F(-2))
    g = tuple(h * e for h, e in zip(mean, x, strict=True))
    slopes = [
        [h * (e - a) for h, e, a in zip(row, x, at, strict=True)] for row, at in zip(curvatures, centres, strict=True)
    ]
    found: dict = {}
    sequences = [pair for pair in product(range(3), repeat=2) if replace or pair[0] != pair[1]]
    for one, other in sequences:
        value = tuple((a + b) / 2 for a, b in zip(slopes[one], slopes[other], strict=True))
        found[value] = found.get(value, 0) + F(1, len(sequences))
    law: dict = {}
    for p, value in oracle.outcomes(g):
        law[value] = law.get(value, 0) + p
    assert law == found


def test_mini_batches_refuse_what_is_no_finite_sum_with_its_minimum_at_the_origin():
    curvatures, centres = BATCHES
    with pytest.raises(ValueError, match="biased: the mean offset of coordinate 0 is 1/2"):
        mini_batches([(F(1),), (F(1),)], [(F(0),), (F(-1),)], 1)
    with pytest.raises(ValueError, match="a mini-batch of 4 of 3 components without replacement"):
        mini_batches(curvatures, centres, 4, replace=False)
    with pytest.raises(ValueError, match="for each coordinate"):
        mini_batches(curvatures, centres[:2], 1)
    with pytest.raises(ValueError, match="must be positive"):
        mini_batches([(F(-1),), (F(2),)], [(F(0),), (F(0),)], 1)


numbers = st.fractions(-2, 2, max_denominator=4)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_finite_noise_is_bounded_by_its_constants_at_every_g_of_the_region(data):
    a, b = data.draw(numbers), data.draw(numbers)
    chance = data.draw(st.sampled_from([F(1, 2), F(1, 3), F(3, 4)]))
    oracle = FiniteOracle.unbiased([chance, 1 - chance], [[a]], [[b]])
    noise = FiniteNoise(oracle, cut=data.draw(st.sampled_from([F(0), F(1, 4)])))
    low, high = noise.variance(1)
    p_min = float(noise.p_min().mid())
    tried = [F(sign * n, 32) for n in range(1, 33) for sign in (1, -1)]
    tried = [g for g in tried if abs(g) >= noise.cut]
    variances, right = [oracle.variance([g]) for g in tried], [oracle.p_min([g]) for g in tried]
    assert float(max(variances)) == pytest.approx(float(high.mid())) == pytest.approx(float(low.mid()))
    assert p_min <= float(min(right)) + 1e-12
    near = oracle.p_min([F(1, 10**6)]), oracle.p_min([F(-1, 10**6)])
    bends = [F(-y[0], x[0]) for x, y in zip(oracle.factors, oracle.offsets, strict=True) if x[0]]
    at_bends = [oracle.p_min([g]) for g in bends if noise.cut <= abs(g) <= 1 and g]
    least = min([*right, *at_bends, *(near if not noise.cut else ())])
    assert p_min == pytest.approx(float(least))  # and it is attained


def test_independence_is_decided():
    half = F(1, 2)
    apart = FiniteOracle((F(1, 4),) * 4, ((F(1),) * 2,) * 4, tuple(product((half, -half), repeat=2)))
    together = FiniteOracle((half, half), ((F(1),) * 2,) * 2, ((half, half), (-half, -half)))
    assert FiniteNoise(apart).dependence() == ""
    assert FiniteNoise(together).dependence() == "the coordinates are dependent"


def test_what_a_law_does_not_meet_it_says():
    heavy, wild = AdditiveNoise(StudentT(F(2))), AdditiveNoise(StudentT(F(1)))
    assert "no finite variance" in heavy.unmet(BoundedVariance(sigma), 2) and not heavy.unmet(Unbiased(), 2)
    assert "has no mean" in wild.unmet(Unbiased(), 1)
    shared = MultiplicativeNoise(Gaussian(), F(1), shared=True)
    for assumption in (IndependentCoordinates(), IndependentDraws(), NormSignMargin(c)):
        assert "makes them dependent" in shared.unmet(assumption, 2)
        assert shared.unmet(assumption, 1) == ""
    assert "norm and signs are dependent" in AdditiveNoise(Gaussian()).unmet(IndependentNormAndSigns(), 2)


def test_a_claim_refuses_a_law_in_one_line_with_the_number_that_is_off():
    claim = catalog()["own/theorem-3.repaired"]
    biased_signs = FiniteNoise(FiniteOracle((F(3, 4), F(1, 4)), ((F(0),), (F(4),)), ((F(0),), (F(0),))))
    with pytest.raises(Unsupported, match=r"SignMargin\(0\) does not hold: its best constant is -0.5"):
        margins(claim, biased_signs, 1, 3)
    with pytest.raises(Unsupported, match=r"BoundedVariance\(sigma\) does not hold: .* no finite variance"):
        margins(claim, AdditiveNoise(StudentT(F(2)), F(1)), 1, 3)


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 5])
def test_the_probability_of_a_right_vote_is_scipys(workers):
    kappa = (workers + 1) // 2
    for p in (0.5, 0.6, 0.95):
        holds(vote_probability(arb(p), workers), betainc(kappa, kappa, p))
    assert vote_probability(arb(1), workers) == 1


def test_ends_are_floats_around_the_constants():
    oracle = AdditiveNoise(Gaussian(), F(1, 2))
    ends = oracle.constant(SignMargin(c), 2)
    assert ends.lower <= 2 * stats.norm.cdf(0.5) - 1 <= ends.upper and ends.width < 1e-15
    deviation = oracle.constant(BoundedVariance(sigma), 2)
    assert deviation.lower == pytest.approx(np.sqrt(2 + 2 * 2 / np.pi)) and deviation.width < 1e-15
    assert oracle.constant(Unbiased(), 2) is None
    assert oracle.constant(VoteMargin(I_p), 2, 1).lower == pytest.approx(stats.norm.cdf(0.5))
    assert float(oracle.coordinate_variance()[1].mid()) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3).flatmap(lambda d: st.tuples(st.just(d), drawn_gradients(d))))
def test_every_drawn_gradient_of_the_strategy_has_constants_in_order(pair):
    d, oracle = pair
    assert not oracle.unmet(Unbiased(), d)
    ends = oracle.constant(SignMargin(c), d)
    assert -1 <= ends.lower <= ends.upper <= 1
    if not oracle.unmet(BoundedVariance(sigma), d):
        deviation = oracle.constant(BoundedVariance(sigma), d)
        assert 0 <= deviation.lower <= deviation.upper
        assert float(oracle.coordinate_variance()[0].mid()) <= float(oracle.variance(d)[1].mid()) + 1e-12


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AdditiveNoise(Gaussian(), F(-1, 2)), "must be nonnegative, not -1/2"),
        (lambda: MultiplicativeNoise(Gaussian(), F(0)), "must be positive, not 0"),
        (lambda: FiniteNoise(FiniteOracle.exact(1), F(2)), r"between 0 \(no cut\) and 1 \(the whole region\), not 2"),
        (lambda: StudentT(F(-3)), "positive number of degrees of freedom, not -3"),
        (lambda: SparseGaussian(F(5, 4)), r"must be in \(0, 1\], not 5/4"),
        (lambda: FiniteOracle((F(1, 2), F(1, 3)), ((F(1),),) * 2, ((F(0),),) * 2), r"add up to 1, not \(1/2, 1/3\)"),
        (lambda: FiniteOracle((F(1),), ((F(1),),), ((F(1, 10),),)), "mean offset of coordinate 0 is 1/10, not 0"),
    ],
)
def test_bad_input_is_refused_with_the_number_that_is_off(make, words):
    with pytest.raises(ValueError, match=words):
        make()
