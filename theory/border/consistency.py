"""Whether the parts of a claim fit together: what its method, measure and assumptions say of themselves and each other.

Each check gives one line that says what does not fit, and the fix; they are asked when a claim is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import signature
from typing import TYPE_CHECKING, Any

from sympy import Basic, Expr, Gt, Integer, Poly, Pow, Rational, Sum, Symbol
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean, BooleanFalse

from signproof.theory.algebra.decide import conditions, contradict
from signproof.theory.assumptions.composite import BatchSize
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Assumption, Dimension
from signproof.theory.border.counts import of_method
from signproof.theory.declared import owner, said_of_another
from signproof.theory.measures.combined import without_means
from signproof.theory.measures.runs import Measure
from signproof.theory.methods.flows import Flow
from signproof.theory.symbols import f_star, k, l, t
from signproof.theory.terms.exact_types import of_package
from signproof.theory.terms.expectations import INDICES, Random, expectation
from signproof.theory.terms.flows import LeastSoFar
from signproof.theory.terms.formula import text
from signproof.theory.terms.vectors import Least, point

if TYPE_CHECKING:
    from signproof.theory.claim import Claim

FIRST = 8
"""Numbers that are tried for the first iteration or horizon that a domain allows."""


def inconsistencies(claim: Claim) -> Iterator[str]:
    """What does not fit, a line for each, as far as it can be told from the parts alone."""
    for assumption in claim.assumptions:
        yield from _of_points(assumption)
    yield from _of_noise(claim)
    if claim.measure is not None:
        yield from _of_measure(claim.measure)
    for flow in (claim.algorithm, claim.rival):
        if isinstance(flow, Flow):
            yield from _of_class(flow, "velocity", ("on_quadratic",))
    yield from _of_counts(claim)
    yield from _of_values(claim)


def _of_points(assumption: Assumption) -> Iterator[str]:
    """An assumption says of how many points its statement is, and that is so."""
    name, number = type(assumption).__name__, getattr(assumption, "points", None)
    if type(number) is not int:
        yield f"{name} does not say how many points its statement is about: write points = 1, or 0 or 2, in {name}"
        return
    try:
        signature(assumption.statement).bind(*range(number))
    except TypeError:
        yield f"{name} says points = {number}, but its statement is about another number of points: correct points"


def _of_noise(claim: Claim) -> Iterator[str]:
    """Stochastic gradients are assumed of methods that draw them, and a method that draws them is on no orbit."""
    method = claim.algorithm
    if method is None:
        return
    name = type(method).__name__
    if claim.orbit is not None and getattr(method, "stochastic", False):
        noiseless = type(method.noiseless).__name__
        fix = f"write {noiseless}, the method on exact gradients" if noiseless != name else "use one without noise"
        yield f"{name} draws its gradients, so its runs follow no orbit: {fix}"
    if not getattr(method, "stochastic", False):
        for assumption in claim.assumptions:
            if isinstance(assumption, OracleAssumption) or draws(assumption):
                yield (
                    f"{assumption} is about stochastic gradients, but {name} says that it draws none: "
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
    of_symbol = owner(kind, "quantity") is Measure  # it is read off its symbol alone
    if not of_symbol:
        said = [fact for fact in TAKEN if fact == "least_so_far" or getattr(kind, fact)]
        yield from _of_class(measure, "quantity", ("symbol", *said, "horizon"))
    if of_package(kind):
        return
    taken = {fact: over(measure.symbol) for fact, (over, _) in TAKEN.items()}
    for fact in {} if of_symbol or measure.horizon is not None else TAKEN:
        is_so, words = taken[fact], TAKEN[fact][1]
        if is_so != bool(getattr(measure, fact)):
            says = f"{kind.__name__} says {fact} = {bool(getattr(measure, fact))}"
            right = next(
                (f"write {other} = True in {kind.__name__}" for other in TAKEN if taken[other]), "leave it out"
            )
            yield f"{says}, but its symbol is {'the' if is_so else 'not a'} {words} over the run: {right}"
    quiet = measure.noiseless
    if quiet is not measure and without_means(measure.symbol) != quiet.symbol:
        yield f"{kind.__name__} without noise is declared as {quiet.symbol}, but its symbol is {measure.symbol}"


def _is_mean_over_run(symbol: Expr) -> bool:
    """Whether a term is a sum over the iterations, divided by their number."""
    factor, total = symbol.as_independent(Sum)
    return isinstance(total, Sum) and factor == 1 / (total.limits[0][2] + 1)


TAKEN: dict[str, tuple[Callable[[Expr], bool], str]] = {
    "least_so_far": (lambda symbol: symbol.has(Least, LeastSoFar), "minimum"),
    "mean_so_far": (_is_mean_over_run, "mean"),
    "sum_so_far": (lambda symbol: symbol.has(Sum) and not _is_mean_over_run(symbol), "sum"),
}
"""What a measure may be of its quantities over the run: whether its symbol is so, and in words."""


def _of_class(part: Any, function: str, facts: Iterable[str]) -> Iterator[str]:
    """What a user's class says of itself must be said of its own function."""
    kind = type(part)
    known = [fact for fact in facts if hasattr(kind, fact)]
    fact = said_of_another(kind, function, *known)
    if fact and not (of_package(owner(kind, fact)) and of_package(owner(kind, function))):
        name = kind.__name__
        if issubclass(owner(kind, fact), owner(kind, function)):
            yield f"{name} defines {fact} but inherits {function}: define {function} in {name}, too"
        else:
            yield f"{name} defines {function} but inherits {fact}: define {fact} in {name}, too"


