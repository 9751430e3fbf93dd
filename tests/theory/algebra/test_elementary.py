"""Bounds on the exponential, on logarithms and on powers: true everywhere, and enough to see that domains are empty."""

from __future__ import annotations

import itertools

import pytest
from flint import arb, fmpq
from sympy import Rational, Symbol, exp, log, sqrt

from signproof import Claim
from signproof.theory.algebra.decide import contradict, truth
from signproof.theory.algebra.elementary import TOUCHING, bounds, enclosed
from signproof.theory.claim import ClaimError

x, y, b, n = (Symbol(letter, real=True) for letter in "xybn")

EMPTY = [
    (log(x) > x,),
    (x < log(x),),
    (log(x) > x / 2,),
    (log(x) > 2 * x / 5,),
    (log(x + 1) > x,),
    (log(2 * x) > 2 * x - Rational(1, 2), log(2 * x) > 2 * x),
    (log(x) > sqrt(x),),
    (log(x) > 0, x < 1),
    (log(x) > log(y), x < y),
    (x * log(x) < -Rational(1, 2),),
    (exp(x) < x,),
    (exp(x) < 2 * x,),
    (exp(2 * x) < 4 * x,),
    (exp(x) < x + 1,),
    (exp(-x) > 1, x > 0),
    (exp(-x) < 1 - x,),
    (exp(x) > 1 / (1 - x), x < 1),
    (exp(x) < x**2, x > 0),
    (exp(x) < exp(y), x > y),
    (exp(x) + exp(-x) < 2,),
    (b**n < 1, b > 1, n > 0),
    (b**n > 1, b < 1, b > 0, n > 0),
    ((1 + x) ** n < 1 + n * x, x > 0, n > 1),
]
"""Domains without a point."""
INHABITED = [
    (log(x) > x / 3,),
    (log(x) < x,),
    (exp(x) < 3 * x,),
    (exp(x) < x**2,),
    (exp(-x) > Rational(1, 3), x > 1),
    (log(x) > sqrt(x) / 2,),
    (b**n < 1, b > 1),
    ((1 + x) ** n < 1 + n * x, x > 0, n > 0),
]
"""Some like them with one."""


@pytest.mark.parametrize("domain", EMPTY, ids=str)
def test_an_empty_domain_is_no_claim(domain):
    with pytest.raises(ClaimError, match="the domain is empty"):
        Claim(id="mine/empty", domain=domain, statement=domain[0].lhs > 5)


@pytest.mark.parametrize("domain", INHABITED, ids=str)
def test_what_has_a_point_is_not_called_empty(domain):
    assert not contradict(domain)


@pytest.mark.parametrize("c", TOUCHING, ids=str)
def test_the_ends_enclose_the_exponential(c):
    low, high = (arb(fmpq(int(end.p), int(end.q))) for end in enclosed(c))
    power = arb(fmpq(int(c.p), int(c.q))).exp()
    assert (low <= power and power <= high) or c == 0
    assert enclosed(Rational(0)) == (1, 1) and float(high - low) <= 1e-5 * float(power)


NUMBERS = [Rational(p, q) for p, q in ((-9, 1), (-3, 2), (-1, 7), (0, 1), (1, 9), (1, 2), (1, 1), (3, 1), (20, 1))]


@pytest.mark.parametrize("term", [exp(x), exp(-3 * x), log(x), log(x) + sqrt(x), log(x) + x**2, b**n], ids=str)
def test_the_bounds_are_true(term):
    symbols = sorted(term.free_symbols, key=str)
    found = bounds((term > 1,))
    assert found
    for numbers in itertools.product(NUMBERS, repeat=len(symbols)):
        values = dict(zip(symbols, numbers, strict=True))
        if (term.has(log) and values[x] <= 0) or (symbols == [b, n] and values[b] <= 0):
            continue  # it has no value there
        assert all(truth(relation, values) for relation in found), values


def test_the_bounds_on_pairs_are_true():
    for u, v in itertools.product(NUMBERS[1::3], repeat=2):
        for kind in (exp, log):
            if kind is exp or (u > 0 and v > 0):
                assert all(truth(part, {x: u, y: v}) for part in bounds((kind(x) > kind(y),)))
