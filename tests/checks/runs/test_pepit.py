"""The engine and the Euclidean bounds against PEPit, which computes exact worst cases of first-order methods.

PEPit solves a semidefinite programme for the worst value that a method can reach on a class of functions. In the
Euclidean geometry that judges us from outside: no run of the engine may exceed that value, runs on known worst-case
functions must meet it, and no bound that we prove may lie below it.

[Goujaud, Moucer, Glineur, Hendrickx, Taylor, Dieuleveut, PEPit: computer-assisted worst-case analyses of first-order
optimization methods in Python, Mathematical Programming Computation 16, 2024]
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from sympy import Max

from signproof import Claim
from signproof.checks.posing.cases import cases
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.problems.sine import SineSum
from signproof.checks.runs import engine
from signproof.checks.testing.strategies import Sample, holds
from signproof.theory.algorithms import GradientDescent, SteepestDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu

SOLVER = 2e-6
"""Relative error allowed to PEPit's values: the solver Clarabel stops at residuals of 1e-8, and they add up."""
KAPPA = 0.1
"""mu / L; L is 1 in all that PEPit is asked."""
METHODS = (GradientDescent(alpha), SteepestDescent(alpha, L2))


@cache
def worst(
    kind: str, step_size: float, n: int, measure: str = "value", start: str = "value", kappa: float = KAPPA
) -> float:
    """The largest measure after n steps of gradient descent, as PEPit has it, among all functions of a kind with L = 1.

    Arguments: the kind of function; alpha; n; the measure: "value" (f(x_n) - f*), "distance" (squared), or
    "gradient" (least squared norm so far); what is 1 at the start: "value" or "distance"; mu / L.
    """
    from PEPit import PEP, functions

    classes = {
        "smooth": (functions.SmoothFunction, {}),
        "convex": (functions.SmoothConvexFunction, {}),
        "strongly convex": (functions.SmoothStronglyConvexFunction, {"mu": kappa}),
        "PL": (functions.SmoothQuadraticLojasiewiczFunctionExpensive, {"mu": kappa}),
    }
    of, constants = classes[kind]
    problem = PEP()
    f = problem.declare_function(of, L=1.0, **constants)
    x = first = problem.set_initial_point()
    gradients = [f.gradient(x)]
    for _ in range(n):
        x = x - step_size * gradients[-1]
        gradients.append(f.gradient(x))
    if kind == "smooth":
        # a minimum is no stationary point that PEPit knows of, but f* <= f(x) - ||grad f(x)||^2 / 2
        least = f(x) - gradients[-1] ** 2 / 2
    else:
        minimizer = f.stationary_point()
        least = f(minimizer)
    problem.set_initial_condition(((first - minimizer) ** 2 if start == "distance" else f(first) - least) <= 1)
    measures = {"value": lambda: [f(x) - least], "distance": lambda: [(x - minimizer) ** 2]}
    for quantity in measures.get(measure, lambda: [g**2 for g in gradients])():
        problem.set_performance_metric(quantity)
    with warnings.catch_warnings():
        # whether the solution is accurate enough is judged by the values that are known in closed form
        warnings.filterwarnings("ignore", "Solution may be inaccurate", UserWarning)
        value = problem.solve(verbose=0, solver="CLARABEL")
    assert value is not None, "PEPit's solver found no value"
    return float(value)


@dataclass(frozen=True, eq=False)
class Huber:
    """f(x) = x^2/2 up to |x| = r, linear beyond, on the line; `radius` is r, of shape (1, batch).

    The worst smooth convex function for gradient descent with constant steps. It is no family that claims are tried on.
    """

    radius: Any
    shared = ()

    def arrays(self):
        return {"radius": self.radius}

    def gradient(self, x, xp):
        return -xp.larger(-xp.larger(x, -self.radius), -self.radius)

    def suboptimality(self, x, xp):
        size, radius = xp.abs(x), self.radius
        inner = -xp.larger(-size, -radius)
        return xp.sum(inner * inner * xp.rational(1, 2) + radius * (size - inner))


@dataclass(frozen=True)
class SquaredDistance:
    """||x_k - x*||_2^2: the minimizer is the origin."""

    def quantity(self, problem, x, xp):
        return xp.sum(x * x)


def ratios(method, problem, start, step_size, n, measure="value", unit="value"):
    """Ends of measure(x_n) / unit(x_0) for each instance."""
    asked = (Suboptimality(), SquaredDistance())
    steps = {alpha: np.full(start.shape[1], step_size)}
    ends = dict(zip(("value", "distance"), engine.run(method, problem, start, steps, n, asked), strict=True))
    (low, high), (least, most) = ends[measure], ends[unit]
    return low[-1] / most[0], high[-1] / least[0]


def quadratics():
    """Quadratics with curvatures from mu to L, both ends among them, from all directions and along each axis."""
    rng = np.random.default_rng(0)
    h = rng.uniform(KAPPA, 1, (3, 200))
    h[0], h[-1] = KAPPA, 1
    start = rng.standard_normal((3, 200))
    start[:, :3] = np.eye(3)
    return DiagonalQuadratic(h), start


