"""Where a flow is at a time: exact, in closed form, or enclosed; a trajectory never comes without its error bound.

By what is known of the objective:

Closed form, `Flow.on_quadratic`: both flows on diagonal quadratics, and the sign flow on every sum of functions of
single coordinates that has the PL inequality. There phi_i' vanishes at minimizers of phi_i only, so that coordinate i
moves towards them at the speed beta and stays there; f and its gradient are the same at all of them.

On quadratics f = 1/2 x'Hx, H >= 0, the gradient flow is x(t) = exp(-beta t H) x, a matrix exponential in balls. The
sign flow is piecewise linear, with exact events, see `slide`.

Elsewhere, flows whose velocity is smooth by Taylor series in balls, see `Taylor`, and the sign flow from event to
event, each enclosed, see `Filippov`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat

from signproof.checks.flows.filippov import Filippov
from signproof.checks.flows.paths import Trajectory
from signproof.checks.flows.sliding import slide
from signproof.checks.flows.taylor import Taylor
from signproof.checks.numbers.exact import RATIONALS, Exact, rationals
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.constants import is_positive_semidefinite
from signproof.theory.arithmetic import Vector
from signproof.theory.assumptions.objective import PolyakLojasiewicz
from signproof.theory.methods.flows import Flow, GradientFlow, SignFlow
from signproof.theory.norms import L2

LARGEST = 16
"""Coordinates up to which trajectories that have no closed form are computed."""


def trajectory(flow: Flow, problem: Problem, start: Vector) -> Trajectory:
    """The trajectory of a flow from a start.

    Arguments: the flow, its speed a positive rational; one instance; d rationals.
    Raises Unsupported if it cannot be computed, ValueError if the instance is none of its family.
    """
    start = rationals(list(start))
    hessian = problem.hessian()
    if hessian is not None and not is_positive_semidefinite(matrix := fmpq_mat(hessian.tolist())):
        raise ValueError("the quadratic has negative curvature and thus no minimum: use positive entries")
    if type(flow) in (GradientFlow, SignFlow) and problem.separable and hessian is not None:
        return ClosedForm(flow, np.diagonal(hessian), start)
    if type(flow) is SignFlow and problem.separable and problem.exact_constant(PolyakLojasiewicz(1, L2)) is not None:
        return ClosedForm(flow, None, start)
    if len(start) > LARGEST:
        raise Unsupported(f"trajectories without a closed form are computed up to d = {LARGEST}, not {len(start)}")
    if type(flow) is SignFlow:
        return Filippov(problem, start, flow.speed) if hessian is None else slide(matrix, start, flow.speed)
    if type(flow) is GradientFlow and hessian is not None:
        return Exponential(matrix, start, flow.speed)
    return Taylor(flow, problem, start)


@dataclass
class ClosedForm(Trajectory):
    """A flow as its `on_quadratic` gives it; the sign flow asks for no curvatures."""

    flow: Flow
    curvatures: Any
    start: np.ndarray

    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        curvatures = None if self.curvatures is None else xp.number(self.curvatures)
        flow = self.flow.at(speed=xp.number(self.flow.speed))
        return flow.on_quadratic(curvatures, xp.number(self.start), xp.number(time), xp)


@dataclass
class Exponential(Trajectory):
    """x(t) = exp(-speed t H) x."""

    hessian: fmpq_mat
    start: np.ndarray
    speed: fmpq

    def at(self, time: fmpq | arb, xp: Exact) -> np.ndarray:
        if xp is RATIONALS:
            raise TypeError("an exponential is not rational: use balls")
        flowed = (arb_mat(self.hessian) * (xp.number(time) * -self.speed)).exp()
        return np.array(flowed.tolist(), dtype=object).dot(xp.number(self.start))
