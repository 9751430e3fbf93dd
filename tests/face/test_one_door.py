"""One door: command line, pytest, fixture and `signproof.verify` judge alike; what one claim raises stays with it."""

from __future__ import annotations

import dataclasses

import pytest

from signproof import judging, verify
from signproof.checks.numbers.confidence import ERROR
from signproof.checks.verdicts import judge
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.counterexamples import corpus
from signproof.judging import BUDGET, Budget
from signproof.report.ledger import entry, read
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.symbols import alpha

_QUICK = Claim(id="mine/quick", statement=alpha > 0, domain=(alpha > 1,))


# --------------------------------------------------------------------------------------------------- the corpus


@pytest.mark.parametrize("id", ["scaled-sign/remark-7", "scaled-sign/remark-6", "scaled-sign/appendix.comparison"])
def test_the_function_and_the_command_know_the_same_corpus(id):
    claim = catalog()[id]
    (known,) = corpus.against(claim)
    verdict = verify(claim)
    assert verdict.status == "refuted" and verdict.witness.to_json() == known.to_json()
    (judged,) = judging.judge([], [claim], "quick", 0, 1, lambda text: None)
    assert judged == entry(verdict)


# --------------------------------------------------------------------------------------------------- the budget


def test_all_batches_together_spend_no_more_than_the_budget():
    budget = Budget()
    batches = (1, 80, 3, 7) * 500
    spent = sum(claims * budget.share(claims) for claims in batches)
    assert spent == pytest.approx(ERROR * (1 - 1 / (len(batches) + 1))) and spent < ERROR


def test_every_way_in_takes_its_share_of_one_budget(run, monkeypatch, claims_of_two):
    monkeypatch.setattr(judging, "BUDGET", Budget())
    given = []

    def noting(claim, error, **rest):
        given.append(error)
        return Verdict(claim, Status.SUPPORTED)

    monkeypatch.setattr(judge, "verify", noting)
    verify(_QUICK)
    verify(_QUICK)
    run("verify", claims_of_two)
    verify(_QUICK)
    assert given == pytest.approx([ERROR / 2, ERROR / 6, ERROR / 24, ERROR / 24, ERROR / 20], rel=1e-12)


def test_the_notice_says_what_was_spent(run, monkeypatch, claims_of_two):
    def drawn(claim, error, **rest):
        facts = {"error": error, "error_of_each": error / 10}
        return Verdict(claim, Status.SUPPORTED, (Evidence("draws", "statistical", "none above", facts),))

    monkeypatch.setattr(judge, "verify", drawn)
    monkeypatch.setattr(judging, "BUDGET", Budget())
    _, _, err = run("verify", claims_of_two)
    assert (
        "error probability of the statistics: 5e-10 for the whole run, at most 2.5e-10 for each claim and 2.5e-11"
        in err
    )


@pytest.fixture
def claims_of_two(tmp_path):
    path = tmp_path / "two.py"
    text = "from signproof import Claim\nfrom signproof.theory.symbols import alpha\n"
    text += "".join(f"{n} = Claim(id='two/{n}', statement=alpha > 0, domain=(alpha > 1,))\n" for n in "ab")
    path.write_text(text, encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------------- what a user's code raises

FILE = """
from dataclasses import dataclass
from sympy import Expr
from signproof import Claim
from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.misuse import Misuse
from signproof.theory.symbols import L, V0, alpha

class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no words")

class Odd(BaseException):
    pass

@dataclass(frozen=True)
class Mine(Algorithm):
    step_size: Expr

    def update(self, x, gradient, memory, xp):
        RAISES

first = Claim(id="mine/first", statement=alpha > 0, domain=(alpha > 1,))
claim = Claim(
    id="mine/raises", algorithm=Mine(alpha), assumptions=(Smooth(L),), domain=(0 < alpha, alpha < 1 / L),
    measure=Suboptimality(), bound=V0,
)
last = Claim(id="mine/last", statement=alpha > 0, domain=(alpha > 2,))
"""
RAISES = {
    "ValueError: two words": "raise ValueError('two\\n words')",
    "ZeroDivisionError: division by zero": "return 1 / 0, memory",
    "Misuse: write it otherwise": "raise Misuse('write it otherwise')",
    "SystemExit: 5": "raise SystemExit(5)",
    "Odd: strange": "raise Odd('strange')",
    "RecursionError: ": "return self.update(x, gradient, memory, xp)",
    "Wordless": "raise Wordless",
    "AssertionError": "assert False",
}
OFTEN = ("ValueError: two words", "SystemExit: 5", "Wordless")
"""An exception, what is none, and one without words; the others are raised in slow runs."""


@pytest.mark.parametrize(
    "said", [said if said in OFTEN else pytest.param(said, marks=pytest.mark.slow) for said in RAISES]
)
def test_what_is_raised_stays_with_its_claim(run, tmp_path, said):
    path = tmp_path / "claims.py"
    path.write_text(FILE.replace("RAISES", RAISES[said]), encoding="utf-8")
    code, out, err = run("verify", path, "--json", tmp_path / "ledger.json")
    (line,) = (line for line in err.splitlines() if "could not be judged" in line)
    assert code == 1 and line.startswith(f"mine/raises: it could not be judged: {said}")
    found = read(tmp_path / "ledger.json")
    verdicts = {entry["id"]: entry["verdict"] for entry in found["claims"]}
    assert verdicts == {"mine/first": "proved", "mine/raises": "open", "mine/last": "proved"}
    assert not found["partial"] and "it could not be judged" in " ".join(out.split())
    from signproof.loading import read_file

    claim = {claim.id: claim for claim in read_file(path)}["mine/raises"]
    verdict = verify(claim)
    assert verdict.status == "open" and type(verdict.raised).__name__ == said.split(":")[0]
    assert said.split(":")[0] in str(verdict)


def test_a_claim_whose_parts_cannot_be_written_down_is_open_too(run, tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "verify", lambda claim, **rest: Verdict(claim, Status.SUPPORTED))
    path = tmp_path / "claims.py"
    text = FILE.replace("def update", "def __str__(self):\n        raise KeyError('name')\n\n    def update")
    path.write_text(text.replace("RAISES", "return x, memory"), encoding="utf-8")
    code, _, err = run("verify", path, "--json", tmp_path / "ledger.json", "--html", tmp_path / "site")
    assert code == 1 and "mine/raises: it could not be judged: KeyError: 'name'" in err
    assert [entry["id"] for entry in read(tmp_path / "ledger.json")["claims"]] == [
        "mine/first",
        "mine/raises",
        "mine/last",
    ]
    assert run("report", tmp_path / "ledger.json", "--markdown", tmp_path / "summary.md")[0] == 0


def test_an_unknown_profile_is_the_caller_s_mistake():
    with pytest.raises(ValueError, match="there is no profile"):
        verify(_QUICK, "slow")


def test_it_is_the_public_function():
    import signproof

    assert signproof.verify is judging.verify and dataclasses.is_dataclass(Verdict)
    before = BUDGET.batches
    signproof.verify(_QUICK)
    assert BUDGET.batches == before + 1
