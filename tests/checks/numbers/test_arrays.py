"""The radii of `arrays.Balls` against Arb: whatever a ball claims to contain, it contains."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof.checks.numbers import exact
from signproof.checks.numbers.arrays import BALLS, ELEMENTARY_ULPS, FLOATS, TINY, Ball, ball, ends, gamma, u
from signproof.checks.numbers.exact import each

BITS = 2400  # enough that sums of any floats are exact, and that the sine of a large one is known
LEAST, MOST = 2.0**-1022, float(np.finfo(float).max)
D, BATCH = 3, 240

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8, deadline=None)


@pytest.fixture(autouse=True)
def precise():
    with jax.enable_x64(True), exact.Balls(BITS), np.errstate(all="ignore"):
        yield


def unary(name):
    return lambda xp, x: getattr(xp, name)(x)


ELEMENTARY = ("exp", "expm1", "log", "log1p", "sin", "cos")
ENTRYWISE = {
    "add": lambda xp, x, y: x + y,
    "subtract": lambda xp, x, y: x - y,
    "multiply": lambda xp, x, y: x * y,
    "divide": lambda xp, x, y: x / y,
    "negate": lambda xp, x: -x,
    "add a number": lambda xp, x: 1.0 + x,
    "subtract from a number": lambda xp, x: 1.0 - x,
    "double": lambda xp, x: 2.0 * x,
    "divide a number": lambda xp, x: 1.0 / x,
    "abs": unary("abs"),
    "sign": unary("sign"),
    "sqrt": unary("sqrt"),
    "larger": lambda xp, x, y: xp.larger(x, y),
    "exp_remainder": unary("exp_remainder"),
    **{name: unary(name) for name in ELEMENTARY},
    **{f"power {n}": lambda xp, x, n=n: xp.power(x, n) for n in (0, 1, 2, 3, 4, 5, 64, -1, -2, -5)},
}
REDUCING = {
    "sum": unary("sum"),
    "max": unary("max"),
    "matvec": lambda xp, matrix, x: xp.matvec(matrix, x),
    "length": lambda xp, x: xp.sqrt(xp.sum(x * x)),
    "normalized": unary("normalized"),
}
EXPONENTS = {
    "k": lambda xp, x, k: xp.power(x, k),
    "2k": lambda xp, x, k: xp.power(x, k * 2.0),
    "k + 1": lambda xp, x, k: xp.power(x, k + 1.0),
    "-k": lambda xp, x, k: xp.power(x, -k),
    "k / 3 + 1": lambda xp, x, k: xp.power(size(x), k / 3.0 + 1.0),
    "1 - k / 3": lambda xp, x, k: xp.power(size(x), 1.0 - k / 3.0),
    "1 / 2": lambda xp, x, k: xp.power(size(x), xp.rational(1, 2)),
    "-1 / 3": lambda xp, x, k: xp.power(size(x), xp.rational(-1, 3)),
    "of k": lambda xp, x, k: xp.power(k + 1.0, xp.rational(-1, 2)) + x,
}
MERGED = {
    "constants": lambda xp, x: (x - 1.0) + 2.0**-40,
    "quotient of a quotient": lambda xp, x: x / 1e200 / 1e200,
    "a large divisor": lambda xp, x: x / 1e308,
    "a product of small constants": lambda xp, x: x * 1e-200 * 1e-200 * 1e200 * 1e200,
    "exponentials": lambda xp, x: xp.exp(x) * xp.exp(x * -0.997),
    "quotient by a root": lambda xp, x: x / xp.sqrt(x),
    "logarithm after a shift": lambda xp, x: xp.log1p((x - 1.0) + 1e-17),
}
"""What XLA's simplifier would compute in another way, with errors that no radius knows of."""


def size(x):
    return BALLS.abs(x) if isinstance(x, Ball) else abs(x)


def arity(function):
    return function.__code__.co_argcount - 1 - len(function.__defaults__ or ())


def shapes(name):
    """The shapes of an operation's arguments: a matrix comes before its vector."""
    if name in ENTRYWISE:
        return [(BATCH,)] * arity(ENTRYWISE[name])
    return [(D + 1, D, BATCH)] * (arity(REDUCING[name]) - 1) + [(D, BATCH)]


