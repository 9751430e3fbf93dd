"""The ledger: all results of a run, as one JSON document.

It is signproof's interface to other programs; `ledger.schema.json` describes it. Rationals are strings
"p/q".
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

from sympy import Basic

from signproof.checks.verdicts.verdict import JUDGED, LEVELS, UNKNOWN, Evidence, Verdict
from signproof.report.meanings import facts
from signproof.report.next_step import next_step
from signproof.theory.catalog import citations, links
from signproof.theory.derivation.table import TABLE
from signproof.theory.elaboration.graph import graph
from signproof.theory.files import is_stream, write_atomically
from signproof.theory.misuse import Misuse
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.reading import read_json
from signproof.theory.terms.formula import tex, text

SCHEMA = "signproof-ledger/1"


class LedgerError(Misuse):
    """A file is not a ledger, or not of this version; the message is one line."""


PACKAGES = ("signproof", "jax", "jaxlib", "numpy", "python-flint", "scikit-learn", "sympy", "z3-solver")
"""Packages whose versions are recorded."""
DECIDING = {
    "proved": ("proof", "cover"),
    "refuted": ("witness", "statistics"),
    "inconsistent": ("witness", "statistics"),
    "supported": ("run", "orbit"),
    "vacuous": ("vacuity",),
    "reproduced": ("experiment",),
    "not reproduced": ("experiment",),
}
"""The kinds of evidence that a verdict may rest on; "open" rests on none."""
BROKEN = ("refuted", "inconsistent")
"""Verdicts of a claim that fails on an instance."""
LARGEST_RATIO = 1000
"""Ratios up to which a table shows decimals."""


def entry(verdict: Verdict) -> dict[str, Any]:
    """A claim's entry in the ledger."""
    claim, tightness = verdict.claim, verdict.tightness
    found: dict[str, Any] = {
        "id": claim.id,
        "kind": claim.kind,
        "about": claim.about,
        "erratum": claim.erratum,
        "repairs": None if claim.repairs is None else claim.repairs.id,
        "source": None if claim.source is None else {"paper": claim.source.paper, "where": claim.source.where},
        "statement": formula(claim.conclusion),
        **facts(claim),
        "domain": [formula(relation) for relation in claim.domain],
        "verdict": str(verdict.status),
        "instance": verdict.instance,
        "evidence": [_evidence(piece, verdict) for piece in verdict.evidence],
        "lemmas": list(verdict.lemmas),
        "graph": _graph(verdict),
        "tightness": None,
        "witness": None if verdict.witness is None else verdict.witness.to_json(),
        "series": [_finite(series) for series in verdict.series],
    }
    if claim.measure is not None:
        found["measure"] = formula(claim.measure.symbol)
    if verdict.pictures:
        found["pictures"] = list(verdict.pictures)
    if verdict.cells:
        found["tightness_map"] = list(verdict.cells)
    if tightness is not None:
        found["tightness"] = {
            "ratio": tightness.ratio if isfinite(tightness) else None,
            "instance": tightness.instance,
            "what": tightness.what,
            "at": tightness.at,
            "by_step_size": [{"theta": theta, "ratio": ratio} for theta, ratio in tightness.by_step_size],
        }
    return found


def _graph(verdict: Verdict) -> dict[str, Any]:
    """What the accepted proof rests on; if the claim's own was rejected, that one, and the step at which it fails."""
    claim = verdict.claim
    if verdict.certificate is not None:
        return graph(claim, verdict.certificate.proof)
    failed = next((piece.facts["failed"] for piece in verdict.evidence if piece.facts.get("failed")), None)
    rejected = claim.proof if failed is not None else None  # a function that is given as the proof may raise
    return graph(claim, rejected, failed) if isinstance(rejected, Proof) else graph(claim, None)


def bare(verdict: Verdict) -> dict[str, Any]:
    """The entry of a claim whose own parts cannot be serialized: its ID and the verdict."""
    return {
        "id": verdict.claim.id,
        "kind": verdict.claim.kind,
        "about": verdict.claim.about,
        "source": None,
        "statement": {"text": "(it cannot be serialized)", "latex": ""},
        "algorithm": None,
        "assumptions": [],
        "domain": [],
        "verdict": str(verdict.status),
        "evidence": [_evidence(piece, verdict) for piece in verdict.evidence],
        "lemmas": [],
        "graph": {"nodes": [{"kind": "claim", "name": verdict.claim.id}], "edges": []},
        "tightness": None,
        "witness": None,
        "series": [],
    }


