"""Campaigns: units are functions of the plan, nothing recorded is lost or counted twice, and whatever happens meanwhile
the outcome is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signproof.campaigns.book import Book
from signproof.campaigns.conduct import Campaign
from signproof.campaigns.executors import Here, Processes
from signproof.campaigns.outcome import ledger_of, merged, outcomes, write_parquet
from signproof.campaigns.plan import Plan, planned
from signproof.campaigns.work import Row, loaded, worker
from signproof.loading import load
from signproof.theory.misuse import Misuse

UNITS = Path(__file__).with_name("units.py")
GOOD = "mine/two", "mine/false", "mine/raises"


@pytest.fixture(scope="module")
def claims():
    return load([str(UNITS)])


def plan_of(claims, *ids, blocks=6, seed=0):
    return planned([str(UNITS)], [claim for claim in claims if claim.id in (ids or GOOD)], blocks, seed)


def worked(path, plan, executor=None, **options):
    """The book of a campaign, after all that is left was worked."""
    book = Book(path) if path.exists() else Book.create(path, plan)
    book.hold()
    Campaign(book, loaded(plan), **options).go(executor or Here())
    return book


def counted(book):
    return list(outcomes(book))


def ledger(book):
    """The ledger's bytes, as if all campaigns had begun at the same time."""
    found = ledger_of(book, list(loaded(book.plan).values()), lambda text: None, lambda: None)
    return json.dumps(found | {"created": ""}).encode()


@pytest.fixture
def undisturbed(tmp_path, claims):
    with closing(worked(tmp_path / "undisturbed", plan_of(claims))) as book:
        return counted(book), ledger(book)


# ---------------------------------------------------------------------------------------------------------- units


@given(st.integers(1, 50), st.integers(1, 7), st.integers(0, 2**40))
def test_every_number_is_one_unit_and_a_plan_reads_as_it_was_written(blocks, parts, seed):
    plan = Plan(("a",), tuple((f"c{i % 3}", f"p{i}") for i in range(parts)), blocks, seed, ("c0",), "1")
    units = [plan.unit(number) for number in range(len(plan))]
    assert len(set(units)) == len(units) == blocks * parts
    assert len({plan.seed_of(unit) for unit in units}) == blocks
    assert Plan.from_data(json.loads(json.dumps(plan.data()))) == plan


def test_the_same_unit_gives_the_same_row_here_and_in_another_process(claims):
    plan = plan_of(claims)
    work = worker(plan)
    rows = {number: work(number) for number in range(len(plan))}
    assert rows == {number: work(number) for number in reversed(range(len(plan)))}
    elsewhere = {found.number: found.row for found in Processes(1).each(plan, iter(range(len(plan))))}
    assert elsewhere == rows


def test_a_claim_of_the_papers_is_tried_on_each_family_and_by_ascents():
    claims = load(["scaled-sign/theorem-1.2"])
    plan = planned(["scaled-sign/theorem-1.2"], claims, 2, 0)
    names = [part for _, part in plan.parts]
    assert "diagonal quadratics" in names and "ascent, dense quadratics, d = 2" in names
    work = worker(plan)
    first = work(names.index("diagonal quadratics"))
    other = work(names.index("diagonal quadratics") + len(names))
    assert first.held > 1000 and not first.failed and first.ratio is not None and first.ratio <= 1
    assert first != other and work(names.index("diagonal quadratics")) == first


def test_flows_and_proximal_methods_have_units(claims):
    for id in ("signprox/theorem-2", "scaled-sign/proposition-1.1"):
        found = load([id])
        plan = planned([id], found, 1, 0)
        row = worker(plan)(0)
        assert row.held and not row.failed and not row.witness


def test_a_claim_without_seeds_has_no_units():
    with pytest.raises(Misuse, match="`signproof verify` judges them once and for all"):
        planned(["own/remark-1"], load(["scaled-sign/example-2.eq-7"]), 3, 0)


# --------------------------------------------------------------------------------------------------------- outcome


def test_a_claim_that_is_broken_counts_up_to_the_unit_that_broke_it(undisturbed):
    two, false, raises = undisturbed[0]
    assert two.done == two.units == 12 and two.instances >= 12 and not two.witness
    assert false.witness and false.done == false.units <= 6
    assert raises.failed == 6
    found = json.loads(undisturbed[1])["claims"]
    assert [entry["verdict"] for entry in found] == ["open", "refuted", "open"]
    assert found[0]["evidence"][-1]["kind"] == "campaign"


class Shuffled:
    """Works all that it is given in another order."""

    def each(self, plan, numbers):
        given = list(numbers)
        random.Random(1).shuffle(given)
        return Here().each(plan, iter(given))


def test_the_order_in_which_units_are_worked_does_not_matter(tmp_path, claims, undisturbed):
    plan = plan_of(claims)
    with closing(worked(tmp_path / "b", plan, Shuffled())) as book:
        assert (counted(book), ledger(book)) == undisturbed
        assert len(book.broken()) > 1
        assert Campaign(book, loaded(plan)).stops == {"mine/false": book.broken()[0][0]}


