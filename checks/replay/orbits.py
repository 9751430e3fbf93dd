"""Replays of orbits, step by step in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from flint import fmpq
from sympy import Symbol

from signproof.checks.numbers.exact import RATIONALS, Balls, Undecided, rationals
from signproof.checks.replay.replay import PRECISIONS, Replay, outside_domain, symbols
from signproof.checks.runs.exact import along_orbit
from signproof.checks.runs.instance import by_symbol
from signproof.theory.algebra.decide import truth
from signproof.theory.arithmetic import evaluate
from signproof.theory.border.counts import size
from signproof.theory.claim import Claim
from signproof.theory.symbols import i, k


def course(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> list[Replay | None]:
    """For each step, where the run of an orbit is, in balls, and where its formula says, by their first coordinates:
    confirmed if the run is surely elsewhere. None where no precision tells where the run goes.
    """
    orbit = claim.orbit
    assert orbit is not None
    why = unsettled(claim) or outside_domain(claim, symbols(parameters))
    if why:
        return [Replay(False, "exact", why)] * (steps + 1)
    found: list[Replay | None] = []
    for bits in PRECISIONS:
        with Balls(bits) as balls, suppress(Undecided):
            values = by_symbol(parameters, balls)
            for step, x in enumerate(islice(along_orbit(claim, values, balls), steps + 1)):
                if step == len(found):
                    found.append(_beside(claim, x, step, values, balls))
            return found
    return found + [None] * (steps + 1 - len(found))


def _beside(claim: Claim, x: Any, step: int, values: dict[Symbol, Any], balls: Balls) -> Replay:
    """A point of the run beside what the formula says at that step."""
    assert claim.orbit is not None
    there = [evaluate(formula.subs(k, step).doit(), values, balls) for formula in claim.orbit.formula]
    for one, other in zip(x, there, strict=True):
        if not one.overlaps(other):
            why = f"the run departs from the formula at step {step}"
            return Replay(True, balls.level, why, balls.ends(one), balls.ends(other))
    why = f"the run agrees with the formula at step {step}"
    return Replay(False, balls.level, why, balls.ends(x[0]), balls.ends(there[0]))


def replay_course(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> Replay:
    """Run the orbit in balls; confirmed if the run is surely not where its formula says at the last step.

    Raises Undecided if no precision tells where the run goes.
    """
    found = course(claim, parameters, steps)[-1]
    if found is None:
        raise Undecided(f"the run is not known after {steps} steps at {PRECISIONS[-1]} bits")
    return found


def unsettled(claim: Claim) -> str:
    """Why it is not known that the function of an orbit meets all that the claim assumes; empty if it does.

    Of a function that is written down only the number of its coordinates is read off.
    """
    assert claim.orbit is not None
    for assumption in claim.assumptions:
        if size(assumption, i) != len(claim.orbit.coordinates):
            return f"it is not known whether {claim.orbit.function} meets {assumption}"
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
    why = unsettled(claim) or outside_domain(claim, symbols(parameters)) or without_gradient(claim, parameters)
    if why:
        return Replay(False, "exact", why)
    points = _points(claim, parameters)
    there = _height(claim, parameters, points[0])
    for iteration, x in enumerate(_run(claim, parameters, steps)):
        if (x != points[iteration % len(points)]).any():
            why = f"it leaves the orbit at step {iteration}"
            return Replay(not exhibit, "exact", why, (there, there), (there, there))
    value = _height(claim, parameters, x)
    returned = steps % len(points) == 0 and len({tuple(map(str, point)) for point in points}) == len(points)
    why = "the run is back at its start" if returned else "the run is not at its start"
    why = why if exhibit else "the run stays on the orbit"
    return Replay(returned and exhibit, "exact", why, (value, value), (there, there))


def values_along(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> list[fmpq]:
    """The function of an orbit at the points of the run, in rationals."""
    return [_height(claim, parameters, x) for x in _run(claim, parameters, steps)]


def _height(claim: Claim, parameters: Mapping[str, fmpq], x: Any) -> fmpq:
    assert claim.orbit is not None
    here = by_symbol(parameters) | dict(zip(claim.orbit.coordinates, x, strict=True))
    return evaluate(claim.orbit.function, here, RATIONALS)


def _run(claim: Claim, parameters: Mapping[str, fmpq], steps: int) -> Iterator[Any]:
    return islice(along_orbit(claim, by_symbol(parameters), RATIONALS), steps + 1)


def start_of(claim: Claim, parameters: Mapping[str, fmpq]) -> tuple[fmpq, ...]:
    """The start of an orbit, its first point, in rationals."""
    return tuple(_points(claim, parameters)[0])


def _points(claim: Claim, parameters: Mapping[str, fmpq]) -> list[Any]:
    assert claim.orbit is not None
    values = by_symbol(parameters)
    return [rationals([evaluate(entry, values, RATIONALS) for entry in point]) for point in claim.orbit.points]
