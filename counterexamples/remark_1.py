"""Gradient descent and AdaGrad-Norm converge linearly on x^2/2; with signs they do not.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 1.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq
from sympy import Integer, Rational

from signproof.checks.numbers.exact import to_float
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.counterexamples.scalar import enclosed, high, low
from signproof.theory.methods.gradient import AdaGradNorm, GradientDescent, SignAdaGradNorm, SignAdaGradSignNorm, SignGD

STEPS = 120
START = fmpq(13, 10)
METHODS: dict[str, Any] = {
    "gradient descent, step 1/4": GradientDescent(Rational(1, 4)),
    "AdaGrad-Norm (5), eta = 1": AdaGradNorm(Integer(1)),
    "SignGD (2), step 1/4": SignGD(Rational(1, 4)),
    "AdaGrad-Norm with signs (6), eta = 1": SignAdaGradNorm(Integer(1)),
    "with signs in its memory, too (9), eta = 1": SignAdaGradSignNorm(Integer(1)),
}
LINEAR = 2
"""How many of them converge linearly."""
BITS_GAINED = 50
"""Those that do are nearer by a factor 2^-50 at the end; of the others none by 2^-14."""
BITS_LEFT = 14


def run() -> Shown:
    runs = {name: enclosed(method, lambda x, xp: x, START, STEPS) for name, method in METHODS.items()}
    ends = [max(points[-1] ** 2, points[-2] ** 2, key=low) for points in runs.values()]
    fast = [high(end) < fmpq(1, 2**BITS_GAINED) for end in ends[:LINEAR]]
    slow = [low(end) > fmpq(1, 2**BITS_LEFT) for end in ends[LINEAR:]]
    told = "; ".join(f"{name}: {to_float(low(end) / 2):.3g}" for name, end in zip(METHODS, ends, strict=True))
    return Shown(
        holds=all(fast) and all(slow),
        level="enclosed",
        numbers=(f"The larger of f(x_{STEPS - 1}) and f(x_{STEPS}) from 13/10: {told}.",),
        size=f"d = 1, {STEPS} steps",
        picture=Picture(
            tuple(
                Curve(name, range(STEPS + 1), [to_float(low(x * x)) / 2 for x in points])
                for name, points in runs.items()
            ),
            "iteration k",
            "f(x_k)",
            log_y=True,
        ),
    )


remark_1 = Counterexample(
    name="Linear without signs, not with them",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Remark 1',
    ends_the_hope="A method that converges linearly still does with signs in place of gradients.",
    shows="On x^2/2 gradient descent and AdaGrad-Norm converge linearly; of their sign counterparts, SignGD stays "
    "within a step of 0, and the others are slow.",
    run=run,
)
