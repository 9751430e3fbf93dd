"""The moment search where coordinates are independent: the law is a product, and no longer in a polytope.

Given the law of one coordinate, all that is assumed is linear in the law of the other: so a linear programme for the
one and a linear programme for the other take turns, from several beginnings, and E[V(x+)] grows with each. The
objective is that of `moments`, f = 1/2 x_1^2 in R^2, with one worker: its second coordinate pulls nowhere, has a law
that is symmetric about 0, and lends the first its length. Gradients and lengths are whole multiples of a unit, so that
the run stays on a lattice, whose law is known after many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import block_diag
from sympy import Eq, Ge, Gt, Symbol

from signproof.checks import domain
from signproof.checks.batch import exact_parameters
from signproof.checks.domain import Unsupported
from signproof.checks.exact import RATIONALS, rational, rationals, to_float
from signproof.checks.floats import NUMPY, NumPy
from signproof.checks.laws import ANYWHERE, Law, OutcomeReader, instances, is_affine
from signproof.checks.moments import check_workers
from signproof.checks.oracles import TableOracle
from signproof.checks.quadratic import LeastSquares
from signproof.checks.replay import replay_expected
from signproof.checks.trials import noiseless
from signproof.checks.witness import Witness
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim
from signproof.theory.measures import ExpectedSuboptimality
from signproof.theory.oracles import IndependentCoordinates, IndependentDraws, OracleAssumption
from signproof.theory.symbols import V0, i, k, m

FIRST = tuple(sign * size for size in range(1, 13) for sign in (1, -1))
"""Values of ~g_1; it is never 0, as independent draws ask where g_1 is not."""
SECOND = tuple(range(11))
"""Values of |~g_2|, whose sign is that of a fair coin."""
STEP_SIZES, OTHERS = ("1/50", "1/25"), ("4/5", "1/2", "1/5")
"""Positions in their ranges at which the step size and the other parameters are tried."""
BEGINNINGS = ((1, 1), (4, 4), (10, 4), (10, 20))
"""Laws of ~g_2 to begin with: a length, and one over its probability; otherwise it is 0."""
TURNS = 2
"""How often the two laws are improved."""
REACH, LATTICE, STEPS = 2, 60, 128
"""How far the lattice goes, the most points of it on one side, and how long a run is followed."""
MARGIN = 1.005
"""How far above the bound a run in floats must be for its exact replay to be worth while."""
ROUND = 2**12
"""Denominator of the probabilities of the second coordinate in an exact law."""


@dataclass(frozen=True)
class Found:
    """The largest E[V_k] / bound in floats, how many pairs of laws were tried, a confirmed witness."""

    largest: float
    tried: int
    witness: Witness | None


def search(claim: Claim, advance: Callable[[str], None] = lambda text: None) -> Found:
    """Look for independent coordinates that break a claim about E[V_k]; stop at the first that an exact run confirms.

    Raises Unsupported, with the reason, for a claim that is not of that kind, does not assume independence, or assumes
    what is not linear in the law of each coordinate.
    """
    relations = _relations(claim)
    problem, largest, tried = LeastSquares(rationals([[1, 0]])), 0.0, 0
    for parameters in _parameters(claim, problem):
        advance(f"{claim.id}: product laws, {', '.join(f'{name} = {n}' for name, n in parameters.items())}")
        pair = _Pair(claim, problem, relations, parameters)
        for beginning in BEGINNINGS:
            if not pair.solve(*beginning):
                continue
            ratios = pair.ratios()
            largest, tried = max(largest, float(ratios.max())), tried + 1
            if ratios.max() > MARGIN:
                witness = pair.confirm(int(np.argmax(ratios > MARGIN)))
                if witness is not None:
                    return Found(largest, tried, witness)
    return Found(largest, tried, None)


def assumes_products(claim: Claim) -> bool:
    """Whether it assumes that the coordinates of stochastic gradients are independent."""
    return any(isinstance(assumption, IndependentCoordinates | IndependentDraws) for assumption in claim.assumptions)


def _relations(claim: Claim) -> list[tuple[Any, dict]]:
    """What is assumed of stochastic gradients besides independence, as relations that are linear in their law."""
    algorithm = claim.algorithm
    assumed = [assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption)]
    if not isinstance(claim.measure, ExpectedSuboptimality) or algorithm is None or not algorithm.stochastic:
        raise Unsupported("product laws are searched for claims about E[V_k] of methods with stochastic gradients")
    if not assumes_products(claim):
        raise Unsupported("the claim does not assume that coordinates are independent")
    memory = algorithm.init(np.zeros((2, 1, 1)), NUMPY)
    if not isinstance(memory, tuple) or memory:
        raise Unsupported("the method remembers more than its iterate")
    if "step_size" not in algorithm.parameters or any(f.has(k) or f.has(V0) for f in algorithm.parameters.values()):
        raise Unsupported("the method has no constant step size, so that a run is on no lattice")
    check_workers(algorithm)
    found = []
    for assumption in assumed:
        if isinstance(assumption, IndependentCoordinates | IndependentDraws):
            continue
        for relation, at in instances(assumption.statement(ANYWHERE), {i: 2, m: 1}):
            if not is_affine(relation):
                raise Unsupported(f"{assumption} is not linear in the law of the stochastic gradient")
            found.append((relation, at))
    return found


def _parameters(claim: Claim, problem: LeastSquares) -> Iterator[dict[str, fmpq]]:
    """Constants of the problem, one worker, and values of the other parameters spread over their ranges."""
    assert claim.algorithm is not None
    posed, workers = noiseless(claim), getattr(claim.algorithm, "workers", None)
    free = domain.ranges(posed)
    steps = claim.algorithm.parameters["step_size"].free_symbols
    tried = [STEP_SIZES if each.symbol in steps else OTHERS for each in free if each.symbol != workers]
    for positions in product(*tried):
        given = iter(map(rational, positions))
        thetas = {each.symbol: rational("1/2") if each.symbol == workers else next(given) for each in free}
        try:
            parameters = exact_parameters(posed, free, problem, thetas)
        except ValueError as error:
            raise Unsupported(f"1/2 x_1^2 in R^2 is not what the claim is about: {error}") from None
        yield parameters | ({str(workers): fmpq(1)} if isinstance(workers, Symbol) else {})


class _Pair:
    """The laws of the two coordinates at every point of the lattice, in floats.

    `one` has shape (points, FIRST), `other` shape (points, SECOND).
    """

    def __init__(self, claim: Claim, problem: LeastSquares, relations: list, parameters: dict[str, fmpq]):
        self.claim, self.problem, self.relations, self.parameters = claim, problem, relations, parameters
        self.values = {Symbol(name, real=True): number for name, number in parameters.items()}
        self.step: fmpq = evaluate(claim.algorithm.parameters["step_size"], self.values, RATIONALS)
        self.points = int(min(LATTICE, REACH / self.step + 1))
        self.starts = np.zeros((2, self.points, 1))
        self.starts[0, :, 0] = np.arange(self.points) * to_float(self.step)
        self.floats = {symbol: to_float(number) for symbol, number in self.values.items()}
        self.shape = (self.points, len(FIRST), len(SECOND))
        self.after = self._after()
        self.equal, self.below = self._gaps()

    def solve(self, length: int, rarity: int) -> bool:
        """Improve the laws in turns from a beginning; False if no law of the first coordinate goes with it."""
        self.other = np.zeros((self.points, len(SECOND)))
        self.other[:, 0] = 1 - 1 / rarity
        self.other[:, SECOND.index(length)] += 1 / rarity
        for _ in range(TURNS):
            one = self._improve(lambda gap: np.einsum("puw,pw->pu", gap, self.other))
            if one is None:
                return False
            self.one = one
            other = self._improve(lambda gap: np.einsum("puw,pu->pw", gap, self.one))
            self.other = self.other if other is None else other
        return True

    def ratios(self) -> np.ndarray:
        """E[V_k] / bound for k = 0, ..., STEPS from the first point beside the minimum."""
        unit = to_float(self.step)
        size = self.points + int(np.rint(np.abs(self.after).max() / unit)) + 1
        joint = np.einsum("pu,pw->puw", self.one, self.other).reshape(self.points, -1)
        places = np.rint(np.abs(self.after) / unit).astype(int).reshape(self.points, -1)
        chain = np.eye(size)
        chain[: self.points] = 0
        np.add.at(chain, (np.arange(self.points)[:, None], places), joint)
        heights = (np.arange(size) * unit) ** 2 / 2
        law = np.eye(size)[1]
        found = [heights[1]]
        for _ in range(STEPS):
            law = law @ chain
            found.append(law @ heights)
        values = self.floats | {k: np.arange(STEPS + 1.0), V0: heights[1]}
        with np.errstate(all="ignore"):
            bound = np.broadcast_to(evaluate(self.claim.bound, values, NUMPY), STEPS + 1)
            return np.where(bound > 0, np.array(found) / bound, 0.0)

    def confirm(self, steps: int) -> Witness | None:
        """The same with rational laws that meet every assumption exactly, replayed; None if that does not break it."""
        table: dict[tuple[fmpq, ...], Law] = {}
        for point in range(self.points):
            g = (self.step * point, fmpq(0))
            law = self._exact(point, g)
            if law is not None:
                table[g] = law
                if point:
                    table[(-g[0], fmpq(0))] = Law(law.probabilities, law.values * np.array([-1, 1], dtype=object))
        start, oracle = (self.step, fmpq(0)), TableOracle(table)
        found = replay_expected(self.claim, self.problem, oracle, self.parameters, start, steps)
        if not found.confirmed or found.measured is None or found.bound is None:
            return None
        return Witness(
            self.claim, self.problem, self.parameters, start, steps, found.measured, found.bound, oracle=oracle
        )

    def _improve(self, contract: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        """The best law of a coordinate at each point, given that of the other; None if at some point there is none."""
        gain = contract(self.after**2)
        equal, below = ([contract(gap) for gap in gaps] for gaps in (self.equal, self.below))
        ones = np.ones_like(gain)
        solved = linprog(
            -gain.ravel(),
            A_ub=block_diag(np.stack(below, axis=1)) if below else None,
            b_ub=np.zeros(self.points * len(below)) if below else None,
            A_eq=block_diag(np.stack([ones, *equal], axis=1)),
            b_eq=np.tile([1.0] + [0.0] * len(equal), self.points),
            method="highs-ds",
        )
        if solved.status != 0:
            return None
        found = np.maximum(solved.x.reshape(gain.shape), 0)
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
                halves.append(np.broadcast_to(gap, (self.points, len(FIRST) * len(SECOND))).reshape(self.shape))
            gap = (halves[0] + halves[1]) / 2
            if isinstance(relation, Eq):
                if np.abs(gap).max() > 0:  # that of the second coordinate's mean is met by its symmetry
                    equal.append(gap)
            else:
                below.append(-gap if isinstance(relation, Ge | Gt) else gap)
        return equal, below

    def _draws(self) -> list[np.ndarray]:
        """All outcomes with either sign of the second coordinate, shape (2, 1, outcomes)."""
        grid = np.array([*product(FIRST, SECOND)], dtype=float).T[:, None, :]
        return [grid * np.array([1.0, sign])[:, None, None] for sign in (1, -1)]

    def _after(self) -> np.ndarray:
        """x_1 after one step, of shape (points, FIRST, SECOND). Raises Unsupported if that leaves the lattice."""
        assert self.claim.algorithm is not None
        draws = self._draws()[0]
        numbers: Any = _Drawn(draws)
        now = {name: evaluate(e, self.floats, numbers) for name, e in self.claim.algorithm.parameters.items()}
        after, _ = self.claim.algorithm.at(**now).update(self.starts, lambda _: draws, (), numbers)
        places = after[0] / to_float(self.step)
        if np.abs(places - np.rint(places)).max() > 1e-6:
            raise Unsupported("a step of the method leaves the lattice")
        return np.broadcast_to(after[0], (self.points, len(FIRST) * len(SECOND))).reshape(self.shape)

    def _exact(self, point: int, g: tuple[fmpq, ...]) -> Law | None:
        """The second coordinate's probabilities rounded, and with them the vertex that the first's are at."""
        shares = [int(share) for share in np.rint(self.other[point] * ROUND)]
        total = sum(shares)
        other = [(fmpq(share, total), size) for share, size in zip(shares, SECOND, strict=True) if share]
        support = [value for value, p in zip(FIRST, self.one[point], strict=True) if p > 1e-9]
        signed = [
            (p / 2, sign * size) if size else (p, size) for p, size in other for sign in ((1, -1) if size else (1,))
        ]
        rows: dict[bool, list[list[fmpq]]] = {True: [[fmpq(1)] * (len(support) + 1)], False: []}
        for relation, at in self.relations:
            row = []
            for value in support:
                gap = fmpq(0)
                for p, size in signed:
                    reader = OutcomeReader(rationals(list(g)), rationals([value, size]), self.values, RATIONALS)
                    gap += p * (reader.number(relation.lhs, at) - reader.number(relation.rhs, at))
                row.append(gap)
            rows[isinstance(relation, Eq)].append([*row, fmpq(0)])
        given = [p for p in self.one[point] if p > 1e-9]
        rows[False].sort(key=lambda row: abs(sum(to_float(a) * p for a, p in zip(row, given, strict=False))))
        for count in range(len(rows[False]) + 1):
            reduced, rank = fmpq_mat([*rows[True], *rows[False][:count]]).rref()
            if rank == len(support):
                one = [reduced[row, len(support)] for row in range(rank)]
                if min(one) < 0 or sum(one, start=fmpq(0)) != 1:
                    continue
                outcomes = [(p * q, [value, size]) for p, value in zip(one, support, strict=True) for q, size in signed]
                return Law(tuple(p for p, _ in outcomes), rationals([value for _, value in outcomes]))
        return None


class _Drawn(NumPy):
    """Floats at an iteration in which the one worker drew the given vectors."""

    def __init__(self, draws: np.ndarray):
        self.draws = draws

    def votes(self, gradient, x, workers):
        return np.abs(self.draws).sum(axis=0), np.sign(self.draws)
