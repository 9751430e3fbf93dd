"""Proofs as documents: a proof has the same bytes each time, and what is read is what was written, or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Basic, Eq, Ge, Integer, Le, Rational, Symbol, gamma, sympify
from sympy.core.symbol import Str
from trying import proof_of

from signproof import Claim
from signproof.theory.assumptions import Assumption, Smooth
from signproof.theory.catalog import catalog
from signproof.theory.derivation.steps import Combination, Hypothesis, Lemma
from signproof.theory.document.sentence import sentence
from signproof.theory.document.terms import term, tree
from signproof.theory.document.writing import document
from signproof.theory.elaboration.automatic import prove
from signproof.theory.kernel.form import DocumentError, canonical, read
from signproof.theory.kernel.reading import DIGITS, checked
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Proof, Step
from signproof.theory.symbols import L, alpha
from signproof.theory.terms.vectors import Scalar, gradient, norm, point, value

SHORT = "scaled-sign/theorem-1.2"
x, y = point(Str("x")), point(Str("y"))
CLAIMS = [claim for claim in catalog().values() if claim.proof is not None]


@pytest.fixture(scope="module")
def documents():
    """The documents of all proofs of the catalogue that rest on nothing but what their claims assume."""
    found = {}
    for claim in CLAIMS:
        try:
            found[claim.id] = document(claim, claim.proof)
        except DocumentError as error:
            assert "which the claim does not assume" in str(error)
    return found


# ------------------------------------------------------------------------------------------------- writing


def test_what_is_read_is_what_was_written(documents):
    assert len(documents) > 40
    for id, written in documents.items():
        again = read(written.bytes, id)
        assert again.form == written.form and again.sha256 == written.sha256
        assert canonical(json.loads(written.bytes)) == written.bytes


def test_every_proof_that_the_kernel_does_not_accept_lacks_only_an_assumption(documents):
    for claim in CLAIMS:
        if claim.id not in documents:
            assert not isinstance(proof_of(claim.id), Certificate)


def test_terms_are_the_same_after_a_tree_and_back():
    for claim in CLAIMS:
        for step in claim.proof.steps:
            terms = [step.statement]
            if isinstance(step.by, Lemma):
                terms += [argument for argument in step.by.arguments if isinstance(argument, Basic)]
            if isinstance(step.by, Combination):
                terms += [sympify(factor) for factor in step.by.multipliers.values()]
            for each in terms:
                assert checked(tree(each)) and term(tree(each)) == each


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_process(documents, seed, tmp_path):
    code = (
        "from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_2 as claim; "
        "from signproof.theory.document.writing import document; print(document(claim, claim.proof).sha256)"
    )
    here = {**os.environ, "PYTHONHASHSEED": seed}
    printed = subprocess.run([sys.executable, "-c", code], env=here, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == documents[SHORT].sha256


def test_theorems_that_a_proof_rests_on_are_in_it(documents):
    form = documents["own/example-2.rate.envelope"].form
    assert {step.by[1] for step in form.steps if step.by[0] == "theorem"} == form.theorems.keys()
    resting = [each.form for each in documents.values() if each.form.theorems]
    assert resting and all(theorem.steps for form in resting for theorem in form.theorems.values())


class Momentum(Scalar):
    """A number of one's own."""

    nargs = 1


@dataclass(frozen=True)
class Bounded(Assumption):
    """An assumption of one's own."""

    limit: Symbol
    points = 1
    words = "bounded"

    def statement(self, x):
        return Le(value(x), self.limit * Momentum(x))


def test_parts_of_one_s_own_are_written_by_what_they_say():
    B = Symbol("B", real=True)
    assumption = Bounded(B)
    step = Step("said", assumption.statement(x), by=Hypothesis(assumption, x))
    claim = Claim(id="mine", statement=assumption.statement(x), assumptions=(assumption,), proof=Proof(step))
    assert isinstance(prove(claim), Certificate)
    written = document(claim, claim.proof)
    (assumed,) = written.form.claim.assumptions
    assert assumed.says == ["le", ["value", ["point", ["name", "point 0"]]], _product(["symbol", "B"], _momentum())]
    assert read(written.bytes, "mine").form == written.form
    assert "f(x) <= B*Momentum(x) for all x" in sentence(written)


