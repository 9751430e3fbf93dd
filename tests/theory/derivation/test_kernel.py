"""The kernel: it accepts the papers' proofs, and nothing false.

Mutants are made by machine from accepted proofs; the arena holds proofs of false statements, each an attempt to
get past the kernel by a way that was once open or easily could be.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pytest
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interpretation import Interpretation
from mutants import changed, mutate, with_step
from sympy import (
    Abs,
    And,
    Basic,
    Eq,
    Float,
    Ge,
    Gt,
    I,
    Integer,
    Le,
    Limit,
    Lt,
    Matrix,
    Mul,
    Ne,
    Or,
    Rational,
    Sum,
    Symbol,
    Tuple,
    false,
    log,
    nan,
    oo,
    preorder_traversal,
    sign,
    sin,
    sqrt,
    sympify,
    true,
    zoo,
)
from sympy.core.relational import Relational
from sympy.core.symbol import Str

from signproof import verify
from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.theory.algebra import decide, solvers
from signproof.theory.algorithms import Algorithm, GradientDescent, SignGD
from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.composite import Convex, CoordinateVariance
from signproof.theory.assumptions.gradients import Independence
from signproof.theory.assumptions.objective import SeparablySmooth, weighted
from signproof.theory.claim import Claim, Orbit
from signproof.theory.derivation.normal import Rejected
from signproof.theory.derivation.steps import (
    Combination,
    Decide,
    Definition,
    Forever,
    Hypothesis,
    Identity,
    Instance,
    Lemma,
    Run,
    _Kernel,
    check,
    transition,
)
from signproof.theory.derivation.table import TABLE, TERMS, conclusion
from signproof.theory.document import certified
from signproof.theory.kernel.lemmas import _potential
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import ANY, L2, LINF
from signproof.theory.papers.scaled_sign.example_1 import example_1
from signproof.theory.papers.scaled_sign.theorem_1 import (
    gamma,
    theorem_1,
    theorem_1_1,
    theorem_1_2,
    theorem_1_3,
    theorem_1_zeta,
    zeta,
)
from signproof.theory.proof_steps import Certificate, Justification, Proof, Rejection, Step
from signproof.theory.symbols import V0, L, alpha, f_star, i, k, l, mu
from signproof.theory.terms.cube import unit
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.proximal import D, deviation, exchange, mean_prox
from signproof.theory.terms.vectors import (
    Least,
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    norm,
    point,
    suboptimality,
    value,
    x_k,
    x_next,
)

THEOREM_1 = (theorem_1_1, theorem_1_2, theorem_1_3)
SHARED = {"attained dual norm", "descent lemma", "infimum", "non-negative norm", "unit maximizer"}
LEMMAS = (
    SHARED | {"Hölder", "attained minimum", "induction"},
    SHARED | {"induction"},
    SHARED | {"telescoping sum", "least of a sum"},
)


# ---------------------------------------------------------------------------------------------- accepted


@pytest.mark.parametrize("pair", [LINF, L2, ANY], ids=lambda pair: pair.name)
@pytest.mark.parametrize("part", [0, 1, 2])
def test_theorem_1_is_accepted_in_every_geometry_with_the_lemmas_it_names(pair, part):
    certificate = check(theorem_1(pair, "theorem")[part])
    assert isinstance(certificate, Certificate), certificate
    assert set(certificate.lemmas) == LEMMAS[part]
    named = {step.by.name for step in certificate.proof.steps if isinstance(step.by, Lemma)}
    assert set(certificate.lemmas) == named


@pytest.mark.parametrize(("claim", "lemmas"), [(theorem_1_zeta, set()), (example_1, {"induction"})], ids=str)
def test_the_other_proofs_are_accepted(claim, lemmas):
    certificate = check(claim)
    assert isinstance(certificate, Certificate), certificate
    assert set(certificate.lemmas) == lemmas


# ---------------------------------------------------------------------------------------------- mutants


def rejected(claim: Claim) -> Rejection:
    """The rejection, which names one of the proof's steps and gives a reason."""
    outcome = check(claim)
    assert isinstance(outcome, Rejection), f"{claim} was accepted"
    assert claim.proof.steps[outcome.number - 1].name == outcome.step
    assert outcome.reason
    return outcome


half = 1 - L * alpha / 2
CONSTANTS = {
    "zeta: 2 -> 3": {zeta: 1 - 3 * mu * gamma},
    "zeta: 2 -> 4": {zeta: 1 - 4 * mu * gamma},
    "gamma: 1/2 -> 1/3": {half: 1 - L * alpha / 3},
    "gamma: 1/2 -> 0": {half: Integer(1)},
    "rate: k -> k + 1": {zeta**k: zeta ** (k + 1)},
    "average: k + 1 -> k + 2": {1 / (k + 1): 1 / (k + 2)},
}


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        (claim, name)
        for claim in THEOREM_1
        for name in CONSTANTS
        if claim.bound.xreplace(CONSTANTS[name]) != claim.bound
    ],
)
@pytest.mark.parametrize("everywhere", [True, False], ids=["in the proof too", "in the claim only"])
def test_a_false_constant_is_rejected(claim, name, everywhere):
    def replace(formula):
        return formula.xreplace(CONSTANTS[name])

    proof = mutate(claim.proof, replace) if everywhere else claim.proof
    outcome = rejected(dataclasses.replace(claim, bound=replace(claim.bound), proof=proof))
    if not everywhere:
        assert outcome.number == len(claim.proof.steps)
        assert "not the claim" in outcome.reason or "may be zero" in outcome.reason


def with_domain(claim: Claim, new: Relational) -> Claim:
    """The claim, proof included, with another end of the range of alpha: above or below."""
    below, above = claim.domain
    return dataclasses.replace(claim, domain=(new, above) if new.gts == alpha else (below, new))


@pytest.mark.parametrize("claim", THEOREM_1, ids=str)
@pytest.mark.parametrize("wider", [alpha < 3 / L, alpha < (2 + Rational(1, 10**6)) / L, alpha > -1 / L], ids=str)
def test_a_domain_that_is_too_wide_is_rejected_where_gamma_is_needed(claim, wider):
    assert "may be negative" in rejected(with_domain(claim, wider)).reason


