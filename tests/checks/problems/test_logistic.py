"""Logistic regression: values, gradients and constants against the definition, on every data set."""

from __future__ import annotations

import dataclasses
import gc
import json
import subprocess
import sys
from functools import cache

import jax
import numpy as np
import pytest
from flint import arb, arb_mat, fmpq
from sklearn.datasets import dump_svmlight_file, load_breast_cancer, load_digits

from signproof import Claim
from signproof.checks.numbers.arrays import BALLS, ball, ends
from signproof.checks.numbers.exact import Balls, rationals
from signproof.checks.problems.families import families, load_problem
from signproof.checks.problems.logistic import (
    Digits3Against8,
    DigitsEvenAgainstOdd,
    LogisticRegression,
    _minimizer,
    logistic_regression,
)
from signproof.checks.replay import witness
from signproof.loading import read_file
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.misuse import Misuse
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import L

BITS = 300
FAMILIES = [
    LogisticRegression,
    Digits3Against8,
    pytest.param(DigitsEvenAgainstOdd, marks=pytest.mark.slow),
]
every_set = pytest.mark.parametrize("family", FAMILIES)
both_norms = pytest.mark.parametrize("norm", [LINF, L2], ids=str)


@cache
def posed(family) -> tuple[LogisticRegression, np.ndarray]:
    return next(family.samples(np.random.default_rng(0), 1))


def direct(rows: np.ndarray, x: list[arb]) -> tuple[arb, np.ndarray]:
    """f and its gradient at a point of Arb numbers, by their definitions."""
    M, n = arb_mat(rows.tolist()), len(rows)
    margins = (M * arb_mat([[entry] for entry in x])).entries()
    value = sum((-m).exp().log1p() for m in margins) + sum(entry * entry for entry in x) / 2
    fit = M.transpose() * arb_mat([[1 / (1 + m.exp())] for m in margins])
    return value / n, np.array([(entry - part) / n for entry, part in zip(x, fit.entries(), strict=True)], dtype=object)


@cache
def minimum(family) -> arb:
    """f*, by Newton's method in 300 bits and f(c) - f* <= (n/2) ||grad f(c)||^2."""
    rows = family.dataset.rows
    n, d = rows.shape
    with Balls(BITS):
        M, x = arb_mat(rows.tolist()), [arb(c) for c in posed(family)[0].centre.tolist()]
        for _ in range(3):
            s = [1 / (1 + m.exp()) for m in (M * arb_mat([[entry] for entry in x])).entries()]
            W = arb_mat([[entry * (t - t * t) for entry in row] for row, t in zip(M.tolist(), s, strict=True)])
            H = M.transpose() * W + arb_mat([[arb(i == j) for j in range(d)] for i in range(d)])
            step = H.solve(arb_mat([[entry * n] for entry in direct(rows, x)[1]])).entries()
            x = [(entry - change).mid() for entry, change in zip(x, step, strict=True)]
        value, slope = direct(rows, x)
        gap = n * sum(slope * slope) / 2
        assert gap < 1e-60
        return value - gap.union(arb(0))


@jax.jit
def enclosed(arrays, x):
    problem = LogisticRegression(**arrays)
    return ends(problem.suboptimality(ball(x), BALLS)), ends(problem.gradient(ball(x), BALLS))


@every_set
@pytest.mark.parametrize("scale", [0, 1e-12, 1e-4, 1, 30])
def test_values_and_gradients_are_those_of_the_definition(family, scale):
    batch, start = posed(family)
    x = np.random.default_rng(3).standard_normal((len(start), 1)) * scale
    with jax.enable_x64(True):
        (low, high), slopes = enclosed(batch.arrays(), x)
    low, high, (slope_low, slope_high) = float(low[0]), float(high[0]), (np.asarray(end)[:, 0] for end in slopes)
    with Balls(BITS) as xp:
        exact, at = batch.one(0).over(xp), xp.number(x[:, 0])
        value, slope = direct(family.dataset.rows, list(xp.number(batch.centre) + at))
        value = value - minimum(family)
        assert arb(low) <= value <= arb(high)
        assert high - low <= 2e-12 * scale + 1e-28
        assert exact.suboptimality(at, xp).contains(value)
        for i, entry in enumerate(exact.gradient(at, xp)):
            assert entry.contains(slope[i])
            assert arb(slope_low[i]) <= slope[i] <= arb(slope_high[i])
            assert slope_high[i] - slope_low[i] <= 1e-12 * max(scale, 1)


# Constants