def test_what_was_cut_short_goes_on_and_comes_to_the_same(tmp_path, claims, undisturbed):
    plan, cuts = plan_of(claims), 0
    for _ in range(40):
        work, left = worker(plan), 3

        def cut(number, work=work):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return work(number)

        try:
            worked(tmp_path / "b", plan, Here(cut)).close()
            break
        except KeyboardInterrupt:
            cuts += 1
            Book(tmp_path / "b").close()
    assert cuts > 3
    with closing(Book(tmp_path / "b")) as book:
        assert (counted(book), ledger(book)) == undisturbed


def test_shares_of_several_machines_are_merged(tmp_path, claims, undisturbed):
    plan = plan_of(claims)
    books = [worked(tmp_path / str(share), plan, share=(share, 3)) for share in range(3)]
    assert merged(books[0], books[1:]) > 0
    assert merged(books[0], books[1:]) == 0  # nothing is counted twice
    assert (counted(books[0]), ledger(books[0])) == undisturbed
    with pytest.raises(Misuse, match="has another plan"):
        merged(books[0], [worked(tmp_path / "other", plan_of(claims, seed=1))])
    with sqlite3.connect(tmp_path / "1") as edited:
        edited.execute("UPDATE rows SET instances = instances + 1")
    with pytest.raises(Misuse, match="have different rows for mine/"):
        merged(books[0], books[1:2])


def test_the_rows_are_a_table_of_parquet(tmp_path, claims):
    parquet = pytest.importorskip("pyarrow.parquet")
    with closing(worked(tmp_path / "b", plan_of(claims))) as book:
        count = write_parquet(book, tmp_path / "rows.parquet")
        rows = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
        assert len(rows) == count == sum(book.done())
        assert rows[0] | {"seconds": 0} == {
            "number": 0, "claim": "mine/two", "part": "first", "block": 0, "seconds": 0, "witness": "", "failed": "",
            **{name: getattr(book.row(0), name) for name in ("instances", "comparisons", "held", "undecided", "ratio")},
            "nearest": book.row(0).nearest,
        }  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- faults


def test_units_that_raise_hang_eat_memory_or_die_are_told_and_nothing_else_is_lost(tmp_path, claims, monkeypatch):
    monkeypatch.setenv("UNITS_WHERE", str(tmp_path / "died"))
    plan = plan_of(
        claims, "mine/two", "mine/raises", "mine/hangs", "mine/dies", "mine/dies-once", "mine/eats", blocks=1
    )
    with closing(worked(tmp_path / "b", plan, Processes(2, seconds=3, memory=2**32))) as book:
        failed = {plan.unit(number).claim: row.failed for number, _, row in book.rows() if row.failed}
        assert failed == {
            "mine/raises": "ValueError: no such thing",
            "mine/hangs": "mine/hangs (hangs, block 0) took more than 3 s",
            "mine/eats": "MemoryError:",
            "mine/dies": "the process that judged mine/dies (dies, block 0) was killed by SIGKILL, 3 times",
        }
        assert sum(book.done()) == len(plan)


def test_a_claim_has_no_more_units_than_seconds(tmp_path, claims):
    with closing(worked(tmp_path / "b", plan_of(claims, "mine/slow", blocks=20), claim_seconds=0.5)) as book:
        assert 2 <= sum(book.done()) <= 4


