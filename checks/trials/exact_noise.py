"""Trials of claims about expectations with noise: small problems, few outcomes, every expectation exact.

An oracle is a law as a function of the gradient, used at the points that a run can reach in so many steps; at all other
points it is the gradient itself. So the constants of a claim's assumptions are exact: they are the largest variance and
the least margins of finitely many laws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, reduce
from itertools import product
from math import isqrt, nan
from operator import mul
from typing import Any

from flint import fmpq
from sympy import Ge, Le, Symbol

from signproof.checks.facts.runs import fits, outside_start, refuse_later
from signproof.checks.gradients.finite import BiasedOracle, FiniteOracle, TableOracle, dependent
from signproof.checks.gradients.laws import ANYWHERE, LawReader, instances
from signproof.checks.numbers.exact import RATIONALS, Irrational, rational, rationals, to_float
from signproof.checks.posing import domain
from signproof.checks.posing.cases import at_horizons, noiseless
from signproof.checks.posing.domain import Unsupported
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.bounds import expected_run, outside, replay_expected
from signproof.checks.replay.witness import Witness
from signproof.checks.runs.expected import Chain
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.plans import plan
from signproof.checks.trials.batch import constant_with, near_floor
from signproof.checks.trials.tally import Tally
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Constant
from signproof.theory.border.steps import Guarded
from signproof.theory.claim import Claim
from signproof.theory.symbols import k

STEPS = 3
"""The longest run."""
HORIZONS = (0, 1, 2, 3)
"""Numbers of steps fixed before the run that are tried."""
OUTCOMES = 64
"""Draws at one iteration beyond which a run ends."""
POSITIONS = ("1/2", "9/10")
"""Positions of the parameters in their ranges; 1/2 of an open range is 1."""
WORKERS = {1: (1, 2), 2: (1,)}
"""Numbers of workers that are tried in each dimension."""
ROUNDS = 3
"""How often margins are lowered to what they are at the points reached."""
ROOT = 2**10
"""Standard deviations are rounded up to fractions with this denominator."""
PROBLEMS = {1: (("1",), ("2",)), 2: (("1", "1"), ("1", "3"))}
STARTS = {1: (("1",), ("-3",)), 2: (("1", "1"), ("2", "-1"))}
FACTORS = (("1/2", "1/2"), ("3/4", "3/2"), ("4/5", "3"))
"""A probability p and a number e: the factor is 1 + e (1 - p)/p with probability p, otherwise 1 - e."""

BIASES = (
    ("a constant bias", 1, -1),
    ("a constant bias", 1, 3),
    ("no gradient at all", 0, 0),
    ("gradients of the wrong sign", -1, 0),
    ("gradients half as long", "1/2", 0),
)
"""Laws with one outcome, ~g = a g + b e_1: names, a, b. Claims that assume a mean do not cover them."""


@dataclass
class Noise:
    """What the trials with noise showed: tallies, the largest E[measure] / bound, a witness of a violation."""

    tallies: list[Tally] = field(default_factory=list)
    series: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The run of each tally that comes nearest to the bound, for a chart."""
    witness: Witness | None = None
    largest: float = 0.0
    instance: str = ""
    """The instance with the largest ratio."""
    step: int = 0
    """The k at which it has it."""


def try_out(claim: Claim, advance: Callable[[str], None] = lambda text: None) -> Noise:
    """Compare E[measure] with the bound at every step of small runs; stop at the first violation.

    Raises Unsupported, with the reason, for a claim that is not about a mean, or if the constants of its assumptions
    cannot be read off a law.
    """
    if claim.measure is None or not plan(claim.measure).in_mean:
        raise Unsupported("noise is tested only on claims about means, such as E[V_k]")
    refuse_later(claim)
    noise = Noise()
    irrational = False
    posed = at_horizons(claim, HORIZONS)
    for (name, oracle), (d, curvatures, start), case in product(_oracles(), _objectives(), posed):
        if oracle.dimension != d:
            continue
        problem = DiagonalQuadratic(rationals(list(curvatures)))
        for position, workers in product(POSITIONS, _workers(case, d)):
            if len(oracle.probabilities) ** workers > OUTCOMES:
                continue  # not one step would be made
            run = _Run(case, problem, oracle, tuple(map(rational, start)), rational(position), workers)
            advance(f"{case.id}: {name}, d = {d}")
            try:
                _compare(run, f"{name}, exact expectations", noise)
            except Irrational:
                irrational = True
            if noise.witness is not None:
                return noise
    if not noise.tallies and irrational:
        raise Unsupported(
            "exact expectations need rational step sizes, draws and bounds, which this claim does not have"
        )
    if not noise.tallies:
        raise Unsupported("none of the laws has parameters in the domain")
    return noise


