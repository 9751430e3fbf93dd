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
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from signproof.checks.numbers.arrays import BALLS, ELEMENTARY_ULPS, FLOATS, ball
from signproof.checks.numbers.exact import RATIONALS, each, rational, to_float
from signproof.checks.variants.enclosed import OnBalls, Truth, plain
from signproof.checks.variants.exactly import Exactly
from signproof.checks.variants.objective import SLOPE, VALUE, Objective
from signproof.checks.variants.primitives import BITWISE, Drawn, Unfollowed
from signproof.theory.arithmetic import Arithmetic, Numbers

LIBRARIES = ("/optax/", f"{__file__.rpartition('/')[0]}/")
"""Whose lines say less about an operation than those of the program that calls them."""
LARGEST_CONSTANT = 4096
"""Entries of constants up to which operations on them are done exactly."""
__all__ = ["Drawn", "Truth", "Unfollowed", "cast", "evaluate", "follow", "widened"]


def evaluate(
    traced: ClosedJaxpr, arguments: Sequence[Any], xp: Arithmetic, objective: Objective | None = None
) -> list[Any]:
    """The results of a traced function in the arithmetic `xp` (`arrays.BALLS`, `exact.RATIONALS`, `exact.Balls`).

    Arguments: the trace; its arguments, numbers of the arithmetic or truth values, of the shapes in the trace; the
    objective, if the trace asks for it.
    Raises Unfollowed for an operation that is not known, and what the arithmetic raises, such as Undecided.
    """
    numbers: Any = OnBalls() if xp is BALLS else Exactly(xp)
    numbers.objective = objective
    found = _evaluate(traced.jaxpr, traced.consts, arguments, numbers)
    return [plain(x) for x in found]


def follow(traced: ClosedJaxpr, within: str = "") -> None:
    """Raises Unfollowed if an operation of a traced function is not known.

    Arguments: the function; where in the program it is called, for operations of which JAX does not say.
    """
    for equation in traced.jaxpr.eqns:
        name, place = equation.primitive.name, _place(equation) or within
        inner = _inner(equation)
        for part in inner:
            follow(part, place)
        if name.startswith(("random_", "threefry")):
            raise Drawn(f"it draws random numbers ({name!r}{place}): the claim is about a method that draws none")
        if not inner and name not in _KNOWN:
            raise Unfollowed(f"the operation {name!r}{place}")


def _place(equation: Any) -> str:
    """Where in the user's program an operation stands, or in the library that it calls; empty if JAX does not say."""
    try:
        from jax._src import source_info_util

        frames = list(source_info_util.user_frames(equation.source_info.traceback))
    except (ImportError, AttributeError, TypeError):
        return ""
    own = [frame for frame in frames if not any(part in frame.file_name for part in LIBRARIES)]
    frame = next(iter(own or frames), None)
    return f" ({frame.file_name.rpartition('/')[2]}, line {frame.start_line})" if frame else ""


def cast(x: Numbers, dtype: str, xp: Arithmetic) -> Numbers:
    """A number or an array converted to a dtype: on balls widened by its rounding, in exact arithmetic as it is."""
    if xp is BALLS:
        return widened(ball(x), ball(x), dtype, xp)
    return x.astype(dtype) if hasattr(x, "astype") and xp is FLOATS else x


def widened(x: Numbers, of: Numbers, dtype: str, xp: Arithmetic, roundings: int = 1) -> Numbers:
    """A ball widened by what roundings of `of` to that dtype may be; in exact arithmetic x as it is."""
    return OnBalls().rounded(x, jnp.dtype(dtype), roundings, of=of.size) if xp is BALLS else x


def _evaluate(jaxpr: Any, consts: Sequence[Any], arguments: Sequence[Any], numbers: Any) -> list[Any]:
    values: dict[Any, Any] = {}

    def read(variable):
        return numbers.constant(variable.val) if isinstance(variable, Literal) else values[variable]

    values.update(zip(jaxpr.constvars, map(numbers.constant, consts), strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))
    positive = {variable for variable, yes in zip(jaxpr.invars, numbers.positive, strict=False) if yes}
    for equation in jaxpr.eqns:
        given = [read(variable) for variable in equation.invars]
        numbers.positive = [not isinstance(variable, Literal) and variable in positive for variable in equation.invars]
        if equation.primitive.name == "abs":
            numbers.magnitudes[equation.outvars[0]] = equation.invars[0]
        told = _zeros_are_positive(equation, numbers.positive)
        found = _apply(equation, given, numbers)
        if told or (equation.primitive.name in _CALLS and numbers.positive and all(numbers.positive)):
            positive.update(equation.outvars)
        values.update(zip(equation.outvars, found, strict=True))
    numbers.positive = [not isinstance(variable, Literal) and variable in positive for variable in jaxpr.outvars]
    return [read(variable) for variable in jaxpr.outvars]


