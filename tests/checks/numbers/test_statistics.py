"""Lower confidence bounds: against other packages, and what they do to true and to false claims."""

from __future__ import annotations

import numpy as np
import pytest
import ville
from scipy import stats

from signproof.checks.numbers.confidence import ERROR, empirical_bernstein, lower_bound

MEANS = {"exponential": 1.0, "Pareto": 1.5, "Bernoulli": 0.05}


def draws(law: str, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draws of V >= 0; Pareto's variance is infinite."""
    if law == "exponential":
        return rng.exponential(size=n)
    if law == "Pareto":
        return rng.pareto(2.0, n) / 2 + 1
    return (rng.random(n) < MEANS[law]).astype(float)


@pytest.mark.parametrize("law", MEANS)
def test_true_claims_are_not_refuted_and_false_ones_are(law):
    """E V <= mean is true and E V <= 1/4 of it is false; at error 1/1000, 1000 times, no more than 6 are wrong: the
    probability of more is below 1e-4."""
    rng = np.random.default_rng(7)
    bounds = [lower_bound(draws(law, rng, 4000), draws(law, rng, 500), 1e-3) for _ in range(1000)]
    assert sum(bound > MEANS[law] for bound in bounds) <= 6
    assert np.mean([bound > MEANS[law] / 4 for bound in bounds]) > 0.95


@pytest.mark.slow
def test_at_the_error_of_a_run_nothing_true_is_refuted():
    rng = np.random.default_rng(8)
    for law, mean in MEANS.items():
        for _ in range(20_000):
            assert lower_bound(draws(law, rng, 2048), draws(law, rng, 512), ERROR) <= mean


@pytest.mark.parametrize("p", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("n", [500, 20_000])
def test_it_lies_below_clopper_and_pearson_and_not_far(p, n):
    """Of zeros and ones the sharpest bound is known."""
    drawn = (np.arange(n) < p * n).astype(float)
    ours = empirical_bernstein(drawn, 1.0, 1e-3, n)
    best = stats.binomtest(int(drawn.sum()), n).proportion_ci(1 - 2e-3, "exact").low
    price = np.log(2e3)
    assert ours <= best
    assert best - ours <= 0.5 * np.sqrt(2 * drawn.var() * price / n) + 7 * price / (3 * (n - 1)) + 1e-9


def test_it_agrees_with_villes_confidence_sequences():
    """Theirs hold at all n at once: the mean is above all, and ours, at one n, is not far from them."""
    rng = np.random.default_rng(3)
    drawn = rng.beta(1, 5, 3000)
    ours = empirical_bernstein(drawn, 1.0, 1e-3, len(drawn))
    sequence = ville.EmpiricalBernsteinCS(alpha=2e-3, bounds=(0.0, 1.0))
    betting = ville.BettingCS(alpha=2e-3, bounds=(0.0, 1.0))
    for cs in (sequence, betting):
        cs.update(drawn)
    theirs = [cs.interval()[0] for cs in (sequence, betting)]
    assert max(ours, *theirs) <= 1 / 6
    assert ours == pytest.approx(theirs[0], abs=0.01) == pytest.approx(theirs[1], abs=0.01)


def test_the_bound_grows_with_the_data_and_with_the_error():
    drawn = draws("exponential", np.random.default_rng(2), 8000)
    few, many = (lower_bound(drawn[500:n], drawn[:500], 1e-6) for n in (1500, 8000))
    loose = lower_bound(drawn[500:], drawn[:500], 1e-2)
    assert 0 < few < many < loose < 1.1


@pytest.mark.parametrize("wrong", [np.array([1.0]), np.array([1.0, -1e-9]), np.array([1.0, np.nan])])
def test_what_is_no_sample_is_refused(wrong):
    good = np.array([1.0, 2.0])
    for pair in ((good, wrong), (wrong, good)):
        with pytest.raises(ValueError, match="finite and nonnegative"):
            lower_bound(*pair, 0.1)
