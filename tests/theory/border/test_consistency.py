"""The parts of a claim fit together, or it is refused when it is made, in one line with the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sympy import Eq, Ge, Le, Rational, Sum, Symbol, exp, log, sqrt
from sympy.core.symbol import Str

from signproof import Claim, ClaimError
from signproof.checks.posing.cases import at_workers
from signproof.theory.algorithms import (
    Algorithm,
    GradientDescent,
    MajorityVote,
    ScaledSignGD,
    ScaledSignSGD,
    SignGD,
    Signum,
)
from signproof.theory.assumptions import Assumption, Dimension, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.gradients import (
    BoundedVariance,
    IndependentCoordinates,
    OracleAssumption,
    SignMargin,
    Unbiased,
    VoteMargin,
    l1,
)
from signproof.theory.catalog import catalog
from signproof.theory.claim import Orbit
from signproof.theory.derivation.steps import Forever, Run, check, transition
from signproof.theory.measures import ExpectedSuboptimality, Measure, MinDualGradientNorm, Suboptimality
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.measures.proximal import MeanGradientMapping
from signproof.theory.methods.flows import GradientFlow, SignFlow
from signproof.theory.methods.proximal import SignProx
from signproof.theory.norms import L2, LINF
from signproof.theory.proof_steps import Certificate, Proof, Step
from signproof.theory.symbols import V0, K, L, alpha, beta, d, i, k, l, mu, sigma, t
from signproof.theory.terms.expectations import coordinate, estimate, mean
from signproof.theory.terms.vectors import dual_norm, gradient, iterate, suboptimality, value

c, M, T, gamma = (Symbol(name, real=True) for name in ("c", "M", "T", "gamma"))


def bound(**changes) -> Claim:
    parts: dict[str, Any] = {
        "id": "own", "algorithm": ScaledSignGD(alpha), "assumptions": (Smooth(L), PolyakLojasiewicz(mu)),
        "domain": (0 < alpha, alpha < 2 / L), "measure": Suboptimality(), "bound": V0,
    }  # fmt: skip
    return Claim(**parts | changes)


def flow(**changes) -> Claim:
    parts: dict[str, Any] = {
        "id": "own", "algorithm": GradientFlow(beta), "assumptions": (StronglyConvex(mu, L2),),
        "domain": (beta > 0, t > 0), "measure": SuboptimalityOverTime(), "bound": V0,
    }  # fmt: skip
    return Claim(**parts | changes)


def refused(make, *words: str) -> None:
    with pytest.raises(ClaimError) as caught:
        make()
    message = str(caught.value)
    assert "\n" not in message and all(word in message for word in words), message


# ---------------------------------------------------------------------------------------------------- noise


@dataclass(frozen=True)
class ForgetfulSGD(Algorithm):
    """x+ = x - alpha ~g, by somebody who does not say that ~g is drawn."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        return x - self.step_size * gradient(x), memory


@dataclass(frozen=True)
class SGD(ForgetfulSGD):
    stochastic = True


@dataclass(frozen=True)
class Subgaussian(OracleAssumption):
    """An assumption of one's own on stochastic gradients."""

    words = "light in its tails"
    noiseless = ()

    def statement(self, x):
        return Le(mean(l1(estimate(x)), x), 2 * l1(gradient(x)))


@dataclass(frozen=True)
class PlainNoise(Assumption):
    """The same by somebody who does not derive it from OracleAssumption."""

    points = 1
    words = "noisy"

    def statement(self, x):
        return Eq(mean(coordinate(estimate(x), i), x), coordinate(gradient(x), i))


NOISE = (Unbiased(), BoundedVariance(sigma), SignMargin(c), IndependentCoordinates(), Subgaussian(), PlainNoise())


@pytest.mark.parametrize("assumption", NOISE, ids=str)
@pytest.mark.parametrize("method", [ForgetfulSGD(alpha), ScaledSignGD(alpha), GradientDescent(alpha), Signum(alpha, 0)])
def test_stochastic_gradients_are_not_assumed_of_a_method_that_draws_none(method, assumption):
    refused(
        lambda: bound(algorithm=method, assumptions=(Smooth(L), assumption), domain=(alpha > 0, c > 0)),
        "about stochastic gradients", "stochastic = True", type(method).__name__,
    )  # fmt: skip


