"""A claim with an accepted proof that is broken all the same: one of the two is a defect, and the verdict says so."""

from __future__ import annotations

import pytest

from signproof import verify
from signproof.checks.verdicts import judge
from signproof.theory.catalog import catalog
from signproof.theory.elaboration.automatic import prove
from signproof.theory.proof_steps import Certificate


@pytest.mark.parametrize("id", ["scaled-sign/appendix.comparison", "scaled-sign/example-3.eq-10"])
def test_a_false_claim_with_an_accepted_proof_is_inconsistent(id, monkeypatch):
    certificate = prove(catalog()["scaled-sign/theorem-1.zeta"])
    assert isinstance(certificate, Certificate)
    assert verify(catalog()[id]).status == "refuted"
    monkeypatch.setattr(judge, "_check_proof", lambda *arguments: certificate)
    verdict = verify(catalog()[id])
    assert verdict.status == "inconsistent" and verdict.witness.replay().confirmed
