"""Remark 1 of scaled-sign, its second half: AdaGrad-Norm converges linearly from b_0 >= eta L.

From b_0 = 0, as in (5), it need not: `remark_1_slow.py`.
"""

from __future__ import annotations

from sympy import Ge, Le

from signproof.theory.assumptions.objective import PolyakLojasiewicz
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Instance, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.elaboration.facts import Facts, V, V_next, Values
from signproof.theory.measures.runs import Suboptimality
from signproof.theory.norms import L2
from signproof.theory.papers.own import PAPER
from signproof.theory.papers.ward_2019.theorem_2_2 import (
    AdaGradNormFrom,
    b_0,
    domain,
    largest,
    one_step,
    smooth,
)
from signproof.theory.proof_steps import Proof
from signproof.theory.symbols import V0, eta, k, mu
from signproof.theory.terms.vectors import suboptimality, x_k

SOURCE = Source(PAPER, "Remark 1 of scaled-sign, AdaGrad-Norm")
dominated = PolyakLojasiewicz(mu, L2)
rate = 1 - eta * mu / largest


def linear() -> Proof:
    facts = Facts()
    values, prove = Values(facts), facts.prove
    falls = one_step(facts, values)
    pl = prove("PL inequality", dominated.statement(x_k), Hypothesis(dominated, x_k))
    by = {falls: 1, pl: eta / (2 * largest), values.value: eta * mu / largest}
    contracts = prove("contraction", Le(V_next, rate * V), Combination(by))
    first = prove("first step", Le(suboptimality(1), rate * suboptimality(0)), Instance(contracts, 0))
    positive = prove("V_1 >= 0", Ge(suboptimality(1), 0), Instance(values.next, 0))
    sign = prove("rate >= 0", Ge(rate, 0), Decide(first, positive, values.start))
    iteration = prove(
        "iteration", conclusion("induction", V, rate), Lemma("induction", V, rate, using=(contracts, sign))
    )
    prove("bound", adagrad_norm.conclusion, Combination({iteration: 1, values.start: rate**k}))
    return Proof(*facts.steps)


adagrad_norm = Claim(
    id="own/remark-1.adagrad-norm",
    source=SOURCE,
    about="AdaGrad-Norm with b_0 >= eta L converges linearly under the PL inequality, and so on strongly convex "
    "functions, which meet it.",
    algorithm=AdaGradNormFrom(eta, b_0),
    assumptions=(smooth, dominated),
    domain=domain,
    measure=Suboptimality(),
    bound=rate**k * V0,
    proof=linear,
)
