"""The papers' claims: every one is judged, and what is known of some by hand comes out."""

from __future__ import annotations

import pytest
from sympy import Rational, Symbol

from signproof import verify
from signproof.theory.algorithms import ScaledSignGD
from signproof.theory.catalog import catalog
from signproof.theory.terms.formula import parse

ALGEBRAIC = [id for id, claim in catalog().items() if claim.kind == "algebraic"]


def test_ids_are_unique_and_name_their_paper():
    for id, claim in catalog().items():
        assert id == claim.id
        assert id.split("/")[0] == claim.source.paper
        assert claim.source.where and claim.about


@pytest.mark.parametrize("id", ALGEBRAIC)
def test_an_algebraic_claim_is_decided_and_a_witness_replays(id, verdicts):
    verdict = verdicts[id]
    assert verdict.status in ("proved", "refuted")
    if verdict.status == "refuted":
        assert verdict.witness.replay().confirmed
        # independent of Z3 and of the replay: plain substitution
        values = {Symbol(name, real=True): Rational(str(n)) for name, n in verdict.witness.parameters.items()}
        assert all(relation.subs(values) == True for relation in verdict.claim.domain)  # noqa: E712
        assert verdict.claim.statement.subs(values).doit() == False  # noqa: E712


def test_remark_4_fails_in_a_dimension_that_exists(verdicts):
    dimension = verdicts["scaled-sign/remark-4.rate"].witness.parameters["d"]
    assert dimension.q == 1 and dimension > 1


def test_example_2_fails_only_where_the_run_is_at_zero(verdicts):
    for id in ("scaled-sign/example-2.eq-7", "scaled-sign/example-2.eq-8"):
        claim = catalog()[id]
        assert verdicts[id].witness.parameters["x"] == 0
        away = type(claim)(id=id, statement=claim.statement, domain=(*claim.domain, parse("Ne(x, 0)")))
        assert verify(away).status == "proved"


def test_remark_6_needs_sharper_signs(verdicts):
    claim = catalog()["scaled-sign/remark-6"]
    assert verdicts[claim.id].status == "refuted"
    enough = parse("alpha <= (c - 1/2)/L")
    sharper = type(claim)(id="own", statement=claim.statement, domain=(*claim.domain, enough))
    assert verify(sharper).status == "proved"


def test_theorem_1_is_about_the_paper_s_method():
    for number in (1, 2, 3):
        assert isinstance(catalog()[f"scaled-sign/theorem-1.{number}"].algorithm, ScaledSignGD)
