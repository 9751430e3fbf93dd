"""Remark 3: SignGD beside Theorem 1(3).

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 3. The step sizes depend on the
number of steps, K here and k in the paper, and do not change during the run.

In each step of SignGD f decreases by alpha ||g||_1 - (c L/2) alpha^2 at least, c = 1 in the maximum norm and d in the
Euclidean norm. The best step, alpha^2 = 2 V_0/(c L (K + 1)), gives min ||g||_1^2 <= 2 c L V_0/(K + 1). For the
Euclidean norm the remark prints a fourth of that.
"""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Limit, Sum, Symbol, sign, sqrt
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import Dimension, Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.runs import MinDualGradientNorm
from signproof.theory.methods.gradient import SignGD
from signproof.theory.norms import L2, LINF, DualPair
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.norms_compared import squared_length
from signproof.theory.papers.scaled_sign.theorem_1 import gamma
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, K, L, alpha, d, f_star, i, k, l
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import (
    Least,
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
)

INF = Str(LINF.name)
V, V_next = suboptimality(k), suboptimality(k + 1)
N, s = l1(g_k), maximizer(INF, g_k)


_unit = Step("||sign(g)|| <= 1", Le(norm(INF, s), 1), by=Lemma("unit maximizer", LINF, g_k))


def euclidean_unit() -> tuple[Step, ...]:
    """||sign(g)||_2^2 <= d."""
    square, dimension = sign(coordinate(g_k, i)) ** 2, Dimension(d)
    length = squared_length(s)
    size = Step("R^d", dimension.statement(), by=Hypothesis(dimension))
    each = Step("sign(g_i)^2 <= 1", Le(square, 1), by=Decide())
    signs = Step(
        "sum of sign(g_i)^2",
        Le(Total(square, i), Total(Integer(1), i)),
        by=Lemma("sum of inequalities", square, Integer(1), i, using=(each,)),
    )
    dual = Step("self-dual norm", conclusion("self-dual norm", s), by=Lemma("self-dual norm", s))
    unit = Step("||sign(g)||_2^2 <= d", Le(norm(Str("2"), s) ** 2, d), by=Decide(length[-1], signs, size, dual))
    return *length, size, each, signs, dual, unit


def best_step(constant: Expr) -> Expr:
    """The step that is best for K steps, where f decreases by alpha ||g||_1 - (constant/2) alpha^2 at least."""
    return sqrt(2 * V0 / (constant * (K + 1)))


