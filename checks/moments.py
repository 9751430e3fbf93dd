"""The moment search: stochastic gradients that meet all that a claim assumes of them and drive its expectation up.

At a point, the joint laws of ~g on a grid that meet the claim's assumptions are a polytope: each assumption is linear
in the probabilities. A linear programme finds the law in it that makes E[V(x+)] largest. One such law at each point of
a lattice makes an oracle, outside of the lattice the gradient is exact. As all norms on the grid are whole multiples of
a unit, the run stays on the lattice, so that its law is known exactly after many steps: floats propose the oracle,
rationals decide.

The objective is f = 1/2 x_1^2 in R^2: smooth, and with the PL inequality, in the maximum norm with L = mu = 1. Its
second coordinate carries the length of ~g without pulling anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import block_diag
from sympy import Eq, Ge, Gt, Symbol, sympify

from signproof.checks import domain
from signproof.checks.batch import exact_parameters
from signproof.checks.domain import Unsupported
from signproof.checks.exact import RATIONALS, rational, rationals, to_float
from signproof.checks.floats import NUMPY, NumPy
from signproof.checks.laws import ANYWHERE, Law, OutcomeReader, instances, is_affine
from signproof.checks.oracles import TableOracle
from signproof.checks.quadratic import LeastSquares
from signproof.checks.replay import replay_expected
from signproof.checks.trials import noiseless
from signproof.checks.witness import Witness
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim
from signproof.theory.measures import ExpectedSuboptimality
from signproof.theory.oracles import OracleAssumption
from signproof.theory.symbols import V0, i, k, m

LENGTHS = range(1, 11)
"""The norms ||~g||_1 on the grid."""
SHARES = ("1/64", "1/4", "1/2", "3/4", "1")
"""How much of the norm is that of the first coordinate."""
REACH = 2
"""The lattice goes from -REACH to REACH, as far as LATTICE allows."""
LATTICE = 120
"""The most points of the lattice on one side."""
STEPS = 128
"""How long a run is followed."""
STEP_SIZES, OTHERS = ("1/50", "1/25"), ("4/5", "1/2", "1/5")
"""Positions in their ranges at which the step size and the other parameters are tried."""
MARGIN = 1.005
"""How far above the bound a run in floats must be for its exact replay to be worth while."""
WORKERS = 3
"""The most workers whose joint draws an exact run lists."""
TIE = 1e-3
"""Many laws are equally good; which one a solver names depends on the machine. A part of the objective as small as this
prefers one of them, by far more than the solver's tolerance of 1e-7."""
SUPPORT = 1e-9
"""Probabilities below it are taken for the programme's way to say zero."""


@dataclass(frozen=True)
class Found:
    """What the search saw: the largest E[V_k] / bound in floats, how many oracles were tried, a confirmed witness."""

    largest: float
    tried: int
    witness: Witness | None


def search(claim: Claim, advance: Callable[[str], None] = lambda text: None) -> Found:
    """Look for an oracle that breaks a claim about E[V_k]; stop at the first that an exact run confirms.

    Raises Unsupported, with the reason, for a claim that is not of that kind or assumes what is not linear in the law.
    """
    problem = LeastSquares(rationals([[1, 0]]))
    relations = _relations(claim)
    largest, tried = 0.0, 0
    for parameters in _parameters(claim, problem):
        advance(f"{claim.id}: moment search, {', '.join(f'{name} = {n}' for name, n in parameters.items())}")
        proposal = _Proposal(claim, problem, relations, parameters)
        if not proposal.solve():
            continue
        ratios = proposal.ratios()
        largest, tried = max(largest, float(ratios.max())), tried + 1
        if ratios.max() > MARGIN:
            witness = _confirm(claim, problem, proposal, int(np.argmax(ratios > MARGIN)))
            if witness is not None:
                return Found(largest, tried, witness)
    return Found(largest, tried, None)


def check_workers(algorithm: Algorithm) -> None:
    """Raises Unsupported for a fixed number of workers whose joint draws are too many to be listed."""
    workers = sympify(getattr(algorithm, "workers", 1))
    if workers.is_Integer and workers > WORKERS:
        raise Unsupported(f"what {workers} workers draw has too many outcomes")


