"""`signproof variant` and `signproof new` as a user meets them."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from dataclasses import replace

import pytest

from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.trials import bounds as trials
from signproof.checks.variants import ask as variants
from signproof.checks.variants import probes
from signproof.loading import asked, factory_in, read_file
from signproof.report import variant_baseline

MINE = """
import optax
from signproof.transformations import scaled_sign_gd as right

def wrong(step_size):
    return optax.sign_sgd(step_size)

def raises(step_size):
    return 1 / 0

number = 3
made = optax.sgd(0.1)
"""
CLAIMS = """
from dataclasses import replace
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1

claims = [replace(theorem_1_1, id="mine/first", proof=None)]
"""
THEOREM = "scaled-sign/theorem-1.1"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A file of optimizers, in the current folder; trials on small diagonal quadratics only."""
    monkeypatch.setattr(trials, "believed", lambda claim: [DiagonalQuadratic])
    monkeypatch.setattr(DiagonalQuadratic, "shapes", ())
    monkeypatch.setattr(LeastSquares, "shapes", ())
    monkeypatch.setattr(probes, "SHAPES", probes.SHAPES[:1])
    monkeypatch.setattr(probes, "DIMENSIONS", (1,))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


def test_what_holds_exits_with_0_and_is_written(run, mine):
    code, out, _ = run("variant", "mine.py:right", "--claims", THEOREM, "--json", "rows.json", "--seed", 1)
    assert code == 0 and "holds" in out and THEOREM in out
    data = json.loads((mine / "rows.json").read_text())
    assert data["schema"] == "signproof-variant/1" and data["variant"] == "right" and not data["partial"]
    [row] = data["rows"]
    assert row["status"] == "holds" and 0.99 < row["ratio"] <= 1 and row["check"] == "variant/2 float64 quick seed 1"


def test_claims_come_from_a_file_too(run, mine):
    (mine / "claims.py").write_text(CLAIMS)
    code, out, _ = run("variant", "mine.py:wrong", "--claims", "claims.py")
    assert code == 1 and "mine/first" in out and "broken" in out


def test_claims_come_from_some_files_and_some_of_a_file(run, misuse, mine):
    (mine / "claims.py").write_text(CLAIMS)
    (mine / "claims_more.py").write_text(CLAIMS.replace("mine/first", "other/second"))
    for pattern, expected in (
        ("claims*.py", {"mine/first", "other/second"}),
        ("claims*.py:mine/*", {"mine/first"}),
        ("claims_more.py:other/s*", {"other/second"}),
        (f"{mine}/claims_?ore.py", {"other/second"}),
    ):
        assert {claim.id for claim in asked(pattern)} == expected
    assert 'claims.py has no claim "mine/frist". Did you mean mine/first?' in misuse(
        "variant", "mine.py:wrong", "--claims", "claims.py:mine/frist"
    )
    assert "no file none*.py" in misuse("variant", "mine.py:wrong", "--claims", "none*.py")


def test_two_optimizers_are_compared(run, misuse, mine):
    code, out, _ = run("variant", "mine.py:wrong", "--against", "mine.py:right", "--json", "found.json")
    assert code == 1 and "wrong" in out and "different" in out and "one is at (" in out
    data = json.loads((mine / "found.json").read_text())
    assert (data["schema"], data["status"], data["step"]) == ("signproof-against/1", "different", 1)
    for more, words in (
        (["--claims", THEOREM], "--against asks no claims"),
        (["--dtype", "float8"], "there is no dtype 'float8'"),
    ):
        assert words in misuse("variant", "mine.py:wrong", "--against", "mine.py:right", *more)


def test_a_step_on_arrays_is_asked(run, misuse, mine):
    (mine / "steps.py").write_text("def step(x, g, state, step_size):\n    return x + step_size * g, state\n")
    code, out, _ = run("variant", "steps.py:step", "--numpy", "--claims", THEOREM)
    assert code == 1 and "broken" in out
    assert "--numpy follows a step in float64" in misuse("variant", "steps.py:step", "--numpy", "--dtype", "float32")


