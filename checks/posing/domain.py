"""From a claim's domain to numbers: where each parameter may lie, and points spread over that range.

A position theta in (0, 1) stands for a place in the range, so that the same instance can be written with floats
for a batch and with rationals for a witness: theta = 1/2 is the middle of a finite range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from typing import Any

from sympy import And, Expr, Ge, Gt, Poly, PolynomialError, Symbol, fraction, together, true
from sympy.core.relational import Eq, Ne, Relational

from signproof.checks.posing.special import special
from signproof.theory.algebra.decide import follows
from signproof.theory.arithmetic import Arithmetic, Numbers, evaluate
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Constant, Dimension
from signproof.theory.assumptions.start import MinimizerSize
from signproof.theory.border.runs import about_run
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k

THETAS = ("1/10", "1/4", "1/2", "3/4", "9/10")
"""Positions at which tightness is reported."""
TURN = len(THETAS) + 1
"""The instances of a batch take these positions in turn, and one at random."""


class Unsupported(Exception):
    """A domain or an assumption from which no instance can be drawn automatically; the message says why."""


class Range:
    """Where one free parameter lies, given the parameters before it: the ends are formulas."""

    def __init__(self, symbol: Symbol, lower: list[Expr], upper: list[Expr]):
        self.symbol, self.lower, self.upper = symbol, lower, upper

    def at(self, theta: Numbers, values: Mapping[Symbol, Any], xp: Arithmetic) -> Numbers:
        """The parameter at position theta; an infinite range is bent onto (0, 1)."""
        low = _reduce([evaluate(end, values, xp) for end in self.lower], xp.larger)
        high = _reduce([evaluate(end, values, xp) for end in self.upper], lambda a, b: -xp.larger(-a, -b))
        one = xp.rational(1, 1)
        if low is not None and high is not None:
            return low + theta * (high - low)
        if low is not None:
            return low + theta / (one - theta)
        if high is not None:
            return high - (one - theta) / theta
        return (theta - xp.rational(1, 2)) / (theta * (one - theta))


def constants(claim: Claim) -> dict[Symbol, list]:
    """For each symbol, the assumptions whose constant it is.

    Raises Unsupported if a constant is neither a symbol nor a number or is V_0, or one symbol stands for unlike
    constants.
    """
    found: dict[Symbol, list] = {}
    for assumption in claim.assumptions:
        if isinstance(special(assumption), Convex | MinimizerSize):
            continue
        if not isinstance(assumption, Constant) and about_run(assumption):
            continue
        if not isinstance(assumption, Constant):
            raise Unsupported(f"{assumption} is not about a constant of the problem")
        if isinstance(assumption.constant, Symbol):
            found.setdefault(assumption.constant, []).append(assumption)
        elif not assumption.constant.is_number:
            raise Unsupported(f"the constant {assumption.constant} of {assumption} is neither a symbol nor a number")
    if V0 in found:
        raise Unsupported(f"{found[V0][0]} depends on V_0, which is not known before a start is chosen")
    for symbol, assumptions in found.items():
        if len({assumption.largest for assumption in assumptions}) > 1:
            raise Unsupported(f"{symbol} stands for both a lower and an upper constant")
        if len({type(assumption) is Dimension for assumption in assumptions}) > 1:
            raise Unsupported(f"{symbol} stands for both the dimension and another constant")
    return found


def asked(claim: Claim) -> tuple[Relational, ...]:
    """The relations of the domain, and those that assumptions ask of what they hold but constants of the problem.

    Raises Unsupported for a condition that is no relation, of which no numbers are drawn.
    """
    found = list(claim.domain)
    for assumption in claim.assumptions:
        if isinstance(assumption, Constant):
            continue  # the constant of a problem is positive, or none
        for condition in assumption.conditions:
            for part in condition.args if isinstance(condition, And) else (condition,):
                if isinstance(part, Relational):
                    found.append(part)
                elif part != true:
                    raise Unsupported(f"the condition {part} of {assumption} is not a relation")
    return tuple(dict.fromkeys(found))


def ranges(claim: Claim, given: Set[Symbol] = frozenset()) -> list[Range]:
    """The ranges of the parameters that no problem supplies, and that are not given, each in terms of those before it.

    Raises Unsupported if a condition cannot be solved for them.
    """
    known = set(constants(claim)) | {k, V0} | given
    free = sorted(claim.parameters - known, key=str)
    conditions = asked(claim)
    if any(relation.has(V0) for relation in conditions):
        raise Unsupported("the domain depends on V_0, which is not known before a start is chosen")
    relations = [relation for relation in conditions if not relation.has(k)]
    premises = list(claim.premises)
    implied: list[Relational] = []
    found: list[Range] = []
    while free:
        # Fourier and Motzkin: a parameter is solved for, and leaves behind that its lower ends are below its upper ends
        interval = _solved(free, relations, implied, claim.premises)
        found.insert(0, interval)
        free.remove(interval.symbol)
        relations, implied, premises = (
            [part for part in parts if interval.symbol not in part.free_symbols]
            for parts in (relations, implied, premises)
        )
        between = (low < high for low in interval.lower for high in interval.upper)
        implied += [part for part in between if {*free} & part.free_symbols and not follows(part, premises).holds]
    return found


def holds(relation: Relational, values: Mapping[Symbol, Numbers], xp: Arithmetic) -> Any:  # true or false, or an array
    """Whether a condition holds, its sides compared as numbers of `xp`."""
    left, right = evaluate(relation.lhs, values, xp), evaluate(relation.rhs, values, xp)
    if isinstance(relation, Eq):
        return left == right
    if isinstance(relation, Ne):
        return left != right
    if isinstance(relation, Gt | Ge):
        left, right = right, left
    return left < right if relation.rel_op in ("<", ">") else left <= right


def _solved(free: list[Symbol], relations: list, implied: list, premises: tuple) -> Range:
    """The range of a parameter in terms of all the others: of one for which every relation can be solved."""
    refusals = []
    for symbol in sorted(free, key=lambda s: (len(_tied(s, relations) & {*free}), str(s)), reverse=True):
        interval = Range(symbol, [], [])
        try:
            for relation in relations:
                _solve(relation, interval, premises)
        except Unsupported as refusal:
            refusals.append(refusal)
            continue
        for relation in implied:
            with suppress(Unsupported):  # positions may then lie outside
                _solve(relation, interval, premises)
        return interval
    raise refusals[0]


def _solve(relation: Relational, interval: Range, premises: tuple) -> None:
    """Add what a condition says about a symbol to the ends of its range."""
    symbol, lower, upper = interval.symbol, interval.lower, interval.upper
    if symbol not in relation.free_symbols or isinstance(relation, Ne):
        return
    if isinstance(relation, Eq):
        raise Unsupported(f"the domain fixes {symbol} by an equation, {relation}: substitute the formula")
    small, large = relation.lts, relation.gts
    if small == symbol and not large.has(symbol):
        upper.append(large)
        return
    if large == symbol and not small.has(symbol):
        lower.append(small)
        return
    numerator, denominator = fraction(together(large - small))
    try:
        polynomial = Poly(numerator, symbol)
    except PolynomialError:
        polynomial = None
    if polynomial is None or polynomial.degree() != 1:
        raise Unsupported(f"the condition {relation} is not linear in {symbol}, so no values are drawn from it")
    slope, constant = polynomial.all_coeffs()
    for ends, sign in ((lower, slope / denominator > 0), (upper, slope / denominator < 0)):
        if follows(sign, premises).holds:
            ends.append(-constant / slope)
            return
    raise Unsupported(f"in the condition {relation} the factor of {symbol} has no fixed sign")


def _tied(symbol: Symbol, relations: list[Relational]) -> set[Symbol]:
    tied = (relation.free_symbols for relation in relations if symbol in relation.free_symbols)
    return set().union(*tied) - {symbol}


def _reduce(parts: list, function: Callable[[Any, Any], Any]) -> Any:
    if not parts:
        return None
    result = parts[0]
    for part in parts[1:]:
        result = function(result, part)
    return result
