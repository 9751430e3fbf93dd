"""Norm and signs of a stochastic gradient are not independent: what is right in sign may be short, what is wrong long.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2(1), eq. (19).
"""

from __future__ import annotations

from fractions import Fraction

from signproof.checks.replay.series import expected_series
from signproof.counterexamples.counterexample import Counterexample, Shown, expectation_and_bound
from signproof.theory.papers.scaled_sign.theorem_2 import theorem_2_1 as claim

GRADIENT = (Fraction(1), Fraction(1, 2))


def outcomes(g: tuple[Fraction, Fraction]) -> list[tuple[Fraction, tuple[Fraction, Fraction]]]:
    """A stochastic gradient with three outcomes: probabilities and values."""
    right, wrong = Fraction(3, 5), Fraction(1, 5)
    short = (Fraction(11, 6) * g[0], Fraction(5, 3) * g[1])
    return [(right, short), (wrong, (-g[0] / 4, Fraction(10))), (wrong, (-g[0] / 4, Fraction(-10)))]


def run() -> Shown:
    law, g = outcomes(GRADIENT), GRADIENT
    unbiased = all(sum(p * value[i] for p, value in law) == g[i] for i in range(2))
    p_right = [sum(p for p, value in law if value[i] * g[i] > 0) for i in range(2)]
    length = sum(map(abs, g))
    along = sum(p * sum(map(abs, value)) * (1 if value[0] > 0 else -1) for p, value in law)
    needed = (2 * min(p_right) - 1) * length
    (witness,) = theorem_2_1.witnesses
    series, broken = expected_series(witness)
    return Shown(
        holds=unbiased and along < 0 < needed and broken,
        level="exact",
        numbers=(
            f"Where g = (1, 1/2) let ~g be (11 g_1/6, 5 g_2/3) with probability 3/5 and (-g_1/4, 10), (-g_1/4, -10) "
            f"with 1/5 each: unbiased, the signs right with probability {', '.join(map(str, p_right))}. The proof "
            f"needs E[||~g||_1 sign(~g_1)] >= {needed}; it is {along}: the mean step leads "
            "away from the minimizer in the first coordinate.",
            f"From such laws, the moment search builds an oracle that breaks (19) at k = {witness.k}.",
        ),
        size=f"d = 2, {witness.k} steps, {len(witness.oracle.table) if witness.oracle else 0} laws",
        picture=expectation_and_bound(series, "19"),
    )


theorem_2_1 = Counterexample(
    name="Right signs are short, wrong ones long",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2(1)',
    ends_the_hope="Scaled SignSGD converges to (19)'s floor if every sign is right with probability above 1/2.",
    shows="The step is as long as the stochastic gradient, so rare wrong signs can outweigh frequent right ones.",
    run=run,
    claim=claim,
)
