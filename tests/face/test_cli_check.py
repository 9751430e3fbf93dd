"""`signproof check` and `recheck`: what others wrote is believed in nothing."""

from __future__ import annotations

import json

import pytest

IDS = ("scaled-sign/theorem-1.2", "scaled-sign/theorem-2.2", "own/example-4.mu", "scaled-sign/remark-6")
"""A proof, a witness with exact gradients, a cover by balls, a model."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory, request):
    """A ledger with one claim of each kind of evidence."""
    from signproof.judging import judge
    from signproof.report.ledger import ledger, write
    from signproof.theory.catalog import catalog

    claims = [catalog()[id] for id in IDS]
    found = ledger(list(judge([*IDS], claims, "quick", 0, 1, lambda text: None)), "quick", 0)
    path = tmp_path_factory.mktemp("ledger") / "ledger.json"
    write(found, path)
    return path


def test_a_document_is_checked(run, tmp_path):
    path = tmp_path / "proof.json"
    assert run("export", IDS[0], "--out", path)[0] == 0
    code, out, _ = run("check", path)
    assert code == 0
    theorem, proved, digest = out.splitlines()
    assert theorem.startswith("For every d >= 1") and "proved in 23 steps; it rests on" in proved
    assert digest.startswith("sha256 ")


def test_a_document_that_proves_nothing_changes_the_exit_code(run, tmp_path):
    path = tmp_path / "proof.json"
    run("export", IDS[0], "--out", path)
    path.write_bytes(path.read_bytes().replace(b'"-1/2"', b'"-1/4"'))
    code, out, _ = run("check", path)
    assert code == 1 and out.count("\n") == 1 and "not proved: step" in out


def test_what_is_no_document_is_refused_in_one_line(misuse, tmp_path):
    path = tmp_path / "proof.json"
    assert "cannot read" in misuse("check", path)
    for text in ("", "{}", "[" * 100_000, '{"schema":"signproof-proof/1"}', "9" * 10_000):
        path.write_text(text, encoding="utf-8")
        assert str(path) in misuse("check", path)


def test_a_ledger_holds(run, ledger):
    code, out, err = run("recheck", ledger)
    assert code == 0 and err.splitlines()[-1] == "4 verdicts hold, 0 do not, 0 have nothing to be checked by"
    assert out.count("✓") == 4


def other_claim(ledger):
    one, other = ledger["claims"][0], ledger["claims"][3]
    for part in ("id", "statement", "domain", "assumptions"):
        one[part] = other[part]


def weaker(entry, **changes):
    entry.update(changes)


FORGED = {
    "a claim that nothing proves": lambda ledger: weaker(ledger["claims"][3], verdict="proved"),
    "a claim that nothing breaks": lambda ledger: weaker(ledger["claims"][0], verdict="refuted"),
    "the proof of another claim": other_claim,
    "a better bound": lambda ledger: ledger["claims"][0]["statement"].update(text="V_k <= 0"),
    "a larger domain": lambda ledger: ledger["claims"][0]["domain"].clear(),
    "a weaker assumption": lambda ledger: ledger["claims"][0]["assumptions"].pop(),
    "fewer lemmas": lambda ledger: ledger["claims"][0]["lemmas"].pop(),
    "another document": lambda ledger: _piece(ledger).update(document="0" * 64),
    "no document": lambda ledger: _piece(ledger).pop("packed"),
    "a document that is cut": lambda ledger: _piece(ledger).update(packed=_piece(ledger)["packed"][:400]),
    "a statement that no cover shows": lambda ledger: ledger["claims"][2]["statement"].update(text="x**2 < 1"),
    "the witness of another claim": lambda ledger: weaker(
        ledger["claims"][1], witness=json.loads(json.dumps(ledger["claims"][3]["witness"]))
    ),
    "a witness of nothing": lambda ledger: ledger["claims"][1]["witness"].update(start=["0"]),
}


def _piece(ledger):
    return next(piece for piece in ledger["claims"][0]["evidence"] if piece["kind"] == "proof")


@pytest.mark.parametrize("lie", FORGED)
def test_a_forged_ledger_is_found_out(run, ledger, tmp_path, lie):
    data = json.loads(ledger.read_text(encoding="utf-8"))
    FORGED[lie](data)
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    code, out, err = run("recheck", path)
    assert code == 1 and "✗" in out and "Traceback" not in err
    assert run("report", path, "--out", tmp_path / "site", "--recheck")[0] == 1 and not (tmp_path / "site").exists()


def test_the_page_of_a_ledger_says_whether_it_was_checked_again(run, ledger, tmp_path):
    pages = {}
    for option in ((), ("--recheck",)):
        assert run("report", ledger, "--out", tmp_path / "site", *option)[0] == 0
        pages[option] = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Not checked again" in pages[()] and "Not checked again" not in pages["--recheck",]
    assert "accepted by kernel" in (tmp_path / "site/claims/scaled-sign-theorem-1.2.html").read_text(encoding="utf-8")
