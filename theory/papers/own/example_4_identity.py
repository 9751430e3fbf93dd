"""Example 4 tells nothing apart: with one coordinate scaled SignGD, GD and EF-SignGD are the same iteration.

Scaled SignGD and EF-SignGD take their step along |g| sign(g) = g; what EF-SignGD sends is all it has, so its memory
stays 0 once it is 0, as it is at the start. One step of each, by its own rule, from any x where the slope is any g.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Eq, Symbol

from signproof.theory.border.steps import begin, move
from signproof.theory.claim import Claim, Source
from signproof.theory.elaboration.blocks import Blocks
from signproof.theory.methods.coordinates import Column
from signproof.theory.methods.gradient import Algorithm, ErrorFeedbackSignGD, GradientDescent, ScaledSignGD
from signproof.theory.papers.own import PAPER
from signproof.theory.symbols import alpha

x, g = Symbol("x", real=True), Symbol("g", real=True)


def first_step(algorithm: Algorithm) -> tuple[Any, Any]:
    """The iterate and the memory after one step from x, with the memory that the algorithm starts with."""
    here, line = Column([x]), Blocks(1)

    def slope(point: Column) -> Column:
        if point != here:
            raise ValueError(f"the slope is asked for at {point}, not at x")
        return Column([g])

    return move(algorithm, here, slope, begin(algorithm, here, line), line)


(descent,), _ = first_step(GradientDescent(alpha))
(scaled,), _ = first_step(ScaledSignGD(alpha))
(corrected,), (left_over,) = first_step(ErrorFeedbackSignGD(alpha))

example_4_identity = Claim(
    id="own/example-4.identity",
    source=Source(PAPER, "Example 4 of scaled-sign"),
    about="With one coordinate, scaled SignGD, GD and EF-SignGD (from e = 0, which stays 0) are the same iteration, so "
    "Fig. 1 does not tell them apart.",
    statement=And(
        Eq(scaled, descent, evaluate=False),
        Eq(corrected, descent, evaluate=False),
        Eq(left_over, 0, evaluate=False),
    ),
    domain=(alpha > 0,),
)
