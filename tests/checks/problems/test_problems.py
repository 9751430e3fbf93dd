"""The families: their gradients, their constants, and f - f*, each against another way to compute it."""

import gc
import itertools
import re
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest
from flint import arb, fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from signproof import Claim
from signproof.checks.constants import Enclosure
from signproof.checks.numbers.arrays import FLOATS
from signproof.checks.numbers.exact import RATIONALS, Balls, rationals
from signproof.checks.posing.domain import THETAS, TURN
from signproof.checks.problems import constants, sine
from signproof.checks.problems.base import BATCH, Problem, known, nearest
from signproof.checks.problems.composition import CONVEX, Composed, ComposedSine, ComposedSoftplus
from signproof.checks.problems.families import families, family_named, load_problem
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import AMPLITUDES, WIDTH, SineSum, pl_constant, pl_constants
from signproof.checks.problems.softplus import LogisticSum, SoftplusSum
from signproof.theory.assumptions import BoundedGradient, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import ANY, L2, LINF
from signproof.theory.symbols import L

NORMS = (LINF, L2)
ASSUMPTIONS = [kind(1, norm) for kind in (Smooth, StronglyConvex, PolyakLojasiewicz) for norm in NORMS]
QUADRATICS = [kind(1, norm) for kind in (StronglyConvex, PolyakLojasiewicz) for norm in NORMS]
BITS = 300
NUMPY = SimpleNamespace(
    rational=lambda p, q: p / q,
    sum=lambda x: np.sum(x, axis=0),
    matvec=lambda matrix, x: np.einsum("ij...,j...->i...", matrix, x),
)
"""What quadratics need of an arithmetic, on NumPy's floats."""

entries = st.fractions(-20, 20, max_denominator=8)
positive = st.fractions(Fraction(1, 8), 20, max_denominator=8)
few = settings(max_examples=25, deadline=None)
name = str


def points(d):
    return st.lists(entries, min_size=d, max_size=d).map(rationals)


@st.composite
def diagonals(draw):
    h = draw(st.lists(positive, min_size=1, max_size=4))
    return DiagonalQuadratic(rationals(h))


@st.composite
def factors(draw):
    """A of full row rank; square or wide."""
    m, d = draw(st.sampled_from([(1, 1), (2, 2), (3, 3), (1, 2), (2, 3)]))
    A = rationals(draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=m, max_size=m)))
    assume(matrix(A.dot(A.T)).det() != 0)
    return LeastSquares(A)


amplitudes = st.sampled_from((CONVEX, *AMPLITUDES)).map(rationals)
"""Few, because the PL constant of each is enclosed once."""


@st.composite
def sums(draw):
    return SineSum(rationals(draw(st.lists(positive, min_size=1, max_size=3))), draw(amplitudes))


@st.composite
def compositions(draw):
    return ComposedSine(draw(factors()).factor, draw(amplitudes))


@st.composite
def softplus(draw):
    d = draw(st.integers(1, 3))
    shares = st.fractions(Fraction(1, 16), Fraction(15, 16), max_denominator=16)
    fields = (draw(st.lists(part, min_size=d, max_size=d)) for part in (positive, positive, shares))
    return SoftplusSum(*map(rationals, fields))


@st.composite
def composed_softplus(draw):
    factor = draw(factors()).factor
    shares = st.fractions(Fraction(1, 16), Fraction(15, 16), max_denominator=16)
    drawn = draw(st.lists(shares, min_size=len(factor), max_size=len(factor)))
    return ComposedSoftplus(factor, rationals(draw(positive)), rationals(drawn))


transcendental = st.one_of(sums(), compositions(), softplus(), composed_softplus())


def dimension(problem):
    return next(iter(problem.arrays().values())).shape[-1]


@st.composite
def posed(draw, problems):
    """A problem and two points."""
    problem = draw(problems)
    return problem, draw(points(dimension(problem))), draw(points(dimension(problem)))


def matrix(H):
    return fmpq_mat([[fmpq(entry) for entry in row] for row in H.tolist()])


def square(pair, v, xp, dual=False):
    """The square of a norm or of its dual: rational where the norm need not be."""
    if pair is L2:
        return xp.sum(v * v)
    length = xp.sum(xp.abs(v)) if dual else xp.max(xp.abs(v))
    return length * length  # Arb's power of a ball around 0 is not a number


