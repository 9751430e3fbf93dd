"""The reference, as MkDocs builds it, says what the docstrings say: no sign of a formula is lost in Markdown."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser

import griffe
import pytest
from browsing import browser, needs_chromium, without
from markdown import Markdown
from mkdocstrings._internal.handlers.rendering import MkdocstringsInnerExtension
from places import ROOT

from signproof.report.filters import prose

PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "source", "wbr"}
SECTIONS = ("text", "parameters", "attributes", "raises", "returns", "yields")


class Definitions(HTMLParser):
    """The text that stands below each definition's heading, by its path."""

    def __init__(self, page: str):
        super().__init__()
        self.said: dict[str, str] = {}
        self.path = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if re.fullmatch(r"h\d", tag) and found.get("id", "").startswith("signproof."):
            self.path = found["id"]
            self.said[self.path] = ""

    def handle_data(self, data):
        if self.path:
            self.said[self.path] += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    arguments = ["build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def said(folder):
    found: dict[str, str] = {}
    for page in PAGES:
        found |= Definitions((folder / "reference" / f"{page.stem}.html").read_text(encoding="utf-8")).said
    return found


@pytest.fixture(scope="module")
def package():
    logging.getLogger("griffe").setLevel(logging.ERROR)
    return griffe.GriffeLoader(search_paths=[ROOT]).load("signproof")


def paragraphs(docstring):
    """What a docstring says, without its headings: texts, and what it says of arguments, results and errors."""
    for section in docstring.parse("google", warnings=False):
        if section.kind.value == "text":
            yield section.value
        elif section.kind.value in SECTIONS:
            yield from (item.description for item in section.value)
        elif section.kind.value == "admonition":
            yield section.value.description


def read(text: str) -> str:
    """A docstring's text as one reads it: without the marks of lists and of code, its formulas as on a page."""
    text = re.sub(r"^ *(- |\d+\. |```\w*$)", "", text, flags=re.MULTILINE)
    parts = re.split(r"`([^`]*)`|((?:^ {4}.*\n?)+)", text, flags=re.MULTILINE)
    told = [
        part if number % 3 else unescape(re.sub(r"</?su[bp]>", "", str(prose(part))))
        for number, part in enumerate(parts)
        if part
    ]
    return "".join("".join(told).split())


def test_every_definition_of_the_reference_says_what_its_docstring_says(said, package):
    checked = 0
    for path, shown in said.items():
        parts = path.removeprefix("signproof.").split(".")
        definition = package
        for part in parts:
            definition = definition.members[part]
            definition = definition.final_target if definition.is_alias else definition
        if definition.docstring is None:
            continue
        text = "".join(shown.split())
        for paragraph in paragraphs(definition.docstring):
            for piece in re.split(r"\n\s*\n", paragraph):
                assert read(piece) in text, (path, piece)
                checked += 1
    assert checked > 300 and len(said) > 200


def test_formulas_are_typeset(said):
    convex = said["signproof.theory.assumptions.objective.StronglyConvex"]
    assert "f(x) - f(y) >= <grad f(y), x - y> + (mu/2) ||x - y||^2" in convex
    assert any("‖v‖1, the dual of the maximum norm." in shown for shown in said.values())


@pytest.mark.parametrize("sign", ["<u, v> <= ||u||_* ||v||", "a * b * c and d_i_j", "[x](y) &amp; <b>c</b>", "# x | y"])
def test_no_sign_of_a_formula_means_anything_to_markdown(sign):
    """The hook itself, on what the package's docstrings happen not to hold."""
    sys.path.insert(0, str(ROOT / "docs" / "drawing"))
    try:
        from docstrings import Docstrings
    finally:
        sys.path.pop(0)
    shown = Markdown(extensions=["tables", "toc", Docstrings(), MkdocstringsInnerExtension([])]).convert(sign)
    assert unescape(re.sub(r"</?(p|su[bp])>", "", shown)) == unescape(re.sub(r"</?su[bp]>", "", str(prose(sign))))


@needs_chromium
def test_the_search_works_from_disk_without_a_network(folder):
    troubles = []
    with browser() as started:
        page = started.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith("file:") or troubles.append(asked.url))
        page.goto((folder / "tutorial.html").as_uri())
        page.click("input.md-search__input")
        page.keyboard.type("PolyakLojasiewicz")
        found = page.locator(".md-search-result__item").first
        found.wait_for(state="attached")
        assert "PolyakLojasiewicz" in found.text_content()
    assert troubles == []


def test_a_missing_browser_is_a_failure_in_ci_unless_it_could_not_be_installed():
    assert "apt-get install" in without({})
    assert without({"CI": "true"}) == ""
    assert without({"CI": "true", "CHROMIUM_MISSING": "no mirror"}) == "no mirror"
