"""Runs with drawn gradients beside batched NumPy: scaled SignSGD on diagonal quadratics, d = 2, Gaussian noise.

One oracle-step draws ~g for one run and makes the step; V_k is kept at every step on both sides.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from signproof.checks.gradients.densities import Gaussian, Uniform
from signproof.checks.gradients.drawn import AdditiveNoise, MultiplicativeNoise
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.runs.drawn import samples
from signproof.theory.algorithms import ScaledSignSGD
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import alpha

RUNS, STEPS, ROUNDS = 2**15, 64, 7
CURVATURES, START, STEP, SIZE = np.array([[1.0], [3.0]]), np.array([[1.0], [-1.0]]), 0.05, 0.25


def ours(oracle):
    problem = DiagonalQuadratic(CURVATURES)
    step, size, measure = {alpha: np.array([STEP])}, np.array([SIZE]), Suboptimality()
    return samples(ScaledSignSGD(alpha), problem, START, step, oracle, size, STEPS, RUNS, (measure,), 1)[0]


def batched_numpy(draw):
    """Coordinates along axis 0, runs along axis 1, one generator; in place where NumPy can."""
    rng = np.random.default_rng(1)
    x, values = np.repeat(START, RUNS, axis=1), np.empty((STEPS + 1, RUNS))
    for iteration in range(STEPS + 1):
        g = CURVATURES * x
        values[iteration] = 0.5 * (x * g).sum(axis=0)
        g = draw(rng, g)
        x -= STEP * np.abs(g).sum(axis=0) * np.sign(g)
    return values


def additive(rng, g):
    return g + SIZE * rng.standard_normal(g.shape)


def multiplicative(rng, g):
    noisy = np.abs(g).sum(axis=0) <= SIZE
    return g * (1 + 0.5 * np.where(noisy, rng.uniform(-1, 1, g.shape), 0.0))


CASES = {
    "Gaussian noise": (AdditiveNoise(Gaussian()), additive),
    "uniform factors": (MultiplicativeNoise(Uniform(), Fraction(1, 2)), multiplicative),
}


@pytest.mark.parametrize("name", CASES)
def test_oracle_steps(name, row, in_turn):
    oracle, draw = CASES[name]
    one, other = ours(oracle)[:, 0].mean(axis=1), batched_numpy(draw).mean(axis=1)
    assert one == pytest.approx(other, rel=0.1, abs=1e-3)
    seconds = in_turn(ROUNDS, ours=lambda: ours(oracle), numpy=lambda: batched_numpy(draw))
    case = f"{RUNS} runs of scaled SignSGD, {name}, d = 2, {STEPS} steps"
    row(case, "the engine", RUNS * STEPS / seconds["ours"] / 1e6, None, "million oracle-steps/s")
    row(case, "beside batched NumPy", seconds["numpy"] / seconds["ours"], 2, "×")
