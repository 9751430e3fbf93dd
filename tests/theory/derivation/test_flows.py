"""Flows: what the kernel accepts about them, what it does not, and trajectories in closed form as the referee."""

from __future__ import annotations

import dataclasses
import itertools
import json
from math import factorial

import pytest
from flint import fmpq
from interpretation import Trajectory
from sympy import Abs, Eq, Ge, Integer, Le, Rational, Sum, Symbol, diff, exp, sign, sqrt
from sympy.core.symbol import Str
from test_kernel import changed, mutate, number_mutants, rejected, with_step

from signproof import Claim, verify
from signproof.checks.numbers.exact import Balls, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.witness import from_json
from signproof.theory.algorithms import SignGD
from signproof.theory.assumptions.flows import SublevelRadius
from signproof.theory.catalog import catalog
from signproof.theory.claim import ClaimError
from signproof.theory.derivation.steps import (
    Combination,
    Decide,
    Definition,
    Hypothesis,
    Identity,
    Lemma,
    _Kernel,
    check,
)
from signproof.theory.derivation.table import TABLE, conclusion
from signproof.theory.measures import Suboptimality
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.methods.flows import Flow, GradientFlow, SignFlow
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.scaled_sign.proposition_1 import D1, proposition_1_1, proposition_1_2
from signproof.theory.papers.scaled_sign.proposition_2 import D2, proposition_2_1, proposition_2_2
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, alpha, beta, f_star, i, k, s, t
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.flows import (
    Accumulated,
    LeastSoFar,
    g_t,
    suboptimality_at,
    suboptimality_rate,
    trajectory,
    velocity,
    x_t,
)
from signproof.theory.terms.vectors import dual_norm, gradient, maximizer, norm, suboptimality, value, x_k

PROPOSITIONS = (proposition_1_1, proposition_1_2, proposition_2_1, proposition_2_2)
SHARED = {"chain rule", "infimum", "non-negative norm"}
FALLS, LEAST = {"Hölder", "monotonicity"}, {"decrease over time", "least over time"}
LEMMAS = (
    SHARED | FALLS | {"Euclidean norm", "comparison with a Riccati equation"},
    SHARED | LEAST | {"Euclidean norm"},
    SHARED | FALLS | {"attained dual norm", "Grönwall"},
    SHARED | LEAST | {"attained dual norm"},
)
INF, TWO = Str(LINF.name), Str(L2.name)
V, V_start, V_rate = suboptimality_at(t), suboptimality_at(0), suboptimality_rate(t)
N = dual_norm(INF, g_t)


# ---------------------------------------------------------------------------------------------- accepted


@pytest.mark.parametrize(
    ("claim", "lemmas"), [*zip(PROPOSITIONS, LEMMAS, strict=True)], ids=lambda part: getattr(part, "id", "")
)
def test_the_propositions_are_proved_with_the_lemmas_they_name(claim, lemmas):
    outcome = check(claim)
    assert isinstance(outcome, Certificate) and set(outcome.lemmas) == lemmas


# ---------------------------------------------------------------------------------------------- mutants

OTHER_BOUNDS = [
    (proposition_1_1, {beta: 2 * beta}),
    (proposition_1_1, {D1**2: D1}),
    (proposition_1_1, {D1**2: D1**2 / 2}),
    (proposition_1_2, {sqrt(V0 / (beta * t)): V0 / (beta * t)}),
    (proposition_1_2, {sqrt(V0 / (beta * t)): sqrt(V0 / (2 * beta * t))}),
    (proposition_2_1, {exp(-beta * t / D2): exp(-2 * beta * t / D2)}),
    (proposition_2_1, {exp(-beta * t / D2): exp(-beta * t / D2**2)}),
    (proposition_2_2, {V0: V0 / 2}),
    (proposition_2_2, {V0 / (beta * t): sqrt(V0 / (beta * t))}),
]


