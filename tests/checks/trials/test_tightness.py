"""How tight bounds are: the ascent from an instance, and the map over dimension, L/mu and step size."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from sympy import Rational

from signproof.checks.numbers.exact import rational
from signproof.checks.posing import domain
from signproof.checks.problems.base import BATCH, exactly_known
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.trials import ascent
from signproof.checks.trials.ascent import ascend, copies
from signproof.checks.trials.batch import at_floor, compare, prepare
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import PROFILES
from signproof.checks.trials.tightness import Best, first_shares, ratios
from signproof.checks.trials.tightness_map import DIMENSION_THEOREM, tightness_map
from signproof.theory.assumptions import Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.papers.own.theorem_2_repaired import theorem_2_2_repaired
from signproof.theory.papers.scaled_sign.theorem_1 import gamma, theorem_1_1, theorem_1_2, theorem_1_3
from signproof.theory.symbols import V0, L, alpha, k, mu

THETAS = domain.THETAS
RANGES = domain.ranges(theorem_1_1)


def loose(claim=theorem_1_1, theta=0.5, size=BATCH, seed=0):
    """Quadratics in three dimensions from points whose gradients' entries are alike, where theorem 1 is loose."""
    rng = np.random.default_rng(seed)
    h = np.exp(rng.uniform(0, 3, (3, size)))
    x = rng.choice([-1, 1], (3, size)) * rng.uniform(0.8, 1.2, (3, size)) / h
    return prepare(claim, RANGES, DiagonalQuadratic(h), x, {alpha: np.full(size, theta)})


def best_of(batch, claim=theorem_1_1, score=first_shares, steps=1):
    best = Best()
    best.offer(score(compare(claim, batch, steps)), claim, RANGES, batch)
    return best


# The ascent


@pytest.mark.parametrize("theta", [0.1, 0.9])
def test_an_ascent_reaches_a_tight_bound_from_far_below(theta):
    best = best_of(loose(theta=theta))
    before = best.value
    assert ascend(best, first_shares, 1, np.random.default_rng(1), held=[alpha]) == (None, 0)
    assert before < 0.7 and 0.995 < best.value <= 1
    (position,) = set(best.candidate.batch.thetas[alpha])
    assert position == theta


def test_what_an_ascent_finds_meets_the_assumptions_exactly():
    best = best_of(loose())
    ascend(best, first_shares, 1, np.random.default_rng(1))
    problem = best.candidate.batch.problem.one(best.candidate.index)
    values = {symbol: array[best.candidate.index] for symbol, array in best.candidate.batch.values.items()}
    assert exactly_known(problem, Smooth(1)) <= rational(float(values[L]))
    assert exactly_known(problem, StronglyConvex(1)) >= rational(float(values[mu])) > 0
    assert 0 < values[alpha] < 2 / values[L]


def test_an_ascent_climbs_the_ratio_of_a_bound_that_does_not_start_at_the_value():
    batch = loose(theorem_1_3, 0.45)
    best = best_of(batch, theorem_1_3, ratios)
    before = best.value
    ascend(best, ratios, 1, np.random.default_rng(0))
    assert before + 0.005 < best.value <= 1 and best.value > 0.9899  # 4 * 0.45 * 0.55 = 0.99 at a corner of a cube


def test_an_ascent_finds_the_witness_that_its_batch_has_not():
    rate = 1 - Rational(1001, 500) * mu * gamma
    claim = replace(theorem_1_1, id="mine/slightly-false", bound=rate**k * V0, proof=None)
    batch = loose(claim)
    assert not compare(claim, batch, 1).broken.any()
    best = best_of(batch, claim)
    witness, _ = ascend(best, first_shares, 1, np.random.default_rng(1))
    assert witness is not None and witness.replay().confirmed


@pytest.mark.parametrize(
    ("family", "shape", "fields"),
    [(DiagonalQuadratic, (8,), {"diagonal"}), (LeastSquares, (2, 4), {"factor"}), (SineSum, (8,), {"weights"})],
)
def test_copies_keep_signs_and_zeros_and_what_is_held(family, shape, fields):
    rng = np.random.default_rng(0)
    problem, start = family.batch(shape, rng)
    size = start.shape[1]
    start[0, 7] = 0.0
    batch = prepare(theorem_1_2, RANGES, problem, start, {alpha: rng.uniform(0.1, 0.9, size)})
    candidate = Best()
    candidate.offer(np.where(np.arange(size) == 7, 1.0, 0.0)[None], theorem_1_2, RANGES, batch)
    for held, pinned in ((), False), ((alpha,), True):
        moved = copies(candidate.candidate, rng, held, pinned)
        assert (np.sign(moved.start) == np.sign(start[:, [7]])).all()
        assert (np.ptp(moved.thetas[alpha]) == 0) == bool(held)
        assert ((moved.thetas[alpha] > 0) & (moved.thetas[alpha] < 1)).all()
        for name, field in moved.problem.arrays().items():
            original = getattr(problem, name)[..., [7]]
            assert (np.sign(field) == np.sign(original)).all()
            assert (field == original).all() == (pinned or name not in fields)
            assert (field[..., 0] == original[..., 0]).all()
        assert (moved.start[:, 0] == start[:, 7]).all()


