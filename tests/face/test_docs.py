"""The site: what it shows is what happens.

Each section of the tutorial, and each page for one kind of reader, begins in an empty folder: its files are written and
its commands run in the order in which a reader meets them, and what they print is compared with what stands there.
Lines of dots stand for anything, and times may differ.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from unittest.mock import Mock

import pytest

import signproof
from signproof import pytest_plugin
from signproof.cli import COMMANDS

ROOT = Path(signproof.__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TUTORIAL, re.DOTALL | re.MULTILINE)) | {
    name: (DOCS / name).read_text(encoding="utf-8")
    for name in ("theorem.md", "optimizer.md", "pytorch.md", "review.md")
}
"""The sections of the tutorial, and the pages for one kind of reader each."""
BLOCK = re.compile(r'^```(\w+)(?: title="(.*?)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)
PROGRAMS = {"signproof": ("-m", "signproof"), "pytest": ("-m", "pytest")}
EXIT = re.compile(r"\[exit code (\d+)\]\n\Z")


@dataclass(frozen=True)
class Command:
    """A command as a reader types it, what it prints, and how it exits."""

    words: list[str]
    prints: str
    code: int


def steps(section):
    """The files and commands of a section, in order: (name, text) or a Command."""
    for language, title, text in BLOCK.findall(SECTIONS[section]):
        if title:
            yield title, text
        else:
            assert language == "console", text
            for typed in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, prints = typed.partition("\n")
                code = EXIT.search(prints)
                yield Command(shlex.split(line), EXIT.sub("", prints), int(code[1]) if code else 0)


def alike(text):
    """What is compared: without times and without the lengths of rules."""
    return re.sub(r"={3,}", "===", re.sub(r"\d+\.\d+s( \(\d+:\d+:\d+\))?", "0s", text))


@pytest.mark.slow
@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "Install"])
def test_the_tutorial_is_true(section, tmp_path):
    # the package that is tested, and of plugins its own alone
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p signproof.pytest_plugin",
    }
    commands = 0
    for step in steps(section):
        if not isinstance(step, Command):
            name, text = step
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
            continue
        program, *arguments = step.words
        done = subprocess.run(
            [sys.executable, *PROGRAMS[program], *arguments],
            cwd=tmp_path,
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == step.code, done.stdout
        agrees = OutputChecker().check_output(alike(step.prints), alike(done.stdout), ELLIPSIS | NORMALIZE_WHITESPACE)
        assert agrees, f"{step.words} prints\n{done.stdout}"
        commands += 1
    assert commands


@pytest.mark.parametrize("section", SECTIONS)
def test_the_tutorial_can_be_followed(section):
    """What needs no run: files are Python or a workflow, commands are there."""
    for step in steps(section):
        if not isinstance(step, Command):
            name, text = step
            if name.endswith(".py"):
                ast.parse(text)
            else:
                assert name == ".github/workflows/claims.yml"
                assert "run: pytest --signproof-json ledger.json" in text
        elif section == "Install":
            assert step.words[0] in ("python", ".", "pip")
        else:
            assert step.words[0] == "pytest" or step.words[1] in COMMANDS


def test_the_wheel_has_the_name_that_the_tutorial_gives_it():
    assert set(re.findall(r"signproof-\S+\.whl", TUTORIAL)) == {f"signproof-{version('signproof')}-py3-none-any.whl"}


def test_the_options_are_those_of_the_plugin():
    documented = re.findall(
        r"^\| `(--signproof-[a-z-]+)", (DOCS / "pytest.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    parser = Mock()
    pytest_plugin.pytest_addoption(parser)
    assert documented == [call.args[0] for call in parser.getgroup().addoption.call_args_list]


def test_every_page_is_in_the_navigation():
    named = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == PAGES


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_to_pages_and_the_reference_to_modules(path):
    text = (DOCS / path).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (DOCS / path).parent.joinpath(target).exists(), target
    for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE):
        assert import_module(name).__doc__
