"""Algorithm 3 on several devices or processes: scaled SignSGD by majority vote, one bit for a coordinate.

[scaled-sign, Algorithm 3] Worker m of M holds rows of its own and draws a mini-batch gradient ~g^m from them. It hands
out one bit for each coordinate, packed into bytes, and one number, ||~g^m||_1; the vote comes back, packed as well, and
the norms, from which each worker takes the mean M_k and steps to x - alpha M_k vote. What is minimized is

    f(x) = (1/N) sum over all N rows of loss(a_i'x) + (1/2N) ||x||_2^2.

*On the wire.* Each worker counts the votes for its own share of the coordinates: an all-to-all brings it the others'
bits for that share, an all-gather sends around the bytes of its count and of its norm. That is d/8 bytes of bits,
d/(8M) of votes and the number, and every worker sends (M - 1)/M of d/8 bytes twice, where the sum of full gradients
takes (M - 1)/M of 8d bytes twice (4d in 32-bit).

*Zeros and ties.* One bit cannot say zero, so what it says for an estimate of exactly 0, and for as many votes on
either side, is the convention `ties`:

    coin    a fair coin, drawn from the step's key: the workers' own for their estimates, a common one for the vote
    plus    +1, as public implementations do
    zero    0, as Algorithm 3 is printed, at the price of a second bit for each coordinate, in both directions

*The same bits everywhere.* Floating sums depend on their order, and a product that a compiler fuses with the sum that
follows is not rounded; it does so here and not there, and no `optimization_barrier` keeps it from that. So a sum is
written as a tree, products pass through the integers (`rounded`), and there are no divisions by constants, which would
become products. Draws come from keys that know the seed, the step and the worker, and nothing of devices. `reference`
is the same algorithm in one process, a loop over the workers with no packing and no collectives, and agrees to the
last bit.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from signproof.checks.problems import data
from signproof.checks.problems.data import BREAST_CANCER, libsvm, synthetic
from signproof.theory.misuse import Misuse

AXIS = "workers"
"""The mesh axis: one device for each worker."""
TIES = ("coin", "plus", "zero")
"""The conventions for exact zeros and ties."""
COLLECTIVES = ("all_to_all", "all_gather", "psum", "psum_invariant", "ppermute", "reduce_scatter")
"""JAX's names of what sends something to other devices."""
DRAW, COINS = range(2)
"""What a key is for: a mini-batch; coins for zeros or for ties."""


@dataclass(frozen=True)
class Loss:
    """What a row adds to f, as a function of t = a_i'x, and its derivative, given `zero` for `rounded`."""

    value: Callable[[Any], Any]
    slope: Callable[[Any, Any], Any]


LOSSES = {
    "logistic": Loss(lambda t: jnp.logaddexp(0, -t), lambda t, zero: -1 / (1 + rounded(jnp.exp(t), zero))),
    "squares": Loss(lambda t: t * t / 2, lambda t, zero: t),
}
"""log(1 + exp(-t)) and t^2/2."""


