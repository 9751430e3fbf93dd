"""Replays: one instance, run again in exact arithmetic, and what that says about the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from flint import fmpq
from sympy import Expr, Rational, Symbol, nan, sympify, zoo

from signproof.checks.facts.families import asked, doubt, doubt_of, unmet_at
from signproof.checks.facts.runs import fits, outside_run, outside_start, refuse_later
from signproof.checks.gradients.finite import Oracle, TableOracle
from signproof.checks.numbers.exact import RATIONALS, Balls, Exact, Irrational, Undecided, rational, rationals
from signproof.checks.posing.displaced import depends_on_origin
from signproof.checks.posing.domain import Unsupported
from signproof.checks.posing.special import of_start, special, start_distance
from signproof.checks.problems.base import exactly_known, is_convex
from signproof.checks.replay.replay import PRECISIONS, Replay, ends_of, outside_domain, symbols
from signproof.checks.runs.exact import frozen, iterates, states_of
from signproof.checks.runs.expected import TooMany, chain_of, expectations
from signproof.checks.runs.instance import Instance
from signproof.checks.runs.over_run import Meter
from signproof.checks.runs.plans import plan
from signproof.theory.algebra.decide import conditions, truth
from signproof.theory.arithmetic import evaluate
from signproof.theory.assumptions.flows import Convex
from signproof.theory.assumptions.gradients import OracleAssumption
from signproof.theory.assumptions.objective import Constant, Dimension
from signproof.theory.assumptions.start import MinimizerSize
from signproof.theory.border.runs import about_later, about_run, about_run_and_points, every_k, reach
from signproof.theory.border.steps import Guarded
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k
from signproof.theory.terms.formula import unrolled
from signproof.theory.terms.vectors import x_star

REACHED = 100
"""Points of a random run at which what is assumed of a user's family is read anew."""
OVERLAP, WIDE = "the balls of measure and bound overlap", 2
"""What is said where balls do not tell two numbers apart, and how many precisions are tried for expectations."""
NO_VALUE = "the measure has no value there"
FOLLOWED, LONG = 64, 2**12
"""Steps for which a run is followed to see whether it repeats itself, and bits of its numbers that are too many."""


def replay(instance: Instance, steps: int) -> Replay:
    """Run a claim's algorithm on one instance for some steps and compare measure and bound there.

    In rationals where the problem allows it, else in balls of growing precision. The violation counts only if the
    constants are valid for the problem and the parameters are in the domain, both decided exactly. Raises
    Undecided if no precision tells.
    """
    why = outside(instance, steps)
    if why:
        return Replay(False, "exact", why)
    if instance.objective.rational:
        try:
            return _compare(instance, steps, RATIONALS)
        except TypeError:  # the algorithm or the bound leaves the rationals
            pass
    for bits in PRECISIONS:
        with Balls(bits) as balls:
            try:
                return _compare(instance, steps, balls)
            except Undecided:
                continue
    raise Undecided(f"measure and bound cannot be separated at {PRECISIONS[-1]} bits")


def trajectory(instance: Instance, steps: int, xp: Exact) -> list[Any]:
    """The iterates x_0, ..., x_steps in the exact arithmetic `xp`."""
    return [*islice(iterates(instance, xp), steps + 1)]


def _compare(instance: Instance, steps: int, xp: Exact) -> Replay:
    points = trajectory(instance, steps, xp)
    height, read = _metered(instance, points[0], xp)
    measured = [read(x) for x in points][-1]
    found = _told(instance, height, measured, steps, xp)
    why = ""
    if found.confirmed:
        further, turn = _further(instance, points, xp)
        why = outside_run(instance.claim, instance.objective, further, symbols(instance.parameters), turn)
        why = why or _against(instance, points, xp)
    return replace(found, confirmed=False, why=why) if why else found


def _further(instance: Instance, points: list[Any], xp: Exact) -> tuple[list[Any], int | None]:
    """A run as far as the claim's assumptions need it, and after how many steps the method is in a state in which it
    was before, if that is needed and seen. From there on the run repeats itself, as no step size depends on k.
    """
    later = [assumption for assumption in instance.claim.assumptions if about_later(assumption)]
    beyond = max((reach(assumption) or 0 for assumption in later), default=0)
    turn = None
    if any(map(every_k, later)):
        turn = _turn(instance, len(points), xp)
        beyond += max(len(points) - 1, turn or 0)
    if beyond >= len(points):
        points = trajectory(instance, beyond, xp)
    return points, turn