def test_constants_that_cannot_be_enclosed_end_no_ascent(monkeypatch):
    best = best_of(loose())
    value = best.value

    def fail(*arguments):
        raise ValueError("too close to singular")

    monkeypatch.setattr(ascent, "copies", fail)
    assert ascend(best, first_shares, 1, np.random.default_rng(0)) == (None, 0) and best.value == value


@pytest.mark.slow
def test_trials_climb_to_what_theorem_2_repaired_can_give():
    """It promises 3 V_0/k_0, and 2 mu alpha (1 - L alpha/2) V_0 happen at least, alpha = 3/(mu c k_0) <= c/(2L)."""
    trials = try_out(theorem_2_2_repaired, PROFILES["quick"])
    for theta, best in trials.shares.items():
        c = Fraction(theta)
        assert 0.999 * 2 * c / (4 - c) < best.value <= 2 * c / (4 - c)


def test_near_a_floor_a_slow_method_scores_nothing():
    """Of V_0 + 1, a bound that has let go of nothing, half is measured where nothing has moved; it is not counted."""
    assert not at_floor(1, Fraction(19, 10), 1)
    assert at_floor(1, Fraction(3, 2), 1)
    assert not at_floor(2, Fraction(5, 2), 1)  # from above the floor
    starts, bounds = np.array([1.0, 1.0]), np.array([[2.0, 1.5], [1.4, 1.9]])
    assert at_floor(starts, bounds, np.ones((2, 2))).tolist() == [[False, True], [True, False]]


# The map


def cells_of(claim, dimensions, multiples, thetas=THETAS):
    return [cell for d in dimensions for cell in tightness_map(claim, [d], [m * d for m in multiples], thetas)]


@pytest.mark.parametrize("claim", [theorem_1_1, theorem_1_2], ids=lambda claim: claim.id)
def test_theorem_1_is_tight_at_every_step_size_wherever_it_has_quadratics(claim):
    cells = cells_of(claim, [2, 3, 8], [1, 2, 10, 1000])
    assert len(cells) == 3 * 4 * len(THETAS)
    for cell in cells:
        assert cell.value is not None and 0.9999 <= cell.value <= 1, cell


def test_the_instances_of_the_map_have_the_constants_that_it_says():
    (cell,) = tightness_map(theorem_1_1, [3], [Fraction(7, 2)], ["1/4"])
    assert "diagonal (2," in cell.instance and "L = 7, mu = 2," in cell.instance
    (cell,) = tightness_map(theorem_1_1, [3], [3], ["1/4"])
    assert "diagonal (1, 1, 1)" in cell.instance and "L = 3, mu = 1," in cell.instance


def test_where_strong_convexity_has_no_instance_a_proved_claim_says_so(monkeypatch):
    cells = tightness_map(theorem_1_1, [8], [1, 7, Fraction(79, 10)], ["1/2"])
    assert all(cell.value is None and cell.reason.startswith("no instance") for cell in cells)
    assert all(DIMENSION_THEOREM in cell.reason for cell in cells) and DIMENSION_THEOREM in catalog()
    monkeypatch.setattr("signproof.checks.trials.tightness_map._dimension_theorem_is_proved", lambda: False)
    (cell,) = tightness_map(theorem_1_1, [8], [7], ["1/2"])
    assert cell.value is None and cell.reason == "none found among quadratics"


def test_the_pl_inequality_alone_has_instances_below_the_dimension_and_is_tight_there():
    cells = tightness_map(theorem_1_2, [3], [2, Fraction(3, 2)], ["1/4", "9/10"])
    for cell in cells:
        if cell.ratio == Fraction(3, 2):
            assert cell.value is None and cell.reason == "none found among quadratics"
        else:
            assert 0.9999 <= cell.value <= 1


def test_theorem_1_3_is_tight_in_the_middle_and_nowhere_above():
    """From a corner of the cube ||g_1|| = |1 - alpha L| ||g_0|| and ||g_0||^2 = 2 L V_0, so that measured/bound is
    4 L gamma (1 - alpha L)^2 at k = 1, alpha = 2 theta / L."""
    for cell in cells_of(theorem_1_3, [2], [1, 10]):
        theta = Fraction(cell.theta)
        assert 8 * theta * (1 - theta) * (1 - 2 * theta) ** 2 - Fraction(1, 10**9) <= cell.value <= 1
        if theta == Fraction(1, 2) and cell.ratio == 2:  # x_1 = -x_0
            assert cell.value > 0.9999


def test_a_map_shows_that_a_claim_promises_too_much():
    claim = replace(theorem_1_1, id="mine/too-fast", bound=(1 - 3 * mu * gamma) ** k * V0, proof=None)
    (cell,) = tightness_map(claim, [2], [4], ["1/2"])
    assert 1.49 < cell.value <= 1.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((catalog()["scaled-sign/theorem-1.zeta"], [2], [4]), "is not a bound on a run"),
        ((theorem_1_1, [0], [4]), "0 is not a dimension; use 1 or more"),
        ((theorem_1_1, [2], [0]), "L/mu = 0 is out of range"),
        ((theorem_1_1, [2], [Fraction(2**53)]), "out of range"),
        ((theorem_1_1, [2], [4], ["1"]), "the position 1 is not in"),
        (
            (catalog()["scaled-sign/remark-1.gradient-descent"], [2], [4]),
            "does not assume smoothness in the maximum norm",
        ),
    ],
)
def test_what_has_no_map_is_said_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as error:
        tightness_map(*arguments)
    assert "\n" not in str(error.value)
