"""Questions about real numbers, put to Z3: does a goal follow from premises, and if not, where does it fail?

SymPy relations become formulas of real arithmetic. Terms that are not arithmetic (an inner product, a norm, a
value f(x), a power with a symbolic exponent) become fresh real variables, one for each term: what is proved of
every real is proved of them, while a model that uses one is no answer. Symbols that stand for whole numbers may be
told apart. Fractions are cleared, and `conditions`
says what it takes for a statement to have a value. Nothing is evaluated in floating point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Dummy,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Integral,
    Le,
    Limit,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Poly,
    Pow,
    Rational,
    Sum,
    Symbol,
    exp,
    false,
    fraction,
    log,
    sign,
    together,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from signproof.theory.algebra.elementary import bounds
from signproof.theory.algebra.limits import constant_parts, exists, without_limits
from signproof.theory.algebra.points import at_rationals, meeting
from signproof.theory.symbols import k

if TYPE_CHECKING:
    import z3

RESOURCES = 20_000_000
"""Z3's own count of work after which a question is given up as undecided; unlike seconds, it is repeatable."""
SIMPLE = tuple(Rational(p, q) for p, q in ((1, 1), (2, 1), (1, 2), (0, 1), (3, 1), (1, 4), (4, 1), (-1, 1)))
"""Values tried first for each symbol of a model, so that readers meet 1 and 1/2 and not what a solver chose."""
NEAR = (*SIMPLE, *(Rational(p, q) for p, q in ((1, 8), (8, 1), (1, 32), (32, 1), (1, 200), (200, 1))))
"""Values among which a point is looked for at which premises are met, before a solver is asked."""
INTERRUPTED = ("interrupted", "interrupted from keyboard", "canceled")
"""What Z3 says of a question that it was told to leave, and now and then of one that has used up its resources."""
STOPPING = 1 / 20
"""Seconds between two looks whether Z3 has stopped."""
LARGEST_POWER = 100
"""Largest exponent that is multiplied out; a higher power is a fresh variable."""
MOST_KEPT = 20_000
"""Questions of which it is remembered what was found."""
NOTHING: Set[Symbol] = frozenset()
Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """`holds` is True (proved), False (a model says no) or None (undecided); `reason` says why it is not True.

    `model` gives rational values for the symbols where the goal fails. It is checked exactly: the premises are
    true there and the goal is false or has no value. `hint` gives values of a model that is no answer, because terms
    that are not arithmetic have values of Z3's choice in it: where to look for an instance that fails.
    """

    holds: bool | None
    model: dict[Symbol, Rational] = field(default_factory=dict)
    reason: str = ""
    hint: dict[Symbol, Rational] = field(default_factory=dict, compare=False)


def follows(goal: Boolean, premises: Iterable[Boolean] = (), whole: Set[Symbol] = NOTHING) -> Answer:
    """Whether the premises imply the goal, for all real values of everything that occurs in them.

    A premise has a value where it is true. A goal that may have none (a zero denominator, the root of a negative
    number) does not follow. Of the symbols `whole` only whole numbers are looked at. Raises TypeError for what is no
    statement about real numbers.
    """
    answer = _kept(_answer, boolean(goal), premises, whole)
    return replace(answer, model={**answer.model}, hint={**answer.hint})


def _answer(goal: Boolean, premises: tuple[Boolean, ...], whole: Set[Symbol], work: int) -> Answer:
    question = _asked(goal, premises, whole)
    if question.outcome == "unsat":
        return Answer(True)
    if question.outcome == "unknown":
        return Answer(None, reason=f"Z3 gave up ({question.solver.reason_unknown()})")
    return _checked_model(question)


def contradict(premises: Iterable[Boolean], whole: Set[Symbol] = NOTHING) -> bool:
    """Whether no values meet all premises: `satisfiable` without the trouble of showing some.

    It knows more than `follows` of the exponential, of logarithms and of powers: see `bounds`.
    """
    return _kept(_contradict, false, premises, whole)


