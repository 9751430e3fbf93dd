"""What JAX traced, on balls: how each operation is done, rounded as its dtype rounds, and what is not a number.

A result that is surely not a number, or surely infinite, is kept as such, for a guard to select it away: it has the
radius MARKED, its middle is NaN, or infinity of either sign. To any other operation it is a ball that says nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

from signproof.checks.numbers.arrays import BALLS, GROW, Ball, ball, ends, u
from signproof.checks.numbers.exact import RATIONALS
from signproof.checks.variants.exactly import Exactly
from signproof.checks.variants.objective import Objective
from signproof.checks.variants.primitives import BITWISE, TURNS, Unfollowed, integers, roundoff, scattered_add

Operand: TypeAlias = Any
"""A ball, a truth, an array, a dtype, or what else a primitive of JAX is given."""

LARGEST_EXACT = 2.0**53
"""Integers up to here are floats."""
KEEP_ZERO = ("sqrt", "square", "sign", "sin", "expm1", "log1p")
"""Functions of one number that are 0 at 0, exactly."""
MARKED = -1.0
"""The radius of what is surely no number."""


@jax.tree_util.register_dataclass
@dataclass
class Truth:
    """Truth values, and whether they are known: where not, `value` is that of the midpoints."""

    value: Any
    known: Any


@jax.tree_util.register_dataclass
@dataclass
class SignBits:
    """The bits of floats, of which only the sign is known: x < 0, and not known where x may be 0."""

    of: Any


class OnBalls:
    """Balls of JAX arrays, and truth values.

    `marks` says whether something that is no number may be among them; `positive`, of which arguments of an operation
    a zero is known to have the sign +; `magnitudes`, of which variables of the trace others are the absolute values.
    """

    xp = BALLS

    def __init__(self) -> None:
        self.marks = False
        self.objective: Objective | None = None
        self.positive: list[bool] = []
        self.magnitudes: dict[Any, Any] = {}

    def constant(self, x: Operand) -> Operand:
        """A constant, with its exact value beside it (`exact`), unless it is itself traced."""
        found = self._constant(jnp.asarray(x))
        if not isinstance(x, jax.core.Tracer):
            found.exact = Exactly(RATIONALS).constant(x)
        return found

    def _constant(self, x):
        if x.dtype == bool:
            return Truth(x, jnp.ones_like(x))
        x = x.astype(float)
        return Ball(x, jnp.where(jnp.isnan(x), MARKED, ball(x).radius))

    def applied(
        self, name: str, function: Callable[..., Any], given: list[Any], dtype: Operand, roundings: int
    ) -> Ball:
        """An operation on each entry. What is not a number stays so, and so does what is infinite in a sum or product
        with a number."""
        given = [ball(x) for x in given]
        found = self.rounded(function(BALLS, *map(plain, given)), dtype, roundings)
        if name in KEEP_ZERO:
            found = _zero_where(found, given[0].is_zero)
        if not self.marks:
            return found
        nan = reduce(jnp.logical_or, map(_is_nan, given))
        infinite = jnp.zeros((), bool)
        if name in ("neg", "abs", "add", "sub", "add_any", "mul"):
            fit = [_finite(x) & ((name != "mul") | _not_zero(x)) for x in given]
            sides = zip(given, reversed(fit), strict=True) if len(given) == 2 else [(given[0], jnp.ones((), bool))]
            infinite = reduce(jnp.logical_or, [_is_infinite(x) & other for x, other in sides])
        return _marked(found, nan, infinite, 0.0 if name == "abs" else MARKED)

    def divided(
        self, x: Ball, y: Ball, dtype: Operand, certain: bool, roundings: int = 1, positive: bool = False
    ) -> Ball:
        """A quotient; the divisor is surely a number other than 0 if it is `certain`, and where it is 0, that has the
        sign + if it is `positive`."""
        found = self.rounded(plain(x) / plain(y), dtype, roundings)
        if certain and not self.marks:
            return found
        self.marks = True
        nan = _is_nan(x) | _is_nan(y) | x.is_zero & y.is_zero
        infinite = _not_zero(x) & _finite(x) & y.is_zero | _is_infinite(x) & _finite(y) & _not_zero(y)
        nothing = _finite(x) & _is_infinite(y)
        found = _marked(found, nan, infinite, MARKED)
        if positive:
            signed = _not_zero(x) & _finite(x) & y.is_zero
            middle = jnp.where(signed, jnp.sign(x.middle) * jnp.inf, found.middle)
            found = Ball(middle, jnp.where(signed, 0.0, found.radius))
        return Ball(jnp.where(nothing, 0.0, found.middle), jnp.where(nothing, 0.0, found.radius))

    def sign_or(self, x: Ball, otherwise: Ball) -> Ball:
        """The sign of what is surely not 0, else something else."""
        known = _not_zero(x) & _finite(x)
        middle = jnp.where(known, jnp.sign(x.middle), otherwise.middle)
        return Ball(middle, jnp.where(known, 0.0, otherwise.radius))

    def rounded(
        self, x: Ball, dtype: Operand, roundings: int, of: Operand = None, powers_of: Ball | None = None
    ) -> Ball:
        """The result widened by that many roundings in a narrower dtype, of its own size or that of what it sums."""
        if jnp.issubdtype(dtype, jnp.integer):
            radius = jnp.floor(x.radius)  # integers are whole numbers apart
            low, high = map(float, integers(dtype))
            within = (x.middle - radius >= low) & (x.middle + radius <= high)
            return Ball(x.middle, jnp.where(within, radius, jnp.inf))
        if not roundings or jnp.finfo(dtype).nmant >= 52:
            return x
        unit, tiny, most = roundoff(dtype)
        share = roundings * unit / (1 - roundings * unit) if roundings * unit < 1 else jnp.inf
        size = x.size if of is None else of
        if powers_of is not None:
            size = size * (1 + powers_of.size)
        off = jnp.where(size == 0, 0.0, (share * size + roundings * tiny) * (1 + 64 * u))
        return Ball(x.middle, jnp.where(x.size > most, jnp.inf, x.radius + off * GROW))

    def total(self, x: Ball) -> Ball:
        """The sum along the first axis; of zeros it is exact."""
        return _zero_where(BALLS.sum(x), jnp.all(x.is_zero, axis=0))

    def sizes(self, x: Ball) -> jax.Array:
        return jnp.sum(x.size, axis=0)

    def laid_out(self, x: Operand, order: Operand, shape: Operand) -> Operand:
        return each_part(lambda part: jnp.transpose(part, order).reshape(shape), x)

    def moved(self, equation: Operand, given: Operand) -> Operand:
        def move(*parts):
            found = equation.primitive.bind(*parts, **equation.params)
            return found if equation.primitive.multiple_results else [found]

        if isinstance(given[0], SignBits):
            return [SignBits(x) for x in self.moved(equation, [x.of for x in given])]
        kind = type(given[0])
        parts = (move(*(getattr(x, name) for x in given)) for name in _parts(given[0]))
        return [kind(*pair) for pair in zip(*parts, strict=True)]

    def compared(self, name: Operand, x: Operand, y: Operand, same: Operand = False) -> Operand:
        if isinstance(x, SignBits):  # the bits of a float as a signed integer: below 0 if the sign bit is set
            if name not in ("lt", "ge"):
                raise Unfollowed("this operation on the bits of floats")
            negative = self.compared("lt", x.of, ball(0.0))
            known = negative.known & _not_zero(x.of)
            return Truth(negative.value if name == "lt" else ~negative.value, known)
        if isinstance(x, Truth):
            equal = Truth(x.value == y.value, x.known & y.known)
            return equal if name == "eq" else self.negated(equal)
        if same:  # the test of a number for being none
            true = jnp.full(jnp.shape(x.middle), name in ("le", "ge", "eq"))
            return Truth(true ^ _is_nan(x), _finite(x) | (x.radius == MARKED) | _endless(x))
        gap = plain(y) - plain(x)
        above, below, equal = gap.middle > gap.radius, -gap.middle > gap.radius, gap.is_zero
        values = {
            "lt": (gap.middle > 0, above | (-gap.middle >= gap.radius)),
            "le": (gap.middle >= 0, below | (gap.middle >= gap.radius)),
            "gt": (gap.middle < 0, below | (gap.middle >= gap.radius)),
            "ge": (gap.middle <= 0, above | (-gap.middle >= gap.radius)),
            "eq": (gap.middle == 0, above | below | equal),
            "ne": (gap.middle != 0, above | below | equal),
        }
        value, known = values[name]
        # numbers and infinities, and what is not a number
        apart = _endless(x) & (_finite(y) | _endless(y)) | _finite(x) & _endless(y)
        beside = {"lt": jnp.less, "le": jnp.less_equal, "gt": jnp.greater, "ge": jnp.greater_equal}
        function = beside.get(name, jnp.equal if name == "eq" else jnp.not_equal)
        value, known = jnp.where(apart, function(x.middle, y.middle), value), known | apart
        if self.marks:
            nan = _is_nan(x) | _is_nan(y)
            far = (_is_infinite(x) & _finite(y) | _finite(x) & _is_infinite(y)) & (name in ("eq", "ne"))
            value = jnp.where(nan | far, name == "ne", value)
            known = known | nan | far
        return Truth(value, known)

    def chosen(self, which: Operand, *cases: Operand) -> Operand:
        if not isinstance(which, Truth):
            choices = [self.compared("eq", which, ball(float(number))) for number in range(1, len(cases))]
            result = cases[0]
            for choice, case in zip(choices, cases[1:], strict=True):
                result = self.chosen(choice, result, case)
            return result
        no, yes = cases
        if isinstance(yes, SignBits):
            return SignBits(self.chosen(which, no.of, yes.of))
        if isinstance(yes, Truth):
            value = jnp.where(which.value, yes.value, no.value)
            agree = (yes.value == no.value) & yes.known & no.known
            return Truth(value, agree | which.known & jnp.where(which.value, yes.known, no.known))
        middle = jnp.where(which.value, yes.middle, no.middle)
        taken = jnp.where(which.value, yes.radius, no.radius)
        one, other = (plain(x).radius for x in (yes, no))
        apart = jnp.abs(yes.middle - no.middle) * (1 + 4 * u)
        apart = jnp.where(yes.middle == no.middle, 0.0, apart)
        either = jnp.maximum(jnp.where(which.value, one, other), apart + jnp.where(which.value, other, one)) * GROW
        return Ball(middle, jnp.where(which.known, taken, either))

    def branch(self, index: Operand, branches: Operand) -> Operand:
        found = [branch() for branch in branches]
        if isinstance(index, Truth):
            return [self.chosen(index, *cases) for cases in zip(*found, strict=True)]
        last = ball(float(len(found) - 1))
        index = -BALLS.larger(-BALLS.larger(index, ball(0.0)), -last)
        return [self.chosen(index, *cases) for cases in zip(*found, strict=True)]

    def both(self, x: Operand, y: Operand) -> Operand:
        no = x.known & ~x.value | y.known & ~y.value
        return Truth(x.value & y.value, no | x.known & y.known)

    def negated(self, x: Operand) -> Operand:
        return Truth(~x.value, x.known)

    def all(self, x: Operand, size: Operand) -> Operand:
        no = jnp.any(x.known & ~x.value, axis=0)
        return Truth(jnp.all(x.value, axis=0), no | jnp.all(x.known, axis=0))

    def finite(self, x: Operand) -> Operand:
        number = jnp.isfinite(x.middle) & (x.radius != MARKED)
        return Truth(number, _finite(x) | (x.radius == MARKED) | _endless(x))

    def converted(self, x: Operand, before: Operand, after: Operand) -> Operand:
        if isinstance(x, SignBits):
            raise Unfollowed("this operation on the bits of floats")
        if isinstance(x, Truth):
            if jnp.issubdtype(after, jnp.bool_):
                return x
            return Ball(jnp.where(x.value, 1.0, 0.0), jnp.where(x.known, 0.0, 1.0))
        if jnp.issubdtype(after, jnp.bool_):
            return self.compared("ne", x, ball(0.0))
        if jnp.issubdtype(after, jnp.integer):
            if not jnp.issubdtype(before, jnp.integer):
                down = self.floor(each_part(jnp.abs, plain(x)))
                x = Ball(jnp.sign(x.middle) * down.middle, jnp.where(plain(x).radius == 0, 0.0, down.radius + 2.0))
            return self.rounded(x, after, 0)
        if jnp.issubdtype(before, jnp.floating) and jnp.finfo(before).nmant <= jnp.finfo(after).nmant:
            return x
        found = self.rounded(plain(x), after, 1)
        if jnp.issubdtype(before, jnp.integer):
            short = x.size <= 2.0 ** (jnp.finfo(after).nmant + 1)
            return Ball(x.middle, jnp.where(short, x.radius, found.radius))
        return _marked(found, _is_nan(x), _is_infinite(x), MARKED) if self.marks else found

    def bits(self, x: Operand) -> Operand:
        return SignBits(plain(x))

    def raised(self, base: Operand, exponent: Operand) -> Operand:
        return BALLS.power(base, exponent)

    def tanh(self, x: Operand) -> Operand:
        size = Ball(jnp.abs(x.middle), jnp.zeros_like(x.radius))
        shrink = BALLS.expm1(size * -2.0)
        found = -shrink / (shrink + 2.0)
        return Ball(jnp.sign(x.middle) * found.middle, (found.radius + x.radius) * GROW)  # slopes are at most 1

    def cube_root(self, x: Ball) -> Ball:
        middle = jnp.cbrt(x.middle)
        low = jnp.maximum(jnp.abs(x.middle) * (1 - 4 * u) - x.radius, 0.0)
        # the mean value theorem, or |cbrt(a) - cbrt(b)| <= cbrt(4 |a - b|); cbrt is trusted as elementary functions are
        slope = jnp.where(low > 0, x.radius / (3 * jnp.cbrt(low) ** 2), jnp.inf)
        spread = jnp.where(x.radius == 0, 0.0, jnp.minimum(slope, jnp.cbrt(4 * x.radius)) * (1 + 64 * u))
        return Ball(middle, spread + jnp.where(x.is_zero, 0.0, 16 * u * jnp.abs(middle)))

    def floor(self, x: Operand) -> Operand:
        # the next float: a radius below half a unit in the last place would be lost
        low, high = (
            jnp.floor(jnp.nextafter(x.middle + side * x.radius * GROW, side * jnp.inf)) for side in (-1.0, 1.0)
        )
        return Ball(jnp.floor(x.middle), jnp.where(x.radius == 0, 0.0, high - low))

    def nearest(self, x: Operand, to_even: Operand) -> Operand:
        function = jnp.round if to_even else lambda y: jnp.sign(y) * jnp.floor(jnp.abs(y) + 0.5)
        low, high = ends(x)
        found = function(x.middle)
        spread = jnp.maximum(function(high) - found, found - function(low))
        return Ball(found, jnp.where(x.radius == 0, 0.0, spread))

    def whole(self, function: Operand, of_floats: Operand, x: Operand, y: Operand) -> Operand:
        exact = (x.radius == 0) & (y.radius == 0) & (x.size < LARGEST_EXACT) & (y.size < LARGEST_EXACT)
        exact = exact & (y.middle != 0)
        found = of_floats(x.middle.astype(int), jnp.where(y.middle == 0, 1, y.middle).astype(int))
        return Ball(found.astype(float), jnp.where(exact, 0.0, jnp.inf))

    def bitwise(self, name: Operand, given: Operand, dtype: Operand) -> Operand:
        """Operations on the bits of integers that are known exactly; of floats only the sign bit."""
        if isinstance(given[0], SignBits):
            return self._sign_bits(name, given, dtype)
        if isinstance(given[0], Truth):
            unlike = self.compared("ne", *given)
            return unlike
        exact = reduce(jnp.logical_and, [(x.radius == 0) & (x.size < LARGEST_EXACT) for x in given])
        whole = [jnp.where(exact, x.middle, 0.0).astype(dtype) for x in given]
        found = BITWISE[name](*whole).astype(float)
        return Ball(found, jnp.where(exact & (jnp.abs(found) < LARGEST_EXACT), 0.0, jnp.inf))

    def _sign_bits(self, name, given, dtype):
        bits, other = given[0].of, given[1] if len(given) > 1 else None
        width = jnp.iinfo(dtype).bits
        amount = None if other is None or isinstance(other, SignBits) else other.middle
        negative = self.compared("lt", given[0], ball(0.0))
        if amount is None or isinstance(amount, jax.core.Tracer):
            raise Unfollowed("this operation on the bits of floats")
        if name.startswith("shift_right") and (amount == width - 1).all():
            one = -1.0 if name == "shift_right_arithmetic" and jnp.issubdtype(dtype, jnp.signedinteger) else 1.0
        elif name == "and" and (jnp.abs(amount) == 2.0 ** (width - 1)).all():
            one = float(amount.ravel()[0])
        else:
            raise Unfollowed("this operation on the bits of floats")
        shape = jnp.broadcast_shapes(bits.middle.shape, amount.shape)
        value, known = (jnp.broadcast_to(part, shape) for part in (negative.value, negative.known))
        middle = jnp.where(value, one, 0.0)
        return Ball(middle, jnp.where(known, 0.0, abs(one)))

    def accumulated(self, name: str, x: Ball, axis: int, reverse: bool) -> tuple[Ball, Any]:
        """Sums, products, or the largest or least of the entries so far; and the sizes of what is added up."""
        function = {
            "cumsum": lambda a, b: a + b,
            "cumprod": lambda a, b: a * b,
            "cummax": BALLS.larger,
            "cummin": lambda a, b: -BALLS.larger(-a, -b),
        }[name]
        found = jax.lax.associative_scan(function, x, reverse=reverse, axis=axis)
        sizes = x.size if name == "cumsum" else jnp.maximum(x.size, 1.0)
        total = jax.lax.cumsum if name == "cumsum" else jax.lax.cumprod
        return found, total(sizes, axis=axis, reverse=reverse) * (1 + 1e-9)

    def product(self, x: Ball) -> tuple[Ball, Any]:
        """The product along the first axis, and what its roundings are relative to."""
        found = reduce(lambda a, b: a * b, [x[place] for place in range(len(x.middle))])
        return found, jnp.prod(jnp.maximum(x.size, 1.0), axis=0) * (1 + 1e-9)

    def sorted(self, given: list[Ball], axis: int, keys: int) -> list[Ball]:
        """All sorted as the first of them: each place is known that no other ball reaches."""
        if keys != 1:
            raise Unfollowed("the operation 'sort' with several keys")
        key = plain(given[0])
        n = key.middle.shape[axis]
        order = jnp.argsort(key.middle, axis=axis, stable=True)
        ordered = [each_part(lambda part: jnp.take_along_axis(part, order, axis), plain(x)) for x in given]
        first = ordered[0]
        low, high = first.middle - first.radius * GROW, first.middle + first.radius * GROW
        low, high = (jnp.where(first.radius == 0, first.middle, end) for end in (low, high))
        exact = jnp.all(first.radius == 0, axis=axis, keepdims=True)
        before = jax.lax.cummax(high, axis=axis)
        after = jax.lax.cummin(low, axis=axis, reverse=True)
        above = jnp.take(low, jnp.arange(1, n), axis) > jnp.take(before, jnp.arange(n - 1), axis)
        below = jnp.take(high, jnp.arange(n - 1), axis) < jnp.take(after, jnp.arange(1, n), axis)
        yes = jnp.ones_like(jnp.take(exact, jnp.zeros(1, int), axis))
        known = exact | jnp.concatenate([yes, above], axis) & jnp.concatenate([below, yes], axis)
        # the n-th smallest number lies between the n-th smallest of the lower ends and of the upper ends
        ranked = [jnp.sort(end, axis=axis) for end in (low, high)]
        spread = jnp.maximum(first.middle - ranked[0], ranked[1] - first.middle) * GROW + 4 * u * jnp.abs(first.middle)
        found = [Ball(first.middle, jnp.where(exact, 0.0, spread))]
        for x in ordered[1:]:
            reach = (
                jnp.max(x.middle + x.radius, axis=axis, keepdims=True),
                jnp.min(x.middle - x.radius, axis=axis, keepdims=True),
            )
            wide = jnp.maximum(reach[0] - x.middle, x.middle - reach[1]) * GROW
            found.append(Ball(x.middle, jnp.where(known, x.radius, wide)))
        return found

    def place_of_largest(self, x: Ball, axis: int) -> Ball:
        """Where the largest entry is, the first of equal ones."""
        n = x.middle.shape[axis]
        place = jnp.argmax(x.middle, axis=axis, keepdims=True)
        mine = jnp.arange(n).reshape([-1 if a == axis else 1 for a in range(x.middle.ndim)]) == place
        least = jnp.max(jnp.where(mine, x.middle - x.radius * GROW, -jnp.inf), axis=axis)
        others = jnp.max(jnp.where(mine, -jnp.inf, x.middle + x.radius * GROW), axis=axis)
        exact = jnp.all(x.radius == 0, axis=axis) & jnp.all(jnp.isfinite(x.middle), axis=axis)
        known = (least > others) & jnp.isfinite(least) | exact
        return Ball(jnp.squeeze(place, axis).astype(float), jnp.where(known, 0.0, float(n)))

    def picked(self, equation: Operand, given: Operand, places: Operand) -> Operand:
        """An operation that moves numbers to or from places that the arguments with these numbers say."""
        dtypes = [equation.invars[number].aval.dtype for number in places]
        indices = [jnp.where(jnp.isfinite(given[n].middle), given[n].middle, 0) for n in places]
        indices = [index.astype(dtype) for index, dtype in zip(indices, dtypes, strict=True)]
        known = reduce(jnp.logical_and, [jnp.all(given[n].radius == 0) for n in places])
        kind = type(given[0])
        parts = []
        for name in _parts(given[0]):
            at = dict(zip(places, indices, strict=True))
            arguments = [at.get(n, getattr(x, name, None)) for n, x in enumerate(given)]
            parts.append(equation.primitive.bind(*arguments, **equation.params))
        if kind is Truth:
            return Truth(parts[0], parts[1] & known)
        filled = jnp.where(jnp.isnan(parts[0]), MARKED, parts[1])  # where places lie outside
        self.marks = True
        return Ball(parts[0], jnp.where(known, filled, jnp.inf))

    def added_at(self, equation: Operand, given: Operand) -> Operand:
        """Numbers added at places: as many roundings as numbers, of what is added up there."""
        target, where, updates = given
        places = jnp.where(jnp.isfinite(where.middle), where.middle, 0).astype(equation.invars[1].aval.dtype)
        middle, radius, sizes = (
            scattered_add(equation, getattr(target, name), places, getattr(updates, name))
            for name in ("middle", "radius", "size")
        )
        n = 1 + updates.middle.size
        off = n * u / (1 - n * u) * sizes * (1 + 64 * u)
        known = jnp.all(where.radius == 0)
        return Ball(middle, jnp.where(known, radius * (1 + n * 4 * u) + off * GROW, jnp.inf)), n, sizes

    def looped(
        self, step: Operand, consts: Operand, carry: Operand, given: Operand, length: Operand, reverse: Operand
    ) -> Operand:
        """A loop over the first axis; as many turns as are said."""
        self.marks = True

        def turn(state, here):
            after, out = step(consts, state, here)
            return _like(after, state), out

        return jax.lax.scan(turn, carry, given, length=length, reverse=reverse)

    def repeated(self, test: Operand, step: Operand, carry: Operand) -> Operand:
        """A loop for as long as a test is known to hold; where it is not known, or for too long, nothing is."""
        self.marks = True

        def goes_on(state):
            turns, inside = state
            found = test(inside)
            return found.value & found.known & (turns < TURNS)

        def turn(state):
            turns, inside = state
            return turns + 1, _like(step(inside), inside)

        turns, last = jax.lax.while_loop(goes_on, turn, (0, carry))
        known = test(last).known & (turns < TURNS)
        return [_unless(known, part) for part in last]


def plain(x: Operand) -> Operand:
    """A ball that says nothing in place of what is marked; truth values as they are."""
    return Ball(x.middle, jnp.where(x.radius == MARKED, jnp.inf, x.radius)) if isinstance(x, Ball) else x


def each_part(function: Operand, x: Operand) -> Operand:
    """A function of each of the arrays of a ball or of truth values."""
    return type(x)(*(function(getattr(x, name)) for name in _parts(x)))


def _parts(x: Any) -> tuple[str, ...]:
    return tuple(part.name for part in dataclasses.fields(x))


def _finite(x):
    return jnp.isfinite(x.middle) & jnp.isfinite(x.radius) & (x.radius != MARKED)


def _endless(x):
    """Whether it is surely infinite, of the sign of its middle."""
    return jnp.isinf(x.middle) & (x.radius == 0)


def _not_zero(x):
    return jnp.abs(x.middle) > plain(x).radius


def _is_nan(x):
    return jnp.isnan(x.middle) & (x.radius == MARKED)


def _is_infinite(x):
    """Whether it is surely infinite, of whichever sign."""
    return jnp.isinf(x.middle) & ((x.radius == MARKED) | (x.radius == 0))


def _zero_where(x: Ball, zero: Any) -> Ball:
    return Ball(jnp.where(zero, 0.0, x.middle), jnp.where(zero, 0.0, x.radius))


def _marked(found: Ball, nan: Any, infinite: Any, radius: float) -> Ball:
    middle = jnp.where(nan, jnp.nan, jnp.where(infinite, jnp.inf, found.middle))
    return Ball(middle, jnp.where(nan, MARKED, jnp.where(infinite, radius, found.radius)))


def _like(after: Any, before: Any) -> Any:
    """What a turn of a loop gives, in arrays of the shapes and dtypes that it began with."""
    return jax.tree.map(lambda a, b: jnp.broadcast_to(a, jnp.shape(b)).astype(jnp.asarray(b).dtype), after, before)


def _unless(known: Any, x: Any) -> Any:
    if isinstance(x, Truth):
        return Truth(x.value, x.known & known)
    return Ball(x.middle, jnp.where(known, x.radius, jnp.inf))
