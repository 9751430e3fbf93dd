"""Flows, the small-step limit of methods: trajectories in continuous time, quantities read off them, assumptions.

A flow x' = F(x) is written once, as the velocity at a point. Trajectories are absolutely continuous and are solutions
in Filippov's sense: x'(t) lies in F(x(t)), made set-valued where F jumps, for almost every t >= 0. In the sign flow
that is x' = -beta v with v_i in [-1, 1] where the i-th entry of the gradient is 0 and v_i its sign elsewhere. Of v
only `<g, v> = ||g||_1` and `|v_i| <= 1` are used, as in the atom `maximizer`; its coordinates are not terms here.

It is assumed throughout that the objective is continuously differentiable and bounded below, and that the trajectory
exists for all t >= 0 (it does if the gradient is locally Lipschitz). Then V(t) = f(x(t)) - f* is absolutely continuous.

Every statement about a flow is for all t >= 0. In the null set of times at which x'(t) does not exist, x'(t) stands
for an element of the set-valued F(x(t)), and V'(t) for its product with the gradient; integrals are not affected.
"""

from __future__ import annotations

from typing import Any, Self

from sympy import Abs, Add, Basic, Expr, Integer, Max, Min, Mul, Pow, Symbol, Tuple
from sympy import preorder_traversal as parts
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str

from signproof.theory.symbols import s, t
from signproof.theory.terms.vectors import (
    Scalar,
    Term,
    VectorAtom,
    check_statement,
    check_term,
    dual_norm,
    gradient,
    inner,
    maximizer,
    minimizer,
    norm,
    terms,
    value,
)

# ------------------------------------------------------------------------------------------------- terms


class OfTime(Term):
    """A term about a flow; what it depends on is a time t, s or 0."""

    times: tuple[Expr, ...] = (t, s, Integer(0))

    def check(self):
        if len(self.args) != 1 or self.args[0] not in self.times:  # type: ignore[attr-defined]
            raise TypeError(f"{self} is at none of the times {', '.join(map(str, self.times))}")


class trajectory(OfTime, VectorAtom):
    """x(t), the point of the flow at time t."""

    nargs = 1

    def _sympystr(self, printer):
        return f"x({self.args[0]})"

    def _latex(self, printer, exp=None):
        return rf"x({self.args[0]})"


class velocity(OfTime, VectorAtom):
    """x'(t), which exists at almost every t."""

    nargs = 1
    times = (t,)

    def _sympystr(self, printer):
        return f"x'({self.args[0]})"

    def _latex(self, printer, exp=None):
        return rf"\dot{{x}}({self.args[0]})"


class suboptimality_at(OfTime, Scalar):
    """V(t) = f(x(t)) - f*. Arguments: the time and, of a rival from the same start, its name.  [scaled-sign (24)]"""

    nargs = (1, 2)

    def _sympystr(self, printer):
        return "V(" + ", ".join(map(str, self.args)) + ")"

    def _latex(self, printer, exp=None):
        time, *rival = self.args
        name = rf"_{{\mathrm{{{rival[0].name}}}}}" if rival else ""
        return rf"V{name}({time})" + ("" if exp is None else f"^{{{exp}}}")


class suboptimality_rate(OfTime, Scalar):
    """V'(t), which exists at almost every t."""

    nargs = 1
    times = (t,)

    def _sympystr(self, printer):
        return f"V'({self.args[0]})"

    def _latex(self, printer, exp=None):
        return rf"\dot{{V}}({self.args[0]})" + ("" if exp is None else f"^{{{exp}}}")


class OverTime(OfTime, ExprWithLimits):
    """A functional of a continuous function of time: of the term in s, over 0 <= s <= t."""

    is_real = True

    def __new__(cls, term: Expr, limits: Tuple | tuple[Symbol, Expr | int, Expr | int] = (s, 0, t)) -> Self:
        return super().__new__(cls, term, limits)

    def check(self):
        if self.limits != (Tuple(s, 0, t),):
            raise TypeError(f"{self} does not range over 0 <= s <= t")
        check_term(self.function)
        check_continuous(self.function)

    def _eval_is_extended_real(self):
        return True


class Accumulated(OverTime):
    """The integral of a term over 0 <= s <= t."""

    def _sympystr(self, printer):
        return f"integral_{{s <= t}} {printer._print(self.function)} ds"

    def _latex(self, printer, exp=None):
        latex = rf"\int_0^t {printer._print(self.function)}\, ds"
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"


class LeastSoFar(OverTime):
    """min over 0 <= s <= t of a term."""

    def _sympystr(self, printer):
        return f"min_{{s <= t}} {printer._print(self.function)}"

    def _latex(self, printer, exp=None):
        latex = rf"\min_{{s \le t}} {printer._print(self.function)}"
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"


x_t = trajectory(t)
"""The point at time t."""
g_t = gradient(x_t)
"""The gradient there."""


def is_constant(term: Basic) -> bool:
    """Whether a term is the same at all times and for all trajectories."""
    return not term.free_symbols & {t, s} and not any(
        isinstance(part, VectorAtom | Scalar | ExprWithLimits) for part in parts(term)
    )


def check_continuous(term: Basic) -> None:
    """Raises TypeError unless the term is surely a continuous function of time: polynomials in V, values of f, norms
    and inner products of points and gradients."""
    if is_constant(term) or term in (t, s) or isinstance(term, Str):
        return
    if isinstance(term, Pow) and term.exp.is_Integer and term.exp > 0:
        return check_continuous(term.base)
    of_another = isinstance(term, value | gradient) and len(term.args) > 1
    if of_another or not isinstance(term, _CONTINUOUS):
        raise TypeError(f"{term} is not known to be continuous in time")
    if not isinstance(term, trajectory | suboptimality_at):
        for argument in term.args:
            check_continuous(argument)


def check_velocity(vector: Expr) -> None:
    """Raises TypeError unless the right-hand side of a flow is a combination of continuous vectors and of maximizers
    of such, with continuous factors: then its Filippov solutions are made of maximizers in the same way."""
    check_term(vector, vector=True)
    for atom, factor in terms(vector).items():
        check_continuous(factor)
        check_continuous(atom.args[1] if isinstance(atom, maximizer) else atom)


def check_flow(statement: Basic) -> None:
    """Raises TypeError if the statement has a term that is not about the flow and its objective."""
    check_statement(statement)
    for part in parts(statement):
        if isinstance(part, VectorAtom | Scalar | ExprWithLimits) and not isinstance(part, (*_TERMS, OfTime)):
            raise TypeError(f"{part} is not about a flow")


_TERMS = (value, inner, norm, dual_norm, gradient, maximizer, minimizer)
_CONTINUOUS: Any = (
    Add, Mul, Abs, Max, Min, value, inner, norm, dual_norm, gradient, trajectory, suboptimality_at,
)  # fmt: skip


# ------------------------------------------------------------------------------- measures and assumptions


def nearest_minimizer(name: Str, x: Expr) -> Expr:
    """A minimizer nearest to x in the norm of that name."""
    return minimizer(Tuple(name, x))
