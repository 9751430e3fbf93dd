"""Ctrl-C, SIGTERM, and processes that are killed: no verdict comes of them, and nothing that was found is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess

import pytest
from listening import command
from sympy import Eq, prod, symbols

from signproof import verify, workers
from signproof.checks.verdicts import judge
from signproof.interruption import Terminated, exit_code, heeded, terminable
from signproof.report.ledger import keep, ledger, read
from signproof.report.site import keep_site
from signproof.theory.algebra import decide
from signproof.theory.claim import Claim
from signproof.theory.symbols import alpha

x = symbols("x0:7", real=True)
LONG = [x[i] ** 2 * x[i - 6] + x[i - 5] * x[i - 4] * x[i] > x[i - 3] ** 3 + 1 for i in range(7)]
LONG += [sum(y * y for y in x) < 5, Eq(prod(x), 1)]
"""What Z3 is at for about a minute."""
_QUICK = Claim(id="mine/quick", statement=alpha > 0, domain=(alpha > 1,))


@pytest.fixture
def hearing():
    """This process hears both signals, whatever it was started by."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with terminable():
        yield
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


def after(seconds, number):
    threading.Timer(seconds, os.kill, (os.getpid(), number)).start()


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_a_signal_while_z3_is_at_work_is_an_interruption_at_once(hearing, number, kind):
    begun = time.monotonic()
    after(0.3, number)
    with pytest.raises(KeyboardInterrupt) as raised:
        decide.follows(x[0] > x[1], LONG)
    assert type(raised.value) is kind and time.monotonic() - begun < 20
    assert decide.follows(alpha > 0, [alpha > 1]).holds


@pytest.mark.parametrize("reason", ["interrupted", "interrupted from keyboard", "canceled"])
def test_z3_that_was_told_to_leave_a_question_has_not_given_it_up(monkeypatch, reason):
    decide.forget()
    monkeypatch.setattr("z3.Solver.check", lambda self: "unknown")
    monkeypatch.setattr("z3.Solver.reason_unknown", lambda self: reason)
    with pytest.raises(KeyboardInterrupt):
        decide.follows(alpha > 0, [alpha > 1])
    monkeypatch.setattr("z3.Solver.reason_unknown", lambda self: "max. resource limit exceeded")
    assert decide.follows(alpha > 0, [alpha > 1]).holds is None
    decide.forget()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("instead", [lambda: None, lambda: 1 / 0, lambda: exit(3)])
def test_code_that_swallows_an_interruption_makes_no_verdict_of_it(hearing, monkeypatch, number, instead):
    real = judge.verify

    def swallowing(claim, **rest):
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        except BaseException:
            instead()
        return real(claim, **rest)

    monkeypatch.setattr(judge, "verify", swallowing)
    with pytest.raises(KeyboardInterrupt) as raised:
        verify(_QUICK)
    assert exit_code(raised.value) == 128 + number


def test_handlers_stay_as_they_were(hearing):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with heeded() as heed:
        heed()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with terminable():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


# ------------------------------------------------------------------------------------------------- whole runs

FILE = """
import os, signal, time
from signproof import Claim
from signproof.checks.problems.base import Problem
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import Smooth
from signproof.theory.measures import Suboptimality
from signproof.theory.symbols import V0, L, alpha

quick = Claim(id="mine/quick", statement=alpha > 0, domain=(alpha > 1,))
long = Claim(
    id="mine/long",
    algorithm=ScaledSignGD(alpha),
    assumptions=(Smooth(L),),
    domain=(alpha > 0, alpha < 1 / L),
    measure=Suboptimality(),
    bound=V0,
)
last = Claim(id="mine/last", statement=alpha > 2, domain=(alpha > 3,))


class Fatal(Problem):
    family = "what ends the run"
    gradient = suboptimality = constant = None

    @classmethod
    def samples(cls, rng, batches):
        DEED
        yield
"""
INTERRUPT = "os.kill(os.getppid() if JOBS > 1 else os.getpid(), signal.NUMBER); time.sleep(100)"


def ended(tmp_path, deed, jobs, *options):
    """A run in which a family does what it should not: the finished process, the ledger, and the seconds it took."""
    file, path = tmp_path / "claims.py", tmp_path / "ledger.json"
    file.write_text(FILE.replace("DEED", deed.replace("JOBS", str(jobs))), encoding="utf-8")
    run = command("verify", file, "--jobs", jobs, "--json", path, *options)
    finished = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in finished.stderr
    return finished, read(path)


@pytest.mark.parametrize(
    ("name", "code", "jobs"),
    [
        ("SIGINT", 130, 1),
        ("SIGTERM", 143, 2),
        pytest.param("SIGTERM", 143, 1, marks=pytest.mark.slow),
        pytest.param("SIGINT", 130, 2, marks=pytest.mark.slow),
    ],
)
def test_a_real_signal_ends_the_run_with_a_partial_ledger(tmp_path, name, code, jobs):
    # of two processes the other may still be loading when the family is asked, and judges the quick claim meanwhile
    deed = INTERRUPT.replace("NUMBER", name) if jobs == 1 else f"time.sleep(10); {INTERRUPT.replace('NUMBER', name)}"
    finished, found = ended(tmp_path, deed, jobs)
    assert finished.returncode == code, finished.stderr
    assert found["partial"] and "mine/long" not in [entry["id"] for entry in found["claims"]]
    assert found["claims"][0]["id"] == "mine/quick"


