"""Many claims judged one after another, or in several processes; results as ledger entries."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from signproof.loading import load
from signproof.theory.claim import Claim

PATIENCE = 0.2
"""Seconds between two looks for a result or for Ctrl-C."""


def judge(
    targets: Sequence[str],
    claims: Sequence[Claim],
    profile: str,
    seed: int,
    jobs: int,
    advance: Callable[[str], None],
) -> Iterator[dict[str, Any]]:
    """Judge the claims, yielding each entry when it is there; with several jobs in any order.

    Arguments: the targets that the claims were loaded from (worker processes load them again); the claims; the
    profile, seed and number of processes; `advance` is told what is under way.
    """
    if jobs == 1:
        for claim in claims:
            yield _judge(claim, profile, seed, share(len(claims)), advance)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, len(claims)), _start, (list(targets),)) as pool:
        tasks = [(claim.id, profile, seed, share(len(claims))) for claim in claims]
        results = pool.imap_unordered(_judge_by_id, tasks)
        for _ in tasks:
            entry = None
            while entry is None:
                # a wait without end would not notice Ctrl-C on systems that hand the signal to another thread
                with suppress(multiprocessing.TimeoutError):
                    entry = results.next(timeout=PATIENCE)
            advance(f"{entry['id']}: {entry['verdict']}")
            yield entry


_claims: dict[str, Claim] = {}


def _start(targets: list[str]):
    """Prepare a worker: Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _claims.update({claim.id: claim for claim in load(targets)})


def share(claims: int) -> float:
    """The error probability that the statistics of each claim may spend, in a run of so many."""
    from signproof.checks.statistics import ERROR

    return ERROR / claims


def _judge_by_id(task: tuple[str, str, int, float]) -> dict[str, Any]:
    id, profile, seed, error = task
    return _judge(_claims[id], profile, seed, error, lambda text: None)


def _judge(claim: Claim, profile: str, seed: int, error: float, advance: Callable[[str], None]) -> dict[str, Any]:
    """A claim's entry; whatever a user's algorithm, family or measure raises is said there, and the run goes on."""
    from signproof.checks import judge
    from signproof.checks.verdict import Evidence, Status, Verdict
    from signproof.counterexamples import corpus
    from signproof.report.ledger import entry

    try:
        verdict = judge.verify(
            claim, profile=profile, seed=seed, advance=advance, known=corpus.against(claim), error=error
        )
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        evidence = Evidence("note", "sampled", f"it could not be judged: {reason}")
        verdict = Verdict(claim, Status.OPEN, (evidence,))
    return entry(verdict)
