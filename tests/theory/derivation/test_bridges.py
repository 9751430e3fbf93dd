"""What the kernel derives with symbols, compared with runs in exact arithmetic.

A false lemma, a wrong definition or a wrong normal form shows here as a statement that fails on some run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interpretation.examples import composites, drawn_points, noisy_runs, runs, trajectories, vectors
from sympy import Abs, And, Eq, Integer, Le, Lt, Ne, Or, Rational, Symbol, Tuple, false
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from signproof.checks.numbers.exact import RATIONALS, Balls
from signproof.theory.algorithms import GradientDescent, MajorityVote, ScaledSignGD, SignGD, SteepestDescent
from signproof.theory.assumptions import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.composite import CoordinateLipschitz, LipschitzGradient, ProximalAverage
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import IndependentCoordinates, IndependentDraws
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.border.opaque import traced
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim
from signproof.theory.derivation.table import TABLE
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.papers.scaled_sign.proposition_1 import D1
from signproof.theory.papers.scaled_sign.proposition_2 import D2
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_3
from signproof.theory.papers.signprox.eq_9 import gamma
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import V0, L, alpha, beta, i, k, m, mu
from signproof.theory.symbols import t as time
from signproof.theory.terms.expectations import Total, coordinate, estimate
from signproof.theory.terms.flows import g_t, suboptimality_at
from signproof.theory.terms.proximal import COMPONENT, D, regularizer
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    is_vector,
    iterate,
    norm,
    point,
    suboptimality,
    x_k,
    x_next,
    x_star,
)

STEPS = 3
settings.register_profile("bridges", max_examples=15, deadline=None, derandomize=True,
                          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
exact = settings.get_profile("bridges")

# ---------------------------------------------------------------------------------------------- accepted proofs


def examples(claim: Claim, balls: Balls) -> tuple[st.SearchStrategy, int, int]:
    """Examples that meet a claim's assumptions, how many of them to try, and up to which iteration."""
    if claim.kind == "flow":
        return trajectories(claim, balls), 10, 1
    if claim.source.paper == "signprox":
        separable = any(isinstance(assumption, CoordinateLipschitz) for assumption in claim.assumptions)
        irrational = any(part.args[0] == Str(L2.name) for step in claim.proof.steps
                         for part in step.statement.atoms(norm, dual_norm))  # fmt: skip
        xp = balls if irrational else RATIONALS
        counted = claim.kind == "bound"
        return composites(claim, xp, separable, 2 if counted else 1), 2 if counted else 5, 2 if counted else 1
    if isinstance(claim.algorithm, MajorityVote):
        return noisy_runs(claim, 1), 3, 1
    if claim.algorithm is None:
        return drawn_points(), 10, 1
    return (noisy_runs(claim, 2), 8, 2) if claim.algorithm.stochastic else (runs(claim, STEPS), 25, STEPS)


IDS = (
    *("scaled-sign/theorem-1.1", "scaled-sign/theorem-1.2", "scaled-sign/theorem-1.3"),
    *("own/theorem-2.1.repaired", "own/theorem-2.2.repaired", "own/theorem-2.1.independent", "own/theorem-3.repaired"),
    "own/theorem-2.1.sharp",
    *("scaled-sign/proposition-1.1", "scaled-sign/proposition-1.2"),
    *("scaled-sign/proposition-2.1", "scaled-sign/proposition-2.2"),
    *(id for id, claim in catalog().items() if id.startswith("signprox/") and isinstance(claim.proof, Proof)),
)


def hold_on_examples(id: str, times: int):
    """Every step holds on every example; and if all were stronger than they are, most would be false on some."""
    claim = catalog()[id]
    refuted, stronger_ones = set(), {step.name: stronger(step.statement) for step in claim.proof.steps}
    with Balls(128) as balls:
        strategy, count, iterations = examples(claim, balls)

        def hold(example):
            for step in claim.proof.steps:
                for iteration in range(iterations):
                    assert example.holds(step.statement, iteration), step
                if step.name not in refuted and not example.holds(stronger_ones[step.name]):
                    refuted.add(step.name)

        on_examples(strategy, times * count, hold)
    assert len(refuted) > 0.6 * len(stronger_ones), set(stronger_ones) - refuted