def start(*arguments, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "signproof", "campaign", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"SIGNPROOF_NO_STORE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rows_in(path):
    try:
        with closing(Book(path)) as book:
            return sum(book.done())
    except Misuse:
        return 0


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_that_is_killed_loses_nothing_it_recorded(tmp_path, claims, by):
    path = tmp_path / "b"
    with start("run", path, UNITS, "--blocks", 12, "--jobs", 1, "--unit-seconds", 30, cwd=tmp_path) as program:
        until = time.monotonic() + 120
        while rows_in(path) < 4:
            assert program.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        program.send_signal(by)
        program.communicate(timeout=60)
    with closing(Book(path)) as book:
        before = {number: row for number, _, row in book.rows()}
    assert len(before) >= 4
    assert by == signal.SIGKILL or program.returncode == 128 + by
    with closing(Book(path)) as book:
        book.hold()  # the lock went with it
        work = worker(book.plan)
        assert all(work(number) == row for number, row in before.items() if book.plan.unit(number).claim in GOOD)


def test_a_second_program_is_refused_and_anybody_may_read(tmp_path, claims, run):
    path = tmp_path / "b"
    with closing(worked(path, plan_of(claims))):
        code, _, err = run("campaign", "resume", str(path))
        assert code == 2 and err.splitlines()[-1] == (
            f"signproof: another program is at work on {path}: wait for it, or end it"
        )
        code, out, _ = run("campaign", "status", str(path))
        assert code == 0 and "mine/two" in out and "broken" in out


def test_a_disk_that_is_full_is_said_in_one_line_and_what_was_kept_stays(tmp_path, claims):
    plan = plan_of(claims, "mine/two", blocks=400)
    book = Book.create(tmp_path / "b", plan)
    pages = book.run("PRAGMA page_count")[0][0]
    book.run(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(Misuse, match="cannot be used: database or disk is full"):
        Campaign(book, loaded(plan)).go(Here())
    kept = sum(book.done())
    book.close()
    assert 0 < kept < len(plan)
    with closing(worked(tmp_path / "b", plan)) as book:
        assert sum(book.done()) == len(plan)


def test_what_is_no_campaign_or_has_changed_is_refused_in_one_line(tmp_path, claims, run):
    other = tmp_path / "other"
    with sqlite3.connect(other) as made:
        made.execute("CREATE TABLE t (x)")
    text = tmp_path / "text"
    text.write_text("no database, but a long enough line of text" * 50)
    copy = tmp_path / "units.py"
    copy.write_text(UNITS.read_text(encoding="utf-8"), encoding="utf-8")
    changed = tmp_path / "changed"
    Book.create(changed, planned([str(copy)], load([str(copy)]), 1, 0)).close()
    copy.write_text(copy.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    for arguments, said in (
        (("status", tmp_path / "none"), f"there is no campaign {tmp_path}/none"),
        (("status", other), f"{other} is another program's database, not a campaign of signproof"),
        (("status", text), f"the campaign {text} cannot be used: file is not a database"),
        (("resume", changed), f"{copy} or signproof has changed since the campaign began"),
        (("run", changed, UNITS), f"{changed} exists: `signproof campaign resume {changed}` goes on with it"),
        (("resume", changed, "--share", "5/4"), "--share 5/4 is no share: write --share 1/4 for the first of four"),
        (("export", changed), "nothing to write: name --json FILE.json, --parquet FILE.parquet, or both"),
        (("resume", changed, "--scheduler", "tcp://x:1", "--jobs", "2"), "--jobs and --memory are for processes"),
    ):
        code, _, err = run("campaign", *map(str, arguments))
        assert code == 2 and err.splitlines()[-1].startswith(f"signproof: {said}"), err


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE rows SET ratio = 'much'",
        "UPDATE rows SET nearest = NULL",
        "UPDATE about SET value = replace(value, '\"blocks\": 6', '\"blocks\": 1000000000000') WHERE name = 'plan'",
        "UPDATE about SET value = '{}' WHERE name = 'plan'",
        "UPDATE about SET value = replace(value, '\"parts\"', '\"more\"') WHERE name = 'plan'",
        "DELETE FROM about",
        "DROP TABLE rows",
    ],
)
def test_a_campaign_that_was_edited_is_refused_in_one_line(tmp_path, claims, misuse, edit):
    path = tmp_path / "b"
    worked(path, plan_of(claims)).close()
    with sqlite3.connect(path) as edited:
        edited.execute(edit)
    assert f"the campaign {path}" in misuse("campaign", "status", path)


def test_options_that_do_not_go_together_leave_no_file(tmp_path, misuse):
    misuse("campaign", "run", tmp_path / "b", UNITS, "--scheduler", "tcp://x:1", "--jobs", "2")
    assert not (tmp_path / "b").exists()


def test_the_commands_go_from_a_run_to_a_ledger(tmp_path, run):
    path, kept = tmp_path / "b", tmp_path / "ledger.json"
    claim = UNITS.read_text(encoding="utf-8").split("raises, hangs")[0]
    (tmp_path / "mine.py").write_text(claim, encoding="utf-8")
    code, out, err = run("campaign", "run", str(path), str(tmp_path / "mine.py"), "--blocks", "6", "--jobs", "1")
    assert code == 1 and "broken: mine/false (breaks late" in err, err
    assert [line.split()[0] for line in out.splitlines()] == ["claim", "mine/two", "mine/false"]
    code, _, _ = run("campaign", "export", str(path), "--json", str(kept))
    assert code == 0
    assert [entry["verdict"] for entry in json.loads(kept.read_text())["claims"]] == ["open", "refuted"]


@pytest.mark.slow
def test_the_memory_of_a_million_units_does_not_grow(tmp_path):
    import psutil

    plan = Plan((), tuple(("synthetic", f"part {i}") for i in range(10)), 100_000, 0, ("synthetic",), "")
    before = psutil.Process().memory_info().rss
    book = Book.create(tmp_path / "b", plan)
    book.run("PRAGMA synchronous = OFF")
    Campaign(book, {}).go(Here(lambda number: Row(1, 1, 1, 0, number / 1e6)))
    assert next(outcomes(book)).instances == len(plan) == 1_000_000
    assert psutil.Process().memory_info().rss - before < 500 * 2**20
