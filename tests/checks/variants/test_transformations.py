"""The papers' methods, written here once over all arithmetics and once as optax chains: the same runs."""

from __future__ import annotations

from functools import partial
from itertools import islice

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

from signproof import transformations as t
from signproof.checks.numbers.arrays import FLOATS
from signproof.checks.numbers.exact import RATIONALS, Balls, rational, rationals
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.runs import engine
from signproof.checks.runs.engine import Position
from signproof.checks.variants.variant import Rule, Variant
from signproof.theory.border.steps import states
from signproof.theory.methods import gradient as a
from signproof.theory.symbols import alpha

STEPS = 5
BETA = Rational(15, 16)
PAIRS = {
    "(1)": (a.GradientDescent(alpha), optax.sgd),
    "(2)": (a.SignGD(alpha), optax.sign_sgd),
    "(5)": (a.AdaGradNorm(alpha), t.adagrad_norm),
    "(6)": (a.SignAdaGradNorm(alpha), t.sign_adagrad_norm),
    "(9)": (a.SignAdaGradSignNorm(alpha), partial(t.sign_adagrad_norm, sign_norm=True)),
    "(12)": (a.ErrorFeedbackSignGD(alpha), t.error_feedback_sign_gd),
    "(13)": (a.ShiftedErrorFeedbackSignGD(alpha), t.error_feedback_sign_gd),
    "(14)": (a.ScaledSignGD(alpha), t.scaled_sign_gd),
    "SignGDM": (a.Signum(alpha, BETA), partial(optax.signum, beta=float(BETA))),
}
"""The method as the papers state it, and the chain."""


def run(factory, problem, start, step_sizes, shifted=False):
    """The iterates of the optimizer itself on a batch, shape (STEPS + 1, d, batch), by `vmap` as a user would."""

    def alone(fields, x, step_size):
        made, here = factory(step_size), type(problem)(**fields)

        def step(carry, _):
            x, state = carry
            place = t.slope_point(x, state) if shifted else x
            updates, state = made.update(here.gradient(place, FLOATS), state, x)
            return (optax.apply_updates(x, updates), state), x

        return jax.lax.scan(step, (x, made.init(x)), length=STEPS + 1)[1]

    with jax.enable_x64(True):
        every = jax.jit(jax.vmap(alone, in_axes=-1, out_axes=-1))
        return np.asarray(every(problem.arrays(), start, step_sizes))


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**16), spread=st.sampled_from([0.0, 0.5]))
def test_chains_are_the_papers_methods(name, seed, spread):
    method, factory = PAIRS[name]
    rng = np.random.default_rng(seed)
    problem, start = DiagonalQuadratic.batch((8,), rng, spread)
    step_sizes = rng.uniform(0.05, 1.9, start.shape[1]) / problem.diagonal.sum(axis=0)
    [(low, high)] = engine.run(method, problem, start, {alpha: step_sizes}, STEPS, (Position(),))
    found = run(factory, problem, start, step_sizes, shifted=name == "(13)")
    # the ball's radius bounds the rounding error of its own run; that of the chain's, in another order, is as large
    slack = high - low
    known = np.isfinite(slack)
    assert known[:2].all()
    assert ((low - slack <= found) & (found <= high + slack))[known].all()
    if name == "(2)":  # neither sums nor rounded products: bit for bit
        [(one, _)] = engine.run(method, problem, start, {alpha: step_sizes}, STEPS, (Position(),), rigorous=False)
        assert (one == found).all()


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_a_traced_chain_is_the_method_ball_by_ball(seed):
    problem, start = LeastSquares.batch((2, 2), np.random.default_rng(seed))
    step_sizes = np.full(start.shape[1], 2.0**-6)
    method, chain = a.ScaledSignGD(alpha), Variant(alpha, Rational(0), RULE)
    runs = [engine.run(each, problem, start, {alpha: step_sizes}, STEPS, (Position(),))[0] for each in (method, chain)]
    (low, high), (below, above) = runs
    assert ((low <= above) & (below <= high)).all()
    middle, other = (low + high) / 2, (below + above) / 2
    assert (middle[:2] == other[:2]).mean() > 0.9


EXACTLY = [name for name in PAIRS if name != "(13)"]  # its slope is asked elsewhere, at `slope_point`


