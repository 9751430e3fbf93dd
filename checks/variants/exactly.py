"""What JAX traced, in exact arithmetic: rationals, or Arb's balls.

A quotient by zero is kept as the float that JAX has for it, NaN or an infinity, for a guard to select it away.
"""

from __future__ import annotations

import operator
from functools import cmp_to_key, reduce
from itertools import accumulate
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb, fmpq

from signproof.checks.numbers.exact import Undecided, _root, each, rational
from signproof.checks.variants.objective import Objective
from signproof.checks.variants.primitives import BITWISE, TURNS, Unfollowed, integers, scattered_add

Operand: TypeAlias = Any
"""An array of rationals or of truths, a dtype, or what else a primitive of JAX is given."""


class Lost:
    """What floats have for a quotient by zero: "nan", "inf" or "-inf", or "inf?", whose sign is that of a zero.

    Comparisons by operators are refused, so that nothing takes it for a number by mistake.
    """

    def __init__(self, what: str) -> None:
        self.what = what

    def __repr__(self) -> str:
        return self.what

    def __neg__(self) -> Lost:
        return Lost({"inf": "-inf", "-inf": "inf"}.get(self.what, self.what))

    def __abs__(self) -> Lost:
        return NAN if self.what == "nan" else Lost("inf")

    def __add__(self, other: Operand) -> Lost:
        if not isinstance(other, Lost):
            return self
        return self if self.what == other.what != "inf?" else NAN if "nan" in (self.what, other.what) else _unsure()

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Lost:
        return self + -other

    def __rsub__(self, other: Operand) -> Lost:
        return -self

    def __mul__(self, other: Operand) -> Lost:
        if self.what == "nan" or (isinstance(other, Lost) and other.what == "nan"):
            return NAN
        if isinstance(other, Lost):
            return (
                Lost("inf?") if "inf?" in (self.what, other.what) else Lost("inf") if self.what == other.what else -INF
            )
        return NAN if other == 0 else self if _positive(other) else -self

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Lost:
        if self.what == "nan" or isinstance(other, Lost):
            return NAN
        return Lost("inf?") if other == 0 else self if _positive(other) else -self

    def __rtruediv__(self, other: Operand) -> Operand:
        return NAN if self.what == "nan" else other * 0

    def __lt__(self, other: Operand) -> bool:
        return _unsure()

    __le__ = __gt__ = __ge__ = __lt__


NAN, INF = Lost("nan"), Lost("inf")


def _unsure() -> Any:
    raise Undecided("what an infinite number comes to")


def _positive(x: Any) -> bool:
    """The sign of a number other than 0. Raises Undecided if it is not known."""
    if not (x > 0 or x < 0):
        _unsure()
    return bool(x > 0)


class SignBit:
    """The bits of a float, of which only the sign is known; where it is 0, it may be either."""

    def __init__(self, x: Operand) -> None:
        self.x = x

    def negative(self) -> bool:
        if self.x == 0:
            raise Undecided("a zero has either sign")
        return _compare("lt", self.x, fmpq(0))


