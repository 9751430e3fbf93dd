"""Proposition 2: the sign flow.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Appendix A, Proposition 2, eq. (23),
proof in Appendix C, eqs. (28), (29).
"""

from __future__ import annotations

from sympy import Le, Symbol, exp
from sympy.core.symbol import Str

from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Lemma
from signproof.theory.derivation.table import conclusion
from signproof.theory.measures.flows import MinDualGradientNormOverTime, SuboptimalityOverTime
from signproof.theory.methods.flows import SignFlow
from signproof.theory.norms import LINF
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.proposition_1 import Descent, V, V_rate, V_start, domain
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import V0, beta, t
from signproof.theory.terms.flows import g_t
from signproof.theory.terms.vectors import maximizer

D2 = Symbol("D_2", real=True)
"""The largest l-infinity distance from the sublevel set of the start to the minimizers."""


def sign_flow() -> Descent:
    aligned = Step(
        "<g, s> = ||g||_1", conclusion("attained dual norm", LINF, g_t), by=Lemma("attained dual norm", LINF, g_t)
    )
    return Descent(LINF, 1, -beta * maximizer(Str(LINF.name), g_t), aligned, "(28)")


def linear() -> Proof:
    """(28) and (29) give V' <= -(beta/D_2) V."""
    descent = sign_flow()
    growth = descent.growth(D2, "(29)")
    rate = beta / D2
    inequality = Step("after (29)", Le(V_rate, -rate * V), by=Combination({descent.rate: 1, growth[-1]: rate}))
    integrated = Step("integrated", Le(V, V_start * exp(-rate * t)), by=Lemma("Grönwall", rate, using=(inequality,)))
    bound = Step("bound", Le(V, V0 * exp(-rate * t)), by=Combination({integrated: 1, descent.start: exp(-rate * t)}))
    return Proof(*descent.steps, *growth, inequality, integrated, bound)


proposition_2_1 = Claim(
    id="scaled-sign/proposition-2.1",
    source=Source(PAPER, "Proposition 2(1)"),
    about="On convex functions the sign flow converges linearly.",
    algorithm=SignFlow(beta),
    assumptions=(Convex(), SublevelRadius(D2)),
    domain=domain,
    measure=SuboptimalityOverTime(),
    bound=V0 * exp(-beta * t / D2),
    proof=linear,
)
proposition_2_2 = Claim(
    id="scaled-sign/proposition-2.2",
    source=Source(PAPER, "Proposition 2(2)"),
    about="Along the sign flow of any function, the least l1 norm of the gradient decays like 1/t.",
    algorithm=SignFlow(beta),
    domain=domain,
    measure=MinDualGradientNormOverTime(power=1),
    bound=V0 / (beta * t),
    proof=lambda: sign_flow().least(V0 / (beta * t)),
)
