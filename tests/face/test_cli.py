"""The command line as a user meets it: exit codes, one-line errors, partial results."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from places import TESTS

from signproof.report import baseline, ledger
from signproof.report.ledger import read

CONTRACT = """
from signproof import Claim, verify
from signproof.theory.symbols import L, V0, alpha, k, mu
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.measures import Suboptimality

claim = Claim(
    id="mine/too-fast",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L), PolyakLojasiewicz(mu)),       # ℓ∞ geometry is the default
    domain=(0 < alpha, alpha < 2 / L),
    measure=Suboptimality(),
    bound=(1 - 4 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
)
"""
SAMPLE = TESTS / "data" / "ledger.json"
QUICK = ["scaled-sign/example-1", "scaled-sign/theorem-1.zeta"]


@pytest.fixture
def claims_file(tmp_path):
    def write(text, name="claims.py"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_verify_prints_a_table_and_writes_ledger_and_page(run, tmp_path):
    code, out, _ = run("verify", *QUICK, "--json", tmp_path / "a/ledger.json", "--html", tmp_path / "page")
    assert code == 0
    assert all(id in out for id in QUICK) and out.count("proved") == 2
    ledger = read(tmp_path / "a/ledger.json")
    assert [entry["id"] for entry in ledger["claims"]] == QUICK
    assert not ledger["partial"]
    assert (tmp_path / "page/index.html").read_text(encoding="utf-8").count("scaled-sign/example-1") > 0


def test_patterns_choose_claims(run):
    code, out, _ = run("list", "scaled-sign/theorem-1.[12]")
    assert code == 0
    assert "theorem-1.1" in out and "theorem-1.2" in out and "theorem-1.3" not in out


def test_the_contract_example_from_a_file(run, claims_file, tmp_path):
    path = claims_file(CONTRACT)
    code, out, _ = run("verify", path, "--json", tmp_path / "ledger.json")
    assert code == 1 and "refuted" in out
    (entry,) = read(tmp_path / "ledger.json")["claims"]
    assert entry["verdict"] == "refuted" and entry["source"] is None
    witness = tmp_path / "witness.json"
    witness.write_text(json.dumps(entry["witness"]))
    code, out, _ = run("replay", witness)
    assert code == 0 and "confirmed" in out
    assert run("replay", tmp_path / "ledger.json")[0] == 0
    edited = json.loads(witness.read_text()) | {"start": ["0"]}
    witness.write_text(json.dumps(edited))
    assert run("replay", witness)[0] == 1


def test_jobs_give_the_same_verdicts(run, tmp_path):
    for jobs in (1, 2):
        assert run("verify", *QUICK, "--jobs", jobs, "--json", tmp_path / f"{jobs}.json")[0] == 0
    one, two = (read(tmp_path / f"{jobs}.json")["claims"] for jobs in (1, 2))
    assert one == two


def test_show_prints_statement_steps_and_lemmas(run):
    code, out, _ = run("show", "scaled-sign/theorem-1.1")
    assert code == 0
    for words in (
        "StronglyConvex(mu)",
        "(31)",
        "Hölder",
        "induction",
        "proved",
        "alpha < 2/L",
        "scaled-sign, Theorem 1",
    ):
        assert words in out
    assert "<u, v> <= ||u||_* ||v||." in out and "definition of the dual norm" in out


def test_show_names_the_step_that_fails_and_the_claims_that_are_used(run, claims_file):
    code, out, _ = run("show", "scaled-sign/theorem-3.zeta2", "scaled-sign/remark-6", "own/remark-6.repaired")
    assert code == 0
    assert "claim scaled-sign/theorem-2.zeta1 at c = " in out
    assert "not proved" in out and "it fails at L = 1" in out and "of an automatic proof" in out
    assert "repairs     scaled-sign/remark-6" in out
    code, out, _ = run("show", claims_file(RESTING))
    assert code == 0 and "not proved" in out
    assert "step 2 (half): scaled-sign/theorem-2.zeta1 needs 2*mu <= L" in " ".join(out.split())


RESTING = """
from signproof import Claim, Proof, Step
from signproof.theory.papers.scaled_sign.theorem_2 import domain, theorem_2_zeta1, zeta_1
from signproof.theory.derivation.steps import Decide, Theorem
from signproof.theory.symbols import mu

