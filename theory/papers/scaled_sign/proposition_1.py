"""Proposition 1: the gradient flow.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Appendix A, Proposition 1,
eqs. (22), (24), proof in Appendix B, eqs. (25)-(27).

The proof of Proposition 2 is the same in another norm: a flow loses beta ||grad f||_*^p of V per unit of time, p = 2 in
the Euclidean norm and p = 1 in the l1 norm.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Integer, Le, Symbol, sqrt
from sympy.core.symbol import Str

from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.methods.flows import GradientFlow
from signproof.theory.norms import L2, DualPair
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, beta, f_star, s, t
from signproof.theory.terms.flows import (
    Accumulated,
    LeastSoFar,
    g_t,
    nearest_minimizer,
    suboptimality_at,
    suboptimality_rate,
    trajectory,
    velocity,
    x_t,
)
from signproof.theory.terms.vectors import dual_norm, gradient, inner, norm, value

D1 = Symbol("D_1", real=True)
"""The largest Euclidean distance from the sublevel set of the start to the minimizers."""
V, V_start, V_rate = suboptimality_at(t), suboptimality_at(0), suboptimality_rate(t)


class Descent:
    """The steps up to V' = -beta ||grad f(x(t))||^power, which is (25) or (28)."""

    def __init__(self, pair: DualPair, power: int, along: Expr, aligned: Step, name: str):
        self.pair, self.power = pair, power
        self.N = dual_norm(Str(pair.name), g_t)
        self.value = Step("(24)", Eq(V, value(x_t) - f_star), by=Definition())
        self.start_value = Step("(24) at 0", Eq(V_start, value(trajectory(0)) - f_star), by=Definition())
        self.start = Step("V(0)", Eq(V_start, V0), by=Definition())
        self.positive = Step("g has a norm", Ge(self.N, 0), by=Lemma("non-negative norm", self.N))
        infimum = Step("f* at x(t)", Ge(value(x_t), f_star), by=Lemma("infimum", x_t))
        self.not_negative = Step("V is not negative", Ge(V, 0), by=Combination({self.value: -1, infimum: 1}))
        rule = Step("the flow", Eq(velocity(t), along), by=Definition())
        chain = Step("chain rule", conclusion("chain rule"), by=Lemma("chain rule"))
        self.rate = Step(name, Eq(V_rate, -beta * self.N**power), by=Identity(chain, rule, aligned))
        self.steps = (
            self.value, self.start_value, self.start, self.positive, infimum, self.not_negative, rule, chain, aligned,
            self.rate,
        )  # fmt: skip

    def growth(self, radius: Expr, name: str) -> tuple[Step, ...]:
        """The steps to (26) or (29), V <= D ||grad f||: monotonicity, convexity, Hölder's inequality."""
        bounded = SublevelRadius(radius, self.pair)
        nearest = nearest_minimizer(Str(self.pair.name), x_t)
        distance = norm(Str(self.pair.name), x_t - nearest)
        falling = Step("V falls", Le(V_rate, 0), by=Decide(self.rate, self.positive))
        below = Step("V(t) <= V(0)", Le(V, V_start), by=Lemma("monotonicity", using=(falling,)))
        inside = Step(
            "f(x(t)) <= f(x(0))",
            Le(value(x_t), value(trajectory(0))),
            by=Combination({below: 1, self.value: -1, self.start_value: 1}),
        )
        sublevel = Step("the sublevel set", bounded.statement(x_t), by=Hypothesis(bounded, x_t))
        attained = Step("x* is a minimizer", Eq(value(nearest), f_star), by=Decide(sublevel))
        near = Step("x* is near", Le(distance, radius), by=Decide(sublevel, inside))
        convex = Step("convexity", Convex().statement(nearest, x_t), by=Hypothesis(Convex(), nearest, x_t))
        first = Step(
            f"{name}, first line",
            Le(V, inner(g_t, x_t - nearest)),
            by=Combination({convex: 1, attained: 1, self.value: 1}),
        )
        Hoelder = Step(
            "Hölder",
            conclusion("Hölder", self.pair, g_t, x_t - nearest),
            by=Lemma("Hölder", self.pair, g_t, x_t - nearest),
        )
        second = Step(f"{name}, second line", Le(V, self.N * distance), by=Combination({first: 1, Hoelder: 1}))
        last = Step(name, Le(V, radius * self.N), by=Decide(second, near, self.positive))
        return falling, below, inside, sublevel, attained, near, convex, first, Hoelder, second, last

    def least(self, bound: Expr) -> Proof:
        """(27) and the minimum over [0, t]."""
        running = dual_norm(Str(self.pair.name), gradient(trajectory(s)))
        power, smallest = Integer(self.power), LeastSoFar(running)
        decrease = Step("rearranged", Le(beta * self.N**power, -V_rate), by=Combination({self.rate: 1}))
        integrated = Step(
            "(27), integrated",
            Le(beta * Accumulated(running**power), V_start - V),
            by=Lemma("decrease over time", beta, self.N**power, using=(decrease,)),
        )
        total = Step(
            "(27)",
            Le(beta * Accumulated(running**power), V0),
            by=Combination({integrated: 1, self.not_negative: 1, self.start: 1}),
        )
        mean = Step(
            "the minimum",
            Le(t * smallest**power, Accumulated(running**power)),
            by=Lemma("least over time", self.N, power, using=(self.positive,)),
        )
        product = Step(
            "the minimum, summed", Le(beta * t * smallest**power, V0), by=Combination({total: 1, mean: beta})
        )
        return Proof(
            *self.steps,
            decrease,
            integrated,
            total,
            mean,
            product,
            Step("bound", Le(smallest, bound), by=Decide(product)),
        )


