"""How a campaign goes on: units that are not done are handed out, and their rows are kept.

A unit that breaks its claim stops the claim: of its units only those that come before it are worked. So what a finished
campaign comes to is the same however often it was cut short, and whoever worked it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from signproof.campaigns.book import Book
from signproof.campaigns.executors import Executor, Worked
from signproof.campaigns.work import Row
from signproof.theory.claim import Claim
from signproof.theory.misuse import Misuse, named
from signproof.workers import Lost

if TYPE_CHECKING:
    from signproof.checks.replay.witness import Witness

TRIES = 3
"""How often a unit is tried whose process dies."""


@dataclass
class Campaign:
    """A campaign under way.

    Attributes: its book, which it holds; its claims by ID, on which witnesses are replayed; the seconds that the units
    of one claim may take together; of how many shares of the units which one is worked here.
    """

    book: Book
    claims: dict[str, Claim]
    claim_seconds: float | None = None
    share: tuple[int, int] = (0, 1)
    stops: dict[str, int] = field(default_factory=dict)
    """By claim the least number of a unit that broke it."""

    def __post_init__(self) -> None:
        self.done = self.book.done()
        self.spent: defaultdict[str, float] = defaultdict(float)
        for part, seconds in self.book.seconds().items():
            self.spent[self.book.plan.parts[part][0]] += seconds
        for number, _ in self.book.broken():
            self._stop(number)
        self._again: deque[int] = deque()
        self._tries: Counter[int] = Counter()

    def go(self, executor: Executor, told: Callable[[Worked], None] = lambda worked: None) -> None:
        """Work all units that are left. Whatever ends it early loses nothing but what is under way.

        Arguments: who works them; `told` of each that was worked.
        Raises what the executor raises, and Misuse if the book cannot be written.
        """
        while True:
            for worked in executor.each(self.book.plan, self._waiting()):
                if self._kept(worked):
                    told(worked)
            if not self._again:
                return

    @property
    def left(self) -> int:
        """How many units are not done, and are not stopped."""
        return sum(1 for _ in self._undone())

    def _waiting(self) -> Iterator[int]:
        for number in self._undone():
            yield from self._retried()
            yield number
        yield from self._retried()

    def _retried(self) -> Iterator[int]:
        while self._again:
            yield self._again.popleft()

    def _undone(self) -> Iterator[int]:
        plan, (share, of) = self.book.plan, self.share
        for number in range(share, len(plan), of):
            if self.done[number] or number in self._tries:
                continue
            claim = plan.parts[number % len(plan.parts)][0]
            if number < self.stops.get(claim, len(plan)) and not self._exhausted(claim):
                yield number

    def _exhausted(self, claim: str) -> bool:
        return self.claim_seconds is not None and self.spent[claim] >= self.claim_seconds

    def _kept(self, worked: Worked) -> bool:
        """Keep a row; whether the unit is done. One whose process died is tried again."""
        number, row = worked.number, worked.row
        unit = self.book.plan.unit(number)
        if isinstance(row, Lost):
            self._tries[number] += 1
            if not row.late and self._tries[number] < TRIES:
                self._again.append(number)
                return False
            row = Row(failed=str(row) if row.late else f"{row}, {TRIES} times")
        unconfirmed = self._unconfirmed(unit.claim, row.witness) if row.witness else ""
        if unconfirmed:
            row = replace(row, witness="", failed=f"a violation was not confirmed: {unconfirmed}")
        self.book.keep(number, row, worked.seconds)
        self.done[number] = 1
        self.spent[unit.claim] += worked.seconds
        if row.witness:
            self._stop(number)
        return True

    def _stop(self, number: int) -> None:
        claim = self.book.plan.unit(number).claim
        self.stops[claim] = min(number, self.stops.get(claim, number))

    def _unconfirmed(self, claim: str, witness: str) -> str:
        """Why a witness that came from elsewhere does not break the claim here, in exact arithmetic; "" if it does."""
        try:
            found = witness_of(self.claims[claim], witness).replay()
        except Exception as error:  # whatever a user's code raises
            return named(error)
        return "" if found.confirmed else found.why or "the bound holds"


def witness_of(claim: Claim, text: str) -> Witness:
    """A witness against a claim, or a case of it, from its JSON. Raises Misuse or ValueError if it is none."""
    from signproof.counterexamples import corpus

    found = corpus.witness_against(claim, json.loads(text), claim.id)
    if found is None:
        raise Misuse(f"the witness is against another claim than {claim.id}")
    return found
