"""What the tests of a run found out about claims: kept, summed up at the end, and written where asked.

The tests may run in other processes (pytest-xdist); their records come with their reports. Only the first process
keeps results and writes files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from signproof.checks.variants.row import Row

RECORDS: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
"""What a test has found out so far: dictionaries that JSON can hold."""
CUT: pytest.StashKey[bool] = pytest.StashKey()
"""Whether processes that judge claims were lost, so that not all claims of the run are judged."""
ATTRIBUTE = "signproof"
"""The attribute of a test's report that carries its records, as JSON."""
BASELINE = "signproof-baseline.json"
"""The file beside the tests that says what was found of variants before."""
VERDICTS = (
    "proved", "supported", "reproduced", "refuted", "not reproduced", "inconsistent", "vacuous", "open",
    "holds", "broken", "broken as shipped", "undecided", "failed",
)  # fmt: skip
"""On claims, then on variants, in the order of the summary."""
STRONGEST = (
    "inconsistent", "refuted", "proved", "not reproduced", "reproduced", "vacuous", "supported", "open",
)  # fmt: skip
"""Of what two tests of a claim say, the former of these is its verdict; proved and refuted together are neither."""
COLORS = {
    "proved": "green",
    "supported": "cyan",
    "refuted": "red",
    "inconsistent": "red",
    "vacuous": "purple",
    "holds": "green",
    "broken": "red",
    "broken as shipped": "red",
    "failed": "red",
}
WIDTH = 18
"""Columns of a verdict in the summary."""
LARGEST_RATIO = 1000
"""Ratios up to which the summary shows decimals."""


