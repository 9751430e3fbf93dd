"""AdaGrad-Norm with signs in its memory, too, (9), is slow on x^2, and leaves its closed form (10) at k = 25.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 3, eqs. (9), (10).
"""

from __future__ import annotations

from flint import fmpq
from sympy import Integer

from signproof.checks.numbers.exact import to_float
from signproof.checks.replay.orbits import replay_course
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.counterexamples.scalar import enclosed, low
from signproof.theory.methods.gradient import SignAdaGradSignNorm
from signproof.theory.papers.scaled_sign.example_3 import example_3_eq_10 as claim

STEPS = 60


def run() -> Shown:
    parameters = {"eta": fmpq(1)}
    outcomes = [replay_course(claim, parameters, step) for step in range(STEPS + 1)]
    first = next(step for step, outcome in enumerate(outcomes) if outcome.confirmed)
    points = enclosed(SignAdaGradSignNorm(Integer(1)), lambda x, xp: x * 2, fmpq(1, 2), STEPS)
    there = outcomes[first]
    assert there.measured is not None and there.bound is not None
    formula = [to_float(outcome.bound[0]) for outcome in outcomes if outcome.bound is not None]
    # the run changes its sign in every step before, and does not in the one after which the formula fails
    signs = [1 if low(x) > 0 else -1 for x in points]
    turns = [signs[k] != signs[k - 1] for k in range(1, first)]
    (witness,) = example_3.witnesses
    return Shown(
        holds=witness.replay().confirmed
        and witness.k == first
        and all(turns[:-1])
        and signs[first - 1] == signs[first - 2],
        level="enclosed",
        numbers=(
            f"With eta = 1, (10) holds for k = 0, ..., {first - 1}; x_{first} = {to_float(there.measured[0]):.9f}, "
            f"where (10) says {to_float(there.bound[0]):.9f}: x_{first - 1} has the sign of x_{first - 2}.",
        ),
        size=f"d = 1, {first} steps",
        picture=Picture(
            (
                Curve("the run of (9) from 1/2, eta = 1", range(STEPS + 1), [to_float(low(x)) for x in points]),
                Curve("the formula (10)", range(STEPS + 1), formula, dashed=True),
            ),
            "iteration k",
            "x_k",
        ),
    )


example_3 = Counterexample(
    name="A closed form that fails at k = 25",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Example 3',
    ends_the_hope="The run of (9) from eta/2 is the alternating sum (10), for every k.",
    shows="The alternating sums tend to about -0.105 eta: they stop changing sign, and the run departs from them.",
    run=run,
    claim=claim,
)
