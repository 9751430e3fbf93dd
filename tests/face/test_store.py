"""What was judged once is not judged again, unless anything that decides it is another; and nothing judged is lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from signproof import fingerprint
from signproof.checks.verdicts import judge
from signproof.recalled import holds
from signproof.report.ledger import read
from signproof.store import FILE, Store, StoreError

CLAIMS = """
from signproof import Claim
from signproof.theory.symbols import L, alpha, mu

one = Claim(id="mine/one", statement=alpha * L < 2, domain=(alpha > 0, L > 0, alpha < 2 / L))
two = Claim(id="mine/two", statement=mu < L, domain=(mu > 0, L > 0))
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(CLAIMS)
    return tmp_path


@pytest.fixture
def counted(run, place, monkeypatch):
    """Verify with the store of this test: the exit code, what was judged, standard output and error."""
    judged = []
    real = judge.verify

    def verify(claim, **rest):
        judged.append(claim.id.removeprefix("mine/"))
        return real(claim, **rest)

    monkeypatch.setattr(judge, "verify", verify)

    def counted(*arguments, store=True):
        judged.clear()
        code, out, err = run("verify", *(arguments or ("mine.py",)), *(("--store", "s") if store else ()))
        return code, [*judged], out, err

    return counted


def verdicts(out):
    return sorted(line.split()[:2] for line in out.splitlines() if line.startswith(("mine/", "scaled-sign/")))


def test_what_has_not_changed_is_not_judged_again(counted, place):
    code, judged, first, err = counted("mine.py", "--json", "a.json")
    assert judged == ["one", "two"] and "from store" not in err and code == 1
    code, judged, again, err = counted("mine.py", "--json", "b.json")
    assert judged == [] and "2 from store, 0 judged" in err and code == 1
    assert verdicts(first) == verdicts(again) == [["mine/one", "proved"], ["mine/two", "refuted"]]
    assert read(place / "a.json")["claims"] == read(place / "b.json")["claims"]
    assert read(place / "b.json")["claims"][1]["witness"] is not None


def test_a_claim_that_changed_alone_is_judged(counted, place):
    counted()
    (place / "mine.py").write_text(CLAIMS.replace("mu < L, domain", "mu < L + 1, domain") + "# a word\n")
    _, judged, out, err = counted()
    assert judged == ["two"] and "1 from store, 1 judged" in err
    assert verdicts(out) == [["mine/one", "proved"], ["mine/two", "refuted"]]
    (place / "mine.py").write_text(CLAIMS + "three = Claim(id='mine/three', statement=mu + L > mu, domain=(L > 0,))\n")
    assert counted()[1] == ["three"]


@pytest.mark.parametrize("options", [["--fresh"], ["--no-store"], ["--seed", "1"], ["--profile", "full"]])
def test_other_questions_are_judged(counted, options):
    counted()
    store = "--no-store" not in options
    assert counted("mine.py", *options, store=store)[1] == ["one", "two"]


@pytest.mark.parametrize("what", ["package", "surroundings"])
def test_other_code_judges_anew(counted, monkeypatch, what):
    counted()
    monkeypatch.setattr(fingerprint, what, lambda: "another")
    assert counted()[1] == ["one", "two"]
    assert counted()[1] == []


CLASS = """
from signproof import Claim
from signproof.theory.symbols import alpha
from bound import BOUND, Rule

def number():
    return 1

a = Claim(id="mine/a", statement=alpha > BOUND, domain=(alpha > number(),))
"""


