"""Replays of orbits, step by step in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rationals
from signproof.checks.replay.replay import PRECISIONS, Replay, outside_domain, symbols
from signproof.checks.runs.exact import _run_on
from signproof.theory.algebra.decide import truth
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.counts import size
from signproof.theory.border.steps import begin, move
from signproof.theory.claim import Claim
from signproof.theory.symbols import i, k


def replay_course(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> Replay:
    """Run the orbit in balls; confirmed if the run is surely not where its formula says at the last step.

    Raises Undecided if no precision tells where the run goes, or how far it is from the formula.
    """
    orbit = claim.orbit
    assert orbit is not None
    why = unsettled(claim) or outside_domain(claim, symbols(parameters))
    if why:
        return Replay(False, "exact", why)
    promised = [formula.subs(k, steps).doit() for formula in orbit.formula]
    for bits in PRECISIONS:
        with Balls(bits) as balls:
            values = {Symbol(name, real=True): balls.number(number) for name, number in parameters.items()}
            try:
                reached = _run_on(claim, values, steps, balls)
            except Undecided:
                continue
            for x, formula in zip(reached, promised, strict=True):
                there = evaluate(formula, values, balls)
                if not x.overlaps(there):
                    why = f"the run is not where the formula says at step {steps}"
                    return Replay(True, balls.level, why, balls.ends(x), balls.ends(there))
            ends = balls.ends(reached[0]), balls.ends(evaluate(promised[0], values, balls))
            return Replay(False, balls.level, f"the run is where the formula says at step {steps}", *ends)
    raise Undecided(f"the run is not known after {steps} steps at {PRECISIONS[-1]} bits")


def unsettled(claim: Claim) -> str:
    """Why it is not known that the function of an orbit meets all that the claim assumes; empty if it does.

    Of a function that is written down only the number of its coordinates is read off.
    """
    assert claim.orbit is not None
    for assumption in claim.assumptions:
        if size(assumption, i) != len(claim.orbit.coordinates):
            return f"whether {claim.orbit.function} meets {assumption} is not known"
    return ""


def without_gradient(claim: Claim, parameters: Mapping[str, fmpq]) -> str:
    """Why the function of an orbit has no gradient, or is not known to have one, at a point of it; empty if it has."""
    assert claim.orbit is not None
    for point in claim.orbit.points:
        for condition in claim.orbit.smooth_at(point):
            if truth(condition, symbols(parameters)) is not True:
                return f"the function has a kink at a point of the orbit, ({', '.join(map(str, point))})"
    return ""


def replay_orbit(claim: Claim, parameters: Mapping[str, fmpq], steps: int, exhibit: bool = True) -> Replay:
    """Run the orbit in rationals. What shall exhibit it is confirmed if the run visits the points in turn, no two of
    them the same, and is back at the start; what shall break it is confirmed if the run is elsewhere at some step.

    Raises TypeError if the orbit is not rational, ZeroDivisionError if it has no value there.
    """
    orbit = claim.orbit
    assert orbit is not None and claim.algorithm is not None
    why = unsettled(claim) or outside_domain(claim, symbols(parameters)) or without_gradient(claim, parameters)
    if why:
        return Replay(False, "exact", why)
    values = {Symbol(name, real=True): number for name, number in parameters.items()}
    points = [rationals([evaluate(entry, values, RATIONALS) for entry in point]) for point in orbit.points]

    def slope(x):
        here = values | dict(zip(orbit.coordinates, x, strict=True))
        return rationals([evaluate(part, here, RATIONALS) for part in orbit.gradient])

    now = {name: evaluate(formula, values, RATIONALS) for name, formula in claim.algorithm.parameters.items()}
    algorithm = claim.algorithm.at(**now)
    x, memory = points[0], begin(algorithm, points[0], RATIONALS)
    there = evaluate(orbit.function, values | dict(zip(orbit.coordinates, x, strict=True)), RATIONALS)
    for iteration in range(1, steps + 1):
        x, memory = move(algorithm, x, slope, memory, RATIONALS)
        if (x != points[iteration % len(points)]).any():
            why = f"it leaves the orbit at step {iteration}"
            return Replay(not exhibit, "exact", why, (there, there), (there, there))
    value = evaluate(orbit.function, values | dict(zip(orbit.coordinates, x, strict=True)), RATIONALS)
    returned = steps % len(points) == 0 and len({tuple(map(str, point)) for point in points}) == len(points)
    why = "the run is back at its start" if returned else "the run is not at its start"
    why = why if exhibit else "the run stays on the orbit"
    return Replay(returned and exhibit, "exact", why, (value, value), (there, there))
