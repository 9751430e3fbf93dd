"""A ledger as LaTeX and as Markdown: nothing in it becomes a command or markup."""

from __future__ import annotations

import copy
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import TESTS

from signproof.report import latex, markdown
from signproof.report.latex import prose, write_latex

SAMPLE = json.loads((TESTS / "data" / "ledger.json").read_text(encoding="utf-8"))
HOSTILE = "\\input{/etc/passwd} 50% _a_ $x$ #1 ~ ^ & | <b> `c` *d* [e](f) é ≤ α\n\nend"


def balanced(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\\.", "", text):
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


@given(st.text())
@example(HOSTILE)
def test_escaped_text_holds_no_command_of_its_own(text):
    shown = latex.escape(text)
    known = {*latex.ESCAPES.values(), *(rf"$\{name}$" for name in latex.GREEK.values())}
    rest = re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), "", shown)
    assert not re.search(r"[\\{}$&#%_^\n]", rest) and balanced(shown)


def test_the_table_has_a_row_for_each_claim_and_a_figure_for_each_chart(tmp_path):
    table, *figures = write_latex(SAMPLE, tmp_path / "the verdicts.tex")
    text = table.read_text(encoding="utf-8")
    assert text.count(r"\\" + "\n") == len(SAMPLE["claims"]) + 4  # the head and a heading for each paper or none
    for claim in SAMPLE["claims"]:
        assert rf"\texttt{{{latex.escape(claim['id'])}}}" in text
    assert balanced(text) and text.count("$") % 2 == 0
    for name in ("longtable", "figure"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") > 0
    assert "<script>" not in text and r"\textless{}script\textgreater{}" in text
    named = re.findall(r"\\includegraphics\[[^\]]*\]\{([^}]*)\}", text)
    assert {tmp_path / name for name in named} == set(figures) and len(named) == 4
    assert all(figure.read_bytes().startswith(b"%PDF-") and figure.stat().st_size > 5000 for figure in figures)


def test_figures_are_chosen_by_a_pattern(tmp_path):
    assert len(write_latex(SAMPLE, tmp_path / "a.tex", "scaled-sign/theorem-1.*")) == 3
    assert len(write_latex(SAMPLE, tmp_path / "b.tex", "none")) == 1


@pytest.mark.parametrize(
    "formula", [r"x} \input{a", "x % y", "x $ y", r"\input{a}", r"\write18{a}", "}{", "x\n\ny", r"\def\x{a}"]
)
def test_a_formula_that_could_leave_its_dollars_is_text(formula):
    assert latex._math({"text": "a < b", "latex": formula}) == r"a \textless{} b"
    assert latex._math({"text": "a < b", "latex": r"\frac{a}{b} \left\{ c_{1} \right\}"}).startswith("$")


def test_hostile_text_stays_text(tmp_path):
    ledger = copy.deepcopy(SAMPLE)
    for claim in ledger["claims"]:
        claim["erratum"] = HOSTILE
        claim["series"] = []
    ledger["claims"][0]["id"] = HOSTILE
    (table,) = write_latex(ledger, tmp_path / "t.tex")
    text = table.read_text(encoding="utf-8")
    assert r"\input" not in text and balanced(text) and text.count("$") % 2 == 0
    shown = markdown.markdown(ledger)
    assert "<b>" not in shown and "<script>" not in shown
    lines = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(lines) == len(ledger["claims"]) + 1
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}


def test_markdown_says_what_does_not_hold_first():
    shown = markdown.markdown(SAMPLE)
    assert shown.startswith(
        "## signproof: 3 proved, 1 supported, 3 refuted, 1 vacuous, 1 open\n\n### What does not hold"
    )
    assert "✗ **scaled-sign/theorem-2.1** (Theorem 2(1), eq. (19)): The proof takes two things for independent" in shown
    assert "Repaired: scaled-sign/theorem-1.3." in shown
    assert shown.index("What does not hold") < shown.index("<details>")


def test_the_table_has_a_column_of_statements_in_real_mathematics(tmp_path):
    text = write_latex(SAMPLE, tmp_path / "v.tex", "none")[0].read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(r"\texttt{")]
    assert len(rows) == len(SAMPLE["claims"])
    shown = [claim["statement"]["latex"] for claim in SAMPLE["claims"] if claim["statement"].get("latex")]
    assert sum(f"& ${latex}$ &" in text for latex in shown) > len(shown) // 2
    assert all(re.fullmatch(r"(\\.|[^\\&])*(&(\\.|[^\\&])*){4} \\\\", row) for row in rows)


def test_sentences_have_their_formulas_as_formulas():
    assert prose("x_0 <= eta, V_k^2 at max_steps") == r"$x_{0}$ $\leq$ $\eta$, $V_{k}^{2}$ at max\_steps"
    assert prose(r"\input{x}_1 $ % x_{k+1}") == r"\textbackslash{}input\{x\}\_1 \$ \% $x_{k+1}$"
