"""Checking a ledger again from what it carries: the documents of proofs, and the witnesses of refutations.

Nothing that the ledger says of itself is believed. A document must prove what its entry states, and a witness must
break it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sympy import And

from signproof.checks.numbers.cover import cover
from signproof.checks.posing.cases import at_horizons, cases
from signproof.checks.posing.domain import Unsupported
from signproof.checks.replay.witness import WitnessError, load
from signproof.report.ledger import formula
from signproof.theory.algebra.decide import follows
from signproof.theory.claim import Claim
from signproof.theory.document.certified import accepted
from signproof.theory.document.terms import term
from signproof.theory.elaboration.recognized import in_own_words
from signproof.theory.kernel.check import Refused
from signproof.theory.kernel.form import DocumentError, unpacked
from signproof.theory.misuse import named
from signproof.theory.terms.formula import parse, text

CHECKED = ("proved", "refuted", "inconsistent")
"""Verdicts that are checked again; the others prove nothing."""


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: whether it holds, None if there is nothing to check it by; and why, in a line."""

    holds: bool | None
    why: str


def recheck(entry: Mapping[str, Any], known: Mapping[str, Claim]) -> Outcome:
    """Check an entry again. Argument: the claims that are known by their IDs, a user's own included."""
    try:
        if entry["verdict"] == "proved":
            return _proved(entry, known)
        if entry["verdict"] in CHECKED:
            return _broken(entry, known)
    except (DocumentError, WitnessError) as error:
        return Outcome(False, str(error))
    except Exception as error:  # whatever a ledger has in it that was not written by us
        return Outcome(False, f"it cannot be read: {named(error)}")
    return Outcome(None, "nothing is proved or refuted")


def _proved(entry: Mapping[str, Any], known: Mapping[str, Claim]) -> Outcome:
    pieces = [piece for piece in entry["evidence"] if piece["kind"] in ("proof", "cover") and piece.get("accepted")]
    carried = next((piece for piece in pieces if "packed" in piece), None)
    if carried is None and not (pieces and entry["kind"] == "algebraic"):
        return Outcome(False, "it carries no document of a proof")
    if carried is None:
        return _decided_again(entry)
    outcome = accepted(unpacked(carried["packed"]), "its document")
    if isinstance(outcome, Refused):
        return Outcome(False, f"the kernel refuses its document at {outcome}")
    document, claim = outcome.document, outcome.document.form.claim
    said = [
        ("ID", entry["id"], claim.id),
        ("statement", entry["statement"]["text"], text(term(claim.conclusion))),
        ("domain", [part["text"] for part in entry["domain"]], [text(term(part)) for part in claim.domain]),
        ("assumptions", _names(entry, known), [assumed.name for assumed in claim.assumptions]),
        ("lemmas", sorted(entry["lemmas"]), sorted(outcome.lemmas)),
        ("SHA-256", carried.get("document"), document.sha256),
        ("number of questions that rest on solvers", carried.get("solved"), outcome.solved),
    ]
    for what, stated, proved in said:
        if stated != proved:
            return Outcome(False, f"its document proves something else: the {what} is {proved}, not {stated}")
    rests = f"; {outcome.solved} questions rest on Z3 and cvc5" if outcome.solved else ""
    return Outcome(True, f"the kernel accepts its document of {len(document.form.steps)} steps{rests}")


def _names(entry: Mapping[str, Any], known: Mapping[str, Claim]) -> list[str]:
    """The classes of an entry's assumptions, as its document has them: those of a claim without a proof of its own are
    the package's where they say the same."""
    claim = known.get(entry["id"])
    if claim is not None and claim.proof is None and [*map(str, claim.assumptions)] == _said(entry)[3]:
        return [type(assumption).__name__ for assumption in in_own_words(claim).assumptions]
    return [assumption["text"].partition("(")[0] for assumption in entry["assumptions"]]


def _decided_again(entry: Mapping[str, Any]) -> Outcome:
    """A relation between numbers that was decided without a document is decided again as it stands in the ledger."""
    statement = And(*map(parse, entry["statement"]["text"].split(" and ")))
    domain = [parse(part["text"]) for part in entry["domain"]]
    if follows(statement, domain).holds:
        return Outcome(True, "Z3 decides it again")
    if not domain and cover(statement).holds:
        return Outcome(True, "a cover by balls decides it again")
    return Outcome(False, "neither Z3 nor a cover by balls decides what is stated")


def _broken(entry: Mapping[str, Any], known: Mapping[str, Claim]) -> Outcome:
    if entry["witness"] is None:
        drawn = any(piece["kind"] == "statistics" for piece in entry["evidence"])
        return Outcome(None, "it rests on statistics") if drawn else Outcome(False, "it carries no witness")
    witness = load(entry["witness"], known, "its witness")
    base = known.get(entry["id"], witness.claim)
    for what, stated, broken in zip(
        ("ID", "statement", "domain", "assumptions"), _said(entry), _told(base), strict=True
    ):
        if stated != broken:
            return Outcome(False, f"its witness is about something else: the {what} is {broken}, not {stated}")
    if _told(witness.claim) not in map(_told, _cases(base)):
        return Outcome(False, f"its witness breaks {witness.claim.id}, which is no case of it")
    outcome = witness.replay()
    return Outcome(True, "its witness is confirmed") if outcome.confirmed else Outcome(False, f"{outcome.why}")


def _said(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an entry is about: its ID, statement, domain and assumptions."""
    domain = [part["text"] for part in entry["domain"]]
    return entry["id"], entry["statement"]["text"], domain, [each["text"] for each in entry["assumptions"]]


def _told(claim: Claim) -> tuple[Any, ...]:
    """The same of a claim."""
    domain = [formula(part)["text"] for part in claim.domain]
    return claim.id, formula(claim.conclusion)["text"], domain, [*map(str, claim.assumptions)]


def _cases(claim: Claim) -> list[Claim]:
    """A claim and what of it is computed with."""
    found = [claim]
    for part in (cases, at_horizons) if claim.body.bounds_runs else ():
        with suppress(Unsupported):
            found += part(claim)
    return found
