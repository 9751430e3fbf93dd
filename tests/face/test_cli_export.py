"""`signproof export`: a proof as a document."""

from __future__ import annotations

import hashlib

from signproof.theory.document.form import read
from signproof.theory.document.sentence import sentence

ID = "scaled-sign/theorem-1.2"


def test_a_proof_is_exported_with_its_sentence_and_its_hash(run, tmp_path):
    path = tmp_path / "proof.json"
    code, out, err = run("export", ID, "--out", path)
    data = path.read_bytes()
    assert code == 0 and str(path) in err.replace("\n", "")
    theorem, digest = out.splitlines()
    assert digest == f"sha256 {hashlib.sha256(data).hexdigest()}" and theorem == sentence(read(data, str(path)))
    assert run("export", ID, "--out", path)[0] == 0 and path.read_bytes() == data


def test_by_default_the_document_is_named_after_the_claim(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("export", ID)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["scaled-sign.theorem-1.2.proof.json"]


def test_what_cannot_be_exported_is_refused_in_one_line(misuse, tmp_path):
    assert "export one at a time" in misuse("export", "scaled-sign/*", "--out", tmp_path / "proof.json")
    assert "has no proof to export" in misuse("export", "own/example-2.rate", "--out", tmp_path / "proof.json")
    assert "is a folder" in misuse("export", ID, "--out", tmp_path)
    assert not any(tmp_path.iterdir())
