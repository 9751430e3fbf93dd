"""The proximal operator of total variation, with a certified duality gap.

TV(x) = sum of |x_p - x_q| over neighbours p, q in a row or a column (`phase.py`). With D the matrix of these
differences, prox(z) = argmin over x of 1/2 ||x - z||^2 + s ||Dx||_1 is z - D'u for the u with |u| <= s that makes
1/2 ||z - D'u||^2 least, which an accelerated projected gradient method finds (||D||^2 <= 8). For any such u the
objective at x = z - D'u is off its minimum by at most the gap s ||Dx||_1 - <u, Dx>, and so x is within
sqrt(2 gap) of the proximal point.  [Beck and Teboulle 2009, "Fast gradient-based algorithms for constrained total
variation image denoising and deblurring problems"]
"""

from __future__ import annotations

from typing import TypeAlias

import jax
import jax.numpy as jnp

Dual: TypeAlias = tuple[jax.Array, ...]
"""Two arrays, one number for each pair of neighbours: down the columns, shape (rows - 1, columns, ...), and along the
rows, shape (rows, columns - 1, ...)."""


def differences(x: jax.Array) -> Dual:
    """Dx for images of shape (rows, columns, ...): those down the columns and those along the rows."""
    return x[1:] - x[:-1], x[:, 1:] - x[:, :-1]


def _transposed(down, across):
    """D'u."""
    x = jnp.zeros((down.shape[0] + 1, *down.shape[1:]), down.dtype)
    x = x.at[1:].add(down).at[:-1].add(-down)
    return x.at[:, 1:].add(across).at[:, :-1].add(-across)


def prox(z: jax.Array, strength: jax.Array, dual: Dual, iterations: int) -> tuple[jax.Array, Dual, jax.Array]:
    """prox of strength * TV at images z, shape (rows, columns, batch), strength of shape (batch,).

    Arguments: `dual`, where the iterations start, such as what a call before returned (`start`); how many.
    Returns the image, its dual, and the duality gap, shape (batch,).
    """

    def bound(u):
        return jnp.clip(u, -strength, strength)

    def step(carry, _):
        old, ahead, t = carry
        x = z - _transposed(*ahead)
        new = tuple(bound(u + slope / 8) for u, slope in zip(ahead, differences(x), strict=True))
        following = (1 + jnp.sqrt(1 + 4 * t * t)) / 2
        pushed = tuple(one + (t - 1) / following * (one - other) for one, other in zip(new, old, strict=True))
        return (new, pushed, following), None

    begin = tuple(bound(u) for u in dual)
    (found, _, _), _ = jax.lax.scan(step, (begin, begin, jnp.ones((), z.dtype)), length=iterations)
    x = z - _transposed(*found)
    gap = sum(
        (strength * jnp.abs(slope) - u * slope).sum(axis=(0, 1)) for u, slope in zip(found, differences(x), strict=True)
    )
    return x, found, gap


def start(z: jax.Array) -> Dual:
    """A dual to begin with: zero."""
    return tuple(jnp.zeros_like(slope) for slope in differences(z))
