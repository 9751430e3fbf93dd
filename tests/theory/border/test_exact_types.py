"""A term, a relation, a number is what its class says, not what the class is derived from; vectors are no numbers."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sympy import Abs, And, Eq, Ge, Gt, Integer, Le, Lt, Mul, Ne, Or, Rational, Symbol, Tuple, sqrt
from sympy.core.symbol import Str

from signproof import Claim, ClaimError
from signproof.theory.algorithms import Algorithm, GradientDescent
from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth
from signproof.theory.assumptions.composite import BatchSize, CoordinateLipschitz
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Theorem, check
from signproof.theory.derivation.table import TABLE, LemmaError, conclusion
from signproof.theory.elaboration.automatic import prove
from signproof.theory.kernel.lemmas import lemma
from signproof.theory.measures import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, L, alpha, i, j, k, m, mu, xi
from signproof.theory.terms.expectations import Random, Total, coordinate, estimate, expectation, known, mean
from signproof.theory.terms.proximal import ONE, D, gradient_mapping, sampled_mapping, weight
from signproof.theory.terms.vectors import (
    Scalar,
    VectorAtom,
    check_statement,
    check_term,
    dual_norm,
    g_k,
    gradient,
    iterate,
    minimizer,
    norm,
    point,
    suboptimality,
    value,
    x_k,
    x_next,
    x_star,
)

x = Symbol("x", real=True)
p = point(Str("p"))
INF = Str("inf")


# ------------------------------------------------------------------------------------------------ relations


def agreeable(kind: type) -> type:
    """A class derived from a relation that calls itself equal to everything."""
    return type(f"Agreeable{kind.__name__}", (kind,), {"__eq__": lambda self, other: True, "__hash__": kind.__hash__})


def honest(kind: type) -> type:
    """A class derived from a relation that changes nothing."""
    return type(f"Honest{kind.__name__}", (kind,), {})


@pytest.mark.parametrize("derive", [agreeable, honest])
@pytest.mark.parametrize("kind", [Le, Lt, Ge, Gt, Eq, Ne])
def test_a_class_derived_from_a_relation_states_nothing(derive, kind):
    relation = derive(kind)(x, x + 1, evaluate=False)
    with pytest.raises(TypeError, match="not a statement"):
        check_statement(relation)
    claim = Claim(id="own", domain=(x > 0,), statement=x > 5, proof=Proof(Step("all", relation, by=Combination({}))))
    assert isinstance(check(claim), Rejection)


@pytest.mark.parametrize("place", ["statement", "domain"])
def test_a_derived_relation_is_no_part_of_a_claim(place):
    relation = honest(Gt)(x, 5)
    parts: dict[str, Any] = {"statement": x > 4, "domain": (x > 3,)}
    parts |= {"statement": relation} if place == "statement" else {"domain": (relation,)}
    with pytest.raises(ClaimError, match="not a statement"):
        Claim(id="own", **parts)


def test_a_derived_connective_states_nothing():
    for kind in (And, Or):
        with pytest.raises(TypeError, match="not a statement"):
            check_statement(honest(kind)(x > 0, x < 5))


@pytest.mark.parametrize("kind", [Symbol, Mul, Abs, Rational])
def test_a_class_derived_from_a_number_or_a_function_is_none(kind):
    derived = honest(kind)
    term = {Symbol: lambda: derived("x", real=True), Mul: lambda: derived(2, x, evaluate=False),
            Abs: lambda: derived(x), Rational: lambda: derived(1, 3)}[kind]()  # fmt: skip
    if type(term) is not derived:
        pytest.skip("SymPy does not make one")
    with pytest.raises(TypeError):
        check_term(term)


def test_a_class_derived_from_claim_or_proof_or_step_is_none():
    with pytest.raises(ClaimError, match="derived from Claim"):
        honest(Claim)(id="own", domain=(x > 0,), statement=x > 5)
    steps = (Step("all", x > 5, by=Decide()),)
    claim = Claim(id="own", domain=(x > 5,), statement=x > 5, proof=lambda: honest(Proof)(*steps))
    with pytest.raises(ValueError, match="carries no proof"):
        check(claim)


# ---------------------------------------------------------------------------------------------------- terms


class OfValue(suboptimality):
    """By somebody who forgot what it is derived from."""

    is_nonpositive = True


class OfNorm(norm):
    pass


class OfGradient(gradient):
    pass


class OfPoint(iterate):
    pass


class OfMean(expectation):
    pass


class OfDraw(estimate):
    pass


class Sized(Scalar):
    nargs = 1
    is_positive = True


class Whole(Scalar):
    nargs = 1
    is_integer = True


class Signed(Scalar):
    nargs = 1

    def _eval_is_negative(self):
        return True


class Rewritten(Scalar):
    nargs = 1

    @classmethod
    def eval(cls, argument):
        return Integer(0) if argument == iterate(0) else None


class Simplified(VectorAtom):
    nargs = 1

    def _eval_power(self, exponent):
        return self


class Equal(Scalar):
    nargs = 1

    def __eq__(self, other):
        return isinstance(other, Scalar)

    __hash__ = Scalar.__hash__


class Mixin:
    is_nonnegative = True


class Mixed(Mixin, Scalar):
    nargs = 1


class Free(Scalar):
    """A number of one's own, of which nothing is known."""

    nargs = (1, 2)

    def _sympystr(self, printer):
        return "free"