@pytest.mark.parametrize("closed", [alpha <= 2 / L, alpha >= 0], ids=str)
def test_the_ends_of_the_domain_belong_to_the_rate_but_not_to_the_average(closed):
    """There gamma = 0: V_k <= V_0 is true, while V_0 / (gamma (k + 1)) has no value."""
    for claim in (theorem_1_1, theorem_1_2):
        assert isinstance(check(with_domain(claim, closed)), Certificate)
    assert "may be negative" in rejected(with_domain(theorem_1_3, closed)).reason


@pytest.mark.parametrize("claim", THEOREM_1, ids=str)
def test_a_proof_without_one_of_its_assumptions_is_rejected(claim):
    for assumption in claim.assumptions:
        left = tuple(other for other in claim.assumptions if other is not assumption)
        # the constant stays bound by the domain
        domain = (*claim.domain, assumption.constant > 0)
        outcome = rejected(dataclasses.replace(claim, assumptions=left, domain=domain))
        assert str(assumption) in outcome.reason


FLIPPED = {Le: Ge, Ge: Le, Lt: Gt, Gt: Lt}


@pytest.mark.parametrize("claim", [*THEOREM_1, theorem_1_zeta], ids=str)
def test_a_flipped_inequality_is_rejected_at_its_step(claim):
    flipped = [step for step in claim.proof.steps if type(step.statement) in FLIPPED]
    for step in flipped:
        statement = FLIPPED[type(step.statement)](*step.statement.args)
        new = Step(step.name, statement, step.by)
        assert rejected(dataclasses.replace(claim, proof=with_step(claim.proof, step, new))).step == step.name
    print(f"{claim.id}: {len(flipped)} flipped inequalities, all rejected")


@pytest.mark.parametrize("claim", THEOREM_1, ids=str)
def test_a_negated_multiplier_is_rejected_at_its_step(claim):
    count = 0
    for step in claim.proof.steps:
        if isinstance(step.by, Combination):
            for premise, multiplier in step.by.multipliers.items():
                by = changed(step.by, multipliers={**step.by.multipliers, premise: -multiplier})
                new = Step(step.name, step.statement, by)
                assert rejected(dataclasses.replace(claim, proof=with_step(claim.proof, step, new))).step == step.name
                count += 1
    print(f"{claim.id}: {count} negated multipliers, all rejected")
    assert count > 5


@pytest.mark.parametrize("claim", [*THEOREM_1, theorem_1_zeta], ids=str)
def test_a_step_before_its_premise_is_rejected(claim):
    count = 0
    for step in claim.proof.steps:
        for premise in step.by.premises:
            steps = list(claim.proof.steps)
            i, j = steps.index(premise), steps.index(step)
            steps[i], steps[j] = steps[j], steps[i]
            outcome = rejected(dataclasses.replace(claim, proof=Proof(*steps)))
            assert "not proved before it" in outcome.reason
            count += 1
    print(f"{claim.id}: {count} swaps, all rejected")
    assert count


def runs(claim: Claim) -> list[Interpretation]:
    """A few runs of the claim's algorithm with sharp constants, tight ones among them."""
    found = []
    for diagonal, start in (((1,), (1,)), ((1, 3), (3, -1)), ((2, 5), (1, 0)), ((1, 1), (1, 1))):
        problem = DiagonalQuadratic(rationals(diagonal))
        best = {str(a.constant): problem.exact_constant(a) for a in claim.assumptions}
        for theta in (fmpq(1, 10), fmpq(1, 2), fmpq(9, 10)):
            parameters = {"alpha": theta * 2 / best["L"], **best}
            found.append(Interpretation(claim, problem, parameters, rationals(start), 4))
    return found


def number_mutants(statement: Basic):
    """The statement with one of its numbers replaced, in all ways."""
    for node in set(preorder_traversal(statement)):
        for number in {argument for argument in node.args if isinstance(argument, Rational)}:
            for other in (number + 1, number - 1, -number, 2 * number, number / 2):
                if other != number:
                    yield statement.xreplace({node: node.func(*(other if a == number else a for a in node.args))})


@pytest.mark.parametrize("claim", THEOREM_1, ids=str)
def test_what_the_kernel_accepts_of_a_step_with_another_number_holds_on_runs(claim):
    """The kernel may accept a mutant only if it is true: runs with sharp constants are the referee."""
    kernel, sample = _Kernel(claim), runs(claim)
    tried = accepted = 0
    for step in claim.proof.steps:
        for statement in set(number_mutants(step.statement)):
            before = list(kernel.accepted)
            try:
                kernel.accept(Step(step.name, statement, step.by))
            except Exception:
                continue
            finally:
                kernel.accepted = before
                tried += 1
            accepted += 1
            assert all(run.holds(statement, iteration) for run in sample for iteration in (0, 1, 2)), statement
        kernel.accept(step)
    print(f"{claim.id}: {tried} steps with another number, {accepted} accepted and true on {len(sample)} runs")
    assert tried > 200 > 10 * accepted


# ---------------------------------------------------------------------------------------------- the arena

a, b, x, y = (Symbol(name, real=True) for name in ("a", "b", "x", "y"))
INF = Str(LINF.name)


def algebraic(domain, *statements) -> Claim:
    """A claim about parameters from (statement, justification) pairs; the last statement is the claim.

    A justification may be a function of the steps before it.
    """
    steps: list[Step] = []
    for number, (statement, by) in enumerate(statements, start=1):
        steps.append(Step(str(number), statement, by(*steps) if callable(by) else by))
    return Claim(id="arena", domain=domain, statement=statements[-1][0], proof=Proof(*steps))


def implication(assumptions, *statements) -> Claim:
    """A claim about all points and alpha > 0, its last statement, from (statement, justification) pairs."""
    return dataclasses.replace(algebraic((alpha > 0,), *statements), assumptions=assumptions)


def bound(*statements, algorithm=None, assumptions=None, domain=(alpha > 0,)) -> Claim:
    """A claim V_k <= V_0 about a run, by default of SignGD on a smooth function, proved by the statements."""
    steps: list[Step] = []
    for number, (statement, by) in enumerate(statements, start=1):
        steps.append(Step(str(number), statement, by(*steps) if callable(by) else by))
    return Claim(
        id="arena",
        algorithm=algorithm or SignGD(alpha),
        assumptions=(Smooth(L),) if assumptions is None else assumptions,
        domain=domain,
        measure=Suboptimality(),
        bound=V0,
        proof=Proof(*steps),
    )


