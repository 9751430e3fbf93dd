"""What several test files share."""

from __future__ import annotations

import os
import tempfile

import pytest

from signproof.judging import judge
from signproof.theory.catalog import catalog


@pytest.fixture(scope="session")
def entries():
    """The ledger's entries of a quick run over all claims of the papers."""
    found = judge([], list(catalog().values()), "quick", 0, 1, lambda text: None)
    return sorted(found, key=lambda entry: list(catalog()).index(entry["id"]))


def pytest_configure(config):
    """What JAX compiles in one of the test processes, or in a program that a test starts, serves all of this run."""
    if not hasattr(config, "workerinput"):
        directory = tempfile.TemporaryDirectory(prefix="signproof-compiled-")
        config.add_cleanup(directory.cleanup)
        os.environ["JAX_COMPILATION_CACHE_DIR"] = directory.name
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"


def pytest_itemcollected(item):
    """Run in parallel, the tests that look at one and the same run of all claims stay with one process."""
    if "entries" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("entries"))


def pytest_terminal_summary(terminalreporter):
    """What tests have to say of their own counts, by `record_property("said", ...)`."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    words = [text for report in reports for name, text in report.user_properties if name == "said"]
    if words:
        terminalreporter.section("counts")
        terminalreporter.write_line("\n".join(words))