@pytest.mark.parametrize(("claim", "change"), OTHER_BOUNDS, ids=str)
@pytest.mark.parametrize("everywhere", [True, False], ids=["in the proof too", "in the claim only"])
def test_a_bound_that_the_proof_does_not_give_is_rejected(claim, change, everywhere):
    bound = claim.bound.xreplace(change)
    assert bound != claim.bound

    def replace(formula):
        return formula.xreplace({claim.bound: bound})

    proof = mutate(claim.proof, replace) if everywhere else claim.proof
    outcome = check(dataclasses.replace(claim, bound=bound, proof=proof))
    assert isinstance(outcome, Rejection)


@pytest.mark.parametrize("claim", [proposition_1_1, proposition_2_1], ids=str)
def test_a_proof_without_one_of_its_assumptions_is_rejected(claim):
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        domain = (*claim.domain, *(symbol > 0 for symbol in assumption.symbols))
        outcome = rejected(dataclasses.replace(claim, assumptions=left, domain=domain))
        assert str(assumption) in outcome.reason


def test_the_radius_is_one_in_the_right_norm():
    for claim, pair in ((proposition_1_1, LINF), (proposition_2_1, L2)):
        convex, radius = claim.assumptions
        other = dataclasses.replace(radius, norm=pair)
        assert str(radius) in rejected(dataclasses.replace(claim, assumptions=(convex, other))).reason


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_a_proof_about_the_other_flow_is_rejected(claim):
    other = SignFlow(beta) if isinstance(claim.algorithm, GradientFlow) else GradientFlow(beta)
    assert rejected(dataclasses.replace(claim, algorithm=other)).step == "the flow"


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_a_speed_that_may_be_negative_is_rejected(claim):
    assert isinstance(check(dataclasses.replace(claim, domain=(beta > -1, t > 0))), Rejection)


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_every_flipped_inequality_and_negated_multiplier_is_rejected_at_its_step(claim):
    flipped = {Le: Ge, Ge: Le}
    for step in claim.proof.steps:
        mutants = []
        if type(step.statement) in flipped:
            mutants.append(Step(step.name, flipped[type(step.statement)](*step.statement.args), step.by))
        if isinstance(step.by, Combination):
            for premise, multiplier in step.by.multipliers.items():
                by = changed(step.by, multipliers={**step.by.multipliers, premise: -multiplier})
                mutants.append(Step(step.name, step.statement, by))
        for new in mutants:
            assert rejected(dataclasses.replace(claim, proof=with_step(claim.proof, step, new))).step == step.name


# ---------------------------------------------------------------------------------------------- the referee


def trajectories(claim: Claim, xp) -> list[Trajectory]:
    """Instances with radii that are nearly the least; numbers that balls hold exactly, so that 0 is met exactly."""
    found = []
    for h, start in (((1,), (2,)), ((1, 4), (-1, "1/2")), (("1/2", 2), (4, 0)), ((2, 2, 1), ("1/4", -2, 3))):
        problem = DiagonalQuadratic(rationals(h))
        needed = sum(a * b * b for a, b in zip(rationals(h), rationals(start), strict=True)) / min(rationals(h))
        radius = next(fmpq(j, 16) for j in itertools.count(1) if fmpq(j, 16) ** 2 >= needed)
        for speed, time in ((1, "1/4"), ("1/2", 1), (2, 1), (1, 16)):
            parameters = {"beta": speed, "t": time, "D_1": radius, "D_2": radius}
            found.append(Trajectory(claim, problem, parameters, start, xp))
    return found


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_every_step_and_the_claim_hold_on_trajectories_in_closed_form(claim):
    with Balls(256) as balls:
        for instance in trajectories(claim, balls):
            for statement in (*(step.statement for step in claim.proof.steps), claim.conclusion):
                assert instance.holds(statement), statement


@pytest.mark.parametrize("claim", PROPOSITIONS, ids=str)
def test_what_the_kernel_accepts_of_a_step_with_another_number_holds_on_trajectories(claim):
    kernel, tried, accepted = _Kernel(claim), 0, 0
    with Balls(256) as balls:
        sample = trajectories(claim, balls)
        for step in claim.proof.steps:
            for statement in set(number_mutants(step.statement)):
                before = list(kernel.accepted)
                tried += 1
                try:
                    kernel.accept(Step(step.name, statement, step.by))
                except Exception:
                    continue
                finally:
                    kernel.accepted = before
                accepted += 1
                assert all(instance.holds(statement) for instance in sample), statement
            kernel.accept(step)
    print(f"{claim.id}: {tried} steps with another number, {accepted} accepted")
    assert tried > 50 > 5 * accepted