@pytest.mark.parametrize("assumption", NOISE, ids=str)
def test_of_a_method_that_draws_they_are(assumption):
    assert bound(
        algorithm=SGD(alpha), assumptions=(Smooth(L), assumption), domain=(alpha > 0, c > 0),
        measure=ExpectedSuboptimality(),
    )  # fmt: skip


def test_a_flow_draws_nothing_either():
    refused(lambda: flow(assumptions=(Unbiased(),)), "about stochastic gradients")


@pytest.mark.parametrize("method", [ScaledSignSGD(alpha), MajorityVote(alpha, 3), SGD(2)], ids=str)
def test_a_stochastic_method_is_on_no_orbit(method):
    x = Symbol("x", real=True)
    orbit = Orbit(x**2 / 2, (x,), ((alpha,), (-alpha,)))
    refused(lambda: Claim(id="own", algorithm=method, domain=(alpha > 0,), orbit=orbit), "follow no orbit")
    course = Orbit(x**2 / 2, (x,), ((alpha,),), (alpha * (-1) ** k,))
    refused(lambda: Claim(id="own", algorithm=method, domain=(alpha > 0,), orbit=course), "follow no orbit")


# ------------------------------------------------------------------------------------------------- measures


@dataclass(frozen=True)
class Last(MinDualGradientNorm):
    """The norm at the last iterate, which its symbol does not say."""

    least_so_far = False


@dataclass(frozen=True)
class LastToo(MinDualGradientNorm):
    """The same with a quantity, but no symbol, of its own."""

    least_so_far = False

    def quantity(self, problem, x, xp):
        return xp.power(self.norm.dual(problem.gradient(x, xp), xp), self.power)


@dataclass(frozen=True)
class SymbolOfLast(MinDualGradientNorm):
    """The symbol of the last iterate, but the minimum is measured."""

    @property
    def symbol(self):
        return dual_norm(Str(self.norm.name), gradient(iterate(k))) ** self.power


@dataclass(frozen=True)
class HalfLast(SymbolOfLast):
    def quantity(self, problem, x, xp):
        return xp.power(self.norm.dual(problem.gradient(x, xp), xp), self.power)


@dataclass(frozen=True)
class Tenfold(Suboptimality):
    """Ten times the suboptimality, in its symbol alone."""

    @property
    def symbol(self):
        return 10 * suboptimality(k)


@dataclass(frozen=True)
class Tenth(Suboptimality):
    """A tenth of it, in numbers alone."""

    def quantity(self, problem, x, xp):
        return problem.suboptimality(x, xp) / 10


@dataclass(frozen=True)
class Smaller(Suboptimality):
    """The suboptimality, said to be the least so far."""

    least_so_far = True


@dataclass(frozen=True)
class Loud(ExpectedSuboptimality):
    """2 E V_k, said to be V_k without noise."""

    @property
    def symbol(self):
        return 2 * mean(suboptimality(k))

    @property
    def noiseless(self):
        return Suboptimality()

    def quantity(self, problem, x, xp):
        return 2 * problem.suboptimality(x, xp)


@dataclass(frozen=True)
class LastNorm(Measure):
    """All facts, said of one measure."""

    least_so_far = False

    @property
    def symbol(self):
        return dual_norm(Str("inf"), gradient(iterate(k)))

    def quantity(self, problem, x, xp):
        return xp.sum(xp.abs(problem.gradient(x, xp)))


@pytest.mark.parametrize(
    "measure",
    [Last(2, L2), LastToo(1), SymbolOfLast(1), HalfLast(1), Tenfold(), Tenth(), Smaller(), Loud()],
    ids=lambda measure: type(measure).__name__,
)
def test_what_a_measure_says_of_itself_it_says_of_its_own_functions(measure):
    refused(lambda: bound(measure=measure), type(measure).__name__)


def test_a_measure_that_says_all_of_itself_is_one():
    assert bound(measure=LastNorm(), bound=V0 + 1)


