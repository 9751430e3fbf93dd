"""Mutants of a claim and its proof, put to a checker and, if it accepts them, to the referee."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from math import inf
from time import process_time
from typing import Any, NamedTuple, TypeAlias

import pytest
from mutants import mutants
from referee import Referee

from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import by_arithmetic, check
from signproof.theory.elaboration.automatic import prove
from signproof.theory.proof_steps import Certificate, Rejection

Judge: TypeAlias = Callable[[Claim], Certificate | Rejection]
"""A checker of a claim's own proof."""
FEW = 2
"""Mutants of each kind in a default run, where the proof is short."""
SHORT = 5
"""Steps of a short proof; of a proof with n times as many, n times fewer mutants are taken, but at least one."""
CANDIDATES = [id for id, claim in catalog().items() if claim.kind != "words"]


def few(claim: Claim) -> int:
    """How many mutants of each kind a default run takes."""
    return min(FEW, max(1, FEW * SHORT // len(claim.proof.steps)))


@cache
def proof_of(id: str) -> Certificate | Rejection:
    """What the check as it is written says of the proof of a claim of the catalogue; asked once in a test process."""
    return prove(catalog()[id])


def accepted(id: str) -> Claim:
    """The claim with a proof that the kernel accepts, be it written, assembled or Z3's word; skips if it has none."""
    claim = catalog()[id]
    if claim.kind == "algebraic" and claim.proof is None:
        claim = dataclasses.replace(claim, proof=by_arithmetic(claim))
    outcome = prove(claim)
    if isinstance(outcome, Rejection):
        pytest.skip(f"no accepted proof: {outcome}")
    return dataclasses.replace(claim, proof=outcome.proof)


def always(answer: Any) -> Callable[..., Any]:
    """A function that answers alike whatever it is asked."""
    return lambda *arguments, **options: answer


class Trial(NamedTuple):
    """What the kernel and the referee say of a mutant."""

    accepted: bool
    false: bool
    """Whether the mutant changes the claim itself and is shown to be false."""
    survivor: str
    """The mutant and what is false in it though the kernel let it pass; empty if nothing is shown to be so."""


def trials(claim: Claim, most: int | None = None, judge: Judge = check) -> Iterator[Trial]:
    """Let a checker judge mutants of a claim, all or so many of each kind, and the referee what it accepts."""
    referee = Referee(claim)
    for mutant in mutants(claim, most):
        outcome = judge(mutant.claim)
        false = not referee.says_the_same(mutant.claim) and referee.is_false(mutant.claim.conclusion, mutant.claim)
        survivor = referee.false_one(mutant.claim, outcome)
        words = "" if survivor is None else f"{claim.id}, {mutant.kind}, {mutant.change}: {survivor}"
        yield Trial(isinstance(outcome, Certificate), false, words)


@dataclass
class Count:
    """How many mutants there were and what the kernel and the referee said of them."""

    accepted: int = 0
    rejected: int = 0
    false: int = 0
    survivors: list[str] = field(default_factory=list)
    judged: bool = False
    """Whether the referee knows what the claim says."""

    def __str__(self):
        return (
            f"{self.accepted + self.rejected} mutants, {self.rejected} rejected, {self.accepted} accepted; "
            f"{self.false} are claims shown to be false; {len(self.survivors)} false survivors"
        )


def try_out(claim: Claim, most: int | None = None, seconds: float = inf, judge: Judge = check) -> Count:
    """What comes of all mutants, of so many of each kind, or of those that so much time is enough for."""
    end = process_time() + seconds
    tried = list(takewhile(lambda _: process_time() < end, trials(claim, most, judge)))
    accepted, false = sum(trial.accepted for trial in tried), sum(trial.false for trial in tried)
    survivors = [trial.survivor for trial in tried if trial.survivor]
    return Count(accepted, len(tried) - accepted, false, survivors, Referee(claim).judges(claim))
