"""Which assumption of the product's own an assumption is, whoever wrote it, and how the three geometries compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from sympy import Basic, Expr, Ge, Gt, Integer, Le, expand, false
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions.flows import Convex, SublevelRadius
from signproof.theory.assumptions.gradients import SignMargin, Unbiased, VoteMargin
from signproof.theory.assumptions.objective import Assumption, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.assumptions.start import StartDistance, StartSize
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.norms import ANY, L2, LINF, OPERATOR, DualPair
from signproof.theory.terms.vectors import about_vectors, gradient, inner, norm, point

ORDER = (LINF, OPERATOR, L2)
"""The norms from the least to the largest; for their duals it is the other way round."""


def recognized(assumption: Assumption, premises: Sequence[Boolean]) -> Assumption | None:
    """The assumption of the product's own that says just what an assumption says, whatever its class and spelling.

    One of strong convexity or of Polyak-Lojasiewicz is one only if the premises imply that its constant is positive:
    where it may be 0 or less, the same words are met by functions without a minimizer, and by bounded ones.
    """
    x, y = points = [point(Str(name)) for name in "xy"]
    given = {_said(assumption, *order[: assumption.points]) for order in (points, (y, x)) if assumption.points <= 2}
    for other in _alike(assumption):
        if other.points == assumption.points and given & {
            _said(other, *points[: other.points]),
            *_spelled(other, x, y),
        }:
            return other if _meant(other, premises) else None
    return None


def in_own_words(claim: Claim) -> Claim:
    """The claim with the product's own assumptions in the place of those that say the same; itself if there are none.

    It assumes no more: a condition on a constant that the claim does not have, such as that it is positive, is not
    added.
    """
    found = [recognized(assumption, claim.premises) or assumption for assumption in claim.assumptions]
    if all(type(one) is type(other) for one, other in zip(found, claim.assumptions, strict=True)):
        return claim
    try:
        worded = replace(claim, assumptions=tuple(found))
    except ClaimError:  # a symbol is bound by nothing else
        return claim
    return worded if {*worded.premises} <= {*claim.premises} else claim


def largest_ratio(p: DualPair, q: DualPair, dimension: Expr | None) -> Expr | None:
    """c(p, q): the largest ||x||_p^2 / ||x||_q^2; None if it is not known."""
    if p is q:
        return Integer(1)
    if ANY in (p, q):
        return None
    if ORDER.index(p) < ORDER.index(q):
        return Integer(1)
    return Integer(2) if (p, q) == (L2, OPERATOR) else dimension


def _meant(assumption: Assumption, premises: Sequence[Boolean]) -> bool:
    """Whether a constant that is to be positive is so."""
    if not isinstance(assumption, StronglyConvex | PolyakLojasiewicz):
        return True
    positive = Gt(assumption.constant, 0)
    return positive in premises or follows(positive, premises).holds is True


def _alike(assumption: Assumption) -> Iterator[Assumption]:
    """The assumptions of the product's own that might say the same, with the formulas of the given one."""
    yield Convex()
    for workers in (False, True):
        yield Unbiased(workers)
    for formula in assumption.formulas:
        kinds: list[Callable[..., Assumption]] = [Smooth, StronglyConvex, PolyakLojasiewicz]
        for kind, pair in product([*kinds, SublevelRadius, StartDistance, StartSize], (*ORDER, ANY)):
            yield kind(formula, pair)
        yield VoteMargin(formula)
        for workers in (False, True):
            yield SignMargin(formula, workers)


def _spelled(assumption: Assumption, x: Expr, y: Expr) -> Iterator[Basic]:
    """Other words for an assumption: strong convexity is the strong monotonicity of the gradient, integrated."""
    if isinstance(assumption, StronglyConvex):
        growth = assumption.constant * norm(Str(assumption.norm.name), x - y) ** 2
        yield _normal(Ge(inner(gradient(x) - gradient(y), x - y), growth))
    if isinstance(assumption, Convex):
        yield _normal(Ge(inner(gradient(x) - gradient(y), x - y), 0))


def _said(assumption: Assumption, *points: Expr) -> Basic:
    """What an assumption says at points, in a normal form; false if it says nothing there."""
    try:
        return _normal(assumption.statement(*points))
    except Exception:  # what a user's statement raises is said where it is needed
        return false


def _normal(statement: Basic) -> Basic:
    """A relation as one that compares 0 with a sum without common factor."""
    if not isinstance(statement, Ge | Le) or about_vectors(statement):
        return statement
    _, difference = expand(statement.gts - statement.lts).as_content_primitive()
    return Ge(expand(difference), 0, evaluate=False)
