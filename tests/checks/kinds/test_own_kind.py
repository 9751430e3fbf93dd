"""A kind of claims that a user adds, in one file of their own: from the claim over verdict, witness and replay to the
ledger, the page and the picture.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sympy import Ge, Le

from signproof import Claim, Evidence, Proof, Status, Step, Verdict, verify
from signproof.checks.kind import Kind
from signproof.checks.replay.replay import NO_WITNESS
from signproof.loading import read_file
from signproof.report.ledger import because, entry, read, write
from signproof.report.ledger import ledger as ledger_of
from signproof.theory.assumptions import Smooth
from signproof.theory.bodies import Body, FlowBound, Implication, OrbitBody, RunBound, Statement, Words
from signproof.theory.catalog import catalog
from signproof.theory.claim import ClaimError
from signproof.theory.derivation.steps import Decide, Lemma, Theorem
from signproof.theory.elaboration.automatic import prove
from signproof.theory.measures import Suboptimality
from signproof.theory.methods.gradient import GradientDescent
from signproof.theory.misuse import Misuse
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import V0, L, alpha, f_star, k
from signproof.theory.terms.vectors import iterate, suboptimality, value

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
    for found in (true, false):  # whoever reads the verdict learns whose it is
        assert because(found).startswith("not by signproof but by Descent of descent.py: ")


def test_its_page_shows_statement_witness_and_run(ledger):
    pages = {page.stem: page.read_text(encoding="utf-8") for page in ledger.with_name("site").rglob("*.html")}
    (page,) = (text for name, text in pages.items() if "too-far" in name)
    assert all(said in page for said in ("27/10", "289/200", "GradientDescent", "refuted", "too-far.witness.json"))


def test_its_witness_replays_with_the_file_and_says_what_lacks_without(ledger, place, run, tmp_path):
    code, out, _ = run("replay", ledger, "--with", place, "--plot", tmp_path / "run.svg")
    assert code == 0 and "confirmed" in out and "289/200" in out and (tmp_path / "run.svg").stat().st_size > 1000
    found = subprocess.run([sys.executable, "-m", "signproof", "replay", ledger], capture_output=True, text=True)
    assert found.returncode == 2 and "no known kind of claim has the fields 'domain', 'descends'" in found.stderr
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
    with pytest.raises(ClaimError, match="the algorithm is read from `says`"):
        dataclasses.replace(true, algorithm=GradientDescent(alpha / 2))


def test_a_body_of_ours_is_written_in_its_own_form():
    body = RunBound(GradientDescent(alpha), Suboptimality(), V0)
    with pytest.raises(ClaimError, match="a body of your own kind"):
        Claim(id="mine/bound", says=body, domain=(alpha > 0,))


def test_no_kind_takes_the_place_of_another():
    with pytest.raises(Misuse, match="claims with a RunBound already have a kind"):
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


# ----------------------------------------------------------------------------- what such a kind cannot say


def kind(judge, body=None):
    """A kind of its own for the bodies of `descent.py`, with another judge; and a claim of it that is false."""
    kind.count += 1
    word = f"descent {kind.count}"
    made = body or dataclass(frozen=True)(
        type("Falls", (Body,), {"__annotations__": {"algorithm": Any}, "word": word, "of_run": True, **FALLS})
    )
    plain = {"replay": None, "state": None, "read": None}
    parts = {name: (lambda *given: NO_WITNESS) for name in plain}
    parts |= {"body": made, "mark": word, "judge": judge, "__module__": __name__}
    type("Mine", (Kind,), parts)
    return Claim(
        id="mine/falls",
        says=made(GradientDescent(alpha)),
        assumptions=(Smooth(L, L2),),
        domain=(alpha > 0, alpha < 3 / L),
    )


kind.count = 0
FALLS = {
    "conclusion": property(lambda self: Le(suboptimality(k + 1), suboptimality(k))),
    "premises": property(lambda self: (k >= 0,)),
    "here": property(lambda self: frozenset({k})),
}


def test_nothing_but_the_kernel_proves():
    said = Evidence("proof", "exact", "all 3 steps accepted", {"accepted": True})
    for judge in (
        lambda self, inquiry: inquiry.verdict(Status.PROVED),
        lambda self, inquiry: Verdict(inquiry.claim, Status.PROVED, (said,)),
        lambda self, inquiry: Verdict(inquiry.claim, Status.PROVED, (said,), Certificate(None, ())),
    ):
        verdict = verify(kind(judge))
        assert verdict.status == "supported" and verdict.certificate is None
        assert verdict.judge == "Mine of test_own_kind.py" and "not by signproof but by Mine" in str(verdict)
        assert not any(piece.kind == "proof" for piece in verdict.evidence)
        assert "it takes for granted k >= 0" in verdict.evidence[0].text


def test_a_claim_that_is_proved_and_broken_by_such_a_kind_is_open():
    verdict = verify(kind(lambda self, inquiry: Verdict(inquiry.claim, Status.INCONSISTENT)))
    assert verdict.status == "open" and "its kind says that it fails" in verdict.evidence[-1].text


def test_a_verdict_is_on_the_claim_that_was_asked():
    other = next(iter(catalog().values()))
    for given in (None, 3, Verdict(other, Status.SUPPORTED)):
        verdict = verify(kind(lambda self, inquiry, given=given: given))
        assert verdict.status == "open" and "must return a verdict on mine/falls" in str(verdict.raised)


def test_evidence_of_such_a_kind_leaves_a_ledger_that_can_be_read(tmp_path):
    said = [Evidence(name, "sampled", "held", {"instances": 10}) for name in ("run", "experiment", "choice", "draws")]
    verdict = verify(kind(lambda self, inquiry: Verdict(inquiry.claim, Status.SUPPORTED, tuple(said))))
    write(ledger_of([entry(verdict)], "quick", 0), tmp_path / "ledger.json")
    assert read(tmp_path / "ledger.json")["claims"][0]["verdict"] == "supported"


def test_a_kind_that_says_that_it_is_ours_is_not():
    def judge(self, inquiry):
        return inquiry.verdict(Status.PROVED)

    made = type("Falls", (Body,), {"word": "hidden", "of_run": False, "conclusion": Le(alpha, L)})
    parts = dict.fromkeys(("judge", "replay", "state", "read"), judge)
    type("Hidden", (Kind,), parts | {"body": made, "mark": "hidden", "__module__": "signproof.checks.kinds.statement"})
    verdict = verify(Claim(id="mine/hidden", says=made(), domain=(alpha > 0, L > 0)))
    assert verdict.status == "supported" and "Hidden" in verdict.judge


@pytest.mark.parametrize("ours", [RunBound, FlowBound, Statement, Implication, OrbitBody, Words])
def test_a_body_derived_from_one_of_ours_is_refused(ours):
    """Its premises and its conclusion are its own, and all else would be judged as if it were ours."""
    derived = type("Derived", (ours,), {"premises": property(lambda self: (alpha <= 1 / L,))})
    with pytest.raises(ClaimError, match=f"Derived is derived from {ours.__name__}: derive it from Body"):
        Claim(id="mine/derived", says=derived.__new__(derived), domain=(alpha > 0, L > 0))


def test_a_proof_of_a_claim_of_ours_rests_on_none_of_such_a_kind():
    """Its body might read anything, and take anything for granted."""
    made = type("Low", (Body,), {"word": "low", "of_parameters": True, "conclusion": alpha <= L})
    domain = (alpha > 0, alpha <= L)
    low = Claim(id="mine/low", says=made(), domain=domain, proof=Proof(Step("1", alpha <= L, by=Decide())))
    step = Step("1", alpha <= L, by=Theorem(low, {}))
    resting = Claim(id="mine/resting", statement=alpha <= L, domain=domain, proof=Proof(step))
    found = prove(resting)
    assert isinstance(found, Rejection) and "is not a claim about parameters only" in str(found)


def test_a_body_about_runs_may_have_a_proof_about_runs():
    above = {"conclusion": property(lambda self: Ge(value(iterate(k)), f_star))}
    made = dataclass(frozen=True)(
        type(
            "Above", (Body,), {"__annotations__": {"algorithm": Any}, "word": "above", "of_run": True, **FALLS, **above}
        )
    )
    claim = kind(lambda self, inquiry: inquiry.verdict(Status.OPEN), made)
    step = Step("1", Ge(value(iterate(k)), f_star), by=Lemma("infimum", iterate(k)))
    verdict = verify(dataclasses.replace(claim, proof=Proof(step)))
    assert verdict.status == "proved" and verdict.certificate is not None and verdict.judge


def test_a_body_may_have_a_statement_for_a_field():
    made = dataclass(frozen=True)(
        type("Almost", (Body,), {"__annotations__": {"statement": Any}, "word": "almost", "of_parameters": True,
                                 "conclusion": property(lambda self: self.statement)})
    )  # fmt: skip
    claim = Claim(id="mine/almost", says=made(alpha <= L), domain=(alpha > 0, L > 0))
    assert claim.statement == (alpha <= L)


def test_pytest_s_summary_says_who_judged(place, tmp_path):
    test = tmp_path / "test_descent.py"
    test.write_text(Path(place).read_text(encoding="utf-8"), encoding="utf-8")
    found = subprocess.run([sys.executable, "-m", "pytest", test], capture_output=True, text=True, cwd=tmp_path)
    assert re.search(r"supported +mine/descent +not by signproof but by Descent of test_descent\.py", found.stdout)
