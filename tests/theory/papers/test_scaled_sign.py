"""Scaled-sign's remarks, examples and introduction: what was found, and that a little more is not proved."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Ge, Gt, Integer, Le, Limit, Ne, Not, Rational, Symbol, oo, simplify, sqrt
from sympy.core.symbol import Str

from signproof import verify
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.replay.bounds import replay
from signproof.checks.replay.orbits import replay_course
from signproof.checks.replay.witness import from_json
from signproof.checks.runs.instance import Instance as Posed
from signproof.theory.algebra.decide import follows, truth
from signproof.theory.algorithms import (
    AdaGradNorm,
    ErrorFeedbackSignGD,
    GradientDescent,
    ShiftedErrorFeedbackSignGD,
    SignAdaGradNorm,
    SignAdaGradSignNorm,
    SignGD,
    Signum,
)
from signproof.theory.assumptions import Dimension, Smooth
from signproof.theory.assumptions.gradients import l1
from signproof.theory.catalog import catalog
from signproof.theory.claim import Claim, ClaimError, Orbit
from signproof.theory.derivation.steps import Decide, Forever, Identity, Instance, Lemma, Run, check, transition
from signproof.theory.derivation.table import TABLE, LemmaError
from signproof.theory.measures import MinDualGradientNorm, Suboptimality
from signproof.theory.papers.scaled_sign.assumptions import smooth
from signproof.theory.papers.scaled_sign.remark_3 import average, best_step, max_norm_bound
from signproof.theory.papers.scaled_sign.remark_5 import success
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, K, L, alpha, d, eta, i, k
from signproof.theory.terms.vectors import g_k, gradient, point

p, q, x = (Symbol(name, real=True) for name in "pqx")
CLAIMS = {id.removeprefix("scaled-sign/"): claim for id, claim in catalog().items() if id.startswith("scaled-sign/")}
PROVED = (
    "remark-2.eq-13",
    "remark-3.max-norm",
    "remark-4.compressor",
    "remark-5.success",
    "assumptions.relaxed",
    "assumptions.relaxed.pl",
    "assumptions.relaxed.strong-convexity",
)


@pytest.mark.parametrize("name", PROVED)
def test_a_proof_is_accepted_and_rests_on_each_assumption(name):
    claim = CLAIMS[name]
    assert isinstance(check(claim), Certificate)
    for dropped in claim.assumptions:
        rest = tuple(assumption for assumption in claim.assumptions if assumption is not dropped)
        bound = claim.domain + tuple(Gt(symbol, 0) for symbol in dropped.symbols)
        assert isinstance(check(dataclasses.replace(claim, assumptions=rest, domain=bound)), Rejection), dropped


@pytest.mark.parametrize("name", ["remark-2.eq-13", "remark-4.compressor"])
def test_a_stronger_statement_is_not_what_the_proof_proves(name):
    claim = CLAIMS[name]
    stronger = claim.statement.func(claim.statement.lhs, claim.statement.rhs / 2, evaluate=False)
    assert isinstance(check(dataclasses.replace(claim, statement=stronger)), Rejection)


def test_the_identity_of_remark_2_needs_the_shifted_gradient():
    vector, memory, rate = point(Str("x")), point(Str("e")), Symbol("lambda", real=True)
    from signproof.theory.border.opaque import traced

    step = traced(ErrorFeedbackSignGD(rate), vector, gradient, memory)
    z = vector - memory
    statement = Eq(step.after - step.memory, z - rate * gradient(z))
    proof = Proof(Step("(12) in z", statement, by=Identity()))
    claim = Claim(id="unshifted", statement=statement, domain=(rate > 0,), proof=proof)
    assert isinstance(check(claim), Rejection)


# --- steps that depend on the number of steps


@pytest.mark.parametrize(
    ("step_size", "bound"), [(best_step(L), max_norm_bound * Rational(99, 100)), (best_step(4 * L), max_norm_bound)]
)
def test_a_smaller_bound_or_another_step_is_rejected(step_size, bound):
    claim = dataclasses.replace(
        CLAIMS["remark-3.max-norm"], algorithm=SignGD(step_size), bound=bound, proof=average(step_size, bound)
    )
    rejection = check(claim)
    assert isinstance(rejection, Rejection) and rejection.step == "best step"


def test_the_printed_bound_of_remark_3_fails_before_the_first_step_and_four_times_it_is_proved():
    claim = CLAIMS["remark-3.signgd"]
    verdict = verify(claim)
    assert verdict.status == "refuted" and verdict.witness.k == 0
    assert verdict.witness.measured[0] == 4 * verdict.witness.bound[1]
    repaired = catalog()["own/remark-3.signgd.repaired"]
    assert simplify(repaired.bound - 4 * claim.bound) == 0 and repaired.algorithm == claim.algorithm
    assert isinstance(check(repaired), Certificate)
    without = dataclasses.replace(repaired, assumptions=repaired.assumptions[:1], domain=(d > 0,))
    assert isinstance(check(without), Rejection)


def test_a_witness_about_another_dimension_is_not_confirmed():
    data = verify(CLAIMS["remark-3.signgd"]).witness.to_json()
    assert from_json(data, {}).replay().confirmed
    for dimension in ("1/2", "2"):
        other = data | {"parameters": data["parameters"] | {"d": dimension}}
        assert not from_json(other, {}).replay().confirmed


def test_the_horizon_is_a_number_of_steps_and_nothing_else():
    parts = {"algorithm": SignGD(alpha), "domain": (alpha > 0,), "measure": Suboptimality(), "bound": V0}
    with pytest.raises(ClaimError, match="horizon"):
        Claim(id="other letter", assumptions=(Smooth(L),), horizon=alpha, **parts)
    with pytest.raises(ClaimError, match="horizon"):
        Claim(id="a constant", assumptions=(Smooth(K),), horizon=K, **parts)
    with pytest.raises(ClaimError, match="horizon"):
        Claim(id="no run", statement=K > 0, domain=(alpha > 0,), horizon=K)


def test_without_a_horizon_K_is_no_iteration():
    claim = CLAIMS["remark-3.max-norm"]
    positive = Step("norm", l1(g_k) >= 0, by=Lemma("non-negative norm", l1(g_k)))
    zero = Step("zero", Le(k - k, 0, evaluate=False), by=Decide())
    at_K = Step("at K", Le(Integer(0), 0, evaluate=False), by=Instance(zero, K))
    loose = dataclasses.replace(claim, horizon=None, domain=(K >= 0,), proof=Proof(positive, zero, at_K))
    assert "K is not a later iteration" in str(check(loose))
    bound_to_K = dataclasses.replace(claim, proof=Proof(positive, zero, at_K))
    assert "the last step is not the claim" in str(check(bound_to_K))


def test_the_least_square_needs_numbers_that_are_not_negative():
    use = TABLE["least square"].use(l1(g_k), V0)
    assert use.every_k and Ge(l1(g_k), 0) in use.premises


def test_the_number_of_steps_of_a_witness_is_the_horizon():
    claim = CLAIMS["remark-3.signgd"]
    problem = verify(claim).witness.problem
    found = replay(Posed(claim, problem, {"L": fmpq(1), "d": fmpq(1), "K": fmpq(5)}, (fmpq(1),)), 0)
    assert not found.confirmed and "horizon" in found.why
    assert replay(Posed(claim, problem, {"L": fmpq(1), "d": fmpq(1), "K": fmpq(0)}, (fmpq(1),)), 0).confirmed


# --- limits


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        (Eq(Limit((x**2 - 1) / (x - 1), x, 1), 2), True),
        (Eq(Limit((x**2 - 1) / (x - 1), x, 1), 1), False),
        (Eq(Limit(1 / x, x, 0), 1), False),
        (Limit(1 / x, x, 0) > -1, False),
        (Eq(Limit(x / (2 * x + p), x, oo), Rational(1, 2)), True),
        (Eq(Limit(x**2 / (x + p), x, oo), p), False),
        (Eq(Limit((x - p) / (x - p), x, p), 1, evaluate=False), True),
        (Eq(Limit((x - p) / (x - q), x, q), 1), False),
        (Eq(Limit(1 / (p * x), x, oo), 0), False),  # no value at p = 0
    ],
)
def test_limits_are_decided(statement, holds):
    assert follows(statement, (p >= 0, q >= 1)).holds is holds


def test_a_limit_that_exists_by_chance_does_not_refute():
    statement = Eq(Limit((x - p) / (x - q), x, q), 1)
    assert truth(statement, {p: Integer(1), q: Integer(1)}) is True
    assert truth(statement, {p: Integer(1), q: Integer(2)}) is False
    model = follows(statement, (p >= 0, q >= 1)).model
    assert model[p] != model[q]


def test_limits_stay_where_they_are_understood():
    limit = Limit(p * x, x, 1)
    with pytest.raises(TypeError):
        follows(Eq(p, 1), (Eq(limit, 1),))
    with pytest.raises(TypeError):
        follows(Not(Eq(limit, 1), evaluate=False) & (p > 0))
    with pytest.raises(TypeError):
        follows(Eq(Limit(sqrt(x), x, 1), 1))
    with pytest.raises(ClaimError):
        Claim(id="assumed limit", statement=p > 0, domain=(limit > 0,))
    with pytest.raises(TypeError):
        follows(Eq(Limit(Limit(x * q, q, 1), x, 1), 1))
    step = Step("limit", Eq(limit, p), by=Decide())
    claim = Claim(id="limit in a proof", statement=Eq(limit, p), domain=(p > 0,), proof=Proof(step))
    assert isinstance(check(claim), Rejection)
    assert verify(dataclasses.replace(claim, proof=None)).status == "proved"


# --- stochastic gradients


def test_the_mini_batch_witness_by_enumeration():
    verdict = verify(CLAIMS["remark-5.minibatch"])
    at = {name: fmpq(number) for name, number in verdict.witness.parameters.items()}
    u, v = ((at[f"{name}_1"], at[f"{name}_2"]) for name in "uv")
    errors = [(sign * w[0], sign * w[1]) for w in (u, v) for sign in (1, -1)]
    one = sum((abs(a) + abs(b)) ** 2 for a, b in errors) / 4
    two = sum(((abs(a + c) + abs(b + e)) / 2) ** 2 for (a, b), (c, e) in product(errors, repeat=2)) / 16
    assert two > one / 2


def test_success_needs_the_mirror_image_and_the_mode():
    claim = CLAIMS["remark-5.success"]
    certain = claim.statement.func(claim.statement.args[0], Gt(claim.statement.args[1].lhs, Rational(3, 5)))
    steps = (*success().steps[:-1], Step("success", certain, by=Decide(*success().steps[:-1])))
    assert isinstance(check(dataclasses.replace(claim, statement=certain, proof=Proof(*steps))), Rejection)


def test_half_the_sum_of_the_constants_does_not_do():
    claim = CLAIMS["assumptions.relaxed"]
    half = Le(smooth.lhs, smooth.rhs / 2)
    steps = list(claim.proof.steps)
    last = next(number for number, step in enumerate(steps) if step.name == "Assumption 3")
    steps[last] = Step("Assumption 3", half, by=steps[last].by)
    rejection = check(dataclasses.replace(claim, statement=half, proof=Proof(*steps[: last + 1])))
    assert isinstance(rejection, Rejection) and rejection.step == "Assumption 3"


# --- runs


def test_example_3_leaves_its_formula_after_25_steps():
    claim = CLAIMS["example-3.eq-10"]
    verdict = verify(claim)
    assert verdict.status == "refuted" and verdict.witness.k == 25
    assert verdict.witness.replay().confirmed and verdict.evidence[-1].level == "enclosed"
    assert not replay_course(claim, {"eta": fmpq(2)}, 24).confirmed
    assert not replay_course(claim, {"eta": fmpq(-1)}, 25).confirmed  # outside the domain
    # independent of the package: plain floats
    position, partial = 0.5, 0.5
    for step in range(1, 26):
        position -= np.sign(position) / step**0.5
        partial += (-1) ** step / step**0.5
        assert (abs(position - partial) < 1e-9) == (step < 25)


def test_a_true_formula_is_supported():
    orbit = Orbit(x**2 / 2, (x,), ((Integer(1),),), ((1 - alpha) ** k,))
    claim = Claim(id="powers", algorithm=GradientDescent(alpha), domain=(alpha > 0, alpha < 1), orbit=orbit)
    assert verify(claim).status == "supported"


def test_a_fixed_point_does_not_prove_a_formula():
    orbit = Orbit(x**2, (x,), ((Integer(0),),), (k,))
    stays = Step("stays", transition(SignGD(alpha), orbit, 0), by=Run(0))
    claim = Claim(id="leaves", algorithm=SignGD(alpha), domain=(alpha > 0,), orbit=orbit)
    forever = Step("for ever", claim.conclusion, by=Forever(stays))
    assert isinstance(check(dataclasses.replace(claim, proof=Proof(stays, forever))), Rejection)
    assert verify(claim).status == "refuted"


def test_example_2_reaches_the_minimizer():
    witness = verify(CLAIMS["example-2"]).witness
    at = witness.parameters
    assert witness.replay().confirmed and at["eta"] == at["x_0"] ** 2  # x_0 - (eta/|x_0|) sign(x_0) = 0


numbers = st.fractions(-4, 4, max_denominator=8).map(rational)
vectors = st.integers(1, 4).flatmap(lambda size: st.lists(numbers, min_size=size, max_size=size)).map(rationals)


def quadratic(x):
    return x * fmpq(3, 2) + fmpq(1)


def run(algorithm, x, steps, xp=RATIONALS):
    memory, points = algorithm.init(x, xp), [x]
    memories = [memory]
    for _ in range(steps):
        x, memory = algorithm.update(x, quadratic, memory, xp)
        points.append(x)
        memories.append(memory)
    return points, memories


@given(vectors)
def test_shifted_error_feedback_is_gradient_descent(start):
    rate = fmpq(1, 3)
    points, errors = run(ShiftedErrorFeedbackSignGD(rate), start, 4)
    expected, _ = run(GradientDescent(rate), start, 4)
    for x, error, z in zip(points, errors, expected, strict=True):
        assert (x - error == z).all()


@given(vectors)
def test_signum_without_momentum_is_SignGD(start):
    points, _ = run(Signum(fmpq(1, 3), fmpq(0)), start, 4)
    expected, _ = run(SignGD(fmpq(1, 3)), start, 4)
    assert all((one == other).all() for one, other in zip(points, expected, strict=True))


@pytest.mark.parametrize("method", [AdaGradNorm, SignAdaGradNorm, SignAdaGradSignNorm])
def test_adagrad_norm_by_hand(method):
    from signproof.checks.numbers.exact import Balls

    with Balls(64) as balls:
        start = balls.number(rationals(["1", "2"]))
        points, memories = run(method(balls.rational(1, 1)), start, 2, balls)
        x, b = np.array([1.0, 2.0]), 0.0
        for step in (1, 2):
            g = 1.5 * x + 1
            direction = g if method is AdaGradNorm else np.sign(g)
            b += (np.sign(g) ** 2 if method is SignAdaGradSignNorm else g**2).sum()
            x = x - direction / b**0.5
            assert np.allclose([float(entry) for entry in points[step]], x)
            assert np.isclose(float(memories[step]), b)


@given(vectors)
def test_the_maximum_norm_in_coordinates(v):
    from signproof.theory.norms import LINF

    largest = LINF.norm(v, RATIONALS)
    assert all(abs(entry) <= largest for entry in v) and largest in [abs(entry) for entry in v]


def test_a_bound_on_each_coordinate_does_not_depend_on_it():
    from signproof.theory.terms.expectations import coordinate

    v = point(Str("v"))
    with pytest.raises(LemmaError):
        TABLE["largest coordinate"].use(v, coordinate(v, i))


# --- words


def test_a_claim_in_words_is_open_and_says_what_it_awaits():
    verdict = verify(CLAIMS["example-5.constant"])
    assert verdict.status == "open" and "it awaits an experiment" in verdict.evidence[-1].text
    with pytest.raises(ClaimError, match="words"):
        Claim(id="silent", words="It works.")
    with pytest.raises(ClaimError, match="words"):
        Claim(id="both", words="It works.", awaits="a proof", statement=Ne(alpha, 0), domain=(alpha > 0,))


def test_the_dimension_is_a_constant_of_every_problem():
    claim = Claim(
        id="dimension", algorithm=SignGD(alpha), assumptions=(Smooth(L), Dimension(d)), domain=(alpha > 0,),
        measure=MinDualGradientNorm(1), bound=V0 / (alpha * (k + 1)) + d * L * alpha + eta * 0,
    )  # fmt: skip
    assert verify(claim).status in ("supported", "proved")
