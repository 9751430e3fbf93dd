"""SignGD with a constant step does not converge, not even on x_1^2 + x_2^2.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 1, eq. (4).
"""

from __future__ import annotations

from signproof.checks.numbers.exact import to_float
from signproof.checks.replay.orbits import replay_orbit
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.theory.papers.scaled_sign.example_1 import example_1 as claim

TURNS = 10


def run() -> Shown:
    (witness,) = example_1.witnesses
    values = [replay_orbit(claim, witness.parameters, step).measured for step in range(2 * TURNS + 1)]
    heights = [value[0] for value in values if value is not None]
    returned = witness.replay()
    return Shown(
        holds=returned.confirmed and len({*heights}) == 1 and len(heights) == len(values),
        level=returned.level,
        numbers=(f"With alpha = {witness.parameters['alpha']}, f(x_k) = {heights[0]} at k = 0, ..., {2 * TURNS}.",),
        size="d = 2, 2 steps",
        picture=Picture(
            (Curve("SignGD from (1/2, 1/2)", range(len(heights)), [to_float(height) for height in heights]),),
            "iteration k",
            "f(x_k)",
        ),
    )


example_1 = Counterexample(
    name="SignGD oscillates on a bowl",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 1',
    ends_the_hope="SignGD with a constant step converges on every strongly convex smooth function.",
    shows="From (alpha/2, alpha/2) it is back after two steps, for every alpha > 0: f(x_k) = alpha^2/2 for ever.",
    run=run,
    claim=claim,
)
