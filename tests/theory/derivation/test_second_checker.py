"""What Z3 decides, cvc5 decides again, and alike: a proof should not hang on one solver's mistake.

cvc5 gets the question as text, in SMT-LIB 2, and answers by another method, cylindrical algebraic coverings.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, And, Eq, Ge, Gt, Integer, Le, Lt, Max, Min, Ne, Or, Rational, Symbol, false, sign, sqrt
from test_kernel import FALSE, TRUE

from signproof.theory.algebra import decide
from signproof.theory.algebra.decide import Question, follows, recording, satisfiable
from signproof.theory.algebra.solvers import CVC5_WORK as WORK
from signproof.theory.algebra.solvers import second_opinion
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.elaboration.automatic import prove
from signproof.theory.proof_steps import Certificate
from signproof.theory.symbols import alpha

x, y = Symbol("x", real=True), Symbol("y", real=True)


def disagreements(questions: Iterable[Question], work: int = WORK) -> list[str]:
    """The questions that Z3 has decided and cvc5 decides otherwise or not at all, in words."""
    decided = {question.smtlib(): question for question in questions if question.outcome != "unknown"}
    answers = ((question, second_opinion(text, work)) for text, question in decided.items())
    return [
        f"{question.goal} from {question.premises}: Z3 says {question.outcome}, cvc5 says {answer}"
        for question, answer in answers
        if answer != question.outcome
    ]


def judge(claim: Claim) -> None:
    """Ask all that checking a claim asks."""
    satisfiable(claim.premises)
    proved = claim.kind == "bound" or claim.proof is not None
    if proved:
        proved = isinstance(prove(claim), Certificate)
    if claim.kind == "algebraic" and not proved:
        follows(claim.statement, claim.premises)


FIRST = ("own/", "scaled-sign/", "signprox/")
"""The others' proofs rest on certificates; cvc5 may take minutes for one of their questions."""
LONG = "own/remark-1.slow"
"""So do these."""


@pytest.mark.parametrize(
    "id",
    [
        pytest.param(id, marks=() if id.startswith(FIRST) and not id.startswith(LONG) else pytest.mark.slow)
        for id in catalog()
    ],
)
def test_every_obligation_of_the_catalog_has_a_second_opinion(id):
    with recording() as questions:
        judge(catalog()[id])
    assert questions and all(question.outcome != "unknown" for question in questions)
    assert disagreements(questions) == []


@pytest.mark.slow
def test_so_has_every_obligation_of_the_arena():
    """Proofs of false statements raise questions of the other kind: "sat", where something does not follow."""
    with recording() as questions:
        for claim in (*TRUE.values(), *(claim for claim, _ in FALSE.values())):
            judge(claim)
    assert {question.outcome for question in questions} >= {"sat", "unsat"}
    assert disagreements(questions) == []


square = x**2 - 2 * x * y + y**2
"""Not negative, but not so plainly that SymPy would say so before any solver is asked."""
HAND_MADE = [
    (Ge(x**2 + y**2, 2 * x * y), (), True),
    (Gt(x**2 + y**2, 2 * x * y), (), False),
    (Ge(x**3, 0), (x >= 0,), True),
    (Ge(x**3, 0), (x > -1,), False),
    (Le(x * y, 1), (x**2 + y**2 <= 2,), True),
    (Lt(x * y, 1), (x**2 + y**2 <= 2,), False),
    (Gt(1 / x, 0), (x > 0,), True),
    (Ge(1 / x, 0), (x >= 0,), False),
    (Eq(Abs(x), Max(x, -x)), (), True),
    (Eq(sign(x) * x, x), (), False),
    (Ne(sign(x), 0), (Or(x < 0, x > 1),), True),
    (Le(Min(x, y), (x + y) / 2), (), True),
    (Ge(x**4 - 2 * x**2 + 1, 0), (), True),
    (Ge(x**4 - 2 * x**2 + Rational(999, 1000), 0), (), False),
    (Le(sqrt(x * y), (x + y) / 2), (x >= 0, y >= 0), True),
    (Lt(sqrt(x), x), (x > 0,), False),
    (false, (x > y, y > x), True),
    (And(square >= 0, Ge(alpha * (1 - alpha), 0)), (0 <= alpha, alpha <= 1), True),
]


