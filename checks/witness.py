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
from sympy import Expr, Symbol, Tuple
from sympy.core.symbol import Str

from signproof.checks.composite import CompositeProblem, composite_named
from signproof.checks.exact import RATIONALS, rational, rationals, to_float
from signproof.checks.oracles import TableOracle
from signproof.checks.problem import Problem, load_problem
from signproof.checks.proximal import replay_proximal
from signproof.checks.replay import (
    Replay,
    replay,
    replay_course,
    replay_expected,
    replay_orbit,
    replay_statement,
)
from signproof.checks.replay_flows import replay_comparison, replay_flow
from signproof.theory import algorithms, assumptions, flows, measures, norms
from signproof.theory.algorithms import Method
from signproof.theory.arithmetic import evaluate
from signproof.theory.claim import Claim, ClaimError, Orbit
from signproof.theory.formula import parse
from signproof.theory.home import is_ours, made_at, members
from signproof.theory.measures import Measure
from signproof.theory.misuse import Misuse
from signproof.theory.symbols import V0, k

SCHEMA = "signproof-witness/1"
POSED = ("bound", "flow", "comparison")
"""Kinds of claims whose witnesses have a problem and a start."""
WIDER, ROUNDED = 2, 2**64
"""How much wider than those of a run the ends may be that a witness states: in relation to theirs, and to the number.
A wide interval would agree with every run."""
LONGEST = 1_000_000
"""Steps of the longest run that is replayed."""


class WitnessError(Misuse):
    """A witness that cannot be read; the message says what, where and the fix."""


