"""Multipliers for a proof: a linear programme at one point of the domain says which facts it needs, and the linear
equations that are left, solved over the field of the parameters, say how much of each.

What comes out is a proposal: whether multipliers are not negative all over the domain is for the kernel to say.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sympy import Add, Basic, Dummy, Expr, Integer, Pow, Rational, Symbol, expand, lambdify, together
from sympy.core.relational import Relational
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMError

from signproof.theory.terms.vectors import Scalar

TRIES, POINTS = 20_000, 3
SMALL = 2**-30


@dataclass(frozen=True)
class Unknown:
    """A number to be found: its column, what it contributes to the identity, and whether it may be negative."""

    name: str
    gap: Expr
    free: bool = False
    cost: float = 1
    rooms: tuple[Expr, ...] = ()
    """What it contributes to each of the inequalities between parameters."""


def monomials(gap: Expr, letters: Iterable[Symbol] = ()) -> dict[Expr, Expr]:
    """A sum as coefficients, made of parameters, by products of terms of the run and of powers of letters."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(gap)):
        factor, atoms = term.as_independent(Scalar, *letters, as_Add=False)
        found[atoms] = found.get(atoms, Integer(0)) + factor
    return {atoms: factor for atoms, factor in found.items() if factor != 0}


def points(symbols: Iterable[Symbol], domain: Iterable[Basic], count: int = POINTS) -> list[dict[Symbol, Rational]]:
    """Points of a domain, at random: numbers of about 1/30 to 30, simple ones; fewer if few are found."""
    names = sorted(symbols, key=str)
    known = [each for each in domain if isinstance(each, Relational) and each.free_symbols <= {*names}]
    inside = lambdify(names, known, "math")
    rng, found = random.Random(0), list[dict[Symbol, Rational]]()
    for _ in range(TRIES):
        numbers = [(rng.randint(1, 40), rng.choice((7, 11, 13, 29, 31, 101))) for _ in names]
        try:
            if all(inside(*(p / q for p, q in numbers))):
                found.append({name: Rational(p, q) for name, (p, q) in zip(names, numbers, strict=True)})
        except (ArithmeticError, ValueError, TypeError):
            continue
        if len(found) == count:
            break
    return found


def solve(
    target: Expr,
    unknowns: Sequence[Unknown],
    rooms: Sequence[Expr],
    at: Iterable[Mapping[Symbol, Rational]],
    letters: Iterable[Symbol] = (),
) -> dict[str, Expr] | None:
    """Multipliers z with target + sum of z_j gap_j = 0 identically, and rooms + sum of z_j rooms_j >= 0 at the points.

    Identically is for all terms of the run and all values of the letters.

    Unknowns that are not free are not negative at the points. None if there are none, or no formula for them is found.
    """
    columns = [monomials(each.gap, letters) for each in unknowns]
    constant = monomials(target, letters)
    rows = sorted({atoms for column in (*columns, constant) for atoms in column}, key=str)
    table = [[column.get(row, Integer(0)) for column in (*columns, constant)] for row in rows]
    space = [
        [*(each.rooms[place] if each.rooms else Integer(0) for each in unknowns), room]
        for place, room in enumerate(rooms)
    ]
    at, first = list(at), None
    for point in at:
        try:
            support = _support(table, space, unknowns, point)
        except TypeError:  # a root without a value there
            continue
        if support is None:
            return None
        used, tight = support
        found = _formulas(table, used) or _formulas(table + [space[place] for place in tight], used)
        if found is None:
            continue
        named = {unknowns[place].name: formula for place, formula in zip(used, found, strict=True) if formula != 0}
        signed = [formula for place, formula in zip(used, found, strict=True) if not unknowns[place].free]
        if all(_not_negative(formula, other) for other in at for formula in signed):
            return named
        first = first or named
    return first


def _not_negative(formula: Expr, point: Mapping[Symbol, Rational]) -> bool:
    """Whether a multiplier is not negative at a point, up to rounding."""
    try:
        return bool(formula.subs(point).evalf() >= -SMALL)
    except TypeError:  # it has no value there
        return False


def _support(
    table: list[list[Expr]], space: list[list[Expr]], unknowns: Sequence[Unknown], point: Mapping[Symbol, Rational]
) -> tuple[list[int], list[int]] | None:
    """Which unknowns are not zero at a point, and which rooms are used up."""
    import numpy as np
    from scipy.optimize import linprog

    def numbers(rows: list[list[Expr]]) -> np.ndarray:
        found = np.array([[entry.subs(point) for entry in row] for row in rows], dtype=np.float64)
        return found.reshape(-1, len(unknowns) + 1)

    equal, room = numbers(table), numbers(space)
    scale = np.maximum(abs(equal).max(axis=1, keepdims=True), SMALL)
    bounds = [(None if each.free else 0, None) for each in unknowns]
    answer = linprog(
        [each.cost for each in unknowns],
        A_eq=(equal / scale)[:, :-1], b_eq=-(equal / scale)[:, -1], A_ub=-room[:, :-1] if len(room) else None,
        b_ub=room[:, -1] if len(room) else None, bounds=bounds, method="highs-ds",
    )  # fmt: skip
    if answer.status != 0 or not all(map(math.isfinite, answer.x)):
        return None
    used = [place for place, value in enumerate(answer.x) if abs(value) > SMALL]
    left = room[:, :-1] @ answer.x + room[:, -1] if len(room) else ()
    return used, [place for place, value in enumerate(left) if abs(value) < SMALL]


def _formulas(table: list[list[Expr]], used: list[int]) -> list[Expr] | None:
    """The unknowns that are not zero, as formulas; None if the equations do not determine them."""
    roots: dict[Expr, Dummy] = {}

    def plain(entry: Expr) -> Expr:
        powers = sorted((part for part in entry.atoms(Pow) if not part.exp.is_Integer), key=str)
        return entry.xreplace({part: roots.setdefault(part, Dummy(f"r{len(roots)}")) for part in powers})

    rows = [[plain(row[place]) for place in (*used, -1)] for row in table]
    rows = [row for row in rows if any(entry != 0 for entry in row)]
    back = {dummy: root for root, dummy in roots.items()}
    try:
        matrix = DomainMatrix.from_list_sympy(len(rows), len(used) + 1, rows).to_field()
        reduced, pivots = matrix.rref()
    except (DMError, ValueError, NotImplementedError):
        return None
    if pivots != tuple(range(len(used))):
        return None
    answer = reduced.to_Matrix()
    return [together(-answer[place, len(used)]).xreplace(back) for place in range(len(used))]
