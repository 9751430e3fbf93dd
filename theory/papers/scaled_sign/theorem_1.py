"""Theorem 1: scaled sign gradient descent converges linearly.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 1, eqs. (16), (17),
proof in Appendix D, eqs. (30)-(32).

Stated and proved for steepest descent in every norm at once, x+ = x - alpha ||g||_* v(g); the paper's case is
the maximum norm, where ||g||_* v(g) = ||g||_1 sign(g).
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Eq, Ge, Le, Sum
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import MinDualGradientNorm, Suboptimality
from signproof.theory.methods.gradient import ScaledSignGD, SteepestDescent
from signproof.theory.norms import ANY, LINF, DualPair
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, alpha, f_star, k, l, mu
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
    value,
    x_k,
    x_next,
    x_star,
)

gamma = alpha * (1 - L * alpha / 2)
zeta = 1 - 2 * mu * gamma
domain = (alpha > 0, alpha < 2 / L)
V, V_next = suboptimality(k), suboptimality(k + 1)
Domination = Callable[[Step, DualPair], tuple[Step, ...]]
"""The steps from V_k = f(x_k) - f* to ||g||^2 >= 2 mu V in a norm."""


class Descent:
    """The steps up to (31), which hold for every L-smooth function in every norm."""

    def __init__(self, pair: DualPair):
        name = Str(pair.name)
        smooth = Smooth(L, pair)
        N = dual_norm(name, g_k)
        v = maximizer(name, g_k)
        length = norm(name, x_next - x_k)

        self.pair, self.N = pair, N
        self.value = Step("(30)", Eq(V, value(x_k) - f_star), by=Definition())
        self.next_value = Step("(30) at k + 1", Eq(V_next, value(x_next) - f_star), by=Definition())
        self.start = Step("V at 0", Eq(suboptimality(0), V0), by=Definition())
        self.positive = Step("g has a norm", Ge(N, 0), by=Lemma("non-negative norm", N))
        self.infimum = Step("f* at k + 1", Ge(value(x_next), f_star), by=Lemma("infimum", x_next))
        self.next_positive = Step(
            "V at k + 1 is not negative", Ge(V_next, 0), by=Combination({self.next_value: -1, self.infimum: 1})
        )

        rule = Step("(14)", Eq(x_next, x_k - alpha * N * v), by=Definition())
        expansion = Step(
            "Assumption 3, integrated",
            conclusion("descent lemma", smooth, x_next, x_k),
            by=Lemma("descent lemma", smooth, x_next, x_k),
        )
        aligned = Step("<g, v> = ||g||", Eq(inner(g_k, v), N), by=Lemma("attained dual norm", pair, g_k))
        decrease = Step("slope", Eq(inner(g_k, x_next - x_k), -alpha * N**2), by=Identity(rule, aligned))
        unit = Step("||v|| <= 1", Le(norm(name, v), 1), by=Lemma("unit maximizer", pair, g_k))
        v_positive = Step("v has a norm", Ge(norm(name, v), 0), by=Lemma("non-negative norm", norm(name, v)))
        stretched = Step("length", Eq(length, abs(alpha * N) * norm(name, v)), by=Identity(rule))
        short = Step(
            "squared length",
            Le(length**2, alpha**2 * N**2),
            by=Decide(stretched, unit, v_positive, self.positive),
        )
        self.descent = Step(
            "(31)",
            Le(V_next - V, -gamma * N**2),
            by=Combination({self.next_value: 1, self.value: -1, expansion: 1, decrease: 1, short: L / 2}),
        )
        self.steps = (
            self.value,
            self.next_value,
            self.start,
            self.positive,
            self.infimum,
            self.next_positive,
            rule,
            expansion,
            aligned,
            decrease,
            unit,
            v_positive,
            stretched,
            short,
            self.descent,
        )

    def contraction(self, *domination: Step) -> Proof:
        """From (31) and ||g||^2 >= 2 mu V, the last of the given steps, to V_k <= zeta^k V_0."""
        contraction = Step(
            "contraction", Le(V_next, zeta * V), by=Combination({self.descent: 1, domination[-1]: gamma})
        )
        first = Step(
            "first step",
            Le(suboptimality(1), zeta * suboptimality(0)),
            by=Instance(contraction, 0),
        )
        first_positive = Step("V_1 is not negative", Ge(suboptimality(1), 0), by=Instance(self.next_positive, 0))
        rate = Step("rate", Ge(zeta, 0), by=Decide(first, first_positive, self.start))
        iteration = Step(
            "iteration",
            Le(V, zeta**k * suboptimality(0)),
            by=Lemma("induction", V, zeta, using=(contraction, rate)),
        )
        bound = Step("(16)", Le(V, zeta**k * V0), by=Combination({iteration: 1, self.start: zeta**k}))
        return Proof(*self.steps, *domination, contraction, first, first_positive, rate, iteration, bound)


def strongly_convex(value_k: Step, pair: DualPair) -> tuple[Step, ...]:
    """||g||^2 >= 2 mu V from strong convexity and V_k = f(x_k) - f*, by Hölder's inequality and a square."""
    convex, name = StronglyConvex(mu, pair), Str(pair.name)
    N, distance = dual_norm(name, g_k), norm(name, x_k - x_star)
    growth = Step("Assumption 1 at x*", convex.statement(x_star, x_k), by=Hypothesis(convex, x_star, x_k))
    attained = Step("x* is a minimizer", Eq(value(x_star), f_star), by=Lemma("attained minimum", convex))
    Hoelder = Step("Hölder", conclusion("Hölder", pair, g_k, x_k - x_star), by=Lemma("Hölder", pair, g_k, x_k - x_star))
    square = Step("square", Le(2 * mu * N * distance, N**2 + mu**2 * distance**2), by=Decide())
    domination = Step(
        "||g||^2 >= 2 mu V",
        Ge(N**2, 2 * mu * V),
        by=Combination({square: 1, growth: 2 * mu, Hoelder: 2 * mu, attained: 2 * mu, value_k: 2 * mu}),
    )
    return growth, attained, Hoelder, square, domination