def _zeros_are_positive(equation: Any, given: list[bool]) -> bool:
    """Whether the results of an operation, where they are 0, have the sign +, given that for its arguments."""
    name = equation.primitive.name
    if name in ("abs", "square", "exp", "sqrt") or (name == "integer_pow" and equation.params["y"] % 2 == 0):
        return name != "sqrt" or all(given)
    if name == "mul" and equation.invars[0] is equation.invars[1]:
        return True
    return name in _KEEP_SIGNS and bool(given) and all(given)


def _apply(equation: Any, given: list[Any], numbers: Any) -> list[Any]:
    name = equation.primitive.name
    inner = _inner(equation)
    if name == "cond":
        return numbers.branch(given[0], [lambda part=part: _closed(part, given[1:], numbers) for part in inner])
    if name in _LOOPS:
        return _LOOPS[name](equation, given, numbers, *inner)
    if inner:
        return _closed(inner[0], given, numbers, numbers.positive)
    if name not in _KNOWN:
        raise Unfollowed(f"the operation {name!r}")
    if equation.primitive in (VALUE, SLOPE):
        return [numbers.objective.asked(equation.primitive, plain(given[0]))]
    if isinstance(numbers, OnBalls) and given and all(hasattr(x, "exact") for x in given):
        found = _of_constants(equation, given, numbers)
        if found is not None:
            return found
    dtype = equation.outvars[0].aval.dtype
    if name in _ARITHMETIC:
        function, roundings = _ARITHMETIC[name]
        return [numbers.applied(name, function, given, dtype, roundings)]
    if name in _MOVES:
        return numbers.moved(equation, given)
    if name in _COMPARISONS:
        same = equation.invars[0] is equation.invars[1]
        return [numbers.compared(name, *given, same=same)]
    if name in _AWARE:
        return [_AWARE[name](equation, given, numbers, dtype)]
    found = _SPECIAL[name](equation, [plain(x) for x in given], numbers, dtype)
    return found if isinstance(found, list) else [found]


def _of_constants(equation: Any, given: list[Any], numbers: OnBalls) -> list[Any] | None:
    """The results of an operation on constants, if they are floats: those are exact, and balls of radius zero."""
    if max(int(np.prod(variable.aval.shape)) for variable in (*equation.invars, *equation.outvars)) > LARGEST_CONSTANT:
        return None
    try:
        exact = _apply(equation, [x.exact for x in given], Exactly(RATIONALS))
        floats = [_as_floats(x) for x in exact]
    except (AttributeError, TypeError, ValueError, ArithmeticError, Unfollowed):
        return None
    return None if any(x is None for x in floats) else [numbers.constant(x) for x in floats]


def _as_floats(x: Any) -> np.ndarray | None:
    """Exact numbers or truth values as an array; None if they are no floats."""
    entries = np.asarray(x, dtype=object)
    if all(isinstance(entry, bool | np.bool_) for entry in entries.ravel()):
        return entries.astype(bool)
    floats = each(to_float, entries)
    same = all(rational(entry) == exact for entry, exact in zip(np.ravel(floats), entries.ravel(), strict=True))
    return np.asarray(floats, float) if same else None


def _closed(part: ClosedJaxpr, given: Sequence[Any], numbers: Any, positive: Sequence[bool] = ()) -> list[Any]:
    numbers.positive = [*positive]
    return _evaluate(part.jaxpr, part.consts, given, numbers)


def _inner(equation: Any) -> list[ClosedJaxpr]:
    """The traces that a call, a loop, or a choice between several, is made of."""
    parameters, name = equation.params, equation.primitive.name
    if name == "cond":
        return list(parameters["branches"])
    if name == "scan":
        return [parameters["jaxpr"]]
    if name == "while":
        return [parameters["cond_jaxpr"], parameters["body_jaxpr"]]
    if name not in _CALLS:
        return []
    found = next(parameters[name] for name in ("jaxpr", "call_jaxpr", "fun_jaxpr") if name in parameters)
    return [found if hasattr(found, "consts") else ClosedJaxpr(found, ())]


