"""Lion's first phase, in which its iterates enter the cube, and its Lyapunov function once they are in.

Chen, Liu, Liang, Liu, "Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts", 2023. Lion with weight
decay lambda solves the problem min f(x) subject to `||x||_inf <= 1/lambda`. In discrete time, and whatever f is,
`||x_k||_inf - 1/lambda` shrinks by the factor 1 - alpha lambda in each step. In continuous time and without momentum,
x' = -sign(grad f(x)) - lambda x, f falls wherever `||x||_inf <= 1/lambda`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Ge, Gt, Integer, Le, Or, Symbol, sign
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.start import StartSize
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts
from signproof.theory.measures.combined import Formula
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import LINF
from signproof.theory.papers.chen_2023 import PAPER
from signproof.theory.papers.scaled_sign.norms_compared import maximum
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import R, alpha, i, k
from signproof.theory.terms.expectations import coordinate
from signproof.theory.terms.vectors import g_k, gradient, inner, iterate, maximizer, memory, point, x_k, x_next

decay, b_1, b_2 = (Symbol(name, real=True) for name in ("lambda", "b_1", "b_2"))


@dataclass(frozen=True)
class Lion(Algorithm):
    """`x+ = x - alpha (sign(b_1 m + (1 - b_1) g) + lambda x)`, `m+ = b_2 m + (1 - b_2) g`, from m = 0."""

    step_size: Any
    decay: Any
    mixing: Any
    momentum: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x - x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        g, one = gradient(x), xp.rational(1, 1)
        along = xp.sign(self.mixing * memory + (one - self.mixing) * g)
        return x - self.step_size * (along + self.decay * x), self.momentum * memory + (one - self.momentum) * g


def first_phase() -> Proof:
    facts = Facts()
    prove, start = facts.prove, StartSize(R)
    along = b_1 * memory(k, Integer(0)) + (1 - b_1) * g_k
    rule = prove("update rule", Eq(x_next, x_k - alpha * (maximizer(Str("inf"), along) + decay * x_k)), Definition())
    rate = 1 - alpha * decay
    entry = prove("|x_i|", conclusion("coordinate of a vector", x_k), Lemma("coordinate of a vector", x_k))
    moved = rate * coordinate(x_k, i) - alpha * sign(coordinate(along, i))
    after = prove("(x+)_i", Eq(coordinate(x_next, i), moved), Identity(rule))
    most = rate * maximum(x_k) + alpha
    each = prove("|(x+)_i|", Le(Abs(coordinate(x_next, i)), most), Decide(entry, after))
    norm = prove("||x+||_inf", Le(maximum(x_next), most), Lemma("largest coordinate", x_next, most, using=(each,)))
    positive = prove("rate >= 0", Ge(rate, 0), Decide())
    bound = inside
    begun = prove("start", start.statement(), Hypothesis(start))
    base = prove("start, as the bound has it", Le(maximum(iterate(0)), bound.subs(k, 0)), Combination({begun: 1}))
    same = prove("the bound iterates", Eq(bound.subs(k, k + 1), rate * bound + alpha), Identity())
    iterates = prove("at least", Ge(bound.subs(k, k + 1), rate * bound + alpha), Combination({same: 1}))
    by = Lemma("comparison", maximum(x_k), bound, rate, alpha, using=(norm, positive, iterates, base))
    prove("bound", phase.conclusion, by)
    return Proof(*facts.steps)


inside = (1 - alpha * decay) ** k * (R - 1 / decay) + 1 / decay

phase = Claim(
    id="chen-2023/phase-1",
    source=Source(PAPER, "the two phases, in discrete time"),
    about="Lion's iterates enter the cube of radius 1/lambda exponentially fast, whatever f is, and stay in it: "
    "their maximum norm. From memory, re-derived.",
    algorithm=Lion(alpha, decay, b_1, b_2),
    assumptions=(StartSize(R),),
    domain=(alpha > 0, decay > 0, alpha * decay <= 1, b_1 >= 0, b_1 <= 1, b_2 >= 0, b_2 < 1),
    measure=Formula(maximum(iterate(k))),
    bound=inside,
    proof=first_phase,
)

x = point(Str("x"))
_g = gradient(x)
_velocity = -maximizer(Str("inf"), _g) - decay * x
_outside = Gt(decay * maximum(x), 1)


def _falls() -> Proof:
    facts = Facts()
    prove = facts.prove
    attained = prove("<g, sign(g)>", conclusion("attained dual norm", LINF, _g), Lemma("attained dual norm", LINF, _g))
    product = prove("Hölder", conclusion("Hölder", LINF, _g, -x), Lemma("Hölder", LINF, _g, -x))
    positive = prove("||g|| >= 0", Ge(l1(_g), 0), Lemma("non-negative norm", l1(_g)))
    most = Le(inner(_g, _velocity), -(1 - decay * maximum(x)) * l1(_g))
    rate = prove("rate of f", most, Combination({attained: -1, product: decay}))
    prove("f falls inside", lyapunov.statement, Decide(rate, positive))
    return Proof(*facts.steps)


lyapunov = Claim(
    id="chen-2023/lyapunov",
    source=Source(PAPER, "the Lyapunov function inside the cube, without momentum"),
    about="Along x' = -sign(grad f) - lambda x, f falls where the maximum norm of x is at most 1/lambda. From memory.",
    statement=Or(_outside, Le(inner(_g, _velocity), 0)),
    domain=(decay > 0,),
    proof=_falls,
)
