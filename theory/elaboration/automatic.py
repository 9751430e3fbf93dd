"""Automatic proofs: assembled from what a claim declares anyway, for the kernel to check.

For steepest-descent-like methods the one-step obligation is always the same: smoothness turns the update rule into
a decrease V_{k+1} - V_k <= R, the PL inequality or strong convexity bounds the gradient from below, and Z3 is asked
whether that gives the contraction V_{k+1} <= rate V_k, or the decrease by a multiple of the gradient norm, that the
bound expresses. The result is an ordinary proof; the kernel decides whether it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from sympy import Eq, Expr, Ge, Le, Mul, Pow, Rational, Sum, cancel
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.opaque import Recursion, recursion
from signproof.theory.claim import Claim
from signproof.theory.derivation.steps import (
    Combination,
    Decide,
    Definition,
    Hypothesis,
    Identity,
    Instance,
    Lemma,
    by_arithmetic,
    check,
)
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.assumed import assumed
from signproof.theory.elaboration.directions import Along, average
from signproof.theory.elaboration.euclidean import Quadratic, contraction, in_value, potential_with_distance
from signproof.theory.elaboration.facts import Facts, NoProof, V, V_next, Values
from signproof.theory.elaboration.over_run import OverRun
from signproof.theory.elaboration.recognized import in_own_words
from signproof.theory.elaboration.stochastic import in_the_mean
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.misuse import named
from signproof.theory.norms import L2
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, f_star, k, l
from signproof.theory.terms.expectations import estimate
from signproof.theory.terms.vectors import (
    Least,
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    maximizer,
    norm,
    suboptimality,
    terms,
    value,
    x_k,
    x_next,
    x_star,
)


def prove(claim: Claim) -> Certificate | Rejection:
    """Check the claim's own proof or, if it carries none, one that is assembled here."""
    if claim.proof is not None:
        return check(claim)
    try:
        worded = in_own_words(claim)
        return check(replace(worded, proof=assemble(worded)))
    except NoProof as reason:
        return Rejection(0, "assembly", str(reason))


def assemble(claim: Claim) -> Proof:
    """The first of the proofs that are proposed. Raises NoProof if there is none."""
    return next(iter(proposals(claim)))


def proposals(claim: Claim) -> Iterator[Proof]:
    """Proofs of a claim, for the kernel to check. Raises NoProof, at the end, if there is none."""
    if claim.body.of_parameters:
        yield by_arithmetic(claim)
        return
    if not claim.body.bounds_runs:
        raise NoProof("it needs a bound on a run")
    assert claim.algorithm is not None
    smooth, rule = assumed(claim, Smooth), _recursion(claim)
    ways: list[Callable[[], Proof]] = [partial(in_the_mean, claim, rule)]
    if smooth is not None and not claim.algorithm.stochastic:
        before, after = (_by_descent, _by_directions), (_in_value, _by_contraction, _by_distance)
        ways[:0] = [partial(way, claim, smooth, rule) for way in before]
        ways += [partial(way, claim, smooth, rule) for way in after]
    reasons = []
    for way in ways:
        try:
            yield way()
        except NoProof as reason:
            reasons.append(str(reason))
    if len(reasons) == len(ways):
        raise NoProof("; ".join(dict.fromkeys(reasons)))


def _by_descent(claim: Claim, smooth: Constant, rule: Recursion) -> Proof:
    """What a step of steepest descent gains, and what follows."""
    descent = _Descent(smooth, rule)
    if isinstance(claim.measure, Suboptimality):
        return Proof(*descent.facts.steps, *_contraction(claim, descent))
    over = _over_run(claim, smooth)
    if over.count != k + 1 or not over.least:
        raise NoProof("it is for the least norm of the run")
    return Proof(*descent.facts.steps, *_average(claim, descent, over.power))


def _over_run(claim: Claim, smooth: Constant) -> OverRun:
    """What the claim measures over the run, in the dual norm of its geometry."""
    assert claim.measure is not None
    over = OverRun.of(claim.measure.symbol)
    if over is None or over.norm != Str(smooth.norm.name):
        raise NoProof(f"nothing is known about the measure {claim.measure}")
    return over


def _in_value(claim: Claim, smooth: Constant, rule: Recursion) -> Proof:
    """Interpolation inequalities with the squares that are known to be left over."""
    return in_value(claim, _products(claim, smooth, rule))


