"""`verify`: the contract, the theorem and its mutants, and every way a verdict can come out."""

from __future__ import annotations

import dataclasses

import pytest
from sympy import And, Rational, true

from signproof import Claim, ClaimError, Status, verify
from signproof.checks.trials.tally import PROFILES
from signproof.checks.verdicts import judge
from signproof.theory.algorithms import GradientDescent, ScaledSignGD, SignGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.catalog import catalog
from signproof.theory.elaboration.automatic import prove
from signproof.theory.elaboration.proven import proven
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.papers.scaled_sign.theorem_1 import zeta
from signproof.theory.proof_steps import Rejection
from signproof.theory.symbols import V0, K, L, alpha, d, eta, k, mu

THEOREM_1 = [id for id in catalog() if id.startswith("scaled-sign/theorem-1.")]


def rate_claim(factor, half=2, end=2, assumption=PolyakLojasiewicz, id="mine/rate"):
    """Theorem 1's bound with its three constants free."""
    return Claim(
        id=id,
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L), assumption(mu)),
        domain=(alpha > 0, alpha < end / L),
        measure=Suboptimality(),
        bound=(1 - factor * mu * alpha * (1 - L * alpha / half)) ** k * V0,
    )


def test_the_contract_example_is_refuted_by_an_exact_witness():
    verdict = verify(rate_claim(4, id="mine/too-fast"))
    assert verdict.status == "refuted"
    assert verdict.witness.level == "exact"
    replay = verdict.witness.replay()
    assert replay.confirmed and replay.level == "exact"
    assert replay.measured[0] > replay.bound[0]
    assert verdict.evidence[-1].kind == "witness"


def test_the_right_constant_is_not_refuted_and_is_tight_at_every_step_size():
    verdict = verify(rate_claim(2))
    assert verdict.status == Status.PROVED  # although its author wrote no proof
    assert 0.99 < verdict.tightness <= 1 + 1e-12
    assert [theta for theta, _ in verdict.tightness.by_step_size] == ["1/10", "1/4", "1/2", "3/4", "9/10"]
    assert all(ratio > 0.99 for _, ratio in verdict.tightness.by_step_size)
    assert verdict.witness is None


@pytest.mark.parametrize("id", THEOREM_1)
def test_theorem_1_is_proved(id):
    verdict = verify(catalog()[id])
    assert verdict.status == Status.PROVED
    assert verdict.evidence[0].kind == "proof" and verdict.evidence[0].facts["accepted"]
    assert all(piece.facts["broken"] == 0 for piece in verdict.evidence if piece.kind == "run")


@pytest.mark.parametrize("id", [id for id in THEOREM_1 if catalog()[id].kind == "bound"])
def test_theorem_1_is_proved_without_its_proofs(id):
    verdict = verify(dataclasses.replace(catalog()[id], proof=None))
    assert verdict.status == Status.PROVED
    assert "automatic proof" in verdict.evidence[0].text


@pytest.mark.parametrize("assumption", [StronglyConvex, PolyakLojasiewicz])
@pytest.mark.parametrize(("factor", "half", "end"), [(3, 2, 2), (2, 3, 2), (2, 2, 3)])
def test_a_wrong_constant_in_the_rate_is_refuted(factor, half, end, assumption):
    verdict = verify(rate_claim(factor, half, end, assumption))
    assert verdict.status == Status.REFUTED
    assert verdict.witness.replay().confirmed


@pytest.mark.parametrize(("half", "end"), [(3, 2), (2, 3)])
def test_a_wrong_constant_under_smoothness_alone_is_refuted(half, end):
    claim = dataclasses.replace(
        catalog()["scaled-sign/theorem-1.3"],
        domain=(alpha > 0, alpha < end / L),
        bound=V0 / (alpha * (1 - L * alpha / half) * (k + 1)),
    )
    verdict = verify(claim)
    assert verdict.status == Status.REFUTED  # its proof is rejected, too, or this would be inconsistent
    assert not verdict.evidence[0].facts["accepted"]
    assert verdict.witness.replay().confirmed