@dataclass(frozen=True)
class Program:
    """All that a run depends on but the version of the code.

    Arguments:
        workers: M. data: `synthetic`, `breast-cancer` or a LIBSVM file, of which each worker holds an equal share of
            the rows (of synthetic data, `samples` rows of `features` numbers); with {} in its name, for the worker's
            number, each has its own file.
        loss: a key of LOSSES. batch: rows of a mini-batch, drawn with replacement. step_size: alpha. ties: one of TIES.
        bits: of a floating-point number, 64 or 32. seed: of data, start and draws.

    Raises Misuse if a field is not what is said here.
    """

    workers: int
    data: str = "synthetic"
    samples: int = 256
    features: int = 2**14
    loss: str = "logistic"
    batch: int = 64
    step_size: float = 0.01
    ties: str = "coin"
    bits: int = 64
    seed: int = 0

    def __post_init__(self):
        for name in ("workers", "samples", "features", "batch"):
            if getattr(self, name) < 1:
                raise Misuse(f"{name} = {getattr(self, name)} is too small: use 1 or more")
        for name, choices in (("loss", tuple(LOSSES)), ("ties", TIES), ("bits", (64, 32))):
            if getattr(self, name) not in choices:
                raise Misuse(f"{name} {getattr(self, name)} is not one of {', '.join(map(str, choices))}")
        if not 0 < self.step_size < float("inf"):
            raise Misuse(f"step_size = {self.step_size} is not a positive number")
        if not 0 <= self.seed < 2**63:
            raise Misuse(f"seed = {self.seed} is {'negative' if self.seed < 0 else 'too large: below 2^63'}")

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(f"float{self.bits}")

    def rows(self, worker: int) -> np.ndarray:
        """The rows that a worker holds, shape (n, d). Raises ValueError if the data cannot be read or is too little."""
        if self.data == "synthetic":
            rows = synthetic(self.workers * self.samples, self.features, self.seed)
        elif self.data == BREAST_CANCER.key:
            rows = BREAST_CANCER.rows
        elif "{}" in self.data:
            return libsvm(self.data.replace("{}", str(worker))).rows.astype(self.dtype)
        else:
            rows = libsvm(self.data).rows
        share = len(rows) // self.workers
        if not share:
            raise Misuse(f"{self.data} has {len(rows)} rows, too few for {self.workers} workers")
        return rows[worker * share : (worker + 1) * share].astype(self.dtype)

    def start(self, features: int) -> np.ndarray:
        """x_0, standard normal as in the paper's Example 5, shape (d,)."""
        return np.random.default_rng([self.seed, 0]).standard_normal(features).astype(self.dtype)


@cache
def version() -> str:
    """What two workers need to have in common: the sources of this program, and the packages that it computes with."""
    sources = (Path(__file__), Path(__file__).with_name("worker.py"), Path(str(data.__file__)))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return f"{digest[:12]}, jax {jax.__version__}, numpy {np.__version__}"


def digest(x: np.ndarray) -> str:
    """A name for the bits of an iterate."""
    return hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest()[:16]


# ---------------------------------------------------------------------------------------------- what a worker computes


Array: TypeAlias = Any
"""An array or a number of JAX, or of NumPy where nothing is compiled, or what stands for one while JAX traces."""


@partial(jax.jit, static_argnames=("loss",))
def value(x: Array, rows: Array, samples: int, loss: str) -> Array:
    """A worker's part of f, of which f is the mean: its rows, and the ridge of all N = `samples` rows."""
    return jnp.mean(LOSSES[loss].value(rows @ x)) + jnp.sum(x * x) / (2 * samples)


def total(terms: Array) -> Array:
    """The sum along axis 0, halves added to halves: in the same order wherever it is computed."""
    while len(terms) > 1:
        half = len(terms) // 2
        terms = jnp.concatenate([terms[:half] + terms[half : 2 * half], terms[2 * half :]])
    return terms[0]


def rounded(product: Array, zero: Array) -> Array:
    """A product, which no compiler can fuse with what it is added to; `zero` is a whole number 0 unknown to it."""
    bits = lax.bitcast_convert_type(product, f"uint{8 * product.dtype.itemsize}")
    return lax.bitcast_convert_type(bits ^ zero.astype(bits.dtype), product.dtype)


def estimate(program: Program, x: Array, rows: Array, iteration: Array, worker: Array) -> tuple[Array, Array]:
    """A worker's stochastic gradient ~g, shape (d,), and ||~g||_1. Argument `iteration`: k < 2^31, of type uint32."""
    key = jax.random.fold_in(worker_key(program, iteration, worker), DRAW)
    zero = iteration >> 31
    batch = rows[jax.random.randint(key, (program.batch,), 0, len(rows), dtype=jnp.int32)]
    margins = total(rounded(batch.T * x[:, None], zero))
    slopes = LOSSES[program.loss].slope(margins, zero)
    share, ridge = (x.dtype.type(1 / count) for count in (program.batch, program.workers * len(rows)))
    g = rounded(share * total(rounded(batch * slopes[:, None], zero)), zero) + rounded(ridge * x, zero)
    return g, total(jnp.abs(g))


def worker_key(program: Program, iteration: Array, worker: Array) -> Array:
    """What worker 0, 1, ... draws from in a step."""
    return jax.random.fold_in(_step_key(program, iteration), worker + 1)


