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

from signproof.checks.gradients.finite import TableOracle
from signproof.checks.kind import kind_of
from signproof.checks.numbers.exact import RATIONALS, rational, rationals, to_float
from signproof.checks.problems.base import Problem
from signproof.checks.problems.composite import CompositeProblem
from signproof.checks.problems.families import composite_named, load_problem
from signproof.checks.replay.replay import Replay
from signproof.checks.replay.stated import claim_from, stated
from signproof.theory.border.home import made_at
from signproof.theory.claim import Claim, ClaimError
from signproof.theory.misuse import Misuse
from signproof.theory.symbols import V0, k

SCHEMA = "signproof-witness/1"
WIDER, ROUNDED = 2, 2**64
"""How much wider than those of a run the ends may be that a witness states: in relation to theirs, and to the number.
A wide interval would agree with every run."""
LONGEST = 1_000_000
"""Steps of the longest run that is replayed."""


class WitnessError(Misuse):
    """A witness that cannot be read; the message says what is wrong, where, and the fix."""


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
    """The law of its stochastic gradients; `measured` is then an expectation."""
    exhibit: bool = False
    """Whether it shows that an orbit claim is true instead of breaking a claim."""

    def replay(self) -> Replay:
        """Run the algorithm again in exact arithmetic and compare, assumptions and domain included.

        It is confirmed only if every number the witness states matches the run.
        """
        found = kind_of(self.claim).replay(self)
        why = self._misstated(found) if found.confirmed else ""
        return dataclasses.replace(found, confirmed=False, why=why) if why else found

    def _misstated(self, found: Replay) -> str:
        """What the witness states but the run does not confirm; empty if there is nothing."""
        claim = self.claim
        known = claim.parameters if claim.statement is None else claim.parameters | claim.statement.free_symbols
        strange = sorted(set(self.parameters) - {str(symbol) for symbol in known})
        if strange:
            return f"the claim has no parameter {strange[0]}"
        return kind_of(claim).strange(self) or self._misstated_height() or self._misstated_numbers(found)

    def _misstated_height(self) -> str:
        """Whether V_0, if it is among the parameters, is that of the run."""
        height = self.parameters.get(str(V0))
        if height is None or not isinstance(self.problem, Problem):
            return ""
        start = rationals(list(self.start))
        known = self.problem.over(RATIONALS).suboptimality(start, RATIONALS) if self.problem.rational else None
        return "" if height == known else f"V_0 at the start is not {height}"

    def _misstated_numbers(self, found: Replay) -> str:
        zero = (fmpq(0), fmpq(0))  # what is stated where there is nothing to measure
        stated = ((self.measured, found.measured or zero), (self.bound, found.bound or zero))
        return "" if all(_agree(*pair) for pair in stated) else "the witness's numbers differ from the run's"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "claim": self.claim.id,
            "statement": stated(self.claim),
        }
        return data | self.instance()

    def instance(self) -> dict[str, Any]:
        """The instance as plain data, and what was found there, whatever the claim."""
        data: dict[str, Any] = {"kind": "exhibit" if self.exhibit else "violation", "level": self.level}
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
        return kind_of(self.claim).describe(self)

    @property
    def told(self) -> str:
        """The parameters in words."""
        return ", ".join(f"{name} = {number}" for name, number in self.parameters.items()) or "no parameters"

    @property
    def origin(self) -> str:
        """The start in words."""
        return f"from ({', '.join(map(str, self.start))})"


# -------------------------------------------------------------------------------------------------- reading


def read(path: Path, claims: Mapping[str, Claim]) -> Witness:
    """The witness in a JSON file. `claims` are those known by ID; others are taken from the file itself.

    Raises WitnessError in one line if the file is not a witness.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WitnessError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise WitnessError(f"{path} is not JSON, perhaps truncated: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise WitnessError(f"{path} is not a witness: its schema is {found!r}, not {SCHEMA!r}")
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
    claim = claims.get(data["claim"]) or claim_from(data["claim"], data.get("statement"), _homes(claims))
    if not data["start"] and claim.body.of_run:
        raise ValueError("the start has no coordinates")
    steps = data["k"]
    if not 0 <= steps <= LONGEST:
        raise ValueError(f"k must be from 0 to {LONGEST}, not {steps}")
    parameters = {name: rational(str(number)) for name, number in data["parameters"].items()}
    # of a run V_0 is that of its start
    known = {k, V0} if claim.body.of_run else {k}
    missing = sorted({str(symbol) for symbol in claim.parameters - known} - set(parameters))
    if missing:
        raise ValueError(f"the parameter {missing[0]} has no value")
    return Witness(
        claim=claim,
        problem=_problem(data["problem"], claim, claims) if claim.body.of_run else None,
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


def _homes(claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The modules whose classes a witness may name: those of known claims, and who reads it."""
    return (*dict.fromkeys(home for claim in claims.values() for home in claim.home), *made_at())
