"""Steps along the sign of a stochastic gradient, on separably smooth functions: what several proofs share.

Bernstein, Wang, Azizzadenesheli, Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018,
Assumptions 1-3 and the proof of Theorem 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Sum, sign, sqrt
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.composite import Entries
from signproof.theory.assumptions.gradients import OracleAssumption, l1
from signproof.theory.assumptions.objective import L_i, OfConstant, SeparablySmooth, weighted
from signproof.theory.claim import Claim
from signproof.theory.declared import said_of
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next
from signproof.theory.methods.gradient import SignGD
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, K, L, f_star, i, k, l, sigma
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.proximal import entry
from signproof.theory.terms.vectors import g_k, gradient, inner, maximizer, suboptimality, value, x_k, x_next

separable = SeparablySmooth(L)
smooth = (separable,)
"""Assumption 2: separable smoothness; L is the sum of its constants."""
sigma_i = entry(Str("sigma"), i)
noise_level = Entries(Str("sigma"), sigma)
"""sigma_i >= 0, and sigma is their sum."""

N, draw = l1(g_k), estimate(x_k)
slope_i, sign_i = coordinate(g_k, i), sign(coordinate(draw, i))
EV = mean(V)


class Values:
    """The steps that say what V_k and V_{k+1} are, and that the first is not negative."""

    def __init__(self, facts: Facts):
        prove = facts.prove
        self.value = prove("V_k", Eq(V, value(x_k) - f_star), Definition())
        self.next_value = prove("V_{k+1}", Eq(V_next, value(x_next) - f_star), Definition())
        infimum = prove("infimum", Ge(value(x_k), f_star), Lemma("infimum", x_k))
        self.here = prove("V_k >= 0", Ge(V, 0), Combination({self.value: -1, infimum: 1}))


@dataclass(frozen=True)
class SignSGD(SignGD):
    """`x+ = x - delta sign(~g)`, where ~g is a stochastic gradient at x.  [signSGD, Algorithm 1]"""

    stochastic = True

    @property
    def noiseless(self):
        return SignGD(self.step_size) if said_of(type(self), "noiseless", "init", "update") else self


@dataclass(frozen=True)
class VarianceInCoordinates(OfConstant, OracleAssumption):
    """`E[(~g_i - g_i)^2 | x] <= sigma_i^2 / n` for every i: ~g is the mean of n draws.  [signSGD, Assumption 3]"""

    constant: Any
    words = "of bounded variance in each coordinate"
    noiseless = ()

    @property
    def conditions(self):
        return (Ge(self.constant, 1),)

    def statement(self, x: Expr) -> Boolean:
        noise = coordinate(estimate(x) - gradient(x), i)
        return Le(mean(noise**2, x), sigma_i**2 / self.constant)


def sign_error(facts: Facts, variance: VarianceInCoordinates, x: Expr) -> Step:
    """|g_i| - g_i E[sign(~g_i) | x] <= 2 sigma_i/sqrt(n): a wrong sign needs noise as large as the gradient."""
    prove, level = facts.prove, sigma_i / sqrt(variance.constant)
    slope, drawn = coordinate(gradient(x), i), coordinate(estimate(x), i)
    noise = Abs(drawn - slope)
    size = mean(noise, x)
    spread = prove("variance", variance.statement(x), Hypothesis(variance, x))
    nonnegative = prove("sigma_i", noise_level.statement(), Hypothesis(noise_level))
    least = prove("|noise| >= 0", Ge(noise, 0), Decide())
    positive = prove("E |noise| >= 0", Ge(size, 0), Lemma("monotone expectation", Integer(0), noise, x, using=(least,)))
    square = noise**2 - 2 * size * noise + size**2
    squared = prove("a square", Ge(square, 0), Decide())
    second = Lemma("monotone expectation", Integer(0), square, x, using=(squared,))
    moments = prove("(E |noise|)^2 <= E noise^2", Le(0, mean(square, x)), second)
    small = prove("E |noise| <= sigma_i/sqrt(n)", Le(size, level), Decide(spread, nonnegative, positive, moments))
    lost, most = Abs(slope) - slope * sign(drawn), 2 * noise
    wrong = prove("what a wrong sign costs", Le(lost, most), Decide())
    costs = prove(
        "what it costs in the mean",
        Le(mean(lost, x), mean(most, x)),
        Lemma("monotone expectation", lost, most, x, using=(wrong,)),
    )
    return prove("signs", Le(mean(lost, x), 2 * level), Combination({costs: 1, small: 2}))


def descent(facts: Facts, values: Values, step_size: Expr) -> Step:
    """E[V_{k+1} | x] <= V_k - delta (sum of g_i E[sign(~g_i) | x]) + L delta^2/2."""
    prove, moved = facts.prove, x_next - x_k
    rule = prove("update rule", Eq(x_next, x_k - step_size * maximizer(Str("inf"), draw)), Definition())
    bounded = prove("Assumption 2", separable.statement(x_next, x_k), Hypothesis(separable, x_next, x_k))
    most = value(x_k) + inner(g_k, moved) + weighted(moved) / 2
    upper = prove("Assumption 2, one side", Le(value(x_next), most), Decide(bounded))
    entries = prove("entries of the step", Eq(coordinate(moved, i), -step_size * sign_i), Identity(rule))
    each = L_i * coordinate(moved, i) ** 2
    nonnegative = prove("L_i >= 0", separable.constants()[0], Decide(bounded))
    short = prove("each entry", Le(each, L_i * step_size**2), Decide(nonnegative, entries))
    lengths = prove(
        "weighted length",
        Le(Total(each, i), Total(L_i * step_size**2, i)),
        Lemma("sum of inequalities", each, L_i * step_size**2, i, using=(short,)),
    )
    total = prove("sum of L_i", separable.constants()[1], Decide(bounded))
    product = prove(
        "<g, sign(~g)>",
        conclusion("inner product in coordinates", g_k, maximizer(Str("inf"), draw)),
        Lemma("inner product in coordinates", g_k, maximizer(Str("inf"), draw)),
    )
    along = Total(slope_i * sign_i, i)
    slope = prove("slope", Eq(inner(g_k, moved), -step_size * along), Identity(rule, product))
    after = V - step_size * along + L * step_size**2 / 2
    by = {values.next_value: 1, values.value: -1, upper: 1, slope: 1, lengths: Integer(1) / 2, total: step_size**2 / 2}
    falls = prove("decrease", Le(V_next, after), Combination(by))
    return prove(
        "decrease in the mean",
        Le(mean(V_next, x_k), mean(after, x_k)),
        Lemma("monotone expectation", V_next, after, x_k, using=(falls,)),
    )


def mean_over_run(
    facts: Facts, values: Values, decrease: Step, gain: Expr, term: Expr, loss: Expr, claim: Claim
) -> Proof:
    """From E[V_{k+1} | x] <= V_k - gain term + loss to the mean of E term over the first K iterations."""
    prove = facts.prove
    after = V - gain * term + loss
    means = prove(
        "decrease of E V_k",
        Le(mean(mean(V_next, x_k)), mean(after)),
        Lemma("monotone expectation", mean(V_next, x_k), after, using=(decrease,)),
    )
    tower = prove("tower property", conclusion("tower property", V_next, x_k), Lemma("tower property", V_next, x_k))
    potential = EV - k * loss
    falls = prove(
        "decrease of the potential",
        Le(gain * mean(term), potential - potential.subs(k, k + 1)),
        Combination({means: 1, tower: -1}),
    )
    total = Sum(mean(term).xreplace({k: l}), (l, 0, k - 1))
    summed = prove(
        "sum",
        Le(gain * total, potential.subs(k, 0) - potential),
        Lemma("telescoping sum before k", gain, mean(term), potential, using=(falls,)),
    )
    start = prove("E V_0", Eq(mean(suboptimality(0)), V0), Definition())
    positive = prove("E V_k >= 0", Ge(EV, 0), Lemma("monotone expectation", Integer(0), V, using=(values.here,)))
    most = Le(gain * total, V0 + k * loss)
    bounded = prove("total", most, Combination({summed: 1, start: 1, positive: 1}))
    end = prove("total at the end", most.subs(k, K), Instance(bounded, K))
    room = prove("room", Le(V0 + K * loss, gain * K * claim.bound), Decide())
    prove("bound", claim.conclusion, Combination({end: 1 / (gain * K), room: 1 / (gain * K)}))
    return Proof(*facts.steps)
