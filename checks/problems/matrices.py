"""Least squares of matrices, f(X) = 1/2 ||AX||_F^2, in the operator norm: where spectral methods are at home.

With H = A'A the gradient is HX. In the operator norm and its dual, the nuclear norm, the constants are exact:

    L = tr H:  ||HX||_nuc <= ||H||_nuc ||X||_op, with equality at X = [I 0];
    mu = lambda_min(H), of strong convexity and of the PL inequality:  tr(X'HX) >= mu ||X||_F^2 >= mu ||X||_op^2 and
    ||HX||_nuc^2 >= ||HX||_F^2 >= mu tr(X'HX), with equality where the columns of X are multiples of one eigenvector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from flint import fmpq

from signproof.checks.posing.domain import TURN
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.constants import Enclosure
from signproof.checks.problems.quadratic import LeastSquares, u
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import L2, OPERATOR

COLUMNS = 3
"""Columns of X."""


@dataclass(frozen=True, eq=False)
class MatrixLeastSquares(Problem):
    """f(X) = 1/2 ||AX||_F^2; `factor` is the invertible A, of shape (2, 2, batch), and X has two rows.

    In the norms of vectors these are `LeastSquares`, which answer for them.
    """

    factor: Any

    family = "least squares of matrices"
    shapes = ((2, 2),)
    convex = True

    @property
    def dimension(self):
        return 2 * COLUMNS

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        wide = _widened(self.factor)
        return xp.matvec(wide.swapaxes(0, 1), xp.matvec(wide, x))

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        residual = xp.matvec(_widened(self.factor), x)
        return xp.sum(residual * residual) * xp.rational(1, 2)

    def hessian(self):
        wide = _widened(self.factor)
        return wide.T.dot(wide)

    def constant(self, assumption: Constant) -> Enclosure | None:
        if assumption.norm is not OPERATOR:
            return None
        if type(assumption) is Smooth:
            trace = (self.factor**2).sum(axis=(0, 1))
            slack = 8 * u * trace  # four squares, added
            return Enclosure(trace - slack, trace + slack)
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return LeastSquares(self.factor).constant(StronglyConvex(1, L2))
        return None

    def check(self):
        if self.factor.shape != (2, 2):
            raise ValueError("a least-squares problem of matrices needs a factor with two rows and two columns")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        if assumption.norm is not OPERATOR:
            return None
        if type(assumption) is Smooth:
            return sum(entry * entry for entry in self.factor.ravel())
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return LeastSquares(self.factor).exact_constant(StronglyConvex(1, L2))
        return None

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        """Half of the starts are nearly tight: the gradient has one singular value that is tiny, and the other's
        direction is where H is least."""
        condition = 10 ** (spread * rng.uniform(0, 4, BATCH))
        values = np.sqrt(np.stack([np.ones(BATCH), condition]))
        bases = np.linalg.qr(rng.standard_normal((BATCH, 2, 2)))[0]
        factor = np.ascontiguousarray(np.moveaxis(values.T[:, :, None] * bases, 0, -1))
        right = np.linalg.qr(rng.standard_normal((BATCH, COLUMNS, COLUMNS)))[0][:, :2]
        singular = np.abs(rng.standard_normal((BATCH, 2))) + 0.1
        tight = np.arange(BATCH) // TURN % 2 == 1
        singular[tight] = np.stack([np.ones(tight.sum()), 10 ** rng.uniform(-5, -2, tight.sum())], axis=1)
        # A = S Q and H = Q'S^2 Q, so that X = H^-1 (Q' diag(singular) R) = Q' diag(singular / S^2) R
        scaled = singular / values.T**2
        start = bases.swapaxes(1, 2) @ (scaled[:, :, None] * right)
        return cls(factor), np.ascontiguousarray(start.reshape(BATCH, -1).T)


def _widened(factor: Any) -> Any:
    """The matrix of X -> AX on the rows of X, one after the other."""
    blocks = np.repeat(np.repeat(np.arange(2), COLUMNS)[:, None], 2 * COLUMNS, axis=1)
    same = np.tile(np.eye(COLUMNS, dtype=int), (2, 2))
    return factor[blocks, blocks.T] * same.reshape(*same.shape, *(1 for _ in factor.shape[2:]))
