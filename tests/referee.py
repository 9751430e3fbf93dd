"""A referee that knows some statements to be false; it shares no code with the kernel's reasoning.

It computes exact runs on a few quadratics, and asks a solver for the values at which a statement about numbers is
false. It can show that a statement is false, never that it is true, and what it does not know the meaning of (a term
that `Interpretation` has no value for, an assumption that no example is known to meet) it does not judge.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import islice, permutations, product
from types import SimpleNamespace
from typing import Any

from flint import fmpq
from interpretation import Interpretation
from mutants import spread
from sympy import Basic, Integer, Symbol, true
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.logic.boolalg import And, Boolean

from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.posing.domain import holds
from signproof.checks.problems.base import exactly_known
from signproof.checks.problems.quadratic import DiagonalQuadratic
from signproof.checks.replay.orbits import replay_course, replay_orbit
from signproof.theory.algebra.decide import follows, recording
from signproof.theory.algebra.solvers import second_opinion
from signproof.theory.algorithms import Algorithm, GradientDescent, MajorityVote
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions import Assumption, Constant, Dimension, Smooth
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.claim import Claim
from signproof.theory.norms import ANY, LINF
from signproof.theory.proof_steps import Certificate, Rejection
from signproof.theory.symbols import V0, k
from signproof.theory.terms.expectations import estimate, expectation
from signproof.theory.terms.vectors import Follows, Repeats, Scalar, VectorAtom, gradient, iterate, point

Values = dict[Symbol, fmpq]
PARTS = ("algorithm", "assumptions", "domain", "measure", "bound", "horizon", "statement", "orbit")
"""What a claim says."""
QUADRATICS = (((1,), (1,)), ((1, 3), (3, -1)), ((2, 5), (1, 0)), ((1, 1), (1, "1/100")))
"""Diagonals and starts; on the last two Theorem 1 is tight or nearly so."""
FACTORS = tuple(map(rational, ("1/4", "1", "2")))
"""Values of an assumption's constant, as multiples of the best one; those that are not valid are left out."""
STEP_SIZES = tuple(map(rational, ("-1", "0", "1/10", "1", "19/10", "2", "5/2")))
"""Values of other parameters, as multiples of 1/L; those outside the domain are left out."""
HORIZONS = tuple(map(rational, ("0", "1", "3")))
"""Values of a number of steps that is fixed before the run."""
ONE_WORKER = (rational("1"),)
"""How many workers there are: the exact gradient of one is the mean of any number."""
ITERATIONS, STEPS, BITS = 2, 5, 128
MOST_RUNS = 40
TUPLES = 6
"""How many iterates of a run are taken in turn for the points of a statement about any points."""
UNKNOWN = (KeyError, IndexError, AttributeError, AssertionError, TypeError, ValueError, Undecided)
"""What `Interpretation` raises at a term whose value it does not know."""


class Referee:
    """Shows statements to be false, under the domain and the assumptions of mutants of one claim."""

    def __init__(self, claim: Claim):
        self.original = claim
        self.proved = {step.statement for step in claim.proof.steps}

    def false_one(self, mutant: Claim, outcome: Certificate | Rejection) -> Boolean | None:
        """A false statement that the kernel let pass, be it a step or the claim, if there is one."""
        steps = mutant.proof.steps
        statements = [step.statement for step in steps]
        passed = isinstance(outcome, Certificate)
        statements = [*statements, mutant.conclusion] if passed else statements[: outcome.number - 1]
        if self.says_the_same(mutant):
            statements = [statement for statement in statements if statement not in self.proved]
        return next((statement for statement in dict.fromkeys(statements) if self.is_false(statement, mutant)), None)

    def says_the_same(self, mutant: Claim) -> bool:
        """Whether only the proof is another."""
        return all(getattr(mutant, part) == getattr(self.original, part) for part in PARTS)

    def is_false(self, statement: Boolean, claim: Claim) -> bool:
        """Whether a statement about the claim's runs, points or parameters is shown to be false."""
        if statement.has(Repeats, Follows):
            return orbit_is_left(claim)
        if claim.kind == "algebraic":
            return has_counterexample(statement, claim.premises)
        if claim.kind == "implication" and not claim.assumptions and not statement.has(VectorAtom, Scalar):
            # with assumptions, not all values of the parameters need be those of a function
            return has_counterexample(statement, claim.premises)
        return any(fails(statement, run) for run in self.runs(claim))

    def judges(self, claim: Claim) -> bool:
        """Whether it knows what the claim says: a false one of its kind could be found."""
        if claim.kind in ("bound", "implication"):
            return any(truth(claim.conclusion, run, 0) is not None for run in self.runs(claim))
        return claim.kind in ("algebraic", "orbit")

    def runs(self, claim: Claim) -> tuple[Run, ...]:
        """Runs on a few quadratics that meet the claim's assumptions, with parameters in its domain.

        The runs of a stochastic method are those with the oracle that returns the gradient itself. For statements
        about any points, the iterates of gradient descent are the points.
        """
        algorithm = {"bound": claim.algorithm, "implication": GradientDescent(Integer(1))}.get(claim.kind)
        if algorithm is None:
            return ()
        counts = {symbol: HORIZONS for symbol in (claim.horizon, getattr(claim.measure, "horizon", None)) if symbol}
        if isinstance(algorithm, MajorityVote) and isinstance(algorithm.workers, Symbol):
            counts[algorithm.workers] = ONE_WORKER
        algorithm, *assumptions = map(_in_numbers, (algorithm.noiseless, *claim.assumptions))
        scaled = tuple(_in_numbers(assumption) for assumption in self.original.assumptions)
        return _runs(
            algorithm, tuple(assumptions), claim.domain, scaled, frozenset(claim.parameters), tuple(counts.items())
        )


