"""The one door to a verdict: `signproof.verify`, the command line, pytest and its fixture all judge here.

One function knows the corpus, hands out the budget of error, and sees to it that what a user's code raises is said of
its own claim and of no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from signproof.interruption import heeded
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse, named

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness
    from signproof.checks.verdicts.verdict import Verdict


def silent(text: str) -> None:
    """Told what is under way, it says nothing."""


class Budget:
    """The error probability that statistics may spend in this process, however often claims are judged in it.

    The j-th batch of claims gets ERROR / (j (j + 1)), in equal shares; the sum over all j is ERROR.
    """

    def __init__(self) -> None:
        self.batches = 0

    def share(self, claims: int) -> float:
        """What each claim of a new batch of so many may spend."""
        from signproof.checks.numbers.confidence import ERROR

        self.batches += 1
        return ERROR / (self.batches * (self.batches + 1)) / max(claims, 1)


BUDGET = Budget()
"""That of this process; other processes that it starts are given shares of it."""


def verify(claim: Claim, profile: str = "quick", seed: int = 0, advance: Callable[[str], None] = silent) -> Verdict:
    """Judge a claim: check its proof, test it on problems, replay every violation exactly.

    Arguments:
        claim: what to judge.
        profile: "quick" (seconds) or "full" (more instances, longer runs).
        seed: the random seed.
        advance: called with a few words whenever a part of the work begins.
    Returns the verdict: status, evidence, lemmas, tightness and, if the claim fails, a witness. If a user's
    algorithm, family or measure raises, it is `open`: the evidence names the exception, and `raised` holds it.
    Over all calls in a process, the probability that statistics refute any true claim is at most 1e-9.
    Raises ValueError for an unknown profile.
    """
    from signproof.checks.trials.tally import PROFILES

    if profile not in PROFILES:
        raise ValueError(f"there is no profile {profile!r}; choose {' or '.join(PROFILES)}")
    return verdict_on(claim, profile, seed, BUDGET.share(1), advance)


def verdict_on(
    claim: Claim,
    profile: str,
    seed: int,
    error: float,
    advance: Callable[[str], None] = silent,
    found: Sequence[Witness] = (),
) -> Verdict:
    """The same within a share of the budget that the caller has taken; witnesses that were found are replayed first.
    Interruptions alone are raised."""
    from signproof.checks.verdicts import judge
    from signproof.counterexamples import corpus

    with heeded() as heed:
        try:
            known = [*corpus.against(claim), *found]
            verdict = judge.verify(claim, profile=profile, seed=seed, advance=advance, known=known, error=error)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # SystemExit, too, and whatever else a user's code may raise
            verdict = _unjudged(claim, raised)
        heed()
    return verdict


def judged(claim: Claim, profile: str, seed: int, error: float, advance: Callable[[str], None] = silent) -> dict:
    """A claim's entry in the ledger; if its parts cannot be written down, the entry says so."""
    return entry_of(verdict_on(claim, profile, seed, error, advance))


def entry_of(verdict: Verdict) -> dict[str, Any]:
    """The entry of a verdict; if the claim's own parts raise where they are written down, one that says so."""
    from signproof.report.ledger import bare, entry

    try:
        return entry(verdict)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:
        return bare(_unjudged(verdict.claim, raised))


def _unjudged(claim: Claim, raised: BaseException) -> Verdict:
    from signproof.checks.verdicts.verdict import Evidence, Status, Verdict

    facts = {"raised": type(raised).__name__}
    evidence = Evidence("note", "sampled", f"it could not be judged: {named(raised)}", facts)
    return Verdict(claim, Status.OPEN, (evidence,), raised=raised)


Keep = Callable[[str, dict[str, Any]], None]
"""Told the key of an entry that may be kept, and the entry."""


def judge(
    targets: Sequence[str],
    claims: Sequence[Claim],
    profile: str,
    seed: int,
    jobs: int,
    advance: Callable[[str], None],
    error: float | None = None,
    base: str = "",
    keep: Keep | None = None,
) -> Iterator[dict[str, Any]]:
    """Judge the claims, yielding each entry when it is there; with several jobs in any order.

    Arguments: the targets that the claims were loaded from (worker processes load them again); the claims; the
    profile, seed and number of processes; `advance` is told what is under way; each claim's share of the budget of
    error, taken here if it was not yet; what `fingerprint.asked` gave, and `keep`, which is told of entries that may be
    kept for a claim that is the same, under its key.
    Raises Lost if a process dies, Misuse if the files say other things when they are read again.
    """
    error = BUDGET.share(len(claims)) if error is None else error
    if jobs == 1:
        for claim in claims:
            entry, key = _keyed(claim, profile, seed, error, advance, base)
            if keep is not None and key is not None:
                keep(key, entry)
            yield entry
        return
    from signproof.workers import each

    tasks = [(claim.id, claim.id) for claim in claims]
    for _, (entry, key) in each(jobs, tasks, _prepared, (list(targets), profile, seed, error, base)):
        if isinstance(entry, Misuse):
            raise entry
        if keep is not None and key is not None:
            keep(key, entry)
        advance(f"{entry['id']}: {entry['verdict']}")
        yield entry


def _keyed(
    claim: Claim, profile: str, seed: int, error: float, advance: Callable[[str], None], base: str
) -> tuple[dict[str, Any], str | None]:
    """A claim's entry, and the key it may be kept under, if it is known all that it depends on."""
    if not base:
        return judged(claim, profile, seed, error, advance), None
    from signproof import fingerprint
    from signproof.opened import watched
    from signproof.report.ledger import unjudged

    key = fingerprint.key_of(base, claim)
    with watched() as opened:
        entry = judged(claim, profile, seed, error, advance)
    known = fingerprint.is_known_to_the_end(claim, opened)
    return entry, key if known and entry["verdict"] != "inconsistent" and not unjudged(entry) else None


def _prepared(targets: list[str], profile: str, seed: int, error: float, base: str) -> Callable[[str], Any]:
    """What a process judges with: it loads the claims itself, as not all can be sent. What it refuses it returns."""
    from signproof.loading import load

    try:
        claims = {claim.id: claim for claim in load(targets)}
    except Misuse as misuse:
        refused = Misuse(f"read again, in another process: {misuse}")
        return lambda id: (refused, None)

    def work(id: str) -> tuple[dict[str, Any] | Misuse, str | None]:
        if id not in claims:
            return Misuse(f"the ID {id!r} changes when its file is read again: use constant IDs"), None
        return _keyed(claims[id], profile, seed, error, silent, base)

    return work
