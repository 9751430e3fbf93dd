"""Which numbers of a claim are whole: iterations, horizons, workers, draws of a mini-batch, dimensions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sympy import Dummy, Eq, Expr, Ge, Integer, Symbol, sympify
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions.objective import Assumption
from signproof.theory.symbols import k
from signproof.theory.terms.expectations import Total
from signproof.theory.terms.proximal import sampled_mapping

if TYPE_CHECKING:
    from signproof.theory.claim import Claim


def counted(claim: Claim) -> dict[Expr, int]:
    """Each number of a claim that is whole, a symbol or another formula, with the least value that it can have."""
    least: dict[Expr, int] = {k: 0}
    if claim.horizon is not None:
        least[claim.horizon] = 0
    if claim.measure is not None and claim.measure.horizon is not None:
        least[claim.measure.horizon] = 1
    least |= {sympify(number): 1 for number in of_method(claim.algorithm).values() if isinstance(number, Expr | int)}
    if claim.statement is not None:
        least |= {term.args[2]: 1 for term in claim.statement.atoms(sampled_mapping)}
    least |= {number: 1 for assumption in claim.assumptions if (number := size(assumption)) is not None}
    return {number: lower for number, lower in least.items() if not (number.is_Integer and number >= lower)}


def whole_numbers(claim: Claim) -> tuple[list[tuple[Expr, int, list[Boolean]]], frozenset[Symbol]]:
    """What it says that the numbers which are counted are whole: each with its least value, and relations; a formula,
    such as 2n, equals a whole number of its own. And all symbols that stand for whole numbers, those included."""
    found, whole = [], set(claim.whole)
    for number, least in counted(claim).items():
        said: list[Boolean] = [Ge(number, least, evaluate=False)]
        if not isinstance(number, Symbol):
            whole.add(unknown := Dummy("n", real=True))
            said.append(Eq(number, unknown, evaluate=False))
        found.append((number, least, said))
    return found, frozenset(whole)


def of_method(method: object) -> dict[str, Any]:
    """What a method counts, by name: its fields `workers` and `batch`, where it has them."""
    fields = {field.name for field in dataclasses.fields(method)} if dataclasses.is_dataclass(method) else set()
    return {name: getattr(method, name) for name in ("workers", "batch") if name in fields}


def size(assumption: Assumption, index: Expr | None = None) -> Expr | None:
    """What an assumption says is the number of all coordinates, or of what another index counts; None if it does not.

    With `index` only what it says about that one.
    """
    if getattr(assumption, "points", None) != 0:
        return None
    try:
        said = assumption.statement()
    except Exception:  # it is about no numbers; what else a user's statement raises is said where it is needed
        return None
    if isinstance(said, Eq) and isinstance(said.lhs, Total) and said.lhs.function == Integer(1):
        return said.rhs if index in (None, said.lhs.index) else None
    return None
