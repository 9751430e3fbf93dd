"""The papers' figures: criteria that can fail, runs that can be resumed, minima that are enclosed."""

from __future__ import annotations

import dataclasses
import json

import jax
import numpy as np
import pytest
from scipy.optimize import minimize
from sympy import Rational
from typer.testing import CliRunner

from signproof.checks.experiments import logistic_data, total_variation
from signproof.checks.experiments.experiment import Setting, known
from signproof.checks.experiments.figures import example_4, signprox_figure_1
from signproof.checks.experiments.logistic_data import prepared, solved
from signproof.checks.experiments.race import race
from signproof.checks.kinds.words import conduct
from signproof.checks.problems.data import synthetic
from signproof.checks.verdicts.judge import verify
from signproof.checks.verdicts.verdict import Status
from signproof.cli import app
from signproof.report.ledger import entry, ledger, validate
from signproof.theory.algorithms import ErrorFeedbackSignGD, GradientDescent, MajorityVote, ScaledSignGD, SignGD
from signproof.theory.catalog import catalog

SMALL = Setting(samples=300, features=12, batch=8, repeats=3, steps=80)


@pytest.fixture(scope="module")
def data():
    return solved("synthetic", synthetic(300, 12, 0))


def test_every_experiment_decides_a_claim_in_words():
    claims = catalog()
    assert {"scaled-sign/example-4", "scaled-sign/example-5.constant"} <= set(known())
    assert all(claims[id].words for id in known())


def test_figure_1_is_reproduced():
    found = verify(catalog()["scaled-sign/example-4"])
    assert found.status == Status.REPRODUCED
    assert all(piece.level == "enclosed" for piece in found.evidence if piece.kind == "experiment")
    assert len(found.series) == 5


@pytest.mark.parametrize(
    ("linear", "oscillating"),
    [
        ({"wrong": SignGD(example_4.STEP)}, {}),
        ({"too short": GradientDescent(Rational(1, 21))}, {}),
        ({}, {"wrong": ScaledSignGD(example_4.STEP)}),
    ],
)
def test_figure_1_is_not_reproduced_by_another_method(monkeypatch, linear, oscillating):
    monkeypatch.setattr(example_4, "LINEAR", linear)
    monkeypatch.setattr(example_4, "OSCILLATING", oscillating)
    monkeypatch.setattr(example_4, "STARTS", ("0.31",))
    found = conduct(catalog()["scaled-sign/example-4"], Setting())
    assert found.status == Status.NOT_REPRODUCED


def test_costly_experiments_are_not_part_of_the_quick_profile():
    found = verify(catalog()["scaled-sign/example-5.workers"])
    assert found.status == Status.OPEN
    assert "signproof experiment scaled-sign/example-5.workers" in found.evidence[-1].text


def test_the_minimum_is_enclosed(data):
    rows, n = data.rows.astype(float), len(data.rows)

    def risk(x):
        return (np.logaddexp(0, -rows @ x).sum() + x @ x / 2) / n

    assert data.lower <= data.upper <= risk(data.minimizer) * (1 + 1e-12)
    assert data.upper - data.lower < 1e-12
    other = minimize(risk, np.zeros(12), method="BFGS", options={"gtol": 1e-9})
    assert other.fun >= data.lower - 1e-12
    assert other.fun == pytest.approx(data.upper, abs=1e-9)


def test_prepared_rows_are_made_like_those_of_epsilon():
    features = np.random.default_rng(0).normal(3, [1, 2, 0], (40, 3))
    rows = prepared(features, np.arange(40) < 20)
    assert rows.dtype == np.float32
    assert np.abs((rows.astype(float) ** 2).sum(axis=1) - 1).max() < 1e-6
    assert (rows[:, 2] == 0).all()


def test_a_race_follows_the_rules_of_the_methods(data):
    """With a batch as large as one draws only one sample, over and over, a race is a run on that sample."""
    one = dataclasses.replace(data, rows=data.rows[:1].repeat(3, axis=0))
    methods = {"SGD": GradientDescent(2), "EF": ErrorFeedbackSignGD(2), "scaled": ScaledSignGD(Rational(1, 6))}
    methods = {name: method.at(step_size=Rational(method.step_size)) for name, method in methods.items()}
    setting = dataclasses.replace(SMALL, steps=40)
    found = race(one, methods, 1, setting, lambda text: None)
    a, n = one.rows[0].astype(float)[:, None], 3
    with jax.enable_x64(True):
        start = np.asarray(jax.random.normal(jax.random.split(jax.random.key(0))[0], (12, 3)))

    def gradient(x):
        return x / n - a / (1 + np.exp((a * x).sum(axis=0)))

    from signproof.checks.numbers.floats import NUMPY

    for name, method in methods.items():
        rule = method.at(step_size=float(method.step_size))
        x, memory = start, rule.init(start, NUMPY)
        for _ in range(40):
            x, memory = rule.update(x, gradient, memory, NUMPY)
        assert np.abs(x - found.ends[name]).max() < 1e-9


