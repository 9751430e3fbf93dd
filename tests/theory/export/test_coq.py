"""Documents as theorems of Coq: the same text each time, refused in one line, and accepted by coqc."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest
from coq_axioms import ALLOWED
from places import ROOT

from signproof import Claim
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.catalog import catalog
from signproof.theory.document.form import Document
from signproof.theory.document.terms import DocumentError
from signproof.theory.document.writing import document
from signproof.theory.elaboration.automatic import prove
from signproof.theory.export import coqc
from signproof.theory.export.coq import coq
from signproof.theory.export.spelling import ExportError, comment
from signproof.theory.export.lemmas import LEMMAS
from signproof.theory.kernel.lemmas import TABLE
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD
from signproof.theory.symbols import V0, L, alpha, k, mu

SHORT, ARITHMETIC = "scaled-sign/theorem-1.2", "scaled-sign/theorem-1.zeta"
ACCEPTED = (
    ARITHMETIC,
    SHORT,
    "scaled-sign/theorem-1.1",
    "scaled-sign/theorem-1.3",
    "own/theorem-1.dual-norms",
    "own/theorem-1.dual-norms.1",
    "own/theorem-1.dual-norms.3",
    "own/remark-4.rate.repaired",
    "own/theorem-1.dimension",
    "scaled-sign/remark-2.eq-13",
    "scaled-sign/remark-4.compressor",
    "scaled-sign/theorem-3.zeta2",
    "scaled-sign/assumptions.relaxed.pl",
    "scaled-sign/assumptions.relaxed.strong-convexity",
)
"""Claims of the catalogue whose exported proofs coqc accepts."""
SECONDS = 600
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="there is no coqc here")


def exported(id: str) -> Document:
    claim = catalog()[id]
    return document(claim, claim.proof)


def changed(written: Document, old: list | str, new: list | str) -> Document:
    """The document of another claim, in which a term of the conclusion and of the premises is another."""
    form = msgspec.json.decode(written.bytes, type=type(written.form))

    def replaced(tree):
        if tree == old:
            return new
        return [tree[0], *map(replaced, tree[1:])] if isinstance(tree, list) else tree

    form.claim.conclusion = replaced(form.claim.conclusion)
    form.claim.premises = [*map(replaced, form.claim.premises)]
    return Document(form)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory):
    """What coqc says of a document; the library is compiled once."""
    folder: Path = tmp_path_factory.mktemp("coq")

    def check(written: Document) -> coqc.Checked:
        files = coqc.files(written)
        for name, text in files.items():
            if not (folder / name).exists() or name not in coqc.library():
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


def test_what_the_library_lacks_is_refused_in_one_line():
    with pytest.raises(ExportError, match=r"^the Coq library lacks: .*Bienaymé") as refused:
        coq(exported("signprox/assumption-2.minibatch"))
    assert "\n" not in str(refused.value)
    with pytest.raises(ExportError, match="the kind orbit"):
        coq(exported("scaled-sign/example-1"))


def test_lemmas_are_those_of_the_table():
    assert LEMMAS.keys() <= TABLE.keys()


def test_the_library_is_what_steps_require():
    names = coqc.library()
    assert names[-1] == "Steps.v" and "Theorem1.v" not in names
    assert {*names} <= {path.name for path in (ROOT / "theory" / "coq").glob("*.v")}


def test_comments_end_where_they_should():
    assert comment('f* ) (* "x" *)') == "(* f* ) ( * 'x' * ) *)"


@pytest.mark.slow
def test_every_document_is_exported_or_refused_in_one_line():
    exported_ones = set()
    for claim in catalog().values():
        if claim.proof is None:
            continue
        try:
            coq(document(claim, claim.proof))
            exported_ones.add(claim.id)
        except DocumentError:
            continue
        except ExportError as refused:
            assert str(refused) and "\n" not in str(refused)
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
