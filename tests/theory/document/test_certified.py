"""Every proof of the catalogue holds as a document, by the kernel alone, and only as it was written."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from trying import proof_of

from signproof import Claim
from signproof.theory import keeping
from signproof.theory.algebra import kept, solvers
from signproof.theory.assumptions import Smooth
from signproof.theory.catalog import catalog
from signproof.theory.document import certified as certifier
from signproof.theory.document.certified import Accepted, accepted, certified
from signproof.theory.elaboration.automatic import prove
from signproof.theory.kernel.check import Refused, check
from signproof.theory.kernel.form import DocumentError, canonical, read, unpacked
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_2
from signproof.theory.proof_steps import Certificate
from signproof.theory.symbols import V0, L, alpha, mu


@pytest.fixture(scope="module")
def short() -> Accepted:
    found = certified(theorem_1_2, theorem_1_2.proof)
    assert isinstance(found, Accepted)
    return found


@pytest.mark.parametrize("id", [id for id, claim in catalog().items() if not claim.body.in_words])
def test_a_proof_holds_as_a_document_without_solvers(id, monkeypatch):
    claim = catalog()[id]
    if claim.proof is None and not claim.body.bounds_runs and not claim.body.of_parameters:
        pytest.skip("it has no proof")
    found = proof_of(id)
    if not isinstance(found, Certificate):
        pytest.skip("it has no proof that holds")
    monkeypatch.setattr(kept, "find", None)  # all certificates come with the package: `make certificates`
    outcome = certified(claim, found.proof)
    assert isinstance(outcome, Accepted), outcome
    assert outcome.solved == 0 and outcome.lemmas == found.lemmas


def test_a_document_is_checked_without_sympy_and_z3(short, tmp_path):
    file = tmp_path / "proof.json"
    file.write_bytes(short.document.bytes)
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['sympy', 'z3', 'cvc5', 'numpy', 'jax', 'flint']))\n"
        "from signproof.theory.kernel.check import check\nfrom signproof.theory.kernel.form import read\n"
        f"print(type(check(read(open({str(file)!r}, 'rb').read(), 'it'))).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "Checked\n"


def test_a_user_s_own_claim_is_proved_the_same_way():
    claim = Claim(id="mine", statement=alpha * mu < 2, domain=(0 < mu, mu <= L, 0 < alpha, alpha * L < 2))
    outcome = certified(claim, prove(claim).proof)
    assert isinstance(outcome, Accepted) and outcome.document.form.claim.id == "mine"


def test_a_rate_of_one_is_one():
    one = Claim(
        id="mine/steady",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L),),
        domain=(0 < alpha, alpha < 2 / L),
        measure=Suboptimality(),
        bound=V0,
    )
    assert isinstance(certified(one, prove(one).proof), Accepted)


# ------------------------------------------------------------------------------------------ what is not written


def edited(short: Accepted, change) -> bytes:
    data = json.loads(short.document.bytes)
    change(data)
    return canonical(data)


def swapped(data: dict, old: object, new: object) -> None:
    """Another term everywhere: in the claim, in its premises and in all steps."""

    def replaced(part):
        if part == old:
            return new
        if isinstance(part, dict):
            return {key: replaced(each) for key, each in part.items()}
        return [*map(replaced, part)] if isinstance(part, list) else part

    for key in ("claim", "steps", "end"):
        data[key] = replaced(data[key])


def uncertified(data: dict) -> None:
    """All certificates taken away; the questions stay."""
    for step in data["steps"]:
        step["certificates"] = [None for _ in step["certificates"]]


LIES = {
    "a bound that is too good": lambda data: swapped(data, "-1/2", "-1/4"),
    "a larger domain": lambda data: swapped(data, ["mul", "2", ["pow", ["symbol", "L"], "-1"]], ["symbol", "L"]),
    "another conclusion": lambda data: data["claim"]["conclusion"].__setitem__(0, "lt"),
    "a premise nobody states": lambda data: data["claim"]["premises"].append(["lt", ["symbol", "alpha"], "0"]),
    "an assumption that says something else": lambda data: data["claim"]["assumptions"][0].update(says=["true"]),
    "a rule that does something else": lambda data: data["claim"]["rule"].update(step=["iterate", ["symbol", "k"]]),
    "no certificates": lambda data: [step.update(certificates=[]) for step in data["steps"]],
    "a certificate too many": lambda data: data["steps"][0].update(certificates=[None]),
    "a certificate of nothing": lambda data: [
        step.update(certificates=[[] for _ in step["certificates"]]) for step in data["steps"]
    ],
    "no steps": lambda data: data.update(steps=[], lemmas={}),
    "another version of a lemma": lambda data: (
        data["lemmas"].update(Hölder="0" * 16) or data["lemmas"].update(infimum="0")
    ),
    "a lemma of another name": lambda data: data["claim"].update(kind="words"),
    "an algebraic claim": lambda data: data["claim"].update(kind="algebraic"),
    "a flow": lambda data: data["claim"].update(kind="flow", timed=True),
}


@pytest.mark.parametrize("lie", LIES)
def test_another_theorem_is_not_proved_by_the_same_steps(short, lie):
    try:
        outcome = check(read(edited(short, LIES[lie]), "lie.json"))
    except DocumentError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(outcome, Refused), lie
        assert "\n" not in str(outcome)


def test_what_no_certificate_shows_rests_on_both_solvers(short, monkeypatch):
    data = edited(
        short, lambda data: [step.update(certificates=[None for _ in step["certificates"]]) for step in data["steps"]]
    )
    count = sum(len(step.certificates) for step in short.document.form.steps)
    found = accepted(data, "it")
    assert isinstance(found, Accepted) and found.solved == count > 0
    for solver in ("_z3", "second_opinion"):
        with monkeypatch.context() as patch:
            patch.setattr(solvers, solver, lambda text: "unknown")
            outcome = accepted(data, "it")
            assert isinstance(outcome, Refused) and "no certificate" in outcome.reason


def test_a_false_question_is_not_left_open(short):
    wrong = edited(
        short, lambda data: swapped(data, ["gt", ["symbol", "alpha"], "0"], ["gt", ["symbol", "alpha"], "-1"])
    )
    data = json.loads(wrong)
    for step in data["steps"]:
        step["certificates"] = [None for _ in step["certificates"]]
    assert isinstance(accepted(canonical(data), "it"), Refused)


def test_a_ledger_carries_the_bytes(short):
    assert unpacked(short.document.packed) == short.document.bytes
    for bad in ("", "!", "QUJD", short.document.packed[:-40]):
        with pytest.raises(DocumentError, match="carries"):
            unpacked(bad)


def test_the_same_proof_gives_the_same_bytes():
    one, other = (certified(theorem_1_1, theorem_1_1.proof) for _ in range(2))
    assert one.document.bytes == other.document.bytes


@pytest.mark.slow
def test_certificates_that_come_with_the_package_are_those_that_are_needed():
    assert keeping.needed() == dict(kept.kept())
    assert certifier.certificate is kept.certificate
