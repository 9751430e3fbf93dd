"""The site: what it shows, that it needs nothing else, and that nothing in a ledger can break out of it.

`data/ledger.json` is made up for these tests; its verdicts and numbers are nobody's findings.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import re
import shlex
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shown_experiment
import vl_convert
from PIL import Image
from places import ROOT, TESTS

from signproof.checks.trials.tightness_map import Cell
from signproof.report import filters
from signproof.report.charts import chart, histogram_chart, spread_chart, svg, tightness_chart
from signproof.report.claim_page import claim_page
from signproof.report.graphs import _places, families, network
from signproof.report.mathml import mathml
from signproof.report.names import file_names
from signproof.report.site import check, write_site

SAMPLE = json.loads((TESTS / "data" / "ledger.json").read_text(encoding="utf-8"))
HOSTILE = "<script>alert(1)</script>"
VOID = {"meta", "link", "br", "wbr", "img", "input", "hr", "col"}
FAMILIES = ["diagonal quadratics", "dense quadratics", "logistic regression"]
SVG = "http://www.w3.org/2000/svg"
KEPT = {"schema", "verdict", "created", "level", "ratio", "theta"}
PAGES = file_names(claim["id"] for claim in SAMPLE["claims"])


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
    return write_site(SAMPLE, tmp_path_factory.mktemp("report") / "new" / "directory")


@pytest.fixture(scope="module")
def html(path):
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(html):
    return Document(html)


@pytest.fixture(scope="module")
def pages(path):
    """The page of each claim, by its ID."""
    return {id: (path.parent / "claims" / name).read_text(encoding="utf-8") for id, name in PAGES.items()}


@pytest.fixture(scope="module")
def documents(pages):
    return {id: Document(text) for id, text in pages.items()}


def render(ledger, directory) -> str:
    """The front page of a ledger, and all others after it."""
    path = write_site(ledger, directory)
    return "".join(page.read_text(encoding="utf-8") for page in [path, *sorted((directory / "claims").glob("*"))])


def runs(document) -> list[dict]:
    """The charts of measured values and bounds."""
    return [spec for spec in document.specs if spec["data"]["values"] and "measured" in spec["data"]["values"][0]]


def test_files_and_size(path):
    found = {str(one.relative_to(path.parent)) for one in path.parent.rglob("*") if one.is_file()}
    assets = {"assets/site.css", "assets/site.js", "assets/charts.js"}
    assert found == {"index.html", *assets, *(f"claims/{name}" for name in PAGES.values())}
    assert sum(one.stat().st_size for one in path.parent.rglob("*") if one.is_file()) < 3e6


def test_structure(path, html, pages):
    for place, text in ({"index.html": html} | {f"claims/{PAGES[id]}": text for id, text in pages.items()}).items():
        document = Document(text)
        assert text.startswith("<!DOCTYPE html>\n<html lang=")
        ids = document.values("id")
        assert len(ids) == len(set(ids))
        links = [href for href in document.values("href") if not href.startswith("data:")]
        assert {href[1:] for href in links if href.startswith("#")} <= set(ids)
        files = [href for href in links + document.values("src") if not href.startswith("#")]
        assert len(files) > 2 and all(((path.parent / place).parent / file).is_file() for file in files)
        assert set(document.values("aria-labelledby")) <= set(ids)
        assert all(attributes.get("scope") for tag, attributes in document.elements if tag == "th")
        assert [tag for tag, _ in document.elements].count("h1") == 1
        levels = [int(tag[1]) for tag, _ in document.elements if re.fullmatch("h[1-6]", tag)]
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_headline(html):
    assert "<title>signproof: 3 proved, 1 supported, 3 refuted, 1 vacuous, 1 open</title>" in html
    assert re.search('<li class="proved"><a [^>]*><b>3</b> <span>proved</span></a></li>', html)


def test_the_front_page_says_which_theorems_hold_and_why_not(html):
    results = Document(html[html.index('<section id="results"') : html.index('<section id="claims"')])
    shown = re.sub(r"\s+", " ", results.text)
    assert "Theorems and propositions: 1 proved, 1 supported, 1 refuted." in shown
    assert "Theorem 2(1), eq. (19) ✗ refuted" in shown
    assert "What is wrong: The proof takes two things for independent that are not." in shown
    assert "Counterexample: after 4000 steps the measured value is" in shown
    assert "Repaired: scaled-sign/theorem-1.3 ≈ supported" in shown
    assert "Parts of them, checked separately: theorem-1.zeta ✓ proved." in shown
    assert "1 claim is refuted as printed; 1 of them is a theorem or proposition covered above." in shown
    assert shown.index("Theorem 2(1)") < shown.index("Errors found")


def test_the_table_can_be_filtered_and_sorted(document):
    rows = [attributes for tag, attributes in document.elements if tag == "tr" and "data-name" in attributes]
    claims = sorted(SAMPLE["claims"], key=lambda claim: claim["source"] is None)  # those of papers come first
    assert [row["data-name"] for row in rows] == [claim["id"] for claim in claims]
    for row, claim in zip(rows, claims, strict=True):
        assert row["data-verdict"] == claim["verdict"]
        assert row["data-paper"] == (claim["source"]["paper"] if claim["source"] else "")
        assert float(row.get("data-tightness", "nan")) == pytest.approx(
            (claim["tightness"] or {}).get("ratio") or float("nan"), nan_ok=True
        )
    options = [attributes["value"] for tag, attributes in document.elements if tag == "option"]
    assert {"scaled-sign", "signprox", "", "proved", "open", "exact", "–"} <= set(options)


def test_the_graph_is_laid_out_with_neighbours_side_by_side():
    def claim(name, lemmas):
        nodes = [{"kind": "lemma", "name": lemma} for lemma in lemmas]
        return {"id": name, "verdict": "proved", "graph": {"nodes": [*nodes, {"kind": "claim", "name": name}]}}

    chain = [(str(n), (f"l{n}", f"l{n + 1}")) for n in range(9)]  # lines of a chain need never cross
    mixed = sorted(chain, key=lambda entry: int(entry[0]) * 5 % 9)
    graph = network({"claims": [claim(*entry) for entry in mixed]})
    place = _places(graph)
    lines = [(place[start][1], place[end][1]) for start, end in graph.edges]
    assert not any((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    assert len(set(place.values())) == len(place) == 19


def test_the_graph_links_to_claims(path, document):
    links = [attributes for tag, attributes in document.elements if tag == "a" and attributes.get("tabindex") != "-1"]
    drawn = {attributes["href"] for attributes in links if attributes["href"].startswith("claims/")}
    joined = (
        "scaled-sign/theorem-1.zeta",
        "scaled-sign/theorem-1.3",
        "scaled-sign/theorem-2.1",
        "scaled-sign/example-1",
    )
    assert drawn >= {f"claims/{PAGES[id]}" for id in joined if id in PAGES}
    labels = document.values("aria-label")
    assert "scaled-sign/theorem-1.zeta: proved, 2 steps" in labels
    assert "induction → theorem-1.zeta" in labels and "lemma induction, used by 1" in labels
    assert "theorem-1.3 → theorem-2.1" in labels  # a repair
    assert "elsewhere/lemma: proved" in labels  # within the proof of a claim that rests on it
    (family,) = families(SAMPLE, {})
    assert ElementTree.fromstring(family["drawing"]).find(f".//{{{SVG}}}a") is None


def test_a_claims_page_begins_with_the_theorem_and_links_to_the_paper(tmp_path):
    kinds = json.loads((TESTS / "data" / "kinds.json").read_text(encoding="utf-8"))
    site = write_site(kinds, tmp_path)
    shown = Document(page_of(site, "scaled-sign-proposition-1.1"))
    assert (
        "Proposition 1(1), in our words and symbols. Suppose that f is convex; all points no higher than the start are "
        "within D1 of a minimizer in the Euclidean norm. Consider GradientFlow: x' = −β ∇f(x). Then, from every start "
        "and at every time t, if β > 0, t > 0:"
    ) in shown.text
    assert "https://arxiv.org/abs/2109.01806" in shown.values("href")
    assert not any(href.startswith("https:") for href in Document(page_of(site, "own-example-2.rate")).values("href"))
    kinds["links"]["scaled-sign"] = "javascript:alert(1)"
    with pytest.raises(ValueError, match="links"):
        check(kinds)


def page_of(site, name: str) -> str:
    return (site.parent / "claims" / f"{name}.html").read_text(encoding="utf-8")


def test_a_refuted_claim_is_tied_to_the_lemma_at_which_its_proof_fails():
    kinds = json.loads((TESTS / "data" / "kinds.json").read_text(encoding="utf-8"))
    graph = network(kinds)
    (cause,) = graph.predecessors(("claim", "scaled-sign/theorem-2.1"))
    assert cause == ("lemma", "product of expectations")
    assert graph.edges[cause, ("claim", "scaled-sign/theorem-2.1")]["how"] == "fails"
    (family,) = families(kinds, {})
    assert "product of expectations → theorem-2.1" in family["drawing"] and "var(--red)" in family["drawing"]
    told = next(entry for entry in family["rests"] if entry["id"] == "scaled-sign/theorem-2.1")
    assert told["ways"] == {"fails": ["product of expectations"]}
    broken = copy.deepcopy(kinds)
    next(claim for claim in broken["claims"] if "failed" in claim["graph"])["graph"]["failed"] = 999
    with pytest.raises(ValueError, match="there is no node 999"):
        check(broken)
    entry = next(claim for claim in kinds["claims"] if "failed" in claim["graph"])
    step = entry["graph"]["failed"]
    assert entry["graph"]["nodes"][step]["kind"] == "step"
    step_only = entry["graph"] | {"edges": [edge for edge in entry["graph"]["edges"] if edge[0] != step]}
    (named,) = network({"claims": [entry | {"graph": step_only}]}).predecessors(("claim", entry["id"]))
    assert named == ("step", f"step: {entry['graph']['nodes'][step]['name']}")


def read(text: str) -> str:
    """Plain text as a page shows it."""
    return Document(str(filters.prose(text))).text


@pytest.mark.parametrize("claim", SAMPLE["claims"], ids=[claim["id"] for claim in SAMPLE["claims"]])
def test_claim(claim, documents):
    shown = documents[claim["id"]]
    about = read(claim["about"])
    assert claim["id"] in shown.text and about in shown.text and claim["verdict"] in shown.text
    texts = [claim["statement"], *claim["domain"]]
    for evidence in claim["evidence"]:
        if evidence["kind"] == "proof":
            texts += [step["statement"] for step in evidence.get("steps", [])]
    expected = [formula["text"] for formula in texts if "latex" in formula]
    assert [text for text in shown.values("alttext") if text in expected] == expected
    for lemma in claim["lemmas"]:
        assert read(SAMPLE["lemmas"][lemma]["text"]) in shown.text and SAMPLE["lemmas"][lemma]["source"] in shown.text
    for assumption in claim["assumptions"]:
        assert assumption["text"] in shown.text
    for evidence in claim["evidence"]:
        assert read(evidence["family"] if evidence["kind"] == "run" else evidence["text"]) in shown.text
    assert sum(len(spec["data"]["values"]) for spec in runs(shown)) == len(claim.get("series", []))
    target = shlex.quote(claim["id"]) if claim["source"] else "FILE.py"
    assert f"signproof verify {target} --profile quick --seed 0" in shown.text


def test_run_and_tightness(documents):
    shown = re.sub(r"\s+", " ", documents["scaled-sign/theorem-1.1"].text)
    assert (
        "1 600 instances; of 51 200 comparisons with the bound 49 921 held, 0 were broken, 1 279 are undecided" in shown
    )
    assert "share of the promised one-step decrease, reached on diagonal quadratics, d = 2, L/mu = 10" in shown


def test_witness(documents):
    shown = re.sub(r"\s+", " ", "".join(document.text for document in documents.values()))
    assert "The parameters are α = 1/2, L = 1 and μ = 1. The run starts at (1)." in shown
    assert "after 1 step the measured value is 1/8 (≈ 0.125), but the claim allows at most −1/4 (≈ −0.25)." in shown
    assert "oracle" in shown and "family FiniteSupport, probabilities (3/5, 1/5, 1/5)" in shown
    assert "The parameters are α = 1. The run starts at (1/2, 1/2)." in shown
    assert "It is back at its start after 2 steps." in shown
    assert "The check: put α = 1 and μ = 1 into the statement: there it is false." in shown
    elements = [element for document in documents.values() for element in document.elements]
    files = [attributes for _, attributes in elements if "download" in attributes]
    saved = [json.loads(base64.b64decode(file["href"].partition(",")[2])) for file in files]
    assert saved == [claim["witness"] for claim in SAMPLE["claims"] if claim["witness"]]
    for file in files:
        assert f"signproof replay {file['download']}" in shown
    assert files[2]["download"] == "mine-script-alert-1-script-too-fast.witness.json"


def test_a_proof_is_drawn_with_an_arc_for_each_edge(pages, documents):
    article, shown = pages["scaled-sign/theorem-1.zeta"], documents["scaled-sign/theorem-1.zeta"]
    graph = SAMPLE["claims"][1]["graph"]
    heights = [float(attributes["cy"]) for tag, attributes in shown.elements if tag == "circle"]
    assert len(heights) == len(graph["nodes"]) and heights == sorted(set(heights))
    paths = [attributes["d"].replace(",", "").split() for tag, attributes in shown.elements if tag == "path"]
    assert [[float(path[2]), float(path[-1])] for path in paths] == [
        [heights[later], heights[earlier]] for later, earlier in graph["edges"]
    ]
    for words in ("assumption: Smooth(L)", "lemma: induction", "claim: elsewhere/lemma", "1. lower", "2. range"):
        assert f">{words}</text>" in article
    assert '<a href="scaled-sign-example-1.html">scaled-sign/example-1</a>' in article
    drawn = [id for id, page in pages.items() if "<svg role" in page]
    assert drawn == ["scaled-sign/theorem-1.zeta"]  # the others rest on nothing that is told


def test_the_step_that_fails_is_marked(pages, ledger, tmp_path):
    assert not any('<tr class="failed">' in page for page in pages.values())
    ledger["claims"][1]["evidence"][0] |= {"accepted": False, "failed": 2}
    assert render(ledger, tmp_path).count('<tr class="failed"><td class="figure">2</td>') == 1


def test_footer(document):
    footer = re.sub(r"\s+", " ", document.text[document.text.index("This run") :])
    assert "Created23 November 2026, 08:00 UTC Profilequick Seed0 signproof0.1.0 python3.11.7 jax0.10.2" in footer


def test_text_stays_text(html, pages, ledger, tmp_path):
    assert "<script>alert" not in html + "".join(pages.values())
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
    assert all(attributes == {"type": "application/json"} for attributes, _ in page.scripts)
    assert [tag for tag, _ in page.elements].count("img") == 0
    assert all(value.startswith(("assets/", "../assets/")) for value in page.values("src"))


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


def test_nothing_is_fetched(path, html, pages):
    for text in (html, *pages.values()):
        document = Document(text)
        own = re.compile(r"#|data:application/json|(\.\./)?(assets|claims)/|\.\./index.html$|[\w.-]+\.html$")
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            assert [value for value in document.values(name) if not own.match(value)] == []
        assert not {tag for tag, _ in document.elements} & {"iframe", "object", "embed", "img", "base"}
        assert "style" not in {name for _, attributes in document.elements for name in attributes}
        (policy,) = (value for value in document.values("content") if "default-src" in value)
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; ")
    style = (path.parent / "assets/site.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style


def test_the_libraries_are_there_once_and_only_for_charts(path, html, pages, ledger, tmp_path):
    assert "vegaEmbed" not in html + "".join(pages.values())
    assert "charts.js" in pages["scaled-sign/theorem-1.1"] and "charts.js" not in html + pages["scaled-sign/example-1"]
    for claim in ledger["claims"]:
        claim["series"] = []
        claim.pop("tightness_map", None)
        claim["evidence"] = [piece for piece in claim["evidence"] if piece["kind"] != "run"]
    render(ledger, tmp_path)
    assert not (tmp_path / "assets/charts.js").exists()


def test_partial_and_inconsistent_are_announced(html, ledger, tmp_path):
    assert html.count('class="banner"') == 1 and "Not checked again." in html
    assert 'class="banner"' not in write_site(ledger, tmp_path, checked=True).read_text(encoding="utf-8")
    ledger["partial"] = True
    ledger["claims"][0]["verdict"] = "inconsistent"
    page = write_site(ledger, tmp_path).read_text(encoding="utf-8")
    assert page.index("This run was cut short.") < page.index("<main>")
    assert page.index("1 inconsistent.") < page.index("<main>")


def test_ledger_without_claims(ledger, tmp_path):
    ledger["claims"] = []
    assert "<title>signproof: no claims</title>" in render(ledger, tmp_path)


def test_claims_with_ids_alike_have_pages_of_their_own(ledger, tmp_path):
    ids = ["a/b", "a-b", "a b", "a-b-2", "A/B", "..", "", "μ", "x" * 300, "con/../../etc"]
    ledger["claims"] = [{**ledger["claims"][0], "id": id} for id in ids]
    write_site(ledger, tmp_path)
    names = {page.name for page in (tmp_path / "claims").iterdir()}
    assert len({name.casefold() for name in names}) == len(ids) and max(map(len, names)) < 120
    assert {"a-b.html", "a-b--2.html", "a-b--3.html", "a-b-2.html", "A-B--4.html", "claim.html"} <= names


def test_pages_of_claims_that_are_gone_are_removed_and_nothing_else(ledger, tmp_path):
    write_site(ledger, tmp_path)
    (tmp_path / "claims/mine.html").write_text("not ours", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not ours", encoding="utf-8")
    gone = ledger["claims"].pop()
    write_site(ledger, tmp_path)
    left = {page.name for page in (tmp_path / "claims").iterdir()}
    assert left == {*PAGES.values(), "mine.html"} - {PAGES[gone["id"]]}
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "not ours"


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
        (put(["Zorn"], "claims", 0, "lemmas"), "$.claims[0].lemmas: 'Zorn' is missing from $.lemmas"),
        (lose("claims", 2, "evidence", 1, "family"), "$.claims[2].evidence[1]: 'family' is a required property"),
        (
            put([1], "claims", 2, "series", 0, "k"),
            "$.claims[2].series[0]: k, measured and bound have lengths [1, 33, 33]",
        ),
        (put("1", "claims", 2, "series", 0, "bound", 4), "$.claims[2].series[0].bound[4]: '1' is not of type 'number'"),
        (put([1, 4], "claims", 1, "graph", "edges", 0), "$.claims[1].graph.edges[0]: [1, 4] does not join two nodes"),
        (put([9, 4], "claims", 1, "graph", "edges", 0), "$.claims[1].graph.edges[0]: [9, 4] does not join two nodes"),
        (put("scaled-sign/example-1", "claims", 1, "id"), "$.claims[0].id: 'scaled-sign/example-1' occurs 2 times"),
        (
            put([0.1], "claims", 2, "evidence", 1, "spread", "upper"),
            "spread: k, least, lower, median, upper and largest have lengths [4, 4, 4, 4, 1, 4]",
        ),
        (put([1], "claims", 2, "evidence", 1, "histogram", "counts"), "histogram: it needs one more edge than"),
        (put("1/0", "claims", 2, "tightness_map", 0, "ratio"), "$.claims[2].tightness_map[0].ratio: '1/0' does not"),
        (put("2026-13-01T00:00", "created"), "$.created: '2026-13-01T00:00' is not a time"),
    ],
)
def test_what_is_no_ledger_is_named_and_the_old_page_stays(change, message, ledger, tmp_path):
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    change(ledger)
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        write_site(ledger, tmp_path)
    assert "\n" not in str(error.value)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("index.html", "old")]


def test_a_failed_write_leaves_the_old_page(ledger, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        write_site(ledger, tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [(path.name, path.read_text()) for path in files] == [("index.html", "old")]


def test_charts_hold_the_data(documents):
    specs = [spec for document in documents.values() for spec in runs(document)]
    drawn = [(spec, row) for spec in specs for row in spec["data"]["values"]]
    series = [run for claim in SAMPLE["claims"] for run in claim.get("series", [])]
    assert len(drawn) == len(series) > 0
    for (_, row), run in zip(drawn, series, strict=True):
        assert row["k"] == run["k"]
        for name in ("measured", "bound"):
            assert row[name] == [value and float(f"{value:.9g}") for value in run[name]]
        assert filters.greek(run["instance"]).endswith(row["instance"].replace("\u00a0", " ").replace("\n", " "))
    for spec in specs:
        encoding = spec["encoding"]
        assert encoding["y"]["scale"]["type"] == "log" and encoding["x"]["axis"]["title"] == "iteration k"
        assert len(encoding["color"]["scale"]["domain"]) == len(spec["data"]["values"])
        assert "$schema" not in spec
        vl_convert.vegalite_to_vega(spec)


def test_there_is_a_chart_for_each_family(documents):
    document = documents["scaled-sign/theorem-1.1"]
    assert [value for value in document.values("aria-label") if value in FAMILIES] == FAMILIES
    names = [[row["instance"] for row in spec["data"]["values"]] for spec in runs(document)]
    assert [len(group) for group in names] == [3, 1, 1]
    assert all(name.startswith("d\u00a0=\u00a0") for name in names[0] + names[1])


def test_chart_title_names_the_measure(documents):
    titles = [
        runs(documents[id])[0]["encoding"]["y"]["axis"]["title"]
        for id in ("scaled-sign/theorem-1.1", "scaled-sign/theorem-1.3")
    ]
    assert titles == ["suboptimality f(x_k) − f*  (log scale)", "min_{l ≤ k} ‖g_l‖_1^2  (log scale)"]


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
    assert filters.number(value) == shown


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
    assert filters.exactly(value, digits=6) == shown


def test_measured_and_bound_are_told_apart():
    assert filters.apart("1/8", "-1/4") == ("1/8 (≈\u00a00.125)", "−1/4 (≈\u00a0−0.25)")
    close = ["3" * 30 + "1/" + "9" * 31, "3" * 30 + "2/" + "9" * 31]
    measured, bound = filters.apart(close[1], close[0])
    assert measured != bound and measured.startswith("≈\u00a00.3333333333")
    measured, bound = filters.apart(["1/2", "3/4"], ["1/8", "1/4"])
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


def test_a_band_and_a_histogram_of_ratios():
    spread = {name: [0.0, 0.5] for name in ("least", "lower", "median", "upper")} | {"k": [1, 2], "largest": [1.0, 7.0]}
    spec = spread_chart(spread, "one")
    assert spec["data"]["values"][1] == {
        "k": 2, "least": 0.5, "lower": 0.5, "median": 0.5, "upper": 0.5, "largest": 7.0
    }  # fmt: skip
    assert svg(spec | {"width": 300}).count("mark-area") == 2
    histogram = {"edges": [0, 0.5, 1], "counts": [3, 4], "above": 0}
    assert [row["instances"] for row in histogram_chart(histogram, "one")["data"]["values"]] == [3, 4]
    rows = histogram_chart(histogram | {"above": 2}, "one")["data"]["values"]
    assert rows[-1] == {"from": 1.5, "to": 2.0, "instances": 2, "says": "above 1", "above": 1}


def test_an_experiment_is_told_by_its_parts(ledger, monkeypatch, tmp_path):
    made = shown_experiment.shown(monkeypatch)
    assert made["verdict"] == "not reproduced"
    assert [piece["kind"] for piece in made["evidence"]] == [
        "experiment", "experiment", "coverage", "choice", "reading", "note"
    ]  # fmt: skip
    ledger["claims"].append(made)
    front = write_site(ledger, tmp_path).read_text(encoding="utf-8")
    text = (tmp_path / "claims" / "signprox-figure-9.html").read_text(encoding="utf-8")
    told = re.sub(r"\s+", "", Document(text).text)
    for words in (
        "It falls <b>fast</b>.",
        "1 of 2 criteria is met. Theorem 9 does not cover this experiment.",
        "ρ ≤ 1 <i>2</i> enclosed ✗ not met",
        "f(xk) falls to 1e-3 sampled ✓ met",
        "Does Theorem 9 cover it? No",
        "start 0.2 everywhere",
        "Alternative reading: as printed elsewhere: it holds",
        "note, sampled a note",
        "signproof experiment signprox/figure-9 --profile quick --seed 0",
    ):
        assert words.replace(" ", "") in told
    assert "1 of 2 criteria met. Theorem 9 does not cover it." in re.sub(r"\s+", " ", Document(front).text)
    ((_, image),) = [element for element in Document(text).elements if element[0] == "img"]
    assert image["alt"] == "the phantom: what is to be found"
    drawn = np.array(Image.open(io.BytesIO(base64.b64decode(image["src"].removeprefix("data:image/png;base64,")))))
    assert (drawn == np.rint(np.clip(shown_experiment.PIXELS, 0, 1) * 255)).all()
    assert "img-src data:;" in text and "img-src" not in front


@pytest.mark.parametrize("png", ["PHN2Zz4=", 'iVBORw0KGgo" onerror="x', ""])
def test_what_is_no_picture_is_refused(png, ledger, monkeypatch, tmp_path):
    made = shown_experiment.shown(monkeypatch)
    made["pictures"][0]["png"] = png
    ledger["claims"].append(made)
    with pytest.raises(ValueError, match=re.escape(".pictures[0].png")):
        write_site(ledger, tmp_path)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x_0 <= eta/sqrt(k + 1), 1/sqrt(k), mu c (k + 1)", "x<sub>0</sub> ≤ η/√(k + 1), 1/√k, μ c (k + 1)"),
        ("||g||_1^2 != I_{p_min}(kappa)", "‖g‖<sub>1</sub><sup>2</sup> ≠ I<sub>p_min</sub>(κ)"),
        ("x_{k+1} of `own/theorem-1.eta`, music", "x<sub>k+1</sub> of own/theorem-1.eta, music"),
        ("a_<script>^2 & <b>", "a_&lt;script&gt;^2 &amp; &lt;b&gt;"),
    ],
)
def test_formulas_in_sentences_are_read_as_formulas(text, read):
    assert filters.prose(text) == read


def test_an_axis_shows_every_curve_and_not_all_decades():
    fast, slow = [1.0, 1e-150, 1e-300], [1e-3, 1e-4, 1e-5]
    runs = [
        {"instance": name, "k": [0, 1, 2], "measured": run, "bound": [2.0] * 3}
        for name, run in (("a", fast), ("b", slow))
    ]
    spec = chart(runs).spec
    assert spec is not None and spec["encoding"]["y"]["scale"]["domain"] == pytest.approx([1e-33, 2.0])
    assert chart(runs).cut == 30
    near = chart(runs[1:])
    assert near.spec is not None and "domain" not in near.spec["encoding"]["y"]["scale"] and near.cut is None


def test_a_curve_that_leaves_the_picture_is_said_to(ledger, tmp_path):
    run = {"instance": "one", "k": [0, 1], "measured": [1.0, 1e-300], "bound": [1.0, 1.0]}
    ledger["claims"][2]["series"] = [run]
    page = tmp_path / "claims" / file_names([claim["id"] for claim in ledger["claims"]])[ledger["claims"][2]["id"]]
    for least, said in ((1e-300, True), (1e-3, False)):
        run["measured"][1] = least
        write_site(ledger, tmp_path)
        assert ("at least 30 powers of ten" in page.read_text(encoding="utf-8")) == said


def test_a_long_formula_is_no_title_of_an_axis(ledger):
    claim = ledger["claims"][2]
    for measure, title in (
        ("Sum(E[||G(x_l)||_2**2], (l, 0, -1 + T))/T", "measured and bound"),
        ("min_{l <= k} ||g_l||_***2", "min_{l ≤ k} ‖g_l‖_*^2"),
    ):
        claim["measure"] = {"text": measure, "latex": "x"}
        panels = claim_page(claim, file_names([one["id"] for one in ledger["claims"]]), ledger)["panels"]
        assert panels[0]["chart"].spec["encoding"]["y"]["axis"]["title"] == f"{title}  (log scale)"


def test_late_times_are_written_short():
    run = {"instance": "a", "t": [1e4, 1e6, 1e8], "measured": [1.0, 0.5, 0.1], "bound": [1.0] * 3}
    drawn = svg(chart([run]).spec | {"width": 300})
    assert "1e+8" in drawn and "100000000" not in re.sub("<[^>]*>", " ", drawn)


def test_flows_are_drawn_over_time():
    spread = {name: [0.2, 0.5] for name in ("least", "lower", "median", "upper", "largest")} | {"t": [0.25, 256.0]}
    spec = spread_chart(spread, "one")
    assert [row["t"] for row in spec["data"]["values"]] == [0.25, 256.0]
    assert spec["layer"][0]["encoding"]["x"]["scale"]["type"] == "log"
    assert svg(spec | {"width": 300}).count("mark-area") == 2
    for times, kind in (([0.01, 1.0, 50.0], "log"), ([0.0, 1.0, 2.0], "linear")):
        drawn = chart([{"instance": "a", "t": times, "measured": [1.0, 0.5, 0.1], "bound": [1.0] * 3}]).spec
        assert drawn is not None and drawn["encoding"]["x"]["scale"]["type"] == kind


def test_every_tone_can_be_read_on_paper_and_in_the_dark():
    """Contrast of text and ground as WCAG 2 defines it: 4.5 or more."""
    style = (ROOT / "report/templates/site.css").read_text(encoding="utf-8")
    sides = style.split("@media screen and (prefers-color-scheme: dark)")

    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for side in sides:
        tones = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", side.partition("}")[0]))
        for tone in ("ink", "quiet", "link", "green", "blue", "red", "ochre", "teal", "plum"):
            for ground in ("paper", "raised"):
                low, high = sorted((light(tones[tone]), light(tones[ground])))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (tone, ground)


def test_a_run_that_changes_its_sign_has_a_linear_axis():
    run = {"instance": "witness", "k": [0, 1, 2], "measured": [0.5, -0.5, 0.2], "bound": [0.5, -0.5, -0.2]}
    drawn = chart([run], "x_k", linear=True)
    assert drawn.omitted == () and drawn.spec is not None
    assert drawn.spec["encoding"]["y"]["scale"]["type"] == "linear"
    assert drawn.spec["encoding"]["y"]["axis"]["title"] == "x_k"
    picture = svg(drawn.spec | {"width": 300})
    assert ">formula<" in picture and ">−0.4<" in picture