def test_a_changed_module_beside_the_file_is_read_and_judged_anew(counted, place):
    (place / "bound.py").write_text("BOUND = 0\nclass Rule: pass\n")
    (place / "mine.py").write_text(CLASS)
    _, judged, out, _ = counted()
    assert judged == ["a"] and "proved" in out
    sys.modules.pop("bound")
    assert counted()[1] == []
    before = (place / "bound.py").stat()
    (place / "bound.py").write_text("BOUND = 2\nclass Rule: pass\n")  # as long as before, and as old
    os.utime(place / "bound.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    sys.modules.pop("bound")
    _, judged, out, _ = counted()
    assert judged == ["a"] and "refuted" in out


def test_data_that_a_file_reads_is_part_of_it(counted, place):
    (place / "mine.py").write_text(
        "import numpy as np\nfrom signproof import Claim\nfrom signproof.theory.symbols import alpha\n"
        "least = int(np.loadtxt('numbers.txt'))\n"
        "def same(n): return n\n"
        "a = Claim(id='mine/a', statement=alpha > same(least), domain=(alpha > 1,))\n"
    )
    (place / "numbers.txt").write_text("1\n")
    assert "proved" in counted()[2] and counted()[1] == []
    (place / "numbers.txt").write_text("2\n")
    _, judged, out, _ = counted()
    assert judged == ["a"] and "refuted" in out


@pytest.mark.parametrize(
    "unknown",
    [
        "import time",
        "from random import random",
        "import numpy as np; np.random.rand()",
        "from numpy.random import rand",
        "import os",
        "import rich",
        "eval('1')",
        "hash('x')",
        "import scipy.stats as s; s.norm.rvs()",
    ],
)
def test_what_depends_on_who_knows_what_is_always_judged(counted, place, unknown):
    (place / "mine.py").write_text(f"{unknown}\n{CLAIMS}")
    assert counted()[1] == counted()[1] == ["one", "two"]


def test_seeded_generators_are_known():
    def imports(text):
        import ast

        return [*fingerprint.imports(ast.parse(text), "m")]

    assert imports("import numpy as np\ndef f(r: np.random.Generator): return np.random.default_rng(3)") == ["numpy"]
    for text in (
        "np.random.default_rng()",
        "np.random.default_rng(None)",
        "np.random.default_rng(1), np.random.rand()",
    ):
        with pytest.raises(fingerprint.Unkeyed):
            imports(f"import numpy as np\n{text}")


def test_what_raises_is_judged_again(counted, place, monkeypatch):
    def raises(claim, **rest):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(judge, "verify", raises)
        assert "MemoryError" in counted()[3]
    assert counted()[1] == ["one", "two"]


def test_statistics_keep_to_the_budget_of_error():
    from signproof.recalled import _lasts

    drawn = {"verdict": "supported", "evidence": [{"kind": "draws"}]}
    assert _lasts(drawn, 1e-12, 1e-11) and not _lasts(drawn, 1e-10, 1e-11)
    assert _lasts({"verdict": "supported", "evidence": [{"kind": "run"}]}, 1e-10, 1e-11)
    assert not _lasts({"verdict": "proved"}, 0, 1) and not _lasts({}, 0, 1)


def test_a_stored_proof_is_put_to_the_kernel_again(counted, place):
    counted("scaled-sign/example-1")
    _, judged, _, err = counted("scaled-sign/example-1")
    assert not judged and "1 from store, 0 judged" in err
    with sqlite3.connect(place / "s") as database:
        ((key,),) = database.execute("SELECT key FROM verdicts").fetchall()
    store = Store(place / "s")
    entry, error = store.known([key])[key]
    assert holds(entry)
    other = json.loads(json.dumps(entry))
    (piece,) = (each for each in other["evidence"] if each["kind"] == "proof")
    for name, value in (("packed", piece["packed"][:-8]), ("document", "0" * 64), ("packed", None), ("solved", 1)):
        changed = json.loads(json.dumps(entry))
        (found,) = (each for each in changed["evidence"] if each["kind"] == "proof")
        found[name] = value
        assert not holds(changed) or name == "solved"
    for name in ("id", "lemmas"):
        assert not holds(entry | {name: ["x"] if name == "lemmas" else "x"})
    piece["document"] = "0" * 64
    store.keep(key, other, error)
    store.close()
    assert counted("scaled-sign/example-1")[1] == ["scaled-sign/example-1"]


DAMAGES = {
    "foreign text": lambda path: path.write_text("this is no database, but it is here"),
    "foreign database": lambda path: sqlite3.connect(path).execute("CREATE TABLE mine (x)").connection.commit(),
    "older": lambda path: sqlite3.connect(path).execute(f"PRAGMA application_id = {0x51675072}").connection.commit(),
    "folder": lambda path: path.mkdir(),
    "fifo": lambda path: os.mkfifo(path),
    "under a file": lambda path: None,
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_store_that_cannot_be_used_is_one_line_and_the_run_goes_on(counted, place, kind):
    DAMAGES[kind](place / "bad")
    before = (place / "bad").read_bytes() if (place / "bad").is_file() else None
    name = "mine.py/x" if kind == "under a file" else "bad"
    code, judged, out, err = counted("mine.py", "--store", name, store=False)
    assert code == 1 and judged == ["one", "two"] and len(verdicts(out)) == 2
    assert sum("the run goes on without it" in line for line in err.splitlines()) == 1 and "Traceback" not in err
    assert before is None or (place / "bad").read_bytes() == before


def test_damaged_pages_and_entries_are_never_answers(counted, place):
    counted()
    whole = (place / "s").read_bytes()
    import random

    seed = 20261130
    draw = random.Random(seed)
    for number in range(60):
        for beside in ("s-wal", "s-shm"):
            (place / beside).unlink(missing_ok=True)
        damaged = bytearray(whole)
        kind = number % 3
        if kind == 0:
            for _ in range(draw.randrange(1, 40)):
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        elif kind == 1:
            del damaged[draw.randrange(len(damaged)) :]
        else:
            start = draw.randrange(len(damaged))
            damaged[start : start + 4096] = draw.randbytes(4096)
        (place / "s").write_bytes(damaged)
        try:
            store = Store(place / "s")
            keys = _keys(whole, place)
            for entry, _ in store.known(keys).values():
                assert entry in _entries(whole, place), (seed, number)
            store.close()
        except StoreError as error:
            assert "\n" not in str(error), (seed, number)


def _copy(whole, place):
    (place / "copy").write_bytes(whole)
    return place / "copy"


def _keys(whole, place):
    with sqlite3.connect(_copy(whole, place)) as database:
        return [key for (key,) in database.execute("SELECT key FROM verdicts")]


def _entries(whole, place):
    store = Store(_copy(whole, place))
    return [entry for entry, _ in store.known(_keys(whole, place)).values()]


def test_a_locked_store_is_one_line(counted, place, monkeypatch):
    counted()
    monkeypatch.setattr("signproof.database.PATIENCE", 0.1)
    database = sqlite3.connect(place / "s", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    (place / "mine.py").write_text(CLAIMS.replace("mine/one", "mine/new"))
    _, judged, _, err = counted()
    database.execute("ROLLBACK")
    assert judged == ["new"] and err.count("the run goes on without it") == 1 and "locked" in err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_signals_lose_nothing_that_was_judged(counted, place, number):
    (place / "driver.py").write_text(
        "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import signproof.judging as judging\nreal = judging.judged\n"
        "def slow(claim, *rest):\n"
        "    if claim.id == 'mine/two':\n"
        "        print('reached', flush=True)\n"
        "        time.sleep(60)\n"
        "    return real(claim, *rest)\n"
        "judging.judged = slow\n"
        "from signproof.cli import main\nmain()\n"
    )
    command = [sys.executable, "driver.py", "verify", "mine.py", "--store", "s"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        begun = time.monotonic()
        for line in process.stdout:
            if line.startswith("reached"):
                break
        assert time.monotonic() - begun < 100
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}[number]
    _, judged, _, err = counted()
    assert judged == ["two"] and "1 from store, 1 judged" in err


def test_processes_share_the_store(counted, place):
    assert counted("mine.py", "--jobs", "2")[1] == []  # others judged
    assert "2 from store, 0 judged" in counted()[3]


def test_the_store_is_in_the_user_s_cache_folder(run, place, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))
    monkeypatch.delenv("SIGNPROOF_NO_STORE")
    run("verify", "mine.py")
    assert (place / "cache/signproof" / FILE).exists() == sys.platform.startswith("linux")
    assert "2 from store, 0 judged" in run("verify", "mine.py")[2]
