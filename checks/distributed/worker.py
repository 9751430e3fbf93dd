"""One worker of Algorithm 3, a process: `python -m signproof.checks.distributed.worker`.

It is told in lines of JSON on standard input, and answers on standard output, a line at a time:

    parent: {"program", "worker", "steps", "patience"}      worker: {"version", "shape", "dtype"}, before it joins
    parent: {"port"} of the coordinator, worker 0           worker: {"joined"}
                                                            worker: {"value", "digest"} for k = 0, ..., steps
                                                            worker: {"handed_over", "sent", "gradients_sent"}

or {"misuse"} if its data cannot be used, or {"lost"} if it cannot reach the others. Whenever its standard input is
closed, it ends, so no worker outlives its parent.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

from signproof.theory.misuse import Misuse

HOST = "127.0.0.1"
BYTES_SENT = 200
"""Where the kernel's `struct tcp_info` has tcpi_bytes_sent, an unsigned 64-bit number (Linux >= 4.19)."""
ROUNDS = 4
"""Sums of full gradients to measure what a step would send without votes."""


def main():
    orders: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is no answer

    def say(**message: Any) -> None:
        print(json.dumps(message), file=answers, flush=True)

    try:
        _work(orders.get(), orders, say)
    except ValueError as error:
        say(misuse=" ".join(str(error).split()))
    threading.Event().wait()


def _listen(orders: queue.Queue) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    os._exit(0)


def _work(task: dict[str, Any], orders: queue.Queue, say: Callable[..., None]) -> None:
    import jax
    import numpy as np

    from signproof.checks.distributed import algorithm as distributed

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_num_cpu_devices", 1)
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    program = distributed.Program(**task["program"])
    worker, steps = task["worker"], task["steps"]
    rows = program.rows(worker)
    say(version=distributed.version(), shape=rows.shape, dtype=str(rows.dtype))
    port = orders.get()["port"]
    if worker == 0:
        free_port(port)  # the runtime may crash if it was taken since
    try:
        jax.distributed.initialize(
            f"{HOST}:{port}",
            program.workers,
            worker,
            [0],
            initialization_timeout=int(task["patience"]) + 1,
            heartbeat_timeout_seconds=int(task["patience"]) + 100,  # the parent is to notice first
            coordinator_bind_address=f"{HOST}:{port}",
        )
        mesh = distributed.mesh(program)
        say(joined=True)
        before = None
        for k, (x,) in enumerate(distributed.run(program, rows[None], program.start(rows.shape[1]), steps)):
            with jax.enable_x64(True):
                part = distributed.value(x, rows, program.workers * len(rows), program.loss)
            say(value=float(part), digest=distributed.digest(x))
            if k == 1:
                before = bytes_sent(port)  # by now the workers are connected
        sent = _per_round(before, bytes_sent(port), steps - 1)
        with jax.enable_x64(True):
            whole = distributed.scattered(mesh, x[None])
            gradients = distributed.sum_of_gradients(mesh)
            gradients(whole).block_until_ready()
            before = bytes_sent(port)
            for _ in range(ROUNDS):
                gradients(whole).block_until_ready()
            gradients_sent = _per_round(before, bytes_sent(port), ROUNDS)
            all_rows = distributed.scattered(mesh, rows[None])
        handed = distributed.handed_over(distributed.spmd(program, mesh), whole, all_rows, np.uint32(0))
        say(handed_over=handed, sent=sent, gradients_sent=gradients_sent)
    except (RuntimeError, OSError) as error:
        say(lost=" ".join(str(error).split()))


def free_port(asked: int | None) -> int:
    """A port of this machine that nobody uses, or the one asked for. Raises Misuse if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was in use a moment ago will do
        try:
            probe.bind((HOST, asked or 0))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise Misuse(f"port {asked} {why}: choose another with --port, or omit --port") from None
        return probe.getsockname()[1]


def bytes_sent(port: int) -> int | None:
    """Bytes that this process has sent so far to the other workers, headers of the messages included.

    They are the kernel's counts for its TCP connections, but for those to the coordinator's port. None if the system
    keeps no such counts.
    """
    if not sys.platform.startswith("linux"):
        return None
    total = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as connection:
                ends = (connection.getsockname(), connection.getpeername())
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        except OSError:
            continue  # no socket, or one that is not connected
        if len(info) < BYTES_SENT + 8:
            return None
        if port not in (ends[0][1], ends[1][1]):
            total += struct.unpack_from("Q", info, BYTES_SENT)[0]
    return total


def _per_round(before: int | None, after: int | None, rounds: int) -> float | None:
    return None if before is None or after is None or rounds < 1 else (after - before) / rounds


if __name__ == "__main__":
    main()
