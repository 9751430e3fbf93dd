"""Phase retrieval with total variation, the experiment of signprox: a signal from the squares of random projections.

f = d + tau TV with d(x) = 1/2 || y - |Hx|^2 ||_2^2 and y = |H image|^2.  [signprox, Section 3, Figure 1]

It meets the assumptions of no theorem of either paper, and says so of each with exact numbers: f has a kink, the
gradient of d grows like ||x||^3, and each entry of it depends on all of x. It is there to be run, not to be tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import rationals
from signproof.checks.problems.base import Instances, in_numbers_of
from signproof.theory.arithmetic import Arithmetic, Scalar, Vector
from signproof.theory.assumptions.composite import CoordinateLipschitz, LipschitzGradient
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.objective import Assumption, Constant, Dimension
from signproof.theory.terms.proximal import COMPONENT, D


@dataclass(frozen=True, eq=False)
class PhaseRetrieval(Instances):
    """`projections` is H, of shape (m, n); `image` has shape (rows, columns), n pixels in all; `strength` is tau > 0.

    There is no batch of them; points are flattened images, of shape (n,) or (n, batch).
    """

    projections: Any
    image: Any
    strength: Any

    family = "phase retrieval with total variation"
    shared = ("projections", "image", "strength")

    @property
    def dimension(self):
        return self.projections.shape[1]

    def smooth(self, x: Vector, xp: Arithmetic) -> Scalar:
        """d(x), of the shape of the batch."""
        misfit = self._misfit(xp.matvec(self.projections, x), x, xp)
        return xp.sum(misfit * misfit) * xp.rational(1, 2)

    def smooth_gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        """grad d(x) = 2 H'(z (z^2 - y)) with z = Hx, of the same shape as x."""
        z = xp.matvec(self.projections, x)
        return xp.matvec(self.projections.swapaxes(0, 1), z * self._misfit(z, x, xp)) * 2

    def total_variation(self, x: Vector, xp: Arithmetic) -> Scalar:
        """The sum of |x_p - x_q| over all neighbours p, q in a row or in a column (the anisotropic one)."""
        pixel = np.arange(self.dimension).reshape(self.image.shape)
        across, down = x[pixel[:, 1:].ravel()] - x[pixel[:, :-1].ravel()], x[pixel[1:].ravel()] - x[pixel[:-1].ravel()]
        return xp.sum(xp.abs(across)) + xp.sum(xp.abs(down))

    def objective(self, x: Vector, xp: Arithmetic) -> Scalar:
        """f(x), of the shape of the batch."""
        return self.smooth(x, xp) + self.total_variation(x, xp) * self.strength

    def unmet(self, assumption: Assumption) -> str:
        """Why it does not meet an assumption on the objective, in exact numbers; empty if it is of another kind."""
        of = getattr(assumption, "of", None)
        smooth = isinstance(assumption, LipschitzGradient | CoordinateLipschitz)
        if smooth and of == COMPONENT:
            slope = self.kink()
            return f"total variation has no gradient at 0, where its slope along axis 1 is -{slope} and {slope}"
        if isinstance(assumption, LipschitzGradient) and of == D:
            t = self.too_steep(fmpq(10**6))
            return f"from 0 to {t} e_1, or on to {2 * t} e_1, grad d changes by more than 10^6 times as much as x"
        if isinstance(assumption, CoordinateLipschitz) and of == D:
            p, q = self.entangled()
            return f"entry {p + 1} of grad d changes with x_{q + 1} where x_{p + 1} does not"
        if isinstance(assumption, Constant | Convex) and not isinstance(assumption, Dimension):
            slope = self.kink() * rationals(self.strength).item()
            return f"f has no gradient at 0, where its slope along axis 1 is -{slope} and {slope}"
        return ""

    def kink(self) -> int:
        """TV(e_1), the slope of total variation at 0 along the first axis, which it has in both directions."""
        return sum(length > 1 for length in self.image.shape)

    def too_steep(self, L: fmpq) -> fmpq:
        """A t with ||grad d(u) - grad d(v)||_2 > L ||u - v||_2 for (u, v) = (t e_1, 0) or (2 t e_1, t e_1).

        Else grad d(2 t e_1) - 2 grad d(t e_1), which is 12 t^3 H'h^3 for the first column h of H, would be no longer
        than 2 L t. Raises ValueError if h is zero.
        """
        fourth = sum(entry**4 for entry in rationals(self.projections[:, 0]))
        if not fourth:
            raise ValueError("the first column of the projections is zero")
        t = fmpq(1)
        while 6 * t * t * fourth <= L:
            t *= 2
        return t

    def entangled(self) -> tuple[int, int]:
        """Entries p, q of x such that entry p of grad d changes when x_q alone does.

        With columns g, h of H, its change between x_q = 0 and 1 differs by 6 g^3'h + 6 (g^2)'(h^2) between x = 0 and
        x = e_p. Raises ValueError if no two entries are seen to be such.
        """
        for p, q in permutations(range(self.dimension), 2):
            g, h = (rationals(self.projections[:, entry]) for entry in (p, q))
            if (g**2 * h * (g + h)).sum():
                return p, q
        raise ValueError("no entry of the gradient is seen to depend on another entry of x")

    @classmethod
    def around(cls, image: np.ndarray, measurements: int, rng: np.random.Generator, strength: float) -> PhaseRetrieval:
        """Of an image from some measurements, the entries of H independent and of law N(0, 1 / measurements)."""
        H = rng.standard_normal((measurements, image.size)) / np.sqrt(measurements)
        return cls(H, np.asarray(image, dtype=float), np.asarray(strength))

    def _misfit(self, z, x, xp):
        """z^2 - y, y the squares of the projected image."""
        projected = xp.matvec(self.projections, in_numbers_of(xp, self.image.ravel()))
        squares = projected * projected
        return z * z - (squares if len(x.shape) == 1 else squares[:, None])