# ------------------------------------------------------------------------------------------------- runs


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """A run in rationals or in balls, and the whole numbers for which the claim has a symbol."""

    values: Interpretation
    fixed: dict[Symbol, Integer]


@cache
def _runs(algorithm, assumptions, domain, scaled, symbols, counts) -> tuple[Run, ...]:
    """`scaled` are assumptions whose constants give the scale of their symbols, made or not; `counts` are the symbols
    of whole numbers, with their values.
    """
    if not all(isinstance(assumption, Constant | OracleAssumption) for assumption in assumptions):
        return ()
    parameters, found = sorted(symbols - {k, V0}, key=str), []
    for number, (diagonal, _) in enumerate(QUADRATICS):
        problem = DiagonalQuadratic(rationals(diagonal))
        best = {a.constant: exactly_known(problem, a) for a in scaled if isinstance(a, Constant)}
        step_sizes = [theta / problem.exact_constant(Smooth(1)) for theta in STEP_SIZES]
        grids = [[factor * best[s] for factor in FACTORS] if best.get(s) else step_sizes for s in parameters]
        grids = [dict(counts).get(s, grid) for s, grid in zip(parameters, grids, strict=True)]
        conditions = [_asked_once(partial(_meets, problem, a), _symbols(a)) for a in assumptions]
        conditions += [_asked_once(partial(_inside, (part,)), part.free_symbols) for part in domain]
        for numbers in product(*grids):
            values = dict(zip(parameters, numbers, strict=True))
            if all(condition(values) for condition in conditions):
                run = _run(algorithm, number, tuple(values.items()), frozenset(dict(counts)))
                found += [] if run is None else [run]
    return tuple(spread(found, MOST_RUNS))


@cache
def _run(algorithm: Algorithm, number: int, values: tuple[tuple[Symbol, fmpq], ...], counts) -> Run | None:
    """In rationals, or in balls if it leaves them; None if no run is known."""
    diagonal, start = QUADRATICS[number]
    named = {str(symbol): value for symbol, value in values}
    problem = DiagonalQuadratic(rationals(diagonal))
    fixed = {symbol: Integer(int(value.p)) for symbol, value in values if symbol in counts}
    claim = SimpleNamespace(algorithm=algorithm)
    for xp in (RATIONALS, Balls(BITS)):
        try:
            return Run(Interpretation(claim, problem, named, rationals(start), STEPS, xp), fixed)
        except (*UNKNOWN, ZeroDivisionError):
            continue
    return None


def _asked_once(condition: Callable[[Values], bool], symbols: Iterable[Basic]) -> Callable[[Values], bool]:
    """A condition on the values of some symbols, which is asked once for each of their values."""
    order, known = [*symbols], dict[Any, bool]()

    def asked(values: Values) -> bool:
        own = tuple(map(values.get, order))
        if own not in known:
            known[own] = condition(values)
        return known[own]

    return asked


