"""Conditional gradients in the cube: x+ = (1 - gamma) x + gamma lmo(g), without noise.

Pethick, Xie, Antonakopoulos, Zhu, Silveti-Falls, Cevher, "Training Deep Learning Models with Norm-Constrained LMOs",
ICML 2025: SCG with exact gradients, which is sign descent with weight decay where the ball is that of the maximum norm,
lmo(g) = -rho sign(g). What falls is the gap, the max over `||u|| <= rho` of `<g, x - u>`, which is
`<g, x> + rho ||g||_1`; V_0 is measured from the infimum over all of R^d, so that the bound holds for the cube's, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Expr, Ge, Le, Sum, Symbol, sign
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.assumptions.start import StartSize
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, Values
from signproof.theory.measures.combined import Formula
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import LINF
from signproof.theory.papers.pethick_2025 import PAPER
from signproof.theory.papers.scaled_sign.norms_compared import maximum
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, i, k, l
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.vectors import Least, g_k, gradient, inner, iterate, maximizer, suboptimality, x_k, x_next

gamma, rho = Symbol("gamma", real=True), Symbol("rho", real=True)
smooth = Smooth(L)
s = maximizer(Str("inf"), g_k)


@dataclass(frozen=True)
class DecayedSignGD(Algorithm):
    """`x+ = (1 - gamma) x - gamma rho sign(g)`."""

    step_size: Any
    radius: Any

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        return x - self.step_size * (x + self.radius * xp.sign(gradient(x))), memory


def gap(x: Expr) -> Expr:
    """The max over `||u||_inf <= rho` of `<grad f(x), x - u>`."""
    return inner(gradient(x), x) + rho * l1(gradient(x))


def stays(facts: Facts, rule: Step, direction: Expr, step_size: Expr, radius: Expr, begun: Step) -> Step:
    """||x_k||_inf <= radius in every step, if x+ = x - step_size (x + radius sign(D))."""
    prove, X = facts.prove, maximum(x_k)
    size = Abs(coordinate(x_next, i))
    entry = prove("|x_i|", conclusion("coordinate of a vector", x_k), Lemma("coordinate of a vector", x_k))
    moved = coordinate(x_k, i) - step_size * (coordinate(x_k, i) + radius * sign(coordinate(direction, i)))
    after = prove("(x+)_i", Eq(coordinate(x_next, i), moved), Identity(rule))
    rate = 1 - step_size
    most = rate * X + step_size * radius
    each = prove("|(x+)_i|", Le(size, most), Decide(entry, after))
    norm = prove("||x+||_inf", Le(maximum(x_next), most), Lemma("largest coordinate", x_next, most, using=(each,)))
    positive = prove("rate >= 0", Ge(rate, 0), Decide())
    same = prove("the radius stays", Ge(radius, rate * radius + step_size * radius), Decide())
    by = Lemma("comparison", X, radius, rate, step_size * radius, using=(norm, positive, same, begun))
    return prove("in the cube", Le(X, radius), by)


def frank_wolfe() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    start = StartSize(rho)
    begun = prove("start", start.statement(), Hypothesis(start))
    rule = prove("update rule", Eq(x_next, x_k - gamma * (x_k + rho * s)), Definition())
    inside = stays(facts, rule, g_k, gamma, rho, begun)
    upper = prove(
        "smoothness", conclusion("descent lemma", smooth, x_next, x_k), Lemma("descent lemma", smooth, x_next, x_k)
    )
    attained = prove(
        "<g, sign(g)>", conclusion("attained dual norm", LINF, g_k), Lemma("attained dual norm", LINF, g_k)
    )
    slope = prove("slope", Eq(inner(g_k, x_next - x_k), -gamma * gap(x_k)), Identity(rule, attained))
    moved = maximum(x_next - x_k)
    entry = prove("|x_i|, again", conclusion("coordinate of a vector", x_k), Lemma("coordinate of a vector", x_k))
    step_i = -gamma * (coordinate(x_k, i) + rho * sign(coordinate(g_k, i)))
    entries = prove("entries of the step", Eq(coordinate(x_next - x_k, i), step_i), Identity(rule))
    each = prove("each entry", Le(Abs(coordinate(x_next - x_k, i)), 2 * gamma * rho), Decide(entries, entry, inside))
    length = prove(
        "length", Le(moved, 2 * gamma * rho), Lemma("largest coordinate", x_next - x_k, 2 * gamma * rho, using=(each,))
    )
    positive = prove("length >= 0", Ge(moved, 0), Lemma("non-negative norm", moved))
    square = prove("squared length", Le(moved**2, 4 * gamma**2 * rho**2), Decide(length, positive))
    loss = 2 * L * gamma**2 * rho**2
    potential = V - k * loss
    falls = prove(
        "decrease",
        Le(gamma * gap(x_k), potential - potential.subs(k, k + 1)),
        Combination({values.next_value: 1, values.value: -1, upper: 1, slope: 1, square: L / 2}),
    )
    total, least = Sum(gap(iterate(l)), (l, 0, k)), Least(gap(iterate(l)), (l, 0, k))
    summed = prove(
        "sum",
        Le(gamma * total, suboptimality(0) - potential.subs(k, k + 1)),
        Lemma("telescoping sum", gamma, gap(x_k), potential, using=(falls,)),
    )
    most = prove(
        "total", Le(gamma * total, V0 + (k + 1) * loss), Combination({summed: 1, values.next: 1, values.start: 1})
    )
    fewest = prove("least of the sum", Le((k + 1) * least, total), Lemma("least of a sum", gap(x_k)))
    prove("bound", constrained.conclusion, Combination({most: 1 / (gamma * (k + 1)), fewest: 1 / (k + 1)}))
    return Proof(*facts.steps)


constrained = Claim(
    id="pethick-2025/constrained",
    source=Source(PAPER, "SCG with a constant step, without noise, in the maximum norm"),
    about="Conditional gradients in the cube, which are sign descent with weight decay: the least gap over the run. "
    "From memory, re-derived.",
    algorithm=DecayedSignGD(gamma, rho),
    assumptions=(smooth, StartSize(rho)),
    domain=(gamma > 0, gamma <= 1),
    measure=Formula(Least(gap(iterate(l)), (l, 0, k))),
    bound=V0 / (gamma * (k + 1)) + 2 * L * rho**2 * gamma,
    proof=frank_wolfe,
)
