"""signSGD whose signs are right more often than wrong.

Safaryan, Richtárik, "Stochastic Sign Descent Methods: New Algorithms and Better Theory", ICML 2021: the nonconvex
theorem of signSGD under success probability bounds, with a constant step. The sign of ~g_i is right with probability
rho_i > 1/2 wherever g_i is not 0, and gradients are measured in the rho-norm, sum of (2 rho_i - 1) |g_i|.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, And, Expr, Ge, Gt, Le, Sum, Symbol, sign
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.elaboration.facts import Facts, V, V_next
from signproof.theory.measures.combined import Formula
from signproof.theory.papers.bernstein_2018.steps import (
    SignSGD,
    Values,
    descent,
    mean_over_run,
    sign_i,
    slope_i,
    smooth,
)
from signproof.theory.papers.safaryan_2021 import PAPER
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import V0, K, L, i, k, l
from signproof.theory.terms.expectations import Total, coordinate, estimate, mean
from signproof.theory.terms.proximal import entry
from signproof.theory.terms.vectors import gradient, iterate, x_k

gamma = Symbol("gamma", real=True)
rho_i = entry(Str("rho"), i)


def rho_norm(vector: Expr) -> Expr:
    """||v||_rho, the sum of (2 rho_i - 1) |v_i|."""
    return Total((2 * rho_i - 1) * Abs(coordinate(vector, i)), i)


@dataclass(frozen=True)
class SuccessProbabilities(OracleAssumption):
    """`g_i E[sign(~g_i) | x] >= (2 rho_i - 1) |g_i|`: it holds if the sign is right with probability rho_i or more."""

    words = "right in sign with probability rho_i"
    noiseless = ()

    def statement(self, x: Expr) -> Boolean:
        slope = coordinate(gradient(x), i)
        return Ge(slope * mean(sign(coordinate(estimate(x), i)), x), (2 * rho_i - 1) * Abs(slope))


@dataclass(frozen=True)
class MoreThanHalf(Assumption):
    """1/2 < rho_i <= 1 for every i."""

    points = 0
    words = "with probabilities above 1/2"

    def statement(self) -> Boolean:
        return And(Gt(2 * rho_i, 1), Le(rho_i, 1))


success, half = SuccessProbabilities(), MoreThanHalf()


def constant_step() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    falls = descent(facts, values, gamma)
    right = prove("signs are right", success.statement(x_k), Hypothesis(success, x_k))
    small, large = (2 * rho_i - 1) * Abs(slope_i), slope_i * mean(sign_i, x_k)
    each = prove("each coordinate", Le(small, large), Decide(right))
    lemma = Lemma("sum of inequalities", small, large, i, using=(each,))
    summed = prove("all coordinates", Le(Total(small, i), Total(large, i)), lemma)
    loss, N = L * gamma**2 / 2, rho_norm(gradient(x_k))
    decrease = prove("one step", Le(mean(V_next, x_k), V - gamma * N + loss), Combination({falls: 1, summed: gamma}))
    return mean_over_run(facts, values, decrease, gamma, N, loss, theorem)


theorem = Claim(
    id="safaryan-2021/theorem.constant-step",
    source=Source(PAPER, "nonconvex convergence of signSGD, constant step"),
    about="signSGD with a constant step under success probability bounds, after K steps: the mean rho-norm of the "
    "gradient; L is the sum of the coordinates' constants. From memory.",
    algorithm=SignSGD(gamma),
    assumptions=(*smooth, success, half),
    domain=(gamma > 0, K >= 1),
    horizon=K,
    measure=Formula(Sum(mean(rho_norm(gradient(iterate(l)))), (l, 0, k - 1)) / k),
    bound=V0 / (gamma * K) + L * gamma / 2,
    proof=constant_step,
)
