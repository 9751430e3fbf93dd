"""What both ways to follow a trace need of JAX: dtypes, bits, and how to tell what cannot be followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

Operand: TypeAlias = Any
"""An array of whatever arithmetic, a dtype, or an equation of a JAX program."""

TURNS = 10_000
"""Turns of a loop after which its results are not known."""


class Unfollowed(Exception):
    """An operation that cannot be followed; the message names it."""


class Drawn(Unfollowed):
    """An operation that draws random numbers; the message says so in full."""


def integers(dtype: Operand) -> tuple[int, int]:
    """The least and the largest integer of a dtype: beyond them it wraps or saturates."""
    info = jnp.iinfo(dtype)
    return int(info.min), int(info.max)


def roundoff(dtype: Operand) -> tuple[float, float, float]:
    """Unit roundoff, least normal and largest number of a dtype."""
    info = jnp.finfo(dtype)
    return 2.0 ** -(info.nmant + 1), float(info.tiny), float(info.max)


BITWISE: dict[str, Callable[..., Any]] = {
    "and": jnp.bitwise_and,
    "or": jnp.bitwise_or,
    "xor": jnp.bitwise_xor,
    "not": jnp.bitwise_not,
    "shift_left": jax.lax.shift_left,
    "shift_right_logical": jax.lax.shift_right_logical,
    "shift_right_arithmetic": jax.lax.shift_right_arithmetic,
    "population_count": jax.lax.population_count,
}
"""Operations on the bits of integers."""


def scattered_add(equation: Operand, target: Operand, places: Operand, updates: Operand) -> Operand:
    """What an equation adds where, in arrays of any dtype."""
    told = equation.params
    return jax.lax.scatter_add(
        jnp.asarray(target),
        places,
        jnp.asarray(updates),
        told["dimension_numbers"],
        indices_are_sorted=told["indices_are_sorted"],
        unique_indices=told["unique_indices"],
        mode=told["mode"],
    )