def _contradict(goal: Boolean, premises: tuple[Boolean, ...], whole: Set[Symbol], work: int) -> bool:
    if _record.get() is None and _met(premises, NEAR, whole) is not None:
        return False  # Z3 takes a hundred times longer to say so
    if _asked(goal, premises).outcome == "unsat":
        return True
    known = bounds(premises)
    # a whole number of which only a whole lower end is known is no different from a real one
    whole = whole & set().union(*(premise.free_symbols for premise in premises if not _least(premise)))
    return bool(known or whole) and _asked(goal, (*premises, *known), whole).outcome == "unsat"


def _met(premises: Iterable[Boolean], values: Sequence[Rational], whole: Set[Symbol]) -> dict[Symbol, Rational] | None:
    """A point with some values at which all premises are true, exactly; None if none is found at once."""
    given = [boolean(premise) for premise in premises]
    iterations = {k} & set().union(*(premise.free_symbols for premise in given))
    return meeting([*given, *(symbol >= 0 for symbol in iterations)], values, whole | iterations)


def _kept(
    find: Callable[[Boolean, tuple[Boolean, ...], Set[Symbol], int], Found],
    goal: Boolean,
    premises: Iterable[Boolean],
    whole: Set[Symbol],
) -> Found:
    """What is found of a question; of one that was asked before, with the same terms in the same order and as much
    work allowed, what was found then: Z3 would say the same again."""
    given = goal, tuple(boolean(premise) for premise in premises), frozenset(whole), RESOURCES
    if _record.get() is not None:  # whoever records wants to see Z3 at it
        return find(*given)
    found = _FOUND.get((find, *given))
    if found is None:
        found = find(*given)
        while len(_FOUND) >= MOST_KEPT:
            del _FOUND[next(iter(_FOUND))]
        _FOUND[find, *given] = found
    return found


_FOUND: dict[tuple, Any] = {}
"""What was found of questions, the oldest first."""


def forget() -> None:
    """Let every question be put to Z3 anew."""
    _FOUND.clear()


def _least(premise: Boolean) -> bool:
    return isinstance(premise, Ge) and isinstance(premise.lhs, Symbol) and isinstance(premise.rhs, Integer)


def _asked(goal: Boolean, premises: tuple[Boolean, ...], whole: Set[Symbol] = NOTHING) -> Question:
    question = Question(goal, list(premises), whole)
    record = _record.get()
    if record is not None:
        record.append(question)
    question.ask()
    return question


class Question:
    """Do the premises hold somewhere where the goal fails or has no value? If not ("unsat"), the goal follows."""

    def __init__(self, goal: Boolean, premises: list[Boolean], whole: Set[Symbol] = NOTHING):
        import z3

        if any(premise.has(Limit) for premise in premises):
            raise TypeError("a limit may be claimed, but not assumed")
        self.goal, self.premises = goal, premises
        stated, goal = goal, without_limits(goal)
        # in a context of its own, Z3 does not depend on what it was asked before
        context = z3.Context()
        self.translation = translation = _Translation(context, whole)
        for symbol in sorted(set().union(*(statement.free_symbols for statement in (goal, *premises))), key=str):
            translation.term(symbol)
        facts = dict.fromkeys(part for premise in premises for part in with_value(premise))
        goals = goal.args if isinstance(goal, And) else (goal,)
        parts = dict.fromkeys((*goals, *conditions(stated), *conditions(goal)))
        given = [translation.formula(part) for part in facts]
        claim = [translation.formula(part) for part in parts if part not in facts] or [z3.BoolVal(True, context)]
        self.logic = "QF_NIRA" if translation.whole & translation.variables.keys() else "QF_NRA"
        self.solver = z3.SolverFor(self.logic, ctx=context)
        self.solver.set("rlimit", RESOURCES)
        self.solver.set("ctrl_c", False)  # Z3's own handler would turn Ctrl-C into the answer "unknown"
        self.assertions = [*translation.axioms, *given, z3.Not(z3.And(*claim))]
        self.solver.add(*self.assertions)
        self.outcome = ""

    def ask(self) -> str:
        """What Z3 says: "unsat", "sat" or "unknown"; kept as `outcome`.

        Raises KeyboardInterrupt if it was interrupted: that is no answer.
        """
        outcome = str(self._checked())
        if outcome == "unknown" and self.solver.reason_unknown() in INTERRUPTED and not self._used_up():
            raise KeyboardInterrupt
        self.outcome = outcome
        return outcome

    def _used_up(self) -> bool:
        """Whether the resources are used up; some parts of Z3 then say that they were canceled."""
        return any(name == "rlimit count" and count >= RESOURCES for name, count in self.solver.statistics())

    def _checked(self) -> Any:
        """Z3's answer, from a thread of its own: this one hears signals meanwhile, and a question may take a minute."""
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.solver.check)
            try:
                return answer.result()
            except BaseException:
                # asked again until it has stopped, as it may not have begun yet
                while not answer.done():
                    self.solver.interrupt()
                    wait([answer], STOPPING)
                raise

    def smtlib(self) -> str:
        """The question in SMT-LIB 2, for any other solver; comments say what the variables stand for."""
        variables = self.translation.variables.items()
        lines = [f"; {_name(number)} is {term}" for term, number in variables] + [f"(set-logic {self.logic})"]
        lines += [
            f"(declare-const {_name(number)} {'Int' if number.children() else 'Real'})" for _, number in variables
        ]
        lines += [f"(assert {assertion.sexpr()})" for assertion in self.assertions]
        return "\n".join([*lines, "(check-sat)"]) + "\n"


