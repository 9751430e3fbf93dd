"""The moment search where coordinates are independent: the law is a product, and no longer in a polytope.

Given the law of one coordinate, all that is assumed is linear in the law of the other: so a linear programme for the
one and a linear programme for the other take turns, from several beginnings, and E[V(x+)] grows with each. The
objective is that of `moments`, f = 1/2 x_1^2 in R^2, with one worker: its second coordinate pulls nowhere, has a law
that is symmetric about 0, and lends the first its length. Gradients and lengths are whole multiples of a unit, so that
the run stays on a lattice, whose law is known after many steps.

Last comes the first coordinate alone. A second one that lends length makes every step towards the minimizer longer,
too, however small g is. Without it ||~g|| sign(~g) is ~g, and the method stochastic gradient descent: E[x_1^2] tends to
alpha sigma^2/(2 - alpha), the largest of all if signs are almost always right, as they are if ~g is small as a rule and
seldom very long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import fmpq
from sympy import Eq, Ge, Gt

from signproof.checks.gradients.laws import Law, OutcomeReader
from signproof.checks.numbers.exact import RATIONALS, rationals
from signproof.checks.numbers.floats import NUMPY
from signproof.checks.posing.domain import Unsupported
from signproof.checks.trials import lattice
from signproof.checks.trials.lattice import (
    SUPPORT,
    Found,
    OnLattice,
    Proposal,
    parameters,
    programme,
    relations,
    vertex,
)
from signproof.theory.assumptions.gradients import IndependentCoordinates, IndependentDraws
from signproof.theory.claim import Claim

INDEPENDENCE = (IndependentCoordinates, IndependentDraws)
FIRST = tuple(sign * size for size in range(1, 13) for sign in (1, -1))
"""Values of ~g_1; it is never 0, as independent draws ask where g_1 is not."""
SECOND = tuple(range(11))
"""Values of |~g_2|, whose sign is that of a fair coin."""
BEGINNINGS = ((1, 1), (4, 4), (10, 4), (10, 20))
"""Laws of ~g_2 to begin with: a length, and one over its probability; otherwise it is 0."""
TURNS = 2
"""How often the two laws are improved."""
ALONE = (1, 2, 4, 8, 16, 32, 64, -1, -8, -16, -32, -64)
"""Values of ~g_1 where ~g_2 is 0."""
WIDE = (("1/10",), ("8/9", "24/25"))
"""Positions of the step size and of the other parameters for the first coordinate alone: E[x_1^2] is within reach, and
a sign can be wrong so seldom, if sigma is much larger than the unit and the step size not too small."""
ROUND = 2**12
"""Denominator of the probabilities of the second coordinate in an exact law."""


def search(claim: Claim, advance: Callable[[str], None] = lambda text: None) -> Found:
    """Look for independent coordinates that break a claim about E[V_k]; stop at the first that an exact run confirms.

    Raises Unsupported, with the reason, for a claim that is not of that kind, does not assume independence, or assumes
    what is not linear in the law of each coordinate.
    """
    assumed = relations(claim, "product laws are searched", INDEPENDENCE)
    if not assumes_products(claim):
        raise Unsupported("the claim does not assume independent coordinates")

    def proposals() -> Iterator[Proposal]:
        for values in parameters(claim):
            advance(f"{claim.id}: product laws, {', '.join(f'{name} = {n}' for name, n in values.items())}")
            pair = _Pair(claim, assumed, values)
            for beginning in BEGINNINGS:
                if pair.solve(*beginning):
                    yield pair
        for values in parameters(claim, *WIDE):
            alone = _Alone(claim, assumed, values)
            if alone.solve():
                yield alone

    return lattice.search(proposals())


def assumes_products(claim: Claim) -> bool:
    """Whether it assumes that the coordinates of stochastic gradients are independent."""
    return any(isinstance(assumption, INDEPENDENCE) for assumption in claim.assumptions)


class _Pair(OnLattice):
    """The laws of the two coordinates: `one` has shape (points, first), `other` shape (points, second)."""

    lattice = 60
    first, second = FIRST, SECOND

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq]):
        super().__init__(claim, relations, parameters)
        self.shape = (self.points, len(self.first), len(self.second))
        self.after = self.stepped(self._draws()[0]).reshape(self.shape)
        self.equal, self.below = self._gaps()

    def solve(self, length: int, rarity: int) -> bool:
        """Improve the laws in turns from a beginning; False if no law of the first coordinate goes with it."""
        self.other = np.zeros((self.points, len(self.second)))
        self.other[:, 0] = 1 - 1 / rarity
        self.other[:, self.second.index(length)] += 1 / rarity
        for _ in range(TURNS):
            one = self._improve(lambda gap: np.einsum("puw,pw->pu", gap, self.other))
            if one is None:
                return False
            self.one = one
            other = self._improve(lambda gap: np.einsum("puw,pu->pw", gap, self.one))
            self.other = self.other if other is None else other
        return True

    def probabilities(self):
        return np.einsum("pu,pw->puw", self.one, self.other)

    def _improve(self, contract: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        """The best law of a coordinate at each point, given that of the other; None if at some point there is none."""
        equal, below = ([contract(gap) for gap in gaps] for gaps in (self.equal, self.below))
        found = programme(contract(self.after**2), equal, below)
        if found is None:
            return None
        found = np.maximum(found, 0)
        return found / found.sum(axis=1, keepdims=True)

    def _gaps(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Left minus right of each relation, for every outcome, in the mean over the sign of the second coordinate."""
        equal: list[np.ndarray] = []
        below: list[np.ndarray] = []
        for relation, at in self.relations:
            halves = []
            for draws in self._draws():
                reader = OutcomeReader(self.starts, draws, self.floats, NUMPY)
                gap = reader.number(relation.lhs, at) - reader.number(relation.rhs, at)
                halves.append(
                    np.broadcast_to(gap, (self.points, len(self.first) * len(self.second))).reshape(self.shape)
                )
            gap = (halves[0] + halves[1]) / 2
            if isinstance(relation, Eq):
                if np.abs(gap).max() > 0:  # that of the second coordinate's mean is met by its symmetry
                    equal.append(gap)
            else:
                below.append(-gap if isinstance(relation, Ge | Gt) else gap)
        return equal, below

    def _draws(self) -> list[np.ndarray]:
        """All outcomes with either sign of the second coordinate, shape (2, 1, outcomes)."""
        grid = np.array([*product(self.first, self.second)], dtype=float).T[:, None, :]
        return [grid * np.array([1.0, sign])[:, None, None] for sign in (1, -1)]

    def exact(self, point, g):
        """The second coordinate's probabilities rounded, and with them the vertex that the first's are at."""
        shares = [int(share) for share in np.rint(self.other[point] * ROUND)]
        total = sum(shares)
        other = [(fmpq(share, total), size) for share, size in zip(shares, self.second, strict=True) if share]
        signed = [
            (p / 2, sign * size) if size else (p, size) for p, size in other for sign in ((1, -1) if size else (1,))
        ]
        likely = [(value, p) for value, p in zip(self.first, self.one[point], strict=True) if p > SUPPORT]
        rows: dict[bool, list[list[fmpq]]] = {True: [], False: []}
        for relation, at in self.relations:
            row = []
            for value, _ in likely:
                gap = fmpq(0)
                for p, size in signed:
                    reader = OutcomeReader(rationals(list(g)), rationals([value, size]), self.values, RATIONALS)
                    gap += p * (reader.number(relation.lhs, at) - reader.number(relation.rhs, at))
                row.append(gap)
            rows[isinstance(relation, Eq)].append(row)
        one = vertex(rows[True], rows[False], [p for _, p in likely])
        if one is None:
            return None
        outcomes = [(p * q, [value, size]) for p, (value, _) in zip(one, likely, strict=True) for q, size in signed]
        return Law(tuple(p for p, _ in outcomes), rationals([value for _, value in outcomes]))


class _Alone(_Pair):
    """The law of the first coordinate; the second is 0."""

    lattice, reach = 96, 8
    first, second = ALONE, (0,)

    def solve(self, length: int = 0, rarity: int = 1) -> bool:
        return super().solve(length, rarity)
