"""The report to read: a ledger as a folder of HTML files that need nothing else, neither a network nor a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from signproof.report import charts, filters, graphs
from signproof.report.claim_page import claim_page, is_main, main_rank
from signproof.report.errata import OWN, errors, gaps
from signproof.report.ledger import BROKEN, LedgerError, spared, validate
from signproof.report.mathml import mathml
from signproof.report.names import file_names
from signproof.theory.files import swappable, write_folder, write_together

VERDICTS = {
    "inconsistent": ("‼", "The kernel accepted a proof, yet an exact witness breaks the claim: a bug in signproof."),
    "proved": ("✓", "The kernel checked a proof exactly, step by step."),
    "supported": ("≈", "Tested on many instances; none broke it. This is not a proof."),
    "refuted": ("✗", "A counterexample breaks it, confirmed beyond rounding or at a stated error probability."),
    "vacuous": ("∅", "No non-trivial instance meets its assumptions."),
    "reproduced": ("↻", "The experiment reproduced the reported outcome."),
    "not reproduced": ("↯", "The experiment did not reproduce the reported outcome."),
    "open": ("?", "Neither proved, supported nor refuted."),
}
"""The verdicts in the order of the headline, each with its mark and its meaning."""
LEVELS = {
    "exact": "rational or symbolic arithmetic, without rounding",
    "enclosed": "intervals guaranteed to contain the value",
    "statistical": "at a stated error probability",
    "sampled": "floating point on sampled instances: can support a claim, never prove or refute it",
}
"""What the levels of evidence mean, strongest first."""
FOLDERS, ASSETS = ("assets", "claims"), ("assets/site.css", "assets/site.js", "assets/charts.js")
"""What is in a report beside its pages."""
GENERATOR = '<meta name="generator" content="signproof'
"""By this a page of an earlier report is known."""


def write_site(
    ledger: dict[str, Any], directory: Path, advance: Callable[[], None] = lambda: None, checked: bool = False
) -> Path:
    """Write a ledger as a site: `index.html`, a page for each claim in `claims`, scripts and styles in `assets`.

    Arguments: the ledger (what `json.load` returns); the directory, made if it is not there; `advance` is called after
    each claim; whether its verdicts were found, or checked again, by whoever writes the site, which says so if not.
    A folder with nothing but an earlier report is replaced as one. In another, nothing is replaced before all pages
    are made and written; pages that an earlier report left for claims that are gone are removed, and no other file is.
    Returns: the path of the front page.
    Raises: ValueError, in one line that says what and where, if the ledger has another schema, lacks a field or
    holds what the schema does not allow; OSError if the site cannot be written.
    """
    check(ledger)
    directory = Path(directory)
    rendered = _render(ledger, advance, checked)
    if _all_ours(directory) and swappable(directory):
        write_folder(directory, rendered)
        return directory / "index.html"
    files: dict[Path, str | bytes] = {directory / name: text for name, text in rendered.items()}
    write_together(files)
    for page in (directory / "claims").glob("*.html"):
        if page not in files and _is_ours(page):
            page.unlink()
    return directory / "index.html"


def _all_ours(directory: Path) -> bool:
    """Whether a folder holds nothing but an earlier report, so that it can be replaced as one."""
    for place in directory.rglob("*"):
        name = place.relative_to(directory).as_posix()
        known = (name in FOLDERS and place.is_dir()) or name in ASSETS or (place.suffix == ".html" and _is_ours(place))
        if place.is_symlink() or not known:
            return False
    return True


def keep_site(ledger: dict[str, Any], directory: Path, advance: Callable[[], None] = lambda: None) -> Path:
    """Write the ledger of this run as a site; that of an interrupted run does not replace one with more claims, but is
    put beside it.

    Returns the path of the front page. Raises as `write_site` does.
    """
    place = spared(Path(directory), len(ledger["claims"]), _pages_in) if ledger["partial"] else directory
    return write_site(ledger, place, advance, checked=True)


def _pages_in(directory: Path) -> int:
    return sum(map(_is_ours, (directory / "claims").glob("*.html")))


def _is_ours(page: Path) -> bool:
    """Whether an earlier report wrote a page."""
    if not page.is_file():
        return False
    with page.open("rb") as opened:
        return GENERATOR.encode() in opened.read(1000)


def check(ledger: dict[str, Any]) -> None:
    """What the schema says, and what a schema cannot say. Raises LedgerError."""
    validate(ledger)
    try:
        datetime.fromisoformat(ledger["created"])
    except ValueError:
        raise LedgerError(f"not a ledger: $.created: {ledger['created']!r} is not a time") from None
    ids = Counter(claim["id"] for claim in ledger["claims"])
    for number, claim in enumerate(ledger["claims"]):
        where = f"not a ledger: $.claims[{number}]"
        if ids[claim["id"]] > 1:
            raise LedgerError(f"{where}.id: {claim['id']!r} occurs {ids[claim['id']]} times")
        for name in claim["lemmas"]:
            if name not in ledger["lemmas"]:
                raise LedgerError(f"{where}.lemmas: {name!r} is missing from $.lemmas")
        for index, run in enumerate(claim.get("series", ())):
            axis = charts.abscissa([run])
            _alike(f"{where}.series[{index}]", {name: len(run[name]) for name in (axis, "measured", "bound")})
        for index, piece in enumerate(claim["evidence"]):
            if "spread" in piece:
                _alike(f"{where}.evidence[{index}].spread", {name: len(row) for name, row in piece["spread"].items()})
            if "histogram" in piece and len(piece["histogram"]["edges"]) != len(piece["histogram"]["counts"]) + 1:
                raise LedgerError(f"{where}.evidence[{index}].histogram: it needs one more edge than counts")
        graph = claim.get("graph", {"nodes": [], "edges": []})
        for index, (later, earlier) in enumerate(graph["edges"]):
            if not 0 <= earlier < later < len(graph["nodes"]):
                raise LedgerError(
                    f"{where}.graph.edges[{index}]: [{later}, {earlier}] does not join two nodes in order"
                )
        if graph.get("failed", 0) >= max(len(graph["nodes"]), 1):
            raise LedgerError(f"{where}.graph.failed: there is no node {graph['failed']}")


def _alike(where: str, lengths: dict[str, int]) -> None:
    if len(set(lengths.values())) > 1:
        *others, last = lengths
        raise LedgerError(f"{where}: {', '.join(others)} and {last} have lengths {list(lengths.values())}")


def _render(ledger: dict[str, Any], advance: Callable[[], None], checked: bool) -> dict[str, str]:
    """The files of the site by their paths, the front page last."""
    environment = templates()
    names = file_names([claim["id"] for claim in ledger["claims"]])
    claims = []
    for claim in ledger["claims"]:
        claims.append(claim_page(claim, names, ledger))
        advance()
    counts = Counter(claim["verdict"] for claim in claims)
    levels = {claim["level"] for claim in claims}
    created = datetime.fromisoformat(ledger["created"])
    common = {"ledger": ledger, "verdicts": VERDICTS, "created": created, "checked": checked}
    files = {"assets/site.css": source("site.css"), "assets/site.js": source("site.js")}
    if any(claim["charted"] for claim in claims):
        files["assets/charts.js"] = charts.script(environment.get_template("charts.js").render(palette=palette()))
    page = environment.get_template("claim.html")
    neighbours = zip([None, *claims], claims, [*claims[1:], None], strict=False)
    for before, claim, after in neighbours:
        files[f"claims/{claim['file']}"] = page.render(claim=claim, before=before, after=after, **common)
    by_id = {claim["id"]: claim for claim in claims}
    files["index.html"] = environment.get_template("index.html").render(
        claims=sorted(claims, key=lambda claim: claim["paper"] in (OWN, "")),
        counts={verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
        levels={level: meaning for level, meaning in LEVELS.items() if level in levels},
        papers=_papers(claims, ledger),
        figures=[
            claim for claim in claims if claim["experiment"] or "Figure" in (claim["source"] or {}).get("where", "")
        ],
        errors=[by_id[claim["id"]] for claim in errors(ledger)],
        gaps=[by_id[claim["id"]] for claim in gaps(ledger)],
        families=graphs.families(ledger, {id: f"claims/{name}" for id, name in names.items()}),
        names=names,
        **common,
    )
    return files


def _papers(claims: list[dict[str, Any]], ledger: dict[str, Any]) -> list[dict[str, Any]]:
    """The main results of each paper, theorems first, and how they fared; what is about numbers alone is a part."""
    found: dict[str, list[dict[str, Any]]] = {}
    for claim in sorted(filter(is_main, claims), key=lambda claim: main_rank(claim)):
        found.setdefault(claim["paper"], []).append(claim)
    papers = []
    for key, stated in found.items():
        results = [claim for claim in stated if claim["algorithm"] or claim["kind"] == "flow"] or stated
        papers.append(
            {
                "title": ledger.get("papers", {}).get(key, key),
                "results": results,
                "parts": [claim for claim in stated if claim not in results],
                "counts": Counter(claim["verdict"] for claim in results),
                "broken": [
                    claim
                    for claim in claims
                    if claim["paper"] == key and claim["verdict"] in BROKEN and claim not in results
                ],
            }
        )
    return papers


def templates() -> Environment:
    """The templates, with their filters."""
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters |= {
        "breakable": filters.breakable,
        "count": filters.count,
        "exactly": filters.exactly,
        "letter": filters.letter,
        "mathml": mathml,
        "number": filters.number,
        "plain": filters.plain,
        "prose": filters.prose,
        "words": filters.words,
    }
    return environment


def source(name: str) -> str:
    """A file beside the templates, as it is."""
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def palette() -> dict[str, str]:
    """The colours of the style sheet on paper, by the names of their custom properties."""
    return filters.custom_properties(source("site.css"))
