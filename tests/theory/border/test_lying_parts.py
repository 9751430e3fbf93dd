"""Proofs whose parts change while they are checked, or call themselves equal to what they are not: none is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Basic, Eq, Ge, Integer, Le, Or, Pow, Rational, Symbol, sqrt
from sympy.core.assumptions import StdFactKB
from sympy.core.symbol import Str

from signproof import Claim, ClaimError
from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions import Assumption, Smooth
from signproof.theory.assumptions.composite import BatchSize
from signproof.theory.derivation import table as lemmas
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Instance, Lemma, check
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Proof, Step
from signproof.theory.symbols import L, i, k, m
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import Scalar, check_term, gradient, inner, norm, point, value

x, y, c, B = (Symbol(name, real=True) for name in "xycB")
p, q = point(Str("p")), point(Str("q"))


def proved(*steps: Step, **parts: Any) -> bool:
    return isinstance(check(Claim(id="own", proof=Proof(*steps), **parts)), Certificate)


# ------------------------------------------------------------------------------------- steps that change


def _first() -> Step:
    return Step("first", x > 0, by=Decide())


class Renaming:
    """A name that changes what another step says."""

    def __init__(self, step: Step):
        self.step = step

    def __str__(self):
        object.__setattr__(self.step, "statement", x > 5)
        return "second"


class Changing(dict):
    """Multipliers that change what their steps say."""

    def items(self):
        for step in self:
            object.__setattr__(step, "statement", x > 5)
        return super().items()


def test_what_a_step_says_is_what_was_checked():
    first = _first()
    assert proved(first, Step("second", 2 * x > 0, by=Combination({first: 2})), domain=(x > 0,), statement=2 * x > 0)
    first = _first()
    assert not proved(first, Step(Renaming(first), x > 5, by=Combination({first: 1})), domain=(x > 0,), statement=x > 5)
    first = _first()
    second = Step("second", x > 5, by=Combination(Changing({first: 1})))
    assert not proved(first, second, domain=(x > 0,), statement=x > 5)


def test_the_table_is_the_one_that_came_with_the_package(monkeypatch):
    monkeypatch.setattr(lemmas, "TABLE", {**lemmas.TABLE, "mine": lemmas.TABLE["descent lemma"]})
    step = Step("mine", x > 5, by=Lemma("mine", Smooth(L, L2), p, q))
    assert not proved(step, assumptions=(Smooth(L, L2),), domain=(x > 0,), statement=x > 5)


# ------------------------------------------------------------------------- parts that call themselves equal


class About(Rational):
    """A number that is equal to whatever it is compared with."""

    def __new__(cls, numerator, denominator):
        number = Basic.__new__(cls)
        number.p, number.q = numerator, denominator
        return number

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = Rational.__hash__


def descent(constant, factor):
    bound = value(p) + inner(gradient(p), q - p) + factor * norm(Str("2"), q - p) ** 2
    step = Step("descent", Le(value(q), bound), by=Lemma("descent lemma", Smooth(constant, L2), q, p))
    return proved(step, assumptions=(Smooth(L, L2),), statement=Le(value(q), bound))


def test_a_constant_is_the_one_that_is_assumed():
    assert descent(L, L / 2)
    assert not descent(About(1, 100), Rational(1, 200))


class Level:
    """A number in the hands of somebody who compares by what he thinks."""

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


@dataclass(frozen=True)
class AtLeast(Assumption):
    level: Any
    points = 1
    words = "bounded below"

    def statement(self, x):
        return Ge(value(x), Integer(getattr(self.level, "number", self.level)))


@pytest.mark.parametrize(("given", "used", "right"), [
    (1, 1, True), (1, 100, False), (Integer(1), Integer(1), True), (Level(1), Level(100), False),
    (Level(1), Level(1), False),
])  # fmt: skip
def test_an_assumption_is_the_one_that_is_made(given, used, right):
    step = Step("level", Ge(value(p), getattr(used, "number", used)), by=Hypothesis(AtLeast(used), p))
    assert proved(step, assumptions=(AtLeast(given),), statement=step.statement) is right


def test_an_assumption_with_any_field_is_itself():
    level = AtLeast(Level(1))
    assert proved(
        Step("level", Ge(value(p), 1), by=Hypothesis(level, p)), assumptions=(level,), statement=Ge(value(p), 1)
    )


class Every(Symbol):
    """A symbol that is every index."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = Symbol.__hash__


class Counted(Integer):
    """A number that is never less than another."""

    def __new__(cls, number):
        made = Basic.__new__(cls)
        made.p = number
        return made

    def __ge__(self, other):
        return True

    __hash__ = Integer.__hash__


@pytest.mark.parametrize("term", [
    lambda: Total(Integer(1), Every("a", real=True)),
    lambda: coordinate(p, Every("a", real=True)),
])  # fmt: skip
def test_a_term_has_plain_symbols_and_numbers_all_the_way_down(term):
    check_term(Total(Integer(1), i) + coordinate(p, i) + value(p))
    with pytest.raises(TypeError):
        check_term(term())


def test_an_index_of_one_s_own_is_no_index():
    said = Eq(Total(Integer(1), Every("a", real=True)), B)
    step = Step("size", said, by=Hypothesis(BatchSize(B)))
    assert not proved(step, assumptions=(BatchSize(B),), domain=(B >= 1,), statement=Eq(Total(Integer(1), m), B))


def test_an_iteration_is_a_plain_number():
    start = Step("k >= 0", Ge(k, 0, evaluate=False), by=Decide())
    earlier = Step("k >= 0 at -1", start.statement.subs(k, Counted(-1)), by=Instance(start, Counted(-1)))
    goal = Le(value(p), -k)
    assert not proved(start, earlier, Step("bound", goal, by=Decide(earlier)), statement=goal)


class positive(Scalar):
    nargs = 1


def test_signs_that_are_given_to_a_class_later_are_seen():
    one = Step("1 >= 0", Ge(1, 0, evaluate=False), by=Decide())
    goal = Ge(positive(p), 0, evaluate=False)
    assert not proved(one, Step("goal", goal, by=Combination({one: positive(p)})), statement=goal)
    positive.default_assumptions = StdFactKB({"real": True, "positive": True})
    with pytest.raises(ClaimError, match="real and nothing more"):
        Claim(id="own", statement=goal)


# ----------------------------------------------------------------------------------- formulas as they are read


def test_a_fraction_is_in_lowest_terms():
    with pytest.warns(Warning, match="gcd"):
        two = Rational(4, 2, gcd=1)
    with pytest.raises(ClaimError, match="not a plain symbol, number or name"):
        Claim(id="own", statement=x >= 0, domain=(Pow(x, two) >= 1,))


def test_one_side_of_an_or_says_nothing_if_it_has_no_value():
    """c = 1/2 meets c <= 1 or sqrt(c - 1) >= 2."""
    premise = Or(Le(c, 1), Ge(sqrt(c - 1), 2))
    assert follows(c >= 1, [premise]).holds is not True
    assert follows(Or(c <= 1, c >= 5), [premise]).holds is True
    assert follows(c >= 5, [premise, c > 1]).holds is True
    assert follows(c >= 1, [sqrt(c - 1) >= 0]).holds is True
    assert follows(y >= 1, [Or(Le(1 / (y - 1), 0), Ge(sqrt(y - 1), 0))]).holds is not True