def ledger(entries: Iterable[dict[str, Any]], profile: str, seed: int, partial: bool = False) -> dict[str, Any]:
    """The ledger of a run. `partial` says that it was cut short."""
    claims = list(entries)
    used = sorted({lemma for claim in claims for lemma in claim["lemmas"]})
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "profile": profile,
        "seed": seed,
        "partial": partial,
        "environment": environment(),
        "papers": citations(),
        "links": links(),
        "lemmas": {name: {"text": TABLE[name].text, "source": TABLE[name].source} for name in used},
        "claims": claims,
    }


def environment() -> dict[str, Any]:
    """Versions and machine, as far as they can matter for a verdict or a ratio."""
    return {package: version(package) for package in PACKAGES} | {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
    }


def formula(statement: Basic) -> dict[str, str]:
    """A SymPy object as text and as LaTeX."""
    return {"text": text(statement), "latex": tex(statement)}


def read(path: Path) -> dict[str, Any]:
    """The ledger in a file. Raises LedgerError, in one line, if there is none or it is not a ledger."""
    try:
        data = read_json(path)
    except OSError as error:
        raise LedgerError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise LedgerError(f"{path} is not JSON, perhaps truncated: {error}") from None
    try:
        validate(data)
    except LedgerError as error:
        raise LedgerError(f"{path}: {error}") from None
    return data


def validate(data: object) -> None:
    """Raises LedgerError, with the place and the reason, if the data is not a ledger of this version."""
    if isinstance(data, dict) and data.get("schema", SCHEMA) != SCHEMA:
        raise LedgerError(f"its schema is {str(data['schema'])[:40]!r}, not {SCHEMA!r}")
    if _is_ledger(data):
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(_schema()).iter_errors(data))
    if error is not None:
        reason = error.message if len(error.message) <= 120 else error.message[:120] + "..."
        raise LedgerError(f"not a ledger: {error.json_path}: {reason}")


@cache
def _schema() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "ledger.schema.json").read_text(encoding="utf-8"))


def _is_ledger(data: object) -> bool:
    """Whether data surely has the schema: told by compiled code, ten times as fast as where something is wrong."""
    try:
        _compiled()(data)
    except ValueError:
        return False
    return True


@cache
def _compiled() -> Callable[[object], object]:
    import fastjsonschema

    def older(part: Any) -> Any:
        """The same in the words of draft 7, which knows no `prefixItems` and reads nothing beside a `$ref`."""
        if isinstance(part, list):
            return [older(each) for each in part]
        if not isinstance(part, dict):
            return part
        said = {"items" if name == "prefixItems" else name: older(each) for name, each in part.items()}
        if "$ref" not in said or len(said) == 1:
            return said
        return {"allOf": [{"$ref": said.pop("$ref")}, said]}

    schema = older(_schema()) | {"$schema": "http://json-schema.org/draft-07/schema#"}
    return fastjsonschema.compile(schema, use_default=False)


