"""What a user's code raises, and ends with, is one line; what was judged is kept, and no run is a success by it."""

from __future__ import annotations

import pytest

from signproof import judging
from signproof.checks.replay.witness import Witness
from signproof.cli import main
from signproof.loading import read_file
from signproof.report.ledger import read
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse, named

HEAD = """
import sys
from uuid import uuid4
from signproof import Claim
from signproof.theory.symbols import alpha

class Odd(BaseException):
    pass

class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no words")

"""
CLAIM = "claim = Claim(id='mine/{}', statement=alpha > 0, domain=(alpha > 1,))\n"
PROOF = """
def proof():
    RAISES

raising = Claim(id='mine/raising', statement=alpha > 0, domain=(alpha > 3,), proof=proof)
"""
RAISES = {
    "ValueError: one line": "raise ValueError('one\\n\\nline')",
    "SystemExit: 0": "sys.exit(0)",
    "Odd: strange": "raise Odd('strange')",
    "Wordless": "raise Wordless",
}


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "claims.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("said", RAISES)
def test_a_proof_function_that_raises_leaves_its_claim_open(run, file, tmp_path, said):
    path = file(CLAIM.format("first") + PROOF.replace("RAISES", RAISES[said]))
    code, _, err = run("verify", path, "--json", tmp_path / "ledger.json")
    found = read(tmp_path / "ledger.json")
    assert code == 1 and not found["partial"] and f"the function given as its proof raises {said}" in err
    verdicts = {entry["id"]: entry["verdict"] for entry in found["claims"]}
    assert verdicts == {"mine/first": "proved", "mine/raising": "open"}


@pytest.mark.parametrize("raised", [RuntimeError("ours"), SystemExit(0), Misuse("not so")])
def test_what_was_judged_is_kept_whatever_is_raised(run, file, tmp_path, monkeypatch, raised):
    def judge(*given):
        yield from list(judging_all(*given))[:1]
        raise raised

    judging_all = judging.judge
    monkeypatch.setattr(judging, "judge", judge)
    path = file(CLAIM.format("first") + CLAIM.format("last").replace("claim", "last"))
    code, _, err = run("verify", path, "--json", tmp_path / "ledger.json")
    found = read(tmp_path / "ledger.json")
    assert code == (2 if isinstance(raised, Misuse) else 1) and named(raised) in err
    assert found["partial"] and [entry["id"] for entry in found["claims"]] == ["mine/first"]


def test_an_exit_in_the_users_code_is_no_success(capsys, monkeypatch):
    def command():
        raise SystemExit(0)

    monkeypatch.setattr("signproof.cli.app", lambda **settings: command())
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2 and "SystemExit: 0" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["import pytest\npytest.importorskip('no_such_module')", "sys.exit(0)", "raise Odd"])
def test_a_file_that_raises_is_refused_in_one_line(file, text):
    with pytest.raises(Misuse, match=r"claims\.py, line"):
        read_file(file(text))


def test_a_refuted_claim_is_the_files_own_whatever_its_id_is_next_time(run, file):
    path = file("claim = Claim(id=uuid4().hex, statement=alpha > 2, domain=(alpha > 1,))\n")
    code, _, err = run("verify", path)
    assert code == 1 and not err
    more = "".join(f"more_{n} = Claim(id=uuid4().hex, statement=alpha > {n}, domain=(alpha > 1,))\n" for n in (0, 1))
    code, _, err = run("verify", file(more, "more.py"), "--jobs", 2)
    assert code == 2 and "when its file is read again: use constant IDs" in err
    assert "Traceback" not in err


def test_two_files_are_not_given_one_module_of_a_name(file, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path / "nowhere")
    texts = {"one": 2, "two": 3}
    paths = []
    for folder, number in texts.items():
        file(f"NUMBER = {number}\n", f"{folder}/its_numbers.py")
        text = "from its_numbers import NUMBER\n" + CLAIM.format(folder).replace("> 1", "> NUMBER")
        paths.append(file(text, f"{folder}/claims.py"))
    (first,) = read_file(paths[0])
    assert "2" in str(first.domain) and str(read_file(paths[0])[0].domain) == str(first.domain)
    with pytest.raises(Misuse, match="one module named its_numbers: judge the two files in separate runs"):
        read_file(paths[1])
    alone = file(CLAIM.format("alone"), "three/claims.py")
    assert [claim.id for claim in read_file(alone)] == ["mine/alone"]


WORDS = {"words": "It is fast.", "awaits": "an experiment"}


def test_claims_in_words_have_no_witness():
    found = Witness(Claim(id="mine/words", **WORDS), None, {}, (), 0).replay()
    assert not found.confirmed and found.why == "claims of this kind have no witness"


class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("raised", [KeyError("name"), SystemExit(0), Wordless(), GeneratorExit("odd")])
def test_a_witness_whose_replay_raises_is_refused_in_one_line(misuse, monkeypatch, raised):
    def replay(witness):
        raise raised

    monkeypatch.setattr(Witness, "replay", replay)
    assert f"it cannot be replayed: {type(raised).__name__}" in misuse("replay", "scaled-sign/remark-7")