def shown(path: Path) -> Path:
    """A path as a reader at the command line would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def record(item: pytest.Item, found: dict[str, Any]) -> None:
    """Keep what a test has found out, for the report of its current phase."""
    item.stash.setdefault(RECORDS, []).append(found)


def witness_file(config: pytest.Config, id: str, part: str) -> Path | None:
    """Where a test's witness against a claim is written: in pytest's cache, or nowhere if it is switched off."""
    cache = getattr(config, "cache", None)
    if cache is None:
        return None
    name = re.sub(r"[^A-Za-z0-9.]+", "-", id) + (".search" if part == "search" else "")
    return cache.mkdir("signproof") / f"{name}.json"


class Results:
    """Of a run: the claims by the test file and name they stand under."""

    def __init__(self, config: pytest.Config):
        self.config = config
        self.claims: dict[tuple[str, str], dict[str, Any]] = {}
        self.rows: dict[Path, list[Row]] = {}
        self.baselines: set[Path] = set()
        self.partial = False
        self.said: list[str] = []

    def check_baselines(self, folders: Iterable[Path]) -> None:
        """Raises UsageError, in one line, if a baseline in one of the folders cannot be read."""
        self.baselines |= {place for folder in folders if (place := folder / BASELINE).exists()}
        for place in self.baselines:
            self._baseline(place)

    def _baseline(self, place: Path) -> dict[str, Any]:
        from signproof.report import variant_baseline
        from signproof.theory.misuse import Misuse

        try:
            return variant_baseline.read(place)
        except Misuse as error:
            raise pytest.UsageError(str(error).replace(str(place), str(shown(place)))) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.check_baselines({(self.config.rootpath / id.split("::")[0]).parent for id in ids})
        self.partial |= bool(self.config.option.keyword or self.config.option.markexpr)

    def pytest_deselected(self):
        self.partial = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.split("::")[0]
        for found in json.loads(getattr(report, ATTRIBUTE, "[]")):
            if "row" in found:
                from signproof.checks.variants.row import Row

                self.rows.setdefault((self.config.rootpath / file).parent, []).append(Row(**found["row"]))
            else:
                self._add(file, found)

    def _add(self, file: str, found: dict[str, Any]) -> None:
        known = self.claims.setdefault((file, found["id"]), found)
        if found is not known:
            self.claims[file, found["id"]] = _both(known, found)
        if found["witness"] is not None:
            place = witness_file(self.config, found["id"], found["part"])
            if place is not None:
                from signproof.report.ledger import write

                write(found["witness"], place)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        from signproof.theory.misuse import Misuse

        try:
            self._write_baselines()
        except Misuse as error:
            self.said.append(str(error))
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        cut = exitstatus == pytest.ExitCode.INTERRUPTED or bool(session.shouldstop or session.shouldfail)
        self._write_ledger(cut or self.config.stash.get(CUT, False))

    def _write_baselines(self):
        option = self.config.option
        if not (option.signproof_update or option.signproof_update_new):
            return
        from signproof.report import variant_baseline

        for folder, rows in self.rows.items():
            if option.signproof_update:
                variant_baseline.update(folder / BASELINE, rows, complete=self._whole())
                self.said.append(f"baseline updated: {shown(folder / BASELINE)}")
            else:
                new = variant_baseline.add_new(folder / BASELINE, rows)
                self.said.append(f"{len(new)} entries added to the baseline {shown(folder / BASELINE)}")

    def _whole(self) -> bool:
        """Whether all tests of the folders were run, so that what was not asked is no longer asked."""
        return not self.partial and all(
            Path(self.config.invocation_params.dir, arg).is_dir() for arg in self.config.args
        )

    def _stale(self) -> list[str]:
        """Entries of baselines that nothing answers to."""
        from signproof.report import variant_baseline

        whole, lines = self._whole(), []
        for place in sorted(self.baselines | {folder / BASELINE for folder in self.rows}):
            rows, baseline = self.rows.get(place.parent, []), self._baseline(place)
            stale = [*variant_baseline.compare(rows, baseline, complete=whole).stale]
            if whole:
                stale += [f"{name}: no longer tested" for name in sorted({*baseline} - {row.variant for row in rows})]
            lines += [f"stale in {shown(place)}: {line}" for line in stale]
        return lines

    def _write_ledger(self, partial: bool) -> None:
        option = self.config.option
        entries = [found["entry"] for found in self.claims.values() if found["entry"] is not None]
        if not (option.signproof_json or option.signproof_html):
            return
        from signproof.report import ledger

        made = ledger.ledger(entries, option.signproof_profile, option.signproof_seed, partial)
        written = []
        if option.signproof_json:
            written.append((ledger.keep(made, option.signproof_json), option.signproof_json))
        if option.signproof_html and entries:
            from signproof.report.site import keep_site

            written.append((keep_site(made, option.signproof_html), option.signproof_html / "index.html"))
        self.said += [
            f"{shown(meant)} holds more than this run and was left unchanged; written: {shown(place)}"
            for place, meant in written
            if place != meant
        ]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        stale = self._stale()
        if not (self.claims or self.rows or stale):
            return
        terminalreporter.write_sep("=", "signproof")
        colored = self.config.get_terminal_writer().markup
        lines = [(found["verdict"], found["id"], _remark(found["entry"])) for found in self.claims.values()]
        rows = [row for rows in self.rows.values() for row in rows if row.status != "not applicable"]
        lines += [(row.status, f"{row.variant}: {row.claim}", _ratio("measured/bound", row.ratio)) for row in rows]
        lines.sort(key=lambda line: VERDICTS.index(line[0]))
        width = max((len(what) for _, what, _ in lines), default=0)
        for verdict, what, ratio in lines if self.config.option.verbose >= 0 else ():
            shown = colored(f"{verdict:<{WIDTH}}", **{COLORS.get(verdict, "yellow"): True})
            terminalreporter.write_line(f"{shown}{what:<{width}}  {ratio}".rstrip())
        counts = [(sum(verdict == each for verdict, _, _ in lines), each) for each in VERDICTS]
        if lines:
            terminalreporter.write_line(", ".join(f"{count} {verdict}" for count, verdict in counts if count))
        for text in (*self.said, *stale):
            terminalreporter.write_line(text)


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What two tests of the same claim found out."""
    check, further = (other, one) if other["part"] == "check" else (one, other)
    verdicts = {one["verdict"], other["verdict"]}
    verdict = "inconsistent" if verdicts == {"proved", "refuted"} else min(verdicts, key=STRONGEST.index)
    entry = check["entry"] or further["entry"]
    if check["entry"] is not None and verdict != check["verdict"]:
        entry = check["entry"] | {"verdict": verdict}
        if further["entry"] is not None:
            evidence = check["entry"]["evidence"] + further["entry"]["evidence"]
            entry |= {"evidence": evidence, "witness": further["witness"], "tightness": further["entry"]["tightness"]}
    return check | {"verdict": verdict, "entry": entry}


def _remark(entry: dict[str, Any] | None) -> str:
    """How tight a claim is, whether it may be about nothing, and who judged it if not signproof."""
    if entry is None:
        return ""
    from signproof.report.ledger import UNKNOWN, foreign, ratio_text, unexhibited

    ratio, doubt = ratio_text(entry), UNKNOWN if unexhibited(entry) else ""
    return "  ".join(part for part in (f"tightness {ratio}" if ratio else "", doubt, foreign(entry)) if part)


def _ratio(what: str, ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{what} {ratio:.4f}" if ratio < LARGEST_RATIO else f"{what} {ratio:.0e}"
