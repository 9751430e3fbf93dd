"""Variants: optimizers of optax, of the papers and of users, asked whether they obey the theorems."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flint import fmpq

from signproof import transformations
from signproof.checks.numbers.exact import RATIONALS, rational, rationals
from signproof.checks.posing.cases import cases
from signproof.checks.problems.families import load_problem
from signproof.checks.problems.quadratic import DiagonalQuadratic, LeastSquares
from signproof.checks.trials import bounds as trials
from signproof.checks.variants import ask as variants
from signproof.checks.variants import findings, layout, probes
from signproof.checks.variants.against import _run
from signproof.checks.variants.ask import conforms
from signproof.checks.variants.row import readable
from signproof.checks.variants.variant import Rule
from signproof.theory.catalog import catalog
from signproof.theory.misuse import Misuse
from signproof.theory.norms import L2, LINF, OPERATOR
from signproof.theory.papers.scaled_sign.theorem_1 import theorem_1_1, theorem_1_3
from signproof.transformations import scale_by_dual_norm_sign, scaled_sign_gd


def by_norm_2(step_size):
    """The scaled step with the wrong norm."""
    return optax.stateless(lambda g, _: -step_size * jnp.linalg.norm(g) * jnp.sign(g))


def twice(step_size):
    """The scaled step, twice as long as it says."""
    return scaled_sign_gd(2 * step_size)


@pytest.fixture
def families(monkeypatch):
    """Trials on small diagonal quadratics only, unless told otherwise."""

    def only(*kinds):
        monkeypatch.setattr(trials, "believed", lambda claim: list(kinds))

    only(DiagonalQuadratic)
    monkeypatch.setattr(DiagonalQuadratic, "shapes", ())
    monkeypatch.setattr(LeastSquares, "shapes", ())
    monkeypatch.setattr(probes, "SHAPES", probes.SHAPES[:2])
    monkeypatch.setattr(probes, "DIMENSIONS", (1,))
    return only


# Right ones and wrong ones


def test_sign_sgd_breaks_theorem_1_and_the_witness_says_where(families):
    [row] = conforms(optax.sign_sgd, theorem_1_1)
    assert (row.status, row.step, row.level, row.variant) == ("broken", 1, "exact", "sign_sgd")
    witness = row.witness
    problem = load_problem(witness["problem"])
    parameters = {name: rational(number) for name, number in witness["parameters"].items()}
    # by hand: x - alpha sign(H x), in rationals
    x = rationals(witness["start"])
    slope = problem.diagonal * x
    after = x - parameters["alpha"] * np.array([fmpq((g > 0) - (g < 0)) for g in slope])
    rate = 1 - 2 * parameters["mu"] * parameters["alpha"] * (1 - parameters["L"] * parameters["alpha"] / 2)
    value, bound = (problem.diagonal * after * after).sum() / 2, rate * (problem.diagonal * x * x).sum() / 2
    assert [str(value), str(bound)] == [witness["measured"], witness["bound"]] and value > bound
    assert min(problem.diagonal) == parameters["mu"] and sum(problem.diagonal) == parameters["L"]


def test_the_scaled_step_holds_and_is_tight(families):
    value, gradient = conforms(scaled_sign_gd, [theorem_1_1, theorem_1_3])
    assert value.status == gradient.status == "holds"
    assert 0.99 < value.ratio <= 1 and 0.99 < value.tightness <= 1 and 0.99 < gradient.ratio <= 1
    assert gradient.tightness is None and value.step is None and value.level == "sampled"
    assert value.check == "variant/2 float64 quick seed 0"


def test_a_step_scaled_by_the_wrong_norm_is_told_apart_on_dense_quadratics(families, monkeypatch):
    families()
    monkeypatch.setattr(LeastSquares, "shapes", ((2, 2),))
    [row] = conforms(by_norm_2, theorem_1_1)
    assert (row.status, row.step, row.level) == ("broken", 1, "enclosed")  # ||g||_2 is not rational
    assert "dense quadratic" in row.instance


def test_a_step_twice_as_long_is_told_apart(families):
    [row] = conforms(twice, theorem_1_1)
    assert (row.status, row.step, row.level) == ("broken", 1, "exact")


@pytest.mark.slow
def test_the_right_step_holds_where_the_wrong_ones_break(families, monkeypatch):
    families()
    monkeypatch.setattr(LeastSquares, "shapes", ((2, 2),))
    [row] = conforms(scaled_sign_gd, theorem_1_1)
    assert row.status == "holds" and row.ratio <= 1


@pytest.mark.slow
def test_momentum_is_handled(families):
    def factory(step_size):
        return optax.chain(scale_by_dual_norm_sign(), optax.trace(0.9), optax.scale(-step_size))

    [row] = conforms(factory, theorem_1_3)
    assert row.status == "broken" and row.step > 1


def test_weight_decay_is_handled(families):
    [row] = conforms(lambda s: optax.chain(scaled_sign_gd(s), optax.add_decayed_weights(-(2**-4))), theorem_1_1)
    assert row.status == "broken" and row.level == "exact"


def moved(witness):
    """Whether the minimizer is off the origin of the variant's coordinates."""
    return witness["variant"]["minimizer"] != "0" or any(entry != "0" for entry in witness.get("minimizer", []))


