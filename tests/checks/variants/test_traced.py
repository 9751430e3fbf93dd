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
"""Functions of two vectors, which between them use most operations that are known."""
OTHERS = {
    "guarded": lambda x, y: jnp.nan_to_num(x / jnp.abs(x), nan=0.0) + jnp.where(y == 0, 2.0, x / y),
    "guarded later": lambda x, y: jnp.nan_to_num(2 * (1 / jnp.abs(x)) - 1, posinf=3.0) + jnp.nan_to_num(y * y / y),
    "guarded by a test": lambda x, y: jnp.where(jnp.isfinite(x / y), x / y, 0.0) + jnp.where(jnp.isinf(1 / x), 1.0, 0),
    "guarded root": lambda x, y: jnp.where(x == 0, 0.0, jax.lax.rsqrt(x * x)) + jnp.nan_to_num(y / jnp.linalg.norm(y)),
    "padded": lambda x, y: jnp.pad(x, (1, 2), constant_values=0.5)[1:4] + jnp.roll(y, 1),
    "packed": lambda x, y: jnp.unpackbits(jnp.packbits(x > 0))[:D] * y + (jnp.arange(D) ^ 2) + (jnp.arange(D) << 1),
    "signs by bits": lambda x, y: jnp.copysign(jnp.abs(y) + 1, x + 0.3) + jnp.signbit(y - 0.3),
    "sorted": lambda x, y: jnp.sort(x) + jnp.sort(y, descending=True)[::-1] * jnp.median(x),
    "ordered": lambda x, y: y[jnp.argsort(x)] + jax.lax.top_k(y, 2)[0][0] + x[jnp.argmax(y)] - y[jnp.argmin(x)],
    "scattered": lambda x, y: x.at[0].set(y[2]).at[jnp.argmax(y)].add(x[1]) + x.at[jnp.array([0, 0])].add(y[:2]),
    "sliced": lambda x, y: jax.lax.dynamic_update_slice(x, y[:2], (1,)) + jax.lax.dynamic_slice(y, (x.argmax(),), (3,)),
    "running": lambda x, y: jnp.cumsum(x) + jnp.cumprod(y) - jax.lax.cummax(x) + jax.lax.cummin(y, reverse=True),
    "product": lambda x, y: jnp.prod(x) + jnp.cbrt(y) - jnp.round(2 * x) + jnp.exp2(x / 4) + jnp.fmod(x, 0.75),
    "scanned": lambda x, y: jax.lax.scan(lambda c, v: (c * v + 0.5, c - v), x[0], y)[1],
    "counted": lambda x, y: jax.lax.fori_loop(0, 3, lambda i, c: c + x[i], y),
    "turned": lambda x, y: jax.lax.while_loop(lambda s: s[0] < 4, lambda s: (s[0] + 1, s[1] / 2 + y), (0, x))[1],
    "batched": lambda x, y: jnp.einsum("bi,bij->bj", jnp.stack([x, y]), jnp.ones((2, D, D), x.dtype))[0],
    "stopped": lambda x, y: jax.lax.stop_gradient(x) + jax.grad(lambda z: jnp.sum(jnp.abs(z) ** 3))(y),
}  # fmt: skip
"""Functions that use the others, guards and loops among them."""


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
def programs(dtype, others=False):
    """All functions at once: on balls, and as JAX runs them."""
    cases = OTHERS if others else CASES
    traces = {name: traced(function, dtype) for name, function in cases.items()}

    def balls(x, y):
        x, y = (cast(ball(v), dtype, BALLS) for v in (x, y))
        return {name: ends(evaluate(trace, [x, y], BALLS)[0]) for name, trace in traces.items()}

    def run(x, y):
        return {name: function(x, y) for name, function in cases.items()}

    return jax.jit(balls), jax.jit(run)


NARROWER = pytest.mark.slow
"""Each dtype is compiled for seconds; `test_variants` runs the narrower ones, too."""


@pytest.mark.parametrize("others", [False, pytest.param(True, marks=NARROWER)])
@pytest.mark.parametrize(
    "dtype", ["float64", pytest.param("float32", marks=NARROWER), pytest.param("bfloat16", marks=NARROWER)]
)
@settings(max_examples=10, deadline=None)
@given(x=numbers(), y=numbers())
def test_balls_hold_what_is_exact_and_what_jax_computes(dtype, others, x, y):
    balls, run = programs(dtype, others)
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
        exact = exactly(traced({**CASES, **OTHERS}[name]), x, y)  # all literals are short: every dtype has them
        for below, above, part in zip(low[known], high[known], np.array(exact)[known] if exact else [], strict=False):
            assert below <= to_float(part[1]) and to_float(part[0]) <= above, name


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_exact_is_what_jax_computes(name):
    for x, y in (
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        ([1.0, -2.0, 0.5], [0.25, 0.0, -1.0]),
        ([1, 1, -1.0], [2, 2, 2.0]),
    ):
        exact = exactly(traced(OTHERS[name]), np.array(x), np.array(y))
        with jax.enable_x64(True):
            found = np.asarray(OTHERS[name](jnp.array(x), jnp.array(y)), float)
        for (low, high), part in zip(exact, found, strict=True):
            assert to_float(low) - 1e-13 <= part <= to_float(high) + 1e-13


