"""Normal forms of rational functions: when two statements are one."""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Pow, Rational, Symbol, expand, fraction, together
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from signproof.theory.symbols import k
from signproof.theory.terms.vectors import is_vector


class Rejected(Exception):
    """Why a step does not follow, and, if Z3 had something to say, values of the parameters where it may fail."""

    def __init__(self, reason: str, hint: dict[Symbol, Rational] | None = None):
        super().__init__(reason)
        self.hint = hint or {}


def normal(expression: Expr) -> Expr:
    """A normal form of a scalar or a vector: one fraction, everything multiplied out, r^(k + 1) written r r^k."""
    if is_vector(expression):
        return expand(expression)
    powers = {power: _split(expand(power.base), power.exp) for power in expression.atoms(Pow) if _symbolic(power)}
    numerator, denominator = fraction(together(expression.xreplace(powers)))
    return expand(numerator) / expand(denominator)


def same(one: Boolean, other: Boolean) -> bool:
    """Whether two statements are the same up to normal form: the same gap, the same kind of relation."""
    if one == other:
        return True
    if not (isinstance(one, Relational) and isinstance(other, Relational)):
        return False
    (gap, kind), (other_gap, other_kind) = _gap(one), _gap(other)
    if kind != other_kind:
        return False
    return _vanishes(gap - other_gap) or (kind == "==" and _vanishes(gap + other_gap))


def _gap(statement: Boolean) -> tuple[Expr, str]:
    """The statement as gap >= 0, gap > 0 or gap == 0."""
    if isinstance(statement, Le | Lt):
        return statement.rhs - statement.lhs, ">=" if isinstance(statement, Le) else ">"
    if isinstance(statement, Ge | Gt):
        return statement.lhs - statement.rhs, ">=" if isinstance(statement, Ge) else ">"
    if isinstance(statement, Eq):
        return statement.rhs - statement.lhs, "=="
    raise Rejected(f"{statement} is neither an inequality nor an equation")


def _vanishes(difference: Expr) -> bool:
    return difference == 0 or normal(difference) == 0


def _symbolic(power: Pow) -> bool:
    return not isinstance(power.exp, Rational)


def _split(base: Expr, exponent: Expr) -> Expr:
    """base^exponent with r^(k + n) = r^n r^k, which holds for every r, as k is a whole number and not negative."""
    shift = exponent - k
    return base**shift * base**k if isinstance(shift, Integer) and shift > 0 else base**exponent
