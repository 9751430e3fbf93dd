"""Lemmas of EF21: what a step gains, and how the estimate of the gradient improves.

Richtárik, Sokolov, Fatkhullin, "EF21: A New, Simpler, Theoretically Better, and Practically Faster Error Feedback",
NeurIPS 2021. One node, exact gradients; the compressor is C(p) = (||p||_1/d) sign(p), whose parameter is alpha = 1/d:
||C(p) - p||_2^2 <= (1 - alpha) ||p||_2^2. As in the paper, theta = 1 - sqrt(1 - alpha), beta = (1 - alpha)/theta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Lt, Symbol, sqrt
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next, Values
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.karimireddy_2019.lemma_8 import compressed, dimension
from signproof.theory.papers.karimireddy_2019.theorem_2 import compressor, inner_square, not_negative
from signproof.theory.papers.richtarik_2021 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, d, k
from signproof.theory.terms.vectors import (
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    memory,
    norm,
    point,
    value,
    x_k,
    x_next,
)

gamma = Symbol("gamma", real=True)
TWO = Str("2")
q = sqrt(1 - 1 / d)
theta = 1 - q
beta = (1 - 1 / d) / theta
smooth = Smooth(L, L2)


@dataclass(frozen=True)
class EF21(Algorithm):
    """`g+ = g + C(grad f(x) - g)`, `x+ = x - gamma g+`, `C(p) = (||p||_1/d) sign(p)`, from the first gradient."""

    step_size: Any
    dimension: Any

    def init(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Memory:  # type: ignore[override]
        return gradient(x)

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        p = gradient(x) - memory
        known = memory + LINF.dual(p, xp) / self.dimension * LINF.maximizer(p, xp)
        return x - self.step_size * known, known


def square(v: Expr) -> Expr:
    """|v|^2."""
    return inner(v, v)


def gain(facts: Facts, x: Expr, v: Expr) -> Step:
    """Lemma 2: f(x - gamma v) <= f(x) - gamma/2 |g|^2 - (1/(2 gamma) - L/2) |gamma v|^2 + gamma/2 |v - g|^2."""
    prove, y, g = facts.prove, x - gamma * v, gradient(x)
    upper = prove("smoothness", conclusion("descent lemma", smooth, y, x), Lemma("descent lemma", smooth, y, x))
    length = inner_square(facts, v)
    most = (
        value(x) - gamma / 2 * square(g) - (1 / (2 * gamma) - L / 2) * gamma**2 * square(v) + gamma / 2 * square(v - g)
    )
    return prove("Lemma 2", Le(value(y), most), Combination({upper: 1, length: L * gamma**2 / 2}))


def less_than_one(facts: Facts) -> Step:
    """sqrt(1 - alpha) < 1, and it is not negative."""
    facts.prove("sqrt(1 - alpha) >= 0", Ge(q, 0), Decide())
    return facts.prove("sqrt(1 - alpha) < 1", Lt(q, 1), Decide())


def improved(facts: Facts, new: Expr, known: Expr, old: Expr, below: Step) -> Step:
    """Lemma 1: |g + C(new - g) - new|^2 <= (1 - theta) |g - old|^2 + beta |new - old|^2."""
    near = compressor(facts, new - known)
    split = not_negative(facts, known - old + q / (1 - q) * (new - old))
    most = (1 - theta) * square(known - old) + beta * square(new - old)
    by = Combination({near: 1, split: q * (1 - q)}, given=(below,))
    return facts.prove("Lemma 1", Le(near.statement.lhs, most), by)


D = memory(k + 1, Integer(0))
"""The estimate of the gradient that step k uses."""
G = square(D - g_k)
G_next = G.subs(k, k + 1)


def one_step(facts: Facts, values: Values) -> tuple[Step, Step, Step]:
    """What a step does to f, and to |D - g|^2; and sqrt(1 - alpha) < 1."""
    prove, m, g_next = facts.prove, memory(k, Integer(0)), gradient(x_next)
    updated = prove("update rule", Eq(x_next, x_k - gamma * (m + compressed(g_k - m))), Definition())
    kept = prove("estimate", Eq(D, m + compressed(g_k - m)), Definition())
    moves = prove("x moves along it", Eq(x_next, x_k - gamma * D), Identity(updated, kept))
    falls = gain(facts, x_k, D)
    after = prove("f after the step", Eq(value(x_next), falls.statement.lhs), Identity(moves))
    most = falls.statement.rhs - value(x_k)
    decrease = prove(
        "decrease",
        Le(V_next - V, most),
        Combination({values.next_value: 1, values.value: -1, after: 1, falls: 1}),
    )
    below = less_than_one(facts)
    better = improved(facts, g_next, D, g_k, below)
    estimated = prove("next estimate", Eq(memory(k + 2, Integer(0)), D + compressed(g_next - D)), Definition())
    same = prove("its error", Eq(G_next, better.statement.lhs), Identity(estimated))
    turn, moved = dual_norm(TWO, g_next - g_k), norm(TWO, x_next - x_k)
    lipschitz = prove("smooth gradient", smooth.statement(x_next, x_k), Hypothesis(smooth, x_next, x_k))
    stretched = prove("length", Eq(moved, Abs(gamma) * norm(TWO, D)), Identity(moves))
    length = inner_square(facts, D)
    turned = prove("change", conclusion("Euclidean norm", g_next - g_k), Lemma("Euclidean norm", g_next - g_k))
    least = prove("change >= 0", Ge(turn, 0), Lemma("non-negative norm", turn))
    squared = prove(
        "squared change", Le(turn**2, L**2 * gamma**2 * norm(TWO, D) ** 2), Decide(lipschitz, stretched, least)
    )
    recursion = prove(
        "error of the estimate",
        Le(G_next, (1 - theta) * G + beta * L**2 * gamma**2 * square(D)),
        Combination({same: 1, better: 1, turned: beta, squared: beta, length: beta * L**2 * gamma**2}, given=(below,)),
    )
    return decrease, recursion, below


def at_the_start(facts: Facts, below: Step) -> Step:
    """|D_0 - g_0|^2 <= 0: the first estimate is the first gradient."""
    prove, m_0, g_0 = facts.prove, memory(Integer(0), Integer(0)), gradient(iterate(0))
    begun = prove("first memory", Eq(m_0, g_0), Definition())
    near = compressor(facts, g_0 - m_0)
    estimated = prove("first estimate", Eq(memory(Integer(1), Integer(0)), m_0 + compressed(g_0 - m_0)), Definition())
    same = prove("its error, written out", Eq(G.subs(k, 0), near.statement.lhs), Identity(estimated))
    nothing = prove("nothing to compress", Eq(square(g_0 - m_0), 0), Identity(begun))
    return prove("first error", Le(G.subs(k, 0), 0), Combination({same: 1, near: 1, nothing: 1 - 1 / d}))


x, v, new, known, old = (point(Str(name)) for name in ("x", "v", "h", "g", "g'"))


def _lemma_2() -> Proof:
    facts = Facts()
    gain(facts, x, v)
    return Proof(*facts.steps)


def _lemma_1() -> Proof:
    facts = Facts()
    improved(facts, new, known, old, less_than_one(facts))
    return Proof(*facts.steps)


lemma_2 = Claim(
    id="richtarik-2021/lemma-2",
    source=Source(PAPER, "Lemma 2"),
    about="What a step along any v gains, in terms of how far v is from the gradient. From memory.",
    statement=Le(
        value(x - gamma * v),
        value(x)
        - gamma / 2 * square(gradient(x))
        - (1 / (2 * gamma) - L / 2) * gamma**2 * square(v)
        + gamma / 2 * square(v - gradient(x)),
    ),
    assumptions=(smooth,),
    domain=(gamma > 0,),
    proof=_lemma_2,
)

lemma_1 = Claim(
    id="richtarik-2021/lemma-1",
    source=Source(PAPER, "Lemma 1, for the scaled sign"),
    about="The Markov compressor: with g + C(h - g) in place of g the error shrinks by the factor 1 - theta, up to how "
    "far h is from g', of which g was the estimate. From memory.",
    statement=Le(
        square(known + compressed(new - known) - new), (1 - theta) * square(known - old) + beta * square(new - old)
    ),
    assumptions=(dimension,),
    domain=(d >= 1,),
    proof=_lemma_1,
)
