"""No mutant of a proof that the kernel accepts may be false: what the kernel lets pass, the referee tries to break.

The default run takes a few mutants of each kind for one accepted proof in three, evenly spread, and gives Z3 little
work to do: a mutant that would take more counts as rejected, and what the referee cannot settle so is not judged. The
slow run takes all mutants of all proofs, or as many as fit in `LONG` for each claim, one of each kind in turn, with all
the work that Z3 is given elsewhere, and lets the referee ask cvc5, too.
"""

from __future__ import annotations

import dataclasses

import pytest
import referee as referees
from mutants import mutants
from referee import Referee, has_counterexample
from remembering import remember
from sympy import Abs, Gt, Le
from sympy.core.symbol import Str
from trying import CANDIDATES, Count, accepted, always, few, trials, try_out

from signproof.theory.algebra import decide
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.derivation import normal
from signproof.theory.derivation import steps as proof
from signproof.theory.derivation.steps import Decide, Hypothesis, Lemma, Run, check
from signproof.theory.kernel import lemmas
from signproof.theory.norms import LINF
from signproof.theory.papers.own.remark_4_repaired import remark_4_rate_repaired
from signproof.theory.papers.scaled_sign.example_1 import example_1
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_2, theorem_1_3, theorem_1_zeta, zeta
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, L, alpha, i, k
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.vectors import norm, point

LITTLE = 20_000
"""Z3's work for one question in a default run; nearly all questions of the accepted proofs take less."""
LONG = 120
"""Seconds of processor time for the mutants of one claim in a slow run."""
TRIED: dict[str, Count] = {}
"""What came of the mutants of the claims that were tried."""


@pytest.fixture(autouse=True)
def remembering(monkeypatch):
    remember(monkeypatch)
    has_counterexample.cache_clear()


SOME = [id for number, id in enumerate(CANDIDATES) if number % 6 == 0 or catalog()[id].kind == "orbit"]
"""Those of a default run: one in six, and the few that are about orbits."""


@pytest.mark.parametrize("id", SOME)
def test_no_false_mutant_survives(id, record_property, monkeypatch):
    TRIED[id] = Count()
    claim = accepted(id)
    monkeypatch.setattr(decide, "RESOURCES", LITTLE)
    monkeypatch.setattr(referees, "second_opinion", always("unknown"))
    TRIED[id] = count = try_out(claim, few(claim))
    record_property("said", f"{id}: {count}")
    assert count.survivors == []
    assert count.rejected > 0


def test_false_mutants_of_every_kind_of_claim_that_the_referee_judges_are_found(record_property):
    """The claims of whose mutants it could show none to be false are printed."""
    if TRIED.keys() != set(SOME):
        pytest.skip("not all claims were tried")
    tried = {id: count for id, count in TRIED.items() if count.rejected}
    none = [id for id, count in tried.items() if not count.false]
    record_property("said", f"{len(tried)} accepted proofs; no mutant shown to be false: {', '.join(none)}")
    judged = {catalog()[id].kind for id, count in tried.items() if count.judged}
    assert judged == {catalog()[id].kind for id in tried if id not in none} >= {"algebraic", "bound", "orbit"}


@pytest.mark.slow
@pytest.mark.parametrize("id", CANDIDATES)
def test_no_false_mutant_survives_of_many(id, record_property):
    count = try_out(accepted(id), seconds=LONG)
    record_property("said", f"{id}: {count}")
    assert count.survivors == []
    assert count.rejected > 0


def test_all_kinds_of_mutants_are_made():
    kinds = {mutant.kind for claim in (theorem_1_1, theorem_1_3) for mutant in mutants(claim, most=1)}
    places = ("in a step", "in the claim", "in claim and proof")
    assert kinds == {
        *(f"{what} {where}" for what in ("number", "symbol", "relation", "factor") for where in places),
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


BROKEN = {
    "nothing is asked of Z3": (proof._Kernel, "require", always(None), theorem_1_2),
    "nothing is asked of Z3, about parameters": (proof._Kernel, "require", always(None), theorem_1_zeta),
    "all differences vanish": (proof, "_vanishes", always(True), theorem_1_3),
    "every relation is the same": (normal, "_gap", always((0, ">=")), theorem_1_3),
    "any hypothesis may be used": (Hypothesis, "check", always(None), theorem_1_2),
    "any assumption is made": (proof._Kernel, "assumed", always(True), theorem_1_2),
    "any other claim may be used": (proof._Kernel, "require_theorem", always(None), remark_4_rate_repaired),
    "anything is a definition": (proof._Kernel, "definitions", always(True), theorem_1_3),
    "an orbit's steps are not run": (Run, "check", always(None), example_1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_kernel_is_noticed(name, monkeypatch):
    """One check of the kernel always passes, and false survivors are reported."""
    owner, check, lax, claim = BROKEN[name]
    monkeypatch.setattr(owner, check, lax)
    assert any(trial.survivor for trial in trials(claim, 10))


def test_only_its_guard_keeps_a_lemma_from_capturing_an_index(monkeypatch):
    """||x||_inf <= |x_i| for every i, from |x_i| <= |x_i|: no run shows it false while the referee knows no
    coordinates, so it is the guard itself that is tried.
    """
    x = point(Str("x"))
    one = Abs(coordinate(x, i))
    first = Step("itself", Le(one, one), by=Decide())
    false = Step(
        "every coordinate is the largest",
        norm(Str(LINF.name), x) <= one,
        by=Lemma("largest coordinate", x, one, using=(first,)),
    )
    claim = Claim(id="captured", statement=false.statement, proof=Proof(first, false))
    assert isinstance(check(claim), Rejection)
    monkeypatch.setattr(lemmas, "_needs_no_index", always(None))
    remember(monkeypatch)
    assert isinstance(check(claim), Certificate)


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


@pytest.mark.parametrize("claim", [theorem_1_1, theorem_1_zeta, remark_4_rate_repaired, example_1], ids=str)
def test_the_kernel_that_remembers_says_what_the_kernel_says(claim, monkeypatch):
    def outcomes():
        found = [check(mutant.claim) for mutant in mutants(claim, most=2)]
        return [
            outcome.lemmas if isinstance(outcome, Certificate) else (outcome.number, outcome.step) for outcome in found
        ]

    remembered = outcomes()
    monkeypatch.undo()
    assert remembered == outcomes()
    assert len(set(remembered)) > 2


def test_a_false_step_counts_even_where_the_proof_fails_later():
    step = Step("false", Gt(zeta, 0), by=Decide())
    mutant = dataclasses.replace(theorem_1_zeta, proof=Proof(step, *theorem_1_zeta.proof.steps))
    assert Referee(theorem_1_zeta).false_one(mutant, Rejection(2, "", "")) == step.statement
    assert Referee(theorem_1_zeta).false_one(mutant, Rejection(1, "", "")) is None
