"""What a unit of a campaign costs beside its work, by whoever works it, and what a second process gains."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from signproof.campaigns.book import Book
from signproof.campaigns.cluster import Cluster
from signproof.campaigns.conduct import Campaign
from signproof.campaigns.executors import Here, Processes
from signproof.campaigns.plan import planned
from signproof.campaigns.work import loaded
from signproof.loading import load

UNITS = Path(__file__).parents[1] / "tests" / "face" / "campaigns" / "units.py"


def seconds(path, id, blocks, executor):
    """Seconds from the first row to the last, for each unit but the first."""
    claims = [claim for claim in load([str(UNITS)]) if claim.id == id]
    plan, begun = planned([str(UNITS)], claims, blocks, 0), []
    with closing(Book.create(path, plan)) as book:
        Campaign(book, loaded(plan)).go(executor, lambda worked: begun.append(time.perf_counter()))
    return (begun[-1] - begun[0]) / (len(begun) - 1)


def test_a_unit_costs_little_beside_its_work(row, tmp_path):
    case = "a unit of a campaign, beside its work"
    row(case, "in this process", seconds(tmp_path / "a", "mine/two", 2500, Here()) * 1e3, 1, "ms")
    row(case, "in two processes", seconds(tmp_path / "b", "mine/two", 1000, Processes(2)) * 1e3, 5, "ms")
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        on = Cluster(cluster.scheduler_address)
        row(case, "on a cluster of two workers", seconds(tmp_path / "c", "mine/two", 250, on) * 1e3, 20, "ms")


def test_two_processes_do_almost_twice_as_much_as_one(row, tmp_path):
    one = seconds(tmp_path / "a", "mine/busy", 12, Processes(1))
    two = seconds(tmp_path / "b", "mine/busy", 24, Processes(2))
    row("units of one second", "efficiency of two processes", 100 * one / (2 * two), 85, "%")
