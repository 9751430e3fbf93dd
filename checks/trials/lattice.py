"""Runs with stochastic gradients on a lattice, for the searches of `moments` and `product_laws`.

The objective is f = 1/2 x_1^2 in R^2: smooth, and with the PL inequality, in the maximum norm with L = mu = 1. Its
second coordinate carries the length of ~g without pulling anywhere. If all norms of ~g are whole multiples of a unit,
the run stays on a lattice, so that its law is known exactly after many steps: floats propose an oracle, one law at each
point of the lattice and the exact gradient outside, and rationals decide.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import block_diag
from sympy import Eq, Ge, Gt, Symbol, sympify

from signproof.checks.gradients.finite import TableOracle
from signproof.checks.gradients.laws import ANYWHERE, Law, OutcomeReader, instances, is_affine
from signproof.checks.numbers.exact import RATIONALS, Irrational, rational, rationals, to_float
from signproof.checks.numbers.floats import NUMPY, NumPy
from signproof.checks.posing import domain
from signproof.checks.posing.cases import noiseless
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.base import Problem
from signproof.checks.problems.quadratic import LeastSquares
from signproof.checks.replay.bounds import replay_expected
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.instance import Instance, by_symbol
from signproof.checks.trials.batch import exact_parameters
from signproof.theory.arithmetic import Numbers, evaluate
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.border.steps import begin, begins_with_gradient, move
from signproof.theory.claim import Claim
from signproof.theory.measures.runs import is_mean
from signproof.theory.methods.gradient import Algorithm
from signproof.theory.symbols import V0, i, k, m

PROBLEM: Problem = LeastSquares(rationals([[1, 0]]))
STEP_SIZES, OTHERS = ("1/50", "1/25"), ("4/5", "1/2", "1/5")
"""Positions in their ranges at which the step size and the other parameters are tried."""
STEPS = 128
"""How long a run is followed."""
MARGIN = 1.005
"""How far above the bound a run in floats must be for its exact replay to be worth while."""
SUPPORT = 1e-9
"""Probabilities below it are taken for a programme's way to say zero."""
WORKERS = 3
"""The most workers whose joint draws are listed."""


@dataclass(frozen=True)
class Found:
    """What a search saw: the largest E[V_k] / bound in floats, how many oracles were tried, a confirmed witness."""

    largest: float
    tried: int
    witness: Witness | None


def search(proposals: Iterator[Proposal]) -> Found:
    """Follow oracles that are proposed; stop at the first that breaks its claim in an exact run."""
    largest, tried = 0.0, 0
    for proposal in proposals:
        ratios = proposal.ratios()
        largest, tried = max(largest, float(ratios.max())), tried + 1
        if ratios.max() > MARGIN:
            witness = proposal.confirm(int(np.argmax(ratios > MARGIN)))
            if witness is not None:
                return Found(largest, tried, witness)
    return Found(largest, tried, None)


def relations(claim: Claim, words: str, besides: tuple[type, ...] = ()) -> list[tuple[Any, dict]]:
    """What is assumed of stochastic gradients besides some kinds of assumptions, as relations linear in their law.

    Raises Unsupported, with the reason, if a run of the claim's method is on no lattice, or if an assumption is not
    linear; `words` say what is searched.
    """
    algorithm = claim.algorithm
    if not is_mean(claim.measure) or algorithm is None or not algorithm.stochastic:
        raise Unsupported(f"{words} for claims about E[V_k] of methods with stochastic gradients")
    if claim.horizon is not None:
        raise Unsupported(f"{words} for claims about every k, not just k = {claim.horizon}")
    ones = dict.fromkeys(algorithm.parameters, 1.0)
    if begins_with_gradient(type(algorithm)):
        raise Unsupported("the method remembers more than its iterate")
    memory = begin(algorithm.at(**ones), np.zeros((2, 1, 1)), NUMPY)
    if not isinstance(memory, tuple) or memory:
        raise Unsupported("the method remembers more than its iterate")
    if "step_size" not in algorithm.parameters:
        raise Unsupported("the method has no step size to define a lattice")
    check_workers(algorithm)
    if any(formula.has(k) or formula.has(V0) for formula in algorithm.parameters.values()):
        raise Unsupported("the step size varies; without a constant step size a run is not on a lattice")
    found = []
    for assumption in claim.assumptions:
        if isinstance(assumption, OracleAssumption) and not isinstance(assumption, besides):
            for relation, at in instances(assumption.statement(ANYWHERE), {i: 2, m: 1}):
                if not is_affine(relation):
                    raise Unsupported(f"{assumption} is not linear in the law of the stochastic gradient")
                found.append((relation, at))
    return found


