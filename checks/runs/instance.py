"""An instance of a claim: what trials, ascents, replays, series and searches run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from flint import fmpq
from sympy import Symbol

from signproof.checks.gradients.finite import Oracle
from signproof.checks.numbers.exact import RATIONALS, Exact, rationals
from signproof.checks.posing.displaced import displaced
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.theory.claim import Claim
from signproof.theory.methods.gradient import Algorithm


@dataclass(frozen=True, eq=False)
class Instance:
    """A problem, parameters and a start, all in rationals.

    Attributes:
        claim: the claim, whose method runs.
        problem: the objective; None if the claim is about parameters or an orbit.
        parameters: by symbol name, the constants of the problem and, of a flow, the time among them.
        start: x_0, shape (d,); for a composite problem the z of x_0 = prox(z).
        oracle: the law of its stochastic gradients; None if they are exact.
        minimizer: where the method has its minimizer, shape (d,); the start, like all points, is told from there. None
            if it is the origin.
    """

    claim: Claim
    problem: Problem | CompositeProblem | None
    parameters: Mapping[str, fmpq]
    start: tuple[fmpq, ...]
    _: KW_ONLY
    oracle: Oracle | None = None
    minimizer: tuple[fmpq, ...] | None = None

    @property
    def objective(self) -> Problem:
        """The problem, where it is not composite."""
        assert isinstance(self.problem, Problem)
        return self.problem

    def method(self, xp: Exact = RATIONALS) -> Algorithm:
        """The claim's method, told from the minimizer."""
        assert self.claim.algorithm is not None
        place = None if self.minimizer is None else xp.number(rationals(list(self.minimizer)))
        return displaced(self.claim.algorithm, place)

    def values(self, xp: Exact = RATIONALS) -> dict[Symbol, Any]:
        """The parameters by symbol, as numbers of an exact arithmetic."""
        return by_symbol(self.parameters, xp)


def by_symbol(parameters: Mapping[str, fmpq], xp: Exact = RATIONALS) -> dict[Symbol, Any]:
    """Parameters by symbol, as numbers of an exact arithmetic."""
    return {Symbol(name, real=True): xp.number(number) for name, number in parameters.items()}
