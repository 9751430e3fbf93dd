"""The corpus of witnesses: every file replays, speaks of a claim as it stands, and decides a verdict by itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from signproof.checks.replay.witness import load
from signproof.checks.verdicts.judge import verify
from signproof.counterexamples import corpus
from signproof.report import baseline
from signproof.theory.catalog import catalog


def named(path):
    """The claim that a file is filed under."""
    return catalog()[path.parent.relative_to(corpus.FOLDER).as_posix()]


@pytest.mark.parametrize("path", corpus.paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_corpus_replays(path):
    """And it is about the claim that it is filed under, or about a case of it, as it is stated now."""
    data = json.loads(path.read_text(encoding="utf-8"))
    claim = corpus.of(named(path), data)
    assert claim is not None, f"{path}: the claim has changed; search for a new witness"
    witness = load(data, {claim.id: claim}, str(path))
    assert witness.claim is claim and witness.replay().confirmed
    assert witness.to_json() == data


def test_every_refuted_claim_has_a_witness():
    refuted = {
        id for id, verdict in json.loads(baseline.PATH.read_text())["profiles"]["quick"].items() if verdict == "refuted"
    }
    assert {id for id, claim in catalog().items() if corpus.against(claim)} == refuted
    assert corpus.paths("../corpus") == corpus.paths("..") == corpus.paths("no/such") == corpus.paths("/") == []


def test_a_claim_that_was_changed_is_told_from_the_one_that_was_refuted():
    claim = catalog()["scaled-sign/theorem-2.2"]
    assert corpus.against(claim)
    assert corpus.against(replace(claim, bound=2 * claim.bound, proof=None)) == []
    assert corpus.against(replace(claim, id="mine/theorem-2.2", proof=None)) == []


def test_a_known_witness_decides_and_one_that_fails_does_not():
    claim = catalog()["scaled-sign/remark-6"]
    (known,) = corpus.against(claim)
    verdict = verify(claim, known=[known])
    assert verdict.status == "refuted" and verdict.witness is known
    true = catalog()["own/remark-6.repaired"]
    outside = replace(known, claim=true)
    assert not outside.replay().confirmed
    assert verify(true, known=[outside]).status == "proved"
