"""Witnesses: violations as plain data, replayed in exact arithmetic.

A witness holds everything that its replay needs: the claim's own data beside the problem, the parameters and the
start. It is written as JSON with rationals as "p/q", so that it can be sent to the author of the claim.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flint import fmpq
from sympy import Expr, Rational, Symbol

from signproof.checks.exact import RATIONALS, Balls, Undecided, rational, rationals
from signproof.checks.problem import Problem
from signproof.theory import algorithms, assumptions, measures, norms
from signproof.theory.algorithms import Algorithm
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim, ClaimError, Orbit
from signproof.theory.formula import parse
from signproof.theory.measures import Measure
from signproof.theory.symbols import V0, k

SCHEMA = "signproof-witness/1"
LONGEST = 1_000_000
"""Steps of the longest run that is replayed."""
PRECISIONS = (128, 256, 512, 1024, 2048)
"""Bits tried in turn when a replay needs balls."""


class WitnessError(ValueError):
    """A witness that cannot be read; the message says what, where and the fix."""


@dataclass(frozen=True)
class Replay:
    """What a replay found: ends of the measure and of the bound at step k, and whether the claim is broken."""

    confirmed: bool
    level: str
    measured: tuple[fmpq, fmpq]
    bound: tuple[fmpq, fmpq]
    why: str


@dataclass(frozen=True, eq=False)
class Witness:
    """An instance on which a claim fails at step k, or on which a run repeats itself.

    `parameters` are by symbol name. `measured` and `bound` are exact, or ends of a ball (a pair).
    """

    claim: Claim
    problem: Problem | None
    parameters: dict[str, fmpq]
    start: tuple[fmpq, ...]
    k: int
    measured: tuple[fmpq, fmpq]
    bound: tuple[fmpq, fmpq]
    level: str = "exact"
    exhibit: bool = False
    """Whether it shows an orbit claim to be true, in place of breaking a claim."""

    def replay(self) -> Replay:
        """Run the algorithm again in exact arithmetic and compare, assumptions and domain included.

        It is confirmed only if the run also gives the numbers that the witness states.
        """
        if self.claim.kind == "orbit":
            found = replay_orbit(self.claim, self.parameters, self.k)
            found = found if self.exhibit else dataclasses.replace(found, confirmed=not found.confirmed)
        elif self.claim.kind == "algebraic":
            found = _replay_statement(self.claim, self.parameters)
        else:
            assert self.problem is not None
            found = replay(self.claim, self.problem, self.parameters, self.start, self.k)
        stated = ((self.measured, found.measured), (self.bound, found.bound))
        if found.confirmed and not all(_overlap(one, other) for one, other in stated):
            return dataclasses.replace(found, confirmed=False, why="the numbers that the witness states are others")
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "claim": self.claim.id,
            "statement": _claim_data(self.claim),
            "kind": "exhibit" if self.exhibit else "violation",
            "level": self.level,
        }
        if self.problem is not None:
            data["problem"] = self.problem.data()
        return data | {
            "parameters": {name: str(number) for name, number in self.parameters.items()},
            "start": [str(entry) for entry in self.start],
            "k": self.k,
            "measured": _pair(self.measured),
            "bound": _pair(self.bound),
        }

    def describe(self) -> str:
        """One line for the reader."""
        values = ", ".join(f"{name} = {number}" for name, number in self.parameters.items())
        if self.claim.kind == "algebraic":
            return f"false at {values}"
        start = f"({', '.join(map(str, self.start))})"
        if self.claim.kind == "orbit":
            return f"{values}: from {start} the run is back after {self.k} steps"
        assert self.problem is not None
        return (
            f"{self.problem.describe()}; {values}; from {start}: at k = {self.k} the measure is "
            f"{shown(self.measured)}, the bound {shown(self.bound)}"
        )


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


def _replay_statement(claim: Claim, parameters: Mapping[str, fmpq]) -> Replay:
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


def read(path: Path, claims: Mapping[str, Claim]) -> Witness:
    """The witness in a JSON file. `claims` are those known by ID; others are taken from the file itself.

    Raises WitnessError in one line if the file is no witness.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WitnessError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise WitnessError(f"{path} is not JSON, perhaps cut short: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise WitnessError(f"{path} is no witness: its schema is {found!r}, not {SCHEMA!r}")
    try:
        return from_json(data, claims)
    except KeyError as error:
        raise WitnessError(f"{path}: the field {error.args[0]!r} is missing") from None
    except (ValueError, TypeError, ClaimError) as error:
        raise WitnessError(f"{path}: {error}") from None


def from_json(data: Mapping[str, Any], claims: Mapping[str, Claim]) -> Witness:
    """The witness that `Witness.to_json` wrote. Raises KeyError or ValueError if the data is not one."""
    for name, kind in (("claim", str), ("k", int), ("parameters", dict), ("start", list)):
        if not isinstance(data[name], kind) or isinstance(data[name], bool):
            raise ValueError(f"the field {name!r} holds {str(data[name])[:40]!r}")
    claim = claims.get(data["claim"]) or _claim_from(data["claim"], data.get("statement"))
    steps = data["k"]
    if not 0 <= steps <= LONGEST:
        raise ValueError(f"k must be from 0 to {LONGEST}, not {steps}")
    parameters = {name: rational(str(number)) for name, number in data["parameters"].items()}
    missing = sorted({str(s) for s in claim.parameters} - set(parameters))
    if missing:
        raise ValueError(f"the parameter {missing[0]} has no value")
    return Witness(
        claim=claim,
        problem=Problem.load(data["problem"]) if claim.kind == "bound" else None,
        parameters=parameters,
        start=tuple(rational(str(entry)) for entry in data["start"]),
        k=steps,
        measured=_from_pair(data["measured"]),
        bound=_from_pair(data["bound"]),
        level=str(data.get("level", "exact")),
        exhibit=data.get("kind") == "exhibit",
    )


def shown(ends: tuple[fmpq, fmpq]) -> str:
    """A number for the reader: as it is if it is short, else as a decimal."""
    low, high = ends
    if low == high and len(str(low)) <= 24:
        return str(low)
    return f"{float(low.p) / float(low.q):.12g}" if abs(low) < 10**300 else str(low)[:24] + "..."


def _overlap(one: tuple[fmpq, fmpq], other: tuple[fmpq, fmpq]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _pair(ends: tuple[fmpq, fmpq]) -> str | list[str]:
    return str(ends[0]) if ends[0] == ends[1] else [str(ends[0]), str(ends[1])]


def _from_pair(data: Any) -> tuple[fmpq, fmpq]:
    low, high = data if isinstance(data, list) and len(data) == 2 else (data, data)
    return rational(str(low)), rational(str(high))


def _claim_data(claim: Claim) -> dict[str, Any]:
    """The claim as plain data, as far as the parts are the package's own."""
    data: dict[str, Any] = {"domain": [str(relation) for relation in claim.domain]}
    if claim.statement is not None:
        return data | {"relations": [str(part) for part in _conjuncts(claim.statement)]}
    assert claim.algorithm is not None
    data["algorithm"] = _part(claim.algorithm)
    data["assumptions"] = [_part(assumption) for assumption in claim.assumptions]
    if claim.orbit is not None:
        return data | {
            "function": str(claim.orbit.function),
            "coordinates": [str(coordinate) for coordinate in claim.orbit.coordinates],
            "points": [[str(entry) for entry in point] for point in claim.orbit.points],
        }
    return data | {"measure": _part(claim.measure), "bound": str(claim.bound)}


def _claim_from(id: str, data: Any) -> Claim:
    if not isinstance(data, Mapping):
        raise ValueError(f"there is no claim {id!r}, and the file does not state it")
    conditions = tuple(parse(text) for text in data["domain"])
    if "relations" in data:
        from sympy import And

        return Claim(id=id, domain=conditions, statement=And(*(parse(text) for text in data["relations"])))
    algorithm = _part_from(data["algorithm"], Algorithm, algorithms)
    assumed = tuple(_part_from(part, assumptions.Assumption, assumptions) for part in data["assumptions"])
    if "points" in data:
        coordinates = tuple(Symbol(name, real=True) for name in data["coordinates"])
        points = tuple(tuple(parse(entry) for entry in point) for point in data["points"])
        orbit = Orbit(parse(data["function"]), coordinates, points)
        return Claim(id=id, algorithm=algorithm, domain=conditions, orbit=orbit)
    return Claim(
        id=id,
        algorithm=algorithm,
        assumptions=assumed,
        domain=conditions,
        measure=_part_from(data["measure"], Measure, measures),
        bound=parse(data["bound"]),
    )


def _part(part: Any) -> dict[str, Any]:
    """An algorithm, an assumption or a measure: its class and its fields."""
    fields = {entry.name: getattr(part, entry.name) for entry in dataclasses.fields(part)}
    return {"name": type(part).__name__} | {
        name: entry.name if isinstance(entry, norms.DualPair) else entry if isinstance(entry, int) else str(entry)
        for name, entry in fields.items()
    }


def _part_from(data: Any, kind: type, module: Any) -> Any:
    """The object that `_part` wrote; its class is one of the package or, for a user's claim, already defined."""
    known = {child.__name__: child for child in _descendants(kind)}
    if not isinstance(data, Mapping) or data.get("name") not in known:
        name = data.get("name") if isinstance(data, Mapping) else data
        raise ValueError(
            f"there is no {kind.__name__.lower()} {name!r} in {module.__name__}; load the file that has it"
        )
    pairs = {pair.name: pair for pair in (norms.LINF, norms.L2)}
    fields = {
        name: pairs[entry] if name == "norm" else entry if isinstance(entry, int) else parse(entry)
        for name, entry in data.items()
        if name != "name"
    }
    return known[data["name"]](**fields)


def _descendants(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _conjuncts(statement: Any) -> tuple[Expr, ...]:
    from sympy import And

    return statement.args if isinstance(statement, And) else (statement,)
