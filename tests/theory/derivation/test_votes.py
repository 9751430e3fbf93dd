"""Votes: the lemmas about independent signs by enumeration, (41) for numbers of workers, and what theorem 3 needs."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product
from math import comb, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc
from sympy import Eq, Integer, Rational, Symbol, true

from signproof.theory.algorithms import MajorityVote
from signproof.theory.assumptions.gradients import IndependentNormsAndVotes
from signproof.theory.claim import ClaimError
from signproof.theory.derivation.steps import check
from signproof.theory.derivation.table import TABLE, LemmaError
from signproof.theory.papers.own.theorem_3_repaired import theorem_3_repaired
from signproof.theory.papers.own.theorem_3_ties import theorem_3_ties
from signproof.theory.papers.scaled_sign.theorem_3 import M, p, theorem_3, theorem_3_vote
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import V0, alpha, k
from signproof.theory.terms.votes import beta_function, incomplete_beta, mean_vote, probability

chances = st.fractions(0, 1, max_denominator=12)


def outcomes(n: int, p: Fraction):
    """Every outcome of n signs: its sum and its probability."""
    for signs in product((1, -1), repeat=n):
        ups = signs.count(1)
        yield sum(signs), p**ups * (1 - p) ** (n - ups)


def vote(n: int, p: Fraction) -> Fraction:
    return sum((((total > 0) - (total < 0)) * chance for total, chance in outcomes(n, p)), start=Fraction(0))


def chance_of(j: int, n: int, p: Fraction) -> Fraction:
    return sum((chance for total, chance in outcomes(n, p) if total == j), start=Fraction(0))


def beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def ratio(p: Fraction, a: int, b: int) -> Fraction:
    """I_p(a, b), the integral done term by term."""
    terms = (Fraction(comb(b - 1, j) * (-1) ** j, a + j) * p ** (a + j) for j in range(b))
    return sum(terms, start=Fraction(0)) / beta(a, b)


VALUES = {mean_vote: vote, probability: chance_of, beta_function: beta, incomplete_beta: ratio}


def true_at(statement, iteration: int, chance: Fraction) -> bool:
    """Whether a statement about signs is true for a number k and a probability p."""
    statement = statement.subs({k: iteration, p: Rational(chance)})
    for kind, value in VALUES.items():
        for term in statement.atoms(kind):
            numbers = [Fraction(int(entry.p), int(entry.q)) for entry in term.args]
            whole = [int(number) if number.denominator == 1 else number for number in numbers]
            statement = statement.xreplace({term: Rational(value(*whole))})
    return bool(statement.doit())


ONE, KAPPA = Integer(1), k + 1
USES = {
    "one voter": [(p,)],
    "one more voter": [(n, p) for n in (k, 2 * k + 1, k**2)],
    "parity": [(ONE, 2 * k, p), (Integer(0), 2 * k + 1, p), (-ONE, 2 * k + 2, p), (k, k + 1, p)],
    "mirrored signs": [(n, p) for n in (k, 2 * k + 1)],
    "central binomial probability": [(KAPPA, p), (2 * k + 1, p)],
    "positive beta function": [(KAPPA, k + 2)],
    "beta function": [(KAPPA, KAPPA), (ONE, KAPPA), (2 * k + 1, ONE)],
    "incomplete beta function at 1": [(p,)],
    "incomplete beta function, first": [(p, KAPPA, k + 2), (p, ONE, KAPPA)],
    "incomplete beta function, second": [(p, KAPPA, KAPPA), (p, k + 3, ONE)],
}


@pytest.mark.parametrize(("name", "terms"), [(name, terms) for name, uses in USES.items() for terms in uses], ids=str)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(iteration=st.integers(0, 3), chance=chances)
def test_the_lemmas_hold(name, terms, iteration, chance):
    assert true_at(TABLE[name].use(*terms).conclusion, iteration, chance)


def test_the_comparison_can_fail():
    conclusion = TABLE["one more voter"].use(2 * k, p).conclusion
    assert not true_at(Eq(conclusion.lhs, conclusion.rhs + p), 1, Fraction(1, 3))


def test_the_incomplete_beta_function_is_scipys():
    for a, b, x in product((1, 2, 5), (1, 3, 4), (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))):
        assert float(ratio(x, a, b)) == pytest.approx(betainc(a, b, float(x)), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "terms", "reason"),
    [
        ("parity", (Integer(0), 2 * k, p), "not odd"),
        ("parity", (k, 2 * k, p), "not odd"),
        ("one more voter", (k - 1, p), "not one of 0, 1"),
        ("one more voter", (k / 2, p), "not one of 0, 1"),
        ("one more voter", (Symbol("n", real=True), p), "not one of 0, 1"),
        ("central binomial probability", (k, p), "not one of 1, 2"),
        ("beta function", (k, ONE), "not one of 1, 2"),
    ],
    ids=str,
)
def test_lemmas_refuse_what_is_no_number_of_signs(name, terms, reason):
    with pytest.raises(LemmaError, match=reason):
        TABLE[name].use(*terms)


def test_a_chance_must_be_proved_to_be_one():
    outside = dataclasses.replace(theorem_3_vote, domain=(p >= 0,))
    assert check(outside).reason.startswith("p <= 1 does not follow")


def test_41_is_proved_for_every_number_of_workers():
    assert isinstance(check(theorem_3_vote), Certificate)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(iteration=st.integers(0, 4), chance=chances)
def test_41_by_enumeration(iteration, chance):
    assert true_at(theorem_3_vote.statement, iteration, chance)


def test_41_with_other_numbers_is_rejected():
    """A vote of 2k + 3 is better than I_p(kappa, kappa) says; a claim for p in a wider range has no meaning."""
    last = theorem_3_vote.proof.steps[-1]
    for change in ({mean_vote(2 * k + 2, p): mean_vote(2 * k + 3, p)}, {Integer(2): Integer(3)}):
        false = theorem_3_vote.statement.xreplace(change)
        steps = (*theorem_3_vote.proof.steps[:-1], dataclasses.replace(last, statement=false))
        wrong = dataclasses.replace(theorem_3_vote, statement=false, proof=type(theorem_3_vote.proof)(*steps))
        assert isinstance(check(wrong), Rejection)


def test_theorem_3_lacks_the_independence_of_norms_and_votes():
    """Exactly that step of the printed proof is rejected, and with the hypothesis all of it is accepted."""
    outcome = check(theorem_3)
    assert isinstance(outcome, Rejection) and "needs IndependentNormsAndVotes()" in outcome.reason
    assert theorem_3.proof.steps[outcome.number - 1].name == "norms and votes"
    with_it = dataclasses.replace(theorem_3, assumptions=(*theorem_3.assumptions, IndependentNormsAndVotes()))
    assert isinstance(check(with_it), Certificate)


def test_theorem_3_repaired_needs_each_of_its_assumptions():
    assert isinstance(check(theorem_3_repaired), Certificate)
    for assumption in theorem_3_repaired.assumptions:
        left = tuple(other for other in theorem_3_repaired.assumptions if other is not assumption)
        domain = (*theorem_3_repaired.domain, *assumption.conditions)
        domain = tuple(part for part in domain if part != true)
        assert isinstance(check(dataclasses.replace(theorem_3_repaired, assumptions=left, domain=domain)), Rejection)


@pytest.mark.parametrize("workers", [k + 1, k, V0, Integer(0), Rational(1, 2), 2 * M, -M], ids=str)
def test_the_number_of_workers_is_one_and_the_same(workers):
    """If it grew with k, its definition at two iterations would say 1 = 2."""
    with pytest.raises(ClaimError, match="their number must be a separate symbol or 1, 2"):
        dataclasses.replace(theorem_3, algorithm=MajorityVote(alpha, workers), proof=None)


def test_there_is_at_least_one_worker():
    domain = tuple(part for part in theorem_3.domain if not part.has(M))
    with pytest.raises(ClaimError, match="the domain is empty"):
        dataclasses.replace(theorem_3, domain=(*domain, M > 0, M < 1), proof=None)
    assert dataclasses.replace(theorem_3, algorithm=MajorityVote(alpha, Integer(3)), proof=None)


# ---------------------------------------------------------------------------------------- one vote among others


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=0, max_size=5), st.sampled_from([-3, -1, 0, 2]))
def test_a_vote_is_what_the_others_leave_and_what_one_adds(others, drawn):
    """|~g| vote = |~g| a + ~g b, with a and b as `lean` and `swing` say."""

    def sign(number):
        return (number > 0) - (number < 0)

    total = sum(others)
    a, b = Fraction(sign(total + 1) + sign(total - 1), 2), Fraction(sign(total + 1) - sign(total - 1), 2)
    assert abs(drawn) * sign(total + sign(drawn)) == abs(drawn) * a + drawn * b
    assert b >= 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.fractions(Fraction(1, 2), 1, max_denominator=8), min_size=0, max_size=5))
def test_what_the_others_leave_leans_the_right_way(chances):
    """E[a] >= 0 if each of the others is right at least as often as wrong; the chances may differ."""
    lean = Fraction(0)
    for signs in product((1, -1), repeat=len(chances)):
        weight = Fraction(1)
        for sign, chance in zip(signs, chances, strict=True):
            weight *= chance if sign == 1 else 1 - chance
        total = sum(signs)
        lean += weight * Fraction((total + 1 > 0) - (total + 1 < 0) + (total - 1 > 0) - (total - 1 < 0), 2)
    assert lean >= 0


@pytest.mark.parametrize("t", [-1, 0, 1, Fraction(1, 3)])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(iteration=st.integers(0, 2), chance=chances)
def test_a_rule_for_ties_moves_the_mean_of_the_vote_by_what_the_claim_says(t, iteration, chance):
    """By enumeration of the votes of an even number: a tie counts t."""
    for n in (2 * iteration + 1, 2 * iteration + 2):
        counted = sum(c * (t if total == 0 else (total > 0) - (total < 0)) for total, c in outcomes(n, chance))
        right = 2 * ratio(chance, iteration + 1, iteration + 1) - 1
        ties = chance_of(0, n, chance)
        assert counted == right + t * ties
        if t == 1 and n % 2 == 0 and 0 < chance < 1:
            assert counted > right  # +1 where g_i > 0 says more than (41); -1, where g_i < 0, less
    statement = theorem_3_ties.statement.subs(Symbol("t", real=True), Rational(t))
    assert true_at(statement, iteration, chance)


def test_with_a_rule_for_ties_the_identity_without_its_shift_is_not_proved():
    shift = theorem_3_ties.statement.args[1]
    plain = dataclasses.replace(theorem_3_ties, statement=Eq(shift.lhs, 2 * incomplete_beta(p, k + 1, k + 1) - 1))
    assert isinstance(check(plain), Rejection) and isinstance(check(theorem_3_ties), Certificate)
