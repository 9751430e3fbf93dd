"""Every command on a claim of each kind, alone: it does what it says, or says in one line that it does not apply."""

from __future__ import annotations

import dataclasses
import json

import pytest
from shown_experiment import outcome

from signproof.checks.experiments.experiment import Criterion, Experiment
from signproof.checks.kinds import words
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict, exceeded_by
from signproof.counterexamples import corpus
from signproof.report.ledger import entry, ledger, read, write
from signproof.theory.catalog import catalog

KINDS = {
    "bound": "scaled-sign/remark-3.signgd",
    "stochastic bound": "scaled-sign/remark-7",
    "proximal": "signprox/theorem-2",
    "flow": "scaled-sign/proposition-2.2",
    "comparison": "scaled-sign/appendix.comparison",
    "algebraic": "scaled-sign/remark-6",
    "implication": "own/theorem-1.dimension",
    "orbit": "scaled-sign/example-1",
    "orbit with a formula": "scaled-sign/example-3.eq-10",
    "words": "scaled-sign/remark-1",
}
SLOW = ("bound", "proximal", "flow")
BROKEN = [kind for kind, id in KINDS.items() if corpus.paths(id) and kind != "orbit"]
VARIANT = "import optax\n\ndef sgd(step_size):\n    return optax.sgd(step_size)\n"

every = pytest.mark.parametrize("kind", KINDS)


def each_but(*slow):
    """Every kind; those that take long with the slow tests."""
    kinds = [pytest.param(kind, marks=pytest.mark.slow) if kind in slow else kind for kind in KINDS]
    return pytest.mark.parametrize("kind", kinds)


def known(kind):
    """A verdict on the claim of a kind, as its witness in the corpus gives it."""
    claim = catalog()[KINDS[kind]]
    witness = next(iter(corpus.witnesses(claim.id, {claim.id: claim})), None)
    if witness is None or witness.exhibit:
        return Verdict(
            claim, Status.PROVED, (Evidence("proof", "exact", "accepted", {"accepted": True}),), None, None, witness
        )
    evidence = (Evidence("witness", witness.level, witness.describe()),)
    return Verdict(claim, Status.REFUTED, evidence, tightness=exceeded_by(witness), witness=witness)


@pytest.fixture
def written(tmp_path):
    def written(kind):
        path = tmp_path / "ledger.json"
        write(ledger([entry(known(kind))], "quick", 0), path)
        return path

    return written


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in SLOW else kind for kind in KINDS]
)
def test_verify(run, tmp_path, kind):
    path = tmp_path / "ledger.json"
    code, out, err = run("verify", KINDS[kind], "--json", path, "--html", tmp_path / "site")
    assert code == 0 and KINDS[kind] in out and err.count("written: ") == 2
    (found,) = read(path)["claims"]
    assert found["verdict"] == str(known(kind).status) or kind == "words"


def test_verify_in_full_of_what_an_experiment_decides_by_statistics(run, tmp_path, monkeypatch):
    """Levels of criteria are statistical here, and no gradient was drawn."""
    ids = ["scaled-sign/example-5.constant", "scaled-sign/example-5.workers", "signprox/figure-1.dense"]
    criterion = Criterion("f falls", "to 1e-3 in 95 of 100 runs", True, "statistical")
    found = dataclasses.replace(outcome(), criteria=(criterion,))
    made = {id: Experiment(id, lambda setting, advance: found, costly=True) for id in ids}
    monkeypatch.setattr(words, "experiments", lambda: made)
    path = tmp_path / "ledger.json"
    code, out, err = run("verify", *ids[:2], "signprox/figure-1.d*", "--profile", "full", "--json", path)
    assert code in (0, 1) and out.count("reproduced") == 3 and "statistics:" not in err
    assert [entry["verdict"] for entry in read(path)["claims"]] == ["reproduced"] * 3
    assert run("report", path, "--markdown", tmp_path / "summary.md", "--latex", tmp_path / "verdicts.tex")[0] == 0


@every
def test_list_and_show(run, kind):
    for command in ("list", "show"):
        code, out, err = run(command, KINDS[kind])
        assert code == 0 and KINDS[kind].rsplit("/")[-1] in out and not err


@every
def test_report_compare_and_errata(run, written, tmp_path, kind):
    path = written(kind)
    assert run("report", path, "--out", tmp_path / "site")[0] == 0
    assert run("report", path, "--latex", tmp_path / "v.tex", "--markdown", tmp_path / "v.md")[0] == 0
    assert run("compare", path, path)[2].startswith("nothing changed")
    code, out, err = run("errata", path)
    assert code == 0 and out and not err


@every
def test_replay(run, misuse, written, tmp_path, kind):
    path = written(kind)
    if known(kind).witness is None:
        for options in ([], ["--plot", tmp_path / "p.svg"], ["--as-test"]):
            assert "witness" in misuse("replay", path, *options)
        return
    for what in (path, KINDS[kind]):
        code, out, _ = run("replay", what)
        assert code == 0 and "confirmed" in out and "not confirmed" not in out
    assert "def test_" in run("replay", path, "--as-test")[1]
    if kind == "algebraic":
        assert "parameters only" in misuse("replay", path, "--plot", tmp_path / "p.svg")
    else:
        assert run("replay", path, "--plot", tmp_path / "p.svg")[0] == 0


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in SLOW[1:] else kind for kind in KINDS]
)
def test_search(run, misuse, tmp_path, kind):
    if kind in ("implication", "words"):
        assert "no instance can break it" in misuse("search", KINDS[kind])
        return
    code, out, _ = run("search", KINDS[kind], "--seconds", "0", "--out", tmp_path / "witness.json")
    assert code in (0, 1) and ("broken" if code else "no counterexample") in out
    if code:
        assert run("replay", tmp_path / "witness.json")[0] == 0


@every
def test_tightness(run, misuse, tmp_path, kind):
    arguments = ("tightness", KINDS[kind], "--dimensions", "2", "--ratios", "4", "--json", tmp_path / "map.json")
    if kind == "stochastic bound":
        assert run(*arguments)[0] == 0 and json.loads((tmp_path / "map.json").read_text())["cells"]
    else:
        assert KINDS[kind] in misuse(*arguments)


@every
def test_variant(run, tmp_path, kind):
    (tmp_path / "mine.py").write_text(VARIANT, encoding="utf-8")
    arguments = ("variant", f"{tmp_path}/mine.py:sgd", "--claims", KINDS[kind])
    if "bound" in kind:
        assert run(*arguments)[0] == 1
    else:
        code, _, err = run(*arguments, "--json", tmp_path / "rows.json")
        assert code == 0 and "applies to sgd" in err
        rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
        assert [row["status"] for row in rows] == ["not applicable"]


@every
def test_experiment(misuse, kind):
    assert f"no experiment decides {KINDS[kind]}" in misuse("experiment", KINDS[kind])


# ------------------------------------------------------------------------------------------ refuted is more than 1


@pytest.mark.parametrize("kind", BROKEN)
def test_a_refuted_claim_is_exceeded_by_more_than_1(run, written, kind):
    verdict = known(kind)
    (found,) = read(written(kind))["claims"]
    if not verdict.witness.claim.body.of_run:
        assert verdict.tightness is None and found["tightness"] is None
    else:
        assert verdict.tightness > 1 and found["tightness"]["ratio"] > 1
        assert found["tightness"]["instance"] == verdict.witness.describe()