def slack(assumption, c, problem, x, y, xp):
    """How far an assumption's inequality, with the constant c, is from failing at two points."""
    g, h, pair = problem.gradient(x, xp), problem.gradient(y, xp), assumption.norm
    if isinstance(assumption, Smooth):
        return c * c * square(pair, x - y, xp) - square(pair, g - h, xp, dual=True)
    if isinstance(assumption, PolyakLojasiewicz):
        return square(pair, g, xp, dual=True) - c * 2 * problem.suboptimality(x, xp)
    rise = problem.suboptimality(x, xp) - problem.suboptimality(y, xp) - xp.sum(h * (x - y))
    return rise - c * square(pair, x - y, xp) / 2


# Gradients and values


@few
@given(posed(st.one_of(diagonals(), factors())))
def test_a_quadratic_is_its_own_remainder(given):
    problem, x, y = given
    f, g = problem.suboptimality, problem.gradient
    assert f(x + y, RATIONALS) - f(x, RATIONALS) - (g(x, RATIONALS) * y).sum() == f(y, RATIONALS) >= 0
    assert f(x * 0, RATIONALS) == 0


@few
@given(posed(transcendental))
def test_a_gradient_is_the_derivative(given):
    problem, x, y = given
    with Balls(600) as xp:
        posed, x, h = problem.over(xp), xp.number(x), xp.number(y) * arb(2) ** -150
        change = posed.suboptimality(x + h, xp) - posed.suboptimality(x - h, xp)
        assert abs(change - 2 * (posed.gradient(x, xp) * h).sum()) < arb(2) ** -400
        assert posed.suboptimality(x * 0, xp) == 0
        assert posed.suboptimality(x, xp) >= 0
        assert all(entry == 0 for entry in posed.gradient(x * 0, xp))


@few
@given(posed(transcendental))
def test_a_sum_is_that_of_its_definition(given):
    problem, x, _ = given
    with Balls(BITS) as xp:
        assert abs(defined(problem, x) - problem.over(xp).suboptimality(xp.number(x), xp)) < 1e-80


def defined(problem, x):
    if isinstance(problem, SoftplusSum):
        terms = zip(*problem.arrays().values(), x, strict=True)
        return sum(w * (t * t / 2 + a * (_softplus(s, t) - _softplus(s, 0) - s * t)) for w, a, s, t in terms)
    z, weights = x, getattr(problem, "weights", None)
    if isinstance(problem, ComposedSoftplus):
        z, a = problem.factor.dot(x), problem.height.item()
        terms = zip(problem.shares, z, strict=True)
        return sum(t * t / 2 + a * (_softplus(s, t) - _softplus(s, 0) - s * t) for s, t in terms)
    if weights is None:
        z = [sum(a * t for a, t in zip(row, x, strict=True)) for row in problem.factor]
        weights = [1] * len(z)
    return sum(w * (t * t + problem.amplitude.item() * arb(t).sin() ** 2) for w, t in zip(weights, z, strict=True))


def _softplus(share, t):
    """log(1 + e^(b + t)) with the slope `share` at 0."""
    return (1 + ((arb(share) / (1 - share)).log() + arb(t)).exp()).log()


@few
@given(positive, positive, entries)
def test_an_even_share_gives_log_cosh(weight, height, x):
    with Balls(BITS) as xp:
        w, a, t = (arb(rationals(number).item()) for number in (weight, height, x))
        problem = SoftplusSum(*(rationals([number]) for number in (weight, height, 0.5))).over(xp)
        expected = w * (t * t / 2 + a * (t / 2).cosh().log())
        assert abs(problem.suboptimality(np.array([t]), xp) - expected) < 1e-80
        assert abs(problem.gradient(np.array([t]), xp)[0] - w * (t + a * (t / 2).tanh() / 2)) < 1e-80


@pytest.mark.parametrize("family", families(), ids=name)
def test_gradients_are_those_that_jax_derives(family):
    problem, start = next(family.samples(np.random.default_rng(0), 1))

    @jax.jit
    def both(arrays, x):
        posed = family(**arrays)
        return posed.gradient(x, FLOATS), jax.grad(lambda x: posed.suboptimality(x, FLOATS).sum())(x)

    with jax.enable_x64(True):
        found, derived = map(np.asarray, both(problem.arrays(), start * 0.5))
    np.testing.assert_allclose(found, derived, rtol=1e-9, atol=1e-13 * np.abs(derived).max())


