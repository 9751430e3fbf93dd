"""The page: what it shows, that it needs nothing else, and that nothing in a ledger can break out of it.

`data/ledger.json` is made up for these tests; its verdicts and numbers are nobody's findings.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
import vl_convert

from signproof.checks.tightness_map import Cell
from signproof.report import page as page_module
from signproof.report.charts import chart, svg, tightness_chart
from signproof.report.mathml import mathml
from signproof.report.page import write_page

SAMPLE = json.loads((Path(__file__).parent / "data" / "ledger.json").read_text(encoding="utf-8"))
HOSTILE = "<script>alert(1)</script>"
VOID = {"meta", "link", "br", "wbr", "img", "input", "hr", "col"}
KEPT = {"schema", "verdict", "created", "level"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Document(HTMLParser):
    """The elements of a page; raises AssertionError if a tag is closed that is not open."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.scripts: list[tuple[dict, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append((self.elements[-1][1], data))
        elif not self.open or self.open[-1] != "style":
            self.text += data

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    @property
    def specs(self) -> list[dict]:
        return [json.loads(data) for attributes, data in self.scripts if attributes.get("type") == "application/json"]


@pytest.fixture
def ledger():
    return copy.deepcopy(SAMPLE)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_page(SAMPLE, tmp_path_factory.mktemp("report") / "new" / "directory")


@pytest.fixture(scope="module")
def html(path):
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(html):
    return Document(html)


def render(ledger, directory) -> str:
    return write_page(ledger, directory).read_text(encoding="utf-8")


def test_path_and_size(path):
    assert path.name == "index.html"
    assert sorted(path.parent.iterdir()) == [path]
    assert path.stat().st_size < 3e6


def test_structure(html, document):
    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    ids = document.values("id")
    assert len(ids) == len(set(ids))
    targets = [href[1:] for href in document.values("href") if href.startswith("#")]
    assert len(targets) > len(SAMPLE["claims"]) and set(targets) <= set(ids)
    assert set(document.values("aria-labelledby")) <= set(ids)
    assert all(attributes.get("scope") for tag, attributes in document.elements if tag == "th")
    assert [tag for tag, _ in document.elements].count("h1") == 1


def test_headline(html):
    assert "<title>signproof: 3 proved, 1 supported, 3 refuted, 1 vacuous, 1 open</title>" in html
    assert '<li class="proved"><b>3</b> <span>proved</span></li>' in html


@pytest.mark.parametrize("claim", SAMPLE["claims"], ids=[claim["id"] for claim in SAMPLE["claims"]])
def test_claim(claim, document, html):
    article = html[html.index(f'id="{page_module._anchors([claim["id"]])[0]}"') :]
    shown = Document("<article " + article[: article.index("</article>")] + "</article>")
    assert claim["id"] in shown.text and claim["about"] in shown.text and claim["verdict"] in shown.text
    texts = [claim["statement"], *claim["domain"]]
    for evidence in claim["evidence"]:
        if evidence["kind"] == "proof":
            texts += [step["statement"] for step in evidence.get("steps", [])]
    expected = [formula["text"] for formula in texts if "latex" in formula]
    assert [text for text in shown.values("alttext") if text in expected] == expected
    for lemma in claim["lemmas"]:
        assert SAMPLE["lemmas"][lemma]["text"] in shown.text and SAMPLE["lemmas"][lemma]["source"] in shown.text
    for assumption in claim["assumptions"]:
        assert assumption["text"] in shown.text
    for evidence in claim["evidence"]:
        assert (evidence["family"] if evidence["kind"] == "run" else evidence["text"]) in shown.text
    assert sum(len(spec["data"]["values"]) for spec in shown.specs) == len(claim.get("series", []))


def test_run_and_tightness(document):
    shown = re.sub(r"\s+", " ", document.text)
    assert "1 600 instances; of 51 200 comparisons with the bound 49 921 held, 0 broke, 1 279 stay undecided" in shown
    assert "share of the promised one-step decrease, reached on diagonal quadratics, d = 2, L/mu = 10" in shown


