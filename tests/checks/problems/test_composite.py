"""Composite objectives: proximal operators, values and constants, each against its definition in exact arithmetic."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction

import jax
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.experiments.phase import PhaseRetrieval
from signproof.checks.numbers.arrays import BALLS, FLOATS, ball, ends
from signproof.checks.numbers.exact import RATIONALS, Balls, rationals
from signproof.checks.posing.domain import TURN
from signproof.checks.problems.composite import refusal
from signproof.checks.problems.families import families
from signproof.checks.problems.separable import HuberComposite, QuadraticComposite, mirrored
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions.composite import CoordinateLipschitz, LipschitzGradient
from signproof.theory.catalog import catalog
from signproof.theory.norms import LINF
from signproof.theory.terms.proximal import COMPONENT, D

FAMILIES = (QuadraticComposite, HuberComposite)
few = settings(max_examples=40, deadline=None)
entries = st.fractions(-20, 20, max_denominator=8)
positive = st.fractions(Fraction(1, 8), 20, max_denominator=8)


@st.composite
def composites(draw, kinds=FAMILIES):
    """One instance with 2 or 4 components in 1 or 2 dimensions."""
    d, pairs = draw(st.integers(1, 2)), draw(st.integers(1, 2))

    def array(part, *shape):
        size = int(np.prod(shape))
        return rationals(draw(st.lists(part, min_size=size, max_size=size))).reshape(shape)

    shares = array(st.integers(1, 5), pairs)
    fields = {"weights": mirrored(shares / (2 * shares.sum())), "heights": array(positive, d)}
    kind = draw(st.sampled_from(kinds))
    if kind is QuadraticComposite:
        fields |= {"centres": mirrored(array(entries, pairs, d), -1), "curvature": array(positive, d)}
    else:
        radii = mirrored(array(positive, pairs, d))
        inside = array(st.fractions(-1, 1, max_denominator=4), pairs, d)
        centres = mirrored(inside, -1) * radii
        fields |= {"centres": centres, "curvatures": mirrored(array(positive, pairs, d)), "radii": radii}
    problem = kind(**fields)
    problem.check()
    return problem


@st.composite
def posed(draw, problems):
    """A composite problem, a step size and two points."""
    problem = draw(problems)
    x, y = (rationals(draw(st.lists(entries, min_size=d, max_size=d))) for d in [problem.dimension] * 2)
    return problem, rationals(draw(positive)).item() / 8, x, y


both = composites()


def of_component(problem, m):
    """c and delta of component m, delta as large as you like for a quadratic."""
    if isinstance(problem, QuadraticComposite):
        return problem.curvature, rationals([10**9] * problem.dimension)
    return problem.curvatures[m], problem.radii[m]


def component(problem, m, x):
    """r_m(x), by its definition."""
    c, delta = of_component(problem, m)
    total = fmpq(0)
    for weight, radius, t in zip(c, delta, abs(x - problem.centres[m]), strict=True):
        total += weight * (t * t / 2 if t <= radius else radius * t - radius * radius / 2)
    return total


def component_slope(problem, m, x):
    c, delta = of_component(problem, m)
    t = x - problem.centres[m]
    return np.array([weight * max(-r, min(r, s)) for weight, r, s in zip(c, delta, t, strict=True)], dtype=object)


@few
@given(posed(both))
def test_a_proximal_point_is_where_the_derivative_vanishes(given):
    problem, gamma, z, _ = given
    for m, p in enumerate(problem.proxes(z, gamma, RATIONALS)):
        assert (p - z + gamma * component_slope(problem, m, p) == 0).all()


@few
@given(posed(both))
def test_the_regularizer_is_what_is_left_of_the_mean_of_the_envelopes(given):
    problem, gamma, z, _ = given

    def at(z):
        points = problem.proxes(z, gamma, RATIONALS)
        envelopes = [component(problem, m, p) + sum((p - z) ** 2) / (2 * gamma) for m, p in enumerate(points)]
        p = problem.prox(z, gamma, RATIONALS)
        return sum(problem.weights * envelopes) - sum((z - p) ** 2) / (2 * gamma)

    assert problem.regularizer(z, gamma, RATIONALS) == at(z) - at(z * 0)


@few
@given(posed(both))
def test_the_mean_of_the_proximal_operators_is_that_of_the_regularizer(given):
    """(z - p)/gamma is a subgradient at p, so that p minimizes r(u) + ||u - z||^2 / (2 gamma)."""
    problem, gamma, z, w = given
    p, q = problem.prox(z, gamma, RATIONALS), problem.prox(w, gamma, RATIONALS)
    rise = problem.regularizer(w, gamma, RATIONALS) - problem.regularizer(z, gamma, RATIONALS)
    assert rise >= sum((z - p) * (q - p)) / gamma
    assert problem.regularizer(z, gamma, RATIONALS) >= 0 == problem.regularizer(z * 0, gamma, RATIONALS)


@few
@given(posed(both))
def test_the_objective_is_least_at_the_origin_and_the_gradient_mapping_vanishes_there(given):
    problem, gamma, z, _ = given
    assert problem.suboptimality(z, gamma, RATIONALS) >= 0 == problem.suboptimality(z * 0, gamma, RATIONALS)
    assert (problem.gradient_mapping(z * 0, gamma, RATIONALS) == 0).all()
    x = problem.prox(z, gamma, RATIONALS)
    rest = problem.suboptimality(z, gamma, RATIONALS) - problem.regularizer(z, gamma, RATIONALS)
    assert rest == sum(h * t * t / (2 * (1 + t * t)) for h, t in zip(problem.heights, x, strict=True))


@few
@given(posed(both))
def test_the_gradient_of_the_smooth_part_is_its_derivative(given):
    problem, _, x, y = given
    with Balls(600) as xp:
        d, x, step = problem.over(xp), xp.number(x), xp.number(y) * fmpq(1, 2**150)
        change = d.smooth_suboptimality(x + step, xp) - d.smooth_suboptimality(x - step, xp)
        assert abs(change - 2 * (d.smooth_gradient(x, xp) * step).sum()) < fmpq(1, 2**400)


@few
@given(posed(both))
def test_slopes_are_lipschitz_in_each_coordinate(given):
    problem, _, x, y = given
    L = problem.smoothness(RATIONALS)
    slopes = [lambda x, m=m: component_slope(problem, m, x) for m in range(len(problem.weights))]
    for slope in (*slopes, lambda x: problem.smooth_gradient(x, RATIONALS)):
        assert (abs(slope(x) - slope(y)) <= L * abs(x - y)).all()


@few
@given(both)
def test_the_lipschitz_constants_are_attained(problem):
    L, small = problem.smoothness(RATIONALS), fmpq(1, 2**20)
    for i in range(problem.dimension):
        step = rationals(np.eye(problem.dimension)[i]) * small
        steepest = [problem.smooth_gradient(step, RATIONALS)[i] / small]
        for m in range(len(problem.weights)):
            steepest.append(component_slope(problem, m, problem.centres[m] + step)[i] / small)
        assert L[i] * (1 - 4 * small**2) <= max(steepest) <= L[i]


def scatter(problem, gamma, x):
    """E (P_m(x)_i - P(x)_i)^2 / gamma^2."""
    z = x - gamma * problem.smooth_gradient(x, RATIONALS)
    apart = problem.proxes(z, gamma, RATIONALS) - problem.prox(z, gamma, RATIONALS)
    return (problem.weights[:, None] * apart**2).sum(axis=0) / gamma**2


@few
@given(posed(both))
def test_the_variance_is_bounded_and_the_bound_attained(given):
    problem, gamma, x, _ = given
    bound = problem.variance(gamma, RATIONALS)
    assert (scatter(problem, gamma, x) <= bound).all()
    # it is found by search: without d, from bends of the slopes to points far beyond them all
    alone = dataclasses.replace(problem, heights=problem.heights * 0)
    grid = [rationals([fmpq(n, 4)] * problem.dimension) for n in (*range(-40, 41), -(10**6), 10**6)]
    if isinstance(problem, HuberComposite):
        reach = problem.radii * (1 + gamma * problem.curvatures)
        grid += [bend for sign in (1, -1) for bend in problem.centres + sign * reach]
    assert (np.max([scatter(alone, gamma, z) for z in grid], axis=0) == bound).all()


@few
@given(posed(composites((QuadraticComposite,))))
def test_quadratic_components_make_a_quadratic_whatever_the_step_size(given):
    problem, gamma, z, _ = given
    x = problem.prox(z, gamma, RATIONALS)
    assert (x == z / (1 + gamma * problem.curvature)).all()
    assert problem.regularizer(z, gamma, RATIONALS) == sum(problem.curvature * x * x) / 2
    other = x * (1 + 3 * gamma * problem.curvature)
    assert problem.regularizer(other, 3 * gamma, RATIONALS) == problem.regularizer(z, gamma, RATIONALS)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_balls_hold_the_exact_values(family):
    batch, z = next(family.samples(np.random.default_rng(3), 1))
    gamma = 10.0 ** np.random.default_rng(4).uniform(-3, 0, z.shape[1])

    def values(problem, z, gamma, xp):
        mapped = problem.gradient_mapping(z, gamma, xp)
        rest = problem.suboptimality(z, gamma, xp), xp.sum(xp.abs(mapped)), xp.max(problem.variance(gamma, xp))
        return *rest, xp.max(problem.smoothness(xp)), xp.max(xp.abs(xp.max(problem.proxes(z, gamma, xp))))

    @jax.jit
    def enclosed(arrays, z, gamma):
        return [ends(part) for part in values(family(**arrays), ball(z), ball(gamma), BALLS)]

    with jax.enable_x64(True):
        found, floats = enclosed(batch.arrays(), z, gamma), values(batch, z, gamma, FLOATS)
        found, floats = jax.tree.map(np.asarray, (found, floats))
    for i in range(0, z.shape[1], 13):
        one = batch.one(i)
        one.check()
        exact = values(one, rationals(z[:, i]), rationals(gamma)[i], RATIONALS)
        for (low, high), value, near in zip(found, exact, floats, strict=True):
            assert rationals(low)[i] <= value <= rationals(high)[i]
            assert low[i] <= near[i] <= high[i]
            assert high[i] - low[i] <= 1e-9 * (1 + abs(high[i]))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_batches_are_of_the_family_and_read_back(family, spread):
    batch, z = family.batch(family.shapes[0], np.random.default_rng(0), spread)
    assert z.shape[1] % TURN == 0 and z.shape == batch.heights.shape
    assert (batch.weights.sum(axis=0) == 1).all()
    for i in range(0, z.shape[1], 40):
        one = batch.one(i)
        one.check()
        again = family.from_data(one.data())
        assert all((again.arrays()[name] == field).all() for name, field in one.arrays().items())
        simple = one.rounded(4)
        assert (simple.weights == one.weights).all() and max(entry.q for entry in simple.heights) <= 4
    if spread == 0:
        assert (batch.heights == 1).all()


@few
@given(both, st.data())
def test_what_is_not_of_the_family_is_refused(problem, data):
    name = data.draw(st.sampled_from(list(problem.arrays())))
    field = getattr(problem, name).copy()
    field[0] = field[0] - fmpq(100 * (1 if name == "centres" else 3))
    wrong = dataclasses.replace(problem, **{name: field})
    with pytest.raises(ValueError, match=r"must|need"):
        wrong.check()
    with pytest.raises(ValueError, match=r"must|need"):
        type(problem).from_data(wrong.data())


def test_composites_are_not_tried_as_if_they_had_a_gradient():
    assert not {*FAMILIES, PhaseRetrieval} & {*families()}


BOUNDS = [claim for claim in catalog().values() if claim.kind in ("bound", "flow", "comparison")]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_separable_composites_meet_the_theorems_of_signprox_and_of_no_other_paper(family):
    batch, _ = family.batch(family.shapes[0], np.random.default_rng(0))
    met = {claim.id for claim in BOUNDS if not refusal(batch.one(0), claim)}
    assert met == {"signprox/theorem-1", "signprox/theorem-2"}


# Phase retrieval


def picture(rng):
    image = np.zeros((3, 4))
    image[1:, 1:3] = 2.0
    image[2, 3] = -0.5
    return PhaseRetrieval.around(image, 9, rng, 0.25)


EXPERIMENT = picture(np.random.default_rng(0))
EXACT = EXPERIMENT.one(0)


@pytest.mark.parametrize("claim", BOUNDS, ids=str)
def test_every_claim_refuses_phase_retrieval_with_a_reason(claim):
    why = refusal(EXPERIMENT, claim)
    assert ("has no gradient at 0" in why or "grad d" in why) == bool(claim.assumptions)
    assert claim.assumptions or "needs the gradient of f" in why


def test_the_reasons_are_numbers_that_are_so():
    zero = rationals(np.zeros(EXACT.dimension))
    first = rationals(np.eye(EXACT.dimension)[0])
    f = [EXACT.objective(first * fmpq(n, 2**200), RATIONALS) for n in (-1, 0, 1)]
    for slope in (f[0] - f[1], f[2] - f[1]):  # up on both sides, so that no gradient fits
        assert abs(slope * 2**200 - EXACT.kink() * EXACT.strength.item()) < fmpq(1, 2**100)
    assert EXACT.total_variation(first, RATIONALS) == EXACT.total_variation(-first, RATIONALS) == EXACT.kink() == 2

    def slopes(x):
        return EXACT.smooth_gradient(x, RATIONALS)

    for L in (fmpq(1, 1000), fmpq(1), fmpq(10**6), fmpq(10**15)):
        t = EXACT.too_steep(L)
        changes = [slopes(first * t) - slopes(zero), slopes(first * 2 * t) - slopes(first * t)]
        assert any(sum(change**2) > (L * t) ** 2 for change in changes)
        assert any(LINF.dual(change, RATIONALS) > L * t for change in changes)

    p, q = EXACT.entangled()
    step, there = (rationals(np.eye(EXACT.dimension)[i]) for i in (q, p))
    assert any(slopes(x + step)[p] != slopes(x)[p] for x in (zero, there))


def test_where_nothing_is_seen_nothing_is_said():
    blind = dataclasses.replace(EXACT, projections=EXACT.projections * 0)
    with pytest.raises(ValueError, match="zero"):
        blind.unmet(LipschitzGradient(D, 1, LINF))
    with pytest.raises(ValueError, match="no entry"):
        blind.entangled()
    alone = PhaseRetrieval(rationals(np.eye(4)), rationals([[1, 2], [3, 4]]), rationals(1))
    with pytest.raises(ValueError, match="no entry"):  # there d is a sum over the pixels
        alone.entangled()
    assert "total variation" in alone.unmet(CoordinateLipschitz(COMPONENT, CoordinateLipschitz))


def test_phase_retrieval_is_that_of_its_definition():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(EXPERIMENT.dimension)
    H, y = EXPERIMENT.projections, (EXPERIMENT.projections @ EXPERIMENT.image.ravel()) ** 2
    square = x.reshape(EXPERIMENT.image.shape)
    variation = np.abs(np.diff(square, axis=0)).sum() + np.abs(np.diff(square, axis=1)).sum()
    expected = ((y - (H @ x) ** 2) ** 2).sum() / 2 + 0.25 * variation
    found = EXACT.objective(rationals(x), RATIONALS)
    assert float(found.p) / float(found.q) == pytest.approx(expected, rel=1e-12)
    image = rationals(EXPERIMENT.image.ravel())
    assert EXACT.smooth(image, RATIONALS) == EXACT.smooth(-image, RATIONALS) == 0
    with Balls(600) as xp:
        posed, at, step = EXACT.over(xp), xp.number(x), xp.number(rng.standard_normal(len(x))) * fmpq(1, 2**150)
        change = posed.smooth(at + step, xp) - posed.smooth(at - step, xp)
        assert abs(change - 2 * (posed.smooth_gradient(at, xp) * step).sum()) < fmpq(1, 2**400)


def test_phase_retrieval_runs():
    """Gradient steps on d from near the image, on a batch of floats: the misfit falls at each of them."""
    start = EXPERIMENT.image.reshape(-1, 1) + 0.1 * np.random.default_rng(2).standard_normal((EXPERIMENT.dimension, 5))

    @jax.jit
    def step(x):
        slope = EXPERIMENT.smooth_gradient
        after, _ = GradientDescent(1e-2).update(x, lambda x: slope(x, FLOATS), (), FLOATS)
        return EXPERIMENT.smooth(x, FLOATS), EXPERIMENT.objective(x, FLOATS), after

    with jax.enable_x64(True):
        values, x = [], start
        for _ in range(50):
            misfit, objective, x = step(x)
            assert (np.asarray(objective) > np.asarray(misfit)).all()
            values.append(np.asarray(misfit))
    assert all((after < before).all() for before, after in itertools.pairwise(values))