# Constants of single instances


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
@few
@given(posed(st.one_of(diagonals(), factors())))
def test_quadratics_meet_their_assumptions(assumption, given):
    problem, x, y = given
    c = problem.exact_constant(assumption)
    assert (c is None) == (
        isinstance(assumption, StronglyConvex)
        and isinstance(problem, LeastSquares)
        and len(set(problem.factor.shape)) > 1
    )
    assume(c is not None)
    assert slack(assumption, c, problem, x, y, RATIONALS) >= 0


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
@few
@given(posed(transcendental))
def test_other_sums_meet_their_assumptions(assumption, given):
    problem, x, y = given
    c = problem.exact_constant(assumption)
    m, d = getattr(problem, "factor", np.eye(1)).shape
    flat = not isinstance(problem, SoftplusSum | ComposedSoftplus) or m < d
    assert (c is None) == (isinstance(assumption, StronglyConvex) and flat)
    z, other = (problem.state(point) for point in (x, y))
    assume(c is not None and (z != other).any() and (z != 0).any())
    with Balls(BITS) as xp:
        assert slack(assumption, c, problem.over(xp), xp.number(x), xp.number(y), xp) > 0


@pytest.mark.parametrize("norm", NORMS, ids=name)
@few
@given(st.one_of(diagonals(), factors()))
def test_a_quadratics_smoothness_is_attained(norm, problem):
    H = hessian(problem)
    L = problem.exact_constant(Smooth(1, norm))
    if norm is LINF:
        signs = itertools.product((-1, 1), repeat=len(H))
        assert max(abs(H.dot(rationals(s))).sum() for s in signs) == L
    else:
        assert_extreme(H, L, largest=True)


@pytest.mark.parametrize("kind", [StronglyConvex, PolyakLojasiewicz])
@pytest.mark.parametrize("norm", NORMS, ids=name)
@few
@given(problem=st.one_of(diagonals(), factors()))
def test_a_quadratics_convexity_is_attained(kind, norm, problem):
    H, assumption = hessian(problem), kind(1, norm)
    assume(matrix(H).det() != 0)
    mu = problem.exact_constant(assumption)
    if norm is LINF:
        columns = rationals(matrix(H).inv().tolist()).T
        assert min(slack(assumption, mu, problem, x, x * 0, RATIONALS) for x in columns) == 0
    else:
        assert_extreme(H, mu, largest=False)


@few
@given(factors())
def test_a_wide_factor_has_the_constant_of_its_least_positive_eigenvalue(problem):
    A = problem.factor
    mu = problem.exact_constant(PolyakLojasiewicz(1, L2))
    assert_extreme(A.dot(A.T), mu, largest=False)
    assert problem.exact_constant(PolyakLojasiewicz(1)) >= mu


def hessian(problem):
    if isinstance(problem, DiagonalQuadratic):
        return RATIONALS.number(np.diag(problem.diagonal))
    return problem.factor.T.dot(problem.factor)


def assert_extreme(H, c, largest):
    """c is an extreme eigenvalue of H, up to a relative excess on the safe side."""
    off = fmpq(1, 10**9) * (abs(H).sum() if not largest else c)
    identity = RATIONALS.number(np.eye(len(H)))
    sign = 1 if largest else -1
    assert constants.is_positive_semidefinite(matrix((identity * c - H) * sign))
    assert not constants.is_positive_semidefinite(matrix((identity * (c - sign * off) - H) * sign))


@few
@given(transcendental)
def test_a_sums_smoothness_is_nearly_attained_where_it_is_steepest(problem):
    with Balls(BITS) as xp:
        d = dimension(problem)
        steepest, directions = xp.number(np.zeros(d)), [np.ones(d), *np.eye(d)]
        if isinstance(problem, SoftplusSum):
            steepest = np.array([((1 - s) / arb(s)).log() for s in problem.shares], dtype=object)
        if isinstance(problem, ComposedSoftplus):
            lift = rationals((matrix(problem.factor.T) * matrix(problem.factor.dot(problem.factor.T)).inv()).tolist())
            steepest = lift.dot(np.array([((1 - s) / arb(s)).log() for s in problem.shares], dtype=object))
        if isinstance(problem, Composed):
            directions = [np.array(signs) for signs in itertools.product((-1.0, 1.0), repeat=d)]
        norms = NORMS if not isinstance(problem, Composed) else (LINF,)
        for norm in norms:
            L, found = problem.exact_constant(Smooth(1, norm)), []
            for direction in directions:
                x, y = (steepest + xp.number(direction * step) for step in (2.0**-30, -(2.0**-30)))
                assert slack(Smooth(1, norm), L, problem.over(xp), x, y, xp) > 0
                found.append(slack(Smooth(1, norm), L * fmpq(999, 1000), problem.over(xp), x, y, xp) < 0)
            assert any(found)


