"""A family, an assumption, a measure and a method that signproof does not have, one of each, and two claims about them.

Under the restricted secant inequality, <grad f(x), x - x*> >= mu ||x - x*||^2, gradient descent has
||x_k - x*||^2 <= rho^k ||x_0 - x*||^2 with rho = 1 - 2 alpha mu + (alpha L)^2. As V >= (mu/2) ||x - x*||^2 and
V <= (L/2) ||x - x*||^2, and ||grad f||^2 <= 2 L V, half the squared norm of the gradient is at most
(L^2 / mu) rho^k V_0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Ge

from signproof import Claim
from signproof.checks.problems.base import BATCH, Problem, answers
from signproof.checks.problems.constants import Enclosure
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.theory.assumptions import Smooth
from signproof.theory.assumptions.objective import Constant
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, alpha, k, mu
from signproof.theory.terms.vectors import dual_norm, gradient, inner, iterate, minimizer, norm


class RestrictedSecant(Constant):
    """<grad f(x), x - x*> >= mu ||x - x*||^2 for all x."""

    largest = True
    points = 1
    words = "of restricted secants"

    def statement(self, x):
        away = x - minimizer(0)
        return Ge(inner(gradient(x), away), self.constant * norm(self.norm.name, away) ** 2)


@dataclass(frozen=True, eq=False)
class OneSided(Problem):
    """f = 1/2 sum of up_i x_i^2 where x_i > 0, of down_i x_i^2 where x_i < 0."""

    up: Any
    down: Any
    family = "one-sided quadratics"
    shapes = ((1,), (4,))
    convex = separable = True

    def gradient(self, x, xp):
        return self.up * xp.larger(x, 0 * x) - self.down * xp.larger(-x, 0 * x)

    def suboptimality(self, x, xp):
        return xp.sum(x * self.gradient(x, xp)) / xp.rational(2, 1)

    def constant(self, assumption):
        ends = np.concatenate([np.asarray(self.up, dtype=float), np.asarray(self.down, dtype=float)])
        if assumption.norm is L2 and type(assumption) is Smooth:
            return Enclosure(ends.max(axis=0), ends.max(axis=0))
        return None

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        up, down = 2.0 ** rng.integers(-2, 3, (2, shape[0], BATCH))
        return cls(up, down), rng.integers(-4, 5, (shape[0], BATCH)) + 0.5


@answers(OneSided, RestrictedSecant)
def of_one_sided(problem, assumption):
    least = np.minimum(problem.up, problem.down).astype(float).min(axis=0)
    return Enclosure(least, least) if assumption.norm is L2 else None


@answers(DiagonalQuadratic, RestrictedSecant)
def of_diagonal(problem, assumption):
    least = np.asarray(problem.diagonal, dtype=float).min(axis=0)
    return Enclosure(least, least) if assumption.norm is L2 else None


@dataclass(frozen=True)
class HalfSquaredGradient(Measure):
    """1/2 ||grad f(x_k)||^2, in the Euclidean norm."""

    @property
    def symbol(self) -> Expr:
        return dual_norm("2", gradient(iterate(k))) ** 2 / 2

    def quantity(self, problem, x, xp):
        g = problem.gradient(x, xp)
        return xp.sum(g * g) / xp.rational(2, 1)


@dataclass(frozen=True)
class Descent(Algorithm):
    """x+ = x - alpha grad f(x)."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * gradient(x), memory


def claimed(name, bound):
    return Claim(
        id=f"mine/{name}",
        algorithm=Descent(alpha),
        assumptions=(Smooth(L, L2), RestrictedSecant(mu, L2)),
        domain=(alpha > 0, alpha < mu / L**2, mu <= L),
        measure=HalfSquaredGradient(),
        bound=bound,
    )


true = claimed("secant", L**2 / mu * (1 - 2 * alpha * mu + (alpha * L) ** 2) ** k * V0)
false = claimed("too-fast", L**2 / mu * (1 - 4 * alpha * mu) ** k * V0)
