"""`follows` and `satisfiable` against an evaluation of their own: rationals, and nested intervals for roots.

What is said to follow fails at no rational point; a model is one, exactly.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import isqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Function,
    Ge,
    Gt,
    I,
    Integer,
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
    Sum,
    Symbol,
    asin,
    exp,
    false,
    log,
    nan,
    oo,
    sign,
    sqrt,
    sympify,
    true,
    zoo,
)
from sympy.core.symbol import Str

from signproof.theory.algebra import decide
from signproof.theory.algebra.decide import Answer, Question, conditions, follows, satisfiable
from signproof.theory.symbols import k, l
from signproof.theory.terms.vectors import dual_norm, g_k, inner, x_k

x, y, z = (Symbol(name, real=True) for name in "xyz")
N = dual_norm(Str("inf"), g_k)


# ---------------------------------------------------------------------------------------------- evaluation


class Undefined(ArithmeticError):
    """A zero denominator or the root of a negative number."""


class Undecided(ArithmeticError):
    """An interval is too wide to tell."""


PRECISION = 2**200


def evaluate(term, point) -> tuple[Fraction, Fraction]:
    """Lower and upper end of a term's value; they are equal where no root is irrational."""
    if isinstance(term, Symbol):
        return point[term], point[term]
    if isinstance(term, Rational):
        return (Fraction(int(term.p), int(term.q)),) * 2
    parts = [evaluate(argument, point) for argument in term.args]
    lows, highs = [low for low, _ in parts], [high for _, high in parts]
    if isinstance(term, Add):
        return sum(lows), sum(highs)
    if isinstance(term, Mul):
        result = parts[0]
        for part in parts[1:]:
            result = product(result, part)
        return result
    if isinstance(term, Max):
        return max(lows), max(highs)
    if isinstance(term, Min):
        return min(lows), min(highs)
    if isinstance(term, Abs):
        low, high = parts[0]
        return max(low, -high, Fraction(0)), max(-low, high)
    if isinstance(term, sign):
        value = Fraction(sign_of(parts[0]))
        return value, value
    assert isinstance(term, Pow)
    return power(parts[0], term.exp)


def power(base, exponent) -> tuple[Fraction, Fraction]:
    """base^exponent, where the exponent's denominator is a power of two."""
    if exponent.q % 2 == 0:
        if sign_of(base) < 0:
            raise Undefined
        return power((root(base[0], 0), root(base[1], 1)), 2 * exponent)
    assert exponent.q == 1
    if exponent < 0:
        if sign_of(base) == 0:
            raise Undefined
        return power((1 / base[1], 1 / base[0]), -exponent)
    result = (Fraction(1), Fraction(1))
    for _ in range(int(exponent)):
        result = product(result, base)
    return result


def root(number: Fraction, up: int) -> Fraction:
    """A rational below or above the square root; the root itself if it is rational."""
    p, q = isqrt(number.numerator), isqrt(number.denominator)
    if p * p == number.numerator and q * q == number.denominator:
        return Fraction(p, q)
    return Fraction(isqrt(number.numerator * number.denominator * PRECISION**2) + up, number.denominator * PRECISION)


def product(one, other):
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def sign_of(interval) -> int:
    low, high = interval
    if low > 0 or high < 0 or low == high == 0:
        return (low > 0) - (high < 0)
    raise Undecided


def holds(statement, point) -> bool:
    """Whether a statement holds at a rational point; one without a value does not."""
    try:
        return _holds(statement, point)
    except Undefined:
        return False


def _holds(statement, point) -> bool:
    if statement in (true, false):
        return bool(statement)
    if isinstance(statement, And | Or):
        # no part may be undefined, whatever the others say
        return (all if isinstance(statement, And) else any)([_holds(part, point) for part in statement.args])
    if isinstance(statement, Not):
        return not _holds(statement.args[0], point)
    left, right = evaluate(statement.lhs, point), evaluate(statement.rhs, point)
    gap = sign_of((left[0] - right[1], left[1] - right[0]))
    return {Eq: gap == 0, Ne: gap != 0, Le: gap <= 0, Lt: gap < 0, Ge: gap >= 0, Gt: gap > 0}[type(statement)]


def agrees(answer: Answer, goal, premises, seed: int = 0):
    """Raises AssertionError if the answer is wrong at one of some random points or at its own model."""
    if answer.holds:
        random = Random(seed)
        for _ in range(20):
            point = {symbol: Fraction(random.randint(-12, 12), random.randint(1, 4)) for symbol in (x, y, z)}
            with suppress(Undecided):
                if all(holds(premise, point) for premise in premises):
                    assert holds(goal, point), f"{goal} fails at {point} though {premises} hold"
    elif answer.holds is False:
        model = {symbol: Fraction(int(number.p), int(number.q)) for symbol, number in answer.model.items()}
        free = set().union(*(statement.free_symbols for statement in (goal, *premises)))
        assert set(model) == free
        with suppress(Undecided):
            assert all(holds(premise, model) for premise in premises), f"{model} is outside {premises}"
            assert not holds(goal, model), f"{goal} holds at {model}"
    else:
        assert answer.reason and not answer.model


