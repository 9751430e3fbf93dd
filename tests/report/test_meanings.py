"""What a method does and what an assumption says is told in formulas and plain words, whoever wrote its class."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sympy import Le, Symbol

from signproof.report.mathml import mathml
from signproof.report.meanings import PLAIN, assumption_told, rule_told
from signproof.theory.algorithms import ScaledSignGD, ScaledSignSGD
from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth
from signproof.theory.assumptions.gradients import BoundedVariance
from signproof.theory.catalog import catalog
from signproof.theory.norms import L2
from signproof.theory.symbols import L, alpha, k, mu, sigma
from signproof.theory.terms.vectors import value

c = Symbol("c", real=True)
USED = {type(part): part for claim in catalog().values() for part in claim.assumptions}
METHODS = {type(claim.algorithm): claim.algorithm for claim in catalog().values() if claim.algorithm is not None}


@pytest.mark.parametrize("assumption", USED.values(), ids=lambda part: type(part).__name__)
def test_every_assumption_of_the_catalogue_is_told(assumption):
    told = assumption_told(assumption)
    assert told["text"] == str(assumption) and told["meaning"]
    if "latex" in told:
        assert told["says"] and "<math" in mathml({"text": told["says"], "latex": told["latex"]})


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda part: type(part).__name__)
def test_every_method_of_the_catalogue_tells_its_rule(method):
    assert rule_told(method) and "[" not in rule_told(method)[-12:]


def test_the_norms_are_in_the_formulas():
    assert assumption_told(Smooth(L))["says"] == "||grad f(y) - grad f(x)||_1 <= L*||y - x||_inf"
    assert assumption_told(Smooth(L, L2))["says"] == "||grad f(y) - grad f(x)||_2 <= L*||y - x||_2"
    assert "||grad f(x) - ~g(x)||_1**2" in assumption_told(BoundedVariance(sigma))["says"]
    assert assumption_told(PolyakLojasiewicz(mu))["meaning"] == PLAIN["PolyakLojasiewicz"]


def test_a_step_size_is_told_where_it_is_not_the_letter_of_the_rule():
    assert "with" not in rule_told(ScaledSignGD(alpha))
    assert rule_told(ScaledSignSGD(3 / (c * mu * (k + 1)))).endswith("with step size 3/(c*mu*(1 + k)).")


def test_an_assumption_of_ones_own_is_told_by_its_own_words_or_by_its_class():
    @dataclass(frozen=True)
    class Low(Assumption):
        """f is at most 1 everywhere."""

        points = 1

        def statement(self, x):
            return Le(value(x), 1)

    class Smooth(Low):  # of the name of one of ours
        def statement(self, x):
            raise RuntimeError

    assert assumption_told(Low()) == {
        "text": "Low()", "says": "f(x) <= 1", "latex": assumption_told(Low())["latex"],
        "meaning": "f is at most 1 everywhere.",
    }  # fmt: skip
    assert assumption_told(Smooth()) == {"text": "Smooth()", "meaning": ""}