class Compressed(VectorAtom):
    """A vector of one's own, of which nobody said that it is not random."""

    nargs = 1


class Rounded(VectorAtom):
    """A vector that its argument determines."""

    nargs = 1
    deterministic = True


class Noise(Random):
    nargs = 1


@pytest.mark.parametrize(
    "term",
    [OfValue(k), OfNorm(INF, p), OfGradient(p), OfPoint(k), OfMean(norm(INF, estimate(p)), Tuple()), OfDraw(p)],
    ids=str,
)
def test_a_class_derived_from_a_term_means_nothing(term):
    with pytest.raises(TypeError, match="gives it no meaning"):
        check_term(term, vector=isinstance(term, VectorAtom))


@pytest.mark.parametrize(
    "term",
    [Sized(p), Whole(p), Signed(p), Rewritten(p), Simplified(p), Equal(p), Mixed(p)],
    ids=lambda t: type(t).__name__,
)
def test_a_term_of_one_s_own_is_real_and_a_name_and_nothing_more(term):
    with pytest.raises(TypeError, match=r"real and nothing more|only a name"):
        check_term(term, vector=isinstance(term, VectorAtom))


def test_plain_names_of_one_s_own_are_terms():
    for term in (Free(p), Free(p, alpha), Free(alpha * value(p)), Free(Compressed(p))):
        check_term(term)
    for term in (Compressed(p), Rounded(gradient(p)), Noise(p)):
        check_term(term, vector=True)
    with pytest.raises(TypeError, match="real and nothing more"):
        check_term(Free(Symbol("s", positive=True)))


def test_what_nobody_declares_deterministic_does_not_come_out_of_an_expectation():
    for term in (Compressed(gradient(p)), Noise(p), estimate(p)):
        assert not known(term, (p,)) and mean(coordinate(term, i), p) != coordinate(term, i)
    assert not known(Free(p), (p,))
    assert known(Rounded(p), (p,)) and mean(coordinate(Rounded(p), i), p) == coordinate(Rounded(p), i)
    assert not known(Rounded(estimate(p)), (p,))
    for term in (gradient(p), minimizer(Tuple()), dual_norm(INF, p)):
        assert known(term, (p,))


@pytest.mark.parametrize("kind", [Compressed, Noise])
def test_an_unbiased_compressor_is_not_exact(kind):
    @dataclass(frozen=True)
    class Faithful(Assumption):
        points = 1
        words = "unbiased"

        def statement(self, x):
            return Eq(mean(coordinate(kind(gradient(x)), i), x), coordinate(gradient(x), i))

    assumed = Step("unbiased", Faithful().statement(p), by=Hypothesis(Faithful(), p))
    exact = Eq(coordinate(kind(gradient(p)), i), coordinate(gradient(p), i))
    claim = Claim(id="own", assumptions=(Faithful(),), domain=(alpha > 0,), statement=exact, proof=Proof(assumed))
    assert isinstance(check(claim), Rejection)


def test_the_table_of_lemmas_stays_as_it_is():
    with pytest.raises(TypeError):
        TABLE["mine"] = TABLE["Hölder"]  # type: ignore[index]
    with pytest.raises(TypeError):
        del TABLE["Hölder"]  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        TABLE["Hölder"].use = None  # type: ignore[misc]
    before = len(TABLE)
    lemma("mine", "everything holds", "nobody")(lambda: None)
    assert len(TABLE) == before


# -------------------------------------------------------------------------------------- lemmas and indices

