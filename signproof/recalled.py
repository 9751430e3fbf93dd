"""What a run need not judge again: the store, asked before claims are judged and told of each that was.

What comes out of it is looked at once more. A proof is put to the kernel, from the document that its entry carries,
and statistics may have spent no more of the budget of error than the claim has now.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from signproof import fingerprint
from signproof.store import Store, StoreError

FEW = 8
"""Proofs that are not worth another process."""
PROCESSES = 4


@dataclass
class Memory:
    """A store in use by a run, or none.

    Attributes: where it is, None for none; what the run asks for; whether what it holds is judged anew; `tell` is told,
    in one line, why there is none any more.
    """

    path: Path | None
    profile: str
    seed: int
    fresh: bool
    tell: Callable[[str], None]
    base: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self._store: Store | None = None
        if self.path is not None:
            self._asked(self._open)

    def _open(self) -> None:
        assert self.path is not None
        self._store = Store(self.path)
        self.base = fingerprint.asked(self.profile, self.seed)

    def _asked(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """What the store answers; None if it cannot, and then it is asked no more."""
        try:
            return question(*arguments)
        except StoreError as error:
            if self._store is not None:
                self._store.close()
            self._store, self.base = None, ""
            self.tell(f"{error}: the run goes on without it")
            return None

    def listed(self) -> list[str] | None:
        """The IDs of the papers' claims; None if that is not known without loading them."""
        return None if self._store is None else self._asked(self._store.catalogue, self.base)

    def catalogue(self, targets: Sequence[str]) -> list[str] | None:
        """The IDs that targets name, in order, if all of them are of papers' claims and known without loading these."""
        known = None if any(target.endswith(".py") for target in targets) else self.listed()
        if known is None or not all(any(fnmatchcase(id, target) for id in known) for target in targets):
            return None
        chosen = [id for target in targets for id in known if fnmatchcase(id, target)]
        return list(dict.fromkeys(chosen)) if targets else known

    def learn(self) -> None:
        """Write which claims the papers have, once they are loaded."""
        from signproof.theory.catalog import catalog

        if self._store is not None:
            self._asked(self._store.list, self.base, [*catalog()])

    def recall(self, keys: Mapping[str, str], error: float) -> dict[str, dict[str, Any]]:
        """The entries of claims that need not be judged again, by ID. Arguments: the keys by ID; the error probability
        that each claim may spend."""
        if self._store is None or self.fresh:
            return {}
        found = self._asked(self._store.known, list(keys.values())) or {}
        entries = {id: found[key] for id, key in keys.items() if key in found and found[key][0].get("id") == id}
        lasting = {id: entry for id, (entry, spent) in entries.items() if _lasts(entry, spent, error)}
        proofs = [id for id, entry in lasting.items() if entry["verdict"] in ("proved", "vacuous")]
        refused = {id for id, holds in zip(proofs, _accepted([lasting[id] for id in proofs]), strict=True) if not holds}
        return {id: entry for id, entry in lasting.items() if id not in refused}

    def close(self) -> None:
        """The run asks no more."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def keep(self, key: str, entry: dict[str, Any], error: float) -> None:
        """Write what was judged, unless the code that judged it is no longer what it was when the run began."""
        if self._store is not None and fingerprint.asked(self.profile, self.seed) == self.base:
            self._asked(self._store.keep, key, entry, error)


def _lasts(entry: Mapping[str, Any], spent: float, error: float) -> bool:
    """Whether a stored entry may be given as it is: it has the form of one, and its statistics keep to the budget."""
    try:
        draws = any(piece["kind"] in ("draws", "statistics") for piece in entry["evidence"])
        return isinstance(entry["verdict"], str) and (spent <= error or not draws)
    except (KeyError, TypeError):
        return False


def _accepted(entries: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Whether the kernel still accepts the proofs of entries, in a few processes if they are many."""
    jobs = min(PROCESSES, os.cpu_count() or 1)
    if len(entries) < FEW or jobs == 1:
        return [holds(entry) for entry in entries]
    from signproof.workers import Lost, each

    answers = [False] * len(entries)
    longest = sorted(range(len(entries)), key=lambda number: -len(str(entries[number]["evidence"])))
    try:
        for place, answer in each(jobs, [(entries[n]["id"], entries[n]) for n in longest], _prepared):
            answers[longest[place]] = answer
    except Lost:  # what is not confirmed is judged anew
        pass
    return answers


def _prepared() -> Callable[[Mapping[str, Any]], bool]:
    return holds


def holds(entry: Mapping[str, Any]) -> bool:
    """Whether the kernel accepts the document that an entry rests on, which proves what the entry is about.

    A relation between numbers that was decided without a document is decided again.
    """
    from signproof.theory.kernel.check import Checked, check
    from signproof.theory.kernel.form import DocumentError, read, unpacked

    try:
        pieces = [piece for piece in entry["evidence"] if piece["kind"] == "proof" and piece.get("accepted")]
        carried = next((piece for piece in pieces if "packed" in piece), None)
        if carried is None and entry["verdict"] != "proved":
            return True  # nothing of it rests on a proof
        if carried is None or carried["solved"]:
            return _holds_by_solvers(entry)
        document = read(unpacked(carried["packed"]), entry["id"])
        outcome = check(document)
        return (
            isinstance(outcome, Checked)
            and not outcome.open
            and document.sha256 == carried["document"]
            and document.form.claim.id == entry["id"]
            and sorted(outcome.lemmas) == sorted(entry["lemmas"])
        )
    except (DocumentError, KeyError, TypeError, ValueError, RecursionError):
        return False


def _holds_by_solvers(entry: Mapping[str, Any]) -> bool:
    from signproof.report.recheck import recheck

    return recheck(entry, {}).holds is True
