"""The Chromium that tests drive, if there is one.

Where CI is set, a missing one is a failure: `.ci/run` installs it. If that is impossible, as without Debian's mirror,
it says so loudly and in CHROMIUM_MISSING, and the tests are skipped for that reason.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
INSTALL = "no Chromium on PATH; Debian: apt-get install --no-install-recommends chromium, then run the tests again"


def without(environment: Mapping[str, str]) -> str:
    """Why tests may do without a Chromium that is not there; empty if they may not."""
    said = environment.get("CHROMIUM_MISSING", "")
    return said or ("" if environment.get("CI") == "true" else INSTALL)


needs_chromium = pytest.mark.skipif(CHROMIUM is None and bool(without(os.environ)), reason=without(os.environ))


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright. A test fails in one line if it may not do without it."""
    if CHROMIUM is None:
        pytest.fail(f"CI is set, and there is {INSTALL}", pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()
