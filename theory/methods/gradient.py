"""Optimization algorithms, each an update rule written once over an arithmetic.

An algorithm is a frozen dataclass whose fields are SymPy expressions (step sizes) or geometries. The kernel runs
`update` on opaque vectors, the engine on batches of JAX arrays, a replay on rationals: always the same rule.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from sympy import Expr

from signproof.theory.arithmetic import Arithmetic, Gradient, Memory, Scalar, Vector
from signproof.theory.declared import said_of
from signproof.theory.norms import LINF, DualPair


@dataclass(frozen=True)
class Method:
    """An algorithm or, in continuous time, a flow: its fields are formulas or geometries."""

    @property
    def parameters(self) -> dict[str, Expr]:
        """The fields that are formulas, such as the step size; a formula in k is a schedule."""
        fields = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: entry for name, entry in fields if isinstance(entry, Expr)}

    def at(self, **numbers: Scalar) -> Self:
        """The same method with numbers in place of formulas."""
        return dataclasses.replace(self, **numbers)

    def __str__(self):
        fields = (getattr(self, field.name) for field in dataclasses.fields(self))
        parts = [entry.name if isinstance(entry, DualPair) else str(entry) for entry in fields]
        return f"{type(self).__name__}({', '.join(parts)})"


SomeMethod = TypeVar("SomeMethod", bound=Method)


@dataclass(frozen=True)
class Algorithm(Method, ABC):
    """A first-order method x_{k+1} = update(x_k)."""

    stochastic: ClassVar[bool] = False
    """Whether the gradients that `update` requests are random estimates at the point."""
    translates: ClassVar[bool] = False
    """Whether x+ - x depends on x only through the gradients; the class that defines `update` declares it."""

    @property
    def noiseless(self) -> Algorithm:
        """The method with exact gradients in place of estimates."""
        return self

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        """The method's memory besides x before the first step; empty unless overridden.

        For a memory that begins with the first gradient, such as m_0 = g_0, write `init(self, x, gradient, xp)`: its
        gradient is the one that the first step asks for, of a stochastic method the same draw. Fields that are
        expressions are numbers here, too.
        """
        return ()

    @abstractmethod
    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        """One step: the next iterate and the next memory.

        Arguments: x, shape (d, ...); `gradient`, mapping points to gradients of the same shape; the memory;
        the arithmetic. Fields that are expressions arrive here as numbers of shape (...).
        """


@dataclass(frozen=True)
class GradientDescent(Algorithm):
    """`x+ = x - alpha grad f(x)`."""

    step_size: Any
    translates = True

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        return x - self.step_size * gradient(x), memory


@dataclass(frozen=True)
class SGD(GradientDescent):
    """`x+ = x - alpha ~g`, where ~g is a stochastic gradient at x."""

    stochastic = True

    @property
    def noiseless(self):
        return GradientDescent(self.step_size) if said_of(type(self), "noiseless", "init", "update") else self


@dataclass(frozen=True)
class SignGD(Algorithm):
    """`x+ = x - alpha sign(grad f(x))`, with sign(0) = 0.  [scaled-sign (2)]"""

    step_size: Any
    translates = True

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        return x - self.step_size * xp.sign(gradient(x)), memory


@dataclass(frozen=True)
class SteepestDescent(Algorithm):
    """`x+ = x - alpha ||g||_* v(g)`, g = grad f(x), where v(g) maximizes `<g, .>` over the unit ball of the norm."""

    step_size: Any
    norm: DualPair
    translates = True

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        g = gradient(x)
        return x - self.step_size * self.norm.dual(g, xp) * self.norm.maximizer(g, xp), memory


@dataclass(frozen=True)
class ScaledSignGD(SteepestDescent):
    """`x+ = x - alpha ||g||_1 sign(g)`: steepest descent in the maximum norm.  [scaled-sign (14)]"""

    norm: DualPair = LINF

    def __str__(self):
        return f"ScaledSignGD({self.step_size})"


@dataclass(frozen=True)
class ScaledSignSGD(ScaledSignGD):
    """`x+ = x - alpha ||~g||_1 sign(~g)`, where ~g is a stochastic gradient at x.  [scaled-sign (15)]"""

    stochastic = True

    @property
    def noiseless(self):
        kept = said_of(type(self), "noiseless", "init", "update")
        return ScaledSignGD(self.step_size, self.norm) if kept else self

    def __str__(self):
        return f"ScaledSignSGD({self.step_size})"


@dataclass(frozen=True)
class MajorityVote(Algorithm):
    """`x+ = x - alpha M_k sign(sum over m of sign(~g^m))`, `M_k = (1/M) (sum over m of ||~g^m||_1)`, with M workers
    whose stochastic gradients ~g^m at x are i.i.d.; sign(0) = 0.  [scaled-sign, Algorithm 3]
    """

    step_size: Any
    workers: Any
    stochastic = True
    translates = True

    @property
    def noiseless(self):
        return ScaledSignGD(self.step_size) if said_of(type(self), "noiseless", "init", "update") else self

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        length, vote = xp.votes(gradient, x, self.workers)
        return x - self.step_size * length * vote, memory


@dataclass(frozen=True)
class AdaGradNorm(Algorithm):
    """`b+^2 = b^2 + ||g||_2^2`, `x+ = x - (eta / b+) g`, from b_0 = 0.  [scaled-sign (5)]"""

    step_size: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return xp.sum(x - x)

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        g = gradient(x)
        square = memory + self.growth(g, xp)
        return x - self.step_size / xp.sqrt(square) * self.direction(g, xp), square

    def growth(self, g: Vector, xp: Arithmetic) -> Scalar:
        """What is added to b^2."""
        return xp.sum(xp.power(g, 2))

    def direction(self, g: Vector, xp: Arithmetic) -> Vector:
        return g


@dataclass(frozen=True)
class SignAdaGradNorm(AdaGradNorm):
    """`b+^2 = b^2 + ||g||_2^2`, `x+ = x - (eta / b+) sign(g)`, from b_0 = 0.  [scaled-sign (6)]"""

    def direction(self, g: Vector, xp: Arithmetic) -> Vector:
        return xp.sign(g)


@dataclass(frozen=True)
class SignAdaGradSignNorm(SignAdaGradNorm):
    """`b+^2 = b^2 + ||sign(g)||_2^2`, `x+ = x - (eta / b+) sign(g)`, from b_0 = 0.  [scaled-sign (9)]"""

    def growth(self, g: Vector, xp: Arithmetic) -> Scalar:
        return xp.sum(xp.power(xp.sign(g), 2))


@dataclass(frozen=True)
class ErrorFeedbackSignGD(Algorithm):
    """p = lambda grad f(x) + e, x+ = x - C(p), e+ = p - C(p), C(p) = (||p||_1 / d) sign(p), e_0 = 0.

    [scaled-sign (12), EF-SignGD]
    """

    step_size: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x - x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        p = self.step_size * gradient(self.slope_at(x, memory)) + memory
        sent = LINF.dual(p, xp) / dimension(p, xp) * LINF.maximizer(p, xp)
        return x - sent, p - sent

    def slope_at(self, x: Vector, e: Vector) -> Vector:
        """The point at which the gradient is taken."""
        return x


@dataclass(frozen=True)
class ShiftedErrorFeedbackSignGD(ErrorFeedbackSignGD):
    """EF-SignGD with p = lambda grad f(x - e) + e.  [scaled-sign (13)]"""

    def slope_at(self, x: Vector, e: Vector) -> Vector:
        return x - e


@dataclass(frozen=True)
class Signum(Algorithm):
    """m+ = beta m + (1 - beta) grad f(x), x+ = x - alpha sign(m+), m_0 = 0.  [scaled-sign, SignGDM in Example 4]"""

    step_size: Any
    momentum: Any

    def init(self, x: Vector, xp: Arithmetic) -> Memory:
        return x - x

    def update(self, x: Vector, gradient: Gradient, memory: Memory, xp: Arithmetic) -> tuple[Vector, Memory]:
        mean = self.momentum * memory + (xp.rational(1, 1) - self.momentum) * gradient(x)
        return x - self.step_size * xp.sign(mean), mean


def dimension(x: Vector, xp: Arithmetic) -> Scalar:
    """The number of coordinates of a vector, as a number of the arithmetic."""
    return xp.dimension(x)