def stronger(statement):
    """What a statement would say with another factor, or with room to spare."""
    if isinstance(statement, And | Or):
        return And(*map(stronger, statement.args))
    if not isinstance(statement, Relational) or isinstance(statement, Ne):
        return false
    left, right = statement.lhs, statement.rhs
    if isinstance(statement, Eq):
        other = gradient(iterate(0)) if is_vector(left) else 1
        return Eq(left, 2 * right) if right != 0 else Eq(left, other)
    small, large = (left, right) if isinstance(statement, Le | Lt) else (right, left)
    room = (Abs(small, evaluate=False) + Abs(large, evaluate=False)) / 2 if 0 not in (small, large) else 1
    return Le(small + room, large)


@pytest.mark.parametrize("id", IDS)
def test_every_step_of_an_accepted_proof_holds_on_every_example(id):
    hold_on_examples(id, 1)


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_every_step_of_an_accepted_proof_holds_on_many_examples(id):
    hold_on_examples(id, 8)


@pytest.mark.parametrize("claim", [theorem_1_1, theorem_1_3], ids=str)
def test_the_runs_are_sharp_enough_to_refute_a_false_step(claim):
    """The comparison can fail: without the factor 1/2 in (31), some run is against it."""
    descent = next(step for step in claim.proof.steps if step.name == "(31)").statement
    false = descent.func(descent.lhs, descent.rhs.subs(L, L / 2))
    found = []

    @exact
    @given(runs(claim, STEPS))
    def collect(run):
        found.append(not run.holds(false, 0))

    collect()
    assert any(found)


def smooth_and_convex(algorithm=None, pair=LINF) -> Claim:
    """A claim that is run, not proved."""
    return Claim(
        id="run",
        algorithm=algorithm or ScaledSignGD(alpha),
        assumptions=(Smooth(L, pair), StronglyConvex(mu, pair)),
        domain=(alpha > 0,),
        measure=Suboptimality(),
        bound=V0,
    )


# ---------------------------------------------------------------------------------------------- the lemma table

POINTS = (x_k, x_next, x_star, 2 * x_k - 3 * g_k, x_k - x_k)
DIRECTIONS = (g_k, gradient(x_next), x_next - x_k, g_k - 2 * x_k, g_k - g_k)
SMOOTH, CONVEX = Smooth(L), StronglyConvex(mu)
SHAPES = (StronglyConvex(mu, L2), Convex())
Linf = Str(LINF.name)


@dataclass(frozen=True)
class AtMinimizer(Assumption):
    """x_0 = x*."""

    points = 0

    def statement(self):
        return Eq(iterate(0), x_star)


TERMS = (suboptimality(k), dual_norm(Linf, g_k), inner(g_k, x_k), dual_norm(Linf, g_k) - norm(Linf, x_k))
draw, each_draw = estimate(x_k), estimate(x_k, m)
draw_i, g_i = coordinate(draw, i), coordinate(g_k, i)
x, s, t = (point(Str(name)) for name in "xst")
B, p = Symbol("B", real=True), Symbol("p", real=True)
R, PHI = regularizer(gamma), Tuple(Str("phi"), gamma, COMPONENT)
LETTER = Str("L")
voted = catalog()["own/theorem-3.repaired"]
noisy = catalog()["own/theorem-2.1.repaired"]
separable = catalog()["signprox/eq-9.smooth-coordinates"]
sign_flow, gradient_flow = catalog()["scaled-sign/proposition-2.1"], catalog()["scaled-sign/proposition-1.1"]
WORLDS = {
    "run": lambda balls: runs(smooth_and_convex(), STEPS),
    "Euclidean run": lambda balls: runs(smooth_and_convex(GradientDescent(alpha), L2), STEPS),
    "run in balls": lambda balls: runs(smooth_and_convex(SignGD(alpha)), STEPS, balls),
    "noisy run": lambda balls: noisy_runs(noisy, 1),
    "votes": lambda balls: noisy_runs(voted, 1),
    "a draw": lambda balls: drawn_points(),
    "composite": lambda balls: composites(separable, RATIONALS, True),
    "composite in balls": lambda balls: composites(catalog()["signprox/eq-9.smooth"], balls),
    "gradient flow": lambda balls: trajectories(gradient_flow, balls),
    "sign flow": lambda balls: trajectories(sign_flow, balls),
}
"""Examples of each kind."""


