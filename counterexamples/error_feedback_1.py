"""SignSGD climbs a line: the gradient is rarely right, and then large.

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019,
Counterexample 1: f(x) = x/4 on [-1, 1], ~g = 4 with probability 1/4 and -1 with probability 3/4.

The start 0, the step 1/16 and the cut at the ends are ours. On average any step that stays inside leads up, by half
its length.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown

LAW = ((Fraction(1, 4), Fraction(4)), (Fraction(3, 4), Fraction(-1)))
SLOPE = Fraction(1, 4)
STEP_SIZE = Fraction(1, 16)
STEPS = 60


def means() -> list[Fraction]:
    """E f(x_k) of SignSGD from 0, with steps that are cut off at the ends of [-1, 1]."""
    law, found = {Fraction(0): Fraction(1)}, []
    for _ in range(STEPS + 1):
        found.append(sum((p * SLOPE * x for x, p in law.items()), start=Fraction(0)))
        after: dict[Fraction, Fraction] = {}
        for x, share in law.items():
            for p, g in LAW:
                there = min(max(x - STEP_SIZE * (1 if g > 0 else -1), Fraction(-1)), Fraction(1))
                after[there] = after.get(there, Fraction(0)) + p * share
        law = after
    return found


def run() -> Shown:
    values = means()
    unbiased = sum(p * g for p, g in LAW) == SLOPE
    grows = all(b > a for a, b in itertools.pairwise(values))
    first = (values[1] - values[0]) / SLOPE
    return Shown(
        holds=unbiased and grows and first == STEP_SIZE / 2,
        level="exact",
        numbers=(
            f"E x_1 - x_0 = {first} with step {STEP_SIZE}: half a step uphill. After {STEPS} steps E f(x_k) is "
            f"{float(values[-1]):.6f}; f is at most {SLOPE} on [-1, 1], and its minimum -{SLOPE}.",
        ),
        size=f"d = 1, 2 outcomes, {STEPS} steps",
        picture=Picture(
            (Curve("E f(x_k), SignSGD with step 1/16 from 0", range(STEPS + 1), [float(v) for v in values]),),
            "iteration k",
            "expected value of f",
        ),
    )


error_feedback_1 = Counterexample(
    name="SignSGD climbs a line",
    source='Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", '
    "ICML 2019, Counterexample 1",
    ends_the_hope="SignSGD descends in expectation if the stochastic gradient is unbiased and bounded.",
    shows="The sign is wrong three times out of four, so the run moves to the worst end of the interval.",
    run=run,
)
