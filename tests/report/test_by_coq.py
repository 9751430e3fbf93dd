"""Coq as a second checker of what the kernel accepted."""

from __future__ import annotations

import pytest
from coq_library import needs_coq

from signproof.report import coq
from signproof.report.ledger import entry
from signproof.theory.catalog import catalog
from signproof.theory.export import coqc

SHORT, PROXIMAL = "scaled-sign/remark-2.eq-13", "signprox/eq-12"


@pytest.fixture
def entries():
    from signproof.judging import verdict_on

    return [entry(verdict_on(catalog()[id], "quick", 0, 1e-9)) for id in (SHORT, PROXIMAL)]


def _piece(found):
    return next(piece for piece in found["evidence"] if piece["kind"] == "proof")


def test_who_accepted_a_proof_is_noted(entries, monkeypatch):
    monkeypatch.setattr(coqc, "checked", lambda *_: coqc.Checked(True, axioms=("classic",)))
    left = coq.by_coq(entries)
    assert list(left) == [PROXIMAL] and "lacks" in left[PROXIMAL]
    assert _piece(entries[0])["checkers"] == ["kernel", "Coq"] and _piece(entries[0])["axioms"] == ["classic"]
    assert _piece(entries[0])["text"].endswith("accepted by the kernel and by Coq")
    assert _piece(entries[1])["checkers"] == ["kernel"]


def test_what_coq_refuses_stays_with_the_kernel(entries, monkeypatch):
    monkeypatch.setattr(coqc, "checked", lambda *_: coqc.Checked(False, error="coqc was stopped after 120 seconds"))
    assert coq.by_coq(entries[:1]) == {SHORT: "coqc was stopped after 120 seconds"}
    assert _piece(entries[0])["checkers"] == ["kernel"]
    monkeypatch.setattr(coq, "LARGEST", 10)
    assert "more than 10 bytes" in coq.by_coq(entries[:1])[SHORT]


def test_without_coq_that_is_said(run, monkeypatch, tmp_path):
    monkeypatch.setattr(coqc, "found", lambda: False)
    code, _, err = run("verify", SHORT, "--coq")
    assert code == 0 and "there is no coqc here" in err


@pytest.mark.slow
@needs_coq
def test_a_verdict_names_both_checkers(run, tmp_path):
    code, out, _ = run("verify", SHORT, "--coq", "--json", tmp_path / "ledger.json")
    assert code == 0 and "by Coq" in " ".join(out.split())
