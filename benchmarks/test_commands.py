"""What a user waits for: `signproof verify` with nothing kept and with everything kept, claims of one's own, ledgers of
thousands of claims.

Each program has a cache folder of its own, so that neither verdicts nor what JAX compiled are there before.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

LEDGER = Path(__file__).parents[1] / "tests" / "data" / "ledger.json"
PAPERS = "scaled-sign/*", "signprox/*", "own/*"
REFUTED = """
from signproof import *
from signproof.theory.symbols import L, V0, alpha, k, mu

claim = Claim(
    id="mine/rate", algorithm=ScaledSignGD(alpha), assumptions=(Smooth(L, LINF), PolyakLojasiewicz(mu, L1)),
    domain=(alpha > 0, alpha < 2 / L), measure=Suboptimality(), bound=(1 - 2 * alpha * mu) ** k * V0,
)
"""
PROVED = REFUTED.replace("1 - 2 * alpha * mu", "1 - mu * alpha * (2 - L * alpha)")


def program(cache, *arguments):
    """Seconds until a program ends, until its first line, and its largest memory in MB."""
    place = {"XDG_CACHE_HOME": str(cache), "SIGNPROOF_NO_STORE": ""}
    before = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "signproof", *map(str, arguments)],
        env=os.environ | place,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        running.stdout.readline()
        first = time.perf_counter() - before
        running.stdout.read()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return time.perf_counter() - before, first, memory


@pytest.mark.parametrize(
    ("name", "targets", "cold"), [("the two papers and our own", PAPERS, 45), ("all papers", (), 135)]
)
def test_verify(row, tmp_path, name, targets, cold):
    seconds, first, _ = program(tmp_path, "verify", *targets, "--jobs", 2)
    row(f"verify, {name}", "nothing kept, two processes", seconds, cold, "s")
    row(f"verify, {name}", "first line", first, 1, "s")
    seconds, _, _ = program(tmp_path, "verify", *targets)
    row(f"verify, {name}", "nothing changed", seconds, 3, "s")


@pytest.mark.parametrize(("name", "claim", "target"), [("refuted", REFUTED, 3), ("proved", PROVED, 5)])
def test_a_claim_of_one_s_own(row, tmp_path, name, claim, target):
    file = tmp_path / "mine.py"
    file.write_text(claim)
    for kept in ("nothing kept", "JAX's cache warm"):
        seconds, _, _ = program(tmp_path, "verify", file, "--fresh", "--json", tmp_path / "ledger.json")
        assert json.loads((tmp_path / "ledger.json").read_text())["claims"][0]["verdict"] == name
        row(f"a claim of one's own, {name}", kept, seconds, target, "s")


@pytest.mark.parametrize("command", ["compare", "report"])
def test_ledgers_of_thousands_of_claims(row, tmp_path, command):
    found = json.loads(LEDGER.read_text())
    count, claims = 20_000, found["claims"]
    found["claims"] = [
        claim | {"id": f"{claim['id']}.{number}"} for number in range(count // len(claims) + 1) for claim in claims
    ][:count]
    place = tmp_path / "ledger.json"
    place.write_text(json.dumps(found))
    rest = (place,) if command == "compare" else ("--out", tmp_path / "site")
    seconds, _, memory = program(tmp_path, command, place, *rest)
    row(f"{command} of {count} claims", "time", seconds, 20, "s")
    row(f"{command} of {count} claims", "memory, at most", memory, 1000, "MB", at_most=True)