def test_what_is_broken_exits_with_1_and_says_where(run, mine):
    code, out, err = run("variant", "mine.py:wrong", "--claims", "scaled-sign/theorem-1*")
    text = " ".join(out.split())
    assert code == 1 and "broken 1 " in text and "diagonal quadratics: diagonal [1]; L = 1, mu = 1" in text
    assert "1 claim is not a bound on a run and was skipped\n" in err


def test_a_variant_that_fails_has_its_row_and_the_run_goes_on(run, mine):
    code, out, _ = run("variant", "mine.py:raises", "--claims", "scaled-sign/theorem-1*")
    assert code == 1 and out.count("failed") == 3 and "ZeroDivisionError" in out


def test_a_baseline_forgives_what_it_knows_and_nothing_else(run, mine):
    rows = variants.conforms(factory_in("mine.py:wrong")[0], THEOREM, name="wrong")
    variant_baseline.update(mine / "base.json", rows)
    ask = ("variant", "mine.py:wrong", "--claims", THEOREM, "--baseline", "base.json")
    assert run(*ask)[0] == 0
    data = json.loads((mine / "base.json").read_text())
    data["variants"]["wrong"][THEOREM]["status"] = "holds"
    (mine / "base.json").write_text(json.dumps(data))
    code, _, err = run(*ask)
    assert code == 1 and f"changed: wrong, {THEOREM}: status broken, ratio" in err
    del data["variants"]["wrong"][THEOREM]
    (mine / "base.json").write_text(json.dumps(data))
    assert run(*ask)[0] == 1


def test_a_baseline_knows_a_variant_in_each_dtype(run, mine):
    rows = variants.conforms(factory_in("mine.py:wrong")[0], THEOREM, dtype="float32", name="wrong (float32)")
    variant_baseline.update(mine / "base.json", [*rows, replace(rows[0], variant="wrong", status="holds")])
    code, _, err = run("variant", "mine.py:wrong", "--claims", THEOREM, "--dtype", "float32", "--baseline", "base.json")
    assert code == 0 and "changed" not in err and "stale" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mine.py"], "names no factory: write FILE.py:NAME"),
        (["none.py:right"], "no file none.py"),
        (["mine.py:rihgt"], "has no function 'rihgt'. Did you mean right?"),
        (["mine.py:number"], "has no function 'number'"),
        (["mine.py:made"], "made is an optimizer, whose step size is fixed; signproof needs a function that makes it"),
        (["mine.py:right", "--claims", "no-such"], 'no claim "no-such"'),
        (["mine.py:right", "--dtype", "float8"], "there is no dtype 'float8'"),
        (["mine.py:right", "--baseline", "none.json"], "no baseline none.json"),
        (["mine.py:right", "--baseline", "mine.py"], "mine.py is not JSON"),
    ],
)
def test_misuse_is_one_line(misuse, run, mine, arguments, words):
    assert words in misuse("variant", *arguments)


def test_a_claim_that_does_not_apply_is_no_misuse(run, mine):
    code, _, err = run("variant", "mine.py:right", "--claims", "scaled-sign/remark-6")
    assert code == 0 and "none of the claims 'scaled-sign/remark-6' applies to right: " in err


def test_ctrl_c_keeps_what_was_found(run, mine, monkeypatch):
    def ask(claim, *arguments):
        if claim.id.endswith("1.2"):
            raise KeyboardInterrupt
        return variants.Row(claim.id, "holds", 0.5)

    monkeypatch.setattr(variants, "ask", ask)
    code, _, err = run("variant", "mine.py:right", "--claims", "scaled-sign/theorem-1.?", "--json", "rows.json")
    assert code == 130 and "interrupted after 1 claim" in err
    data = json.loads((mine / "rows.json").read_text())
    assert data["partial"] and [row["claim"] for row in data["rows"]] == [THEOREM]


