"""Theorem 2: where the printed proofs have gaps, exactly there, and what closes them."""

from __future__ import annotations

import dataclasses

import pytest
from sympy import Rational, true

from signproof.theory.assumptions.gradients import IndependentNormAndSigns
from signproof.theory.derivation.normal import Rejected
from signproof.theory.derivation.steps import _Kernel, check
from signproof.theory.papers.own.theorem_2_repaired import (
    k_0,
    theorem_2_1_independent,
    theorem_2_1_repaired,
    theorem_2_2_repaired,
)
from signproof.theory.papers.scaled_sign.theorem_2 import theorem_2_1, theorem_2_2
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import sigma

PRODUCT = "the display after (33)"


def with_independence(claim):
    return dataclasses.replace(claim, assumptions=(*claim.assumptions, IndependentNormAndSigns()))


def resisting(claim):
    """The names of the steps that do not follow, each with all steps before it granted."""
    kernel, names = _Kernel(claim), []
    for step in claim.proof.steps:
        try:
            kernel.accept(step)
        except Rejected:
            names.append(step.name)
            kernel.accepted.append((step, step.statement))
    return names


def test_part_1_lacks_the_independence_of_norm_and_signs_and_nothing_else():
    outcome = check(theorem_2_1)
    assert isinstance(outcome, Rejection) and "needs IndependentNormAndSigns()" in outcome.reason
    assert outcome.step == PRODUCT and resisting(theorem_2_1) == [PRODUCT]
    assert isinstance(check(with_independence(theorem_2_1)), Certificate)


def test_part_2_has_steps_that_are_too_long_besides():
    """(38), (39) and that the bound iterates hold; what fails is what short step sizes would give."""
    assert check(theorem_2_2).step == PRODUCT
    gaps = ["(36) given x", "2 (c - L alpha_k) >= c", "c_k >= 0"]
    assert resisting(theorem_2_2) == [PRODUCT, *gaps]
    assert resisting(with_independence(theorem_2_2)) == gaps


@pytest.mark.parametrize("claim", [theorem_2_1_repaired, theorem_2_2_repaired, theorem_2_1_independent], ids=str)
def test_what_is_repaired_needs_each_of_its_assumptions_but_the_mean(claim):
    """Only for `independent` is it used that ~g is unbiased: (N) speaks of the signs where norms are long."""
    assert isinstance(check(claim), Certificate)
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        conditions = tuple(part for part in assumption.conditions if part != true)
        outcome = check(dataclasses.replace(claim, assumptions=left, domain=(*claim.domain, *conditions)))
        unused = str(assumption) == "Unbiased()" and claim is not theorem_2_1_independent
        assert isinstance(outcome, Certificate if unused else Rejection), assumption


def test_a_smaller_offset_or_bound_is_not_proved():
    L, mu, c = (next(s for s in theorem_2_2_repaired.parameters if s.name == name) for name in ("L", "mu", "c"))
    smaller = tuple(k_0 >= 3 * L / (mu * c**2) if part.has(k_0) else part for part in theorem_2_2_repaired.domain)
    assert isinstance(check(dataclasses.replace(theorem_2_2_repaired, domain=smaller)), Rejection)
    for claim in (theorem_2_1_repaired, theorem_2_2_repaired):
        lower = claim.bound.subs(sigma, sigma * Rational(9, 10))
        assert isinstance(check(dataclasses.replace(claim, bound=lower)), Rejection)