def _turn(instance: Instance, steps: int, xp: Exact) -> int | None:
    algorithm = instance.claim.algorithm
    assert algorithm is not None
    if xp is not RATIONALS or any(formula.has(k) for formula in algorithm.parameters.values()):
        return None
    seen: set[Any] = set()
    for number, (x, memory) in enumerate(islice(states_of(instance, xp), steps + FOLLOWED)):
        try:
            state = frozen((x, memory))
        except TypeError:
            return None
        if state in seen:
            return number
        if any(int(entry.q).bit_length() > LONG for entry in x):
            return None
        seen.add(state)
    return None


def _against(instance: Instance, points: list[Any], xp: Exact) -> str:
    """Why a run is none that the claim is about: what is assumed does not hold at its points; empty if it does."""
    claim, problem = instance.claim, instance.objective
    return doubt_of(problem, asked(claim)) or unmet_at(problem, claim.assumptions, instance.values(), points, xp)


def run(instance: Instance, xp: Exact) -> Iterator[Replay]:
    """Measure and bound at k = 0, 1, 2, ..., in the exact arithmetic `xp`, whatever the assumptions say.

    Raises TypeError if something is not rational and `xp` holds nothing else, Undecided if a sign is not known. Where
    balls overlap the outcome is not confirmed.
    """
    for iteration, x in enumerate(iterates(instance, xp)):
        if iteration == 0:
            height, read = _metered(instance, x, xp)
        measured = read(x)
        try:
            yield _told(instance, height, measured, iteration, xp)
        except Undecided as undecided:
            yield Replay(False, xp.level, str(undecided))


def _metered(instance: Instance, start: Any, xp: Exact) -> tuple[Any, Callable[[Any], Any]]:
    """V_0 of a run, and what gives the measure at its iterates, one after another; None where it has no value."""
    assert instance.claim.measure is not None
    posed = instance.objective.over(xp)
    height = Guarded(posed).suboptimality(start, xp)
    meter = Meter(instance.claim.measure, posed, xp, {**instance.values(xp), V0: height})

    def read(x: Any) -> Any:
        try:
            return meter.at(x)
        except ZeroDivisionError:
            return None

    return height, read


def _told(instance: Instance, start_value: Any, measured: Any, steps: int, xp: Exact) -> Replay:
    """Measure and bound at step k compared."""
    if measured is None:
        return Replay(False, xp.level, NO_VALUE)
    # a power with a symbolic exponent is an integer power once k is known
    try:
        limit = evaluate(bound_at(instance.claim, steps), {**instance.values(xp), V0: start_value}, xp)
    except ZeroDivisionError:
        return Replay(False, xp.level, "the bound is undefined there", xp.ends(measured))
    low, high = xp.ends(measured), xp.ends(limit)
    if not xp.ends(start_value)[0] > 0:
        return Replay(False, xp.level, "the start is not provably above the minimum", low, high)
    if low[0] > high[1]:
        return Replay(True, xp.level, "the measure is above the bound", low, high)
    if low[1] <= high[0]:
        return Replay(False, xp.level, "the measure is within the bound", low, high)
    raise Undecided(OVERLAP)


@lru_cache(1024)
def bound_at(claim: Claim, steps: int) -> Expr:
    """The bound at step k. Raises ZeroDivisionError if it has no value there."""
    assert claim.bound is not None
    try:
        formula = unrolled(claim.bound.subs(k, steps))
    except ValueError:  # SymPy's way to say that an argument of Max or Min has no value
        formula = nan
    if formula.has(nan, zoo):
        raise ZeroDivisionError(f"{claim.bound} at k = {steps}")
    return formula


