"""A claim in a test file, as the tests `::proof`, `::check` and `::search`.

The first two are about one and the same verdict, that of `signproof verify`: `::proof` passes if it is `proved`,
`::check` if nothing speaks against the claim. `::search` looks further for an instance that breaks it, where there is
something to search.
"""

from __future__ import annotations

import pickle
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import signproof
from signproof.judging import BUDGET, entry_of, judged, verdict_on
from signproof.pytest_results import CUT, record, shown, witness_file
from signproof.report.ledger import because, unjudged
from signproof.theory.catalog import claims_of, is_built_in
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse
from signproof.workers import Lost, each

PACKAGE = Path(signproof.__file__).parent
FAILURES = {
    "refuted": "is refuted",
    "inconsistent": "is proved but broken by an exact witness: a bug in signproof, please report it",
}
"""Verdicts that fail a test, and how that is said; of others the ones in SKIPS are none that a test could pass with."""
SKIPS = {"open": "nothing decided", "vacuous": "vacuous"}

SECONDS = {"quick": 5.0, "full": 60.0}
"""After how long a search begins nothing new."""
AHEAD: pytest.StashKey[dict[Claim, Future[dict[str, Any] | None]]] = pytest.StashKey()
"""Entries that other processes are at work on."""
JUDGED: pytest.StashKey[dict[Claim, tuple[dict[str, Any], BaseException | None]]] = pytest.StashKey()
"""Entries of claims, and what was raised while they were judged, as far as it was raised in this process."""
SHARE: pytest.StashKey[float] = pytest.StashKey()
"""The error probability that the statistics of each claim may spend."""


def own_names(module: ModuleType) -> list[str]:
    """The names under which a module's claims are collected: each claim once, none of the papers'."""
    claims = [claim for claim in claims_of(module) if not is_built_in(claim)]
    return [next(name for name, entry in vars(module).items() if entry is claim) for claim in claims]


class ClaimTests(pytest.Collector):
    """A claim, under the name that it has in its file."""

    def __init__(self, *, claim: Claim, **node: Any):  # what pytest gives a node
        super().__init__(**node)
        self.claim = claim
        lines = self.path.read_text(encoding="utf-8").splitlines()
        self.line = next((n for n, line in enumerate(lines) if re.match(rf"{self.name}\s*[:=]", line)), 0)

    def collect(self) -> Iterator[ClaimTest]:
        yield Proof.from_parent(self, name="proof", claim=self.claim)
        yield Check.from_parent(self, name="check", claim=self.claim)
        if self.claim.bound is not None:
            yield Search.from_parent(self, name="search", claim=self.claim)


class ClaimTest(pytest.Item):
    """One of a claim's tests."""

    def __init__(self, *, claim: Claim, **node: Any):  # what pytest gives a node
        super().__init__(**node)
        self.claim = claim

    def judged(self) -> tuple[dict[str, Any], BaseException | None]:
        """The claim's entry in the ledger, and what was raised in this process while it was judged; once in a run."""
        known, option = self.config.stash.setdefault(JUDGED, {}), self.config.option
        if self.claim not in known:
            entry = self._ahead()
            raised = None
            if entry is None:
                error = share(self.session)
                verdict = verdict_on(self.claim, option.signproof_profile, option.signproof_seed, error)
                entry, raised = entry_of(verdict), verdict.raised
            known[self.claim] = entry, raised
        return known[self.claim]

    def _ahead(self) -> dict[str, Any] | None:
        """The entry that another process has made; None if none was asked for it, or if it could not."""
        ahead = self.config.stash.get(AHEAD, {}).get(self.claim)
        try:
            return None if ahead is None else ahead.result()
        except Lost as lost:
            self.config.stash[CUT] = True
            pytest.fail(f"{self.claim.id} was not judged: {lost}", pytrace=False)

    def reportinfo(self):
        assert isinstance(self.parent, ClaimTests)
        return self.path, self.parent.line, f"{self.parent.name}::{self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # as pytest has it
        """What a user's algorithm or family raises, without the frames that are not the user's."""
        if isinstance(excinfo.value, Misuse):
            return str(excinfo.value)
        users = excinfo.traceback.filter(lambda frame: self._is_users(Path(frame.path)))
        if users:
            excinfo.traceback = users
        return super().repr_failure(excinfo, style)

    def _is_users(self, path: Path) -> bool:
        ours = (PACKAGE, PACKAGE.resolve().parent / "checks", PACKAGE.resolve().parent / "theory")
        inside = path == self.path or path.is_relative_to(self.config.rootpath)
        return inside and "site-packages" not in path.parts and not any(map(path.is_relative_to, ours))


class Proof(ClaimTest):
    """Whether the claim is proved, by its proof or, if it carries none, by one that is assembled."""

    def __init__(self, **node: Any):  # what pytest gives a node
        super().__init__(**node)
        self.add_marker("theorem")

    def runtest(self):
        judged, _ = self.judged()
        record(self, found(self.claim, "proof", judged))
        proofs = [piece for piece in judged["evidence"] if piece["kind"] == "proof"]
        for piece in proofs:
            if not piece["accepted"]:
                pytest.fail(f"{self.claim.id}: {piece['text']}", pytrace=False)
        if proofs and judged["verdict"] in FAILURES:
            pytest.fail(broken(self.claim, "proof", judged, self.config), pytrace=False)
        if judged["verdict"] != "proved":
            pytest.skip(unproved(judged))