_record: ContextVar[list[Question] | None] = ContextVar("record", default=None)


@contextmanager
def recording() -> Iterator[list[Question]]:
    """Every question that `follows` asks inside the block, to be put to another solver.

    `with recording() as questions: check(claim)` gives all that a proof leaves to Z3; see `Question.smtlib`.
    """
    questions: list[Question] = []
    token = _record.set(questions)
    try:
        yield questions
    finally:
        _record.reset(token)


def satisfiable(premises: Iterable[Boolean], whole: Set[Symbol] = NOTHING) -> Answer:
    """Whether some values meet all premises: `holds` is False if none do, and the model shows some if they do."""
    answer = follows(false, premises, whole)
    if answer.holds:
        return Answer(False, reason="the conditions contradict each other")
    if answer.holds is None:
        return Answer(None, reason=answer.reason)
    return Answer(True, answer.model)


def simplest(premises: Iterable[Boolean], goal: Boolean = false, whole: Set[Symbol] = NOTHING) -> Answer:
    """Values at which all premises hold and the goal fails: each symbol in turn has the simplest one that the earlier
    ones allow. `holds` is that of `follows`.
    """
    premises = tuple(premises)
    if goal == false and _record.get() is None:
        point = _met(premises, NEAR, whole)
        if point is not None:
            return Answer(False, point)
    answer = follows(goal, premises, whole)
    for symbol in sorted(answer.model, key=str):
        for number in SIMPLE:
            fixed = follows(goal, (*premises, Eq(symbol, number)), whole)
            if fixed.holds is False:
                answer, premises = fixed, (*premises, Eq(symbol, number))
                break
    return answer


def conditions(expression: Basic) -> list[Boolean]:
    """What must hold for an expression or a statement to have a value, everything inside it included.

    The iteration number k and the index of a sum are whole and not negative, so that r^k needs nothing (0^0 = 1).
    """
    return list(dict.fromkeys(_conditions(expression, (k,))))


def with_value(premise: Boolean) -> Iterable[Boolean]:
    """A premise and what follows from its having a value; of one side of an Or that is so if that side is true."""
    if isinstance(premise, And):
        for part in premise.args:
            yield from with_value(part)
    elif isinstance(premise, Or):
        yield Or(*(And(*with_value(part)) for part in premise.args))
    else:
        yield from (premise, *conditions(premise))


