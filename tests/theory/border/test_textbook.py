"""True claims in the forms that textbooks and papers give them: each is judged, or it is said in words why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Rational, Symbol, log, sqrt

from signproof import Claim, verify
from signproof.checks.facts.purity import examine
from signproof.checks.posing.cases import cases
from signproof.checks.replay.stated import stated
from signproof.checks.replay.witness import from_json
from signproof.checks.verdicts.exhibit import exhibit
from signproof.theory.algorithms import Algorithm, GradientDescent, MajorityVote, ScaledSignSGD
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth
from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    NormSignMargin,
    OracleAssumption,
    Unbiased,
    VoteMargin,
)
from signproof.theory.claim import ClaimError
from signproof.theory.measures import ExpectedSuboptimality, MinDualGradientNorm, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.symbols import V0, K, L, alpha, f_star, k, mu, sigma
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.vectors import dual_norm, value

M, B, p, eps, c = (Symbol(name, real=True) for name in ("M", "B", "p", "epsilon", "c"))
LINEAR = {
    "algorithm": GradientDescent(1 / L),
    "assumptions": (Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
    "measure": Suboptimality(),
}
SUBLINEAR = {
    "algorithm": GradientDescent(1 / L),
    "assumptions": (Smooth(L, L2),),
    "measure": MinDualGradientNorm(2, L2),
}
NOISY = {"algorithm": ScaledSignSGD(alpha), "measure": ExpectedSuboptimality(), "domain": (0 < alpha, alpha <= 1 / L)}


def claim(**parts: Any) -> Claim:
    return Claim(**{"id": "mine", **parts})


AFTER_KAPPA_STEPS = [
    claim(**LINEAR, horizon=K, domain=(K >= L / mu,), bound=V0 / 2),
    claim(**LINEAR, horizon=K, domain=(K * mu >= L,), bound=V0 / 2),
    claim(**LINEAR, domain=(k >= 2, mu >= L * log(k) / k), bound=(1 - mu / L) ** k * V0),
    claim(
        **LINEAR | {"algorithm": GradientDescent(alpha)},
        horizon=K,
        domain=(K >= 2, alpha > 0, alpha <= 1 / L, alpha <= log(K) / (mu * K)),
        bound=(1 - mu * alpha) ** K * V0,
    ),
    claim(
        algorithm=MajorityVote(alpha, M),
        assumptions=(Smooth(L), PolyakLojasiewicz(mu), Unbiased(workers=True), VoteMargin(p)),
        domain=(alpha > 0, alpha <= 1 / L, Rational(1, 2) < p, M >= 1 + L / mu),
        measure=ExpectedSuboptimality(),
        bound=V0 * 100**k,
    ),
]


QUICK = (AFTER_KAPPA_STEPS[0],)


@pytest.mark.parametrize(
    "posed",
    [posed if posed in QUICK else pytest.param(posed, marks=pytest.mark.slow) for posed in AFTER_KAPPA_STEPS],
    ids=lambda posed: str(posed.domain[-1]),
)
def test_numbers_of_steps_and_workers_with_a_formula_for_lower_end(posed):
    assert verify(posed).status in ("supported", "proved")


@pytest.mark.parametrize("posed", AFTER_KAPPA_STEPS, ids=lambda posed: str(posed.domain[-1]))
def test_they_have_cases_and_instances(posed):
    fixed = cases(posed)
    assert fixed and all(case.id == posed.id or "=" in case.id for case in fixed)
    if posed is AFTER_KAPPA_STEPS[0]:
        assert exhibit(posed) is not None


def test_an_iteration_complexity_says_that_v_0_is_not_known_yet():
    """Such a claim is not tried; where a number of steps is fixed, a proof is found all the same."""
    for parts, status in (
        ({"domain": (eps > 0, k >= 2 * L * V0 / eps)}, "open"),
        ({"horizon": K, "domain": (eps > 0, K >= V0 * L / eps)}, "proved"),
    ):
        verdict = verify(claim(**SUBLINEAR, bound=2 * eps, **parts))
        assert verdict.status == status and "depends on V_0, which is not known before" in str(verdict)
    assert verify(claim(**SUBLINEAR, bound=eps / 2, **parts)).status == "open"


# ------------------------------------------------------------------------------------- constants of the noise


def test_a_constant_that_is_a_number_is_that_of_what_is_tried():
    """Where L = 1 no instance has L = 4, and nothing is measured on one that has."""
    posed = claim(
        **NOISY | {"domain": (0 < alpha, alpha <= 1)},
        assumptions=(Smooth(1), Unbiased(), BoundedVariance(sigma)),
        bound=6**k * (V0 + alpha**2 * sigma**2 / 2),
    )
    noisy = [piece for piece in verify(posed).evidence if "exact expectations" in piece.text]
    assert noisy and all((piece.facts["largest_ratio"] or 0) <= 1 for piece in noisy)  # None: nothing is near the floor
    assert all(piece.facts["held"] + piece.facts["undecided"] == piece.facts["comparisons"] for piece in noisy)


@pytest.mark.parametrize("constant", [sigma / sqrt(B), 1 / B, sigma / (B - 1)])
def test_a_formula_for_a_constant_of_the_noise_may_have_no_value_somewhere(constant):
    posed = claim(
        **NOISY | {"domain": (0 < alpha, alpha <= 1 / L, B >= 2)},
        assumptions=(Smooth(L), Unbiased(), BoundedVariance(constant)),
        bound=6**k * (V0 + L * constant**2),
    )
    assert verify(posed).raised is None


@dataclass(frozen=True)
class Interpolation(OracleAssumption):
    """f* + E||~g||^2 / (2 c) <= f(x)."""

    constant: Any
    words = "interpolated"

    @property
    def formulas(self):
        return (self.constant,)

    def statement(self, x):
        return f_star + mean(dual_norm("2", estimate(x)) ** 2, x) / (2 * self.constant) <= value(x)


def test_an_assumption_of_one_s_own_may_speak_of_the_infimum():
    posed = claim(
        **NOISY | {"domain": (alpha > 0, alpha <= 1 / L, c > 0)},
        assumptions=(Smooth(L, L2), Unbiased(), Interpolation(c)),
        bound=(1 + L * c) ** k * V0,
    )
    assert verify(posed).raised is None


def test_what_was_not_tried_with_exact_gradients_is_not_said_to_hold_there():
    posed = claim(
        **NOISY | {"domain": (alpha > 0, alpha <= 1 / L, c >= 2)},
        assumptions=(Smooth(L), PolyakLojasiewicz(mu), Unbiased(), NormSignMargin(c)),
        bound=V0 * 6**k,
    )
    verdict = verify(posed)
    assert verdict.status == "open" and "not refuted with exact gradients" not in str(verdict)


# ------------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True)
class UnitStep(Algorithm):
    """Steepest descent where L = 1: on |x|^2 / 2 it is at the minimizer at once, and floats nearly are."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        return x - L2.dual(g, xp) * L2.maximizer(g, xp), memory