range_ = (zeta_1.subs(mu, 2 * mu) >= 0) & (zeta_1.subs(mu, 2 * mu) < 1)
first = Step("positive", mu > 0, by=Decide())
half = Step("half", range_, by=Theorem(theorem_2_zeta1, {mu: 2 * mu}))
claim = Claim(id="mine/half", statement=range_, domain=domain, proof=Proof(first, half))
"""


def test_replay_of_a_claim_in_the_corpus(run):
    code, out, _ = run("replay", "scaled-sign/example-1")
    assert code == 0 and "back at its start" in out


def test_unknown_ids_name_the_nearest(misuse):
    assert "Did you mean scaled-sign/theorem-1.1" in misuse("verify", "scaled-sign/theorm-1.1")
    assert "signproof list" in misuse("show", "nothing-like-it")


def test_an_algorithm_that_raises_is_open_and_the_run_goes_on(run, claims_file):
    broken = CONTRACT.replace("ScaledSignGD(alpha)", "Broken(alpha)").replace("claim = ", BROKEN + "claim = ")
    other = "fine = Claim(id='mine/fine', statement=alpha > 0, domain=(alpha > 1,))"
    code, out, err = run("verify", claims_file(broken + other))
    assert code == 1
    assert err.startswith("mine/too-fast: it could not be judged: ZeroDivisionError: ") and err.count("\n") == 1
    assert "ZeroDivisionError" in out and "open" in out and "mine/fine" in out and "proved" in out


BROKEN = """
class Broken(ScaledSignGD):
    def update(self, x, gradient, memory, xp):
        return x / 0, 1 / 0

"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("claim = (", "line 1"),
        ("x = 1\nimport no_such_module_anywhere", "line 2: ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = 1", "defines no Claim"),
        (CONTRACT + "other = Claim(id='mine/too-fast', statement=alpha > 0, domain=(alpha > 1,))", "two claims"),
        (CONTRACT.replace("mine/too-fast", "scaled-sign/theorem-1.1"), "is taken by the claims of the papers"),
        (CONTRACT.replace("(0 < alpha, alpha < 2 / L)", "0 < alpha < 2 / L"), "write (0 < alpha, alpha < 2 / L)"),
        (CONTRACT.replace("alpha < 2 / L", "alpha < 0"), "the domain is empty"),
        (CONTRACT.replace("* V0", "* V0 * eta").replace("import L,", "import eta, L,"), "the symbol eta in the bound"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(misuse, claims_file, text, message):
    assert message in misuse("verify", claims_file(text))


def test_other_misuse_is_one_line(misuse, tmp_path, claims_file):
    misuse("verify", tmp_path / "absent.py")
    misuse("verify", "--profile", "slow")
    misuse("verify", "--jobs", "0")
    misuse("verify", "--seed", "-1")
    misuse("verify", "--no-such-option")
    misuse("no-such-command")
    misuse("verify", *QUICK, "--json", tmp_path)
    file = claims_file("", "file.txt")
    misuse("verify", *QUICK, "--html", file)
    misuse("verify", *QUICK, "--json", file / "ledger.json")
    misuse("replay", tmp_path / "absent.json")
    misuse("replay", "no/such-claim")
    misuse("replay", file)
    misuse("compare", file, file)
    misuse("show")
    misuse("counterexamples", "--figures", file)


@pytest.mark.parametrize("command", [("verify", QUICK[0], "--json"), ("export", "scaled-sign/theorem-1.2", "--out")])
def test_a_full_disk_is_one_line_that_names_the_file(misuse, monkeypatch, tmp_path, command):
    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path / "another"))

    path = tmp_path / "file.json"
    path.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(ledger.os, "replace", full)
    assert misuse(*command, path) == f"signproof: cannot use {path}: No space left on device\n"
    assert [each.name for each in tmp_path.iterdir()] == ["file.json"] and path.read_text(encoding="utf-8") == "{}"