def _by_contraction(claim: Claim, smooth: Constant, rule: Recursion) -> Proof:
    """A potential of inner products that contracts."""
    return contraction(claim, _products(claim, smooth, rule))


def _by_distance(claim: Claim, smooth: Constant, rule: Recursion) -> Proof:
    """A potential with the distance to a minimizer that does not grow."""
    if claim.measure is None or claim.measure.symbol != V:
        raise NoProof(f"nothing is known about the measure {claim.measure}")
    return potential_with_distance(claim, _products(claim, smooth, rule))


def _products(claim: Claim, smooth: Constant, rule: Recursion) -> Quadratic:
    if smooth.norm is not L2 or claim.horizon is not None:
        raise NoProof("inner products are for the Euclidean norm")
    return Quadratic(claim, rule)


def _by_directions(claim: Claim, smooth: Constant, rule: Recursion) -> Proof:
    """A step of fixed length along v(D), with an error in D that is remembered."""
    return average(claim, Along(claim, rule, smooth), _over_run(claim, smooth))


class _Descent:
    """The steps to V_{k+1} - V_k <= R, where R is a formula in the gradient's dual norm."""

    def __init__(self, smooth: Constant, rule: Recursion):
        if rule.later:
            raise NoProof("the method has a memory")
        self.pair, self.facts = smooth.norm, Facts()
        prove, name = self.facts.prove, Str(self.pair.name)
        self.N = dual_norm(name, g_k)
        self.values = Values(self.facts)
        self.positive = prove("gradient's norm", Ge(self.N, 0), Lemma("non-negative norm", self.N))
        update = prove("update rule", Eq(x_next, rule.after), Definition())
        below = Lemma("descent lemma", smooth, x_next, x_k)
        upper = prove("smoothness", conclusion("descent lemma", smooth, x_next, x_k), below)
        slope, square = self._direction(rule.after - x_k, update, norm(name, x_next - x_k))
        half = smooth.constant * Rational(1, 2)
        values = self.values
        self.decrease = prove(
            "decrease",
            Le(V_next - V, slope.statement.rhs + half * square.statement.rhs),
            Combination({values.next_value: 1, values.value: -1, upper: 1, slope: 1, square: half}),
        )

    def _direction(self, step: Expr, update: Step, length: Expr) -> tuple[Step, Step]:
        """The slope <g, x+ - x>, and an upper end of ||x+ - x||^2, after what is known of the direction."""
        prove, name, parts = self.facts.prove, Str(self.pair.name), terms(step)
        if len(parts) != 1:
            raise NoProof("the step is a combination of several directions")
        ((direction, factor),) = parts.items()
        size = norm(name, direction)
        positive = prove("direction's norm", Ge(size, 0), Lemma("non-negative norm", size))
        stretched = prove("length", Eq(length, abs(factor) * size), Identity(update))
        if direction == maximizer(name, g_k):
            along = prove("alignment", Eq(inner(g_k, direction), self.N), Lemma("attained dual norm", self.pair, g_k))
            unit = prove("unit direction", Le(size, 1), Lemma("unit maximizer", self.pair, g_k))
            slope, square = factor * self.N, factor**2
        elif direction == g_k and self.pair is L2:
            along = prove("alignment", Eq(inner(g_k, g_k), self.N**2), Lemma("Euclidean norm", g_k))
            unit = prove("self-dual norm", Eq(size, self.N), Lemma("self-dual norm", g_k))
            slope, square = factor * self.N**2, factor**2 * self.N**2
        else:
            raise NoProof(f"nothing is known about the direction {direction} in the geometry of {self.pair.name}")
        return (
            prove("slope", Eq(inner(g_k, x_next - x_k), slope), Identity(update, along)),
            prove("squared length", Le(length**2, square), Decide(stretched, unit, positive, self.positive)),
        )


def _contraction(claim: Claim, descent: _Descent) -> tuple[Step, ...]:
    rate = _rate(claim.bound)
    domination = _domination(claim, descent)
    contraction = Step(
        "contraction",
        Le(V_next, rate * V),
        by=Decide(descent.decrease, descent.positive, descent.values.here, *domination[-1:]),
    )
    first = Step("first step", Le(suboptimality(1), rate * suboptimality(0)), by=Instance(contraction, 0))
    positive = Step("V_1 >= 0", Ge(suboptimality(1), 0), by=Instance(descent.values.next, 0))
    sign = Step("rate >= 0", Ge(rate, 0), by=Decide(first, positive, descent.values.start))
    iteration = Step(
        "iteration", Le(V, rate**k * suboptimality(0)), by=Lemma("induction", V, rate, using=(contraction, sign))
    )
    bound = Step("bound", Le(V, claim.bound), by=Combination({iteration: 1, descent.values.start: rate**k}))
    return (*domination, contraction, first, positive, sign, iteration, bound)