def average(step_size: Expr, bound: Expr, pair: DualPair = LINF) -> Proof:
    """The mean of ||g_l||_1 over the run is at most V_0/(alpha (k + 1)) + c L alpha/2, c = 1 or, for the Euclidean
    norm, d."""
    smooth, name = Smooth(L, pair), Str(pair.name)
    here = Step("(30)", Eq(V, value(x_k) - f_star), by=Definition())
    there = Step("(30) at k + 1", Eq(V_next, value(x_next) - f_star), by=Definition())
    start = Step("V at 0", Eq(suboptimality(0), V0), by=Definition())
    infimum = Step("f* at k + 1", Ge(value(x_next), f_star), by=Lemma("infimum", x_next))
    remaining = Step("V at k + 1 is not negative", Ge(V_next, 0), by=Combination({there: -1, infimum: 1}))
    rule = Step("(2)", Eq(x_next, x_k - step_size * s), by=Definition())
    expansion = Step(
        "Assumption 3, integrated",
        conclusion("descent lemma", smooth, x_next, x_k),
        by=Lemma("descent lemma", smooth, x_next, x_k),
    )
    aligned = Step("<g, sign(g)>", Eq(inner(g_k, s), N), by=Lemma("attained dual norm", LINF, g_k))
    slope = Step("slope", Eq(inner(g_k, x_next - x_k), -step_size * N), by=Identity(rule, aligned))
    length, size = norm(name, x_next - x_k), norm(name, s)
    positive = Step("sign(g) has a norm", Ge(size, 0), by=Lemma("non-negative norm", size))
    stretched = Step("length", Eq(length, Abs(step_size) * size), by=Identity(rule))
    unit = (_unit,) if pair is LINF else euclidean_unit()
    largest = 1 if pair is LINF else d
    short = Step("squared length", Le(length**2, largest * step_size**2), by=Decide(stretched, unit[-1], positive))
    # the potential V_k - k (L/2) alpha^2 decreases by alpha ||g||_1 at least
    loss = largest * L / 2 * step_size**2
    potential = V - k * loss
    decrease = Step(
        "decrease",
        Le(step_size * N, potential - potential.subs(k, k + 1)),
        by=Combination({there: 1, here: -1, expansion: 1, slope: 1, short: L / 2}),
    )
    indexed = l1(gradient(iterate(l)))
    total, least = Sum(indexed, (l, 0, k)), Least(indexed, (l, 0, k))
    telescoped = Step(
        "sum",
        conclusion("telescoping sum", step_size, N, potential),
        by=Lemma("telescoping sum", step_size, N, potential, using=(decrease,)),
    )
    summed = Step(
        "sum, without V at k + 1",
        Le(step_size * total, V0 + (k + 1) * loss),
        by=Combination({telescoped: 1, remaining: 1, start: 1}),
    )
    least_of_sum = Step("least of the sum", Le((k + 1) * least, total), by=Lemma("least of a sum", N))
    mean = V0 / (step_size * (k + 1)) + largest * L / 2 * step_size
    least_norm = Step(
        "least norm",
        Le(least, mean),
        by=Combination({summed: 1 / (step_size * (k + 1)), least_of_sum: 1 / (k + 1)}),
    )
    norms = Step("g has a norm", Ge(N, 0), by=Lemma("non-negative norm", N))
    squares = Step(
        "least square",
        Le(Least(indexed**2, (l, 0, k)), mean**2),
        by=Lemma("least square", N, mean, using=(norms, least_norm)),
    )
    at_horizon = Step("after K steps", squares.statement.subs(k, K), by=Instance(squares, K))
    best = Step("best step", Le(mean.subs(k, K) ** 2, bound), by=Decide())
    conclude = Step("bound", Le(Least(indexed**2, (l, 0, K)), bound), by=Combination({at_horizon: 1, best: 1}))
    return Proof(
        here, there, start, infimum, remaining, rule, expansion, aligned, slope, *unit, positive, stretched, short,
        decrease, telescoped, summed, least_of_sum, least_norm, norms, squares, at_horizon, best, conclude,
    )  # fmt: skip


remark_3_signgd = Claim(
    id="scaled-sign/remark-3.signgd",
    source=Source(PAPER, "Remark 3"),
    about="SignGD on a function that is smooth in the Euclidean norm, with a step that depends on the number of steps.",
    erratum=(
        "The constant is four times too small. The decrease per step gives 2 d L V_0/(K + 1), which f = L "
        "x^2/2 attains for K = 0."
    ),
    algorithm=SignGD(best_step(d * L)),
    assumptions=(Smooth(L, L2), Dimension(d)),
    measure=MinDualGradientNorm(power=2),
    bound=d * L * V0 / (2 * (K + 1)),
    horizon=K,
)

max_norm_bound = 2 * L * V0 / (K + 1)
remark_3_max_norm = Claim(
    id="scaled-sign/remark-3.max-norm",
    source=Source(PAPER, "Remark 3"),
    about="SignGD on a function that is smooth in the maximum norm satisfies the bound (17) at its best step, 1/L.",
    algorithm=SignGD(best_step(L)),
    assumptions=(Smooth(L),),
    measure=MinDualGradientNorm(power=2),
    bound=max_norm_bound,
    horizon=K,
    proof=lambda: average(best_step(L), max_norm_bound),
)

n = Symbol("n", real=True)
"""The number of steps, k in the paper."""

remark_3_limit = Claim(
    id="scaled-sign/remark-3.limit",
    source=Source(PAPER, "Remark 3"),
    about="The right side of (17) tends to L V_0/(2 (k + 1)) as alpha tends to 2/L; here n is k.",
    erratum=(
        "At alpha = 2/L the guaranteed decrease alpha (1 - L alpha/2) is 0, so the right side tends to "
        "infinity. Its minimum is at alpha = 1/L, where it is 2 L V_0/(k + 1)."
    ),
    statement=Eq(Limit(V0 / (gamma * (n + 1)), alpha, 2 / L, "-"), L * V0 / (2 * (n + 1))),
    domain=(L > 0, V0 > 0, n >= 0),
)
