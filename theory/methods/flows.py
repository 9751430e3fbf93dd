"""Flows: the small-step limit of methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from signproof.theory.arithmetic import Arithmetic, Gradient, Scalar, Vector
from signproof.theory.methods.gradient import Method


@dataclass(frozen=True)
class Flow(Method, ABC):
    """A differential equation x' = velocity(x) with a positive, constant speed."""

    speed: Any

    @abstractmethod
    def velocity(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Vector:
        """The velocity at the point x, shape (d, ...), in the arithmetic `xp`."""

    @abstractmethod
    def on_quadratic(self, curvatures: Vector, x: Vector, time: Scalar, xp: Arithmetic) -> Vector:
        """The trajectory from x after the given time on f = 1/2 sum of h_i x_i^2 with curvatures h_i > 0."""


class GradientFlow(Flow):
    """x' = -beta grad f(x).  [scaled-sign (22)]"""

    def velocity(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Vector:
        return -self.speed * gradient(x)

    def on_quadratic(self, curvatures: Vector, x: Vector, time: Scalar, xp: Arithmetic) -> Vector:
        return x * xp.exp(-self.speed * time * curvatures)


class SignFlow(Flow):
    """x' = -beta sign(grad f(x)), in Filippov's sense.  [scaled-sign (23)]"""

    def velocity(self, x: Vector, gradient: Gradient, xp: Arithmetic) -> Vector:
        return -self.speed * xp.sign(gradient(x))

    def on_quadratic(self, curvatures: Vector, x: Vector, time: Scalar, xp: Arithmetic) -> Vector:
        left = xp.abs(x) - self.speed * time
        return xp.sign(x) * (left + xp.abs(left)) / 2  # a coordinate that arrives at 0 stays there