def values(run, term, steps: int = STEPS + 1):
    return [run.number(term, {k: Integer(iteration)}) for iteration in range(steps)]


def least_rate(run, term) -> Rational:
    """The least rate at which a positive term falls in every step of the run."""
    numbers = values(run, term, STEPS + 2)
    return plain(max(later / earlier for earlier, later in pairwise(numbers))) if min(numbers) > 0 else Rational(1, 2)


def largest_factor(run, term) -> Rational:
    """The largest multiple of a positive term by which V_k falls in every step."""
    V, numbers = values(run, suboptimality(k), STEPS + 2), values(run, term)
    falls = [(V[j] - V[j + 1]) / numbers[j] for j in range(STEPS + 1)] if min(numbers) > 0 else [fmpq(1, 2)]
    return plain(min(falls))


def plain(number: fmpq) -> Rational:
    return Rational(int(number.p), int(number.q))


def geometric(run):
    """V_k against rate^k V_0 + c k, with the least rate; where that is above 1, the bound does not iterate."""
    rate = least_rate(run, suboptimality(k))
    return [(suboptimality(k), rate**k * V0 + c * k, rate, c) for c in (Integer(0), Integer(1))]


def pairs(*vectors):
    return [(u, v) for u in vectors for v in vectors]


def always(*arguments):
    """The same terms on every example."""
    return lambda example: arguments