def mixed(rng, shape, *draws):
    """Each entry from one of the draws."""
    kinds = rng.integers(0, len(draws), shape)
    return np.choose(kinds, [np.broadcast_to(draw, shape) for draw in draws])


def signed(rng, x):
    return x * rng.choice([-1.0, 1.0], x.shape)


def draw(rng, shape):
    """Middles and radii of all sizes that operations produce: a radius is zero or at least TINY."""
    size = mixed(
        rng,
        shape,
        0.0,
        rng.integers(0, 4, shape),
        np.abs(rng.standard_normal(shape)),
        1 + rng.uniform(-1, 1, shape) * 10 ** rng.uniform(-16, 0, shape),
        10 ** rng.uniform(-4, 4, shape),
        10 ** rng.uniform(-307, 307, shape),
        LEAST * rng.uniform(1, 8, shape),
        math.sqrt(LEAST) * rng.uniform(0.25, 4, shape),
        0.5 * (1 + rng.integers(-3, 4, shape) * 2 * u),
    )
    radius = mixed(
        rng,
        shape,
        0.0,
        size * 10 ** rng.uniform(-17, 1, shape),
        size * (1 - rng.integers(0, 3, shape) * 2.0**-50),
        10 ** rng.uniform(-300, 3, shape),
        TINY * rng.integers(1, 3, shape),
    )
    return signed(rng, size), np.where(radius < TINY, 0.0, radius)


def member(rng, middle, radius):
    """A number of each ball, often at an end; exact."""
    t = mixed(rng, middle.shape, 0.0, 1.0, -1.0, rng.uniform(-1, 1, middle.shape))
    number = exact.Balls(BITS).number
    return number(middle) + number(t) * number(radius)


def outside(found: Ball, truth) -> list:
    """Where the truth is not certainly in a ball that says something."""
    middle, radius = np.broadcast_arrays(np.asarray(found.middle), np.asarray(found.radius))
    truth = np.broadcast_to(truth, middle.shape)
    return [
        (index, middle[index], radius[index], truth[index].str(25))
        for index in np.ndindex(middle.shape)
        if np.isfinite(middle[index])
        and np.isfinite(radius[index])
        and not abs(truth[index] - arb(float(middle[index]))) <= arb(float(radius[index]))
    ]


def over(function, *arguments):
    """The function in Arb, one instance at a time: there the coordinates are the only axis."""
    columns = [function(exact.Balls(BITS), *(argument[..., i] for argument in arguments)) for i in range(BATCH)]
    return np.stack([np.asarray(column, dtype=object) for column in columns], axis=-1)


def entrywise(function, *arguments):
    return np.vectorize(lambda *numbers: function(exact.Balls(BITS), *numbers), otypes=[object])(*arguments)


def jitted(function):
    return jax.jit(lambda *balls: function(BALLS, *balls))


COMPILED = {name: jitted(function) for name, function in (ENTRYWISE | REDUCING | EXPONENTS | MERGED).items()}


def both(name, *arguments):
    """What an operation gives as XLA compiles it, and on NumPy's arrays."""
    function = (ENTRYWISE | REDUCING | EXPONENTS | MERGED)[name]
    plain = function(BALLS, *arguments)
    assert not isinstance(plain.middle, jax.Array)
    return COMPILED[name](*arguments), plain


POWER, INTERVAL, ENDS = (jax.jit(function) for function in (BALLS.power, BALLS.interval, ends))


@pytest.mark.parametrize("name", ENTRYWISE)
@few
@given(seeds)
def test_an_operation_contains_the_exact_result(name, seed):
    rng, function = np.random.default_rng(seed), ENTRYWISE[name]
    arguments = [draw(rng, BATCH) for _ in range(arity(function))]
    truth = entrywise(function, *(member(rng, *argument) for argument in arguments))
    for found in both(name, *(Ball(*argument) for argument in arguments)):
        assert outside(found, truth) == []


@pytest.mark.parametrize("name", REDUCING)
@few
@given(seeds)
def test_a_reduction_contains_the_exact_result(name, seed):
    rng, function = np.random.default_rng(seed), REDUCING[name]
    arguments = [draw(rng, shape) for shape in shapes(name)]
    truth = over(function, *(member(rng, *argument) for argument in arguments))
    for found in both(name, *(Ball(*argument) for argument in arguments)):
        assert outside(found, truth) == []


