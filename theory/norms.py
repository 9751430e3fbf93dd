"""Dual pairs of norms: the geometry in which smoothness, strong convexity and the PL inequality are stated.

A pair is a norm, its dual norm ||g||_* = max over ||v|| <= 1 of <g, v>, and a maximizer v(g). The proofs use
three facts about a pair: <g, v(g)> = ||g||_*, ||v(g)|| <= 1 and <u, v> <= ||u||_* ||v||.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DualPair(ABC):
    """A norm and its dual. Vectors have their coordinates along axis 0; `xp` is an arithmetic."""

    name: str

    def norm(self, x: Any, xp: Any) -> Any:
        """||x||."""
        return xp.norm(self.name, x) if getattr(xp, "opaque", False) else self._norm(x, xp)

    def dual(self, g: Any, xp: Any) -> Any:
        """||g||_*."""
        return xp.dual_norm(self.name, g) if getattr(xp, "opaque", False) else self._dual(g, xp)

    def maximizer(self, g: Any, xp: Any) -> Any:
        """v(g): ||v(g)|| <= 1 and <g, v(g)> = ||g||_*; zero where g is zero."""
        return xp.maximizer(self.name, g) if getattr(xp, "opaque", False) else self._maximizer(g, xp)

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

    def _maximizer(self, g, xp):
        return xp.normalized(g)


class AnyNorm(DualPair):
    """A norm of which nothing is known but the three facts: what is proved over it holds for every norm."""

    def _norm(self, x, xp):
        raise TypeError("a statement about every norm has no numbers: choose LINF or L2")

    _dual = _maximizer = _norm


LINF = MaximumNorm("inf")
"""l-infinity with dual l1: the geometry of sign methods."""
L2 = EuclideanNorm("2")
"""The Euclidean geometry."""
ANY = AnyNorm("any")
"""Every norm at once; for proofs only."""
