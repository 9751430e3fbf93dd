"""How large the value of a formula can be, told before it is computed."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log2

from sympy import Add, Basic, Mul, Pow, Rational, Symbol, exp

MOST = 1000
"""Beyond this power of two all is infinite."""


def magnitude(formula: Basic, symbols: Mapping[Basic, float], other: float = 2) -> float:
    """A bound of |log2 |x|| for the value x of a formula, as if no terms cancelled: 2^30 and 2^-30 have 30.

    Arguments: the same of its symbols; that of those which are missing.
    """
    if isinstance(formula, Rational):
        return log2(max(abs(formula.p), formula.q, 1))
    if isinstance(formula, Symbol):
        return symbols.get(formula, other)
    parts = [magnitude(part, symbols, other) for part in formula.args] or [other]
    if isinstance(formula, Pow | exp):
        base, exponent = (2, parts[0]) if isinstance(formula, exp) else parts
        if not isinstance(formula, exp) and isinstance(formula.exp, Rational):
            return base * abs(formula.exp.p / formula.exp.q)
        return base * 2**exponent if exponent < MOST else inf
    if isinstance(formula, Mul):
        return sum(parts)
    if isinstance(formula, Add):
        return sum(parts) + log2(len(parts))  # with one denominator
    return max(parts)