@pytest.mark.parametrize("norm", NORMS, ids=name)
@few
@given(problem=softplus(), place=st.integers(-50, 50))
def test_the_gradient_of_logistic_losses_is_as_long_as_is_said_far_out_and_no_longer(norm, problem, place):
    losses = LogisticSum(problem.weights, problem.shares)
    longest = losses.exact_constant(BoundedGradient(1, norm))
    away = np.array([1 if share < Fraction(1, 2) else -1 for share in map(Fraction, map(str, problem.shares))])
    with Balls(BITS) as xp:
        for x in (xp.number(rationals(away * 80)), xp.number(rationals(away * place))):
            length = norm.dual(losses.over(xp).gradient(x, xp), xp)
            assert length < longest
        assert norm.dual(losses.over(xp).gradient(xp.number(rationals(away * 80)), xp), xp) > longest * fmpq(999, 1000)


@pytest.mark.parametrize("kind", [StronglyConvex, PolyakLojasiewicz])
@pytest.mark.parametrize("norm", NORMS, ids=name)
@few
@given(problem=softplus())
def test_a_softplus_sums_convexity_is_nearly_attained_far_out(kind, norm, problem):
    with Balls(BITS) as xp:
        weakest = np.eye(dimension(problem))[int(np.argmin(problem.weights))]
        x, y = xp.number(weakest * 1e5), xp.number(weakest * (1e5 + 1))
        mu = problem.exact_constant(kind(1, norm))
        assert slack(kind(1, norm), mu * fmpq(1001, 1000), problem.over(xp), x, y, xp) < 0


@few
@given(composed_softplus())
def test_a_composed_softplus_sums_convexity_is_nearly_attained_far_out(problem):
    assume(len(set(problem.factor.shape)) == 1)
    inverse = rationals(matrix(problem.factor.T.dot(problem.factor)).inv().tolist())
    with Balls(BITS) as xp:
        mu = problem.exact_constant(StronglyConvex(1)) * fmpq(1001, 1000)
        pairs = [(xp.number(column * 10**5), xp.number(column * (10**5 + 1))) for column in inverse.T]
        assert any(slack(StronglyConvex(1), mu, problem.over(xp), x, y, xp) < 0 for x, y in pairs)


@pytest.mark.parametrize("a", [CONVEX, *AMPLITUDES])
def test_the_pl_constant_of_a_sine_sum_is_the_least_ratio(a):
    low, high = pl_constant(fmpq(*a.as_integer_ratio()))
    assert 0 < high - low <= WIDTH * high and WIDTH <= fmpq(1, 10**9)
    x = np.concatenate([np.linspace(1e-3, 40, 400_001), 10 ** np.linspace(1, 9, 1000)])
    best = x[np.argmin(pl_ratio(a, x))]
    best = minimize_scalar(lambda x: pl_ratio(a, x), bounds=(best - 1e-3, best + 1e-3), options={"xatol": 1e-12}).x
    with Balls(BITS):
        x = arb(best)
        least = (2 * x + a * (2 * x).sin()) ** 2 / (2 * (x * x + a * x.sin() ** 2))
        assert low <= least and least <= high + arb(1e-12)


def pl_ratio(a, x):
    return (2 * x + a * np.sin(2 * x)) ** 2 / (2 * (x**2 + a * np.sin(x) ** 2))


@pytest.mark.parametrize("a", [fmpq(461, 100), fmpq(5), fmpq(30)])
def test_no_pl_constant_is_made_up_where_there_are_other_stationary_points(a):
    """At sin 2x = -2x/a the slope is zero and f is not."""
    x = np.linspace(1, 4, 100_001)
    assert (np.diff(np.sign(2 * x + float(a.p) / float(a.q) * np.sin(2 * x))) != 0).any()
    with pytest.raises(ValueError, match="no PL constant"):
        pl_constant(a)
    with pytest.raises(ValueError, match="no PL constant"):
        SineSum(np.ones((1, 1)), np.array([float(a.p) / float(a.q)])).constant(PolyakLojasiewicz(1))
    with pytest.raises(ValueError, match="not positive"):
        pl_constant(-a)


