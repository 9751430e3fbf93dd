"""The Coq library proves what it says, from nothing but the axioms of Coq's real numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from coq_library import ALLOWED, LIBRARY, arguments, coqc, needs_coq
from places import ROOT

from signproof.theory.derivation.table import TABLE

PROVED = re.compile(r"^ *(?:Lemma|Theorem|Corollary) (\w+)", re.MULTILINE)
TAGGED = re.compile(r'\(\* signproof lemma "([^"]+)"[^*]*\*\)\s*(?:Lemma )?(\w+)')
"""A lemma, or a field of a record, and the lemma of the table that it is."""


def read(name: str) -> str:
    return (LIBRARY / name).read_text(encoding="utf-8")


def axioms(printed: str) -> list[set[str]]:
    """Of each `Print Assumptions`, the names it lists."""
    lists = re.split(r"^(?:Axioms:|Closed under the global context)$", printed, flags=re.MULTILINE)[1:]
    return [set(re.findall(r"^([\w.']+)(?: :|$)", each, re.MULTILINE)) for each in lists]


def test_every_file_is_compiled():
    assert sorted(arguments()[0]) == sorted(path.name for path in LIBRARY.glob("*.v"))


@pytest.mark.parametrize("name", arguments()[0])
def test_nothing_is_left_out(name):
    text = re.sub(r"\(\*.*?\*\)", "", read(name), flags=re.DOTALL)
    given = r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjecture|bypass_check)\b|Unset\b.*Checking|type-in-type"
    assert not re.search(given, text)


def test_its_lemmas_are_those_of_the_table():
    tagged = [found for name in arguments()[0] for found in TAGGED.findall(read(name))]
    assert len(tagged) >= 20
    assert {lemma for lemma, _ in tagged} <= TABLE.keys()
    assert len({coq for _, coq in tagged}) == len(tagged)


@needs_coq
def test_the_theorems_rest_on_the_axioms_of_real_numbers(coq_library):
    printed = axioms(coq_library[1]["Theorem1.v"])
    assert len(printed) == 1 and printed[0] and printed[0] <= ALLOWED


@needs_coq
def test_all_that_is_proved_rests_on_the_axioms_of_real_numbers(coq_library):
    folder, _ = coq_library
    files, _ = arguments()
    everything = [f"@{Path(file).stem}.{name}" for file in files for name in PROVED.findall(read(file))]
    assert len(everything) > 100
    text = f"From Signproof Require {' '.join(Path(file).stem for file in files)}.\n"
    text += f"Definition all := ({', '.join(everything)}).\n"
    text += "Print Assumptions all.\nAxiom planted : 1 = 2.\nDefinition false := (all, planted).\n"
    (folder / "everything.v").write_text(f"{text}Print Assumptions false.\n", encoding="utf-8")
    everywhere, planted = axioms(coqc(folder, "everything.v"))
    assert everywhere and everywhere <= ALLOWED
    assert planted == everywhere | {"planted"}


def test_make_says_that_there_is_no_coqc(tmp_path):
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make here")
    for required, code in ({}, 0), ({"REQUIRE_COQ": "1"}, 2):
        done = subprocess.run(
            [make, "coq"],
            cwd=ROOT,
            env={"PATH": str(tmp_path), **required},
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert done.stdout == "make coq: there is no coqc here, so the Coq library was not checked\n"