@dataclass(frozen=True, eq=False)
class Witness:
    """An instance on which a claim fails at step k or, of a flow, at time t, or on which a run repeats itself.

    `parameters` are by symbol name, the time among them; of a composite problem `start` is the z of prox(z), from which
    the run starts, and k the number of its steps. `measured` and `bound` are exact, or ends of a ball (a pair).
    """

    claim: Claim
    problem: Problem | CompositeProblem | None
    parameters: dict[str, fmpq]
    start: tuple[fmpq, ...]
    k: int
    measured: tuple[fmpq, fmpq] = (fmpq(0), fmpq(0))
    bound: tuple[fmpq, fmpq] = (fmpq(0), fmpq(0))
    level: str = "exact"
    oracle: TableOracle | None = None
    """Where its stochastic gradients are drawn from; `measured` is an expectation then."""
    exhibit: bool = False
    """Whether it shows an orbit claim to be true, in place of breaking a claim."""

    def replay(self) -> Replay:
        """Run the algorithm again in exact arithmetic and compare, assumptions and domain included.

        It is confirmed only if all numbers that the witness states are those of the run.
        """
        if self.claim.kind in ("implication", "words"):
            return Replay(False, "exact", "claims of this kind have no witness")
        if isinstance(self.problem, CompositeProblem):
            found = replay_proximal(self.claim, self.problem, self.parameters, self.start, self.k)
        elif self.claim.orbit is not None and self.claim.orbit.formula:
            found = replay_course(self.claim, self.parameters, self.k)
        elif self.claim.kind == "orbit":
            found = replay_orbit(self.claim, self.parameters, self.k, self.exhibit)
        elif self.claim.kind == "algebraic":
            found = replay_statement(self.claim, self.parameters)
        elif self.claim.kind == "comparison":
            assert isinstance(self.problem, Problem)
            found = replay_comparison(self.claim, self.problem, self.parameters, self.start)
        elif self.oracle is not None:
            assert isinstance(self.problem, Problem)
            found = replay_expected(self.claim, self.problem, self.oracle, self.parameters, self.start, self.k)
        elif self.claim.kind == "flow":
            assert isinstance(self.problem, Problem)
            found = replay_flow(self.claim, self.problem, self.parameters, self.start)
        else:
            assert isinstance(self.problem, Problem)
            found = replay(self.claim, self.problem, self.parameters, self.start, self.k)
        why = self._misstated(found) if found.confirmed else ""
        return dataclasses.replace(found, confirmed=False, why=why) if why else found

    def _misstated(self, found: Replay) -> str:
        """What the witness states and the run does not bear out; empty if there is nothing."""
        claim = self.claim
        known = claim.parameters if claim.statement is None else claim.parameters | claim.statement.free_symbols
        strange = sorted(set(self.parameters) - {str(symbol) for symbol in known})
        if strange:
            return f"the claim has no parameter {strange[0]}"
        if self.oracle is not None and not (claim.kind == "bound" and isinstance(self.problem, Problem)):
            return "the witness has a law of stochastic gradients, and the claim none"
        if self.exhibit and (claim.orbit is None or claim.orbit.formula or self.k < 1):
            return "an exhibit shows that a run returns to points in turn, after a step or more"
        if claim.orbit is not None:
            start = tuple(evaluate(entry, self._values, RATIONALS) for entry in claim.orbit.points[0])
            if self.start != start:
                return f"the orbit starts at ({', '.join(map(str, start))})"
        elif claim.kind == "algebraic" and self.start:
            return "the claim is about parameters alone, and the witness has a start"
        if claim.kind not in ("bound", "orbit") and self.k:
            return "the claim is about no step k"
        return self._misstated_height() or self._misstated_numbers(found)

    def _misstated_height(self) -> str:
        """Whether V_0 and k, if they are among the parameters, are those of the run."""
        if self.claim.kind == "bound" and self.parameters.get(str(k), self.k) != self.k:
            return f"the run has {self.k} steps, not {self.parameters[str(k)]}"
        height = self.parameters.get(str(V0))
        if height is None or not isinstance(self.problem, Problem):
            return ""
        start = rationals(list(self.start))
        known = self.problem.over(RATIONALS).suboptimality(start, RATIONALS) if self.problem.rational else None
        return "" if height == known else f"V_0 at the start is not {height}"

    def _misstated_numbers(self, found: Replay) -> str:
        zero = (fmpq(0), fmpq(0))  # what is stated where there is nothing to measure
        stated = ((self.measured, found.measured or zero), (self.bound, found.bound or zero))
        return "" if all(_agree(*pair) for pair in stated) else "the witness states other numbers than the run"

    @property
    def _values(self) -> dict[Symbol, fmpq]:
        return {Symbol(name, real=True): number for name, number in self.parameters.items()}

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "claim": self.claim.id,
            "statement": stated(self.claim),
            "kind": "exhibit" if self.exhibit else "violation",
            "level": self.level,
        }
        if self.problem is not None:
            data["problem"] = self.problem.data()
        if self.oracle is not None:
            data["oracle"] = self.oracle.data()
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
        if isinstance(self.problem, CompositeProblem):
            return (
                f"{self.problem.describe()}; {values}; from prox(z), z = {start}: over {self.k} steps the expected "
                f"measure is {shown(self.measured)}, the bound {shown(self.bound)}"
            )
        if self.claim.orbit is not None and self.claim.orbit.formula:
            where = f"at {shown(self.measured)} after {self.k} steps, not at {shown(self.bound)}"
            return f"{values}: from {start} the run is {where}"
        if self.claim.kind == "orbit":
            does = "is back after" if self.exhibit else "is not on the orbit for"
            return f"{values}: from {start} the run {does} {self.k} steps"
        assert self.problem is not None
        if self.claim.kind == "comparison":
            return (
                f"{self.problem.describe()}; {values}; from {start}: V(t) is {shown(self.measured)}, "
                f"that of {self.claim.rival} {shown(self.bound)}"
            )
        noise, mean = ("", "") if self.oracle is None else (f"; {self.oracle.describe()}", "expected ")
        when = "" if self.claim.kind == "flow" else f"at k = {self.k} "
        return (
            f"{self.problem.describe()}{noise}; {values}; from {start}: {when}the {mean}measure is "
            f"{shown(self.measured)}, the bound {shown(self.bound)}"
        )


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
    return load(data, claims, str(path))


