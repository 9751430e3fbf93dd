"""What JAX traced once, evaluated in another arithmetic: on balls that carry rounding errors, or exactly.

A traced function is a list of primitive operations (a jaxpr). Each that is known here is done by the arithmetic, as
`Algorithm.update` would do it; so a rule that was written for JAX is followed like one that was written for all
arithmetics. What is not known is refused by name, never guessed.

**Dtypes.** A jaxpr says in which dtype each operation is done. On balls, the result of an operation in a narrower
dtype than float64 is widened by what that dtype may round it by: u = 2^-p relative to its size for p significant bits,
n u / (1 - n u) of the sum of the sizes for a sum of n terms in any order, and its least normal number, below which it
may be flushed to zero. By induction over the operations, as in `arrays`, each ball then holds both the number that
exact arithmetic gives and the one that any run in these dtypes gives whose operations round correctly, whatever the
order of its sums: a compiler may leave roundings out, which the balls allow for, too. Elementary functions are trusted
to ELEMENTARY_ULPS in their own dtype.
In exact arithmetic nothing is rounded: what is followed is the rule itself, its literals the rationals that they are.

Numbers of integer dtypes are numbers like others. Truth values are bools in exact arithmetic, where an undecided
comparison raises Undecided, and `Truth` on balls, where what depends on an undecided one is a ball around all choices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb, fmpq
from jax.extend.core import ClosedJaxpr, Literal

from signproof.checks.numbers.arrays import BALLS, ELEMENTARY_ULPS, FLOATS, GROW, Ball, ball, u
from signproof.checks.numbers.exact import Undecided, each, rational
from signproof.theory.arithmetic import Arithmetic, Numbers

LARGEST_EXACT = 2.0**53
"""Integers up to here are floats."""


class Unfollowed(Exception):
    """An operation that cannot be followed; the message names it."""


def evaluate(traced: ClosedJaxpr, arguments: Sequence[Any], xp: Arithmetic) -> list[Any]:
    """The results of a traced function in the arithmetic `xp` (`arrays.BALLS`, `exact.RATIONALS`, `exact.Balls`).

    Arguments: the trace; its arguments, numbers of the arithmetic or truth values, of the shapes in the trace.
    Raises Unfollowed for an operation that is not known, and what the arithmetic raises, such as Undecided.
    """
    return _evaluate(traced.jaxpr, traced.consts, arguments, _OnBalls() if xp is BALLS else _Exactly(xp))


def follow(traced: ClosedJaxpr) -> None:
    """Raises Unfollowed if an operation of a traced function is not known."""
    for equation in traced.jaxpr.eqns:
        name = equation.primitive.name
        inner = _inner(equation)
        for part in inner:
            follow(part)
        if not inner and name not in _KNOWN:
            raise Unfollowed(f"the operation {name!r}")


def cast(x: Numbers, dtype: str, xp: Arithmetic) -> Numbers:
    """A number or an array converted to a dtype: on balls widened by its rounding, in exact arithmetic as it is."""
    if xp is BALLS:
        return widened(ball(x), ball(x), dtype, xp)
    return x.astype(dtype) if hasattr(x, "astype") and xp is FLOATS else x


def widened(x: Numbers, of: Numbers, dtype: str, xp: Arithmetic, roundings: int = 1) -> Numbers:
    """A ball widened by what roundings of `of` to that dtype may be; in exact arithmetic x as it is."""
    return _OnBalls().rounded(x, jnp.dtype(dtype), roundings, of=of.size) if xp is BALLS else x


def _evaluate(jaxpr: Any, consts: Sequence[Any], arguments: Sequence[Any], numbers: Any) -> list[Any]:
    values: dict[Any, Any] = {}

    def read(variable):
        return numbers.constant(variable.val) if isinstance(variable, Literal) else values[variable]

    values.update(zip(jaxpr.constvars, map(numbers.constant, consts), strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        given = [read(variable) for variable in equation.invars]
        found = _apply(equation, given, numbers)
        values.update(zip(equation.outvars, found, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _apply(equation: Any, given: list[Any], numbers: Any) -> list[Any]:
    name, xp = equation.primitive.name, numbers.xp
    inner = _inner(equation)
    if name == "cond":
        return numbers.branch(given[0], [lambda part=part: _closed(part, given[1:], numbers) for part in inner])
    if inner:
        return _closed(inner[0], given, numbers)
    if name not in _KNOWN:
        raise Unfollowed(f"the operation {name!r}")
    dtype = equation.outvars[0].aval.dtype
    if name in _ARITHMETIC:
        function, roundings = _ARITHMETIC[name]
        return [numbers.rounded(function(xp, *given), dtype, roundings)]
    if name in _MOVES:
        return numbers.moved(equation, given)
    if name in _COMPARISONS:
        same = equation.invars[0] is equation.invars[1]
        return [numbers.compared(name, *given, same=same)]
    return [_SPECIAL[name](equation, given, numbers, dtype)]


def _closed(part: ClosedJaxpr, given: Sequence[Any], numbers: Any) -> list[Any]:
    return _evaluate(part.jaxpr, part.consts, given, numbers)


def _inner(equation: Any) -> list[ClosedJaxpr]:
    """The traces that a call, or a choice between several, is made of."""
    parameters = equation.params
    if equation.primitive.name == "cond":
        return list(parameters["branches"])
    if equation.primitive.name not in _CALLS:
        return []
    found = next(parameters[name] for name in ("jaxpr", "call_jaxpr", "fun_jaxpr") if name in parameters)
    return [found if hasattr(found, "consts") else ClosedJaxpr(found, ())]


_CALLS = {
    "jit", "pjit", "closed_call", "core_call", "checkpoint", "remat", "remat2", "custom_jvp_call", "custom_vjp_call",
    "custom_vjp_call_jaxpr",
}  # fmt: skip
_MOVES = {
    "reshape", "squeeze", "broadcast_in_dim", "transpose", "rev", "slice", "concatenate", "stack", "unstack", "split",
    "tile", "expand_dims", "copy", "copy_p", "optimization_barrier",
}  # fmt: skip
"""Operations that move numbers and change none."""
_COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}
_ELEMENTARY = 2 * ELEMENTARY_ULPS
"""Roundings that the error of an elementary function amounts to."""


def _divided(xp, x, y):
    try:
        return x / y
    except ZeroDivisionError:  # balls have a number there that is none
        raise TypeError("a division by zero, perhaps in a branch not taken: replay in balls") from None


_ARITHMETIC: dict[str, tuple[Callable[..., Any], int]] = {
    "add": (lambda xp, x, y: x + y, 1),
    "add_any": (lambda xp, x, y: x + y, 1),
    "sub": (lambda xp, x, y: x - y, 1),
    "mul": (lambda xp, x, y: x * y, 1),
    "square": (lambda xp, x: xp.power(x, 2), 1),
    "sqrt": (lambda xp, x: xp.sqrt(x), 1),
    "rsqrt": (lambda xp, x: _divided(xp, xp.rational(1, 1), xp.sqrt(x)), _ELEMENTARY),
    "exp": (lambda xp, x: xp.exp(x), _ELEMENTARY),
    "log": (lambda xp, x: xp.log(x), _ELEMENTARY),
    "expm1": (lambda xp, x: xp.expm1(x), _ELEMENTARY),
    "log1p": (lambda xp, x: xp.log1p(x), _ELEMENTARY),
    "sin": (lambda xp, x: xp.sin(x), _ELEMENTARY),
    "cos": (lambda xp, x: xp.cos(x), _ELEMENTARY),
    "neg": (lambda xp, x: -x, 0),
    "abs": (lambda xp, x: xp.abs(x), 0),
    "sign": (lambda xp, x: xp.sign(x), 0),
    "max": (lambda xp, x, y: xp.larger(x, y), 0),
    "min": (lambda xp, x, y: -xp.larger(-x, -y), 0),
    "clamp": (lambda xp, low, x, high: -xp.larger(-xp.larger(low, x), -high), 0),
}
"""What the arithmetics do themselves, entry by entry, and how many roundings of the result that is in a run."""


def _axes_first(equation, given, numbers):
    """The first argument with all axes that are summed over as its first, and their size."""
    [x], axes = given, equation.params["axes"]
    shape = equation.invars[0].aval.shape
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    size = int(np.prod([shape[axis] for axis in axes], dtype=int))
    return numbers.laid_out(x, (*axes, *kept), (size, *(shape[axis] for axis in kept))), size


def _sum(equation, given, numbers, dtype):
    x, size = _axes_first(equation, given, numbers)
    if not size:
        return numbers.constant(np.zeros(equation.outvars[0].aval.shape))
    total = numbers.xp.sum(x)
    return numbers.rounded(total, dtype, size, of=numbers.sizes(x))


def _most(equation, given, numbers, dtype):
    x, _ = _axes_first(equation, given, numbers)
    return numbers.xp.max(x)


def _least(equation, given, numbers, dtype):
    x, _ = _axes_first(equation, given, numbers)
    return -numbers.xp.max(-x)


def _dot(equation, given, numbers, dtype):
    """Products of two vectors, or of a matrix and what has one or two axes, over the axis that fits."""
    ((left,), (right,)), batch = equation.params["dimension_numbers"]
    if batch != ((), ()):
        raise Unfollowed("the operation 'dot_general' with batch axes")
    x, y = given
    one, other = (variable.aval.shape for variable in equation.invars)
    rows = [axis for axis in range(len(one)) if axis != left]
    columns = [axis for axis in range(len(other)) if axis != right]
    n = one[left]
    x = numbers.laid_out(x, (left, *rows), (n, *(one[axis] for axis in rows), *(1 for _ in columns)))
    y = numbers.laid_out(y, (right, *columns), (n, *(1 for _ in rows), *(other[axis] for axis in columns)))
    products = x * y
    return numbers.rounded(numbers.xp.sum(products), dtype, n + 1, of=numbers.sizes(products))


def _division(equation, given, numbers, dtype):
    if jnp.issubdtype(dtype, jnp.integer):
        return numbers.whole(lambda x, y: abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1), jax.lax.div, *given)
    return numbers.rounded(_divided(numbers.xp, *given), dtype, 1)


def _remainder(equation, given, numbers, dtype):
    if not jnp.issubdtype(dtype, jnp.integer):
        raise Unfollowed("the operation 'rem' of floats")
    return numbers.whole(lambda x, y: abs(x) % abs(y) * (-1 if x < 0 else 1), jax.lax.rem, *given)


def _integer_power(equation, given, numbers, dtype):
    exponent = equation.params["y"]
    return numbers.rounded(numbers.xp.power(given[0], exponent), dtype, abs(exponent))


def _power(equation, given, numbers, dtype):
    base, exponent = given
    return numbers.rounded(numbers.raised(base, exponent), dtype, _ELEMENTARY, powers_of=exponent)


def _converted(equation, given, numbers, dtype):
    return numbers.converted(given[0], equation.invars[0].aval.dtype, dtype)


_SPECIAL: dict[str, Callable[..., Any]] = {
    "reduce_sum": _sum,
    "reduce_max": _most,
    "reduce_min": _least,
    "dot_general": _dot,
    "div": _division,
    "rem": _remainder,
    "integer_pow": _integer_power,
    "pow": _power,
    "convert_element_type": _converted,
    "tanh": lambda equation, given, numbers, dtype: numbers.rounded(numbers.tanh(*given), dtype, _ELEMENTARY),
    "logistic": lambda equation, given, numbers, dtype: numbers.rounded(
        (numbers.tanh(given[0] * numbers.xp.rational(1, 2)) + numbers.xp.rational(1, 1)) * numbers.xp.rational(1, 2),
        dtype,
        _ELEMENTARY,
    ),
    "floor": lambda equation, given, numbers, dtype: numbers.floor(*given),
    "ceil": lambda equation, given, numbers, dtype: -numbers.floor(-given[0]),
    "select_n": lambda equation, given, numbers, dtype: numbers.chosen(*given),
    "and": lambda equation, given, numbers, dtype: numbers.both(*given),
    "or": lambda equation, given, numbers, dtype: numbers.negated(numbers.both(*map(numbers.negated, given))),
    "not": lambda equation, given, numbers, dtype: numbers.negated(*given),
    "reduce_and": lambda equation, given, numbers, dtype: numbers.all(*_axes_first(equation, given, numbers)),
    "reduce_or": lambda equation, given, numbers, dtype: numbers.negated(
        numbers.all(*_axes_first(equation, [numbers.negated(*given)], numbers))
    ),
    "is_finite": lambda equation, given, numbers, dtype: numbers.finite(*given),
    "iota": lambda equation, given, numbers, dtype: numbers.constant(equation.primitive.bind(**equation.params)),
}
_KNOWN = {*_ARITHMETIC, *_MOVES, *_COMPARISONS, *_SPECIAL}


@jax.tree_util.register_dataclass
@dataclass
class Truth:
    """Truth values, and whether they are known: where not, `value` is that of the midpoints."""

    value: Any
    known: Any


class _OnBalls:
    xp = BALLS

    def constant(self, x):
        x = jnp.asarray(x)
        return Truth(x, jnp.ones_like(x)) if x.dtype == bool else ball(x.astype(float))

    def rounded(self, x: Ball, dtype: Any, roundings: int, of: Any = None, powers_of: Ball | None = None) -> Ball:
        """The result widened by that many roundings in a narrower dtype, of its own size or that of what it sums."""
        if jnp.issubdtype(dtype, jnp.integer):
            radius = jnp.floor(x.radius)  # integers are whole numbers apart
            low, high = _range(dtype)
            return Ball(x.middle, jnp.where((x.middle - radius < low) | (x.middle + radius > high), jnp.inf, radius))
        if not roundings or jnp.finfo(dtype).nmant >= 52:
            return x
        unit, tiny, most = _roundoff(dtype)
        share = roundings * unit / (1 - roundings * unit) if roundings * unit < 1 else jnp.inf
        size = x.size if of is None else of
        if powers_of is not None:
            size = size * (1 + powers_of.size)
        off = jnp.where(size == 0, 0.0, (share * size + roundings * tiny) * (1 + 64 * u))
        return Ball(x.middle, jnp.where(x.size > most, jnp.inf, x.radius + off * GROW))

    def sizes(self, x: Ball) -> jax.Array:
        return jnp.sum(x.size, axis=0)

    def laid_out(self, x, order, shape):
        return _each_part(lambda part: jnp.transpose(part, order).reshape(shape), x)

    def moved(self, equation, given):
        def move(*parts):
            found = equation.primitive.bind(*parts, **equation.params)
            return found if equation.primitive.multiple_results else [found]

        kind = type(given[0])
        parts = (move(*(getattr(x, name) for x in given)) for name in vars(given[0]))
        return [kind(*pair) for pair in zip(*parts, strict=True)]

    def compared(self, name, x, y, same=False):
        if isinstance(x, Truth):
            equal = Truth(x.value == y.value, x.known & y.known)
            return equal if name == "eq" else self.negated(equal)
        if same:  # the test of a number for being none
            true = jnp.full(jnp.shape(x.middle), name in ("le", "ge", "eq"))
            return Truth(true, jnp.isfinite(x.middle) & jnp.isfinite(x.radius))
        gap = y - x
        above, below, equal = gap.middle > gap.radius, -gap.middle > gap.radius, gap.is_zero
        values = {
            "lt": (gap.middle > 0, above | (-gap.middle >= gap.radius)),
            "le": (gap.middle >= 0, below | (gap.middle >= gap.radius)),
            "gt": (gap.middle < 0, below | (gap.middle >= gap.radius)),
            "ge": (gap.middle <= 0, above | (-gap.middle >= gap.radius)),
            "eq": (gap.middle == 0, above | below | equal),
            "ne": (gap.middle != 0, above | below | equal),
        }
        return Truth(*values[name])

    def chosen(self, which, *cases):
        if not isinstance(which, Truth):
            choices = [self.compared("eq", which, ball(float(number))) for number in range(1, len(cases))]
            result = cases[0]
            for choice, case in zip(choices, cases[1:], strict=True):
                result = self.chosen(choice, result, case)
            return result
        no, yes = cases
        if isinstance(yes, Truth):
            value = jnp.where(which.value, yes.value, no.value)
            agree = (yes.value == no.value) & yes.known & no.known
            return Truth(value, agree | which.known & jnp.where(which.value, yes.known, no.known))
        middle = jnp.where(which.value, yes.middle, no.middle)
        taken, other = (jnp.where(v, yes.radius, no.radius) for v in (which.value, ~which.value))
        apart = jnp.abs(yes.middle - no.middle) * (1 + 4 * u)
        apart = jnp.where(yes.middle == no.middle, 0.0, apart)
        return Ball(middle, jnp.where(which.known, taken, jnp.maximum(taken, apart + other) * GROW))

    def branch(self, index, branches):
        found = [branch() for branch in branches]
        if isinstance(index, Truth):
            return [self.chosen(index, *cases) for cases in zip(*found, strict=True)]
        last = ball(float(len(found) - 1))
        index = -BALLS.larger(-BALLS.larger(index, ball(0.0)), -last)
        return [self.chosen(index, *cases) for cases in zip(*found, strict=True)]

    def both(self, x, y):
        if not isinstance(x, Truth):
            raise Unfollowed("operations on the bits of integers")
        no = x.known & ~x.value | y.known & ~y.value
        return Truth(x.value & y.value, no | x.known & y.known)

    def negated(self, x):
        if not isinstance(x, Truth):
            raise Unfollowed("operations on the bits of integers")
        return Truth(~x.value, x.known)

    def all(self, x, size):
        no = jnp.any(x.known & ~x.value, axis=0)
        return Truth(jnp.all(x.value, axis=0), no | jnp.all(x.known, axis=0))

    def finite(self, x):
        return Truth(jnp.isfinite(x.middle), jnp.isfinite(x.middle) & jnp.isfinite(x.radius))

    def converted(self, x, before, after):
        if isinstance(x, Truth):
            if jnp.issubdtype(after, jnp.bool_):
                return x
            return Ball(jnp.where(x.value, 1.0, 0.0), jnp.where(x.known, 0.0, 1.0))
        if jnp.issubdtype(after, jnp.bool_):
            return self.compared("ne", x, ball(0.0))
        if jnp.issubdtype(after, jnp.integer):
            if not jnp.issubdtype(before, jnp.integer):
                down = self.floor(_each_part(jnp.abs, x))
                x = Ball(jnp.sign(x.middle) * down.middle, jnp.where(x.radius == 0, 0.0, down.radius + 2.0))
            return self.rounded(x, after, 0)
        if jnp.issubdtype(before, jnp.floating) and jnp.finfo(before).nmant <= jnp.finfo(after).nmant:
            return x
        found = self.rounded(x, after, 1)
        if jnp.issubdtype(before, jnp.integer):
            short = x.size <= 2.0 ** (jnp.finfo(after).nmant + 1)
            return Ball(x.middle, jnp.where(short, x.radius, found.radius))
        return found

    def raised(self, base, exponent):
        return BALLS.power(base, exponent)

    def tanh(self, x):
        size = Ball(jnp.abs(x.middle), jnp.zeros_like(x.radius))
        shrink = BALLS.expm1(size * -2.0)
        found = -shrink / (shrink + 2.0)
        return Ball(jnp.sign(x.middle) * found.middle, (found.radius + x.radius) * GROW)  # slopes are at most 1

    def floor(self, x):
        # the next float: a radius below half a unit in the last place would be lost
        low, high = (
            jnp.floor(jnp.nextafter(x.middle + side * x.radius * GROW, side * jnp.inf)) for side in (-1.0, 1.0)
        )
        return Ball(jnp.floor(x.middle), jnp.where(x.radius == 0, 0.0, high - low))

    def whole(self, function, of_floats, x, y):
        exact = (x.radius == 0) & (y.radius == 0) & (x.size < LARGEST_EXACT) & (y.size < LARGEST_EXACT)
        exact = exact & (y.middle != 0)
        found = of_floats(x.middle.astype(int), jnp.where(y.middle == 0, 1, y.middle).astype(int))
        return Ball(found.astype(float), jnp.where(exact, 0.0, jnp.inf))


class _Exactly:
    """Object arrays of rationals or of Arb's balls; a number alone has no axes."""

    def __init__(self, xp):
        self.xp = xp

    def constant(self, x):
        x = np.asarray(x)
        if x.dtype == bool:
            return x[()]
        return each(self._number, x.astype(object))[()]

    def _number(self, entry):
        if np.isfinite(float(entry)):
            return self.xp.number(rational(float(entry)))
        if self.xp.level == "exact":
            raise TypeError(f"{entry} is not rational: replay in balls")
        return arb(float(entry))

    def rounded(self, x: Any, dtype: Any, roundings: int, of: Any = None, powers_of: Any = None) -> Any:
        if jnp.issubdtype(dtype, jnp.integer):
            low, high = _range(dtype)
            if not all(low <= _integer(entry) <= high for entry in np.ravel(_boxed(x))):
                raise Undecided(f"an integer leaves the range of {dtype}")
        return x

    def sizes(self, x: Any) -> Any:
        return None

    def laid_out(self, x, order, shape):
        return np.asarray(x, dtype=None if isinstance(x, np.ndarray) else object).transpose(order).reshape(shape)

    def moved(self, equation, given):
        flat = np.concatenate([np.ravel(_boxed(x)) for x in given])
        places, count = [], 0
        for variable in equation.invars:
            size = int(np.prod(variable.aval.shape, dtype=int))
            places.append(jnp.arange(count, count + size, dtype="int32").reshape(variable.aval.shape))
            count += size
        found = equation.primitive.bind(*places, **equation.params)
        return [flat[np.asarray(place)] for place in (found if equation.primitive.multiple_results else [found])]

    def compared(self, name, x, y, same=False):
        if same:
            return each(lambda entry: _is_number(entry) and name in ("le", "ge", "eq"), x)
        return np.frompyfunc(lambda a, b: _compare(name, a, b), 2, 1)(x, y)

    def chosen(self, which, *cases):
        if len(cases) > 2:
            which = each(lambda entry: int(rational(str(entry)).p), which)
        boxes = np.broadcast_arrays(*map(_boxed, cases))
        chosen = np.empty(boxes[0].shape, dtype=object)
        for index in np.ndindex(chosen.shape):
            choice = which if np.ndim(which) == 0 else which[index]
            chosen[index] = boxes[int(choice)][index]
        return chosen[()]

    def branch(self, index, branches):
        number = int(index) if isinstance(index, bool | np.bool_) else _integer(index)
        return branches[min(max(number, 0), len(branches) - 1)]()

    def both(self, x, y):
        return np.frompyfunc(lambda a, b: bool(a) and bool(b), 2, 1)(_bools(x), _bools(y))

    def negated(self, x):
        return np.frompyfunc(lambda a: not a, 1, 1)(_bools(x))

    def all(self, x, size):
        return reduce(self.both, list(x), np.True_)

    def finite(self, x):
        return each(_is_number, x)

    def converted(self, x, before, after):
        if jnp.issubdtype(before, jnp.bool_):
            return x if jnp.issubdtype(after, jnp.bool_) else self.xp.number(each(lambda entry: fmpq(int(entry)), x))
        if jnp.issubdtype(after, jnp.bool_):
            return self.compared("ne", x, self.constant(0.0))
        if jnp.issubdtype(after, jnp.integer) and not jnp.issubdtype(before, jnp.integer):
            down = self.floor(self.xp.abs(x))
            x = self.chosen(self.compared("lt", x, self.constant(0.0)), down, -down)
        return self.rounded(x, after, 0)

    def raised(self, base, exponent):
        def power(b, e):
            try:
                return b ** _integer(e)
            except (Undecided, TypeError):
                if isinstance(b, fmpq):
                    raise TypeError("the power is not rational in general: replay in balls") from None
                return b**e

        return np.frompyfunc(power, 2, 1)(base, exponent)

    def tanh(self, x):
        shrink = self.xp.expm1(self.xp.abs(x) * -2)
        return self.xp.sign(x) * (-shrink / (shrink + 2))

    def floor(self, x):
        return self.xp.number(each(lambda entry: fmpq(_floor(entry)), x))

    def whole(self, function, of_floats, x, y):
        def divide(a, b):
            a, b = _integer(a), _integer(b)
            if b == 0:
                raise Undecided("an integer is divided by zero")
            return self.xp.number(fmpq(function(a, b)))

        return np.frompyfunc(divide, 2, 1)(x, y)


def _compare(name: str, x: Any, y: Any) -> bool:
    """Whether a comparison holds. Raises Undecided if the balls do not tell."""
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


def _is_number(x: Any) -> bool:
    """True. Raises Undecided of a ball that may hold what is no number."""
    if isinstance(x, arb) and not x.is_finite():
        raise Undecided("an unbounded ball may contain no number")
    return True


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


def _bools(x: Any) -> Any:
    if not isinstance(x, bool | np.bool_) and not (isinstance(x, np.ndarray) and x.dtype in (bool, object)):
        raise Unfollowed("operations on the bits of integers")
    return x


def _each_part(function, x):
    return type(x)(*(function(getattr(x, name)) for name in vars(x)))


def _range(dtype: Any) -> tuple[int, int]:
    """The least and the largest integer of a dtype: beyond them it wraps or saturates."""
    info = jnp.iinfo(dtype)
    return int(info.min), int(info.max)


def _roundoff(dtype: Any) -> tuple[float, float, float]:
    """Unit roundoff, least normal and largest number of a dtype."""
    info = jnp.finfo(dtype)
    return 2.0 ** -(info.nmant + 1), float(info.tiny), float(info.max)
