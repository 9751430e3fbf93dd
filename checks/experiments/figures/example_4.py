"""Figure 1: five methods on x^2 + 3 sin(x)^2 with step 0.05.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 4. The start ("arbitrary") and
Signum's momentum are not printed: here several starts, and 0.9. All runs are in balls, so that what is said of them
holds of the exact iterates.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, pairwise

import numpy as np
from flint import fmpq
from sympy import Rational

from signproof.checks.experiments.experiment import Choice, Coverage, Criterion, Experiment, Outcome, Setting
from signproof.checks.numbers.exact import Balls, rationals, to_float
from signproof.checks.problems.sine import SineSum, pl_constants
from signproof.theory.assumptions.objective import Smooth
from signproof.theory.border.steps import states
from signproof.theory.methods.gradient import (
    Algorithm,
    ErrorFeedbackSignGD,
    GradientDescent,
    ScaledSignGD,
    SignGD,
    Signum,
)
from signproof.theory.symbols import L

STEP, MOMENTUM = Rational(1, 20), Rational(9, 10)
STARTS = ("-7.01", "-2.57", "-0.83", "0.31", "1.33", "2.02", "3.14", "10.17")
"""None of them a multiple of the step: SignGD would land on the minimizer."""
BITS = 2048
"""Precision of the balls: EF-SignGD in one dimension takes p from p, and doubles a radius at every step."""
LINEAR: dict[str, Algorithm] = {
    "scaled SignGD": ScaledSignGD(STEP),
    "gradient descent": GradientDescent(STEP),
    "EF-SignGD": ErrorFeedbackSignGD(STEP),
}
OSCILLATING: dict[str, Algorithm] = {"SignGD": SignGD(STEP), "Signum": Signum(STEP, MOMENTUM)}
STEPS, SETTLED = 400, 300
"""How long the runs are, and from where on SignGD and Signum are looked at."""
SMALL, RATE = fmpq(1, 10**8), fmpq(1, 1000)
"""Where f is below SMALL, f(x_{k+1}) / f(x_k) is to be within RATE of (1 - 8 alpha)^2, for f''(0) = 8."""
LEAST = fmpq(1, 10**40)
"""f that a linearly convergent method is to reach."""
WINDOW = 40
"""Iterates among which an oscillating method is to be far from the minimizer once at least."""


def run(setting: Setting, advance: Callable[[str], None]) -> Outcome:
    criteria, series = _shape(), []
    for name, method in (LINEAR | OSCILLATING).items():
        advance(f"Figure 1: {name}")
        points, values = _followed(method)
        criteria += _linear(name, values) if name in LINEAR else [_oscillates(name, points)]
        series.append(
            {
                "instance": f"{name}, from {STARTS[-1]}",
                "k": list(range(STEPS + 1)),
                "measured": [to_float(high) for _, high in values[-1]],
                "bound": [None] * (STEPS + 1),
            }
        )
    choices = (Choice("starts", ", ".join(STARTS)), Choice("Signum's momentum", str(MOMENTUM)))
    notes = (
        "for d = 1 scaled SignGD, gradient descent and EF-SignGD from e = 0 are one iteration "
        "(own/example-4.identity): this figure cannot tell them apart",
    )
    return Outcome(tuple(criteria), notes, tuple(series), choices, coverage=(_coverage(),))


def _coverage() -> Coverage:
    """What Theorem 1 assumes of f and of the step size."""
    smooth, step = SineSum(rationals([1]), fmpq(3)).exact_constant(Smooth(L)), fmpq(int(STEP.p), int(STEP.q))
    assert smooth is not None
    least = float(pl_constants(np.array([3.0])).lower[0])
    conditions = (
        Criterion("A2, a PL constant mu > 0", f"mu is at least {least:.10g}", least > 0, "enclosed"),
        Criterion("A3, a smoothness constant L", f"L = {smooth}", smooth is not None, "exact"),
        Criterion("0 < alpha < 2/L", f"alpha = {step}, 2/L = {2 / smooth}", step * smooth < 2, "exact"),
    )
    return Coverage("Theorem 1(2), for scaled SignGD,", conditions)


def _shape() -> list[Criterion]:
    """f is nonconvex, and meets the PL inequality."""
    with Balls(BITS) as xp:
        bend = xp.ends(xp.rational(2, 1) + 6 * xp.cos(xp.rational(3, 1)))[1]
    least = float(pl_constants(np.array([3.0])).lower[0])
    return [
        Criterion("f''(3/2) < 0", f"at most {to_float(bend):.4g}", bend < 0, "enclosed"),
        Criterion("f has a PL constant mu > 0", f"at least {least:.10g}", least > 0, "enclosed"),
    ]


def _followed(method: Algorithm) -> tuple[list, list]:
    """For each start the iterates, and f at them, as pairs of rational ends."""
    points, values = [], []
    with Balls(BITS) as xp:
        problem = SineSum(rationals([1]), fmpq(3)).over(xp)
        for start in STARTS:
            run = states(method, xp.number(rationals([start])), lambda x: problem.gradient(x, xp), {}, xp)
            visited = [x for x, _ in islice(run, STEPS + 1)]
            points.append([xp.ends(x[0]) for x in visited])
            values.append([xp.ends(problem.suboptimality(x, xp)) for x in visited])
    return points, values


def _linear(name: str, values: list) -> list[Criterion]:
    """f falls below LEAST from every start, and does so at the rate that f''(0) says."""
    expected = fmpq(9, 25)
    assert expected == fmpq(int((1 - 8 * STEP).p), int((1 - 8 * STEP).q)) ** 2
    reached = max(min(high for _, high in heights) for heights in values)
    off = [
        max(abs(low_next / high - expected), abs(high_next / low - expected))
        for heights in values
        for (low, high), (low_next, high_next) in pairwise(heights)
        if high < SMALL
    ]
    return [
        Criterion(
            f"{name}: f(x_k) falls below {to_float(LEAST):g} from every start",
            f"below {to_float(reached):.1g} within {STEPS} steps",
            reached < LEAST,
            "enclosed",
        ),
        Criterion(
            f"{name}: where f(x_k) < {to_float(SMALL):g}, f(x_{{k+1}}) / f(x_k) is within {to_float(RATE):g} of "
            f"(1 - 8 alpha)^2 = {to_float(expected):g}",
            f"off by {to_float(max(off)):.1g} at most in {len(off)} steps" if off else "there is no such step",
            bool(off) and max(off) < RATE,
            "enclosed",
        ),
    ]


def _oscillates(name: str, points: list) -> Criterion:
    """Among iterates in a row one keeps a distance from 0, and they change sides, to the end."""
    step = fmpq(int(STEP.p), int(STEP.q))
    late = [places[SETTLED:] for places in points]
    far, widest, turns = [], [], []
    for places in late:
        sizes = [max(low, -high, fmpq(0)) for low, high in places]
        far += [max(sizes[first : first + WINDOW]) for first in range(len(sizes) - WINDOW)]
        widest.append(max(max(abs(low), abs(high)) for low, high in places))
        sides = [1 if low > 0 else -1 if high < 0 else 0 for low, high in places]
        turns.append(sum(one * other < 0 for one, other in pairwise(sides)))
    return Criterion(
        f"{name}: from k = {SETTLED} on, max |x| over any {WINDOW} iterates is at least alpha/2, and the sign of x "
        "changes at least four times, from every start",
        f"max |x| is between {to_float(min(far)):.4g} and {to_float(max(widest)):.4g}, alpha = {to_float(step):g}; "
        f"at least {min(turns)} changes of sign in {STEPS - SETTLED} steps",
        min(far) >= step / 2 and min(turns) >= 4,
        "enclosed",
    )


example_4 = Experiment("scaled-sign/example-4", run)