def load(data: Mapping[str, Any], claims: Mapping[str, Claim], where: str) -> Witness:
    """The witness in plain data. Raises WitnessError, in one line that begins with `where`, if it is none."""
    try:
        return from_json(data, claims)
    except KeyError as error:
        raise WitnessError(f"{where}: the field {error.args[0]!r} is missing") from None
    except (ValueError, TypeError, ClaimError) as error:
        raise WitnessError(f"{where}: {error}") from None


def from_json(data: Mapping[str, Any], claims: Mapping[str, Claim]) -> Witness:
    """The witness that `Witness.to_json` wrote. Raises KeyError or ValueError if the data is not one."""
    for name, kind in (("claim", str), ("k", int), ("parameters", dict), ("start", list)):
        if not isinstance(data[name], kind) or isinstance(data[name], bool):
            raise ValueError(f"the field {name!r} holds {str(data[name])[:40]!r}")
    claim = claims.get(data["claim"]) or _claim_from(data["claim"], data.get("statement"), _homes(claims))
    if not data["start"] and claim.kind in POSED:
        raise ValueError("the start has no coordinates")
    steps = data["k"]
    if not 0 <= steps <= LONGEST:
        raise ValueError(f"k must be from 0 to {LONGEST}, not {steps}")
    parameters = {name: rational(str(number)) for name, number in data["parameters"].items()}
    # of a run V_0 is that of its start
    known = {k, V0} if claim.kind in POSED else {k}
    missing = sorted({str(symbol) for symbol in claim.parameters - known} - set(parameters))
    if missing:
        raise ValueError(f"the parameter {missing[0]} has no value")
    return Witness(
        claim=claim,
        problem=_problem(data["problem"], claim, claims) if claim.kind in POSED else None,
        parameters=parameters,
        start=tuple(rational(str(entry)) for entry in data["start"]),
        k=steps,
        measured=_from_pair(data["measured"]),
        bound=_from_pair(data["bound"]),
        level=str(data.get("level", "exact")),
        oracle=TableOracle.from_data(data["oracle"]) if "oracle" in data else None,
        exhibit=data.get("kind") == "exhibit",
    )


def _problem(data: Any, claim: Claim, claims: Mapping[str, Claim]) -> Problem | CompositeProblem:
    composite = composite_named(str(data.get("family"))) if isinstance(data, dict) else None
    return load_problem(data, claim, claims.values()) if composite is None else composite.from_data(data)


def shown(ends: tuple[fmpq, fmpq]) -> str:
    """A number for the reader: as it is if it is short, else as a decimal."""
    low, high = ends
    if low == high and len(str(low)) <= 24:
        return str(low)
    return f"{to_float(low):.12g}" if abs(low) < 10**300 else str(low)[:24] + "..."


def _agree(stated: tuple[fmpq, fmpq], found: tuple[fmpq, fmpq]) -> bool:
    """Whether ends that are stated are those of a run, which other versions may enclose a little more widely."""
    overlap = stated[0] <= found[1] and found[0] <= stated[1]
    room = WIDER * (found[1] - found[0]) + max(map(abs, found)) / ROUNDED
    return overlap and 0 <= stated[1] - stated[0] <= room


def _pair(ends: tuple[fmpq, fmpq]) -> str | list[str]:
    return str(ends[0]) if ends[0] == ends[1] else [str(ends[0]), str(ends[1])]


def _from_pair(data: Any) -> tuple[fmpq, fmpq]:
    low, high = data if isinstance(data, list) and len(data) == 2 else (data, data)
    return rational(str(low)), rational(str(high))


def stated(claim: Claim) -> dict[str, Any]:
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
            "formula": [str(entry) for entry in claim.orbit.formula],
        }
    data["measure"] = _part(claim.measure)
    if claim.horizon is not None:
        data["horizon"] = str(claim.horizon)
    return data | ({"bound": str(claim.bound)} if claim.rival is None else {"rival": _part(claim.rival)})


