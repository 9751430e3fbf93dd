"""The store: verdicts that were reached before, in one SQLite file, each under a hash of all that decides it.

A verdict is written as soon as it is there, so that nothing judged is lost to a signal. One that comes out again is
what it was: `proved` is put to the kernel once more, from the document that it carries. The store is a convenience:
where it cannot be used, a run goes on without it.
"""

from __future__ import annotations

import json
import os
import platform
import warnings
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from signproof.database import Database, Form

FILE = "verdicts.sqlite"
LARGEST = 2**28
"""Bytes of an entry that is read."""
COMPILED = 2**29
"""Bytes of what JAX compiled that are kept."""
SHORT = 900
"""Keys of one question; SQLite has a limit."""
TABLES = (
    "CREATE TABLE verdicts (key TEXT PRIMARY KEY, id TEXT NOT NULL, error REAL NOT NULL, sum TEXT NOT NULL, "
    "entry BLOB NOT NULL, written TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID",
    "CREATE TABLE catalogues (key TEXT PRIMARY KEY, ids TEXT NOT NULL) WITHOUT ROWID",
)


class StoreError(Exception):
    """The store cannot be used; the message is one line."""


def folder() -> Path:
    """Where signproof keeps what it can make again: the store, and what JAX compiled."""
    from platformdirs import user_cache_path

    return user_cache_path("signproof", appauthor=False)


FORM = Form("store", 0x51675072, 1, TABLES, StoreError)


class Store(Database):
    """The store in a file, which is made if it is not there.

    Raises StoreError, here and in every method, if it is not a store of this version, damaged, locked, or full.
    """

    def __init__(self, path: Path):
        super().__init__(path, FORM)

    def known(self, keys: Sequence[str]) -> dict[str, tuple[dict[str, Any], float]]:
        """The entries that are there under some keys, each with the error probability its claim was given."""
        found = {}
        for first in range(0, len(keys), SHORT):
            part = keys[first : first + SHORT]
            marks = ", ".join("?" * len(part))
            query = f"SELECT key, error, sum, entry FROM verdicts WHERE key IN ({marks}) AND length(entry) < {LARGEST}"
            for key, error, total, packed in self.run(query, part):
                entry = _unpacked(packed, total)
                if entry is not None:
                    found[key] = entry, float(error)
        return found

    def keep(self, key: str, entry: Mapping[str, Any], error: float) -> None:
        """Write an entry, at once and for good."""
        packed = zlib.compress(
            json.dumps(entry, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass"), 1
        )
        row = key, entry["id"], error, sha256(packed).hexdigest(), packed
        self.run("INSERT OR REPLACE INTO verdicts (key, id, error, sum, entry) VALUES (?, ?, ?, ?, ?)", row)

    def catalogue(self, base: str) -> list[str] | None:
        """The IDs of the claims that come with the package, if they were listed before."""
        for (ids,) in self.run("SELECT ids FROM catalogues WHERE key = ?", (base,)):
            try:
                found = json.loads(ids)
            except (ValueError, TypeError):
                return None
            return found if isinstance(found, list) and all(isinstance(id, str) for id in found) else None
        return None

    def list(self, base: str, ids: Sequence[str]) -> None:
        """Write these IDs."""
        self.run("INSERT OR REPLACE INTO catalogues (key, ids) VALUES (?, ?)", (base, json.dumps(ids)))


def _unpacked(packed: Any, total: Any) -> dict[str, Any] | None:
    """An entry; None if it is not what was written."""
    if not isinstance(packed, bytes) or sha256(packed).hexdigest() != total:
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, LARGEST)
        entry = json.loads(text) if unpacking.eof else None
    except (zlib.error, ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def keep_compiled() -> None:
    """Have JAX keep what it compiles beside the store, unless the user has said where; before JAX is imported.

    What was compiled for a processor is used on those alone that can do the same. Another process may be writing what
    one reads: that is a miss, and nothing to warn of.
    """
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache entry", UserWarning)
    if "JAX_COMPILATION_CACHE_DIR" in os.environ or "JAX_ENABLE_COMPILATION_CACHE" in os.environ:
        return
    features = platform.processor()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as opened:
        features += next((line for line in opened if line.startswith(("flags", "Features"))), "")
    place = folder() / "compiled" / sha256(features.encode()).hexdigest()[:16]
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        _shrink(place)
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(place)
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


def _shrink(place: Path) -> None:
    """Remove the oldest files of a folder that has grown large."""
    with os.scandir(place) as entries:
        held = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in entries if entry.is_file())
    size = sum(each for _, each, _ in held)
    for _, each, path in held:
        if size <= COMPILED:
            return
        with suppress(OSError):
            os.unlink(path)
        size -= each
