"""Which assumption of the product's own an assumption is, whoever wrote it, and how the three geometries compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from sympy import Expr, Integer
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.assumptions import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.flows import Convex, SublevelRadius
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.oracles import SignMargin, Unbiased, VoteMargin
from signproof.theory.vectors import point

ORDER = (LINF, OPERATOR, L2)
"""The norms from the least to the largest; for their duals it is the other way round."""
OF_A_RUN = ("bound", "flow", "comparison")
"""Kinds of claims that are about objectives with f(x_0) > f*."""


def recognized(assumption: Assumption) -> Assumption | None:
    """The assumption of the product's own that says just what an assumption says, whatever its class."""
    for other in _alike(assumption):
        if other.points == assumption.points and _statement(other) == _statement(assumption):
            return other
    return None


def largest_ratio(p: DualPair, q: DualPair, dimension: Expr | None) -> Expr | None:
    """c(p, q): the largest ||x||_p^2 / ||x||_q^2; None if it is not known."""
    if p is q:
        return Integer(1)
    if ANY in (p, q):
        return None
    if ORDER.index(p) < ORDER.index(q):
        return Integer(1)
    return Integer(2) if (p, q) == (L2, OPERATOR) else dimension


def _alike(assumption: Assumption) -> Iterator[Assumption]:
    """The assumptions of the product's own that might say the same, with the formulas of the given one."""
    yield Convex()
    for workers in (False, True):
        yield Unbiased(workers)
    for formula in assumption.formulas:
        kinds: tuple[Callable[..., Assumption], ...] = (Smooth, StronglyConvex, PolyakLojasiewicz, SublevelRadius)
        for kind, pair in product(kinds, (*ORDER, ANY)):
            yield kind(formula, pair)
        yield VoteMargin(formula)
        for workers in (False, True):
            yield SignMargin(formula, workers)


def _statement(assumption: Assumption) -> Boolean | None:
    """What an assumption says at points x, y; None if it says nothing there."""
    try:
        return assumption.statement(*map(point, map(Str, "xyz"[: assumption.points])))
    except Exception:  # what a user's statement raises is said where it is needed
        return None
