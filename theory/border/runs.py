"""What an assumption says of a run rather than of the objective: that the start is near, that iterates stay bounded."""

from __future__ import annotations

from sympy import Basic, Dummy, Expr
from sympy.core.symbol import Str

from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.symbols import V0, k
from signproof.theory.terms.flows import trajectory
from signproof.theory.terms.vectors import Scalar, iterate, memory, point, remembered, suboptimality

NAMES = tuple(f"any point {number}" for number in range(9))
"""Names of the points that an assumption is about."""
POINTS = tuple(point(Str(name)) for name in NAMES)
RUN = (iterate, suboptimality, memory, remembered, trajectory)
"""Terms about a run, each with the number of an iterate or a time."""


def stated(assumption: Assumption) -> Basic:
    """What an assumption says at the points `NAMES`."""
    return assumption.statement(*(point(Str(name)) for name in NAMES[: assumption.points]))


def speaks_of_run(assumption: Assumption) -> bool:
    """Whether an assumption speaks of the start or of other iterates, so that it is met by some runs only.

    What is assumed of stochastic gradients is about a point, whichever it is.
    """
    if isinstance(assumption, OracleAssumption):
        return False
    try:
        said = stated(assumption)
        return bool(said.atoms(*RUN)) or said.has(V0)  # `has` knows no class that is none of SymPy's
    except TypeError:  # what has no formula, such as that values may be infinite, is about a function
        return False


def about_run(assumption: Assumption) -> bool:
    """Whether it speaks of the run alone, so that the run tells whether it is met."""
    return speaks_of_run(assumption) and not stated(assumption).has(*POINTS)


def about_run_and_points(assumption: Assumption) -> bool:
    """Whether it speaks of the run and of all points at once: of neither a run nor a problem alone is it known."""
    return speaks_of_run(assumption) and stated(assumption).has(*POINTS)


def about_later(assumption: Assumption) -> bool:
    """Whether it speaks of iterates after the start, by their number or for every k."""
    if not speaks_of_run(assumption):
        return False
    said = stated(assumption)
    return said.has(k) or any(term.args[0] != 0 for term in said.atoms(*RUN))


def every_k(assumption: Assumption) -> bool:
    """Whether what it says of the run is said for every k."""
    return about_later(assumption) and stated(assumption).has(k)


def reach(assumption: Assumption) -> int | None:
    """How far beyond x_0 or, of what is said for every k, beyond x_k the iterates go that it speaks of.

    None if it speaks of others, or of k otherwise than as the number of an iterate.
    """
    said = stated(assumption)
    numbers = [term.args[0] - k if term.args[0].has(k) else term.args[0] for term in said.atoms(*RUN)]
    if not all(number.is_Integer and number >= 0 for number in numbers):
        return None
    if said.replace(lambda term: isinstance(term, RUN), _unnumbered).has(k):
        return None
    return max(map(int, numbers), default=0)


def _unnumbered(term: Expr) -> Expr:
    """Another term in the place of one about a run, in which k is not found."""
    return Dummy() if isinstance(term, Scalar) else point(Str(str(term)))
