"""AdaGrad-Norm with signs, (6), converges on x^2/2, but only like k^(-1/2); in 64-bit floats it seems to reach 0.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 2, eq. (6).

Floats put a trap here: from generic starts the run lands on 0.0 after some thousand steps and stays there, because the
iterates and the step sizes share few bits in the end. So the run is followed in balls whose precision is raised until
no sign along it is in doubt: then no iterate is 0.
"""

from __future__ import annotations

import itertools
import math

from flint import arb, fmpq
from sympy import Integer

from signproof.checks.numbers.exact import to_float
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.counterexamples.scalar import enclosed, high, low
from signproof.theory.methods.gradient import SignAdaGradNorm
from signproof.theory.papers.own.example_2_rate import example_2_rate as claim

DECADES = (10, 100, 1000, 10_000)
START = fmpq(13, 10)


def envelope() -> tuple[list[arb], list[arb]]:
    """The iterates, and max(f(x_k), f(x_{k+1})) at the ends of the decades, in balls."""
    points = enclosed(SignAdaGradNorm(Integer(1)), lambda x, xp: x, START, DECADES[-1] + 1)
    return points, [max(points[n] ** 2 / 2, points[n + 1] ** 2 / 2, key=low) for n in DECADES]


def lands_on_zero() -> int | None:
    """The first k at which the run in 64-bit floats is exactly 0."""
    x, square = to_float(START), 0.0
    for k in range(DECADES[-1] + 1):
        if x == 0:
            return k
        square += x * x
        x -= math.copysign(1.0, x) / math.sqrt(square)
    return None


def run() -> Shown:
    points, tops = envelope()
    never_zero = all(low(abs(x)) > 0 for x in points)
    zero = lands_on_zero()
    # own/example-2.rate.envelope: sqrt(5/1728) <= sqrt(k) max(V_k, V_{k+1}) <= sqrt(5/6)
    scaled = [(low(top) ** 2 * n, high(top) ** 2 * n) for top, n in zip(tops, DECADES, strict=True)]
    within = all(fmpq(5, 1728) <= square[0] and square[1] <= fmpq(5, 6) for square in scaled)
    table = ", ".join(f"{math.sqrt(to_float(s[0])):.6f}" for s in scaled)
    shares = [to_float(low(b) / high(a)) for a, b in itertools.pairwise(tops)]
    shown = sorted({int(10 ** (n / 25)) for n in range(1, 101)})
    heights = [to_float(low(max(points[k] ** 2 / 2, points[k + 1] ** 2 / 2, key=low))) for k in shown]
    rates = [0.9 * k**-0.5 / 2 for k in shown]
    return Shown(
        holds=never_zero and within and zero is not None,
        level="enclosed",
        numbers=(
            f"sqrt(k) max(f(x_k), f(x_{{k+1}})) = {table} at k = {', '.join(map(str, DECADES))}: from one decade "
            f"to the next it shrinks by {', '.join(f'{share:.4f}' for share in shares)}, and 10^(-1/2) = 0.3162.",
            f"In 64-bit floats the run is exactly 0 at k = {zero}; in balls none of the first {len(points)} iterates "
            "is.",
        ),
        size=f"d = 1, {DECADES[-1]} steps",
        picture=Picture(
            (
                Curve("max(f(x_k), f(x_{k+1})), eta = 1, from 13/10", shown, heights),
                Curve("0.45 k^(-1/2)", shown, rates, dashed=True),
            ),
            "iteration k",
            "suboptimality",
            log_x=True,
            log_y=True,
        ),
    )


example_2 = Counterexample(
    name="AdaGrad-Norm with signs is slow on a parabola",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 2',
    ends_the_hope="AdaGrad-Norm converges linearly on strongly convex smooth functions, and so does its sign version.",
    shows="On x^2/2 the suboptimality of (6) decays like k^(-1/2).",
    run=run,
    claim=claim,
)