@pytest.mark.parametrize(
    "false",
    [
        Le(V, V0 * exp(-3 * beta * t / D2)),
        Le(LeastSoFar(dual_norm(INF, gradient(trajectory(s)))), V0 / (3 * beta * t)),
        Eq(V_rate, -beta * N / 2),
        Le(norm(INF, x_t), D2 / 2),
    ],
    ids=str,
)
def test_the_trajectories_are_sharp_enough_to_refute_a_false_statement(false):
    with Balls(256) as balls:
        assert not all(instance.holds(false) for instance in trajectories(proposition_2_1, balls))


def test_the_gradient_flow_in_closed_form_solves_its_equation():
    class Symbols:
        exp = staticmethod(exp)

    h, x = Symbol("h", real=True), Symbol("x", real=True)
    flow = GradientFlow(beta)
    path = flow.on_quadratic(h, x, t, Symbols)
    assert path.subs(t, 0) == x
    assert (diff(path, t) - flow.velocity(path, lambda point: h * point, Symbols)).equals(0)


def test_the_sign_flow_in_closed_form_solves_its_equation():
    """It moves at the speed beta towards 0, where Filippov's set-valued velocity has 0, and stays there."""

    class Symbols:
        abs, sign = staticmethod(Abs), staticmethod(sign)

    flow = SignFlow(Integer(2))
    for x in (Integer(3), Integer(-1), Integer(0)):
        path = flow.on_quadratic(Integer(5), x, t, Symbols)
        assert path.subs(t, 0) == x
        for j in range(1, 20):
            here, later = (path.subs(t, Rational(number, 8)) for number in (j, j + 1))
            arrived = Rational(j, 4) >= abs(x)
            assert arrived or 8 * (later - here) == -2 * sign(x) == flow.velocity(here, lambda v: 5 * v, Symbols)
            assert not arrived or here == later == 0


# ---------------------------------------------------------------------------------------------- attacks


def arena(*statements, flow=None, assumptions=(), domain=(beta > 0, t > 0), measure=None, bound=V0) -> Claim:
    """A claim V(t) <= V_0 about a flow, by default the sign flow, proved by the statements."""
    steps: list[Step] = []
    for number, (statement, by) in enumerate(statements, start=1):
        steps.append(Step(str(number), statement, by(*steps) if callable(by) else by))
    return Claim(
        id="arena",
        algorithm=flow or SignFlow(beta),
        assumptions=assumptions,
        domain=domain,
        measure=measure or SuboptimalityOverTime(),
        bound=bound,
        proof=Proof(*steps),
    )


@dataclasses.dataclass(frozen=True)
class Custom(Flow):
    """A flow with the right-hand side `rule`."""

    rule: object = None

    def velocity(self, x, gradient, xp):
        return self.rule(x, gradient(x), xp)

    def on_quadratic(self, curvatures, x, time, xp):
        raise NotImplementedError


def custom(rule) -> Claim:
    """A claim about a flow, whose proof begins with its rule."""
    flow = Custom(beta, rule)
    from signproof.theory.border.opaque import velocity_of

    return arena((Eq(velocity(t), velocity_of(flow, x_t, gradient).after), Definition()), flow=flow)


