"""Coq files in a folder: an exported theorem with the library it rests on, and what coqc says of them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from signproof.theory.export.coq import coq, theorem_name
from signproof.theory.kernel.form import Document

LIBRARY = Path(__file__).resolve().parents[1] / "coq"
ARGUMENTS = ("-Q", ".", "Signproof", "-w", "-ambiguous-paths")
SECONDS = 120
"""For which coqc may run, the library included."""
_REQUIRED = re.compile(r"^From Signproof Require (?:Import |Export )?([\w ]+)\.", re.MULTILINE)
_ERROR = re.compile(r"^File \"\./(.+?)\", line (\d+).*?\n(.*?)(?=^File |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Checked:
    """What coqc said: whether it accepts all, the axioms that the theorem rests on, else the first error in a line."""

    accepted: bool
    axioms: tuple[str, ...] = ()
    error: str = ""


def files(document: Document) -> dict[str, str]:
    """The files of a folder, by name: those of the library, the theorem, and _CoqProject; in the order of compilation.

    Raises ExportError, in one line, if the library lacks something.
    """
    name = f"{theorem_name(document.form.claim.id)}.v"
    text = coq(document)
    found = {file: (LIBRARY / file).read_text(encoding="utf-8") for file in library(text)}
    project = ["-Q . Signproof", "-arg -w -arg -ambiguous-paths", *found, name]
    return {**found, name: text, "_CoqProject": "\n".join(project) + "\n"}


def library(text: str) -> list[str]:
    """The files of the library that a Coq file requires, in the order of compilation."""
    order: list[str] = []

    def visit(text: str) -> None:
        for names in _REQUIRED.findall(text):
            for required in names.split():
                if f"{required}.v" not in order:
                    visit((LIBRARY / f"{required}.v").read_text(encoding="utf-8"))
                    order.append(f"{required}.v")

    visit(text)
    return order


def command(names: list[str]) -> str:
    """The command that checks the files, for a reader."""
    modules = " ".join(name.removesuffix(".v") for name in names if name.endswith(".v"))
    return f"for f in {modules}; do coqc {' '.join(ARGUMENTS)} $f.v || break; done"


def found() -> bool:
    """Whether there is a coqc here."""
    return shutil.which("coqc") is not None


def checked(folder: Path, names: list[str], seconds: float = SECONDS) -> Checked:
    """Run coqc on files of a folder, one after the other. Those that are compiled already are not compiled again."""
    printed, kept = "", [path.name for path in LIBRARY.glob("*.v")]
    for name in (name for name in names if name.endswith(".v")):
        source, compiled = folder / name, (folder / name).with_suffix(".vo")
        if name in kept and compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        code, printed = _run(folder, name, seconds)
        if code is None:
            return Checked(False, error=f"{name}: coqc was stopped after {seconds:g} seconds")
        if code != 0:
            return Checked(False, error=_first_error(name, printed))
    return Checked(True, axioms=axioms(printed))


def axioms(printed: str) -> tuple[str, ...]:
    """The names that `Print Assumptions` lists."""
    listed = printed.partition("Axioms:")[2]
    return tuple(dict.fromkeys(re.findall(r"^([\w.']+)(?: :|$)", listed, re.MULTILINE)))


def _run(folder: Path, name: str, seconds: float) -> tuple[int | None, str]:
    """The exit code of coqc, None if it took too long, and what it printed."""
    process = subprocess.Popen(
        ["coqc", *ARGUMENTS, name],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, printed


def _first_error(name: str, printed: str) -> str:
    for _, line, text in _ERROR.findall(printed):
        if "Error" in text:
            return f"{name}, line {line}: {' '.join(text.partition('Error:')[2].split())[:200]}"
    return f"{name}: {' '.join(printed.split())[-200:]}"