def _relations(claim: Claim) -> list[tuple[Any, dict]]:
    """What is assumed of stochastic gradients, as relations that are linear in their law."""
    algorithm = claim.algorithm
    if not isinstance(claim.measure, ExpectedSuboptimality) or algorithm is None or not algorithm.stochastic:
        raise Unsupported("the moment search is for claims about E[V_k] of methods with stochastic gradients")
    memory = algorithm.init(np.zeros((2, 1, 1)), NUMPY)
    if not isinstance(memory, tuple) or memory:
        raise Unsupported("the method remembers more than its iterate")
    if "step_size" not in algorithm.parameters:
        raise Unsupported("the method has no step size that would give a lattice")
    check_workers(algorithm)
    if any(formula.has(k) or formula.has(V0) for formula in algorithm.parameters.values()):
        raise Unsupported("the step size changes from step to step, so that a run is on no lattice")
    found = []
    for assumption in claim.assumptions:
        if isinstance(assumption, OracleAssumption):
            for relation, at in instances(assumption.statement(ANYWHERE), {i: 2, m: 1}):
                if not is_affine(relation):
                    raise Unsupported(f"{assumption} is not linear in the law of the stochastic gradient")
                found.append((relation, at))
    return found


def _parameters(claim: Claim, problem: LeastSquares) -> list[dict[str, fmpq]]:
    """Constants of the problem, and values of the other parameters spread over their ranges."""
    assert claim.algorithm is not None
    posed = noiseless(claim)
    free = domain.ranges(posed)
    steps = set().union(*(formula.free_symbols for formula in claim.algorithm.parameters.values()))
    workers = getattr(claim.algorithm, "workers", None)
    tried = [STEP_SIZES if each.symbol in steps else OTHERS for each in free if each.symbol != workers]
    found = []
    for positions in product(*tried):
        given = iter(map(rational, positions))
        thetas = {each.symbol: rational("1/2") if each.symbol == workers else next(given) for each in free}
        try:
            parameters = exact_parameters(posed, free, problem, thetas)
        except ValueError as error:
            raise Unsupported(f"1/2 x_1^2 in R^2 is not what the claim is about: {error}") from None
        # a vote of one is the stochastic gradient's sign
        found.append(parameters | ({str(workers): fmpq(1)} if isinstance(workers, Symbol) else {}))
    return found


