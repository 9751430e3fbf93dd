"""SignSGD on least squares with two smooth terms stays on a line, whatever is drawn and whatever the step sizes.

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019,
Counterexample 3: f(x) = <a_1, x>^2 + <a_2, x>^2, a_1 = (1, -1) + eps (1, 1), a_2 = -(1, -1) + eps (1, 1), 0 < eps < 1,
and ~g twice the gradient of one of the terms, with probability 1/2 each.

The start (1, 1) is the paper's, too; eps = 1/2 and the step 1/16 are ours. A positive factor of ~g changes no sign.
"""

from __future__ import annotations

from fractions import Fraction

from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown

EPS = Fraction(1, 2)
ROWS = ((1 + EPS, -1 + EPS), (-1 + EPS, 1 + EPS))
STEP_SIZE = Fraction(1, 16)
STEPS = 40
Point = tuple[Fraction, Fraction]


def term(row: Point, x: Point) -> Fraction:
    return row[0] * x[0] + row[1] * x[1]


def f(x: Point) -> Fraction:
    return sum((term(row, x) ** 2 for row in ROWS), start=Fraction(0))


def laws() -> list[dict[Point, Fraction]]:
    """The law of x_k for k = 0, ..., STEPS, from (1, 1)."""
    law: dict[Point, Fraction] = {(Fraction(1), Fraction(1)): Fraction(1)}
    found = [law]
    for _ in range(STEPS):
        after: dict[Point, Fraction] = {}
        for x, share in law.items():
            for row in ROWS:
                g = [4 * term(row, x) * entry for entry in row]
                there = tuple(a - STEP_SIZE * ((b > 0) - (b < 0)) for a, b in zip(x, g, strict=True))
                after[there] = after.get(there, Fraction(0)) + share / 2  # type: ignore[index,arg-type]
        law = after
        found.append(law)
    return found


def run() -> Shown:
    found = laws()
    x_0 = (Fraction(1), Fraction(1))
    stays = all(x[0] + x[1] == 2 and f(x) >= f(x_0) for law in found for x in law)
    opposite = all(row[0] * row[1] < 0 for row in ROWS)
    means = [sum((p * f(x) for x, p in law.items()), start=Fraction(0)) for law in found]
    states = len({x for law in found for x in law})
    return Shown(
        holds=stays and opposite,
        level="exact",
        numbers=(
            f"eps = {EPS}, step {STEP_SIZE}: at all {states} points reachable within {STEPS} steps, x_1 + "
            f"x_2 = 2 and f(x) >= f(x_0) = {f(x_0)}; the minimum is 0, at 0. In expectation f(x_{STEPS}) is "
            f"{float(means[-1]):.4f}.",
        ),
        size=f"d = 2, 2 outcomes, {STEPS} steps",
        picture=Picture(
            (
                Curve("E f(x_k)", range(STEPS + 1), [float(mean) for mean in means]),
                Curve("f(x_0)", range(STEPS + 1), [float(f(x_0))] * (STEPS + 1), dashed=True),
            ),
            "iteration k",
            "expected value of f",
        ),
    )


error_feedback_3 = Counterexample(
    name="SignSGD on least squares stays on a line",
    source='Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", '
    "ICML 2019, Counterexample 3",
    ends_the_hope="Smoothness and strong convexity save SignSGD from the counterexample with a kink.",
    shows="Both rows have signs (1, -1) up to a factor, so x_1 + x_2 never changes, and f never falls below f(x_0).",
    run=run,
)
