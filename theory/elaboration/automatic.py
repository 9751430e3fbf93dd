"""Automatic proofs: assembled from what a claim declares anyway, for the kernel to check.

For steepest-descent-like methods the one-step obligation is always the same: smoothness turns the update rule into
a decrease V_{k+1} - V_k <= R, the PL inequality or strong convexity bounds the gradient from below, and Z3 is asked
whether that gives the contraction V_{k+1} <= rate V_k, or the decrease by a multiple of the gradient norm, that the
bound expresses. The result is an ordinary proof; the kernel decides whether it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from signproof.theory.elaboration.directions import Along, NoProof, OverRun, average
from signproof.theory.elaboration.euclidean import Quadratic, contraction, potential_with_distance
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.misuse import named
from signproof.theory.norms import L2, DualPair
from signproof.theory.proof_steps import Certificate, Proof, Rejection, Step
from signproof.theory.symbols import V0, f_star, k, l
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

V, V_next = suboptimality(k), suboptimality(k + 1)


def prove(claim: Claim) -> Certificate | Rejection:
    """Check the claim's own proof or, if it carries none, one that is assembled here."""
    if claim.proof is not None:
        return check(claim)
    try:
        return check(replace(claim, proof=assemble(claim)))
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
    smooth = _assumed(claim, Smooth)
    if not claim.body.bounds_runs or smooth is None:
        raise NoProof("it needs a bound on a run and a smooth objective")
    reasons, ways = [], (_by_descent, _by_directions, _by_contraction, _by_distance)
    for way in ways:
        try:
            yield way(claim, smooth)
        except NoProof as reason:
            reasons.append(str(reason))
    if len(reasons) == len(ways):
        raise NoProof("; ".join(dict.fromkeys(reasons)))


def _by_descent(claim: Claim, smooth: Constant) -> Proof:
    """What a step of steepest descent gains, and what follows."""
    descent = _Descent(claim, smooth)
    if isinstance(claim.measure, Suboptimality):
        return Proof(*descent.steps, *_contraction(claim, descent))
    over = _over_run(claim, smooth)
    if over.count != k + 1 or not over.least:
        raise NoProof("it is for the least norm of the run")
    return Proof(*descent.steps, *_average(claim, descent, over.power))


def _over_run(claim: Claim, smooth: Constant) -> OverRun:
    """What the claim measures over the run, in the dual norm of its geometry."""
    assert claim.measure is not None
    over = OverRun.of(claim.measure.symbol)
    if over is None or over.norm != Str(smooth.norm.name):
        raise NoProof(f"nothing is known about the measure {claim.measure}")
    return over


def _by_contraction(claim: Claim, smooth: Constant) -> Proof:
    """A potential of inner products that contracts."""
    return contraction(claim, _products(claim, smooth))


def _by_distance(claim: Claim, smooth: Constant) -> Proof:
    """A potential with the distance to a minimizer that does not grow."""
    if claim.measure is None or claim.measure.symbol != V:
        raise NoProof(f"nothing is known about the measure {claim.measure}")
    return potential_with_distance(claim, _products(claim, smooth))


def _products(claim: Claim, smooth: Constant) -> Quadratic:
    if smooth.norm is not L2 or claim.horizon is not None:
        raise NoProof("inner products are for the Euclidean norm")
    return Quadratic(claim, _recursion(claim))


def _by_directions(claim: Claim, smooth: Constant) -> Proof:
    """A step of fixed length along v(D), with an error in D that is remembered."""
    return average(claim, Along(claim, _recursion(claim), smooth), _over_run(claim, smooth))


