"""The list of errata: what is refuted of the papers' claims, and which proofs have gaps, made from a ledger."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

OWN = "own"
"""The key of the claims that are no paper's: an error there is ours to correct, not to list."""


def errata(ledger: dict[str, Any]) -> str:
    """The refuted claims of a ledger that come from a paper, as Markdown, each with its witness and its repair, and the
    open ones whose proof the kernel rejects, each with the step that it rejects.
    """
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=False,  # Markdown, from a ledger of our own making
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    papers: dict[str, list[dict[str, Any]]] = {}
    for claim in errors(ledger):
        papers.setdefault(claim["source"]["paper"], []).append(_told(claim, "witness", ledger["claims"]))
    unproved = [_told(claim, "proof", ledger["claims"]) for claim in gaps(ledger)]
    citations = ledger.get("papers", {})
    return environment.get_template("errata.md.j2").render(papers=papers, gaps=unproved, citations=citations)


def errors(ledger: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims of papers that are refuted."""
    return [claim for claim in _printed(ledger) if claim["verdict"] == "refuted"]


def gaps(ledger: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims of papers that are open and whose printed proof the kernel rejects."""
    return [
        claim
        for claim in _printed(ledger)
        if claim["verdict"] == "open" and any(piece["kind"] == "proof" for piece in claim["evidence"])
    ]


def _printed(ledger: dict[str, Any]) -> list[dict[str, Any]]:
    return [claim for claim in ledger["claims"] if claim["source"] and claim["source"]["paper"] != OWN]


def _told(claim: dict[str, Any], kind: str, claims: list[dict[str, Any]]) -> dict[str, Any]:
    """The claim with the evidence that counts, and its repairs."""
    nothing = {"level": "–", "text": "none is told"}
    found = next((piece for piece in claim["evidence"] if piece["kind"] == kind), nothing)
    repairs = [other for other in claims if other.get("repairs") == claim["id"]]
    proof = next((piece["text"] for piece in claim["evidence"] if piece["kind"] == "proof"), "")
    return {**claim, "erratum": claim.get("erratum", ""), "found": found, "proof": proof, "repairs": repairs}
