"""Claims that rest on claims, and the graph of what a claim rests on."""

from __future__ import annotations

import dataclasses

import pytest
from sympy import Rational, Symbol, sqrt
from sympy.core.symbol import Str
from trying import proof_of

from signproof import Claim, verify
from signproof.theory.assumptions import Smooth
from signproof.theory.catalog import catalog
from signproof.theory.derivation.steps import Decide, Theorem, check
from signproof.theory.elaboration.graph import graph
from signproof.theory.norms import LINF
from signproof.theory.papers.scaled_sign.theorem_2 import c, theorem_2_zeta1
from signproof.theory.papers.scaled_sign.theorem_3 import I_p, theorem_3_zeta2
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import L, k, mu
from signproof.theory.terms.vectors import dual_norm, g_k, suboptimality, x_k

a, b = Symbol("a", real=True), Symbol("b", real=True)
square = Claim(id="mine/square", statement=2 * a * b <= a**2 + b**2)
positive = Claim(id="mine/positive", statement=1 / a > 0, domain=(a > 0,))
_false = Claim(id="mine/false", statement=a > 1, domain=(a > 0,))


def resting(statement, theorem, values, domain=(), **rest):
    """A claim whose one step is another claim."""
    by = Theorem(theorem, values)
    return Claim(
        id="mine/resting", statement=statement, domain=domain, proof=Proof(Step("only", statement, by)), **rest
    )


def test_theorem_3_s_range_is_theorem_2_s():
    assert isinstance(check(theorem_3_zeta2), Certificate)
    assert verify(theorem_3_zeta2).status == "proved"
    (step,) = theorem_3_zeta2.proof.steps
    for values in ({}, {c: I_p}, {c: 2 * I_p}, {c: 2 * I_p - 1, mu: 2 * mu}):
        wrong = dataclasses.replace(step, by=Theorem(theorem_2_zeta1, values))
        assert isinstance(check(dataclasses.replace(theorem_3_zeta2, proof=Proof(wrong))), Rejection), values


def test_any_real_term_may_stand_for_a_parameter():
    V, N = suboptimality(k), dual_norm(Str(LINF.name), g_k)
    claim = catalog()["scaled-sign/theorem-1.1"]
    use = Step("square", 2 * V * N <= V**2 + N**2, Theorem(square, {a: V, b: N}))
    outcome = check(dataclasses.replace(claim, proof=Proof(use, *claim.proof.steps)))
    assert isinstance(outcome, Certificate)


