"""What the page of a claim shows beside what the ledger says: charts, tables, the drawing of its proof."""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from math import inf
from typing import Any

from signproof.report.charts import abscissa, chart, excess_chart, histogram_chart, spread_chart, tightness_chart
from signproof.report.errata import OWN
from signproof.report.filters import apart, greek
from signproof.report.ledger import BROKEN, because, deciding
from signproof.report.next_step import next_step, reservations

SUBOPTIMALITY = {
    "text": "suboptimality f(x_k) − f*",
    "latex": r"\text{suboptimality } V_{k} = f\left(x_{k}\right) - f_{*}",
}
"""What a claim measures that names nothing else, or only V_k."""
ROW, REACH = 20, 150
"""Height of a row and length of the longest arc in the drawing of a proof, in pixels."""
RESULTS = ("Theorem", "Proposition", "Corollary", "Lemma")
"""How the places of a paper's main results begin."""
LONGEST = 120
"""Characters of a witness that the legend of a chart has room for."""
LINES = 6
"""Runs that a chart shows at most."""
TITLE = 32
"""Characters that the axis of a chart has room for; a longer formula stands only in the caption above."""
WITNESS, TIGHTEST = "the witness", "the tightest instance"
"""The panels that show the run of a witness, and of the instance that the tightness of a bound is read off."""
MEASURED = {"text": "f − f*", "latex": "f - f_{*}"}
"""What experiments measure."""
FOLLOWED = {"text": "the first coordinate of x_k", "latex": r"\text{the first coordinate of } x_{k}"}
"""What is shown of the run of an orbit."""
EXPERIMENT = ("experiment", "coverage", "choice", "reading")
"""Kinds of evidence that the block of an experiment tells."""


def claim_page(claim: dict[str, Any], names: dict[str, str], ledger: dict[str, Any]) -> dict[str, Any]:
    """The claim with what the templates need beside it.

    Arguments: the claim's entry in the ledger; the page of each claim, by its ID; the ledger.
    """
    kinds = {kind: [one for one in claim["evidence"] if one["kind"] == kind] for kind in ("proof", "run")}
    told = {kind: [one for one in claim["evidence"] if one["kind"] == kind] for kind in EXPERIMENT}
    measure = claim.get("measure", MEASURED if told["experiment"] else SUBOPTIMALITY)
    measure = SUBOPTIMALITY if measure["text"] == "V_k" else measure
    measure = FOLLOWED if claim["kind"] == "orbit" else measure
    panels = _panels(claim, measure["text"])
    cells = claim.get("tightness_map", [])
    broken = claim["verdict"] in BROKEN
    witnessed = [run for run in claim.get("series", ()) if run["instance"].startswith("witness: ")]
    return {
        **claim,
        "file": names[claim["id"]],
        "paper": claim["source"]["paper"] if claim["source"] else "",
        "main": is_main(claim),
        "level": deciding(claim)[1],
        "ratio": _ratio(claim),
        "because": because(claim),
        "reservations": reservations(claim),
        "next_step": next_step(claim),
        "erratum": claim.get("erratum", ""),
        "rule": _rule(claim),
        "theorem": _theorem(claim),
        "link": ledger.get("links", {}).get(claim["source"]["paper"], "") if claim["source"] else "",
        "repaired_by": [
            {"id": other["id"], "verdict": other["verdict"], "file": names[other["id"]]}
            for other in ledger["claims"]
            if other.get("repairs") == claim["id"]
        ],
        "repairs": {"id": claim["repairs"], "file": names.get(claim["repairs"])} if claim.get("repairs") else None,
        "proofs": [proof for proof in kinds["proof"] if proof.get("steps")],
        "runs": kinds["run"],
        "measure": measure,
        "trajectory": next((panel for panel in panels if panel["family"] == WITNESS), None),
        # what the trials came nearest on is of no interest once the claim is broken elsewhere
        "tightest": next((panel for panel in panels if panel["family"] == TIGHTEST and not broken), None),
        "panels": [panel for panel in panels if panel["family"] not in (WITNESS, TIGHTEST)],
        "experiment": _experiment(told) if told["experiment"] else None,
        "pictures": claim.get("pictures", []),
        "map": tightness_chart(cells) if cells else None,
        "broken": broken,
        "charted": bool(cells) or any(_drawn(panel) for panel in panels),
        "drawing": _drawing(claim, names, {other["id"]: other["verdict"] for other in ledger["claims"]}),
        "excess": excess_chart(witnessed[0]) if broken and witnessed else None,
        "witness": claim["witness"] and _witness(claim["witness"], claim["kind"], names[claim["id"]]),
        "command": _command(claim, ledger),
    }


def _rule(claim: dict[str, Any]) -> str:
    """The update rule as `prose` reads it: powers, next values with a raised plus, a minus before a letter."""
    rule = re.sub(r"\b([a-z])\+(?=[ ),.]|$)", r"\1^{+}", claim.get("rule", "").replace("**", "^"))
    return re.sub(r"(?<=[ (])-(?=[a-z])", "−", rule)


