"""The page to read: a ledger as one HTML file that needs nothing else, neither a network nor a server."""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections import Counter
from datetime import datetime
from decimal import Context, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import lookup

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signproof.report.charts import abscissa, chart, script
from signproof.report.ledger import LedgerError, deciding, validate, write_atomically
from signproof.report.mathml import mathml

VERDICTS = {
    "inconsistent": ("‼", "The kernel accepts a proof and an exact witness breaks the claim: a fault of signproof."),
    "proved": ("✓", "The kernel re-checked a proof step by step, exactly."),
    "supported": ("≈", "Tried on many instances; none broke it. This is no proof."),
    "refuted": ("✗", "A counterexample breaks it, confirmed beyond rounding or at a stated error probability."),
    "vacuous": ("∅", "No non-trivial instance meets its assumptions."),
    "reproduced": ("↻", "The experiment gave the reported outcome again."),
    "not reproduced": ("↯", "The experiment did not give the reported outcome."),
    "open": ("?", "Nothing here decides it."),
}
"""The verdicts in the order of the headline, each with its mark and its meaning."""
LEVELS = {
    "exact": "rational or symbolic arithmetic, no rounding",
    "enclosed": "intervals that certainly hold the value",
    "statistical": "at a stated error probability",
    "sampled": "floating point on instances tried: can support a claim, never prove or refute it",
}
"""What the levels of evidence mean, strongest first."""
SUBOPTIMALITY = {
    "text": "suboptimality f(x_k) − f*",
    "latex": r"\text{suboptimality } V_{k} = f\left(x_{k}\right) - f_{*}",
}
"""What a claim measures that names nothing else, or only V_k."""
ROW, REACH = 20, 150
"""Height of a row and length of the longest arc in the drawing of a graph, in pixels."""
ENTRIES = 12
"""How many entries of a vector in a witness are shown."""


def write_page(ledger: dict, directory: Path) -> Path:
    """Write a ledger as the page `index.html`.

    Arguments: the ledger (what `json.load` returns); the directory, made if it is not there. An old page is
    replaced at once or, if anything fails, left as it was.
    Returns: the path of the page.
    Raises: ValueError, in one line that says what and where, if the ledger has another schema, lacks a field or
    holds what the schema does not allow; OSError if the page cannot be written.
    """
    _check(ledger)
    path = Path(directory) / "index.html"
    write_atomically(path, _render(ledger))
    return path


def _check(ledger: dict) -> None:
    """What the schema says, and what a schema cannot say."""
    validate(ledger)
    try:
        datetime.fromisoformat(ledger["created"])
    except ValueError:
        raise LedgerError(f"not a ledger: $.created: {ledger['created']!r} is no time") from None
    for number, claim in enumerate(ledger["claims"]):
        where = f"not a ledger: $.claims[{number}]"
        for name in claim["lemmas"]:
            if name not in ledger["lemmas"]:
                raise LedgerError(f"{where}.lemmas: {name!r} is missing in $.lemmas")
        for index, run in enumerate(claim.get("series", ())):
            axis = abscissa([run])
            lengths = [len(run[name]) for name in (axis, "measured", "bound")]
            if len(set(lengths)) > 1:
                raise LedgerError(f"{where}.series[{index}]: {axis}, measured and bound have lengths {lengths}")
        graph = claim.get("graph", {"nodes": [], "edges": []})
        for index, (later, earlier) in enumerate(graph["edges"]):
            if not 0 <= earlier < later < len(graph["nodes"]):
                raise LedgerError(f"{where}.graph.edges[{index}]: [{later}, {earlier}] joins no two nodes in order")


