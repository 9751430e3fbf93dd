"""What JAX traced, evaluated in other arithmetics: each operation against JAX itself, in every dtype."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.numbers.arrays import BALLS, Ball, ball, ends
from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rationals, to_float
from signproof.checks.variants.traced import Truth, Unfollowed, cast, evaluate, follow

D = 3


MATRIX = np.arange(6.0).reshape(2, 3) / 8
CASES = {
    "arithmetic": lambda x, y: (x + y) * x - y / (1 + x * x),
    "roots": lambda x, y: jnp.sqrt(x * x) + jax.lax.rsqrt(1 + y * y),
    "powers": lambda x, y: x**3 + (1 + y * y) ** -2 + jnp.square(x),
    "power": lambda x, y: jnp.abs(x + 4) ** y,
    "elementary": lambda x, y: jnp.exp(-(x * x)) + jnp.log(1 + y * y) + jnp.sin(x) * jnp.cos(y),
    "small": lambda x, y: jnp.expm1(x / 4) + jnp.log1p(y * y),
    "squashed": lambda x, y: jnp.tanh(x) + jax.nn.sigmoid(y),
    "signs": lambda x, y: jnp.sign(x) * jnp.abs(y) - jnp.maximum(x, y) + jnp.minimum(x, 0.5),
    "clipped": lambda x, y: jnp.clip(x, -0.5, 0.5) + jax.lax.clamp(y * 0 - 1, y, y * 0 + 1),
    "sums": lambda x, y: x * jnp.sum(jnp.abs(y)) + jnp.max(x) - jnp.min(y) + jnp.sum(x * y),
    "products": lambda x, y: jnp.concatenate([jnp.asarray(MATRIX, x.dtype) @ x, jnp.dot(x, y)[None]]),
    "moves": lambda x, y: jnp.concatenate([x[1:], y[:1]])[::-1].reshape(1, D)[0] + jnp.outer(x, y).T[0],
    "pieces": lambda x, y: jnp.stack([x, y])[1] + jnp.tile(x[:1], 3) + jnp.split(y, [1, 2])[1],
    "choices": lambda x, y: jnp.where((x > 0) & (y <= 1) | ~(x >= y), x, 2 * y),
    "tests": lambda x, y: jnp.where(jnp.isfinite(x) & ~jnp.isnan(y) & (x != y), x, y) + jnp.any(x < 0),
    "floors": lambda x, y: jnp.floor(3 * x) + jnp.ceil(y),
    "integers": lambda x, y: x * ((jnp.arange(D) * 7 + 3) // 2 % 3) + jnp.all(y > -9).astype(x.dtype),
    "branches": lambda x, y: jax.lax.cond(x[0] > 0, lambda: x + 1, lambda: y * 2),
    "moments": lambda x, y: jnp.mean(x) - jnp.var(y) + jnp.minimum(x, jnp.inf),
    "calls": lambda x, y: jax.nn.relu(x) + jax.checkpoint(jnp.sin)(y),
}  # fmt: skip
"""Functions of two vectors, which between them use every operation that is known."""


@cache
def traced(function, dtype="float64"):
    with jax.enable_x64(dtype == "float64"):
        return jax.make_jaxpr(function)(*[jax.ShapeDtypeStruct((D,), dtype)] * 2)


def numbers():
    """Vectors of bfloat16 numbers, zero and alike ones among them: every dtype has them."""
    entry = st.integers(-300, 300).map(lambda n: float(jnp.bfloat16(n / 128)))
    return st.lists(entry, min_size=D, max_size=D).map(np.array)


def exactly(trace, x, y):
    """Rationals below and above what exact arithmetic gives, or None where it does not tell."""
    try:
        [found] = evaluate(trace, [rationals(x), rationals(y)], RATIONALS)
        return [(entry, entry) for entry in found]
    except TypeError:
        pass
    with Balls(256) as xp:
        try:
            [found] = evaluate(trace, [xp.number(rationals(v)) for v in (x, y)], xp)
            return [xp.ends(entry) for entry in found]
        except Undecided:
            return None


@cache
def programs(dtype):
    """All functions at once: on balls, and as JAX runs them."""
    traces = {name: traced(function, dtype) for name, function in CASES.items()}

    def balls(x, y):
        x, y = (cast(ball(v), dtype, BALLS) for v in (x, y))
        return {name: ends(evaluate(trace, [x, y], BALLS)[0]) for name, trace in traces.items()}

    def run(x, y):
        return {name: function(x, y) for name, function in CASES.items()}

    return jax.jit(balls), jax.jit(run)


NARROWER = pytest.mark.slow
"""Each dtype is compiled for seconds; `test_variants` runs the narrower ones, too."""


@pytest.mark.parametrize(
    "dtype", ["float64", pytest.param("float32", marks=NARROWER), pytest.param("bfloat16", marks=NARROWER)]
)
@settings(max_examples=10, deadline=None)
@given(x=numbers(), y=numbers())
def test_balls_hold_what_is_exact_and_what_jax_computes(dtype, x, y):
    balls, run = programs(dtype)
    with jax.enable_x64(True):
        enclosed = jax.tree.map(np.asarray, balls(x, y))
    with jax.enable_x64(dtype == "float64"):
        found = run(jnp.asarray(x, dtype), jnp.asarray(y, dtype))
    for name, (low, high) in enclosed.items():
        known = np.isfinite(low) & np.isfinite(high)
        # in 64-bit the balls' own run is one in another order: as far from the exact result at most
        slack = high - low if dtype == "float64" else 0 * low
        here = np.asarray(found[name], float)
        assert ((low - slack <= here) & (here <= high + slack))[known].all(), name
        exact = exactly(traced(CASES[name]), x, y)  # all literals are short: every dtype has them
        for below, above, part in zip(low[known], high[known], np.array(exact)[known] if exact else [], strict=False):
            assert below <= to_float(part[1]) and to_float(part[0]) <= above, name


@pytest.mark.parametrize(
    ("dtype", "least", "most"), [("float64", 0, 1e-14), pytest.param("bfloat16", 1e-3, 0.5, marks=NARROWER)]
)
def test_balls_are_as_wide_as_their_dtype_rounds(dtype, least, most):
    with jax.enable_x64(True):
        low, high = programs(dtype)[0](np.array([0.5, -1.25, 0.75]), np.array([1.5, 0.25, -0.5]))["arithmetic"]
        assert least < float((high - low).max()) < most


def test_rationals_stay_rational_where_they_can():
    trace = traced(lambda x, y: jnp.sum(jnp.abs(x)) * jnp.sign(y))
    [found] = evaluate(trace, [rationals([1, -2, 3]), rationals([0, 5, -1])], RATIONALS)
    assert found.tolist() == [fmpq(0), fmpq(6), fmpq(-6)]


def test_an_undecided_comparison_is_a_ball_around_both_choices():
    trace = traced(lambda x, y: jnp.where(x > y, x + 10, y))
    with jax.enable_x64(True):
        x = Ball(jnp.array([0.0, 0.0, 2.0]), jnp.array([0.0, 1.0, 0.5]))
        low, high = map(np.asarray, ends(evaluate(trace, [x, ball(np.zeros(3))], BALLS)[0]))
    assert high[0] < 1e-9 and low[1] <= 0 and high[1] >= 11 and low[2] > 11
    with Balls(64) as xp, pytest.raises(Undecided):
        evaluate(trace, [np.array([arb(0, 1)] * 3), xp.number(rationals([0, 0, 0]))], xp)


def test_a_floor_next_to_an_integer_is_not_known():
    trace = traced(lambda x, y: jnp.floor(x))
    with jax.enable_x64(True):
        x = Ball(jnp.array([3.0, 3.0, 3.5]), jnp.array([0.0, 1e-17, 0.25]))
        [found] = evaluate(trace, [x, x], BALLS)
        assert found.radius.tolist() == [0, 1, 0] and found.middle.tolist() == [3, 3, 3]


def test_integers_beyond_their_dtype_are_not_known():
    trace = traced(lambda x, y: (jnp.floor(x).astype("int8") + jnp.int8(1)).astype(x.dtype))
    with jax.enable_x64(True):
        x = ball(np.array([3.0, 127.0, 200.0]))
        [found] = evaluate(trace, [x, x], BALLS)
        assert found.radius.tolist() == [0, np.inf, np.inf]
    for number in (127, 200):
        with pytest.raises(Undecided, match="int8"):
            evaluate(trace, [rationals([3, 3, number])] * 2, RATIONALS)


def test_whether_a_quotient_by_zero_is_a_number_is_not_known():
    trace = traced(lambda x, y: jnp.where(jnp.isnan(x / y), 0.0, 5.0))
    with jax.enable_x64(True):
        [found] = evaluate(trace, [ball(np.array([0.0, 1.0, 1.0])), ball(np.array([0.0, 2.0, 3.0]))], BALLS)
        low, high = map(np.asarray, ends(found))
        assert low[0] <= 0 and high[0] >= 5 and low[1] > 4
    with Balls(64) as xp, pytest.raises(Undecided):
        evaluate(trace, [xp.number(rationals(v)) for v in ([0, 1, 1], [0, 2, 3])], xp)


def test_counters_stay_exact():
    with jax.enable_x64(True):
        trace = jax.make_jaxpr(lambda count: (count + 1, (count + 1) % 3 == 0, 0.5 ** (count + 1)))(jnp.int32(0))
        count = ball(7.0)
        for step in range(8, 12):
            count, third, power = evaluate(trace, [count], BALLS)
            assert (count.middle, count.radius) == (step, 0)
            assert isinstance(third, Truth) and third.known and bool(third.value) == (step % 3 == 0)
            assert abs(float(power.middle) - 0.5**step) <= float(power.radius)
    exact = evaluate(trace, [fmpq(7)], RATIONALS)
    assert exact == [fmpq(8), False, fmpq(1, 256)]


@pytest.mark.parametrize(
    "function", [lambda x, y: jnp.sort(x), lambda x, y: jax.lax.scan(lambda c, v: (c, v), x, y)[1]]
)
def test_what_is_not_known_is_refused_by_name(function):
    trace = traced(function)
    with pytest.raises(Unfollowed, match=r"sort|scan"):
        follow(trace)
    with pytest.raises(Unfollowed, match=r"sort|scan"):
        evaluate(trace, [rationals([1, 2, 3])] * 2, RATIONALS)