@pytest.mark.parametrize("name", MERGED)
@few
@given(seeds)
def test_the_compiler_does_not_merge_operations(name, seed):
    rng, function = np.random.default_rng(seed), MERGED[name]
    x = mixed(rng, BATCH, 1.0, 10 ** rng.uniform(-300, 300, BATCH), rng.uniform(1, 700, BATCH))
    truth = entrywise(function, exact.Balls(BITS).number(x))
    for found in both(name, Ball(x, np.zeros(BATCH))):
        assert outside(found, truth) == []


@pytest.mark.parametrize("name", EXPONENTS)
@few
@given(seeds)
def test_a_power_with_an_exponent_in_k_contains_the_exact_power(name, seed):
    rng, function = np.random.default_rng(seed), EXPONENTS[name]
    k = np.floor(10 ** rng.uniform(-0.5, 3, BATCH))
    middle = np.where(
        rng.random(BATCH) < 0.3, draw(rng, BATCH)[0], signed(rng, np.exp(rng.uniform(-700, 700, BATCH) / (2 * k + 2)))
    )
    radius = mixed(rng, BATCH, 0.0, 1e-300, np.abs(middle) * 10 ** rng.uniform(-17, 0, BATCH), np.abs(middle))
    radius = np.where(radius < TINY, 0.0, radius)
    truth = entrywise(function, member(rng, middle, radius), exact.Balls(BITS).number(k))
    for found in both(name, Ball(middle, radius), ball(k)):
        assert outside(found, truth) == []


@pytest.mark.parametrize("k", [0.0, 1.0, 7.0, 12.0, -1.0, -9.0])
def test_an_exponent_array_gives_a_small_radius(k):
    power = POWER(ball(np.array([0.9, -1.1, 1.0, 1e-20, 1e20])), ball(k))
    assert (power.radius <= 10 * (1 + abs(k)) * u * jnp.abs(power.middle) + 2 * TINY).all()


def test_a_rounded_exponent_gives_a_small_radius():
    k = np.arange(2.0, 30.0)[:, None]
    power = jax.jit(lambda x, k: BALLS.power(x, k * 2.0 + 1.0))(ball(np.array([0.5, 0.99, -0.9])), ball(k))
    assert (power.radius <= 40 * k * u * jnp.abs(power.middle)).all()


@few
@given(seeds)
def test_a_power_with_a_wide_exponent_contains_the_exact_powers(seed):
    rng, number = np.random.default_rng(seed), exact.Balls(BITS).number
    middle = 10 ** rng.uniform(-3, 2, BATCH)
    base = Ball(middle, middle * mixed(rng, BATCH, 0.0, 0.5, 1.0, rng.uniform(0, 2, BATCH)))
    exponent = Ball(rng.uniform(-2, 5, BATCH), rng.uniform(0, 0.5, BATCH))
    found = POWER(base, exponent)
    for side in (number(-1), number(1)):
        x = entrywise(lambda xp, x: x.max(arb(0)), member(rng, base.middle, base.radius))
        e = number(exponent.middle) + side * number(exponent.radius)
        assert outside(found, entrywise(lambda xp, x, e: x**e if x > 0 else arb(0), x, e)) == []
    assert np.isfinite(found.radius).mean() > 0.5


def test_the_powers_of_zero():
    powers = POWER(ball(np.zeros(3)), ball(np.arange(3.0)))
    assert powers.middle.tolist() == [1, 0, 0]
    assert (powers.radius <= 32 * u).all()


@pytest.mark.parametrize("exponent", [0.5, -0.5, 1 / 3, -2.5])
def test_a_fractional_exponent_gives_a_small_radius(exponent):
    power = POWER(ball(np.array([1e-9, 0.5, 1.0, 7.0, 1e9])), ball(exponent))
    assert (power.radius <= 10 * (1 + abs(exponent)) * u * power.middle + 2 * TINY).all()


@pytest.mark.parametrize("exponent", [Ball(0.5, 0.0), Ball(-1.0, 0.0), Ball(0.0, 0.1)])
def test_nothing_is_said_about_small_powers_of_what_may_be_zero(exponent):
    assert not np.isfinite(POWER(Ball(np.array([0.0, 1.0]), np.array([1.0, 1.0])), exponent).radius).any()