# Starters


def test_new_writes_a_claim_that_can_be_judged(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("new", "claim", "faster")
    assert code == 0 and "signproof verify faster.py" in err
    [claim] = read_file(tmp_path / "faster.py")
    assert claim.id == "mine/faster" and claim.kind == "bound"


def test_new_writes_a_variant_that_holds(run, mine):
    code, _, err = run("new", "variant", "my_sign")
    assert code == 0 and "signproof variant my_sign.py:my_sign --claims" in err
    assert "my_sign" in runpy.run_path("my_sign.py")
    assert run("variant", "my_sign.py:my_sign", "--claims", THEOREM)[0] == 0


def test_new_never_overwrites(misuse, mine):
    before = (mine / "mine.py").read_text()
    assert "mine.py already exists" in misuse("new", "variant", "mine")
    assert (mine / "mine.py").read_text() == before


@pytest.mark.parametrize("name", ["1st", "my-sign", "../there", "class", ""])
def test_new_takes_names_of_modules_only(misuse, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert "cannot be the name of a module" in misuse("new", "claim", name)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_starters_run_as_they_are(tmp_path):
    for kind, arguments in (("claim", ["verify", "a.py"]), ("variant", ["variant", "b.py:b", "--claims", THEOREM])):
        for each in (["new", kind, arguments[1][0]], arguments):
            command = [sys.executable, "-m", "signproof", *each]
            finished = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
        assert "proved" in finished.stdout or "holds" in finished.stdout


# ---------------------------------------------------------------------------------------------- its witnesses


def test_a_broken_claim_s_witness_replays_with_the_variant_and_with_no_other(run, misuse, tmp_path):
    mine, rows = tmp_path / "mine.py", tmp_path / "rows.json"
    mine.write_text(
        "import optax\n\n\ndef sgd(step_size):\n    return optax.sgd(step_size)\n\n\n"
        "def slow(step_size):\n    return optax.sgd(step_size / 64)\n\n\n"
        "def decayed(step_size):\n    return optax.chain(optax.add_decayed_weights(0.1), optax.sgd(step_size))\n",
        encoding="utf-8",
    )
    ask = ("--claims", "scaled-sign/theorem-1.1", "--json", rows)
    assert run("variant", f"{mine}:sgd", *ask)[0] == 1
    code, out, _ = run("replay", rows, "--with", f"{mine}:sgd", "--plot", tmp_path / "run.svg")
    assert code == 0 and "tested on sgd(alpha)" in out and "confirmed" in out and (tmp_path / "run.svg").exists()
    (row,) = json.loads(rows.read_text(encoding="utf-8"))["rows"]
    alone = tmp_path / "witness.json"
    alone.write_text(json.dumps(row["witness"]), encoding="utf-8")
    assert row["witness"]["schema"] == "signproof-witness/1"
    assert run("replay", alone, "--with", f"{mine}:sgd")[0] == 0
    code, out, _ = run("replay", alone, "--with", f"{mine}:slow")
    assert code == 1 and "not confirmed" in out
    assert "--with FILE.py:FACTORY" in misuse("replay", alone) and "--with FILE.py:sgd" in misuse("replay", rows)
    alone.write_text(json.dumps(row["witness"] | {"k": row["witness"]["k"] + 1}), encoding="utf-8")
    assert run("replay", alone, "--with", f"{mine}:sgd")[0] == 1
    for change in ({"of": "nothing"}, {"dtype": "float7"}, {"minimizer": "here"}):
        told = row["witness"]["variant"] | change
        alone.write_text(json.dumps(row["witness"] | {"variant": told}), encoding="utf-8")
        assert str(alone) in misuse("replay", alone, "--with", f"{mine}:sgd")
    assert run("variant", f"{mine}:decayed", *ask)[0] == 1
    assert run("replay", rows, "--with", f"{mine}:decayed")[0] == 0