def test_a_tail_that_is_not_checked_is_not_trusted(monkeypatch):
    for far in (1, 2):  # within the reach of the amplitude, and beyond it where the tail's bound is still too low
        monkeypatch.setattr(sine, "FAR", far)
        with pytest.raises(ValueError, match="no PL constant"):
            pl_constant.__wrapped__(fmpq(2))
    monkeypatch.setattr(sine, "FAR", 16)
    low, high = pl_constant.__wrapped__(fmpq(2))
    assert low <= pl_constant(fmpq(2))[1] and pl_constant(fmpq(2))[0] <= high


@few
@given(sums())
def test_a_sine_sums_pl_constant_is_nearly_attained_along_a_coordinate(problem):
    a = problem.amplitude.item()
    weakest = int(np.argmin(problem.weights))
    x = np.linspace(1, 4, 3001)
    with Balls(BITS) as xp:
        point = xp.number(np.eye(dimension(problem))[weakest] * x[np.argmin(pl_ratio(float(a.p) / float(a.q), x))])
        for norm in NORMS:
            pl = PolyakLojasiewicz(1, norm)
            c = problem.exact_constant(pl) * fmpq(1001, 1000)
            assert slack(pl, c, problem.over(xp), point, point, xp) < 0


@few
@given(factors())
def test_a_factor_with_two_rows_has_a_sharp_pl_constant_in_the_maximum_norm(problem):
    """The ratio of the inequality, at the images of the vectors that are orthogonal to a column, is least at one."""
    A = problem.factor
    assume(len(A) == 2)
    mu = problem.exact_constant(PolyakLojasiewicz(1))
    lift = rationals((matrix(A.T) * matrix(A.dot(A.T)).inv()).tolist())
    vertices = [lift.dot(np.array([q, -p])) for p, q in A.T if p or q]
    assert min(slack(PolyakLojasiewicz(1), mu, problem, x, x, RATIONALS) for x in vertices) == 0


@few
@given(st.lists(positive, min_size=1, max_size=3), amplitudes)
def test_of_a_single_row_a_compositions_pl_constant_is_sharp(row, a):
    """||A'h'(z)||_* is then ||A'|| |h'(z)|, and the least ratio is where that of h is."""
    problem = ComposedSine(rationals([row]), a)
    z = np.linspace(1, 4, 3001)
    worst = z[np.argmin(pl_ratio(float(a.item().p) / float(a.item().q), z))]
    with Balls(BITS) as xp:
        x = xp.number(np.eye(len(row))[0] * worst) / xp.number(problem.factor[0, 0])
        c = problem.exact_constant(PolyakLojasiewicz(1, L2))
        assert slack(PolyakLojasiewicz(1, L2), c, problem.over(xp), x, x, xp) > 0
        assert slack(PolyakLojasiewicz(1, L2), c * fmpq(1001, 1000), problem.over(xp), x, x, xp) < 0


@few
@given(compositions())
def test_a_compositions_pl_constant_is_below_what_it_is_far_out(problem):
    """There the sines are nothing beside the squares: the upper end is attained in the limit."""
    batch = ComposedSine(*(numbers.astype(float)[..., None] for numbers in problem.arrays().values()))
    A = problem.factor
    assume(len(A) == 2)
    upper = rationals(batch.constant(PolyakLojasiewicz(1)).upper).item() * fmpq(1001, 1000)
    lift = rationals((matrix(A.T) * matrix(A.dot(A.T)).inv()).tolist())
    with Balls(BITS) as xp:
        points = [xp.number(lift.dot(np.array([q, -p])) * 10**9) for p, q in A.T if p or q]
        assert any(slack(PolyakLojasiewicz(1), upper, problem.over(xp), x, x, xp) < 0 for x in points)


ONE_OF_EACH = [
    DiagonalQuadratic(rationals([1])),
    SineSum(rationals([1]), rationals(3)),
    ComposedSine(rationals([[1]]), rationals(3)),
    SoftplusSum(rationals([1]), rationals([1]), rationals([0.5])),
    ComposedSoftplus(rationals([[1]]), rationals(1), rationals([0.5])),
]


@pytest.mark.parametrize("problem", ONE_OF_EACH, ids=name)
def test_what_holds_for_every_norm_has_no_constant(problem):
    assert problem.exact_constant(Smooth(1, ANY)) is None
    assert LeastSquares(rationals([[1]])).exact_constant(Smooth(1, ANY)) is None