class Check(ClaimTest):
    """The verdict of `signproof verify`, and what it rests on."""

    def runtest(self):
        judged, raised = self.judged()
        record(self, found(self.claim, "check", judged))
        if isinstance(raised, Exception):
            raise raised
        if unjudged(judged):
            pytest.fail(f"{self.claim.id}: {unjudged(judged)}", pytrace=False)
        if judged["verdict"] in FAILURES:
            pytest.fail(broken(self.claim, "check", judged, self.config), pytrace=False)
        if judged["verdict"] in SKIPS:
            pytest.skip(f"{SKIPS[judged['verdict']]}: {judged['evidence'][-1]['text']}")


def unproved(entry: dict[str, Any]) -> str:
    """Why a claim is not proved, where nothing speaks against it."""
    if entry["verdict"] in SKIPS and any(piece["kind"] == "proof" for piece in entry["evidence"]):
        return f"{SKIPS[entry['verdict']]}: {entry['evidence'][-1]['text']}"
    none = "no proof was found automatically"
    texts = [piece["text"] for piece in entry["evidence"] if piece["text"].startswith(none)]
    return unjudged(entry) or next(iter(texts), f"{none}; {entry['verdict']}: {because(entry)}")


def asked(session: pytest.Session) -> list[Claim]:
    """The claims about which the tests of a run want a verdict, each once."""
    return list(dict.fromkeys(item.claim for item in session.items if isinstance(item, Proof | Check)))


def share(session: pytest.Session) -> float:
    """What each of these claims may spend: they are one batch."""
    stash = session.config.stash
    if SHARE not in stash:
        stash[SHARE] = BUDGET.share(len(asked(session)))
    return stash[SHARE]


def judge_ahead(session: pytest.Session, jobs: int) -> None:
    """Start to judge the claims in processes of their own; what cannot be sent there stays here."""
    option = session.config.option
    sent: list[tuple[Claim, bytes]] = []
    for claim in asked(session):
        try:
            sent.append((claim, pickle.dumps(claim)))
        except (pickle.PicklingError, AttributeError, TypeError):
            continue
    futures: dict[Claim, Future[dict[str, Any] | None]] = {claim: Future() for claim, _ in sent}
    session.config.stash[AHEAD] = futures
    tasks = [(claim.id, data) for claim, data in sent]
    given = (option.signproof_profile, option.signproof_seed, share(session))
    ended = threading.Event()

    def work():
        waiting = list(futures.values())
        try:
            for number, entry in each(jobs, tasks, _prepared, given, ended):
                waiting[number].set_result(entry)
        except BaseException as error:
            for future in waiting:
                if not future.done():
                    future.set_exception(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def end():
        ended.set()
        thread.join()

    session.config.add_cleanup(end)


def _prepared(profile: str, seed: int, error: float) -> Callable[[bytes], dict[str, Any] | None]:
    """What a process judges with; of a claim that cannot be read there it says nothing, so that it is judged here."""

    def work(sent: bytes) -> dict[str, Any] | None:
        try:
            claim = pickle.loads(sent)
        except Exception:
            return None
        return judged(claim, profile, seed, error)

    return work


class Search(ClaimTest):
    """Whether an instance that breaks the claim is found in a few seconds, from the claim alone."""

    def __init__(self, **node: Any):  # what pytest gives a node
        super().__init__(**node)
        self.add_marker("counterexample")

    def runtest(self):
        from signproof.checks.search.search import search
        from signproof.checks.verdicts.verdict import Evidence, Status, Verdict, exceeded_by

        option = self.config.option
        witness = search(self.claim, SECONDS[option.signproof_profile], option.signproof_seed).witness
        if witness is None:
            record(self, found(self.claim, "search"))
            return
        evidence = Evidence("witness", witness.level, f"found by search: {witness.describe()}")
        refuted = Verdict(self.claim, Status.REFUTED, (evidence,), tightness=exceeded_by(witness), witness=witness)
        broken_by = entry_of(refuted)
        record(self, found(self.claim, "search", broken_by))
        pytest.fail(broken(self.claim, "search", broken_by, self.config), pytrace=False)


def found(claim: Claim, part: str, entry: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a test has found out about a claim, for the record; without an entry it has decided nothing."""
    return {
        "name": f"{claim.id}::{part}",
        "id": claim.id,
        "part": part,
        "verdict": entry["verdict"] if entry else "open",
        "witness": entry["witness"] if entry else None,
        "entry": entry,
    }


def broken(claim: Claim, part: str, entry: dict[str, Any], config: pytest.Config) -> str:
    """What is said of a claim that does not hold: the witness in words, and how to replay it."""
    lines = [f"{claim.id} {FAILURES[entry['verdict']]}", f"  claims   {entry['statement']['text']}"]
    pieces = [piece for piece in entry["evidence"] if piece["kind"] == "witness"]
    lines += [f"  witness  ({piece['level']}) {piece['text']}" for piece in pieces]
    if entry["witness"] is not None:
        lines.append(f"  replay   {replay_command(claim, part, config)}")
    return "\n".join(lines)


def replay_command(claim: Claim, part: str, config: pytest.Config) -> str:
    """The command line that runs the witness against a claim again."""
    place = witness_file(config, claim.id, part) or config.option.signproof_json
    if place is None:
        return "rerun with --signproof-json ledger.json, then signproof replay ledger.json"
    return f"signproof replay {shown(place)}{needs(claim)}"


def needs(claim: Claim) -> str:
    """The file that defines what a claim uses beside the package, as an option of `signproof replay`."""
    parts = [part for part in (claim.algorithm, claim.measure, claim.rival, *claim.assumptions) if part is not None]
    modules = [sys.modules[type(part).__module__] for part in parts]
    files = {str(module.__file__) for module in modules if not module.__name__.startswith("signproof.")}
    return "".join(f" --with {shown(Path(file))}" for file in sorted(files))