@pytest.mark.parametrize(("factor", "half", "end"), [(3, 2, 2), (2, 3, 2), (2, 2, 3)])
def test_a_wrong_constant_in_the_range_of_zeta_is_refuted(factor, half, end):
    zeta = 1 - factor * mu * alpha * (1 - L * alpha / half)
    domain = (mu > 0, mu <= L, alpha > 0, alpha < end / L)
    verdict = verify(Claim(id="mine/zeta", statement=And(zeta >= 0, zeta < 1), domain=domain))
    assert verdict.status == Status.REFUTED
    assert verdict.witness.replay().confirmed


def test_gradient_descent_in_the_euclidean_geometry():
    claim = dataclasses.replace(
        rate_claim(2),
        algorithm=GradientDescent(alpha),
        assumptions=(Smooth(L, L2), StronglyConvex(mu, L2)),
    )
    verdict = verify(claim)
    assert verdict.status == Status.PROVED
    assert "self-dual norm" in verdict.lemmas
    assert verdict.tightness > 0.99
    assert verify(dataclasses.replace(claim, bound=(1 - 3 * mu * alpha) ** k * V0)).status == Status.REFUTED


def test_signgd_does_not_converge_linearly():
    claim = dataclasses.replace(
        rate_claim(1),
        algorithm=SignGD(alpha),
        assumptions=(Smooth(L), StronglyConvex(mu)),
        bound=(1 - mu / L) ** k * V0,
    )
    verdict = verify(claim)
    assert verdict.status == Status.REFUTED
    assert verdict.witness.replay().confirmed


def test_example_1_is_proved_and_shows_its_orbit():
    verdict = verify(catalog()["scaled-sign/example-1"])
    assert verdict.status == Status.PROVED
    witness = verdict.witness
    assert witness.exhibit and witness.k == 2
    assert witness.parameters == {"alpha": 1}
    assert [str(entry) for entry in witness.start] == ["1/2", "1/2"]
    replay = witness.replay()
    assert replay.confirmed and replay.measured == replay.bound


def test_an_orbit_that_the_method_leaves_is_refuted():
    claim = catalog()["scaled-sign/example-1"]
    points = ((alpha / 2, alpha / 2), (-alpha / 2, alpha / 2))
    wrong = dataclasses.replace(claim, orbit=dataclasses.replace(claim.orbit, points=points))
    verdict = verify(wrong)
    assert verdict.status == Status.REFUTED
    assert verdict.witness.replay().confirmed


def test_a_wrong_proof_of_a_true_claim_only_supports_it():
    claim = catalog()["scaled-sign/theorem-1.2"]
    broken = dataclasses.replace(claim, proof=dataclasses.replace(claim).proof.__class__(*claim.proof.steps[:-1]))
    verdict = verify(broken)
    assert verdict.status == Status.SUPPORTED
    assert "rejected" in verdict.evidence[0].text


def test_proof_and_witness_against_each_other_is_inconsistent(monkeypatch):
    true = catalog()["scaled-sign/theorem-1.2"]
    claim, another = dataclasses.replace(rate_claim(4), proof=true.proof), proven(true)
    monkeypatch.setattr(judge, "proven", lambda claim: another)
    assert verify(claim).status == Status.INCONSISTENT


def test_what_no_family_can_meet_is_open_and_says_why():
    # in more than a thousand dimensions there are objectives that meet this
    claim = dataclasses.replace(
        rate_claim(2), assumptions=(Smooth(L, L2), PolyakLojasiewicz(mu)), domain=(alpha > 0, mu > 1000 * L)
    )
    verdict = verify(claim)
    assert verdict.status == Status.OPEN
    assert "none of the instances drawn is guaranteed to meet" in verdict.evidence[-1].text


