"""Runs with drawn gradients: the same numbers however they are divided, exact means, and what claims come to."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from fractions import Fraction as F

import numpy as np
import pytest
from flint import fmpq
from sympy import Le, Rational, Symbol

from signproof.checks.gradients.densities import Gaussian, Uniform
from signproof.checks.gradients.drawn import AdditiveNoise, MultiplicativeNoise
from signproof.checks.gradients.finite import FiniteOracle
from signproof.checks.gradients.finite_drawn import FiniteNoise
from signproof.checks.numbers.exact import rationals, to_float
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.runs.drawn import BLOCK, samples
from signproof.checks.runs.expected import Chain, expectations
from signproof.checks.trials import drawn_noise
from signproof.checks.trials.drawn_noise import try_out
from signproof.checks.trials.exact_noise import Noise
from signproof.checks.trials.tally import PROFILES, Trials
from signproof.checks.verdicts.judge import verify
from signproof.theory.algorithms import MajorityVote, ScaledSignSGD, Signum
from signproof.theory.assumptions.gradients import BoundedVariance, NormSignMargin, l1
from signproof.theory.border.steps import DrawnTwice
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import K, L, alpha, k, sigma
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import gradient

M, c = Symbol("M", real=True), Symbol("c", real=True)
PROBLEM = DiagonalQuadratic(np.array([[1.0, 2.0], [3.0, 1.0]]))
START = np.array([[1.0, 2.0], [-1.0, 0.5]])
STEP = {alpha: np.array([0.05, 0.1])}
SIZE = np.array([0.5, 1.0])
repaired = catalog()["own/theorem-2.1.repaired"]
quick = PROFILES["quick"]


NOISE = AdditiveNoise(Gaussian())


def drawn(runs=1500, first=0, seed=3):
    method, measure = ScaledSignSGD(alpha), Suboptimality()
    return samples(method, PROBLEM, START, STEP, NOISE, SIZE, 8, runs, (measure,), seed, first=first)[0]


def test_a_run_is_the_same_whatever_runs_there_are_besides():
    few, many = drawn(1500), drawn(4 * BLOCK)
    assert few.shape == (9, 2, 1500) and (few == many[:, :, :1500]).all()
    assert (many[:, :, BLOCK : 2 * BLOCK] == drawn(BLOCK, first=2)).all()  # two instances: two blocks for BLOCK runs
    assert (few != drawn(1500, seed=4))[1:].all()
    assert len(np.unique(many[1])) == many[1].size


@pytest.mark.slow
def test_runs_are_the_same_on_eight_devices(tmp_path):
    np.save(tmp_path / "one.npy", drawn())
    program = (
        "import jax, sys; jax.config.update('jax_num_cpu_devices', 8); sys.path.insert(0, 'tests'); import numpy as np;"
        f"import test_sampled; one = np.load(r'{tmp_path / 'one.npy'}'); assert jax.local_device_count() == 8;"
        "assert (test_sampled.drawn() == one).all()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


FACTOR = FiniteOracle((F(3, 4), F(1, 4)), ((F(3, 2),) * 2, (F(-1, 2),) * 2), ((F(0),) * 2,) * 2)


@pytest.mark.parametrize(("method", "workers"), [(ScaledSignSGD(alpha), 1), (MajorityVote(alpha, M), 2)])
def test_means_are_the_exact_expectations(method, workers):
    """One factor for all coordinates, at any g: E V_k of 40000 runs within 6 standard errors of that in rationals."""
    steps = 3
    noise, size = FiniteNoise(FACTOR), np.array([1e6, 1e6])
    values = samples(method, PROBLEM, START, STEP, noise, size, steps, 40_000, (Suboptimality(),), 5, workers)[0]
    for index in range(2):
        problem = PROBLEM.one(index)
        numbers = {"alpha": fmpq(*STEP[alpha][index].as_integer_ratio()), "M": fmpq(workers)}
        at = {name: number for name, number in numbers.items() if name == "alpha" or workers > 1}
        chain = Chain(method, problem, FACTOR, at, tuple(rationals(START[:, index])))
        run = expectations(chain, Suboptimality(), problem)
        for step in range(steps + 1):
            exact, found = to_float(next(run)), values[step, index]
            assert abs(found.mean() - exact) <= 6 * found.std() / np.sqrt(found.size) + 1e-12


def test_what_a_method_remembers_is_carried_on():
    [values] = samples(
        Signum(alpha, Symbol("beta", real=True)),
        PROBLEM,
        START,
        STEP | {Symbol("beta", real=True): np.array([0.5, 0.5])},
        MultiplicativeNoise(Uniform(), F(1, 4)),  # no sign ever changes
        np.array([1e3, 1e3]),
        2,
        10,
        (Suboptimality(),),
        0,
    )
    after = 0.5 * (np.array([[1.0, 2.0], [3.0, 1.0]]) * (START - STEP[alpha] * np.sign(START)) ** 2).sum(axis=0)
    assert values[1] == pytest.approx(np.repeat(after[:, None], 10, axis=1))


def test_noise_of_no_size_is_refused():
    with pytest.raises(ValueError, match=r"must be positive, not -0.5"):
        samples(ScaledSignSGD(alpha), PROBLEM, START, STEP, NOISE, np.array([1, -0.5]), 1, 10, (Suboptimality(),), 0)


def test_a_method_that_asks_twice_is_refused():
    @dataclasses.dataclass(frozen=True)
    class Twice(ScaledSignSGD):
        def update(self, x, gradient, memory, xp):
            return x - self.step_size * (gradient(x) + gradient(x)), memory

    with pytest.raises(DrawnTwice, match="more than one stochastic gradient"):
        samples(Twice(alpha), PROBLEM, START, STEP, AdditiveNoise(Gaussian()), SIZE, 1, 10, (Suboptimality(),), 0)


@pytest.fixture
def two_laws(monkeypatch):
    laws = (AdditiveNoise(Gaussian()), 0.25), (AdditiveNoise(Gaussian(), F(1, 2)), 0.25)
    monkeypatch.setattr(drawn_noise, "LAWS", laws)


@pytest.mark.parametrize("id", ["own/theorem-2.1.repaired", "own/theorem-2.2.repaired", "own/theorem-3.repaired"])
def test_what_is_proved_is_not_refuted(two_laws, id):
    found = try_out(catalog()[id], quick, 0, 1e-9)
    assert not found.violation
    assert sum(tally.held for tally in found.tallies) == sum(tally.comparisons for tally in found.tallies) > 30
    ratios = [ratio for tally in found.tallies for run in tally.spread.runs for ratio in run.values()]
    assert 0.5 < max(ratios)
    assert all(tally.largest_ratio is None or 0 < tally.largest_ratio <= 1 for tally in found.tallies)


def test_near_the_minimum_additive_noise_makes_the_claim_empty_and_it_says_so(two_laws):
    found = try_out(repaired, quick, 0, 1e-9)
    assert found.refused == {
        "additive Gaussian noise": "with p_min = 0.5 no step size is in the domain: c > 0 fails at c = 0"
    }


@pytest.fixture
def no_others(monkeypatch):
    """The other trials are the business of other tests."""
    monkeypatch.setattr("signproof.checks.trials.bounds.try_out", lambda *arguments: Trials())
    monkeypatch.setattr("signproof.checks.kinds.stochastic.try_and_search", lambda *arguments: Noise())


def test_a_bound_that_is_too_low_is_refuted_at_a_stated_error(two_laws, no_others):
    low = dataclasses.replace(repaired, bound=repaired.bound / 8, proof=None)
    verdict = verify(low, seed=5, error=1e-6)
    assert verdict.status == "refuted" and verdict.witness is None
    (piece,) = (piece for piece in verdict.evidence if piece.kind == "statistics")
    assert piece.level == "statistical" and piece.facts["error"] == 1e-6 and piece.facts["seed"] == 5
    assert piece.facts["error_of_each"] * 2 * 2 * 6 * 6 == pytest.approx(1e-6)
    assert "with error probability" in piece.text and "seed" in piece.facts
    again = verify(low, seed=5, error=1e-6)
    assert again.evidence[-1].text == verdict.evidence[-1].text


def test_a_proved_claim_that_statistics_break_is_a_defect(two_laws, no_others, monkeypatch):
    monkeypatch.setattr(drawn_noise, "lower_bound", lambda drawn, pilot, error: 10 * drawn.mean())
    verdict = verify(repaired)
    assert verdict.status == "inconsistent" and verdict.evidence[-1].kind == "statistics"


@pytest.mark.slow
def test_true_claims_stay_so_at_every_seed():
    for seed in range(20):
        assert not try_out(repaired, quick, seed, 1e-3).violation


def test_the_evidence_says_what_was_spent(two_laws, no_others):
    verdict = verify(repaired, error=1e-8)
    kinds = [piece.kind for piece in verdict.evidence]
    assert verdict.status == "proved" and "draws" in kinds and "refused" in kinds
    (piece,) = (piece for piece in verdict.evidence if piece.kind == "draws")
    assert piece.facts["error"] == 1e-8 and "1e-08 in total" in piece.text and "seed 0" in piece.text


def test_other_measures_are_refused():
    with pytest.raises(Unsupported, match="proximal methods only"):
        try_out(catalog()["signprox/theorem-1"], quick, 0, 1e-9)


def posed(old, new, **changes):
    """The repaired Theorem 2(1) with one assumption in the place of another."""
    assumed = tuple(new if type(a) is type(old) else a for a in repaired.assumptions)
    return dataclasses.replace(repaired, assumptions=assumed, proof=None, **changes)


class Relative(BoundedVariance):
    """E||~g - g||_1^2 <= sigma^2 ||g||_1^2, which says more than the class that it is derived from."""

    noiseless = ()

    def statement(self, x):
        return Le(mean(l1(estimate(x) - gradient(x)) ** 2, x), self.constant**2 * l1(gradient(x)) ** 2)


@pytest.mark.parametrize(
    ("assumption", "why"),
    [
        (BoundedVariance(Rational(1, 1000)), "is not a symbol"),
        (BoundedVariance(sigma / 2), "is not a symbol"),
        (BoundedVariance(c), "c stands for different kinds of constants"),
        (BoundedVariance(L), "L stands for different kinds of constants"),
    ],
    ids=["number", "formula", "margin", "smoothness"],
)
def test_no_law_is_drawn_for_constants_and_assumptions_that_it_does_not_answer_for(two_laws, assumption, why):
    claim = posed(BoundedVariance(sigma), assumption, bound=repaired.bound.subs(sigma, assumption.constant))
    found = try_out(claim, quick, 0, 1e-9)
    assert not found.tallies and not found.violation and all(why in reason for reason in found.refused.values())
    assert found.refused


def test_an_assumption_of_ones_own_is_not_taken_to_hold_for_the_laws():
    found = try_out(posed(BoundedVariance(sigma), Relative(sigma)), quick, 0, 1e-9)
    assert found.refused and not found.tallies
    assert all("Relative is not known to hold" in reason for reason in found.refused.values())


def test_a_margin_in_numbers_is_compared_with_the_laws(two_laws):
    half = posed(NormSignMargin(c), NormSignMargin(Rational(1, 2)), bound=repaired.bound.subs(c, Rational(1, 2)))
    half = dataclasses.replace(half, domain=tuple(r.subs(c, Rational(1, 2)) for r in half.domain if r.has(alpha)))
    found = try_out(half, quick, 0, 1e-9)
    assert all("its best constant is" in reason for reason in found.refused.values()) and len(found.refused) == 2


def test_claims_about_a_number_of_steps_fixed_beforehand_are_tried_at_some(two_laws):
    fixed = dataclasses.replace(
        repaired, horizon=K, bound=repaired.bound.subs(k, K), domain=(*repaired.domain, K >= 32), proof=None
    )
    found = try_out(fixed, quick, 0, 1e-9)
    assert found.tallies and not found.violation
    assert {step for tally in found.tallies for run in tally.spread.runs for step in run} == {32}


def test_runs_beyond_the_largest_float_decide_nothing(two_laws, monkeypatch):
    from signproof.checks.runs import drawn as sampling

    draw = sampling.samples
    monkeypatch.setattr(
        sampling,
        "samples",
        lambda *given: [each * np.array([1.0] * 9 + [np.inf] * 24)[:, None, None] for each in draw(*given)],
    )
    found = try_out(repaired, quick, 0, 1e-9)
    (tally, *_) = found.tallies
    assert not found.violation and tally.undecided == tally.comparisons / 3 and tally.held == tally.comparisons * 2 / 3