class Exactly:
    """Object arrays of rationals or of Arb's balls; a number alone has no axes."""

    def __init__(self, xp: Operand) -> None:
        self.xp = xp
        self.objective: Objective | None = None
        self.positive: list[bool] = []
        self.magnitudes: dict[Any, Any] = {}

    def applied(self, name: Operand, function: Operand, given: Operand, dtype: Operand, roundings: Operand) -> Operand:
        """An operation on each entry; what is not a number stays so."""
        lost = any(isinstance(entry, Lost) for x in given for entry in np.ravel(_boxed(x)))
        if not lost or name in ("add", "add_any", "sub", "mul", "neg", "abs"):
            return self.rounded(function(self.xp, *given), dtype, roundings)

        def one(*entries):
            if any(isinstance(entry, Lost) and entry.what == "nan" for entry in entries):
                return NAN
            if any(isinstance(entry, Lost) for entry in entries):
                return self._of_infinite(name, *entries)
            return function(self.xp, *entries)

        return np.frompyfunc(one, len(given), 1)(*map(_boxed, given))

    def _of_infinite(self, name, *entries):
        if name in ("max", "min"):
            least = Lost("-inf" if name == "max" else "inf")
            kept = [x for x in entries if not (isinstance(x, Lost) and x.what == least.what)]
            lost = [x for x in kept if isinstance(x, Lost)]
            if not kept or len(lost) == len(kept) or any(x.what == (-least).what for x in lost):
                return lost[0] if lost else least
            if not lost:
                return kept[0]
        [x, *_] = entries
        if name == "sign" and x.what in ("inf", "-inf"):
            return self.xp.rational(1 if x.what == "inf" else -1, 1)
        if name in ("sqrt", "square") and x.what == "inf":
            return x
        return _unsure()

    def divided(
        self,
        x: Operand,
        y: Operand,
        dtype: Operand,
        certain: Operand,
        roundings: Operand = 1,
        positive: Operand = False,
    ) -> Operand:
        """A quotient; by zero, what floats have for it."""

        def one(a, b):
            if isinstance(a, Lost) or isinstance(b, Lost) or not _is_zero(b):
                return a / b
            if a == 0:
                return NAN
            positive_zero = INF if _positive(a) else -INF
            return positive_zero if positive else Lost("inf?")

        return np.frompyfunc(one, 2, 1)(_boxed(x), _boxed(y))

    def constant(self, x: Operand) -> Operand:
        x = np.asarray(x)
        if x.dtype == bool:
            return x[()]
        return each(self._number, x.astype(object))[()]

    def _number(self, entry):
        if np.isfinite(float(entry)):
            return self.xp.number(rational(entry if isinstance(entry, int) else float(entry)))
        return Lost(str(float(entry)))

    def rounded(
        self, x: Operand, dtype: Operand, roundings: int, of: Operand = None, powers_of: Operand = None
    ) -> Operand:
        if jnp.issubdtype(dtype, jnp.integer):
            low, high = integers(dtype)
            if not all(low <= _integer(entry) <= high for entry in np.ravel(_boxed(x))):
                raise Undecided(f"an integer leaves the range of {dtype}")
        return x

    def total(self, x: Operand) -> Operand:
        return self.xp.sum(x)

    def sizes(self, x: Operand) -> Operand:
        return None

    def laid_out(self, x: Operand, order: Operand, shape: Operand) -> Operand:
        return np.asarray(x, dtype=None if isinstance(x, np.ndarray) else object).transpose(order).reshape(shape)

    def moved(self, equation: Operand, given: Operand) -> Operand:
        flat = np.concatenate([np.ravel(_boxed(x)) for x in given])
        places, count = [], 0
        for variable in equation.invars:
            size = int(np.prod(variable.aval.shape, dtype=int))
            places.append(jnp.arange(count, count + size, dtype="int32").reshape(variable.aval.shape))
            count += size
        found = equation.primitive.bind(*places, **equation.params)
        return [flat[np.asarray(place)] for place in (found if equation.primitive.multiple_results else [found])]

    def compared(self, name: Operand, x: Operand, y: Operand, same: Operand = False) -> Operand:
        if same:
            return each(lambda entry: _is_some(entry) == (name in ("le", "ge", "eq")), x)
        return np.frompyfunc(lambda a, b: _compare(name, a, b), 2, 1)(x, y)

    def chosen(self, which: Operand, *cases: Operand) -> Operand:
        if len(cases) > 2:
            which = each(lambda entry: int(rational(str(entry)).p), which)
        boxes = np.broadcast_arrays(*map(_boxed, cases))
        chosen = np.empty(boxes[0].shape, dtype=object)
        for index in np.ndindex(chosen.shape):
            choice = which if np.ndim(which) == 0 else which[index]
            chosen[index] = boxes[int(choice)][index]
        return chosen[()]

    def branch(self, index: Operand, branches: Operand) -> Operand:
        number = int(index) if isinstance(index, bool | np.bool_) else _integer(index)
        return branches[min(max(number, 0), len(branches) - 1)]()

    def both(self, x: Operand, y: Operand) -> Operand:
        return np.frompyfunc(lambda a, b: bool(a) and bool(b), 2, 1)(x, y)

    def negated(self, x: Operand) -> Operand:
        return np.frompyfunc(lambda a: not a, 1, 1)(x)

    def all(self, x: Operand, size: Operand) -> Operand:
        return reduce(self.both, list(x), np.True_)

    def finite(self, x: Operand) -> Operand:
        return each(_is_number, x)

    def bits(self, x: Operand) -> Operand:
        return each(SignBit, _boxed(x))[()]

    def converted(self, x: Operand, before: Operand, after: Operand) -> Operand:
        if any(isinstance(entry, SignBit) for entry in np.ravel(_boxed(x))):
            raise Unfollowed("this operation on the bits of floats")
        if jnp.issubdtype(before, jnp.bool_):
            return x if jnp.issubdtype(after, jnp.bool_) else self.xp.number(each(lambda entry: fmpq(int(entry)), x))
        if jnp.issubdtype(after, jnp.bool_):
            return self.compared("ne", x, self.constant(0.0))
        if jnp.issubdtype(after, jnp.integer) and not jnp.issubdtype(before, jnp.integer):
            down = self.floor(self.xp.abs(x))
            x = self.chosen(self.compared("lt", x, self.constant(0.0)), down, -down)
        return self.rounded(x, after, 0)

    def raised(self, base: Operand, exponent: Operand) -> Operand:
        def power(b, e):
            try:
                return b ** _integer(e)
            except (Undecided, TypeError):
                if isinstance(b, fmpq):
                    raise TypeError("the power is not rational in general: replay in balls") from None
                return b**e

        return np.frompyfunc(power, 2, 1)(base, exponent)

    def cube_root(self, x: Operand) -> Operand:
        def root(entry):
            size = _root(abs(entry), 3) if isinstance(entry, fmpq) else abs(entry).root(3)
            return size * self.xp.sign(entry)

        return each(root, x)

    def nearest(self, x: Operand, to_even: Operand) -> Operand:
        half = fmpq(1, 2)

        def whole(entry):
            low = _floor(entry)
            off = entry - low
            up = _compare("gt", off, half) or (
                _compare("eq", off, half) and (low % 2 == 1 if to_even else _compare("ge", entry, fmpq(0)))
            )
            return fmpq(low + up)

        return self.xp.number(each(whole, x))

    def bitwise(self, name: Operand, given: Operand, dtype: Operand) -> Operand:
        """Operations on the bits of integers; of floats only the sign bit."""
        if any(isinstance(entry, SignBit) for entry in np.ravel(_boxed(given[0]))):
            return self._sign_bits(name, given, dtype)
        if isinstance(given[0], bool | np.bool_) or any(
            isinstance(entry, bool) for entry in np.ravel(_boxed(given[0]))
        ):
            return self.compared("ne", *given)

        def one(*entries):
            whole = [np.asarray(_integer(entry)).astype(dtype) for entry in entries]
            with jax.enable_x64(True):
                return self.xp.number(fmpq(int(BITWISE[name](*map(jnp.asarray, whole)))))

        return np.frompyfunc(one, len(given), 1)(*map(_boxed, given))[()]

    def _sign_bits(self, name, given, dtype):
        width = jnp.iinfo(dtype).bits

        def one(bits, other):
            amount = _integer(other)
            if name.startswith("shift_right") and amount == width - 1:
                signed = name == "shift_right_arithmetic" and jnp.issubdtype(dtype, jnp.signedinteger)
                number = -1 if signed else 1
            elif name == "and" and abs(amount) == 2 ** (width - 1):
                number = amount
            else:
                raise Unfollowed("this operation on the bits of floats")
            return self.xp.number(fmpq(number if bits.negative() else 0))

        return np.frompyfunc(one, 2, 1)(*map(_boxed, given))[()]

    def accumulated(self, name: Operand, x: Operand, axis: Operand, reverse: Operand) -> Operand:
        function = {
            "cumsum": lambda a, b: a + b,
            "cumprod": lambda a, b: a * b,
            "cummax": self.xp.larger,
            "cummin": lambda a, b: -self.xp.larger(-a, -b),
        }[name]
        rows = list(np.moveaxis(x, axis, 0))
        rows = rows[::-1] if reverse else rows
        found = [*accumulate(rows, function)]
        return np.moveaxis(np.array(found[::-1] if reverse else found, dtype=object), 0, axis), None

    def product(self, x: Operand) -> Operand:
        return reduce(lambda a, b: a * b, list(x)), None

    def sorted(self, given: Operand, axis: Operand, keys: Operand) -> Operand:
        """All sorted by the first, or the first ones. Raises Undecided if balls overlap."""

        def before(i, j):
            for key in columns[:keys]:
                if _compare("lt", key[i], key[j]):
                    return -1
                if _compare("gt", key[i], key[j]):
                    return 1
            return 0

        moved = [np.moveaxis(_boxed(x), axis, -1) for x in given]
        results = [np.empty(x.shape, dtype=object) for x in moved]
        for index in np.ndindex(moved[0].shape[:-1]):
            columns = [x[index] for x in moved]
            order = sorted(range(len(columns[0])), key=cmp_to_key(before))
            for result, column in zip(results, columns, strict=True):
                result[index] = column[order]
        return [np.moveaxis(result, -1, axis) for result in results]

    def place_of_largest(self, x: Operand, axis: Operand) -> Operand:
        moved = np.moveaxis(_boxed(x), axis, -1)
        result = np.empty(moved.shape[:-1], dtype=object)
        for index in np.ndindex(result.shape):
            row, best = moved[index], 0
            for place in range(1, len(row)):
                best = place if _compare("gt", row[place], row[best]) else best
            result[index] = self.xp.number(fmpq(best))
        return result[()]

    def picked(self, equation: Operand, given: Operand, places: Operand) -> Operand:
        dtypes = [variable.aval.dtype for variable in equation.invars]
        flat = np.concatenate([np.ravel(_boxed(x)) for n, x in enumerate(given) if n not in places])
        arguments: list[Any] = []
        count = 0
        for n, variable in enumerate(equation.invars):
            if n in places:
                arguments.append(np.asarray(each(_integer, _boxed(given[n])), dtype=dtypes[n]))
                continue
            size = int(np.prod(variable.aval.shape, dtype=int))
            arguments.append(jnp.arange(count, count + size, dtype="int32").reshape(variable.aval.shape))
            count += size
        where = np.asarray(equation.primitive.bind(*arguments, **equation.params))
        found = np.empty(where.shape, dtype=object)
        for index, place in np.ndenumerate(where):
            found[index] = flat[place] if 0 <= place < count else NAN
        return found[()]

    def added_at(self, equation: Operand, given: Operand) -> Operand:
        target, where, updates = (_boxed(x) for x in given)
        flags = jnp.zeros(target.shape, "int32"), np.asarray(each(_integer, where), equation.invars[1].aval.dtype)
        found = target.copy()
        for index in np.ndindex(updates.shape):
            one = np.zeros(updates.shape, "int32")
            one[index] = 1
            for place in np.argwhere(np.asarray(scattered_add(equation, *flags, one))):
                found[tuple(place)] = found[tuple(place)] + updates[index]
        return found[()], None, None

    def looped(
        self, step: Operand, consts: Operand, carry: Operand, given: Operand, length: Operand, reverse: Operand
    ) -> Operand:
        outs: Any = []
        for place in range(length)[::-1] if reverse else range(length):
            carry, out = step(consts, carry, [x[place] for x in given])
            outs.append(out)
        outs = outs[::-1] if reverse else outs
        stacked: list[Any] = [
            np.stack([_boxed(out[number]) for out in outs]) for number in range(len(outs[0]) if outs else 0)
        ]
        return carry, stacked

    def repeated(self, test: Operand, step: Operand, carry: Operand) -> Operand:
        for _ in range(TURNS):
            if not bool(test(carry)):
                return carry
            carry = step(carry)
        raise Undecided(f"a loop goes on for more than {TURNS} turns")

    def tanh(self, x: Operand) -> Operand:
        shrink = self.xp.expm1(self.xp.abs(x) * -2)
        return self.xp.sign(x) * (-shrink / (shrink + 2))

    def floor(self, x: Operand) -> Operand:
        return self.xp.number(each(lambda entry: fmpq(_floor(entry)), x))

    def whole(self, function: Operand, of_floats: Operand, x: Operand, y: Operand) -> Operand:
        def divide(a, b):
            a, b = _integer(a), _integer(b)
            if b == 0:
                raise Undecided("an integer is divided by zero")
            return self.xp.number(fmpq(function(a, b)))

        return np.frompyfunc(divide, 2, 1)(x, y)