@dataclass(frozen=True)
class Backwards(GradientFlow):
    """x' = beta grad f(x); where it goes on a quadratic is inherited from the opposite."""

    def velocity(self, x, gradient, xp):
        return self.speed * gradient(x)


@dataclass(frozen=True)
class Elsewhere(SignFlow):
    def on_quadratic(self, curvatures, x, time, xp):
        return x


def test_a_flow_follows_the_trajectory_of_its_own_velocity():
    for method in (Backwards(beta), Elsewhere(beta)):
        refused(lambda method=method: flow(algorithm=method), "but inherits", type(method).__name__)
        refused(
            lambda method=method: flow(rival=method, bound=None, assumptions=(StronglyConvex(mu, L2),)), "but inherits"
        )


# -------------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "limit",
    [V0 / k, V0 / sqrt(k), V0 / k**2 + mu, V0 / (k * (k + 1)), V0 / log(k + 1), V0 * (1 + log(k)),
     V0 * k ** Rational(-1, 3), V0 / (2 * k), V0 / (L * k), V0 / (exp(k) - 1), V0 / (k + k**2) ** 2],
    ids=str,
)  # fmt: skip
def test_a_bound_has_a_value_at_the_first_iteration(limit):
    refused(lambda: bound(bound=limit), "no value at k = 0", "add k >= 1 to the domain, or write k + 1 instead of k")
    assert bound(bound=limit, domain=(0 < alpha, alpha < 2 / L, k >= 1))


def test_so_has_a_bound_with_a_horizon_and_one_over_time():
    refused(lambda: bound(bound=V0 / K, horizon=K), "no value at K = 0")
    assert bound(bound=V0 / K, horizon=K, domain=(0 < alpha, alpha < 2 / L, K >= 1))
    assert bound(bound=V0 / (K + 1), horizon=K)
    refused(lambda: flow(bound=V0 / t, domain=(beta > 0, t >= 0)), "no value at t = 0", "t > 0")
    assert flow(bound=V0 / t)


@pytest.mark.parametrize("relation", [k > -1, 2 * k >= 0, alpha <= 1 / (L * (k + 1)), k >= 0])
def test_a_relation_that_holds_at_the_first_iteration_excludes_it_not(relation):
    refused(lambda: bound(bound=V0 / k, domain=(0 < alpha, relation)), "no value at k = 0")


@pytest.mark.parametrize("relation", [k > 0, 3 * k >= 2, k**2 > 0, alpha <= 1 / (L * k), k >= Rational(1, 2)])
def test_a_relation_that_fails_there_does(relation):
    assert bound(bound=V0 / k, domain=(0 < alpha, relation))
    refused(lambda: bound(bound=V0 / (k - 1), domain=(0 < alpha, relation)), "no value at k = 1", "k >= 2")


@pytest.mark.parametrize("step", [1 / (L * k), 1 / (L * sqrt(k)), log(k) / (L * (k + 1)), alpha / log(1 + k)], ids=str)
def test_the_first_step_has_a_size(step):
    for first in (k >= 0, k >= 1):
        refused(lambda first=first: bound(algorithm=ScaledSignGD(step), domain=(alpha > 0, first)), "no value at k = 0")
    assert bound(algorithm=ScaledSignGD(step.subs(k, k + 1)))


def test_a_step_size_with_a_horizon_has_a_value_at_every_horizon():
    method = {"algorithm": ScaledSignGD(1 / (L * sqrt(K))), "horizon": K}
    refused(lambda: bound(**method), "step size", "no value at K = 0", "add K >= 1 to the domain, or write K + 1")
    assert bound(**method, domain=(alpha > 0, K >= 1))
    assert bound(algorithm=ScaledSignGD(1 / (L * sqrt(K + 1))), horizon=K)


def test_abound_at_the_horizon_is_no_formula_in_k():
    refused(lambda: bound(bound=V0 / (k + 1), horizon=K), "only about the last iteration", "write K instead of k")


def test_a_power_of_0_has_a_value_if_its_exponent_is_positive():
    growing = V0 * (1 + k**beta)
    assert bound(bound=growing, domain=(0 < alpha, beta > 0))
    refused(lambda: bound(bound=growing, domain=(0 < alpha, beta < 0)), "no value at k = 0")
    assert bound(bound=V0 * (1 - alpha * L) ** (k - 1), domain=(Eq(alpha * L, 1), k >= 1))


