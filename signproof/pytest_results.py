"""What the tests of a run found out about claims: kept, summed up at the end, and written where asked.

The tests may run in other processes (pytest-xdist); their records come with their reports. Only the first process
keeps results and writes files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

RECORDS: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
"""What a test has found out so far: dictionaries that JSON can hold."""
ATTRIBUTE = "signproof"
"""The attribute of a test's report that carries its records, as JSON."""
VERDICTS = ("proved", "supported", "refuted", "inconsistent", "vacuous", "open")
"""In the order of the summary."""
COLORS = {"proved": "green", "supported": "cyan", "refuted": "red", "inconsistent": "red", "vacuous": "purple"}
LARGEST_RATIO = 1000
"""Ratios up to which the summary shows decimals."""


def shown(path: Path) -> Path:
    """A path as a reader at the command line would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def record(item: pytest.Item, found: dict[str, Any]):
    """Keep what a test has found out, for the report of its current phase."""
    item.stash.setdefault(RECORDS, []).append(found)


def witness_file(config: pytest.Config, id: str) -> Path | None:
    """Where the witness against a claim is written: in pytest's cache, or nowhere if it is switched off."""
    cache = getattr(config, "cache", None)
    return None if cache is None else cache.mkdir("signproof") / f"{re.sub(r'[^A-Za-z0-9.]+', '-', id)}.json"


class Results:
    """Of a run: the claims by the test file and name they stand under."""

    def __init__(self, config: pytest.Config):
        self.config = config
        self.claims: dict[tuple[str, str], dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport):
        for found in json.loads(getattr(report, ATTRIBUTE, "[]")):
            self._add(report.nodeid.split("::")[0], found)

    def _add(self, file: str, found: dict[str, Any]):
        """A claim's verdict is that of its ::check; its ::proof, alone, can show that it is proved, and its ::search
        that it is refuted."""
        known = self.claims.setdefault((file, found["id"]), found)
        if found is known:
            pass
        elif found["part"] == "check":
            self.claims[file, found["id"]] = found | {"verdict": _both(found["verdict"], known["verdict"])}
        else:
            known["verdict"] = _both(known["verdict"], found["verdict"])
            known["entry"] = known["entry"] or found["entry"]
        if found["witness"] is not None:
            place = witness_file(self.config, found["id"])
            if place is not None:
                from signproof.report.ledger import write

                write(found["witness"], place)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self):
        option = self.config.option
        entries = [found["entry"] for found in self.claims.values() if found["entry"] is not None]
        if not (option.signproof_json or option.signproof_html) or not entries:
            return
        from signproof.report import ledger

        whole = ledger.ledger(entries, option.signproof_profile, option.signproof_seed)
        if option.signproof_json:
            ledger.write(whole, option.signproof_json)
        if option.signproof_html:
            from signproof.report.page import write_page

            write_page(whole, option.signproof_html)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter):
        if not self.claims:
            return
        terminalreporter.write_sep("=", "signproof")
        colored = self.config.get_terminal_writer().markup
        found = sorted(self.claims.values(), key=lambda found: VERDICTS.index(found["verdict"]))
        width = max(len(entry["id"]) for entry in found)
        for entry in found if self.config.option.verbose >= 0 else ():
            verdict = colored(f"{entry['verdict']:<13}", **{COLORS.get(entry["verdict"], "yellow"): True})
            terminalreporter.write_line(f"{verdict}{entry['id']:<{width}}  {_ratio(entry['ratio'])}".rstrip())
        counts = [(sum(entry["verdict"] == verdict for entry in found), verdict) for verdict in VERDICTS]
        terminalreporter.write_line(", ".join(f"{count} {verdict}" for count, verdict in counts if count))


def _both(one: str, other: str) -> str:
    """The verdict when two tests of the same claim found these."""
    if {one, other} == {"proved", "refuted"}:
        return "inconsistent"
    return min(one, other, key=("inconsistent", "refuted", "proved", "vacuous", "supported", "open").index)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"tightness {ratio:.4f}" if ratio < LARGEST_RATIO else f"tightness {ratio:.0e}"
