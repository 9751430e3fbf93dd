"""Algorithm 3 on processes and on devices: the bits of the reference, the bytes on the wire, and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from itertools import islice, product
from math import comb
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from signproof import cli, distributing
from signproof.checks.distributed import algorithm as distributed
from signproof.checks.distributed.algorithm import AXIS, TIES, Program
from signproof.checks.distributed.processes import SETTLE
from signproof.checks.distributed.worker import bytes_sent
from signproof.checks.numbers.exact import Rationals, rational, rationals
from signproof.distributing import Record, compare
from signproof.terminal import Bar
from signproof.theory.border.steps import move
from signproof.theory.methods.gradient import MajorityVote
from signproof.theory.misuse import Misuse

TINY = ("--samples", 16, "--features", 37, "--batch", 4, "--steps", 6)
BOUND = 60
"""Seconds within which a run that has lost a worker is over, on a machine with other things to do."""
HEADERS = 1000
"""Bytes that a worker's messages to one other carry besides the data in a step, at most."""
TRICK = """
import os, signal, sys, time
from signproof.checks.distributed import algorithm as distributed, worker
work, digest, calls = worker._work, distributed.digest, []

def at_third_report(act):
    def counting(x):
        calls.append(x)
        if len(calls) == 4:
            act()
        return digest(x)
    distributed.digest = counting

def tricked(task, orders, say):
    if task["worker"] == 1:
        {}
    work(task, orders, say)

worker._work = tricked
worker.main()
"""


@pytest.fixture
def run(monkeypatch, capfd):
    """`signproof distributed` in this process: exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["signproof", "distributed", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit:
            cli.main()
        return exit.value.code, *capfd.readouterr()

    return run


@pytest.fixture
def token(monkeypatch, tmp_path):
    """Workers are started with an argument of their own; at the end there are none of them."""
    token = str(tmp_path)
    monkeypatch.setattr(distributing, "WORKER", (*distributing.WORKER, token))
    yield token
    assert not alive(token)


@pytest.fixture
def trick(monkeypatch, token):
    """Let worker 1 do something before its work."""
    return lambda code: monkeypatch.setattr(distributing, "WORKER", (sys.executable, "-c", TRICK.format(code), token))


def alive(token):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if token.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has just ended
    return found


def setting(program, blank=5):
    """Rows of all workers and a start; the first columns, and x_0 there, are zero."""
    rows = np.stack([program.rows(worker) for worker in range(program.workers)])
    start = program.start(rows.shape[2])
    rows[..., :blank] = start[:blank] = 0
    return rows, start


def on_one_device(program, rows, start, steps):
    """The SPMD step of all workers, mapped over them on a single device."""
    with jax.enable_x64(True):
        step = jax.jit(jax.vmap(partial(distributed.step, program), in_axes=(0, 0, None), axis_name=AXIS))
        x = [np.broadcast_to(start, (program.workers, len(start)))]
        for k in range(steps):
            x.append(np.asarray(step(x[-1], rows, np.uint32(k))))
    return x


def tiny(workers, **fields):
    return Program(workers, **({"samples": 16, "features": 37, "batch": 4} | fields))


# ---------------------------------------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("workers", "ties", "bits", "loss", "features"),
    [(4, "coin", 64, "logistic", 512), (3, "plus", 32, "squares", 37), (2, "zero", 64, "logistic", 37)],
)
def test_the_packed_program_is_the_reference_bit_for_bit(workers, ties, bits, loss, features):
    program = tiny(workers, ties=ties, bits=bits, loss=loss, features=features)
    given = setting(program)
    expected = list(distributed.reference(program, *given, 12))
    for found, x in zip(on_one_device(program, *given, 12), expected, strict=True):
        assert found.dtype == x.dtype == program.dtype
        assert (found == x).all()
    assert np.isfinite(x).all() and (x != given[1]).any()


class Drawn(Rationals):
    """Rationals in which the workers' draws are given."""

    def __init__(self, draws):
        super().__init__()
        self.draws = draws

    def votes(self, gradient, x, workers):
        lengths = [self.sum(self.abs(g)) for g in self.draws]
        signs = [self.sign(g) for g in self.draws]
        return sum(lengths[1:], start=lengths[0]) / workers, self.sign(sum(signs[1:], start=signs[0]))


