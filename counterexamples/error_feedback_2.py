"""The sign of a subgradient forgets a direction: the run stays on a line on which the start is the lowest point.

Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", ICML 2019,
Counterexample 2: f(x) = eps |x_1 + x_2| + |x_1 - x_2|, 0 < eps < 1, from (1, 1).

Where x_1 = x_2 the subgradient is the limit of gradients from x_1 > x_2, eps (1, 1) + (1, -1), one of several. This
choice, eps = 1/2 and the steps 1/(k + 2) are ours: for no step sizes is the sum of the coordinates other than 2.
"""

from __future__ import annotations

from fractions import Fraction

from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown

EPS = Fraction(1, 2)
STEPS = 60


def f(x: tuple[Fraction, Fraction]) -> Fraction:
    return EPS * abs(x[0] + x[1]) + abs(x[0] - x[1])


def subgradient(x: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    along, across = (1 if x[0] + x[1] >= 0 else -1), (1 if x[0] >= x[1] else -1)
    return EPS * along + across, EPS * along - across


def points(signs: bool) -> list[tuple[Fraction, Fraction]]:
    """The subgradient method from (1, 1) with steps 1/(k + 2), with signs or without."""
    x, found = (Fraction(1), Fraction(1)), []
    for k in range(STEPS + 1):
        found.append(x)
        g = subgradient(x)
        if signs:
            g = tuple(Fraction((entry > 0) - (entry < 0)) for entry in g)  # type: ignore[assignment]
        x = (x[0] - g[0] / (k + 2), x[1] - g[1] / (k + 2))
    return found


def run() -> Shown:
    with_signs, without = points(True), points(False)
    stays = all(x[0] + x[1] == 2 for x in with_signs)
    never_lower = all(f(x) >= f(with_signs[0]) for x in with_signs)
    return Shown(
        holds=stays and never_lower and min(map(f, without)) < f(with_signs[0]) / 4,
        level="exact",
        numbers=(
            f"eps = {EPS}, steps 1/(k + 2): x_1 + x_2 = 2 for k = 0, ..., {STEPS}, and f(x_k) >= f(x_0) = "
            f"{f(with_signs[0])}; without signs the least value is {float(min(map(f, without))):.4f}, and the minimum "
            "is 0.",
        ),
        size=f"d = 2, {STEPS} steps",
        picture=Picture(
            (
                Curve("f(x_k) with signs", range(STEPS + 1), [float(f(x)) for x in with_signs]),
                Curve("f(x_k) of the subgradient method", range(STEPS + 1), [float(f(x)) for x in without]),
            ),
            "iteration k",
            "f(x_k)",
        ),
    )


error_feedback_2 = Counterexample(
    name="Signs of subgradients forget a direction",
    source='Karimireddy, Rebjock, Stich, Jaggi, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", '
    "ICML 2019, Counterexample 2",
    ends_the_hope="On convex functions, signs of subgradients with diminishing steps reach the minimum.",
    shows="Every sign vector is (1, -1) or (-1, 1), so x_1 + x_2 never changes, and f never falls below f(x_0).",
    run=run,
)
