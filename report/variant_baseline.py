"""Baselines of variants: what `signproof variant` and the pytest plugin compare a later run with.

    {"schema": "signproof-variant-baseline/2",
     "variants": {"my_sign": {"scaled-sign/theorem-1.1":
         {"status": "holds", "log_ratio": -0.001, "tightness": 0.998, "step": null,
          "instance": "diagonal quadratics, ...", "check": "variant/2 float64 quick seed 0"}}}}

`log_ratio` is the natural logarithm of the largest measured/bound, which may be far beyond what floats hold well; of
what is broken, `step` and `instance` say where. Baselines of version 1, with ratios, are read, too.
A file is read in full before anything is written, so a file that is not a baseline stays unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, inf, isfinite, log, log1p
from pathlib import Path
from typing import Any

from signproof.checks.variants.row import Row
from signproof.theory.misuse import Misuse
from signproof.theory.reading import read_json

NAME = "signproof-baseline.json"
"""The name of the file, beside the tests it belongs to."""
SCHEMA, FORMER = "signproof-variant-baseline/2", "signproof-variant-baseline/1"
KEPT = ("status", "log_ratio", "tightness", "step", "instance", "check")
"""What is kept of a row."""
SHOWN = 6
"""Decimal places of a logarithm up to which a ratio is shown as a number: beyond, as a power of 10."""
DEFAULT = "float64"
"""The dtype that is not part of a variant's name."""
TOLERANCE = 1e-6
"""The relative increase of a ratio over the baseline that is tolerated. One seed gives one run: what differs between
machines is the rounding of a handful of operations, of the order 1e-13, and the instance that an ascent ends at."""

Baseline = dict[str, dict[str, dict[str, Any]]]
"""For each variant and claim, what was found."""


class BaselineError(Misuse):
    """A file that is not a baseline of this version; the message is one line."""


@dataclass(frozen=True)
class Difference:
    """What got worse or changed for one variant and claim."""

    variant: str
    claim: str
    what: str
    """What differs: "status", "ratio", "tightness" or, of what is broken, "step"."""
    before: Any
    now: Any
    instance: str = ""

    ratios: tuple[float | str | None, float | None] = (None, None)
    """Where the status differs, the ratio before and now."""

    def __str__(self):
        before, now = (str(side) if self.what == "step" else _text(side) for side in (self.before, self.now))
        comma = ","
        if self.what == "status":
            before, now = (
                text if ratio is None else f"{text}, ratio {_text(ratio)}"
                for text, ratio in zip((before, now), self.ratios, strict=True)
            )
            comma = ";"
        where = f" ({self.instance})" if self.instance else ""
        return f"{self.variant}, {self.claim}: {self.what} {now}{comma} was {before} in the baseline{where}"


@dataclass(frozen=True)
class Comparison:
    """Rows beside a baseline.

    Attributes:
        differences: a changed status, or a ratio or tightness that grew by more than the tolerance: a failure.
        stale: lines about entries without a row, or that another check measured: update the baseline.
        new: rows that the baseline lacks; not a failure.
    """

    differences: tuple[Difference, ...]
    stale: tuple[str, ...]
    new: tuple[Row, ...]


def named(name: str, dtype: str) -> str:
    """The name in a baseline of a variant in a dtype."""
    return name if dtype == DEFAULT else f"{name} ({dtype})"


