"""What the README shows is what the program prints."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from places import ROOT

from signproof import cli, verify
from signproof.commands.verify import _print_table
from signproof.theory.catalog import catalog, citations

README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]


def run(code):
    names = {}
    exec(code, names)
    return names


def table(text):
    """Claim, verdict, level and tightness of each row; the last column may hold what a solver chose."""
    rows = [line.split("  ") for line in text.splitlines() if line.startswith((" scaled-sign/", " own/", " signprox/"))]
    return [[cell.strip() for cell in row if cell.strip()][:-1] for row in rows]


def test_the_table_is_the_one_that_verify_prints(entries, capsys):
    pattern = re.search(r"`signproof verify '(.*?)'` prints", README)[1]
    _print_table([entry for entry in entries if fnmatchcase(entry["id"], pattern)])
    assert table(README) == table(capsys.readouterr().out)
    assert len(table(README)) == sum(fnmatchcase(id, pattern) for id in catalog())


def test_the_claims_and_papers_are_as_many_as_it_says():
    claims, papers = map(int, re.search(r"the catalogue: (\d+) claims, of (\d+) papers and our own", README).groups())
    assert (claims, papers) == (len(catalog()), len(citations()) - 1)


def test_the_example_gives_what_the_readme_says():
    verdict = run(CODE)["verdict"]
    assert verdict.status == "refuted"
    assert verdict.witness.describe() in README
    assert verdict.witness.replay().confirmed


def test_with_the_right_constant_it_holds():
    claim = run(CODE.replace("4 * mu", "2 * mu").replace("verdict = verify(claim)", ""))["claim"]
    verdict = verify(claim)
    assert verdict.status in ("proved", "supported")
    assert verdict.tightness > 0.99


@pytest.mark.parametrize("command", ["verify", "list", "show", "replay", "compare", "report"])
def test_commands_named_in_the_readme_exist(command):
    assert command in README
    assert command in {registered.name or registered.callback.__name__ for registered in cli.app.registered_commands}
