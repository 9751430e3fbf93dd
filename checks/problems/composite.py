"""Composite objectives f = d + r, whose regularizer r is an average of components by their proximal operators.

The components r_1, ..., r_M are convex and have weights theta_m that sum to one; r is the convex function with
sum over m of theta_m prox_{gamma r_m} = prox_{gamma r}, so that it depends on the step size gamma. Its Moreau envelope
is the mean of theirs, env r = sum of theta_m env r_m with env g(z) = min over u of g(u) + ||u - z||^2 / (2 gamma), and
the gradient of each envelope is (z - prox(z)) / gamma.  [signprox, eqs. (1), (8)-(10)]

What is known of r without an inverse is its value at a proximal point: r(p) = env r(z) - ||z - p||^2 / (2 gamma) for
p = prox_{gamma r}(z). Every point is one if all r_m are smooth, so a start is given by its z.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from signproof.checks.problems.base import Instances
from signproof.theory.arithmetic import Arithmetic, Matrix, Scalar, Vector
from signproof.theory.assumptions.objective import Assumption
from signproof.theory.claim import Claim
from signproof.theory.methods.proximal import SPGM


@dataclass(frozen=True, eq=False)
class CompositeProblem(Instances):
    """A batch of composite objectives with proximal operators in closed form, least at the origin.

    Arguments of the methods: points, shape (d, batch), or (d,) for one instance; gamma, shape (batch,) or (); the
    arithmetic. The weights sum to one exactly.
    """

    weights: Any
    """theta_m, shape (M, batch)."""

    @abstractmethod
    def smooth_gradient(self, x: Vector, xp: Arithmetic) -> Vector:
        """The gradient of d, of the same shape as x."""

    @abstractmethod
    def smooth_suboptimality(self, x: Vector, xp: Arithmetic) -> Scalar:
        """d(x) - d(0), of the shape of the batch."""

    @abstractmethod
    def proxes(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Matrix:
        """prox_{gamma r_m}(z) for every m, shape (M, d, batch)."""

    @abstractmethod
    def regularizer(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Scalar:
        """r(prox_{gamma r}(z)) - r(0), of the shape of the batch."""

    @abstractmethod
    def smoothness(self, xp: Arithmetic) -> Vector:
        """The least L_i with |g(x)_i - g(y)_i| <= L_i |x_i - y_i| for grad d and each grad r_m, shape (d, batch)."""

    @abstractmethod
    def variance(self, gamma: Scalar, xp: Arithmetic) -> Vector:
        """The least sigma_i^2 with E (P_m(x)_i - P(x)_i)^2 <= gamma^2 sigma_i^2 for all x, shape (d, batch)."""

    @abstractmethod
    def unmet(self, assumption: Assumption) -> str:
        """Why an assumption is not met, or not known to be; empty if it is met with some constant."""

    def check(self) -> None:
        """For one instance: raises ValueError, in one line, if it does not belong to the family."""

    def prox(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Vector:
        """prox_{gamma r}(z), of the same shape as z."""
        return xp.sum(self.weights[:, None] * self.proxes(z, gamma, xp))

    def gradient_mapping(self, x: Vector, gamma: Scalar, xp: Arithmetic) -> Vector:
        """G(x) = (x - P(x)) / gamma with P(x) = prox_{gamma r}(x - gamma grad d(x)).  [signprox, Definition 1]"""
        return (x - self.prox(x - gamma * self.smooth_gradient(x, xp), gamma, xp)) / gamma

    def suboptimality(self, z: Vector, gamma: Scalar, xp: Arithmetic) -> Scalar:
        """f(x) - f* at the point x = prox_{gamma r}(z)."""
        return self.smooth_suboptimality(self.prox(z, gamma, xp), xp) + self.regularizer(z, gamma, xp)


class Selective(Protocol):
    """An objective that says which assumptions it does not meet."""

    family: ClassVar[str]

    def unmet(self, assumption: Assumption) -> str: ...


def refusal(objective: Selective, claim: Claim) -> str:
    """Why a claim does not apply to an objective: the first assumption that it does not meet, or a method that needs
    the gradient of f; empty if it applies.

    Arguments: an objective that has `unmet`; the claim.
    """
    step_size = getattr(claim.algorithm, "step_size", None)
    for part in (claim.measure, *claim.assumptions):
        if getattr(part, "step_size", step_size) != step_size:
            return f"{part}: its step size is not the method's, {step_size}"
    for assumption in claim.assumptions:
        why = objective.unmet(assumption)
        if why:
            return f"{assumption}: {why}"
    if claim.algorithm is not None and not isinstance(claim.algorithm, SPGM):
        return f"{claim.algorithm} needs the gradient of f, which is not known for {objective.family}"
    return ""
