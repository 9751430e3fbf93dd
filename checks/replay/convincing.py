"""Which of several witnesses convinces a reader most: few and short numbers, few steps and outcomes, a large excess."""

from __future__ import annotations

from math import log2

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import to_float
from signproof.checks.replay.witness import Witness

STEP, OUTCOME, DOUBLING = 2, 4, 8
"""How many digits a step, an outcome of a law, and twice the excess are worth."""
LARGEST = 64.0
"""An excess beyond which more of it convinces nobody more."""


def weight(witness: Witness) -> float:
    """The less, the more convincing a witness of a bound is."""
    outcomes = 0 if witness.oracle is None else sum(len(law.probabilities) for law in witness.oracle.table.values())
    above = witness.measured[0] / witness.bound[1] if witness.bound[1] > 0 else fmpq(int(LARGEST))
    excess = log2(min(max(to_float(above), 1.0), LARGEST))
    return digits(witness) + STEP * witness.k + OUTCOME * outcomes - DOUBLING * excess


def digits(witness: Witness) -> int:
    """How many digits its numbers have, those of the objective and of the law included."""
    numbers = [*witness.start, *witness.parameters.values(), *(witness.minimizer or ())]
    if witness.problem is not None:
        numbers += [entry for field in witness.problem.arrays().values() for entry in np.ravel(field)]
    if witness.oracle is not None:
        for law in witness.oracle.table.values():
            numbers += [*law.probabilities, *np.ravel(law.values)]
    return sum(len(str(abs(number.p))) + len(str(number.q)) for number in numbers)