def test_a_step_is_that_of_the_majority_vote_of_the_theorems():
    """With the workers' own estimates for draws: the numbers of `MajorityVote` in rationals, to the last digits."""
    program = tiny(3, ties="zero", features=16)
    rows, start = setting(program)
    before, after = islice(distributed.reference(program, rows, start, 1), 2)
    with jax.enable_x64(True):
        estimates = [
            np.asarray(distributed.estimate(program, jnp.asarray(start), jnp.asarray(own), np.uint32(0), worker)[0])
            for worker, own in enumerate(rows)
        ]
    xp = Drawn([rationals(g) for g in estimates])
    method = MajorityVote(rational(program.step_size), rational(program.workers))
    exact, _ = move(method, rationals(before), lambda x: x, (), xp)
    found = rationals(after)
    off = max(abs(found - exact)) / max(map(abs, exact))
    assert off < rational(2.0**-48) and (found != rationals(before)).any()


@pytest.mark.parametrize("bits", [64, pytest.param(32, marks=pytest.mark.slow)])
def test_an_estimate_has_the_bits_that_its_formula_has_in_numpy(bits):
    program = tiny(2, loss="squares", bits=bits, features=300)
    rows, x = setting(program)

    def total(terms):
        while len(terms) > 1:
            half = len(terms) // 2
            terms = np.concatenate([terms[:half] + terms[half : 2 * half], terms[2 * half :]])
        return terms[0]

    with jax.enable_x64(True):
        estimate = jax.jit(partial(distributed.estimate, program))
        for k, worker in product(range(5), range(2)):
            g, length = estimate(x, rows[worker], np.uint32(k), worker)
            key = jax.random.fold_in(distributed.worker_key(program, np.uint32(k), worker), distributed.DRAW)
            drawn = jax.random.randint(key, (4,), 0, 16, dtype=jnp.int32)
            batch = rows[worker][np.asarray(drawn)]
            kind = program.dtype.type
            slopes = total(batch.T * x[:, None])
            expected = kind(1 / 4) * total(batch * slopes[:, None]) + kind(1 / 32) * x
            assert (np.asarray(g) == expected).all()
            assert length == total(np.abs(expected))


@pytest.mark.parametrize("ties", TIES)
def test_what_exact_zeros_count_for(ties):
    program = tiny(3, ties=ties)
    rows, start = setting(program, blank=16)
    first, *_, last = distributed.reference(program, rows, start, 8)
    moved = last[:16] - first[:16]
    if ties == "zero":  # as the printed algorithm: a gradient of 0 everywhere moves nothing
        assert (moved == 0).all()
    elif ties == "plus":  # downwards by alpha M_k, whatever the coordinate, until the ridge has something to say
        once = next(x for k, x in enumerate(distributed.reference(program, rows, start, 1)) if k)
        assert len(set(once[:16])) == 1 and once[0] < 0
    else:
        once = next(x for k, x in enumerate(distributed.reference(program, rows, start, 1)) if k)
        assert len(set(once[:16])) == 2 and once[:16].min() == -once[:16].max() < 0


def test_with_zero_it_is_algorithm_3_as_printed():
    """x - alpha M_k sign(sum of signs), with sign(0) = 0 for estimates and votes, from the estimates alone."""
    program = tiny(4, ties="zero")
    rows, x = setting(program)
    with jax.enable_x64(True):
        estimate = jax.jit(partial(distributed.estimate, program))
        for k, following in enumerate(list(distributed.reference(program, rows, x, 3))[1:]):
            drawn = [estimate(x, own, np.uint32(k), worker) for worker, own in enumerate(rows)]
            vote = np.sign(sum(np.sign(np.asarray(g)) for g, _ in drawn))
            assert (vote[5:] == 0).any()  # ties of four workers
            assert np.allclose(
                following, x - 0.01 * np.mean([length for _, length in drawn]) * vote, rtol=1e-14, atol=0
            )
            x = following