@pytest.mark.parametrize(
    ("deed", "code", "how"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "was killed by SIGKILL"),
        pytest.param("os._exit(3)", 1, "ended with exit code 3", marks=pytest.mark.slow),
        pytest.param("os.kill(os.getpid(), signal.SIGSEGV)", 139, "was killed by SIGSEGV", marks=pytest.mark.slow),
    ],
)
def test_a_worker_that_dies_ends_the_run_and_its_claim_is_named(tmp_path, deed, code, how):
    when = tmp_path / "when"
    finished, found = ended(tmp_path, f"open({str(when)!r}, 'w').close(); {deed}", 2)
    assert time.time() - when.stat().st_mtime < 5
    assert finished.returncode == code
    (line,) = (line for line in finished.stderr.splitlines() if "mine/long" in line)
    assert f"the process that judged mine/long {how}" in line and "of 3 claims" in line
    assert found["partial"] and "mine/long" not in [entry["id"] for entry in found["claims"]]


def test_an_interrupted_run_spares_a_ledger_and_a_report_that_hold_more(run, tmp_path, monkeypatch):
    ids = ["scaled-sign/example-1", "scaled-sign/theorem-1.zeta", "scaled-sign/remark-6"]
    path, page = tmp_path / "ledger.json", tmp_path / "site"
    run("verify", *ids, "--json", path, "--html", page)
    before = path.read_bytes(), sorted(page.rglob("*.html"))
    real, judged = judge.verify, []

    def interrupted(claim, **rest):
        judged.append(claim.id)
        if len(judged) > allowed:
            raise KeyboardInterrupt
        return real(claim, **rest)

    monkeypatch.setattr(judge, "verify", interrupted)
    for allowed, name in ((2, "ledger.partial.json"), (1, "ledger.partial-2.json")):
        judged.clear()
        code, _, err = run("verify", *ids, "--json", path, "--html", page)
        assert code == 130 and f"{path} holds more than this run and was left unchanged" in err
        assert f"written: {tmp_path / name}" in err.replace("\n", " ")
        assert (path.read_bytes(), sorted(page.rglob("*.html"))) == before
        partial = read(tmp_path / name)
        assert partial["partial"] and len(partial["claims"]) == allowed
    assert (tmp_path / "site.partial/index.html").exists()
    allowed = 3
    judged.clear()
    run("verify", *ids[:2], "--json", path)  # a run that ends replaces what is there
    assert len(read(path)["claims"]) == 2


def test_what_is_no_ledger_or_holds_no_more_is_replaced(tmp_path):
    found, path = ledger([], "quick", 0, partial=True), tmp_path / "ledger.json"
    for text in ("", "{}", '{"schema": "another", "claims": [1, 2]}', json.dumps(found)):
        path.write_text(text, encoding="utf-8")
        assert keep(found, path) == path and read(path) == found
    assert keep_site(found, tmp_path / "site") == tmp_path / "site/index.html"


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (Terminated, 143)])
def test_every_long_command_ends_with_the_signal_s_code_and_keeps_what_it_has(run, tmp_path, monkeypatch, raised, code):
    def stop(*arguments, **options):
        raise raised

    maps = "signproof.checks.trials.tightness_map._cells"
    from signproof.checks.trials import tightness_map

    real, rows = tightness_map._cells, []

    def once(*arguments):
        rows.append(arguments)
        return real(*arguments) if len(rows) == 1 else stop()

    monkeypatch.setattr(maps, once)
    place = tmp_path / "map.json"
    found, _, err = run("tightness", "scaled-sign/theorem-1.3", "--dimensions", "2", "--ratios", "4,8", "--json", place)
    assert found == code and "interrupted after 5 of 10 cells" in err
    data = json.loads(place.read_text())
    assert data["partial"] and len(data["cells"]) == 5
    rows.clear()
    monkeypatch.setattr(maps, stop)
    assert run("tightness", "scaled-sign/theorem-1.3", "--ratios", "4", "--json", place)[0] == code
    assert json.loads(place.read_text()) == data
    monkeypatch.setattr("signproof.checks.kinds.run.grid", stop)
    assert run("search", "scaled-sign/theorem-1.3", "--seconds", "5")[0] == code
    monkeypatch.setattr("signproof.checks.kinds.words.conduct", stop)
    assert run("experiment", "scaled-sign/example-4")[0] == code
    monkeypatch.setattr("signproof.distributing.conduct", stop)
    assert run("distributed", "--steps", "1")[0] == code
    monkeypatch.setattr("signproof.theory.elaboration.proven.certified", stop)
    assert run("show", "scaled-sign/example-1")[0] == code


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system has no masks")
def test_a_worker_is_deaf_from_its_first_moment(monkeypatch):
    """Ctrl-C goes to all processes of a terminal, and hits one that still loads what it is to do."""
    masks = []
    monkeypatch.setattr(
        BaseProcess, "start", lambda self: masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, set()))
    )
    before = signal.pthread_sigmask(signal.SIG_BLOCK, set())
    with suppress(Exception):
        workers._Worker(print, (), (0, ("", None)))
    assert [signal.SIGINT in mask for mask in masks] == [True]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, set()) == before