# ---------------------------------------------------------------------------------------------- random relations

constants = st.sampled_from([Integer(n) for n in (-2, -1, 1, 2, 3)] + [Rational(1, 2), Rational(-2, 3)])
leaves = st.one_of(st.sampled_from([x, y, z]), st.sampled_from([x, y]), constants)


def finite(term) -> bool:
    return not term.has(zoo, nan, oo, -oo, I)


def polynomials(children):
    return st.one_of(
        st.builds(Add, children, children),
        st.builds(Mul, children, children),
        st.builds(Pow, children, st.sampled_from([2, 3])),
    )


def functions(children):
    return st.one_of(
        polynomials(children),
        st.builds(Mul, children, st.builds(Pow, children, st.just(-1))),
        st.builds(Abs, children),
        st.builds(sign, children),
        st.builds(Max, children, children),
        st.builds(Min, children, children),
        st.builds(sqrt, children),
    ).filter(finite)


def relations(terms):
    kinds = st.sampled_from([Le, Lt, Ge, Gt, Le, Ge, Eq, Ne])

    def relation(kind, left, right):
        try:
            return kind(left, right)
        except TypeError:  # SymPy sees that a side is not real
            return None

    return st.builds(relation, kinds, terms, terms).filter(lambda statement: statement is not None)


rational_relations = relations(st.recursive(leaves, polynomials, max_leaves=4))
general_relations = relations(st.recursive(leaves, functions, max_leaves=4))
seeds = st.integers(0, 2**32)
sampled = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(decide, "RESOURCES", 300_000)


@sampled
@given(general_relations, st.lists(general_relations, max_size=2), seeds)
def test_an_answer_about_random_relations_is_right(goal, premises, seed):
    agrees(follows(goal, premises), goal, premises, seed)


@sampled
@given(general_relations, general_relations, seeds)
def test_what_follows_from_itself_and_more_is_true(goal, other, seed):
    for statement in (Or(goal, other), Not(goal)):
        agrees(follows(statement, [goal]), statement, [goal], seed)


@sampled
@given(st.lists(general_relations, min_size=1, max_size=3), seeds)
def test_satisfiable_finds_a_point_or_there_is_none(premises, seed):
    answer = satisfiable(premises)
    if answer.holds is False:
        agrees(Answer(True), false, premises, seed)
    elif answer.holds:
        agrees(Answer(False, answer.model), false, premises, seed)


@sampled
@given(rational_relations, st.lists(rational_relations, max_size=2))
def test_relations_between_polynomials_of_low_degree_are_mostly_decided(goal, premises):
    answer = follows(goal, premises)
    assert answer.holds is not None or "irrational" in answer.reason or "gave up" in answer.reason


def test_the_random_relations_are_of_every_outcome():
    outcomes = []

    @sampled
    @given(general_relations, st.lists(general_relations, max_size=2))
    def collect(goal, premises):
        outcomes.append(follows(goal, premises).holds)

    collect()
    print({outcome: outcomes.count(outcome) for outcome in (True, False, None)})
    assert min(outcomes.count(True), outcomes.count(False)) > 10


# ---------------------------------------------------------------------------------------------- by hand

HOLDS = [
    (x**2 + y**2 >= 2 * x * y, ()),
    (Abs(x) >= x, ()),
    (Abs(x * y) <= (x**2 + y**2) / 2, ()),
    (Max(x, y) >= x, ()),
    (Min(x, y) + Max(x, y) >= x + y, ()),
    (Eq(sign(x) * Abs(x), x), ()),
    (1 / x > 0, (x > 0,)),
    (x < 0, (1 / x < 0,)),
    (Ne(x, 0), (1 / x < 2,)),
    (x / y <= 1, (0 < x, x <= y)),
    (1 / (sqrt(x) + 1) <= 1, (x >= 0,)),
    (sqrt(x) <= (x + 1) / 2, (x >= 0,)),
    (x >= 0, (sqrt(x) < 5,)),
    (x ** Rational(3, 2) >= 0, (x >= 0,)),
    (Eq(x ** Rational(2, 3) * x ** Rational(1, 3), x), (x >= 0,)),
    (x ** Rational(-1, 2) <= 1, (x >= 1,)),
    (sqrt(2) < Rational(3, 2), ()),
    (Eq((sqrt(2) + sqrt(3)) ** 2, 5 + 2 * sqrt(6), evaluate=False), ()),
    (exp(x) > 0, ()),
    (N**2 - 2 * N + 1 >= 0, ()),
    (inner(g_k, x_k) <= 1, (Le(inner(g_k, x_k), N), N <= 1)),
    (x >= 0, (Or(x > 1, Eq(x, 0)),)),
    (Or(x > 0, x < 1), ()),
    (x > 5, (x > 1, x < 0)),
    (true, ()),
    (True, ()),
]


