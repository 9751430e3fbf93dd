"""What several test files share."""

from __future__ import annotations

import pytest

from signproof.judging import judge
from signproof.theory.catalog import catalog


@pytest.fixture(scope="session")
def entries():
    """The ledger's entries of a quick run over all claims of the papers."""
    found = judge([], list(catalog().values()), "quick", 0, 2, lambda text: None)
    return sorted(found, key=lambda entry: list(catalog()).index(entry["id"]))


def pytest_collection_modifyitems(items):
    """Run in parallel, the tests that look at one and the same run of all claims stay with one process."""
    for item in items:
        if "entries" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("entries"))


def pytest_terminal_summary(terminalreporter):
    """What tests have to say of their own counts, by `record_property("said", ...)`."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    words = [text for report in reports for name, text in report.user_properties if name == "said"]
    if words:
        terminalreporter.section("counts")
        terminalreporter.write_line("\n".join(words))
