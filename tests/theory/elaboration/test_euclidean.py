"""Proofs that nobody wrote, in the Euclidean norm: contraction, and potentials with the distance to a minimizer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sympy import Ge, Le, Symbol, sqrt
from sympy.core.symbol import Str

from signproof import Claim
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Assumption, Constant, OfConstant
from signproof.theory.elaboration.proven import Proven, proven
from signproof.theory.elaboration.recognized import in_own_words
from signproof.theory.measures import Distance, Suboptimality
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Rejection
from signproof.theory.symbols import V0, L, alpha, k, mu
from signproof.theory.terms.vectors import gradient, inner, iterate, norm, value, x_star

R = Symbol("R", real=True)


class StartWithin(Constant):
    """||x_0 - x*|| <= R."""

    largest = False
    points = 0
    words = "of a start within that distance"

    def statement(self):
        return Le(norm(Str(self.norm.name), iterate(0) - x_star), self.constant)


class Bowl(Constant):
    """Convexity, as readers write it: with a constant that says nothing, and the points in the other order."""

    largest = False
    points = 2
    words = "convex"

    def statement(self, y, x):
        return Le(inner(gradient(y), x - y), value(x) - value(y))


class Monotone(Bowl):
    """Convexity by the gradient."""

    def statement(self, x, y):
        return Ge(inner(gradient(x) - gradient(y), x - y), 0)


class Hollow(Bowl):
    """The other way round."""

    def statement(self, x, y):
        return Ge(inner(gradient(y), x - y), value(x) - value(y))


@dataclass(frozen=True)
class Gradual(OfConstant, Assumption):
    """Smoothness of which nobody says that L > 0."""

    constant: Any
    points = 2
    words = "smooth"

    def statement(self, x, y):
        return Smooth(self.constant, L2).statement(x, y)


@dataclass(frozen=True)
class HeavyBall(Algorithm):
    """x+ = x - alpha g + beta (x - x_before), the first step without momentum."""

    step_size: Any
    momentum: Any

    def init(self, x, xp):
        return x - x

    def update(self, x, gradient, memory, xp):
        move = self.momentum * memory - self.step_size * gradient(x)
        return x + move, move


def bounded(bound, *assumptions, algorithm=None, domain=(alpha > 0, alpha <= 1 / L), measure=Suboptimality()):  # noqa: B008
    return Claim(
        id="prover/products",
        algorithm=algorithm or GradientDescent(alpha),
        assumptions=(Smooth(L, L2), *assumptions),
        domain=domain,
        measure=measure,
        bound=bound,
    )


heavy = HeavyBall(alpha, sqrt((1 - alpha * mu) * (1 - alpha * L)))
strongly, convex, near = StronglyConvex(mu, L2), Convex(), StartWithin(R, L2)
some_k = (k >= 1, alpha > 0, alpha <= 1 / L)
TRUE = {
    "heavy ball [Ghadimi et al. 2015, Theorem 4]": bounded((1 - alpha * mu) ** k * V0, strongly, algorithm=heavy),
    "convex [Nesterov, Theorem 2.1.14]": bounded(R**2 / (2 * alpha * k), convex, near, domain=some_k),
    "convex, as readers write it": bounded(R**2 / (2 * alpha * k), Bowl(1), near, domain=some_k),
    "convex, by the gradient": bounded(R**2 / (2 * alpha * k), Monotone(1), near, domain=some_k),
    "in squared distance, both ends of the step range": bounded(
        (1 - alpha * mu) ** (2 * k) * R**2,
        strongly,
        near,
        domain=(alpha > 0, alpha <= 2 / (L + mu)),
        measure=Distance(2),
    ),
    "in distance": bounded(
        (1 - mu / L) ** k * R, strongly, near, algorithm=GradientDescent(1 / L), domain=(), measure=Distance()
    ),
    "heavy ball, PL": bounded((1 - alpha * mu) ** k * V0, PolyakLojasiewicz(mu, L2), algorithm=HeavyBall(alpha, 0)),
}
FALSE = {
    "heavy ball, a square too many": bounded((1 - alpha * mu) ** (3 * k) * V0, strongly, algorithm=heavy),
    "heavy ball, steps too long": bounded(
        (1 - alpha * mu) ** k * V0, strongly, algorithm=HeavyBall(alpha, 0), domain=(alpha > 0, alpha <= 3 / L)
    ),
    "in distance, beyond 2/(L + mu)": bounded(
        (1 - alpha * mu) ** k * R, strongly, near, domain=(alpha > 0, alpha <= 2 / L), measure=Distance()
    ),
    "in distance, without the start": bounded(
        (1 - mu / L) ** k * R, strongly, algorithm=GradientDescent(1 / L), domain=(R > 0,), measure=Distance()
    ),
    "twice as fast": bounded(R**2 / (8 * alpha * k), convex, near, domain=some_k),
    "not convex, as readers write it": bounded(R**2 / (2 * alpha * k), Hollow(1), near, domain=some_k),
    "not convex": bounded(R**2 / (2 * alpha * k), near, domain=some_k),
    "starts anywhere": bounded(R**2 / (2 * alpha * k), convex, domain=(*some_k, R > 0)),
    "near in another norm": bounded(R**2 / (2 * alpha * k), convex, StartWithin(R), domain=some_k),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_bound_is_proved_without_a_proof(name):
    outcome = proven(TRUE[name])
    assert isinstance(outcome, Proven), outcome
    assert outcome.accepted is not None and outcome.accepted.solved == 0


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_follow_is_not_proved(name):
    assert isinstance(proven(FALSE[name]), Rejection)


def test_own_words_assume_no_more():
    """Of a constant that may be 0 or less, smoothness in the package's words would say that it is positive."""
    kept = bounded(V0, algorithm=GradientDescent(1 / L), domain=(alpha > 0,))
    loose = replace(kept, assumptions=(Gradual(L),), domain=(L > -1,))
    firm = replace(loose, domain=(L > 0,))
    assert in_own_words(loose) is loose
    assert in_own_words(firm).assumptions == (Smooth(L, L2),)
    own = bounded(V0, strongly)
    assert in_own_words(own) is own