def test_a_step_to_the_origin_is_no_merit_where_the_minimizer_is_elsewhere(families):
    [row] = conforms(lambda s: optax.stateless(lambda g, x: -x), theorem_1_1)
    assert row.status == "broken" and "minimizer" in row.instance and moved(row.witness)


def test_a_state_that_keeps_the_parameters_is_no_merit_either(families):
    def to_the_origin(step_size):
        return optax.GradientTransformation(lambda p: p, lambda g, place, p=None: (-place, 0 * place))

    [row] = conforms(to_the_origin, theorem_1_1)
    assert row.status == "broken" and moved(row.witness)


def test_a_run_that_overflows_after_it_left_the_bound_is_broken(families):
    def explodes(step_size):
        def update(g, size, parameters=None):
            return (-size * step_size * jnp.sign(g) + size) - size, size * 2.0**1000

        return optax.GradientTransformation(lambda p: jnp.full((), 2.0**30, p.dtype), update)

    [row] = conforms(explodes, theorem_1_1)
    assert (row.status, row.step, row.level) == ("broken", 1, "exact")


@pytest.mark.slow
def test_a_schedule_of_ones_own_is_followed(families):
    def factory(step_size, steps=10):
        decay = optax.cosine_decay_schedule(1.0, steps)
        return optax.chain(scaled_sign_gd(step_size), optax.scale_by_schedule(decay))

    [row] = conforms(factory, theorem_1_1)
    assert row.status == "broken" and row.step > 1


def test_a_state_that_keeps_the_step_size_is_the_same_rule(families):
    [row] = conforms(lambda s: optax.inject_hyperparams(optax.sign_sgd)(s), theorem_1_1, name="injected")
    [same] = conforms(optax.sign_sgd, theorem_1_1)
    assert row.variant == "injected" and row.witness == same.witness is not None


@pytest.mark.slow
def test_a_step_size_that_depends_on_k_is_handed_over_step_by_step(families):
    [row] = conforms(scaled_sign_gd, "own/theorem-2.2.repaired")
    assert row.status == "holds"


@pytest.mark.parametrize(
    ("dtype", "ratio"), [pytest.param("float32", 0.999, marks=pytest.mark.slow), ("bfloat16", 0.9)]
)
def test_narrower_dtypes_hold_with_what_their_rounding_leaves_undecided(families, dtype, ratio):
    [row] = conforms(scaled_sign_gd, theorem_1_1, dtype=dtype)
    assert row.status == "holds" and ratio < row.ratio <= 1 and "more hold as shipped" in row.reason


# Where random instances never come