RANDOM = (
    1 + coordinate(sampled_mapping(p, ONE, ONE), i) ** 2,
    1 + norm(INF, sampled_mapping(p, ONE, ONE)),
    value(iterate(k + 1)),
    Free(p),
    1 + norm(INF, Compressed(p)),
    mean(value(p)) + dual_norm(INF, estimate(p)),
)


@pytest.mark.parametrize("number", RANDOM, ids=str)
def test_a_draw_is_made_with_a_step_size_and_a_batch_that_are_known(number):
    for name in ("mean of draws", "Bienaymé"):
        for arguments in ((number, ONE, p), (ONE, number, p)):
            with pytest.raises(LemmaError, match="not known given"):
                conclusion(name, *arguments)
        assert conclusion(name, 1 / value(p), Symbol("B", real=True), p).has(value)


def test_workers_draws_and_components_are_counted_apart():
    B = Symbol("B", real=True)
    assert BatchSize(B).statement() == Eq(Total(Integer(1), xi), B)
    assert conclusion("weights sum to one") == Eq(Total(weight(j), j), 1)
    squares = conclusion("mean of squares", norm(INF, estimate(p, m)))
    assert squares.has(m) and not squares.has(j, xi)
    for index in (m, xi, i):
        with pytest.raises(TypeError, match="not a component"):
            check_term(weight(index))
    for index in (j, xi, i):
        with pytest.raises(TypeError, match="not a worker"):
            check_term(coordinate(estimate(p, index), i))


@pytest.mark.parametrize("index", [j, m])
def test_the_number_of_draws_says_nothing_of_that_of_components_or_workers(index):
    B = Symbol("B", real=True)
    size = Step("size", Eq(Total(Integer(1), xi), B), by=Hypothesis(BatchSize(B)))
    other = Step("other", Eq(Total(Integer(1), index), B), by=Hypothesis(BatchSize(B)))
    for steps in ((size, other), (size, Step("goal", other.statement, by=Decide(size)))):
        claim = Claim(id="own", assumptions=(BatchSize(B),), domain=(B >= 1,), statement=other.statement,
                      proof=Proof(*steps))  # fmt: skip
        assert isinstance(check(claim), Rejection)


# ---------------------------------------------------------------------------------------------------- rules


def rule(step, stochastic_method: bool = False, **fields) -> Algorithm:
    """A method of one's own with the step x - alpha step(g, xp)."""

    @dataclass(frozen=True)
    class Own(Algorithm):
        step_size: Any
        stochastic = stochastic_method

        def update(self, x, gradient, memory, xp):
            return x - self.step_size * step(gradient(x), xp), memory

    return Own(alpha, **fields)


def claimed(algorithm: Algorithm, **changes) -> Claim:
    """The theorem of gradient descent, of another method."""
    parts: dict[str, Any] = {
        "id": "own", "algorithm": algorithm, "assumptions": (Smooth(L, L2), PolyakLojasiewicz(mu, L2)),
        "domain": (0 < alpha, alpha < 2 / L), "measure": Suboptimality(),
        "bound": (1 - 2 * mu * alpha * (1 - L * alpha / 2)) ** k * V0,
    }  # fmt: skip
    return Claim(**parts | changes)


CANCELLED = {
    "g g / g": lambda g, xp: g * g / g,
    "g^2 / g": lambda g, xp: g**2 / g,
    "g / g g": lambda g, xp: g / g * g,
    "g (2 / g) g / 2": lambda g, xp: g * (2 / g) * g / 2,
    "power": lambda g, xp: xp.power(g, 2) / g,
    "|g| sign g": lambda g, xp: xp.abs(g) * xp.sign(g),
    "g ||g|| / ||g||": lambda g, xp: g * xp.norm("2", g) / xp.norm("2", g),
    "g (||g|| / ||g||)": lambda g, xp: g * (xp.dual_norm("2", g) / xp.dual_norm("2", g)),
    "g / ||g||^2 ||g||^2": lambda g, xp: g / xp.norm("2", g) ** 2 * xp.norm("2", g) ** 2,
    "exp log": lambda g, xp: g * xp.exp(xp.log(xp.norm("2", g))) / xp.norm("2", g),
    "sqrt": lambda g, xp: g * xp.sqrt(xp.norm("2", g) - 1) ** 2 / (xp.norm("2", g) - 1),
    "if": lambda g, xp: g if xp.norm("2", g) else 2 * g,
    "compared": lambda g, xp: g if xp.norm("2", g) > 0 else 2 * g,
    "equal": lambda g, xp: g if g == 0 else g + 0 * g,
    "SymPy's root": lambda g, xp: g * sqrt(xp.norm("2", g)) / sqrt(xp.norm("2", g)),
    "coordinate": lambda g, xp: g * g[0] / g[0],
}


