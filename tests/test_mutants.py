"""No mutant of a proof that the kernel accepts may be false: what the kernel lets pass, the referee tries to break."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from mutants import Count, Referee, mutants, try_out
from sympy import Gt, Le

from signproof.theory import claim as claims
from signproof.theory import decide, proof
from signproof.theory.automatic import prove
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.papers.scaled_sign.example_1 import example_1
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_2, theorem_1_3, theorem_1_zeta, zeta
from signproof.theory.proof import Certificate, Decide, Hypothesis, Proof, Rejection, Run, Step
from signproof.theory.symbols import V0, L, alpha, k

MOST = 5
"""Mutants of each kind and claim in a default run."""


def accepted(id: str) -> Claim | None:
    """The claim with a proof that the kernel accepts, be it written, assembled or Z3's word; None if it has none."""
    claim = catalog()[id]
    if claim.kind == "algebraic" and claim.proof is None:
        claim = dataclasses.replace(claim, proof=Proof(Step("claim", claim.statement, Decide())))
    outcome = prove(claim)
    return dataclasses.replace(claim, proof=outcome.proof) if isinstance(outcome, Certificate) else None


PROVED = [id for id in catalog() if accepted(id)]


@pytest.fixture(autouse=True)
def ask_once(monkeypatch):
    """Mutants differ in one place, so most questions are the same: Z3 is asked each only once."""
    once = cache(decide.follows)
    monkeypatch.setattr(proof, "follows", once)
    monkeypatch.setattr(claims, "contradict", cache(claims.contradict))


def report(count: Count, id: str, capsys):
    with capsys.disabled():
        print(f"\n{id}: {count}", end=" ")


@pytest.mark.parametrize("id", PROVED)
def test_no_false_mutant_survives(id, capsys):
    count = try_out(accepted(id), MOST)
    report(count, id, capsys)
    assert count.survivors == []
    assert count.rejected > count.false > 0 < count.accepted


@pytest.mark.slow
@pytest.mark.parametrize("id", PROVED)
def test_no_false_mutant_survives_of_all(id, capsys):
    count = try_out(accepted(id))
    report(count, id, capsys)
    assert count.survivors == []


def test_all_kinds_of_mutants_are_made():
    kinds = {mutant.kind for claim in (theorem_1_1, theorem_1_3) for mutant in mutants(claim, most=1)}
    assert kinds == {
        *(f"{what} in {where}" for what in ("number", "symbol", "relation") for where in ("a step", "the claim")),
        *(f"{what} in claim and proof" for what in ("number", "symbol", "relation")),
        "assumption dropped",
        "condition dropped",
        "premise",
        "multiplier",
        "argument",
        "statement and justification",
        "step dropped",
        "steps swapped",
    }


# ------------------------------------------------------------------------------------- would it be noticed?


def always(answer):
    return lambda *arguments, **options: answer


BROKEN = {
    "nothing is asked of Z3": (proof._Kernel, "require", always(None), theorem_1_2),
    "nothing is asked of Z3, about parameters": (proof._Kernel, "require", always(None), theorem_1_zeta),
    "all differences vanish": (proof, "_vanishes", always(True), theorem_1_3),
    "every relation is the same": (proof, "_gap", always((0, ">=")), theorem_1_3),
    "any hypothesis may be used": (Hypothesis, "check", always(None), theorem_1_2),
    "anything is a definition": (proof._Kernel, "definitions", always(True), theorem_1_3),
    "an orbit's steps are not run": (Run, "check", always(None), example_1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_kernel_is_noticed(name, monkeypatch):
    """One check of the kernel always passes, and false survivors are reported."""
    owner, check, lax, claim = BROKEN[name]
    monkeypatch.setattr(owner, check, lax)
    assert try_out(claim, MOST).survivors != []


def test_the_referee_knows_false_from_true():
    referee = Referee(theorem_1_2)
    assert not referee.is_false(theorem_1_2.conclusion, theorem_1_2)
    for bound in (zeta ** (k + 1) * V0, (1 - alpha * L) ** k * V0, V0 / 2):
        assert referee.is_false(Le(theorem_1_2.measure.symbol, bound), theorem_1_2), bound
    # without the PL inequality the same bound is false
    left = dataclasses.replace(
        theorem_1_2, assumptions=theorem_1_2.assumptions[:1], domain=(*theorem_1_2.domain, zeta < 1)
    )
    assert referee.is_false(theorem_1_2.conclusion, left)
    # what has no value is false, too
    assert referee.is_false(Le(1 / (k * alpha), 1 / (k * alpha) + V0), theorem_1_2)
    assert Referee(theorem_1_zeta).is_false(Gt(zeta, 0), theorem_1_zeta)
    assert not Referee(theorem_1_zeta).is_false(zeta < 1, theorem_1_zeta)
    far = dataclasses.replace(example_1, domain=(alpha > 0,), algorithm=type(example_1.algorithm)(2 * alpha))
    assert Referee(example_1).is_false(far.conclusion, far)
    assert not Referee(example_1).is_false(example_1.conclusion, example_1)


def test_a_false_step_counts_even_where_the_proof_fails_later():
    step = Step("false", Gt(zeta, 0), by=Decide())
    mutant = dataclasses.replace(theorem_1_zeta, proof=Proof(step, *theorem_1_zeta.proof.steps))
    assert Referee(theorem_1_zeta).false_one(mutant, Rejection(2, "", "")) == step.statement
    assert Referee(theorem_1_zeta).false_one(mutant, Rejection(1, "", "")) is None
