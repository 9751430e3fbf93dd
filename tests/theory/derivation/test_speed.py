"""How long the symbolic side takes, in seconds of CPU time, which does not depend on what else the machine does."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from signproof.theory.catalog import catalog

LIST, EVERYTHING = 2.5, 60.0
"""Seconds for `signproof list`, with which every command begins, and for the kernel and Z3 on the papers."""
SYMPY = 0.4
"""Seconds that importing SymPy takes where the goal for `signproof list` was set: slower machines have longer."""

SYMBOLIC = """
from signproof.theory.elaboration.automatic import prove
from signproof.theory.catalog import catalog
from signproof.theory.algebra.decide import simplest
from signproof.theory.proof_steps import Certificate

for claim in catalog().values():
    proved = claim.kind != "words" and isinstance(prove(claim), Certificate)
    if claim.kind == "algebraic" and not proved:
        simplest(claim.premises, claim.statement)
    print(claim.id)
"""


def run(*arguments: str) -> tuple[str, float]:
    """What a fresh Python prints, and the CPU time that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
def test_claims_are_listed_at_once():
    output, _ = run("-m", "signproof", "list")
    assert all(id in output for id in catalog())
    seconds, scale = (
        min(run(*what)[1] for _ in range(3)) for what in (("-m", "signproof", "list"), ("-c", "import sympy"))
    )
    assert seconds < LIST * max(1, scale / SYMPY)


@pytest.mark.slow
def test_the_whole_symbolic_run_takes_less_than_a_minute():
    output, seconds = run("-c", SYMBOLIC)
    assert output.split() == list(catalog())
    assert seconds < EVERYTHING