@pytest.mark.parametrize("name", CANCELLED)
def test_a_rule_that_has_no_value_everywhere_is_not_the_rule_that_it_cancels_to(name):
    assert isinstance(prove(claimed(GradientDescent(alpha))), Certificate)
    assert isinstance(prove(claimed(rule(CANCELLED[name]))), Rejection)


@pytest.mark.parametrize(
    "step",
    [
        lambda g, xp: g,
        lambda g, xp: 2 * g / 2,
        lambda g, xp: 0 + g - 0,
        lambda g, xp: g * (1 + xp.norm("2", g)) / (1 + xp.norm("2", g)),
        lambda g, xp: xp.rational(1, 2) * g + g / 2,
    ],
)
def test_the_same_rule_written_otherwise_is_proved(step):
    assert isinstance(prove(claimed(rule(step))), Certificate)


def test_vectors_have_no_powers_and_products_in_statements_either():
    for make in (
        lambda: g_k * g_k,
        lambda: g_k**2,
        lambda: 1 / x_k,
        lambda: x_k * (g_k / g_k),
        lambda: (2 * g_k) * g_k,
    ):
        with pytest.raises(TypeError, match="no powers"):
            make()


def test_a_step_size_that_cancels_needs_its_value_all_the_same():
    @dataclass(frozen=True)
    class Product(Algorithm):
        step_size: Any
        one: Any
        other: Any

        def update(self, x, gradient, memory, xp):
            return x - self.step_size * (self.one * self.other) * gradient(x), memory

    c = Symbol("c", real=True)
    domain = (0 < alpha, alpha < 2 / L, c >= 0)
    assert isinstance(prove(claimed(Product(alpha, c, 1 / c), domain=(*domain, c > 0))), Certificate)
    assert isinstance(prove(claimed(Product(alpha, c, 1 / c), domain=domain)), Rejection)


def test_a_stochastic_rule_draws_once():
    @dataclass(frozen=True)
    class Twice(Algorithm):
        step_size: Any
        stochastic = True

        def update(self, x, gradient, memory, xp):
            return x - self.step_size * (gradient(x) + gradient(x)) / 2, memory

    try:
        claim = claimed(Twice(alpha), bound=V0, measure=Suboptimality())
    except ValueError as refused:
        assert "more than one stochastic gradient" in str(refused)
        return
    steps = Proof(Step("rule", Eq(x_next, x_k - alpha * estimate(x_k)), by=Definition()))
    assert "more than one" in check(dataclasses.replace(claim, proof=steps)).reason


def test_an_assumption_says_the_same_of_every_point():
    @dataclass(frozen=True)
    class Sly(Assumption):
        """It says more of the iterates than of other points."""

        points = 1
        words = "sly"

        def statement(self, x):
            return Le(value(x), 0) if isinstance(x, iterate) else Le(value(x), value(x))

    with pytest.raises(ClaimError, match="the same formula at every point"):
        claimed(GradientDescent(alpha), assumptions=(Smooth(L, L2), Sly()), bound=V0)


def test_the_kernel_reads_an_assumption_off_one_statement(monkeypatch):
    """Whatever a statement does when it is asked at a point, it is taken for its pattern with the point put in."""

    @dataclass(frozen=True)
    class Late(Assumption):
        points = 1
        words = "late"
        strong = False

        def statement(self, x):
            return Le(value(x), 0) if type(self).strong and x == x_k else Le(value(x), value(x) + 1)

    claim = claimed(GradientDescent(alpha), assumptions=(Smooth(L, L2), Late()), bound=V0)
    monkeypatch.setattr(Late, "strong", True)
    stronger = Step("late", Le(value(x_k), 0), by=Hypothesis(Late(), x_k))
    assert "the hypothesis says" in check(_with(claim, stronger)).reason


def _with(claim: Claim, *steps: Step) -> Claim:
    object.__setattr__(claim, "proof", Proof(*steps))
    return claim


def test_a_mapping_is_of_numbers_that_are_known():
    assert conclusion("gradient mapping", alpha, p).lhs == gradient_mapping(p, alpha)


# ------------------------------------------------------------------- rules that look at what they are made of


def own(update, **fields) -> Algorithm:
    @dataclass(frozen=True)
    class Own(Algorithm):
        step_size: Any
        damping: Any = 0

        def update(self, x, gradient, memory, xp):
            return update(self, x, gradient(x), xp), memory

    return Own(alpha, **fields)