@every_set
@both_norms
def test_no_pair_of_points_shows_more_than_the_smoothness_constant_and_one_shows_nearly_all(family, norm):
    """||grad f(x) - grad f(y)||_* / ||x - y||, in balls and by the definition."""
    rows, rng = family.dataset.rows, np.random.default_rng(4)
    d = rows.shape[1]
    (largest,) = posed(family)[0].constant(Smooth(1, norm)).upper
    # the features are not negative: all ones is the best sign vector; near 0 the Hessian is the largest
    steepest = np.ones(d) if norm is LINF else np.linalg.eigh(rows.T @ rows)[1][:, -1]
    pairs = [(0.001 * steepest, -0.001 * steepest)]
    pairs += [(rng.standard_normal(d) * size, rng.choice([-1.0, 1.0], d)) for size in (0.01, 1, 30)]
    shown = []
    with Balls(BITS) as xp:
        for x, y in pairs:
            g, h = (direct(rows, list(xp.number(point)))[1] for point in (x, y))
            shown.append(norm.dual(g - h, xp) / norm.norm(xp.number(x) - xp.number(y), xp))
        assert all(ratio <= arb(largest) for ratio in shown)
        assert shown[0] >= arb(largest) * arb("0.9999")


@every_set
@both_norms
def test_the_smoothness_constant_is_at_most_each_of_the_known_bounds(family, norm):
    found = posed(family)[0].constant(Smooth(1, norm))
    A = family.dataset.rows
    n, d = A.shape
    largest = np.linalg.eigvalsh(A.T @ A / n).max()
    bounds = [largest / 4 + 1 / n]
    if norm is LINF:
        bounds = [(np.abs(A).sum(axis=1) ** 2).sum() / (4 * n) + d / n, d / 4 * largest + d / n]
    assert found.upper[0] <= min(bounds) * (1 + 1e-12)
    assert 0 < found.lower[0] <= found.upper[0] <= found.lower[0] * (1 + 1e-12)


@every_set
def test_hessians_lie_between_the_constants(family):
    batch, start = posed(family)
    A, rng = family.dataset.rows, np.random.default_rng(5)
    n, d = A.shape
    signs = rng.choice([-1.0, 1.0], (d, 50))
    for x in (np.zeros(d), batch.centre, batch.centre + start[:, 7], 100 * start[:, 3]):
        s = 1 / (1 + np.exp(np.minimum(A @ x, 500)))
        H = (A.T * (s * (1 - s))) @ A / n + np.eye(d) / n
        least, *_, most = np.linalg.eigvalsh(H)
        assert 1 / n * (1 - 1e-9) <= least and most <= batch.constant(Smooth(1, L2)).upper[0] * (1 + 1e-9)
        assert np.abs(H @ signs).sum(axis=0).max() <= batch.constant(Smooth(1)).upper[0] * (1 + 1e-9)


@every_set
@both_norms
def test_the_ridge_is_what_convexity_there_is(family, norm):
    """f(x) - f(y) - <grad f(y), x - y> >= ||x - y||^2 / (2n) and ||grad f(x)||_*^2 >= (2/n) (f(x) - f*)."""
    batch, start = posed(family)
    rows = family.dataset.rows
    n = len(rows)
    for kind in (StronglyConvex, PolyakLojasiewicz):
        assert batch.one(0).exact_constant(kind(1, norm)) == fmpq(1, n)
        assert batch.constant(kind(1, norm)).lower[0] <= 1 / n <= batch.constant(kind(1, norm)).upper[0]
    with Balls(BITS) as xp:
        for i in range(1, start.shape[1], 15):
            x, y = (xp.number(batch.centre) + xp.number(start[:, j]) for j in (i, i - 1))
            (f, g), (f_, h) = direct(rows, list(x)), direct(rows, list(y))
            assert f - f_ - xp.sum(h * (x - y)) >= norm.norm(x - y, xp) ** 2 / (2 * n)
            assert norm.dual(g, xp) ** 2 >= (f - minimum(family)) * 2 / n


def test_along_a_blank_pixel_there_is_only_the_ridge():
    batch, start = posed(Digits3Against8)
    blank = (Digits3Against8.dataset.rows == 0).all(axis=0)
    assert blank.sum() >= 3 and (batch.centre[blank] == 0).all()
    x = start[:, :1] * blank[:, None]
    with jax.enable_x64(True):
        (low, high), (slope_low, slope_high) = enclosed(batch.arrays(), x)
    n = len(batch.matrix)
    assert float(low[0]) <= (x**2).sum() / (2 * n) * (1 + 1e-15) and (x**2).sum() / (2 * n) <= float(high[0])
    np.testing.assert_allclose(np.asarray(slope_low)[blank], x[blank] / n, rtol=1e-13)
    np.testing.assert_allclose(np.asarray(slope_high)[blank], x[blank] / n, rtol=1e-13)