def test_a_ledger_of_another_version_or_shape_is_refused(misuse, run, tmp_path):
    path = tmp_path / "ledger.json"
    run("verify", QUICK[0], "--json", path)
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"schema": "signproof-ledger/9"}))
    assert "signproof-ledger/9" in misuse("compare", path, path)
    data["claims"][0]["verdict"] = "certain"
    path.write_text(json.dumps(data))
    assert "$.claims[0].verdict" in misuse("compare", path, path)


def test_a_changed_verdict_exits_1_and_only_the_option_writes_the_baseline(run, tmp_path, monkeypatch):
    path = tmp_path / "baseline.json"
    monkeypatch.setattr(baseline, "PATH", path)
    assert run("verify", *QUICK)[0] == 0  # what the baseline lacks is new
    assert not path.exists()
    assert run("verify", *QUICK, "--update-baseline")[0] == 0
    data = json.loads(path.read_text())
    assert data["profiles"]["quick"] == dict.fromkeys(sorted(QUICK), "proved")
    data["profiles"]["quick"][QUICK[0]] = "open"
    path.write_text(json.dumps(data))
    code, _, err = run("verify", *QUICK)
    assert code == 1 and f"{QUICK[0]}: proved, was open in the baseline" in err
    path.write_text("{")
    assert run("verify", *QUICK)[0] == 2


def test_what_is_wrong_with_an_option_is_said_in_plain_words(misuse):
    said = misuse("verify", "--profile", "slow")
    assert (
        said
        == "signproof: Invalid value for '--profile': 'slow' is not one of 'quick', 'full'. See `signproof --help`.\n"
    )
    assert misuse("verify", "--jobs", "0").endswith(" than or equal to 1. See `signproof --help`.\n")


def test_the_shipped_baseline_knows_every_claim(run):
    from signproof.theory.catalog import catalog

    profiles = json.loads(baseline.PATH.read_text())["profiles"]
    assert set(profiles) == {"quick", "full"}
    assert all(set(verdicts) == set(catalog()) for verdicts in profiles.values())