def deciding(entry: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The evidence that a claim's verdict rests on, and its strongest level; nothing if the claim is open."""
    kinds = DECIDING.get(entry["verdict"], ())
    pieces = [piece for piece in entry["evidence"] if piece["kind"] in kinds and piece.get("accepted", True)]
    return pieces, min((piece["level"] for piece in pieces), key=LEVELS.index, default="–")


def because(entry: dict[str, Any]) -> str:
    """Why a claim has its verdict, in a few words, how much was tried, and whether it may be about nothing."""
    return (
        (f"{foreign(entry)}: " if foreign(entry) else "")
        + _reason(entry)
        + (f"; {UNKNOWN}" if unexhibited(entry) else "")
        + (f". Next: {step}" if (step := next_step(entry)) else "")
    )


def foreign(entry: dict[str, Any]) -> str:
    """Who judged a claim, in a few words, if it was none of signproof's kinds; else empty."""
    return next((f"{JUDGED} {piece['judge']}" for piece in entry["evidence"] if "judge" in piece), "")


def unexhibited(entry: dict[str, Any]) -> bool:
    """Whether a claim's verdict says that it holds, but not of anything that is known to exist."""
    return entry["verdict"] in ("proved", "supported") and entry.get("instance") == "none known"


def _reason(entry: dict[str, Any]) -> str:
    pieces, _ = deciding(entry)
    runs = [piece for piece in entry["evidence"] if piece["kind"] == "run"]
    broken = sum(run["broken"] for run in runs)
    held = f"held on {sum(run['instances'] for run in runs)} instances" if runs and not broken else ""
    held = f"{broken} comparisons exceed the bound, none confirmed" if broken else held
    if entry["verdict"] == "supported" and runs:
        return held
    if pieces and pieces[0]["kind"] == "experiment":
        missed = [piece["text"] for piece in pieces if not piece["holds"]]
        return missed[0] if missed else f"all {len(pieces)} criteria are met"
    rejected = [piece for piece in entry["evidence"] if piece["kind"] == "proof" and not piece["accepted"]]
    text = (pieces or rejected or entry["evidence"] or [{"text": ""}])[-1]["text"]
    return text + (f"; {held}" if held and entry["verdict"] == "proved" else "")


def ratio_text(entry: dict[str, Any], scientific: str = "{}e{:+03d}") -> str:
    """A claim's tightness to four digits; of what is much too large, the order of magnitude; empty if there is none.

    Where a claim is refuted it is more than 1, and reads so: of what is nearer to 1, what it exceeds 1 by; "∞" where
    the bound that is exceeded is 0 or less. `scientific` writes a mantissa and an exponent.
    """
    tightness, broken = entry["tightness"], entry["verdict"] in BROKEN
    if tightness is None or (tightness["ratio"] is None and not broken):
        return ""
    ratio = tightness["ratio"]
    if ratio is None:
        return "∞"
    mantissa, exponent = f"{ratio - 1 if broken else ratio:.0e}".split("e")
    short = scientific.format(mantissa, int(exponent))
    if broken and f"{ratio:.4f}" == "1.0000":
        return f"1 + {short}"
    return f"{ratio:.4f}" if ratio < LARGEST_RATIO else short


def tightness_text(entry: dict[str, Any]) -> str:
    """A claim's tightness and where it is attained, "1.0000 k=1"; empty if there is none."""
    ratio, at = ratio_text(entry), (entry["tightness"] or {}).get("at", "")
    return f"{ratio} {at.replace(' ', '')}".strip() if ratio else ""


def unjudged(entry: dict[str, Any]) -> str:
    """Why a claim could not be judged, if something was raised meanwhile; else empty."""
    return next((piece["text"] for piece in entry["evidence"] if "raised" in piece), "")


def error_spent(entries: Iterable[dict[str, Any]]) -> list[tuple[float, float]]:
    """The error probability that statistics on gradients were given, for each claim that was tried so: in all its
    comparisons, and in each of them."""
    pieces = [piece for entry in entries for piece in entry["evidence"] if piece["kind"] in ("draws", "statistics")]
    return [(piece["error"], piece["error_of_each"]) for piece in pieces]


def keep(data: dict[str, Any], path: Path) -> Path:
    """Write a ledger; one of an interrupted run does not replace one that holds more, but is written beside it.

    Returns where it was written: the path itself or NAME.partial.json, with a number if need be.
    """
    place = spared(path, len(data["claims"]), _claims_in) if data["partial"] else path
    write(data, place)
    return place


def spared(path: Path, count: int, held: Callable[[Path], int]) -> Path:
    """Where an interrupted run writes what it has: to the path, unless that holds more; then beside it.

    Arguments: where the run was to write; how many results it has; how many a file or folder holds, 0 if there is none.
    """
    place, number = path, 1
    while not is_stream(place) and held(place) > count:
        place = path.with_name(f"{path.stem}.partial{'' if number == 1 else f'-{number}'}{path.suffix}")
        number += 1
    return place


def _claims_in(path: Path) -> int:
    try:
        return len(read(path)["claims"])
    except LedgerError:
        return 0


def write(data: dict[str, Any], path: Path) -> None:
    """Write a ledger as JSON, atomically."""
    write_atomically(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _evidence(piece: Evidence, verdict: Verdict) -> dict[str, Any]:
    found = {"kind": piece.kind, "level": piece.level, "text": piece.text, **_known(piece.facts)}
    if piece.kind != "proof":
        return found  # a function that is given as the proof may raise, and is not asked for nothing
    proof = verdict.claim.proof if verdict.certificate is None else verdict.certificate.proof
    if isinstance(proof, Proof):
        found["steps"] = [_step(number, step) for number, step in enumerate(proof.steps, 1)]
    return found


def _step(number: int, step: Step) -> dict[str, Any]:
    words = getattr(step.by, "words", None)
    by = words if isinstance(words, str) else repr(step.by)  # a user may have written a class for an instance of it
    return {"number": number, "name": step.name, "statement": formula(step.statement), "by": by}


def _known(part: Any) -> Any:
    """Facts without numbers that are not finite, which JSON does not have: they are not known."""
    if isinstance(part, dict):
        return {name: _known(entry) for name, entry in part.items()}
    if isinstance(part, list | tuple):
        return [_known(entry) for entry in part]
    return None if isinstance(part, float) and not isfinite(part) else part


def _finite(series: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: what is not finite is not known."""
    infinite = float("inf")
    return {
        name: [None if value is None or not -infinite < value < infinite else value for value in values]
        if isinstance(values, list)
        else values
        for name, values in series.items()
    }