def _of_counts(claim: Claim) -> Iterator[str]:
    """What is counted, steps, workers and draws, is a whole number, and no constant of the objective."""
    steps = None if claim.measure is None else claim.measure.horizon
    counted = {"number of steps": steps}
    counted |= {f"number of {name}": number for name, number in of_method(claim.algorithm).items()}
    for name, number in counted.items():
        if number is None:
            continue
        if not (isinstance(number, Symbol) or _counts_up(number, claim)):
            yield f"the {name} must be a separate symbol or 1, 2, ...; {number} may not be an integer"
        for assumption in claim.assumptions:
            if isinstance(number, Symbol) and stands_for(assumption, number):
                yield f"{number} is the {name}, an integer, but means something else in {assumption}: use two symbols"


def _counts_up(number: Any, claim: Claim) -> bool:
    """Whether a number is whole and 1 or more: 1, 2, ..., or such a sum of what is counted, like T + 1."""
    if isinstance(number, Integer | int):
        return number is not True and number >= 1
    symbols = number.free_symbols if isinstance(number, Expr) else set()
    if not symbols or not symbols <= claim.whole or not number.is_polynomial(*symbols):
        return False
    return all(factor.is_Integer and factor >= 0 for factor in Poly(number, *symbols).coeffs())


def stands_for(assumption: Assumption, symbol: Symbol) -> bool:
    """Whether a symbol is a constant of the objective or of the draws; in a formula for one it stands for itself."""
    return type(assumption) not in (Dimension, BatchSize) and symbol in assumption.formulas


def _of_values(claim: Claim) -> Iterator[str]:
    """A bound has a value wherever it is claimed, from the first iteration, horizon or time of the domain on.

    So have the formulas of an algorithm at its first step. It is asked for some parameters at least.
    """
    if claim.bound is None:
        return
    yield from _of_measured(claim)
    if claim.horizon is not None and claim.bound.has(k):
        yield f"the bound {claim.bound} is only about the last iteration: write {claim.horizon} instead of {k}"
    time = t if claim.timed else claim.horizon or k
    known = _first(claim, time) if conditions(claim.bound) else None
    if known is not None and _without_value(claim.bound, *known):
        first = known[0][time]
        yield f"the bound {claim.bound} has no value at {time} = {first}: {_repair(time, first)}"
    for name, formula in {} if claim.timed else claim.algorithm.parameters.items():
        name = name.replace("_", " ")
        known = _first(claim, time) if claim.horizon and formula.has(time) and conditions(formula) else None
        if known is not None and _without_value(formula, *known):
            first = known[0][time]
            yield f"the {name} {formula} has no value at {time} = {first}: {_repair(time, first)}"
        elif formula.has(k) and conditions(formula) and _without_value(formula, *_first_step(claim)):
            yield f"the {name} {formula} has no value at {k} = 0, the first step: write {k} + 1 instead of {k}"