v_t = maximizer(INF, g_t)
REJECTED = {
    "Grönwall without its premise": (
        arena((conclusion("Grönwall", beta), Lemma("Grönwall", beta))),
        "not among its premises",
    ),
    "Grönwall with a rate of time": (
        arena((Le(V, V_start * exp(-(t**2))), Lemma("Grönwall", t))),
        "changes with time",
    ),
    "Grönwall with a rate of the trajectory": (
        arena((Le(V, V_start * exp(-N * t)), Lemma("Grönwall", N))),
        "changes with time",
    ),
    "comparison with a rate of the trajectory": (
        arena((Le(V, V_start / (1 + N * V_start * t)), Lemma("comparison with a Riccati equation", N))),
        "changes with time",
    ),
    "comparison without a sign of the rate": (
        arena(
            (conclusion("comparison with a Riccati equation", beta), Lemma("comparison with a Riccati equation", beta))
        ),
        "not among its premises",
    ),
    "monotonicity without its premise": (arena((Le(V, V_start), Lemma("monotonicity"))), "not among its premises"),
    "an integral of what jumps": (
        arena((Ge(Accumulated(norm(INF, maximizer(INF, gradient(trajectory(s))))), 0), Decide())),
        "not known to be continuous",
    ),
    "a minimum of a sign": (
        arena((Le(LeastSoFar(sign(value(trajectory(s)))), 1), Decide())),
        "not known to be continuous",
    ),
    "a minimum of what has a pole": (
        arena((Le(LeastSoFar(1 / dual_norm(INF, gradient(trajectory(s)))), 1), Decide())),
        "not known to be continuous",
    ),
    "an integral of 1/s": (arena((Ge(Accumulated(1 / s), 0), Decide())), "not known to be continuous"),
    "an integral of a velocity": (
        arena((Ge(Accumulated(norm(INF, velocity(t))), 0), Decide())),
        "not known to be continuous",
    ),
    "an integral of another function's gradient": (
        arena((Ge(Accumulated(dual_norm(INF, gradient(trajectory(s), Str("h")))), 0), Decide())),
        "not known to be continuous",
    ),
    "a minimum over another range": (arena((Ge(LeastSoFar(N, (s, 0, 2 * t)), 0), Decide())), "does not range over"),
    "a sum over iterations": (arena((Ge(Sum(N, (k, 0, 3)), 0), Decide())), "does not range over"),
    "least over time with a power that is none": (
        arena((Ge(N, 0), Lemma("non-negative norm", N)), (Ge(N, 0), Lemma("least over time", N, Rational(1, 2)))),
        "none of the exponents",
    ),
    "a point after t": (arena((Ge(value(trajectory(t + 1)), f_star), Lemma("infimum", trajectory(t + 1)))), "times"),
    "a point at a time that is bound by nothing": (
        arena((Ge(value(trajectory(s)), f_star), Lemma("infimum", trajectory(s)))),
        "s is unbound",
    ),
    "a velocity at the start": (
        arena((Eq(velocity(0), -beta * maximizer(INF, gradient(trajectory(0)))), Definition())),
        "none of the times",
    ),
    "V of a rival": (
        arena((Eq(suboptimality_at(t, Str("rival")), value(x_t) - f_star), Definition())),
        "none of the times",
    ),
    "coordinates of the selection, where sign(0) = 0": (
        arena((Le(coordinate(v_t, i), 1), Decide())),
        "not about a flow",
    ),
    "sums over coordinates": (
        arena((Eq(N, Total(Abs(coordinate(g_t, i)), i)), Lemma("l1 norm in coordinates", g_t))),
        "not about a flow",
    ),
    "an iterate of the flow": (
        arena((Ge(value(x_k), f_star), Lemma("infimum", x_k))),
        "not about a flow",
    ),
    "V_k of the flow": (arena((Eq(suboptimality(0), V0), Definition())), "not about a flow"),
    "an estimate on the flow": (
        arena((Ge(mean(dual_norm(INF, estimate(x_t))), 0), Decide())),
        "not about a flow",
    ),
    "another speed": (arena((Eq(velocity(t), -2 * beta * v_t), Definition())), "not the definition"),
    "another direction": (arena((Eq(velocity(t), -beta * g_t), Definition())), "not the definition"),
    "V that forgets f*": (arena((Eq(V, value(x_t)), Definition())), "not the definition"),
    "V(t) = V_0": (arena((Eq(V, V0), Definition())), "not the definition"),
    "the sublevel set without the condition": (
        arena(
            (
                Le(norm(INF, x_t - SublevelRadius(D2).statement(x_t).args[0].lhs.args[0]), D2),
                Hypothesis(SublevelRadius(D2), x_t),
            ),
            assumptions=(SublevelRadius(D2),),
        ),
        "the hypothesis says",
    ),
    "a flow with a sign of a sign": (custom(lambda x, g, xp: -xp.sign(g + xp.sign(g))), "not known to be continuous"),
    "a flow with a product of signs": (
        custom(lambda x, g, xp: -xp.norm("inf", xp.sign(g)) * xp.sign(g)),
        "not known to be continuous",
    ),
    "a flow with a jumping factor": (
        custom(lambda x, g, xp: -xp.sign(xp.dual_norm("inf", g) - 1) * g),
        "not known to be continuous",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_the_kernel_rejects(name):
    claim, reason = REJECTED[name]
    outcome = check(claim)
    assert isinstance(outcome, Rejection), f"accepted: {name}"
    assert reason in outcome.reason, outcome


def test_a_flow_of_one_s_own_is_read_as_it_moves():
    """The scaled sign flow: V' = -beta ||g||_1^2."""
    flow = Custom(beta, lambda x, g, xp: -beta * xp.dual_norm("inf", g) * xp.sign(g))
    outcome = check(
        arena(
            (Eq(velocity(t), -beta * N * v_t), Definition()),
            (conclusion("chain rule"), Lemma("chain rule")),
            (conclusion("attained dual norm", LINF, g_t), Lemma("attained dual norm", LINF, g_t)),
            (Eq(V_rate, -beta * N**2), lambda rule, chain, aligned: Identity(chain, rule, aligned)),
            (Le(V_rate, 0), lambda *steps: Decide(steps[-1])),
            (Le(V, V_start), lambda *steps: Lemma("monotonicity", using=(steps[-1],))),
            (Eq(V_start, V0), Definition()),
            (Le(V, V0), lambda *steps: Combination({steps[-2]: 1, steps[-1]: 1})),
            flow=flow,
        )
    )
    assert isinstance(outcome, Certificate), outcome


@pytest.mark.parametrize("statement", [Le(V, V0), Ge(LeastSoFar(N), 0), Eq(velocity(t), x_t), Le(V_rate, 0)], ids=str)
def test_terms_of_a_flow_say_nothing_about_a_run(statement):
    run = {"algorithm": SignGD(alpha), "measure": Suboptimality(), "bound": V0}
    domain, proof = (alpha > 0, t > 0), Proof(Step("1", statement, Decide()))
    for parts in (run, {"statement": Le(dual_norm(INF, gradient(x_t)), 1)}):
        outcome = check(Claim(id="run", domain=domain, proof=proof, **parts))
        assert isinstance(outcome, Rejection) and "about a flow" in outcome.reason


# ---------------------------------------------------------------------------------------------- claims

FLOW = {
    "id": "flow",
    "algorithm": SignFlow(beta),
    "domain": (beta > 0, t > 0),
    "measure": SuboptimalityOverTime(),
    "bound": V0,
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"domain": (beta > 0,)}, "must say t > 0"),
        ({"domain": (beta > 0, t > 0, t < 1)}, "restricts the time"),
        ({"domain": (beta > 0, t > 0, beta * t < 1)}, "restricts the time"),
        ({"algorithm": SignFlow(t)}, "speed"),
        ({"algorithm": SignFlow(s)}, "speed"),
        ({"assumptions": (SublevelRadius(t),)}, "t in the constant"),
        ({"bound": V0 * k}, "k in the bound"),
        ({"bound": V0 * s}, "s in the bound"),
        ({"bound": V}, "refers to a run"),
        ({"measure": Suboptimality()}, "a measure over time"),
        ({"algorithm": SignGD(beta)}, "a measure over time"),
        ({"rival": GradientFlow(beta)}, "without a bound"),
        ({"rival": GradientFlow(t), "bound": None}, "speed of the rival"),
        ({"rival": SignGD(beta), "bound": None}, "must be an instance of Flow"),
        ({"rival": GradientFlow(beta), "bound": None, "measure": MinDualGradientNormOverTime(1)}, "a comparison needs"),
        ({"bound": None}, "bound is missing"),
    ],
    ids=str,
)
def test_what_is_no_claim_about_a_flow(changes, message):
    assert Claim(**FLOW).kind == "flow"
    with pytest.raises(ClaimError, match=message):
        Claim(**FLOW | changes)