def scaled(scale):
    """The scaled step, times a number that depends on the gradient."""
    return lambda step_size: optax.stateless(lambda g, _: -step_size * scale(g) * jnp.sum(jnp.abs(g)) * jnp.sign(g))


def late_by_its_state(step_size):
    def update(g, count, parameters=None):
        return jnp.where(count < 40, -1.0, -3.0) * step_size * jnp.sum(jnp.abs(g)) * jnp.sign(g), count + 1

    return optax.GradientTransformation(lambda p: jnp.zeros((), jnp.int32), update)


HIDDEN = {
    "a floor": scaled(lambda g: jnp.where(jnp.sum(jnp.abs(g)) < 1e-15, 0.0, 1.0)),
    "a lower floor": scaled(lambda g: jnp.where(jnp.max(jnp.abs(g)) < 1e-45, 0.0, 1.0)),
    "a clip": lambda s: optax.chain(optax.clip_by_global_norm(1e12), scale_by_dual_norm_sign(), optax.scale(-s)),
    "a cap": scaled(lambda g: jnp.minimum(1.0, 1e40 / jnp.maximum(jnp.sum(jnp.abs(g)), 1e39))),
    "equal coordinates": scaled(lambda g: jnp.where((jnp.abs(g) == jnp.abs(g[0])).all(), 0.5, 1.0)),
    "one coordinate": scaled(lambda g: jnp.where((g == 0).any(), 3.0, 1.0)),
    "a late step": late_by_its_state,
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_wrong_at_special_points_only_is_found(families, name):
    [row] = conforms(HIDDEN[name], theorem_1_1)
    assert row.status == "broken" and row.level in ("exact", "enclosed")
    assert row.step == 41 if name == "a late step" else row.step is not None


def test_what_is_wrong_in_many_dimensions_only_is_found(families, monkeypatch):
    monkeypatch.setattr(probes, "DIMENSIONS", (128,))
    [row] = conforms(scaled(lambda g: 1.0 if g.shape[0] < 100 else 3.0), theorem_1_1)
    assert row.status == "broken" and row.level == "exact" and "d = 128" not in row.reason


def test_holds_says_on_what_it_rests(families):
    [row] = conforms(scaled_sign_gd, theorem_1_1)
    for words in ("are decided, and hold, on", "instances (k ≤ 32, d = 1 to 2, L from", "in floats on", "k ≤ 1000"):
        assert words in row.reason


def test_what_rounding_hides_is_undecided(families):
    def hidden(step_size):  # the sign, by a difference that floats cannot tell from nothing
        return optax.stateless(lambda g, _: -step_size * jnp.sum(jnp.abs(g)) * ((jnp.sign(g) + 2.0**54) - 2.0**54))

    [row] = conforms(hidden, theorem_1_1)
    assert row.status == "undecided" and "within the rounding error of float64" in row.reason
    assert row.tightness is None


def test_what_only_the_dtype_breaks_is_broken_as_shipped(families):
    def flushed(step_size):  # the sign of what underflows in float32
        return optax.stateless(lambda g, _: -step_size * jnp.sum(jnp.abs(g)) * jnp.sign(g * 1e-20))

    def absorbed(step_size):  # 1 + a small number is 1 in bfloat16
        return optax.stateless(lambda g, _: -(step_size * jnp.sum(jnp.abs(g)) + 1.0 - 1.0) * jnp.sign(g))

    for factory, dtype in ((flushed, "float32"), (absorbed, "bfloat16")):
        [row] = conforms(factory, theorem_1_1, dtype=dtype)
        assert (row.status, row.level) == ("broken as shipped", "as shipped") and row.step >= 1 and row.instance
        [row] = conforms(factory, theorem_1_1)
        assert row.status == "holds"


def test_updates_wider_than_the_parameters_are_cast(families):
    def wide(step_size):
        return scaled(lambda g: jnp.ones((), jnp.float32))(step_size)

    [row] = conforms(wide, theorem_1_1, dtype="bfloat16")
    assert row.status == "holds"


# What a variant is given beside the gradient


def by_value(below, above):
    """The scaled step, longer or not by the value of f that optax hands over."""

    def factory(step_size):
        def update(g, state, parameters=None, *, value, grad, **more):
            scale = jnp.where(value > 0, above, below) * (grad == g).all()
            return -step_size * scale * jnp.sum(jnp.abs(g)) * jnp.sign(g), state

        return optax.GradientTransformationExtraArgs(lambda p: (), update)

    return factory


def test_an_optimizer_is_given_the_value_and_the_gradient(families):
    [right], [wrong] = conforms(by_value(3, 1), theorem_1_1), conforms(by_value(1, 3), theorem_1_1)
    assert right.status == "holds" and (wrong.status, wrong.step, wrong.level) == ("broken", 1, "exact")


def test_a_wrapper_is_followed(families):
    [row] = conforms(lambda s: optax.MultiSteps(scaled_sign_gd(s), 1), theorem_1_1)
    assert row.status == "holds"


def run_exactly(factory, steps=3, laying=None):
    """The iterates of a factory on a quadratic, in rationals."""
    rule = Rule(factory, laying=laying)
    instance = DiagonalQuadratic(rationals([1, 3, 2, 5])), rationals([2, -1, 1, 3]), fmpq(1, 4)
    return [list(x) for x in _run(rule, instance, 0, steps, RATIONALS)]


def asking(scale):
    """The scaled step, longer if what it is handed does not fit together."""

    def factory(step_size):
        def update(g, state, x=None, *, value, value_fn, **more):
            slope, there = jax.grad(value_fn)(x), value_fn(x - step_size * g)
            fits = (value_fn(x) == value) & (slope == g).all() & ((there < value) | (g == 0).all())
            return -step_size * jnp.where(fits, 1.0, scale) * jnp.sum(jnp.abs(g)) * jnp.sign(g), state

        return optax.GradientTransformationExtraArgs(lambda p: (), update)

    return factory


def test_an_optimizer_is_given_f_and_can_derive_it():
    assert run_exactly(asking(3.0)) == run_exactly(scaled_sign_gd)


def test_what_asks_for_f_is_followed_on_balls_too(families):
    def factory(step_size):  # longer where f is larger there than 2^-20: as good as everywhere
        def update(g, state, x=None, *, value_fn, **more):
            scale = jnp.where(value_fn(x) > 2.0**-20, 3.0, 1.0)
            return -step_size * scale * jnp.sum(jnp.abs(g)) * jnp.sign(g), state

        return optax.GradientTransformationExtraArgs(lambda p: (), update)

    [row] = conforms(factory, theorem_1_1)
    assert (row.status, row.step, row.level) == ("broken", 1, "exact")


def test_a_line_search_is_followed_exactly():
    def search(step_size):
        return optax.chain(optax.sgd(8 * step_size), optax.scale_by_backtracking_linesearch(10, decrease_factor=0.5))

    values = [sum(c * x * x for c, x in zip((1, 3, 2, 5), point, strict=True)) for point in run_exactly(search)]
    assert values == sorted(values, reverse=True) and values[-1] < values[0]


def test_a_lookahead_is_judged_at_its_slow_parameters():
    assert run_exactly(lambda s: optax.lookahead(optax.sgd(s), 1, 1.0)) == run_exactly(optax.sgd)
    start, once, twice = run_exactly(lambda s: optax.lookahead(optax.sgd(s), 2, 0.5), 2)
    fast = run_exactly(optax.sgd, 2)[2]
    assert once == start and twice == [(a + b) / 2 for a, b in zip(start, fast, strict=True)]


def test_a_schedule_free_method_is_judged_where_it_means_to_be_evaluated():
    def free(step_size):
        return optax.contrib.schedule_free(optax.sgd(step_size), step_size, b1=0.5, weight_lr_power=0.0)

    points = run_exactly(free, 2)
    descent = run_exactly(optax.sgd, 1)
    assert points[1] == descent[1] and points[2] != run_exactly(optax.sgd, 2)[2]


def in_parts(transformation):
    def factory(step_size):
        return transformation(optax.sgd(step_size))

    factory.parameters = lambda x: {"matrix": x[2:].reshape(-1, 1), "rest": (x[1:2], x[:1])}
    return factory


@pytest.mark.parametrize(
    "transformation",
    [
        lambda sgd: sgd,
        lambda sgd: optax.masked(sgd, {"matrix": True, "rest": (True, True)}),
        lambda sgd: optax.partition({"a": sgd, "b": sgd}, {"matrix": "a", "rest": ("b", "a")}),
    ],
)
def test_parameters_may_be_a_tree(transformation):
    assert run_exactly(in_parts(transformation)) == run_exactly(optax.sgd)


def test_parameters_that_are_no_points_are_refused(families):
    def factory(step_size):
        return optax.sgd(step_size)

    factory.parameters = lambda x: {"twice": (x, x)}
    [row] = conforms(factory, theorem_1_1)
    assert (row.status, row.step) == ("failed", 0) and "each once" in row.reason


def of_matrices(step_size):
    return optax.stateless(lambda g, x: -step_size * jnp.where(g.ndim == 2, 1.0, 3.0) * g)


def test_a_claim_in_the_operator_norm_is_asked_on_matrices():
    assert run_exactly(of_matrices, laying=layout.rows) == run_exactly(optax.sgd)
    assert [layout.laying_of(case) for case in cases(catalog()["own/theorem-1.dual-norms"])] == [
        None, None, layout.rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("factory", "norm"), [(optax.sgd, L2), (optax.sign_sgd, LINF), (optax.contrib.muon, OPERATOR), (optax.lion, LINF)]
)
def test_a_claim_about_every_norm_is_asked_in_that_of_the_variant(factory, norm):
    assert variants._norms_of(Rule(factory)) == (norm,)


def test_what_draws_random_numbers_is_not_asked():
    def jittered(step_size):
        def update(g, key, x=None):
            key, now = jax.random.split(key)
            return -step_size * g * jax.random.uniform(now), key

        return optax.GradientTransformation(lambda p: jax.random.key(0), update)

    for factory, words in ((jittered, "test_variants.py, line"), (lambda s: optax.noisy_sgd(s, key=0), "random_")):
        [row] = conforms(factory, theorem_1_1)
        assert row.status == "not applicable" and "it draws random numbers" in row.reason and words in row.reason


# What a variant may not do

counted = [0]


def counting(g, _):
    counted[0] += 1
    return g / counted[0]


def remembering(step_size):
    seen = []
    return optax.stateless(lambda g, _: seen.append(g) or -step_size * seen[0])


def late(step_size):
    """As it should be, but for the calls after the tenth."""
    calls = []
    return optax.stateless(lambda g, _: calls.append(1) or (-step_size * g if len(calls) <= 10 else -2 * step_size * g))


def piling(step_size):
    kept = np.zeros(2)

    def update(g, _):
        kept[:] += 1
        return g * jnp.asarray(kept.copy())

    return optax.stateless(update)


def growing(step_size):
    return optax.GradientTransformation(lambda p: (), lambda g, state, p=None: (g, (*state, g)))


def widening(step_size):
    return optax.GradientTransformation(lambda p: jnp.int32(0), lambda g, state, p=None: (g, state * 1.5))


MISBEHAVING = {
    "raises": (lambda s: optax.stateless(lambda g, _: 1 / 0), 1, "it raises ZeroDivisionError"),
    "raises at once": (lambda s: 1 / 0, 0, "it raises ZeroDivisionError"),
    "is none": (lambda s: 3, 0, "returns 3, not an optax.GradientTransformation"),
    "changes the shape": (lambda s: optax.stateless(lambda g, _: g[:1]), 1, "into updates of shape"),
    "changes to integers": (lambda s: optax.stateless(lambda g, _: g.astype("int16")), 1, "dtype int16"),
    "changes its state": (growing, 1, "its state changes structure"),
    "changes its state's dtype": (widening, 1, "its state changes from"),
    "keeps a number": (lambda s: optax.stateless(counting), 2, "it keeps Python state"),
    "keeps a number for later": (late, 11, "it keeps Python state"),
    "keeps an array": (piling, 2, "it keeps Python state"),
    "leaves": (lambda s: sys.exit("enough"), 0, "it raises SystemExit: enough"),
    "keeps a gradient": (remembering, 2, "it keeps Python state"),
    "asks NumPy": (lambda s: optax.stateless(lambda g, _: np.sign(np.asarray(g))), 1, "it is not jittable"),
    "asks Python": (lambda s: optax.stateless(lambda g, _: g if g[0] > 0 else -g), 1, "it is not jittable"),
    "asks for the step size": (
        lambda s: optax.sgd(s) if s > 0 else optax.sgd(-s),
        0,
        "let a schedule return factors between 0 and 1",
    ),
}


@pytest.mark.parametrize("what", MISBEHAVING)
def test_what_a_variant_may_not_do_is_said_in_its_row(what):
    factory, step, words = MISBEHAVING[what]
    rows = conforms(factory, [theorem_1_1, theorem_1_3])
    assert [(row.status, row.step) for row in rows] == [("failed", step)] * 2
    assert all(words in row.reason and "\n" not in row.reason for row in rows)


def test_an_operation_that_cannot_be_followed_is_named():
    [row] = conforms(lambda s: optax.stateless(lambda g, _: -s * jnp.linalg.svd(g[None])[1][0] * g), theorem_1_1)
    assert (row.status, row.step) == ("failed", None) and "'svd' (test_variants.py, line" in row.reason


def test_whatever_else_goes_wrong_is_in_the_row(monkeypatch):
    def fails(*arguments):
        raise RuntimeError("out of memory\nor so")

    monkeypatch.setattr(findings, "try_out", fails)
    [row] = conforms(optax.sgd, theorem_1_1)
    assert row.status == "failed" and row.reason == "it could not be judged: RuntimeError: out of memory or so"


def test_nan_is_reported_with_its_step_and_instance(families):
    def normalized(step_size):  # 0 / 0 where an entry of the gradient is 0
        return optax.stateless(lambda g, _: -step_size * jnp.sum(jnp.abs(g)) * g / jnp.abs(g))

    [row] = conforms(normalized, theorem_1_1)
    assert row.status == "failed" and row.step >= 1 and row.reason == "it returns NaN" and row.instance


# Which claims are asked


def test_claims_that_cannot_be_asked_say_why():
    for id in (
        "scaled-sign/theorem-1.1",
        "scaled-sign/theorem-2.1",
        "scaled-sign/theorem-3",
        "own/theorem-2.2.repaired",
        "own/theorem-1.dual-norms",
    ):
        assert variants.unasked(catalog()[id]) == ""
    for id, words in (
        ("signprox/theorem-1", "depends on the method"),
        ("scaled-sign/example-1", "not a bound on a run"),
        ("own/example-2.rate", "V_0"),
    ):
        assert words in variants.unasked(catalog()[id])
    [row] = conforms(optax.sgd, "scaled-sign/theorem-1.zeta")
    assert row.status == "not applicable" and row.reason and row.ratio is None


def test_misuse_is_said_at_once():
    for claims, options, words in (
        ("no-such", {}, "no claim"),
        ("*", {"dtype": "float8"}, "there is no dtype"),
        ("*", {"profile": "long"}, "there is no profile"),
    ):
        with pytest.raises(Misuse, match=words):
            variants.rows(optax.sgd, claims, **options)
    with pytest.raises(Misuse, match="is not a factory"):
        conforms(3)


OPTAX = {
    "adadelta": optax.adadelta, "adafactor": optax.adafactor, "adamax": optax.adamax, "adamw": optax.adamw,
    "amsgrad": optax.amsgrad, "lamb": optax.lamb, "lars": optax.lars, "nadam": optax.nadam, "novograd": optax.novograd,
    "radam": optax.radam, "yogi": optax.yogi, "nesterov": lambda s: optax.sgd(s, momentum=0.9, nesterov=True),
    "staircase": lambda s: optax.sgd(optax.exponential_decay(s, 10, 0.9, staircase=True)),
    "pieces": lambda s: optax.sgd(optax.piecewise_constant_schedule(s, {5: 0.5})),
    "clipped": lambda s: optax.chain(optax.clip_by_global_norm(1.0), optax.clip(0.5), optax.sgd(s)),
    "if finite": lambda s: optax.apply_if_finite(optax.sgd(s), 3),
    "gathered": lambda s: optax.MultiSteps(optax.sgd(s), 2).gradient_transformation(),
    "warmed up": lambda s: optax.chain(
        optax.scale_by_schedule(optax.warmup_cosine_decay_schedule(0.0, 1.0, 3, 10)), optax.scale(-s)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTAX)
def test_what_optax_has_can_be_followed(name):
    trace = Rule(OPTAX[name]).trace(3)
    if name not in ("novograd", "gathered"):  # a call is taken to use all that it is given
        assert trace.looks_at_parameters == (name in ("adafactor", "adamw", "lamb", "lars"))


# The conformance table

TABLE = {
    "sgd": (optax.sgd, {"scaled-sign/remark-1.gradient-descent"}),
    "sign_sgd": (optax.sign_sgd, set()),
    "signum": (optax.signum, set()),
    "lion": (optax.lion, set()),
    "adam": (optax.adam, set()),
    "adagrad": (optax.adagrad, set()),
    "rmsprop": (optax.rmsprop, set()),
    "scaled_sign_gd": (scaled_sign_gd, {f"scaled-sign/theorem-1.{part}" for part in (1, 2, 3)}),
    "majority_vote": (
        lambda s: optax.chain(
            optax.stateless(lambda g, _: jnp.stack([g, g, g])), transformations.majority_vote(s)
        ),
        {f"scaled-sign/theorem-1.{part}" for part in (1, 2, 3)},
    ),
    "error_feedback_sign_gd": (transformations.error_feedback_sign_gd, set()),
    "adagrad_norm": (transformations.adagrad_norm, set()),
    "sign_adagrad_norm": (transformations.sign_adagrad_norm, set()),
}  # fmt: skip
"""For each optimizer the claims of theirs that it obeys, of those below."""
ASKED = (
    "scaled-sign/theorem-1.1",
    "scaled-sign/theorem-1.2",
    "scaled-sign/theorem-1.3",
    "scaled-sign/remark-1.gradient-descent",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_the_conformance_table(name):
    factory, obeyed = TABLE[name]
    rows = conforms(factory, [catalog()[id] for id in ASKED])
    assert {row.claim for row in rows if row.status == "holds"} == obeyed
    assert all(row.status == ("holds" if row.claim in obeyed else "broken") for row in rows)
    assert all(row.level in ("exact", "enclosed") for row in rows if row.status == "broken")


@pytest.mark.parametrize("name", ["signum", "adam"])
def test_what_is_made_for_other_bounds_breaks_theorem_1(families, name):
    factory, _ = TABLE[name]
    [row] = conforms(factory, theorem_1_1)
    assert row.status == "broken" and row.level in ("exact", "enclosed")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("alpha = 1/3", "alpha = 1/3"),
        ("alpha = 123456789/1000000", "alpha = 123456789/1000000 (≈ 123.457)"),
        ("from (-1/4294967296, 0)", "from (-1/4294967296 (≈ -2.32831e-10), 0)"),
        ("diagonal [12345/67891, 1]", "diagonal [12345/67891 (≈ 0.181836), 1]"),
        ("mine/123456789", "mine/123456789"),
        ("1/" + "9" * 400, "1/" + "9" * 400 + " (≈ 0)"),
    ],
)
def test_long_fractions_have_decimals_beside_them(text, shown):
    assert readable(text) == shown