def test_numbers_that_the_hardware_takes_for_zero_have_a_radius():
    tiny, large = np.array([5e-324, -1e-310, 2e-308]), np.full(3, 1e300)
    found = COMPILED["multiply"](jax.jit(ball)(tiny), ball(large))
    assert outside(found, exact.Balls(BITS).number(tiny) * exact.Balls(BITS).number(large)) == []
    assert (ball(np.array([0.0, -0.0, LEAST])).radius == 0).all()


def test_all_that_one_product_loses_is_covered():
    a, b = (2.0**-511 * np.array(numbers) for numbers in ((0.5, 0.5), (1.98, 0.99)))
    found = COMPILED["multiply"](Ball(*a[:, None]), Ball(*b[:, None]))
    assert outside(found, np.array([sum(exact.Balls(BITS).number(a)) * sum(exact.Balls(BITS).number(b))])) == []


@pytest.mark.parametrize("name", ["exp", "expm1"])
def test_a_wide_ball_around_an_exponential_that_is_flushed(name):
    found = COMPILED[name](Ball(np.array([-800.0]), np.array([700.0])))
    assert outside(found, ENTRYWISE[name](exact.Balls(BITS), np.array([arb(-100)]))) == []


def test_many_flushed_terms_are_covered():
    n, number = 4096, exact.Balls(BITS).number
    terms = LEAST * np.resize([1.5, -1.25], (n, 1)) * np.ones(8)
    assert outside(COMPILED["sum"](ball(terms)), number(terms).sum(axis=0)) == []
    root = math.sqrt(LEAST) * np.full((1, n, 1), 0.75)
    assert outside(COMPILED["matvec"](ball(root), ball(root[0]))[:, 0], n * number(root[:, 0, 0]) ** 2) == []


def test_what_cancels_to_nothing_keeps_its_sign():
    h, zero = ball(np.array([0.3, 1e300, 1e-300])), ball(np.zeros(3))
    for nothing in (h * zero, zero * h, h - h, zero + zero, -zero, 0.0 * h):
        sign = BALLS.sign(nothing)
        assert (sign.middle == 0).all() and (sign.radius == 0).all()
    assert ((h + zero).radius == 0).all()


def test_a_vector_that_is_zero_stays_zero_when_normalized():
    zero = BALLS.normalized(ball(np.zeros((D, 2))))
    assert (zero.middle == 0).all() and (zero.radius == 0).all()


def test_what_may_have_any_sign_has_no_sign():
    unsure = Ball(jnp.array([0.0, 1.0, -1.0, jnp.nan]), jnp.array([TINY, 1.0, jnp.inf, jnp.nan]))
    assert (BALLS.sign(unsure).radius == 2).all()
    assert BALLS.sign(Ball(jnp.array([1.0, -1.0]), jnp.array([0.5, 0.999]))).radius.tolist() == [0, 0]


@pytest.mark.parametrize("name", [name for name in ENTRYWISE if name not in ("sign", "power 0")])
@pytest.mark.parametrize("radius", [np.inf, np.nan])
def test_what_is_unknown_stays_unknown(name, radius):
    unknown = Ball(np.resize([-2.0, 0.0, 0.3, 5.0], BATCH), np.full(BATCH, radius))
    known = [ball(np.full(BATCH, 7.0))] * (arity(ENTRYWISE[name]) - 1)
    for arguments in ([unknown, *known], [*known, unknown]):
        assert not np.isfinite(COMPILED[name](*arguments).radius).any()


@pytest.mark.parametrize("name", ["divide a number", "log", "sqrt", "power -1"])
def test_nothing_is_said_where_a_function_may_be_undefined(name):
    x = Ball(np.resize([0.5, -0.5, 0.0], BATCH), np.resize([0.6, 0.6, 1e-300], BATCH))
    assert not np.isfinite(COMPILED[name](x).radius).any()


def test_root_of_zero():
    assert float(BALLS.sqrt(ball(0.0)).radius) <= 2 * TINY