@pytest.mark.parametrize("numbers", [[0, 1], [1, -1]])
def test_weights_that_are_not_positive_are_refused(numbers):
    w, ones = rationals(numbers), rationals([1, 1])
    refused = [
        DiagonalQuadratic(w),
        SineSum(w, rationals(3)),
        *(SineSum(ones, a) for a in w if a <= 0),
        *(ComposedSine(rationals([[1, 0], [0, 1]]), a) for a in w if a <= 0),
        SoftplusSum(w, ones, ones / 2),
        *(SoftplusSum(ones, ones, ones * share) for share in (0, 1, -1, 2)),
        SoftplusSum(ones, -ones, ones / 2),
        ComposedSoftplus(rationals(np.eye(2)), rationals(-1), ones / 2),
        ComposedSoftplus(rationals(np.eye(2)), rationals(1), ones),
    ]
    for problem in refused:
        with pytest.raises(ValueError, match=r"positive|negative"):
            problem.exact_constant(Smooth(1))


def test_a_singular_square_factor_is_not_strongly_convex():
    singular = LeastSquares(rationals([[1, 2], [2, 4]]))
    for assumption in QUADRATICS:
        c = singular.exact_constant(assumption)
        assert c is None or c <= 0


# Constants of batches


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (DiagonalQuadratic(np.array([[1.0, 1.0], [2.0, np.nan]])), "diagonal[1] of instance 1 is not finite"),
        (LeastSquares(np.array([[[1.0, np.inf]]])), "factor[0, 0] of instance 1 is not finite"),
        (SineSum(np.array([[np.inf]]), np.array([3.0])), "weights[0] of instance 0 is not finite"),
        (DiagonalQuadratic(np.zeros((2, 0))), "the field 'diagonal' is empty (shape (2, 0))"),
        (LeastSquares(np.zeros((0, 0, 3))), "the field 'factor' is empty (shape (0, 0, 3))"),
    ],
)
@pytest.mark.parametrize("assumption", [Smooth(1), StronglyConvex(1), PolyakLojasiewicz(1, L2)], ids=name)
def test_batches_without_constants_are_refused_in_one_line(problem, message, assumption):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        known(problem, assumption)
    assert "\n" not in str(error.value)


def batches(family):
    return family.samples(np.random.default_rng(1), 1)


def pick(batch):
    return range(0, batch.arrays()[next(iter(batch.arrays()))].shape[-1], 29)


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
def test_the_ends_of_a_batch_of_diagonal_quadratics_hold_the_constants(assumption):
    for batch, _ in batches(DiagonalQuadratic):
        found = batch.constant(assumption)
        for i in pick(batch):
            assert one_of(found, i).lower <= one_of(found, i).upper
            assert batch.one(i).exact_constant(assumption) in one_of(found, i)
        assert (found.width <= 1e-14 * found.upper).all()


def one_of(found: Enclosure, i: int) -> Enclosure:
    return Enclosure(float(found.lower[i]), float(found.upper[i]))


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
def test_the_ends_of_a_batch_of_least_squares_hold_the_constants(assumption):
    for batch, _ in batches(LeastSquares):
        m, d, _ = batch.factor.shape
        found = batch.constant(assumption)
        if isinstance(assumption, StronglyConvex) and m < d:
            assert found is None
            continue
        for i in pick(batch):
            A = batch.one(i).factor
            if isinstance(assumption, Smooth):
                narrow = constants.smoothness(A.T.dot(A), assumption.norm.name)
            elif m == d or assumption.norm is L2:
                narrow = constants.strong_convexity(A.T.dot(A) if m == d else A.dot(A.T), assumption.norm.name)
            else:
                assert batch.one(i).exact_constant(assumption) in one_of(found, i)
                continue
            assert found.lower[i] <= narrow.lower and narrow.upper <= found.upper[i]
        assert (found.upper <= found.lower * 1.0001).all()


@pytest.mark.parametrize("family", [DiagonalQuadratic, LeastSquares], ids=name)
def test_at_every_step_size_some_quadratics_are_nearly_tight_for_theorem_1(family):
    """In the first step; among the diagonal ones of each dimension, some with L = d mu are."""
    positions = np.array([float(Fraction(theta)) for theta in THETAS])
    for batch, start in family.samples(np.random.default_rng(0), 1):
        (d, size), convex = start.shape, batch.constant(StronglyConvex(1))
        if d == 1 or convex is None:
            continue
        L, mu = batch.constant(Smooth(1)).upper, convex.lower
        for theta in positions:
            alpha = 2 * theta / L

            def value(x, batch=batch):
                return batch.suboptimality(x, NUMPY)

            g = batch.gradient(start, NUMPY)
            after = start - alpha * np.abs(g).sum(axis=0) * np.sign(g)
            promised = 2 * mu * alpha * (1 - L * alpha / 2) * value(start)
            share = promised / (value(start) - value(after))
            taken = np.arange(size) % TURN == int(np.argmin(abs(positions - theta)))
            assert share[taken].max() > 0.9999 and (share < 1 + 1e-6).all()
            if family is DiagonalQuadratic:
                assert share[taken & (L < 1.0001 * d * mu)].max() > 0.9999