def test_newtons_method_holds_back_where_full_steps_diverge():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((40, 3)) * [1, 300, 10_000]
    x = _minimizer(rows)
    s = 1 / (1 + np.exp(np.clip(rows @ x, -500, 500)))
    assert np.abs(x - rows.T @ s).max() <= 1e-9 * np.abs(rows).max()


# Data sets


def test_the_sets_are_those_of_scikit_learn():
    for family, (features, labels), kept in (
        (LogisticRegression, load_breast_cancer(return_X_y=True), (0, 1)),
        (Digits3Against8, load_digits(return_X_y=True), (3, 8)),
        (DigitsEvenAgainstOdd, load_digits(return_X_y=True), range(10)),
    ):
        features, labels = features[np.isin(labels, kept)], labels[np.isin(labels, kept)]
        positive = {LogisticRegression: labels == 1, Digits3Against8: labels == 3}.get(family, labels % 2 == 0)
        rows = family.dataset.rows * np.where(positive, 1, -1)[:, None]
        scale = features.max(axis=0) / np.where(rows.max(axis=0) > 0, rows.max(axis=0), 1)
        assert (rows * scale == features).all() and (np.frexp(scale[scale > 0])[0] == 0.5).all()
        assert rows.shape == posed(family)[0].matrix.shape and rows.min() >= 0 and 0.5 < rows.max() <= 1
        assert family.shapes == (rows.shape[1:],)


def test_only_breast_cancer_is_cheap_enough_for_every_run():
    ours = [family for family in families() if issubclass(family, LogisticRegression)]
    assert [family for family in ours if not family.costly] == [LogisticRegression]
    assert [family for family in ours if family.costly] == [Digits3Against8, DigitsEvenAgainstOdd]


@every_set
def test_data_is_read_back(family):
    problem = posed(family)[0].one(0)
    again = load_problem(problem.data())
    assert type(again) is family and again.data() == problem.data()
    assert all((again.arrays()[name] == field).all() for name, field in problem.arrays().items())


def test_any_float_may_be_the_centre():
    data = {"family": "LogisticRegression", "dataset": "breast-cancer", "centre": ["1000"] * 30}
    problem = load_problem(data)
    assert problem.data() == data
    with Balls(BITS) as xp:
        near = posed(LogisticRegression)[0].one(0)
        far, there = problem.over(xp), xp.number(np.full(30, -1000.0)) + xp.number(near.centre)
        assert far.suboptimality(there, xp).contains(near.over(xp).suboptimality(there * 0, xp).lower())


@pytest.mark.parametrize(
    "data, message",
    [
        ({"dataset": "iris", "centre": []}, "dataset is neither one of breast-cancer, digits-3-against-8"),
        ({"centre": ["0"] * 30}, "dataset is neither one of"),
        ({"dataset": {"libsvm": 3}}, "dataset is neither one of"),
        ({"dataset": "breast-cancer"}, "'centre' needs 30 numbers"),
        ({"dataset": "digits-3-against-8", "centre": ["0"] * 30}, "'centre' needs 64 numbers"),
        ({"dataset": "breast-cancer", "centre": ["1/3"] * 30}, "not floats"),
        ({"dataset": "breast-cancer", "centre": [str(2**1000)] * 30}, "too large"),
        ({"dataset": "breast-cancer", "centre": [str(10**400)] * 30}, "too large"),
        ({"dataset": "breast-cancer", "centre": ["x"] * 30}, "rational"),
    ],
)
def test_data_that_is_no_logistic_regression_is_a_value_error(data, message):
    with pytest.raises(ValueError, match=message):
        load_problem({"family": "LogisticRegression"} | data)


# A file of one's own


@pytest.fixture
def file(tmp_path):
    """40 samples with 5 features of both signs, one of them always 0; labels 1 and 2."""
    rng = np.random.default_rng(6)
    features = np.round(rng.standard_normal((40, 5)) * [1, 0, 3, 0.1, 1], 4)
    path = tmp_path / "mine.txt"
    dump_svmlight_file(features, rng.integers(1, 3, 40), str(path), zero_based=False)
    yield path
    gc.collect()  # so that no later test finds the family


def test_a_file_is_a_family_of_its_own(file):
    family = logistic_regression(file)
    claim = Claim(id="own/claim", domain=(L > 0,), statement=L**2 > 0)
    assert family in families(claim) and family.family == "logistic regression, mine.txt"
    assert family not in families()
    batch, start = next(family.samples(np.random.default_rng(0), 1))
    assert batch.matrix.shape == (40, 5) and start.shape[0] == 5
    A = batch.matrix
    H = A.T @ A / 160 + np.eye(5) / 40
    signs = 1 - 2.0 * (np.arange(32)[:, None] >> np.arange(5) & 1)
    assert batch.constant(Smooth(1)).upper[0] == pytest.approx(np.abs(signs @ H).sum(axis=1).max(), rel=1e-12)
    assert batch.constant(Smooth(1, L2)).upper[0] == pytest.approx(np.linalg.eigvalsh(H).max(), rel=1e-12)
    with jax.enable_x64(True):
        (low, high), _ = enclosed(batch.arrays(), np.ones((5, 1)))
    with Balls(BITS) as xp:
        value, _ = direct(A, list(xp.number(batch.centre) + arb(1)))
        best, _ = direct(A, list(xp.number(batch.centre)))
        assert arb(float(low[0])) <= value - best + arb(1e-25) and value - best <= arb(float(high[0]))