def gradient_flow() -> Descent:
    aligned = Step("<g, g> = ||g||^2", conclusion("Euclidean norm", g_t), by=Lemma("Euclidean norm", g_t))
    return Descent(L2, 2, -beta * g_t, aligned, "(25)")


def sublinear() -> Proof:
    """(25) and (26) give V' <= -(beta/D_1^2) V^2."""
    descent = gradient_flow()
    growth = descent.growth(D1, "(26)")
    rate = beta / D1**2
    squared = Step(
        "(26), squared", Le(V**2, D1**2 * descent.N**2), by=Decide(growth[-1], descent.not_negative, descent.positive)
    )
    inequality = Step("after (26)", Le(V_rate, -rate * V**2), by=Combination({descent.rate: 1, squared: rate}))
    speed = Step("rate", Ge(rate, 0), by=Decide())
    start = Step("V(0) is not negative", Ge(V_start, 0), by=Decide(descent.start))
    integrated = Step(
        "integrated",
        Le(V, V_start / (1 + rate * V_start * t)),
        by=Lemma("comparison with a Riccati equation", rate, using=(inequality, speed, start)),
    )
    bound = Step("bound", Le(V, proposition_1_bound), by=Decide(integrated, descent.start))
    return Proof(*descent.steps, *growth, squared, inequality, speed, start, integrated, bound)


domain = (beta > 0, t > 0)
proposition_1_bound = D1**2 * V0 / (D1**2 + V0 * beta * t)

proposition_1_1 = Claim(
    id="scaled-sign/proposition-1.1",
    source=Source(PAPER, "Proposition 1(1)"),
    about="On convex functions the gradient flow converges like 1/t.",
    algorithm=GradientFlow(beta),
    assumptions=(Convex(), SublevelRadius(D1, L2)),
    domain=domain,
    measure=SuboptimalityOverTime(),
    bound=proposition_1_bound,
    proof=sublinear,
)
proposition_1_2 = Claim(
    id="scaled-sign/proposition-1.2",
    source=Source(PAPER, "Proposition 1(2)"),
    about="Along the gradient flow of any function, the least gradient norm decays like 1/sqrt(t).",
    algorithm=GradientFlow(beta),
    domain=domain,
    measure=MinDualGradientNormOverTime(power=1, norm=L2),
    bound=sqrt(V0 / (beta * t)),
    proof=lambda: gradient_flow().least(sqrt(V0 / (beta * t))),
)