@few
@given(seeds)
def test_an_interval_is_within_its_ball(seed):
    rng = np.random.default_rng(seed)
    lower, upper = np.sort([draw(rng, BATCH)[0], draw(rng, BATCH)[0]], axis=0)
    found = INTERVAL(lower, upper)
    for t in (0, 1, arb(1) / 3):
        low, high = exact.Balls(BITS).number(lower), exact.Balls(BITS).number(upper)
        assert outside(found, low + t * (high - low)) == []
    close = (lower > 0) & (upper < 2 * lower)
    assert (found.radius <= (upper - lower) * 0.5 + 10 * u * upper + 2 * TINY)[close].all()


@pytest.mark.parametrize(
    "pair", [(1, 2), (1, 3), (-7, 1), (2**53 + 1, 1), (10**400 + 1, 10**400), (1, 10**400), (3**60, 5**70)]
)
def test_a_rational_is_within_its_ball(pair):
    found = BALLS.rational(*pair)
    assert outside(found, np.array(exact.Balls(BITS).rational(*pair))) == []
    assert float(found.radius) <= 2 * u * abs(float(found.middle)) + 2 * TINY


@pytest.mark.parametrize("pair", [(2**53 - 1, 1), (-1, 2), (2**54, 1), (0, 1), (3, 2**40)])
def test_a_rational_that_is_a_float_is_exact(pair):
    assert float(BALLS.rational(*pair).radius) == 0


@few
@given(seeds)
def test_the_ends_are_outside_the_ball(seed):
    rng = np.random.default_rng(seed)
    middle, radius = draw(rng, BATCH)
    low, high = (np.asarray(end) for end in ENDS(Ball(middle, radius)))
    number = exact.Balls(BITS).number
    known = np.isfinite(low) & np.isfinite(high)
    assert (number(low[known]) <= number(middle[known]) - number(radius[known])).all()
    assert (number(high[known]) >= number(middle[known]) + number(radius[known])).all()
    assert (high - low <= 2 * radius * (1 + 64 * u) + 8 * u * np.abs(middle) + 4 * TINY)[known].all()


@pytest.mark.parametrize("name", ENTRYWISE | REDUCING)
def test_the_midpoints_are_what_floats_compute(name):
    rng, function = np.random.default_rng(0), (ENTRYWISE | REDUCING)[name]
    arguments = [jnp.asarray(draw(rng, shape)[0]) for shape in shapes(name)]
    balls, floats = (partial(function, xp) for xp in (BALLS, FLOATS))
    if name not in ("exp_remainder", "length", "normalized"):  # several operations, which may be compiled into others
        balls, floats = COMPILED[name], jax.jit(floats)
    found, wanted = balls(*map(ball, arguments)).middle, floats(*arguments)
    # XLA divides by a length that several coordinates share as it multiplies by its reciprocal
    np.testing.assert_allclose(found, wanted, rtol=4 * u if name == "normalized" else 0)


UNITS = {"add": 1, "subtract": 1, "multiply": 1, "divide": 1, "sqrt": 1, "power 2": 1, "power 3": 2.1, "power 5": 49}
UNITS |= dict.fromkeys(ELEMENTARY, 2 * ELEMENTARY_ULPS) | {"exp_remainder": 140}


@pytest.mark.parametrize("name", UNITS)
def test_rounding_alone_gives_a_small_radius(name):
    rng = np.random.default_rng(0)
    found = COMPILED[name](*(ball(rng.uniform(0.1, 10, BATCH)) for _ in range(arity(ENTRYWISE[name]))))
    assert (found.radius <= UNITS[name] * u * (1 + 1e-9) * jnp.abs(found.middle) + 2 * TINY).all()


SLOPES = {
    "multiply": lambda x: 2 * x,
    "divide": lambda x: 2 / x,
    "sqrt": lambda x: 0.5 / jnp.sqrt(x),
    "exp": jnp.exp,
    "expm1": jnp.exp,
    "log": lambda x: 1 / x,
    "log1p": lambda x: 1 / (1 + x),
    "sin": jnp.ones_like,
    "cos": jnp.ones_like,
    "power 3": lambda x: 3 * x**2,
    "power 5": lambda x: 5 * x**4,
    "power -2": lambda x: 2 / x**3,
    "exp_remainder": jnp.expm1,
}


