"""Whether the parts of a claim fit together: what its method, measure and assumptions say of themselves and each other.

Each check gives one line that says what does not fit, and the fix; they are asked when a claim is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sympy import Basic, Expr, Integer, Symbol, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFalse

from signproof.theory.algorithms import Algorithm
from signproof.theory.assumptions import Assumption, Dimension
from signproof.theory.decide import conditions, contradict
from signproof.theory.declared import owner, said_of_another
from signproof.theory.exact_types import of_package
from signproof.theory.expectations import Random, expectation
from signproof.theory.flows import Flow, LeastSoFar
from signproof.theory.measures import Measure
from signproof.theory.oracles import OracleAssumption
from signproof.theory.prox import BatchSize
from signproof.theory.symbols import K, k, t
from signproof.theory.vectors import Least, point

if TYPE_CHECKING:
    from signproof.theory.claim import Claim


def inconsistencies(claim: Claim) -> Iterator[str]:
    """What does not fit, a line for each, as far as it can be told from the parts alone."""
    yield from _of_noise(claim)
    if claim.measure is not None:
        yield from _of_measure(claim.measure)
    for flow in (claim.algorithm, claim.rival):
        if isinstance(flow, Flow):
            yield from _of_class(flow, "velocity", ("on_quadratic",))
    yield from _of_counts(claim)
    yield from _of_bound(claim)


def _of_noise(claim: Claim) -> Iterator[str]:
    """Stochastic gradients are assumed of methods that draw them, and a method that draws them is on no orbit."""
    method = claim.algorithm
    if method is None:
        return
    name = type(method).__name__
    if claim.orbit is not None and getattr(method, "stochastic", False):
        noiseless = type(method.noiseless).__name__
        fix = f"write {noiseless}, the method on exact gradients" if noiseless != name else "give one without noise"
        yield f"{name} draws its gradients, so that its runs are on no orbit: {fix}"
    if not getattr(method, "stochastic", False):
        for assumption in claim.assumptions:
            if isinstance(assumption, OracleAssumption) or draws(assumption):
                yield (
                    f"{assumption} is about stochastic gradients, and {name} says that it draws none: "
                    f"write `stochastic = True` in {name} if it does, or leave the assumption out"
                )


def draws(assumption: Assumption) -> bool:
    """Whether the statement of an assumption speaks of something drawn at random."""
    try:
        said = assumption.statement(*(point(Str(f"point {number}")) for number in range(assumption.points)))
    except Exception:  # what a user's statement raises is said where it is needed
        return False
    return isinstance(said, Basic) and said.has(Random, expectation)


def _of_measure(measure: Measure) -> Iterator[str]:
    """The term that proofs are about and the number that is measured are one thing."""
    kind = type(measure)
    yield from _of_class(measure, "quantity", ("symbol", "least_so_far", "horizon"))
    if of_package(kind):
        return
    least = measure.symbol.has(Least, LeastSoFar)
    if least != bool(measure.least_so_far):
        says = f"{kind.__name__} says least_so_far = {bool(measure.least_so_far)}"
        yield f"{says}, but its symbol is {'the' if least else 'no'} minimum of the run: say the same in both"
    quiet = measure.noiseless
    if quiet is not measure and _without_means(measure.symbol) != quiet.symbol:
        yield f"{kind.__name__} without noise is said to be {quiet.symbol}, but its symbol is {measure.symbol}"


def _without_means(symbol: Expr) -> Expr:
    return symbol.replace(expectation, lambda term, given: term)


def _of_class(part: Any, function: str, facts: Iterable[str]) -> Iterator[str]:
    """What a user's class says of itself must be said of its own function."""
    kind = type(part)
    known = [fact for fact in facts if hasattr(kind, fact)]
    fact = said_of_another(kind, function, *known)
    if fact and not (of_package(owner(kind, fact)) and of_package(owner(kind, function))):
        name = kind.__name__
        if issubclass(owner(kind, fact), owner(kind, function)):
            yield f"{name} has a {fact} of its own, but the {function} of another class: give {name} a {function}, too"
        else:
            yield f"{name} has a {function} of its own, but the {fact} of another class: give {name} a {fact}, too"


def _of_counts(claim: Claim) -> Iterator[str]:
    """What is counted, steps, workers and draws, is a whole number, and no constant of the objective."""
    steps = None if claim.measure is None else claim.measure.horizon
    counted = {"number of steps": steps}
    if isinstance(claim.algorithm, Algorithm):
        counted |= {f"number of {name}": getattr(claim.algorithm, name, None) for name in ("workers", "batch")}
    for name, number in counted.items():
        if number is None:
            continue
        number = sympify(number)
        if not isinstance(number, Symbol) and not (isinstance(number, Integer) and number >= 1):
            yield f"the {name} is a symbol of its own, or 1, 2, ...; {number} may be no whole number"
        for assumption in claim.assumptions:
            if type(assumption) not in (Dimension, BatchSize) and number in assumption.symbols:
                yield f"{number} is the {name}, a whole number, and in {assumption} another: give each its symbol"


def _of_bound(claim: Claim) -> Iterator[str]:
    """A bound has a value at the first iteration, with no step at all and at time 0, for some parameters at least."""
    if claim.bound is None:
        return
    time = t if claim.timed else claim.horizon or k
    if any(relation.has(time) for relation in claim.domain if relation not in (k >= 0, K >= 0, t >= 0)):
        return
    at = {time: Integer(0), k: Integer(0)}
    premises = [premise.subs(at) for premise in claim.premises]
    for condition in conditions(claim.bound):
        there = condition.subs(at)
        if there == BooleanFalse() or contradict([*premises, there]):
            fix = "write t > 0 in the domain"
            if not claim.timed:
                fix = f"write {time} + 1 for {time}, or {time} >= 1 in the domain"
            yield f"the bound {claim.bound} has no value at {time} = 0: {fix}"