def _scan(equation: Any, given: list[Any], numbers: Any, body: ClosedJaxpr) -> list[Any]:
    parameters = equation.params
    fixed, kept = parameters["num_consts"], parameters["num_consts"] + parameters["num_carry"]

    def step(consts, carry, here):
        found = _closed(body, [*consts, *carry, *here], numbers)
        return found[: kept - fixed], found[kept - fixed :]

    parts = given[:fixed], given[fixed:kept], given[kept:]
    carry, outs = numbers.looped(step, *parts, parameters["length"], parameters["reverse"])
    return [*carry, *outs]


def _while(equation: Any, given: list[Any], numbers: Any, test: ClosedJaxpr, body: ClosedJaxpr) -> list[Any]:
    of_test, of_body = equation.params["cond_nconsts"], equation.params["body_nconsts"]
    first, second, carry = given[:of_test], given[of_test : of_test + of_body], given[of_test + of_body :]
    return numbers.repeated(
        lambda state: _closed(test, [*first, *state], numbers)[0],
        lambda state: _closed(body, [*second, *state], numbers),
        carry,
    )


_KEEP_SIGNS = {
    "add", "mul", "max", "min", "reduce_sum", "reduce_max", "reduce_min", "dot_general", "reshape", "squeeze", "slice",
    "broadcast_in_dim", "transpose", "concatenate", "convert_element_type", "copy", "stop_gradient",
}  # fmt: skip
"""Operations whose results are 0 with the sign + if they are 0, if that is so of all arguments."""
_LOOPS: dict[str, Callable[..., list[Any]]] = {"scan": _scan, "while": _while}
_CALLS = {
    "jit", "pjit", "closed_call", "core_call", "checkpoint", "remat", "remat2", "custom_jvp_call", "custom_vjp_call",
    "custom_vjp_call_jaxpr",
}  # fmt: skip
_MOVES = {
    "reshape", "squeeze", "broadcast_in_dim", "transpose", "rev", "slice", "concatenate", "stack", "unstack", "split",
    "tile", "expand_dims", "copy", "copy_p", "optimization_barrier", "pad", "stop_gradient",
}  # fmt: skip
"""Operations that move numbers and change none."""
_COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}
_ELEMENTARY = 2 * ELEMENTARY_ULPS
"""Roundings that the error of an elementary function amounts to."""


_ARITHMETIC: dict[str, tuple[Callable[..., Any], int]] = {
    "add": (lambda xp, x, y: x + y, 1),
    "add_any": (lambda xp, x, y: x + y, 1),
    "sub": (lambda xp, x, y: x - y, 1),
    "mul": (lambda xp, x, y: x * y, 1),
    "square": (lambda xp, x: xp.power(x, 2), 1),
    "sqrt": (lambda xp, x: xp.sqrt(x), 1),
    "exp": (lambda xp, x: xp.exp(x), _ELEMENTARY),
    "exp2": (lambda xp, x: xp.exp(x * xp.log(xp.rational(2, 1))), _ELEMENTARY),
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
    total = numbers.total(x)
    return numbers.rounded(total, dtype, size, of=numbers.sizes(x))


def _most(equation, given, numbers, dtype):
    x, _ = _axes_first(equation, given, numbers)
    return numbers.xp.max(x)


def _least(equation, given, numbers, dtype):
    x, _ = _axes_first(equation, given, numbers)
    return -numbers.xp.max(-x)


def _dot(equation, given, numbers, dtype):
    """Products of arrays over the axes that fit, for each place along the batch axes."""
    (left, right), (over, beside) = equation.params["dimension_numbers"]
    x, y = given
    one, other = (variable.aval.shape for variable in equation.invars)
    rows = [axis for axis in range(len(one)) if axis not in (*left, *over)]
    columns = [axis for axis in range(len(other)) if axis not in (*right, *beside)]
    n, batch = int(np.prod([one[axis] for axis in left], dtype=int)), [one[axis] for axis in over]
    if not n:
        return numbers.constant(np.zeros(equation.outvars[0].aval.shape))
    x = numbers.laid_out(x, (*left, *over, *rows), (n, *batch, *(one[axis] for axis in rows), *(1 for _ in columns)))
    y = numbers.laid_out(
        y, (*right, *beside, *columns), (n, *batch, *(1 for _ in rows), *(other[axis] for axis in columns))
    )
    products = x * y
    return numbers.rounded(numbers.total(products), dtype, n + 1, of=numbers.sizes(products))


def _division(equation, given, numbers, dtype):
    if jnp.issubdtype(dtype, jnp.integer):
        return numbers.whole(lambda x, y: abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1), jax.lax.div, *given)
    divisor = equation.invars[1]
    certain = isinstance(divisor, Literal) and bool(np.all(np.asarray(divisor.val) != 0))
    certain = certain and bool(np.all(np.isfinite(divisor.val)))
    found = numbers.divided(*given, dtype, certain, positive=any(numbers.positive[1:]))
    of = None if isinstance(divisor, Literal) else numbers.magnitudes.get(divisor)
    if isinstance(numbers, OnBalls) and of is equation.invars[0]:  # x / |x|, which does not vary with x
        return numbers.sign_or(given[0], found)
    return found