@pytest.mark.parametrize(("goal", "premises"), HOLDS, ids=str)
def test_it_follows(goal, premises):
    assert follows(goal, premises) == Answer(True)


FAILS = [
    (x > 0, (x >= 0,)),
    (x**2 >= x, ()),
    (sign(x) > 0, (x >= 0,)),
    (Abs(x) > x, (x <= 0,)),
    (x * y > 0, (x > 0,)),
    (x < 1, (x**2 < 2,)),
    (Gt(x + y, x), ()),
    (Ge(sqrt(x), x), (x >= 0,)),
    (And(x > 0, y > 0), (x > 0,)),
    (Not(Eq(x, y)), ()),
    (false, ()),
    (x**3 > 0, ()),
]


@pytest.mark.parametrize(("goal", "premises"), FAILS, ids=str)
def test_it_fails_at_a_model(goal, premises):
    answer = follows(goal, premises)
    assert answer.holds is False
    agrees(answer, goal, premises)
    assert answer.reason.startswith("it ")


UNDEFINED = [
    (Eq(x / y, x / y, evaluate=False), ()),
    (Ne(1 / x, 1), (x < 1,)),
    (Ge(1 / x**2, 0, evaluate=False), ()),
    (Ge(sqrt(x), 0, evaluate=False), ()),
    (Ge(sqrt(x) + 1, sqrt(x)), ()),
    (sqrt(x) * sqrt(y) > -2, (x <= 0, y <= 0, x * y <= 1)),
    (Or(x > 5, 1 / x > 0, x < 6), ()),
    (Ge(x / (x - 1), 1 / (x - 1), evaluate=False), (x >= 1,)),
    (Ge(Abs(1 / x), 0, evaluate=False), ()),
    (Ge(Max(1 / x, 2), 2, evaluate=False), ()),
    (Le(sign(1 / x), 1, evaluate=False), ()),
    (1 / (sqrt(x) - 1) ** 2 > 0, (x >= 0,)),
    (Ge(x ** Rational(1, 3), x), (x >= -1, x <= 1)),
    (1 / (Abs(x) + x) > 0, ()),
]


@pytest.mark.parametrize(("goal", "premises"), UNDEFINED, ids=str)
def test_a_goal_that_may_have_no_value_does_not_follow(goal, premises):
    """What fails is a condition, not the goal: where it has a value, it is true."""
    answer = follows(goal, premises)
    assert answer.holds is False
    assert any(condition.subs(answer.model) == False for condition in conditions(goal))  # noqa: E712
    assert follows(goal, (*premises, *conditions(goal))).holds


@pytest.mark.parametrize(
    ("premises", "outcome"),
    [
        ((x > 0, x < 0), False),
        ((x**2 < 0,), False),
        ((x * y > 0, x < 0, y > 0), False),
        ((sqrt(x) < 0,), False),
        ((1 / x > 0, x < 0), False),
        ((Eq(x**2, -1),), False),
        ((x > 0, x < 1), True),
        ((Eq(x * y, 1), x > 1), True),
        ((), True),
        ((False,), False),
        ((True,), True),
        ((Eq(x**2, 2),), None),
        ((Eq(x**2, 2), x < 0), None),
        ((Eq(x**3, 2), y > 0), None),
        ((exp(x) < 2,), None),
    ],
    ids=str,
)
def test_satisfiable(premises, outcome):
    answer = satisfiable(premises)
    assert answer.holds is outcome
    assert bool(answer.reason) == (outcome is not True)
    if outcome:
        agrees(Answer(False, answer.model), false, [sympify(premise) for premise in premises])


def test_what_holds_only_at_irrational_points_is_left_open():
    for goal, premises in ((Ne(x**2, 2), ()), (Ne(x**3, 2), (x > 1,)), (x < 0, (Eq(x**2, 3), x > -1))):
        answer = follows(goal, premises)
        assert answer.holds is None and "irrational" in answer.reason


def test_an_irrational_end_is_approached_by_rationals():
    answer = follows(x <= 1, (x**2 <= 2, x**2 > Rational(19, 10)))
    assert answer.holds is False
    assert Rational(19, 10) < answer.model[x] ** 2 <= 2 and answer.model[x] > 1


def test_terms_of_unknown_meaning_leave_a_question_open():
    for goal in (N >= 0, Eq(N, 2), exp(x) >= 1 + x, log(x) >= x, x**k >= 0, Sum(x**l, (l, 0, k)) >= 0):
        answer = follows(goal, (x >= 1,))
        assert answer.holds is None and "not arithmetic" in answer.reason