def replay_expected(instance: Instance, steps: int) -> Replay:
    """Compare E[measure] with the bound after some steps with stochastic gradients of finite support, in rationals.

    The violation counts only if problem and oracle meet all that the claim assumes, at all points.
    """
    claim, problem = instance.claim, instance.objective
    try:
        meant = claim.measure is not None and plan(claim.measure).in_mean
    except Unsupported as unsupported:
        return Replay(False, "exact", str(unsupported))
    if not (meant and claim.algorithm and claim.algorithm.stochastic):
        return Replay(False, "exact", "stochastic gradients are for claims about means of stochastic methods")
    if not problem.rational:
        return Replay(False, "exact", f"expectations over {problem.family} are not rational")
    try:
        why = outside(instance, steps)
    except Unsupported as unsupported:
        why = str(unsupported)
    if why:
        return Replay(False, "exact", why)
    if not Guarded(problem).suboptimality(np.array(instance.start, dtype=object), RATIONALS) > 0:
        return Replay(False, "exact", "the start is not above the minimum")
    try:
        found = [*expected_run(instance, steps)][-1]
        if found.confirmed:
            chain = chain_of(instance)  # all points that are reached, whatever is measured there
            for _ in range(steps):
                chain.advance()
            points = [rationals(list(instance.start)), *(x for x in chain.points if any(x))][:REACHED]
            why = _against(instance, points, RATIONALS)
            return replace(found, confirmed=False, why=why) if why else found
        return found
    except (Unsupported, TooMany, Irrational) as refusal:
        return Replay(False, "exact", str(refusal))


def expected_run(instance: Instance, steps: int) -> list[Replay]:
    """The measure, an expectation, and the bound at k = 0, ..., steps, whatever the assumptions say.

    Points and probabilities are rational; numbers that are not, such as Euclidean norms, are enclosed in balls. Raises
    Irrational if a point is not.
    """
    assert instance.claim.measure is not None
    try:
        return [*islice(_expected(instance, RATIONALS), steps + 1)]
    except (Irrational, TypeError):
        pass
    found: list[Replay] = []
    for bits in PRECISIONS[:WIDE]:
        with Balls(bits) as balls:
            found = [*islice(_expected(instance, balls), steps + 1)]
        if not any(each.why == OVERLAP for each in found):
            break
    return found


def _expected(instance: Instance, xp: Exact) -> Iterator[Replay]:
    claim, problem = instance.claim, instance.objective
    assert claim.measure is not None
    height = Guarded(problem).suboptimality(np.array(instance.start, dtype=object), RATIONALS)
    values = {**instance.values(xp), V0: xp.number(height)}
    for iteration, measured in enumerate(
        expectations(chain_of(instance, claim.measure), claim.measure, problem, values, xp)
    ):
        if measured is None:
            yield Replay(False, xp.level, NO_VALUE)
            continue
        low, high = ends_of(measured) if xp is RATIONALS else xp.ends(measured)
        try:
            limit = evaluate(bound_at(claim, iteration), values, xp)
        except ZeroDivisionError:
            yield Replay(False, xp.level, "the bound is undefined there", (low, high))
            continue
        ends = ends_of(limit) if xp is RATIONALS else xp.ends(limit)
        broken = bool(measured > limit)
        if not broken and not measured <= limit:
            yield Replay(False, xp.level, OVERLAP, (low, high), ends)
            continue
        why = f"the expected measure is {'above' if broken else 'within'} the bound"
        yield Replay(broken, xp.level, why, (low, high), ends)


def outside(instance: Instance, steps: int) -> str:
    """Why an instance does not meet the claim's assumptions or its domain; empty if it does."""
    claim, problem, oracle = instance.claim, instance.objective, instance.oracle
    values = at_start(instance)
    if isinstance(values, str):
        return values
    workers = sympify(getattr(claim.algorithm, "workers", 1)).subs(values)
    if not (workers.is_Integer and workers >= 1):
        return f"there cannot be {workers} workers: their number is 1, 2, ..."
    if claim.measure is not None and claim.measure.horizon is not None:
        return (
            f"{claim.measure.symbol} is a quantity of a whole run; such claims are replayed for proximal methods only"
        )
    if oracle is not None:
        refuse_later(claim)
        why = _unmet_by(oracle, instance, values)
        if why:
            return why
    if claim.measure is not None and claim.measure.symbol.has(x_star) and problem.off_centre():
        return f"of {problem.family} the minimizer is not known exactly"
    for assumption in claim.assumptions:
        if isinstance(assumption, OracleAssumption) and oracle is not None:
            continue
        if isinstance(special(assumption), Convex):
            if not is_convex(problem):
                return f"{problem.family} are not known to be convex"
            continue
        if isinstance(special(assumption), MinimizerSize):
            if problem.off_centre():
                return f"of {problem.family} the minimizer is not known exactly"
            continue
        if start_distance(assumption) and problem.off_centre():
            return f"of {problem.family} it is not known how far exactly a start is from the minimizer"
        if about_run(assumption) and (not isinstance(assumption, Constant) or of_start(assumption)):
            continue
        if not isinstance(assumption, Constant):
            return f"{assumption} is not about a constant of the problem"
        if about_run_and_points(assumption):
            return f"it is not known whether {assumption} holds along the run and at all points"
        best = exactly_known(problem, assumption)
        if best is None:
            return f"{problem.family} are not {assumption.words}"
        why = beyond(best, assumption, values)
        if why:
            return why
    return outside_start(claim, problem, instance.start, values) or outside_domain(claim, values | {k: Rational(steps)})


