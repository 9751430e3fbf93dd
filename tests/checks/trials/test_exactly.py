"""Rules that ask which entry is the largest: balls decide nothing of them, rationals do."""

from dataclasses import dataclass
from typing import Any

import pytest

from signproof import Claim
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import Dimension, Smooth, StronglyConvex
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, d, k, mu


@dataclass(frozen=True)
class GaussSouthwell(Algorithm):
    """x_i+ = x_i - alpha g_i where |g_i| is largest."""

    step_size: Any
    translates = True

    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        size = xp.abs(g)
        chosen = xp.sign(size - xp.max(size)) + xp.rational(1, 1)
        return x - self.step_size * chosen * g, memory


def tried(method, rate, monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [DiagonalQuadratic])
    assumptions = (Smooth(L, L2), StronglyConvex(mu, L2), Dimension(d))
    claim = Claim(id="c", algorithm=method, assumptions=assumptions, measure=Suboptimality(), bound=rate**k * V0)
    return try_out(claim, Profile("few", 1, 8, costly=False, mapped=False))


def test_a_rule_with_a_jump_is_followed_in_rationals(monkeypatch):
    trials = tried(GaussSouthwell(1 / L), 1 - mu / (d * L), monkeypatch)
    [tally] = trials.tallies
    assert trials.witness is None and tally.exactly and tally.held and "in exact arithmetic" in tally.text


def test_a_false_rate_of_such_a_rule_is_refuted(monkeypatch):
    trials = tried(GaussSouthwell(1 / L), 1 - mu / L, monkeypatch)
    assert trials.witness is not None and trials.witness.replay().confirmed


@pytest.mark.parametrize("rate", [1 - mu / L])
def test_what_balls_decide_is_not_followed_again(rate, monkeypatch):
    [tally] = tried(GradientDescent(1 / L), rate, monkeypatch).tallies
    assert tally.held and not tally.exactly
