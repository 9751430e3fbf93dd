"""A kind of claims that a user adds, in one file of their own: from the claim over verdict, witness and replay to the
ledger, the page and the picture.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from signproof import Claim
from signproof.checks.kind import Kind
from signproof.loading import read_file
from signproof.report.ledger import because, read
from signproof.theory.bodies import Body, RunBound
from signproof.theory.claim import ClaimError
from signproof.theory.measures import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.misuse import Misuse
from signproof.theory.symbols import V0, alpha

FILE = Path(__file__).parent / "own_kind" / "descent.py"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return shutil.copy(FILE, tmp_path_factory.mktemp("own"))


@pytest.fixture
def ledger(place, run):
    path = Path(place).with_name("ledger.json")
    if not path.exists():
        code, out, _ = run("verify", place, "--json", path, "--html", path.with_name("site"))
        assert code == 1 and "supported" in out and "refuted" in out
    return path


def test_it_is_judged_and_stands_in_the_ledger(ledger):
    true, false = read(ledger)["claims"]
    assert (true["verdict"], false["verdict"]) == ("supported", "refuted")
    assert {true["kind"], false["kind"]} == {"descent"} and true["instance"] == "exhibited"
    assert false["statement"]["text"] == "V_{k+1} <= V_k" and false["tightness"]["ratio"] > 1
    assert len(false["series"][0]["measured"]) == false["witness"]["k"] + 1
    for entry in (true, false):  # whoever reads the verdict learns whose it is
        assert because(entry).startswith("not by signproof but by Descent of descent.py: ")


def test_its_page_shows_statement_witness_and_run(ledger):
    pages = {page.stem: page.read_text(encoding="utf-8") for page in ledger.with_name("site").rglob("*.html")}
    (page,) = (text for name, text in pages.items() if "too-far" in name)
    assert all(said in page for said in ("27/10", "289/200", "GradientDescent", "refuted", "too-far.witness.json"))


def test_its_witness_replays_with_the_file_and_says_what_lacks_without(ledger, place, run, tmp_path):
    code, out, _ = run("replay", ledger, "--with", place, "--plot", tmp_path / "run.svg")
    assert code == 0 and "confirmed" in out and "289/200" in out and (tmp_path / "run.svg").stat().st_size > 1000
    found = subprocess.run([sys.executable, "-m", "signproof", "replay", ledger], capture_output=True, text=True)
    assert found.returncode == 2 and "stated by the fields 'domain', 'descends'" in found.stderr
    assert found.stderr.endswith("--with FILE.py\n")


def test_an_edited_witness_is_not_confirmed(ledger, place, run, tmp_path):
    witness = read(ledger)["claims"][1]["witness"]
    for change in ({"measured": "3"}, {"parameters": witness["parameters"] | {"alpha": "1"}}, {"k": 1}):
        path = tmp_path / "witness.json"
        path.write_text(json.dumps(witness | change), encoding="utf-8")
        code, out, _ = run("replay", path, "--with", place)
        assert code == 1 and "not confirmed" in out


def test_every_other_command_takes_it(ledger, place, run, misuse, tmp_path):
    assert "V_{k+1} <= V_k" in run("list", place)[1] and "GradientDescent" in run("show", place)[1]
    assert run("compare", ledger, ledger)[0] == 0
    assert run("report", ledger, "--markdown", tmp_path / "m.md", "--latex", tmp_path / "v.tex")[0] == 0
    assert "name one" in misuse("tightness", place) and "name one" in misuse("search", place)


def test_it_is_searched(place, run, tmp_path):
    alone = tmp_path / "alone.py"
    text = Path(place).read_text(encoding="utf-8")
    alone.write_text(text.replace('true = claim_up_to(2, "descent")\n', ""), encoding="utf-8")
    code, out, _ = run("search", alone, "--seconds", "5")
    assert code == 1 and "broken" in out


# ---------------------------------------------------------------------------------------- what is refused


def test_a_claim_reads_its_parts_from_what_it_says():
    true, _ = read_file(FILE)
    assert true.algorithm == GradientDescent(alpha) and true.body is true.says
    assert dataclasses.replace(true, about="a remark").body is true.says
    with pytest.raises(ClaimError, match="the algorithm is read from what the claim says"):
        dataclasses.replace(true, algorithm=GradientDescent(alpha / 2))


def test_a_body_of_ours_is_written_in_its_own_form():
    body = RunBound(GradientDescent(alpha), Suboptimality(), V0)
    with pytest.raises(ClaimError, match="a body of a kind of your own"):
        Claim(id="mine/bound", says=body, domain=(alpha > 0,))


def test_no_kind_takes_the_place_of_another():
    with pytest.raises(Misuse, match="claims with a RunBound have a kind"):
        type("Mine", (Kind,), {"body": RunBound, "mark": "mine"})
    for word, mark, said in (("bound", "mine", "the word 'bound'"), ("mine", "points", "its mark 'points'")):
        body = type("Own", (Body,), {"word": word, "conclusion": None})
        with pytest.raises(Misuse, match=said):
            type("Mine", (Kind,), {"body": body, "mark": mark})


def test_a_body_without_a_kind_is_open_and_says_what_to_write(run, tmp_path):
    path = tmp_path / "bodiless.py"
    path.write_text(
        "from dataclasses import dataclass\n"
        "from sympy import Le\n"
        "from signproof import Claim\n"
        "from signproof.theory.bodies import Body\n"
        "from signproof.theory.symbols import L, mu\n\n\n"
        "@dataclass(frozen=True)\nclass Order(Body):\n    word = 'order'\n    conclusion = Le(mu, L)\n\n\n"
        "claim = Claim(id='mine/order', says=Order(), domain=(mu > 0, L > mu))\n",
        encoding="utf-8",
    )
    code, _, err = run("verify", path)
    assert code == 1 and "derive a class from signproof.checks.kind.Kind" in err.replace("\n", " ")