def check_workers(algorithm: Algorithm) -> None:
    """Raises Unsupported for a fixed number of workers whose joint draws are too many to be listed."""
    workers = sympify(getattr(algorithm, "workers", 1))
    if workers.is_Integer and workers > WORKERS:
        raise Unsupported(f"the draws of {workers} workers have too many outcomes")


def parameters(
    claim: Claim,
    step_sizes: tuple[str, ...] | None = None,
    others: tuple[str, ...] | None = None,
    problem: Problem = PROBLEM,
) -> list[dict[str, fmpq]]:
    """Constants of the problem, one worker, and values of the other parameters spread over their ranges.

    Arguments: the claim; positions of the step size and of the others, if not STEP_SIZES and OTHERS; the problem.

    Raises Unsupported if the claim is not about the problem.
    """
    assert claim.algorithm is not None
    posed = noiseless(claim)
    free = domain.ranges(posed)
    steps = set().union(*(formula.free_symbols for formula in claim.algorithm.parameters.values()))
    workers = getattr(claim.algorithm, "workers", None)
    at_step = STEP_SIZES if step_sizes is None else step_sizes
    at_others = OTHERS if others is None else others
    tried = [at_step if each.symbol in steps else at_others for each in free if each.symbol != workers]
    found = []
    for positions in product(*tried):
        given = iter(map(rational, positions))
        thetas = {each.symbol: rational("1/2") if each.symbol == workers else next(given) for each in free}
        try:
            values = exact_parameters(posed, free, problem, thetas)
        except ValueError as error:
            raise Unsupported(f"the claim does not cover {problem.describe()}: {error}") from None
        # a vote of one is the stochastic gradient's sign
        values = values | ({str(workers): fmpq(1)} if isinstance(workers, Symbol) else {})
        numbers = by_symbol(values)
        if all(domain.holds(relation, numbers, RATIONALS) for relation in posed.domain if not relation.has(k)):
            found.append(values)
    if not found and all(tried):
        raise Unsupported("the domain contains none of the parameters tested, such as one worker")
    return found


