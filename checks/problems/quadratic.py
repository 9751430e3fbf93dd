"""Convex quadratics f(x) = 1/2 x'Hx, minimum 0 at the origin.

H is given by its diagonal or by a factor A with H = A'A, so that f = 1/2 ||Ax||^2 is a sum of squares and does
not cancel. Constants: see `checks/problems/constants.py`; here they are computed for whole batches in floats, with
every rounding bounded, and for single instances exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from flint import fmpq, fmpq_mat

from signproof.checks.numbers.exact import RATIONALS, rational
from signproof.checks.posing.domain import TURN
from signproof.checks.problems.base import BATCH, Problem
from signproof.checks.problems.constants import (
    Enclosure,
    exact_smoothness,
    exact_strong_convexity,
    is_positive_semidefinite,
)
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.norms import L2, LINF

u = 2.0**-53
"""Unit roundoff."""
EXTREMES = 2 * TURN
"""Instances of a batch at either end of the range of L/mu: at each step size a random start and a nearly tight one."""
LARGEST_ENUMERATION = 10
"""Dimension up to which batches enumerate sign vectors."""


@dataclass(frozen=True, eq=False)
class DiagonalQuadratic(Problem):
    """f(x) = 1/2 sum of h_i x_i^2 with h_i > 0; `diagonal` has shape (d, batch)."""

    diagonal: Any

    family = "diagonal quadratics"
    scalable = ("diagonal",)
    shapes = ((8,),)
    convex = separable = True

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return self.diagonal * x

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(self.diagonal * x * x) * xp.rational(1, 2)

    def hessian(self):
        return np.diag(self.diagonal)

    def constant(self, assumption: Constant) -> Enclosure | None:
        h = self.diagonal
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return Enclosure(h.min(axis=0), h.min(axis=0))
        if type(assumption) is Smooth:
            if assumption.norm is L2:
                return Enclosure(h.max(axis=0), h.max(axis=0))
            total, n = h.sum(axis=0), len(h)
            # a sum of one term, or of integers, is exact; otherwise it is off by gamma(n) relatively
            exact = (h == np.rint(h)).all(axis=0) & (total < 2.0**53) | (n == 1)
            slack = np.where(exact, 0.0, 2 * n * u * total)
            return Enclosure(total - slack, total + slack)
        return None

    def check(self):
        if self.diagonal.ndim != 1 or not len(self.diagonal) or min(self.diagonal) <= 0:
            raise ValueError("a diagonal quadratic needs positive entries")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        h = list(self.diagonal)
        if assumption.norm not in (LINF, L2):
            return None
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return min(h)
        if type(assumption) is Smooth:
            return max(h) if assumption.norm is L2 else sum(h[1:], start=h[0])
        return None

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    def without(self, coordinate: int) -> Self:
        return type(self)(np.delete(self.diagonal, coordinate, axis=0))

    @classmethod
    def samples(cls, rng: np.random.Generator, batches: int) -> Iterator[tuple[Self, np.ndarray]]:
        yield cls._simple(np.array([[1], [2], [5]]), np.array([[1], [-3]]))
        yield cls._simple(
            np.array([[1, 1], [1, 2], [1, 3], [1, 10], [2, 5]]),
            np.array([[1, 1], [1, 2], [3, -1], [1, 0], [2**20, 1]]),
        )
        yield from super().samples(rng, batches)

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        condition = 10 ** (spread * rng.uniform(0, 4, BATCH))
        condition[:EXTREMES] = 1.0  # L = d mu: the least there is
        condition[EXTREMES : 2 * EXTREMES] = 10 ** (spread * 4)
        diagonal = condition ** rng.uniform(0, 1, (*shape, BATCH))
        diagonal[0] = 1.0
        return cls(diagonal), _starts(rng, diagonal)

    @classmethod
    def _simple(cls, diagonals: np.ndarray, gradients: np.ndarray) -> tuple[Self, np.ndarray]:
        """Small integers: what is false, is mostly false here already. A zero in the gradient is on purpose."""
        pairs = [(h, g / h) for h in diagonals.astype(float) for g in gradients]
        pairs = [pair for pair in pairs for _ in range(TURN)]
        h, x = (np.array(side).T for side in zip(*pairs, strict=True))
        return cls(h), x


@dataclass(frozen=True, eq=False)
class LeastSquares(Problem):
    """f(x) = 1/2 ||Ax||^2; `factor` is A, of shape (m, d, batch) and rank m.

    With m = d these are dense quadratics, strongly convex; with m < d they are rank-deficient: the PL inequality
    holds, strong convexity does not.
    """

    factor: Any

    family = "dense quadratics and least squares"
    scalable = ("factor",)
    shapes = ((2, 2), (8, 8), (2, 4))
    convex = True

    @property
    def dimension(self):
        return self.factor.shape[1]

    def state(self, x: Vector) -> Vector:
        return self.factor.dot(x)

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        return xp.matvec(_transposed(self.factor), xp.matvec(self.factor, x))

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        residual = xp.matvec(self.factor, x)
        return xp.sum(residual * residual) * xp.rational(1, 2)

    def hessian(self):
        return self.factor.T.dot(self.factor)

    def from_nearest(self, start: np.ndarray) -> np.ndarray:
        A = np.moveaxis(self.factor, -1, 0)
        if A.shape[1] == A.shape[2]:
            return start
        # without their part in A's kernel, as far as floats tell: what is left is a start like any other
        return np.ascontiguousarray((np.linalg.pinv(A) @ (A @ start.T[:, :, None]))[:, :, 0].T)

    def constant(self, assumption: Constant) -> Enclosure | None:
        m, d, _ = self.factor.shape
        A = np.moveaxis(self.factor, -1, 0)
        if type(assumption) is Smooth:
            if assumption.norm is LINF and d <= LARGEST_ENUMERATION:
                return _largest_on_cube(A)
            return _extreme_eigenvalue(A, largest=True) if assumption.norm is L2 else None
        if assumption.norm not in (LINF, L2) or (type(assumption) is StronglyConvex and m < d):
            return None
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            if assumption.norm is LINF and m == d:
                return _inverse_diagonal(A)
            if assumption.norm is LINF and m == 2:
                return _least_on_polygon(A)
            ends = _extreme_eigenvalue(A, largest=False)
            if assumption.norm is LINF:
                # ||g||_1 >= ||g||_2 gives the lower end only; the upper end is the ratio at an eigenvector
                return Enclosure(ends.lower, np.maximum(ends.upper, d * ends.upper))
            return ends
        return None

    def check(self):
        if self.factor.ndim != 2 or not self.factor.size:
            raise ValueError("a least-squares problem needs a factor of rows of numbers")

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        self.check()
        if type(assumption) not in (Smooth, StronglyConvex, PolyakLojasiewicz):
            return None
        A = self.factor
        m, d = A.shape
        H = A.T.dot(A)
        if type(assumption) is Smooth and assumption.norm is LINF:
            return exact_smoothness(_matrix(H))
        if m == d and assumption.norm is LINF and type(assumption) is not Smooth:
            return exact_strong_convexity(_matrix(H)) or None
        if m == 2 and assumption.norm is LINF and type(assumption) is PolyakLojasiewicz:
            return min(abs(A[0] * q - A[1] * p).sum() ** 2 / (p * p + q * q) for p, q in A.T if p or q) or None
        if m == 1 and assumption.norm is LINF and type(assumption) is PolyakLojasiewicz and A.any():
            # f = 1/2 (a'x)^2 has ||g||_1^2 = ||a||_1^2 (a'x)^2
            return RATIONALS.sum(RATIONALS.abs(A[0])) ** 2
        ends = LeastSquares(A.astype(float)[..., None]).constant(assumption)
        if ends is None:
            return None
        proposed = rational(float((ends.lower if assumption.largest else ends.upper)[0]))
        if type(assumption) is Smooth:
            holds = is_positive_semidefinite(_matrix(_identity(d) * proposed - H))
        else:
            # H and AA' share their non-zero eigenvalues; AA' - mu I >= 0 also says that they are m
            holds = is_positive_semidefinite(_matrix(A.dot(A.T) - _identity(m) * proposed))
        if not holds:
            raise ValueError("the constant computed in floats does not hold exactly")
        return proposed

    def rounded(self, denominator: int) -> Self:
        return self._nearest(denominator)

    def without(self, coordinate: int) -> Self | None:
        rows = [row for row in range(len(self.factor)) if row != coordinate]
        return type(self)(np.delete(self.factor[rows], coordinate, axis=1)) if rows else None

    def describe(self):
        m, d = self.factor.shape
        kind = "dense quadratic" if m == d else "rank-deficient least squares"
        return f"{kind}: 1/2 ||Ax||^2, A = {self.data()['factor']}".replace("'", "")

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        m, d = shape
        condition = 10 ** (spread * rng.uniform(0, 8, BATCH))
        values = condition ** rng.uniform(0, 0.5, (m, BATCH))
        values[0], values[-1] = 1.0, np.sqrt(condition)
        bases = np.linalg.qr(rng.standard_normal((BATCH, d, d)))[0][:, :m]
        factor = np.ascontiguousarray(np.moveaxis(values.T[:, :, None] * bases, 0, -1))
        return cls(factor), _dense_starts(rng, factor)


def _nearly_tight(batch: int) -> np.ndarray:
    """Which starts are nearly tight: every second one, for each of the step sizes alike."""
    return np.arange(batch) // TURN % 2 == 1


def _starts(rng, diagonal):
    """Half at random, half nearly tight: the gradient is 1 in the first coordinate and tiny in the others."""
    d, batch = diagonal.shape
    gradient = rng.standard_normal((d, batch))
    tight = _nearly_tight(batch)
    small = rng.choice([-1, 1], (d, batch)) * 10 ** rng.uniform(-9, -5, (d, batch)) * np.abs(gradient)
    small[0] = 1.0
    return np.where(tight, small, gradient) / diagonal


def _dense_starts(rng, factor):
    m, d, batch = factor.shape
    start = rng.standard_normal((d, batch))
    if m < d:
        return start
    A = np.moveaxis(factor, -1, 0)
    # where the two constants are attained: mu along the longest row of the inverse, L at a sign vector
    row = (np.linalg.inv(A) ** 2).sum(axis=2).argmax(axis=1)
    signs = rng.choice([-1.0, 1.0], (d, batch))
    if d <= LARGEST_ENUMERATION:
        signs = _signs(d)[:, ((A @ _signs(d)) ** 2).sum(axis=1).argmax(axis=1)]
    gradient = 10 ** rng.uniform(-7, -5, (d, batch)) * signs
    gradient[row, np.arange(batch)] = signs[row, np.arange(batch)]
    solved = np.linalg.solve(A, np.linalg.solve(A.swapaxes(1, 2), gradient.T[:, :, None]))[:, :, 0].T
    return np.where(_nearly_tight(batch), solved, start)


def _largest_on_cube(A: np.ndarray) -> Enclosure:
    """max over sign vectors s of ||As||^2 for each matrix of shape (batch, m, d)."""
    m, d = A.shape[1:]
    best = ((A @ _signs(d)) ** 2).sum(axis=1).max(axis=1)
    # a computed (As)_i is off by gamma(d) sum_j |A_ij|, so the norm ||As|| by gamma(d) || |A| 1 ||
    off = 2 * d * u * np.sqrt((np.abs(A).sum(axis=2) ** 2).sum(axis=1)) * (1 + 8 * d * u)
    root = np.sqrt(best)
    slack = (2 * root * off + off**2 + 2 * (m + 4) * u * best) * (1 + 16 * u)
    return Enclosure(best - slack, best + slack)


def _signs(d: int) -> np.ndarray:
    """All sign vectors but for their negatives, as columns; the last entry is 1."""
    return np.where((np.arange(2 ** (d - 1))[None, :] >> np.arange(d)[:, None]) & 1, -1.0, 1.0)


def _least_on_polygon(A: np.ndarray) -> Enclosure:
    """min over z of ||A'z||_1^2 / ||z||_2^2 for factors with two rows, the PL constant in the maximum norm.

    The z with ||A'z||_1 <= 1 are a polygon, and the longest of them is a vertex: z is orthogonal to a column (p, q)
    of A. At z = (q, -p) the entries of A'z are differences of two products, each off by 2 u times their sum.
    """
    d = A.shape[2]
    one, other = A[:, 0, :, None] * A[:, 1, None, :], A[:, 1, :, None] * A[:, 0, None, :]
    total = np.abs(one - other).sum(axis=1)
    off = (d + 4) * u * (np.abs(one) + np.abs(other)).sum(axis=1) * (1 + 4 * d * u)
    square = (A**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a column of zeros has no vertex
        low, high = (np.where(square > 0, end**2 / square, np.inf) for end in (np.maximum(total - off, 0), total + off))
    return Enclosure(low.min(axis=1) * (1 - 16 * u), high.min(axis=1) * (1 + 16 * u))


def _inverse_diagonal(A: np.ndarray) -> Enclosure:
    """1 / max_i (H^-1)_ii for H = A'A, from an approximate inverse X of A and its residual.

    With E = I - XA and r = ||E||_inf < 1, A is invertible and |A^-1 - X| <= r / (1 - r) max|X| entry by entry;
    (H^-1)_ii is the squared length of row i of A^-1.
    """
    d = A.shape[-1]
    X = np.linalg.inv(A)
    computed = np.abs(np.eye(d) - X @ A) + 2 * (d + 2) * u * (np.abs(X) @ np.abs(A) + np.eye(d))
    r = computed.sum(axis=2).max(axis=1) * (1 + 2 * d * u)
    if (r >= 0.5).any():
        raise ValueError("a factor is too close to singular to enclose its constants")
    off = r / (1 - r) * np.abs(X).max(axis=(1, 2)) * np.sqrt(d) * (1 + 16 * u)
    length = np.sqrt((X**2).sum(axis=2).max(axis=1))
    slack = 2 * (d + 4) * u
    low, high = length * (1 - slack) - off, length * (1 + slack) + off
    if (low <= 0).any():
        raise ValueError("a factor is too close to singular to enclose its constants")
    return Enclosure((1 / high) ** 2 * (1 - 8 * u), (1 / low) ** 2 * (1 + 8 * u))


def _extreme_eigenvalue(A: np.ndarray, largest: bool) -> Enclosure:
    """The largest or the least eigenvalue of AA', from approximate eigenvectors and their residual.

    With G = V D V' + E for a computed, nearly orthogonal V: lambda(G) is within ||E|| of lambda(V D V'), which
    lies between lambda(D) times the squared extreme singular values of V, within ||I - V'V|| of 1.
    """
    m, d = A.shape[1:]
    G = A @ A.swapaxes(1, 2)
    values, V = np.linalg.eigh(G)
    Vt = V.swapaxes(1, 2)
    absolute = np.abs(A) @ np.abs(A).swapaxes(1, 2)
    product = np.abs(V) @ (np.abs(values)[:, :, None] * np.abs(Vt))
    E = np.abs(G - V @ (values[:, :, None] * Vt)) + 2 * (d + m + 4) * u * (absolute + product)
    error = np.sqrt((E**2).sum(axis=(1, 2))) * (1 + 4 * m * m * u)
    orthogonality = np.abs(np.eye(m) - Vt @ V) + 2 * (m + 2) * u * (np.abs(Vt) @ np.abs(V) + np.eye(m))
    skew = np.sqrt((orthogonality**2).sum(axis=(1, 2))) * (1 + 4 * m * m * u)
    value = values[:, -1] if largest else values[:, 0]
    slack = (np.abs(value) * skew + error) * (1 + 16 * u)
    return Enclosure(value - slack, value + slack)


def _transposed(factor):
    return factor.swapaxes(0, 1)


def _matrix(array: np.ndarray) -> fmpq_mat:
    return fmpq_mat(array.shape[0], array.shape[1], [rational(entry) for entry in array.ravel()])


def _identity(n: int) -> np.ndarray:
    return RATIONALS.number(np.eye(n))
