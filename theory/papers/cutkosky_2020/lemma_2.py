"""Lemma 2: what a normalized step gains.

Cutkosky, Mehta, "Momentum Improves Normalized SGD", ICML 2020, Lemma 2: x+ = x - eta m/||m||, m any estimate of the
gradient: f(x+) <= f(x) - (eta/3) ||g|| + (8 eta/3) ||m - g|| + L eta^2/2. The paper distinguishes whether m is near g;
in truth 1 and 2 may stand for 1/3 and 8/3.
"""

from __future__ import annotations

from sympy import Le, Rational
from sympy.core.symbol import Str

from signproof.theory.assumptions.objective import Smooth
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts
from signproof.theory.norms import L2
from signproof.theory.papers.cutkosky_2020 import PAPER
from signproof.theory.papers.shen_2025.descent import eta, gain, m, x
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import L
from signproof.theory.terms.vectors import dual_norm, gradient, maximizer, value

TWO = Str("2")
N, error = dual_norm(TWO, gradient(x)), dual_norm(TWO, m - gradient(x))


def _proof() -> Proof:
    facts = Facts()
    prove, better = facts.prove, gain(facts, L2)
    lengths = [
        prove(f"{length} >= 0", conclusion("non-negative norm", length), Lemma("non-negative norm", length))
        for length in (N, error)
    ]
    by = Combination({better: 1, lengths[0]: 2 * eta / 3, lengths[1]: 2 * eta / 3})
    prove("Lemma 2", lemma_2.statement, by)
    return Proof(*facts.steps)


lemma_2 = Claim(
    id="cutkosky-2020/lemma-2",
    source=Source(PAPER, "Lemma 2"),
    about="What a normalized step along any estimate of the gradient gains. From memory.",
    statement=Le(
        value(x - eta * maximizer(TWO, m)),
        value(x) - eta / 3 * N + Rational(8, 3) * eta * error + L * eta**2 / 2,
    ),
    assumptions=(Smooth(L, L2),),
    domain=(eta > 0,),
    proof=_proof,
)
