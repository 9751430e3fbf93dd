"""Limits of rational functions, as parts of a statement: `Limit(expression, x, point)`.

A relation with a limit in it is false where the limit does not exist as a real number. One-sided limits at a point
are the same from both sides, if they are finite.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import (
    Basic,
    Expr,
    Limit,
    Ne,
    Or,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    Symbol,
    cancel,
    fraction,
    oo,
    together,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanFalse


def exists(limit: Limit) -> Boolean:
    """What must hold for the expression to have values near the point: no denominator is zero everywhere."""
    expression, variable = limit.args[:2]
    bases = {power.base for power in expression.atoms(Pow) if power.exp.is_negative and power.base.has(variable)}
    numerators = (Poly(fraction(together(base))[0], variable) for base in bases)
    return And(*(Or(*(Ne(coefficient, 0) for coefficient in numerator.coeffs())) for numerator in numerators))


def without_limits(statement: Boolean, values: Mapping[Symbol, Rational] = {}) -> Boolean:
    """The statement with each limit worked out, and that it exists added; `values` are put in first.

    Where the limit depends on parameters, what comes out is sufficient: at values where a zero of the denominator
    cancels, the limit may exist all the same. With a value for every parameter it is exact.
    Raises TypeError for a limit of what is no rational function, and for a statement that a limit enters negated.
    """
    if not statement.has(Limit):
        return statement
    if isinstance(statement, And | Or):
        return type(statement)(*(without_limits(part, values) for part in statement.args))
    if not isinstance(statement, Relational):
        raise TypeError(f"a limit may not be negated: {statement}")
    conditions: list[Boolean] = []
    for limit in statement.atoms(Limit):
        numerator, denominator = _at_point(limit, values)
        if denominator == 0:
            return BooleanFalse()
        conditions.append(Ne(denominator, 0))
        statement = statement.xreplace({limit: numerator / denominator})
    return And(*conditions, statement)


def constant_parts(expression: Basic, variable: Symbol) -> list[Basic]:
    """The parts of an expression that do not change with a variable."""
    if not expression.has(variable):
        return [expression]
    return [part for argument in expression.args for part in constant_parts(argument, variable)]


def _at_point(limit: Limit, values: Mapping[Symbol, Rational]) -> tuple[Expr, Expr]:
    numerator, denominator = _fraction(limit, values)
    variable, point = limit.args[1:3]
    place = 0 if point == oo else point.subs(values)
    return numerator.subs(variable, place), denominator.subs(variable, place)


def _fraction(limit: Limit, values: Mapping[Symbol, Rational]) -> tuple[Expr, Expr]:
    """Numerator and denominator in lowest terms, as polynomials in the variable; at infinity, in its inverse."""
    expression, variable, point = limit.args[:3]
    if expression.has(Limit):
        raise TypeError(f"nested limits are not supported: {limit}")
    expression = expression.subs({symbol: number for symbol, number in values.items() if symbol != variable})
    if point == oo:
        expression = expression.subs(variable, 1 / variable)
    numerator, denominator = fraction(cancel(expression))
    try:
        for part in (numerator, denominator):
            Poly(part, variable)
    except PolynomialError:
        raise TypeError(
            f"{expression} is not a rational function of {variable}, so its limit cannot be taken"
        ) from None
    return numerator, denominator