REJECTED = {
    "a premise that does not follow": (resting(1 / b > 0, positive, {a: b}), "needs b > 0"),
    "a premise that fails at the domain's end": (resting(1 / b > 0, positive, {a: b}, (b >= 0,)), "needs b > 0"),
    "a term that has no value": (resting(2 * sqrt(b) <= b + 1, square, {a: sqrt(b), b: 1}), "has a value only"),
    "another conclusion": (resting(1 / b > 1, positive, {a: b}, (b > 0,)), "says 1/b > 0"),
    "a number in place of a parameter": (resting(2 * a * b <= 3, square, {Rational(2): 3}), "not all parameters"),
    "a false claim": (resting(b > 1, _false, {a: b}, (b > 0,)), "mine/false, which is not proved"),
    "a claim about a run": (
        resting(b > 0, catalog()["scaled-sign/theorem-1.1"], {}, (b > 0,)),
        "not a claim about parameters only",
    ),
    "an assumption that is not made": (
        resting(1 / L > 0, Claim(id="mine/L", statement=1 / L > 0, assumptions=(Smooth(L),)), {}, (L > 0,)),
        "assumes Smooth(L)",
    ),
    "an assumption with another constant": (
        resting(
            1 / mu > 0,
            Claim(id="mine/L", statement=1 / L > 0, assumptions=(Smooth(L),)),
            {L: mu},
            (mu > 0,),
            assumptions=(Smooth(L),),
        ),
        "assumes Smooth(L)",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_the_kernel_rejects(name):
    claim, reason = REJECTED[name]
    outcome = check(claim)
    assert isinstance(outcome, Rejection) and reason in outcome.reason, outcome


def test_a_vector_is_no_parameter():
    claim = catalog()["scaled-sign/theorem-1.1"]
    use = Step("square", 2 * a * b <= a**2 + b**2, Theorem(square, {a: x_k}))
    assert isinstance(check(dataclasses.replace(claim, proof=Proof(use))), Rejection)


def test_what_rests_on_a_refuted_or_open_claim_is_never_proved():
    top = resting(b > 1, resting(b > 1, _false, {a: b}, (b > 0,)), {}, (b > 0,))
    verdict = verify(top)
    assert verdict.status == "refuted"  # found false by Z3, not by its proof
    assert "mine/false" in verdict.evidence[0].text
    unknown = Claim(id="mine/open", statement=a ** sqrt(2) + a**3 > 0, domain=(a > 0,))
    verdict = verify(resting(b ** sqrt(2) + b**3 > 0, unknown, {a: b}, (b > 0,)))
    assert verdict.status == "open"


def test_claims_that_rest_on_each_other_are_rejected():
    step = Step("circle", b > 1, by=Theorem(_false, {a: b}))
    other = Claim(id="mine/other", statement=b > 1, domain=(b > 0,), proof=Proof(step))
    circular = resting(a > 1, other, {b: a}, (a > 0,))
    object.__setattr__(step.by, "claim", circular)  # there is no honest way to write this
    outcome = check(circular)
    assert isinstance(outcome, Rejection) and "rests on itself" in outcome.reason


def test_a_chain_is_checked_once_and_gives_its_lemmas(monkeypatch):
    counted = []
    real = Decide.check
    monkeypatch.setattr(Decide, "check", lambda *given: (counted.append(1), real(*given))[1])
    chain = resting(a**2 + a + 1 > 0, Claim(id="mine/first", statement=a**2 + a + 1 > 0), {})
    for _ in range(8):  # each claim uses the one below twice
        steps = [Step(name, a**2 + a + 1 > 0, by=Theorem(chain)) for name in ("once", "twice")]
        chain = Claim(id="mine/next", statement=a**2 + a + 1 > 0, proof=Proof(*steps))
    assert isinstance(check(chain), Certificate)
    assert len(counted) == 1


@pytest.mark.parametrize("claim", [claim for claim in catalog().values() if claim.proof], ids=str)
def test_the_graph_is_that_of_the_proof(claim):
    outcome = proof_of(claim.id)
    if isinstance(outcome, Rejection):  # it rests on nothing that would hold it
        return
    found = graph(claim, claim.proof)
    nodes, edges = found["nodes"], found["edges"]
    assert nodes[-1] == {"kind": "claim", "name": claim.id}
    assert all(earlier < later for later, earlier in edges)
    assert len({tuple(edge) for edge in edges}) == len(edges)
    named = {kind: {node["name"] for node in nodes if node["kind"] == kind} for kind in ("lemma", "assumption")}
    assert named["lemma"] == set(outcome.lemmas)
    assert named["assumption"] <= {str(assumption) for assumption in claim.assumptions}
    assert [node["name"] for node in nodes if node["kind"] == "step"] == [step.name for step in claim.proof.steps]
    used = {earlier for _, earlier in edges}
    assert used >= {number for number, node in enumerate(nodes[:-1]) if node["kind"] != "step"}


def test_theorem_1_needs_all_its_assumptions():
    for number in (1, 2, 3):
        claim = catalog()[f"scaled-sign/theorem-1.{number}"]
        named = {node["name"] for node in graph(claim, claim.proof)["nodes"] if node["kind"] == "assumption"}
        assert named == {str(assumption) for assumption in claim.assumptions}


def test_a_step_of_the_graph_rests_on_what_it_names():
    claim = catalog()["scaled-sign/theorem-1.1"]
    found = graph(claim, claim.proof)
    name = [node["name"] for node in found["nodes"]]
    rests_on = {name[earlier] for later, earlier in found["edges"] if name[later] == "Assumption 3, integrated"}
    assert rests_on == {"descent lemma", "Smooth(L)"}
    assert {name[earlier] for later, earlier in found["edges"] if name[later] == claim.id} == {"(16)"}


def test_the_graph_names_the_claims_that_a_claim_rests_on():
    found = graph(theorem_3_zeta2, theorem_3_zeta2.proof)
    assert found["nodes"][0] == {"kind": "claim", "name": "scaled-sign/theorem-2.zeta1"}
    assert found["edges"] == [[1, 0], [2, 1]]


def test_a_claim_without_a_proof_is_a_graph_of_its_own():
    found = graph(theorem_2_zeta1, None)
    assert found == {"nodes": [{"kind": "claim", "name": "scaled-sign/theorem-2.zeta1"}], "edges": []}
