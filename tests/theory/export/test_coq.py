"""Documents as theorems of Coq: the same text each time, refused in one line, and accepted by coqc."""

from __future__ import annotations

import re

import msgspec
import pytest
from coq_library import ALLOWED, LIBRARY, needs_coq

from signproof import Claim
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.catalog import catalog
from signproof.theory.derivation.table import TABLE
from signproof.theory.document.terms import term, tree
from signproof.theory.document.writing import document
from signproof.theory.elaboration.automatic import prove
from signproof.theory.export import coqc
from signproof.theory.export.coq import coq
from signproof.theory.export.lemmas import LEMMAS
from signproof.theory.export.spelling import ExportError, comment
from signproof.theory.kernel.form import Document, DocumentError
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD
from signproof.theory.symbols import V0, L, alpha, k, mu

SHORT, ARITHMETIC = "scaled-sign/theorem-1.2", "scaled-sign/theorem-1.zeta"
ACCEPTED = (
    # about numbers
    ARITHMETIC,
    "own/example-2.eq-7.repaired",
    "own/example-2.eq-8.repaired",
    "own/example-2.rate.envelope",
    "own/example-2.rate.start",
    "own/example-4.identity",
    "own/remark-4.rate.repaired",
    "own/remark-6.repaired",
    "own/theorem-1.multi-step.constants",
    "own/theorem-1.tight",
    "own/theorem-3.vote.ties",
    "scaled-sign/example-3",
    "scaled-sign/remark-4.comparison",
    "scaled-sign/theorem-2.zeta1",
    "scaled-sign/theorem-3.vote",
    "scaled-sign/theorem-3.zeta2",
    # about functions and points
    "own/theorem-1.dimension",
    "own/theorem-1.tight.constants",
    "scaled-sign/assumptions.relaxed",
    "scaled-sign/assumptions.relaxed.pl",
    "scaled-sign/assumptions.relaxed.strong-convexity",
    "scaled-sign/remark-2.eq-13",
    "scaled-sign/remark-4.compressor",
    "signprox/assumption-2.separable",
    # runs
    SHORT,
    "own/remark-3.signgd.repaired",
    "own/theorem-1.dual-norms",
    "own/theorem-1.dual-norms.1",
    "own/theorem-1.dual-norms.3",
    "scaled-sign/example-1",
    "scaled-sign/remark-1.gradient-descent",
    "scaled-sign/remark-3.max-norm",
    "scaled-sign/theorem-1.1",
    "scaled-sign/theorem-1.3",
    # expectations, and runs with stochastic gradients
    "own/theorem-2.1.independent",
    "own/theorem-2.1.repaired",
    "own/theorem-2.1.sharp",
    "own/theorem-2.2.repaired",
    "own/theorem-3.repaired",
    "scaled-sign/remark-5.success",
    "signprox/assumption-2.lipschitz",
    "signprox/assumption-2.minibatch",
    # flows
    "scaled-sign/proposition-1.1",
    "scaled-sign/proposition-1.2",
    "scaled-sign/proposition-2.1",
    "scaled-sign/proposition-2.2",
)
"""Claims of the catalogue whose exported proofs coqc accepts."""
STATED = {
    "scaled-sign/theorem-1.2": "(rule : forall k : nat, x (S k) = (x k - ",
    "scaled-sign/example-1": "forall k : nat, (x (2 * k)%nat 0%nat = alpha / 2 /\\ ",
    "scaled-sign/proposition-2.1": "forall t : R, t > 0 -> V t <= exp (- beta * t / D_2) * V 0.",
    "scaled-sign/theorem-3.vote": "mean_vote p_ chance_p_ (S (2%nat * k)%nat) = 2 * incomplete_beta p_ (S k) (S k) - 1",
    "own/theorem-2.1.repaired": "forall k : nat, expected k (fun s => V s) <= sigma ^ 2 * L * alpha / 2 / ",
    "own/theorem-2.1.independent": "(grad x) i * (law x) (fun g : vec => dual_norm (linf d) g * sgn (g i)) >= ",
    "own/theorem-3.repaired": "oracle k s (fun g : (nat -> vec) => (vote_of M_ g) i) >= ",
    "signprox/assumption-2.minibatch": "(fun g : nat -> vec => (mean_draw B g) i ^ 2)",
    "own/example-4.identity": "(alpha g_ x : R)",
}
"""A part of what is claimed, for a claim of each kind."""
SECONDS = 600
X_K = ["iterate", ["symbol", "k"]]