def _conditions(expression: Basic, whole: tuple[Symbol, ...]) -> Iterable[Boolean]:
    if isinstance(expression, Limit):
        yield exists(expression)
        for part in (*constant_parts(*expression.args[:2]), expression.args[2]):
            yield from _conditions(part, whole)
        return
    if isinstance(expression, ExprWithLimits):
        for index, *ends in expression.limits:
            inside = Dummy(str(index), real=True)
            outside = [inside < ends[0], inside > ends[-1]] if ends else []
            counts = (*whole, inside) if ends and ends[0] in (0, 1) and not isinstance(expression, Integral) else whole
            for condition in _conditions(expression.function.xreplace({index: inside}), counts):
                yield Or(*outside, condition)
            for end in ends:
                yield from _conditions(end, whole)
        return
    for argument in expression.args:
        yield from _conditions(argument, whole)
    if isinstance(expression, log):
        yield Gt(expression.args[0], 0)
    if isinstance(expression, Pow):
        base, exponent = expression.base, expression.exp
        if not isinstance(exponent, Rational):
            if not _counts(exponent, whole):
                yield Gt(base, 0)
        elif exponent.q > 1:
            yield Gt(base, 0) if exponent < 0 else Ge(base, 0)
        elif exponent < 0:
            yield Ne(base, 0)


def _counts(exponent: Expr, whole: tuple[Symbol, ...]) -> bool:
    """Whether an exponent is a sum of products of whole numbers, none of them negative."""
    if not exponent.free_symbols <= set(whole) or not exponent.is_polynomial(*whole):
        return False
    return all(factor.is_Integer and factor >= 0 for factor in Poly(exponent, *whole).coeffs())


def boolean(relation: Boolean | bool) -> Boolean:
    if isinstance(relation, bool):
        return BooleanTrue() if relation else BooleanFalse()
    return relation


class _Translation:
    """SymPy to Z3. What the new variables mean where they have a value is said by `axioms`."""

    def __init__(self, context: z3.Context, whole: Set[Symbol] = NOTHING) -> None:
        self.context = context
        self.whole = whole
        self.variables: dict[Expr, Any] = {}
        self.axioms: list = []
        self.opaque = False

    def formula(self, statement: Boolean) -> z3.BoolRef:
        import z3

        if isinstance(statement, BooleanTrue | BooleanFalse):
            return z3.BoolVal(bool(statement), self.context)
        if isinstance(statement, And):
            return z3.And(*(self.formula(part) for part in statement.args))
        if isinstance(statement, Or):
            return z3.Or(*(self.formula(part) for part in statement.args))
        if isinstance(statement, Not):
            return z3.Not(self.formula(statement.args[0]))
        if not isinstance(statement, Eq | Ne | Le | Lt | Ge | Gt):
            raise TypeError(f"{statement} is not a statement about real numbers")
        # clearing the denominator and cancelling are harmless where `conditions` hold
        numerator, denominator = fraction(together(statement.lhs - statement.rhs))
        left = self.term(numerator)
        if not isinstance(statement, Eq | Ne):
            left = left * self.term(denominator)
        comparison = {
            Eq: lambda: left == 0,
            Ne: lambda: left != 0,
            Le: lambda: left <= 0,
            Lt: lambda: left < 0,
            Ge: lambda: left >= 0,
            Gt: lambda: left > 0,
        }
        return comparison[type(statement)]()

    def term(self, expression: Expr) -> z3.ArithRef:
        import z3

        if isinstance(expression, Symbol):
            return self._variable(expression)
        if isinstance(expression, Rational):
            return self._number(expression)
        if isinstance(expression, Add | Mul):
            parts = [self.term(part) for part in expression.args]
            result = parts[0]
            for part in parts[1:]:
                result = result + part if isinstance(expression, Add) else result * part
            return result
        if isinstance(expression, Pow) and isinstance(expression.exp, Rational):
            if max(abs(expression.exp.p), expression.exp.q) <= LARGEST_POWER:
                return self._power(expression)
        elif isinstance(expression, Abs):
            inside = self.term(expression.args[0])
            return z3.If(inside >= 0, inside, -inside)
        elif isinstance(expression, sign):
            inside = self.term(expression.args[0])
            return z3.If(inside > 0, self._number(1), z3.If(inside < 0, self._number(-1), self._number(0)))
        elif isinstance(expression, Max | Min):
            parts = [self.term(part) for part in expression.args]
            result = parts[0]
            for part in parts[1:]:
                better = part > result if isinstance(expression, Max) else part < result
                result = z3.If(better, part, result)
            return result
        if not (expression.is_real or isinstance(expression, Pow | exp | log | Sum)):
            raise TypeError(f"{expression} is not known to be a real number")
        self.opaque = True
        variable = self._variable(expression)
        if isinstance(expression, exp):
            self.axioms.append(variable > 0)
        return variable

    def _power(self, expression: Pow) -> z3.ArithRef:
        """base^(p/q): the p-th power of the q-th root, or its inverse."""
        import z3

        exponent, factor = expression.exp, self.term(expression.base)
        if exponent.q > 1:
            root = self._variable(Pow(expression.base, Rational(1, exponent.q), evaluate=False))
            self.axioms.append(z3.Implies(factor >= 0, z3.And(root >= 0, _times(root, exponent.q) == factor)))
            factor = root
        result = _times(factor, abs(exponent.p))
        if exponent > 0:
            return result
        inverse = self._variable(expression)
        self.axioms.append(z3.Implies(result != 0, inverse * result == 1))
        return inverse

    def _number(self, number):
        import z3

        return z3.RealVal(str(number), self.context)

    def _variable(self, expression: Expr) -> z3.ArithRef:
        import z3

        if expression not in self.variables:
            name = f"t{len(self.variables)}"
            whole = expression in self.whole
            number = z3.ToReal(z3.Int(name, self.context)) if whole else z3.Real(name, self.context)
            self.variables[expression] = number
        return self.variables[expression]


