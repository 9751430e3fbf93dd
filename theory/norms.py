"""Dual pairs of norms: the geometry in which smoothness, strong convexity and the PL inequality are stated.

A pair is a norm, its dual norm `||g||_*`, the max over `||v|| <= 1` of `<g, v>`, and a maximizer v(g). The proofs use
three facts about a pair: `<g, v(g)> = ||g||_*`, `||v(g)|| <= 1` and `<u, v> <= ||u||_* ||v||`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeGuard

if TYPE_CHECKING:
    from signproof.theory.arithmetic import Arithmetic, Scalar, Vector


@dataclass(frozen=True)
class DualPair(ABC):
    """A norm and its dual. Vectors have their coordinates along axis 0; `xp` is an arithmetic."""

    name: str

    def fits(self, dimension: int) -> bool:
        """Whether vectors with this many coordinates have this norm."""
        return True

    def norm(self, x: Vector, xp: Arithmetic) -> Scalar:
        """`||x||`."""
        return xp.norm(self.name, x) if _by_name(xp) else self._norm(x, xp)

    def dual(self, g: Vector, xp: Arithmetic) -> Scalar:
        """`||g||_*`."""
        return xp.dual_norm(self.name, g) if _by_name(xp) else self._dual(g, xp)

    def dual_squared(self, g: Vector, xp: Arithmetic) -> Scalar:
        """`||g||_*^2` as a number; rational for the Euclidean norm."""
        return xp.power(self.dual(g, xp), 2)

    def dual_power(self, g: Vector, power: int, xp: Arithmetic) -> Scalar:
        """`||g||_*^power`; rational for even powers of the Euclidean norm."""
        if power % 2:
            return xp.power(self.dual(g, xp), power)
        return xp.power(self.dual_squared(g, xp), power // 2)

    def norm_power(self, x: Vector, power: int, xp: Arithmetic) -> Scalar:
        """`||x||^power`; rational for even powers of the Euclidean norm."""
        if power % 2:
            return xp.power(self.norm(x, xp), power)
        return xp.power(self.squared(x, xp), power // 2)

    def squared(self, x: Vector, xp: Arithmetic) -> Scalar:
        """`||x||^2` as a number; rational for the Euclidean norm."""
        return xp.power(self.norm(x, xp), 2)

    def maximizer(self, g: Vector, xp: Arithmetic) -> Vector:
        """v(g): `||v(g)|| <= 1` and `<g, v(g)> = ||g||_*`; zero where g is zero."""
        return xp.maximizer(self.name, g) if _by_name(xp) else self._maximizer(g, xp)

    @abstractmethod
    def _norm(self, x, xp): ...

    @abstractmethod
    def _dual(self, g, xp): ...

    @abstractmethod
    def _maximizer(self, g, xp): ...


class MaximumNorm(DualPair):
    """The maximum norm; its dual is the sum of absolute values, its maximizer the sign."""

    def _norm(self, x, xp):
        return xp.max(xp.abs(x))

    def _dual(self, g, xp):
        return xp.sum(xp.abs(g))

    def _maximizer(self, g, xp):
        return xp.sign(g)


class EuclideanNorm(DualPair):
    """The Euclidean norm, its own dual; the maximizer is g / ||g||."""

    def _norm(self, x, xp):
        return xp.sqrt(xp.sum(x * x))

    def _dual(self, g, xp):
        return self._norm(g, xp)

    def dual_squared(self, g: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(g * g)

    def squared(self, x: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(x * x)

    def _maximizer(self, g, xp):
        return xp.normalized(g)


class OperatorNorm(DualPair):
    """The operator norm of matrices with two rows, and its dual, the nuclear norm; the maximizer is UV' for g = USV'.

    A vector of 2n coordinates, n >= 2, is the matrix whose rows are its halves a and b. Its singular values are known
    without iteration: their squares add up to ||a||^2 + ||b||^2, and their product is the length of the vector of
    2 x 2 minors a_i b_j - a_j b_i. On rationals a TypeError says that they are irrational.
    """

    def fits(self, dimension: int) -> bool:
        return dimension >= 4 and dimension % 2 == 0

    def _norm(self, x, xp):
        a, b = _rows(x)
        p, q, r = xp.sum(a * a), xp.sum(b * b), xp.sum(a * b)
        # s_1^2 - s_2^2 = sqrt((p - q)^2 + 4 r^2)
        return xp.sqrt((p + q + xp.sqrt((p - q) * (p - q) + 4 * r * r)) / 2)

    def _dual(self, g, xp):
        minors, _, _ = xp.minors(*_rows(g))
        # (s_1 + s_2)^2 = s_1^2 + s_2^2 + 2 s_1 s_2
        return xp.sqrt(xp.sum(g * g) + 2 * xp.sqrt(xp.sum(minors * minors)))

    def _maximizer(self, g, xp):
        """(g + h) / (s_1 + s_2), where h = U diag(s_2, s_1) V' has g's singular values exchanged.

        With W_ij = (a_i b_j - a_j b_i) / (s_1 s_2) the rows of h are Wb and -Wa. Where s_2 = 0, h is 0.
        """
        unit = xp.normalized(g)
        minors, places, signs = xp.minors(*_rows(unit))
        h = xp.matvec(signs * xp.normalized(minors)[places], unit)
        return (unit + h) / xp.sqrt(1 + 2 * xp.sqrt(xp.sum(minors * minors)))


class _ByName(Protocol):
    """An arithmetic that knows norms by their names, and no coordinates."""

    def norm(self, name: str, x: Vector) -> Scalar: ...

    def dual_norm(self, name: str, g: Vector) -> Scalar: ...

    def maximizer(self, name: str, g: Vector) -> Vector: ...


def _by_name(xp: Arithmetic) -> TypeGuard[_ByName]:
    return getattr(xp, "opaque", False)


def _rows(x: Vector) -> tuple[Vector, Vector]:
    """The two rows of a matrix. Raises ValueError if the vector has no even number of 4 coordinates or more."""
    d = x.shape[0]
    if not OPERATOR.fits(d):
        raise ValueError(
            f"the operator norm needs matrices with two rows of at least 2 entries, not {d} entries in all"
        )
    return x[: d // 2], x[d // 2 :]


class AnyNorm(DualPair):
    """A norm of which only the three facts are known: what is proved for it holds for every norm."""

    def _norm(self, x, xp):
        raise TypeError("a statement about every norm has no numerical values: choose LINF, L2 or OPERATOR")

    _dual = _maximizer = _norm


LINF = MaximumNorm("inf")
"""l-infinity with dual l1: the geometry of sign methods."""
L2 = EuclideanNorm("2")
"""The Euclidean geometry."""
OPERATOR = OperatorNorm("op")
"""The operator norm of matrices with two rows: the geometry of spectral methods."""
ANY = AnyNorm("any")
"""Every norm at once; for proofs only."""