def exported(id: str) -> Document:
    claim = catalog()[id]
    return document(claim, prove(claim).proof if claim.proof is None else claim.proof)


def changed(written: Document, old: list | str, new: list | str, steps: bool = False) -> Document:
    """The document of another claim, in which a term of the conclusion and of the premises is another.

    If `steps`, also in what its steps say.
    """
    form = msgspec.json.decode(written.bytes, type=type(written.form))

    def replaced(part):
        if part == old:
            return new
        return [part[0], *map(replaced, part[1:])] if isinstance(part, list) else part

    def said(statement):
        return tree(term(replaced(statement)))

    form.claim.conclusion = said(form.claim.conclusion)
    form.claim.premises = [*map(said, form.claim.premises)]
    for step in form.steps if steps else ():
        step.says = said(step.says)
    return Document(form)


@pytest.fixture
def checked(coq_library):
    """What coqc says of a document."""
    folder, _ = coq_library

    def check(written: Document) -> coqc.Checked:
        files = coqc.files(written)
        for name, text in files.items():
            if not (LIBRARY / name).exists():
                (folder / name).write_text(text, encoding="utf-8")
        return coqc.checked(folder, [*files], SECONDS)

    return check


# ------------------------------------------------------------------------------------------------- the text


def test_the_text_is_the_same_each_time_and_names_every_step():
    written = exported(SHORT)
    text = coq(written)
    assert coq(written) == text and written.sha256 in text
    for step in written.form.steps:
        assert comment(step.name) in text
    assert text.count("assert (s") == len(written.form.steps)
    assert not re.search(r"\b(Admitted|admit|give_up|Axiom|Parameter)\b", text)


@pytest.mark.parametrize("id", STATED)
def test_the_theorem_says_what_the_document_says(id):
    text = coq(exported(id))
    assert STATED[id] in text.partition("Proof.")[0]
    assert not re.search(r"\b(Admitted|admit|give_up|Axiom|Parameter)\b", text)


