"""No mutant that the kernel accepts as a document may be false: what it lets pass, the referee tries to break.

The default run takes a few mutants of each kind for one proof in six, and little work is done for certificates; the
slow run takes as many mutants of every proof as fit in `LONG`.
"""

from __future__ import annotations

from typing import Any

import pytest
import referee as referees
from trying import CANDIDATES, accepted, always, few, trials, try_out

from signproof.theory.algebra import certifying, combining, decide, kept
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.document.writing import document
from signproof.theory.kernel import check as kernel
from signproof.theory.kernel import rules, state
from signproof.theory.kernel.arithmetic import Question
from signproof.theory.kernel.check import Refused, complete
from signproof.theory.kernel.form import DocumentError, read
from signproof.theory.papers.own.remark_4_repaired import remark_4_rate_repaired
from signproof.theory.papers.scaled_sign.example_1 import example_1
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_2, theorem_1_3, theorem_1_zeta
from signproof.theory.proof_steps import Certificate, Rejection

LITTLE, Z3_LITTLE = 60, 50_000
"""Work for one certificate in a default run, and Z3's for one combination in it."""
LONG = 120
"""Seconds of processor time for the mutants of one claim in a slow run."""
SOME = [id for number, id in enumerate(CANDIDATES) if number % 6 == 1 or catalog()[id].kind == "orbit"]


def by_kernel(claim: Claim) -> Certificate | Rejection:
    """What the kernel says of a claim's proof as a document; what has no certificate is not accepted."""

    def search(question: Question):
        known = kept.kept().get(kept.name(question))
        if known is not None:
            return known
        found = certifying.find(question, LITTLE)
        if found is None:
            unanswered.append(question)
            return None
        return found.plain()

    unanswered: list[Question] = []

    try:
        written = document(claim, claim.proof)
    except (DocumentError, TypeError, ValueError) as error:
        return Rejection(1, "document", str(error))
    outcome = complete(written.form, search)
    if unanswered:  # which steps rest on it is not told, so none counts as accepted
        return Rejection(1, "arithmetic", "a question has no certificate")
    if isinstance(outcome, Refused):
        return Rejection(outcome.number, outcome.step, outcome.reason)
    assert type(kernel.check(read(written.bytes, claim.id))) is type(outcome)
    return Certificate(claim.proof, outcome.lemmas)


@pytest.mark.parametrize("id", SOME)
def test_no_false_document_is_accepted(id, record_property, monkeypatch):
    claim = accepted(id)
    monkeypatch.setattr(combining, "WORK", Z3_LITTLE)
    monkeypatch.setattr(decide, "RESOURCES", Z3_LITTLE)
    monkeypatch.setattr(referees, "second_opinion", always("unknown"))
    count = try_out(claim, few(claim), judge=by_kernel)
    record_property("said", f"{id}: {count}")
    assert count.survivors == []
    assert count.rejected > 0


@pytest.mark.slow
@pytest.mark.parametrize("id", CANDIDATES)
def test_no_false_document_of_many_is_accepted(id, record_property):
    count = try_out(accepted(id), seconds=LONG, judge=by_kernel)
    record_property("said", f"{id}: {count}")
    assert count.survivors == []
    assert count.rejected > 0


def without(*names: str) -> dict[str, Any]:
    """The rules of the kernel, some of which ask nothing."""
    return {**rules.RULES, **dict.fromkeys(names, always(None))}


BROKEN = {
    "no certificate is asked for": (state.State, "require", always(None), theorem_1_2),
    "no certificate is asked for, about parameters": (state.State, "require", always(None), theorem_1_zeta),
    "all differences vanish": (rules, "vanishes", always(True), theorem_1_3),
    "every statement is the same": (kernel, "same", always(True), theorem_1_3),
    "any lemma gives anything": (rules, "same", always(True), theorem_1_2),
    "any hypothesis may be used": (kernel, "RULES", without("hypothesis"), theorem_1_2),
    "anything is a definition": (kernel, "RULES", without("definition"), theorem_1_3),
    "any other claim may be used": (kernel, "RULES", without("theorem"), remark_4_rate_repaired),
    "any step of an orbit is run": (kernel, "RULES", without("run", "forever"), example_1),
}
"""A part of the kernel, what stands in its place, and a claim of whose mutants some false ones are then accepted."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_kernel_is_noticed(name, monkeypatch):
    """One check of the kernel always passes, and false survivors are reported."""
    owner, part, lax, claim = BROKEN[name]
    monkeypatch.setattr(combining, "WORK", Z3_LITTLE)
    monkeypatch.setattr(owner, part, lax)
    assert any(trial.survivor for trial in trials(claim, 10, by_kernel))
