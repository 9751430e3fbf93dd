"""The baseline: the verdicts that a run is compared with, by profile. Only `--update-baseline` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from signproof.report.ledger import LedgerError, write_atomically
from signproof.theory.reading import read_json

SCHEMA = "signproof-baseline/1"
PATH = Path(__file__).parent / "baseline.json"


def changes(entries: Iterable[dict[str, Any]], profile: str) -> list[str]:
    """A line for each claim whose verdict is not the baseline's; a claim that it lacks is new and no change.

    Raises LedgerError if the baseline cannot be read.
    """
    known = read().get(profile, {})
    return [
        f"{entry['id']}: {entry['verdict']}, was {known[entry['id']]} in the baseline"
        for entry in entries
        if known.get(entry["id"], entry["verdict"]) != entry["verdict"]
    ]


def update(entries: Iterable[dict[str, Any]], profile: str) -> None:
    """Enter the verdicts of a run; others stay as they are. Raises LedgerError if it cannot be read or written."""
    profiles = read()
    verdicts = profiles.get(profile, {}) | {entry["id"]: entry["verdict"] for entry in entries}
    profiles[profile] = dict(sorted(verdicts.items()))
    text = json.dumps({"schema": SCHEMA, "profiles": dict(sorted(profiles.items()))}, indent=1) + "\n"
    try:
        write_atomically(PATH, text)
    except OSError as error:
        raise LedgerError(f"cannot write the baseline {PATH}: {error.strerror}") from None


def read() -> dict[str, dict[str, str]]:
    """The verdicts by profile and ID; none if there is no baseline. Raises LedgerError if it cannot be read."""
    if not PATH.exists():
        return {}
    try:
        data = read_json(PATH)
    except OSError as error:
        raise LedgerError(f"cannot read the baseline {PATH}: {error.strerror}") from None
    except ValueError as error:
        raise LedgerError(f"the baseline {PATH} is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise LedgerError(f"the baseline {PATH} does not have the schema {SCHEMA!r}")
    profiles = data.get("profiles")
    if not isinstance(profiles, dict) or not all(map(_is_verdicts, profiles.values())):
        raise LedgerError(f"the baseline {PATH} is damaged: restore it")
    return profiles


def _is_verdicts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(verdict, str) for verdict in found.values())
