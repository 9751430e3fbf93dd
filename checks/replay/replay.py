"""What a replay says, and whether parameters lie in a claim's domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import fmpq
from sympy import Rational, Symbol
from sympy.core.relational import Relational

from signproof.checks.numbers.exact import RATIONALS, rational
from signproof.checks.posing import domain
from signproof.theory.algebra.decide import truth
from signproof.theory.border.counts import counted
from signproof.theory.claim import Claim
from signproof.theory.symbols import k

PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits tried in turn when a replay needs balls."""


SHOWN_BITS = 256
"""Bits to which an exact expectation is told whose fraction is long."""


@dataclass(frozen=True)
class Replay:
    """What a replay found: whether the claim is broken, at which level and why.

    `measured` and `bound` are ends of the measure and of the bound at step k, or None if it did not come to that.
    """

    confirmed: bool
    level: str
    why: str
    measured: tuple[fmpq, fmpq] | None = None
    bound: tuple[fmpq, fmpq] | None = None


NO_WITNESS = Replay(False, "exact", "claims of this kind have no witness")


def ends_of(number: fmpq) -> tuple[fmpq, fmpq]:
    """The number itself or, if it is long, rationals below and above it with SHOWN_BITS bits."""
    if int(number.q).bit_length() <= 4 * SHOWN_BITS:
        return number, number
    shift = SHOWN_BITS + max(0, int(number.q).bit_length() - int(abs(number.p)).bit_length())
    below = (int(number.p) << shift) // int(number.q)
    return fmpq(below, 1 << shift), fmpq(below + 1, 1 << shift)


def outside_domain(claim: Claim, values: dict[Symbol, Rational]) -> str:
    if claim.horizon is not None and values[claim.horizon] != values[k]:
        return f"the claim is only about k = {claim.horizon}, its horizon"
    for number, least in counted(claim).items():
        value = number.subs(values)
        if value.is_Rational and not (value.is_Integer and value >= least):
            return f"{number} = {value} must be an integer, {least} or more"
    for relation in claim.domain:
        if not _holds(relation, values):
            return f"outside the domain: {relation} does not hold"
    for assumption in claim.assumptions:
        for condition in assumption.conditions:
            met = _holds(condition, values) if isinstance(condition, Relational) else truth(condition, values) is True
            if not met:
                return f"{assumption} requires {condition}, which does not hold"
    return ""


def _holds(relation: Relational, values: dict[Symbol, Rational]) -> bool:
    """Whether a condition surely holds: by rational arithmetic if its sides are rational, else as SymPy tells."""
    numbers = {symbol: rational(str(value)) for symbol, value in values.items()}
    try:
        return bool(domain.holds(relation, numbers, RATIONALS))
    except (TypeError, ValueError, KeyError, ArithmeticError):
        return truth(relation, values) is True


def symbols(parameters: Mapping[str, fmpq]) -> dict[Symbol, Rational]:
    return {Symbol(name, real=True): Rational(int(n.p), int(n.q)) for name, n in parameters.items()}
