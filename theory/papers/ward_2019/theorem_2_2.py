"""AdaGrad-Norm with exact gradients, begun with b_0 >= eta L.

Ward, Wu, Bottou, "AdaGrad Stepsizes: Sharp Convergence over Nonconvex Landscapes", JMLR 2020, Theorem 2.2, case 1:
b_{k+1}^2 = b_k^2 + ||g_k||^2 and x_{k+1} = x_k - (eta/b_{k+1}) g_k. In every step f falls by eta ||g||^2/(2 b_{k+1}) at
least, while b grows by ||g||^2/b_{k+1} at most: so b never exceeds b_0 + 2 V_0/eta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Abs, Eq, Ge, Gt, Integer, Le, Sum, Symbol, sqrt
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Identity, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next, Values
from signproof.theory.measures.runs import MinDualGradientNorm
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2
from signproof.theory.papers.ward_2019 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, eta, k, l
from signproof.theory.terms.vectors import (
    Least,
    dual_norm,
    g_k,
    gradient,
    inner,
    iterate,
    norm,
    remembered,
    suboptimality,
    x_k,
    x_next,
)

b_0 = Symbol("b_0", real=True)
TWO = Str("2")
N = dual_norm(TWO, g_k)
smooth = Smooth(L, L2)
largest = b_0 + 2 * V0 / eta
"""What b never exceeds."""


@dataclass(frozen=True)
class AdaGradNormFrom(Algorithm):
    """`b+^2 = b^2 + ||g||_2^2`, `x+ = x - (eta / b+) g`, from a given b_0. It remembers the square root of the sum of
    all ||g||^2 so far."""

    step_size: Any
    begun: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return xp.sum(x - x)

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        g = gradient(x)
        square = xp.power(memory, 2) + xp.power(L2.dual(g, xp), 2)
        return x - self.step_size / xp.sqrt(xp.power(self.begun, 2) + square) * g, xp.sqrt(square)


q, q_next = remembered(k, Integer(0)), remembered(k + 1, Integer(0))
b, after = sqrt(b_0**2 + q**2), sqrt(b_0**2 + q**2 + N**2)
"""b_k and b_{k+1}."""


def one_step(facts: Facts, values: Values) -> Step:
    """V_{k+1} - V_k <= -eta/(2 largest) ||g_k||^2."""
    prove = facts.prove
    rule = prove("update rule", Eq(x_next, x_k - eta / after * g_k), Definition())
    prove("||g|| >= 0", Ge(N, 0), Lemma("non-negative norm", N))
    upper = prove(
        "smoothness", conclusion("descent lemma", smooth, x_next, x_k), Lemma("descent lemma", smooth, x_next, x_k)
    )
    euclidean = prove("|g|^2", conclusion("Euclidean norm", g_k), Lemma("Euclidean norm", g_k))
    slope = prove("slope", Eq(inner(g_k, x_next - x_k), -eta / after * inner(g_k, g_k)), Identity(rule))
    moved, length = norm(TWO, x_next - x_k), norm(TWO, g_k)
    own = prove("norm of g", conclusion("self-dual norm", g_k), Lemma("self-dual norm", g_k))
    stretched = prove("length", Eq(moved, Abs(eta / after) * length), Identity(rule))
    square = prove("squared length", Eq(moved**2, eta**2 / after**2 * N**2), Decide(stretched, own))
    long = prove("b_{k+1} >= eta L", Ge(after, eta * L), Decide())
    above = prove("b_{k+1} > 0", Gt(after, 0), Decide())
    falls = prove(
        "decrease",
        Le(V_next - V, -eta / after * N**2 + L / 2 * eta**2 / after**2 * N**2),
        Combination(
            {values.next_value: 1, values.value: -1, upper: 1, slope: 1, euclidean: -eta / after, square: L / 2},
            given=(above,),
        ),
    )
    half = prove(
        "decrease by half of it",
        Le(V_next - V, -eta / (2 * after) * N**2),
        Combination({falls: 1, long: eta / (2 * after**2) * N**2}, given=(above,)),
    )
    kept = prove("what is remembered", Eq(q_next, sqrt(q**2 + N**2)), Definition())
    b_next = b.subs(k, k + 1)
    same = prove("b_{k+1}", Eq(b_next, after), Identity(kept))
    grown = prove("b grows", Le(after**2 - after * b, N**2), Decide())
    grows = prove("by this at most", Le(after - b, N**2 / after), Combination({grown: 1 / after}, given=(above,)))
    potential = V + eta / 2 * b
    kept_down = prove(
        "V_k + eta/2 b_k does not grow",
        Le(potential.subs(k, k + 1), potential),
        Combination({half: 1, same: eta / 2, grows: eta / 2}),
    )
    one = prove("1 >= 0", Ge(Integer(1), 0, evaluate=False), Decide())
    iteration = prove(
        "so it never does",
        Le(potential, potential.subs(k, 0)),
        Lemma("induction", potential, Integer(1), using=(kept_down, one)),
    )
    begun = prove("nothing is remembered first", Eq(q.subs(k, 0), 0), Definition())
    first = prove("b_0", Eq(b.subs(k, 0), b_0), Decide(begun))
    bounded = prove(
        "b_k is bounded",
        Le(b, largest),
        Combination({iteration: 2 / eta, values.start: 2 / eta, first: 1, values.here: 2 / eta}),
    )
    next_bounded = prove("b_{k+1} is bounded", Le(b_next, largest), Instance(bounded, k + 1))
    inverse = prove("1/b_{k+1}", Ge(1 / after, 1 / largest), Decide(next_bounded, same, above))
    return prove(
        "decrease by a share of ||g||^2",
        Le(V_next - V, -eta / (2 * largest) * N**2),
        Combination({half: 1, inverse: eta / 2 * N**2}),
    )


def case_1() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    falls, share = one_step(facts, values), eta / (2 * largest)
    decrease = prove("rearranged", Le(share * N**2, V - V_next), Combination({falls: 1}))
    indexed = dual_norm(TWO, gradient(iterate(l))) ** 2
    total, least = Sum(indexed, (l, 0, k)), Least(indexed, (l, 0, k))
    summed = prove(
        "sum",
        Le(share * total, suboptimality(0) - V_next),
        Lemma("telescoping sum", share, N**2, V, using=(decrease,)),
    )
    most = prove("total", Le(share * total, V0), Combination({summed: 1, values.next: 1, values.start: 1}))
    fewest = prove("least of the sum", Le((k + 1) * least, total), Lemma("least of a sum", N**2))
    prove("bound", theorem_2_2.conclusion, Combination({most: 1 / (share * (k + 1)), fewest: 1 / (k + 1)}))
    return Proof(*facts.steps)


domain = (eta > 0, b_0 >= eta * L)
theorem_2_2 = Claim(
    id="ward-2019/theorem-2.2.case-1",
    source=Source(PAPER, "Theorem 2.2, case 1"),
    about="AdaGrad-Norm with exact gradients and a large b_0: the least squared gradient norm. From memory.",
    algorithm=AdaGradNormFrom(eta, b_0),
    assumptions=(smooth,),
    domain=domain,
    measure=MinDualGradientNorm(2, L2),
    bound=(4 * V0**2 / eta**2 + 2 * b_0 * V0 / eta) / (k + 1),
    proof=case_1,
)