V_t, N_t = suboptimality_at(time), dual_norm(Linf, g_t)
N2_t = dual_norm(Str(L2.name), g_t)
USES: dict[str, list[tuple[str, Callable]]] = {
    "non-negative norm": [
        ("run", always(*((function(Linf, g_k - x_k),) for function in (norm, dual_norm)), (norm(Linf, x_k),)))
    ],
    "Hölder": [
        ("run", always(*((LINF, u, v) for u, v in pairs(*DIRECTIONS)))),
        ("run in balls", always(*((L2, u, v) for u, v in pairs(*DIRECTIONS)))),
    ],
    "attained dual norm": [
        ("run", always(*((LINF, g) for g in DIRECTIONS))),
        ("run in balls", always(*((L2, g) for g in DIRECTIONS))),
    ],
    "unit maximizer": [
        ("run", always(*((LINF, g) for g in DIRECTIONS))),
        ("run in balls", always(*((L2, g) for g in DIRECTIONS))),
    ],
    "Euclidean norm": [("run in balls", always(*((v,) for v in DIRECTIONS)))],
    "self-dual norm": [("run in balls", always(*((v,) for v in DIRECTIONS)))],
    "infimum": [("run", always(*((x,) for x in POINTS)))],
    "descent lemma": [
        ("run", always(*((SMOOTH, y, x) for y, x in pairs(*POINTS)))),
        (
            "composite in balls",
            always(*((LipschitzGradient(COMPONENT, L, L2), y, x) for y, x in pairs(s, t, 2 * s - t))),
        ),
    ],
    "attained minimum": [("run", always((CONVEX,)))],
    "interpolation": [
        ("Euclidean run", always(*((Smooth(L, L2), convex, y, x) for y, x in pairs(*POINTS) for convex in SHAPES)))
    ],
    "minimizer": [("run", always((AtMinimizer(),)))],
    "stationary minimizer": [("run", always(()))],
    "induction": [("run", lambda run: [(term, least_rate(run, term)) for term in TERMS])],
    "power of a product": [("a draw", always((p, p - 1), (2 * p, Integer(3)), (Integer(0), p)))],
    "telescoping sum": [("run", lambda run: [(largest_factor(run, term), term, suboptimality(k)) for term in TERMS])],
    "telescoping sum before k": [
        ("run", lambda run: [(largest_factor(run, term), term, suboptimality(k)) for term in TERMS])
    ],
    "least of a sum": [("run", always((dual_norm(Linf, g_k) ** 2,), (suboptimality(k + 1),), ((k - 2) ** 2,)))],
    "least square": [
        ("run", always((dual_norm(Linf, g_k), dual_norm(Linf, gradient(iterate(0)))), (inner(g_k, x_k) - 1, V0)))
    ],
    "comparison": [("run", geometric)],
    "chain rule": [(flow, always(())) for flow in ("gradient flow", "sign flow")],
    "monotonicity": [(flow, always(())) for flow in ("gradient flow", "sign flow")],
    "Grönwall": [
        ("gradient flow", lambda flow: [(2 * beta * plain(flow.xp.ends(min(flow.problem.diagonal))[0]),)]),
        ("sign flow", always((beta / D2,), (-beta,))),
    ],
    "comparison with a Riccati equation": [("gradient flow", always((beta / D1**2,)))],
    "decrease over time": [
        ("gradient flow", always((beta, N2_t**2), (beta / 2, N2_t**2))),
        ("sign flow", always((beta, N_t))),
    ],
    "least over time": [
        ("gradient flow", always((N2_t, Integer(2)), (V_t, Integer(1)))),
        ("sign flow", always((N_t, Integer(1)))),
    ],
    "inner product in coordinates": [("noisy run", always((g_k, draw), (x_next - x_k, g_k), (draw, draw)))],
    "l1 norm in coordinates": [("noisy run", always((draw,), (draw - g_k,), (x_next - 2 * x_k,)))],
    "coordinate of a vector": [("noisy run", always((draw,), (x_next - x_k,)))],
    "largest coordinate": [
        ("noisy run", always((draw, norm(Linf, draw)), (draw, dual_norm(Linf, draw)), (draw, norm(Linf, g_k))))
    ],
    "triangle inequality": [
        ("noisy run", always((LINF, draw - g_k, g_k), (LINF, draw, x_k))),
        ("run in balls", always((L2, x_next, x_k), (L2, g_k, -x_k))),
    ],
    "sum of inequalities": [
        ("noisy run", always((draw_i * g_i, Abs(draw_i) * Abs(g_i), i), (draw_i, 2 * g_i, i))),
        ("votes", always((coordinate(each_draw, i), Abs(coordinate(each_draw, i)), m))),
    ],
    "one of a sum": [
        ("noisy run", always((Abs(draw_i), i), (draw_i, i), (Integer(1), i))),
        ("votes", always((dual_norm(Linf, each_draw), m))),
    ],
    "monotone expectation": [
        (
            "noisy run",
            always(
                *((draw_i, Abs(draw_i), *given) for given in ((), (x_k,), (x_next,))),
                (suboptimality(k + 1), suboptimality(k), x_k),
            ),
        ),
    ],
    "expectation of equals": [
        ("noisy run", always(*((dual_norm(Linf, draw), Total(Abs(draw_i), i), *given) for given in ((), (x_k,))))),
    ],
    "tower property": [
        (
            "noisy run",
            always((suboptimality(k + 1), x_k), (draw_i**2, x_k), (suboptimality(k) * draw_i, x_next), (draw_i,)),
        ),
    ],
    "Jensen": [("noisy run", always((draw_i, x_k), (draw_i - 1, x_k), (coordinate(x_next, i),)))],
    "product of expectations": [
        ("a draw", always((IndependentCoordinates(), x))),
        ("votes", always((IndependentDraws(), x_k))),
    ],
    "unit vector": [("run", always(()))],
    "corner of a cube": [("run", always((x_k, g_k), (x_next, x_k)))],
    "induction over coordinates": [("run", always((x_k, g_k, mu / 2), (x_next, 3 * x_k, mu / 2), (x_k, g_k, 9 * L)))],
    "logarithm": [("run in balls", always((suboptimality(k) + 1,), (norm(Linf, g_k) - 1,)))],
    "descent lemma in coordinates": [
        (
            "composite",
            always(*((CoordinateLipschitz(of, LETTER), y, x) for of in (D, COMPONENT) for y, x in pairs(s, t, 2 * s))),
        )
    ],
    "proximal optimality": [("composite", always(*((of, gamma, s) for of in (COMPONENT, R))))],
    "proximal point": [("composite", always(*((of, gamma, s) for of in (COMPONENT, R))))],
    "Moreau's potential": [("composite", always(*((COMPONENT, gamma, y, x) for y, x in pairs(s, t))))],
    "Moreau's characterization": [("composite", always((Tuple(Str("mean"), PHI), gamma, s)))],
    "mean of functions": [("composite", always((COMPONENT, s), (PHI, s)))],
    "averaged regularizer": [("composite", always(*((ProximalAverage(gamma), y, x) for y, x in pairs(s, t))))],
    "weights are not negative": [("composite", always(()))],
    "weights sum to one": [("composite", always(()))],
    "mean of proximal points": [("composite", always((gamma, s, t), (gamma, t, gradient(s))))],
    "mean of proximal points in coordinates": [("composite", always((gamma, s)))],
    "gradient mapping": [("composite", always((gamma, s), (gamma, 2 * s - t)))],
    "mean of draws": [("composite", always((gamma, Integer(1), s), (gamma, B, s)))],
    "Bienaymé": [("composite", always((gamma, B, s)))],
    "exchanged coordinate": [("composite", always((s, t)))],
    "one coordinate": [("composite", always((gradient(s, D), s, t), (s, t, 2 * s)))],
    "mean of squares": [("votes", always((coordinate(each_draw, i),), (dual_norm(Linf, each_draw),)))],
    "unit vote": [("votes", always((x_k,)))],
    "one vote of many": [("votes", always((x_k,)))],
    "swing vote": [("votes", always((x_k,)))],
    "vote without ties": [("votes", always((IndependentDraws(), x_k)))],
    "vote of the others": [("votes", always((IndependentDraws(), x_k)))],
    "one voter": [("a draw", always((p,)))],
    "one more voter": [("a draw", always((k, p), (2 * k + 1, p), (Integer(3), p)))],
    "parity": [("a draw", always((k, k + 1, p), (2 * k + 1, 4 * k, p), (Integer(0), 2 * k + 1, p)))],
    "mirrored signs": [("a draw", always((k, p), (Integer(3), p)))],
    "central binomial probability": [("a draw", always((k + 1, p)))],
    "positive beta function": [("a draw", always((k + 1, 2 * k + 1)))],
    "beta function": [("a draw", always((k + 1, Integer(2)), (Integer(3), k + 1)))],
    "incomplete beta function at 1": [("a draw", always((p,)))],
    "incomplete beta function, first": [("a draw", always((p, k + 1, Integer(2)), (p, Integer(2), k + 1)))],
    "incomplete beta function, second": [("a draw", always((p, k + 1, Integer(2)), (p, Integer(2), k + 1)))],
}
"""Terms to apply each lemma to, on which examples: some as proofs use them, some for which the premises fail."""