def beyond(best: fmpq, assumption: Constant, values: dict[Symbol, Rational]) -> str:
    """Why the constant that is assumed is not as good as `best`, with which the assumption surely holds; empty if it
    is."""
    assumed = rational(str(assumption.constant.subs(values)))
    wrong = assumed > best if assumption.largest else assumed < best
    if not assumed > 0 or wrong or (type(assumption) is Dimension and assumed != best):
        return f"the problem does not meet {assumption} with {assumption.constant} = {assumed}; {best} would suffice"
    return ""


def at_start(instance: Instance) -> dict[Symbol, Rational] | str:
    """Values of the parameters and, if domain or constants speak of it, of V_0, which no parameter can stand for; or
    why there are none: the problem is none of its family, or the start no point of its."""
    claim, problem, start = instance.claim, instance.objective, instance.start
    try:
        problem.check()
    except ValueError as error:
        return str(error)
    if len(start) != problem.dimension:
        return f"the start has {len(start)} coordinates, but the problem has dimension {problem.dimension}"
    if instance.minimizer is not None and len(instance.minimizer) != len(start):
        return f"the minimizer has {len(instance.minimizer)} coordinates, but the problem has dimension {len(start)}"
    if instance.minimizer is not None and not depends_on_origin(claim):
        return "the minimizer is not the origin, and the claim is not known to say what it is about there"
    if not fits(claim, len(start)):
        return f"points with {len(start)} coordinates are not matrices, as the claim's norm requires"
    distrusted = doubt(type(problem), asked(claim))
    if distrusted:
        return distrusted
    values = symbols(instance.parameters)
    values.pop(V0, None)
    formulas = [*claim.domain, *(formula for assumption in claim.assumptions for formula in assumption.formulas)]
    if any(formula.has(V0) for formula in formulas):
        if not problem.rational:
            return f"the claim's conditions involve V_0, which is not rational for {problem.family}"
        height = problem.over(RATIONALS).suboptimality(rationals(list(start)), RATIONALS)
        values[V0] = Rational(int(height.p), int(height.q))
    return values


def _unmet_by(oracle: Oracle, instance: Instance, values: dict[Symbol, Rational]) -> str:
    """Why a law of stochastic gradients does not meet what the claim assumes of them; empty if it does."""
    claim, problem = instance.claim, instance.objective
    assert isinstance(oracle, TableOracle)
    workers = sympify(getattr(claim.algorithm, "workers", 1)).subs(values)
    if any(len(g) != problem.dimension for g in oracle.table):
        return f"the law's gradients do not have the problem's {problem.dimension} coordinates"
    exact = {symbol: rational(str(number)) for symbol, number in values.items()}
    assumed = (assumption for assumption in claim.assumptions if isinstance(assumption, OracleAssumption))
    return next(filter(None, (oracle.unmet(assumption, exact, int(workers)) for assumption in assumed)), "")


def replay_statement(claim: Claim, parameters: Mapping[str, fmpq]) -> Replay:
    """Put the parameters into an algebraic claim; confirmed if it is false there, and has a value."""
    assert claim.statement is not None
    values = symbols(parameters)
    why = outside_domain(claim, values)
    if why:
        return Replay(False, "exact", why)
    for premise in claim.body.premises:
        if truth(premise, values) is not True:
            return Replay(False, "exact", f"{premise} does not hold")
    if not all(truth(condition, values) for condition in conditions(claim.statement)):
        return Replay(False, "exact", "the statement has no value there; exclude that point from the domain")
    false = truth(claim.statement, values) is False
    return Replay(false, "exact", f"the statement is {'' if false else 'not '}false there")
