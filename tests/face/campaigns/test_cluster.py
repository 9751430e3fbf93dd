"""Campaigns on a cluster of Dask, on this machine: the same rows, whatever dies on the way."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from signproof.campaigns.book import Book
from signproof.campaigns.cluster import Cluster
from signproof.campaigns.conduct import Campaign
from signproof.campaigns.executors import Here
from signproof.campaigns.outcome import outcomes
from signproof.campaigns.plan import planned
from signproof.campaigns.work import loaded
from signproof.loading import load
from signproof.theory.misuse import Misuse
from signproof.workers import Lost

distributed = pytest.importorskip("distributed")
UNITS = Path(__file__).with_name("units.py")


def plan_of(*ids, blocks):
    return planned([str(UNITS)], [claim for claim in load([str(UNITS)]) if claim.id in ids], blocks, 0)


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def worked(path, plan, executor):
    book = Book.create(path, plan)
    Campaign(book, loaded(plan)).go(executor)
    return book


def test_no_scheduler_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("signproof.campaigns.cluster.CONNECT", 1)
    with pytest.raises(Misuse, match="no scheduler of Dask answers at tcp:"):
        worked(tmp_path / "b", plan_of("mine/two", blocks=1), Cluster("tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_a_cluster_comes_to_what_one_process_comes_to_though_a_worker_is_killed(tmp_path, cluster):
    plan = plan_of("mine/two", "mine/false", "mine/raises", "mine/slow", blocks=8)
    workers = [worker["pid"] for worker in cluster.scheduler_info["workers"].values() if "pid" in worker]
    workers = workers or [process.process.process.pid for process in cluster.workers.values()]
    threading.Timer(1.5, lambda: os.kill(workers[0], signal.SIGKILL)).start()
    with (
        closing(worked(tmp_path / "b", plan, Cluster(cluster.scheduler_address))) as book,
        closing(worked(tmp_path / "c", plan, Here())) as here,
    ):
        assert list(outcomes(book)) == list(outcomes(here))


@pytest.mark.slow
def test_a_unit_that_hangs_on_a_cluster_is_ended(tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("signproof.campaigns.cluster.FIRST", 30)
    plan = plan_of("mine/two", "mine/hangs", blocks=1)
    with closing(worked(tmp_path / "b", plan, Cluster(cluster.scheduler_address, seconds=3))) as book:
        failed = [row.failed for _, _, row in book.rows() if row.failed]
        assert failed == ["mine/hangs (hangs, block 0) took more than 3 s"]
        assert sum(book.done()) == len(plan)


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_run_and_another_one_finishes_it(tmp_path, cluster):
    plan = plan_of("mine/slow", blocks=30)
    book = Book.create(tmp_path / "b", plan)
    closed = []

    def close(worked):
        if not closed:
            closed.append(time.monotonic())
            cluster.close()

    with pytest.raises(Lost, match="is gone"):
        Campaign(book, loaded(plan)).go(Cluster(cluster.scheduler_address), close)
    assert time.monotonic() - closed[0] < 60
    assert 0 < sum(book.done()) < len(plan)
    Campaign(book, loaded(plan)).go(Here())
    assert sum(book.done()) == len(plan)
