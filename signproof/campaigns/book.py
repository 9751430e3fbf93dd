"""The book of a campaign: its plan and the rows of its units, in one SQLite file.

A row is written as soon as it is there, and for good: what kills the program loses only what was under way. One
program writes at a time; any number may read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from signproof.campaigns.plan import Plan
from signproof.campaigns.work import Row
from signproof.theory.misuse import Misuse

APPLICATION, VERSION = 0x51675063, 1
"""What SQLite keeps in the head of our files: whose they are, and of which form."""
COLUMNS = tuple(field.name for field in fields(Row))
TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, part INTEGER NOT NULL, seconds REAL NOT NULL, instances INTEGER, "
    "comparisons INTEGER, held INTEGER, undecided INTEGER, ratio REAL, nearest TEXT, witness TEXT, failed TEXT)",
)
TOTALS = (
    "SELECT part, count(*), sum(instances), sum(comparisons), sum(held), sum(undecided), sum(failed <> ''), "
    "sum(seconds) FROM rows GROUP BY part"
)


class Book:
    """The book in a file. `create` makes one; it is read at once, and `hold` takes it for writing.

    Raises Misuse, in one line, here and in every method, if the file is no book of this version, damaged or full.
    """

    def __init__(self, path: Path):
        if not path.exists():
            raise Misuse(f"there is no campaign {path}: begin one by `signproof campaign run {path} CLAIMS`")
        self.path, self._lock = path, FileLock(f"{path}.lock")
        self._open()
        application, version = (self._run(f"PRAGMA {name}")[0][0] for name in ("application_id", "user_version"))
        if application != APPLICATION:
            raise Misuse(f"{path} is not a campaign of signproof")
        if version != VERSION:
            raise Misuse(f"the campaign {path} has form {version}; this version of signproof reads {VERSION}")
        about = dict(self._run("SELECT name, value FROM about"))
        try:
            self.plan, self.created = Plan.from_data(json.loads(about["plan"])), about["created"]
        except (KeyError, TypeError, ValueError) as error:
            raise Misuse(f"the campaign {path} is damaged: its plan cannot be read ({error})") from None

    def _open(self) -> None:
        try:
            self._connection = sqlite3.connect(self.path, isolation_level=None)
        except sqlite3.Error as error:
            raise Misuse(f"the campaign {self.path} cannot be opened: {error}") from None

    @classmethod
    def create(cls, path: Path, plan: Plan) -> Book:
        """A new book. Raises Misuse if there is a file already, or none can be made."""
        if path.exists():
            raise Misuse(f"{path} exists: `signproof campaign resume {path}` goes on with it; choose another name")
        try:
            path.touch(exist_ok=False)
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for table in TABLES:
                connection.execute(table)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            for entry in (("plan", json.dumps(plan.data(), ensure_ascii=False)), ("created", now)):
                connection.execute("INSERT INTO about VALUES (?, ?)", entry)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
            connection.close()
        except OSError as error:
            raise Misuse(f"cannot write {path}: {error.strerror}") from None
        except sqlite3.Error as error:
            raise Misuse(f"the campaign {path} cannot be written: {error}") from None
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
        self._connection.close()
        self._lock.release()

    def keep(self, number: int, row: Row, seconds: float) -> None:
        """Write the row of a unit, for good."""
        values = number, number % len(self.plan.parts), seconds, *astuple(row)
        marks = ", ".join("?" * len(values))
        self._run(f"INSERT INTO rows (number, part, seconds, {', '.join(COLUMNS)}) VALUES ({marks})", *values)

    def done(self) -> bytearray:
        """For each unit of the plan a byte: whether its row is there."""
        flags = bytearray(len(self.plan))
        for (number,) in self._each("SELECT number FROM rows"):
            if not 0 <= number < len(flags):
                raise Misuse(f"the campaign {self.path} is damaged: it has a unit {number}, of {len(flags)}")
            flags[number] = 1
        return flags

    def rows(self) -> Iterator[tuple[int, float, Row]]:
        """All rows in the order of the units: number, seconds it took, row."""
        for number, seconds, *row in self._each(
            f"SELECT number, seconds, {', '.join(COLUMNS)} FROM rows ORDER BY number"
        ):
            yield number, seconds, Row(*row)

    def row(self, number: int) -> Row | None:
        """The row of one unit; None if it is not done."""
        found = self._run(f"SELECT {', '.join(COLUMNS)} FROM rows WHERE number = ?", number)
        return Row(*found[0]) if found else None

    def totals(self) -> dict[int, tuple[Any, ...]]:
        """By the index of a part in the plan: how many of its units are done, the sums of instances, comparisons, held
        and undecided, how many failed, and the seconds they took."""
        return {part: tuple(sums) for part, *sums in self._each(TOTALS)}

    def broken(self) -> list[tuple[int, str]]:
        """The numbers of the units that broke their claim, in order, and the witnesses, as JSON."""
        return self._run("SELECT number, witness FROM rows WHERE witness <> '' ORDER BY number")

    def failures(self, most: int) -> list[tuple[int, str]]:
        """The numbers of the first units that found nothing out, and why."""
        return self._run("SELECT number, failed FROM rows WHERE failed <> '' ORDER BY number LIMIT ?", most)

    def nearest(self, parts: list[int], before: int) -> tuple[float, str] | None:
        """The largest ratio of units of some parts up to a number, with its instance; None if there is none."""
        marks = ", ".join("?" * len(parts))
        found = self._run(
            f"SELECT ratio, nearest FROM rows WHERE part IN ({marks}) AND number <= ? AND ratio IS NOT NULL "
            "ORDER BY ratio DESC, number LIMIT 1",
            *parts,
            before,
        )
        return found[0] if found else None

    def sums(self, parts: list[int], before: int) -> tuple[int, ...]:
        """Over the units of some parts up to a number: how many, instances, comparisons, held, undecided, failed."""
        marks = ", ".join("?" * len(parts))
        return self._run(
            "SELECT count(*), total(instances), total(comparisons), total(held), total(undecided), "
            f"total(failed <> '') FROM rows WHERE part IN ({marks}) AND number <= ?",
            *parts,
            before,
        )[0]

    def _each(self, query: str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query)
        except sqlite3.Error as error:
            raise self._misuse(error) from None

    def _run(self, query: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise self._misuse(error) from None

    def _misuse(self, error: Exception) -> Misuse:
        return Misuse(f"the campaign {self.path} cannot be used: {' '.join(str(error).split())}")
