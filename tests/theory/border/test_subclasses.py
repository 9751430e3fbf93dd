"""Parts of one's own that are derived from the package's: what those say of themselves is not said of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from sympy import Abs, Eq, Ge, Integer, Le, Max, Min, Ne, Rational, Symbol, sign
from sympy.core.symbol import Str

from signproof import Claim, verify
from signproof.checks.gradients.finite import TableOracle
from signproof.checks.gradients.laws import Law
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.posing import domain
from signproof.checks.posing.cases import at_horizons, noiseless
from signproof.checks.posing.domain import Unsupported, ranges
from signproof.checks.problems.base import known
from signproof.checks.problems.families import families
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import bound_at
from signproof.checks.replay.flows import replay_flow
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance
from signproof.checks.trials.batch import prepare
from signproof.checks.trials.drawn_noise import SLACK, slack
from signproof.checks.trials.drawn_noise import try_out as try_draws
from signproof.checks.trials.tally import PROFILES
from signproof.theory.algorithms import GradientDescent, MajorityVote, ScaledSignGD, ScaledSignSGD, SignGD
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions import Dimension, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.gradients import BoundedVariance, OracleAssumption, SignMargin, Unbiased
from signproof.theory.claim import Orbit
from signproof.theory.derivation.steps import Forever, Run, transition
from signproof.theory.elaboration.automatic import NoProof, assemble
from signproof.theory.measures import ExpectedSuboptimality, MinDualGradientNorm, Suboptimality
from signproof.theory.measures.flows import MinDualGradientNormOverTime
from signproof.theory.methods.flows import GradientFlow
from signproof.theory.misuse import Misuse
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, K, L, alpha, beta, d, k, l, mu, s, sigma, t
from signproof.theory.terms.expectations import estimate, mean
from signproof.theory.terms.flows import LeastSoFar, trajectory
from signproof.theory.terms.vectors import Sum, dual_norm, gradient, norm, suboptimality

INF = Str("inf")
x = Symbol("x", real=True)


@dataclass(frozen=True)
class Lazy(ScaledSignSGD):
    """It stays where it is."""

    def update(self, x, gradient, memory, xp):
        gradient(x)
        return x, memory


@dataclass(frozen=True)
class LazyVote(MajorityVote):
    def update(self, x, gradient, memory, xp):
        xp.votes(gradient, x, self.workers)
        return x, memory


@dataclass(frozen=True)
class Half(ExpectedSuboptimality):
    """E V_k / 2."""

    @property
    def symbol(self):
        return mean(suboptimality(k)) / 2

    def quantity(self, problem, x, xp):
        return problem.suboptimality(x, xp) / 2


@dataclass(frozen=True)
class Twice(Suboptimality):
    """2 V_k."""

    @property
    def symbol(self):
        return 2 * suboptimality(k)

    def quantity(self, problem, x, xp):
        return 2 * problem.suboptimality(x, xp)


@dataclass(frozen=True)
class Noisy(OracleAssumption):
    """E[||~g - grad f(x)||_1^2 | x] >= sigma^2: exact gradients do not meet it, and the class does not say so."""

    constant: Any
    words = "noisy"

    @property
    def formulas(self):
        return (self.constant,)

    @property
    def conditions(self):
        return (self.constant > 0,)

    def statement(self, x):
        return Ge(mean(dual_norm(INF, estimate(x) - gradient(x)) ** 2, x), self.constant**2)


class Reversed(SignMargin):
    """The sign is right with probability (1 + c)/2 at most; `noiseless` is that of the opposite."""

    def statement(self, x):
        return Le(mean(dual_norm(INF, estimate(x)), x), self.constant * dual_norm(INF, gradient(x)))


class HalfSmooth(Smooth):
    """Smooth with the constant L/2."""

    def statement(self, x, y):
        return Le(dual_norm(INF, gradient(x) - gradient(y)), self.constant / 2 * norm(INF, x - y))


def claim(**changes) -> Claim:
    parts: dict[str, Any] = {
        "id": "own",
        "algorithm": ScaledSignGD(alpha),
        "assumptions": (Smooth(L),),
        "domain": (alpha > 0, alpha < 2 / L),
        "measure": Suboptimality(),
        "bound": V0,
    }
    return Claim(**parts | changes)


# ---------------------------------------------------------------------------------------- methods and measures


@pytest.mark.parametrize("algorithm", [Lazy(alpha), LazyVote(alpha, 3)], ids=str)
def test_a_rule_of_its_own_stays_without_noise(algorithm):
    posed = noiseless(claim(algorithm=algorithm, measure=ExpectedSuboptimality()))
    assert type(posed.algorithm) is type(algorithm)
    assert type(ScaledSignSGD(alpha).noiseless) is type(MajorityVote(alpha, 3).noiseless) is ScaledSignGD


def test_a_quantity_of_its_own_stays_without_noise():
    assert type(noiseless(claim(algorithm=ScaledSignSGD(alpha), measure=Half())).measure) is Half
    assert type(ExpectedSuboptimality().noiseless) is Suboptimality


def test_a_measure_derived_from_the_suboptimality_is_measured_as_it_says():
    verdict = verify(claim(measure=Twice()))
    assert verdict.status == "refuted" and verdict.witness.k == 0  # 2 V_0 > V_0


@pytest.mark.parametrize("power", [-1, 0, 0.5, Rational(1, 2), alpha, "2"], ids=str)
@pytest.mark.parametrize("measure", [MinDualGradientNorm, MinDualGradientNormOverTime])
def test_the_power_of_a_norm_is_a_positive_whole_number(measure, power):
    with pytest.raises(Misuse, match="the power of the norm must be 1, 2, "):
        measure(power, L2)


@dataclass(frozen=True)
class LeastNegative(MinDualGradientNormOverTime):
    """min of -||g||^2 over time, which is its first value where ||g|| falls."""

    least_so_far = True

    @property
    def symbol(self):
        return LeastSoFar(-(dual_norm(Str(self.norm.name), gradient(trajectory(s))) ** 2))

    def quantity(self, problem, x, xp):
        return -self.norm.dual_squared(problem.gradient(x, xp), xp)


def test_the_minimum_over_time_of_another_quantity_is_not_its_last_value():
    posed = Claim(id="own", algorithm=GradientFlow(beta), assumptions=(StronglyConvex(mu, L2),),
                  domain=(beta > 0, t > 0), measure=LeastNegative(2, L2), bound=-2 * mu * V0)  # fmt: skip
    problem, one = DiagonalQuadratic(rationals([1, 2])), fmpq(1)
    found = replay_flow(Instance(posed, problem, {"mu": one, "beta": one, "t": one}, (fmpq(3), fmpq(1))))
    assert not found.confirmed and "within" in found.why


@pytest.mark.parametrize("speed", [1, -1])
def test_the_speed_of_a_flow_may_be_a_python_number(speed):
    posed = Claim(id="own", algorithm=GradientFlow(speed), domain=(t >= 0,), measure=MinDualGradientNormOverTime(2, L2),
                  bound=V0)  # fmt: skip
    found = replay_flow(Instance(posed, DiagonalQuadratic(rationals([1])), {"t": fmpq(1)}, (fmpq(1),)))
    assert found.confirmed is False and (speed > 0 or "not positive" in found.why)


# ---------------------------------------------------------------------------------------------- assumptions


@pytest.mark.parametrize(
    ("assumption", "case", "why"),
    [
        (Noisy(sigma), "no values meet all of .*, 0 >= sigma", "exact gradients do not meet"),
        (Reversed(sigma), "is not known to be met by exact gradients", "is not known to be met"),
    ],
    ids=str,
)
def test_what_exact_gradients_are_not_known_to_meet_is_not_tried_on_them(assumption, case, why):
    posed = claim(algorithm=ScaledSignSGD(alpha), measure=ExpectedSuboptimality(), assumptions=(Smooth(L), assumption))
    with pytest.raises(Unsupported, match=case):
        noiseless(posed)
    law = TableOracle({(fmpq(1),): Law((fmpq(1, 2), fmpq(1, 2)), rationals([[5], [-3]]))})
    assert why in law.unmet(assumption, {sigma: fmpq(1)}, 1)


def test_a_true_claim_about_noise_of_a_least_size_is_not_refuted():
    """Nothing meets its assumptions: noise of size sigma or more, and none."""
    posed = claim(algorithm=ScaledSignSGD(alpha), measure=ExpectedSuboptimality(), bound=V0 / 2,
                  assumptions=(Smooth(L), Noisy(sigma), BoundedVariance(0)))  # fmt: skip
    assert verify(posed).status == "vacuous"


def test_no_family_answers_for_an_assumption_derived_from_one_it_knows():
    for family in families():
        if family.costly or not family.__module__.startswith("signproof."):
            continue
        problem, _ = next(iter(family.samples(np.random.default_rng(0), 1)))
        assert known(problem, HalfSmooth(L)) is None, family
        try:
            assert problem.one(0).exact_constant(HalfSmooth(L)) is None, family
        except ValueError:
            continue
    with pytest.raises(NoProof):
        assemble(claim(assumptions=(HalfSmooth(L),), domain=(alpha > 0, alpha < 4 / L)))


@pytest.mark.parametrize(("number", "inside"), [(1, False), (2, True), (5, False)])
def test_a_problem_has_the_dimension_that_is_assumed_or_none(number, inside):
    posed = claim(assumptions=(Smooth(L), Dimension(number)))
    problem, start = DiagonalQuadratic(np.array([[1.0], [2.0]])), np.ones((2, 1))
    batch = prepare(posed, ranges(posed), problem, start, {alpha: np.array([0.5])})
    assert batch.inside.tolist() == [inside]


def test_a_dimension_is_no_other_constant():
    posed = claim(assumptions=(Smooth(d), Dimension(d)), domain=(alpha > 0, alpha < 2 / d))
    with pytest.raises(Unsupported, match="both the dimension and another constant"):
        domain.constants(posed)


def test_v_0_is_no_constant_that_a_problem_supplies():
    posed = claim(assumptions=(Smooth(V0),), domain=(alpha > 0, alpha < 1))
    with pytest.raises(Unsupported, match="depends on V_0"):
        domain.constants(posed)
    for assumed in (Smooth(V0), Unbiased()), (Smooth(L), BoundedVariance(V0)):
        posed = claim(algorithm=ScaledSignSGD(alpha / V0), measure=ExpectedSuboptimality(), assumptions=assumed,
                      domain=(alpha > 0, alpha < 1))  # fmt: skip
        with pytest.raises(Unsupported, match="depends on V_0"):
            try_draws(posed, PROFILES["quick"], 0, 1e-9)


def test_what_exact_gradients_never_meet_is_not_tried_on_them():
    posed = claim(
        algorithm=ScaledSignSGD(alpha), measure=ExpectedSuboptimality(), assumptions=(Smooth(L), SignMargin(2))
    )
    with pytest.raises(Unsupported, match="exact gradients do not meet"):
        noiseless(posed)


def test_numbers_of_steps_outside_the_domain_are_left_out():
    posed = claim(algorithm=ScaledSignGD(1 / (L * (K + 1))), domain=(K >= 1,), horizon=K)
    assert [case.id for case in at_horizons(posed)] == ["own (K = 1)", "own (K = 8)"]
    assert [case.domain for case in at_horizons(posed)] == [(Eq(k, 1),), (Eq(k, 8),)]  # about the last step alone
    with pytest.raises(Unsupported, match="of the numbers of steps"):
        at_horizons(claim(algorithm=ScaledSignGD(1 / (L * (K + 1))), domain=(K >= 1000,), horizon=K))


def test_a_bound_that_has_no_value_at_some_step_says_nothing_there():
    for bound in (V0 / (k - 2), V0 + 1 / (k - 2), Max(V0, V0 / (k - 2))):
        with pytest.raises(ZeroDivisionError):
            bound_at(claim(bound=bound), 2)
    with pytest.raises(TypeError, match="no arithmetic knows the function Sum"):
        evaluate(Sum(Rational(1, 2) ** l, (l, 0, 3)), {}, RATIONALS)


# ------------------------------------------------------------------------------------------------- families


@pytest.mark.parametrize("name", ["constant", "exact_constant", "hessian", "convex", "separable"])
def test_a_family_with_a_gradient_of_its_own_does_not_inherit_what_another_says_of_its_own(name):
    facts = {"constant": lambda self, a: None, "exact_constant": lambda self, a: None, "hessian": lambda self: None,
             "convex": True, "separable": True}  # fmt: skip
    parts = {"gradient": lambda self, x, xp: self.diagonal * x * x * x, "__module__": __name__}
    del facts[name]
    assert issubclass(DiagonalQuadratic, DiagonalQuadratic)  # which abstract classes remember of it
    with pytest.raises(TypeError, match=f"Quartic overrides functions of .*define '{name}' in Quartic, too"):
        type("Quartic", (DiagonalQuadratic,), parts | facts)


# ---------------------------------------------------------------------------------------- rounding of draws


def test_what_steps_cancel_is_not_told_from_zero_by_runs_in_floats():
    assert slack(0.0, 1.0) > 2.0**-106 * 1e6 and slack(1.0, 1.0) < 2 * SLACK
    # a run whose V_k falls as that of a theorem does is told from its bound as finely as ever
    assert slack(1e-10, 1.0) < 1e-10 * 1e-4
    assert slack(-1.0, 1.0) < 1


# --------------------------------------------------------------------------------------------------- orbits


def orbit(algorithm, points, *conditions, function=x**2 / 2) -> Claim:
    return Claim(id="own", algorithm=algorithm, domain=(alpha > 0, *conditions), orbit=Orbit(function, (x,), points))


def proved(posed: Claim) -> Claim:
    steps = [Step(str(n), transition(posed.algorithm, posed.orbit, n), Run(n)) for n in range(len(posed.orbit.points))]
    proof = Proof(*steps, Step("for ever", posed.conclusion, Forever(*steps)))
    return Claim(id="own", algorithm=posed.algorithm, domain=posed.domain, orbit=posed.orbit, proof=proof)


def mirrored() -> Claim:
    """A true claim whose points are one and the same at alpha = 1."""
    return orbit(GradientDescent(2), ((alpha - 1,), (1 - alpha,)))


def test_an_orbit_whose_points_coincide_somewhere_is_not_refuted_there():
    assert verify(mirrored()).status == "supported"
    verdict = verify(proved(mirrored()))
    assert verdict.status == "proved" and verdict.witness.exhibit and verdict.witness.start != (fmpq(0),)


def test_an_orbit_may_visit_a_point_twice_in_a_turn():
    verdict = verify(orbit(GradientDescent(2), ((alpha,), (-alpha,), (alpha,), (-alpha,))))
    assert verdict.status == "supported" and verdict.witness is None


def test_an_orbit_is_not_tried_outside_its_domain():
    size = (alpha - 1) ** 2
    posed = orbit(SignGD(size), ((size / 2,), (-size / 2,)), Ne(alpha, 1))
    assert verify(posed).status == "supported"
    outside = Witness(mirrored(), None, {"alpha": fmpq(-1)}, (fmpq(-2),), 1)
    assert not outside.replay().confirmed and "outside the domain" in outside.replay().why


def test_a_false_orbit_is_still_refuted_and_its_witness_is_replayed():
    verdict = verify(orbit(GradientDescent(1), ((alpha,), (-alpha,))))
    assert verdict.status == "refuted" and verdict.witness.replay().confirmed
    assert "leaves the orbit at step 1" in verdict.evidence[-1].text


@pytest.mark.parametrize(
    "posed",
    [
        orbit(GradientDescent(2), ((2**Rational(1, 2) * alpha,), (-(2**Rational(1, 2)) * alpha,))),
        orbit(GradientDescent(2), ((1 / (alpha - 1),), (1 / (1 - alpha),)), alpha < 3, alpha > -1),
    ],
    ids=["irrational", "no value"],
)  # fmt: skip
def test_an_orbit_that_is_not_rational_is_open_and_says_why(posed):
    verdict = verify(posed)
    assert verdict.status == "open" and verdict.evidence[-1].text.startswith("not run: ")


@pytest.mark.parametrize("function", [-Abs(x), Max(x, -2 * x), x * sign(x), x ** Rational(4, 3), Min(x, 2 * x) + x**2])
def test_at_a_kink_there_is_no_gradient_for_an_orbit(function):
    still = orbit(GradientDescent(alpha), ((0,),), function=function)
    verdict = verify(proved(still))
    assert verdict.status == "open" and "has a kink" in verdict.evidence[-1].text
    assert any("may have no gradient" in piece.text or "cannot be read" in piece.text for piece in verdict.evidence)
    assert not Witness(still, None, {"alpha": fmpq(1)}, (fmpq(0),), 1).replay().confirmed


def test_an_orbit_beside_a_kink_is_an_orbit():
    posed = orbit(SignGD(2 * alpha), ((alpha,), (-alpha,)), function=Abs(x))
    assert verify(proved(posed)).status == "proved"


def test_the_points_of_an_orbit_may_be_python_numbers():
    posed = Claim(id="own", algorithm=GradientDescent(Integer(2)), orbit=Orbit(x**2 / 2, (x,), ((1,), (-1,))))
    assert verify(posed).status == "supported"


# ------------------------------------------------------------------------------------------------------ others


def test_the_package_s_own_assumptions_say_when_exact_gradients_meet_them():
    assert Unbiased().fits_exact_gradients and BoundedVariance(sigma).fits_exact_gradients
    assert PolyakLojasiewicz(mu).largest


def test_a_witness_against_an_orbit_that_is_not_rational_is_refused_in_one_line(misuse, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from sympy import Symbol, sqrt\nfrom signproof import Claim\nfrom signproof.theory.symbols import alpha\n"
        "from signproof.theory.methods.gradient import GradientDescent\nfrom signproof.theory.claim import Orbit\n"
        "x = Symbol('x', real=True)\nclaim = Claim(id='mine', algorithm=GradientDescent(2), domain=(alpha > 0,),\n"
        "    orbit=Orbit(x**2 / 2, (x,), ((sqrt(2) * alpha,), (-sqrt(2) * alpha,))))\n"
    )
    (tmp_path / "w.json").write_text(
        '{"schema": "signproof-witness/1", "claim": "mine", "kind": "violation", "parameters": {"alpha": "1"},'
        '"start": ["0"], "k": 4, "measured": "0", "bound": "0"}'
    )
    assert "it cannot be replayed" in misuse("replay", tmp_path / "w.json", "--with", tmp_path / "mine.py")
