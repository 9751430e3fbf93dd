"""Orbits: where a run on one function is at every iteration, run exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flint import fmpq
from sympy import Symbol

from signproof.checks.kind import NO_EXHIBIT, NO_LAW, Kind
from signproof.checks.numbers.exact import RATIONALS, rational
from signproof.checks.posing.domain import Range, Unsupported, ranges
from signproof.checks.replay.orbits import (
    course,
    replay_course,
    replay_orbit,
    start_of,
    unsettled,
    values_along,
    without_gradient,
)
from signproof.checks.replay.replay import Replay, outside_domain, symbols
from signproof.checks.replay.series import told
from signproof.checks.replay.stated import parts, parts_from
from signproof.checks.replay.witness import Witness, shown
from signproof.checks.runs.instance import Instance
from signproof.checks.verdicts.exhibit import parameters_alone
from signproof.checks.verdicts.inquiry import Inquiry
from signproof.checks.verdicts.verdict import Evidence, Status, Verdict
from signproof.theory.bodies import OrbitBody
from signproof.theory.claim import Claim
from signproof.theory.orbit import Orbit as Points
from signproof.theory.terms.formula import parse

POSITIONS = ("1/2", "1/3", "9/10", "1/100")
"""Positions in the parameters' ranges at which an orbit is run exactly; 1/2 of an open range is 1."""
TURNS = 50
"""How often an orbit is run through."""
COURSE = 100
"""Steps for which a run is compared with its formula."""


class Orbit(Kind):
    """A run visits points in turn for ever, or follows a formula."""

    body = OrbitBody
    mark = "points"

    # ------------------------------------------------------------------------------------------------- judge

    def judge(self, inquiry: Inquiry) -> Verdict:
        inquiry.begin("exact runs")
        claim = inquiry.claim
        try:
            why = unsettled(claim)
            if why:
                raise Unsupported(why)
            instances = [_at(free, rational(position)) for free in [ranges(claim)] for position in POSITIONS]
            instances = [parameters for parameters in instances if not outside_domain(claim, symbols(parameters))]
            if not instances:
                raise Unsupported("no parameters in the domain were found")
            if _points(claim).formula:
                return _judge_course(inquiry, instances[0])
            return _judge_turns(inquiry, instances)
        except (Unsupported, TypeError, ZeroDivisionError) as refused:
            reason = str(refused) or "the orbit is undefined for some parameters in the domain"
            inquiry.add("note", "exact", f"not run: {reason}")
            return inquiry.verdict(Status.OPEN)

    def exhibit(self, claim: Claim, seed: int) -> Evidence | None:
        return None if unsettled(claim) else parameters_alone(claim)

    # ---------------------------------------------------------------------------------------------- witnesses

    def replay(self, witness: Witness) -> Replay:
        if _points(witness.claim).formula:
            return replay_course(witness.claim, witness.parameters, witness.k)
        return replay_orbit(witness.claim, witness.parameters, witness.k, witness.exhibit)

    def series(self, witness: Witness) -> dict[str, Any]:
        instance = witness.claim, witness.parameters, witness.k
        if _points(witness.claim).formula:
            return told(witness, course(*instance))
        heights = values_along(*instance)
        return told(witness, [Replay(False, "exact", "", (value,) * 2, (heights[0],) * 2) for value in heights])

    def axis(self, claim: Claim) -> str:
        return "x_k" if _points(claim).formula else "f(x_k)"

    def describe(self, witness: Witness) -> str:
        if _points(witness.claim).formula:
            where = f"at {shown(witness.measured)} after {witness.k} steps, not at {shown(witness.bound)}"
            return f"{witness.told}: {witness.origin} the run is {where}"
        does = "is back after" if witness.exhibit else "is not on the orbit for"
        return f"{witness.told}: {witness.origin} the run {does} {witness.k} steps"

    def strange(self, witness: Witness) -> str:
        if witness.oracle is not None:
            return NO_LAW
        if witness.exhibit and (_points(witness.claim).formula or witness.k < 1):
            return NO_EXHIBIT
        start = start_of(witness.claim, witness.parameters)
        return "" if witness.start == start else f"the orbit starts at ({', '.join(map(str, start))})"

    # --------------------------------------------------------------------------------------------- plain data

    def state(self, claim: Claim) -> dict[str, Any]:
        orbit = _points(claim)
        return parts(claim) | {
            "function": str(orbit.function),
            "coordinates": [str(coordinate) for coordinate in orbit.coordinates],
            "points": [[str(entry) for entry in point] for point in orbit.points],
            "formula": [str(entry) for entry in orbit.formula],
        }

    def read(self, data: Mapping[str, Any], homes: tuple[str, ...]) -> dict[str, Any]:
        coordinates = tuple(Symbol(name, real=True) for name in data["coordinates"])
        points = tuple(tuple(parse(entry) for entry in point) for point in data["points"])
        formula = tuple(parse(entry) for entry in data.get("formula", ()))
        return parts_from(data, homes) | {"orbit": Points(parse(data["function"]), coordinates, points, formula)}


def _points(claim: Claim) -> Points:
    assert claim.orbit is not None  # its body has one
    return claim.orbit


def _judge_turns(inquiry: Inquiry, instances: list[dict[str, fmpq]]) -> Verdict:
    """Run through the points of an orbit in turn, in rationals."""
    claim = inquiry.claim
    assert claim.orbit is not None
    witness, points = None, len(claim.orbit.points)
    steps = TURNS * points
    for parameters in instances:
        why = without_gradient(claim, parameters)
        if why:
            raise Unsupported(why)
        found = replay_orbit(claim, parameters, steps, exhibit=False)
        if found.confirmed:
            return inquiry.broken(_witness(claim, parameters, steps, found), why=found.why)
        once = replay_orbit(claim, parameters, points)
        if witness is None and once.confirmed:
            witness = _witness(claim, parameters, points, once, exhibit=True)
    text = f"{steps} exact steps stay on the orbit at {len(instances)} parameter values"
    inquiry.add("orbit", "exact", text)
    if witness is not None:
        inquiry.add("witness", "exact", witness.describe())
    return inquiry.verdict(Status.SUPPORTED, witness=witness)


def _judge_course(inquiry: Inquiry, parameters: dict[str, fmpq]) -> Verdict:
    """Compare a run with its formula step by step, in balls."""
    claim = inquiry.claim
    for steps, found in enumerate(course(claim, parameters, COURSE)):
        if found is None:
            inquiry.add("note", "enclosed", f"undecided: the run is not known after {steps} steps")
            return inquiry.verdict(Status.OPEN)
        if found.confirmed:
            return inquiry.broken(_witness(claim, parameters, steps, found))
    inquiry.add("orbit", "enclosed", f"the formula holds for {COURSE} steps in ball arithmetic")
    return inquiry.verdict(Status.SUPPORTED)


def _witness(claim: Claim, parameters: dict[str, fmpq], steps: int, found: Replay, exhibit: bool = False) -> Witness:
    instance = Instance(claim, None, parameters, start_of(claim, parameters))
    return replace(Witness.of(instance, steps, found), exhibit=exhibit)


def _at(free: list[Range], theta: fmpq) -> dict[str, fmpq]:
    values: dict[Symbol, fmpq] = {}
    for interval in free:
        values[interval.symbol] = interval.at(theta, values, RATIONALS)
    return {str(symbol): number for symbol, number in values.items()}