def _of_measured(claim: Claim) -> Iterator[str]:
    """The measure speaks of what the claim binds, and has a value where the bound has one."""
    measure = claim.measure
    if measure is None or claim.timed or measure.horizon is not None:
        return
    name = type(measure).__name__
    known = claim.parameters | claim.body.here | {l, f_star, *INDICES}
    for symbol in sorted(measure.symbol.free_symbols - known, key=str):
        yield (
            f"the symbol {symbol} in the measure {name} is unbound: "
            f"name it in the domain (such as {symbol} > 0) or in an assumption"
        )
    time = claim.horizon or k
    term = measure.symbol.subs(k, time)
    at = _first(claim, time) if conditions(term) else None
    if at is not None and _without_value(term, *at):
        first = at[0][time]
        yield (
            f"the measure {name}, {text(measure.symbol)}, has no value at {time} = {first}: "
            f"add {time} >= {first + 1} to the domain"
        )


def _repair(time: Symbol, first: Integer) -> str:
    if time == t:
        return "write t > 0 in the domain"
    return f"add {time} >= {first + 1} to the domain, or write {time} + 1 instead of {time}"


def _first(claim: Claim, time: Symbol) -> tuple[dict[Symbol, Integer], list[Boolean]] | None:
    """The first number that the domain allows, and what is assumed there; None if none is found."""
    for number in range(1 if time == t else FIRST):
        at = {k: Integer(0), time: Integer(number)}
        premises = _premises(claim.premises, at)
        if premises is not None:
            return at, premises
    return None


def _first_step(claim: Claim) -> tuple[dict[Symbol, Integer], list[Boolean]]:
    """The same of the first step, which is taken even if the domain is about later iterations alone."""
    at = {k: Integer(0)}
    premises = _premises(claim.premises, at)
    return at, [premise for premise in claim.premises if not premise.has(k)] if premises is None else premises


def _without_value(formula: Expr, at: dict[Symbol, Integer], premises: list[Boolean]) -> bool:
    """Whether a formula surely has no value there."""
    return any(needed == BooleanFalse() or contradict([*premises, needed]) for needed in _needed(formula, at))


def _premises(relations: Iterable[Boolean], at: dict[Symbol, Integer]) -> list[Boolean] | None:
    """What is assumed of the parameters there; None if no parameters meet it."""
    there = []
    for relation in relations:
        for part in (*conditions(relation), relation):  # a condition fails before what it guards is written down
            part = part.subs(at)
            if part == BooleanFalse():
                return None
            there.append(part)
    return None if contradict(there) else there


def _needed(formula: Expr, at: dict[Symbol, Integer]) -> Iterator[Boolean]:
    """What it takes for a formula to have a value there; 0^p = 0 for p > 0, and r^0 = 1."""
    plain = {}
    for power in formula.atoms(Pow):
        if isinstance(power.exp, Rational) or not conditions(power):
            continue
        yield from (condition.subs(at) for condition in conditions(power.exp))
        exponent = power.exp.subs(at)
        if isinstance(exponent, Rational):
            plain[power] = power.base if exponent == 0 else Pow(power.base, exponent)
        elif power.base.subs(at) == 0:
            plain[power] = Integer(0)
            yield Gt(exponent, 0)
    yield from (condition.subs(at) for condition in conditions(formula.xreplace(plain)))