def _is_some(x: Any) -> bool:
    """Whether it is a number or infinite, and not NaN. Raises Undecided of a ball that may hold what is no number."""
    return x.what != "nan" if isinstance(x, Lost) else _is_number(x)


def _is_zero(x: Any) -> bool:
    """Whether it is surely 0."""
    return bool(x == 0)


def _compare(name: str, x: Any, y: Any) -> bool:
    """Whether a comparison holds. Raises Undecided if the balls do not tell."""
    if isinstance(x, Lost) or isinstance(y, Lost):
        return _compare_lost(name, x, y)
    if isinstance(x, SignBit):  # as a signed integer
        if name not in ("lt", "ge"):
            raise Unfollowed("this operation on the bits of floats")
        return x.negative() == (name == "lt")
    if name in ("eq", "ne"):
        equal = x == y
        if not equal and isinstance(x, arb) and x.overlaps(y):
            raise Undecided("two balls overlap")
        return bool(equal) == (name == "eq")
    if name in ("gt", "ge"):
        return _compare({"gt": "lt", "ge": "le"}[name], y, x)
    yes, no = (x < y, x >= y) if name == "lt" else (x <= y, x > y)
    if not (yes or no):
        raise Undecided("two balls overlap")
    return bool(yes)


def _compare_lost(name: str, x: Any, y: Any) -> bool:
    what = [side.what if isinstance(side, Lost) else "" for side in (x, y)]
    if "nan" in what:
        return name == "ne"
    if name in ("eq", "ne") and "" in what:
        return name == "ne"
    if "inf?" in what:
        return _unsure()
    left, right = ({"": 0, "inf": 1, "-inf": -1}[side] for side in what)
    return bool(COMPARED[name](left, right))


COMPARED = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}


def _is_number(x: Any) -> bool:
    """Whether it is neither NaN nor infinite. Raises Undecided of a ball that may hold what is no number."""
    if isinstance(x, arb) and not x.is_finite():
        raise Undecided("an unbounded ball may contain no number")
    return not isinstance(x, Lost)


def _integer(x: Any) -> int:
    """A number that is surely an integer. Raises Undecided for any other."""
    if isinstance(x, fmpq):
        if x.q != 1:
            raise Undecided("a number is not an integer")
        return int(x.p)
    found = x.unique_fmpz()
    if found is None or x != arb(found):
        raise Undecided("a ball is not an integer")
    return int(found)


def _floor(x: Any) -> int:
    if isinstance(x, fmpq):
        return int(x.p) // int(x.q)
    low, high = x.lower().floor().unique_fmpz(), x.upper().floor().unique_fmpz()
    if low is None or low != high:
        raise Undecided("a ball contains an integer")
    return int(low)


def _boxed(x: Any) -> np.ndarray:
    """An array of objects; a number alone as one without axes."""
    if isinstance(x, np.ndarray):
        return x.astype(object)
    box = np.empty((), dtype=object)
    box[()] = x
    return box