def _compare(run: _Run, name: str, noise: Noise) -> None:
    """Count what one run shows; what is broken is replayed, all that is assumed included."""
    if not run.settle():
        return
    claimed = [
        step
        for step in range(run.steps + 1)
        if all(domain.holds(relation, run.values | {k: fmpq(step)}, RATIONALS) for relation in run.claim.domain)
    ]
    if not claimed:
        return
    instance = run.instance
    if not _plain(run.claim) and outside(instance, claimed[0]):
        return  # a constant that is a number, or stands for several, is not that of the problem or of its law
    tally = next((tally for tally in noise.tallies if tally.family == name), None)
    if tally is None:
        tally = Tally(name, STEPS)
        noise.tallies.append(tally)
    tally.instances += 1
    ratios: dict[int, float] = {}
    shown: dict[str, Any] = {"instance": f"{name}, {run.describe()}", "k": [], "measured": [], "bound": []}
    for step, found in enumerate(expected_run(instance, run.steps)):
        if step not in claimed or found.measured is None or found.bound is None:
            continue
        tally.comparisons += 1
        if found.confirmed and replay_expected(instance, step).confirmed:
            tally.broken += 1
            noise.witness = Witness.of(instance, step, found)
            return
        tally.held += not found.confirmed
        shown["k"].append(step)
        shown["measured"].append(to_float(found.measured[0]))
        shown["bound"].append(to_float(found.bound[1]))
        if step and found.bound[0] > 0:
            ratios[step] = to_float(found.measured[1] / found.bound[0])
    if not ratios:
        return
    telling = {step: ratio for step, ratio in ratios.items() if near_floor(instance, step)}
    largest, step = max(((ratio, step) for step, ratio in telling.items()), default=(nan, 0))
    tally.spread.follow(ratios, largest)
    noise.series.setdefault(name, shown)
    if not telling:
        return
    if tally.largest_ratio is None or largest > tally.largest_ratio:
        tally.largest_ratio, tally.worst, noise.series[name] = largest, f"{run.describe()}, at k = {step}", shown
    if largest > noise.largest:
        noise.largest, noise.instance, noise.step = largest, run.describe(), step


@dataclass
class _Run:
    """One instance. `settle` finds the constants and parameters; the others are nothing before."""

    claim: Claim
    problem: DiagonalQuadratic
    oracle: FiniteOracle
    start: tuple[fmpq, ...]
    position: fmpq
    workers: int
    steps: int = 0
    values: dict[Symbol, fmpq] = field(default_factory=dict)
    table: TableOracle = field(default_factory=lambda: TableOracle({}))

    @property
    def parameters(self) -> dict[str, fmpq]:
        return {str(symbol): number for symbol, number in self.values.items()}

    @property
    def instance(self) -> Instance:
        return Instance(self.claim, self.problem, self.parameters, self.start, oracle=self.table)

    def describe(self) -> str:
        values = ", ".join(f"{name} = {number}" for name, number in self.parameters.items())
        return f"{self.problem.describe()}; {self.table.describe()}; {values}; from ({', '.join(map(str, self.start))})"

    def settle(self) -> bool:
        """Find parameters in the domain with which all assumptions hold; whether there are any.

        The margins decide how large steps may be, and the steps where the run goes and what the margins are there.
        """
        if not fits(self.claim, self.problem.dimension):
            return False
        objective = {}
        for assumption in (a for a in self.claim.assumptions if isinstance(a, Constant)):
            constant = constant_with(self.problem, assumption, self.start)
            if constant is None:
                return False
            if isinstance(assumption.constant, Symbol):
                objective[assumption.constant] = constant
        reached = {tuple(Guarded(self.problem).gradient(rationals(list(self.start)), RATIONALS))}
        for _ in range(ROUNDS):
            self.table = TableOracle({g: self.oracle.law(g) for g in sorted(reached)})
            constants = self._sharp()
            if constants is None:
                return False
            self.values = objective | constants
            count = getattr(self.claim.algorithm, "workers", None)
            if isinstance(count, Symbol):
                self.values[count] = fmpq(self.workers)
            for interval in _free(self.claim, frozenset(self.values)):
                self.values[interval.symbol] = interval.at(self.position, self.values, RATIONALS)
            if not all(domain.holds(r, self.values, RATIONALS) for r in domain.asked(self.claim) if not r.has(k)):
                return False
            if outside_start(self.claim, self.problem, self.start, self.values):
                return False
            found = self._reached()
            if found <= reached:
                return True
            reached |= found
        return False

    def _reached(self) -> set[tuple]:
        """The gradients at which the run draws, as long as it is followed."""
        found: set[tuple] = set()
        draws = len(self.oracle.probabilities) ** self.workers
        chain = Chain(self.claim.algorithm, self.problem, self.oracle, self.parameters, self.start)
        while chain.k < STEPS and len(chain.law) * draws <= OUTCOMES:
            found |= {tuple(Guarded(self.problem).gradient(chain.points[state], RATIONALS)) for state in chain.law}
            chain.advance()
        self.steps = chain.k
        return found

    def _sharp(self) -> dict[Symbol, fmpq] | None:
        """The best constants with which the assumptions hold at all points reached; None if one does not hold at all.

        Raises Unsupported for an assumption whose constant cannot be read off.
        """
        found: dict[Symbol, list[fmpq]] = {}
        for assumption in self.claim.assumptions:
            if not isinstance(assumption, OracleAssumption):
                continue
            for g in self.table.table:
                limits = _limits(assumption, self.oracle, g, self.workers)
                if limits is None:
                    return None
                for symbol in assumption.symbols:
                    found.setdefault(symbol, []).extend(limits)
        # a margin may be lowered, a standard deviation raised
        return {
            symbol: (max if _grows(self.claim, symbol) else min)(limits) for symbol, limits in found.items() if limits
        }


