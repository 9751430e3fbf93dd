"""The site in a real browser, from disk: it is drawn, filtered, sorted and read without a network or an error."""

from __future__ import annotations

import copy
import csv
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
import shown_experiment
from browsing import browser, needs_chromium
from places import TESTS
from playwright.sync_api import expect

from signproof.report.names import file_names
from signproof.report.site import write_site

SAMPLE = json.loads((TESTS / "data" / "ledger.json").read_text(encoding="utf-8"))
PAGES = file_names(claim["id"] for claim in SAMPLE["claims"])
CLAIMS = sorted(SAMPLE["claims"], key=lambda claim: claim["source"] is None)
"""Those of papers come first on the front page."""
CHARTED = "scaled-sign/theorem-1.1"

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return write_site(SAMPLE, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module", name="browser")
def _browser():
    with browser() as started:
        yield started


@pytest.fixture
def page(browser, site):
    """The front page; at the end no page may have complained or asked for anything but files of the site."""
    troubles: list[str] = []
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    own = site.parent.as_uri()
    page.on("request", lambda asked: None if asked.url.startswith((own, "blob:")) else troubles.append(asked.url))
    page.goto(site.as_uri())
    yield page
    context.close()
    assert troubles == []


def shown(page) -> list[str]:
    return page.eval_on_selector_all(
        "table.claims tbody tr", "rows => rows.filter(row => row.offsetParent).map(row => row.dataset.name)"
    )


def test_the_table_is_filtered(page):
    ids = [claim["id"] for claim in CLAIMS]
    assert shown(page) == ids and page.text_content(".found") == f"{len(ids)} of {len(ids)} claims"
    page.select_option("[name=verdict]", "refuted")
    refuted = [claim["id"] for claim in CLAIMS if claim["verdict"] == "refuted"]
    assert shown(page) == refuted
    page.select_option("[name=paper]", "scaled-sign")
    assert shown(page) == [id for id in refuted if id.startswith("scaled-sign")]
    page.click("button[type=reset]")
    expect(page.locator(".found")).to_contain_text("9 of")
    page.fill("[name=text]", "THEOREM-1 gd")
    assert shown(page) == ["scaled-sign/theorem-1.1", "scaled-sign/theorem-1.3"]
    page.fill("[name=text]", "no such claim")
    assert shown(page) == [] and page.text_content(".found").startswith(f"0 of {len(ids)} claims: no claim matches")


def test_the_filters_stand_in_the_address(page, site):
    page.select_option("[name=verdict]", "refuted")
    page.fill("[name=text]", "theorem & more")
    address = "location.href"  # Playwright hears of it a little later
    assert page.evaluate(address).endswith("#claims?text=theorem+%26+more&verdict=refuted")
    page.fill("[name=text]", "")
    address, refuted = page.evaluate(address), shown(page)
    page.goto("about:blank")
    page.goto(address)
    assert shown(page) == refuted and page.input_value("[name=verdict]") == "refuted"
    page.click("button[type=reset]")
    expect(page.locator(".found")).to_contain_text("9 of")
    assert page.evaluate("location.href") == site.as_uri() + "#claims"


def test_a_count_leads_to_its_claims(page):
    page.click(".counts .vacuous a")
    expect(page.locator(".found")).to_contain_text("1 of")
    assert shown(page) == [claim["id"] for claim in SAMPLE["claims"] if claim["verdict"] == "vacuous"]


def test_the_table_is_sorted(page):
    ratio = {claim["id"]: (claim["tightness"] or {}).get("ratio") for claim in SAMPLE["claims"]}
    for way, sign in (("descending", -1), ("ascending", 1)):
        page.click("th[data-sort=tightness] button")
        assert page.get_attribute("th[data-sort=tightness]", "aria-sort") == way
        known = [ratio[id] for id in shown(page) if ratio[id] is not None]
        assert known == sorted(known, key=lambda value: sign * value) and len(known) > 1
        assert [ratio[id] for id in shown(page)][len(known) :] == [None] * (len(ratio) - len(known))
    page.focus("th[data-sort=verdict] button")
    page.keyboard.press("Enter")
    verdicts = [next(claim["verdict"] for claim in SAMPLE["claims"] if claim["id"] == id) for id in shown(page)]
    order = ["proved", "supported", "refuted", "vacuous", "open"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert page.locator("[aria-sort]").count() == 1


def test_nodes_of_the_graph_lead_to_claim_pages(page, site):
    names = page.locator(".network a:not([tabindex])").all_text_contents()
    assert len(names) > 2
    for name in names:
        page.goto(site.as_uri())
        page.locator(".network a:not([tabindex])", has_text=re.compile(f"^{re.escape(name)}$")).click()
        id = next(id for id in (name, f"scaled-sign/{name}") if id in PAGES)
        assert Path(unquote(page.url)).name == PAGES[id]
        assert page.text_content("h1") == id
        page.click(".trail a")
        assert page.url == site.as_uri()


def test_on_a_phone_the_graph_is_a_list(page, site):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(site.as_uri() + "?narrow")
    assert not page.locator(".network").first.is_visible()
    assert page.locator(".rests li").first.is_visible()


def test_a_node_that_is_pointed_at_shows_its_own_lines(page):
    page.locator(".network text", has_text="theorem-1.zeta").first.hover()
    lit = page.eval_on_selector_all(".network path.on", "paths => paths.map(path => path.getAttribute('aria-label'))")
    assert lit and all("theorem-1.zeta" in label for label in lit)
    assert len(lit) < page.locator(".network path[aria-label*=' → ']").count()


def test_every_page_is_drawn(page, site):
    drawn: Counter[str] = Counter()
    for id, name in PAGES.items():
        page.goto((site.parent / "claims" / name).as_uri())
        assert page.locator("h1").inner_text() == id
        expect(page.locator("figure[data-chart=waiting]")).to_have_count(0)
        assert page.locator("figure[data-chart=failed]").count() == 0
        for figure in page.locator("figure[data-chart=drawn]").all():
            box = figure.locator("svg").bounding_box()
            assert box and box["width"] > 150 and box["height"] > 80
            marks = figure.locator("svg :is(.mark-line, .mark-area, .mark-rect, .mark-symbol) path[d]").count()
            assert marks > 0
            drawn[id] += 1
    assert drawn[CHARTED] == 6  # three families, a band, a histogram and a map


def test_charts_are_saved(page, site):
    page.goto((site.parent / "claims" / PAGES[CHARTED]).as_uri())
    figure = page.locator("figure[data-name$=-runs][data-chart=drawn]").first
    with page.expect_download() as svg:
        figure.locator("[data-save=svg]").click()
    drawing = Path(svg.value.path()).read_text(encoding="utf-8")
    assert drawing.startswith("<svg") and "var(--" not in drawing and "#0072b2" in drawing
    with page.expect_download() as table:
        figure.locator("[data-save=csv]").click()
    assert table.value.suggested_filename == "scaled-sign-theorem-1.1-diagonal-quadratics-runs.csv"
    rows = list(csv.DictReader(Path(table.value.path()).read_text(encoding="utf-8").splitlines()))
    claim = next(claim for claim in SAMPLE["claims"] if claim["id"] == CHARTED)
    runs = [run for run in claim["series"] if run["instance"].startswith("diagonal quadratics, ")]
    assert [int(row["k"]) for row in rows] == [k for run in runs for k in run["k"]]
    measured = [value for run in runs for value in run["measured"]]
    assert [float(row["measured"]) for row in rows if row["measured"]] == pytest.approx(
        [value for value in measured if value is not None], rel=1e-8
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(page, site, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for place in (site, site.parent / "claims" / PAGES[CHARTED], site.parent / "claims" / PAGES["mine/rate"]):
        page.goto(place.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ink, paper = (page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor"))
        light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper)]
        assert (light[0] > light[1]) == (scheme == "dark") and abs(light[0] - light[1]) > 400


def test_a_hostile_name_stays_text(page, site):
    id = next(claim["id"] for claim in SAMPLE["claims"] if "<script>" in claim["id"])
    page.goto((site.parent / "claims" / PAGES[id]).as_uri())
    assert page.text_content("h1") == id


def test_on_a_phone_the_table_is_cards_that_sort_and_filter(page):
    page.set_viewport_size({"width": 390, "height": 800})
    box = page.locator(".scroll:has(table.claims)")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    for cell in page.locator("table.claims tbody tr").first.locator("th, .verdict, .says").all():
        place = cell.bounding_box()
        assert place and place["x"] >= 0 and place["x"] + place["width"] <= 390 and place["height"] > 10
    page.focus("th[data-sort=tightness] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th[data-sort=tightness]", "aria-sort") == "descending"
    page.select_option("[name=verdict]", "refuted")
    assert sorted(shown(page)) == sorted(claim["id"] for claim in CLAIMS if claim["verdict"] == "refuted")
    assert page.get_by_role("row").count() == 4  # the heading and three claims: cards are still a table


def test_the_theorems_at_a_glance_are_in_the_first_window(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    place = page.locator(".glance").bounding_box()
    assert place and place["y"] + place["height"] < 900
    assert page.locator(".glance .refuted a").get_attribute("href") == f"claims/{PAGES['scaled-sign/theorem-2.1']}"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_an_experiment_shows_its_pictures_and_curves(page, site, monkeypatch, tmp_path, width):
    ledger = copy.deepcopy(SAMPLE)
    ledger["claims"].append(shown_experiment.shown(monkeypatch))
    place = site.parent / f"experiment-{width}"  # below the site, whose files a page may ask for
    write_site(ledger, place)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((place / "claims" / "signprox-figure-9.html").as_uri())
    expect(page.locator("figure[data-chart=drawn]")).to_have_count(1)
    assert page.locator("figure[data-chart] svg .mark-line path[d]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    greys = page.evaluate(
        """() => {
            const image = document.querySelector("img"), canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth, canvas.height = image.naturalHeight;
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            return [...context.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, n) => n % 4 === 0);
        }"""
    )
    assert len(greys) == 12 and len(set(greys)) > 8