@pytest.mark.parametrize("name", EXACTLY)
@settings(max_examples=5, deadline=None)
@given(
    diagonal=st.lists(st.fractions("1/4", 4, max_denominator=4), min_size=2, max_size=2),
    start=st.lists(st.fractions(-3, 3, max_denominator=4), min_size=2, max_size=2).filter(all),
    step_size=st.fractions("1/16", 1, max_denominator=16),
)
def test_a_chain_is_the_method_in_exact_arithmetic(name, diagonal, start, step_size):
    """The same rationals at every step or, where roots are taken, balls of 256 bits with a number in common."""
    method, factory = PAIRS[name]
    problem, x = DiagonalQuadratic(rationals(diagonal)), rationals(start)
    roots = "AdaGrad" in type(method).__name__

    def followed(method, xp):
        here = {alpha: xp.number(rational(step_size))}
        run = states(method, xp.number(x), lambda x: problem.over(xp).gradient(x, xp), here, xp)
        return [point for point, _ in islice(run, STEPS)]

    with Balls(256) as balls:
        pair = [followed(each, balls if roots else RATIONALS) for each in (method, Variant(alpha, 0, Rule(factory)))]
    for one, other in zip(*pair, strict=True):
        if roots:
            assert all(a.overlaps(b) and a.rad() < 2.0**-200 for a, b in zip(one, other, strict=True))
        else:
            assert [*one] == [*other]


RULE = Rule(t.scaled_sign_gd)


def stacked(rng, *shape):
    return jnp.asarray(np.round(rng.standard_normal(shape) * 4))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**16), workers=st.integers(1, 5))
def test_the_vote_is_the_papers(seed, workers):
    g = stacked(np.random.default_rng(seed), workers, 4)
    made = t.scale_by_majority_vote()
    found, _ = made.update(g, made.init(g[0]))
    rows = np.asarray(g)
    expected = np.abs(rows).sum() / workers * np.sign(np.sign(rows).sum(axis=0))
    np.testing.assert_allclose(found, expected, rtol=1e-6)  # 32-bit: a sum of 20 whole numbers, and one quotient
    assert (np.sign(found) == np.sign(expected)).all()


def test_one_worker_votes_like_scaled_sign_gd():
    g = jnp.array([1.0, -2.0, 0.0])
    vote, _ = t.scale_by_majority_vote().update(g[None], optax.EmptyState())
    alone, _ = t.scale_by_dual_norm_sign().update(g, optax.EmptyState())
    assert (vote == alone).all() and alone.tolist() == [3.0, -3.0, 0.0]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_error_feedback_loses_nothing(seed):
    rng, made = np.random.default_rng(seed), t.error_feedback()
    state, sent, given_in = made.init(jnp.zeros(4)), jnp.zeros(4), jnp.zeros(4)
    for _ in range(5):
        u = stacked(rng, 4)
        c, state = made.update(u, state)
        sent, given_in = sent + c, given_in + u
    np.testing.assert_allclose(sent + state.error, given_in, atol=1e-4)  # 32-bit numbers below 100, twenty operations


def test_norms_are_of_all_leaves_together():
    tree = {"w": jnp.array([[1.0, -2.0]]), "b": jnp.array([3.0])}
    found, _ = t.scale_by_dual_norm_sign().update(tree, optax.EmptyState())
    assert found["w"].tolist() == [[6.0, -6.0]] and found["b"].tolist() == [6.0]
    made = t.error_feedback()
    sent, state = made.update(tree, made.init(tree))
    assert sent["w"].tolist() == [[2.0, -2.0]] and state.error["b"].tolist() == [1.0]
    made = t.scale_by_adagrad_norm()
    found, _ = made.update(tree, made.init(tree))
    np.testing.assert_allclose(found["b"], 3 / np.sqrt(14), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize("made", [t.scaled_sign_gd(0.1), t.adagrad_norm(0.1), t.error_feedback_sign_gd(0.1)])
def test_dtypes_stay_as_they_are(made, dtype):
    g = jnp.array([1.0, -2.0, 0.0], dtype)
    updates, _ = jax.jit(made.update)(g, made.init(g), g)
    assert updates.dtype == dtype


def test_no_gradient_is_no_step():
    zero = jnp.zeros(3)
    for made in (t.adagrad_norm(1.0), t.sign_adagrad_norm(1.0), t.scaled_sign_gd(1.0), t.error_feedback_sign_gd(1.0)):
        updates, _ = made.update(zero, made.init(zero), zero)
        assert (updates == 0).all()


def test_where_the_gradient_is_taken_needs_an_error():
    with pytest.raises(ValueError, match="the state holds no error"):
        t.slope_point(jnp.zeros(2), optax.sgd(0.1).init(jnp.zeros(2)))