@cache
def _plain(claim: Claim) -> bool:
    """Whether each constant is a symbol of its own, so that what is found for it is all that is assumed of it."""
    of_objective = [a.constant for a in claim.assumptions if isinstance(a, Constant)]
    formulas = [formula for a in claim.assumptions for formula in a.formulas if formula.free_symbols]
    symbols = [formula for formula in formulas if isinstance(formula, Symbol)]
    return all(isinstance(c, Symbol) for c in of_objective) and len({*symbols}) == len(formulas)


@cache
def _free(claim: Claim, given: frozenset[Symbol]) -> list[domain.Range]:
    return domain.ranges(noiseless(claim), given)


@cache
def _statement(assumption: OracleAssumption) -> Any:
    return assumption.statement(ANYWHERE)


@cache
def _limits(assumption: OracleAssumption, oracle: FiniteOracle, g: tuple, workers: int) -> list[fmpq] | None:
    """The extreme constants with which an assumption holds at one gradient; None if it does not whatever they are."""
    law, symbols, statement = oracle.law(g), assumption.symbols, _statement(assumption)
    readers = [LawReader(g, law, dict.fromkeys(symbols, fmpq(n)), workers) for n in (0, 1, 2)]
    if not symbols:
        return [] if readers[0].holds(statement) and not dependent(assumption, readers[0], law) else None
    limits = []
    for relation, at in instances(statement, readers[0].sizes):
        try:
            left, right = readers[0].number(relation.lhs, at), [reader.number(relation.rhs, at) for reader in readers]
        except ZeroDivisionError:  # in a formula for the constant
            raise Unsupported(f"the constant of {assumption} cannot be read off a law") from None
        limit = _limit(relation, left, right, assumption)
        if limit is not None:
            limits.append(limit)
    return limits


def _limit(relation: Any, left: fmpq, right: list[fmpq], assumption: OracleAssumption) -> fmpq | None:
    """The extreme constant with which left <= constant^2, or left >= a + b constant; None if it does not matter."""
    zero, one, two = right
    if isinstance(relation, Le) and (zero, one, two) == (0, 1, 4):
        scaled = left * ROOT * ROOT
        root = isqrt(int(scaled.p // scaled.q))
        return fmpq(root + (root * root != scaled), ROOT)
    if isinstance(relation, Ge) and two - one == one - zero and one >= zero:
        return None if one == zero else (left - zero) / (one - zero)
    raise Unsupported(f"the constant of {assumption} cannot be read off a law")


def _grows(claim: Claim, symbol: Symbol) -> bool:
    assumed = [a for a in claim.assumptions if isinstance(a, OracleAssumption) and symbol in a.symbols]
    return any(isinstance(_statement(a), Le) for a in assumed)


def _objectives() -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    for d, problems in PROBLEMS.items():
        for curvatures, start in product(problems, STARTS[d]):
            yield d, curvatures, start


def _workers(claim: Claim, d: int) -> tuple[int, ...]:
    count = getattr(claim.algorithm, "workers", 1)
    return WORKERS[d] if isinstance(count, Symbol) else (int(count),)


def _oracles() -> Iterator[tuple[str, FiniteOracle]]:
    """Laws of ~g_i = a_i g_i + b_i, the simplest first."""
    for p, e in (map(Fraction, pair) for pair in FACTORS):
        factor = [(p, 1 + e * (1 - p) / p, Fraction(0)), (1 - p, 1 - e, Fraction(0))]
        for d in PROBLEMS:
            yield "independent factors", _independent([factor] * d)
            if d > 1:
                yield (
                    "one factor for all coordinates",
                    FiniteOracle(
                        tuple(q for q, _, _ in factor), tuple((a,) * d for _, a, _ in factor), ((Fraction(0),) * d,) * 2
                    ),
                )
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    for d in PROBLEMS:
        # on the line these keep a run where it starts, or drive it away; of the plane, along one axis
        rest = (Fraction(0),) * (d - 1)
        for name, a, b in BIASES:
            yield name, BiasedOracle((Fraction(1),), ((Fraction(a),) * d,), ((Fraction(b), *rest),))
    for d in PROBLEMS:
        yield "additive noise", _independent([[(half, Fraction(1), quarter), (half, Fraction(1), -quarter)]] * d)


def _independent(columns: list[list[tuple[Fraction, Fraction, Fraction]]]) -> FiniteOracle:
    """Independent coordinates, each with outcomes of a probability, a factor and an offset."""
    rows = [*product(*columns)]
    return FiniteOracle(
        tuple(reduce(mul, (p for p, _, _ in row)) for row in rows),
        tuple(tuple(a for _, a, _ in row) for row in rows),
        tuple(tuple(b for _, _, b in row) for row in rows),
    )