class _Proposal:
    """An oracle in floats: one linear programme for all points of the lattice."""

    def __init__(self, claim: Claim, problem: LeastSquares, relations: list, parameters: dict[str, fmpq]):
        self.claim, self.problem, self.relations, self.parameters = claim, problem, relations, parameters
        self.values = {Symbol(name, real=True): number for name, number in parameters.items()}
        self.floats = {symbol: to_float(number) for symbol, number in self.values.items()}
        self.step: fmpq = evaluate(claim.algorithm.parameters["step_size"], self.values, RATIONALS)
        self.points = int(min(LATTICE, REACH / self.step + 1))
        self.outcomes = _grid()
        self.draws = np.array(self.outcomes, dtype=float).T[:, None, :]
        self.starts = np.zeros((2, self.points, 1))
        self.starts[0, :, 0] = np.arange(self.points) * to_float(self.step)

    def solve(self) -> bool:
        """Find the probabilities, shape (points, outcomes); False if no law on the grid meets the assumptions."""
        reader = OutcomeReader(self.starts, self.draws, self.floats, NUMPY)
        shape = (self.points, len(self.outcomes))
        equal, below = [np.ones(shape)], []
        for relation, at in self.relations:
            gap = np.broadcast_to(reader.number(relation.lhs, at) - reader.number(relation.rhs, at), shape)
            if isinstance(relation, Eq):
                equal.append(gap)
            else:
                below.append(-gap if isinstance(relation, Ge | Gt) else gap)
        self.after = self._after()
        preferred = np.modf(np.arange(shape[1]) * np.sqrt(2))[0]
        solved = linprog(
            -(self.after**2 + TIE * preferred).ravel(),
            A_ub=block_diag(np.stack(below, axis=1)) if below else None,
            b_ub=np.zeros(self.points * len(below)) if below else None,
            A_eq=block_diag(np.stack(equal, axis=1)),
            b_eq=np.tile([1.0] + [0.0] * (len(equal) - 1), self.points),
            method="highs-ds",
        )
        if solved.status != 0:
            return False
        self.probabilities = solved.x.reshape(shape)
        return True

    def ratios(self) -> np.ndarray:
        """E[V_k] / bound for k = 0, ..., STEPS from the first point beside the minimum."""
        size = self.points + 2 * max(LENGTHS)
        chain = np.eye(size)
        chain[: self.points] = 0
        places = np.minimum(np.abs(np.rint(self.after / self.starts[0, 1, 0])).astype(int), size - 1)
        for point, outcome in zip(*np.nonzero(self.probabilities > SUPPORT), strict=True):
            chain[point, places[point, outcome]] += self.probabilities[point, outcome]
        heights = (np.arange(size) * self.starts[0, 1, 0]) ** 2 / 2
        law = np.eye(size)[1]
        found = [heights[1]]
        for _ in range(STEPS):
            law = law @ chain
            found.append(law @ heights)
        values = self.floats | {k: np.arange(STEPS + 1.0), V0: heights[1]}
        with np.errstate(all="ignore"):
            bound = np.broadcast_to(evaluate(self.claim.bound, values, NUMPY), STEPS + 1)
            return np.where(bound > 0, np.array(found) / bound, 0.0)

    def oracle(self) -> TableOracle:
        """The same with rational probabilities that meet every assumption exactly; where there are none, no noise."""
        table: dict[tuple[fmpq, ...], Law] = {}
        for point in range(self.points):
            g = (self.step * point, fmpq(0))
            law = self._exact(g, np.nonzero(self.probabilities[point] > SUPPORT)[0])
            if law is not None:
                table[g] = law
                if point:
                    table[(-g[0], fmpq(0))] = Law(law.probabilities, law.values * np.array([-1, 1], dtype=object))
        return TableOracle(table)

    def _exact(self, g: tuple, support: np.ndarray) -> Law | None:
        """The law with this support for which the tight relations are equations."""
        outcomes = rationals([self.outcomes[outcome] for outcome in support])
        equations = [[fmpq(1)] * len(support) + [fmpq(1)]]
        rest: list[list[fmpq]] = []
        readers = [OutcomeReader(rationals(list(g)), outcome, self.values, RATIONALS) for outcome in outcomes]
        for relation, at in self.relations:
            row = [reader.number(relation.lhs, at) - reader.number(relation.rhs, at) for reader in readers]
            (equations if isinstance(relation, Eq) else rest).append([*row, fmpq(0)])
        # inequalities join in as equations, the tightest first, until they leave one law
        given = self.probabilities[int(g[0] / self.step)][support]
        rest.sort(key=lambda row: abs(sum(to_float(a) * p for a, p in zip(row, given, strict=False))))
        for count in range(len(rest) + 1):
            reduced, rank = fmpq_mat([*equations, *rest[:count]]).rref()
            if rank == len(support):
                solution = [reduced[row, len(support)] for row in range(rank)]
                if min(solution) >= 0 and sum(solution, start=fmpq(0)) == 1:
                    return Law(tuple(solution), outcomes)
        return None

    def _after(self) -> np.ndarray:
        """x_1 after one step, shape (points, outcomes). Raises Unsupported if that leaves the lattice."""
        numbers: Any = _Drawn(self.draws)
        now = {name: evaluate(e, self.floats, numbers) for name, e in self.claim.algorithm.parameters.items()}
        after, _ = self.claim.algorithm.at(**now).update(self.starts, lambda _: self.draws, (), numbers)
        places = after[0] / self.starts[0, 1, 0]
        if np.abs(places - np.rint(places)).max() > 1e-6:
            raise Unsupported("a step of the method leaves the lattice")
        return np.broadcast_to(after[0], (self.points, len(self.outcomes)))


class _Drawn(NumPy):
    """Floats at an iteration in which the one worker drew the given vectors."""

    def __init__(self, draws: np.ndarray):
        self.draws = draws

    def votes(self, gradient, x, workers):
        return np.abs(self.draws).sum(axis=0), np.sign(self.draws)


def _confirm(claim: Claim, problem: LeastSquares, proposal: _Proposal, steps: int) -> Witness | None:
    oracle, start = proposal.oracle(), (proposal.step, fmpq(0))
    found = replay_expected(claim, problem, oracle, proposal.parameters, start, steps)
    if not found.confirmed or found.measured is None or found.bound is None:
        return None
    return Witness(
        claim, problem, proposal.parameters, start, steps, found.measured, found.bound, found.level, oracle=oracle
    )


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
