"""Biased gradients: tried wherever a claim does not exclude them, with what users write of Euclidean variances."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from signproof.theory.expectations import coordinate, estimate, mean
from signproof.theory.oracles import OracleAssumption, Unbiased
from signproof.theory.vectors import gradient, norm
from sympy import Abs, Ge, Le, sign
from sympy.core.symbol import Str

from signproof import Claim
from signproof.checks.gradients.finite import BiasedOracle, FiniteOracle
from signproof.checks.gradients.laws import ANYWHERE, Law, LawReader
from signproof.checks.numbers.exact import rationals
from signproof.checks.posing.cases import noiseless
from signproof.checks.posing.domain import Unsupported
from signproof.checks.trials.exact_noise import try_out
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import OfConstant, PolyakLojasiewicz, Smooth
from signproof.theory.measures import ExpectedSuboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, i, k, mu, sigma


@dataclass(frozen=True)
class SGD(Algorithm):
    step_size: Any
    stochastic = translates = True

    @property
    def noiseless(self):
        return GradientDescent(self.step_size)

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * gradient(x), memory


@dataclass(frozen=True)
class Spread(OfConstant, OracleAssumption):
    """E||~g - g||_2^2 <= sigma^2."""

    constant: Any
    words = "of bounded variance"

    def statement(self, x):
        return Le(mean(norm(Str("2"), estimate(x) - gradient(x)) ** 2, x), self.constant**2)


class Offset(Spread):
    """E||~g - g||_2^2 <= sigma^2 - 1, which exact gradients meet for sigma >= 1 only."""

    def statement(self, x):
        return Le(mean(norm(Str("2"), estimate(x) - gradient(x)) ** 2, x), self.constant**2 - 1)


class Long(Spread):
    """E (~g_i)^2 <= sigma^2: whether exact gradients meet it depends on f."""

    noiseless = ()

    def statement(self, x):
        return Le(mean(coordinate(estimate(x), i) ** 2, x), self.constant**2)


class Leaning(Spread):
    """g_i E sign(~g_i) >= sigma |g_i|."""

    def statement(self, x):
        g = coordinate(gradient(x), i)
        return Ge(g * mean(sign(coordinate(estimate(x), i)), x), self.constant * Abs(g))


def sgd(*oracle):
    return Claim(
        id="sgd",
        algorithm=SGD(alpha),
        assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu, L2), *oracle),
        domain=(alpha > 0, alpha <= 1 / L),
        measure=ExpectedSuboptimality(),
        bound=(1 - alpha * mu) ** k * V0 + alpha * L * sigma**2 / (2 * mu),
    )


def test_a_constant_bias_breaks_what_noise_does_not():
    noise = try_out(sgd(Spread(sigma)))
    assert noise.witness is not None and noise.witness.replay().confirmed
    [law] = noise.witness.oracle.table.values()
    assert len(law.probabilities) == 1 and noise.witness.k <= 3 and noise.witness.parameters["sigma"] == 1
    fair = try_out(sgd(Unbiased(), Spread(sigma)))
    assert fair.witness is None and fair.tallies and not any("bias" in tally.family for tally in fair.tallies)


def test_laws_without_a_fair_mean_are_told_apart():
    one = Fraction(1)
    with pytest.raises(ValueError, match="biased"):
        FiniteOracle((one,), ((one,),), ((one,),))
    assert BiasedOracle((one,), ((one,),), ((one,),)).law((fmpq(0),)).values.tolist() == [[1]]


def test_what_a_users_assumption_asks_of_exact_gradients_is_derived():
    assert Spread(sigma).met_exactly == () and Unbiased().met_exactly == ()
    [condition] = Offset(sigma).met_exactly
    assert condition.subs(sigma, 1) == True and condition.subs(sigma, 0.5) == False  # noqa: E712
    assert Long(sigma).met_exactly is None
    for assumption in (Spread(sigma), Offset(sigma)):
        assert not noiseless(sgd(assumption)).algorithm.stochastic
    with pytest.raises(Unsupported, match="Long is not known"):
        noiseless(sgd(Long(sigma)))
    found = Leaning(sigma).met_exactly
    assert found is None or all(relation.free_symbols == {sigma} for relation in found)


entries = st.integers(-6, 6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), entries, entries), min_size=1, max_size=3), st.tuples(entries, entries))
def test_euclidean_variances_are_read_off_exactly(outcomes, g):
    total = sum(weight for weight, _, _ in outcomes)
    law = Law(tuple(fmpq(w, total) for w, _, _ in outcomes), rationals([[a, b] for _, a, b in outcomes]))
    reader = LawReader(tuple(map(fmpq, g)), law, {})
    said = Spread(sigma).statement(ANYWHERE)
    expected = sum(fmpq(w, total) * ((a - g[0]) ** 2 + (b - g[1]) ** 2) for w, a, b in outcomes)
    assert reader.number(said.lhs, {}) == expected
    assert np.ndim(expected) == 0