def _name(number: z3.ArithRef) -> str:
    """The name of a variable; a whole number is one that was made real."""
    return str(number.arg(0) if number.children() else number)


def _times(factor: z3.ArithRef, count: int) -> z3.ArithRef:
    """The factor times itself."""
    result = factor
    for _ in range(count - 1):
        result = result * factor
    return result


def _checked_model(question: Question) -> Answer:
    """Turn Z3's model into rationals and check them with SymPy; a model that does not check is only a reason."""
    if question.translation.opaque:
        reason = "it does not follow by arithmetic alone, and some terms are not arithmetic"
        return Answer(None, reason=reason, hint=_values(question, 4))
    # an irrational solution is approached by rationals until one lies in the (open) region of failure
    for digits in (0, 2, 4, 8, 16, 32):
        candidate = _values(question, digits)
        if all(truth(part, candidate) for part in question.premises) and truth(question.goal, candidate) is False:
            where = ", ".join(f"{symbol} = {number}" for symbol, number in candidate.items())
            return Answer(False, candidate, f"it fails at {where}" if where else "it is false")
    return Answer(None, reason="it fails only at irrational values; none was confirmed exactly")


def _values(question: Question, digits: int) -> dict[Symbol, Rational]:
    """What Z3's model gives the symbols, rational numbers near those that are not."""
    import z3

    model, values = question.solver.model(), {}
    for term, name in question.translation.variables.items():
        if isinstance(term, Symbol):
            number = model.eval(name, model_completion=True)
            if z3.is_algebraic_value(number):
                number = number.approx(digits)
            values[term] = Rational(number.numerator_as_long(), number.denominator_as_long())
    return values


def truth(statement: Boolean, values: dict[Symbol, Rational]) -> bool | None:
    """Whether a statement holds at a point (having no value counts as no); None if SymPy cannot tell."""
    found = at_rationals(statement, values)
    if found is not None:
        return found
    for part in (*conditions(statement), statement):
        try:
            outcome = without_limits(part, values).subs(values, simultaneous=True)
        except TypeError:  # SymPy's way to say that a side is not a real number
            return False
        if outcome != BooleanTrue():
            return False if outcome == BooleanFalse() else None
    return True
