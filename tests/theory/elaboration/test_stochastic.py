"""Proofs in the mean: what is true of stochastic gradient descent is proved, what is not is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Rational

from signproof.theory.assumptions.gradients import Unbiased
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.elaboration.proven import Proven, proven
from signproof.theory.papers.bottou_2018.moments import SecondMoment
from signproof.theory.papers.bottou_2018.theorem_4_6 import without_first_moment
from signproof.theory.papers.khirirat_2018.compressed_gradients import dominated, q
from signproof.theory.symbols import L, alpha

SOME = ["ghadimi-lan-2013/theorem-2.1a", "bottou-2018/theorem-4.8", "duchi-2018/subgradient.fixed-step"]


def is_proved(claim: Claim) -> bool:
    found = proven(claim)
    return isinstance(found, Proven) and found.accepted is not None


@pytest.mark.parametrize("name", SOME)
def test_a_theorem_is_proved_and_half_of_its_bound_is_not(name):
    claim = catalog()[name]
    assert is_proved(claim)
    assert not is_proved(replace(claim, bound=claim.bound * Rational(1, 2)))


def test_without_what_it_needs_nothing_is_proved():
    assert is_proved(dominated)
    assert not is_proved(replace(dominated, domain=(*dominated.domain[:2], alpha <= 1 / L)))
    assert not is_proved(without_first_moment)
    for kind in (SecondMoment, Unbiased):
        left = tuple(each for each in dominated.assumptions if not isinstance(each, kind))
        assert not is_proved(replace(dominated, assumptions=left, domain=(*dominated.domain[:2], alpha <= 1 / (q * L))))