def test_what_the_library_lacks_is_refused_in_one_line():
    with pytest.raises(ExportError, match=r"^the Coq library lacks: .*Moreau's potential") as refused:
        coq(exported("signprox/eq-9"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("other", [["iterate", ["add", "1", ["symbol", "k"]]], ["minimizer", ["name", "f"]]])
@pytest.mark.parametrize("drawn", ["estimate", "majority"])
def test_draws_at_other_points_than_x_k_are_refused(drawn, other):
    written = exported("own/theorem-3.repaired")
    worker = [["symbol", "m"]] if drawn == "estimate" else []
    with pytest.raises(ExportError, match=r"^the Coq library lacks: .*at other points than x_k$"):
        coq(changed(written, [drawn, X_K, *worker], [drawn, other, *worker], steps=True))


def test_draws_of_one_and_of_several_workers_are_not_mixed():
    written = exported("own/theorem-3.repaired")
    with pytest.raises(ExportError, match="one and several workers"):
        coq(changed(written, ["estimate", X_K, ["symbol", "m"]], ["estimate", X_K], steps=True))


def test_gradient_mappings_of_several_step_sizes_are_refused():
    written = exported("signprox/assumption-2.minibatch")
    old = ["gradient_mapping", ["point", ["name", "s"]], ["symbol", "gamma"]]
    with pytest.raises(ExportError, match="several step sizes"):
        coq(changed(written, old, [*old[:2], ["symbol", "B"]]))


def test_lemmas_are_those_of_the_table():
    assert LEMMAS.keys() <= TABLE.keys()


def test_the_library_is_what_steps_require():
    names = coqc.library("From Signproof Require Import Steps.\n")
    assert names[-1] == "Steps.v" and not {"Theorem1.v", "Flows.v", "Expectation.v"} & {*names}
    assert {*names} <= {path.name for path in LIBRARY.glob("*.v")}
    assert "Flows.v" in coqc.files(exported("scaled-sign/proposition-2.2"))


def test_comments_end_where_they_should():
    assert comment('f* ) (* "x" *)') == "(* f* ) ( * 'x' * ) *)"


@pytest.mark.slow
def test_every_document_is_exported_or_refused_in_one_line():
    exported_ones = set()
    for claim in catalog().values():
        proof = claim.proof or getattr(prove(claim), "proof", None)
        if proof is None:
            continue
        try:
            coq(document(claim, proof))
            exported_ones.add(claim.id)
        except ExportError as refused:
            assert str(refused) and "\n" not in str(refused)
        except DocumentError:
            continue
    assert exported_ones >= {*ACCEPTED}


# ------------------------------------------------------------------------------------------------- coqc


@needs_coq
def test_coq_accepts_a_statement_about_numbers(checked):
    outcome = checked(exported(ARITHMETIC))
    assert outcome.accepted, outcome.error
    assert {*outcome.axioms} <= ALLOWED


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("id", ACCEPTED)
def test_coq_accepts(checked, id):
    outcome = checked(exported(id))
    assert outcome.accepted, outcome.error
    assert outcome.axioms and {*outcome.axioms} <= ALLOWED


@needs_coq
@pytest.mark.slow
def test_coq_accepts_a_proof_that_was_assembled(checked):
    gamma = alpha * (1 - L * alpha / 2)
    claim = Claim(
        id="mine/scaled-sign",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L), PolyakLojasiewicz(mu)),
        domain=(alpha > 0, alpha < 2 / L),
        measure=Suboptimality(),
        bound=(1 - 2 * mu * gamma) ** k * V0,
    )
    outcome = checked(document(claim, prove(claim).proof))
    assert outcome.accepted, outcome.error
    assert {*outcome.axioms} <= ALLOWED


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [("-2", "-3"), (["mul", "2", ["pow", ["symbol", "L"], "-1"]], ["mul", "3", ["pow", ["symbol", "L"], "-1"]])],
    ids=["the bound", "the domain"],
)
def test_coq_does_not_accept_a_stronger_claim(checked, old, new):
    written = exported(SHORT)
    other = changed(written, old, new)
    assert other.bytes != written.bytes
    outcome = checked(other)
    assert not outcome.accepted and "scaled_sign_theorem_1_2.v, line" in outcome.error


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "old", "new"),
    [
        ("own/theorem-2.1.repaired", "1/2", "1/3"),
        ("own/theorem-2.1.independent", ["symbol", "c"], ["mul", "2", ["symbol", "c"]]),
        ("own/theorem-3.repaired", ["mul", "2", ["symbol", "I_p"]], ["mul", "3", ["symbol", "I_p"]]),
        ("scaled-sign/proposition-1.2", "1/2", "3/2"),
        ("scaled-sign/proposition-2.1", ["symbol", "beta"], ["mul", "2", ["symbol", "beta"]]),
        ("scaled-sign/example-1", "-1/2", "-1/3"),
        ("scaled-sign/theorem-3.vote", "-1", "-2"),
        ("signprox/assumption-2.minibatch", ["pow", ["symbol", "B"], "-1"], ["pow", ["symbol", "B"], "-2"]),
        ("scaled-sign/remark-3.max-norm", "2", "1"),
        ("own/theorem-1.tight.constants", "1/2", "1"),
    ],
)
def test_coq_does_not_accept_other_claims_of_each_kind(checked, id, old, new):
    written = exported(id)
    other = changed(written, old, new)
    assert other.bytes != written.bytes
    assert not checked(other).accepted


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "old", "new"),
    [
        ("own/example-2.eq-7.repaired", "2", "3"),
        ("own/example-4.identity", ["sign", ["symbol", "g"]], ["mul", "2", ["sign", ["symbol", "g"]]]),
        ("own/theorem-2.1.independent", ["symbol", "c"], ["mul", "2", ["symbol", "c"]]),
        ("own/theorem-3.repaired", ["pow", ["symbol", "M"], "-1"], ["pow", ["symbol", "M"], "-2"]),
        ("own/theorem-3.repaired", ["lean", X_K, ["symbol", "m"]], ["swing", X_K, ["symbol", "m"]]),
        ("scaled-sign/proposition-2.1", ["symbol", "beta"], ["mul", "2", ["symbol", "beta"]]),
        ("signprox/assumption-2.minibatch", ["pow", ["symbol", "B"], "-1"], ["pow", ["symbol", "B"], "-2"]),
    ],
)
def test_coq_does_not_accept_wrong_steps_either(checked, id, old, new):
    written = exported(id)
    other = changed(written, old, new, steps=True)
    assert other.bytes != written.bytes
    assert not checked(other).accepted
