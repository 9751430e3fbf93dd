"""axe-core finds nothing on any kind of page, light or dark, wide or narrow, and no page is wider than its window."""

from __future__ import annotations

import json

import pytest
from browsing import browser, needs_chromium
from places import TESTS

from signproof.report.site import write_site

pytestmark = needs_chromium
KINDS = json.loads((TESTS / "data" / "kinds.json").read_text(encoding="utf-8"))
"""A claim of each kind and verdict that tests/data/ledger.json has not; theorem-2.1's printed proof is rejected."""
SAMPLE = json.loads((TESTS / "data" / "ledger.json").read_text(encoding="utf-8"))


SLOW = [
    pytest.param(ledger, *window, id=f"{name} {window[0]}", marks=pytest.mark.slow)
    for name, ledger in (("kinds", KINDS), ("sample", SAMPLE))
    for window in (("light", 1280), ("dark", 1280), ("light", 390))
]


@pytest.mark.parametrize(("ledger", "scheme", "width"), [pytest.param(KINDS, "dark", 390, id="phone"), *SLOW])
def test_nothing_bars_a_reader(tmp_path, ledger, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    front, found = write_site(ledger, tmp_path), []
    with browser() as started:
        page = started.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        for place in (front, *sorted((front.parent / "claims").glob("*.html"))):
            page.goto(place.as_uri())
            page.wait_for_function("!document.querySelector('figure[data-chart=waiting]')")
            page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
            violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            found += [(place.name, each["id"], each["nodes"][0]["html"][:120]) for each in violations]
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [(place.name, "wider than the window", wide)] if wide > width else []
    assert found == []
