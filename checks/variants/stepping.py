"""A plain `step(x, gradient, state, step_size)` on NumPy's arrays as a gradient transformation.

It is called on stand-ins for arrays that note what is done with them, with JAX's operations of the same names: so the
rule is followed as JAX programs are. Writing into an array is followed, too, unless there are views of it. The state of
the first step is None, unless the function has an attribute `init`, from x to the first state.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax

Given: TypeAlias = Any
"""What a step is given and gives: arrays, numbers, trees of them."""
Step = Callable[..., tuple[Given, Given]]
PARAMETERS = 4
"""Of a step: x, its gradient, a state, a step size."""
REDUCED = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}
VIEWS = ("T", "reshape", "ravel", "transpose", "squeeze", "swapaxes")


class Stays(TypeError):
    """What a step does that cannot be noted."""


class Noted(np.lib.mixins.NDArrayOperatorsMixin):
    """An array, or a number, that notes what is done with it."""

    def __init__(self, value: Given, root: Noted | None = None, key: Given = None):
        self.value, self.root, self.key = value, root, key
        self.views: list[weakref.ref[Noted]] = []
        if root is not None:
            root.views.append(weakref.ref(self))

    def __array_ufunc__(self, ufunc: Given, method: str, *inputs: Given, out: Given = None, **more: Given) -> Given:
        name = ufunc.__name__ if method == "__call__" else REDUCED.get(ufunc.__name__) if method == "reduce" else None
        if name is None:
            raise Stays(f"np.{ufunc.__name__}.{method} is not followed")
        if method == "reduce":
            more.setdefault("axis", 0)
        found = _function(jnp, name)(*map(plain, inputs), **{key: plain(entry) for key, entry in more.items()})
        return noted(found) if out is None else _written(out[0], found)

    def __array_function__(self, function: Given, types: Given, arguments: Given, named: Given) -> Given:
        within = jnp.linalg if function.__module__ == "numpy.linalg" else jnp
        out = named.pop("out", None)
        found = _function(within, function.__name__)(*plain(arguments), **plain(named))
        return noted(found) if out is None else _written(out, found)

    def __array__(self, *more: Given, **named: Given) -> Given:
        raise Stays("np.array(x) and np.asarray(x) are not followed: x is an array, x.copy() another")

    def __bool__(self) -> bool:
        raise Stays("it asks Python whether a number known only at run time is true: write np.where(condition, a, b)")

    def __float__(self) -> float:
        raise Stays("it makes a Python number of one known only at run time: use NumPy's functions, not those of math")

    __int__ = __index__ = __complex__ = __float__

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Given:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Given) -> Noted:
        found = self.value[plain(key)]
        if found.ndim == 0 or not all(map(_is_basic, key if isinstance(key, tuple) else (key,))):
            return Noted(found)  # a copy, in NumPy, too
        return Noted(found, self if self.root is None else self.root, key if self.root is None else None)

    def __setitem__(self, key: Given, entry: Given) -> None:
        self.write(self.value.at[plain(key)].set(plain(entry)), entry)

    def write(self, value: Given, beside: Given = None) -> None:
        """Take other numbers, of the same shape and dtype; a view of an array, with it."""
        seen = [view for each in (self if self.root is None else self.root).views if (view := each()) is not None]
        if (self.root is not None and self.key is None) or any(
            view is not self and view is not beside for view in seen
        ):
            raise Stays("it writes into an array of which there is a view, such as x[1:]: work on a copy")
        self.value = jnp.broadcast_to(value, self.value.shape).astype(self.value.dtype)
        if self.root is not None:
            self.root.value = self.root.value.at[plain(self.key)].set(self.value)

    def __getattr__(self, name: str) -> Given:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.value, name)
        if name == "T":
            return Noted(found, self if self.root is None else self.root)
        if not callable(found):
            return found

        def method(*arguments: Given, **named: Given) -> Given:
            given = found(*plain(arguments), **plain(named))
            return Noted(given, self if self.root is None else self.root) if name in VIEWS else noted(given)

        return method


def plain(x: Given) -> Given:
    """Trees of what is noted as trees of arrays."""
    return jax.tree.map(lambda leaf: leaf.value if isinstance(leaf, Noted) else leaf, x, is_leaf=_is_noted)


def noted(x: Given) -> Given:
    """Trees of arrays as trees of what is noted."""
    return jax.tree.map(lambda leaf: Noted(leaf) if isinstance(leaf, jax.Array) else leaf, x)


def is_step(function: Given) -> bool:
    """Whether a function takes what a step takes."""
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return sum(parameter.default is parameter.empty for parameter in taken) == PARAMETERS


def stepping(step: Step) -> Callable[[Given], optax.GradientTransformation]:
    """A step as a factory: a function of a step size that returns a gradient transformation."""
    begin = getattr(step, "init", None)

    def called(x: Given, gradient: Given, state: Given, step_size: Given) -> tuple[Given, Given]:
        made = step(noted(x), noted(gradient), noted(state), noted(jnp.asarray(step_size)))
        if not isinstance(made, tuple) or len(made) != 2:
            raise Stays("it returns no pair: return the next x and the next state")
        after, state = plain(made[0]), plain(made[1])
        if jnp.shape(after) != jnp.shape(x):
            raise Stays(f"it turns x of shape {jnp.shape(x)} into one of shape {jnp.shape(after)}")
        return after, jax.tree.map(_array, state)

    def factory(step_size: Given) -> optax.GradientTransformation:
        def init(x: Given) -> Given:
            if begin is not None:
                return jax.tree.map(_array, plain(begin(noted(x))))
            _, after = jax.eval_shape(lambda x: called(x, jnp.zeros_like(x), None, jnp.zeros((), x.dtype)), x)
            nothing = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), after)
            return (jnp.zeros((), bool), nothing) if jax.tree.leaves(nothing) else None

        def update(gradient: Given, state: Given, x: Given = None) -> Given:
            if begin is not None:
                after, state = called(x, gradient, state, step_size)
                return after - x, state
            if state is None:
                after, _ = called(x, gradient, None, step_size)
                return after - x, None
            begun, kept = state
            first, later = called(x, gradient, None, step_size), called(x, gradient, kept, step_size)
            if str(jax.tree.structure(first)) != str(jax.tree.structure(later)):
                raise Stays("the state after its first step is of another form than after the next")
            after, kept = jax.tree.map(lambda a, b: jnp.where(begun, b, a), first, later)
            return after - x, (jnp.ones((), bool), kept)

        return optax.GradientTransformation(init, update)

    factory.__name__ = getattr(step, "__name__", "step")
    return factory


def _is_basic(key: Given) -> bool:
    """Whether a part of an index makes a view."""
    return key is None or key is Ellipsis or isinstance(key, int | slice)


def _is_noted(x: Given) -> bool:
    return isinstance(x, Noted)


def _array(x: Given) -> jax.Array:
    if not isinstance(x, int | float | np.ndarray | np.generic | jax.Array):
        raise Stays(f"its state holds {type(x).__name__}: keep numbers and arrays, in tuples, lists or dictionaries")
    return jnp.asarray(x)


def _function(within: Given, name: str) -> Callable[..., Given]:
    found = getattr(within, name, None)
    if found is None:
        raise Stays(f"np.{name} is not followed: JAX has no such function")
    function: Callable[..., Given] = found
    return function


def _written(out: Given, found: Given) -> Given:
    if not isinstance(out, Noted):
        raise Stays("it writes into an array of NumPy's own: begin with np.zeros_like(x), not with np.zeros")
    out.write(found)
    return out