def test_one_worker_votes_as_scaled_sign_descent_steps(data):
    methods = {"vote": MajorityVote(Rational(1, 6), 1), "alone": ScaledSignGD(Rational(1, 6))}
    found = race(data, methods, 1, SMALL, lambda text: None)
    assert np.abs(found.ends["vote"] - found.ends["alone"]).max() < 1e-12


def test_an_interrupted_run_goes_on_where_it_was(data, tmp_path):
    methods = {"SGD": GradientDescent(Rational(2)), "EF": ErrorFeedbackSignGD(Rational(2))}
    whole = race(data, methods, 1, SMALL, lambda text: None)

    def interrupt(text):
        if "step 40 " in text:
            raise KeyboardInterrupt

    kept = dataclasses.replace(SMALL, folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        race(data, methods, 1, kept, interrupt)
    told = []
    again = race(data, methods, 1, kept, told.append)
    assert told[0].endswith("step 42 of 80")
    assert all((whole.gaps[name] == again.gaps[name]).all() for name in methods)
    other = race(data, methods, 1, dataclasses.replace(kept, seed=1), lambda text: None)
    assert not (other.gaps["SGD"] == whole.gaps["SGD"]).any()


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "id", ["workers", pytest.param("constant", marks=SLOW), pytest.param("diminishing", marks=SLOW)]
)
def test_the_figures_of_example_5_run_at_any_size(id):
    found = conduct(catalog()[f"scaled-sign/example-5.{id}"], dataclasses.replace(SMALL, steps=40))
    assert found.status in (Status.REPRODUCED, Status.NOT_REPRODUCED)
    kinds = [piece.kind for piece in found.evidence]
    assert kinds.count("coverage") == 2 and kinds.count("reading") > 0 and kinds.count("choice") == 6
    asked = ""
    for covered in (piece for piece in found.evidence if piece.kind == "coverage"):
        assert "Theorem" in covered.text and "this experiment" in covered.text
        assert covered.facts["holds"] == all(condition["holds"] for condition in covered.facts["conditions"])
        asked += " ".join(condition["asked"] for condition in covered.facts["conditions"])
    for told in ("p_min >= 3/4" if id == "diminishing" else "alpha < c/L", "p_min > 1/2", "condition (N)"):
        assert told in asked
    assert found.series
    validate(json.loads(json.dumps(ledger([entry(found)], "full", 0))))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "nothing.txt", "scaled-sign/example-5.constant"], "no file nothing.txt"),
        (["scaled-sign/theorem-1.1"], "no experiment decides scaled-sign/theorem-1.1"),
        (["nothing"], 'no claim "nothing"'),
    ],
)
def test_misuse_is_said_in_one_line(arguments, said):
    found = CliRunner().invoke(app, ["experiment", *arguments])
    assert said in str(found.exception)


def total(x):
    return np.abs(x[1:] - x[:-1]).sum(axis=(0, 1)) + np.abs(x[:, 1:] - x[:, :-1]).sum(axis=(0, 1))


@pytest.mark.parametrize("strength", [0.3, *(pytest.param(s, marks=pytest.mark.slow) for s in (0.01, 5.0))])
def test_the_proximal_operator_of_total_variation_is_within_its_certified_gap(strength):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((7, 6, 2))
    with jax.enable_x64(True):
        s = np.full(2, strength)
        found = [total_variation.prox(z, s, total_variation.start(z), count) for count in (3000, 15)]
    (far, _, sharp), (near, _, gap) = [(np.asarray(x), dual, np.asarray(gap)) for x, dual, gap in found]

    def objective(x):
        return ((x - z) ** 2).sum(axis=(0, 1)) / 2 + strength * total(x)

    assert (sharp < 1e-10).all()
    assert (objective(near) - objective(far) <= gap + 1e-9).all()
    assert (((near - far) ** 2).sum(axis=(0, 1)) <= 2 * (gap + sharp) * (1 + 1e-6) + 1e-12).all()
    for _ in range(200):  # no image nearby is better
        other = far + rng.standard_normal(far.shape) * 10.0 ** rng.uniform(-4, 0)
        assert (objective(other) >= objective(far) - sharp).all()