def _inverse_root(equation, given, numbers, dtype):
    root = numbers.applied("sqrt", lambda xp, x: xp.sqrt(x), given, np.dtype(float), 0)
    return numbers.divided(numbers.constant(1.0), root, dtype, False, _ELEMENTARY, positive=any(numbers.positive))


def _remainder(equation, given, numbers, dtype):
    if jnp.issubdtype(dtype, jnp.integer):
        return numbers.whole(lambda x, y: abs(x) % abs(y) * (-1 if x < 0 else 1), jax.lax.rem, *given)
    x, y = given  # x - y trunc(x / y), exact in floats
    quotient = numbers.divided(x, y, np.dtype(float), False)
    down = numbers.floor(numbers.xp.abs(plain(quotient)))
    down = numbers.chosen(numbers.compared("lt", quotient, numbers.constant(0.0)), down, -down)
    return numbers.rounded(x - y * down, dtype, 1)


def _integer_power(equation, given, numbers, dtype):
    exponent = equation.params["y"]
    return numbers.rounded(numbers.xp.power(given[0], exponent), dtype, abs(exponent))


def _power(equation, given, numbers, dtype):
    base, exponent = given
    return numbers.rounded(numbers.raised(base, exponent), dtype, _ELEMENTARY, powers_of=exponent)


def _accumulated(equation, given, numbers, dtype):
    name, axis = equation.primitive.name, equation.params["axis"]
    found, sizes = numbers.accumulated(name, given[0], axis, equation.params["reverse"])
    if name in ("cummax", "cummin"):
        return found
    n = equation.invars[0].aval.shape[axis]
    return numbers.rounded(found, dtype, n, of=sizes)


def _product(equation, given, numbers, dtype):
    x, n = _axes_first(equation, given, numbers)
    if not n:
        return numbers.constant(np.ones(equation.outvars[0].aval.shape))
    found, sizes = numbers.product(x)
    return numbers.rounded(found, dtype, n, of=sizes)


def _sorted(equation, given, numbers, dtype):
    return numbers.sorted(given, equation.params["dimension"], equation.params["num_keys"])


def _largest_few(equation, given, numbers, dtype):
    [x], axis, k = given, equation.params["axis"], equation.params["k"]
    shape = equation.invars[0].aval.shape
    places = np.broadcast_to(np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))]), shape)
    least, where = numbers.sorted([-x, numbers.constant(np.array(places))], axis, 1)
    cut = (slice(None),) * axis + (slice(0, k),)
    return [-least[cut], where[cut]]


def _place_of_largest(equation, given, numbers, dtype):
    [axis] = equation.params["axes"]
    return numbers.place_of_largest(given[0] if equation.primitive.name == "argmax" else -given[0], axis)


def _picked(places):
    def pick(equation, given, numbers, dtype):
        return numbers.picked(equation, given, places or range(len(given))[-_count_of_indices(equation) :])

    return pick


def _count_of_indices(equation: Any) -> int:
    """How many of the last arguments of a dynamic slice are indices."""
    first = 1 if equation.primitive.name == "dynamic_slice" else 2
    return len(equation.invars) - first