def test_the_ends_of_a_wide_factor_hold_the_pl_constant_of_the_maximum_norm():
    """At g = A'z the ratio is ||A'z||_1^2 / ||z||_2^2: with two rows, its least value is found along a circle."""
    batch = list(batches(LeastSquares))[-1][0]
    found = batch.constant(PolyakLojasiewicz(1))
    angles = np.linspace(0, np.pi, 20_001)
    U, stretch, _ = np.linalg.svd(np.moveaxis(batch.factor, -1, 0), full_matrices=False)
    z = U @ (np.array([np.cos(angles), np.sin(angles)]) / stretch[:, :, None])  # an ellipse: A'z varies evenly
    ratios = np.abs(np.einsum("mdb,bmt->bdt", batch.factor, z)).sum(axis=1) ** 2 / (z**2).sum(axis=1)
    least = ratios.min(axis=-1)
    assert len(batch.factor) == 2 and (found.lower <= least).all() and (least <= (1 + 1e-3) * found.upper).all()


def test_a_factor_too_close_to_singular_is_refused():
    nearly = LeastSquares(np.array([[1.0, 1.0], [1.0, 1.0 + 2**-52]])[..., None])
    with pytest.raises(ValueError, match="singular"):
        nearly.constant(StronglyConvex(1))


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
def test_the_ends_of_a_batch_of_sine_sums_hold_the_constants(assumption):
    for batch, _ in batches(SineSum):
        found = batch.constant(assumption)
        if isinstance(assumption, StronglyConvex):
            assert found is None
            continue
        for i in pick(batch):
            one = batch.one(i)
            assert one.exact_constant(assumption) in one_of(found, i)
            if isinstance(assumption, PolyakLojasiewicz):
                assert min(one.weights) * pl_constant(one.amplitude.item())[1] in one_of(found, i)
        assert (found.width <= 1e-8 * found.upper).all()


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=name)
@pytest.mark.parametrize("family", [SoftplusSum, ComposedSine, ComposedSoftplus], ids=name)
def test_the_ends_of_other_batches_hold_the_constants(family, assumption):
    for batch, _ in batches(family):
        found = batch.constant(assumption)
        if isinstance(assumption, StronglyConvex) and family is ComposedSine:
            assert found is None
            continue
        for i in pick(batch):
            assert batch.one(i).exact_constant(assumption) in one_of(found, i)
        loose = family is ComposedSine and isinstance(assumption, PolyakLojasiewicz)
        assert (
            found.upper <= found.lower * (1.0001 * 2 / pl_constants(batch.amplitude).lower if loose else 1.0001)
        ).all()


# Data, samples and the list of families


@few
@given(st.one_of(diagonals(), factors(), transcendental))
def test_data_is_read_back(problem):
    again = load_problem(problem.data())
    assert type(again) is type(problem)
    assert again.data() == problem.data()
    assert all((again.arrays()[name] == field).all() for name, field in problem.arrays().items())
    assert all(part in problem.describe() for part in np.ravel(problem.data()[next(iter(problem.arrays()))]))


@pytest.mark.parametrize(
    "data, message",
    [
        (None, "names no family"),
        ({"diagonal": ["1"]}, "names no family"),
        ({"family": "Cubic"}, "no family of problems 'Cubic'; known are DiagonalQuadratic, LeastSquares"),
        ({"family": "DiagonalQuadratic"}, "lacks the field 'diagonal'"),
        ({"family": "DiagonalQuadratic", "diagonal": ["1", "nan"]}, "rational"),
    ],
)
def test_data_that_is_no_problem_is_a_value_error(data, message):
    with pytest.raises(ValueError, match=message):
        load_problem(data)