@pytest.mark.parametrize("id", ["sparse", pytest.param("dense", marks=pytest.mark.slow)])
def test_signprox_figure_1_runs_on_a_smaller_phantom(monkeypatch, id):
    smaller = {
        "SIDE": 12,
        "MEASUREMENTS": 160,
        "FULL": 60,
        "FEWER": (20, 40),
        "GRIDS": {"SPGM": (0.1, 0.05, 0.025), "signProx": (0.004, 0.002)},
    }
    for name, value in smaller.items():
        monkeypatch.setattr(signprox_figure_1, name, value)
    try:
        for cached in (signprox_figure_1._problem, signprox_figure_1._least, signprox_figure_1._measured):
            cached.cache_clear()
        found = conduct(catalog()[f"signprox/figure-1.{id}"], Setting(steps=40))
    finally:
        for cached in (signprox_figure_1._problem, signprox_figure_1._least, signprox_figure_1._measured):
            cached.cache_clear()
    assert found.status in (Status.REPRODUCED, Status.NOT_REPRODUCED)
    assert len(found.series) == 4
    assert all(0 <= value for run in found.series for value in run["measured"] if value is not None)
    readings = [piece.facts["reading"] for piece in found.evidence if piece.kind == "reading"]
    assert readings == ["after 20 steps", f"the deviation of the noise read as {signprox_figure_1.ENTRY}"]


def test_the_best_run_is_the_one_with_the_least_objective_and_its_image_is_told_up_to_sign():
    phantom = np.array([[0.0, 1.0]])
    noise = (1.0, 1.0)
    cells = [("SPGM", noise, 0.2), ("SPGM", noise, 0.1), ("signProx", noise, 0.01)]
    cells += [(method, (0.1, 0.1**-0.5), 1.0) for method in ("SPGM", "signProx")]
    courses = np.array([[1.0] * 5, [0.5, 0.6, 0.7, 0.5, 0.5], [0.4, 0.1, np.nan, 0.5, 0.02]])
    points = np.zeros((3, 2, 5))
    points[1:, 1] = [1, -0.75, 0.5, 1, 1]
    runs = signprox_figure_1.Runs(cells, courses, points, np.arange(5.0), phantom)
    found = runs.best(signprox_figure_1.TOTAL, 20)
    assert (found["SPGM", 1.0].step_size, found["SPGM", 1.0].error) == (0.1, 0.25)
    assert (found["SPGM", 1.0].image == [[0, 0.75]]).all()
    assert runs.best(signprox_figure_1.TOTAL, 10)["SPGM", 1.0].step_size == 0.2
    assert [criterion.holds for criterion in signprox_figure_1._dense(found)] == [True, False, False]
    assert [criterion.holds for criterion in signprox_figure_1._sparse(found)] == [False, True, False]


def test_the_gradients_of_single_samples_are_enumerated(monkeypatch, data):
    """Block by block as from the matrix of all of them."""
    x, n = np.random.default_rng(0).standard_normal(12), 300
    x[3] = 0
    rows = data.rows.astype(float)
    rows[:, 3] = 0
    drawn = x / n - rows / (1 + np.exp(rows @ x))[:, None]
    g = drawn.mean(axis=0)
    right = (np.sign(drawn) == np.sign(g)).mean(axis=0)
    aligned = (np.abs(drawn).sum(axis=1)[:, None] * np.sign(drawn)).mean(axis=0) * np.sign(g)
    norm, asked = np.abs(g).sum(), np.delete(np.arange(12), 3)
    monkeypatch.setattr(logistic_data, "BLOCK", 7 * 12)
    found = logistic_data.look(rows.astype(np.float32), x)
    assert found.p_min == right[asked].min() > 0
    assert found.met == (aligned >= (2 * right - 1) * norm)[asked].mean()
    assert found.aggregate == pytest.approx(np.abs(g) @ aligned / norm**2)


def test_the_minimum_does_not_depend_on_the_size_of_blocks(monkeypatch, data):
    monkeypatch.setattr(logistic_data, "BLOCK", 7 * 12)
    again = solved("in blocks", data.rows)
    assert again.upper - again.lower < 1e-12
    assert again.upper == pytest.approx(data.upper, abs=1e-12)


def test_overflows_are_told(data):
    methods = {"calm": GradientDescent(Rational(2)), "wild": ScaledSignGD(Rational(10**6))}
    found = race(data, methods, 1, SMALL, lambda text: None)
    (told,) = found.overflows()
    assert told.startswith("wild: by step ")
    assert "in 3 of 3 runs at last, x itself (64-bit) in 3" in told
    assert found.final("wild") == np.inf
    assert found.arrives("wild", found.final("calm")) == np.inf
    assert 0 < found.arrives("calm", 2 * found.final("calm")) <= 80
