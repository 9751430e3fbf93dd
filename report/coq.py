"""A second checker: Coq, on the documents of the proofs that a run accepted."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from signproof.theory.export import coqc
from signproof.theory.export.spelling import ExportError
from signproof.theory.kernel.form import read, unpacked

LARGEST = 150_000
"""Bytes of a document that is put to Coq; it takes minutes over the fractions of larger ones."""


def by_coq(entries: list[dict[str, Any]], say: Callable[[str], None] = lambda text: None) -> dict[str, str]:
    """Put the accepted proofs of entries to Coq, and note in them which it accepts, with the axioms it prints.

    `say` is called with a few words whenever a part of the work begins. Returns why the others stay with the kernel, by
    their IDs, in a line each.
    """
    left: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="signproof-coq-") as folder:
        for entry in entries:
            piece = next((piece for piece in entry["evidence"] if piece.get("accepted") and "packed" in piece), None)
            if piece is None:
                continue
            say(f"{entry['id']}: Coq")
            found = _checked(piece["packed"], Path(folder))
            if isinstance(found, str):
                left[entry["id"]] = found
                continue
            piece["checkers"] = [*piece["checkers"], "Coq"]
            piece["axioms"] = list(found)
            piece["text"] += " and by Coq"
    return left


def _checked(packed: str, folder: Path) -> tuple[str, ...] | str:
    """The axioms of a document that Coq accepts, or why it does not."""
    data = unpacked(packed)
    if len(data) > LARGEST:
        return f"its document has more than {LARGEST} bytes"
    try:
        files = coqc.files(read(data, "its document"))
    except ExportError as error:
        return str(error)
    for name, text in files.items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text:
            (folder / name).write_text(text, encoding="utf-8")
    outcome = coqc.checked(folder, [*files])
    return outcome.axioms if outcome.accepted else outcome.error