@pytest.mark.parametrize("ties", TIES)
def test_which_conventions_keep_the_identity_of_theorem_3_vote(ties):
    """E[sign of the vote times that of g_i] = 2 I_p - 1 for each number of workers: by enumeration, exactly."""
    p = Fraction(3, 4)
    for workers, right in product((1, 2, 4), (1, -1)):
        outcomes = np.array(list(product((1, -1), repeat=workers)))  # the workers' signs
        votes = []
        for coin in (0, 255):
            coins = np.full(-(-len(outcomes) // 8), coin, np.uint8)
            bits = distributed.packed(jnp.asarray(outcomes.sum(axis=1)), coins, ties)
            votes.append(np.asarray(distributed.signs(bits))[: len(outcomes)])
        mean = sum(
            p ** int((signs == right).sum()) * (1 - p) ** int((signs != right).sum()) * int(right * vote) / 2
            for coin in votes
            for signs, vote in zip(outcomes, coin, strict=True)
        )
        odd = workers - (workers % 2 == 0)  # 2 I_p(kappa, kappa) - 1, which an even number shares with one less
        margin = sum(
            comb(odd, ups) * p**ups * (1 - p) ** (odd - ups) * (1 if 2 * ups > odd else -1) for ups in range(odd + 1)
        )
        tie = comb(workers, workers // 2) * (p * (1 - p)) ** (workers // 2) if workers % 2 == 0 else 0
        assert mean == margin + (right * tie if ties == "plus" else 0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"workers": 0}, "workers = 0"),
        ({"ties": "minus"}, "coin, plus, zero"),
        ({"bits": 16}, "64, 32"),
        ({"step_size": float("nan")}, "step_size = nan"),
        ({"batch": 0}, "batch = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 2**63}, "too large: below 2^63"),
    ],
)
def test_a_program_says_what_is_wrong_with_it(fields, words):
    with pytest.raises(Misuse, match=re.escape(words)):
        Program(**({"workers": 2} | fields))


def test_rows_are_shared_out_and_too_few_are_refused():
    shares = [Program(3, data="breast-cancer").rows(worker) for worker in range(3)]
    assert {share.shape for share in shares} == {(189, 30)}
    with pytest.raises(Misuse, match="569 rows, too few for 600"):
        Program(600, data="breast-cancer").rows(0)


# ---------------------------------------------------------------------------------------------- devices and bytes

EIGHT = """
import json, sys
import jax, numpy as np
from signproof.checks.distributed import algorithm as distributed
assert len(jax.devices()) == 8
program = distributed.Program(8, samples=16, features=100, batch=4)
rows = np.stack([program.rows(worker) for worker in range(8)])
start = program.start(100)
rows[..., :5] = start[:5] = 0
runs = [[distributed.digest(one) for one in x] for x in distributed.run(program, rows, start, 8)]
mesh = distributed.mesh(program)
shapes = np.zeros((8, 100), program.dtype), rows, np.uint32(0)
handed = distributed.handed_over(distributed.spmd(program, mesh), *shapes)
print(json.dumps({"digests": runs, "handed": handed}))
"""


def test_eight_devices_of_one_process_have_the_bits_of_one_device_and_of_the_reference():
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
    done = subprocess.run(
        [sys.executable, "-c", EIGHT], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    found = json.loads(done.stdout)
    program = tiny(8, features=100)
    given = setting(program)
    expected = [distributed.digest(x) for x in distributed.reference(program, *given, 8)]
    assert found["digests"] == [[digest] * 8 for digest in expected]
    assert len(set(expected)) == 9
    assert expected == [distributed.digest(x[0]) for x in on_one_device(program, *given, 8)]
    # 100 bits are 13 bytes, in 8 shares 16; 2 bytes of votes with the norm
    assert found["handed"] == {"all_to_all": 16, "all_gather": 2 + 8}


def test_a_second_bit_says_zero():
    bits = distributed.packed(jnp.arange(80) - 40, np.zeros(10, np.uint8), "zero")
    assert bits.shape == (2, 10)
    assert (np.asarray(distributed.signs(bits)) == np.sign(np.arange(80) - 40)).all()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's counters are Linux's")
def test_the_counter_of_sent_bytes_counts_them():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0] as accepted:
            before, without = bytes_sent(0), bytes_sent(port)
            client.sendall(bytes(12345))
            received = 0
            while received < 12345:
                received += len(accepted.recv(2**16))
            assert bytes_sent(0) - before == 12345
            assert bytes_sent(port) == without


# ---------------------------------------------------------------------------------------------- processes


@pytest.mark.parametrize(
    ("processes", "ties", "bits", "features"),
    [
        pytest.param(1, "zero", 32, 37, marks=pytest.mark.slow),
        (2, "coin", 32, 37),
        (3, "plus", 64, 2**12),
        pytest.param(3, "plus", 64, 2**16, marks=pytest.mark.slow),
        pytest.param(2, "coin", 32, 2**17, marks=pytest.mark.slow),
        pytest.param(4, "zero", 64, 2**17, marks=pytest.mark.slow),
    ],
)
def test_processes_have_the_bits_of_the_reference(run, token, tmp_path, processes, ties, bits, features):
    path, steps = tmp_path / "run.json", 4
    sizes = ("--samples", 4, "--features", features, "--batch", 2, "--steps", steps)
    code, out, err = run("--processes", processes, *sizes, "--ties", ties, "--bits", bits, "--json", path)
    assert code == 0, err
    assert "bit for bit" in out
    found = json.loads(path.read_text())
    assert not found["partial"] and found["reference"] == {"agrees": True, "differs_at": None}
    assert len(found["values"]) == steps + 1 and len(set(found["digests"])) == steps + 1
    program = tiny(processes, samples=4, batch=2, features=features, ties=ties, bits=bits)
    given = setting(program, blank=0)
    assert found["digests"] == [distributed.digest(x) for x in distributed.reference(program, *given, steps)]
    check_traffic(found["bytes"], processes, ties, features, bits)


def check_traffic(sent, workers, ties, features, bits):
    """What is handed over is d/8 bytes and a number; with many coordinates the sockets carry 1/64 (1/32 in 32-bit)."""
    planes, share = 2 if ties == "zero" else 1, -(-features // 8 // workers) if workers > 1 else -(-features // 8)
    assert sent["signs"] == planes * share * workers
    assert (sent["norm"], sent["votes"], sent["gradient"]) == (bits // 8, planes * share, features * bits // 8)
    if features < 2**16 or sent["on_sockets"] is None:
        return
    assert sent["gradient"] / (sent["signs"] + sent["norm"]) == pytest.approx(bits / planes, rel=2e-3)
    # every process sends the others their shares of its bits, then its share of the votes and its norm
    headers = HEADERS * (workers - 1)
    payload = (workers - 1) * (2 * planes * share + bits // 8)
    assert payload <= sent["on_sockets"] <= payload + headers
    full = 2 * (workers - 1) / workers * features * bits // 8
    assert full <= sent["gradient_on_sockets"] <= full + headers + share * workers
    assert 0.8 * bits / planes < sent["gradient_on_sockets"] / sent["on_sockets"] < bits / planes


def test_a_difference_from_the_reference_is_found():
    program = tiny(2)
    x = list(distributed.reference(program, *setting(program, blank=0), 3))
    for at in (0, 2, None):
        digests = [[distributed.digest(np.nextafter(point, 9) if k == at else point)] * 2 for k, point in enumerate(x)]
        record = Record(program, 5, digests=digests)
        compare(record)
        assert (record.agrees, record.differs_at) == (at is None, at)
    digests[3][1] = "another"
    record = Record(program, 5, digests=digests)
    compare(record)
    assert (record.agrees, record.differs_at) == (False, 3)


# ---------------------------------------------------------------------------------------------- what goes wrong


def lines(err):
    return [line for line in err.splitlines() if not line.startswith("written: ")]


def test_a_killed_worker_ends_the_run_and_what_was_reported_is_kept(run, trick, tmp_path):
    trick("at_third_report(lambda: os.kill(os.getpid(), signal.SIGKILL))")
    begin = time.monotonic()
    code, out, err = run("--processes", 2, *TINY, "--json", tmp_path / "run.json")
    assert code == 1 and time.monotonic() - begin < BOUND
    (line,) = lines(err)
    assert line.startswith("worker 1 was killed by SIGKILL") and "k = 2" in line
    found = json.loads((tmp_path / "run.json").read_text())
    assert found["partial"] and "SIGKILL" in found["because"]
    assert len(found["values"]) == 3 and found["reference"]["agrees"]
    assert "bit for bit" in out


@pytest.mark.slow
def test_a_worker_that_ends_by_itself_is_quoted(run, trick):
    trick('sys.exit("no more memory")')  # in the main thread: an ordinary end
    code, _, err = run("--processes", 2, *TINY)
    assert code == 1
    (line,) = lines(err)
    assert line.startswith("worker 1 ended with exit code 1: no more memory")


@pytest.mark.slow
def test_a_worker_that_says_nothing_ends_the_run(run, trick):
    trick("time.sleep(1000)")
    begin = time.monotonic()
    code, _, err = run("--processes", 2, *TINY, "--timeout", 8)
    assert code == 1 and time.monotonic() - begin < BOUND
    (line,) = lines(err)
    assert re.match(r"workers? (0, )?1 ha(s|ve) been silent for 8 s", line)


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    [
        "import jax; jax.distributed.initialize = lambda *a, **k: time.sleep(1000)",
        "at_third_report(lambda: os.kill(os.getpid(), signal.SIGSTOP))",
    ],
)
def test_a_worker_that_never_joins_or_stops_ends_the_run(run, trick, how):
    trick(how)
    begin = time.monotonic()
    code, _, err = run("--processes", 3, *TINY, "--timeout", 30)
    assert code == 1 and time.monotonic() - begin < 3 * 30 + SETTLE + BOUND
    (line,) = lines(err)
    assert "been silent for 30 s" in line or "lost the others" in line


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 2])
def test_whichever_worker_is_killed_it_is_named(run, trick, monkeypatch, victim):
    trick("pass")
    code = distributing.WORKER[2].replace('task["worker"] == 1', f'task["worker"] == {victim}')
    code = code.replace("pass", "at_third_report(lambda: os.kill(os.getpid(), signal.SIGKILL))")
    monkeypatch.setattr(distributing, "WORKER", (*distributing.WORKER[:2], code, *distributing.WORKER[3:]))
    exit, _, err = run(*TINY)
    assert exit == 1 and lines(err)[0].startswith(f"worker {victim} was killed by SIGKILL")


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_reported(run, token, monkeypatch, tmp_path):
    reports = []

    @contextmanager
    def interrupted(total):
        def advance():
            reports.append(total)
            if len(reports) == 3:
                raise KeyboardInterrupt

        yield Bar(lambda text: None, advance)

    monkeypatch.setattr("signproof.commands.distributed.progress", interrupted)
    code, _, err = run("--processes", 2, *TINY, "--json", tmp_path / "run.json")
    assert code == 130 and "interrupted" in err
    found = json.loads((tmp_path / "run.json").read_text())
    assert found["partial"] and len(found["values"]) == 3


@pytest.mark.parametrize(
    ("number", "seconds"),
    [(signal.SIGTERM, 0), *(pytest.param(signal.SIGKILL, wait, marks=pytest.mark.slow) for wait in (1, 3, 10))],
)
def test_no_worker_outlives_its_parent(token, number, seconds):
    program = (
        f"import sys; from signproof import cli, distributing; distributing.WORKER += ({token!r},); "
        "sys.argv = ['signproof', 'distributed', '--samples', '4', '--features', '9', '--steps', '1000000']; cli.main()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: len(alive(token)) == 3)
        time.sleep(seconds)
        assert parent.poll() is None
    finally:
        parent.send_signal(number)
        parent.wait(BOUND)
    wait_until(lambda: not alive(token))


def wait_until(condition):
    end = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def misuse(run):
    def misuse(*arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, ""), err
        assert err.count("\n") == 1 and err.startswith("signproof: "), err
        return err

    return misuse


def test_no_processes_are_misuse(misuse):
    assert "--processes" in misuse("--processes", 0)


def test_a_time_without_end_is_misuse(misuse):
    assert "--timeout" in misuse("--timeout", "inf", *TINY)


def test_a_port_in_use_is_misuse(misuse, token):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert f"port {port} is in use" in misuse("--port", port, *TINY)


@pytest.mark.slow
def test_a_port_taken_at_the_last_moment_is_misuse(misuse, token, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(distributing, "free_port", lambda asked: port)
        assert f"port {port} is in use" in misuse("--processes", 2, *TINY)


def test_another_version_of_the_code_is_misuse(misuse, trick):
    trick('distributed.version = lambda: "yesterday\'s"')
    err = misuse("--processes", 2, *TINY)
    assert "worker 1 runs another version of the code (yesterday's" in err and distributed.version() in err


def test_other_data_shapes_are_misuse(misuse, token, tmp_path):
    for worker, features in enumerate((3, 4)):
        rows = [f"{label} {features}:{label}.5" for label in (1, -1)]
        (tmp_path / f"part-{worker}.txt").write_text("\n".join(rows) + "\n")
    err = misuse("--processes", 2, "--data", tmp_path / "part-{}.txt")
    assert "worker 1 holds 2 x 4 numbers of float64, worker 0 2 x 3" in err


def test_data_that_is_not_there_is_misuse(misuse, token, tmp_path):
    assert "none.txt cannot be read" in misuse("--processes", 1, "--data", tmp_path / "none.txt")
    assert "part-1.txt cannot be read" in misuse("--processes", 2, "--data", tmp_path / "part-{}.txt").replace(
        "-0", "-1"
    )
