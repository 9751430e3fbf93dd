"""Proofs that nobody wrote: steps along v(D) of a dual pair, with momentum and without, in any norm."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Rational, Symbol, sqrt

from signproof import Claim
from signproof.theory.algorithms import SignGD, Signum
from signproof.theory.assumptions import Smooth
from signproof.theory.document.sentence import sentence
from signproof.theory.elaboration.proven import Proven, proven
from signproof.theory.measures import MeanDualGradientNorm, MinDualGradientNorm
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.proof_steps import Rejection
from signproof.theory.symbols import V0, K, L, alpha, k

b = Symbol("b", real=True)


@dataclass(frozen=True)
class Normalized(Algorithm):
    """x+ = x - alpha v(m+), m+ = b m + (1 - b) g, from m = 0 or, with a flag, from m = g_0."""

    step_size: Any
    momentum: Any
    norm: DualPair
    warm: bool = False

    def init(self, x, xp):
        return x - x, xp.sum(x - x)

    def update(self, x, gradient, memory, xp):
        g, one = gradient(x), xp.rational(1, 1)
        mean, begun = memory
        before = begun * mean + (one - begun) * g if self.warm else mean
        mean = self.momentum * before + (one - self.momentum) * g
        return x - self.step_size * self.norm.maximizer(mean, xp), (mean, begun * xp.rational(0, 1) + one)


def momentum(bound, algorithm, norm=LINF, measure=MinDualGradientNorm, **parts):
    domain = {"domain": (alpha > 0, b >= 0, b < 1), **parts}
    measure = measure(1, norm)
    return Claim(
        id="prover/momentum",
        algorithm=algorithm,
        assumptions=(Smooth(L, norm),),
        measure=measure,
        bound=bound,
        **domain,
    )


def before_k(power, norm):
    return MeanDualGradientNorm(power, norm, k - 1)


FLOOR = L * alpha / 2 + 2 * b * L * alpha / (1 - b)
COLD = (V0 / alpha + 2 * b * sqrt(2 * L * V0) / (1 - b)) / (k + 1) + FLOOR
WARM = V0 / (alpha * (k + 1)) + FLOOR
horizon = {"horizon": K, "domain": (K >= 1,)}
normalized = sqrt(V0 / (L * K))
TRUE = {
    "Signum [Sun et al. 2023]": momentum(COLD, Signum(alpha, b)),
    "normalized, any norm": momentum(COLD, Normalized(alpha, b, ANY), ANY),
    "Muon, from the first gradient [Shen et al. 2025]": momentum(WARM, Normalized(alpha, b, OPERATOR, True), OPERATOR),
    "SignGD": momentum(V0 / (alpha * (k + 1)) + L * alpha / 2, SignGD(alpha)),
    "Signum, the mean": momentum(COLD, Signum(alpha, b), measure=MeanDualGradientNorm),
    "Signum, the mean before k": momentum(
        COLD.subs(k, k - 1), Signum(alpha, b), measure=before_k, domain=(alpha > 0, b >= 0, b < 1, k >= 1)
    ),
    "a mean with a horizon": momentum(
        Rational(3, 2) * sqrt(V0 * L / K), Normalized(normalized, 0, L2), L2, measure=before_k, **horizon
    ),
    "with a horizon [Cutkosky, Mehta 2020]": momentum(
        Rational(3, 2) * sqrt(V0 * L / K), Normalized(normalized, 0, L2), L2, **horizon
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_bound_is_proved_without_a_proof(name):
    outcome = proven(TRUE[name])
    assert isinstance(outcome, Proven), outcome
    assert outcome.accepted is not None and outcome.accepted.solved == 0


def test_the_document_says_what_is_remembered():
    outcome = proven(TRUE["Signum [Sun et al. 2023]"])
    assert isinstance(outcome, Proven) and outcome.accepted is not None
    said = sentence(outcome.accepted.document)
    assert said.endswith(
        "where x_(k+1) = x_k - alpha*sign((1 - b)*g_k + b*m_k), m_(k+1) = (1 - b)*g_k + b*m_k and m_0 = 0."
    )
    rule = outcome.accepted.document.form.claim.rule
    assert rule is not None and len(rule.later) == len(rule.begun) == 1


FALSE = {
    "no room for the first error": momentum(WARM, Signum(alpha, b)),
    "the mean, too small": momentum(COLD - FLOOR / 3, Signum(alpha, b), measure=MeanDualGradientNorm),
    "half the floor": momentum(COLD - FLOOR / 2, Signum(alpha, b)),
    "b = 1 is let in": momentum(COLD, Signum(alpha, b), domain=(alpha > 0, b >= 0)),
    "a step of any sign": momentum(COLD, Signum(alpha, b), domain=(alpha > -1, b >= 0, b < 1)),
    "smaller than the floor of SignGD": momentum(V0 / (alpha * (k + 1)) + L * alpha / 4, SignGD(alpha)),
    "constant below 1 at a horizon": momentum(
        Rational(99, 100) * sqrt(V0 * L / K), Normalized(normalized, 0, L2), L2, **horizon
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_follow_is_not_proved(name):
    assert isinstance(proven(FALSE[name]), Rejection)


class Ascending(Signum):
    """The first step of Signum, then another way: not a recursion."""

    def update(self, x, gradient, memory, xp):
        if memory is None:
            return x - self.step_size * xp.sign(gradient(x)), gradient(x)
        return x + self.step_size * xp.sign(memory), gradient(x)

    def init(self, x, xp):
        return None


class Told(Signum):
    """It tells what it began with from what it remembers."""

    START = object()

    def init(self, x, xp):
        return (x - x, 0)

    def update(self, x, gradient, memory, xp):
        mean, count = memory
        if str(count) == "0":
            return x - self.step_size * xp.sign(gradient(x)), (gradient(x), 1)
        return x + self.step_size * xp.sign(mean), (gradient(x), 1)


@pytest.mark.parametrize("method", [Ascending, Told])
def test_a_rule_that_is_no_recursion_is_not_proved(method):
    claim = momentum(COLD, method(alpha, b))
    assert isinstance(proven(dataclasses.replace(claim, id="prover/told")), Rejection)


class Listed(SignGD):
    """It remembers in a list, which no document says."""

    def init(self, x, xp):
        return [x - x]

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * xp.sign(gradient(x)), [gradient(x)]


def test_a_memory_of_another_kind_is_named():
    outcome = proven(momentum(V0 / (alpha * (k + 1)) + L * alpha / 2, Listed(alpha)))
    assert isinstance(outcome, Rejection) and "Listed has a list in its memory" in outcome.reason