def _symbols(assumption: Assumption) -> set[Basic]:
    """Those that it is about."""
    conditions = (*assumption.conditions, *getattr(assumption, "noiseless", ()))
    return set(assumption.symbols).union(*(condition.free_symbols for condition in conditions))


def _meets(problem: DiagonalQuadratic, assumption: Assumption, values: dict[Symbol, fmpq]) -> bool:
    """Whether the problem meets an assumption; what is assumed of an oracle, with the gradient itself."""
    if not assumption.symbols <= set(values):
        return False
    if isinstance(assumption, OracleAssumption):
        conditions = (*assumption.conditions, *assumption.noiseless)
        return _inside(tuple(condition for condition in conditions if condition != true), values)
    constant, best = evaluate(assumption.constant, values, RATIONALS), exactly_known(problem, assumption)
    if best is None or (isinstance(assumption, Dimension) and constant != best):
        return False
    return constant > 0 and (constant <= best if assumption.largest else constant >= best)


def _inside(domain: tuple[Relational, ...], values: dict[Symbol, fmpq]) -> bool:
    """Whether the values are in a domain; if that takes k, V_0 or a root to tell, they are taken not to be."""
    try:
        return all(part.free_symbols <= set(values) and holds(part, values, RATIONALS) for part in domain)
    except (ZeroDivisionError, TypeError):
        return False


@cache
def fails(statement: Boolean, run: Run) -> bool:
    """Whether a statement is false, or has no value, at one of the first iterations of a run; if not known, no."""
    for iteration in range(ITERATIONS):
        outcome = truth(statement, run, iteration)
        if outcome is not True:
            return outcome is False
    return False


@cache
def truth(statement: Boolean, run: Run, iteration: int) -> bool | None:
    """Whether a statement holds at an iteration of a run, for the points there in place of any points; None if that
    is not known.
    """
    parts = statement.args if isinstance(statement, And) else (statement,)
    points, outcomes = sorted(statement.atoms(point), key=str), []
    for indices in islice(permutations(range(STEPS), len(points)), TUPLES):
        chosen = dict(zip(points, map(iterate, indices), strict=True))
        outcomes += [_holds(part.xreplace(chosen).xreplace(run.fixed), run, iteration) for part in parts]
    return False if False in outcomes else None if None in outcomes else True


def _holds(statement: Boolean, run: Run, iteration: int) -> bool | None:
    try:
        return run.values.holds(_concrete(statement), iteration)
    except ZeroDivisionError:
        return False
    except UNKNOWN:
        return None


def _concrete(statement: Basic) -> Basic:
    """What is said of every norm, in the maximum norm; of every oracle, of the one that returns the gradient."""
    statement = statement.xreplace({Str(ANY.name): Str(LINF.name)})
    return statement.replace(estimate, lambda x, *_: gradient(x)).replace(expectation, lambda term, _: term)


def _in_numbers(part: Any) -> Any:
    return dataclasses.replace(part, norm=LINF) if getattr(part, "norm", None) is ANY else part


# ------------------------------------------------------------------------------------------------- numbers, orbits


@cache
def has_counterexample(statement: Boolean, premises: tuple[Boolean, ...]) -> bool:
    """Whether values break an algebraic statement: found by Z3 and checked exactly, or known to exist by cvc5, which
    is asked where Z3 has no proof.
    """
    with recording() as questions:
        if follows(statement, premises).holds is False:
            return True
    arithmetic = not any(question.translation.opaque for question in questions)
    open_ones = [question.smtlib() for question in questions if question.outcome != "unsat"]
    return arithmetic and any(second_opinion(question) == "sat" for question in open_ones)


def orbit_is_left(claim: Claim) -> bool:
    """Whether the run leaves the orbit for some parameters in the domain."""
    parameters = sorted(claim.parameters, key=str)
    for numbers in product(STEP_SIZES, repeat=len(parameters)):
        values = dict(zip(parameters, numbers, strict=True))
        if not _inside(claim.domain, values):
            continue
        named = {str(symbol): number for symbol, number in values.items()}
        if claim.orbit.formula:
            if any(replay_course(claim, named, steps).confirmed for steps in range(STEPS)):
                return True
        elif replay_orbit(claim, named, 2 * len(claim.orbit.points)).why.startswith("it leaves"):
            return True
    return False
