"""NumPy's functions of arrays under one name with JAX's: what is computed from JAX's arrays, traced ones too, is JAX's.

A small batch is run on NumPy's arrays before XLA has compiled anything; the arithmetics are written once, for both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

OF_NUMPY = (np.ndarray, float, np.float64, np.bool_, bool, int)


class Either:
    """`either.abs(x)` is `np.abs(x)` or `jnp.abs(x)`: JAX's if one of the arguments is an array of JAX's."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        on_numpy, on_jax = getattr(np, name), getattr(jnp, name)

        def function(*given: Any, **settings: Any) -> Any:  # what the functions of either take
            return (on_jax if is_jax(*given) else on_numpy)(*given, **settings)

        setattr(self, name, function)
        return function


def is_jax(*given: object) -> bool:
    """Whether one of these is an array of JAX's."""
    return any(type(part) not in OF_NUMPY and isinstance(part, jax.Array) for part in given)


either: Any = Either()
