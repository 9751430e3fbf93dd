"""Threefry with its rounds written out draws what JAX's own draws."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.numbers.keys import make_key


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**63 - 1), fold=st.integers(0, 2**32 - 1), shape=st.sampled_from([(), (1,), (3, 5), (2, 64)])
)
def test_bits_are_those_of_jax(seed, fold, shape):
    with jax.enable_x64(True):
        ours, theirs = (jax.random.fold_in(key(seed), fold) for key in (make_key, jax.random.key))
        for dtype in (jnp.uint8, jnp.uint16, jnp.uint32, jnp.uint64):
            assert (jax.random.bits(ours, shape, dtype) == jax.random.bits(theirs, shape, dtype)).all()


@pytest.mark.parametrize("draw", [jax.random.normal, jax.random.uniform, jax.random.laplace, jax.random.rademacher])
def test_draws_are_those_of_jax(draw):
    with jax.enable_x64(True):
        pairs = [jax.random.split(key(7), 3) for key in (make_key, jax.random.key)]
        for ours, theirs in zip(*pairs, strict=True):
            assert (draw(ours, (4, 100)) == draw(theirs, (4, 100))).all()
