"""The Coq library in tests: its files, how coqc compiles them, and the axioms that its proofs may rest on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from places import ROOT

LIBRARY = ROOT / "theory" / "coq"
ALLOWED = {
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "Classical_Prop.classic",
    "FunctionalExtensionality.functional_extensionality_dep",
}
"""What Coq's real numbers and their mean value theorem rest on, and that functions with equal values are equal."""
needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="there is no coqc here; Debian: apt-get install coq libcoq-coquelicot"
)


def arguments() -> tuple[list[str], list[str]]:
    """The files in the order in which they are compiled, and the other arguments of coqc."""
    words = (LIBRARY / "_CoqProject").read_text(encoding="utf-8").split()
    files = [word for word in words if word.endswith(".v")]
    return files, [word for word in words if word not in files and word != "-arg"]


def coqc(folder: Path, name: str) -> str:
    """What coqc prints when it compiles a file."""
    done = subprocess.run(
        ["coqc", *arguments()[1], name], cwd=folder, text=True, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{name}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def compiled(folder: Path) -> dict[str, str]:
    """What is printed of each file while the library is compiled in a folder."""
    files, _ = arguments()
    for name in files:
        shutil.copy(LIBRARY / name, folder)
    return {name: coqc(folder, name) for name in files}
