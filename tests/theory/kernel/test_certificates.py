"""Certificates are found for what follows, and the checker accepts none for what does not.

Statements that fail at a known rational point stand against everything that might look like a certificate: those of
true neighbours, and mutants of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from asking import question, shown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    And,
    Eq,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Rational,
    Symbol,
    exp,
    false,
    log,
    sign,
    sqrt,
    true,
)

from signproof.theory.algebra.certifying import find
from signproof.theory.algebra.decide import truth
from signproof.theory.kernel.certificate import (
    Cases,
    Certificate,
    Combination,
    Lemma,
    Product,
    Refutation,
    refutes,
)
from signproof.theory.kernel.polynomials import All, Fact, Polynomial, Some, negation

x, y, z, a = (Symbol(name, real=True) for name in "xyza")
RATIO = Mul(x, 1 / x, evaluate=False)
"""x/x, which SymPy would say is 1."""

FOLLOWS = {
    "nothing to show": (true, ()),
    "a premise": (x > 1, (x > 1,)),
    "contradictory premises": (false, (x > 0, x < 0)),
    "a false premise": (x > 1, (false,)),
    "transitivity": (x > z, (x > y, y >= z)),
    "a square": (x**2 + y**2 >= 2 * x * y, ()),
    "a strict square": (x**2 - x + 1 > 0, ()),
    "products": (x * y <= z * z, (x >= 0, y >= 0, x <= z, y <= z)),
    "a nonzero factor": (Eq(x, 0), (Eq(x * y, 0), Ne(y, 0))),
    "alternatives": (x**2 >= 1, (Or(x >= 1, x <= -1),)),
    "not": (x <= 1, (Not(And(x > 1, y > 1)), y > 2)),
    "an inverse": (1 / x > 0, (x > 0,)),
    "an inverse that decreases": (1 / x <= 1 / y, (x >= y, y > 0)),
    "cancelling": (Eq(RATIO, 1, evaluate=False), (Ne(x, 0),)),
    "a negative denominator": (x / y < 0, (x > 0, y < 0)),
    "a denominator's square": (x**2 / y**2 >= 0, (Ne(y, 0),)),
    "a root": (Eq(sqrt(x) ** 2, x, evaluate=False), (x >= 0,)),
    "a root of a square": (Eq(sqrt(x**2, evaluate=False), Abs(x), evaluate=False), ()),
    "roots compare": (sqrt(x) <= sqrt(y), (x >= 0, x <= y)),
    "a cube root": (Gt(x ** Rational(1, 3), 1), (x > 1,)),
    "a rate": (x * y / (x + y) <= x, (x > 0, y > 0)),
    "|x|": (Abs(x + y) <= Abs(x) + Abs(y), ()),
    "|x| and signs": (Eq(x * sign(x), Abs(x)), ()),
    "signs": (sign(x) ** 2 <= 1, ()),
    "max": (Max(x, y) + Min(x, y) <= Max(x, y, x + y, 0) + Min(x, y), ()),
    "max and min": (Eq(Max(x, y) + Min(x, y), x + y), ()),
    "an interval": (3 * x**4 - 19 * x**3 + 34 * x**2 - 11 * x - 3 < 0, (x > 0, 12 * x < 1)),
    "a contraction": (1 - 2 * a * x * (1 - y * a / 2) >= 0, (x > 0, y >= 2 * x, a > 0, a * y < 2)),
    "exp": (exp(x) * y > 0, (y > 0,)),
    "several goals": (And(x + y > 1, 1 / x < 1, 1 / y <= 1, x * y > 1), (x > 1, y >= 1)),
}
"""Goals that follow from premises."""

FAILS = {
    "a strict square": (x**2 + y**2 > 2 * x * y, ()),
    "zero has no inverse": (Ge(RATIO, 1, evaluate=False), ()),
    "0/0": (Eq(RATIO, 1, evaluate=False), (x >= 0,)),
    "a root of a negative number": (sqrt(x) >= 0, ()),
    "a root's sign": (Eq(sqrt(x**2, evaluate=False), x, evaluate=False), ()),
    "a root of zero is not positive": (sqrt(x) > 0, (x >= 0,)),
    "an inverse root": (1 / sqrt(x) > 0, (x >= 0,)),
    "a weak factor": (y >= 0, (x * y >= 0, x >= 0)),
    "an equation's factor": (Eq(x, 0), (Eq(x * y, 0),)),
    "an even power": (x > 0, (x**2 > 0,)),
    "an even factor": (y >= 0, (x**2 * y >= 0,)),
    "a denominator's sign": (x <= y, (x / y <= 1, Ne(y, 0))),
    "the sign of zero": (sign(x) ** 2 >= 1, ()),
    "one side of or": (x > 0, (Or(x > 0, y > 0),)),
    "a case too few": (x > 0, (Ne(x, 0),)),
    "|x|": (Abs(x) <= x, ()),
    "|x| backwards": (Abs(x) <= -x, ()),
    "roots of two kinds": (Eq(sqrt(x), x ** Rational(1, 3)), (x >= 0,)),
    "max": (Max(x, y) <= x, ()),
    "min": (Min(x, y) >= x, ()),
    "no premises, no contradiction": (false, ()),
    "log": (log(x) >= 0, ()),
    "a condition of the goal": (Or(x >= 0, 1 / x < 0), ()),
}
"""Goals that do not, although it looks so."""


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_has_a_certificate(name):
    goal, premises = FOLLOWS[name]
    certificate = find(question(goal, premises))
    assert certificate is not None
    assert shown(question(goal, premises), certificate)


@pytest.mark.parametrize("name", FAILS)
def test_what_does_not_has_none(name):
    assert find(question(*FAILS[name]), 2_000) is None


def test_a_certificate_is_plain_data():
    for name in ("a contraction", "|x|", "an interval", "a root of a square"):
        goal, premises = FOLLOWS[name]
        certificate = find(question(goal, premises))
        text = json.dumps(certificate.plain())
        again = Certificate.read(json.loads(text))
        assert again == certificate and shown(question(goal, premises), again)
        assert json.dumps(again.plain()) == text


@pytest.mark.parametrize(
    "data",
    [
        None,
        [1],
        [{}],
        [{"lemmas": [], "end": {"products": [["1e9", [], []]], "equations": []}}],
        [{"lemmas": [], "end": {"products": [["1", [0.5], []]], "equations": []}}],
        [{"lemmas": [], "end": {"products": [[0.5, [], []]], "equations": []}}],
        [{"lemmas": [], "end": {"products": [["1/0", [], []]], "equations": []}}],
        [{"lemmas": [], "end": {"products": [["1", [True], []]], "equations": []}}],
    ],
)
def test_nothing_else_is_read(data):
    with pytest.raises(ValueError, match="no certificate"):
        Certificate.read(data)


def test_the_checker_needs_no_z3(monkeypatch):
    goal, premises = FOLLOWS["a contraction"]
    certificate = find(question(goal, premises))
    monkeypatch.setitem(sys.modules, "z3", None)
    assert shown(question(goal, premises), certificate)


def test_all_parts_are_refuted():
    goal, premises = And(x > 0, 1 / x > 0), (x > 1,)
    certificate = find(question(goal, premises))
    assert len(certificate.parts) == 3 and shown(question(goal, premises), certificate)
    for parts in ((), certificate.parts[:2], certificate.parts[1:], (*certificate.parts, certificate.parts[0])):
        assert not shown(question(goal, premises), Certificate(parts))


def test_cancelling_loses_no_condition():
    goal = Eq(RATIO, 1, evaluate=False)
    assert not list(question(goal, (Ne(x, 0),)).cases())
    assert len(list(question(goal, (Ne(x, 1),)).cases())) == 1


# ---------------------------------------------------------------------------------------------- single steps

ZERO, ONE = Polynomial(), Polynomial.number(1)
X, Y = (Polynomial.of({((atom, 1),): Fraction(1)}) for atom in range(2))


def end(*products: Product, equations: tuple = ()) -> Combination:
    return Combination(products, equations)


def product(*facts: int, by: Fraction | int = 1, squares: tuple = ()) -> Product:
    return Product(Fraction(by), facts, squares)


GOOD = {
    "0 > 0": ([Fact(ZERO, ">")], Refutation((), end(product(0)))),
    "x > 0 and -x >= 0": ([Fact(X, ">"), Fact(-X, ">=")], Refutation((), end(product(0), product(1)))),
    "1 = 0": ([Fact(ONE, "=")], Refutation((), end(product(), equations=((0, -ONE),)))),
    "no case": ([Some()], Refutation((), Cases(0, ()))),
    "three cases": (
        [Fact(X, "!="), Fact(X * X, "=")],
        Refutation(
            (),
            Cases(
                0,
                (
                    Refutation((), end(product(1, 1), equations=((0, -ONE),))),
                    Refutation((), end(product(1, 1), equations=((0, -ONE),))),
                ),
            ),
        ),
    ),
    "by sign": (
        [Fact(-X * X - ONE, "="), Fact(-X, ">=")],
        Refutation(
            (),
            Cases(
                X,
                (
                    Refutation((), end(product(1), product(2))),
                    Refutation((), end(product(), equations=((0, ONE), (2, X)))),
                    Refutation((), end(product(2, 2), product(), equations=((0, ONE),))),
                ),
            ),
        ),
    ),
}
BAD = {
    "nothing is positive": ([Fact(X, ">=")], Refutation((), end())),
    "0 >= 0": ([Fact(ZERO, ">=")], Refutation((), end(product(0)))),
    "a square is not positive": ([Fact(ZERO, ">")], Refutation((), end(product(0, squares=(X,))))),
    "a sum that is not zero": ([Fact(X, ">")], Refutation((), end(product(0)))),
    "a negative weight": ([Fact(X, ">")], Refutation((), end(product(0), product(0, by=-1)))),
    "no weight": ([Fact(X, ">=")], Refutation((), end(product(by=0)))),
    "a weight that is no fraction": ([Fact(ZERO, ">")], Refutation((), end(Product(1.0, (0,))))),
    "an equation in a product": ([Fact(ZERO, "=")], Refutation((), end(product(0)))),
    "an inequality as an equation": (
        [Fact(-X, ">"), Fact(X, ">=")],
        Refutation((), end(product(0), equations=((1, ONE), (1, ZERO)))),
    ),
    "a fact to come": ([Fact(X, ">=")], Refutation((), end(product(1)))),
    "a fact counted from the end": ([Fact(ZERO, ">")], Refutation((), end(product(-1)))),
    "a fact by yes and no": ([Fact(ZERO, ">")], Refutation((), end(product(False)))),
    "an inverse as a multiplier": (
        [Fact(X, "=")],
        Refutation((), end(product(), equations=((0, Polynomial(((((0, -1),), Fraction(-1)),))),))),
    ),
    "a monomial twice": (
        [Fact(X, "=")],
        Refutation((), end(product(squares=(Polynomial((((), Fraction(1)), ((), Fraction(-1)))),)))),
    ),
    "an unknown atom": ([Fact(ZERO, ">")], Refutation((), end(product(0, squares=()), equations=((0, X),)))),
    "a branch too few": (
        [Fact(X, "!="), Fact(X * X, "=")],
        Refutation((), Cases(0, (GOOD["three cases"][1].end.branches[0],))),
    ),
    "no branches": ([Fact(X, "!=")], Refutation((), Cases(0, ()))),
    "no branches by sign": ([Fact(X, "!=")], Refutation((), Cases(X, ()))),
    "a third case like the first": (
        [Fact(-X, ">")],
        Refutation(
            (),
            Cases(
                X,
                (
                    Refutation((), end(product(0), product(1))),
                    Refutation((), end(product(0), equations=((1, ONE),))),
                    Refutation((), end(product(0), product(1))),
                ),
            ),
        ),
    ),
    "an alternative to come": ([Fact(X, "!=")], Refutation((), Cases(1, ()))),
    "a lemma without reason": ([Fact(X, ">=")], Refutation((Lemma(Fact(ZERO, ">"), ()),), end(product(1)))),
    "a lemma by nothing": ([Fact(X, ">=")], Refutation((Lemma(Fact(ZERO, ">"), end()),), end(product(1)))),
    "a strict lemma from a weak fact": (
        [Fact(X, ">="), Fact(-X, ">=")],
        Refutation((Lemma(Fact(X, ">"), end(product(0))),), end(product(1), product(2))),
    ),
    "an equation from an inequality": (
        [Fact(X, ">="), Fact(X, ">")],
        Refutation((Lemma(Fact(X, "="), end(product(0))),), end(product(1), equations=((2, -ONE),))),
    ),
    "a lemma about itself": (
        [Fact(X, ">=")],
        Refutation((Lemma(Fact(-ONE, ">"), end(product(1))),), end(product(1), product())),
    ),
    "a strict lemma, half refuted": (
        [Fact(X, ">="), Fact(-X, ">=")],
        Refutation((Lemma(Fact(X, ">"), (Refutation((), end(product(0), product(2))),)),), end(product(1), product(2))),
    ),
    "half an equation": (
        [Fact(X, ">="), Fact(X, ">")],
        Refutation(
            (Lemma(Fact(-X, ">="), (Refutation((), end(product(0), product(2))),)),), end(product(1), product(2))
        ),
    ),
    "a lemma of another kind": (
        [Fact(X, ">=")],
        Refutation((Lemma(Fact(ONE, "!="), end(product())),), Cases(0, ())),
    ),
    "what holds in another case": (
        [Fact(X, "!=")],
        Refutation(
            (), Cases(0, (Refutation((), end(product(0), product(1))), Refutation((), end(product(0), product(1)))))
        ),
    ),
    "what a lemma's reason assumes": (
        [Fact(X, ">=")],
        Refutation((Lemma(Fact(X, ">="), (Refutation((), end(product(0), product(1))),)),), end(product(2))),
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_step_is_accepted(name):
    known, refutation = GOOD[name]
    assert refutes(known, refutation, 1)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_step_is_not(name):
    known, refutation = BAD[name]
    assert not refutes(known, refutation, 0 if name == "an unknown atom" else 1)


def test_negation():
    for kind, opposite in (("=", Fact(X, "!=")), (">=", Fact(-X, ">")), (">", Fact(-X, ">=")), ("!=", Fact(X, "="))):
        assert negation(Fact(X, kind)) == opposite
    assert negation(All((Fact(X, ">"), Some()))) == Some((Fact(-X, ">="), All()))


polynomials = st.dictionaries(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=2, unique_by=lambda pair: pair[0]).map(
        lambda pairs: tuple(sorted(pairs))
    ),
    st.fractions(-3, 3, max_denominator=4),
    max_size=4,
).map(Polynomial.of)


def value(p: Polynomial, point: tuple[Fraction, ...]) -> Fraction:
    total = Fraction(0)
    for monomial, number in p.terms:
        for atom, power in monomial:
            number *= point[atom] ** power
        total += number
    return total


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(polynomials, polynomials, st.tuples(*[st.fractions(-3, 3, max_denominator=4)] * 3), st.integers(0, 3))
def test_polynomials_are_a_ring(p, q, point, power):
    at = value(p, point), value(q, point)
    assert value(p + q, point) == at[0] + at[1] and value(p * q, point) == at[0] * at[1]
    assert value(p - q, point) == at[0] - at[1] and value(p**power, point) == at[0] ** power
    assert (p + q).valid(3) and (p * q).valid(3) and (p - p) == Polynomial()


# ---------------------------------------------------------------------------------------------- mutants


def mutants(part: Any, random: Random) -> Iterator[Any]:
    """The part with one thing changed, anywhere: numbers, signs, kinds, order, and what is left out or said twice."""
    if isinstance(part, bool):
        return
    if isinstance(part, int):
        yield from (part + 1, part - 1)
    elif isinstance(part, Fraction):
        yield from (-part, part + 1, part * 2, Fraction(0))
    elif isinstance(part, str):
        yield from {"=", ">=", ">", "!="} - {part}
    elif is_dataclass(part):
        for field in fields(part):
            for changed in mutants(getattr(part, field.name), random):
                yield replace(part, **{field.name: changed})
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield part[:place] + part[place + 1 :]
            yield (*part, each)
            for changed in mutants(each, random):
                yield (*part[:place], changed, *part[place + 1 :])
        if len(part) > 1:
            first, second = random.sample(range(len(part)), 2)
            swapped = list(part)
            swapped[first], swapped[second] = part[second], part[first]
            yield tuple(swapped)


NEIGHBOURS = [
    (FOLLOWS["transitivity"], (x > z, (x >= y, y >= z)), {x: 0, y: 0, z: 0}),
    (FOLLOWS["products"], (x * y <= z * z, (x >= -3, y >= -3, x <= z, y <= z)), {x: -1, y: -1, z: 0}),
    (FOLLOWS["a nonzero factor"], (Eq(x, 0), (Eq(x * y, 0), Ne(y, 1))), {x: 1, y: 0}),
    (FOLLOWS["alternatives"], (x**2 >= 1, (Or(x >= 1, x <= 0),)), {x: 0}),
    (FOLLOWS["an inverse that decreases"], (1 / x <= 1 / y, (x >= y, Ne(y, 0))), {x: 1, y: -1}),
    (FOLLOWS["a negative denominator"], (x / y < 0, (x >= 0, y < 0)), {x: 0, y: -1}),
    (FOLLOWS["roots compare"], (sqrt(x) <= sqrt(y), (x >= 0, x <= 4 * y)), {x: 4, y: 1}),
    (FOLLOWS["a rate"], (x * y / (x + y) <= x, (x > 0, y > -10)), {x: 1, y: -2}),
    (FOLLOWS["|x|"], (Abs(x + y) <= Abs(x) - Abs(y), ()), {x: 0, y: 1}),
    (FOLLOWS["signs"], (sign(x) ** 2 <= 0, ()), {x: 1}),
    (FOLLOWS["max and min"], (Eq(Max(x, y) - Min(x, y), x + y), ()), {x: -1, y: -1}),
    (
        FOLLOWS["a contraction"],
        (1 - 2 * a * x * (1 - y * a / 2) >= 0, (x > 0, 2 * y >= x, a > 0, a * y < 2)),
        {x: 2, y: 1, a: 1},
    ),
    (FOLLOWS["a root of a square"], (Eq(sqrt(x**2, evaluate=False), x, evaluate=False), ()), {x: -1}),
]
"""Questions, the same with a slip, and where the slip shows."""


MUTANTS = 150
"""Of each certificate, about."""


@pytest.mark.parametrize("neighbour", range(len(NEIGHBOURS)))
def test_mutants_prove_nothing_false(neighbour, record_property):
    """Each mutant against the true statement: nearly all are refused; against the false one: all are."""
    (goal, premises), (wrong, slipped), point = NEIGHBOURS[neighbour]
    certificate = find(question(goal, premises))
    right, mistaken = question(goal, premises), question(wrong, slipped)
    values = {symbol: Integer(number) for symbol, number in point.items()}
    assert all(truth(premise, values) for premise in slipped) and truth(wrong, values) is False
    assert not shown(question(wrong, slipped), certificate)
    random, tried, survivors = Random(neighbour), 0, 0
    share = MUTANTS / sum(1 for _ in mutants(certificate, random))
    for changed in mutants(certificate, random):
        if random.random() > share:
            continue
        tried += 1
        survivors += shown(right, changed)
        assert not shown(mistaken, changed), changed
    record_property("said", f"{tried} mutants, {survivors} of them certificates too")
    # a weight of a sum that is zero by itself may be another one, say
    assert tried > 15 and survivors <= tried / 10


# ---------------------------------------------------------------------------------------------- false statements

SMALL = [Rational(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (1, 2), (2, 1), (-2, 1))]
TERMS = [Integer(0), Integer(1), x, y, x * y, x**2, Abs(x), sign(y), Max(x, y), x - 2 * y, -x, 1 / (x + 3), sqrt(y + 2)]
terms = st.builds(lambda p, q, minus: p - q if minus else p + q, *[st.sampled_from(TERMS)] * 2, st.booleans())
relations = st.builds(lambda kind, p, q: kind(p, q), st.sampled_from([Ge, Gt, Le, Lt, Eq, Ne]), terms, terms)
statements = relations | st.builds(Or, relations, relations) | st.builds(And, relations, relations)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(statements, st.lists(statements, max_size=2), st.sampled_from(SMALL), st.sampled_from(SMALL), statements)
def test_a_statement_with_a_counterexample_has_no_certificate(goal, premises, at_x, at_y, helpful):
    point = {x: at_x, y: at_y}
    if not all(truth(premise, point) for premise in premises):
        return
    holds = truth(goal, point)
    for certificate in (find(question(goal, premises), 300), find(question(goal, [*premises, helpful, goal]), 300)):
        if certificate is not None and holds is False:
            assert not shown(question(goal, premises), certificate)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_step_leads_from_truth_to_falsehood(data):
    """Facts that hold at a point, and the opposite of a lemma that is false there, are not refuted by the lemma."""
    point = data.draw(st.tuples(*[st.sampled_from([Fraction(n, 2) for n in range(-3, 4)])] * 2))
    small = polynomials.filter(lambda p: p.valid(2))
    known = []
    for p in data.draw(st.lists(small, min_size=1, max_size=4)):
        at = value(p, point)
        known.append(Fact(p if at >= 0 else -p, data.draw(st.sampled_from([">", ">="] if at else ["=", ">="]))))
    numbers, last = st.integers(-1, len(known)), len(known)
    products = st.builds(
        Product,
        st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(-1)]),
        st.lists(numbers, max_size=2).map(tuple),
        st.lists(small, max_size=1).map(tuple),
    )
    chosen = data.draw(st.lists(products, max_size=3).map(tuple))
    multiples = data.draw(st.lists(st.tuples(numbers, small), max_size=1).map(tuple))
    total = Polynomial()
    for part in chosen:
        term = Polynomial.number(part.factor)
        for factor in (*(known[n % last].polynomial for n in part.facts), *part.squares, *part.squares):
            term *= factor
        total += term
    for n, multiplier in multiples:
        total += multiplier * known[n % last].polynomial
    kind = data.draw(st.sampled_from(["=", ">=", ">"]))
    lemma = Lemma(Fact(total, kind), Combination(chosen, multiples))
    if kind == "=":
        branches = (Refutation((), end(product(last + 1), equations=((last, by),))) for by in (-ONE, ONE))
        refutation = Refutation((lemma,), Cases(0, tuple(branches)))
    else:
        refutation = Refutation((lemma,), end(product(last), product(last + 1)))
    at = value(total, point)
    if {"=": at != 0, ">=": at < 0, ">": at <= 0}[kind]:
        assert not refutes([*known, negation(lemma.fact)], refutation, 2)
