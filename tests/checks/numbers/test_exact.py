"""The exact arithmetics: what they read, what they compute, and what they refuse to say."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from signproof.checks.numbers.exact import RATIONALS, Balls, Irrational, Undecided, each, rational, rationals

fractions = st.fractions(max_denominator=10**6)
FUNCTIONS = ("sqrt", "exp", "log", "sin", "cos", "expm1", "log1p", "exp_remainder")


def q(number) -> fmpq:
    value = Fraction(number)
    return fmpq(value.numerator, value.denominator)


def vector(*numbers):
    return np.array(numbers, dtype=object)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_rational_that_it_is(x):
    assert rational(x) == q(x) == rational(np.float64(x)) == rational(str(q(x)))


@given(fractions)
def test_a_fraction_is_read_back(x):
    assert rational(x) == rational(str(x)) == rational(rational(x)) == fmpq(x.numerator, x.denominator)


@pytest.mark.parametrize(
    "number, value",
    [
        (3, "3"),
        (np.int64(-3), "-3"),
        (sympy.Rational(1, 3), "1/3"),
        (Decimal("0.1"), "1/10"),
        ("0.1", "1/10"),
        ("-2.5e-3", "-1/400"),
        ("1e300", str(10**300)),
        ("4/6", "2/3"),
    ],
)
def test_numbers_that_are_read(number, value):
    assert str(rational(number)) == value


def test_a_rational_of_any_length_is_read_back():
    long = (fmpq(10, 7) ** 9000) * -1
    assert rational(str(long)) == long


@pytest.mark.parametrize(
    "nothing",
    [np.nan, np.inf, "nan", "inf", "", "1/0", "1/2/3", "one", "1e99999999999", "1e-99999999999", None, 1j, [], b"1"],
)
def test_what_is_no_rational_is_a_value_error(nothing):
    with pytest.raises(ValueError, match="is not a finite rational number"):
        rational(nothing)


def test_arrays_keep_their_shape():
    assert rationals([[1, "1/2"], [0.25, Fraction(1, 3)]]).tolist() == [[1, fmpq(1, 2)], [fmpq(1, 4), fmpq(1, 3)]]
    assert rationals("1/2").shape == ()
    assert each(lambda entry: entry + 1, rationals([1, 2])).tolist() == [2, 3]
    assert each(abs, fmpq(-1)) == 1


@given(st.lists(fractions, min_size=1, max_size=5), st.integers(0, 5))
def test_rational_operations(numbers, n):
    x = rationals(numbers)
    assert RATIONALS.sum(x) == q(sum(numbers))
    assert RATIONALS.max(x) == q(max(numbers))
    assert RATIONALS.abs(x).tolist() == [q(abs(number)) for number in numbers]
    assert RATIONALS.sign(x).tolist() == [(number > 0) - (number < 0) for number in numbers]
    assert RATIONALS.power(x, n).tolist() == [q(number**n) for number in numbers]
    matrix = np.stack([x, -x, x * 0])
    dot = q(sum(number**2 for number in numbers))
    assert RATIONALS.matvec(matrix, x).tolist() == [dot, -dot, 0]
    assert RATIONALS.ends(x[0]) == (x[0], x[0])


def test_negative_powers_of_rationals():
    assert RATIONALS.power(fmpq(-2), -3) == fmpq(-1, 8)
    with pytest.raises(ZeroDivisionError):
        RATIONALS.power(fmpq(0), -1)


@pytest.mark.parametrize("name", (*FUNCTIONS, "normalized"))
def test_irrational_functions_refuse_rationals(name):
    with pytest.raises(TypeError, match="not rational"):
        getattr(RATIONALS, name)(rationals([1, 2]))


def test_a_fractional_power_is_exact_or_refused():
    assert RATIONALS.power(fmpq(8, 27), fmpq(-2, 3)) == fmpq(9, 4)
    assert RATIONALS.sqrt(rationals(["9/4", 0])).tolist() == [fmpq(3, 2), 0]
    assert RATIONALS.normalized(rationals([3, -4])).tolist() == [fmpq(3, 5), fmpq(-4, 5)]
    assert RATIONALS.normalized(rationals([0, 0])).tolist() == [0, 0]
    for number in (fmpq(9), fmpq(27, 4), fmpq(4, 27)):
        with pytest.raises(Irrational, match="not rational"):
            RATIONALS.power(number, fmpq(1, 3))
    with pytest.raises(TypeError, match="negative"):
        RATIONALS.sqrt(fmpq(-1))


def test_only_a_point_is_a_rational_interval():
    assert RATIONALS.interval(fmpq(1, 2), fmpq(1, 2)) == fmpq(1, 2)
    assert RATIONALS.interval(rationals([1, 2]), rationals([1, 2])).tolist() == [1, 2]
    with pytest.raises(TypeError):
        RATIONALS.interval(rationals([1, 2]), rationals([1, 3]))


@given(st.lists(fractions, min_size=1, max_size=5), st.integers(-3, 5))
def test_ball_operations_contain_the_rational_results(numbers, n):
    exact = rationals(numbers)
    with Balls(64) as balls:
        x = balls.number(exact)
        pairs = [
            (balls.sum(x), RATIONALS.sum(exact)),
            (balls.max(x), RATIONALS.max(exact)),
            (balls.matvec(np.stack([x, x]), x)[1], RATIONALS.sum(exact * exact)),
            *zip(balls.abs(x), RATIONALS.abs(exact), strict=True),
            *zip(balls.sign(x), RATIONALS.sign(exact), strict=True),
        ]
        if n >= 0 or all(numbers):
            pairs += zip(balls.power(x, n), RATIONALS.power(exact, n), strict=True)
        for found, truth in pairs:
            low, high = balls.ends(found)
            assert low <= truth <= high
            assert high - low <= abs(truth) * fmpq(1, 2**50) + fmpq(1, 2**40)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ball_functions_are_arbs(name):
    with Balls(200) as balls:
        x = balls.number(rationals(["1/3", "5/2"]))
        found = getattr(balls, name)(x)
        direct = [t.expm1() - t if name == "exp_remainder" else getattr(t, name)() for t in x]
        assert all(abs(a - b) < 1e-50 for a, b in zip(found, direct, strict=True))


@given(fractions, fractions)
def test_a_ball_interval_reaches_to_both_ends(x, y):
    with Balls(64) as balls:
        low, high = balls.ends(balls.interval(q(x), q(y)))
        assert low <= q(min(x, y)) and q(max(x, y)) <= high
        assert high - low <= abs(q(x) - q(y)) * fmpq(3, 2) + (abs(q(x)) + abs(q(y))) * fmpq(1, 2**25)
        several = balls.interval(balls.number(rationals([x, y])), balls.number(rationals([y, x])))
        assert all(entry.contains(arb(q(x))) and entry.contains(arb(q(y))) for entry in several)


@pytest.mark.parametrize("unsure", [arb(0, 1), arb(1, 1), arb(-1, 1), arb("nan"), arb(0) + arb(2) ** -300 * arb(0, 1)])
def test_the_sign_of_a_ball_that_holds_zero_is_undecided(unsure):
    with Balls(128) as balls, pytest.raises(Undecided):
        balls.sign(vector(unsure))


def test_a_ball_that_is_zero_has_the_sign_zero():
    with Balls(128) as balls:
        assert balls.sign(vector(arb(0), arb(3, 1), arb(-3, 1))).tolist() == [0, 1, -1]


@pytest.mark.parametrize("endless", [arb("nan"), arb("inf"), arb(1) / arb(0, 1)])
def test_a_ball_without_ends_is_undecided(endless):
    with Balls(128) as balls, pytest.raises(Undecided):
        balls.ends(endless)


def test_the_larger_of_two_balls_is_neither_alone():
    with Balls(128) as balls:
        low, high = balls.ends(balls.larger(arb(0, 2), arb(1, fmpq(1, 2))))
        assert low <= fmpq(1, 2) and 2 <= high <= fmpq(5, 2)


def test_normalized_vectors_have_length_one_and_zero_stays():
    with Balls(128) as balls:
        unit = balls.normalized(balls.number(rationals([3, 4])))
        assert all(abs(entry * 5 - wanted) < 1e-30 for entry, wanted in zip(unit, (3, 4), strict=True))
        assert balls.normalized(balls.number(rationals([0, 0]))).tolist() == [0, 0]


def test_precision_ends_with_its_block():
    before = ctx.prec
    with Balls(777):
        assert ctx.prec == 777
    assert ctx.prec == before