@pytest.mark.parametrize("term", [I, x + I, oo, zoo, asin(x), Function("f")(x)], ids=str)
def test_what_is_not_known_to_be_real_is_refused(term):
    with pytest.raises(TypeError):
        follows(Ge(x, Mul(term, y, evaluate=False), evaluate=False))


@pytest.mark.parametrize("statement", ["x > 0", x, 5, None], ids=str)
def test_what_is_no_statement_is_refused(statement):
    with pytest.raises((TypeError, AttributeError)):
        follows(statement)


def test_work_is_bounded(monkeypatch):
    monkeypatch.setattr(decide, "RESOURCES", 1000)
    hard = Eq(x**5 + y**5 + 3 * x * y, z**5 + 7 * x**2 * y**2 * z + 11)
    answer = follows(x * y * z < 10**6, (hard, x > 1, y > 1, z > 1))
    assert answer.holds is None and "gave up" in answer.reason


def test_a_high_power_is_not_multiplied_out():
    assert follows(Ge(x ** (10**9) + 1, x ** (10**9)), (x > 0,)).holds
    assert follows(x ** (10**9) > 0, (x > 0,)).holds is None


def test_conditions_reach_into_everything():
    assert conditions(x + 1) == []
    assert conditions(1 / x) == [Ne(x, 0)]
    assert conditions(x**-3 >= y) == [Ne(x, 0)]
    assert conditions(sqrt(x)) == [x >= 0]
    assert conditions(1 / sqrt(x)) == [x > 0]
    assert conditions(log(x - 1)) == [x - 1 > 0]
    assert conditions(x**k) == conditions(x ** (2 * k + 1)) == []
    assert conditions(x ** (k - 1)) == conditions(x**-k) == conditions(x**y) == conditions(x ** (k / 2)) == [x > 0]
    assert conditions(And(1 / x > 0, Or(sqrt(y) > 1, z > 0))) in ([Ne(x, 0), y >= 0], [y >= 0, Ne(x, 0)])
    assert conditions(dual_norm(Str("inf"), g_k / x - x_k)) == [Ne(x, 0)]


def test_conditions_of_a_sum_are_for_its_own_range():
    assert follows(And(*conditions(Sum(1 / (l + 1), (l, 0, k))))).holds
    assert follows(And(*conditions(Sum(x**l, (l, 0, k))))).holds
    assert not follows(And(*conditions(Sum(1 / l, (l, 0, k)))), (k >= 0,)).holds
    assert follows(And(*conditions(Sum(1 / l, (l, 1, k)))), (k >= 0,)).holds
    assert follows(And(*conditions(Sum(sqrt(k - l), (l, 0, k))))).holds
    # the index is nobody else's variable
    assert not follows(And(*conditions(Sum(1 / (l - 3), (l, 0, k)))), (l > 3, k > 5)).holds


def test_a_premise_is_not_asked_for_again():
    question = Question(And(x**2 > 2, 1 / x > 0), [1 / x > 0, x**2 > 2])
    assert question.ask() == "unsat" and "(assert (not (and true)))" in question.smtlib()
    assert follows(And(x**2 > 2, x > 1), (x**2 > 2,)).holds is False


def test_a_question_is_put_to_z3_once_unless_it_is_recorded(monkeypatch):
    decide.forget()
    asked = []
    real = Question.ask
    monkeypatch.setattr(Question, "ask", lambda self: asked.append(self) or real(self))
    first = follows(x > 1, [x > y])
    first.model[x] = Rational(5)  # whoever gets an answer may write in it
    assert follows(x > 1, (x > y for _ in range(1))).model != first.model and len(asked) == 1
    for other in (lambda: follows(x > 1, [x > y], {x}), lambda: follows(x > 1, [x > y, x > 0])):
        before = len(asked)
        other()
        assert len(asked) == before + 1
    with decide.recording() as questions:
        follows(x > 1, [x > y])
    assert len(questions) == 1 and questions[0] is asked[-1]
    monkeypatch.setattr(decide, "RESOURCES", decide.RESOURCES - 1)  # another answer might come of it
    before = len(asked)
    follows(x > 1, [x > y])
    decide.forget()
    follows(x > 1, [x > y])
    assert len(asked) == before + 2


def test_of_the_questions_asked_the_latest_are_remembered(monkeypatch):
    decide.forget()
    monkeypatch.setattr(decide, "MOST_KEPT", 2)
    asked = []
    real = Question.ask
    monkeypatch.setattr(Question, "ask", lambda self: asked.append(self.goal) or real(self))
    for goal in (x > 1, x > 2, x > 3, x > 3, x > 1):
        follows(goal)
    assert asked == [x > 1, x > 2, x > 3, x > 1]
