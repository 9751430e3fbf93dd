"""Questions about real numbers, put to Z3: does a goal follow from premises, and if not, where does it fail?

SymPy relations become formulas of real arithmetic. Terms that are not arithmetic (an inner product, a norm, a
value f(x), a power with a symbolic exponent) become fresh real variables, one for each term: what is proved of
every real is proved of them, while a model that uses one is only a hint. Fractions are cleared with their
denominators kept non-zero. Nothing is evaluated in floating point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Pow,
    Rational,
    Symbol,
    fraction,
    sign,
    together,
)
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

RESOURCES = 20_000_000
"""Z3's own count of work after which a question is given up as undecided; unlike seconds, it is repeatable."""


@dataclass(frozen=True)
class Answer:
    """`holds` is True (proved), False (a model says no) or None (undecided: `reason` says why).

    `model` gives rational values for the symbols where the goal fails. It is checked exactly: the premises are
    true there and the goal is false.
    """

    holds: bool | None
    model: dict[Symbol, Rational] = field(default_factory=dict)
    reason: str = ""


def follows(goal: Boolean, premises: Iterable[Boolean] = ()) -> Answer:
    """Whether the premises imply the goal, for all real values of everything that occurs in them.

    A goal that may be undefined (a zero denominator, the root of a negative number) does not follow.
    """
    import z3

    premises = [_boolean(premise) for premise in premises]
    goal = _boolean(goal)
    translation = _Translation()
    facts = [translation.formula(premise) for premise in premises] + translation.take_sides()
    claim = translation.formula(goal)
    defined = translation.take_definedness()
    solver = z3.SolverFor("QF_NRA") if not translation.integers else z3.Solver()
    solver.set("rlimit", RESOURCES)
    solver.add(*facts)
    # A goal fails where it is undefined, or where it is defined (so that its side conditions say what its
    # fresh variables mean) and false.
    sides = translation.take_sides()
    solver.add(z3.Or(z3.Not(z3.And(*defined)), z3.And(*sides, z3.Not(claim))))
    outcome = solver.check()
    if outcome == z3.unsat:
        return Answer(True)
    if outcome == z3.unknown:
        return Answer(None, reason=f"Z3 gave up ({solver.reason_unknown()})")
    return _checked_model(translation, solver.model(), goal, premises)


def satisfiable(premises: Iterable[Boolean]) -> Answer:
    """Whether some values meet all premises: `holds` is False if none do, and the model shows some if they do."""
    answer = follows(BooleanFalse(), premises)
    if answer.holds:
        return Answer(False, reason="the conditions contradict each other")
    return Answer(None if answer.holds is None else True, answer.model, answer.reason)


def _boolean(relation) -> Boolean:
    if isinstance(relation, bool):
        return BooleanTrue() if relation else BooleanFalse()
    return relation


