"""Stochastic proximal-gradient methods.  [signprox]"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Scalar, Vector
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.terms.proximal import ONE


@dataclass(frozen=True)
class ProximalOracle:
    """What a proximal method asks of a composite problem in numbers, in place of a gradient.

    Arguments: a problem with `smooth_gradient(x, xp)`, grad d of the shape of x, `proxes(z, gamma, xp)`, all
    prox_{gamma r_j}(z), shape (M, d, ...), and `weights`, shape (M, ...); the weights of a mini-batch, of the same
    shape, or None for the problem's own: then ^P is P.
    """

    problem: Any
    drawn: Any = None

    def proximal_step(self, x: Vector, step_size: Scalar, xp: Arithmetic) -> Vector:
        """^P(x) = sum over j of w_j prox_{gamma r_j}(x - gamma grad d(x)).  [signprox (10)]"""
        weights = self.problem.weights if self.drawn is None else self.drawn
        z = x - step_size * self.problem.smooth_gradient(x, xp)
        return xp.sum(weights[:, None] * self.problem.proxes(z, step_size, xp))


@dataclass(frozen=True)
class SPGM(Algorithm):
    """x+ = ^P(x): the stochastic proximal-gradient method with mini-batches.  [signprox, Algorithm 1]

    In numbers, what `update` calls the gradient is a `ProximalOracle`, which holds the draw.
    """

    step_size: Any
    batch: Any = ONE
    stochastic = True

    def update(
        self, x: Vector, gradient: Gradient | ProximalOracle, memory: Memory, xp: Arithmetic
    ) -> tuple[Vector, Memory]:
        return self.estimate(x, gradient, xp), memory

    def estimate(self, x: Vector, oracle: Gradient | ProximalOracle, xp: Arithmetic) -> Vector:
        """^P(x). Raises TypeError if the oracle knows no proximal operators."""
        if hasattr(xp, "proximal_step"):  # the kernel's vectors
            return xp.proximal_step(x, self.step_size, self.batch)
        if not isinstance(oracle, ProximalOracle):
            raise TypeError(f"{self} needs proximal operators: give it a ProximalOracle, not a gradient")
        return oracle.proximal_step(x, self.step_size, xp)


@dataclass(frozen=True)
class SignProx(SPGM):
    """x+ = x - gamma sign(x - ^P(x)), with sign(0) = 0.  [signprox, Algorithm 2]"""

    def update(
        self, x: Vector, gradient: Gradient | ProximalOracle, memory: Memory, xp: Arithmetic
    ) -> tuple[Vector, Memory]:
        return x - self.step_size * xp.sign(x - self.estimate(x, gradient, xp)), memory