def test_witness(document, html):
    shown = re.sub(r"\s+", " ", document.text)
    assert "The parameters are α = 1/2, L = 1 and μ = 1. The run starts at (1)." in shown
    assert "After 1 step the measured value is 1/8 (≈ 0.125), but the claim allows at most −1/4 (≈ −0.25)." in shown
    assert "oracle" in shown and "family FiniteSupport, probabilities (3/5, 1/5, 1/5)" in shown
    assert "The parameters are α = 1. The run starts at (1/2, 1/2). It is back there after 2 steps." in shown
    assert "The parameters are α = 1 and μ = 1. There the statement is false." in shown
    files = [attributes for tag, attributes in document.elements if "download" in attributes]
    saved = [json.loads(base64.b64decode(file["href"].partition(",")[2])) for file in files]
    assert saved == [claim["witness"] for claim in SAMPLE["claims"] if claim["witness"]]
    for file in files:
        assert f"signproof replay {file['download']}</code>" in html
    assert files[2]["download"] == "mine-script-alert-1-script-too-fast.witness.json"


def test_the_graph_is_drawn_with_an_arc_for_each_edge(html):
    article = html[html.index('id="claim-scaled-sign-theorem-1.zeta"') :]
    article = article[: article.index("</article>")]
    graph = SAMPLE["claims"][1]["graph"]
    shown = Document("<article " + article + "</article>")
    heights = [float(attributes["cy"]) for tag, attributes in shown.elements if tag == "circle"]
    assert len(heights) == len(graph["nodes"]) and heights == sorted(set(heights))
    paths = [attributes["d"].replace(",", "").split() for tag, attributes in shown.elements if tag == "path"]
    assert [[float(path[2]), float(path[-1])] for path in paths] == [
        [heights[later], heights[earlier]] for later, earlier in graph["edges"]
    ]
    for words in ("assumption: Smooth(L)", "lemma: induction", "claim: elsewhere/lemma", "1. lower", "2. range"):
        assert f">{words}</text>" in article
    assert '<a href="#claim-scaled-sign-example-1">scaled-sign/example-1</a>' in article
    assert html.count("<svg role") == 1  # the others rest on nothing that is told


def test_the_step_that_fails_is_marked(html, ledger, tmp_path):
    assert '<tr class="failed">' not in html
    ledger["claims"][1]["evidence"][0] |= {"accepted": False, "failed": 2}
    assert render(ledger, tmp_path).count('<tr class="failed"><td class="figure">2</td>') == 1


def test_footer(document):
    footer = re.sub(r"\s+", " ", document.text[document.text.index("This run") :])
    assert "Created23 November 2026, 08:00 UTC Profilequick Seed0 signproof0.1.0 python3.11.7 jax0.10.2" in footer


def test_text_stays_text(html, ledger, tmp_path):
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;too fast&#34;" in html
    hostile = HOSTILE + "\" ' & <img src=x onerror=alert(1)>"

    def spoil(value):
        if isinstance(value, dict):
            return {name: part if name in KEPT else spoil(part) for name, part in value.items()}
        if isinstance(value, list):
            return [spoil(entry) for entry in value]
        return value + hostile if isinstance(value, str) else value

    spoilt = spoil(ledger)
    spoilt["lemmas"] = {name + hostile: lemma for name, lemma in spoilt["lemmas"].items()}
    for before, after in zip(SAMPLE["claims"], spoilt["claims"], strict=True):
        for old, new in zip(before["evidence"], after["evidence"], strict=True):
            new["kind"] = old["kind"]
    page = Document(render(spoilt, tmp_path))
    assert "onerror" not in {name for _, attributes in page.elements for name in attributes}
    assert [attributes for attributes, _ in page.scripts if attributes != {"type": "application/json"}] == [{}]
    assert [tag for tag, _ in page.elements].count("img") == 0


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(http://example.org)}{x}",
        r"\class{a}{x}",
        "x < y & z",
    ],
)
def test_latex_stays_a_formula(latex):
    shown = str(mathml({"text": HOSTILE, "latex": latex}))
    document = Document(shown)
    allowed = {"span", "math", "mrow", "mtext", "mi", "mo", "mn", "mspace", "mstyle"}
    assert {tag for tag, _ in document.elements} <= allowed
    names = {name for tag, attributes in document.elements for name in attributes if tag not in ("span", "math")}
    assert not names & {"href", "style", "class", "id"}
    assert document.values("alttext") == [HOSTILE]