def polyak_lojasiewicz(value_k: Step, pair: DualPair) -> tuple[Step, ...]:
    """||g||^2 >= 2 mu V from V_k = f(x_k) - f*: it is the PL inequality itself."""
    dominated = PolyakLojasiewicz(mu, pair)
    instance = Step("Assumption 2", dominated.statement(x_k), by=Hypothesis(dominated, x_k))
    domination = Step(
        "||g||^2 >= 2 mu V",
        Ge(dual_norm(Str(pair.name), g_k) ** 2, 2 * mu * V),
        by=Combination({instance: 1, value_k: 2 * mu}),
    )
    return instance, domination


def from_domination(pair: DualPair, dominates: Domination) -> Proof:
    """Parts 1 and 2, from what gives ||g||^2 >= 2 mu V."""
    descent = Descent(pair)
    return descent.contraction(*dominates(descent.value, pair))


def from_smoothness(pair: DualPair) -> Proof:
    """Part 3: sum (31) over the run; the least term is at most the mean."""
    descent = Descent(pair)
    square = descent.N**2
    indexed = dual_norm(Str(pair.name), gradient(iterate(l))) ** 2
    total, least = Sum(indexed, (l, 0, k)), Least(indexed, (l, 0, k))
    decrease = Step("(31), rearranged", Le(gamma * square, V - V_next), by=Combination({descent.descent: 1}))
    telescoped = Step(
        "(32), sum",
        Le(gamma * total, suboptimality(0) - V_next),
        by=Lemma("telescoping sum", gamma, square, V, using=(decrease,)),
    )
    summed = Step(
        "(32)",
        Le(gamma * total, V0),
        by=Combination({telescoped: 1, descent.next_positive: 1, descent.start: 1}),
    )
    mean = Step("least of the sum", Le((k + 1) * least, total), by=Lemma("least of a sum", square))
    bound = Step(
        "(17)",
        Le(least, V0 / (gamma * (k + 1))),
        by=Combination({summed: 1 / (gamma * (k + 1)), mean: 1 / (k + 1)}),
    )
    return Proof(*descent.steps, decrease, telescoped, summed, mean, bound)


def steepest_descent(pair: DualPair) -> SteepestDescent:
    return ScaledSignGD(alpha) if pair is LINF else SteepestDescent(alpha, pair)


def theorem_1(pair: DualPair, id: str, paper: str = PAPER) -> tuple[Claim, Claim, Claim]:
    """The three parts of Theorem 1 in the geometry of a norm; `id` is followed by .1, .2, .3."""
    method = "Scaled SignGD" if pair is LINF else "Steepest descent in any norm" if pair is ANY else "Steepest descent"
    return (
        Claim(
            id=f"{id}.1",
            source=Source(paper, "Theorem 1(1), eq. (16)"),
            about=f"{method} converges linearly on strongly convex smooth functions.",
            algorithm=steepest_descent(pair),
            assumptions=(Smooth(L, pair), StronglyConvex(mu, pair)),
            domain=domain,
            measure=Suboptimality(),
            bound=zeta**k * V0,
            proof=lambda: from_domination(pair, strongly_convex),
        ),
        Claim(
            id=f"{id}.2",
            source=Source(paper, "Theorem 1(2), eq. (16)"),
            about=f"{method} converges linearly on smooth functions that meet the PL inequality.",
            algorithm=steepest_descent(pair),
            assumptions=(Smooth(L, pair), PolyakLojasiewicz(mu, pair)),
            domain=domain,
            measure=Suboptimality(),
            bound=zeta**k * V0,
            proof=lambda: from_domination(pair, polyak_lojasiewicz),
        ),
        Claim(
            id=f"{id}.3",
            source=Source(paper, "Theorem 1(3), eq. (17)"),
            about=f"{method}: under smoothness alone the least squared gradient norm falls like 1/(k + 1).",
            algorithm=steepest_descent(pair),
            assumptions=(Smooth(L, pair),),
            domain=domain,
            measure=MinDualGradientNorm(power=2, norm=pair),
            bound=V0 / (gamma * (k + 1)),
            proof=lambda: from_smoothness(pair),
        ),
    )


_lower = Step("zeta >= 0", Ge(zeta, 0), by=Decide())
_upper = Step("zeta < 1", zeta < 1, by=Decide())

theorem_1_zeta = Claim(
    id="scaled-sign/theorem-1.zeta",
    source=Source(PAPER, "Theorem 1, after eq. (16)"),
    about="The rate of Theorem 1 is in [0, 1).",
    statement=(zeta >= 0) & (zeta < 1),
    domain=(mu > 0, mu <= L, *domain),
    proof=Proof(_lower, _upper, Step("range", (zeta >= 0) & (zeta < 1), by=Decide(_lower, _upper))),
)
theorem_1_1, theorem_1_2, theorem_1_3 = theorem_1(LINF, "scaled-sign/theorem-1")
