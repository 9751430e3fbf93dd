"""Skewed noise: the mean points down, the sign up nine times out of ten, and a vote of many up for sure.

Bernstein, Wang, Azizzadenesheli, Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018, on
why its noise is assumed unimodal and symmetric. The example is ours: ~g = g (1 + xi), 1 + xi = 500/41 with probability
1/10 and -10/41 with probability 9/10, that is 50 to -1, divided by their mean 41/10.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb

from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown

RARE = Fraction(1, 10)
FACTORS = ((RARE, Fraction(500, 41)), (1 - RARE, Fraction(-10, 41)))
STEP_SIZE = Fraction(1, 16)
STEPS = 60
WORKERS = (1, 5, 25)


def right(workers: int) -> Fraction:
    """The probability that the vote of an odd number of workers has the sign of the gradient."""
    counts = range(workers // 2 + 1, workers + 1)
    return sum((comb(workers, n) * RARE**n * (1 - RARE) ** (workers - n) for n in counts), start=Fraction(0))


def means(workers: int) -> list[Fraction]:
    """E f(x_k), f = x^2/2, of SignSGD from 1 with a vote."""
    p = right(workers)
    law, found = {Fraction(1): Fraction(1)}, []
    for _ in range(STEPS + 1):
        found.append(sum((q * x * x / 2 for x, q in law.items()), start=Fraction(0)))
        after: dict[Fraction, Fraction] = {}
        for x, share in law.items():
            step = STEP_SIZE * ((x > 0) - (x < 0))
            for q, there in ((p, x - step), (1 - p, x + step)):
                after[there] = after.get(there, Fraction(0)) + q * share
        law = after
    return found


def run() -> Shown:
    runs = {workers: means(workers) for workers in WORKERS}
    unbiased = sum(p * factor for p, factor in FACTORS) == 1
    grows = all(b > a for values in runs.values() for a, b in itertools.pairwise(values))
    worse = [right(workers) for workers in WORKERS]
    return Shown(
        holds=unbiased and grows and worse == sorted(worse, reverse=True),
        level="exact",
        numbers=(
            "The vote is right with probability "
            + ", ".join(f"{float(p):.3g} (M = {workers})" for p, workers in zip(worse, WORKERS, strict=True))
            + f". On x^2/2 from 1, after {STEPS} steps of {STEP_SIZE}, E f(x_k) is "
            + ", ".join(f"{float(values[-1]):.4f}" for values in runs.values())
            + ".",
        ),
        size=f"d = 1, 2 outcomes, {STEPS} steps",
        picture=Picture(
            tuple(
                Curve(f"E f(x_k), M = {workers}", range(STEPS + 1), [float(value) for value in values])
                for workers, values in runs.items()
            ),
            "iteration k",
            "expected suboptimality",
        ),
    )


skewed_noise = Counterexample(
    name="Skewed noise",
    source='Bernstein, Wang, Azizzadenesheli, Anandkumar, "signSGD: Compressed Optimisation for Non-Convex Problems", '
    "ICML 2018 (its assumption that noise is unimodal and symmetric); the numbers are ours",
    ends_the_hope="Averaging helps: with more workers, the vote approaches the sign of the gradient.",
    shows="The vote tends to the sign of the estimate's median, which differs from that of its mean.",
    run=run,
)