def _momentum():
    return ["own", "Momentum", "Scalar", ["point", ["name", "point 0"]]]


def _product(*factors):
    return ["mul", *sorted(factors, key=json.dumps)]


def test_an_assumption_that_is_not_made_is_refused():
    step = Step("said", Smooth(L, L2).statement(x, y), by=Hypothesis(Smooth(L, L2), x, y))
    claim = Claim(id="mine", statement=Ge(norm("2", gradient(x)), 0), proof=Proof(step))
    with pytest.raises(DocumentError, match="which the claim does not assume"):
        document(claim, claim.proof)


# ------------------------------------------------------------------------------------------------- reading


def test_a_byte_changed_anywhere_is_another_document_or_none(documents):
    data = documents[SHORT].bytes

    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, len(data) - 1), st.integers(0, 255))
    def changed(place, byte):
        other = data[:place] + bytes([byte]) + data[place + 1 :]
        try:
            found = read(other, "other")
        except DocumentError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
        else:
            assert (found.sha256 == documents[SHORT].sha256) == (other == data)

    changed()


@pytest.mark.parametrize("part", [0, 1, 2, 3, 10, 100])
def test_a_document_that_is_cut_is_refused(documents, part):
    data = documents[SHORT].bytes
    with pytest.raises(DocumentError, match=r"cut\.json: not"):
        read(data[: len(data) * part // 101], "cut.json")


def _edited(documents, change):
    data = json.loads(documents[SHORT].bytes)
    change(data)
    return canonical(data)


def _rule(data, number, by):
    data["steps"][number]["by"] = by


LIES = {
    "another schema": (lambda data: data.update(schema="signproof-proof/3"), "schema"),
    "a field that there is not": (lambda data: data["claim"].update(proved=True), "unknown field"),
    "a step without a reason": (lambda data: data["steps"][0].pop("by"), "by"),
    "a rule that there is not": (lambda data: _rule(data, 2, ["oracle"]), "there is no rule"),
    "a rule with too much": (lambda data: _rule(data, 2, ["definition", 1]), "there is no rule"),
    "a rule that is none": (lambda data: _rule(data, 2, [["definition"]]), "there is no rule"),
    "a later step": (lambda data: _rule(data, 2, ["identity", [2]]), "is no steps of the rule identity"),
    "a step before the first": (lambda data: _rule(data, 2, ["identity", [-1]]), "is no steps of the rule identity"),
    "a step that is true": (lambda data: _rule(data, 2, ["identity", [True]]), "is no steps of the rule identity"),
    "a lemma that is not listed": (lambda data: _rule(data, 2, ["lemma", "Zorn", [], []]), "other lemmas"),
    "a lemma that is not used": (lambda data: data["lemmas"].update(Zorn="0"), "other lemmas"),
    "a theorem that is not there": (lambda data: _rule(data, 2, ["theorem", "mine", {}, []]), "other theorems"),
    "a multiplier that is none": (lambda data: _rule(data, 2, ["combination", [[0]], []]), "is no multipliers"),
    "a term that there is not": (lambda data: data["steps"][0].update(says=["abracadabra", "1"]), "there is no term"),
    "a term with too few arguments": (lambda data: data["steps"][0].update(says=["le", "1"]), "has 1 arguments"),
    "a sum out of order": (
        lambda data: data["steps"][0].update(says=["le", ["add", ["symbol", "a"], "1"], "1"]),
        "are not sorted",
    ),
    "a fraction not in lowest terms": (lambda data: data["steps"][0].update(says=["le", "2/4", "1"]), "lowest terms"),
    "a decimal": (lambda data: data["steps"][0].update(says=["le", "0.5", "1"]), "lowest terms"),
    "a float": (lambda data: data["steps"][0].update(says=["le", 0.5, "1"]), "is no term"),
    "minus zero": (lambda data: data["steps"][0].update(says=["le", "-0", "1"]), "lowest terms"),
    "a power as a number": (lambda data: data["steps"][0].update(says=["le", "10^9", "1"]), "lowest terms"),
    "a huge number": (lambda data: data["steps"][0].update(says=["le", "9" * (DIGITS + 1), "1"]), "digits"),
    "a symbol without a name": (lambda data: data["steps"][0].update(says=["le", ["symbol", ""], "1"]), "a symbol"),
    "a name that runs": (
        lambda data: data["steps"][0].update(says=["le", ["own", "__import__('os')", "Scalar"], "1"]),
        "does not say",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_signproof_does_not_write_is_refused_in_one_line(documents, lie):
    change, words = LIES[lie]
    with pytest.raises(DocumentError, match=words) as refused:
        read(_edited(documents, change), "lie.json")
    assert str(refused.value).startswith("lie.json: ") and "\n" not in str(refused.value)


def test_other_spellings_of_a_document_are_refused(documents):
    data = documents[SHORT].bytes
    for other in (
        json.dumps(json.loads(data)).encode(),
        data + b"\n",
        data.replace(b'{"claim":', b'{"claim":null,"claim":', 1),
        data.replace(b'"alpha"', b'"\\u0061lpha"', 1),
    ):
        assert other != data
        with pytest.raises(DocumentError):
            read(other, "other.json")


def test_a_document_without_end_is_refused_at_once(documents):
    deep = b"[" * 100_000 + b"]" * 100_000
    for data in (deep, b'{"claim":' * 10_000, b"\xff\xfe", b"null", b""):
        with pytest.raises(DocumentError):
            read(data, "deep.json")
    nested = ["le", "1", "1"]
    for _ in range(300):
        nested = ["not", nested]
    with pytest.raises(DocumentError, match="deep"):
        read(_edited(documents, lambda data: data["steps"][0].update(says=nested)), "deep.json")


# ------------------------------------------------------------------------------------------------ sentences


def test_the_theorem_stands_in_one_sentence(documents):
    assert sentence(documents[SHORT]) == (
        "For every d >= 1, every differentiable f: R^d -> R with infimum f* such that "
        "||grad f(y) - grad f(x)||_1 <= L*||y - x||_inf for all x, y; ||grad f(x)||_1**2 >= 2*mu*(f(x) - f_*) for all "
        "x, every start x_0 with V_0 = f(x_0) - f* > 0, all real L, alpha, mu with alpha > 0, alpha < 2/L, L > 0, "
        "mu > 0, every k >= 0: V_k <= V_0*(1 - 2*alpha*mu*(1 - L*alpha/2))**k, "
        "where x_(k+1) = x_k - alpha*||g_k||_1*sign(g_k)."
    )


def test_the_sentence_is_read_off_the_document_alone(documents):
    for id, written in documents.items():
        said = sentence(read(written.bytes, id))
        assert said.endswith(".") and "point 0" not in said and said == sentence(written)
    assert "every k >= 0" in sentence(documents["scaled-sign/theorem-3.vote"])
    assert "all stochastic gradients ~g" in sentence(documents["own/theorem-2.1.repaired"])
    assert sentence(documents["own/remark-4.rate.repaired"]).startswith("For all real L, alpha, d, mu with d >= 1")


def test_an_automatic_proof_has_a_document():
    claim = replace(catalog()[SHORT], id="mine/automatic", proof=None)
    outcome = prove(claim)
    assert isinstance(outcome, Certificate)
    assert sentence(document(claim, outcome.proof)) == sentence(document(catalog()[SHORT], catalog()[SHORT].proof))


def test_numbers_are_written_in_lowest_terms():
    assert tree(Rational(-4, 6)) == "-2/3" and tree(Integer(0)) == "0"
    assert tree(Eq(alpha, alpha, evaluate=False)) == ["eq", ["symbol", "alpha"], ["symbol", "alpha"]]
    assert term(["eq", ["symbol", "alpha"], ["symbol", "alpha"]]) == Eq(alpha, alpha, evaluate=False)
    with pytest.raises(DocumentError, match="no term that a document has"):
        tree(gamma(alpha))
