"""The accelerated gradient method on smooth convex functions.

Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)", 1983, in the form with
two sequences and the proof by a potential of Bansal and Gupta, "Potential-function proofs for gradient methods", 2019:
with p = (k x + 2 z)/(k + 2) and g the gradient at p, x+ = p - g/L and z+ = z - (k + 1)/(2L) g, z_0 = x_0. What never
grows is k (k + 1)/4 V_k + L/2 ||z_k - x*||_2^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Eq, Expr, Ge, Integer, Le
from sympy.core.symbol import Str

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Vector
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.assumptions.start import StartDistance
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Definition, Hypothesis, Identity, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.assumed import squared_start
from signproof.theory.elaboration.facts import Facts, V, Values
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.norms import L2
from signproof.theory.papers.nesterov_1983 import PAPER
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, R, f_star, k
from signproof.theory.terms.vectors import gradient, inner, iterate, memory, norm, value, x_k, x_next, x_star

smooth, convex, near = Smooth(L, L2), Convex(), StartDistance(R, L2)
z, z_next = memory(k, Integer(0)), memory(k + 1, Integer(0))


@dataclass(frozen=True)
class TwoSequences(Algorithm):
    """`p = x + tau (z - x)`, `x+ = p - a g`, `z+ = z + s (p - z) - b g` with g the gradient at p, from z = x."""

    step_size: Any
    mixing: Any
    pull: Any
    long_step: Any
    translates = True

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        p = x + self.mixing * (memory - x)
        g = gradient(p)
        return p - self.step_size * g, memory + self.pull * (p - memory) - self.long_step * g


def square(u: Expr) -> Expr:
    """||u||_2^2 as an inner product."""
    return inner(u, u)


def squared_norm(facts: Facts, u: Expr) -> Step:
    """||u||_2^2 = <u, u>."""
    prove, length = facts.prove, norm(Str("2"), u)
    own = prove(f"norm of {u}", conclusion("self-dual norm", u), Lemma("self-dual norm", u))
    euclidean = prove(f"square of {u}", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
    return prove(f"|{u}|^2", Eq(length**2, square(u)), Decide(own, euclidean))


def descent(facts: Facts, p: Expr, rule: Step) -> Step:
    """f(x_{k+1}) <= f(p) - ||g||^2/(2L), g the gradient at p."""
    prove, moved, g = facts.prove, x_next - p, gradient(p)
    raw = prove(
        "descent lemma", conclusion("descent lemma", smooth, x_next, p), Lemma("descent lemma", smooth, x_next, p)
    )
    length = squared_norm(facts, moved)
    slope = prove("slope", Eq(inner(g, moved), -square(g) / L), Identity(rule))
    size = prove("length of the step", Eq(square(moved), square(g) / L**2), Identity(rule))
    by = {raw: 1, length: L / 2, size: L / 2, slope: 1}
    return prove("descent", Le(value(x_next), value(p) - square(g) / (2 * L)), Combination(by))


def not_negative(facts: Facts, u: Expr) -> Step:
    """<u, u> >= 0."""
    known = facts.prove(f"square of {u}, again", conclusion("Euclidean norm", u), Lemma("Euclidean norm", u))
    return facts.prove(f"|{u}|^2 >= 0", Ge(square(u), 0), Decide(known))


def potential_never_grows() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    a, weight = (k + 1) / 2, k * (k + 1) / 4
    p = x_k + 2 / (k + 2) * (z - x_k)
    g, Z = gradient(p), z - x_star
    rule = prove("update rule", Eq(x_next, p - g / L), Definition())
    later = prove("z_{k+1}", Eq(z_next, z - a / L * g), Definition())
    attained = prove("minimizer", Eq(value(x_star), f_star), Lemma("minimizer", near))
    falls = descent(facts, p, rule)
    here = prove("convexity at x_k", convex.statement(x_k, p), Hypothesis(convex, x_k, p))
    there = prove("convexity at x*", convex.statement(x_star, p), Hypothesis(convex, x_star, p))
    Z_next = square(z_next - x_star)
    moved = prove(
        "|z_{k+1} - x*|^2", Eq(Z_next, square(Z) - 2 * a / L * inner(g, Z) + a**2 / L**2 * square(g)), Identity(later)
    )
    potential = weight * V + L / 2 * square(Z)
    after = weight.subs(k, k + 1)
    by = {
        values.next_value: after,
        values.value: -weight,
        falls: after,
        here: weight,
        there: a,
        attained: a,
        moved: L / 2,
        not_negative(facts, g): (k + 1) / (8 * L),
    }
    decrease = prove("decrease of the potential", Le(potential.subs(k, k + 1), potential), Combination(by))
    one = prove("1 >= 0", Ge(Integer(1), 0, evaluate=False), Decide())
    iteration = prove(
        "iteration",
        Le(potential, potential.subs(k, 0)),
        Lemma("induction", potential, Integer(1), using=(decrease, one)),
    )
    X_0, Z_0 = iterate(0) - x_star, memory(Integer(0), Integer(0)) - x_star
    begun = prove("z_0", Eq(memory(Integer(0), Integer(0)), iterate(0)), Definition())
    same = prove("|z_0 - x*|^2", Eq(square(Z_0), square(X_0)), Identity(begun))
    squared, _ = squared_start(accelerated, facts)
    start = prove("start", Le(square(X_0), R**2), Combination({squared: 1, squared_norm(facts, X_0): -1}))
    last = {iteration: 1, same: L / 2, start: L / 2, not_negative(facts, Z): L / 2}
    most = prove("weighted bound", Le(weight * V, L * R**2 / 2), Combination(last))
    prove("bound", accelerated.conclusion, Combination({most: 1 / weight}))
    return Proof(*facts.steps)


accelerated = Claim(
    id="nesterov-1983/accelerated",
    source=Source(PAPER, "in the form with two sequences"),
    about="The accelerated gradient method on a smooth convex function. From memory, re-derived, by the potential of "
    "Bansal and Gupta (2019).",
    algorithm=TwoSequences(1 / L, 2 / (k + 2), Integer(0), (k + 1) / (2 * L)),
    assumptions=(smooth, convex, near),
    domain=(k >= 1,),
    measure=Suboptimality(),
    bound=2 * L * R**2 / (k * (k + 1)),
    proof=potential_never_grows,
)
