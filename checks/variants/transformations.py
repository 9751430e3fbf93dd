"""The papers' methods as optax transformations, to chain with others.

    import optax
    from signproof.transformations import scale_by_dual_norm_sign

    optimizer = optax.chain(optax.clip_by_global_norm(1.0), scale_by_dual_norm_sign(), optax.scale(-0.01))

Gradients are any pytrees of arrays; norms and dimensions are those of all their entries together. Results have the
dtype of the gradients. Li, Lin, Li, Hong and Chen, "On Faster Convergence of Scaled Sign Gradient Descent".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Tree = Any
"""A pytree of arrays."""


class ErrorFeedbackState(NamedTuple):
    """What has not been sent yet, e in (12) and (13), with the structure of the parameters."""

    error: Tree


class AdaGradNormState(NamedTuple):
    """b^2 in (5), (6) and (9): a number."""

    square: jax.Array


def scale_by_dual_norm_sign() -> optax.GradientTransformation:
    """Maps g to `||g||_1 sign(g)`, steepest descent in the maximum norm; sign(0) = 0.  [scaled-sign (14)]"""
    return optax.stateless(lambda g, _: _times(_norm_1(g), _sign(g)))


def scale_by_majority_vote() -> optax.GradientTransformation:
    """Gradients of M workers to (1/M) (sum of ||g^m||_1) sign(sum of sign(g^m)); ties give 0.  [scaled-sign, Alg. 3]

    Workers are along the first axis of every leaf, which the result lacks. Put it first in a chain.
    """

    def vote(stacked: Tree, _: object) -> Tree:
        lengths = jax.vmap(_norm_1)(stacked)
        length = jnp.sum(lengths) / len(lengths)
        return _times(length, jax.tree.map(lambda g: jnp.sign(jnp.sum(jnp.sign(g), axis=0)), stacked))

    return optax.stateless(vote)


def scale_by_adagrad_norm(sign_step: bool = False, sign_norm: bool = False) -> optax.GradientTransformation:
    """Maps g to g / b, where b^2 is the sum of all `||g||_2^2` so far.  [scaled-sign (5)]

    Arguments: whether the step is sign(g) / b [(6)]; whether b^2 adds up ||sign(g)||_2^2 [(9)].
    """

    def init(parameters: Tree) -> AdaGradNormState:
        return AdaGradNormState(jnp.zeros((), jax.tree.leaves(parameters)[0].dtype))

    def update(g: Tree, state: AdaGradNormState, parameters: Tree = None) -> tuple[Tree, AdaGradNormState]:
        square = state.square + _square(_sign(g) if sign_norm else g)
        nothing = square == 0  # all gradients so far were zero: so is the step
        scale = jnp.where(nothing, jnp.zeros_like(square), 1 / jnp.sqrt(jnp.where(nothing, 1, square)))
        return _times(scale, _sign(g) if sign_step else g), AdaGradNormState(square)

    return optax.GradientTransformation(init, update)


def error_feedback() -> optax.GradientTransformation:
    """Maps u to C(u + e), and e to u + e - C(u + e): `C(p) = (||p||_1 / d) sign(p)` is sent, the rest is kept.

    With u = lambda grad f(x), and -1 after it, EF-SignGD [scaled-sign (12)]; with the gradient taken at
    `slope_point(parameters, state)`, x - e, the method (13).
    """

    def init(parameters: Tree) -> ErrorFeedbackState:
        return ErrorFeedbackState(jax.tree.map(jnp.zeros_like, parameters))

    def update(u: Tree, state: ErrorFeedbackState, parameters: Tree = None) -> tuple[Tree, ErrorFeedbackState]:
        p = jax.tree.map(jnp.add, u, state.error)
        sent = _times(_norm_1(p) / sum(leaf.size for leaf in jax.tree.leaves(p)), _sign(p))
        return sent, ErrorFeedbackState(jax.tree.map(jnp.subtract, p, sent))

    return optax.GradientTransformation(init, update)


def slope_point(parameters: Tree, state: optax.OptState) -> Tree:
    """x - e, where the method (13) takes its gradient.

    Arguments: the parameters; the state of `error_feedback` or of a chain with it. Raises ValueError if it is in none.
    """
    states = jax.tree.leaves(state, is_leaf=lambda part: isinstance(part, ErrorFeedbackState))
    for part in states:
        if isinstance(part, ErrorFeedbackState):
            return jax.tree.map(jnp.subtract, parameters, part.error)
    raise ValueError("the state holds no error: chain error_feedback() in")


def scaled_sign_gd(step_size: optax.ScalarOrSchedule) -> optax.GradientTransformation:
    """x+ = x - alpha ||g||_1 sign(g).  [scaled-sign (14), (15)]"""
    return optax.chain(scale_by_dual_norm_sign(), optax.scale_by_learning_rate(step_size))


def majority_vote(step_size: optax.ScalarOrSchedule) -> optax.GradientTransformation:
    """x+ = x - alpha (1/M) (sum of ||g^m||_1) sign(sum of sign(g^m)), gradients stacked.  [scaled-sign, Algorithm 3]"""
    return optax.chain(scale_by_majority_vote(), optax.scale_by_learning_rate(step_size))


def adagrad_norm(step_size: optax.ScalarOrSchedule) -> optax.GradientTransformation:
    """x+ = x - (eta / b+) g.  [scaled-sign (5)]"""
    return optax.chain(scale_by_adagrad_norm(), optax.scale_by_learning_rate(step_size))


def sign_adagrad_norm(step_size: optax.ScalarOrSchedule, sign_norm: bool = False) -> optax.GradientTransformation:
    """x+ = x - (eta / b+) sign(g).  [scaled-sign (6); with `sign_norm` (9)]"""
    return optax.chain(scale_by_adagrad_norm(True, sign_norm), optax.scale_by_learning_rate(step_size))


def error_feedback_sign_gd(step_size: optax.ScalarOrSchedule) -> optax.GradientTransformation:
    """EF-SignGD: x+ = x - C(lambda g + e).  [scaled-sign (12), (13)]"""
    return optax.chain(optax.scale_by_learning_rate(step_size, flip_sign=False), error_feedback(), optax.scale(-1.0))


def _norm_1(g: Tree) -> jax.Array:
    return jax.tree.reduce(jnp.add, jax.tree.map(lambda leaf: jnp.sum(jnp.abs(leaf)), g))


def _square(g: Tree) -> jax.Array:
    return jax.tree.reduce(jnp.add, jax.tree.map(lambda leaf: jnp.sum(leaf * leaf), g))


def _sign(g: Tree) -> Tree:
    return jax.tree.map(jnp.sign, g)


def _times(number: jax.Array, g: Tree) -> Tree:
    return jax.tree.map(lambda leaf: (number * leaf).astype(leaf.dtype), g)
