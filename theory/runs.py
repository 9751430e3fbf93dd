"""What an assumption says of a run rather than of the objective: that the start is near, that iterates stay bounded."""

from __future__ import annotations

from sympy import Basic
from sympy.core.symbol import Str

from signproof.theory.assumptions import Assumption
from signproof.theory.flows import trajectory
from signproof.theory.oracles import OracleAssumption
from signproof.theory.symbols import V0
from signproof.theory.vectors import iterate, point, suboptimality

NAMES = tuple(f"any point {number}" for number in range(9))
"""Names of the points that an assumption is about."""


def stated(assumption: Assumption) -> Basic:
    """What an assumption says at the points `NAMES`."""
    return assumption.statement(*(point(Str(name)) for name in NAMES[: assumption.points]))


def about_run(assumption: Assumption) -> bool:
    """Whether an assumption speaks of the start or of other iterates, so that it is met by some runs only.

    What is assumed of stochastic gradients is about a point, whichever it is.
    """
    if isinstance(assumption, OracleAssumption):
        return False
    return stated(assumption).has(iterate, suboptimality, trajectory, V0)
