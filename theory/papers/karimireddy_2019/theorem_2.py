"""Theorem II: error feedback with the scaled sign as its compressor.

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019,
Theorem II and Lemma 3. The compressor here is C(p) = (||p||_1/d) sign(p), for which delta = 1/d; gradients are exact.
The proof follows x~ = x - e, which moves by -gamma g, and the error e, which is short because C is a compressor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Expr, Ge, Integer, Le, Sum, Symbol
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import BoundedGradient, Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts
from signproof.theory.measures.runs import MinDualGradientNorm
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2, LINF
from signproof.theory.papers.karimireddy_2019 import PAPER
from signproof.theory.papers.karimireddy_2019.lemma_8 import compressed, contraction, dimension
from signproof.theory.papers.scaled_sign.norms_compared import euclidean_below_sum
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, d, f_star, k, l, sigma
from signproof.theory.terms.vectors import (
    Least,
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    memory,
    norm,
    suboptimality,
    value,
    x_k,
    x_next,
)

gamma = Symbol("gamma", real=True)
TWO = Str("2")
e, e_next = memory(k, Integer(0)), memory(k + 1, Integer(0))
N = dual_norm(TWO, g_k)
error = 4 * gamma**2 * sigma**2 * (d**2 - d)
"""What ||e||_2^2 is at most: 4 (1 - delta) gamma^2 sigma^2/delta^2."""
smooth = Smooth(L, L2)


@dataclass(frozen=True)
class ScaledSignFeedback(Algorithm):
    """`p = gamma g + e`, `x+ = x - C(p)`, `e+ = p - C(p)`, `C(p) = (||p||_1/d) sign(p)`, from e = 0."""

    step_size: Any
    dimension: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x - x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        p = self.step_size * gradient(x) + memory
        sent = LINF.dual(p, xp) / self.dimension * LINF.maximizer(p, xp)
        return x - sent, p - sent


def inner_square(facts: Facts, v: Expr) -> Step:
    """||v||_2^2 = <v, v>."""
    own = facts.prove(f"norm of {v}", conclusion("self-dual norm", v), Lemma("self-dual norm", v))
    square = facts.prove(f"square of {v}", conclusion("Euclidean norm", v), Lemma("Euclidean norm", v))
    length = norm(TWO, v)
    by = Combination({own: length + dual_norm(TWO, v), square: -1})
    return facts.prove(f"|{v}|^2", Eq(length**2, inner(v, v)), by)


def not_negative(facts: Facts, v: Expr) -> Step:
    """<v, v> >= 0."""
    square = facts.prove(f"square of {v}", conclusion("Euclidean norm", v), Lemma("Euclidean norm", v))
    return facts.prove(f"<{v}, {v}> >= 0", Ge(inner(v, v), 0), Decide(square))


def compressor(facts: Facts, p: Expr) -> Step:
    """|C(p) - p|^2 <= (1 - 1/d) |p|^2."""
    near = contraction(facts, p)
    below = euclidean_below_sum(p)
    facts.steps += below
    square = facts.prove(f"square of {p}", conclusion("Euclidean norm", p), Lemma("Euclidean norm", p))
    least = facts.prove(f"||{p}||_1^2 >= <p, p>", Ge(l1(p) ** 2, inner(p, p)), Combination({below[-1]: 1, square: 1}))
    most = Le(near.statement.lhs, (1 - 1 / d) * inner(p, p))
    return facts.prove(f"C is a compressor at {p}", most, Combination({near: 1, least: 1 / d}))


def bounded_error(facts: Facts, small: Step, remembered: Step) -> Step:
    """Lemma 3: <e, e> <= error in every step, from <g, g> <= sigma^2."""
    prove, p = facts.prove, gamma * g_k + e
    near = compressor(facts, p)
    same = prove("error after", Eq(inner(e_next, e_next), near.statement.lhs), Identity(remembered))
    whole = not_negative(facts, e - 2 * (d - 1) * gamma * g_k)
    large = prove("d >= 1", Ge(d, 1), Decide())
    rate, more = 1 - 1 / (2 * d), 2 * (d - 1) * gamma**2 * sigma**2
    recursion = prove(
        "Lemma 3, one step",
        Le(inner(e_next, e_next), rate * inner(e, e) + more),
        Combination(
            {
                same: 1,
                near: 1,
                whole: 1 / (2 * d),
                small: 2 * (d - 1) * gamma**2,
                not_negative(facts, g_k): (1 - 1 / d) * gamma**2,
            },
            given=(large,),
        ),
    )
    positive = prove("rate", Ge(rate, 0), Decide(large))
    iterates = prove("the bound iterates", Ge(error, rate * error + more), Decide(large))
    begun = prove("no error", Eq(memory(Integer(0), Integer(0)), 0), Definition())
    first = prove("no error, squared", Eq(inner(begun.statement.lhs, begun.statement.lhs), 0), Identity(begun))
    room = prove("the bound is not negative", Ge(error, 0), Decide(large))
    base = prove("first error", Le(first.statement.lhs, error), Combination({first: 1, room: 1}))
    by = Lemma("comparison", inner(e, e), error, rate, more, using=(recursion, positive, iterates, base))
    return prove("Lemma 3", Le(inner(e, e), error), by)


def feedback() -> Proof:
    facts = Facts()
    prove = facts.prove
    p = gamma * g_k + e
    bounded = BoundedGradient(sigma, L2)
    updated = prove("update rule", Eq(x_next, x_k - compressed(p)), Definition())
    remembered = prove("error's rule", Eq(e_next, p - compressed(p)), Definition())
    limit = prove("bounded gradient", bounded.statement(x_k), Hypothesis(bounded, x_k))
    positive = prove("||g|| >= 0", Ge(N, 0), Lemma("non-negative norm", N))
    euclidean = prove("|g|^2", conclusion("Euclidean norm", g_k), Lemma("Euclidean norm", g_k))
    small = prove("|g|^2 <= sigma^2", Le(inner(g_k, g_k), sigma**2), Decide(limit, positive, euclidean))
    short = bounded_error(facts, small, remembered)
    y, y_next = x_k - e, x_next - e_next
    g_y = gradient(y)
    moves = prove("x - e moves by -gamma g", Eq(x_next, x_k + e_next - p), Identity(updated, remembered))
    upper = prove(
        "smoothness", conclusion("descent lemma", smooth, y_next, y), Lemma("descent lemma", smooth, y_next, y)
    )
    slope = prove("slope", Eq(inner(g_y, y_next - y), -gamma * inner(g_y, g_k)), Identity(moves))
    moved, length = norm(TWO, y_next - y), norm(TWO, g_k)
    stretched = prove("length", Eq(moved, Abs(gamma) * length), Identity(moves))
    self_dual = prove("norm of g", conclusion("self-dual norm", g_k), Lemma("self-dual norm", g_k))
    square = prove("squared length", Le(moved**2, gamma**2 * sigma**2), Decide(stretched, self_dual, limit, positive))
    turn = g_k - g_y
    product = prove("Hölder", conclusion("Hölder", L2, turn, g_k), Lemma("Hölder", L2, turn, g_k))
    lipschitz = prove("smooth gradient", smooth.statement(x_k, y), Hypothesis(smooth, x_k, y))
    off, E = dual_norm(TWO, turn), norm(TWO, e)
    inside = inner_square(facts, e)
    gap = Le(off * N, N**2 / 2 + L**2 * E**2 / 2)
    half = prove("half of it", gap, Decide(lipschitz, positive))
    falls = prove(
        "decrease",
        Le(gamma / 2 * N**2, value(y) - value(y_next) + gamma * L**2 / 2 * error + L * gamma**2 * sigma**2 / 2),
        Combination(
            {
                upper: 1,
                slope: 1,
                square: L / 2,
                product: gamma,
                self_dual: gamma * off,
                half: gamma,
                inside: gamma * L**2 / 2,
                short: gamma * L**2 / 2,
                euclidean: -gamma,
            },
        ),
    )
    loss = gamma * L**2 / 2 * error + L * gamma**2 * sigma**2 / 2
    potential = value(y) - k * loss
    decrease = prove(
        "decrease of the potential",
        Le(gamma / 2 * N**2, potential - potential.subs(k, k + 1)),
        Combination({falls: 1}),
    )
    indexed = dual_norm(TWO, gradient(iterate(l))) ** 2
    total, least = Sum(indexed, (l, 0, k)), Least(indexed, (l, 0, k))
    summed = prove(
        "sum",
        Le(gamma / 2 * total, potential.subs(k, 0) - potential.subs(k, k + 1)),
        Lemma("telescoping sum", gamma / 2, N**2, potential, using=(decrease,)),
    )
    begun = prove("no error at the start", Eq(memory(Integer(0), Integer(0)), 0), Definition())
    y_0 = iterate(0) - memory(Integer(0), Integer(0))
    same = prove("f at the start", Eq(value(y_0), value(iterate(0))), Identity(begun))
    first = prove("value at the start", Eq(suboptimality(0), value(iterate(0)) - f_star), Definition())
    start = prove("V_0", Eq(suboptimality(0), V0), Definition())
    infimum = prove("infimum", Ge(value(y_next), f_star), Lemma("infimum", y_next))
    most = prove(
        "total",
        Le(gamma / 2 * total, V0 + (k + 1) * loss),
        Combination({summed: 1, same: 1, first: -1, start: 1, infimum: 1}),
    )
    fewest = prove("least of the sum", Le((k + 1) * least, total), Lemma("least of a sum", N**2))
    prove("bound", theorem.conclusion, Combination({most: 2 / (gamma * (k + 1)), fewest: 1 / (k + 1)}))
    return Proof(*facts.steps)


theorem = Claim(
    id="karimireddy-2019/theorem-2",
    source=Source(PAPER, "Theorem II, for the scaled sign and exact gradients"),
    about="Error feedback with the scaled sign: the least squared gradient norm, as without compression up to a term "
    "in gamma^2. From memory, re-derived.",
    algorithm=ScaledSignFeedback(gamma, d),
    assumptions=(smooth, BoundedGradient(sigma, L2), dimension),
    domain=(gamma > 0, d >= 1),
    measure=MinDualGradientNorm(2, L2),
    bound=2 * V0 / (gamma * (k + 1)) + gamma * L * sigma**2 + 4 * gamma**2 * L**2 * sigma**2 * (d**2 - d),
    proof=feedback,
)