class OnlyThere(Assumption):
    """A function is above its tangent at the point u in the point v, and who knows where else."""

    points = 0

    def statement(self):
        return Convex(D).statement(point(Str("v")), point(Str("u")))


class AllIndependent(Independence):
    """The sum of all coordinates of ~g is independent of each."""

    def pairs(self, x):
        return ((Total(coordinate(estimate(x), i), i), coordinate(estimate(x), i)),)


class LikeAll(Independence):
    """f = 0 everywhere."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def pairs(self, x):
        return ()

    def statement(self, x):
        return Eq(value(x), 0)


@dataclass(frozen=True)
class Forgetful(Assumption):
    """f - f* is at most a constant, which is left out when two such assumptions are compared."""

    constant: Any = field(compare=False)
    points = 1

    @property
    def formulas(self):
        return (self.constant,)

    def statement(self, x):
        return Le(value(x) - f_star, self.constant)


class Weighted(Assumption):
    """f(x) >= f*, in other words: the weights add up to k + 1."""

    points = 1

    def statement(self, x):
        return Ge(Sum((k - 2 * l + 1) * (value(x) - f_star), (l, 0, k)), 0)


class LocallySteep(Assumption):
    """At x_1 the function is strongly convex along the coordinates."""

    points = 0

    @property
    def formulas(self):
        return (mu,)

    def statement(self):
        x = iterate(1)
        return Ge(value(x + unit(i)) + value(x - unit(i)), 2 * value(x) + 2 * mu)


@dataclass(frozen=True)
class ToAPoint(Algorithm):
    """It jumps to the point y and stays there."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        return point(Str("y")), memory


class negated(norm):
    """-||v||, by somebody who forgot what it is derived from."""


class Touching(Assumption):
    """For each x a function h_x that is above its tangent at x, and who knows where it bends elsewhere."""

    points = 2

    def statement(self, y, x):
        return Convex(Tuple(Str("h"), x)).statement(y, x)


class ManyPotentials(Assumption):
    """For each x a function phi_x that is above its tangent at x with the slope p(x)."""

    points = 2

    def statement(self, y, x):
        return _potential(TERMS, Tuple(Str("h"), x), mean_prox(y, alpha), mean_prox(x, alpha), y, x)


p, q = point(Str("p")), point(Str("q"))
at_u, at_v = point(Str("u")), point(Str("v"))
h_u = Tuple(Str("h"), at_u)
mixed = exchange(p, q, i)


@dataclass(frozen=True)
class RemembersLater(Algorithm):
    """SignGD, but from the second step on it stands still."""

    step_size: Any

    def update(self, x, gradient, memory, xp):
        return (x if memory else x - self.step_size * xp.sign(gradient(x))), (1,)


@dataclass(frozen=True)
class RemembersAtFirst(Algorithm):
    """Gradient descent in the first step only."""

    step_size: Any

    def init(self, x, xp):
        return (1,)

    def update(self, x, gradient, memory, xp):
        return (x - self.step_size * gradient(x) if memory else x), ()


@dataclass(frozen=True)
class Schedule(Algorithm):
    """A step size that hides in a tuple."""

    steps: tuple

    def update(self, x, gradient, memory, xp):
        return x - self.steps[0] * gradient(x), memory


@dataclass(frozen=True)
class Inexact(Algorithm):
    """A step size that is no rational."""

    def update(self, x, gradient, memory, xp):
        return x - 0.1 * gradient(x), memory


class Weaker(Smooth):
    """Smooth in name."""

    def statement(self, x, y):
        return Le(0, self.constant)


class EqualToAll(Smooth):
    """An assumption that takes itself for any other."""

    def __eq__(self, other):
        return True

    __hash__ = Smooth.__hash__

    def statement(self, *points):
        return Le(V0, 0)


class Shifting(Step):
    """A step that says one thing when it is checked, and another when it is used."""

    def __getattribute__(self, name):
        if name == "statement":
            asked = object.__getattribute__(self, "__dict__")
            asked["times"] = asked.get("times", 0) + 1
            return x > 0 if asked["times"] < 4 else x > 5
        return object.__getattribute__(self, name)


class Trust(Justification):
    """A justification that justifies anything."""

    def check(self, statement, kernel):
        pass


class Lenient(Decide):
    def check(self, statement, kernel):
        pass


def orbit(points, algorithm, function=x**2, coordinates=(x,), domain=(alpha > 0,)) -> Claim:
    """An orbit claim with the proof that it would have; `transition` is wrapped, as it may refuse."""
    claim = Claim(
        id="arena",
        algorithm=algorithm,
        domain=domain,
        orbit=Orbit(function, coordinates, points),
        proof=Proof(),
    )
    steps = [Step(str(i), transition(algorithm, claim.orbit, i), Run(i)) for i in range(len(points))]
    return dataclasses.replace(claim, proof=Proof(*steps, Step("for ever", claim.conclusion, Forever(*steps))))


def parameters(*steps) -> Claim:
    """The false claim that x > 5 where x > 0, with a proof of the given steps."""
    return dataclasses.replace(algebraic((x > 0,), (x > 5, Decide())), proof=Proof(*steps))


def in_a_circle() -> Claim:
    """Two steps, each of which rests on the other, and the second on itself as well."""
    first = Step("first", x > 5, Combination({}))
    second = Step("second", x > 5, Combination({first: 1}))
    first.by.multipliers[second] = 1
    return parameters(first, second)


def on_itself() -> Claim:
    step = Step("1", x > 5, Combination({}))
    step.by.multipliers[step] = 1
    return parameters(step)


there = example_1.proof.steps[0]
square = dual_norm(INF, g_k) ** 2
rule = Eq(x_next, x_k - alpha * g_k)
hidden_sum = Least(l - k, (l, 0, k))
narrow = (y - 1) ** 2 - Rational(1, 10**9)

