"""Sums of shares: what AdaGrad's analysis adds up.

Ward, Wu, Bottou, "AdaGrad Stepsizes: Sharp Convergence over Nonconvex Landscapes", JMLR 2020, Lemma 3.2: for
non-negative a_l with a_1 > 0 and S_l = a_1 + ... + a_l, the sum of a_l/S_l is at most log(S_n/a_1) + 1; and, as for all
AdaGrad, that of a_l/sqrt(S_l) is at most 2 sqrt(S_n). Here are the steps from S to S + a of both inductions.
"""

from __future__ import annotations

from sympy import Ge, Gt, Le, Symbol, log, sqrt

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Decide, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.papers.ward_2019 import PAPER
from signproof.theory.proof_steps import Proof, Step

a, S = Symbol("a", real=True), Symbol("S", real=True)
u = 1 + a / S


def _logarithm() -> Proof:
    positive = Step("1 + a/S > 0", Gt(u, 0), by=Decide())
    tangents = Step("tangents", conclusion("logarithm", u), by=Lemma("logarithm", u, using=(positive,)))
    share = Step("share", Ge(1 - 1 / u, a / (S + a)), by=Decide())
    return Proof(positive, tangents, share, Step("step", logarithm.statement, by=Decide(tangents, share)))


logarithm = Claim(
    id="ward-2019/lemma-3.2",
    source=Source(PAPER, "Lemma 3.2, the inductive step"),
    about="A share a/(S + a) is at most what the logarithm of the sum grows by. From memory.",
    statement=Le(a / (S + a), log(u)),
    domain=(S > 0, a >= 0),
    proof=_logarithm,
)
root = Claim(
    id="ward-2019/lemma-3.2.root",
    source=Source(PAPER, "beside Lemma 3.2, the inductive step"),
    about="A share a/sqrt(S + a) is at most what twice the root of the sum grows by.",
    statement=Le(a / sqrt(S + a), 2 * sqrt(S + a) - 2 * sqrt(S)),
    domain=(S > 0, a >= 0),
)