def test_compare_marks_what_changed(run, tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    run("verify", *QUICK, "--json", old)
    data = json.loads(old.read_text())
    data["claims"][0]["verdict"] = "open"
    del data["claims"][1]
    new.write_text(json.dumps(data))
    code, out, _ = run("compare", old, new)
    assert code == 0 and "worse: verdict changed" in out and "gone" in out
    for what in ("worse", "verdict"):
        assert run("compare", old, new, "--fail-on", what)[0] == 1
        assert run("compare", old, old, "--fail-on", what)[0] == 0
    code, out, err = run("compare", old, old, "--only-changed")
    assert code == 0 and out.strip() == "" and "nothing changed" in err


def test_report_writes_what_is_asked_for(run, misuse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = tmp_path / "out/ledger.json"
    assert "verify --json" in misuse("report")
    ledger.parent.mkdir()
    ledger.write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("report", "--markdown", "pr.md")[0] == 0
    assert (tmp_path / "pr.md").is_file() and not (tmp_path / "out/report").exists()
    code, _, err = run("report")
    assert code == 0 and "out/report/index.html" in err
    before = {path: path.read_bytes() for path in (tmp_path / "out/report").rglob("*") if path.is_file()}
    text = ledger.read_text(encoding="utf-8")
    for spoilt, words in (
        (text[: len(text) // 2], "truncated"),
        (text.replace("signproof-ledger/1", "signproof-ledger/7"), "signproof-ledger/7"),
        (text.replace('"proved"', '"true"'), "'true' is not one of"),
        (text.replace('"scaled-sign/theorem-1.3"', '"scaled-sign/theorem-1.1"'), "occurs 2 times"),
        ("[]", "is not of type 'object'"),
        ("\u0000", "not JSON"),
    ):
        ledger.write_text(spoilt, encoding="utf-8")
        for arguments in ((), ("--latex", "t.tex"), ("--markdown", "t.md")):
            error = misuse("report", *arguments)
            assert words in error and "out/ledger.json" in error
    assert {path: path.read_bytes() for path in (tmp_path / "out/report").rglob("*") if path.is_file()} == before
    assert not (tmp_path / "t.tex").exists() and not (tmp_path / "t.md").exists()
    (tmp_path / "file").write_text("")
    assert "is a file" in misuse("report", SAMPLE, "--out", tmp_path / "file")


def test_inconsistency_exits_3(run, monkeypatch):
    from signproof.checks.verdicts import judge
    from signproof.checks.verdicts.verdict import Status, Verdict

    monkeypatch.setattr(judge, "verify", lambda claim, **rest: Verdict(claim, Status.INCONSISTENT))
    code, _, err = run("verify", QUICK[0])
    assert code == 3 and "a bug in signproof" in err


def test_ctrl_c_keeps_what_was_judged(run, monkeypatch, tmp_path):
    from signproof.checks.verdicts import judge

    real, path = judge.verify, tmp_path / "ledger.json"

    def interrupted(claim, **rest):
        if claim.id == QUICK[1]:
            raise KeyboardInterrupt
        return real(claim, **rest)

    monkeypatch.setattr(judge, "verify", interrupted)
    code, _, err = run("verify", *QUICK, "--json", path)
    assert code == 130 and "1 of 2" in err
    ledger = read(path)
    assert ledger["partial"] and [entry["id"] for entry in ledger["claims"]] == QUICK[:1]


def test_help_is_quick_and_light():
    command = [sys.executable, "-X", "importtime", "-m", "signproof", "--help"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "verify" in finished.stdout
    imported = {line.split("|")[-1].strip().split(".")[0] for line in finished.stderr.splitlines()}
    assert not imported & {"sympy", "jax", "numpy", "z3", "altair", "sklearn", "flint"}


def test_importing_the_package_is_light():
    code = "import sys, signproof; print([m for m in ('jax', 'sympy', 'numpy', 'z3') if m in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_no_color_and_pipes_get_plain_text():
    command = [sys.executable, "-m", "signproof", "verify", QUICK[0]]
    for extra in ({"NO_COLOR": "1", "FORCE_COLOR": ""}, {}):
        finished = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **extra}, check=True)
        assert "\x1b[3" not in finished.stdout
        assert "example-1" in finished.stdout


def test_version(run):
    code, out, _ = run("--version")
    assert code == 0 and out.startswith("signproof ")


def test_no_command_shows_help(run):
    code, out, _ = run()
    assert code == 0 and "signproof --help" in out and "signproof verify" in out


def test_a_map_of_tightness_is_printed_written_and_drawn(run, tmp_path):
    places = tmp_path / "map.json", tmp_path / "map.svg"
    arguments = ["--dimensions", "3", "--ratios", "2,7/2", "--json", places[0], "--svg", places[1]]
    code, out, err = run("tightness", "scaled-sign/theorem-1.1", *arguments)
    assert code == 0 and err.count("written: ") == 2
    rows = [line.split() for line in out.splitlines() if line[:1].isdigit()]
    assert [row[:7] for row in rows] == [
        ["3", "2", *["none"] * 5],
        ["3", "7/2", *["1.0000"] * 5],
    ]
    assert "own/theorem-1.dimension" in out
    found = json.loads(places[0].read_text())
    assert found["schema"] == "signproof-tightness/1" and found["claim"] == "scaled-sign/theorem-1.1"
    assert [cell["excluded"] for cell in found["cells"]] == [True] * 5 + [False] * 5
    assert places[1].read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scaled-sign/theorem-1.zeta"], "scaled-sign/theorem-1.zeta is not a bound on a run"),
        (["scaled-sign/theorem-1.*"], "names 4 claims; name one"),
        (["scaled-sign/theorem-1.1", "--dimensions", "two"], "--dimensions two is not a list of numbers"),
        (["scaled-sign/theorem-1.1", "--ratios", "1/0"], "--ratios 1/0 is not a list of numbers"),
        (["scaled-sign/theorem-1.1", "--ratios", "-1"], "L/mu = -1 is out of range"),
        (["scaled-sign/theorem-1.1", "--svg", "."], "--svg . is a folder; name a file"),
    ],
)
def test_a_map_that_cannot_be_made_is_one_line(misuse, arguments, message):
    assert message in misuse("tightness", *arguments)