@pytest.mark.parametrize(
    "formula", [{"text": "a < b"}, {"text": "a < b", "latex": None}, {"text": "a < b", "latex": "x_"}]
)
def test_formula_without_readable_latex_is_text(formula):
    assert mathml(formula) == '<code class="formula">a &lt; b</code>'


def test_parentheses_grow_only_around_tall_formulas():
    latex = r"\left(k + 1\right) \left(1 - \frac{L}{2}\right)"
    stretchy = [
        value for tag, one in Document(mathml({"text": "", "latex": latex})).elements if (value := one.get("stretchy"))
    ]
    assert stretchy == ["false", "false", "true", "true"]


def test_nothing_is_fetched(html, document):
    for name in ("src", "href", "srcset", "data", "action", "poster"):
        assert [value for value in document.values(name) if not value.startswith(("#", "data:application/json"))] == []
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert not {tag for tag, _ in document.elements} & {"link", "iframe", "object", "embed", "img", "base"}
    (policy,) = (value for value in document.values("content") if "default-src" in value)
    (code,) = (data for attributes, data in document.scripts if not attributes)
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy


def test_the_libraries_are_bundled_once_and_only_for_charts(html, ledger, tmp_path):
    assert html.count("Vega-Embed") <= html.count("vegaEmbed") < 5
    for claim in ledger["claims"]:
        claim["series"] = []
    assert len(render(ledger, tmp_path)) < 2e5


def test_partial_and_inconsistent_are_announced(html, ledger, tmp_path):
    assert 'class="banner"' not in html
    ledger["partial"] = True
    ledger["claims"][0]["verdict"] = "inconsistent"
    page = render(ledger, tmp_path)
    assert page.index("This run was cut short.") < page.index("<main>")
    assert page.index("1 inconsistent.") < page.index("<main>")


def test_ledger_without_claims(ledger, tmp_path):
    ledger["claims"] = []
    assert "<title>signproof: no claims</title>" in render(ledger, tmp_path)


def test_claims_with_ids_alike_have_sections_of_their_own(ledger, tmp_path):
    ledger["claims"] = [{**ledger["claims"][0], "id": id} for id in ("a/b", "a-b", "a b", "a-b-2")]
    ids = Document(render(ledger, tmp_path)).values("id")
    assert len(ids) == len(set(ids)) and {"claim-a-b", "claim-a-b--2", "claim-a-b--3", "claim-a-b-2"} <= set(ids)


def lose(*path):
    def change(ledger):
        for name in path[:-1]:
            ledger = ledger[name]
        del ledger[path[-1]]

    return change


def put(value, *path):
    def change(ledger):
        for name in path[:-1]:
            ledger = ledger[name]
        ledger[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("signproof-ledger/2", "schema"), "its schema is 'signproof-ledger/2', not 'signproof-ledger/1'"),
        (lose("profile"), "$: 'profile' is a required property"),
        (lose("claims", 2, "verdict"), "$.claims[2]: 'verdict' is a required property"),
        (put("maybe", "claims", 2, "verdict"), "$.claims[2].verdict: 'maybe' is not one of"),
        (lose("claims", 0, "statement", "text"), "$.claims[0].statement: 'text' is a required property"),
        (put(["Zorn"], "claims", 0, "lemmas"), "$.claims[0].lemmas: 'Zorn' is missing in $.lemmas"),
        (lose("claims", 2, "evidence", 1, "family"), "$.claims[2].evidence[1]: 'family' is a required property"),
        (
            put([1], "claims", 2, "series", 0, "k"),
            "$.claims[2].series[0]: k, measured and bound have lengths [1, 33, 33]",
        ),
        (put("1", "claims", 2, "series", 0, "bound", 4), "$.claims[2].series[0].bound[4]: '1' is not of type 'number'"),
        (put([1, 4], "claims", 1, "graph", "edges", 0), "$.claims[1].graph.edges[0]: [1, 4] joins no two nodes"),
        (put([9, 4], "claims", 1, "graph", "edges", 0), "$.claims[1].graph.edges[0]: [9, 4] joins no two nodes"),
        (put("2026-13-01T00:00", "created"), "$.created: '2026-13-01T00:00' is no time"),
    ],
)
def test_what_is_no_ledger_is_named_and_the_old_page_stays(change, message, ledger, tmp_path):
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    change(ledger)
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        write_page(ledger, tmp_path)
    assert "\n" not in str(error.value)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("index.html", "old")]


