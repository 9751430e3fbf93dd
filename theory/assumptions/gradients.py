"""Assumptions on stochastic gradients ~g, drawn at a point x: their mean, their spread, their signs.

`noiseless` says what remains of an assumption for the oracle that returns the gradient itself: conditions on the
constants. Every oracle assumption here holds for it, so that a claim about stochastic gradients can be tried on exact
ones. An assumption of your own that does not define it is not taken to hold for exact gradients.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from sympy import Abs, And, Basic, Eq, Expr, Ge, Le, false, sign, true
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from signproof.theory.algebra.decide import follows
from signproof.theory.assumptions.objective import Assumption, OfConstant
from signproof.theory.declared import owner, said_of
from signproof.theory.symbols import i, m
from signproof.theory.terms.exact_types import of_package
from signproof.theory.terms.expectations import Random, Total, coordinate, estimate, expectation, mean
from signproof.theory.terms.vectors import Scalar, VectorAtom, dual_norm, gradient, point
from signproof.theory.terms.votes import lean, majority, swing


@dataclass(frozen=True)
class OracleAssumption(Assumption):
    """Base class of assumptions on a stochastic gradient at every point x, given x."""

    points = 1

    @property
    def noiseless(self) -> tuple[Basic, ...]:
        """The conditions on the constants under which the exact gradient meets the assumption.

        The class that defines the statement must define it, or it counts as unknown: see `fits_exact_gradients`.
        """
        return ()

    @property
    def fits_exact_gradients(self) -> bool:
        """Whether `noiseless` gives the conditions under which exact gradients meet the assumption on every objective.

        For a user's class this is not taken for granted: it counts if the statement, with the gradient in place of what
        is drawn, follows from these conditions and those on its constants alone.
        """
        if not said_of(type(self), "noiseless", "statement"):
            return False
        return of_package(owner(type(self), "noiseless")) or _follows_exactly(self)

    @property
    def met_exactly(self) -> tuple[Basic, ...] | None:
        """The conditions under which exact gradients meet the assumption on every objective; None if not known.

        What a user's class says of it is not believed: its statement is read with `grad f` in the place of `~g`.
        """
        if self.fits_exact_gradients:
            return self.noiseless
        try:
            said = _said_exactly(self)
        except Exception:  # what a user's statement raises is said where it is needed
            return None
        parts = said.args if isinstance(said, And) else (said,)
        if false in parts or any(part.has(VectorAtom, Scalar, ExprWithLimits) for part in parts):
            return None
        return tuple(part for part in parts if part != true)


@dataclass(frozen=True)
class Unbiased(OracleAssumption):
    """`E[~g | x] = grad f(x)`.  [scaled-sign, Assumption 4]

    With `workers`, for each of several workers.
    """

    workers: bool = False
    words = "unbiased"
    noiseless = ()

    def statement(self, x: Expr) -> Boolean:
        return Eq(mean(coordinate(_estimate(x, self.workers), i), x), coordinate(gradient(x), i))


@dataclass(frozen=True)
class _WithConstant(OfConstant, OracleAssumption):
    constant: Any
    workers: bool = False

    def __str__(self):
        return f"{type(self).__name__}({self.constant})"


class BoundedVariance(_WithConstant):
    """`E[||~g - grad f(x)||_1^2 | x] <= sigma^2`.  [scaled-sign, Assumption 4]

    With `workers`, for each of several workers.
    """

    words = "of bounded variance"
    noiseless = ()

    @property
    def conditions(self):
        return (Ge(self.constant, 0),)

    def statement(self, x: Expr) -> Boolean:
        return Le(mean(l1(_estimate(x, self.workers) - gradient(x)) ** 2, x), self.constant**2)


class SignMargin(_WithConstant):
    """`g_i E[sign(~g_i) | x] >= c |g_i|`: it holds if ~g_i has the right sign with probability p_i >= (1 + c)/2.

    For c = 2 p_min - 1: E[sign(~g_i)] sign(g_i) = p_i - P(the sign is opposite) >= 2 p_i - 1.  [scaled-sign, Theorem 2]
    """

    words = "right in sign"

    @property
    def noiseless(self):
        return (Le(self.constant, 1),)

    def statement(self, x: Expr) -> Boolean:
        slope = coordinate(gradient(x), i)
        return Ge(slope * mean(sign(coordinate(_estimate(x, self.workers), i)), x), self.constant * Abs(slope))


class VoteMargin(_WithConstant):
    """`g_i E[vote_i | x] >= (2 I - 1) |g_i|` for the majority vote of M independent workers.

    It holds with I = I_p(kappa, kappa), the regularized incomplete beta function, kappa = floor((M + 1)/2), if the sign
    of each ~g^m_i is right with probability p_i >= p wherever g_i != 0: by `scaled-sign/theorem-3.vote` at p, since the
    vote is right more often for larger p_i.  [scaled-sign, (41)]
    """

    words = "right in votes"

    @property
    def noiseless(self):
        return (Le(self.constant, 1),)

    def statement(self, x: Expr) -> Boolean:
        slope = coordinate(gradient(x), i)
        return Ge(slope * mean(coordinate(majority(x), i), x), (2 * self.constant - 1) * Abs(slope))


class NormSignMargin(_WithConstant):
    """(N): `g_i E[||~g||_1 sign(~g_i) | x] >= c |g_i| ||g||_1`.

    The proof of Theorem 2 needs this of norm and signs; independent coordinates imply it.
    """

    words = "right in sign also where they are long"

    @property
    def noiseless(self):
        return (Le(self.constant, 1),)

    def statement(self, x: Expr) -> Boolean:
        slope, draw = coordinate(gradient(x), i), estimate(x)
        long = mean(l1(draw) * sign(coordinate(draw, i)), x)
        return Ge(slope * long, self.constant * Abs(slope) * l1(gradient(x)))


@dataclass(frozen=True)
class Independence(OracleAssumption):
    """Pairs of quantities that are independent given x: `pairs`.

    Proofs use, and laws are checked for, only this: the mean of their product is the product of their means.
    """

    noiseless = ()

    @abstractmethod
    def pairs(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]: ...

    def statement(self, x: Expr) -> Boolean:
        return And(*(Eq(mean(one * other, x), mean(one, x) * mean(other, x)) for one, other in self.pairs(x)))


@dataclass(frozen=True)
class IndependentNormAndSigns(Independence):
    """||~g||_1 and each sign(~g_i) are independent given x. The papers' proofs use it, but none of their assumptions
    implies it, and it fails for nearly every law.
    """

    words = "independent in norm and signs"

    def pairs(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        return ((l1(estimate(x)), sign(coordinate(estimate(x), i))),)


@dataclass(frozen=True)
class IndependentCoordinates(Independence):
    """The coordinates of ~g are independent given x: the sum of the |~g_j|, j != i, does not depend on sign(~g_i)."""

    words = "independent in their coordinates"

    def pairs(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        others = l1(estimate(x)) - Abs(coordinate(estimate(x), i))
        return ((others, sign(coordinate(estimate(x), i))),)


@dataclass(frozen=True)
class IndependentNormsAndVotes(Independence):
    """The sum of the workers' norms ||~g^m||_1 and the majority vote of their signs are independent given x. The proof
    of scaled-sign's Theorem 3 uses it, but no assumption there implies it.
    """

    words = "independent in norms and votes"

    def pairs(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        return ((Total(l1(estimate(x, m)), m), coordinate(majority(x), i)),)


@dataclass(frozen=True)
class IndependentDraws(Independence):
    """All coordinates of all workers' ~g^m are independent given x, and P(~g^m_i = 0) = 0 wherever g_i != 0.

    A worker's other coordinates do not depend on the vote in coordinate i; its coordinate i does not depend on the
    other workers' signs there.
    """

    words = "independent in their coordinates and workers"

    def pairs(self, x: Expr) -> tuple[tuple[Expr, Expr], ...]:
        draw = estimate(x, m)
        drawn = coordinate(draw, i)
        return (
            (l1(draw) - Abs(drawn), coordinate(majority(x), i)),
            (Abs(drawn), coordinate(lean(x, m), i)),
            (drawn, coordinate(swing(x, m), i)),
        )


def _said_exactly(assumption: OracleAssumption) -> Basic:
    """What an assumption says of exact gradients: the gradient in the place of what is drawn, and of means."""
    said = assumption.statement(point(Str("x"))).replace(estimate, lambda x, *_: gradient(x))
    return said.replace(expectation, lambda term, given: term)


def _follows_exactly(assumption: OracleAssumption) -> bool:
    """Whether what an assumption says of exact gradients follows from its conditions, whatever the gradient is."""
    exact = _said_exactly(assumption)
    if (
        not isinstance(exact, Boolean)
        or exact.has(Random)
        or any(not of_package(type(term)) for term in exact.atoms(VectorAtom, Scalar))
    ):
        return False
    conditions = [each for each in (*assumption.conditions, *assumption.noiseless) if each != true]
    return exact == true or (exact != false and bool(follows(exact, conditions).holds))


def l1(vector: Expr) -> Expr:
    """||v||_1, the dual of the maximum norm."""
    return dual_norm(Str("inf"), vector)


def _estimate(x: Expr, workers: bool) -> Expr:
    return estimate(x, m) if workers else estimate(x)