@pytest.mark.parametrize("name", SLOPES)
def test_a_small_radius_grows_with_the_slope(name):
    x = np.random.default_rng(0).uniform(0.1, 10, BATCH)
    if name not in ("sqrt", "log", "log1p"):
        x = x * np.resize([1, -1, -10], BATCH)
    radius = 1e-6 * np.abs(x)
    found = COMPILED[name](*[Ball(x, radius)] * arity(ENTRYWISE[name]))
    growth = np.abs(SLOPES[name](x)) * radius
    assert (found.radius <= 1.001 * growth + 1e-12 * jnp.abs(found.middle)).all()
    assert name in ("sin", "cos") or (found.radius >= 0.999 * growth).all()


def test_a_sum_loses_a_unit_for_each_term():
    x = np.random.default_rng(0).standard_normal((100, BATCH))
    assert (COMPILED["sum"](ball(x)).radius <= 1.01 * (gamma(100) + u) * np.abs(x).sum(axis=0)).all()
    assert (COMPILED["matvec"](ball(x.T), ball(x)).radius <= 1.02 * (gamma(101) + u) * (np.abs(x.T) @ np.abs(x))).all()


def hard_points(rng, name, n):
    """Points of all sizes, near 0 and 1, near the seams of the usual approximations, near multiples of pi/2."""
    angle = np.round(10 ** rng.uniform(0, 9, n)) * (np.pi / 2)
    x = mixed(
        rng,
        n,
        signed(rng, 10 ** rng.uniform(-307, 300, n)),
        signed(rng, 10 ** rng.uniform(-9, 3, n)),
        signed(rng, rng.uniform(0, 1, n)),
        rng.uniform(-745, 709, n),
        1 + signed(rng, 10 ** rng.uniform(-16, 0, n)),
        np.where(rng.random(n) < 0.5, angle, np.nextafter(angle, 0)),
    )
    return {"log": np.abs(x), "log1p": np.where(x > -1, x, 1 / np.maximum(1, -x))}.get(name, x)


def compiled(function):
    """The function as XLA compiles it."""
    return jax.jit(lambda *given: function(*given))


def plain(function):
    """The function on NumPy's arrays."""
    return function


def worst_error(name, n, how):
    """The largest error of the plain float function in units u of the exact value."""
    x = hard_points(np.random.default_rng(0), name, n)
    found = np.asarray(how(getattr(FLOATS, name))(x))
    normal = np.isfinite(found) & (np.abs(found) >= LEAST)
    assert normal.mean() > 0.4
    with exact.Balls(1200 if name in ("sin", "cos") else 400) as xp:
        x, found = xp.number(x[normal]), xp.number(found[normal])
        return max(each(lambda error: float(abs(error).upper()), (getattr(xp, name)(x) - found) / found)) / u


@pytest.mark.parametrize("name", ELEMENTARY)
@pytest.mark.parametrize("how", [compiled, plain])
@pytest.mark.parametrize("n", [4_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_elementary_functions_are_as_accurate_as_trusted(name, n, how):
    assert worst_error(name, n, how) <= 2 * ELEMENTARY_ULPS


@pytest.mark.parametrize("how", [compiled, plain])
@pytest.mark.parametrize("n", [4_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_powers_are_as_accurate_as_trusted(n, how):
    rng = np.random.default_rng(0)
    k = np.floor(10 ** rng.uniform(0, 8, n))
    x = signed(rng, np.exp(rng.uniform(-700, 700, n) / k))
    found = np.asarray(how(FLOATS.power)(x, k))
    with exact.Balls(400) as xp:
        truth = np.vectorize(lambda base, exponent: xp.number(float(base)) ** int(exponent), otypes=[object])(x, k)
        error = each(lambda error: float(abs(error).upper()), (truth - xp.number(found)) / truth).astype(float) / u
    assert (error <= 2 * ELEMENTARY_ULPS * (1 + k)).all()


def test_balls_need_64_bits():
    with jax.enable_x64(False), pytest.raises(TypeError, match="64-bit"):
        ball(jnp.ones(1))


def test_numpy_does_not_take_a_ball_apart():
    with pytest.raises(TypeError, match="not a NumPy array"):
        np.asarray(ball(np.ones((2, 3))))
