"""Ridge logistic regression on real data: f(x) = (1/n) sum log(1 + exp(-b_i a_i'x)) + (1/2n) ||x||^2.

[scaled-sign, Example 5] One family for each data set (`checks/problems/data.py`): scikit-learn's breast-cancer set,
its digits as two binary tasks, and with `logistic_regression(path)` a LIBSVM file of one's own.

The minimizer is not known in closed form. Points are measured from an approximate one, and its gradient and its
distance from the minimum are enclosed, so that every value is an enclosure of the true one. The smoothness constant
is that of the Hessian at x = 0, where sigma' takes its largest value, 1/4, in every sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat
from scipy.special import expit

from signproof.checks.numbers.exact import Balls, Undecided, rational, rationals, to_float
from signproof.checks.problems.base import Problem
from signproof.checks.problems.constants import Enclosure, smoothness
from signproof.checks.problems.data import BREAST_CANCER, DIGITS_3_8, DIGITS_EVEN_ODD, DataSet, libsvm
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.objective import Constant, PolyakLojasiewicz, Smooth, StronglyConvex
from signproof.theory.border.home import made_at
from signproof.theory.norms import L2, LINF

STARTS = 48
"""Instances in one batch: starting points on the same data."""
NEWTON_STEPS, POLISHING = 100, 3
"""Steps at most, and steps after f no longer tells the point from the minimizer, while the gradient still does."""
LARGEST = 2**22
"""Entries of the largest LIBSVM file that is worked on in balls; larger ones are for `checks/experiments/erm.py`."""


@dataclass(frozen=True, eq=False)
class LogisticRegression(Problem):
    """The rows of `matrix` are b_i a_i, those of `dataset`. The other fields enclose what is needed at the approximate
    minimizer c:

    the weights s_i = 1 / (1 + exp(b_i a_i'c)), the gradient there, and f(c) - f*, which is at most
    (n/2) ||grad f(c)||_2^2 because f is 1/n-strongly convex. Points are x - c.
    """

    matrix: Any
    centre: Any
    weight_lower: Any
    weight_upper: Any
    slope_lower: Any
    slope_upper: Any
    gap: Any

    dataset: ClassVar[DataSet] = BREAST_CANCER
    family = "logistic regression, breast-cancer data"
    shapes = ((30,),)
    rational = False
    shared = ("matrix", "centre", "weight_lower", "weight_upper", "slope_lower", "slope_upper", "gap")

    @property
    def dimension(self):
        return self.matrix.shape[1]

    def gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        n = self.matrix.shape[0]
        s = _column(xp.interval(self.weight_lower, self.weight_upper), x)
        slope = _column(xp.interval(self.slope_lower, self.slope_upper), x)
        e = xp.expm1(-xp.matvec(self.matrix, x))
        # 1 / (1 + exp(m + t)) - s = s (1 - s) e / (1 + s e) with e = exp(-t) - 1
        change = s * (1.0 - s) * e / (1.0 + s * e)
        return slope + (x - xp.matvec(self.matrix.swapaxes(0, 1), change)) / float(n)

    def suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        n = self.matrix.shape[0]
        s = _column(xp.interval(self.weight_lower, self.weight_upper), x)
        slope = _column(xp.interval(self.slope_lower, self.slope_upper), x)
        t = xp.matvec(self.matrix, x)
        # log((1 + exp(-m - t)) / (1 + exp(-m))) + s t, as the logarithm of 1 + two terms that are not negative
        terms = (1.0 - s) * xp.exp_remainder(s * t) + s * xp.exp_remainder(-((1.0 - s) * t))
        gap = xp.interval(self.gap * 0, self.gap)[0]
        return (xp.sum(xp.log1p(terms)) + xp.sum(x * x) * 0.5) / float(n) + xp.sum(slope * x) + gap

    def constant(self, assumption: Constant) -> Enclosure | None:
        if assumption.norm not in (LINF, L2):
            return None
        ends = _smoothness_ends(self.dataset, assumption.norm.name)
        if type(assumption) is Smooth:
            return ends
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz):
            return Enclosure(np.nextafter([1 / self.matrix.shape[0]], 0), ends.upper)
        return None

    def exact_constant(self, assumption: Constant) -> fmpq | None:
        if type(assumption) in (StronglyConvex, PolyakLojasiewicz) and assumption.norm in (LINF, L2):
            return fmpq(1, self.matrix.shape[0])
        ends = self.constant(assumption)
        return None if ends is None else rational(float(ends.upper[0]))

    def off_centre(self) -> float:
        # f is 1/n-strongly convex: (1/2n) ||c - x*||^2 <= f(c) - f*
        gap = to_float(rational(np.asarray(self.gap).ravel()[0]))
        return float(np.sqrt(2 * self.matrix.shape[0] * gap)) * (1 + 2.0**-40)

    def data(self):
        centre = [str(rational(c)) for c in self.centre]
        return {"family": LogisticRegression.__name__, "dataset": self.dataset.key, "centre": centre}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> LogisticRegression:
        family = _family(data.get("dataset"))
        features = family.dataset.rows.shape[1]
        given = rationals(data.get("centre", []))
        if given.shape != (features,):
            raise ValueError(f"the field 'centre' needs {features} numbers")
        try:
            centre = np.array([int(entry.p) / int(entry.q) for entry in given])
            if (rationals(centre) != given).any():
                raise ValueError("the numbers of the field 'centre' are not floats")
            return family(**_around(family.dataset, centre)).one(0)
        except (OverflowError, Undecided):
            raise ValueError("the field 'centre' is too large") from None

    def describe(self):
        return f"{self.family} (n = {self.matrix.shape[0]}, d = {self.matrix.shape[1]})"

    @classmethod
    def batch(cls, shape: tuple[int, ...], rng: np.random.Generator, spread: float = 1.0) -> tuple[Self, np.ndarray]:
        scale = 10 ** (spread * rng.uniform(-3, 1, STARTS))
        return cls(**_around_the_minimizer(cls.dataset)), scale * rng.standard_normal((*shape, STARTS))


class Digits3Against8(LogisticRegression):
    """The digits 3 and 8; some pixels are blank in all of them, and f has only its ridge along these."""

    dataset = DIGITS_3_8
    family = "logistic regression, digits 3 against 8"
    shapes = ((64,),)
    costly = True


class DigitsEvenAgainstOdd(LogisticRegression):
    """Even against odd digits."""

    dataset = DIGITS_EVEN_ODD
    family = "logistic regression, even against odd digits"
    shapes = ((64,),)
    costly = True


def logistic_regression(path: str | Path) -> type[LogisticRegression]:
    """The family on a LIBSVM file, taken exactly as it is; bind it to a name in a claims file to test claims on it.

    Raises ValueError, in one line, if the file cannot be used or has more than LARGEST entries, samples times features.
    """
    dataset = libsvm(path, LARGEST)
    return _on(dataset, (dataset.rows.shape[1:],))


def _on(dataset: DataSet, shapes: tuple[tuple[int, ...], ...]) -> type[LogisticRegression]:
    family = f"logistic regression, {Path(dataset.key['libsvm']).name}"
    about = {"dataset": dataset, "family": family, "shapes": shapes, "home": made_at(), "__module__": __name__}
    return type(LogisticRegression.__name__, (LogisticRegression,), about)


def _family(key: Any) -> type[LogisticRegression]:
    """The family on the data set of that name; for a file without one, a family that draws no batches.

    Raises ValueError if there is no such data set, or if the file is missing or not what it was.
    """
    known: list[type[LogisticRegression]] = [LogisticRegression, *LogisticRegression.__subclasses__()]
    found = {str(family.dataset.key): family for family in known}
    if str(key) in found:
        return found[str(key)]
    if not isinstance(key, dict) or not isinstance(key.get("libsvm"), str):
        names = ", ".join(family.dataset.key for family in known if isinstance(family.dataset.key, str))
        raise ValueError(f"the problem's dataset is neither one of {names} nor a LIBSVM file")
    dataset = libsvm(key["libsvm"], LARGEST)
    if dataset.key != key:
        raise ValueError(f"{key['libsvm']} is not the problem's data: its SHA-256 differs")
    return _on(dataset, ())


def _column(vector, x):
    """A vector without batch axis beside points that have one."""
    return vector if len(x.shape) == 1 else vector[:, None]


def _around(dataset: DataSet, centre: np.ndarray) -> dict[str, np.ndarray]:
    """The fields of the problem with points measured from the given centre: everything about it enclosed by balls."""
    n = len(dataset.rows)
    with Balls(128) as xp:
        rows, c = arb_mat(dataset.rows.tolist()), arb_mat(centre[:, None].tolist())
        s = arb_mat([[1 / (1 + margin.exp())] for margin in (rows * c).entries()])
        slope = [entry / n for entry in (c - rows.transpose() * s).entries()]
        gap = sum((entry * entry for entry in slope), start=arb(0)) * n / 2
        ends = [end for balls in (s.entries(), slope, [gap]) for end in _float_ends(balls, xp)]
    weights, slopes, (_, gap_upper) = ends[:2], ends[2:4], ends[4:]
    return dict(zip(LogisticRegression.shared, (dataset.rows, centre, *weights, *slopes, gap_upper), strict=True))


@cache
def _around_the_minimizer(dataset: DataSet) -> dict[str, np.ndarray]:
    return _around(dataset, _minimizer(dataset.rows))


def _minimizer(M: np.ndarray) -> np.ndarray:
    """The minimizer to about the precision of floats, by Newton's method with halved steps where f would rise."""
    d = M.shape[1]
    x = np.zeros(d)

    def value(x):
        return np.logaddexp(0, -(M @ x)).sum() + x @ x / 2

    settled = 0
    for _ in range(NEWTON_STEPS):
        s = expit(-(M @ x))
        slope = x - M.T @ s
        step = np.linalg.solve((M.T * (s * (1 - s))) @ M + np.eye(d), slope)
        if step @ slope > 2.0**-50 * value(x):
            while value(x - step) > value(x):
                step = step / 2
        else:
            settled += 1
        x = x - step
        if settled == POLISHING:
            break
    return x


def _float_ends(balls: list[arb], xp: Balls) -> tuple[np.ndarray, np.ndarray]:
    ends = [xp.ends(entry) for entry in balls]
    low, high = ([int(end.p) / int(end.q) for end in side] for side in zip(*ends, strict=True))
    return np.nextafter(low, -np.inf), np.nextafter(high, np.inf)


@cache
def _smoothness_ends(dataset: DataSet, norm: str) -> Enclosure:
    """Ends around L: the constant of A'A/(4n) + I/n, the Hessian at x = 0, which no other Hessian exceeds.

    In the maximum norm its upper end is at most min{(1/4n) sum ||a_i||_1^2, (d/4) lambda_max(A'A/n)} + d/n: the first
    is no less than the sum of the absolute entries, and `smoothness` tries both.
    """
    n, d = dataset.rows.shape
    exact = fmpq_mat(n, d, [rational(entry) for entry in dataset.rows.ravel()])
    gram = exact.transpose() * exact
    hessian = rationals(np.array(gram.tolist(), dtype=object)) / fmpq(4 * n) + rationals(np.eye(d)) / fmpq(n)
    ends = smoothness(hessian, norm)
    return Enclosure(np.array([ends.lower]), np.array([ends.upper]))