def vote_key(program: Program, iteration: Array) -> Array:
    """What all workers draw from in a step, in common."""
    return jax.random.fold_in(_step_key(program, iteration), 0)


def _step_key(program: Program, iteration: Array) -> Array:
    return jax.random.fold_in(jax.random.key(program.seed), iteration)


def coins(key: Array, d: int) -> Array:
    """A fair coin for each of d coordinates, packed: shape (ceil(d/8),)."""
    return jax.random.bits(jax.random.fold_in(key, COINS), (-(-d // 8),), jnp.uint8)


# ---------------------------------------------------------------------------------------------- bits


def packed(numbers: Array, coins: Array, ties: str) -> Array:
    """The signs of numbers, shape (d,), as bits, shape (planes, ceil(d/8)): one plane, or two if they can say zero.

    Argument `coins`: packed, shape (ceil(d/8),).
    """
    at_zero: dict[str, Any] = {"coin": jnp.unpackbits(coins, count=len(numbers)), "plus": 1, "zero": 0}
    planes = [jnp.where(numbers == 0, at_zero[ties], numbers > 0)]
    if ties == "zero":
        planes.append(numbers != 0)
    return jnp.packbits(jnp.stack(planes), axis=-1)


def signs(bits: Array) -> Array:
    """What packed bits say, shape (..., planes, bytes): whole numbers -1, 0, 1, shape (..., 8 bytes)."""
    planes = jnp.unpackbits(bits, axis=-1).astype(jnp.int32)
    up = 2 * planes[..., 0, :] - 1
    return up if planes.shape[-2] == 1 else up * planes[..., 1, :]


def exchange(program: Program, bits: Array, length: Array, coins: Array) -> tuple[Array, Array]:
    """Within the axis AXIS: from a worker's bits and its norm to the vote, -1, 0 or 1, and all norms, shape (M,).

    Arguments: bits, shape (planes, ceil(d/8)); a number; common coins, shape (ceil(d/8),). The vote has 8 ceil(d/8)
    entries or more: those after the first d are of no meaning.
    """
    workers = program.workers
    share = -(-bits.shape[-1] // workers)
    shares = jnp.pad(bits, ((0, 0), (0, share * workers - bits.shape[-1]))).reshape(len(bits), workers, share)
    ballots = lax.all_to_all(shares.swapaxes(0, 1), AXIS, 0, 0)
    count = jnp.sum(signs(ballots), axis=0)
    common = jnp.pad(coins, (0, share * workers - len(coins))).reshape(workers, share)[lax.axis_index(AXIS)]
    result = packed(count, common, program.ties)
    tail = lax.bitcast_convert_type(length, jnp.uint8)
    heard = lax.all_gather(jnp.concatenate([result.ravel(), tail]), AXIS)
    results = heard[:, : result.size].reshape(workers, *result.shape)
    vote = signs(results.swapaxes(0, 1).reshape(len(bits), -1))
    return vote, lax.bitcast_convert_type(heard[:, result.size :], length.dtype)


def step(program: Program, x: Array, rows: Array, iteration: Array) -> Array:
    """One step of one worker, within the axis AXIS: from its x, shape (d,), and rows, shape (n, d), to its next x."""
    d, worker = len(x), lax.axis_index(AXIS)
    g, length = estimate(program, x, rows, iteration, worker)
    bits = packed(g, coins(worker_key(program, iteration, worker), d), program.ties)
    vote, lengths = exchange(program, bits, length, coins(vote_key(program, iteration), d))
    return x - (share_of_step(program) * sum(lengths)) * vote[:d].astype(x.dtype)


def share_of_step(program: Program) -> np.floating:
    """alpha/M: two constants one after the other would be multiplied first, or not."""
    return program.dtype.type(program.step_size / program.workers)


# ---------------------------------------------------------------------------------------------- the runs


def mesh(program: Program) -> Mesh:
    """One device of the CPU for each worker, of whatever process. Raises ValueError if there are more or fewer."""
    devices = jax.devices("cpu")
    if len(devices) != program.workers:
        raise ValueError(f"{program.workers} workers need as many devices, but there are {len(devices)}")
    return Mesh(np.array(devices), (AXIS,))


def spmd(program: Program, mesh: Mesh) -> Callable[[Any, Any, Any], Any]:
    """The step of all workers, compiled: from their x, (M, d), their rows, (M, n, d), and k to their next x."""
    each, every = PartitionSpec(AXIS), PartitionSpec()

    def one(x, rows, iteration):
        return step(program, x[0], rows[0], iteration)[None]

    return jax.jit(jax.shard_map(one, mesh=mesh, in_specs=(each, each, every), out_specs=each))


def scattered(mesh: Mesh, local: np.ndarray) -> jax.Array:
    """An array with one entry along axis 0 for each worker, from the entries of this process's workers."""
    return jax.make_array_from_process_local_data(NamedSharding(mesh, PartitionSpec(AXIS)), local)


def gathered(array: jax.Array) -> np.ndarray:
    """The entries along axis 0 of this process's workers."""
    parts = sorted(array.addressable_shards, key=lambda part: part.index[0].start or 0)
    return np.concatenate([np.asarray(part.data) for part in parts])


def run(program: Program, rows: np.ndarray, start: np.ndarray, steps: int) -> Iterator[np.ndarray]:
    """x_0, ..., x_steps of this process's workers, shape (workers here, d), as they come.

    Arguments: the rows of these workers, shape (workers here, n, d); x_0, shape (d,).
    """
    devices = mesh(program)
    with jax.enable_x64(True):
        advance = spmd(program, devices)
        held = scattered(devices, rows)
        x = scattered(devices, np.broadcast_to(start, (len(rows), len(start))).copy())
    yield gathered(x)
    for iteration in range(steps):
        with jax.enable_x64(True):
            x = advance(x, held, np.uint32(iteration))
        yield gathered(x)


def reference(program: Program, rows: np.ndarray, start: np.ndarray, steps: int) -> Iterator[np.ndarray]:
    """x_0, ..., x_steps, shape (d,), computed in this process alone: a loop over the workers, the vote in NumPy.

    Arguments: the rows of all workers, shape (M, n, d); x_0, shape (d,).
    """
    with jax.enable_x64(True):
        d, held = len(start), list(map(jnp.asarray, rows))
    single = jax.jit(partial(estimate, program))
    toss = jax.jit(lambda key: jnp.unpackbits(coins(key, d), count=d))

    def sign(numbers, key):
        at_zero = {"coin": 2 * np.asarray(toss(key), int) - 1, "plus": np.ones(d, int), "zero": np.zeros(d, int)}
        return np.where(numbers == 0, at_zero[program.ties], np.where(numbers > 0, 1, -1))

    yield (x := start)
    for k in map(np.uint32, range(steps)):
        count, lengths = np.zeros(d, int), start.dtype.type(0)
        with jax.enable_x64(True):
            for worker, own in enumerate(held):
                g, length = single(x, own, k, worker)
                count += sign(np.asarray(g), worker_key(program, k, worker))
                lengths += np.asarray(length)
            vote = sign(count, vote_key(program, k))
        yield (x := x - (share_of_step(program) * lengths) * vote.astype(x.dtype))


# ---------------------------------------------------------------------------------------------- what is sent


def handed_over(computation: Callable, *arguments: Array) -> dict[str, int]:
    """How many bytes one worker hands to each kind of collective in one call, read off what JAX makes of it."""
    found: Counter[str] = Counter()

    def look(jaxpr):
        for equation in jaxpr.eqns:
            if equation.primitive.name in COLLECTIVES:
                sizes = (entry.aval.size * entry.aval.dtype.itemsize for entry in equation.invars)
                found[equation.primitive.name] += sum(sizes)
            for parameter in equation.params.values():
                inner = getattr(parameter, "jaxpr", parameter)
                if hasattr(inner, "eqns"):
                    look(inner)

    with jax.enable_x64(True):
        look(jax.make_jaxpr(computation)(*arguments).jaxpr)
    return dict(found)


def sum_of_gradients(mesh: Mesh) -> Callable[[Any], Any]:
    """What a step without votes sends: the sum over the workers of full gradients, from (M, d) to (d,)."""
    each = PartitionSpec(AXIS)
    return jax.jit(jax.shard_map(lambda g: lax.psum(g[0], AXIS), mesh=mesh, in_specs=each, out_specs=PartitionSpec()))