def test_a_bound_without_a_proof_is_supported_by_trajectories():
    assert verify(Claim(**FLOW)).status == "supported"


# ---------------------------------------------------------------------------------------------- comparisons


def comparison(algorithm: Flow, rival: Flow, **changes) -> Claim:
    return Claim(**FLOW | {"id": "race", "algorithm": algorithm, "rival": rival, "bound": None} | changes)


def test_neither_flow_is_always_ahead():
    for claim in (catalog()["scaled-sign/appendix.comparison"], comparison(GradientFlow(beta), SignFlow(beta))):
        verdict = verify(claim)
        assert verdict.status == "refuted" and verdict.witness.replay().confirmed


def test_the_witness_is_what_pencil_and_paper_say():
    """On f = x^2/2 from x: (x - beta t)^2/2 against x^2 exp(-2 beta t)/2, decided here by a rational bound on exp."""
    witness = verify(catalog()["scaled-sign/appendix.comparison"]).witness
    beta_t = witness.parameters["beta"] * witness.parameters["t"]
    (h,), (x,) = witness.problem.diagonal, witness.start
    assert h == 1
    # exp(y) is above its partial sums, so exp(-y) is below one over them
    below_exp = sum(((2 * beta_t) ** j / factorial(j) for j in range(30)), start=fmpq(0))
    assert max(abs(x) - beta_t, fmpq(0)) ** 2 / 2 > x**2 / below_exp / 2