def test_a_witness_on_a_file_is_replayed_where_the_family_is_not_known(file):
    family = logistic_regression(file)
    problem = next(family.samples(np.random.default_rng(0), 1))[0].one(0)
    data = problem.data()
    assert data["dataset"]["libsvm"] == str(file) and len(data["dataset"]["sha256"]) == 64
    assert type(load_problem(data)) is family
    del family, problem
    gc.collect()
    again = load_problem(data)
    assert again.data() == data and list(type(again).samples(np.random.default_rng(0), 1)) == []
    assert again.exact_constant(StronglyConvex(1)) == fmpq(1, 40)
    del again
    gc.collect()
    with open(file, "a") as more:
        more.write("1 1:0.5\n")
    with pytest.raises(ValueError, match=r"mine\.txt is not the problem's data"):
        load_problem(data)
    file.unlink()
    with pytest.raises(ValueError, match=r"mine\.txt cannot be read: No such file"):
        load_problem(data)


CLAIMS = """
from signproof import Claim
from signproof.checks.problems.logistic import logistic_regression
from signproof.theory.algorithms import ScaledSignGD
from signproof.loading import read_file
from signproof.theory.misuse import Misuse
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import L, V0, alpha, k, mu

data = logistic_regression({!r})
claim = Claim(
    id="mine/too-fast",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=(1 - 1000 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
"""
TRY = """
import json, sys
from pathlib import Path
from signproof.checks import trials
from signproof.checks.problems.families import families
from signproof.loading import read_file

(claim,) = read_file(Path(sys.argv[1]))
trials.believed = lambda claim: families(claim)[-1:]
found = trials.try_out(claim, trials.PROFILES["quick"])
print(json.dumps([[tally.family for tally in found.tallies], found.witness.to_json()]))
"""


def test_a_claims_file_may_name_its_data(file, tmp_path):
    path = tmp_path / "claims.py"
    path.write_text(CLAIMS.format(str(file)))
    before = set(sys.modules)
    (claim,) = read_file(path)
    assert claim.id == "mine/too-fast" and families(claim)[-1].family == "logistic regression, mine.txt"
    for name in {name for name in sys.modules if name.startswith("signproof_claims_")} - before:
        del sys.modules[name]  # and the family with it
    path.write_text(CLAIMS.format(str(tmp_path / "none.txt")))
    with pytest.raises(Misuse, match=r"claims\.py, line 11: ValueError: .*none\.txt cannot be read: No such file"):
        read_file(path)


@pytest.mark.slow
def test_claims_in_a_file_are_tried_on_the_data_that_it_names(file, tmp_path):
    path = tmp_path / "claims.py"
    path.write_text(CLAIMS.format(str(file)))
    # in a process of its own: what is compiled there keeps the family alive
    run = subprocess.run([sys.executable, "-c", TRY, path], check=True, capture_output=True, text=True)
    tried, data = json.loads(run.stdout)
    assert tried == ["logistic regression, mine.txt"] and data["problem"]["dataset"]["libsvm"] == str(file)
    found = witness.load(data, {}, "here")
    assert found.replay().confirmed and found.describe().startswith("logistic regression, mine.txt (n = 40, d = 5)")
    del found
    gc.collect()
    file.write_text("1 1:0.5\n-1 1:0.25\n")
    with pytest.raises(witness.WitnessError, match=r"here: .*mine\.txt is not the problem's data"):
        witness.load(data, {}, "here")


def test_a_file_too_large_for_balls_is_refused(file, monkeypatch):
    monkeypatch.setattr("signproof.checks.problems.logistic.LARGEST", 100)
    with pytest.raises(
        ValueError, match=r"mine\.txt has 40 x 5 entries, too many for exact arithmetic: use at most 100"
    ):
        logistic_regression(file)


def test_one_instance_has_the_numbers_of_its_batch():
    batch, _ = posed(LogisticRegression)
    for name, field in batch.one(3).arrays().items():
        assert (field == rationals(batch.arrays()[name])).all()
    assert set(LogisticRegression.shared) == {field.name for field in dataclasses.fields(LogisticRegression)}