FALSE = {
    # --- values that do not exist
    "a root of a negative number proves that it is none": (
        algebraic(
            (a > -1,),
            (Eq(sqrt(a) * (x + 1), sqrt(a) * x + sqrt(a)), Identity()),
            (Ge(a, 0), lambda s: Decide(s)),
        ),
        "only if a >= 0",
    ),
    "division by zero in a lemma's terms proves that it is not zero": (
        bound(
            (conclusion("Hölder", LINF, g_k / a, x_k), Lemma("Hölder", LINF, g_k / a, x_k)),
            (a > 0, lambda s: Decide(s)),
            domain=(a >= 0, alpha > 0),
        ),
        "divides by a, which may be zero",
    ),
    "a factor that cancels in a lemma": (
        bound(
            (conclusion("Hölder", LINF, a * g_k, x_k / a), Lemma("Hölder", LINF, a * g_k, x_k / a)),
            domain=(a >= 0, alpha > 0),
        ),
        "divides by a, which may be zero",
    ),
    "multiplying by a^(k-1) loses the case a = 0, k = 0": (
        bound(
            (Eq(a * b, 0), Decide()),
            (Eq(a * a ** (k - 1) * b, 0), lambda s: Combination({s: a ** (k - 1)})),
            (Eq(b, 0), lambda s, t: Instance(t, 0)),
            domain=(Eq(a * b, 0), alpha > 0),
        ),
        "only if a > 0",
    ),
    "a factor that may be zero is divided out": (
        algebraic((Eq(a * b, 0),), (Eq(a * b, 0), Decide()), (Eq(b, 0), lambda s: Combination({s: 1 / a}))),
        "divides by a, which may be zero",
    ),
    "x / x for a difference that may be zero": (
        algebraic((a >= 0,), (Eq((a**2 - 1) / (a - 1), a + 1), Identity())),
        "divides by a - 1, which may be zero",
    ),
    "a claim that has no value somewhere": (
        dataclasses.replace(algebraic((x >= 0,), (Ge(x + 1, 0), Decide())), statement=Ge((x**2 - 1) / (x - 1), 0)),
        "divides by x - 1, which may be zero",
    ),
    "a denominator that is zero, in numbers": (
        algebraic(
            (a > 0,),
            (Ge(a / ((sqrt(2) + sqrt(3)) ** 2 - 5 - 2 * sqrt(6)), 0), Decide()),
        ),
        "does not follow",
    ),
    "a step size 1/(k - 2)": (
        bound(
            (Eq(x_next, x_k - g_k / (k - 2)), Definition()),
            (Eq((k - 2) * (x_next - x_k), -g_k), lambda s: Identity(s)),
            (Eq(gradient(iterate(2)), 0), lambda s, t: Instance(t, 2)),
            algorithm=GradientDescent(1 / (k - 2)),
        ),
        "divides by k - 2, which may be zero",
    ),
    "a step size that has no value at alpha = 1": (
        bound(
            (Eq(x_next, x_k - (alpha + 1) * g_k), Definition()),
            algorithm=GradientDescent((alpha**2 - 1) / (alpha - 1)),
        ),
        "divides by alpha - 1, which may be zero",
    ),
    "a zero denominator inside a norm": (
        bound(
            (Ge(norm(INF, x_k / a - x_next), 0), Lemma("non-negative norm", norm(INF, x_k / a - x_next))),
            domain=(a >= 0, alpha > 0),
        ),
        "divides by a, which may be zero",
    ),
    "a zero denominator inside a sum": (
        bound(
            (
                conclusion("least of a sum", square / (k - 3)),
                Lemma("least of a sum", square / (k - 3)),
            ),
        ),
        "divides by k - 3, which may be zero",
    ),
    "a cube root of a negative number is no real number": (
        algebraic((y > -5,), (Ge((x ** Rational(2, 3) + y) ** 2, 0), Decide())),
        "does not follow",
    ),
    "log of a negative number": (
        algebraic((x > -5,), (Eq(log(x) * (y + 1), log(x) * y + log(x)), Identity())),
        "only if x > 0",
    ),
    # --- numbers that are not real, or not exact, and symbols with hidden signs
    "squares of complex numbers": (
        algebraic(
            (x > -5,),
            (Ge((x + I) ** 2, 0), Decide()),
            (Ge((x - I) ** 2, 0), Decide()),
            (Ge(x**2, 1), lambda s, t: Combination({s: Rational(1, 2), t: Rational(1, 2)})),
        ),
        "not a real number",
    ),
    "rounding makes the difference vanish": (
        algebraic(
            (x >= 10**20,),
            (Ge(x, 10**20), Decide()),
            (Ge(x, 10**20 + 1), lambda s: Combination({s: Float(1)})),
        ),
        "floating-point",
    ),
    "a float in the update rule": (
        bound((Eq(x_next, x_k - g_k / 10), Definition()), algorithm=Inexact()),
        "floating-point",
    ),
    "a symbol with a sign of its own": (
        algebraic(
            (x >= 0,),
            (Ge(x, 0), Decide()),
            (Ge(x * Symbol("p", positive=True), 0), lambda s: Combination({s: Symbol("p", positive=True)})),
            (Ge(x, 0), Decide()),
        ),
        "real and nothing more",
    ),
    "infinity as a multiplier": (
        parameters(s := Step("1", x > 0, Decide()), Step("2", x > 5, Combination({s: oo}))),
        "oo is not a real number",
    ),
    "zero times infinity": (
        parameters(Step("1", Ge(x, Mul(0, oo, evaluate=False) + 6, evaluate=False), Decide())),
        "not a real number",
    ),
    "a limit": (parameters(Step("1", Ge(x, Limit(6 * y / y**2, y, 0)), Decide())), "Limit"),
    "an infinite bound": (
        bound((true, Decide()), (Le(suboptimality(k), V0 + sin(V0) / 0), Decide())),
        "cannot be read",
    ),
    # --- the wrong kind of thing
    "vectors as numbers": (bound((Ge(Abs(x_k), Abs(x_next)), Decide())), "cannot be read"),
    "vectors in order": (bound((Or(x_k <= x_next, x_k >= x_next), Decide())), "vectors have no order"),
    "an equation of vectors, decided": (bound((Or(Ne(alpha, alpha**2), Eq(g_k, g_k * alpha)), Decide())), "vectors"),
    "a vector plus a number": (bound((Eq(x_next + 1, x_k + 1), Decide())), "cannot be read"),
    "the gradient of a number": (bound((Ge(value(alpha), f_star), Lemma("infimum", alpha))), "cannot be read"),
    "a combination with an equation of vectors": (
        bound((rule, Definition()), (rule, lambda s: Combination({s: 1})), algorithm=GradientDescent(alpha)),
        "about vectors",
    ),
    "a claim about parameters, proved from a run": (
        algebraic((a > 0,), (Ge(a + suboptimality(k), a), Decide()), (a > 0, Decide())),
        "about a run",
    ),
    # --- iterations
    "an iterate between two others": (
        bound((Eq(suboptimality(k / 2), value(iterate(k / 2)) - f_star), Definition())),
        "not an iteration",
    ),
    "an iterate before the first": (
        bound((Ge(value(iterate(k - 1)), f_star), Lemma("infimum", iterate(k - 1)))),
        "not an iteration",
    ),
    "a negative iteration": (
        bound((Ge(k, 0), Decide()), (Ge(-1, 0, evaluate=False), lambda s: Instance(s, -1))),
        "not a later iteration",
    ),
    "half an iteration": (
        bound((Ge(k, 0), Decide()), (Ge(k - Rational(1, 2), 0), lambda s: Instance(s, k - Rational(1, 2)))),
        "not a later iteration",
    ),
    "an iteration that the domain excludes": (
        bound((k >= 2, Decide()), (Ge(0, 2, evaluate=False), lambda s: Instance(s, 0)), domain=(k >= 2, alpha > 0)),
        "does not follow",
    ),
    "induction where the domain restricts k": (
        bound(
            (Le((k + 1) ** 2, 4 * k**2), Decide()),
            (Ge(4, 0, evaluate=False), Decide()),
            (Le(k**2, 0), lambda s, t: Lemma("induction", k**2, Integer(4), using=(s, t))),
            domain=(k >= 1, alpha > 0),
        ),
        "domain restricts k",
    ),
    "induction with a rate that changes": (
        bound(
            (Le((k + 1) ** 2 + 1, (k**2 + 1) * (5 + k**2)), Decide()),
            (Ge(5 + k**2, 0), Decide()),
            (
                conclusion("induction", k**2, Integer(2)),
                lambda s, t: Lemma("induction", k**2 + 1, 5 + k**2, using=(s, t)),
            ),
        ),
        "changes from one iteration to the next",
    ),
    "induction without its sign": (
        bound(
            (Le(suboptimality(k + 1), a * suboptimality(k)), Decide()),
            (
                conclusion("induction", suboptimality(k), a),
                lambda s: Lemma("induction", suboptimality(k), a, using=(s,)),
            ),
            domain=(a < 0, alpha > 0),
        ),
        "not arithmetic",
    ),
    "a sum over l of a term that knows l": (
        bound(
            (Le(hidden_sum - hidden_sum.subs(k, k + 1), hidden_sum - hidden_sum.subs(k, k + 1)), Decide()),
            (
                Le(Sum((hidden_sum - hidden_sum.subs(k, k + 1)).subs(k, l), (l, 0, k)), k),
                lambda s: Lemma(
                    "telescoping sum", Integer(1), hidden_sum - hidden_sum.subs(k, k + 1), hidden_sum, using=(s,)
                ),
            ),
        ),
        "already runs over l",
    ),
    "a free index": (bound((Ge(l**2, 0, evaluate=False), Decide())), "symbol l is unbound"),
    "V_0 of another iteration": (bound((Eq(suboptimality(1), V0), Definition())), "is not the definition"),
    "x_0 by the update rule": (
        bound((Eq(iterate(0), iterate(-1) - alpha * gradient(iterate(-1))), Definition())),
        "not an iteration",
    ),
    "another step size": (bound((Eq(x_next, x_k - 2 * alpha * g_k), Definition())), "is not the definition"),
    "the step size of another iteration": (
        bound(
            (Eq(iterate(k + 2), iterate(k + 1) - alpha / (k + 1) * gradient(iterate(k + 1))), Definition()),
            algorithm=GradientDescent(alpha / (k + 1)),
        ),
        "is not the definition",
    ),
    "the step size of another iteration, in a tuple": (
        bound(
            (Eq(iterate(1), iterate(0) - alpha * k * gradient(iterate(0))), Definition()),
            algorithm=Schedule((alpha * k,)),
        ),
        "is not the definition",
    ),
    "a method that remembers its first step": (
        bound((rule, Definition()), algorithm=RemembersAtFirst(alpha)),
        "remembers more, or less, after a step",
    ),
    "a method that remembers from the second step on": (
        bound((Eq(x_next, x_k - alpha * g_k), Definition()), algorithm=RemembersLater(alpha)),
        "remembers more, or less, after a step",
    ),
    # --- orbits
    "for ever, without the way back": (
        dataclasses.replace(example_1, proof=Proof(there, Step("(4)", example_1.conclusion, Forever(there)))),
        "the step from point 1",
    ),
    "the way back for the way there": (
        dataclasses.replace(example_1, proof=Proof(Step("(4)", there.statement, Run(1)))),
        "the step from point 1",
    ),
    "a point off the orbit": (orbit(((alpha,), (-alpha,)), SignGD(alpha)), "does not follow"),
    "an orbit where the function has no value": (
        orbit(((-1,), (-1 + alpha,)), SignGD(alpha), function=log(x)),
        "only if",
    ),
    # --- the trusted table and the rules themselves
    "an assumption that the claim does not make": (
        bound(
            (Smooth(L).statement(x_k, x_next), Hypothesis(Smooth(L), x_k, x_next)),
            assumptions=(),
            domain=(L > 0, alpha > 0),
        ),
        "which the claim does not make",
    ),
    "a lemma under a weaker assumption of a like name": (
        bound(
            (conclusion("descent lemma", Smooth(L), x_next, x_k), Lemma("descent lemma", Weaker(L), x_next, x_k)),
            assumptions=(Weaker(L),),
        ),
        "needs the assumption Smooth or LipschitzGradient",
    ),
    "smoothness from strong convexity": (
        bound(
            (
                conclusion("descent lemma", Smooth(L), x_next, x_k),
                Lemma("descent lemma", StronglyConvex(L), x_next, x_k),
            ),
            assumptions=(StronglyConvex(L),),
        ),
        "needs the assumption Smooth or LipschitzGradient",
    ),
    "attained minimum from the PL inequality": (
        bound(
            (Ge(V0, 0), Lemma("attained minimum", PolyakLojasiewicz(L))),
            assumptions=(PolyakLojasiewicz(L),),
        ),
        "needs the assumption StronglyConvex",
    ),
    "Hölder's inequality in the wrong norm": (
        bound((conclusion("Hölder", LINF, g_k, x_k), Lemma("Hölder", L2, g_k, x_k))),
        "gives",
    ),
    "the Euclidean norm in l-infinity": (
        bound((Eq(conclusion("Euclidean norm", g_k).lhs, norm(INF, g_k) ** 2), Lemma("Euclidean norm", g_k))),
        "gives",
    ),
    "the norm of a number": (bound((Ge(alpha, 0), Lemma("non-negative norm", alpha))), "is not a norm"),
    "a term derived from a norm": (
        bound((Ge(negated(INF, p), 0), Lemma("non-negative norm", negated(INF, p))), (Ge(alpha, 0), Decide())),
        "derived from norm",
    ),
    "a lemma that does not exist": (bound((Ge(alpha, 0), Lemma("Zorn", alpha))), "no lemma 'Zorn'"),
    "a lemma without its premises": (
        bound(
            (conclusion("induction", suboptimality(k), Integer(1)), Lemma("induction", suboptimality(k), Integer(1)))
        ),
        "not among its premises",
    ),
    "an assumption of one's own that is equal to all": (
        bound((Le(V0, 0), Hypothesis(EqualToAll(L), x_k)), (Le(suboptimality(k), V0), Decide())),
        "which the claim does not make",
    ),
    "a step that rests on itself": (on_itself(), "uses 1, which is not proved before it"),
    "steps that rest on each other": (in_a_circle(), "uses second, which is not proved before it"),
    "a step that rests on its twin": (
        parameters(Step("1", x > 5, Decide(Step("1", x > 5, Decide())))),
        "uses 1, which is not proved before it",
    ),
    "a step that says one thing and then another": (parameters(Shifting("1", x > 0, Decide())), "is not a Step"),
    "a justification of one's own": (
        algebraic((a > 0,), (a > 5, Trust())),
        "not a justification that the kernel knows",
    ),
    "a justification derived from the kernel's": (
        algebraic((a > 0,), (a > 5, Lenient())),
        "not a justification that the kernel knows",
    ),
    # --- combinations
    "a multiplier whose sign takes a sign that nobody assumed": (
        algebraic((x >= 0, alpha < 2), (x >= 0, Decide()), (Ge(alpha * x, 0), lambda s: Combination({s: alpha}))),
        "the multiplier alpha of 1 may be negative: it fails at alpha = ",
    ),
    "a multiplier that is negative in a small part of the domain": (
        algebraic(
            (x >= 0, y >= 0),
            (x >= 0, Decide()),
            (Ge(x * narrow, 0), lambda s: Combination({s: narrow})),
        ),
        "may be negative: it fails at",
    ),
    "a multiplier whose sign Z3 cannot tell": (
        bound(
            (conclusion("non-negative norm", norm(INF, x_k)), Lemma("non-negative norm", norm(INF, x_k))),
            (Ge(norm(INF, x_k) * norm(INF, g_k), 0), lambda *s: Combination({s[-1]: norm(INF, g_k)})),
        ),
        "not arithmetic",
    ),
    "a multiplier that may be negative": (
        algebraic((x >= 0,), (x >= 0, Decide()), (Ge(x * y, 0), lambda s: Combination({s: y}))),
        "may be negative",
    ),
    "a strict inequality times zero": (
        algebraic((x > 0, y >= 0), (x > 0, Decide()), (Gt(x * y, 0), lambda s: Combination({s: y}))),
        "strict",
    ),
    "strict from not strict": (
        algebraic((x >= 0,), (x >= 0, Decide()), (Gt(x, 0), lambda s: Combination({s: 1}))),
        "strict",
    ),
    "an equation from inequalities": (
        algebraic((x >= 0,), (x >= 0, Decide()), (Eq(x, 0), lambda s: Combination({s: 1}))),
        "not a combination of inequalities",
    ),
    "a combination of what is no inequality": (
        algebraic((x > 0,), (Ne(x, 0), Decide()), (x >= 1, lambda s: Combination({s: 1}))),
        "neither an inequality",
    ),
    "a combination that misses by a constant": (
        algebraic((x > 0,), (x > 0, Decide()), (x > 1, lambda s: Combination({s: 1}))),
        "differs from the statement",
    ),
    # --- indices, points and assumptions that are not what they look like
    "a point that depends on the index of a sum in the assumption": (
        implication(
            (SeparablySmooth(L),),
            (SeparablySmooth(L).statement(mixed, p), Hypothesis(SeparablySmooth(L), mixed, p)),
            (Eq(coordinate(mixed, i), coordinate(p, i)), Lemma("exchanged coordinate", p, q)),
            (Eq(weighted(mixed - p), 0), lambda s, t: Identity(t)),
            (Le(Abs(value(mixed) - value(p) - inner(gradient(p), mixed - p)), 0), lambda s, t, u: Decide(s, u)),
        ),
        "depends on i",
    ),
    "a factor that depends on an index over which the other sums": (
        implication(
            (AllIndependent(),),
            (AllIndependent().statement(mixed), Lemma("product of expectations", AllIndependent(), mixed)),
        ),
        "depends on i",
    ),
    "a lemma about all points from an assumption about two": (
        implication(
            (OnlyThere(),),
            (OnlyThere().statement(), Hypothesis(OnlyThere())),
            (Gt(alpha, 0), Decide()),
            (
                conclusion("proximal optimality", D, alpha, p),
                lambda s, t: Lemma("proximal optimality", D, alpha, p, using=(s, t)),
            ),
        ),
        "arbitrary point",
    ),
    "an assumption of a lemma that calls itself equal to any other": (
        implication(
            (Smooth(L),),
            (Eq(value(p), 0), Lemma("product of expectations", LikeAll(), p)),
        ),
        "which the claim does not assume",
    ),
    "an assumption that leaves its constant out of comparisons": (
        bound(
            (Le(value(x_k) - f_star, 0), Hypothesis(Forgetful(Integer(0)), x_k)),
            assumptions=(Forgetful(Integer(1)),),
        ),
        "which the claim does not make",
    ),
    "a point that depends on the index of a sum over iterations in the assumption": (
        bound((Weighted().statement(iterate(l)), Hypothesis(Weighted(), iterate(l))), assumptions=(Weighted(),)),
        "depends on l",
    ),
    "a lemma about all points from what is known of the point to which the method jumps": (
        bound(
            (Eq(iterate(1), point(Str("y"))), Definition()),
            algorithm=ToAPoint(alpha),
            assumptions=(LocallySteep(),),
            domain=(alpha > 0, mu > 0),
        ),
        "arbitrary point",
    ),
    **{
        f"{name} of a function that is another at every point": (
            implication(
                (assumption,),
                (assumption.statement(at_v, at_u), Hypothesis(assumption, at_v, at_u)),
                (Gt(alpha, 0), Decide()),
                (Ge(norm(INF, p), 0), lambda s, t, name=name: Lemma(name, h_u, alpha, p, using=(t, s))),
            ),
            "stands for all points",
        )
        for name, assumption in (
            ("proximal optimality", Touching()),
            ("proximal point", Touching()),
            ("Moreau's characterization", ManyPotentials()),
        )
    },
    "a mini-batch of a draw and a half": (
        implication(
            (CoordinateVariance(alpha, Str("sigma")),),
            (
                Le(mean(coordinate(deviation(p, alpha), i) ** 2, p), alpha**2),
                Lemma("Bienaymé", alpha, Rational(3, 2), p),
            ),
        ),
        "no size of a mini-batch",
    ),
    # --- identities and real arithmetic
    "rewriting with an inequality": (
        algebraic((x >= 0,), (x >= 0, Decide()), (Eq(x, 0), lambda s: Identity(s))),
        "not an equation",
    ),
    "an identity that is none": (algebraic((x > 0,), (Eq((x + 1) ** 2, x**2 + 1), Identity())), "differ by"),
    "|x| = x": (algebraic((x > -1,), (Eq(abs(x), x), Identity())), "differ by"),
    "sqrt(x^2 + ...) of a square": (algebraic((x > -1,), (Eq(sqrt(x**2 + 2 * x + 1) - 1, x - 1), Decide())), "fails"),
    "sign(0) = 1": (algebraic((x >= 0,), (Eq(sign(x), 1), Decide())), "x = 0"),
    "a bound that fails at one end": (algebraic((x >= 0, x <= 1), (x**2 < 1, Decide())), "x = 1"),
    "false": (algebraic((x > 0,), (false, Decide()), (x > 5, lambda s: Decide(s))), "does not follow"),
    "another statement than the claim": (
        dataclasses.replace(algebraic((x > 0,), (x > 0, Decide())), statement=x > 1),
        "not the claim",
    ),
    "not strict, where the claim is": (
        dataclasses.replace(algebraic((x > 0,), (x >= 0, Decide())), statement=x > 0),
        "not the claim",
    ),
    "no steps": (dataclasses.replace(algebraic((x > 0,), (x > 0, Decide())), proof=Proof()), "no steps"),
}


