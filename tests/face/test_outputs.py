"""Outputs of commands: tried before the run, written after the table, and never in the place of a device."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

CLAIM = """
from signproof import Claim
from signproof.theory.symbols import alpha
claim = Claim(id="mine/one", statement=alpha > 0, domain=(alpha > 1,))
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(CLAIM)
    return tmp_path


def test_a_full_device_is_one_line_after_the_table_and_stays(run, place):
    before = os.stat("/dev/full")
    code, out, err = run("verify", "mine.py", "--json", "/dev/full", "--html", "site")
    assert code == 2 and "mine/one" in out and (place / "site/index.html").exists()
    assert err.splitlines()[-1] == "signproof: cannot use /dev/full: No space left on device" and "Trace" not in err
    after = os.stat("/dev/full")
    assert stat.S_ISCHR(after.st_mode) and after.st_rdev == before.st_rdev


def test_a_ledger_on_standard_output_stands_there_alone(place):
    command = [sys.executable, "-m", "signproof", "verify", "mine.py", "--json", "/dev/stdout"]
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(piped.stdout)["claims"][0]["verdict"] == "proved" and "mine/one" in piped.stderr
    with open("out.json", "w") as out:
        subprocess.run(command, stdout=out, check=True)
    assert json.loads((place / "out.json").read_text())["claims"][0]["id"] == "mine/one"
    with open("/dev/full", "w") as full:
        ended = subprocess.run([*command[:-2], "--json", "l.json"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 2 and ended.stderr.endswith("cannot write the output: No space left on device\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "x" * 300], "File name too long"),
        (["--json", "mine.py/x"], "mine.py/x cannot be created"),
        (["--json", "/proc/none/x"], "cannot write /proc/none/x"),
        (["--html", "mine.py"], "--html mine.py is a file"),
        (["--json", "same", "--html", "same"], "--json and --html are the same"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_judged(misuse, place, options, said):
    assert said in misuse("verify", "mine.py", *options)


def test_a_folder_with_a_report_alone_is_replaced_as_one(run, place):
    run("verify", "mine.py", "--html", "site")
    inode = (place / "site").stat().st_ino
    (place / "mine.py").write_text(CLAIM.replace("mine/one", "mine/two"))
    run("verify", "mine.py", "--html", "site")
    assert (place / "site").stat().st_ino != inode and len([*(place / "site/claims").iterdir()]) == 1
    (place / "site/CNAME").write_text("mine")
    inode = (place / "site").stat().st_ino
    run("verify", "mine.py", "--html", "site")
    assert (place / "site").stat().st_ino == inode and (place / "site/CNAME").read_text() == "mine"
    assert not [each for each in place.iterdir() if each.name.startswith(".signproof")]


def test_in_a_pipe_each_claim_is_a_line_at_once(place):
    (place / "driver.py").write_text(
        "import sys, time\nimport signproof.judging as judging\nreal = judging.judged\n"
        "def slow(claim, *rest):\n"
        "    if claim.id == 'mine/two':\n"
        "        assert sys.stdin.readline() == 'go on\\n'\n"
        "    return real(claim, *rest)\n"
        "judging.judged = slow\n"
        "from signproof.cli import main\nmain()\n"
    )
    (place / "mine.py").write_text(CLAIM + CLAIM.replace("mine/one", "mine/two").replace("claim =", "two ="))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "driver.py", "verify", "mine.py"], **pipes) as process:
        lines = [process.stdout.readline() for _ in range(3)]
        assert lines[0].startswith("signproof ") and lines[2].split()[:2] == ["mine/one", "proved"]
        out, _ = process.communicate("go on\n", timeout=100)
    assert out.split()[:2] == ["mine/two", "proved"]


def test_escapes_in_ids_never_reach_the_screen(run, place):
    (place / "mine.py").write_text(CLAIM.replace("mine/one", r"mine/\x1b[2Jone"))
    _, out, err = run("verify", "mine.py")
    assert "\x1b" not in out + err and r"mine/\x1b[2Jone" in out