FOR = {
    "bound": "from every start x_0 and for every k >= 0",
    "flow": "from every start and at every time t",
    "comparison": "from every start, the same for both, and at every time t",
    "algebraic": "",
    "implication": "at all points",
    "orbit": "",
}
"""Of what a claim speaks, by its kind."""


def _theorem(claim: dict[str, Any]) -> str:
    """What leads up to the statement of a claim: who assumes what, which method, which parameters. Plain text."""
    if claim["kind"] not in FOR:
        return ""
    parts = []
    assumed = [
        each.get("phrase") or each.get("meaning", "").rstrip(".") or each["text"] for each in claim["assumptions"]
    ]
    if assumed:
        parts.append(f"Suppose that {'; '.join(assumed)}.")
    if claim.get("rule"):
        rule = _rule(claim).rstrip(".")
        parts.append(f"Consider {claim['algorithm'].partition('(')[0]}: {rule}.")
    which = FOR[claim["kind"]]
    if claim.get("horizon"):
        which = f"from every start x_0, for every number {claim['horizon']} of steps and k = {claim['horizon']}"
    domain = ", ".join(relation["text"] for relation in claim["domain"]).replace("**", "^").replace("*", " ")
    then = ", ".join(filter(None, (which, f"if {domain}" if domain else "")))
    if not parts:
        return f"{then[:1].upper()}{then[1:]}:" if then else ""
    return " ".join([*parts, f"Then, {then}:" if then else "Then:"])


def _ratio(claim: dict[str, Any]) -> float | None:
    """The claim's tightness; infinite where the bound that is exceeded is 0 or less."""
    if claim["tightness"] is None:
        return None
    ratio = claim["tightness"]["ratio"]
    return inf if ratio is None and claim["verdict"] in BROKEN else ratio


