"""A claim in a test file, as the tests `::proof`, `::check` and `::search`.

`::proof` asks the kernel; `::check` is the verdict of `signproof verify`; `::search` looks further for an instance
that breaks the claim, where there is something to search.
"""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from types import ModuleType
from typing import Any

import pytest

import signproof
from signproof.pytest_results import record, shown, witness_file
from signproof.theory.automatic import prove
from signproof.theory.catalog import claims_of, is_built_in
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse
from signproof.theory.proof import Certificate

PACKAGE = Path(signproof.__file__).parent
FAILURES = {
    "refuted": "is refuted",
    "inconsistent": "is proved, and broken by an exact witness: one of the two is a defect of signproof, please "
    "report it",
}
"""Verdicts that fail a test, and how that is said; of others the ones in SKIPS are none that a test could pass with."""
SKIPS = {"open": "nothing decided", "vacuous": "vacuous"}

SEARCHED = ("bound", "flow")
"""Kinds of claims that are searched for a counterexample; of others `::check` decides all that can be decided."""
SECONDS = {"quick": 5.0, "full": 60.0}
"""After how long a search begins nothing new."""
AHEAD: pytest.StashKey[dict[Claim, Future]] = pytest.StashKey()
"""Verdicts that other processes are at work on."""


def own_names(module: ModuleType) -> list[str]:
    """The names under which a module's claims are collected: each claim once, none of the papers'."""
    claims = [claim for claim in claims_of(module) if not is_built_in(claim)]
    return [next(name for name, entry in vars(module).items() if entry is claim) for claim in claims]


class ClaimTests(pytest.Collector):
    """A claim, under the name that it has in its file."""

    def __init__(self, *, claim: Claim, **node: Any):
        super().__init__(**node)
        self.claim = claim
        lines = self.path.read_text(encoding="utf-8").splitlines()
        self.line = next((n for n, line in enumerate(lines) if re.match(rf"{self.name}\s*[:=]", line)), 0)

    def collect(self) -> Iterator[ClaimTest]:
        yield Proof.from_parent(self, name="proof", claim=self.claim)
        yield Check.from_parent(self, name="check", claim=self.claim)
        if self.claim.kind in SEARCHED:
            yield Search.from_parent(self, name="search", claim=self.claim)


class ClaimTest(pytest.Item):
    """One of a claim's tests."""

    def __init__(self, *, claim: Claim, **node: Any):
        super().__init__(**node)
        self.claim = claim

    def reportinfo(self):
        assert isinstance(self.parent, ClaimTests)
        return self.path, self.parent.line, f"{self.parent.name}::{self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None):
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
    """Whether the kernel accepts the claim's proof or, if it carries none, one that is assembled."""

    def __init__(self, **node: Any):
        super().__init__(**node)
        self.add_marker("theorem")

    def runtest(self):
        outcome = prove(self.claim)
        accepted = isinstance(outcome, Certificate)
        record(self, found(self.claim, "proof", "proved" if accepted else "open"))
        if not accepted and self.claim.proof is not None:
            pytest.fail(f"{self.claim.id}: proof rejected at {outcome}", pytrace=False)
        if not accepted:
            pytest.skip(f"no proof was found automatically: {outcome}")


class Check(ClaimTest):
    """The verdict of `signproof verify`, and what it rests on."""

    def runtest(self):
        ahead = self.config.stash.get(AHEAD, {}).get(self.claim)
        judged = ahead.result() if ahead is not None else None
        if judged is None:
            judged = entry_of(self.claim, self.config)
        record(self, found(self.claim, "check", judged["verdict"], judged))
        if judged["verdict"] in FAILURES:
            pytest.fail(broken(self.claim, "check", judged, self.config), pytrace=False)
        if judged["verdict"] in SKIPS:
            pytest.skip(f"{SKIPS[judged['verdict']]}: {judged['evidence'][-1]['text']}")


def entry_of(claim: Claim, config: pytest.Config) -> dict[str, Any]:
    """A claim's entry in the ledger. Raises what a user's algorithm, family or measure raises."""
    from signproof.checks.judge import verify
    from signproof.report.ledger import entry

    return entry(verify(claim, config.option.signproof_profile, config.option.signproof_seed))


def judge_ahead(session: pytest.Session, jobs: int):
    """Start to judge the claims to be checked, in processes of their own; what cannot be sent there stays here."""
    option = session.config.option
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), signal, (SIGINT, SIG_IGN))
    session.config.add_cleanup(lambda: pool.shutdown(cancel_futures=True))
    ahead = session.config.stash.setdefault(AHEAD, {})
    for item in session.items:
        if isinstance(item, Check):
            try:
                sent = pickle.dumps(item.claim)
            except (pickle.PicklingError, AttributeError, TypeError):
                continue
            ahead[item.claim] = pool.submit(_judge, sent, option.signproof_profile, option.signproof_seed)


def _judge(sent: bytes, profile: str, seed: int) -> dict[str, Any] | None:
    """The entry of a claim, in a process of its own; nothing if it cannot be judged here, so that it is done there."""
    from signproof.checks.judge import verify
    from signproof.report.ledger import entry

    try:
        return entry(verify(pickle.loads(sent), profile, seed))
    except Exception:
        return None


class Search(ClaimTest):
    """Whether an instance that breaks the claim is found in a few seconds, from the claim alone."""

    def __init__(self, **node: Any):
        super().__init__(**node)
        self.add_marker("counterexample")

    def runtest(self):
        from signproof.checks.search import search
        from signproof.checks.verdict import Evidence, Status, Verdict
        from signproof.report.ledger import entry

        option = self.config.option
        witness = search(self.claim, SECONDS[option.signproof_profile], option.signproof_seed).witness
        if witness is None:
            record(self, found(self.claim, "search", "open"))
            return
        evidence = Evidence("witness", witness.level, f"found by search: {witness.describe()}")
        broken_by = entry(Verdict(self.claim, Status.REFUTED, (evidence,), witness=witness))
        record(self, found(self.claim, "search", "refuted", broken_by))
        pytest.fail(broken(self.claim, "search", broken_by, self.config), pytrace=False)


def found(claim: Claim, part: str, verdict: str, entry: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a test has found out about a claim, for the record."""
    tightness = entry["tightness"] if entry else None
    return {
        "name": f"{claim.id}::{part}",
        "id": claim.id,
        "part": part,
        "verdict": verdict,
        "ratio": tightness["ratio"] if tightness else None,
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
        return "run with --signproof-json ledger.json, then signproof replay ledger.json"
    return f"signproof replay {shown(place)}{needs(claim)}"


def needs(claim: Claim) -> str:
    """The file that defines what a claim uses beside the package, as an option of `signproof replay`."""
    parts = [part for part in (claim.algorithm, claim.measure, claim.rival, *claim.assumptions) if part is not None]
    modules = [sys.modules[type(part).__module__] for part in parts]
    files = {str(module.__file__) for module in modules if not module.__name__.startswith("signproof.")}
    return "".join(f" --with {shown(Path(file))}" for file in sorted(files))