def assert_at_most(found, value):
    """No ratio is above the value; where a run has landed on the minimum, a direction, and so a ratio, is unknown."""
    known = np.isfinite(found[1])
    assert known.mean() > 0.99
    assert (found[1][known] <= value * (1 + SOLVER)).all(), (found[1][known].max(), value)


def assert_met(found, value):
    assert_at_most(found, value)
    assert np.nanmax(found[0]) >= value * (1 - SOLVER), (np.nanmax(found[0]), value)


GRID = [(1.0, 3), (1.9, 3)]
GRID += [pytest.param(a, n, marks=pytest.mark.slow) for a in (0.3, 0.7, 1.1, 1.7, 1.81, 1.99) for n in (1, 2, 4, 6)]


@pytest.mark.parametrize(("step_size", "n"), GRID)
@pytest.mark.parametrize("measure", ["value", "distance"])
def test_strongly_convex_runs_meet_the_worst_case(step_size, n, measure):
    value = worst("strongly convex", step_size, n, measure, measure)
    assert value == pytest.approx(max((1 - KAPPA * step_size) ** 2, (1 - step_size) ** 2) ** n, rel=SOLVER)
    for method in METHODS:
        assert_met(ratios(method, *quadratics(), step_size, n, measure, measure), value)


@pytest.mark.parametrize(
    ("step_size", "n"),
    [(1.0, 3), *[pytest.param(a, n, marks=pytest.mark.slow) for a in (0.4, 1.0, 1.4) for n in (1, 4)]],
)
def test_convex_runs_meet_the_worst_case(step_size, n):
    """From distance 1 the worst value is 1 / (4 n alpha + 2), on a Huber function with radius 1 / (2 n alpha + 1)."""
    value = worst("convex", step_size, n, "value", "distance")
    radius = np.append(10 ** np.random.default_rng(0).uniform(-3, 1, 200), 1 / (2 * n * step_size + 1))[None]
    found = ratios(METHODS[0], Huber(radius), np.ones_like(radius), step_size, n, "value", "distance")
    assert_met(found, value)
    assert found[0].argmax() == radius.shape[1] - 1


PL_SAMPLES = (Sample(SineSum, (1,)), Sample(SineSum, (8,), 1, 0.25), Sample(LeastSquares, (2, 4), 2, 0.1))


@pytest.mark.parametrize(
    ("step_size", "n"),
    [(1.0, 1), *[pytest.param(a, n, marks=pytest.mark.slow) for a in (0.5, 1.0, 1.6) for n in (2, 3)]],
)
def test_runs_under_the_pl_inequality_stay_within_the_worst_case(step_size, n):
    for sample in PL_SAMPLES:
        smoothness = sample.problem.constant(Smooth(1, L2)).upper
        kappa = float((sample.problem.constant(PolyakLojasiewicz(1, L2)).lower / smoothness).min())
        value = worst("PL", step_size, n, kappa=kappa)
        assert worst("strongly convex", step_size, n, kappa=kappa) * (1 - SOLVER) <= value < 1
        steps = {alpha: np.broadcast_to(step_size / smoothness, sample.start.shape[1])}
        [(low, high)] = engine.run(METHODS[0], sample.problem, sample.start, steps, n, (Suboptimality(),))
        assert_at_most((low[-1] / high[0], high[-1] / low[0]), value)


def proved(id: str) -> Claim:
    """Theorem 1 for every norm, in the Euclidean one."""
    return next(posed for posed in cases(catalog()[id]) if posed.assumptions[0].norm is L2)


BOUNDS = [
    ("own/theorem-1.dual-norms.1", "strongly convex", "value"),
    ("own/theorem-1.dual-norms", "PL", "value"),
    ("own/theorem-1.dual-norms.3", "smooth", "gradient"),
]


@pytest.mark.parametrize(("id", "kind", "measure"), BOUNDS)
@pytest.mark.parametrize(
    ("step_size", "n"),
    [(1.0, 2), *[pytest.param(a, n, marks=pytest.mark.slow) for a in (0.1, 0.6, 1.0, 1.5, 1.9) for n in (1, 4)]],
)
def test_no_bound_of_ours_lies_below_the_worst_case(id, kind, measure, step_size, n):
    claim, one = proved(id), np.ones(1)
    values = {L: one, mu: KAPPA * one, alpha: step_size * one}
    _, high = engine.bound(claim.bound, values, (one, one), n)
    assert high[n, 0] >= worst(kind, step_size, n, measure) * (1 - SOLVER)


def test_the_worst_case_as_a_claim_of_our_own_is_tight_and_holds():
    """What PEPit confirms on a grid, f(x_k) - f* <= max(|1 - alpha mu|, |1 - alpha L|)^{2k} V_0, tried everywhere."""
    claim = Claim(
        id="mine/gradient-descent",
        algorithm=METHODS[0],
        assumptions=(Smooth(L, L2), StronglyConvex(mu, L2)),
        domain=(0 < alpha, alpha < 2 / L),
        measure=Suboptimality(),
        bound=Max((1 - alpha * mu) ** 2, (1 - alpha * L) ** 2) ** k * V0,
    )
    for theta in (0.3, 0.9):
        (found,) = holds(claim, Sample(DiagonalQuadratic, (8,), 0, 0.5), {alpha: theta})
        assert found.held.any()
        assert not found.broken.any()
