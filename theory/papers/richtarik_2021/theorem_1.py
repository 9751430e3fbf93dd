"""Theorems 1 and 2 of EF21: nonconvex functions, and the PL inequality.

Richtárik, Sokolov, Fatkhullin, "EF21: A New, Simpler, Theoretically Better, and Practically Faster Error Feedback",
NeurIPS 2021, Theorems 1, 2 for one node. As sqrt(beta/theta) = (1 - theta)/theta, the step size of Theorem 1,
1/(L + L sqrt(beta/theta)), is theta/L, and that of Theorem 2 is 1/(L + sqrt(2) L (1 - theta)/theta). The first
estimate of the gradient is the gradient itself, so that G_0 = 0 in the bounds.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Le, Sum, Symbol, sqrt

from signproof.theory.assumptions.objective import PolyakLojasiewicz
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma, Theorem
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, Values
from signproof.theory.measures.runs import MeanDualGradientNorm, Suboptimality
from signproof.theory.norms import L2
from signproof.theory.papers.karimireddy_2019.lemma_8 import dimension
from signproof.theory.papers.karimireddy_2019.theorem_2 import not_negative
from signproof.theory.papers.richtarik_2021 import PAPER
from signproof.theory.papers.richtarik_2021.lemmas import (
    EF21,
    TWO,
    D,
    G,
    at_the_start,
    gamma,
    one_step,
    smooth,
    theta,
)
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, L, d, k, l, mu
from signproof.theory.terms.vectors import dual_norm, g_k, gradient, iterate, x_k

N = dual_norm(TWO, g_k)
RATIO = (1 - theta) / theta
"""sqrt(beta/theta)."""


_t, _r = Symbol("t", real=True), Symbol("r", real=True)
_left = 1 - _t - _t**2 * _r**2
_short = Claim(
    id="richtarik-2021/theorem-1.step",
    statement=Ge(_left, 0),
    domain=(_t > 0, _r >= 0, _t * (1 + _r) <= 1),
)


def _room(facts: Facts, r: Expr, below: Step) -> Step:
    """1/(2 gamma) - L/2 - weight beta L^2 >= 0, as gamma L (1 + r) <= 1: so the step is short enough."""
    prove, t = facts.prove, gamma * L
    positive = prove("r >= 0", Ge(r, 0), Decide(below))
    short = prove("gamma L (1 + r) <= 1", Le(t * (1 + r), 1), Decide(below, positive))
    room = Theorem(_short, {_t: t, _r: r}, using=(positive, short))
    return prove("the step is short", Ge(_left.xreplace({_t: t, _r: r}), 0), room)


def nonconvex() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    decrease, recursion, below = one_step(facts, values)
    weight = gamma / (2 * theta)
    room, length = _room(facts, RATIO, below), not_negative(facts, D)
    euclidean = prove("|g|^2", conclusion("Euclidean norm", g_k), Lemma("Euclidean norm", g_k))
    potential = V + weight * G
    falls = prove(
        "decrease of the potential",
        Le(gamma / 2 * N**2, potential - potential.subs(k, k + 1)),
        Combination(
            {
                decrease: 1,
                recursion: weight,
                length: room.statement.lhs * gamma / 2,
                euclidean: -gamma / 2,
            },
            given=(below, room),
        ),
    )
    total = Sum(dual_norm(TWO, gradient(iterate(l))) ** 2, (l, 0, k))
    summed = prove(
        "sum",
        Le(gamma / 2 * total, potential.subs(k, 0) - potential.subs(k, k + 1)),
        Lemma("telescoping sum", gamma / 2, N**2, potential, using=(falls,)),
    )
    start = at_the_start(facts, below)
    last = not_negative(facts, (D - g_k).subs(k, k + 1))
    most = prove(
        "total",
        Le(gamma / 2 * total, V0),
        Combination({summed: 1, values.start: 1, start: weight, last: weight, values.next: 1}, given=(below,)),
    )
    prove("bound", theorem_1.conclusion, Combination({most: 2 / (gamma * (k + 1))}))
    return Proof(*facts.steps)


def linear() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    decrease, recursion, below = one_step(facts, values)
    weight, rate = gamma / theta, 1 - gamma * mu
    room, length = _room(facts, sqrt(2) * RATIO, below), not_negative(facts, D)
    euclidean = prove("|g|^2", conclusion("Euclidean norm", g_k), Lemma("Euclidean norm", g_k))
    dominated = prove("PL inequality", pl.statement(x_k), Hypothesis(pl, x_k))
    potential, error = V + weight * G, not_negative(facts, D - g_k)
    contracts = prove(
        "contraction",
        Le(potential.subs(k, k + 1), rate * potential),
        Combination(
            {
                decrease: 1,
                recursion: weight,
                length: room.statement.lhs * gamma / 2,
                euclidean: -gamma / 2,
                dominated: gamma / 2,
                values.value: gamma * mu,
                error: weight * (theta / 2 - gamma * mu),
            },
            given=(below, room),
        ),
    )
    sign = prove("rate >= 0", Ge(rate, 0), Decide(below))
    iteration = prove(
        "iteration",
        Le(potential, rate**k * potential.subs(k, 0)),
        Lemma("induction", potential, rate, using=(contracts, sign)),
    )
    start, least = at_the_start(facts, below), not_negative(facts, (D - g_k).subs(k, 0))
    nothing = prove("no first error", Eq(G.subs(k, 0), 0), Decide(start, least))
    prove(
        "bound",
        theorem_2.conclusion,
        Combination({iteration: 1, error: weight, nothing: rate**k * weight, values.start: rate**k}, given=(below,)),
    )
    return Proof(*facts.steps)


theorem_1 = Claim(
    id="richtarik-2021/theorem-1",
    source=Source(PAPER, "Theorem 1, for one node and the scaled sign"),
    about="EF21 on smooth functions: the mean squared gradient norm over the run. From memory.",
    algorithm=EF21(gamma, d),
    assumptions=(smooth, dimension),
    domain=(gamma > 0, d >= 1, gamma <= theta / L),
    measure=MeanDualGradientNorm(2, L2),
    bound=2 * V0 / (gamma * (k + 1)),
    proof=nonconvex,
)

pl = PolyakLojasiewicz(mu, L2)
theorem_2 = Claim(
    id="richtarik-2021/theorem-2",
    source=Source(PAPER, "Theorem 2, for one node and the scaled sign"),
    about="EF21 converges linearly under the PL inequality. From memory.",
    algorithm=EF21(gamma, d),
    assumptions=(smooth, pl, dimension),
    domain=(gamma > 0, d >= 1, gamma <= 1 / (L + sqrt(2) * L * (1 - theta) / theta), gamma <= theta / (2 * mu)),
    measure=Suboptimality(),
    bound=(1 - gamma * mu) ** k * V0,
    proof=linear,
)