def _homes(claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The modules whose classes a witness may name: those of known claims, and who reads it."""
    return (*dict.fromkeys(home for claim in claims.values() for home in claim.home), *made_at())


def _claim_from(id: str, data: Any, homes: tuple[str, ...]) -> Claim:
    if not isinstance(data, Mapping):
        raise ValueError(f"there is no claim {id!r}, and the file does not state it")
    conditions = tuple(parse(text) for text in data["domain"])
    if "relations" in data:
        from sympy import And

        return Claim(id=id, domain=conditions, statement=And(*(parse(text) for text in data["relations"])))
    algorithm = _part_from(data["algorithm"], Method, algorithms, homes)
    assumed = tuple(_part_from(part, assumptions.Assumption, assumptions, homes) for part in data["assumptions"])
    if "points" in data:
        coordinates = tuple(Symbol(name, real=True) for name in data["coordinates"])
        points = tuple(tuple(parse(entry) for entry in point) for point in data["points"])
        formula = tuple(parse(entry) for entry in data.get("formula", ()))
        orbit = Orbit(parse(data["function"]), coordinates, points, formula)
        return Claim(id=id, algorithm=algorithm, domain=conditions, orbit=orbit)
    return Claim(
        id=id,
        algorithm=algorithm,
        assumptions=assumed,
        domain=conditions,
        measure=_part_from(data["measure"], Measure, measures, homes),
        rival=_part_from(data["rival"], flows.Flow, flows, homes) if "rival" in data else None,
        bound=parse(data["bound"]) if "bound" in data else None,
        horizon=Symbol(data["horizon"], real=True) if "horizon" in data else None,
    )


def _part(part: Any) -> dict[str, Any]:
    """An algorithm, an assumption or a measure: its class and its fields."""
    return {"name": type(part).__name__} | {
        entry.name: _entry(getattr(part, entry.name)) for entry in dataclasses.fields(part)
    }


def _entry(entry: Any) -> Any:
    """A field as plain data: a norm by its name, the name of a function apart from a formula."""
    if isinstance(entry, norms.DualPair):
        return entry.name
    if isinstance(entry, Str):
        return {"function": entry.name}
    if isinstance(entry, Tuple):
        return [_entry(one) for one in entry]
    return entry if isinstance(entry, int) else str(entry)


def _norm(name: Any) -> norms.DualPair:
    for pair in (norms.LINF, norms.L2, norms.OPERATOR, norms.ANY):
        if pair.name == name:
            return pair
    raise ValueError(f"there is no norm {str(name)[:40]!r}")


def _entry_from(data: Any) -> Any:
    if isinstance(data, list):
        return Tuple(*map(_entry_from, data))
    if isinstance(data, Mapping):
        return Str(data["function"])
    return data if isinstance(data, int) else parse(data)


def _part_from(data: Any, kind: type, module: Any, homes: tuple[str, ...]) -> Any:
    """The object that `_part` wrote; its class is one of the package or, of a user's claim, of one of these modules."""
    name = data.get("name") if isinstance(data, Mapping) else data
    # two classes may share a name, such as Convex
    named = [child for child in _descendants(kind) if child.__name__ == name and _fields(child) == {*data} - {"name"}]
    known = [child for child in named if is_ours(child.__module__) or members(child, homes)]
    users = {child.__module__ for child in known if not is_ours(child.__module__)}
    if len(users) > 1:
        raise ValueError(f"{' and '.join(sorted(users))} each have a {name!r}: name the file of the claim alone")
    if not known:
        raise ValueError(f"{module.__name__} has no {name!r}; name the file that defines it: --with FILE.py")
    fields = {
        name: _norm(entry) if name == "norm" else _entry_from(entry) for name, entry in data.items() if name != "name"
    }
    return known[-1](**fields)


def _fields(part: Any) -> set[str]:
    return {entry.name for entry in dataclasses.fields(part)}


def _descendants(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _conjuncts(statement: Any) -> tuple[Expr, ...]:
    from sympy import And

    return statement.args if isinstance(statement, And) else (statement,)
