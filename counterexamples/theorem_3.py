"""Majority vote has the same gap as Theorem 2: the mean of the norms and the vote are not independent.

Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 3, eq. (21).
"""

from __future__ import annotations

from signproof.checks.replay.series import expected_series
from signproof.checks.replay.witness import shown
from signproof.counterexamples.counterexample import Counterexample, Shown, expectation_and_bound
from signproof.theory.papers.scaled_sign.theorem_3 import theorem_3 as claim


def run() -> Shown:
    (witness,) = theorem_3.witnesses
    series, broken = expected_series(witness)
    return Shown(
        holds=broken,
        level=witness.level,
        numbers=(
            f"At k = {witness.k} the expected suboptimality is {shown(witness.measured)}, the bound "
            f"{shown(witness.bound)}; M = {witness.parameters['M']}.",
        ),
        size=f"d = 2, {witness.k} steps, {len(witness.oracle.table) if witness.oracle else 0} laws",
        picture=expectation_and_bound(series, "21"),
    )


theorem_3 = Counterexample(
    name="A vote that is right where norms are short",
    source='Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent", Theorem 3',
    ends_the_hope="Algorithm 3 converges to (21)'s floor if the vote is right with probability above 1/2.",
    shows="The mean norm M_k is large where the vote is wrong.",
    run=run,
    claim=claim,
)