def test_a_flow_that_is_twice_as_fast_is_ahead():
    assert verify(comparison(SignFlow(2 * beta), SignFlow(beta))).status == "supported"
    assert verify(comparison(SignFlow(beta), SignFlow(2 * beta))).status == "refuted"


def test_a_comparison_under_other_assumptions_is_open():
    verdict = verify(comparison(SignFlow(beta), GradientFlow(beta), assumptions=(SublevelRadius(D2),)))
    assert verdict.status == "open" and "SublevelRadius" in verdict.evidence[-1].text


def test_a_comparison_has_no_proof():
    claim = comparison(SignFlow(beta), GradientFlow(beta))
    proof = Proof(Step("1", claim.conclusion, Decide()))
    assert verify(dataclasses.replace(claim, proof=proof)).status == "refuted"


def test_a_witness_of_a_comparison_is_plain_data():
    data = verify(catalog()["scaled-sign/appendix.comparison"]).witness.to_json()
    assert json.loads(json.dumps(data)) == data
    again = from_json(data, {})
    assert again.claim.kind == "comparison" and again.replay().confirmed and again.to_json() == data


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"parameters": {"beta": "1", "t": "4"}}, "at most"),
        ({"parameters": {"beta": "-1", "t": "1"}}, "is not positive"),
        ({"parameters": {"beta": "1", "t": "-1"}}, "outside the domain"),
        ({"start": ["0"]}, "minimizer"),
        ({"start": ["2", "2"]}, "has dimension"),
        ({"measured": "1/3"}, "numbers differ"),
    ],
    ids=str,
)
def test_an_edited_witness_of_a_comparison_is_not_confirmed(changes, why):
    data = verify(catalog()["scaled-sign/appendix.comparison"]).witness.to_json()
    outcome = from_json(data | changes, {}).replay()
    assert not outcome.confirmed and why in outcome.why


def test_every_lemma_about_flows_is_used_by_the_propositions():
    """So that the trajectories above have tried each."""
    flows = {name for name, lemma in TABLE.items() if any(w in lemma.text for w in ("V'", "over s", "x(t)"))}
    assert flows == set().union(*LEMMAS) & flows and len(flows) == 6
