"""The moment search where f is strongly convex: noise along the path that the method most likely takes.

The objective is f = 1/2 (x_1^2 + x_2^2): in the maximum norm strongly convex with mu = 1 and smooth with L = 2, and
L/mu is no less in R^2. Noise in the second coordinate leads everywhere in the plane, and not to a few points of a
line as where f is 1/2 x_1^2 (`lattice`). But if wrong signs are rare, a run from (x_1, 0) mostly keeps to the axis:
the likely outcome of ~g is the gradient, a little longer, and leads to the next point of a path. All other outcomes
are long and lead away; there the gradient is exact, and the run goes only one way. So E[V_n] is a sum over the places
where the path is left. It is made as large as can be from the last point of the path to the first: what becomes of
each outcome is then known, and the best law solves a linear programme.

Why that breaks Theorem 2's bound: let sigma = 1, alpha be small, r = (1 - c)/2 the probability of a wrong sign. What is
wrong in sign may have the norm 1/sqrt(r) - g_1, so that E[||~g|| sign(~g_1)] is about (1 + r) g_1 - sqrt(r), less than
the c g_1 that the proof counts on. Over the bound's rate a step gains alpha (g_1 sqrt(r) - 3/2 (1 - c) g_1^2), that is
alpha/12 where it is largest, at g_1^2 = 1/(18 (1 - c)). The floor is about alpha/c: a dozen steps on the path make up
for it. After the path it is lost again, alpha (1 - c) g_1^2 in each step, so that few runs must have left it: c is
close to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import fmpq

from signproof.checks.gradients.laws import Law
from signproof.checks.numbers.exact import RATIONALS, rational, rationals, to_float
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.runs.expected import Drawing
from signproof.checks.trials.lattice import SUPPORT, Proposal, parameters, programme
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.steps import move
from signproof.theory.claim import Claim

PROBLEM = DiagonalQuadratic(rationals([1, 1]))
STEP_SIZES, OTHERS = ("1/100", "1/50"), ("1/2", "97/100")
"""Positions in their ranges at which the step size and the other parameters are tried: most signs are right."""
STARTS = (1, 2)
"""x_1 at the beginning of the path. Where noise without an upper limit is at the position 1/2, it is 1."""
STEPS = 128
"""Points of a path."""
LONGER = "65/64"
"""How much longer than the gradient the most likely outcome is, so that its mean can be the gradient."""
ROUND = 2**8
"""Denominator of its length."""
LENGTHS = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32)
"""The norms ||~g||_1 of the other outcomes, in units of the beginning of the path."""
SHARES = ("1/64", "1/2", "1")
"""How much of the norm is that of the first coordinate."""


def proposals(claim: Claim, assumed: list, advance: Callable[[str], None]) -> Iterator[Proposal]:
    """Oracles on likely paths.

    Raises Unsupported if the claim is not about the problem.
    """
    for values in parameters(claim, STEP_SIZES, OTHERS, PROBLEM):
        advance(f"{claim.id}: likely paths, {', '.join(f'{name} = {n}' for name, n in values.items())}")
        for start in STARTS:
            path = _Path(claim, assumed, values, fmpq(start))
            if path.solve():
                yield path


class _Path(Proposal):
    """A law of ~g at each of STEPS points of the axis, of which each is most likely followed by the next.

    Outcome 0 is the one that leads there.
    """

    problem = PROBLEM

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq], start: fmpq):
        super().__init__(claim, relations, parameters)
        self.path = [start]
        likely = []
        for _ in range(STEPS):
            likely.append(fmpq((self.path[-1] * rational(LONGER) * ROUND).ceil(), ROUND))
            self.path.append(self._exactly_moved(self.path[-1], likely[-1]))
        others = _grid(start)
        self.outcomes = [rationals([(length, 0), *others]) for length in likely]
        self.starts = np.zeros((2, STEPS, 1))
        self.starts[0, :, 0] = [*map(to_float, self.path[:-1])]
        self.draws = np.array(self.outcomes, dtype=float).transpose(2, 0, 1)

    def _exactly_moved(self, x: fmpq, length: fmpq) -> fmpq:
        """Where the likely outcome leads from a point of the axis."""
        draw, numbers = rationals([length, 0]), Drawing([rationals([length, 0])])
        assert self.claim.algorithm is not None
        formulas = self.claim.algorithm.parameters
        now = {name: evaluate(formula, self.values, RATIONALS) for name, formula in formulas.items()}
        after, _ = move(self.claim.algorithm.at(**now), rationals([x, 0]), lambda _: draw, (), numbers)
        return after[0]

    def solve(self) -> bool:
        """Find the laws, the last first; False if the path does not descend, or at some point no law on the grid meets
        the assumptions."""
        if not all(0 < after < before for before, after in zip(self.path, self.path[1:], strict=False)):
            return False
        equal, below = self.gaps(self.starts, self.draws)
        at = self.moved(self.starts, self.draws)
        # heights[n, t]: what n steps with exact gradients make of the outcomes at point t, after the step there
        heights = []
        for _ in range(STEPS):
            heights.append((at**2).sum(axis=0) / 2)
            at = self.moved(at, at)
        self.chances = np.zeros(self.draws.shape[1:])
        self.reached = np.zeros(STEPS + 1)
        """E[V] at the end of the path, from each of its points."""
        self.reached[STEPS] = to_float(self.path[STEPS]) ** 2 / 2
        for t in reversed(range(STEPS)):
            gain = heights[STEPS - 1 - t][t].copy()
            gain[0] = self.reached[t + 1]
            solved = programme(gain[None], [gap[None, t] for gap in equal], [gap[None, t] for gap in below])
            if solved is None:
                return False
            self.chances[t] = np.where(solved[0] > SUPPORT, solved[0], 0.0)
            self.reached[t] = self.chances[t] @ gain
        return True

    def ratios(self):
        """The runs are those to the end of the path, from each of its points, the shortest first."""
        starts = self.starts[0, ::-1, 0]
        bound = self.bounds(np.arange(1, STEPS + 1), starts**2 / 2)
        with np.errstate(all="ignore"):
            return np.where(bound > 0, self.reached[-2::-1] / bound, 0.0)

    def confirm(self, run):
        first = STEPS - 1 - run
        table: dict[tuple[fmpq, ...], Law] = {}
        for t in range(first, STEPS):
            support = np.nonzero(self.chances[t])[0]
            g = (self.path[t], fmpq(0))
            law = self.law(g, self.outcomes[t][support], self.chances[t][support])
            if law is not None:
                table[g] = law
        return self.replayed(table, (self.path[first], fmpq(0)), run + 1)


def _grid(unit: fmpq) -> list[tuple[fmpq, fmpq]]:
    """Values of ~g besides the likely one."""
    found: list[tuple[fmpq, fmpq]] = []
    for length, share, first, second in product(LENGTHS, map(rational, SHARES), (1, -1), (1, -1)):
        value = (first * share * length * unit, second * (1 - share) * length * unit)
        if value not in found:
            found.append(value)
    return found
