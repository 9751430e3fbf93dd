"""The operator norm against singular values and against exact polar factors, and the family that lives in it."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof import Claim, verify
from signproof.checks.numbers.arrays import BALLS, FLOATS, ball, ends
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.posing.cases import in_numbers
from signproof.checks.problems.matrices import COLUMNS, MatrixLeastSquares
from signproof.checks.replay.witness import from_json
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import PROFILES
from signproof.theory.algorithms import SteepestDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.symbols import V0, L, alpha, k, mu

brief = settings(max_examples=25, deadline=None, derandomize=True)
entries = st.fractions(-3, 3, max_denominator=4)
matrices = st.integers(2, 4).flatmap(lambda n: st.lists(entries, min_size=2 * n, max_size=2 * n)).map(rationals)


def floats(x) -> np.ndarray:
    return np.array([float(entry.p) / float(entry.q) for entry in x]).reshape(2, -1)


def polar(g: np.ndarray) -> np.ndarray:
    """UV' of the singular value decomposition, with U and V as wide as the rank."""
    left, singular, right = np.linalg.svd(g, full_matrices=False)
    kept = singular > 1e-12 * max(singular.max(), 1e-300)
    return left[:, kept] @ right[kept]


@brief
@given(matrices)
def test_norms_and_maximizer_are_those_of_the_singular_values(x):
    singular = np.linalg.svd(floats(x), compute_uv=False)
    with Balls(128) as balls:
        g = balls.number(x)
        nuclear, unit = OPERATOR.dual(g, balls), OPERATOR.maximizer(g, balls)
        assert abs(float(nuclear.mid()) - singular.sum()) < 1e-12 and nuclear.rad() < 1e-15
        norm = OPERATOR.norm(g, balls)
        assert not norm.is_finite() or abs(float(norm.mid()) - singular.max()) < 1e-12
        assert np.abs(np.array([float(v.mid()) for v in unit]).reshape(2, -1) - polar(floats(x))).max() < 1e-12
        assert all(v.rad() < 1e-15 for v in unit)


@brief
@given(matrices)
def test_the_maximizer_is_a_polar_factor(x):
    """With v = v(g): v v' is the projection onto the rows' span (the identity at rank 2), and g v' is symmetric with
    the trace ||g||_nuc: together, that g = (g v') v is the polar decomposition."""
    with Balls(128) as balls:
        g = balls.number(x).reshape(2, -1)
        v = OPERATOR.maximizer(balls.number(x), balls).reshape(2, -1)
        projection, positive = v.dot(v.T), g.dot(v.T)
        assert positive[0, 1].overlaps(positive[1, 0])
        assert (positive[0, 0] + positive[1, 1]).overlaps(OPERATOR.dual(balls.number(x), balls))
        assert all(map(arb.overlaps, positive.dot(v).ravel(), g.ravel()))
        minors = [x[i] * x[len(x) // 2 + j] - x[j] * x[len(x) // 2 + i] for j in range(len(x) // 2) for i in range(j)]
        rank = 2 if any(minors) else int(any(x))
        assert (projection[0, 0] + projection[1, 1]).overlaps(arb(rank))
        if rank == 2:
            assert projection[0, 1].overlaps(arb(0)) and projection[0, 0].overlaps(arb(1))


def test_floats_and_fast_balls_hold_the_same_factor():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 50))
    x[3:, 0], x[:, 1] = 0.0, 0.0
    with jax.enable_x64(True):
        unit = np.asarray(OPERATOR.maximizer(x, FLOATS))
        low, high = map(np.asarray, ends(OPERATOR.maximizer(ball(x), BALLS)))
        sizes = [np.asarray(side) for side in ends(OPERATOR.dual(ball(x), BALLS))]
    for n in range(50):
        assert np.abs(unit[:, n].reshape(2, 3) - polar(x[:, n].reshape(2, 3))).max() < 1e-12
        if n < 2:  # fast balls do not tell rank one, or nothing, from nearly that, and then say nothing
            assert np.isinf(sizes[1][n]) or not np.isfinite(high[:, n]).any()
            continue
        assert (high - low)[:, n].max() < 1e-9
        with Balls(256) as balls:
            g = balls.number(x[:, n])
            for i, v in enumerate(OPERATOR.maximizer(g, balls)):
                assert rational(low[i, n]) <= v.upper().fmpq() and v.lower().fmpq() <= rational(high[i, n])
            nuclear = OPERATOR.dual(g, balls)
            assert rational(sizes[0][n]) <= nuclear.upper().fmpq() and nuclear.lower().fmpq() <= rational(sizes[1][n])