@pytest.mark.parametrize("limit", [V0 / (k + 1), V0 * mu**k, V0 * k, V0 / sqrt(k + 1), V0 / (1 + log(k + 1)), V0 / L])
def test_what_has_a_value_there_is_left_alone(limit):
    assert bound(bound=limit)


# -------------------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize("steps", [Rational(3, 2), Rational(0), Rational(-1), T / 2, 2 * T])
def test_a_number_of_steps_is_a_whole_number(steps):
    measure = MeanGradientMapping(gamma, steps, 2, L2)
    refused(
        lambda: bound(algorithm=SignProx(gamma), assumptions=(), domain=(gamma > 0, T >= 1), measure=measure),
        "may not be an integer",
    )


def test_what_is_counted_is_no_constant_of_the_objective():
    measure = MeanGradientMapping(gamma, L, 2, L2)
    refused(
        lambda: bound(algorithm=SignProx(gamma), assumptions=(Smooth(L),), domain=(gamma > 0,), measure=measure),
        "L is the number of steps", "use two symbols",
    )  # fmt: skip
    refused(
        lambda: bound(algorithm=MajorityVote(alpha, L), measure=ExpectedSuboptimality()), "L is the number of workers"
    )
    refused(
        lambda: bound(
            algorithm=MajorityVote(alpha, M), measure=ExpectedSuboptimality(), assumptions=(Smooth(L), VoteMargin(M))
        ),
        "M is the number of workers",
    )
    counted = {"domain": (alpha > 0, M >= 1), "measure": ExpectedSuboptimality()}
    assert bound(algorithm=MajorityVote(alpha, M), **counted)
    assert bound(algorithm=MajorityVote(alpha, d), **counted | {"assumptions": (Smooth(L), Dimension(d))})


def test_a_constant_may_be_a_formula_in_a_count():
    drawn = {"domain": (alpha > 0, sigma >= 0), "measure": ExpectedSuboptimality()}
    votes = drawn | {"algorithm": MajorityVote(alpha, M)}
    assert bound(**votes, assumptions=(Smooth(L), Unbiased(True), BoundedVariance(sigma / sqrt(M), True)))
    assert bound(**votes, assumptions=(Smooth(L), VoteMargin(1 - 1 / (4 * M))))
    steps = drawn | {"algorithm": ScaledSignSGD(1 / (L * sqrt(K + 1))), "horizon": K}
    assert bound(**steps, assumptions=(Smooth(L), Unbiased(), BoundedVariance(sigma / sqrt(K + 1))))
    refused(lambda: bound(**steps, assumptions=(Smooth(L), Unbiased(), BoundedVariance(K))), "must be the symbol K")


def test_a_method_named_like_a_count_counts_nothing():
    @dataclass(frozen=True)
    class Draws(Algorithm):
        step_size: Any

        def batch(self, number):
            return number

        def update(self, x, gradient, memory, xp):
            return x - self.step_size * gradient(x), memory

    @dataclass(frozen=True)
    class Batches(Draws):
        batch: Any = 1

    assert bound(algorithm=Draws(alpha))
    for number in (Rational(1, 2), True, "four", ("a", "b")):
        refused(
            lambda number=number: bound(algorithm=Batches(alpha, number)), "number of batch must be a separate symbol"
        )


# -------------------------------------------------------------------------------------------------- orbits


def orbit_claim(algorithm: Algorithm, *points, function=None, domain=(alpha > 0,)) -> Claim:
    x = Symbol("x", real=True)
    orbit = Orbit(x**2 / 2 if function is None else function, (x,), points)
    claim = Claim(id="own", algorithm=algorithm, domain=domain, orbit=orbit)
    steps = [Step(str(n), transition(algorithm, orbit, n), Run(n)) for n in range(len(points))]
    proof = Proof(*steps, Step("for ever", claim.conclusion, Forever(*steps)))
    return Claim(id="own", algorithm=algorithm, domain=domain, orbit=orbit, proof=proof)


