"""Two optimizers side by side: equal in exact arithmetic, or the first step and instance that differ."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flint import fmpq

from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.variants import probes
from signproof.checks.variants.against import _told, against
from signproof.checks.variants.stepping import is_step, stepping
from signproof.checks.variants.variant import Rule


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Two shapes on balls, two coordinates in floats."""
    monkeypatch.setattr(probes, "SHAPES", ((2, 150),))
    monkeypatch.setattr(probes, "DIMENSIONS", (2,))
    monkeypatch.setattr(LeastSquares, "shapes", ((2, 2),))


def descent(step_size):
    return optax.stateless(lambda g, x: -step_size * g)


def signs(zero):
    return lambda step_size: optax.stateless(
        lambda g, x: -step_size * jnp.where(g > 0, 1.0, jnp.where(g < 0, -1.0, zero))
    )


def test_one_rule_written_twice_is_the_same():
    found = against(optax.sgd, descent)
    assert (found.status, found.level, found.step) == ("the same", "exact", None)
    assert "equal in rational arithmetic" in found.reason and "k ≤ 1000" in found.reason


@pytest.mark.slow
def test_constants_that_are_one_rounding_apart_are_the_same():
    found = against(lambda s: optax.sgd(s, momentum=0.1), lambda s: optax.sgd(s, momentum=1 - 0.9))
    assert found.status == "the same"


DIFFERENT = {
    "decay": (optax.sgd, lambda s: optax.chain(optax.add_decayed_weights(1e-9), optax.sgd(s)), 1),
    "momentum": (optax.sgd, lambda s: optax.sgd(s, momentum=1e-6), 2),
    "nesterov": (lambda s: optax.sgd(s, 0.5), lambda s: optax.sgd(s, 0.5, nesterov=True), 1),
    "a tie": (signs(0.0), signs(1.0), 1),
    "late": (optax.sgd, lambda s: optax.chain(optax.sgd(s), optax.scale_by_schedule(lambda k: 1 + (k == 9))), 10),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [name if name in ("decay", "a tie") else pytest.param(name, marks=pytest.mark.slow) for name in DIFFERENT]
)
def test_what_differs_is_told_with_step_instance_and_numbers(name):
    one, other, step = DIFFERENT[name]
    found = against(one, other)
    assert (found.status, found.step) == ("different", step) and found.level in ("exact", "enclosed")
    assert "quadratic" in found.instance and "step size" in found.instance
    assert "one is at (" in found.reason and "apart" in found.reason


def test_what_cannot_be_followed_is_said():
    found = against(optax.sgd, lambda s: 3)
    assert found.status == "failed" and "returns 3" in found.reason
    assert "random numbers" in against(optax.sgd, lambda s: optax.noisy_sgd(s, key=0)).reason


# Steps on NumPy's arrays


def momentum(x, g, state, step_size):
    m = g if state is None else 0.5 * state + g
    return x - step_size * m, m


def in_place(x, g, state, step_size):
    x -= step_size * g
    return x, state


def with_a_dictionary(x, g, state, step_size):
    state = {"m": np.zeros_like(x), "k": 0} if state is None else state
    state["k"] += 1
    state["m"] *= 0.5
    state["m"] += g
    return x - step_size * state["m"], state


def by_entries(x, g, state, step_size):
    after = x.copy()
    after[0] = x[0] - step_size * g[0]
    after[1:] -= step_size * g[1:]
    return after, state


def through_a_view(x, g, state, step_size):
    y, number = x[:], x[0]
    y -= step_size * g
    number -= 1  # no part of x
    return x, state


STEPS = {
    "momentum": (momentum, lambda s: optax.sgd(s, 0.5), "the same"),
    "in place": (in_place, optax.sgd, "the same"),
    "with a dictionary": (with_a_dictionary, lambda s: optax.sgd(s, 0.5), "the same"),
    "by entries": (by_entries, optax.sgd, "the same"),
    "through a view": (through_a_view, optax.sgd, "the same"),
    "by a ufunc's method": (lambda x, g, s, lr: (x - lr * g * (1 + 0 * np.add.reduce(g)), s), optax.sgd, "the same"),
    "another": (momentum, optax.sgd, "different"),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_a_step_on_numpy_s_arrays_is_followed_as_jax_programs_are(name):
    step, other, verdict = STEPS[name]
    assert is_step(step) and not is_step(other)
    rules = Rule(stepping(step)), Rule(other)
    instance = DiagonalQuadratic(rationals([1, 3])), rationals([2, -1]), fmpq(1, 4)
    found = _told(rules, instance, 0, 4, RATIONALS)
    assert ("the same" if found is None else found.status) == verdict


def behind_a_view(x, g, state, step_size):
    y = x[:1]
    x -= step_size * g
    return x + 0 * y, state


UNFOLLOWED = {
    "asks": (lambda x, g, state, lr: (x if g[0] > 0 else x - g, state), "np.where"),
    "leaves": (lambda x, g, state, lr: (x - lr * np.asarray(g), state), "x.copy"),
    "a Python number": (lambda x, g, state, lr: (x - float(np.sum(g)), state), "Python number"),
    "an array of NumPy": (lambda x, g, state, lr: (np.add(x, g, out=np.zeros(2)), state), "np.zeros_like"),
    "behind a view": (behind_a_view, "view"),
    "no pair": (lambda x, g, state, lr: x - lr * g, "no pair"),
    "an object": (lambda x, g, state, lr: (x - lr * g, object()), "its state holds object"),
    "a shape": (lambda x, g, state, lr: (x[:1], state), "of shape (1,)"),
}


@pytest.mark.parametrize("name", UNFOLLOWED)
def test_what_a_step_may_not_do_is_said(name):
    step, words = UNFOLLOWED[name]
    found = against(stepping(step), optax.sgd)
    assert found.status == "failed" and words in found.reason and "\n" not in found.reason
