"""Replays: one instance, run again in exact arithmetic, and what that says about the claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import fmpq
from sympy import Rational, Symbol

from signproof.checks.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.problem import Problem
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim
from signproof.theory.symbols import V0, k

PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits tried in turn when a replay needs balls."""


@dataclass(frozen=True)
class Replay:
    """What a replay found: ends of the measure and of the bound at step k, and whether the claim is broken."""

    confirmed: bool
    level: str
    measured: tuple[fmpq, fmpq]
    bound: tuple[fmpq, fmpq]
    why: str


def replay(
    claim: Claim, problem: Problem, parameters: Mapping[str, fmpq], start: tuple[fmpq, ...], steps: int
) -> Replay:
    """Run a claim's algorithm on one instance for some steps and compare measure and bound there.

    In rationals where the problem allows it, else in balls of growing precision. The violation counts only if the
    constants are valid for the problem and the parameters are in the domain, both decided exactly. Raises
    Undecided if no precision tells.
    """
    why = _outside(claim, problem, parameters)
    if why:
        nothing = (fmpq(0), fmpq(0))
        return Replay(False, "exact", nothing, nothing, why)
    if problem.rational:
        try:
            return _compare(claim, problem, parameters, start, steps, RATIONALS)
        except TypeError:  # the algorithm or the bound leaves the rationals
            pass
    for bits in PRECISIONS:
        with Balls(bits) as balls:
            try:
                return _compare(claim, problem, parameters, start, steps, balls)
            except Undecided:
                continue
    raise Undecided(f"measure and bound are not told apart by {PRECISIONS[-1]} bits")


def trajectory(claim: Claim, problem: Problem, parameters: Mapping[str, fmpq], start, steps: int, xp: Any) -> list:
    """The iterates x_0, ..., x_steps in the exact arithmetic `xp`."""
    problem, x = problem.over(xp), xp.number(rationals(list(start)))
    values = {Symbol(name, real=True): xp.number(number) for name, number in parameters.items()}
    algorithm = claim.algorithm
    assert algorithm is not None
    memory, points = algorithm.init(x, xp), [x]
    for iteration in range(steps):
        values[k] = xp.rational(iteration, 1)
        now = {name: evaluate(formula, values, xp) for name, formula in algorithm.parameters.items()}
        x, memory = algorithm.at(**now).update(x, lambda point: problem.gradient(point, xp), memory, xp)
        points.append(x)
    return points


def _compare(claim, problem, parameters, start, steps, xp) -> Replay:
    points = trajectory(claim, problem, parameters, start, steps, xp)
    posed = problem.over(xp)
    assert claim.measure is not None and claim.bound is not None
    quantities = [claim.measure.quantity(posed, x, xp) for x in points]
    measured = quantities[-1]
    if claim.measure.least_so_far:
        measured = quantities[0]
        for quantity in quantities[1:]:
            measured = -xp.larger(-measured, -quantity)
    values = {Symbol(name, real=True): xp.number(number) for name, number in parameters.items()}
    start_value = posed.suboptimality(points[0], xp)
    # a power with a symbolic exponent is an integer power once k is known
    try:
        limit = evaluate(claim.bound.subs(k, steps), values | {V0: start_value}, xp)
    except ZeroDivisionError:
        low = xp.ends(measured)
        return Replay(False, xp.level, low, low, "the bound is undefined there")
    low, high = xp.ends(measured), xp.ends(limit)
    if not xp.ends(start_value)[0] > 0:
        return Replay(False, xp.level, low, high, "the start is not certainly above the minimum")
    if low[0] > high[1]:
        return Replay(True, xp.level, low, high, "the measure is above the bound")
    if low[1] <= high[0]:
        return Replay(False, xp.level, low, high, "the measure is within the bound")
    raise Undecided("the balls of measure and bound overlap")


def _outside(claim: Claim, problem: Problem, parameters: Mapping[str, fmpq]) -> str:
    """Why an instance does not meet the claim's assumptions or its domain; empty if it does."""
    values = {Symbol(name, real=True): Rational(int(n.p), int(n.q)) for name, n in parameters.items()}
    for assumption in claim.assumptions:
        best = problem.exact_constant(assumption)
        if best is None:
            return f"{problem.family} are not {assumption.words}"
        assumed = rational(str(assumption.constant.subs(values)))
        if not assumed > 0 or (assumed > best if assumption.largest else assumed < best):
            return f"the problem does not meet {assumption} with {assumption.constant} = {assumed}; {best} would do"
    for relation in claim.domain:
        if not relation.has(k) and relation.subs(values) != True:  # noqa: E712 -- SymPy's true is not Python's
            return f"the parameters are outside the domain: {relation} does not hold"
    return ""


def replay_statement(claim: Claim, parameters: Mapping[str, fmpq]) -> Replay:
    nothing = (fmpq(0), fmpq(0))
    values = {Symbol(name, real=True): Rational(int(n.p), int(n.q)) for name, n in parameters.items()}
    for relation in claim.domain:
        if relation.subs(values) != True:  # noqa: E712
            return Replay(False, "exact", nothing, nothing, f"outside the domain: {relation} does not hold")
    holds = claim.statement.subs(values) if claim.statement is not None else True
    why = "the statement is false there" if holds == False else "the statement is not false there"  # noqa: E712
    return Replay(holds == False, "exact", nothing, nothing, why)  # noqa: E712


def replay_orbit(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> Replay:
    """Run the orbit in rationals; confirmed if the run visits the points in turn and is back at the start."""
    orbit = claim.orbit
    assert orbit is not None and claim.algorithm is not None
    values = {Symbol(name, real=True): number for name, number in parameters.items()}
    points = [rationals([evaluate(entry, values, RATIONALS) for entry in point]) for point in orbit.points]

    def slope(x):
        here = values | dict(zip(orbit.coordinates, x, strict=True))
        return rationals([evaluate(part, here, RATIONALS) for part in orbit.gradient])

    now = {name: evaluate(formula, values, RATIONALS) for name, formula in claim.algorithm.parameters.items()}
    algorithm = claim.algorithm.at(**now)
    x, memory = points[0], algorithm.init(points[0], RATIONALS)
    there = evaluate(orbit.function, values | dict(zip(orbit.coordinates, x, strict=True)), RATIONALS)
    for iteration in range(1, steps + 1):
        x, memory = algorithm.update(x, slope, memory, RATIONALS)
        if (x != points[iteration % len(points)]).any():
            return Replay(False, "exact", (there, there), (there, there), f"it leaves the orbit at step {iteration}")
    value = evaluate(orbit.function, values | dict(zip(orbit.coordinates, x, strict=True)), RATIONALS)
    returned = steps % len(points) == 0 and len({tuple(map(str, point)) for point in points}) == len(points)
    why = "the run is back at its start" if returned else "the run is not at its start"
    return Replay(returned, "exact", (value, value), (there, there), why)
