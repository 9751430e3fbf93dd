"""What a family declares is read where a run or a flow is: far out, and between the points of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from sympy import Max, sqrt

from signproof.checks.constants import Enclosure
from signproof.checks.facts import families as family_facts
from signproof.checks.facts.families import asked, doubt
from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.flows import replay_flow
from signproof.checks.runs.instance import Instance
from signproof.theory.algorithms import SignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.claim import Claim
from signproof.theory.measures import Suboptimality
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.methods.flows import SignFlow
from signproof.theory.symbols import V0, L, alpha, k, mu, t


def ones(field, assumption, *kinds):
    one = np.ones(field.shape[1:])
    return Enclosure(one, one) if type(assumption) in kinds else None


@dataclass(frozen=True, eq=False)
class Far(Problem):
    """Of one coordinate; of what it declares something is true up to the radius only. Starts are beyond it."""

    radius: Any

    shapes = ((1,),)

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        start = np.round(10 * rng.standard_normal((*shape, BATCH))) + 1 / 2
        start[:, 60:100] = 1024.0
        return cls(np.full((*shape, BATCH), 200.0)), start


class Robust(Far):
    """It is not convex."""

    family = "robust losses"
    convex = separable = True

    def constant(self, assumption):
        return ones(self.radius, assumption, Smooth)

    def gradient(self, x, xp):
        square = self.radius * self.radius
        return square * square * x / ((square + x * x) * (square + x * x))

    def suboptimality(self, x, xp):
        square = self.radius * self.radius
        return xp.sum(square * x * x / (square + x * x)) / 2


class Huber(Far):
    """It has no PL constant."""

    family = "losses that are linear far out"
    convex = separable = True

    def constant(self, assumption):
        return ones(self.radius, assumption, Smooth, PolyakLojasiewicz)

    def gradient(self, x, xp):
        return -xp.larger(-xp.larger(x, -self.radius), -self.radius)

    def suboptimality(self, x, xp):
        size = xp.abs(x)
        inner = -xp.larger(-size, -self.radius)
        return xp.sum(inner * inner / 2 + self.radius * (size - inner))


class Bent(Far):
    """Its gradient is that of another function."""

    family = "quadratics with another gradient far out"
    convex = separable = True

    def constant(self, assumption):
        return ones(self.radius, assumption, Smooth, PolyakLojasiewicz)

    def gradient(self, x, xp):
        return x + 7 * xp.sign(x) * xp.larger(xp.abs(x) - self.radius, x * 0)

    def suboptimality(self, x, xp):
        return xp.sum(x * x) / 2


class Straight(Bent):
    """All that it declares is true."""

    family = "quadratics"
    convex = separable = True

    def constant(self, assumption):
        return ones(self.radius, assumption, Smooth, PolyakLojasiewicz)

    def gradient(self, x, xp):
        return x


def flow_claim(assumption, measure, bound) -> Claim:
    return Claim(
        id="own", algorithm=SignFlow(1), assumptions=(assumption,), domain=(t > 0,), measure=measure, bound=bound
    )


_LEAST = flow_claim(Smooth(L), MinDualGradientNormOverTime(1), V0 / t)
_RATE = flow_claim(PolyakLojasiewicz(mu), SuboptimalityOverTime(), Max(0, sqrt(V0) - t * sqrt(mu / 2)) ** 2)
CASES = [
    (Robust, _LEAST, "not convex"),
    (Huber, _RATE, "PolyakLojasiewicz"),
    (Bent, _RATE, "its gradient does not match"),
]


@pytest.mark.parametrize("family, claim, why", CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_family_that_is_wrong_where_its_starts_are_is_left_out(family, claim, why):
    assert why in doubt(family, asked(claim))
    assert doubt(Straight, asked(claim)) == ""


@pytest.mark.parametrize("family, claim, why", CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_replay_of_a_flow_reads_what_is_declared_where_the_flow_is(monkeypatch, family, claim, why):
    monkeypatch.setattr("signproof.checks.replay.bounds.doubt", lambda family, asked: "")
    monkeypatch.setattr("signproof.checks.replay.flows.doubt_of", lambda problem, asked: "")
    name = "L" if claim is _LEAST else "mu"
    found = replay_flow(Instance(claim, family(rationals([200])), {name: fmpq(1), "t": fmpq(900)}, (fmpq(1024),)))
    assert not found.confirmed and why in found.why
    false = flow_claim(claim.assumptions[0], SuboptimalityOverTime(), V0 / (1 + t) ** 2)
    found = replay_flow(Instance(false, Straight(rationals([200])), {name: fmpq(1), "t": fmpq(512)}, (fmpq(1024),)))
    assert found.confirmed


@dataclass(frozen=True, eq=False)
class Insensitive(Problem):
    """Flat up to `eps`, of slope 1 soon after it: its L is 1 / width and more."""

    eps: Any
    width: Any

    family = "insensitive losses"
    shapes = ((1,),)

    def _over(self, x, xp):
        return xp.larger(xp.abs(x) - self.eps, x * 0)

    def gradient(self, x, xp):
        return x / 1024 - xp.sign(x) * xp.larger(-self._over(x, xp) / self.width, x * 0 - 1)

    def suboptimality(self, x, xp):
        over = self._over(x, xp)
        inner = -xp.larger(-over, -self.width)
        return xp.sum(x * x / 2048 + inner * inner / (2 * self.width) + (over - inner))

    def constant(self, assumption):
        return None

    def exact_constant(self, assumption):
        return fmpq(64) if type(assumption) is Smooth else None


_DESCENT = Claim(
    id="own",
    algorithm=SignGD(alpha),
    assumptions=(Smooth(L),),
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=V0 + k * L * alpha**2 / 2,
)


@pytest.mark.parametrize("descent", [True, False])
def test_smooth_is_read_between_the_points_of_a_run(monkeypatch, descent):
    """Points of a run are so far apart that no two show the kink between them."""
    for module in ("replay.bounds.doubt", "replay.bounds.doubt_of"):
        monkeypatch.setattr(f"signproof.checks.{module}", lambda problem, asked: "")
    # either reading finds it: what follows for f from Smooth, and Smooth itself nearer to the kink
    if descent:
        monkeypatch.setattr(family_facts, "_closer", lambda *given: [])
    else:
        monkeypatch.setattr(family_facts, "_implied", lambda assumption: ())
    problem = Insensitive(rationals([fmpq(1, 1024)]), rationals([fmpq(1, 2**20)]))
    parameters, start = {"L": fmpq(64), "alpha": fmpq(1, 40)}, (fmpq(1, 2**12),)
    found = replay(Instance(_DESCENT, problem, parameters, start), 1)
    assert not found.confirmed and "Smooth" in found.why
    monkeypatch.setattr(family_facts, "_closer", lambda *given: [])
    monkeypatch.setattr(family_facts, "_implied", lambda assumption: ())
    assert replay(Instance(_DESCENT, problem, parameters, start), 1).confirmed


@dataclass(frozen=True, eq=False)
class Undecidable(Problem):
    """f = 2/3 |r|^(3/2) with r = log(1 + e^x) - log 2: in balls the sign of r at the origin is not known."""

    width: Any

    family = "roots"
    shapes = ((1,),)
    rational = False
    separable = True

    def _r(self, x, xp):
        return xp.log1p(xp.exp(x)) - xp.log1p(xp.exp(x * 0))

    def gradient(self, x, xp):
        r = self._r(x, xp)
        return xp.sign(r) * xp.sqrt(xp.abs(r)) / (1 + xp.exp(-x))

    def suboptimality(self, x, xp):
        r = xp.abs(self._r(x, xp))
        return xp.sum(r * xp.sqrt(r)) * 2 / 3

    def constant(self, assumption):
        return None

    @classmethod
    def batch(cls, shape, rng, spread=1.0):
        return cls(np.ones((*shape, BATCH))), rng.standard_normal((*shape, BATCH))


def _double(self, x, xp):
    return 2 * Undecidable.gradient(self, x, xp)


def test_what_is_not_known_at_the_origin_is_no_reason_to_leave_a_family_out():
    assert doubt(Undecidable, asked(_DESCENT)) == ""
    twice = type("Twice", (Undecidable,), {"gradient": _double, "constant": Undecidable.constant, "separable": True})
    assert "its gradient does not match its suboptimality" in doubt(twice, asked(_DESCENT))
