"""Which witness is shown: the one that a reader follows most easily, with an excess that is seen at once."""

from dataclasses import replace

from flint import fmpq

from signproof import Claim
from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.convincing import weight
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.bounds import try_out
from signproof.checks.trials.tally import Profile
from signproof.theory.algorithms import GradientDescent
from signproof.theory.assumptions import Smooth, StronglyConvex
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, L, k, mu

_CLAIM = Claim(
    id="c",
    algorithm=GradientDescent(1 / (2 * L)),
    assumptions=(Smooth(L, L2), StronglyConvex(mu, L2)),
    measure=Suboptimality(),
    bound=(1 - mu / L) ** k * V0 / 2 + V0 / 2**k / 2,
)


def witness(start="1", steps=3, h="1"):
    found = Instance(_CLAIM, DiagonalQuadratic(rationals([h])), {"L": fmpq(h), "mu": fmpq(h)}, (fmpq(start),))
    return Witness.of(found, steps, replace(replay(found, steps), confirmed=True))


def test_short_numbers_few_steps_and_a_large_excess_convince():
    plain = witness()
    assert weight(plain) < weight(witness(start="1001/1000")) and weight(plain) < weight(witness(steps=30))
    assert weight(replace(plain, measured=(plain.bound[1] * 8,) * 2)) < weight(plain)
    assert weight(replace(plain, bound=(fmpq(-1), fmpq(-1)))) < weight(plain)


def test_trials_show_an_excess_and_not_the_first_violation(monkeypatch):
    monkeypatch.setattr("signproof.checks.trials.bounds.believed", lambda claim: [DiagonalQuadratic])
    false = replace(_CLAIM, bound=(1 - mu / L) ** k * V0 + V0 / 2 ** (3 * k))
    found = try_out(false, Profile("few", 1, 8, costly=False, mapped=False)).witness
    assert found is not None and found.replay().confirmed
    assert found.measured[0] > 2 * found.bound[1]
