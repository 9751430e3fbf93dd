"""What is printed where: a line an item in a pipe, reasons on lines of their own on a narrow terminal, how to begin."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from rich.console import Console

from signproof.commands.verify import _print_table
from signproof.terminal import put, table
from signproof.theory.catalog import catalog

ENTRY = {
    "id": "mine/a-theorem-with-a-name-of-some-length", "verdict": "proved", "lemmas": [], "instance": "exhibited",
    "tightness": {"ratio": 0.75, "instance": "f = x^2/2", "at": "k = 3"},
    "evidence": [{"kind": "proof", "level": "exact", "accepted": True, "text": "all 26 steps accepted by the kernel, "
                  "which are many more than a line of eighty columns has room for"}],
}  # fmt: skip


def printed(width):
    shown = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    _print_table([ENTRY], shown)
    return shown.file.getvalue().splitlines()


def test_at_80_columns_the_reason_stands_on_lines_of_its_own():
    first, *reason = printed(80)
    assert first == f"proved  {ENTRY['id']}  exact  tightness 0.7500 k=3"
    assert len(reason) == 2 and all(line.startswith("    ") and len(line) <= 80 for line in reason)
    assert " ".join(" ".join(reason).split()) == ENTRY["evidence"][0]["text"]
    wide = printed(140)
    assert any(ENTRY["id"] in line and "all 26 steps" in line for line in wide)


def test_in_a_pipe_a_row_is_a_line(capsys):
    rows = table("claim", "because")
    rows.add_row("mine/[b]x".replace("[", r"\["), "long " * 60 + "\nend")
    rows.add_row("[red]y[/]", "z")
    put(rows)
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["claim", "because"]
    assert first.startswith("mine/[b]x  long") and first.endswith("end") and second.split() == ["y", "z"]


def test_claims_are_listed_a_line_each_and_as_json(run):
    code, out, _ = run("list", "own/*")
    assert code == 0 and len(out.splitlines()) == 1 + sum(id.startswith("own/") for id in catalog())
    code, out, _ = run("list", "own/*", "--json")
    told = json.loads(out)
    assert code == 0 and [claim["id"] for claim in told] == [id for id in catalog() if id.startswith("own/")]
    assert all(claim["statement"] and "where" in claim["source"] for claim in told)


def test_signproof_alone_shows_how_to_begin(run):
    code, out, _ = run()
    assert code == 0 and "signproof verify '" in out and "signproof new claim" in out and "signproof --help" in out


def test_what_is_nearly_a_pattern_is_told_as_one(misuse):
    assert "Did you mean '*theorem-1.2*' (1 claim)" in misuse("list", "theorem-1.2")
    assert "Did you mean 'scaled-sign/theorem-1*' (4 claims)" in misuse("list", "scaled-sign/theorem-1")


@pytest.mark.parametrize("typed", ["scaled-sign/theorem-1.", "own/ex", "nothing/"])
def test_the_shell_completes_ids(typed):
    program = "import sys; sys.argv[0] = 'signproof'; from signproof.cli import main; main()"
    environment = {"_SIGNPROOF_COMPLETE": "complete_bash", "COMP_WORDS": f"signproof show {typed}", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == sorted(id for id in catalog() if id.startswith(typed)) and not done.stderr


def test_verdicts_can_be_required(run, misuse):
    code, _, err = run("verify", "own/remark-6.repaired", "--require", "proved,supported")
    assert code == 0
    code, _, err = run("verify", "own/remark-6.repaired", "scaled-sign/remark-1", "--require", "proved, supported")
    assert code == 1 and "required proved, supported: scaled-sign/remark-1 is open: not decided" in err
    assert "'prove' is no verdict; choose from proved, supported" in misuse("verify", "--require", "prove")
    assert "--require names no verdict" in misuse("verify", "--require", ",")