ITERATIONS = {"run": STEPS, "a draw": 2}
"""Up to which iteration statements are read, if there is more than one."""
COSTLY = {"votes": 4, "composite in balls": 4}
"""How many examples are tried, if they are few."""


def on_examples(strategy: st.SearchStrategy, count: int, read: Callable):
    """Read so many examples."""

    @settings(exact, max_examples=count)
    @given(strategy)
    def reading(example):
        read(example)

    reading()


def apply(name: str, terms: tuple, example, iterations: int) -> tuple[bool, bool]:
    """Whether a lemma's premises hold for the terms, so that its conclusion must; and whether a stronger one fails."""
    use = TABLE[name].use(*terms)
    steps = range(iterations + use.every_k)
    if not all(example.holds(premise, j) for premise in use.premises for j in steps):
        return False, False
    assert all(example.holds(use.conclusion, j) for j in steps), use.conclusion
    return True, not all(example.holds(stronger(use.conclusion), j) for j in steps)


@pytest.mark.parametrize("name", TABLE)
def test_a_lemma_holds_wherever_its_premises_do(name):
    """And it is sharp: with another factor, or with room to spare, it is false on some example."""
    outcomes = []
    for world, arguments in USES[name]:

        def holds(example, arguments=arguments, iterations=ITERATIONS.get(world, 1)):  # noqa: B008
            outcomes.extend(apply(name, terms, example, iterations) for terms in arguments(example))

        with Balls(128) as balls:
            on_examples(WORLDS[world](balls), COSTLY.get(world, 8), holds)
    assert (True, True) in outcomes


