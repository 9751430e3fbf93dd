"""How the coordinates of a point are laid out as parameters: a vector, a matrix, any pytree of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from signproof.theory.claim import Claim
from signproof.theory.norms import OPERATOR

Tree: TypeAlias = Any
"""A pytree of arrays."""
Laying = Callable[[Any], Tree]
"""From a vector to a pytree of its entries, each of them once."""


def rows(x: Any) -> Any:  # an array of NumPy or of JAX
    """A vector as a matrix of two rows, as `norms.OPERATOR` reads it."""
    return x.reshape(2, -1)


def laying_of(case: Claim) -> Laying | None:
    """What a claim in numbers takes points for: matrices if it is stated in the operator norm, else vectors."""
    parts = (case.algorithm, case.measure, *case.assumptions)
    return rows if any(getattr(part, "norm", None) is OPERATOR for part in parts) else None


class Layout:
    """The parameters that a vector stands for, and back.

    Arguments: how many coordinates; from a vector to a pytree of its entries; None for the vector itself.
    Raises ValueError if the pytree is not made of all entries, each once.
    """

    def __init__(self, d: int, laying: Laying | None = None):
        self.places = None if laying is None else jax.tree.map(np.asarray, laying(np.arange(d)))
        if self.places is not None:
            leaves = [np.ravel(leaf) for leaf in jax.tree.leaves(self.places)]
            self._order = np.concatenate(leaves) if leaves else np.zeros(0, int)
            if sorted(self._order.tolist()) != [*range(d)]:
                raise ValueError(f"its parameters are not the {d} coordinates of a point, each once")

    def tree(self, x: jax.Array) -> Tree:
        """A vector as parameters."""
        return x if self.places is None else jax.tree.map(lambda places: _taken(x, places), self.places)

    def flat(self, tree: Tree) -> jax.Array:
        """Parameters as a vector. Raises ValueError if they are laid out otherwise."""
        if self.places is None:
            return jnp.asarray(tree)
        leaves, structure = jax.tree.flatten(tree)
        shapes = [np.shape(leaf) for leaf in leaves]
        same = str(structure) == str(jax.tree.structure(self.places))
        if not same or shapes != [p.shape for p in jax.tree.leaves(self.places)]:
            raise ValueError(f"its updates are laid out as {structure} of shapes {shapes}, not as its parameters are")
        joined = jnp.concatenate([jnp.ravel(leaf) for leaf in leaves])
        return joined if _is_run(self._order) else joined[np.argsort(self._order)]


def _taken(x: jax.Array, places: np.ndarray) -> jax.Array:
    run = np.ravel(places)
    return x[run[0] : run[0] + run.size].reshape(places.shape) if run.size and _is_run(run) else x[places]


def _is_run(places: np.ndarray) -> bool:
    """Whether places follow one another."""
    return bool(np.all(np.diff(places) == 1))