@dataclass(frozen=True)
class Weighted(Algorithm):
    """x+ = x - 3 w alpha g, where the memory w begins as a field of the method and stays."""

    step_size: Any
    weight: Any
    translates = True

    def init(self, x, xp):
        return self.weight + 0 * xp.sum(x)

    def update(self, x, gradient, memory, xp):
        return x - 3 * memory * self.step_size * gradient(x), memory


@pytest.mark.parametrize(("weight", "status"), [(Rational(1, 3), "supported"), (3, "refuted"), (c / 3, "refuted")])
def test_a_method_may_begin_with_its_own_parameters(weight, status):
    domain = (alpha > 0, alpha <= 1 / L, *(() if weight != c / 3 else (c > 0, c < 9)))
    rule = Weighted(alpha, weight)
    posed = claim(algorithm=rule, assumptions=(Smooth(L, L2),), domain=domain, measure=Suboptimality(), bound=V0)
    assert verify(posed).status == status


@dataclass(frozen=True)
class AdaptiveNorm(Algorithm):
    """AdaGrad-Norm, its sum from a number."""

    step_size: Any
    begins: Any

    def init(self, x, xp):
        return self.begins(xp)

    def update(self, x, gradient, memory, xp):
        g = gradient(x)
        total = memory + xp.sum(g * g)
        return x - self.step_size * g / xp.sqrt(total), total


class Counted(AdaptiveNorm):
    """A step divided by the root of the count of steps."""

    def update(self, x, gradient, memory, xp):
        return x - self.step_size / xp.sqrt(memory) * gradient(x), memory + 1


@pytest.mark.parametrize(
    "rule",
    [
        AdaptiveNorm(alpha, lambda xp: xp.rational(0, 1)),
        AdaptiveNorm(alpha, lambda xp: 0),
        AdaptiveNorm(alpha, lambda xp: xp.rational(1, 3)),
        Counted(alpha, lambda xp: 1),
    ],
)
def test_a_memory_may_begin_as_one_number_for_all_instances(rule):
    posed = claim(algorithm=rule, assumptions=(Smooth(L, L2),), domain=(alpha > 0,), measure=Suboptimality(), bound=V0)
    verdict = verify(posed)
    assert verdict.status == "refuted" and verdict.witness.replay().confirmed


@dataclass(frozen=True)
class Scaled(Algorithm):
    """A step as many times as large as there are workers."""

    step_size: Any
    workers: Any

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * self.workers * gradient(x), memory


@pytest.mark.parametrize("rule", [UnitStep(alpha), Scaled(alpha, M), Scaled(alpha, 3)])
def test_one_rule_for_all_arithmetics_is_not_accused(rule):
    workers = () if isinstance(rule, UnitStep) else (M >= 1,) if rule.workers == M else ()
    posed = claim(
        algorithm=rule,
        assumptions=(Smooth(1, L2),),
        domain=(alpha > 0, alpha < 1, *workers),
        measure=Suboptimality(),
        bound=9**k * V0,
    )
    examine(posed)


@pytest.mark.parametrize("heard", [lambda own: 1, lambda own: 5, lambda own: own + 1, lambda own: own * own])
def test_a_vote_is_one_of_all_workers(heard):
    """Others would be drawn as many as there are, and counted as many as are named."""

    def update(self, x, gradient, memory, xp):
        length, vote = xp.votes(gradient, x, heard(self.workers))
        return x - self.step_size * length * vote, memory

    rule = dataclass(frozen=True)(type("Others", (MajorityVote,), {"update": update}))
    with pytest.raises(ClaimError, match=r"Others lets .* vote, .* write xp\.votes\(gradient, x, self\.workers\)"):
        claim(
            algorithm=rule(alpha, M),
            assumptions=(Smooth(L), Unbiased(workers=True), VoteMargin(p)),
            domain=(alpha > 0, Rational(1, 2) < p, M >= 1),
            measure=ExpectedSuboptimality(),
            bound=V0 * 9**k,
        )


# ------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["lambda", "class"])
def test_a_symbol_may_be_named_after_a_word_of_python(name):
    step = Symbol(name, real=True)
    false = claim(**LINEAR | {"algorithm": GradientDescent(step)}, domain=(step > 0, step < 3 / L), bound=V0 / 2)
    witness = verify(false).witness
    data = witness.to_json()
    assert data["statement"] == stated(false)
    read = from_json(data, {})
    assert read.claim.domain == false.domain and read.replay().confirmed