@st.composite
def two_vectors(draw, dimensions=(1, 2, 3, 4)):
    dimension = draw(st.sampled_from(dimensions))
    return draw(vectors(dimension)), draw(vectors(dimension))


@pytest.mark.parametrize(
    ("pair", "arithmetic"), [(LINF, RATIONALS), (L2, Balls(128)), (OPERATOR, Balls(128))], ids=["inf", "2", "op"]
)
def test_the_three_facts_of_a_dual_pair(pair, arithmetic):
    @exact
    @given(two_vectors((4, 6) if pair is OPERATOR else (1, 2, 3, 4)))
    def facts(vectors):
        xp = arithmetic
        g, v = map(xp.number, vectors)
        unit, size = pair.maximizer(g, xp), pair.dual(g, xp)
        assert not abs(xp.sum(g * unit) - size) > 0
        assert not pair.norm(unit, xp) > 1
        assert not xp.sum(g * v) > size * pair.norm(v, xp)
        assert not pair.norm(v, xp) < 0

    if pair is not LINF:
        with arithmetic:
            facts()
    else:
        facts()


ALGORITHMS = (GradientDescent(alpha), SignGD(alpha / (k + 1)), ScaledSignGD(alpha), SteepestDescent(alpha, LINF))


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_the_update_rule_on_opaque_vectors_is_the_rule_on_rationals(algorithm):
    step = traced(algorithm, x_k, gradient)
    assert step.memory == ()

    @exact
    @given(runs(smooth_and_convex(algorithm), STEPS))
    def agree(run):
        assert all(run.holds(Eq(x_next, step.after), iteration) for iteration in range(STEPS))

    agree()


def test_the_update_rule_on_opaque_vectors_is_the_rule_on_balls():
    algorithm = SteepestDescent(alpha, L2)
    after = traced(algorithm, x_k, gradient).after
    with Balls(128) as balls:

        @exact
        @given(runs(smooth_and_convex(algorithm), STEPS, balls))
        def agree(run):
            assert run.holds(Eq(x_next, after))
            assert not run.holds(Eq(x_next, after - alpha * g_k / 10))

        agree()


@pytest.mark.parametrize("assumption", [Smooth(L), StronglyConvex(mu), PolyakLojasiewicz(mu)], ids=str)
def test_an_assumption_holds_with_the_exact_constant(assumption):
    claim = Claim(
        id="run",
        algorithm=ScaledSignGD(alpha),
        assumptions=(assumption,),
        domain=(alpha > 0,),
        measure=Suboptimality(),
        bound=V0,
    )
    points = [(x,) for x in POINTS] if assumption.points == 1 else [(x, y) for x in POINTS for y in POINTS]

    @exact
    @given(runs(claim, STEPS))
    def holds(run):
        assert all(run.holds(assumption.statement(*point)) for point in points)

    holds()
