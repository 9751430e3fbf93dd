"""Statements about one real number, decided by a cover: sines, touching zero, false by a little."""

from __future__ import annotations

import pytest
from sympy import And, Ge, Gt, Le, Lt, Rational, Symbol, cos, exp, sin

from signproof import Claim, verify
from signproof.checks.numbers.cover import cover
from signproof.checks.problems.sine import pl_constant
from signproof.theory.papers.own.example_4_mu import example_4_mu, f, lower, nearly_worst, slope, upper, x

y = Symbol("y", real=True)
TINY = Rational(1, 10**9)


@pytest.mark.parametrize(
    "true",
    [
        sin(x) ** 2 <= 2 * x**2,
        cos(x) >= 1 - x**2,
        x**2 + cos(x) > Rational(1, 2),
        And(sin(x) < 1 + TINY, x**2 - x + 1 > 0),
        Lt(sin(Rational(1)), cos(Rational(1, 2)), evaluate=False),
    ],
    ids=str,
)
def test_true_everywhere(true):
    assert cover(true).holds


@pytest.mark.parametrize(
    "false", [sin(x) > x - x**2, sin(x) <= 1 - TINY, Gt(x**2, 0), cos(x) > 1 - x**2 / 2, x**2 >= TINY], ids=str
)
def test_what_fails_somewhere_is_never_proved(false):
    answer = cover(false)
    assert not answer.holds
    if answer.holds is False:
        assert false.subs(answer.model) == False  # noqa: E712


@pytest.mark.parametrize("other", [Ge(x, y), exp(x) > 0, abs(x) >= 0 * x - 1, x > 0, 1 / (x**2 + 1) > 0], ids=str)
def test_other_kinds_are_left_undecided(other):
    assert not cover(other).holds


def mu_claim(low, high) -> Claim:
    at = nearly_worst
    above = Lt(slope.subs(at) ** 2, 2 * high * f.subs(at), evaluate=False)
    return Claim(id="mu", statement=And(Ge(slope**2, 2 * low * f), above))


def test_the_constant_of_example_4_is_enclosed_and_its_ends_matter():
    assert upper - lower <= TINY
    verdict = verify(example_4_mu)
    assert verdict.status == "proved" and verdict.evidence[-1].level == "enclosed"
    assert verify(mu_claim(lower, upper)).status == "proved"
    assert verify(mu_claim(lower + TINY, upper + TINY)).status == "refuted"
    assert verify(mu_claim(lower - TINY, lower)).status != "proved"


def test_the_constant_of_example_4_is_that_of_the_family():
    low, high = (Rational(int(end.p), int(end.q)) for end in pl_constant())
    assert Le(low, upper) and Le(lower, high)
