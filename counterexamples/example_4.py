"""On x^2 + 3 sin^2 x SignGD and Signum with a constant step oscillate near 0.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 4, Figure 1.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq
from sympy import Rational

from signproof.checks.numbers.exact import to_float
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.counterexamples.scalar import enclosed, high, low
from signproof.theory.arithmetic import Arithmetic, Scalar
from signproof.theory.methods.gradient import ErrorFeedbackSignGD, GradientDescent, ScaledSignGD, SignGD, Signum

STEPS = 400
START = fmpq(193, 64)
"""No multiple of the step size: SignGD would end at exactly 0."""
STEP_SIZE = Rational(1, 20)
METHODS: dict[str, Any] = {
    "scaled SignGD": ScaledSignGD(STEP_SIZE),
    "gradient descent": GradientDescent(STEP_SIZE),
    "EF-SignGD": ErrorFeedbackSignGD(STEP_SIZE),
    "SignGD": SignGD(STEP_SIZE),
    "Signum, momentum 9/10": Signum(STEP_SIZE, Rational(9, 10)),
}
LINEAR = 3
"""How many of them converge linearly."""
BITS_GAINED = 60
LAST = 20
"""Of the steps at the end the largest value is looked at."""


def slope(x: Scalar, xp: Arithmetic) -> Scalar:
    return x * 2 + xp.sin(x) * xp.cos(x) * 6


def f(x: arb) -> arb:
    return x * x + x.sin() ** 2 * 3


def run() -> Shown:
    runs = {name: [f(x) for x in enclosed(method, slope, START, STEPS)] for name, method in METHODS.items()}
    tops = [max(high(value) for value in values[-LAST:]) for values in runs.values()]
    bottoms = [max(low(value) for value in values[-LAST:]) for values in runs.values()]
    fast = all(top < fmpq(1, 2**BITS_GAINED) for top in tops[:LINEAR])
    # two iterates a step of 1/20 apart cannot both be nearer to 0 than half of it, and f(x) >= x^2
    slow = all(bottom >= fmpq(1, 40) ** 2 for bottom in bottoms[LINEAR:])
    told = "; ".join(f"{name}: {to_float(top):.3g}" for name, top in zip(METHODS, tops, strict=True))
    return Shown(
        holds=fast and slow,
        level="enclosed",
        numbers=(f"The largest of the last {LAST} of {STEPS} values f(x_k), from 193/64 with step 1/20: {told}.",),
        size=f"d = 1, {STEPS} steps",
        picture=Picture(
            tuple(
                Curve(name, range(STEPS + 1), [to_float(low(value)) for value in values])
                for name, values in runs.items()
                if name != "gradient descent"  # the same as scaled SignGD in one variable
            ),
            "iteration k",
            "f(x_k)",
            log_y=True,
        ),
    )


example_4 = Counterexample(
    name="SignGD and Signum do not settle",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 4, Figure 1',
    ends_the_hope="Under the PL inequality, momentum makes sign methods with a constant step converge.",
    shows="SignGD and Signum stay away from the minimizer; scaled SignGD, gradient descent and EF-SignGD, which "
    "coincide in one variable, converge linearly.",
    run=run,
)