class _Translation:
    """SymPy to Z3, with the side conditions that the new variables obey."""

    def __init__(self):
        self.variables: dict[Expr, object] = {}
        self.sides: list = []
        self.definedness: list = []
        self.opaque = False
        self.integers = False

    def take_sides(self) -> list:
        sides, self.sides = self.sides, []
        self.definedness = []
        return sides

    def take_definedness(self) -> list:
        return list(self.definedness)

    def formula(self, statement: Boolean):
        import z3

        if isinstance(statement, BooleanTrue | BooleanFalse):
            return z3.BoolVal(bool(statement))
        if isinstance(statement, And):
            return z3.And(*(self.formula(part) for part in statement.args))
        if isinstance(statement, Or):
            return z3.Or(*(self.formula(part) for part in statement.args))
        if isinstance(statement, Not):
            return z3.Not(self.formula(statement.args[0]))
        if not isinstance(statement, Eq | Ne | Le | Lt | Ge | Gt):
            raise TypeError(f"{statement} is not a statement about real numbers")
        numerator, denominator = fraction(together(statement.lhs - statement.rhs))
        left = self.term(numerator)
        if not denominator.is_number:
            bottom = self.term(denominator)
            self._require(bottom != 0)
            if not isinstance(statement, Eq | Ne):
                left = left * bottom
        elif denominator.is_negative:
            left = -left
        # together may have cancelled a factor that the original statement divides by
        for bottom in _denominators(statement):
            self._require(self.term(bottom) != 0)
        comparison = {
            Eq: lambda: left == 0,
            Ne: lambda: left != 0,
            Le: lambda: left <= 0,
            Lt: lambda: left < 0,
            Ge: lambda: left >= 0,
            Gt: lambda: left > 0,
        }
        return comparison[type(statement)]()

    def term(self, expression: Expr):
        import z3

        if isinstance(expression, Rational):
            return z3.RealVal(str(expression))
        if isinstance(expression, Add | Mul):
            parts = [self.term(part) for part in expression.args]
            result = parts[0]
            for part in parts[1:]:
                result = result + part if isinstance(expression, Add) else result * part
            return result
        if isinstance(expression, Pow) and isinstance(expression.exp, Rational):
            return self._power(expression)
        if isinstance(expression, Abs):
            inside = self.term(expression.args[0])
            return z3.If(inside >= 0, inside, -inside)
        if isinstance(expression, sign):
            inside = self.term(expression.args[0])
            return z3.If(inside > 0, z3.RealVal(1), z3.If(inside < 0, z3.RealVal(-1), z3.RealVal(0)))
        if isinstance(expression, Max | Min):
            parts = [self.term(part) for part in expression.args]
            result = parts[0]
            for part in parts[1:]:
                better = part > result if isinstance(expression, Max) else part < result
                result = z3.If(better, part, result)
            return result
        if not isinstance(expression, Symbol):
            self.opaque = True
        return self._variable(expression)

    def _power(self, expression: Pow):
        base, exponent = expression.base, expression.exp
        if exponent.q == 1 and exponent > 0:
            factor = self.term(base)
            result = factor
            for _ in range(int(exponent) - 1):
                result = result * factor
            return result
        if exponent.q == 1 and exponent < 0:
            bottom = self.term(Pow(base, -exponent))
            known = expression in self.variables
            inverse = self._variable(expression)
            self._require(bottom != 0)
            if not known:
                self.sides.append(inverse * bottom == 1)
            return inverse
        if exponent == Rational(1, 2):
            inside = self.term(base)
            known = expression in self.variables
            root = self._variable(expression)
            self._require(inside >= 0)
            if not known:
                self.sides += [root >= 0, root * root == inside]
            return root
        self.opaque = True
        return self._variable(expression)

    def _variable(self, expression: Expr):
        import z3

        if expression not in self.variables:
            self.variables[expression] = z3.Real(f"t{len(self.variables)}")
        return self.variables[expression]

    def _require(self, condition):
        self.sides.append(condition)
        self.definedness.append(condition)


def _denominators(statement: Boolean) -> set[Expr]:
    """The bases that a statement divides by, as it is written."""
    return {
        power.base
        for power in statement.atoms(Pow)
        if isinstance(power.exp, Rational) and power.exp < 0 and not power.base.is_number
    }


def _checked_model(translation: _Translation, model, goal: Boolean, premises: list[Boolean]) -> Answer:
    """Turn Z3's model into rationals and check them with SymPy; a model that does not check is only a reason."""
    import z3

    symbols = {term: z3_name for term, z3_name in translation.variables.items() if isinstance(term, Symbol)}
    if translation.opaque:
        return Answer(False, reason="not for every value of the terms: it needs a fact that is not among the premises")
    # an irrational solution is approached by rationals until one lies in the (open) region of failure
    for digits in (0, 2, 4, 8, 16, 32):
        candidate = {}
        for symbol, name in symbols.items():
            number = model.eval(name, model_completion=True)
            if z3.is_algebraic_value(number):
                number = number.approx(digits)
            candidate[symbol] = Rational(number.numerator_as_long(), number.denominator_as_long())
        if all(_truth(premise, candidate) for premise in premises) and _truth(goal, candidate) is False:
            return Answer(False, candidate)
    return Answer(None, reason="it fails only at values that are not rational; none was confirmed exactly")


def _truth(statement: Boolean, values: dict[Symbol, Rational]) -> bool | None:
    """Whether a statement holds at a point (undefined counts as no); None if SymPy cannot tell."""
    try:
        outcome = statement.subs(values, simultaneous=True)
    except TypeError:  # SymPy's way to say that a side is not a real number
        return False
    return bool(outcome) if outcome in (BooleanTrue(), BooleanFalse()) else None