def read(path: Path) -> Baseline:
    """The baseline in a file; empty if there is no file. Raises BaselineError, in one line, if it is not a baseline."""
    try:
        data = read_json(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BaselineError(f"cannot read the baseline {path}: {error.strerror}") from None
    except ValueError as error:
        raise BaselineError(f"the baseline {path} is not JSON: {error}; repair or remove it") from None
    if not isinstance(data, dict) or data.get("schema") not in (SCHEMA, FORMER):
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise BaselineError(f"the baseline {path} has the schema {str(found)[:40]!r}; this version reads {SCHEMA!r}")
    variants = data.get("variants")
    if data["schema"] == FORMER:
        variants = _raised(variants)
    if not isinstance(variants, dict) or not all(_entries(claims) for claims in variants.values()):
        raise BaselineError(f"the baseline {path} is damaged: restore it, or write a new one")
    return variants


def compare(rows: Iterable[Row], baseline: Mapping, tolerance: float = TOLERANCE, complete: bool = True) -> Comparison:
    """Compare rows with a baseline.

    Arguments: the rows of a run; what `read` returned; the relative increase of a ratio or tightness that is tolerated;
    whether the rows are complete for their variants, so that an entry without a row is stale.
    """
    rows = list(rows)
    differences: list[Difference] = []
    stale: list[str] = []
    new: list[Row] = []
    for row in rows:
        before = baseline.get(row.variant, {}).get(row.claim)
        if before is None:
            new.append(row)
            continue
        where = row.instance or row.reason
        if before["status"] != row.status:
            sides, ratios = (before["status"], row.status), (_ratio(before["log_ratio"]), row.ratio)
            differences.append(Difference(row.variant, row.claim, "status", *sides, where, ratios))
            continue
        if before["check"] != row.check:
            stale.append(f"{row.variant}, {row.claim}: measured by {before['check']!r}, now by {row.check!r}")
            continue
        if row.status != "holds":  # how far it is beyond the bound says little: where it is broken first says more
            if None not in (before["step"], row.step) and row.step < before["step"]:
                differences.append(Difference(row.variant, row.claim, "step", before["step"], row.step, where))
            continue
        old, now = before["log_ratio"], log_ratio(row)
        if old is not None and now is not None and now > old + log1p(tolerance):
            differences.append(Difference(row.variant, row.claim, "ratio", _ratio(old), row.ratio, where))
        old, now = before["tightness"], row.tightness
        if old is not None and now is not None and now > old + tolerance * abs(old):
            differences.append(Difference(row.variant, row.claim, "tightness", old, now, where))
    if complete:
        seen = {(row.variant, row.claim) for row in rows}
        for variant in sorted({row.variant for row in rows}):
            gone = (claim for claim in baseline.get(variant, {}) if (variant, claim) not in seen)
            stale += [f"{variant}, {claim}: no longer tested" for claim in gone]
    return Comparison(tuple(differences), tuple(stale), tuple(new))


def update(path: Path, rows: Iterable[Row], complete: bool = False) -> None:
    """Write rows into a baseline. Other entries stay, unless the rows are complete for their variants: then their other
    entries are removed. Raises BaselineError."""
    rows = list(rows)
    variants = read(path)
    for variant in {row.variant for row in rows} if complete else ():
        variants[variant] = {}
    _write(path, variants, rows)


def add_new(path: Path, rows: Iterable[Row]) -> list[Row]:
    """Write, and return, only the rows that a baseline lacks. Raises BaselineError."""
    variants = read(path)
    new = [row for row in rows if row.claim not in variants.get(row.variant, {})]
    if new:
        _write(path, variants, new)
    return new


def _write(path: Path, variants: Baseline, rows: list[Row]) -> None:
    from signproof.report.ledger import write_atomically

    for row in rows:
        variants.setdefault(row.variant, {})[row.claim] = _entry(row)
    ordered = {variant: dict(sorted(claims.items())) for variant, claims in sorted(variants.items())}
    text = json.dumps({"schema": SCHEMA, "variants": ordered}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        write_atomically(path, text)
    except OSError as error:
        raise BaselineError(f"cannot write the baseline {path}: {error.strerror}") from None


def log_ratio(row: Row) -> float | None:
    """The natural logarithm of a row's ratio; None if it has none."""
    return _log(row.ratio)


def _log(ratio: float | None) -> float | None:
    return None if ratio is None or not 0 < ratio < inf else round(log(ratio), 12)


def _ratio(logarithm: float | None) -> float | str | None:
    """A ratio as a number or, if that is huge or tiny, as a power of 10."""
    if logarithm is None or abs(logarithm) < SHOWN * log(10):
        return None if logarithm is None else exp(logarithm)
    return f"10^{logarithm / log(10):.1f}"


def _entry(row: Row) -> dict[str, Any]:
    return {name: log_ratio(row) if name == "log_ratio" else getattr(row, name) for name in KEPT}


def _raised(variants: Any) -> Any:
    """What a baseline of version 1 says, in this version; itself if it is damaged."""
    try:
        return {
            name: {
                claim: {"step": None, "instance": "", "log_ratio": _log(entry["ratio"])}
                | {key: entry[key] for key in ("status", "tightness", "check")}
                for claim, entry in claims.items()
            }
            for name, claims in variants.items()
        }
    except (AttributeError, KeyError, TypeError):
        return None


def _text(side: Any) -> str:
    if isinstance(side, float):
        shown = _ratio(_log(side)) if side else side
        return f"{shown:.6g}" if isinstance(shown, float) else str(shown)
    return str(side)


def _entries(claims: Any) -> bool:
    return isinstance(claims, dict) and all(map(_is_entry, claims.values()))


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not {*KEPT} <= {*entry}:
        return False
    numbers, texts = (entry["log_ratio"], entry["tightness"]), (entry["status"], entry["instance"], entry["check"])
    known = all(number is None or (type(number) in (int, float) and isfinite(number)) for number in numbers)
    step = entry["step"]
    return known and (step is None or type(step) is int) and all(isinstance(text, str) for text in texts)