def _render(ledger: dict) -> str:
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters |= {
        "breakable": _breakable,
        "count": _count,
        "exactly": _exactly,
        "letter": _letter,
        "mathml": mathml,
        "number": _number,
        "plain": _plain,
        "words": _words,
    }
    anchors = _anchors([claim["id"] for claim in ledger["claims"]])
    places = dict(zip((claim["id"] for claim in ledger["claims"]), anchors, strict=True))
    claims = [_claim(claim, anchor, places) for claim, anchor in zip(ledger["claims"], anchors, strict=True)]
    counts = Counter(claim["verdict"] for claim in claims)
    levels = {claim["level"] for claim in claims}
    code = environment.get_template("page.js").render()
    if any(panel["chart"].spec for claim in claims for panel in claim["panels"]):
        code = script(code)
    return environment.get_template("page.html").render(
        ledger=ledger,
        claims=claims,
        counts={verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
        created=datetime.fromisoformat(ledger["created"]),
        levels={level: meaning for level, meaning in LEVELS.items() if level in levels},
        verdicts=VERDICTS,
        script=Markup(code),
        # The page may run this script and no other, and may fetch nothing.
        script_hash=b64encode(sha256(code.encode()).digest()).decode(),
    )


def _claim(claim: dict, anchor: str, anchors: dict[str, str]) -> dict:
    """The claim with what the template needs beside it."""
    kinds = {kind: [one for one in claim["evidence"] if one["kind"] == kind] for kind in ("proof", "run")}
    measure = claim.get("measure", SUBOPTIMALITY)
    measure = SUBOPTIMALITY if measure["text"] == "V_k" else measure
    return {
        **claim,
        "anchor": anchor,
        "level": deciding(claim)[1],
        "proofs": [proof for proof in kinds["proof"] if proof.get("steps")],
        "runs": kinds["run"],
        "measure": measure,
        "panels": _panels(claim, measure["text"]),
        "drawing": _drawing(claim.get("graph", {"nodes": [], "edges": []}), anchors),
        "witness": claim["witness"] and _witness(claim["witness"], claim["kind"], anchor),
    }


def _drawing(graph: dict, anchors: dict[str, str]) -> dict:
    """The graph as rows, one node in each, and arcs from each node up to those that it rests on."""
    first = next((number for number, node in enumerate(graph["nodes"]) if node["kind"] == "step"), 0)
    rows = [
        {**node, "y": ROW * number + ROW / 2, "anchor": anchors.get(node["name"]) if node["kind"] == "claim" else None}
        | ({"name": f"{number - first + 1}. {node['name']}"} if node["kind"] == "step" else {})
        for number, node in enumerate(graph["nodes"])
    ]
    arcs = [
        {"from": rows[later]["y"], "to": rows[earlier]["y"], "bend": REACH * (later - earlier) / len(rows)}
        for later, earlier in graph["edges"]
    ]
    return {"rows": rows, "arcs": arcs, "height": ROW * len(rows), "reach": REACH}


def _panels(claim: dict, measure: str) -> list[dict]:
    """A chart and a table of numbers for each family among the series, the family's name taken out of theirs."""
    families = sorted((one["family"] for one in claim["evidence"] if one["kind"] == "run"), key=len, reverse=True)
    prefixes = {f"{family}, ": family for family in families} | {"witness: ": "the witness", "": ""}
    grouped: dict[str, list[dict]] = {}
    for run in claim.get("series", ()):
        prefix = next(prefix for prefix in prefixes if run["instance"].startswith(prefix))
        short = {**run, "instance": run["instance"].removeprefix(prefix)}
        grouped.setdefault(prefixes[prefix], []).append(short)
    for sign, pretty in (("**", "^"), ("<=", "≤"), ("||", "‖")):
        measure = measure.replace(sign, pretty)
    return [
        {
            "family": family,
            "series": series,
            "axis": abscissa(series),
            "chart": chart(series, measure),
            "points": _points(series),
        }
        for family, series in grouped.items()
    ]


def _points(series: list[dict]) -> list[tuple[float, list[tuple]]]:
    """The series as a table: for each k or t, the measured value and the bound of every instance."""
    axis = abscissa(series)
    columns = [dict(zip(run[axis], zip(run["measured"], run["bound"], strict=True), strict=True)) for run in series]
    return [(k, [column.get(k, (None, None)) for column in columns]) for k in sorted(set().union(*columns))]


def _witness(witness: dict, kind: str, anchor: str) -> dict:
    """What is told of a witness; `rest` holds the fields that no sentence tells."""
    told = {"schema", "claim", "statement", "kind", "level", "problem", "parameters", "start", "k", "measured", "bound"}
    numbers = None
    if kind in ("bound", "flow") and "measured" in witness and "bound" in witness:
        numbers = _apart(witness["measured"], witness["bound"])
    problem, parameters = witness.get("problem"), witness.get("parameters")
    return {
        "exhibit": witness.get("kind") == "exhibit",
        "problem": problem if isinstance(problem, dict) else {"family": problem} if problem else {},
        "parameters": parameters if isinstance(parameters, dict) else {},
        "start": witness.get("start") or None,
        "k": None if kind in ("flow", "comparison") else witness.get("k"),
        "numbers": numbers,
        "rest": {name: value for name, value in witness.items() if name not in told},
        "file": f"{anchor.removeprefix('claim-')}.witness.json",
        "download": b64encode(json.dumps(witness, indent=1).encode()).decode(),
    }


def _anchors(ids: list[str]) -> list[str]:
    """A fragment identifier for each claim, the same in every page that holds the same claims."""
    anchors: list[str] = []
    for id in ids:
        anchor = "claim-" + re.sub(r"[^\w.]+", "-", id).strip("-")
        taken = sum(other == anchor or other.startswith(anchor + "--") for other in anchors)
        anchors.append(f"{anchor}--{taken + 1}" if taken else anchor)
    return anchors


def _breakable(id: str) -> Markup:
    """An identifier that may go on in the next line after a slash."""
    return Markup("/<wbr>").join(map(Markup.escape, id.split("/")))


def _count(number: int) -> str:
    """1024 as "1 024", with a narrow space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def _number(value: float | Decimal | None, digits: int = 6) -> Markup:
    """A number with so many significant digits; where they would read 1, how far it is from 1."""
    if value is None:
        return Markup("–")
    if not isinstance(value, Decimal) and not math.isfinite(value):
        return Markup("not a number" if math.isnan(value) else "∞" if value > 0 else "−∞")
    exact = Decimal(value)
    text = f"{Context(prec=digits).create_decimal(exact):.{digits}g}"
    if exact != 1 and Decimal(text) == 1:
        return Markup("1 {} {}").format("−" if exact < 1 else "+", _number(abs(exact - 1), 2))
    mantissa, _, exponent = text.replace("-", "−").partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    power = exponent.removeprefix("+")
    return Markup("{} × 10<sup>{}</sup>" if power else "{}").format(mantissa, power)


def _apart(measured: Any, bound: Any) -> tuple[Markup, Markup]:
    """A measured value and a bound below it, each a number or the ends of an interval, told apart by their digits."""
    low = measured[0] if isinstance(measured, list) and measured else measured
    high = bound[-1] if isinstance(bound, list) and bound else bound
    for digits in (6, 12, 24, 48):
        shown = _exactly(low, digits), _exactly(high, digits)
        if shown[0] != shown[1]:
            break
    return (Markup("at least {}").format(shown[0]) if isinstance(measured, list) else shown[0]), shown[1]


def _exactly(value: Any, digits: int = 0) -> Markup:
    """A value of a witness: rationals as they are (and with so many digits, if any), long ones with digits only."""
    if isinstance(value, dict):
        return Markup(", ").join(Markup("{} {}").format(_plain(name), _exactly(part)) for name, part in value.items())
    if isinstance(value, list):
        entries = [_exactly(entry) for entry in value[:ENTRIES]]
        if len(value) > ENTRIES:
            entries.append(Markup("… {} in all").format(len(value)))
        return Markup("({})").format(Markup(", ").join(entries))
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(/0*[1-9]\d*)?", value):
        return Markup.escape(_words(value))
    top, _, bottom = value.partition("/")
    about = _number(Context(prec=60).divide(Decimal(top), Decimal(bottom or 1)), digits or 6)
    if len(value) > 24:
        return Markup("≈\u00a0{}").format(about)
    return Markup("{} (≈\u00a0{})" if digits and bottom else "{}").format(_words(value), about)


def _plain(name: str) -> str:
    """ "DiagonalQuadratic" as "diagonal quadratic", "error_probability" as "error probability"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " "))
    return spaced.lower() if len(name) > 1 else name


def _words(value: Any) -> str:
    """A value of a witness or an environment as text, with a mathematician's minus sign."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("-", "−", 1) if re.fullmatch(r"-[\d./e]+", text) else text


def _letter(name: str) -> str:
    """ "alpha" as α; a name that is no Greek letter stays."""
    try:
        return lookup(f"GREEK SMALL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name