def _experiment(told: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """An experiment: its criteria, whether theorems cover it, the choices that were made, and other readings."""
    return {
        "criteria": [_criterion(piece) for piece in told["experiment"]],
        "met": sum(piece["holds"] for piece in told["experiment"]),
        "coverage": told["coverage"],
        "choices": told["choice"],
        "readings": told["reading"],
    }


def _criterion(piece: dict[str, Any]) -> dict[str, Any]:
    """A criterion; ledgers of before have what was asked and what was measured in one sentence."""
    asked, _, measured = piece["text"].rpartition(": ")
    return {"asked": asked, "measured": measured} | piece


def is_main(claim: dict[str, Any]) -> bool:
    """Whether a claim is a main result of a paper."""
    source = claim["source"]
    return bool(source) and source["paper"] != OWN and source["where"].startswith(RESULTS)


def main_rank(claim: dict[str, Any]) -> int:
    """Where a main result stands among the others: theorems come first."""
    return next(rank for rank, word in enumerate(RESULTS) if claim["source"]["where"].startswith(word))


def _command(claim: dict[str, Any], ledger: dict[str, Any]) -> str:
    """The command line that judges the claim again as it was judged here."""
    command = "experiment" if any(piece["kind"] == "experiment" for piece in claim["evidence"]) else "verify"
    target = shlex.quote(claim["id"]) if claim["source"] else "FILE.py"
    return f"signproof {command} {target} --profile {shlex.quote(ledger['profile'])} --seed {ledger['seed']}"


def _drawing(claim: dict[str, Any], names: dict[str, str], verdicts: dict[str, str]) -> dict[str, Any]:
    """The graph as rows, one node in each, and arcs from each node up to those that it rests on."""
    graph = claim.get("graph", {"nodes": [], "edges": []})
    first = next((number for number, node in enumerate(graph["nodes"]) if node["kind"] == "step"), 0)
    rows = [
        {**node, "y": ROW * number + ROW / 2, "file": None, "status": ""}
        | (
            {"file": names.get(node["name"]), "status": verdicts.get(node["name"], "not judged")}
            if node["kind"] == "claim"
            else {}
        )
        | ({"name": f"{number - first + 1}. {node['name']}"} if node["kind"] == "step" else {})
        | ({"status": "fails"} if number == graph.get("failed") else {})
        for number, node in enumerate(graph["nodes"])
    ]
    arcs = [
        {"from": rows[later]["y"], "to": rows[earlier]["y"], "bend": REACH * (later - earlier) / len(rows)}
        for later, earlier in graph["edges"]
    ]
    statuses = list(dict.fromkeys(row["status"] for row in rows if row["kind"] == "claim" and row["status"]))
    return {
        "rows": rows,
        "arcs": arcs,
        "height": ROW * len(rows),
        "reach": REACH,
        "statuses": statuses,
        "failed": "failed" in graph,
    }


def _panels(claim: dict[str, Any], measure: str) -> list[dict[str, Any]]:
    """Charts and a table of numbers for each family, the family's name taken out of those of its instances."""
    measure = re.sub(r"\*\*(?!\*)", "^", measure).replace("<=", "≤").replace("||", "‖")
    if len(measure) > TITLE:
        measure = "measured and bound"
    runs = [one for one in claim["evidence"] if one["kind"] == "run"]
    prefixes = sorted({base(run["family"]) for run in runs}, key=len, reverse=True)
    grouped: dict[str, list[dict]] = {}
    for run in claim.get("series", ()):
        if run["instance"].startswith("witness: "):
            family, prefix = WITNESS, "witness: "
        elif run["instance"].startswith("tightest: "):
            family, prefix = TIGHTEST, "tightest: "
        else:
            family = next((name for name in prefixes if run["instance"].startswith(f"{name}, ")), "")
            prefix = family and f"{family}, "
        short = {**run, "instance": greek(run["instance"].removeprefix(prefix))}
        if len(short["instance"]) > LONGEST:
            short["instance"] = family if family in (WITNESS, TIGHTEST) else f"{short['instance'][:LONGEST]}…"
        grouped.setdefault(family, []).append(short)
    spread: dict[str, list[dict]] = {}
    for run in runs:
        if "histogram" in run or "spread" in run:
            family = base(run["family"])
            grouped.setdefault(family, [])
            spread.setdefault(family, []).append(_spread(run))
    return [
        {
            "family": family,
            "series": (shown := _chosen(series)),
            "runs": len(series),
            "axis": abscissa(series),
            "chart": chart(shown, measure, linear=claim["kind"] == "orbit") if series else None,
            "points": _points(shown),
            "spread": spread.get(family, []),
        }
        for family, series in grouped.items()
    ]


def _chosen(series: list[dict]) -> list[dict]:
    """As many runs as a chart can show: those that come nearest to the bound, and two in the middle."""
    if len(series) <= LINES:
        return series

    def nearness(run: dict) -> float:
        pairs = zip(run["measured"], run["bound"], strict=True)
        later = [pair for k, pair in zip(run[abscissa([run])], pairs, strict=True) if k > 0 and None not in pair]
        return max((measured / bound for measured, bound in later if bound > 0), default=-inf)

    ranked = sorted(range(len(series)), key=lambda number: -nearness(series[number]))
    middle = len(ranked) // 2
    return [series[number] for number in sorted({*ranked[: LINES - 2], *ranked[middle : middle + 2]})]


def base(family: str) -> str:
    """A family's name without the case that was tried on it: "least squares" of "least squares (norm l2)"."""
    return family.partition(" (")[0]


def _spread(run: dict[str, Any]) -> dict[str, Any]:
    """How the ratios are spread over all instances of a run."""
    family = run["family"]
    return {
        "family": family,
        "case": family.removeprefix(base(family)).strip(" ()").replace(") (", ", "),
        "band": spread_chart(run["spread"], family) if len(run.get("spread", {}).get("median", ())) > 1 else None,
        "histogram": histogram_chart(run["histogram"], family) if "histogram" in run else None,
    }


def _drawn(panel: dict[str, Any]) -> bool:
    charted = any(part["band"] or part["histogram"] for part in panel["spread"])
    return charted or bool(panel["chart"] and panel["chart"].spec)


def _points(series: list[dict]) -> list[tuple[float, list[tuple]]]:
    """The series as a table: for each k, or t at which there is a measured value, that and the bound of every
    instance."""
    axis = abscissa(series)
    columns = [dict(zip(run[axis], zip(run["measured"], run["bound"], strict=True), strict=True)) for run in series]
    rows = [(k, [column.get(k, (None, None)) for column in columns]) for k in sorted(set().union(*columns))]
    return [row for row in rows if axis == "k" or any(measured is not None for measured, _ in row[1])]


def _witness(witness: dict[str, Any], kind: str, file: str) -> dict[str, Any]:
    """What is told of a witness; `rest` holds the fields that no sentence tells."""
    told = {"schema", "claim", "statement", "kind", "level", "problem", "parameters", "start", "k", "measured", "bound"}
    numbers = None
    if kind in ("bound", "flow") and "measured" in witness and "bound" in witness:
        numbers = apart(witness["measured"], witness["bound"])
    problem, parameters = witness.get("problem"), witness.get("parameters")
    return {
        "exhibit": witness.get("kind") == "exhibit",
        "problem": problem if isinstance(problem, dict) else {"family": problem} if problem else {},
        "parameters": parameters if isinstance(parameters, dict) else {},
        "start": witness.get("start") or None,
        "k": None if kind in ("flow", "comparison") else witness.get("k"),
        "numbers": numbers,
        "rest": {name: value for name, value in witness.items() if name not in told},
        "file": f"{file.removesuffix('.html')}.witness.json",
        "download": b64encode(json.dumps(witness, indent=1).encode()).decode(),
    }