@pytest.mark.parametrize("family", families(), ids=name)
def test_samples_are_batches_of_floats_and_repeatable(family):
    for (batch, start), (again, start_again) in zip(batches(family), batches(family), strict=True):
        assert np.isfinite(start).all() and start.dtype == float
        assert len(start.shape) == 2 and (start == start_again).all()
        for key, field in batch.arrays().items():
            assert field.dtype == float and (field == again.arrays()[key]).all()
            assert key in batch.shared or field.shape[-1] == start.shape[1]
        assert start.shape[1] % TURN == 0


def test_a_batch_is_a_multiple_of_the_turn():
    assert BATCH % TURN == 0


@pytest.mark.parametrize("family", families(), ids=name)
def test_one_instance_of_a_batch_has_its_numbers_exactly(family):
    batch, _ = list(batches(family))[-1]
    one = batch.one(5)
    for key, field in one.arrays().items():
        floats = batch.arrays()[key] if key in batch.shared else batch.arrays()[key][..., 5]
        assert (field == rationals(floats)).all()
    for assumption in ASSUMPTIONS:
        constant, found = one.exact_constant(assumption), batch.constant(assumption)
        assert (constant is None) == (found is None)
        if constant is not None:
            i = min(5, len(found.lower) - 1)
            assert found.lower[i] <= float(constant.p) / float(constant.q) * (1 + 1e-12) <= found.upper[i] * (1 + 1e-11)


def test_rounding_gives_simpler_numbers_nearby():
    batch, _ = list(batches(LeastSquares))[1]
    one = batch.one(7)
    rounded = one.rounded(16)
    assert all(entry.q <= 16 for entry in rounded.factor.ravel())
    assert abs(rounded.factor - one.factor).max() <= fmpq(1, 16)
    assert nearest(np.array([np.pi, -0.5]), 7).tolist() == [fmpq(22, 7), fmpq(-1, 2)]


@pytest.mark.parametrize("family", [DiagonalQuadratic, LeastSquares, SineSum, SoftplusSum, ComposedSine])
def test_a_derived_family_stays_what_it_is_when_its_numbers_are_rounded(family):
    class Mine(family):
        pass

    one = next(batches(family))[0].one(3)
    mine = Mine(**one.arrays()).rounded(4)
    assert type(mine) is Mine
    assert all((mine.arrays()[name] == field).all() for name, field in one.rounded(4).arrays().items())


class TestAFamilyOfOnesOwn:
    @pytest.fixture
    def parabolas(self):
        @dataclass(frozen=True, eq=False)
        class Parabola(Problem):
            curvature: Any

            family = "parabolas"

            def gradient(self, x, xp):
                return self.curvature * x

            def suboptimality(self, x, xp):
                return xp.sum(self.curvature * x * x) * xp.rational(1, 2)

            def constant(self, assumption):
                if isinstance(assumption, StronglyConvex) and assumption.norm is L2:
                    return None
                return Enclosure(0.5 * self.curvature, 2 * self.curvature)

            @classmethod
            def samples(cls, rng, batches):
                yield from ()

        yield Parabola
        del Parabola
        gc.collect()  # so that no later test finds the class

    @pytest.fixture
    def claim(self):
        return Claim(id="own/claim", domain=(L > 0,), statement=L**2 > 0)

    def test_it_is_found_by_claims_of_its_home(self, parabolas, claim):
        assert families(claim)[-1] is parabolas
        assert family_named("Parabola", claim) is parabolas
        assert parabolas not in families()

    def test_its_scalars_are_data_too(self, parabolas, claim):
        one = parabolas(np.array([1.0, 0.1])).one(1)
        assert (
            load_problem(one.data(), claim).data()
            == one.data()
            == {"family": "Parabola", "curvature": str(fmpq(*(0.1).as_integer_ratio()))}
        )
        assert one.describe() == f"parabolas: curvature {one.data()['curvature']}"

    def test_its_constants_are_taken_at_the_end_that_holds(self, parabolas):
        one = parabolas(np.array([1.0, 0.75])).one(1)
        assert one.exact_constant(Smooth(1)) == fmpq(3, 2)
        assert one.exact_constant(StronglyConvex(1)) == fmpq(3, 8)
        assert one.exact_constant(StronglyConvex(1, L2)) is None

    def test_ends_computed_in_floats_say_nothing_of_other_numbers(self, parabolas):
        with pytest.raises(ValueError, match="not floats"):
            parabolas(rationals("1/3")).exact_constant(Smooth(1))

    def test_an_abstract_one_is_skipped(self, claim):
        class Sketch(Problem):
            pass

        assert Sketch not in families(claim)
        with pytest.raises(ValueError, match="Sketch"):
            family_named("Sketch", claim)