@pytest.mark.parametrize(("goal", "premises", "holds"), HAND_MADE, ids=str)
def test_both_are_right_about_what_is_known_by_hand(goal, premises, holds):
    with recording() as questions:
        assert follows(goal, premises).holds is holds
    (question,) = questions
    assert second_opinion(question.smtlib()) == ("unsat" if holds else "sat")


small = st.integers(-3, 3).map(Integer)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(small, min_size=6, max_size=6), st.lists(small, min_size=3, max_size=3), st.sampled_from([Ge, Gt, Eq]))
def test_both_agree_on_quadratics_over_half_planes(coefficients, line, relation):
    conic = sum(c * term for c, term in zip(coefficients, (1, x, y, x * x, x * y, y * y), strict=True))
    half_plane = Ge(line[0] + line[1] * x + line[2] * y, 0, evaluate=False)
    with recording() as questions:
        follows(relation(conic, 0, evaluate=False), (half_plane,))
    assert disagreements(questions) == []


# ------------------------------------------------------------------------------------- would it be noticed?


def asked(goal, *premises) -> Question:
    """The one question that is asked when a goal is put to Z3."""
    with recording() as questions:
        follows(goal, premises)
    return questions[0]


@pytest.mark.parametrize(("goal", "right", "wrong"), [(square >= 0, "unsat", "sat"), (x > 0, "sat", "unsat")], ids=str)
def test_a_wrong_answer_is_noticed(goal, right, wrong):
    question = asked(goal)
    assert question.outcome == right and disagreements([question]) == []
    question.outcome = wrong
    assert disagreements([question]) == [f"{goal} from []: Z3 says {wrong}, cvc5 says {right}"]


def test_a_solver_that_proves_everything_is_noticed(monkeypatch):
    """Even the claims of the catalog that are false come out as proved, but not in silence."""

    def credulous(question: Question) -> str:
        question.outcome = "unsat"
        return "unsat"

    monkeypatch.setattr(Question, "ask", credulous)
    with recording() as questions:
        judge(catalog()["scaled-sign/remark-4.rate"])
    assert any("Z3 says unsat, cvc5 says sat" in words for words in disagreements(questions))


def test_a_second_opinion_that_takes_too_long_is_a_disagreement():
    claim = catalog()["scaled-sign/theorem-2.zeta1"]
    question = asked(claim.statement, *claim.premises)
    assert question.outcome == "unsat"
    assert "cvc5 says unknown" in disagreements([question], work=1)[0]


# ------------------------------------------------------------------------------------- questions as text


def test_a_question_as_text_says_what_its_variables_are():
    text = asked(Ge(alpha * x**2, 0), alpha > 0).smtlib()
    assert text.splitlines()[:5] == [
        "; t0 is alpha",
        "; t1 is x",
        "(set-logic QF_NRA)",
        "(declare-const t0 Real)",
        "(declare-const t1 Real)",
    ]
    assert text.endswith("(check-sat)\n")


def test_a_question_given_up_is_recorded_as_such(monkeypatch):
    claim = catalog()["scaled-sign/theorem-2.zeta1"]
    monkeypatch.setattr(decide, "RESOURCES", 1)
    with recording() as questions:
        answer = follows(claim.statement, claim.premises)
    assert answer.holds is None and "gave up" in answer.reason
    assert [question.outcome for question in questions] == ["unknown"] and disagreements(questions) == []


def test_questions_are_recorded_inside_the_block_only():
    with recording() as outer:
        follows(x > alpha)
        with recording() as inner:
            follows(x > 0)
        follows(y > 0)
    follows(x * y > 0)
    assert [str(question.goal) for question in outer] == ["x > alpha", "y > 0"]
    assert [str(question.goal) for question in inner] == ["x > 0"]