def test_what_is_no_matrix_or_not_rational_is_refused():
    for operation in (OPERATOR.norm, OPERATOR.dual, OPERATOR.maximizer):
        with pytest.raises(TypeError, match="not rational"):
            operation(rationals([1, 2, 3, 4]), RATIONALS)
        with Balls(64) as balls:
            for d in (1, 2, 5):
                with pytest.raises(ValueError, match="two rows"):
                    operation(balls.number(np.ones(d)), balls)


# ------------------------------------------------------------------------------------------------ family


def instance(rows) -> MatrixLeastSquares:
    return MatrixLeastSquares(rationals(rows))


@brief
@given(st.lists(entries, min_size=6, max_size=6).map(rationals), st.lists(entries, min_size=4, max_size=4))
def test_the_gradient_is_that_of_the_matrix(x, factor):
    problem = instance(np.reshape(factor, (2, 2)))
    A, X = problem.factor, x.reshape(2, COLUMNS)
    assert (problem.gradient(x, RATIONALS) == A.T.dot(A.dot(X)).ravel()).all()
    assert problem.suboptimality(x, RATIONALS) == sum(entry**2 for entry in A.dot(X).ravel()) / fmpq(2)
    assert (problem.hessian().dot(x) == problem.gradient(x, RATIONALS)).all()


@pytest.mark.parametrize("rows", [[[1, 0], [0, 2]], [[1, 2], [-1, "1/2"]]], ids=str)
def test_the_constants_hold_and_are_attained(rows):
    problem = instance(rows)
    batch = MatrixLeastSquares(problem.factor.astype(float)[..., None])
    A = floats(problem.factor.ravel())
    H = A.T @ A
    eigenvalues, vectors = np.linalg.eigh(H)
    L_op, mu_op = (float(as_float(problem.exact_constant(kind(1, OPERATOR)))) for kind in (Smooth, StronglyConvex))
    assert np.isclose(L_op, eigenvalues.sum()) and np.isclose(mu_op, eigenvalues[0], rtol=1e-9)
    assert problem.exact_constant(PolyakLojasiewicz(1, OPERATOR)) == problem.exact_constant(StronglyConvex(1, OPERATOR))
    for kind in (Smooth, StronglyConvex, PolyakLojasiewicz):
        found = batch.constant(kind(1, OPERATOR))
        assert found.lower[0] <= (L_op if kind is Smooth else eigenvalues[0] * (1 + 1e-12)) and found.width[0] < 1e-10
        assert problem.exact_constant(kind(1, LINF)) is None and batch.constant(kind(1, LINF)) is None
    rng = np.random.default_rng(0)
    ratios = []
    for X in [*rng.standard_normal((200, 2, 3)), np.eye(2, 3), np.outer(vectors[:, 0], [3, -4, 0])]:
        nuclear = np.linalg.norm(H @ X, "nuc")
        V, size = np.sum((A @ X) ** 2) / 2, np.linalg.norm(X, 2)
        ratios.append((nuclear / size, 2 * V / size**2, nuclear**2 / (2 * V)))
    smooth, convex, PL = zip(*ratios, strict=True)
    assert np.isclose(max(smooth), L_op) and np.isclose(min(convex), mu_op) and np.isclose(min(PL), mu_op)


def as_float(number: fmpq) -> float:
    return int(number.p) / int(number.q)


# ------------------------------------------------------------------------------------------------ claims

zeta = 1 - 2 * mu * alpha * (1 - L * alpha / 2)
_CLAIM = Claim(
    id="mine",
    algorithm=SteepestDescent(alpha, OPERATOR),
    assumptions=(Smooth(L, OPERATOR), PolyakLojasiewicz(mu, OPERATOR)),
    domain=(alpha > 0, alpha < 2 / L),
    measure=Suboptimality(),
    bound=zeta**k * V0,
)


def test_theorem_1_is_tight_in_the_operator_norm():
    trials = try_out(_CLAIM, PROFILES["quick"])
    assert [tally.family for tally in trials.tallies] == [MatrixLeastSquares.family]
    assert trials.witness is None and trials.tallies[0].held > 1000
    assert all(0.999 < best.value <= 1 for best in trials.shares.values())


def test_a_bound_that_is_too_small_is_refuted_in_balls():
    faster = dataclasses.replace(_CLAIM, bound=(1 - 3 * mu * alpha * (1 - L * alpha / 2)) ** k * V0)
    witness = verify(faster).witness
    assert isinstance(witness.problem, MatrixLeastSquares) and witness.level == "enclosed"
    data = witness.to_json()
    assert from_json(data, {}).replay().confirmed and from_json(data, {}).to_json() == data


def test_what_holds_in_every_norm_is_tried_in_the_operator_norm():
    posed = in_numbers(catalog()["own/theorem-1.dual-norms"])
    assert [claim.algorithm.norm for claim in posed] == [LINF, L2, OPERATOR]
    assert {assumption.norm for assumption in posed[-1].assumptions} == {OPERATOR}