def _domination(claim: Claim, descent: _Descent) -> tuple[Step, ...]:
    """Steps to ||g||_*^2 >= 2 mu V, from the PL inequality or from strong convexity; none if neither is assumed."""
    pair, N = descent.pair, descent.N
    dominated = assumed(claim, PolyakLojasiewicz, pair)
    if dominated is not None:
        mu = dominated.constant
        instance = Step("PL inequality", dominated.statement(x_k), by=Hypothesis(dominated, x_k))
        return (
            instance,
            Step("domination", Ge(N**2, 2 * mu * V), by=Combination({instance: 1, descent.values.value: 2 * mu})),
        )
    convex = assumed(claim, StronglyConvex, pair)
    if convex is None:
        return ()
    mu, distance = convex.constant, norm(Str(pair.name), x_k - x_star)
    growth = Step("strong convexity", convex.statement(x_star, x_k), by=Hypothesis(convex, x_star, x_k))
    attained = Step("attained minimum", Eq(value(x_star), f_star), by=Lemma("attained minimum", convex))
    product = Step("Hölder", conclusion("Hölder", pair, g_k, x_k - x_star), by=Lemma("Hölder", pair, g_k, x_k - x_star))
    square = Step("square", Le(2 * mu * N * distance, N**2 + mu**2 * distance**2), by=Decide())
    domination = Step(
        "domination",
        Ge(N**2, 2 * mu * V),
        by=Combination({square: 1, growth: 2 * mu, product: 2 * mu, attained: 2 * mu, descent.values.value: 2 * mu}),
    )
    return growth, attained, product, square, domination


def _average(claim: Claim, descent: _Descent, power: int) -> tuple[Step, ...]:
    """From a decrease by gamma ||g||^power in each step to the least norm, for a bound V_0 / (gamma (k + 1))."""
    gamma = cancel(V0 / (claim.bound * (k + 1)))
    if gamma.has(k, V0):
        raise NoProof("the bound is not V_0 / (gamma (k + 1))")
    term = descent.N**power
    indexed = dual_norm(Str(descent.pair.name), gradient(iterate(l))) ** power
    total, least = Sum(indexed, (l, 0, k)), Least(indexed, (l, 0, k))
    decrease = Step(
        "decrease by the norm",
        Le(gamma * term, V - V_next),
        by=Decide(descent.decrease, descent.positive, descent.values.here, descent.values.next),
    )
    telescoped = Step(
        "sum",
        Le(gamma * total, suboptimality(0) - V_next),
        by=Lemma("telescoping sum", gamma, term, V, using=(decrease,)),
    )
    summed = Step(
        "total decrease",
        Le(gamma * total, V0),
        by=Combination({telescoped: 1, descent.values.next: 1, descent.values.start: 1}),
    )
    mean = Step("least of the sum", Le((k + 1) * least, total), by=Lemma("least of a sum", term))
    bound = Step("bound", Le(least, claim.bound), by=Combination({summed: 1 / (gamma * (k + 1)), mean: 1 / (k + 1)}))
    return decrease, telescoped, summed, mean, bound


def _recursion(claim: Claim) -> Recursion:
    assert claim.algorithm is not None
    try:
        return recursion(claim.algorithm, estimate if claim.algorithm.stochastic else gradient)
    except Exception as error:  # whatever a user's rule raises on vectors that are no arrays
        raise NoProof(f"the update rule is not a formula in vectors: {named(error)}") from None


def _rate(bound: Expr | None) -> Expr:
    """The rate of a bound rate^k V_0."""
    assert bound is not None
    factors = [factor for factor in Mul.make_args(bound) if factor != V0]
    if bound.subs(k, 0) != V0 or len(factors) > 1:
        raise NoProof("the bound is not rate^k V_0")
    if not factors:
        return Rational(1)
    (power,) = factors
    if not isinstance(power, Pow) or power.exp != k or power.base.has(k):
        raise NoProof("the bound is not rate^k V_0")
    return power.base
