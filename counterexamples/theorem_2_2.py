"""The first steps of the diminishing schedule of Theorem 2(2) may be far too long: the suboptimality blows up.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2(2), eq. (20).
"""

from __future__ import annotations

import math
from itertools import islice

from flint import fmpq

from signproof.checks.numbers.exact import RATIONALS, rationals, to_float
from signproof.checks.posing.cases import noiseless
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import run as followed
from signproof.checks.replay.replay import Replay
from signproof.checks.runs.instance import Instance
from signproof.checks.search.proposals import ratio
from signproof.counterexamples.counterexample import Counterexample, Curve, Picture, Shown
from signproof.theory.papers.scaled_sign.theorem_2 import theorem_2_2 as claim

STEPS = 60
exact = noiseless(claim)
"""The claim for exact gradients, which is a case of it."""


def course(diagonal: tuple[int, ...], start: tuple[int, ...], steps: int) -> list[Replay]:
    """Measure and bound with sigma = 0 and c = 1 on a diagonal quadratic, exactly."""
    problem = DiagonalQuadratic(rationals(list(diagonal)))
    parameters = {"L": fmpq(sum(diagonal)), "mu": fmpq(min(diagonal)), "c": fmpq(1), "sigma": fmpq(0)}
    points = tuple(fmpq(entry) for entry in start)
    return [*islice(followed(Instance(exact, problem, parameters, points), RATIONALS), steps + 1)]


def run() -> Shown:
    line, plane = course((1,), (1,), 1), course((1, 20), (1, 1), STEPS)
    first = line[1]
    assert first.measured is not None and first.bound is not None and line[0].measured is not None
    ratios = [ratio(found) if found.bound is not None else 0.0 for found in plane]
    worst = max(range(len(ratios)), key=ratios.__getitem__)
    measured = [to_float(found.measured[0]) for found in plane if found.measured is not None]
    bounds = [None if found.bound is None else to_float(found.bound[0]) for found in plane]
    (witness,) = theorem_2_2.witnesses
    return Shown(
        holds=witness.replay().confirmed and first.confirmed and plane[worst].confirmed,
        level="exact",
        numbers=(
            f"f = x^2/2, exact gradients, c = 1: V_1 = {first.measured[0] / line[0].measured[0]} V_0, where (20) "
            f"allows {first.bound[0] / line[0].measured[0]} V_0.",
            f"H = diag(1, 20) from (1, 1): the measure exceeds the bound most at k = {worst}, "
            f"by a factor of 10^{math.log10(ratios[worst]):.1f}.",
        ),
        size="d = 1, 1 step; d = 2",
        picture=Picture(
            (
                Curve("V_k, H = diag(1, 20), from (1, 1)", range(STEPS + 1), measured),
                Curve("the bound (20)", range(STEPS + 1), bounds, dashed=True),
            ),
            "iteration k",
            "suboptimality",
            log_y=True,
        ),
    )


theorem_2_2 = Counterexample(
    name="A diminishing step size that starts too large",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 2(2)',
    ends_the_hope="With alpha_k = 3/(mu c (k + 1)) scaled SignSGD satisfies (20) for every k >= 1.",
    shows="While alpha_k exceeds 2/L the suboptimality grows, but the bound already shrinks.",
    run=run,
    claim=claim,
)
