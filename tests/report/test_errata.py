"""The list of errata is what the program makes of a run."""

from __future__ import annotations

import json
import sys

import pytest
from places import ROOT, TESTS

from signproof import cli
from signproof.report.errata import errata
from signproof.report.ledger import ledger
from signproof.theory.catalog import catalog, citations, links

COMMITTED = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
SAMPLE = json.loads((TESTS / "data" / "ledger.json").read_text(encoding="utf-8"))


def test_the_committed_list_is_that_of_a_fresh_run(entries):
    assert errata(ledger(entries, "quick", 0)) == COMMITTED, "run `make errata`"


def test_every_refuted_claim_of_a_paper_is_explained_and_no_other(entries):
    refuted = {entry["id"] for entry in entries if entry["verdict"] == "refuted"}
    explained = {id for id, claim in catalog().items() if claim.erratum}
    assert refuted <= explained
    assert not {entry["id"] for entry in entries if entry["verdict"] in ("proved", "supported")} & explained
    assert all(f"\n{id}\n" in COMMITTED for id in refuted)
    assert COMMITTED.count("\n**Witness** (") == len(refuted) == COMMITTED.count("**What is wrong.**")


def test_a_proof_with_a_gap_is_named_with_the_step_that_is_rejected(entries):
    rejected = [
        piece
        for entry in entries
        if entry["verdict"] in ("open", "refuted") and not entry["id"].startswith("own/")
        for piece in entry["evidence"]
        if piece["kind"] == "proof"
    ]
    assert rejected and all(f"\n**The kernel**: {piece['text']}.\n" in COMMITTED for piece in rejected)
    assert COMMITTED.count("**The kernel**: ") == len(rejected)


def test_a_gap_that_no_instance_shows_to_matter_is_listed_apart():
    claim = next(claim for claim in SAMPLE["claims"] if claim["verdict"] == "refuted")
    gap = {"kind": "proof", "level": "exact", "text": "proof rejected at step 2 (descent): it does not follow"}
    listed = errata({**SAMPLE, "claims": [{**claim, "verdict": "open", "evidence": [gap]}]})
    assert "# Gaps" in listed and f"**The kernel**: {gap['text']}." in listed
    assert "# Gaps" not in errata(SAMPLE)


def test_a_repair_is_proved_and_its_original_refuted(entries):
    verdicts = {entry["id"]: entry["verdict"] for entry in entries}
    repairs = {entry["id"]: entry["repairs"] for entry in entries if entry["repairs"]}
    assert repairs == {id: claim.repairs.id for id, claim in catalog().items() if claim.repairs}
    assert repairs
    for id, original in repairs.items():
        assert verdicts[id] == "proved" and verdicts[original] in ("refuted", "open")
        assert f"**Repaired**, and proved: `{id}`" in COMMITTED


def test_papers_are_cited():
    assert set(citations()) == {claim.source.paper for claim in catalog().values()}
    assert set(links()) < set(citations()) and all(link.startswith("https://") for link in links().values())
    assert len(set(links().values())) == len(links())
    assert f"\n## {citations()['scaled-sign']}\n" in COMMITTED


def test_the_command_prints_the_list_of_a_ledger(tmp_path, monkeypatch, capsys):
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps(SAMPLE), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["signproof", "errata", str(path)])
    with pytest.raises(SystemExit) as exit:
        cli.main()
    assert exit.value.code == 0
    shown = capsys.readouterr().out
    assert shown == errata(SAMPLE)
    refuted = [claim for claim in SAMPLE["claims"] if claim["verdict"] == "refuted"]
    for claim in refuted:  # a user's own claim has no paper to correct
        assert (f"\n{claim['id']}\n" in shown) == (claim["source"] is not None)


def test_a_run_that_refutes_nothing():
    proved = [claim for claim in SAMPLE["claims"] if claim["verdict"] == "proved"]
    assert errata({**SAMPLE, "claims": proved}).endswith("\n\nNo claim is refuted.\n")
