"""Instances that meet what is assumed, and claims that have none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sympy import Rational, Symbol

from signproof import Claim, verify
from signproof.checks.exact import rational
from signproof.checks.instance import WHOLE, exhibit
from signproof.checks.matrices import MatrixLeastSquares
from signproof.checks.problem import families
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.decide import simplest, truth
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2, LINF
from signproof.theory.symbols import V0, L, alpha, eta, k, mu
from signproof.theory.vacuity import contradiction


def slow_claim(assumption=PolyakLojasiewicz, domain=(), bound=V0, norms=(LINF, LINF), largest=L):
    return Claim(
        id="mine/slow",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(largest, norms[0]), assumption(mu, norms[1])),
        domain=(alpha > 0, alpha < 1 / L, *domain),
        measure=Suboptimality(),
        bound=bound,
    )


def assumes(claim):
    """Whether a claim supposes anything: in words it says nothing that could be met."""
    return claim.kind != "words" and bool(claim.premises or claim.assumptions)


def test_nearly_every_claim_assumes_something():
    others = {claim.id for claim in catalog().values() if not assumes(claim) and claim.kind != "words"}
    assert others == {"own/example-4.mu"}  # two inequalities in one variable


@pytest.mark.parametrize("claim", catalog().values(), ids=str)
def test_every_claim_of_the_papers_has_an_instance(claim):
    found = exhibit(claim)
    if not assumes(claim):
        assert found is None
        return
    assert found.kind == "instance" and found.level == "exact"
    values = {Symbol(name, real=True): Rational(value) for name, value in found.facts["parameters"].items()}
    assert set(values) == claim.parameters - {k}
    met = [all(truth(part.subs({k: at, V0: values.get(V0, 1)}), values) for part in claim.premises) for at in WHOLE]
    assert any(met)


@pytest.mark.parametrize("assumption", [PolyakLojasiewicz, StronglyConvex])
def test_the_constants_of_an_instance_are_those_of_its_problem(assumption):
    found = exhibit(slow_claim(assumption, domain=(mu < L / 3,)))
    assert found.text.startswith("diagonal quadratics: diagonal [1, 10]; L = 11, alpha = ")
    assert "mu = 1; from (1, 0)" in found.text


def test_a_special_class_of_families_is_named():
    named = [family for family in families()[:6] if not family.costly]  # other tests may have defined some
    ours = {family.family for family in named if family is not MatrixLeastSquares}  # it is about another norm
    assert set(exhibit(slow_claim()).facts["families"]) >= ours
    found = exhibit(slow_claim(StronglyConvex))
    assert ours - set(found.facts["families"]) == {"sums of x^2 + a sin^2 x"}
    assert "only these meet all that is assumed: diagonal quadratics, dense" in found.text


def test_a_verdict_exhibits_its_instance():
    (piece,) = (piece for piece in verify(slow_claim(StronglyConvex)).evidence if piece.kind == "instance")
    assert piece.text == exhibit(slow_claim(StronglyConvex)).text


def test_constants_may_be_looser_than_the_best():
    found = exhibit(slow_claim(domain=(L > 1000 * mu,)))
    assert rational(found.facts["parameters"]["L"]) > 1000 * rational(found.facts["parameters"]["mu"])
    assert exhibit(slow_claim(largest=2 * L)) is not None
    assert exhibit(slow_claim(largest=Rational(7, 2))) is not None


def test_a_domain_may_speak_of_the_iteration_or_of_the_start():
    assert exhibit(slow_claim(domain=(k >= 1,))).facts["parameters"]["mu"] == "1"
    found = exhibit(slow_claim(domain=(eta > V0, eta < 2 * V0)))
    start, diagonal = rational(found.facts["start"][0]), 1  # f = x^2/2
    assert diagonal * start**2 / 2 < rational(found.facts["parameters"]["eta"]) < diagonal * start**2


@pytest.mark.parametrize("assumption", [PolyakLojasiewicz, StronglyConvex])
@pytest.mark.parametrize("bound", [V0, (1 - 9 * mu / L) ** k * V0], ids=["provable", "false"])
def test_a_claim_about_nothing_is_vacuous_whatever_it_says(assumption, bound):
    verdict = verify(slow_claim(assumption, domain=(mu > L,), bound=bound))
    assert verdict.status == "vacuous"
    assert verdict.evidence[-1].text == "the assumptions force mu <= L, and that contradicts the domain"
    assert verdict.witness is None


def test_what_is_not_proved_to_be_vacuous_is_not_called_so():
    assert contradiction(slow_claim(domain=(mu >= L,))) == ""  # f = x^2/2 meets it
    assert verify(slow_claim(domain=(mu >= L,))).status == "proved"
    other = slow_claim(domain=(mu > L,), norms=(L2, LINF))
    assert contradiction(other) == ""  # and rightly: x^2 + y^2 is 2-smooth, and ||g||_1^2 >= 2 * 2 (f - f*)
    assert contradiction(dataclasses.replace(other, assumptions=other.assumptions[:1])) == ""


def test_the_lemma_on_every_family():
    """mu <= L in the same norm: the lower end of mu is never above the upper end of L."""
    compared = 0
    for family in families():
        for problem, _ in family.samples(np.random.default_rng(3), 1):
            for pair in (LINF, L2):
                upper = problem.constant(Smooth(L, pair))
                for kind in (StronglyConvex, PolyakLojasiewicz):
                    lower = problem.constant(kind(mu, pair))
                    if upper is not None and lower is not None:
                        assert (np.asarray(lower.lower) <= np.asarray(upper.upper)).all()
                        compared += 1
    assert compared > 10


def test_the_simplest_model_is_a_model_and_simple():
    premises = (alpha > 0, alpha < 1 / L, L > 0, mu > 4 * L)
    answer = simplest(premises)
    assert answer.holds is False and all(truth(premise, answer.model) for premise in premises)
    assert answer.model[L] == 1 and answer.model[alpha] == Rational(1, 2)
    assert simplest((alpha > 1, alpha < 0)).holds
