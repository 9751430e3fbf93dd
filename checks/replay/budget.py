"""How large the numbers of a replay can become: anybody may have sent the witness, and it may not hang its reader.

The size of a formula's value is bounded beforehand, from the sizes of what is put into it. How long a run's numbers
become is not known beforehand: that is counted while it goes on (`checks/runs/exact.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from flint import fmpq
from sympy import Basic, Dummy, Expr, Symbol, exp, preorder_traversal

from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k
from signproof.theory.terms.sizes import magnitude

LARGEST_BITS = 10_000_000
"""Bits of the largest number that is computed."""
LARGEST_TOTAL = 10_000_000
"""Bits of all numbers of a witness together."""


def refuse_beyond(claim: Claim, parameters: Mapping[str, fmpq], start: Iterable[fmpq], steps: int) -> None:
    """Raises ValueError, with the figure, for an instance with numbers that are too large to replay."""
    height = sum(map(bits, start))
    total = height + sum(map(bits, parameters.values()))
    if total > LARGEST_TOTAL:
        raise ValueError(f"its numbers have {total} bits, more than {LARGEST_TOTAL}")
    sizes: dict[Basic, float] = {Symbol(name, real=True): bits(number) for name, number in parameters.items()}
    sizes |= {k: steps.bit_length(), V0: 4 * height + 1024}
    for formula in _formulas(claim):
        size = max(magnitude(part, sizes, 64) for part in _without_exponentials(formula))
        if size > LARGEST_BITS:
            much = f"about {size:.0e}" if size < inf else "more than 1e300"
            raise ValueError(
                f"{str(formula)[:60]} may have {much} bits at k = {steps}; numbers of {LARGEST_BITS} are computed"
            )


def _without_exponentials(formula: Basic) -> Iterable[Basic]:
    """A formula with numbers of usual size in place of exponentials, and what is in these: their values are balls of so
    many bits, whatever their size."""
    powers = [part for part in preorder_traversal(formula) if isinstance(part, exp)]
    yield formula.xreplace({part: Dummy() for part in powers})
    for part in powers:
        yield from _without_exponentials(part.args[0])


def bits(number: fmpq) -> int:
    """The bits of a rational's numerator and denominator."""
    return int(number.p.bit_length()) + int(number.q.bit_length())


def _formulas(claim: Claim) -> Iterable[Basic]:
    """All formulas of a claim that are computed at the witness."""
    parts: list[Any] = [claim.bound, claim.statement, *claim.domain]
    parts += [formula for assumption in claim.assumptions for formula in assumption.formulas]
    parts += getattr(claim.algorithm, "parameters", {}).values()
    for part in parts:
        if isinstance(part, Expr):
            yield part
        elif isinstance(part, Basic):
            yield from (side for side in preorder_traversal(part) if isinstance(side, Expr))