@pytest.mark.parametrize("name", ["guarded", "guarded root", "sorted", "scattered", "turned"])
def test_balls_hold_guards_orders_and_loops(name):
    x, y = np.array([1.0, -2.0, 0.0]), np.array([0.25, 0.0, -1.0])
    with jax.enable_x64(True):
        low, high = map(np.asarray, ends(evaluate(traced(OTHERS[name]), [ball(x), ball(y)], BALLS)[0]))
    exact = exactly(traced(OTHERS[name]), x, y)
    assert (high - low < 1e-12).all()
    assert all(a <= to_float(c[1]) and to_float(c[0]) <= b for a, b, c in zip(low, high, exact, strict=True))


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


def test_whether_a_quotient_is_a_number_is_known_where_its_divisor_is():
    trace = traced(lambda x, y: jnp.where(jnp.isnan(x / y), 0.0, 5.0))
    with jax.enable_x64(True):
        divisor = Ball(jnp.array([0.0, 2.0, 0.0]), jnp.array([0.0, 0.0, 1.0]))
        [found] = evaluate(trace, [ball(np.array([0.0, 2.0, 0.0])), divisor], BALLS)
        low, high = map(np.asarray, ends(found))
        assert abs(high[0]) < 1e-300 and low[1] > 4 and low[2] <= 0 and high[2] >= 5
    [found] = evaluate(trace, [rationals(v) for v in ([0, 1, 1], [0, 2, 0])], RATIONALS)
    assert found.tolist() == [0, 5, 5]
    with Balls(64) as xp, pytest.raises(Undecided):
        evaluate(trace, [xp.number(rationals([0, 1, 1])), np.array([arb(0, 1)] * 3)], xp)


def test_what_is_no_number_never_becomes_one():
    for function in (lambda x, y: jnp.sign(x / y), lambda x, y: jnp.maximum(x / y, 1.0), lambda x, y: x / y + 1):
        with jax.enable_x64(True):
            [found] = evaluate(traced(function), [ball(np.zeros(3)), ball(np.zeros(3))], BALLS)
            assert not np.isfinite(np.concatenate(ends(found))).any()


def test_a_zero_has_either_sign():
    trace = traced(lambda x, y: jnp.where(jnp.signbit(x), -1.0, 1.0))
    with jax.enable_x64(True):
        low, high = map(np.asarray, ends(evaluate(trace, [ball(np.array([0.0, -2.0, 3.0]))] * 2, BALLS)[0]))
        assert low[0] <= -1 and high[0] >= 1 and high[1] < 0 < low[2]
    with pytest.raises(Undecided):
        evaluate(trace, [rationals([0, 1, 2])] * 2, RATIONALS)


def test_a_loop_whose_test_is_not_known_says_nothing():
    trace = traced(lambda x, y: jax.lax.while_loop(lambda z: jnp.sum(z) < 4, lambda z: 2 * z + y, x))
    with jax.enable_x64(True):
        one = ball(np.ones(3))
        known, unknown = one, Ball(one.middle, jnp.full(3, 0.5))
        for start, tells in ((known, True), (unknown, False)):
            [found] = evaluate(trace, [start, one], BALLS)
            assert np.isfinite(np.asarray(found.radius)).all() == tells


def test_places_that_are_not_known_say_nothing():
    trace = traced(lambda x, y: y[jnp.argmax(x)] + 0 * y)
    with jax.enable_x64(True):
        close = Ball(jnp.array([1.0, 1.1, 0.0]), jnp.array([0.2, 0.0, 0.0]))
        assert not np.isfinite(np.asarray(evaluate(trace, [close, ball(np.ones(3))], BALLS)[0].radius)).any()
    trace = traced(lambda x, y: jnp.sort(x) + 0 * y)
    with jax.enable_x64(True):
        low, high = map(np.asarray, ends(evaluate(trace, [close, ball(np.ones(3))], BALLS)[0]))
        assert high[0] < 0.01 and low[1] < 0.81 and high[1] > 1.09 and high[2] > 1.19


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
    ("function", "name"),
    [(lambda x, y: jnp.linalg.svd(x[None])[1], "svd"), (lambda x, y: jax.scipy.special.digamma(x), "digamma")],
)
def test_what_is_not_known_is_refused_by_name_and_line(function, name):
    trace = traced(function)
    with pytest.raises(Unfollowed, match=rf"{name}.*test_traced.py, line \d+"):
        follow(trace)
    with pytest.raises(Unfollowed, match=name):
        evaluate(trace, [rationals([1, 2, 3])] * 2, RATIONALS)