def test_a_sum_does_not_leave_an_expectation_given_a_point_that_depends_on_its_index():
    total = Total(coordinate(estimate(p), i), i)
    assert mean(total, p) == Total(mean(coordinate(estimate(p), i), p), i)
    assert mean(total, mixed) == mean(total, mixed).func(total, Tuple(mixed))


@pytest.mark.parametrize("name", FALSE)
def test_the_kernel_rejects(name):
    claim, reason = FALSE[name]
    outcome = check(claim)
    assert isinstance(outcome, Rejection), f"accepted: {name}"
    assert reason in outcome.reason
    number = max(outcome.number, 1)
    step = claim.proof.steps[number - 1].name if claim.proof.steps else "proof"
    assert str(outcome) == f"step {outcome.number} ({step}): {outcome.reason}"


TRUE = {
    "an identity between fractions": algebraic((x > 0,), (Eq(1 / x - 1 / (x + 1), 1 / (x * (x + 1))), Identity())),
    "rewriting in order": algebraic(
        (Eq(a, b + 1), Eq(b, x)),
        (Eq(a, b + 1), Decide()),
        (Eq(b, x), Decide()),
        (Eq(a**2, x**2 + 2 * x + 1), lambda s, t: Identity(s, t)),
    ),
    "a strict combination": algebraic(
        (x > 0, y >= 0),
        (x > 0, Decide()),
        (y >= 0, Decide()),
        (2 * x + x * y > 0, lambda s, t: Combination({s: 2, t: x})),
    ),
    "a multiplier that is positive by an earlier step": algebraic(
        (x > 1, y >= 0),
        (x**2 > 1, Decide()),
        (y >= 0, Decide()),
        (Ge(y * (x**2 - 1), 0), lambda s, t: Combination({t: x**2 - 1}, given=(s,))),
    ),
    "an equation times anything": algebraic(
        (Eq(x, y),), (Eq(x, y), Decide()), (Eq(x * a, y * a), lambda s: Combination({s: a}))
    ),
    "the same inequality the other way around": dataclasses.replace(
        algebraic((x > 0,), (x > 0, Decide())), statement=Lt(-x, 0)
    ),
    "a conjunction": algebraic((x > 1,), (And(x > 0, x**2 > 1), Decide())),
    "0^0 = 1: a power of a rate that may be zero": bound(
        (conclusion("least of a sum", a**k), Lemma("least of a sum", a**k)),
        (Eq(suboptimality(0), V0), Definition()),
        (Eq(a**k * suboptimality(0), a**k * V0), lambda s, t: Combination({t: a**k})),
        (Eq(suboptimality(0), V0), lambda s, t, u: Instance(u, 0)),
        domain=(a >= 0, alpha > 0),
    ),
    "a schedule, shifted": bound(
        (Eq(iterate(k + 2), iterate(k + 1) - alpha / (k + 2) * gradient(iterate(k + 1))), Definition()),
        (Eq(iterate(2), iterate(1) - alpha / 2 * gradient(iterate(1))), Definition()),
        algorithm=GradientDescent(alpha / (k + 1)),
    ),
    "a sum with weights": bound(
        (conclusion("least of a sum", square / (k + 1)), Lemma("least of a sum", square / (k + 1)))
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_the_kernel_accepts_every_step_of(name):
    claim = TRUE[name]
    outcome = check(claim)
    if claim.kind == "algebraic":
        assert isinstance(outcome, Certificate), outcome
    else:
        # the steps are about a run; only the last of them is not the claim
        assert outcome.number == len(claim.proof.steps) and "not the claim" in outcome.reason, outcome


JUNK = {
    "a step that is none": Proof(1),
    "nothing": Proof(None),
    "no statement": Proof(Step("1", None, Decide())),
    "a statement in words": Proof(Step("1", "x > 0", Decide())),
    "a number": Proof(Step("1", Integer(1), Decide())),
    "a symbol": Proof(Step("1", x, Decide())),
    "no justification": Proof(Step("1", x > 0, None)),
    "a class for a justification": Proof(Step("1", x > 0, Decide)),
    "a name that is none": Proof(Step(None, x > 1, Decide())),
    "multipliers that are none": Proof(Step("1", x > 0, Combination(None))),
    "a multiplier in words": Proof(s := Step("1", x > 0, Decide()), Step("2", x > 1, Combination({s: "y z"}))),
    "a premise that is no step": Proof(Step("1", x > 0, Decide(x > 0))),
    "an unknown iteration": Proof(s, Step("2", x > 0, Instance(s, "k k"))),
    "a truth for an iteration": Proof(s, Step("2", x > 0, Instance(s, True))),
    "lemma without terms": Proof(Step("1", x > 0, Lemma("Hölder"))),
    "lemma with too many terms": Proof(Step("1", x > 0, Lemma("infimum", 1, 2, 3))),
    "lemma with a list for a name": Proof(Step("1", x > 0, Lemma([]))),
    "hypothesis that is none": Proof(Step("1", x > 0, Hypothesis("smooth", x))),
    "hypothesis without points": Proof(Step("1", x > 0, Hypothesis(Smooth(L)))),
    "a run without an orbit": Proof(Step("1", x > 0, Run(0))),
    "for ever without an orbit": Proof(Step("1", x > 0, Forever())),
    "not a number": Proof(Step("1", Eq(x, sympify("nan"), evaluate=False), Decide())),
}


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize(
    "claim", [algebraic((x > 0,), (x > 0, Decide())), theorem_1_1, example_1], ids=lambda claim: claim.kind
)
def test_a_proof_that_makes_no_sense_is_rejected_not_raised(name, claim):
    outcome = check(dataclasses.replace(claim, proof=JUNK[name]))
    assert isinstance(outcome, Rejection) and outcome.reason


# fmt: off
ANYTHING = st.sampled_from([
    None, True, False, 0, -1, 1, 10**400, 0.5, float("nan"), 1j, "", "x > 5", "x", "import", b"x", [], (), {}, set(),
    Integer(1), Rational(1, 2), Float(1), I, oo, nan, zoo, x, alpha, k, l, V0, Symbol("n"), Symbol("p", positive=True),
    x > 0, x > 5, true, false, Eq(x, 5, evaluate=False), And(x > 0, x > 5), Le(suboptimality(k), V0 / 2),
    x_k, g_k, x_next, rule, iterate, gradient, norm(INF, g_k), suboptimality(k), hidden_sum, Matrix([x]), Tuple(x),
    LINF, Smooth, Smooth(L), StronglyConvex(x), SignGD(alpha), object(), object, Step, Decide, Decide(), len, print,
    s, Step("1", x > 5, Decide()), Step(None, None, None), theorem_1_1, theorem_1_1.proof, example_1.conclusion,
])
# fmt: on
FIELDS = st.recursive(ANYTHING, lambda inner: st.one_of(st.tuples(inner), st.tuples(inner, inner)), max_leaves=3)


@st.composite
def steps(draw):
    """A step with anything at all in its places, now and then also in those of its justification."""
    model = draw(st.sampled_from([step for claim in (*THEOREM_1, example_1) for step in claim.proof.steps]))
    by = model.by
    for name in draw(st.sets(st.sampled_from(sorted(vars(by)) or ["using"]))):
        by = changed(by, **{name: draw(FIELDS)})
    if isinstance(by, Combination) and draw(st.booleans()):
        by = changed(by, multipliers={s: draw(ANYTHING)})
    return Step(draw(st.one_of(st.just("1"), ANYTHING)), draw(st.one_of(st.just(model.statement), ANYTHING)), by)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(steps(), steps(), ANYTHING), max_size=3),
    st.sampled_from(
        [
            parameters(),
            dataclasses.replace(theorem_1_1, bound=V0 / 2),
            dataclasses.replace(example_1, algorithm=SignGD(2 * alpha)),
        ]
    ),
)
def test_no_proof_whatever_is_in_it_raises_or_proves_what_is_false(steps, claim):
    outcome = check(dataclasses.replace(claim, proof=Proof(s, *steps)))
    assert isinstance(outcome, Rejection)
    assert 0 <= outcome.number <= len(steps) + 1
    assert outcome.reason and isinstance(str(outcome), str)


