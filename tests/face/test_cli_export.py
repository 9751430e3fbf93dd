"""`signproof export`: a proof as a document."""

from __future__ import annotations

import hashlib

from signproof.theory.document.sentence import sentence
from signproof.theory.kernel.form import read

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


def test_a_theorem_of_coq_is_written_with_its_library(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # without coqc
    folder = tmp_path / "coq"
    code, out, err = run("export", ID, "--to", "coq", "--out", folder)
    assert code == 0 and "sha256" in out and "there is no coqc here" in err and "coqc" in err
    text = (folder / "scaled_sign_theorem_1_2.v").read_text(encoding="utf-8")
    assert "Theorem scaled_sign_theorem_1_2" in text and (folder / "Steps.v").exists()
    assert "scaled_sign_theorem_1_2.v" in (folder / "_CoqProject").read_text(encoding="utf-8")


def test_a_theorem_that_coq_does_not_accept_changes_the_exit_code(run, tmp_path, monkeypatch):
    from signproof.theory.export import coqc

    monkeypatch.setattr(coqc, "found", lambda: True)
    monkeypatch.setattr(coqc, "checked", lambda *_: coqc.Checked(False, error="x.v, line 1: no"))
    code, out, _ = run("export", ID, "--to", "coq", "--out", tmp_path / "coq")
    assert code == 1 and out.splitlines()[-1] == "Coq does not accept it: x.v, line 1: no"


def test_what_has_no_counterpart_in_coq_is_refused_in_one_line(misuse, tmp_path):
    assert "the Coq library lacks" in misuse("export", "signprox/eq-9", "--to", "coq", "--out", tmp_path / "coq")
    (tmp_path / "file").touch()
    assert "name a folder" in misuse("export", ID, "--to", "coq", "--out", tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
