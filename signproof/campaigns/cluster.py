"""Units worked on a cluster of Dask: an engine that is there, with its own schedulers, workers, nannies and dashboards.

Every thread of a worker has one unit at a time. A worker that dies is Dask's business: its unit goes to another one. A
unit that takes too long is ended by a restart of its worker, which takes a nanny.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from signproof.campaigns.executors import Worked, timed
from signproof.campaigns.plan import Plan
from signproof.campaigns.work import Row, worker
from signproof.theory.misuse import Misuse
from signproof.workers import FAILED, Lost

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 0.5
"""Seconds between two looks at what is under way."""
FIRST = 60
"""Seconds more that a worker's first unit may take: it loads the claims."""
CONNECT = 10
"""Seconds until a scheduler answers."""
EXTRA = "a cluster needs Dask: pip install 'signproof[cluster]'"

_works: dict[Plan, Callable[[int], tuple[Row, float]]] = {}
_alone = threading.Lock()


def unit(plan: Plan, number: int) -> tuple[Row, float, str]:
    """What a worker of the cluster does: the row of a unit, the seconds it took, and the worker's address. A process
    has one unit at a time."""
    from distributed import get_worker

    with _alone:
        if plan not in _works:
            _works.clear()
            _works[plan] = timed(worker(plan))
        return *_works[plan](number), get_worker().address


@dataclass(frozen=True)
class Cluster:
    """The cluster of the scheduler at an address, as tcp://HOST:PORT, and the seconds that a unit may take."""

    address: str
    seconds: float | None = None

    def each(self, plan: Plan, numbers: Iterator[int]) -> Iterator[Worked]:
        """See `Executor`. Raises Misuse if no scheduler answers, Lost if it is gone."""
        try:
            from distributed import Client
        except ImportError:
            raise Misuse(EXTRA) from None
        try:
            client = Client(self.address, timeout=CONNECT)
        except (OSError, ValueError, TypeError) as error:
            said = " ".join(str(error).split())
            raise Misuse(f"no scheduler of Dask answers at {self.address}: {said}") from None
        try:
            yield from _Under(client, plan, numbers, self.seconds).way()
        finally:
            client.close(timeout=CONNECT)


class _Under:
    """What is under way on a cluster."""

    def __init__(self, client: Client, plan: Plan, numbers: Iterator[int], seconds: float | None):
        self.client, self.plan, self.numbers, self.seconds = client, plan, numbers, seconds
        self.numbered: dict[Future, int] = {}
        self.begun: dict[Any, float] = {}  # by Dask's keys
        self.address = client.scheduler_info()["address"]
        self.warm: set[str] = set()
        self.ended = False

    def way(self) -> Iterator[Worked]:
        """What is worked, as it comes."""
        from distributed import wait
        from distributed.client import CancelledError

        while True:
            self._hand_out()
            if not self.numbered and self.ended:
                return
            if self.client.status != "running":
                raise Lost(f"the scheduler {self.address} is gone", "", FAILED)
            try:
                finished = wait(list(self.numbered), timeout=PATIENCE, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                yield from self._hurried()
                continue
            except (CancelledError, OSError):  # its futures are lost with a scheduler
                raise Lost(f"the scheduler {self.address} is gone", "", FAILED) from None
            for future in finished:
                yield self._worked(future)

    def _hand_out(self) -> None:
        """Give every thread something to do; nobody waits for workers that come later."""
        threads = sum(self.client.nthreads().values()) if self.client.status == "running" else 0
        while not self.ended and len(self.numbered) < threads:
            number = next(self.numbers, None)
            if number is None:
                self.ended = True
                return
            future = self.client.submit(unit, self.plan, number, pure=False, key=f"signproof-{number}-{monotonic()}")
            self.numbered[future] = number

    def _worked(self, future: Future) -> Worked:
        from distributed import KilledWorker

        number = self.numbered.pop(future)
        self.begun.pop(future.key, None)
        try:
            row, seconds, address = future.result()
        except KilledWorker:
            name = str(self.plan.unit(number))
            return Worked(number, Lost(f"the workers of the cluster that had {name} died", name, FAILED), 0.0)
        self.warm.add(address)
        return Worked(number, row, seconds)

    def _hurried(self) -> Iterator[Worked]:
        """End what takes too long."""
        if self.seconds is None:
            return
        busy = {key: address for address, keys in self.client.processing().items() for key in keys}
        for future, number in list(self.numbered.items()):
            if future.key not in busy:
                continue
            begun = self.begun.setdefault(future.key, monotonic())
            if monotonic() - begun > self.seconds + FIRST * (busy[future.key] not in self.warm):
                del self.numbered[future]
                future.cancel()
                self.client.restart_workers([busy[future.key]])
                name = str(self.plan.unit(number))
                late = Lost(f"{name} took more than {self.seconds:g} s", name, FAILED, late=True)
                yield Worked(number, late, self.seconds)
