"""Trajectories in closed form: flows on diagonal quadratics, whose gradients shrink in every coordinate."""

from __future__ import annotations

from sympy import Rational, Symbol

from interpretation.runs import Interpretation
from signproof.theory.methods.flows import GradientFlow
from signproof.theory.symbols import s, t
from signproof.theory.terms.flows import (
    Accumulated,
    LeastSoFar,
    suboptimality_at,
    suboptimality_rate,
    trajectory,
    velocity,
)

PIECES = 16
"""Of an integral over time."""


class Trajectory(Interpretation):
    """The terms of the kernel along a flow from a start; `t` is among the parameters."""

    def __init__(self, claim, problem, parameters, start, xp):
        super().__init__(None, problem, parameters, start, 0, xp)
        self.flow = claim.algorithm.at(speed=self.symbols[Symbol("beta", real=True)])

    def scalar(self, term, at):
        if isinstance(term, suboptimality_at):
            return self.problem.suboptimality(self._at(term.args[0], at), self.xp)
        if isinstance(term, suboptimality_rate):
            return self._rate(self._at(t, at))
        if isinstance(term, LeastSoFar):
            return self.number(term.function, at | {s: self.number(t, at)})
        if isinstance(term, Accumulated):  # of a function that does not increase: between its sums on a grid
            grid = [
                self.number(term.function, at | {s: self.number(t * Rational(j, PIECES), at)})
                for j in range(PIECES + 1)
            ]
            width = self.number(t / PIECES, at)
            return (width * sum(grid[1:], start=grid[0] * 0)).union(width * sum(grid[:-1], start=grid[0] * 0))
        return super().scalar(term, at)

    def atom(self, atom, at):
        if isinstance(atom, trajectory):
            return self._at(atom.args[0], at)
        if isinstance(atom, velocity):
            return self.flow.velocity(self._at(t, at), lambda x: self.problem.gradient(x, self.xp), self.xp)
        return super().atom(atom, at)

    def _at(self, time, at):
        start = self._iterate(0, {})
        return self.flow.on_quadratic(self.problem.diagonal, start, self.number(time, at), self.xp)

    def _rate(self, x):
        """The derivative of V: of h/2 x^2 exp(-2 beta h t), or of h/2 (|x| - beta t)^2 before a coordinate arrives."""
        h, power = self.problem.diagonal, 2 if isinstance(self.flow, GradientFlow) else 1
        return -self.flow.speed * self.xp.sum(self.xp.abs(h * x) ** power)
