"""Files of claims that do more than say what they claim: one line each, and the process is as it was."""

from __future__ import annotations

import os
import sys

import pytest

CLAIM = """
from signproof import Claim
from signproof.theory.symbols import alpha
claim = Claim(id="mine/one", statement=alpha > 0, domain=(alpha > 1,))
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def file(text):
        (tmp_path / "mine.py").write_text(text + CLAIM)
        return "mine.py"

    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise BaseException('no')", "mine.py, line 1: BaseException: no"),
        ("import sys; sys.exit(0)", "mine.py, line 1: SystemExit: 0"),
        ("import os; os._exit(0)", "mine.py, line 1: SystemExit: 0"),
        ("raise GeneratorExit", "mine.py, line 1: GeneratorExit"),
        ("exit()", "mine.py, line 1: SystemExit"),
    ],
)
def test_one_that_ends_is_refused_in_one_line(misuse, file, text, said):
    assert said in misuse("verify", file(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("print('hello')", "prints 'hello'"),
        ("import sys; sys.stdout.close()", "closes its streams"),
        ("import os; os.chdir('/')", "changes the folder"),
        ("import sys, os; print(1); os.chdir('/'); sys.stdout = None", "prints '1' and changes the folder"),
    ],
)
def test_one_that_does_more_is_judged_and_told_of_in_one_line(run, file, text, said):
    folder, out = os.getcwd(), sys.stdout
    name = file(text + "\nN = 0")
    code, printed, err = run("verify", name, "--json", "ledger.json")
    assert code == 0 and "mine/one" in printed and "hello" not in printed
    assert err.splitlines()[0] == f"mine.py {said} while it is read; that was undone" and os.getcwd() != "/"
    assert os.path.exists("ledger.json") and sys.stdout is not None and (folder, out)


def test_it_is_read_once(run, file, tmp_path):
    text = "with open('count', 'a') as opened: opened.write('x')"
    code, *_ = run("verify", file(text))
    assert code == 0 and (tmp_path / "count").read_text() == "x"
