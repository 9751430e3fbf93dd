"""How often one worker's sign is wrong, and what that means for the vote.

Bernstein, Zhao, Azizzadenesheli, Anandkumar, "signSGD with Majority Vote is Communication Efficient and Fault
Tolerant", ICLR 2019: Lemma 1 bounds, by Gauss' inequality, the probability q that a sign is wrong if the noise is
unimodal and symmetric, in terms of S = |g_i|/sigma_i: q <= 2/(9 S^2) if S > 2/sqrt(3), else q <= 1/2 - S/(2 sqrt(3)).
The proof of Theorem 2 needs two things of q: it is below 1/2, and 1/(4 e^2) - 1 < 4/S^2 for e = 1/2 - q.
"""

from __future__ import annotations

from sympy import And, Ge, Gt, Le, Rational, Symbol, sqrt

from signproof.theory.claim import Claim, Source
from signproof.theory.derivation.steps import Combination, Decide
from signproof.theory.papers.bernstein_2019 import PAPER
from signproof.theory.proof_steps import Proof, Step

S, q = Symbol("S", real=True), Symbol("q", real=True)
e = Rational(1, 2) - q
often = And(q < Rational(1, 2), 1 / (4 * e**2) - 1 < 4 / S**2)

large = Claim(
    id="bernstein-2019/lemma-1.large",
    source=Source(PAPER, "Lemma 1 and the proof of Theorem 2, S > 2/sqrt(3)"),
    about="Where the gradient is large beside the noise, the sign of one worker is wrong in less than half of the "
    "cases, and the odds are as the theorem needs them. From memory.",
    statement=often,
    domain=(S > 0, 3 * S**2 > 4, 9 * q * S**2 <= 2),
)
small = Claim(
    id="bernstein-2019/lemma-1.small",
    source=Source(PAPER, "Lemma 1 and the proof of Theorem 2, S <= 2/sqrt(3)"),
    about="The same where the gradient is small beside the noise, with q <= 1/2 - S/(2 sqrt(3)) squared. From memory.",
    statement=often,
    domain=(S > 0, 3 * S**2 <= 4, 2 * q <= 1, S**2 <= 3 * (1 - 2 * q) ** 2),
)

a, M, mean, spread = (Symbol(name, real=True) for name in ("alpha", "M", "E", "D"))
gap, w = mean - M / 2, (1 - 2 * a) * sqrt(M) * S


def by_cantelli() -> Proof:
    """1 + (E - M/2)^2/D^2 >= 2 (E - M/2)/D >= w, where w = (1 - 2 alpha) sqrt(M) S."""
    odds = Step("odds", Le(S**2 * (Rational(1, 4) - e**2), 4 * e**2), by=Decide())
    far = Step("the mean is above M/2", Ge(gap, M * (1 - 2 * a) * e), by=Decide())
    not_negative = Step("by what is not negative", Ge(M * (1 - 2 * a) * e, 0), by=Decide())
    square = Step("its square", Ge(gap**2, (M * (1 - 2 * a) * e) ** 2), by=Decide(far, not_negative))
    narrow = Step("variance", Le(spread**2, M * (Rational(1, 4) - e**2)), by=Decide())
    apart = Step(
        "mean and variance",
        Ge(gap**2, w**2 / 4 * spread**2),
        by=Combination({square: 1, narrow: w**2 / 4, odds: (1 - 2 * a) ** 2 * M**2 / 4}),
    )
    amount = Step("1 + w^2/4 >= w", Le(w, 1 + w**2 / 4), by=Decide())
    together = Step("together", Le(w * spread**2, spread**2 + gap**2), by=Combination({apart: 1, amount: spread**2}))
    positive = Step("w > 0", Gt(w, 0), by=Decide())
    share = 1 / (w * (spread**2 + gap**2))
    conclude = Step("vote", vote.statement, by=Combination({together: share}, given=(positive,)))
    return Proof(odds, far, not_negative, square, narrow, apart, amount, together, positive, conclude)


vote = Claim(
    id="bernstein-2019/theorem-2.vote",
    source=Source(PAPER, "Theorem 2, in the proof"),
    about="With a share alpha < 1/2 of adversaries, Cantelli's inequality gives for the vote of M workers a failure "
    "probability 1/(1 + (E - M/2)^2/D^2), E the mean and D^2 the variance of the number of right votes; it is at most "
    "1/((1 - 2 alpha) sqrt(M) S). From memory.",
    statement=1 / (1 + gap**2 / spread**2) <= 1 / w,
    domain=(
        a >= 0,
        a < Rational(1, 2),
        M >= 1,
        S > 0,
        q >= 0,
        q < Rational(1, 2),
        1 / (4 * e**2) - 1 < 4 / S**2,
        spread > 0,
        mean >= M * ((1 - a) * (1 - q) + a * q),
        spread**2 <= M * q * (1 - q),
    ),
    proof=by_cantelli,
)
