"""SQLite files of ours: begun if there is none, known by their head, and whatever goes wrong with them is one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 2.0
"""Seconds to wait for another process that writes."""


@dataclass(frozen=True)
class Form:
    """A kind of files: its name in messages, what SQLite keeps in their head (whose they are, and of which form), the
    statements that begin one, and the exception that says what is wrong with one."""

    name: str
    application: int
    version: int
    tables: tuple[str, ...]
    error: type[Exception]


class Database:
    """A file of a form, which is begun if it is empty or not there.

    Raises the form's exception, here and in every method, if it is none, of another version, damaged, locked or full.
    """

    def __init__(self, path: Path, form: Form):
        self.path, self.form = path, form
        if path.exists() and not path.is_file():
            raise form.error(f"the {form.name} {path} is no file")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise form.error(f"the {form.name} {path} cannot be opened: {_said(error)}") from None
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        form, run = self.form, self.run
        application, version = (run(f"PRAGMA {name}")[0][0] for name in ("application_id", "user_version"))
        if (application, version) == (0, 0) and not self._tables():
            run("PRAGMA journal_mode = WAL")
            run("BEGIN IMMEDIATE")
            if not self._tables():  # nobody else was quicker
                for table in form.tables:
                    run(table)
                run(f"PRAGMA application_id = {form.application}")
                run(f"PRAGMA user_version = {form.version}")
            run("COMMIT")
        elif application != form.application:
            raise form.error(f"{self.path} is another program's database, not a {form.name} of signproof")
        elif version != form.version:
            raise form.error(
                f"the {form.name} {self.path} has form {version}; this version of signproof reads {form.version}"
            )
        run("PRAGMA synchronous = NORMAL")

    def _tables(self) -> int:
        found: int = self.run("SELECT count(*) FROM sqlite_master")[0][0]
        return found

    def run(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows that a query gives."""
        return list(self.each(query, values))

    def each(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """The same, one after the other."""
        try:
            yield from self._connection.execute(query, values)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise self.form.error(f"the {self.form.name} {self.path} cannot be used: {_said(error)}") from None

    def close(self) -> None:
        """No more is asked of it."""
        self._connection.close()


def _said(error: BaseException) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())
