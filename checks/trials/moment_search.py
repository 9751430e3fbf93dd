"""The moment search: stochastic gradients that meet all that a claim assumes of them and drive its expectation up.

At a point, the joint laws of ~g on a grid that meet the claim's assumptions are a polytope: each assumption is linear
in the probabilities. A linear programme finds the law in it that makes E[V(x+)] largest. One such law at each point of
a lattice makes an oracle (`lattice`). No objective with such a lattice is strongly convex: for claims that assume it
the points are those of a path (`likely_path`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import fmpq

from signproof.checks.numbers.exact import rational, rationals
from signproof.checks.trials import lattice, path_search
from signproof.checks.trials.lattice import SUPPORT, Found, OnLattice, Proposal, parameters, programme, relations
from signproof.theory.assumptions.objective import StronglyConvex
from signproof.theory.claim import Claim

LENGTHS = range(1, 11)
"""The norms ||~g||_1 on the grid."""
SHARES = ("1/64", "1/4", "1/2", "3/4", "1")
"""How much of the norm is that of the first coordinate."""
TIE = 1e-3
"""Many laws are equally good; which one a solver names depends on the machine. A part of the objective as small as this
prefers one of them, by far more than the solver's tolerance of 1e-7."""


def search(claim: Claim, advance: Callable[[str], None] = lambda text: None) -> Found:
    """Look for an oracle that breaks a claim about E[V_k]; stop at the first that an exact run confirms.

    Raises Unsupported, with the reason, for a claim that is not of that kind or assumes what is not linear in the law.
    """

    assumed = relations(claim, "the moment search is")
    convex = any(type(assumption) is StronglyConvex for assumption in claim.assumptions)
    proposals = path_search.proposals if convex else _on_lattice
    return lattice.search(proposals(claim, assumed, advance))


def _on_lattice(claim: Claim, assumed: list, advance: Callable[[str], None]) -> Iterator[Proposal]:
    for values in parameters(claim):
        advance(f"{claim.id}: moment search, {', '.join(f'{name} = {n}' for name, n in values.items())}")
        proposal = _Joint(claim, assumed, values)
        if proposal.solve():
            yield proposal


class _Joint(OnLattice):
    """Joint laws of both coordinates: one linear programme for all points of the lattice."""

    lattice = 120

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq]):
        super().__init__(claim, relations, parameters)
        self.outcomes = _grid()
        self.draws = np.array(self.outcomes, dtype=float).T[:, None, :]

    def solve(self) -> bool:
        """Find the laws; False if none on the grid meets the assumptions."""
        equal, below = self.gaps(self.starts, self.draws)
        self.after = self.stepped(self.draws)
        preferred = np.modf(np.arange(len(self.outcomes)) * np.sqrt(2))[0]
        self.solved = programme(self.after**2 + TIE * preferred, equal, below)
        return self.solved is not None

    def probabilities(self):
        assert self.solved is not None
        return self.solved

    def exact(self, point, g):
        given = self.probabilities()[point]
        support = np.nonzero(given > SUPPORT)[0]
        return self.law(g, rationals([self.outcomes[outcome] for outcome in support]), given[support])


def _grid() -> list[tuple[fmpq, fmpq]]:
    """Values of ~g: every length, shared between the coordinates in every way, with every sign.

    The first coordinate is never 0, so that what is said of the mean of its sign is said of how often that is right.
    """
    found: list[tuple[fmpq, fmpq]] = []
    for length, share, first, second in product(LENGTHS, map(rational, SHARES), (1, -1), (1, -1)):
        value = (first * share * length, second * (1 - share) * length)
        if value not in found:
            found.append(value)
    return found
