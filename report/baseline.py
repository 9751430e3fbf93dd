"""The baseline: the verdicts that a run is compared with, by profile. Only `--update-baseline` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from signproof.report.ledger import LedgerError, write_atomically

SCHEMA = "signproof-baseline/1"
PATH = Path(__file__).parent / "baseline.json"


def changes(entries: Iterable[dict[str, Any]], profile: str) -> list[str]:
    """A line for each claim whose verdict is not the baseline's; a claim that it lacks is new and no change.

    Raises LedgerError if the baseline cannot be read.
    """
    known = _read().get(profile, {})
    return [
        f"{entry['id']}: {entry['verdict']}, was {known[entry['id']]} in the baseline"
        for entry in entries
        if known.get(entry["id"], entry["verdict"]) != entry["verdict"]
    ]


def update(entries: Iterable[dict[str, Any]], profile: str) -> None:
    """Enter the verdicts of a run; others stay as they are. Raises LedgerError if it cannot be read or written."""
    profiles = _read()
    verdicts = profiles.get(profile, {}) | {entry["id"]: entry["verdict"] for entry in entries}
    profiles[profile] = dict(sorted(verdicts.items()))
    text = json.dumps({"schema": SCHEMA, "profiles": dict(sorted(profiles.items()))}, indent=1) + "\n"
    try:
        write_atomically(PATH, text)
    except OSError as error:
        raise LedgerError(f"cannot write the baseline {PATH}: {error.strerror}") from None


def _read() -> dict[str, dict[str, str]]:
    if not PATH.exists():
        return {}
    try:
        data = json.loads(PATH.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LedgerError(f"the baseline {PATH} is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise LedgerError(f"the baseline {PATH} does not have the schema {SCHEMA!r}")
    return data["profiles"]