def test_a_failed_write_leaves_the_old_page(ledger, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_page(ledger, tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("index.html", "old")]


def test_charts_hold_the_data(document):
    drawn = [(spec, row) for spec in document.specs for row in spec["data"]["values"]]
    series = [run for claim in SAMPLE["claims"] for run in claim.get("series", [])]
    assert len(drawn) == len(series) > 0
    for (_, row), run in zip(drawn, series, strict=True):
        assert row["k"] == run["k"]
        for name in ("measured", "bound"):
            assert row[name] == [value and float(f"{value:.9g}") for value in run[name]]
        assert run["instance"].endswith(row["instance"].replace("\u00a0", " ").replace("\n", " "))
    for spec in document.specs:
        encoding = spec["encoding"]
        assert encoding["y"]["scale"]["type"] == "log" and encoding["x"]["axis"]["title"] == "iteration k"
        assert len(encoding["color"]["scale"]["domain"]) == len(spec["data"]["values"])
        assert "$schema" not in spec
        vl_convert.vegalite_to_vega(spec)


def test_there_is_a_chart_for_each_family(document):
    headings = re.findall("\ndiagonal quadratics\n|\ndense quadratics\n|\nlogistic regression\n", document.text)
    assert headings[:3] == ["\ndiagonal quadratics\n", "\ndense quadratics\n", "\nlogistic regression\n"]
    names = [[row["instance"] for row in spec["data"]["values"]] for spec in document.specs[:3]]
    assert [len(group) for group in names] == [3, 1, 1]
    assert all(name.startswith("d\u00a0=\u00a0") for name in names[0] + names[1])


def test_chart_title_names_the_measure(document):
    titles = [spec["encoding"]["y"]["axis"]["title"] for spec in document.specs]
    assert titles[0] == "suboptimality f(x_k) − f*  (log scale)"
    assert titles[3] == "min_{l ≤ k} ‖g_l‖_1^2  (log scale)"


@pytest.mark.parametrize(
    ("last", "ticks"), [(0, [0]), (1, [0, 1]), (32, [0, 5, 10, 15, 20, 25, 30]), (4000, list(range(0, 4001, 500)))]
)
def test_iterations_are_counted_in_whole_numbers(last, ticks):
    spec = chart([{"instance": "one", "k": [0, last], "measured": [1.0, 0.5], "bound": [1.0, 1.0]}]).spec
    assert spec is not None and spec["encoding"]["x"]["axis"]["values"] == ticks


def test_what_a_log_axis_cannot_show_is_said():
    run = {"instance": "one", "k": [0, 1, 2, 3], "measured": [1.0, 0.0, None, 0.5], "bound": [1, -1, 1, float("nan")]}
    drawn = chart([run])
    assert drawn.omitted == (
        "the measured value at k = 1",
        "the bound at k = 1",
    )
    assert drawn.spec is not None
    (row,) = drawn.spec["data"]["values"]
    assert row["bound"] == [1, -1, 1, None]
    assert row["bound_point"] == [1, 0, 1, 0]  # no line leads to the first and the third
    assert chart([{**run, "measured": [0] * 4, "bound": [None] * 4}]).spec is None


def test_instances_of_the_same_name_are_told_apart():
    spec = chart([{"instance": "one", "k": [0], "measured": [1.0], "bound": [2.0]}] * 2).spec
    assert spec is not None and spec["encoding"]["color"]["scale"]["domain"] == ["one", "one (2)"]


@pytest.mark.parametrize("values", [[1.0], [3.0, 4.0], [5e-324, 1.7e308], [0.99, 1.01, 70]])
def test_chart_of_any_range(values):
    spec = chart([{"instance": "one", "k": list(range(len(values))), "measured": values, "bound": values}]).spec
    assert spec is not None
    ticks = spec["encoding"]["y"]["axis"].get("values", [])
    assert all(min(values) <= tick <= max(values) for tick in ticks) and len(ticks) <= 12
    vl_convert.vegalite_to_svg(spec)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.99997, "0.99997"),
        (0.999999987, "1 − 1.3 × 10<sup>−8</sup>"),
        (1.00000002, "1 + 2 × 10<sup>−8</sup>"),
        (1, "1"),
        (-0.25, "−0.25"),
        (1.5e7, "1.5 × 10<sup>7</sup>"),
        (1200.0, "1200"),
        (0, "0"),
        (float("inf"), "∞"),
        (0.1 + 0.2, "0.3"),
        (None, "–"),
        (Decimal("1e5000"), "1 × 10<sup>5000</sup>"),
        (Decimal("0.5000000000000001"), "0.5"),
    ],
)
def test_number(value, shown):
    assert page_module._number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("-1/3", "−1/3 (≈\u00a0−0.333333)"),
        ("1" + "0" * 6000 + "/3", "≈\u00a03.33333 × 10<sup>5999</sup>"),
        ("1" + "0" * 30, "≈\u00a01 × 10<sup>30</sup>"),
        ("1/0", "1/0"),
        ("7.96", "7.96"),
        ("-3", "−3"),
        (["1", "-1/2"], "(1, −1/2)"),
        (["1"] * 13, "(" + "1, " * 12 + "… 13 in all)"),
        ({"lower": "1/2", "upper": 1}, "lower 1/2, upper 1"),
        (None, "null"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_value_of_a_witness(value, shown):
    assert page_module._exactly(value, digits=6) == shown


def test_measured_and_bound_are_told_apart():
    assert page_module._apart("1/8", "-1/4") == ("1/8 (≈\u00a00.125)", "−1/4 (≈\u00a0−0.25)")
    close = ["3" * 30 + "1/" + "9" * 31, "3" * 30 + "2/" + "9" * 31]
    measured, bound = page_module._apart(close[1], close[0])
    assert measured != bound and measured.startswith("≈\u00a00.3333333333")
    measured, bound = page_module._apart(["1/2", "3/4"], ["1/8", "1/4"])
    assert (measured, bound) == ("at least 1/2 (≈\u00a00.5)", "1/4 (≈\u00a00.25)")


def test_a_witness_may_hold_anything(ledger, tmp_path):
    claim = ledger["claims"][0]
    claim["kind"] = "bound"
    for witness in (
        {},
        {"problem": "x^2", "measured": 1, "bound": [], "k": None},
        {"problem": {}, "parameters": {}, "note": {"a": [None]}},
    ):
        claim["witness"] = witness
        render(ledger, tmp_path)
    claim["witness"] = {"problem": "a saddle", "measured": "2"}
    assert "a saddle" in render(ledger, tmp_path)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
def test_charts_are_drawn_by_a_browser(path, document, tmp_path):
    assert CHROMIUM is not None
    quiet = "--no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-quic"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *quiet.split(), f"--user-data-dir={tmp_path}"]
    command += ["--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert done.stdout.count('data-chart="drawn"') == len(document.specs) > 0
    assert 'data-chart="failed"' not in done.stdout and 'data-chart="waiting"' not in done.stdout
    assert done.stdout.count("<svg") >= len(document.specs)
    assert "suboptimality f(x_k) − f*  (log scale)</text>" in done.stdout


def test_a_map_of_tightness_shows_where_there_is_no_instance():
    cells = [
        Cell(d, ratio, theta, None, "", "no instance", True)
        if ratio < d
        else Cell(d, ratio, theta, 0.99999, "diagonal")
        for d in (2, 3)
        for ratio in (Fraction(2), Fraction(7, 2))
        for theta in ("1/10", "1/2")
    ]
    spec = tightness_chart([cell.data() for cell in cells], "theorem 1")
    rows = spec["data"]["values"]
    assert [(row["dimension"], row["ratio"], row["theta"], row["value"]) for row in rows] == [
        (cell.dimension, str(cell.ratio), cell.theta, cell.value) for cell in cells
    ]
    assert [row["text"] for row in rows] == ["1.0000"] * 4 + ["none"] * 2 + ["1.0000"] * 2
    assert all(row["says"] == (row["instance"] if row["value"] else row["reason"]) != "" for row in rows)
    x, y = (spec["spec"]["layer"][0]["encoding"][axis]["sort"] for axis in "xy")
    assert (x, y) == (["2", "7/2"], ["1/2", "1/10"])
    assert "$schema" not in spec
    drawn = svg(spec)
    assert drawn.count(">none<") == 2 and drawn.count(">1.0000<") == 6
    unknown = tightness_chart([{**cells[0].data(), "value": None, "text": "?", "reason": "none found"}], "one")
    assert svg(unknown).count(">?<") == 1