def _added_at(equation, given, numbers, dtype):
    found, n, sizes = numbers.added_at(equation, given)
    return found if n is None else numbers.rounded(found, dtype, n, of=sizes)


def _bits(equation, given, numbers, dtype):
    before = equation.invars[0].aval.dtype
    if not jnp.issubdtype(before, jnp.floating) or not jnp.issubdtype(dtype, jnp.integer):
        raise Unfollowed(f"the operation 'bitcast_convert_type' from {before} to {dtype}")
    return numbers.bits(given[0])


def _bitwise(equation, given, numbers, dtype):
    name = equation.primitive.name
    if jnp.issubdtype(dtype, jnp.bool_) and name in ("and", "or", "not"):
        if name == "not":
            return numbers.negated(*given)
        if name == "and":
            return numbers.both(*given)
        return numbers.negated(numbers.both(*map(numbers.negated, given)))
    return numbers.bitwise(name, given, dtype)


def _rounded(equation, given, numbers, dtype):
    return numbers.nearest(given[0], int(equation.params["rounding_method"]) == 1)


def _reduced(equation, given, numbers, dtype):
    mantissa, exponent = equation.params["mantissa_bits"], equation.params["exponent_bits"]
    for info in map(jnp.finfo, ("bfloat16", "float16", "float32", "float64")):
        if (info.nmant, info.nexp) == (mantissa, exponent):
            return numbers.converted(given[0], equation.invars[0].aval.dtype, info.dtype)
    raise Unfollowed("the operation 'reduce_precision' to no known dtype")


def _converted(equation, given, numbers, dtype):
    return numbers.converted(given[0], equation.invars[0].aval.dtype, dtype)


_AWARE: dict[str, Callable[..., Any]] = {
    "div": _division,
    "rsqrt": _inverse_root,
    "convert_element_type": _converted,
    "select_n": lambda equation, given, numbers, dtype: numbers.chosen(*given),
    "is_finite": lambda equation, given, numbers, dtype: numbers.finite(*given),
}
"""Those that know of what is not a number."""
_SPECIAL: dict[str, Callable[..., Any]] = {
    "reduce_sum": _sum,
    "reduce_max": _most,
    "reduce_min": _least,
    "reduce_prod": _product,
    "dot_general": _dot,
    "rem": _remainder,
    "integer_pow": _integer_power,
    "pow": _power,
    "cumsum": _accumulated,
    "cumprod": _accumulated,
    "cummax": _accumulated,
    "cummin": _accumulated,
    "sort": _sorted,
    "top_k": _largest_few,
    "argmax": _place_of_largest,
    "argmin": _place_of_largest,
    "gather": _picked([1]),
    "scatter": _picked([1]),
    "scatter-add": _added_at,
    "dynamic_slice": _picked([]),
    "dynamic_update_slice": _picked([]),
    "bitcast_convert_type": _bits,
    "round": _rounded,
    "reduce_precision": _reduced,
    "cbrt": lambda equation, given, numbers, dtype: numbers.rounded(numbers.cube_root(*given), dtype, _ELEMENTARY),
    "tanh": lambda equation, given, numbers, dtype: numbers.rounded(numbers.tanh(*given), dtype, _ELEMENTARY),
    "logistic": lambda equation, given, numbers, dtype: numbers.rounded(
        (numbers.tanh(given[0] * numbers.xp.rational(1, 2)) + numbers.xp.rational(1, 1)) * numbers.xp.rational(1, 2),
        dtype,
        _ELEMENTARY,
    ),
    "floor": lambda equation, given, numbers, dtype: numbers.floor(*given),
    "ceil": lambda equation, given, numbers, dtype: -numbers.floor(-given[0]),
    "reduce_and": lambda equation, given, numbers, dtype: numbers.all(*_axes_first(equation, given, numbers)),
    "reduce_or": lambda equation, given, numbers, dtype: numbers.negated(
        numbers.all(*_axes_first(equation, [numbers.negated(*given)], numbers))
    ),
    "iota": lambda equation, given, numbers, dtype: numbers.constant(equation.primitive.bind(**equation.params)),
} | dict.fromkeys(BITWISE, _bitwise)
_KNOWN = {*_ARITHMETIC, *_MOVES, *_COMPARISONS, *_AWARE, *_SPECIAL, *_LOOPS, VALUE.name, SLOPE.name}
