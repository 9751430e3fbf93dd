"""Who works the units: this process, several processes of this machine, or a cluster of Dask.

All three have one method, `each`: numbers of units go in, one at a time, and rows come out in any order. A unit whose
process dies or takes too long comes out as a `Lost`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from signproof.campaigns.plan import Plan
from signproof.campaigns.work import Row, Work, worker
from signproof.workers import Lost, each


@dataclass(frozen=True)
class Worked:
    """A unit that somebody worked: its number, its row or how it was lost, and how many seconds it took."""

    number: int
    row: Row | Lost
    seconds: float


class Executor(Protocol):
    """Somebody who works units."""

    def each(self, plan: Plan, numbers: Iterator[int]) -> Iterator[Worked]:
        """Work units by number, asking for the next one when there is somebody to work it.

        Raises Misuse if the plan cannot be worked here, Lost if everybody is gone, KeyboardInterrupt at Ctrl-C.
        """
        ...


class Here:
    """This process alone: nothing limits a unit."""

    def __init__(self, work: Work | None = None):
        self.work = work

    def each(self, plan: Plan, numbers: Iterator[int]) -> Iterator[Worked]:
        work = timed(self.work or worker(plan))
        for number in numbers:
            yield Worked(number, *work(number))


@dataclass(frozen=True)
class Processes:
    """Processes of this machine: how many, the seconds that a unit may take, the bytes that a process may take."""

    jobs: int
    seconds: float | None = None
    memory: int | None = None

    def each(self, plan: Plan, numbers: Iterator[int]) -> Iterator[Worked]:
        under_way: dict[int, int] = {}

        def tasks() -> Iterator[tuple[str, int]]:
            for turn, number in enumerate(numbers):
                under_way[turn] = number
                yield str(plan.unit(number)), number

        crew = each(self.jobs, tasks(), _prepared, (plan, self.memory), replaced=True, seconds=self.seconds)
        for turn, found in crew:
            row, seconds = (found, self.seconds or 0.0) if isinstance(found, Lost) else found
            yield Worked(under_way.pop(turn), row, seconds)


def timed(work: Work) -> Callable[[int], tuple[Row, float]]:
    """What works units and tells how many seconds each took."""

    def measured(number: int) -> tuple[Row, float]:
        begun = monotonic()
        return work(number), monotonic() - begun

    return measured


def _prepared(plan: Plan, memory: int | None) -> Callable[[int], tuple[Row, float]]:
    """What a process of a crew works with."""
    return timed(worker(plan, memory))
