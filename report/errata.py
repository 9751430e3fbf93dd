"""The list of errata: what is refuted of the papers' claims, made from a ledger."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

OWN = "own"
"""The key of the claims that are no paper's: an error there is ours to correct, not to list."""


def errata(ledger: dict[str, Any]) -> str:
    """The refuted claims of a ledger that come from a paper, as Markdown, each with its witness and its repair."""
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=False,  # Markdown, from a ledger of our own making
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    papers: dict[str, list[dict[str, Any]]] = {}
    for claim in ledger["claims"]:
        if claim["verdict"] == "refuted" and claim["source"] and claim["source"]["paper"] != OWN:
            papers.setdefault(claim["source"]["paper"], []).append(_erratum(claim, ledger["claims"]))
    return environment.get_template("errata.md.j2").render(papers=papers, citations=ledger.get("papers", {}))


def _erratum(claim: dict[str, Any], claims: list[dict[str, Any]]) -> dict[str, Any]:
    witness = next(piece for piece in claim["evidence"] if piece["kind"] == "witness")
    repairs = [other for other in claims if other.get("repairs") == claim["id"]]
    return {**claim, "erratum": claim.get("erratum", ""), "found": witness, "repairs": repairs}
