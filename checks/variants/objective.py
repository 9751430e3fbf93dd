"""The objective as optimizers get it, `value_fn`: known by name while they are traced, by the problem when they run.

Line searches ask for f at points of their own. In a trace that is an operation, `objective`, whose derivative is
another, `objective_slope`; what either is, the run says: the problem's f - f* and its gradient, in the arithmetic of
the run, at points told from the minimizer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Literal, Primitive, jaxpr_as_fun, jaxprs_in_params

Point: TypeAlias = Any
"""A point in whatever arithmetic."""
VALUE, SLOPE = Primitive("objective"), Primitive("objective_slope")
VALUE.def_abstract_eval(lambda x: jax.core.ShapedArray((), x.dtype))
SLOPE.def_abstract_eval(lambda x: jax.core.ShapedArray(x.shape, x.dtype))


@jax.custom_jvp
def objective(x: jax.Array) -> jax.Array:
    """f - f* at a vector, to be traced and not to be run."""
    found: jax.Array = VALUE.bind(x)
    return found


@objective.defjvp
def _derivative(points: Any, tangents: Any) -> Any:
    return objective(*points), jnp.dot(SLOPE.bind(*points), *tangents)


def asks(jaxpr: Any) -> bool:  # JAX names its class in private modules alone
    """Whether a trace, or what it calls, asks for f or its gradient at points of its own."""
    return any(
        equation.primitive in (VALUE, SLOPE) or any(map(asks, jaxprs_in_params(equation.params)))
        for equation in jaxpr.eqns
    )


class Objective:
    """f - f* and its gradient, in an arithmetic: functions of points in the optimizer's coordinates."""

    def __init__(self, value: Callable[[Point], Point], slope: Callable[[Point], Point]):
        self.value, self.slope = value, slope

    def asked(self, primitive: Primitive, x: Point) -> Point:
        """What an operation of a trace gives."""
        return self.value(x) if primitive is VALUE else self.slope(x)


def in_floats(traced: ClosedJaxpr, f: Objective | None) -> Callable[..., list[Any]]:
    """A trace as a function of arrays of the dtypes that it names."""
    if f is None or not asks(traced.jaxpr):
        function: Callable[..., list[Any]] = jaxpr_as_fun(traced)
        return function
    return lambda *given: _run(traced, given, f)


def _run(traced: ClosedJaxpr, given: Sequence[Any], f: Objective) -> list[Any]:
    values = dict(zip(traced.jaxpr.constvars, traced.consts, strict=True))
    values |= zip(traced.jaxpr.invars, given, strict=True)

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else values[variable]

    for equation in traced.jaxpr.eqns:
        found = _apply(equation, [read(variable) for variable in equation.invars], f)
        values |= zip(equation.outvars, found, strict=True)
    return [read(variable) for variable in traced.jaxpr.outvars]


def _apply(equation: Any, given: list[Any], f: Objective) -> list[Any]:
    told, primitive = equation.params, equation.primitive
    if primitive in (VALUE, SLOPE):
        return [f.asked(primitive, *given).astype(equation.outvars[0].aval.dtype)]
    if not any(map(asks, jaxprs_in_params(told))):
        found = primitive.bind(*given, **primitive.get_bind_params(told))
        return list(found) if primitive.multiple_results else [found]
    if primitive.name == "while":
        of_test, of_body = told["cond_nconsts"], told["body_nconsts"]
        first, second, carry = given[:of_test], given[of_test : of_test + of_body], given[of_test + of_body :]
        return list(
            jax.lax.while_loop(
                lambda state: _run(told["cond_jaxpr"], [*first, *state], f)[0],
                lambda state: _run(told["body_jaxpr"], [*second, *state], f),
                carry,
            )
        )
    if primitive.name == "cond":
        branches = [lambda *rest, part=part: _run(part, rest, f) for part in told["branches"]]
        return list(jax.lax.switch(given[0].astype(int), branches, *given[1:]))
    if primitive.name == "scan":
        fixed, kept = told["num_consts"], told["num_carry"]

        def turn(carry: Any, here: Any) -> Any:
            found = _run(told["jaxpr"], [*given[:fixed], *carry, *here], f)
            return found[:kept], found[kept:]

        length, reverse = told["length"], told["reverse"]
        carry, outs = jax.lax.scan(turn, given[fixed : fixed + kept], given[fixed + kept :], length, reverse)
        return [*carry, *outs]
    inner = next(told[name] for name in ("jaxpr", "call_jaxpr", "fun_jaxpr") if name in told)
    return _run(inner if hasattr(inner, "consts") else ClosedJaxpr(inner, ()), given, f)
