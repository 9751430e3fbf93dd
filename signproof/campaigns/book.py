"""The book of a campaign: its plan and the rows of its units, in one SQLite file.

A row is written as soon as it is there, and for good: what kills the program loses only what was under way. One
program writes at a time; any number may read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock, Timeout

from signproof.campaigns.plan import Plan
from signproof.campaigns.work import Row
from signproof.database import Database, Form
from signproof.theory.misuse import Misuse

COLUMNS = tuple(field.name for field in fields(Row))
LISTED = ", ".join(COLUMNS)
TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, seconds REAL NOT NULL, instances INTEGER, "
    "comparisons INTEGER, held INTEGER, undecided INTEGER, ratio REAL, nearest TEXT, witness TEXT, failed TEXT)",
)
FORM = Form("campaign", 0x51675063, 1, TABLES, Misuse)


class Book(Database):
    """The book in a file. `create` makes one; it is read at once, and `hold` takes it for writing.

    Raises Misuse, in one line, here and in every method, if the file is no book of this version, damaged or full.
    """

    def __init__(self, path: Path):
        if not path.exists():
            raise Misuse(f"there is no campaign {path}: begin one by `signproof campaign run {path} CLAIMS`")
        self._lock = FileLock(f"{path}.lock")
        super().__init__(path, FORM)
        try:
            about = dict(self.run("SELECT name, value FROM about"))
            self.plan, self.created = Plan.from_data(json.loads(about["plan"])), str(about["created"])
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            self.close()
            raise Misuse(f"the campaign {path} is damaged: its plan cannot be read ({error})") from None

    @classmethod
    def create(cls, path: Path, plan: Plan) -> Book:
        """A new book. Raises Misuse if there is a file already, or none can be made."""
        if path.exists():
            raise Misuse(f"{path} exists: `signproof campaign resume {path}` goes on with it; choose another name")
        made = Database(path, FORM)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entries = "plan", json.dumps(plan.data(), ensure_ascii=False), "created", now
        made.run("INSERT INTO about VALUES (?, ?), (?, ?)", entries)
        made.close()
        return cls(path)

    def hold(self) -> None:
        """Take it for writing; the system frees it when the program ends. Raises Misuse if another program has it."""
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise Misuse(f"another program is at work on {self.path}: wait for it, or end it") from None
        except OSError as error:
            raise Misuse(f"cannot write {self._lock.lock_file}: {error.strerror}") from None

    def close(self) -> None:
        """Nothing more is read or written."""
        super().close()
        self._lock.release()

    def keep(self, number: int, row: Row, seconds: float) -> None:
        """Write the row of a unit, for good."""
        values = number, seconds, *astuple(row)
        marks = ", ".join("?" * len(values))
        self.run(f"INSERT INTO rows (number, seconds, {LISTED}) VALUES ({marks})", values)

    def done(self) -> bytearray:
        """For each unit of the plan a byte: whether its row is there."""
        flags = bytearray(len(self.plan))
        for (number,) in self.each("SELECT number FROM rows"):
            if not 0 <= number < len(flags):
                raise Misuse(f"the campaign {self.path} is damaged: it has a unit {number}, of {len(flags)}")
            flags[number] = 1
        return flags

    def rows(self) -> Iterator[tuple[int, float, Row]]:
        """All rows in the order of the units: number, seconds it took, row."""
        for number, seconds, *row in self.each(f"SELECT number, seconds, {LISTED} FROM rows ORDER BY number"):
            yield number, seconds, self._row(row)

    def row(self, number: int) -> Row | None:
        """The row of one unit; None if it is not done."""
        found = self.run(f"SELECT {LISTED} FROM rows WHERE number = ?", (number,))
        return self._row(found[0]) if found else None

    def _row(self, columns: Sequence[Any]) -> Row:
        try:
            return msgspec.convert(dict(zip(COLUMNS, columns, strict=True)), Row)
        except msgspec.ValidationError as error:
            raise Misuse(f"the campaign {self.path} is damaged: {error}") from None

    def seconds(self) -> dict[int, float]:
        """How many seconds the units of each part took, by the index of the part in the plan."""
        each = len(self.plan.parts)
        return dict(self.run("SELECT number % ? AS part, total(seconds) FROM rows GROUP BY part", (each,)))

    def broken(self) -> list[tuple[int, str]]:
        """The numbers of the units that broke their claim, in order, and the witnesses, as JSON."""
        return self.run("SELECT number, witness FROM rows WHERE witness <> '' ORDER BY number")

    def failures(self, most: int) -> list[tuple[int, str]]:
        """The numbers of the first units that found nothing out, and why."""
        return self.run("SELECT number, failed FROM rows WHERE failed <> '' ORDER BY number LIMIT ?", (most,))

    def nearest(self, parts: list[int], before: int) -> Row | None:
        """The row with the largest ratio, of units of some parts up to a number; None if none has one."""
        where, values = self._of(parts, before)
        best = f"SELECT number FROM rows WHERE {where} AND ratio IS NOT NULL ORDER BY ratio DESC, number LIMIT 1"
        found = self.run(best, values)
        return self.row(found[0][0]) if found else None

    def sums(self, parts: list[int], before: int) -> tuple[int, ...]:
        """Over the units of some parts up to a number: how many, instances, comparisons, held, undecided, failed."""
        where, values = self._of(parts, before)
        sums = "count(*), total(instances), total(comparisons), total(held), total(undecided), total(failed <> '')"
        return self.run(f"SELECT {sums} FROM rows WHERE {where}", values)[0]

    def _of(self, parts: list[int], before: int) -> tuple[str, tuple[int, ...]]:
        """Units of some parts up to a number, as a condition on rows and its values."""
        return f"number % ? IN ({', '.join('?' * len(parts))}) AND number <= ?", (len(self.plan.parts), *parts, before)
