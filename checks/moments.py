"""The moment search: stochastic gradients that meet all that a claim assumes of them and drive its expectation up.

At a point, the joint laws of ~g on a grid that meet the claim's assumptions are a polytope: each assumption is linear
in the probabilities. A linear programme finds the law in it that makes E[V(x+)] largest. One such law at each point of
a lattice makes an oracle (`lattice`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import fmpq
from sympy import Eq, Ge, Gt

from signproof.checks import lattice
from signproof.checks.exact import RATIONALS, rational, rationals
from signproof.checks.floats import NUMPY
from signproof.checks.lattice import SUPPORT, Found, Proposal, parameters, programme, relations, vertex
from signproof.checks.laws import Law, OutcomeReader
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

    def proposals(assumed: list) -> Iterator[Proposal]:
        for values in parameters(claim):
            advance(f"{claim.id}: moment search, {', '.join(f'{name} = {n}' for name, n in values.items())}")
            proposal = _Joint(claim, assumed, values)
            if proposal.solve():
                yield proposal

    return lattice.search(proposals(relations(claim, "the moment search is")))


class _Joint(Proposal):
    """Joint laws of both coordinates: one linear programme for all points of the lattice."""

    lattice = 120

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq]):
        super().__init__(claim, relations, parameters)
        self.outcomes = _grid()
        self.draws = np.array(self.outcomes, dtype=float).T[:, None, :]

    def solve(self) -> bool:
        """Find the laws; False if none on the grid meets the assumptions."""
        reader = OutcomeReader(self.starts, self.draws, self.floats, NUMPY)
        shape = (self.points, len(self.outcomes))
        equal, below = [], []
        for relation, at in self.relations:
            gap = np.broadcast_to(reader.number(relation.lhs, at) - reader.number(relation.rhs, at), shape)
            if isinstance(relation, Eq):
                equal.append(gap)
            else:
                below.append(-gap if isinstance(relation, Ge | Gt) else gap)
        self.after = self.stepped(self.draws)
        preferred = np.modf(np.arange(shape[1]) * np.sqrt(2))[0]
        self.solved = programme(self.after**2 + TIE * preferred, equal, below)
        return self.solved is not None

    def probabilities(self):
        assert self.solved is not None
        return self.solved

    def exact(self, point, g):
        """The law with this support for which the tight relations are equations."""
        given = self.probabilities()[point]
        support = np.nonzero(given > SUPPORT)[0]
        outcomes = rationals([self.outcomes[outcome] for outcome in support])
        rows: dict[bool, list[list[fmpq]]] = {True: [], False: []}
        readers = [OutcomeReader(rationals(list(g)), outcome, self.values, RATIONALS) for outcome in outcomes]
        for relation, at in self.relations:
            row = [reader.number(relation.lhs, at) - reader.number(relation.rhs, at) for reader in readers]
            rows[isinstance(relation, Eq)].append(row)
        solution = vertex(rows[True], rows[False], given[support])
        return None if solution is None else Law(tuple(solution), outcomes)


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