def test_a_question_that_takes_too_long_proves_nothing_and_refutes_nothing(monkeypatch):
    monkeypatch.setattr(decide, "RESOURCES", 1)
    for claim in (theorem_1_zeta, theorem_1_2):
        outcome = check(claim)
        assert isinstance(outcome, Rejection) and "Z3 gave up" in outcome.reason
    assert "may be negative: Z3 gave up" in check(theorem_1_2).reason
    # nor do certificates and other solvers answer
    monkeypatch.setattr(certified, "certificate", lambda *question: None)
    monkeypatch.setattr(solvers, "agree", lambda question: False)
    undecided = dataclasses.replace(theorem_1_zeta, proof=None)
    for claim in (theorem_1_zeta, undecided):
        verdict = verify(claim)
        assert verdict.status == "open" and verdict.witness is None
        assert any("Z3 gave up" in evidence.text for evidence in verdict.evidence)


def test_a_claim_without_a_proof_is_a_misuse():
    with pytest.raises(ValueError, match="carries no proof"):
        check(dataclasses.replace(theorem_1_1, proof=None))


def test_the_proof_of_a_method_with_memory_cannot_be_written():
    with pytest.raises(Rejected, match="remembers more"):
        orbit(((alpha / 2,), (-alpha / 2,)), RemembersLater(alpha))


def test_every_lemma_says_what_it_says_and_who_proved_it():
    for name, lemma in TABLE.items():
        assert lemma.name == name and lemma.text.endswith(".") and lemma.source


def test_every_relation_of_an_accepted_proof_is_about_the_claim_s_symbols():
    for claim in THEOREM_1:
        free = set().union(*(step.statement.free_symbols for step in claim.proof.steps))
        assert free <= claim.parameters | {k, V0, f_star}
        assert all(isinstance(step.statement, Relational) for step in claim.proof.steps)
