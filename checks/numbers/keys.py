"""JAX's default random bits, computed faster on CPUs: Threefry-2x32 with its rounds written out.

XLA for CPUs keeps the rounds in a loop, which no vector instructions get through; written out, a number takes a quarter
of the time. The bits are those of `jax.random.key(seed)`, which the tests check.  [Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3"]
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.random import define_prng_impl, threefry_prng_impl

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def make_key(seed: int) -> jax.Array:
    """A key that draws what `jax.random.key(seed)` draws."""
    return jax.random.key(seed, impl=_implementation())


@cache
def _implementation() -> Any:
    base = threefry_prng_impl
    return define_prng_impl(
        key_shape=base.key_shape,
        seed=base.seed,
        split=base.split,
        random_bits=_random_bits,
        fold_in=base.fold_in,
        name="threefry2x32, rounds written out",
        tag="fry",
    )


def _random_bits(key: jax.Array, bit_width: int, shape: tuple[int, ...]) -> jax.Array:
    size = math.prod(shape)
    if bit_width not in (32, 64) or size >= 2**32:
        return threefry_prng_impl.random_bits(key, bit_width, shape)
    low = jax.lax.iota(jnp.uint32, size).reshape(shape)
    first, second = _threefry(key, jnp.zeros_like(low), low)
    if bit_width == 32:
        return first ^ second
    return (first.astype(jnp.uint64) << jnp.uint64(32)) | second.astype(jnp.uint64)


def _threefry(key, x, y):
    schedule = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(PARITY))
    x, y = x + schedule[0], y + schedule[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = x ^ ((y << jnp.uint32(rotation)) | (y >> jnp.uint32(32 - rotation)))
        x, y = x + schedule[(group + 1) % 3], y + schedule[(group + 2) % 3] + jnp.uint32(group + 1)
    return x, y