class _Descent:
    """The steps to V_{k+1} - V_k <= R, where R is a formula in the gradient's dual norm."""

    def __init__(self, claim: Claim, smooth: Constant):
        pair, L = smooth.norm, smooth.constant
        name = Str(pair.name)
        self.pair, self.N = pair, dual_norm(name, g_k)
        after = _rule(claim)
        length = norm(name, x_next - x_k)
        self.value = Step("V_k", Eq(V, value(x_k) - f_star), by=Definition())
        self.next_value = Step("V_{k+1}", Eq(V_next, value(x_next) - f_star), by=Definition())
        self.start = Step("V_0", Eq(suboptimality(0), V0), by=Definition())
        self.positive = Step("gradient's norm", Ge(self.N, 0), by=Lemma("non-negative norm", self.N))
        infimum = [Step(f"infimum at {x}", Ge(value(x), f_star), by=Lemma("infimum", x)) for x in (x_k, x_next)]
        self.here = Step("V_k >= 0", Ge(V, 0), by=Combination({self.value: -1, infimum[0]: 1}))
        self.next = Step("V_{k+1} >= 0", Ge(V_next, 0), by=Combination({self.next_value: -1, infimum[1]: 1}))
        rule = Step("update rule", Eq(x_next, after), by=Definition())
        upper = Step(
            "smoothness",
            conclusion("descent lemma", smooth, x_next, x_k),
            by=Lemma("descent lemma", smooth, x_next, x_k),
        )
        facts, slope, square = self._direction(after - x_k, rule, length)
        decrease = slope.statement.rhs + L * Rational(1, 2) * square.statement.rhs
        self.decrease = Step(
            "decrease",
            Le(V_next - V, decrease),
            by=Combination({self.next_value: 1, self.value: -1, upper: 1, slope: 1, square: L / 2}),
        )
        self.steps = (
            self.value, self.next_value, self.start, self.positive, *infimum, self.here, self.next, rule, upper, *facts,
            slope, square, self.decrease,
        )  # fmt: skip

    def _direction(self, step: Expr, rule: Step, length: Expr) -> tuple[tuple[Step, ...], Step, Step]:
        """Facts about the direction, the slope <g, x+ - x>, and an upper end of ||x+ - x||^2."""
        name, parts = Str(self.pair.name), terms(step)
        if len(parts) != 1:
            raise NoProof("the step is a combination of several directions")
        ((direction, factor),) = parts.items()
        size = norm(name, direction)
        positive = Step("direction's norm", Ge(size, 0), by=Lemma("non-negative norm", size))
        stretched = Step("length", Eq(length, abs(factor) * size), by=Identity(rule))
        if direction == maximizer(name, g_k):
            along = Step("alignment", Eq(inner(g_k, direction), self.N), by=Lemma("attained dual norm", self.pair, g_k))
            unit = Step("unit direction", Le(size, 1), by=Lemma("unit maximizer", self.pair, g_k))
            slope, square = factor * self.N, factor**2
        elif direction == g_k and self.pair is L2:
            along = Step("alignment", Eq(inner(g_k, g_k), self.N**2), by=Lemma("Euclidean norm", g_k))
            unit = Step("self-dual norm", Eq(size, self.N), by=Lemma("self-dual norm", g_k))
            slope, square = factor * self.N**2, factor**2 * self.N**2
        else:
            raise NoProof(f"nothing is known about the direction {direction} in the geometry of {self.pair.name}")
        return (
            (positive, stretched, along, unit),
            Step("slope", Eq(inner(g_k, x_next - x_k), slope), by=Identity(rule, along)),
            Step("squared length", Le(length**2, square), by=Decide(stretched, unit, positive, self.positive)),
        )


def _contraction(claim: Claim, descent: _Descent) -> tuple[Step, ...]:
    rate = _rate(claim.bound)
    domination = _domination(claim, descent)
    contraction = Step(
        "contraction",
        Le(V_next, rate * V),
        by=Decide(descent.decrease, descent.positive, descent.here, *domination[-1:]),
    )
    first = Step("first step", Le(suboptimality(1), rate * suboptimality(0)), by=Instance(contraction, 0))
    positive = Step("V_1 >= 0", Ge(suboptimality(1), 0), by=Instance(descent.next, 0))
    sign = Step("rate >= 0", Ge(rate, 0), by=Decide(first, positive, descent.start))
    iteration = Step(
        "iteration", Le(V, rate**k * suboptimality(0)), by=Lemma("induction", V, rate, using=(contraction, sign))
    )
    bound = Step("bound", Le(V, claim.bound), by=Combination({iteration: 1, descent.start: rate**k}))
    return (*domination, contraction, first, positive, sign, iteration, bound)


def _domination(claim: Claim, descent: _Descent) -> tuple[Step, ...]:
    """Steps to ||g||_*^2 >= 2 mu V, from the PL inequality or from strong convexity; none if neither is assumed."""
    pair, N = descent.pair, descent.N
    dominated = _assumed(claim, PolyakLojasiewicz, pair)
    if dominated is not None:
        mu = dominated.constant
        instance = Step("PL inequality", dominated.statement(x_k), by=Hypothesis(dominated, x_k))
        return (
            instance,
            Step("domination", Ge(N**2, 2 * mu * V), by=Combination({instance: 1, descent.value: 2 * mu})),
        )
    convex = _assumed(claim, StronglyConvex, pair)
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
        by=Combination({square: 1, growth: 2 * mu, product: 2 * mu, attained: 2 * mu, descent.value: 2 * mu}),
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
        by=Decide(descent.decrease, descent.positive, descent.here, descent.next),
    )
    telescoped = Step(
        "sum",
        Le(gamma * total, suboptimality(0) - V_next),
        by=Lemma("telescoping sum", gamma, term, V, using=(decrease,)),
    )
    summed = Step(
        "total decrease",
        Le(gamma * total, V0),
        by=Combination({telescoped: 1, descent.next: 1, descent.start: 1}),
    )
    mean = Step("least of the sum", Le((k + 1) * least, total), by=Lemma("least of a sum", term))
    bound = Step("bound", Le(least, claim.bound), by=Combination({summed: 1 / (gamma * (k + 1)), mean: 1 / (k + 1)}))
    return decrease, telescoped, summed, mean, bound


def _rule(claim: Claim) -> Expr:
    rule = _recursion(claim)
    if rule.later:
        raise NoProof("the method has a memory")
    return rule.after


def _recursion(claim: Claim) -> Recursion:
    assert claim.algorithm is not None
    try:
        return recursion(claim.algorithm, gradient)
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


def _assumed(claim: Claim, kind: type[Constant], pair: DualPair | None = None) -> Constant | None:
    for assumption in claim.assumptions:
        # of a subclass nothing is known: it may say something else
        if type(assumption) is kind and pair in (None, assumption.norm):
            return assumption
    return None