def test_a_method_that_remembers_its_last_gradient_alone_is_on_an_orbit():
    points = ((alpha / 2,), (-alpha / 2,))
    for method in (SignGD(alpha), Signum(alpha, 0), Signum(alpha, Rational(0))):
        assert isinstance(check(orbit_claim(method, *points)), Certificate)
    assert isinstance(check(orbit_claim(ScaledSignGD(2), (alpha,), (-alpha,))), Certificate)
    with pytest.raises(Exception, match="remembers more"):
        orbit_claim(Signum(alpha, Rational(1, 2)), *points)


def test_the_step_of_an_orbit_has_a_value_at_every_point():
    @dataclass(frozen=True)
    class Cancelled(Algorithm):
        step_size: Any

        def update(self, x, gradient, memory, xp):
            g = gradient(x)
            return x - self.step_size * (g * g / g), memory

    y = Symbol("y", real=True)
    assert isinstance(check(orbit_claim(GradientDescent(2), (y,), (-y,), domain=(y > -1, y < 1))), Certificate)
    outcome = check(orbit_claim(Cancelled(2), (y,), (-y,), domain=(y > -1, y < 1)))
    assert "may be zero" in outcome.reason
    assert isinstance(check(orbit_claim(Cancelled(2), (y,), (-y,), domain=(y > 0,))), Certificate)


def test_every_claim_of_the_papers_is_consistent():
    assert len(catalog()) >= 80
    assert MinDualGradientNormOverTime(1).symbol != MinDualGradientNorm(1).symbol


def test_a_count_in_a_constant_is_a_whole_number_in_every_instance():
    votes = bound(
        algorithm=MajorityVote(alpha, M), measure=ExpectedSuboptimality(), domain=(alpha > 0, sigma > 0),
        assumptions=(Smooth(L), Unbiased(True), BoundedVariance(sigma / sqrt(M), True)),
    )  # fmt: skip
    posed = at_workers(votes)
    assert len(posed) > 1 and not any(M in case.parameters for case in posed)


def test_an_assumption_says_how_many_points_it_is_about():
    @dataclass(frozen=True)
    class Forgetful(Assumption):
        def statement(self, x):
            return Ge(value(x), 0)

    class Doubled(PolyakLojasiewicz):
        points = 2

    for assumption, message in ((Forgetful(), "does not say how many points"), (Doubled(mu, L2), "says points = 2")):
        with pytest.raises(ClaimError, match=message):
            Claim(id="own", algorithm=GradientDescent(alpha), assumptions=(Smooth(L, L2), assumption),
                  domain=(0 < alpha, alpha < 1 / L), measure=Suboptimality(), bound=V0)  # fmt: skip


def test_without_noise_a_method_keeps_its_geometry():
    """Scaled SignSGD in the Euclidean norm is SGD, and without noise gradient descent."""
    for pair in (L2, LINF):
        assert ScaledSignSGD(alpha, pair).noiseless == ScaledSignGD(alpha, pair)


MEAN = Sum(dual_norm(Str("inf"), gradient(iterate(l))), (l, 0, k)) / (k + 1)


@pytest.mark.parametrize(
    ("taken", "term", "why"),
    [
        ({"least_so_far": True}, MEAN, "least_so_far = True, but its symbol is not a minimum over the run: write mean"),
        ({}, MEAN, "mean_so_far = False, but its symbol is the mean over the run: write mean_so_far = True"),
        ({}, (k + 1) * MEAN, "sum_so_far = False, but its symbol is the sum over the run: write sum_so_far = True"),
        ({"mean_so_far": True}, dual_norm(Str("inf"), gradient(iterate(k))), "not a mean over the run: leave it out"),
    ],
)
def test_what_a_measure_takes_together_is_said_by_its_symbol(taken, term, why):
    def quantity(self, problem, x, xp):
        return xp.sum(xp.abs(problem.gradient(x, xp)))

    fields = {"symbol": property(lambda self: term), "quantity": quantity, "__module__": __name__} | taken
    own = dataclass(frozen=True)(type("Own", (Measure,), fields))
    refused(lambda: bound(measure=own()), why)
    without = dataclass(frozen=True)(type("Own", (Measure,), {"symbol": fields["symbol"], "__module__": __name__}))
    assert bound(measure=without())