def clipped(self, x, g, xp):
    with suppress(TypeError):  # an arithmetic without lengths
        g = g / xp.larger(xp.sqrt(xp.sum(g * g)) / 10**6, xp.rational(1, 1))
    return x - self.step_size * g


def shaped(self, x, g, xp):
    return x - self.step_size * g if hasattr(g, "shape") else x + self.step_size * g


def averaged(self, x, g, xp):
    return x - self.step_size * np.mean(np.asarray(g))


LOOKING = {
    "a step size of 1": lambda self, x, g, xp: x + g if self.step_size == 1 else x - self.step_size * g,
    "a large step size": lambda self, x, g, xp: x if self.step_size > 1 else x - self.step_size * g,
    "no step size": lambda self, x, g, xp: x - self.step_size * g if self.step_size else x,
    "a field that cancels": lambda self, x, g, xp: x - g * (1 / (self.step_size - 1)) * (self.step_size - 1) * alpha,
    "clipping where it can": clipped,
    "a shape": shaped,
    "NumPy's mean": averaged,
    "the largest": lambda self, x, g, xp: x - self.step_size * max(g),
    "all coordinates at once": lambda self, x, g, xp: x - self.step_size * coordinate(g_k, i) * g,
    "one worker of many": lambda self, x, g, xp: x - self.step_size * estimate(x_k, m),
    "the next gradient": lambda self, x, g, xp: x_k - self.step_size * gradient(x_next),
    "a formula of its own": lambda self, x, g, xp: (
        x - g * ((L - mu) / (L - mu + 0 * self.step_size)) / (L - mu) * alpha
    ),
}


@pytest.mark.parametrize("name", LOOKING)
def test_a_rule_that_looks_at_what_it_is_made_of_is_not_what_it_looks_like(name):
    try:
        claim = claimed(own(LOOKING[name]))
    except ClaimError:
        return
    assert isinstance(prove(claim), Rejection)


# ------------------------------------------------------------------------- assumptions and lemmas at their border


@dataclass(frozen=True)
class Growing(Assumption):
    """f(x) - f* >= ||x - x*||^2, with a second point that is x* unless another is given."""

    points = 1
    words = "growing"

    def statement(self, x, y=x_star):
        return Ge(value(x) - value(y), norm(Str("2"), x - y) ** 2)


def test_a_hypothesis_is_about_as_many_points_as_its_assumption():
    run = claimed(GradientDescent(alpha), assumptions=(Smooth(L, L2), Growing()), bound=V0)
    everywhere = Claim(id="own", assumptions=(Growing(),), statement=Growing().statement(p))
    for claim, points in ((run, (p, x_k)), (everywhere, (p, x_star)), (everywhere, ())):
        step = Step("grows", Growing().statement(p, *points[1:]), by=Hypothesis(Growing(), *points))
        assert f"is about 1 points, not {len(points)}" in check(_with(claim, step)).reason
    once = Step("grows", Growing().statement(p), by=Hypothesis(Growing(), p))
    assert isinstance(
        check(Claim(id="own", assumptions=(Growing(),), statement=once.statement, proof=Proof(once))), Certificate
    )


def test_a_function_that_is_another_for_each_coordinate_has_no_descent_lemma():
    q = point(Str("q"))
    for of in (Tuple(Str("h"), i), Tuple(Str("h"), Tuple(Str("g"), i))):
        with pytest.raises(LemmaError, match="depends on i"):
            conclusion("descent lemma in coordinates", CoordinateLipschitz(of, Str("L")), p, q)
    assert conclusion("descent lemma in coordinates", CoordinateLipschitz(D, Str("L")), p, q).has(value)


def test_a_theorem_is_not_used_at_values_of_what_its_assumptions_speak_of():
    @dataclass(frozen=True)
    class Small(Assumption):
        points = 0
        words = "small"

        def statement(self):
            return Le(alpha, 5)

    small = Step("small", alpha <= 5, by=Hypothesis(Small()))
    proof = Proof(small, Step("smaller than 6", alpha <= 6, by=Decide(small)))
    lemma = Claim(id="lemma", assumptions=(Small(),), domain=(alpha > 0,), statement=alpha <= 6, proof=proof)
    assert isinstance(check(lemma), Certificate)
    goal = Step("x", x <= 6, Theorem(lemma, {alpha: x}))
    claim = Claim(id="own", assumptions=(Small(),), domain=(x > 0,), statement=x <= 6, proof=Proof(goal))
    assert isinstance(check(claim), Rejection)