def test_a_condition_that_cannot_be_solved_is_named():
    claim = dataclasses.replace(rate_claim(2), domain=(alpha > 0, alpha**3 + alpha < 1 / L))
    for bound, status in ((claim.bound, Status.PROVED), ((1 - mu * alpha) ** (2 * k) * V0, Status.OPEN)):
        verdict = verify(dataclasses.replace(claim, bound=bound))
        assert verdict.status == status
        assert "not linear in alpha" in verdict.evidence[-1].text


def test_a_second_parameter_of_its_own():
    claim = dataclasses.replace(
        rate_claim(2),
        algorithm=ScaledSignGD(alpha * eta),
        domain=(eta > 0, eta < 1, alpha > 0, alpha < 1 / L),
        bound=(1 - mu * alpha * eta) ** k * V0,
    )
    assert verify(claim).status == Status.PROVED


def test_what_is_true_but_not_proved_is_supported():
    # the exponent keeps the assembled proof away
    claim = dataclasses.replace(rate_claim(2), bound=(1 - mu * alpha * (1 - L * alpha / 2)) ** (2 * k) * V0)
    verdict = verify(claim)
    assert verdict.status == Status.SUPPORTED
    assert "no proof was found automatically" in verdict.evidence[0].text


def test_the_same_seed_gives_the_same_verdict():
    one, other = (verify(rate_claim(2), seed=7) for _ in range(2))
    assert [piece.text for piece in one.evidence] == [piece.text for piece in other.evidence]
    assert one.tightness == other.tightness


def test_unknown_profile():
    with pytest.raises(ValueError, match="quick or full"):
        verify(rate_claim(2), profile="slow")
    assert set(PROFILES) == {"quick", "full"}


def test_a_bound_on_a_gradient_norm_to_the_first_power():
    claim = Claim(
        id="mine/norm",
        algorithm=ScaledSignGD(alpha),
        assumptions=(Smooth(L),),
        domain=(alpha > 0, alpha < 2 / L),
        measure=MinDualGradientNorm(power=1),
        bound=(V0 / (alpha * (1 - L * alpha / 2) * (k + 1))) ** Rational(1, 2),
    )
    verdict = verify(claim)
    assert verdict.status == Status.SUPPORTED
    assert verdict.tightness <= 1


@pytest.mark.slow
def test_a_full_run_of_theorem_1_breaks_nothing():
    for id in THEOREM_1:
        assert verify(catalog()[id], profile="full", seed=1).status == Status.PROVED


def test_where_no_proof_is_found_z3_says_where_to_look():
    """At the hint the domain holds, and the claimed rate is below Theorem 1's, which is tight."""
    claim = rate_claim(4)
    outcome = prove(claim)
    assert isinstance(outcome, Rejection)
    assert all(premise.subs(outcome.hint) == true for premise in claim.premises)
    rate = claim.bound.subs(k, 1) / V0
    assert rate.subs(outcome.hint) < zeta.subs(outcome.hint)
    (note,) = (piece for piece in verify(claim).evidence if "hint" in piece.facts)
    assert note.facts["hint"] == {str(symbol): str(value) for symbol, value in outcome.hint.items()}


def test_what_is_broken_and_not_confirmed_is_not_supported(monkeypatch):
    """Comparisons above the bound, on instances of which no replay confirms what is assumed, decide nothing."""
    monkeypatch.setattr("signproof.checks.trials.bounds.confirm", lambda claim, ranges, batch, broken: (None, 1))
    claim = Claim(
        id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2),), domain=(alpha > 0, alpha < 1 / L),
        measure=Suboptimality(), bound=V0 / 2**k,
    )  # fmt: skip
    verdict = verify(claim)
    assert verdict.status == "open" and "exceed the bound, but no exact replay" in verdict.evidence[-1].text


@pytest.mark.parametrize(("symbol", "fix"), [(d, r"assume Dimension\(d\)"), (K, "write horizon=K")])
def test_letters_with_a_meaning_of_their_own_are_bound_by_it(symbol, fix):
    with pytest.raises(ClaimError, match=fix):
        Claim(id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2),),
              domain=(alpha > 0, alpha < 1 / L), measure=Suboptimality(), bound=V0 * (1 + symbol))  # fmt: skip