class Proposal(ABC):
    """A law of ~g at each of some points, in floats."""

    problem: ClassVar[Problem] = PROBLEM

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq]):
        assert claim.algorithm is not None
        self.claim, self.relations, self.parameters = claim, relations, parameters
        self.values = by_symbol(parameters)
        self.floats = {symbol: to_float(number) for symbol, number in self.values.items()}

    @abstractmethod
    def ratios(self) -> np.ndarray:
        """E[V_k] / bound of some runs, shape (runs,)."""

    @abstractmethod
    def confirm(self, run: int) -> Witness | None:
        """The run of that number with exact laws, where there are any, replayed; None if it does not break the
        claim."""

    def replayed(self, table: dict[tuple[fmpq, ...], Law], start: tuple[fmpq, ...], steps: int) -> Witness | None:
        """The witness that a run with these laws is; None if it does not break the claim."""
        instance = Instance(self.claim, self.problem, self.parameters, start, oracle=TableOracle(table))
        found = replay_expected(instance, steps)
        return Witness.of(instance, steps, found) if found.confirmed else None

    def gaps(self, starts: np.ndarray, draws: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """What is to be 0 and what is to be at most 0 in the mean, shape (points, outcomes), if f has its gradients
        `starts` and ~g the outcomes `draws`, shapes (2, points, 1) and (2, points or 1, outcomes)."""
        reader = OutcomeReader(starts, draws, self.floats, NUMPY)
        shape = (starts.shape[1], draws.shape[2])
        equal, below = [], []
        for relation, at in self.relations:
            gap = np.broadcast_to(reader.number(relation.lhs, at) - reader.number(relation.rhs, at), shape)
            if isinstance(relation, Eq):
                equal.append(gap)
            else:
                below.append(-gap if isinstance(relation, Ge | Gt) else gap)
        return equal, below

    def law(self, g: tuple[fmpq, ...], outcomes: np.ndarray, given: Collection[float]) -> Law | None:
        """The law with these outcomes for which the tight relations are equations; None if there is none."""
        rows: dict[bool, list[list[fmpq]]] = {True: [], False: []}
        readers = [OutcomeReader(rationals(list(g)), outcome, self.values, RATIONALS) for outcome in outcomes]
        for relation, at in self.relations:
            row = [reader.number(relation.lhs, at) - reader.number(relation.rhs, at) for reader in readers]
            rows[isinstance(relation, Eq)].append(row)
        solution = vertex(rows[True], rows[False], given)
        return None if solution is None else Law(tuple(solution), outcomes)

    def bounds(self, steps: Numbers, height: Numbers) -> np.ndarray:
        """The bound after so many steps from starts of these heights; not finite where it has no value."""
        values = self.floats | {k: np.asarray(steps, dtype=float), V0: height}
        with np.errstate(all="ignore"):
            return np.broadcast_to(evaluate(self.claim.bound, values, NUMPY), np.shape(steps))

    def moved(self, starts: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Where one step leads from points with draws, both of shape (2, ...)."""
        assert self.claim.algorithm is not None
        now = {name: evaluate(e, self.floats, NUMPY) for name, e in self.claim.algorithm.parameters.items()}
        # of one shape, as a rule may be written in place
        x, drawn = np.broadcast_arrays(starts, draws)
        numbers = _Drawn(drawn)
        after, _ = move(self.claim.algorithm.at(**now), x, lambda _: drawn, (), numbers)
        return after


class OnLattice(Proposal):
    """A law of ~g at each point of the lattice, in floats."""

    lattice: ClassVar[int]
    """The most points of the lattice on one side."""
    reach: ClassVar[int] = 2
    """How far the lattice goes on either side, as far as its number of points allows."""
    after: np.ndarray
    """x_1 after one step, shape (points, ...), an entry for each outcome."""

    def __init__(self, claim: Claim, relations: list, parameters: dict[str, fmpq]):
        super().__init__(claim, relations, parameters)
        assert claim.algorithm is not None
        try:
            self.step: fmpq = evaluate(claim.algorithm.parameters["step_size"], self.values, RATIONALS)
        except Irrational:
            raise Unsupported("the step size is irrational, so its run is not on a lattice") from None
        self.points = int(min(self.lattice, self.reach / self.step + 1))
        self.starts = np.zeros((2, self.points, 1))
        self.starts[0, :, 0] = np.arange(self.points) * to_float(self.step)

    @abstractmethod
    def probabilities(self) -> np.ndarray:
        """That of each outcome at each point, of the shape of `after`."""

    @abstractmethod
    def exact(self, point: int, g: tuple[fmpq, ...]) -> Law | None:
        """A law with rational probabilities close to those at a point, where the gradient is g, that meets every
        assumption exactly; None if there is none."""

    def ratios(self) -> np.ndarray:
        """E[V_k] / bound for k = 0, ..., STEPS from the first point beside the minimum."""
        unit = to_float(self.step)
        places = np.rint(np.abs(self.after) / unit).astype(int).reshape(self.points, -1)
        size = max(self.points, int(places.max()) + 1)
        chances = self.probabilities().reshape(self.points, -1)
        chain = np.zeros((self.points, size))
        np.add.at(chain, (np.arange(self.points)[:, None], places), np.where(chances > SUPPORT, chances, 0.0))
        heights = (np.arange(size) * unit) ** 2 / 2
        left, kept = 0.0, self._kept()
        law = np.eye(self.points)[1]
        found = [heights[1]]
        for _ in range(STEPS):
            after = law @ chain
            law = after[: self.points]
            left = kept * left + after[self.points :] @ heights[self.points :]
            found.append(law @ heights[: self.points] + left)
        bound = self.bounds(np.arange(STEPS + 1), heights[1])
        with np.errstate(all="ignore"):
            return np.where(bound > 0, np.array(found) / bound, 0.0)

    def _kept(self) -> float:
        """What a step with the exact gradient keeps of f, from the end of the lattice: who has left does not return."""
        end = self.starts[:, -1:]
        return float(self.moved(end, end)[0].item() / end[0].item()) ** 2

    def confirm(self, run: int) -> Witness | None:
        table: dict[tuple[fmpq, ...], Law] = {}
        for point in range(self.points):
            g = (self.step * point, fmpq(0))
            law = self.exact(point, g)
            if law is not None:
                table[g] = law
                if point:
                    table[(-g[0], fmpq(0))] = Law(law.probabilities, law.values * np.array([-1, 1], dtype=object))
        return self.replayed(table, (self.step, fmpq(0)), run)

    def stepped(self, draws: np.ndarray) -> np.ndarray:
        """x_1 after one step with draws of shape (2, 1, outcomes), shape (points, outcomes).

        Raises Unsupported if that leaves the lattice.
        """
        after = self.moved(self.starts, draws)[0]
        places = after / to_float(self.step)
        if np.abs(places - np.rint(places)).max() > 1e-6:
            raise Unsupported("a step of the method leaves the lattice")
        return np.broadcast_to(after, (self.points, draws.shape[-1]))


def programme(gain: np.ndarray, equal: list[np.ndarray], below: list[np.ndarray]) -> np.ndarray | None:
    """Probabilities, shape (points, outcomes), with the largest mean gain at each point; None if there are none.

    Arguments, all of that shape: the gain; what is to be 0 in the mean; what is to be at most 0.
    """
    points = len(gain)
    solved = linprog(
        -gain.ravel(),
        A_ub=block_diag(np.stack(below, axis=1)) if below else None,
        b_ub=np.zeros(points * len(below)) if below else None,
        A_eq=block_diag(np.stack([np.ones_like(gain), *equal], axis=1)),
        b_eq=np.tile([1.0] + [0.0] * len(equal), points),
        method="highs-ds",
    )
    return solved.x.reshape(gain.shape) if solved.status == 0 else None


def vertex(equal: list[list[fmpq]], below: list[list[fmpq]], given: Collection[float]) -> list[fmpq] | None:
    """Probabilities close to those given for which every row of `equal` has the mean 0, and the tight ones of `below`.

    Inequalities join in as equations, the tightest first, until they leave one law.
    """
    count = len(given)
    equations = [[fmpq(1)] * (count + 1), *([*row, fmpq(0)] for row in equal)]
    rest = sorted(below, key=lambda row: abs(sum(to_float(a) * p for a, p in zip(row, given, strict=True))))
    tight = [[*row, fmpq(0)] for row in rest]
    for joined in range(len(tight) + 1):
        reduced, rank = fmpq_mat([*equations, *tight[:joined]]).rref()
        if rank == count:
            solution = [reduced[row, count] for row in range(rank)]
            if min(solution) >= 0 and sum(solution, start=fmpq(0)) == 1:
                return solution
    return None


class _Drawn(NumPy):
    """Floats at an iteration in which the one worker drew the given vectors."""

    def __init__(self, draws: np.ndarray):
        self.draws = draws

    def votes(self, gradient, x, workers):
        return np.abs(self.draws).sum(axis=0), np.sign(self.draws)
