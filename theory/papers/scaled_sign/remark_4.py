"""Remark 4: Theorem 1 beside the rate that the theory of compressors gives.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 4. With alpha/d in place of
alpha, Theorem 1's rate is 1 - (2 mu alpha/d)(1 - L alpha/(2d)); the remark prints (1 - L alpha/2), and with that the
range claimed for alpha is too long. own/remark-4.rate.repaired has the right term.
"""

from __future__ import annotations

from sympy import Eq, Integer, Le, sign
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import l1
from signproof.theory.assumptions.objective import Dimension
from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide, Hypothesis, Lemma
from signproof.theory.norms import LINF
from signproof.theory.papers.scaled_sign import PAPER
from signproof.theory.papers.scaled_sign.norms_compared import euclidean_below_sum, l2, squared_length
from signproof.theory.proof_steps import Proof, Step
from signproof.theory.symbols import L, alpha, d, i, mu
from signproof.theory.terms.expectations import Total, coordinate
from signproof.theory.terms.vectors import inner, maximizer, point

gain = 2 * mu * alpha / d * (1 - L * alpha / 2)

remark_4_rate = Claim(
    id="scaled-sign/remark-4.rate",
    source=Source(PAPER, "Remark 4"),
    about="With step alpha/d the rate is in [0, 1) for every alpha below 2d/L.",
    erratum=(
        "With alpha/d in place of alpha, the last factor of Theorem 1's rate becomes 1 - L alpha/(2d), not 1 "
        "- L alpha/2. As printed, the rate already reaches 1 at alpha = 2/L."
    ),
    statement=(1 - gain >= 0) & (1 - gain < 1),
    domain=(d >= 1, 0 < mu, mu <= L, 0 < alpha, alpha < 2 * d / L),
)

remark_4_comparison = Claim(
    id="scaled-sign/remark-4.comparison",
    source=Source(PAPER, "Remark 4"),
    about="For alpha up to 1/L, the decrease is at least that given by the compressor's rate, alpha mu/d.",
    statement=alpha * mu / d <= gain,
    domain=(d >= 1, 0 < mu, 0 < L, 0 <= alpha, alpha <= 1 / L),
)


v = point(Str("v"))
dimension = Dimension(d)


def compressor() -> Proof:
    """||C(v) - v||^2 = (||v||_1^2/d^2) ||sign(v)||^2 - (2/d) ||v||_1^2 + ||v||^2, where ||sign(v)||^2 <= d and
    ||v||_1 >= ||v||_2."""
    s, N = maximizer(Str("inf"), v), l1(v)
    error = N / d * s - v
    size = Step("R^d", dimension.statement(), by=Hypothesis(dimension))
    length = Step("||C(v) - v||_2^2", Eq(inner(error, error), l2(error) ** 2), by=Lemma("Euclidean norm", error))
    v_length = Step("||v||_2^2 = <v, v>", Eq(inner(v, v), l2(v) ** 2), by=Lemma("Euclidean norm", v))
    aligned = Step("<v, sign(v)>", Eq(inner(v, s), N), by=Lemma("attained dual norm", LINF, v))
    s_length = squared_length(s)
    square = sign(coordinate(v, i)) ** 2
    each = Step("sign(v_i)^2 <= 1", Le(square, 1), by=Decide())
    signs = Step(
        "||sign(v)||_2^2 <= d",
        Le(Total(square, i), Total(Integer(1), i)),
        by=Lemma("sum of inequalities", square, Integer(1), i, using=(each,)),
    )
    longer = euclidean_below_sum(v)
    share = N**2 / d**2
    conclude = Step(
        "compressor",
        Le(l2(error) ** 2, (1 - 1 / d) * l2(v) ** 2),
        by=Combination(
            {
                length: -1,
                v_length: 1,
                aligned: -2 * N / d,
                s_length[0]: share,
                s_length[-1]: share,
                signs: share,
                size: share,
                longer[-1]: 1 / d,
            }
        ),
    )
    return Proof(size, length, v_length, aligned, *s_length, each, signs, *longer, conclude)


remark_4_compressor = Claim(
    id="scaled-sign/remark-4.compressor",
    source=Source(PAPER, "Remark 4"),
    about="C(v) = (||v||_1/d) sign(v) is a (1/d)-approximate compressor, even if v has zero entries.",
    assumptions=(dimension,),
    statement=Le(l2(l1(v) / d * maximizer(Str("inf"), v) - v) ** 2, (1 - 1 / d) * l2(v) ** 2),
    proof=compressor,
)
